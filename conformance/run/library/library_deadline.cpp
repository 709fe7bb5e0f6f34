// SPDX-License-Identifier: Apache-2.0
// What a library case waits for, in words.
#include "run/library/library_case.hpp"

namespace conform {

bool LibraryCase::is_measuring() const {
  return engine_.step() != nullptr && engine_.step()->library.kind == LibraryStep::Kind::measure;
}

// What has not happened yet, in words.
std::string LibraryCase::waiting_for() const {
  if (engine_.phase() == Engine::Phase::setting_up) return "the driver did not answer hello";
  if (engine_.phase() == Engine::Phase::leaving && closing_ == Closing::hello)
    return "after the case the driver did not answer hello any more";
  if (engine_.phase() == Engine::Phase::leaving && closing_ == Closing::stop)
    return "after the case the driver did not end when told to stop";
  if (const Step* at = engine_.step()) {
    if (!at->library.on.empty()) return "the library did not connect to the judge";
    if (at->library.kind == LibraryStep::Kind::event) return "no handler was called";
  }
  if (is_measuring()) return "what the case held was not given back";
  for (const auto& [id, call] : calls_) {
    if (!call.answers) return call.function + " did not come back";
  }
  return "the step did not come to its end";
}

}  // namespace conform
