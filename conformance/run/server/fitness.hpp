// SPDX-License-Identifier: Apache-2.0
// What a case asks of a server besides its features: whether the server in hand can give it.
#pragma once
#include <string>

#include "run/connection/context.hpp"

namespace conform {

// A header that every request needs and that this case takes away or changes while it wants the
// request accepted; empty = none.
std::string changed_header(const Case& one, const std::vector<SetupHeader>& demanded);
// Whether it shows by an echo only that the rule is kept.
bool needs_echo(const Case& one);
// Whether it sends messages of that opcode, or waits for one (a send may be raw bytes).
bool has_messages(const Case& one, int opcode);
// Why the server's manner leaves the case nothing to see; empty = it can run.
std::string unseen_by(const Case& one, const Manner& manner);

}  // namespace conform
