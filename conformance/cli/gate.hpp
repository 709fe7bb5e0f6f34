// SPDX-License-Identifier: Apache-2.0
// `run` as a gate: the run, then its views; or a run for each server of an Autobahn spec file.
#pragma once
#include "cli/report_commands.hpp"
#include "cli/run_options.hpp"

namespace conform::cli {

// An exit code: the run's, or 2 when a view could not be written.
int gate_command(RunOptions options, const ViewPaths& views);

}  // namespace conform::cli
