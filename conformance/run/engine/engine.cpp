// SPDX-License-Identifier: Apache-2.0
#include "run/engine/engine.hpp"

#include <algorithm>
#include <utility>

namespace conform {

// A peer that is at work is waited for so many times longer at most.
static constexpr int kAtWork = 5;

Engine::Engine(RunTime& time, Clockwork& clock, Result result, const Case& one, End& end,
               std::function<void()> done)
    : time_(time),
      clock_(clock),
      case_(one),
      end_(end),
      done_(std::move(done)),
      cursor_(one.steps.size()),
      starting_(time.starting),
      stalled_(time.stalled),
      began_(clock.now()),
      result_(std::move(result)) {}

Engine::~Engine() {
  for (const TimerId& timer : {deadline_, pause_, overall_}) clock_.cancel(timer);
}

void Engine::later(std::function<void()> what) {
  clock_.post([what = std::move(what), alive = std::weak_ptr<bool>(alive_)] {
    if (!alive.expired()) what();
  });
}

void Engine::advance() {
  again_ = true;
  if (advancing_) return;
  advancing_ = true;
  while (again_ && !decision_.made()) {
    again_ = false;
    go_on();
  }
  advancing_ = false;
}

void Engine::go_on() {
  if (phase_ == Phase::setting_up) {
    if (!end_.set_up(std::exchange(fresh_, false)) || decision_.made()) return;
    enter(Phase::stepping);
  }
  if (phase_ == Phase::stepping) {
    run_steps();
    if (decision_.made() || !cursor_.is_over()) return;
    enter(Phase::leaving);
  }
  if (end_.leave(std::exchange(fresh_, false))) finish_well();
}

void Engine::run_steps() {
  end_.keep_going();
  while (!decision_.made() && cursor_.has_step()) {
    const std::size_t at = cursor_.at();
    if (!end_.do_step(case_.steps[at], std::exchange(fresh_, false)) || decision_.made()) return;
    // An end may have gone elsewhere.
    if (cursor_.at() == at) cursor_.next();
    enter(Phase::stepping);
  }
  if (!decision_.made() && !cursor_.is_over()) end_.held();
}

// What was waited for before has come.
void Engine::enter(Phase phase) {
  answered();
  phase_ = phase;
  fresh_ = true;
  clock_.cancel(pause_);
  paused_ = false;
}

void Engine::restart() {
  cursor_.restart();
  enter(Phase::stepping);
  advance();
}

void Engine::await(Milliseconds span, Wait::Terms terms) {
  terms.limit = time_.stretched(span);
  terms.grace = time_.stretched(Case{}.deadline);
  late_ = false;
  kind_ = terms.may_probe ? end_.awaits() : std::string();
  stalled_.set(false);
  wait_.begin(clock_.now(), terms);
  look_after(terms.limit);
}

void Engine::answered() {
  if (wait_.runs() && !late_ && !kind_.empty())
    time_.patience->answered(kind_, wait_.longest_quiet());
  clock_.cancel(deadline_);
  stalled_.set(false);
  wait_.end();
  late_ = false;
}

void Engine::look_after(Clock::duration left) {
  clock_.cancel(deadline_);
  const bool exact = wait_.terms().exact();
  deadline_ = clock_.after(exact ? left : std::min<Clock::duration>(left, Wait::kLookAgain),
                           [this] { look(); });
}

// A slow program on a busy machine may be at the answer still: its work is movement too, within
// reason.
bool Engine::is_given_time(const Wait::Look& look) {
  const Wait::Terms& terms = wait_.terms();
  // One of its kind that worked in vain says that of the others.
  return terms.patient && wait_.quiet(look) < terms.limit * kAtWork &&
         time_.patience->in_vain(kind_) == 0 && end_.at_work();
}

void Engine::look() {
  const TimePoint now = clock_.now();
  if (time_.starting > 0) time_.last_progress = now;
  Wait::Look look{now, end_.moved(), time_.last_progress, std::nullopt};
  const bool probe = !kind_.empty() && !time_.in_full.contains(case_.id) &&
                     time_.patience->spent(kind_, wait_.terms().in_full);
  if (probe) {
    look.probe = time_.stretched(time_.patience->probe(kind_));
    // A peer that is at work is given its time, within reason.
    const bool spins = now - time_.last_progress >= *look.probe && time_.patience->spins(kind_);
    if (wait_.quiet(look) >= *look.probe && !spins && end_.at_work()) *look.probe *= kAtWork;
  }
  const Wait::Found found = wait_.look(look);
  stalled_.set(found.state == Wait::State::stalled);
  if (found.left > Clock::duration{}) return look_after(found.left);
  if (found.state == Wait::State::probed)
    probed_ = kind_;
  else if (is_given_time(look))
    return look_after(Wait::kLookAgain);
  else if (wait_.terms().patient && end_.waits_on())
    return;
  late_ = true;
  // One that computes while nothing moves anywhere, as long as a case may last.
  spun_ =
      wait_.terms().patient && now - time_.last_progress >= wait_.terms().limit && end_.at_work();
  end_.on_late();
  advance();
}

void Engine::limit(Milliseconds span) {
  clock_.cancel(overall_);
  overall_ = clock_.after(time_.stretched(span), [this] {
    finish(Verdict::fail, Reason::timeout("the case did not come to its end"));
  });
}

void Engine::look_again(Clock::duration after) {
  clock_.cancel(pause_);
  pause_ = clock_.after(after, [this] { advance(); });
}

bool Engine::waited(const Step& step, bool first) {
  if (step.until_still) {
    finish(Verdict::skip, "wait: still is for cases of one connection");
    return false;
  }
  if (first) {
    pause_ = clock_.after(step.wait, [this] {
      paused_ = true;
      advance();
    });
  }
  return paused_;
}

// What a probe told says so; what was waited for in full is learnt from.
void Engine::settle_patience(std::string& why) {
  starting_.set(false);
  stalled_.set(false);
  if (result_.probed.empty()) result_.probed = probed_;
  if (result_.verdict != Verdict::fail || !result_.timed_out || kind_.empty()) return;
  if (probed_.empty()) return time_.patience->waited_in_vain(kind_, spun_);
  time_.patience->probed(probed_);
  why += " (of a probe, as " + std::to_string(time_.patience->in_vain(probed_)) +
         " others of its kind had timed out in full)";
}

void Engine::finish(Verdict verdict, Reason why) {
  if (!decision_.make(verdict, why, result_)) return;
  for (const TimerId& timer : {deadline_, pause_, overall_}) clock_.cancel(timer);
  settle_patience(why.text);
  const bool bad = verdict == Verdict::fail || verdict == Verdict::error;
  if (bad && result_.expected.empty()) result_.expected = end_.expected();
  const std::string came = end_.received();
  result_.seen = came.empty() ? why.text : (why.empty() ? came : why.text + "; received: " + came);
  result_.why = std::move(why.text);
  result_.ms = std::chrono::duration<double, std::milli>(clock_.now() - began_).count();
  end_.decided(result_);
  // The owner may destroy this object: not while its own functions are on the stack.
  if (done_) later(done_);
}

}  // namespace conform
