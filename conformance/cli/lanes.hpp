// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <memory>
#include <string>
#include <vector>

#include "cli/parts.hpp"
#include "cli/session.hpp"

namespace conform::cli {

// Judges one part of the cases with processes of the runtime that are its own, on an event loop and
// in a thread of its own: what one part waits for holds up no other.
class Lane {
 public:
  virtual ~Lane() = default;
  // In the main thread, before any lane runs. An empty string, or why the runtime cannot be judged.
  virtual std::string prepare() { return {}; }
  // False when results are missing; the session was told why.
  virtual bool run() = 0;
  // What is known of it after prepare(), for the head of the results: how many of its cases can
  // apply, and what it is.
  virtual void describe(RunHeader& header) const { (void)header; }
  // Cases side by side; 0 = found out as it runs.
  virtual int jobs() const { return 0; }
  // What prepare() found out, a line each.
  virtual std::vector<std::string> notes() const { return {}; }
};
using Lanes = std::vector<std::unique_ptr<Lane>>;

// A lane for each part that has cases. The settings' TLS must outlive them.
Lanes make_lanes(Session& session, const RunSettings& settings, const Parts& parts);
// Side by side, or one after another; false when results are missing.
bool run_lanes(const Lanes& lanes, bool one_by_one);

}  // namespace conform::cli
