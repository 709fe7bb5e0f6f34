// SPDX-License-Identifier: Apache-2.0
#include "run/library/library_run.hpp"

#include <algorithm>
#include <thread>

#include "subject/program_look.hpp"

namespace conform {

// Most of them wait for a limit of the library's own.
static constexpr int kJobsOfACore = 8;
static constexpr Milliseconds kWaits{3000};
// What is alone may begin beside cases that have only waited for so long.
static constexpr Milliseconds kCalm{500};

LibraryRun::LibraryRun(RunContext& context, Options options, Sink sink)
    : context_(context), options_(std::move(options)), sink_(std::move(sink)), probed_(context, 4) {
  int jobs = options_.jobs != 0 ? options_.jobs : context_.runtime.jobs;
  if (jobs == 0) jobs = static_cast<int>(std::thread::hardware_concurrency()) * kJobsOfACore;
  jobs = std::clamp(jobs, 1, 16);
  slots_.resize(static_cast<std::size_t>(jobs));
}

DriverUse LibraryRun::use(std::size_t slot) const {
  // Side by side, each has a log of its own.
  return {context_.runtime.library,
          options_.log_folder + "/driver-" + std::to_string(slot + 1) + ".log", options_.folder};
}

// One sentence: what was started and asked, what came of it, what to do.
std::string LibraryRun::why_no_driver(LibraryCase& look) const {
  const auto& command = context_.runtime.library;
  const bool ours = !command.empty() && command.front().ends_with("c-driver");
  const std::string advice = ours ? "give a shared library that can be loaded (ldd lists what is "
                                    "missing) and exports the C "
                                    "names of an edition"
                                  : "a driver answers in lines of JSON and ends when told to stop: "
                                    "conformance/driver/DRIVER.md";
  const std::string still = look.program().running() ? "; it is still running" : "";
  return "no case can be tested: the library's driver was started with: " + shown_command(command) +
         "; it was asked {\"do\":\"hello\",\"protocol\":1}; " + look.result().why + still + "; " +
         last_words(look.program().log_tail()) + "; " + advice;
}

std::string LibraryRun::take_editions() {
  auto& speaks = context_.runtime.speaks;
  bool named = false;
  for (const std::string& edition : speaks) {
    const bool one = edition == "osprey-int" || edition == "osprey-result" || edition == "vais";
    named = named || one;
    if (one && !hello_.speaks(edition))
      return "the runtime file declares " + edition + ", but its driver does not offer it";
  }
  // Who names no edition means those that the driver offers.
  if (!named) speaks.insert(speaks.end(), hello_.editions.begin(), hello_.editions.end());
  return {};
}

std::string LibraryRun::prepare() {
  Case nothing;
  nothing.id = "the driver";
  nothing.rule = "The driver answers hello and ends when told to.";
  nothing.setup = Setup::driver;
  nothing.roles = RoleWord::library;
  bool decided = false;
  LibraryCase first(context_, nothing, use(0), [&](LibraryCase&) { decided = true; });
  first.start();
  IdleWatch idle(first.program(), context_.stretched(kWaits));
  while (!decided) {
    if (context_.interrupted()) return "interrupted";
    context_.loop.round(Milliseconds(50));
    if (first.finished() || !idle.is_over()) continue;
    first.abort(Verdict::error, Reason::timeout(first.waiting_for()));
    return why_no_driver(first);
  }
  hello_ = first.hello();
  if (first.result().verdict != Verdict::pass) return why_no_driver(first);
  auto& words = context_.runtime.library;
  words.insert(words.end(), hello_.arguments.begin(), hello_.arguments.end());
  std::string why = take_editions();
  if (why.empty()) find_greeting();
  return why;
}

std::string LibraryRun::lacks(const Case& one) const {
  for (const std::string& need : one.needs) {
    if (need != "started" && !context_.runtime.declares(need))
      return "the implementation does not declare " + need;
  }
  const std::string lack = hello_.lack_of(one);
  return lack.empty() ? lack : "the library has " + lack;
}

static bool asks_for_functions(const Case& one) {
  return std::any_of(one.steps.begin(), one.steps.end(), [](const Step& step) {
    return step.library.kind == LibraryStep::Kind::offers;
  });
}

std::vector<const Case*> LibraryRun::applicable(const std::vector<const Case*>& cases) {
  std::vector<const Case*> out;
  left_out_ = 0;
  for (const Case* one : cases) {
    const bool spoken = one->edition.empty() || hello_.speaks(one->edition);
    if (!spoken || (asks_for_functions(*one) && !context_.complete)) continue;
    const bool lacking = !hello_.lack_of(*one).empty();
    left_out_ += lacking ? 1 : 0;
    if (!lacking) out.push_back(one);
  }
  return out;
}

std::string LibraryRun::missing_text() const {
  std::string out;
  for (const LibraryHead::Functions& one : head_of(hello_).functions) {
    if (one.missing.empty()) continue;
    out += (out.empty() ? "" : "; ") + std::to_string(one.missing.size()) + " of the " +
           std::to_string(one.all) + " functions of " + one.edition + " are missing:";
    for (const std::string& name : one.missing) out += " " + name;
  }
  if (left_out_ != 0) {
    out += (out.empty() ? "" : "; ") + std::to_string(left_out_) +
           " cases that need what the library lacks were left out";
  }
  if (out.empty() || context_.complete) return out;
  return out + " (--complete makes a failure of each missing function)";
}

bool LibraryRun::run(const std::vector<const Case*>& cases) {
  std::deque<const Case*> alone;
  for (const Case* one : cases) {
    const std::string why = lacks(*one);
    if (why.empty()) {
      (one->alone ? alone : queue_).push_back(one);
      continue;
    }
    sink_(unrun_case(*one, Role::library, Verdict::skip, why));
  }
  // What may take longest begins first: the others run beside it.
  std::stable_sort(queue_.begin(), queue_.end(),
                   [](const Case* a, const Case* b) { return a->deadline > b->deadline; });
  queue_.insert(queue_.end(), alone.begin(), alone.end());
  while (!queue_.empty() || busy() || settle_probed()) {
    if (context_.interrupted()) return false;
    fill();
    context_.loop.round(Milliseconds(20));
  }
  return true;
}

bool LibraryRun::busy() const {
  return std::any_of(slots_.begin(), slots_.end(),
                     [](const Slot& one) { return one.what != nullptr; });
}

// Whether those that run do nothing but wait. A process of its own is what a case measures.
bool LibraryRun::calm() {
  for (Slot& slot : slots_) slot.waits = slot.what == nullptr || slot.waits || slot.idle->is_over();
  return std::all_of(slots_.begin(), slots_.end(), [](const Slot& one) { return one.waits; });
}

// Whether there is more to run.
bool LibraryRun::settle_probed() {
  for (const Case* one : probed_.again()) queue_.push_back(one);
  if (!queue_.empty()) return true;
  for (Result& result : probed_.left()) sink_(std::move(result));
  return false;
}

void LibraryRun::fill() {
  // What is overdue waits until nothing moves: no more is set in motion until that is decided.
  if (context_.stalled > 0) return;
  for (std::size_t i = 0; i < slots_.size() && !queue_.empty(); ++i) {
    Slot& slot = slots_[i];
    if (slot.what != nullptr) continue;
    const Case* one = queue_.front();
    if (solo_ || (one->alone && !calm())) return;
    solo_ = one->alone;
    queue_.pop_front();
    slot.what = std::make_unique<LibraryCase>(context_, *one, use(i),
                                              [this](LibraryCase& ended) { done(ended); });
    slot.idle = std::make_unique<IdleWatch>(slot.what->program(), kCalm);
    slot.waits = false;
    slot.what->start();
  }
}

void LibraryRun::done(LibraryCase& one) {
  if (!probed_.take(one.what(), one.result())) sink_(std::move(one.result()));
  if (one.what().alone) solo_ = false;
  for (Slot& slot : slots_) {
    if (slot.what.get() == &one) slot = Slot();
  }
}

}  // namespace conform
