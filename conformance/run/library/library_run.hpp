// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <deque>
#include <functional>
#include <list>
#include <memory>
#include <vector>

#include "run/engine/probed_cases.hpp"
#include "run/library/library_case.hpp"
#include "subject/program_look.hpp"

namespace conform {

// Judges a library: every case with a driver process of its own, several side by side.
class LibraryRun {
 public:
  using Sink = std::function<void(Result)>;
  struct Options {
    int jobs = 0;  // 0 = eight a core, as they mostly wait; 16 at most
    std::string log_folder;
    std::string folder;  // for certificates
  };
  LibraryRun(RunContext& context, Options options, Sink sink);

  // Starts the driver once to hear what it offers. An empty string, or why it cannot be judged.
  std::string prepare();
  // The cases that can apply to what the library has; to be asked after prepare().
  std::vector<const Case*> applicable(const std::vector<const Case*>& cases);
  // What is missing in one line; empty when nothing is.
  std::string missing_text() const;
  // False when it was interrupted.
  bool run(const std::vector<const Case*>& cases);
  const DriverHello& hello() const { return hello_; }
  // What was found out about the library's servers.
  const std::vector<std::string>& notes() const { return notes_; }
  int jobs() const { return static_cast<int>(slots_.size()); }

 private:
  struct Slot {
    std::unique_ptr<LibraryCase> what;
    std::unique_ptr<IdleWatch> idle;
    bool waits = false;  // it has taken no processor time for a while
  };
  DriverUse use(std::size_t slot) const;
  std::string why_no_driver(LibraryCase& look) const;
  std::string take_editions();
  void find_greeting();
  bool serves(LibraryCase& server);
  std::vector<wire::Octets> greeted(const LibraryCase& server);
  std::string lacks(const Case& one) const;
  void fill();
  void done(LibraryCase& one);
  bool busy() const;
  bool calm();
  bool settle_probed();

  RunContext& context_;
  Options options_;
  Sink sink_;
  DriverHello hello_;
  std::vector<std::string> notes_;
  std::size_t left_out_ = 0;  // cases that call what is missing
  std::deque<const Case*> queue_;
  std::vector<Slot> slots_;
  ProbedCases probed_;
  bool solo_ = false;
};

}  // namespace conform
