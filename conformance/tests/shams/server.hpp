// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "options.hpp"

namespace sham {

// Listens on the loopback address and echoes until the process is ended. Returns an exit code.
int run_server(const Options& options);

}  // namespace sham
