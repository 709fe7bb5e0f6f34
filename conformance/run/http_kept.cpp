// SPDX-License-Identifier: Apache-2.0
#include "run/http_kept.hpp"

#include <algorithm>
#include <cstdio>

#include "case/expected_text.hpp"
#include "run/match/words/last.hpp"

namespace conform {

// The first exchange also waits for the program to start.
static constexpr Milliseconds kStartLimit{30000};
// How often a wait that a probe may cut short is looked at.
static constexpr Milliseconds kLookAgain{25};
static constexpr Milliseconds kLeaveLimit{5000};
static constexpr Milliseconds kOverall{60000};
static constexpr std::size_t kTimelineLines = 24;
static constexpr std::size_t kPrinted = 400;

HttpKept::HttpKept(RunContext& context, const Case& one, Options options)
    : context_(context),
      case_(one),
      options_(std::move(options)),
      payloads_(context.seed, one.id, context.full, context.message_limit()),
      starting_(context.starting),
      stalled_(context.stalled),
      listener_(context.loop,
                [this](int fd) {
                  const int number = static_cast<int>(links_.size()) + 1;
                  links_.push_back(std::make_unique<KeptLink>(
                      context_, *this, case_.id, number, KeptLink::Shared{payloads_, names_}, fd));
                }),
      driver_(context.loop, *this),
      nobody_(context, deaf_, Role::client, one.id),
      result_(describe_case(one, Role::client)) {}

HttpKept::~HttpKept() {
  for (const TimerId& timer : {deadline_, wait_timer_, overall_}) context_.loop.cancel(timer);
  links_.clear();
  driver_.process().kill();
  std::remove(options_.log_file.c_str());
}

std::string HttpKept::start() {
  std::remove(options_.log_file.c_str());
  std::string why = listener_.listen("127.0.0.1", 0);
  if (!why.empty()) return why;
  names_.host = "127.0.0.1";
  names_.port = std::to_string(listener_.port());
  names_.authority = names_.host + ":" + names_.port;
  why = driver_.start(options_.command, options_.log_file);
  if (!why.empty()) return why;
  driver_.process().wake(context_.loop);
  starting_.set(true);
  overall_ = context_.loop.after(context_.stretched(kOverall), [this] {
    finish(Verdict::fail, Reason::timeout("the case did not come to its end"));
  });
  advance();
  return {};
}

void HttpKept::note(std::string what) {
  if (timeline_.size() < kTimelineLines) timeline_.push_back(std::move(what));
}

// Events may come while one is being worked on; they are taken in turn.
void HttpKept::advance() {
  again_ = true;
  if (advancing_) return;
  advancing_ = true;
  while (again_ && !decided_ && !leaving_) {
    again_ = false;
    while (!decided_ && step_ < case_.steps.size() && run_step(case_.steps[step_])) next_step();
    if (!decided_ && step_ >= case_.steps.size()) leave();
  }
  advancing_ = false;
}

void HttpKept::next_step() {
  context_.loop.cancel(deadline_);
  const bool waited = case_.steps[step_].kind == Step::Kind::exchange ||
                      case_.steps[step_].kind == Step::Kind::expect;
  if (waited && !timed_out_) {
    const auto after = std::chrono::duration_cast<Milliseconds>(Clock::now() - step_began_);
    context_.patience->answered(awaited_kind(), after);
  }
  if (step_ == 0) starting_.set(false);
  ++step_;
  begun_ = timed_out_ = waited_ = false;
}

bool HttpKept::run_step(const Step& step) {
  switch (step.kind) {
    case Step::Kind::exchange:
      return run_exchange(step);
    case Step::Kind::send:
      if (link_ != nullptr) link_->send(step.send);
      return true;
    case Step::Kind::wait:
      return run_wait(step);
    case Step::Kind::expect:
      return run_expect(step);
    case Step::Kind::call:
      break;
  }
  finish(Verdict::skip, "call steps need a library");
  return false;
}

// The client is told what to ask for; the steps behind it begin when its request came whole, or
// its report without one.
bool HttpKept::run_exchange(const Step& step) {
  if (!begun_) {
    begun_ = true;
    arrived_ = false;
    if (!step.exchange.again) tell(step.exchange);
    arm(step_ == 0 ? std::max(kStartLimit, case_.deadline) : case_.deadline);
  }
  if (arrived_ || facts_.done) return true;
  if (timed_out_)
    finish(Verdict::fail,
           Reason::timeout("the client neither sent a request nor printed a report"));
  return false;
}

void HttpKept::tell(const Exchange& exchange) {
  FetchFacts fresh;
  fresh.several = true;
  if (!facts_.requests.empty()) fresh.earlier = std::move(facts_.requests.back());
  facts_ = std::move(fresh);
  asked_ = true;
  names_.path = names_.target = exchange.target;
  names_.url = "http://" + names_.authority + exchange.target;
  note("told: " + exchange.method + " " + exchange.target);
  told_ = exchange.method + " " + names_.url + (exchange.body.empty() ? "" : " " + exchange.body);
  driver_.send(told_);
  if (gone_) program_ended();
}

bool HttpKept::run_wait(const Step& step) {
  if (!begun_) {
    begun_ = true;
    wait_timer_ = context_.loop.after(step.wait, [this] {
      waited_ = true;
      advance();
    });
  }
  return waited_;
}

bool HttpKept::run_expect(const Step& step) {
  if (!begun_) {
    begun_ = true;
    arm(case_.deadline);
  }
  facts_.open = static_cast<int>(
      std::count_if(links_.begin(), links_.end(), [](const auto& one) { return one->open(); }));
  channel().seen.timeout = timed_out_;
  Facts facts(channel(), payloads_, Role::client);
  facts.handshake = &names_;
  facts.http = true;
  facts.last_step = step_ + 1 == case_.steps.size();
  facts.fetch = &facts_;
  facts.deadline_factor = context_.deadline_factor;
  const Matcher matcher(facts);
  const StepOutcome found = matcher.match(step);
  if (found.answer == Answer::no) finish(Verdict::fail, found.why);
  if (found.answer != Answer::yes) return false;
  if (found.lenient && lenient_why_.empty()) lenient_why_ = found.why;
  lenient_ = lenient_ || found.lenient;
  const auto held = matcher.readings(step, "").front();
  if (find<Last>(held.expect) != nullptr) step_ = case_.steps.size() - 1;
  return true;
}

void HttpKept::on_request(KeptLink& link, wire::HttpMessage request) {
  note("connection " + std::to_string(link.number()) + ": " + request.head.start_line);
  facts_.requests.push_back(std::move(request));
  facts_.kept = link.requests() > 1;
  // RFC 9112 §9.5: a request may cross the end of its connection. Nobody answers it there.
  if (link.ended_by_judge()) return link.drop();
  const bool awaited = !arrived_ && begun_ && step_ < case_.steps.size() &&
                       case_.steps[step_].kind == Step::Kind::exchange;
  if (!awaited) return link.answer_plain();
  link_ = &link;
  arrived_ = true;
}

void HttpKept::on_news() {
  news_ = Clock::now();
  advance();
}

// What came on a connection before the report is worked on before it: both may be there at once.
void HttpKept::on_line(std::string_view line) {
  context_.loop.post([this, text = std::string(line), alive = std::weak_ptr<bool>(alive_)] {
    if (!alive.expired() && !decided_) reported(text);
  });
}

void HttpKept::reported(const std::string& line) {
  FetchReport read;
  if (!take_report(line, read)) {
    if (printed_.size() < kPrinted) printed_ += line.substr(0, kPrinted) + "\n";
    return note("it printed " + line.substr(0, 80));
  }
  if (!asked_) {
    return finish(Verdict::fail, "the client reported without being asked: " + line.substr(0, 200));
  }
  asked_ = false;
  facts_.done = true;
  note("report: " + (read.status != 0 ? std::to_string(read.status) : line).substr(0, 80));
  static_cast<FetchReport&>(facts_) = std::move(read);
  on_news();
}

void HttpKept::on_flood(const std::string& what) {
  context_.loop.post([this, what, alive = std::weak_ptr<bool>(alive_)] {
    if (!alive.expired()) finish(Verdict::fail, "the client printed " + what);
  });
}

// A signal is always its fault; any other end is one where something is still to come.
void HttpKept::program_ended() {
  gone_ = true;
  const std::string how = driver_.process().how_it_ended();
  if (driver_.process().ended_by_signal()) {
    result_.log = driver_.process().log_tail();
    return finish(Verdict::fail, Reason::crash("the client crashed: " + how));
  }
  if (leaving_) return finish(lenient_ ? Verdict::lenient : Verdict::pass, lenient_why_);
  if (asked_) {
    result_.log = driver_.process().log_tail();
    facts_.trouble = "the client ended with " + how + " before it had reported";
    facts_.done = true;
    asked_ = false;
  }
  advance();
}

bool HttpKept::settled() {
  if (decided_ || gone_) return decided_;
  // Its last words are read before its end counts.
  if (!driver_.process().running() && (output_ended_ || leaving_)) {
    context_.loop.post([this, alive = std::weak_ptr<bool>(alive_)] {
      if (!alive.expired() && !decided_ && !gone_) program_ended();
    });
  }
  return false;
}

void HttpKept::leave() {
  leaving_ = true;
  driver_.end_input();
  step_began_ = news_ = Clock::now();
  arm(kLeaveLimit);
}

void HttpKept::arm(Milliseconds span) {
  context_.loop.cancel(deadline_);
  timed_out_ = false;
  limit_ = context_.stretched(span);
  step_began_ = Clock::now();
  kind_.clear();
  stalled_.set(false);
  look_again(limit_);
}

// A deadline counts only while nothing moves, here or, within reason, in the cases beside this one.
void HttpKept::on_deadline() {
  const TimePoint own = std::max(news_, step_began_);
  const auto quiet = Clock::now() - own;
  kind_ = awaited_kind();
  const bool probe = !context_.in_full.contains(case_.id) && context_.patience->spent(kind_) &&
                     quiet >= context_.stretched(context_.patience->probe(kind_));
  if (probe) probed_ = kind_;
  if (context_.starting > 0) context_.last_progress = Clock::now();
  const bool patient = Clock::now() - step_began_ < limit_ * 10;
  const auto idle = patient ? Clock::now() - std::max(own, context_.last_progress) : quiet;
  stalled_.set(!probe && quiet >= limit_ && idle < limit_);
  if (!probe && idle < limit_) return look_again(limit_ - idle);
  if (leaving_)
    return finish(Verdict::fail,
                  Reason::timeout("the client did not end after the end of its input"));
  timed_out_ = true;
  advance();
}

void HttpKept::look_again(Clock::duration after) {
  context_.loop.cancel(deadline_);
  deadline_ = context_.loop.at(Clock::now() + std::min<Clock::duration>(after, kLookAgain),
                               [this] { on_deadline(); });
}

// The first exchange waits for the program to start, too.
std::string HttpKept::awaited_kind() const {
  if (leaving_) return "http-client-kept end";
  if (step_ == 0) return "http-client-kept first exchange";
  const bool exchange = case_.steps[step_].kind == Step::Kind::exchange;
  return exchange ? "http-client-kept exchange" : "http-client-kept expectation";
}

// What a probe told says so; what was waited for in full is learnt from.
void HttpKept::settle_patience(std::string& why) {
  starting_.set(false);
  stalled_.set(false);
  result_.probed = probed_;
  if (result_.verdict != Verdict::fail || !result_.timed_out || kind_.empty()) return;
  if (probed_.empty()) return context_.patience->waited_in_vain(kind_);
  context_.patience->probed(probed_);
  why += " (of a probe, as " + std::to_string(context_.patience->in_vain(probed_)) +
         " others of its kind had timed out in full)";
}

void HttpKept::finish(Verdict verdict, Reason why) {
  if (decided_) return;
  decided_ = true;
  result_.verdict = verdict;
  result_.timed_out = why.is_timeout();
  result_.crashed = why.kind == Reason::Kind::crashed;
  settle_patience(why.text);
  if (verdict == Verdict::fail)
    result_.expected = step_ < case_.steps.size() ? expected_text(case_.steps[step_])
                                                  : "the program ends where its input ends";
  const std::string came = in_turn(timeline_);
  result_.seen = why.empty() ? came : why.text + "; received: " + came;
  result_.why = std::move(why.text);
  result_.ms = std::chrono::duration<double, std::milli>(Clock::now() - began_).count();
  for (const auto& link : links_) {
    const double offset = std::chrono::duration<double, std::milli>(link->began() - began_).count();
    for (OctetsAt& octets : link->channel().take_log()) {
      octets.ms += offset;
      result_.octets.push_back(std::move(octets));
    }
  }
  std::stable_sort(result_.octets.begin(), result_.octets.end(),
                   [](const OctetsAt& a, const OctetsAt& b) { return a.ms < b.ms; });
  for (const auto& link : links_) link->drop();
}

}  // namespace conform
