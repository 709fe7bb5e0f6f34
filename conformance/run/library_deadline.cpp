// SPDX-License-Identifier: Apache-2.0
// How long a library case waits, and what it learns from waiting in vain.
#include <algorithm>

#include "run/library_case.hpp"

namespace conform {

// How often a wait that a probe may cut short is looked at.
static constexpr Milliseconds kLookAtDeadline{50};

void LibraryCase::arm(Milliseconds span) {
  late_ = false;
  armed_ = Clock::now();
  limit_ = context_.stretched(span);
  kind_.clear();
  look_at_deadline();
}

// A probe may be enough, also from now on.
void LibraryCase::look_at_deadline() {
  const auto left = armed_ + limit_ - Clock::now();
  context_.loop.cancel(deadline_);
  deadline_ =
      context_.loop.at(Clock::now() + std::min<Clock::duration>(left, kLookAtDeadline), [this] {
        if (!overdue()) return look_at_deadline();
        late_ = true;
        timed_out();
      });
}

bool LibraryCase::overdue() {
  const auto waited = Clock::now() - armed_;
  if (context_.starting > 0) context_.last_progress = Clock::now();
  // The start of the driver is not what a probe is for, and connections have deadlines of their
  // own.
  if (state_ == State::greeting || waits_for_link()) return waited >= limit_;
  kind_ = "library: " + waiting_for();
  // What is measured runs alone: one that waits in full is enough.
  const bool probe = !context_.in_full.contains(case_.id) &&
                     context_.patience->spent(kind_, is_measuring() ? 1 : Patience::kInFull);
  if (probe && waited >= context_.stretched(context_.patience->probe(kind_))) probed_ = kind_;
  return !probed_.empty() || waited >= limit_;
}

bool LibraryCase::is_measuring() const {
  return state_ == State::stepping && step_ < case_.steps.size() &&
         case_.steps[step_].library.kind == LibraryStep::Kind::measure;
}

std::string LibraryCase::waiting_for() const {
  if (state_ == State::greeting) return "the driver did not answer hello";
  if (state_ == State::checking) return "after the case the driver did not answer hello any more";
  if (state_ == State::stopping) return "after the case the driver did not end when told to stop";
  if (state_ == State::stepping && step_ < case_.steps.size()) {
    const LibraryStep& step = case_.steps[step_].library;
    if (!step.on.empty()) return "the library did not connect to the judge";
    if (step.kind == LibraryStep::Kind::event) return "no handler was called";
  }
  if (is_measuring()) return "what the case held was not given back";
  for (const auto& [id, call] : calls_) {
    if (!call.answers) return call.function + " did not come back";
  }
  return "the step did not come to its end";
}

bool LibraryCase::waits_for_link() const {
  if (state_ == State::leaving || state_ == State::confirming) return true;
  if (state_ != State::stepping || step_ >= case_.steps.size()) return false;
  const auto found = links_.find(case_.steps[step_].library.on);
  return found != links_.end() && found->second.run;
}

void LibraryCase::timed_out() {
  if (state_ == State::confirming) return finish(Verdict::fail, failed_);
  if (waits_for_link()) return;
  const bool own = state_ == State::stepping && step_ < case_.steps.size() &&
                   !case_.steps[step_].library.on.empty();
  if (own)
    return finish(Verdict::fail, Reason::timeout("the library did not connect to the judge"));
  if (state_ == State::stepping) return advance();
  finish(Verdict::fail, Reason::timeout(waiting_for()));
}

// What a probe told says so; what was waited for in full is learnt from.
void LibraryCase::settle_patience(std::string& why) {
  starting_.set(false);
  if (result_.probed.empty()) result_.probed = probed_;
  const bool in_vain = result_.verdict == Verdict::fail && result_.timed_out;
  if (!in_vain || kind_.empty()) return;
  if (probed_.empty()) return context_.patience->waited_in_vain(kind_);
  context_.patience->probed(probed_);
  why += " (of a probe, as " + std::to_string(context_.patience->in_vain(probed_)) +
         " others of its kind had timed out in full)";
}

// What was waited for came in time; when late, it takes its kind out of the probed ones.
void LibraryCase::answer_came() {
  if (limit_.count() != 0 && !late_) {
    const auto after = std::chrono::duration_cast<Milliseconds>(Clock::now() - armed_);
    context_.patience->answered(kind_.empty() ? "library: at once" : kind_, after);
  }
}

}  // namespace conform
