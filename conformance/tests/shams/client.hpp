// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "options.hpp"

namespace sham {

// Runs every case of a fuzzing server and asks for its report. Returns an exit code.
int run_client(const Options& options);

}  // namespace sham
