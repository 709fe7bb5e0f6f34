// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>

#include "options.hpp"
#include "request_checks.hpp"

namespace sham {

// Whether the request lacks a header that this server demands: "Name: value", or "Name:" for any
// value.
std::optional<Refusal> check_required(const Request& request, const Options& options);

}  // namespace sham
