// SPDX-License-Identifier: Apache-2.0
// The expect steps of a case: fences, deadlines, and what /proc has to say.
#include <algorithm>

#include "run/case_run.hpp"

namespace conform {

// How long a peer is given before the fence is sent. Decides nothing: it only spares correct peers
// the fence.
static constexpr Milliseconds kFenceAfterClose{100};
static constexpr Milliseconds kFenceAfterEcho{400};
static constexpr Milliseconds kSampleEvery{10};
static constexpr Milliseconds kCpuSpan{300};

Matcher::Facts CaseRun::facts() const {
  Matcher::Facts facts(channel_, payloads_, role_);
  if (request_) {
    facts.request = &request_->head;
    facts.request_body = &request_->body;
    facts.octets_behind_request = !request_->rest.empty();
  }
  facts.key_fresh = key_fresh_;
  facts.still_sending = !sender_.idle();
  facts.offer = sender_.offer();
  facts.handshake = &handshake_;
  facts.http = channel_.http;
  facts.last_step = step_ + 1 == case_.steps.size();
  facts.fence_status = context_.fence_status;
  facts.fetch = fetch_;
  facts.deadline_factor = context_.deadline_factor;
  return facts;
}

static bool any_of(const Step& step, bool (*test)(const Expect&)) {
  const auto deep = [&](const Expect& expect) {
    return test(expect) || std::any_of(expect.any.begin(), expect.any.end(), test);
  };
  return deep(step.expect) || std::any_of(step.tolerate.begin(), step.tolerate.end(), deep);
}

// Setup http: the fence is a last request that asks the server to close behind its answer.
void CaseRun::plan_http_fence(const Step& step) {
  if (role_ != Role::server) return;
  const bool last = step_ + 1 == case_.steps.size();
  const bool exact = any_of(step, [](const Expect& e) {
    return e.refused || e.responses || !e.http.responses.empty() ||
           e.http.connection != ConnectionExpect::unstated;
  });
  if (!last && !exact) return;
  const bool closing = any_of(step, [](const Expect& e) {
    return e.refused || e.http.connection == ConnectionExpect::closed;
  });
  const auto due = [this] {
    fence_due_ = true;
    send_fence_if_due();
  };
  if (!closing) return due();
  fence_timer_ = context_.loop.after(kFenceAfterClose, due);
}

// Fewest responses that any reading of this expectation asks for.
static std::size_t fewest_responses(const Expect& expect) {
  std::size_t out = std::max<std::size_t>(1, responses_wanted(expect));
  for (const Expect& one : expect.any) out = std::min(out, fewest_responses(one));
  return out;
}

void CaseRun::send_http_fence() {
  Seen& seen = channel_.seen;
  if (seen.http_fence_sent || seen.responses.size() < fewest_responses(case_.steps[step_].expect))
    return;
  // RFC 9112 §9.6: behind a response with close nothing is answered any more.
  if (seen.responses.back().head.has_token("Connection", "close")) return;
  fence_done_ = seen.http_fence_sent = true;
  Handshake fence;
  fence.headers.push_back({"Connection", {Payload{}}});
  fence.headers.back().values.front().octets = "close";
  channel_.responses().asked(false);
  channel_.send(build_request(fence, handshake_, payloads_));
}

void CaseRun::plan_fence(const Step& step) {
  fence_due_ = fence_done_ = false;
  context_.loop.cancel(fence_timer_);
  fence_with_ping_ =
      any_of(step, [](const Expect& e) { return e.pong || e.pongs != PongsExpect::unstated; });
  if (any_of(step,
             [](const Expect& e) { return e.fence == FenceUse::never || e.tcp == TcpExpect::fin; }))
    return;
  if (follows_ && fence_with_ping_) return;
  if (channel_.http) return plan_http_fence(step);
  const bool now =
      any_of(step, [](const Expect& e) { return e.nothing || e.alive || e.connected; });
  const bool closing = any_of(step, [](const Expect& e) { return e.closed || e.failed; });
  const auto due = [this] {
    fence_due_ = true;
    send_fence_if_due();
  };
  if (now) return due();
  // What a library does between two calls is fenced by the script of its case.
  if (follows_) return;
  fence_timer_ = context_.loop.after(closing ? kFenceAfterClose : kFenceAfterEcho, due);
}

void CaseRun::send_fence_if_due() {
  if (!fence_due_ || fence_done_ || state_ != State::stepping || !sender_.idle()) return;
  const Connection* connection = channel_.connection();
  if (connection == nullptr || !connection->open() || sender_.half_closed() || channel_.seen.end)
    return;
  if (channel_.http) return send_http_fence();
  if (!channel_.in_websocket()) {
    // On HTTP the end of our side is the fence: a live server answers what it has and ends its own.
    const Expect& expect = case_.steps[step_].expect;
    if (!expect.responses ||
        channel_.seen.responses.size() < static_cast<std::size_t>(*expect.responses))
      return;
    fence_done_ = true;
    channel_.connection()->shutdown_write();
    return;
  }
  const Encoder& encoder = channel_.encoder;
  if (encoder.close_sent() || encoder.inside_frame() || channel_.seen.close) return;
  fence_done_ = true;
  if (follows_ || encoder.inside_message()) return channel_.send_fence(true);
  if (fence_with_ping_) channel_.send_fence(true);
  channel_.send_fence(false);
}

void CaseRun::arm_deadline(Milliseconds span, bool patient) {
  context_.loop.cancel(deadline_);
  patient_ = patient;
  limit_ = context_.stretched(span);
  deadline_ = context_.loop.after(limit_, [this] { on_deadline(); });
}

// A deadline counts only while nothing moves: a runtime that is busy with other connections lets
// this one wait its turn.
void CaseRun::on_deadline() {
  const bool stepping = state_ == State::stepping && step_ < case_.steps.size();
  const bool absolute = stepping && case_.steps[step_].expect.within.has_value();
  const TimePoint own = std::max(channel_.last_progress(), state_began_);
  const bool patient = patient_ && Clock::now() - own < limit_ * 10;
  const auto idle = Clock::now() - (patient ? std::max(own, context_.last_progress) : own);
  if (!absolute && patient_ && idle < limit_) {
    deadline_ = context_.loop.at(Clock::now() + (limit_ - idle), [this] { on_deadline(); });
    return;
  }
  channel_.seen.timeout = true;
  channel_.note("timeout");
  advance();
}

void CaseRun::begin_expect(const Step& step) {
  state_began_ = Clock::now();
  channel_.seen.timeout = false;
  arm_deadline(step.expect.within ? *step.expect.within + Milliseconds(50) : case_.deadline);
  plan_fence(step);
  if (step.expect.tcp == TcpExpect::held) {
    wait_timer_ = context_.loop.after(Milliseconds(310), [this] { advance(); });
  }
}

static bool measures(const Expect& expect) {
  return expect.memory || expect.cpu || expect.descriptors || expect.threads;
}

void CaseRun::judge() {
  send_fence_if_due();
  const Step& step = case_.steps[step_];
  const Matcher::Facts now = facts();
  const Matcher matcher(now);
  const StepOutcome found = match_step(matcher, step);
  takes_ = found.takes;
  last_ = found.last;
  if (found.lenient) {
    lenient_ = true;
    if (lenient_why_.empty()) lenient_why_ = found.why;
    return step_holds();
  }
  if (found.answer == Answer::yes) {
    // Where octets still move towards a runtime that is not read from, what it holds is still
    // growing.
    const bool moving = !sender_.idle() ||
                        (channel_.connection() != nullptr && channel_.connection()->queued() != 0);
    if (measures(step.expect) && moving &&
        Clock::now() - channel_.last_progress() < Milliseconds(300)) {
      context_.loop.cancel(sample_timer_);
      sample_timer_ = context_.loop.after(Milliseconds(100), [this] { advance(); });
      return;
    }
    if (measures(step.expect) && context_.process != nullptr) return measure();
    return step_holds();
  }
  if (found.answer == Answer::wait) {
    if (step.expect.tcp == TcpExpect::held && channel_.seen.both_closed) {
      context_.loop.cancel(wait_timer_);
      wait_timer_ =
          context_.loop.at(*channel_.seen.both_closed + Milliseconds(305), [this] { advance(); });
    }
    return;
  }
  finish(Verdict::fail, found.why);
}

// Setup http: what a step expected is its own; what came behind it is the next step's.
void CaseRun::take_responses(std::size_t taken) {
  auto& came = channel_.seen.responses;
  if (!came.empty()) last_status_ = came.back().head.status();
  taken = channel_.seen.http_fence_sent ? came.size() : std::min(taken, came.size());
  came.erase(came.begin(), came.begin() + static_cast<std::ptrdiff_t>(taken));
  channel_.seen.interim.clear();
}

void CaseRun::step_holds() {
  const Expect& expect = case_.steps[step_].expect;
  if (channel_.http) take_responses(takes_);
  context_.loop.cancel(deadline_);
  context_.loop.cancel(fence_timer_);
  if (expect.echo != EchoExpect::unstated || expect.messages || expect.messages_any)
    channel_.encoder.awaited.clear();
  step_ = last_ ? case_.steps.size() : step_ + 1;
  if (step_ < case_.steps.size()) channel_.begin_window();
  state_ = State::stepping;
  run_steps();
}

// Memory at once, descriptors and threads as soon as they are back, processor time over a fixed
// span.
void CaseRun::measure() {
  context_.loop.cancel(deadline_);
  context_.loop.cancel(sample_timer_);
  state_ = State::measuring;
  // Some runtimes hold on to a connection until the other side has ended it too.
  if (channel_.seen.end) channel_.dispose();
  const Expect& expect = case_.steps[step_].expect;
  const Usage now = context_.process->usage();
  if (!measuring_since_) {
    measuring_since_ = Clock::now();
    ticks_before_ = now.cpu_ticks;
  }
  const auto passed = std::chrono::duration_cast<Milliseconds>(Clock::now() - *measuring_since_);
  const std::string unsettled = still_held(expect, now);
  if (!unsettled.empty() && passed >= context_.stretched(Milliseconds(5000)))
    return measured(unsettled);
  const bool wait_for_cpu = expect.cpu && passed < kCpuSpan;
  if (unsettled.empty() && !wait_for_cpu) return measured(too_much(expect, now, passed));
  sample_timer_ = context_.loop.after(kSampleEvery, [this] { measure(); });
}

// What of the case's connections the runtime has not given back yet, in words; empty = all is back.
std::string CaseRun::still_held(const Expect& expect, const Usage& now) const {
  if (expect.descriptors && now.descriptors > base_.descriptors + *expect.descriptors)
    return std::to_string(now.descriptors - base_.descriptors) + " descriptors stayed open";
  if (expect.threads && now.threads > base_.threads + *expect.threads)
    return std::to_string(now.threads - base_.threads) + " threads stayed";
  return {};
}

std::string CaseRun::too_much(const Expect& expect, const Usage& now, Milliseconds passed) const {
  const std::uint64_t peak = std::max(now.peak, now.resident);
  const std::uint64_t grown = peak > base_.resident ? peak - base_.resident : 0;
  if (expect.memory && grown > *expect.memory)
    return "the runtime's memory grew by " + std::to_string(grown >> 10U) + " KiB";
  if (!expect.cpu) return {};
  // A tick is 10 ms: of one second, 100 ticks are one core.
  const auto share = static_cast<int>((now.cpu_ticks - ticks_before_) * 1000 /
                                      static_cast<std::uint64_t>(passed.count()));
  if (share <= *expect.cpu) return {};
  return "the runtime used " + std::to_string(share) + "% of a core after all was said";
}

void CaseRun::measured(const std::string& trouble) {
  context_.loop.cancel(sample_timer_);
  measuring_since_.reset();
  if (!trouble.empty()) return finish(Verdict::fail, trouble);
  step_holds();
}

}  // namespace conform
