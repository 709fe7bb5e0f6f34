// SPDX-License-Identifier: Apache-2.0
#pragma once
#include "case/call.hpp"
#include "case/reading.hpp"

namespace conform {

// Whether the step is one of a library case: call, answer, event, port, release, starve.
bool is_library_step(const Tree& tree);
LibraryStep read_library_step(Reading& in, const Tree& tree);
// The `on:` of a send or expect step: a name, or {name: …, port: …}.
void read_on(Reading& in, const Tree& tree, LibraryStep& out);
// Edition and functions of a contract, to catch misspelled names; nullptr for editions with names
// of their own.
const std::vector<std::string_view>* functions_of(std::string_view edition);

}  // namespace conform
