// SPDX-License-Identifier: Apache-2.0
// The expect steps of a case: fences, deadlines, and what /proc has to say.
#include <algorithm>

#include "case/expected_text.hpp"
#include "run/dialogue/case_run.hpp"
#include "run/match/responses.hpp"
#include "run/match/words/last.hpp"
#include "run/match/words/responses.hpp"
#include "run/match/words/within.hpp"

namespace conform {

// How long a peer is given before the fence is sent. Decides nothing: it only spares correct peers
// the fence.
static constexpr Milliseconds kFenceAfterClose{100};
static constexpr Milliseconds kFenceAfterOthers{400};
// How long a further message may take to bring what had not come in time: only for the wording of a
// failure that stands already.
static constexpr Milliseconds kAfterOverdue{300};

Facts CaseRun::facts() const {
  Facts facts(channel_, payloads_, role_);
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
  facts.last_step = engine_.cursor().is_last();
  facts.fence_status = context_.fence_status;
  facts.fetch = fetch_;
  facts.deadline_factor = context_.deadline_factor;
  return facts;
}

static bool keeps_tcp(const Step& step) {
  return has(step.expect, [](const Traits& one) { return one.keeps_tcp; });
}

// Setup http: the fence is a last request that asks the server to close behind its answer.
void CaseRun::plan_http_fence(const Step& step) {
  if (role_ != Role::server) return;
  const bool last = engine_.cursor().is_last();
  const bool exact = has_deep(step, [](const Traits& one) { return one.exact; });
  if (!last && !exact) return;
  const bool closing = has_deep(step, [](const Traits& one) { return one.closes; });
  const auto due = [this] {
    fence_due_ = true;
    engine_.advance();
  };
  if (!closing) return due();
  fence_timer_ = context_.loop.after(kFenceAfterClose, due);
}

void CaseRun::send_http_fence() {
  Seen& seen = channel_.seen;
  if (seen.http_fence_sent || seen.responses.size() < fewest_responses(engine_.step()->expect))
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
  fence_due_ = fence_done_ = fence_waits_ = false;
  overdue_.clear();
  context_.loop.cancel(fence_timer_);
  fence_with_ping_ = wishes(step, FenceWish::with_ping);
  if (has_deep(step, [](const Traits& one) { return one.no_fence; })) return;
  if (follows_ && fence_with_ping_) return;
  if (channel_.http) return plan_http_fence(step);
  const auto takes = [](const Traits& one) { return one.owed && one.takes_messages; };
  const bool now =
      wishes(step, FenceWish::at_once) || (channel_.pings_only && has_deep(step, takes));
  const bool closing = wishes(step, FenceWish::soon);
  const auto due = [this] {
    fence_due_ = true;
    engine_.advance();
  };
  if (now) return due();
  // What a library does between two calls is fenced by the script of its case.
  if (follows_) return;
  // A fence would wake what holds its answer back until something more arrives.
  fence_waits_ =
      is_owed(step.expect) || std::any_of(step.expect.any.begin(), step.expect.any.end(), is_owed);
  if (fence_waits_) return;
  fence_timer_ = context_.loop.after(closing ? kFenceAfterClose : kFenceAfterOthers, due);
}

// What the step awaits has come, or it fares otherwise: the fence may go.
bool CaseRun::moves_on(const Step& step) const {
  const Facts now = facts();
  const Matcher matcher(now);
  if (step.expect.any.empty()) return matcher.arrived(step.expect);
  return std::any_of(step.expect.any.begin(), step.expect.any.end(),
                     [&](const Expect& one) { return is_owed(one) && matcher.arrived(one); });
}

// The deadline has passed: the step has failed, unless it tolerates that. A further message shows
// whether the awaited was there, and only held back.
bool CaseRun::ask_once_more() {
  if (!fence_waits_ || engine_.step() == nullptr) return false;
  const Step& step = *engine_.step();
  {
    const Facts now = facts();
    overdue_ = Matcher(now).match(step).why.text;
    if (overdue_.empty()) overdue_ = "the answer";
  }
  channel_.seen.timeout = true;
  const Facts now = facts();
  const StepOutcome found = Matcher(now).match(step);
  channel_.seen.timeout = false;
  if (found.answer != Answer::no) return false;
  overdue_why_ = found.why;
  fence_waits_ = false;
  fence_due_ = true;
  // What is sent may be judged before this function is through.
  const auto span = context_.stretched(kAfterOverdue);
  overdue_ends_ = Clock::now() + span;
  send_fence_if_due();
  if (!fence_done_) return false;
  channel_.note("the deadline passed; a further message is sent");
  engine_.look_again(span);
  return true;
}

bool CaseRun::judge_overdue(const StepOutcome& found) {
  // It waited in vain to the end of its deadline: that others of its kind will, too, is learnt.
  if (found.answer == Answer::yes)
    return fail(Reason(Reason::Kind::timeout,
                       overdue_ + " came only after a further message: it was held back"));
  const bool over = found.answer == Answer::no || Clock::now() >= overdue_ends_;
  return over && fail(overdue_why_);
}

void CaseRun::send_fence_if_due() {
  const bool stepping = engine_.step() != nullptr && setup_done() && !measurement_.runs();
  if (!fence_due_ || fence_done_ || !stepping || !sender_.idle()) return;
  const Connection* connection = channel_.connection();
  if (connection == nullptr || !connection->open() || sender_.half_closed() || channel_.seen.end)
    return;
  if (channel_.http) return send_http_fence();
  if (!channel_.in_websocket()) {
    // On HTTP the end of our side is the fence: a live server answers what it has and ends its own.
    const auto* wanted = find<Responses>(engine_.step()->expect);
    if (wanted == nullptr || !wanted->is_number() ||
        channel_.seen.responses.size() < wanted->count())
      return;
    fence_done_ = true;
    channel_.connection()->shutdown_write();
    return;
  }
  const Encoder& encoder = channel_.encoder;
  if (encoder.close_sent() || encoder.inside_frame() || channel_.seen.close) return;
  fence_done_ = true;
  if (follows_ || encoder.inside_message()) return channel_.send_fence(true);
  if (fence_with_ping_ && !channel_.pings_only) channel_.send_fence(true);
  channel_.send_fence(false);
}

// Where a step lets the connection end or go on and it has ended, later steps that need it have
// nothing to say.
bool CaseRun::is_moot(const Step& step) const {
  return ended_by_choice_ && !has_deep(step, [](const Traits& one) { return one.is_end; });
}

void CaseRun::begin_expect(const Step& step) {
  channel_.seen.timeout = false;
  peer_taken_.reset();
  channel_.surplus = false;
  // One that says itself how long it waits has just that.
  const auto* within = find<Within>(step.expect);
  engine_.await(within != nullptr ? within->span() + Milliseconds(50) : case_.deadline,
                {.patient = within == nullptr, .may_probe = within == nullptr});
  plan_fence(step);
  if (keeps_tcp(step)) engine_.look_again(Milliseconds(310));
}

// Setup http: responses that answer nothing are no movement towards what is awaited. A server that
// sends them for ever would be waited for as long.
void CaseRun::look_for_surplus(const Step& step) {
  static constexpr std::size_t kSpare = 4;
  std::size_t most = most_responses(step.expect);
  for (const Expect& one : step.tolerate) most = std::max(most, most_responses(one));
  channel_.surplus = channel_.seen.responses.size() > most + kSpare;
}

bool CaseRun::judge(const Step& step) {
  if (fence_waits_ && moves_on(step)) {
    fence_waits_ = false;
    fence_due_ = true;
  }
  const Facts now = facts();
  const Matcher matcher(now);
  const StepOutcome found = matcher.match(step);
  if (fence_done_ && !overdue_.empty()) return judge_overdue(found);
  if (found.answer == Answer::yes) {
    return settle(measurement_.take(matcher.readings(step, found.lenient ? found.why : Reason())));
  }
  if (found.answer == Answer::wait) {
    if (channel_.http) look_for_surplus(step);
    // A step that holds needs no fence, and what follows on the connection must not find one.
    send_fence_if_due();
    if (keeps_tcp(step) && channel_.seen.both_closed) {
      engine_.look_again(*channel_.seen.both_closed + Milliseconds(305) - Clock::now());
    }
    return false;
  }
  Reason why = found.why;
  const auto& close = channel_.seen.close;
  const auto& responses = channel_.seen.responses;
  if (close) why.text += context_.limits.hint(channel_.encoder, *close);
  if (channel_.http && role_ == Role::server && !responses.empty() &&
      responses.back().head.status() == 413 && declared_.body == 0)
    why.text += LimitTrace::hint_of_content(channel_.encoder);
  return fail(std::move(why));
}

// Setup http: what a step expected is its own; what came behind it is the next step's.
void CaseRun::take_responses(std::size_t taken) {
  auto& came = channel_.seen.responses;
  if (!came.empty()) last_status_ = came.back().head.status();
  taken = channel_.seen.http_fence_sent ? came.size() : std::min(taken, came.size());
  came.erase(came.begin(), came.begin() + static_cast<std::ptrdiff_t>(taken));
  channel_.seen.interim.clear();
}

static bool may_go_on(const Step& step) {
  const auto goes_on = [](const Expect& expect) {
    return !is_end(expect) &&
           (expect.any.empty() || !std::all_of(expect.any.begin(), expect.any.end(), is_end));
  };
  return goes_on(step.expect) || std::any_of(step.tolerate.begin(), step.tolerate.end(), goes_on);
}

bool CaseRun::settle(Measured found) {
  switch (found.state) {
    case Measured::State::waits:
      return false;
    case Measured::State::fails:
      return fail(std::move(found.why));
    case Measured::State::missing:
      return skip("not measured: " + found.why.text);
    case Measured::State::holds:
      break;
  }
  if (found.reading.lenient) {
    engine_.decision().relax(found.reading.why.empty() ? found.why : found.reading.why,
                             expected_text(*engine_.step()));
  }
  return step_holds(found.reading);
}

// The step is over as `held` reads it: what that took is settled, also where it is only tolerated.
bool CaseRun::step_holds(const HeldReading& reading) {
  const Step& step = *engine_.step();
  const Expect& held = reading.expect;
  if (channel_.http) take_responses(reading.takes);
  context_.loop.cancel(fence_timer_);
  if (takes_messages(step.expect) || takes_messages(held)) channel_.encoder.awaited.clear();
  ended_by_choice_ = ended_by_choice_ || (is_end(held) && may_go_on(step) && !channel_.http);
  if (find<Last>(held) != nullptr)
    engine_.cursor().skip_rest();
  else if (!engine_.cursor().is_last())
    channel_.begin_window();
  return true;
}

}  // namespace conform
