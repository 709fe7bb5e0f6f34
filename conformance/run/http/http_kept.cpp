// SPDX-License-Identifier: Apache-2.0
#include "run/http/http_kept.hpp"

#include <algorithm>
#include <cstdio>

#include "case/expected_text.hpp"
#include "run/match/words/last.hpp"

namespace conform {

// The first exchange also waits for the program to start.
static constexpr Milliseconds kStartLimit{30000};
static constexpr Milliseconds kLeaveLimit{5000};
static constexpr Milliseconds kOverall{60000};
// A client that moves nothing for so long may wait for the end of its connection.
static constexpr Milliseconds kStill{300};
static constexpr std::size_t kTimelineLines = 24;
static constexpr std::size_t kPrinted = 400;

HttpKept::HttpKept(RunContext& context, const Case& one, Options options)
    : context_(context),
      case_(one),
      options_(std::move(options)),
      payloads_(context.seed, one.id, context.full, context.message_limit()),
      listener_(context.loop,
                [this](int fd) {
                  const int number = static_cast<int>(links_.size()) + 1;
                  links_.push_back(std::make_unique<KeptLink>(
                      context_, *this, case_.id, number, KeptLink::Shared{payloads_, names_}, fd));
                }),
      driver_(context.loop, *this),
      nobody_(context, deaf_, Role::client, one.id),
      timeline_(kTimelineLines),
      engine_(context, context.loop, describe_case(one, Role::client), one, *this, {}) {}

HttpKept::~HttpKept() {
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
  engine_.starting(true);
  engine_.limit(kOverall);
  engine_.advance();
  return {};
}

bool HttpKept::do_step(const Step& step, bool first) {
  switch (step.kind) {
    case Step::Kind::exchange:
      return run_exchange(step, first);
    case Step::Kind::send:
      if (link_ != nullptr) link_->send(step.send);
      return true;
    case Step::Kind::wait:
      return engine_.waited(step, first);
    case Step::Kind::expect:
      return run_expect(step, first);
    case Step::Kind::call:
      break;
  }
  engine_.finish(Verdict::skip, "call steps need a library");
  return false;
}

// The client is told what to ask for; the steps behind it begin when its request came whole, or
// its report without one.
bool HttpKept::run_exchange(const Step& step, bool first) {
  const bool start = engine_.cursor().at() == 0;
  if (first) {
    awaited_ = true;
    arrived_ = false;
    if (!step.exchange.again) tell(step.exchange);
    engine_.await(start ? std::max(kStartLimit, case_.deadline) : case_.deadline);
  }
  if (arrived_ || facts_.done) {
    awaited_ = false;
    if (start) engine_.starting(false);
    return true;
  }
  if (engine_.late())
    engine_.finish(Verdict::fail,
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
  timeline_.add("told: " + exchange.method + " " + exchange.target);
  told_ = exchange.method + " " + names_.url + (exchange.body.empty() ? "" : " " + exchange.body);
  driver_.send(told_);
  if (gone_) program_ended();
}

bool HttpKept::run_expect(const Step& step, bool first) {
  if (first) engine_.await(case_.deadline);
  facts_.open = static_cast<int>(
      std::count_if(links_.begin(), links_.end(), [](const auto& one) { return one->open(); }));
  channel().seen.timeout = engine_.late();
  Facts facts(channel(), payloads_, Role::client);
  facts.handshake = &names_;
  facts.http = true;
  facts.last_step = engine_.cursor().is_last();
  facts.fetch = &facts_;
  facts.deadline_factor = context_.deadline_factor;
  const Matcher matcher(facts);
  const StepOutcome found = matcher.match(step);
  if (found.answer == Answer::no) engine_.finish(Verdict::fail, found.why);
  if (found.answer != Answer::yes) return false;
  if (found.lenient) engine_.decision().relax(found.why);
  const auto held = matcher.readings(step, Reason()).front();
  if (find<Last>(held.expect) != nullptr) engine_.cursor().skip_rest();
  return true;
}

void HttpKept::on_request(KeptLink& link, wire::HttpMessage request) {
  timeline_.add("connection " + std::to_string(link.number()) + ": " + request.head.start_line);
  facts_.requests.push_back(std::move(request));
  facts_.kept = link.requests() > 1;
  // RFC 9112 §9.5: a request may cross the end of its connection. Nobody answers it there.
  if (link.ended_by_judge()) return link.drop();
  if (!awaited_ || arrived_) return link.answer_plain();
  if (link_ != nullptr && link_ != &link) link_->let_go_end();
  link_ = &link;
  arrived_ = true;
}

void HttpKept::on_news() {
  news_ = Clock::now();
  if (still_) still_->moved();
  engine_.advance();
}

// RFC 9112 §9.6: the end of a connection that was said to close comes once the client has asked for
// what is next, or waits for that end.
void HttpKept::end_links_once_still() {
  if (link_ == nullptr || !link_->holds_due_end()) return still_.reset();
  if (!still_) still_.emplace(driver_.process(), kStill);
  if (still_->is_over()) link_->let_go_end();
}

// What came on a connection before the report is worked on before it: both may be there at once.
void HttpKept::on_line(std::string_view line) {
  engine_.later([this, text = std::string(line)] {
    if (!engine_.decision().made()) reported(text);
  });
}

void HttpKept::reported(const std::string& line) {
  FetchReport read;
  if (!take_report(line, read)) {
    if (printed_.size() < kPrinted) printed_ += line.substr(0, kPrinted) + "\n";
    return timeline_.add("it printed " + line.substr(0, 80));
  }
  if (!asked_) {
    return engine_.finish(Verdict::fail,
                          "the client reported without being asked: " + line.substr(0, 200));
  }
  asked_ = false;
  facts_.done = true;
  timeline_.add("report: " + (read.status != 0 ? std::to_string(read.status) : line).substr(0, 80));
  static_cast<FetchReport&>(facts_) = std::move(read);
  on_news();
}

void HttpKept::on_flood(const std::string& what) {
  engine_.later([this, what] { engine_.finish(Verdict::fail, "the client printed " + what); });
}

// A signal is always its fault; any other end is one where something is still to come.
void HttpKept::program_ended() {
  gone_ = true;
  const std::string how = driver_.process().how_it_ended();
  if (driver_.process().ended_by_signal()) {
    engine_.result().log = driver_.process().log_tail();
    return engine_.finish(Verdict::fail, Reason::crash("the client crashed: " + how));
  }
  if (asked_ && engine_.phase() != Engine::Phase::leaving) {
    engine_.result().log = driver_.process().log_tail();
    facts_.trouble = "the client ended with " + how + " before it had reported";
    facts_.done = true;
    asked_ = false;
  }
  engine_.advance();
}

bool HttpKept::settled() {
  const bool decided = engine_.decision().made();
  if (decided || gone_) return decided;
  end_links_once_still();
  // Its last words are read before its end counts.
  if (!driver_.process().running() &&
      (output_ended_ || engine_.phase() == Engine::Phase::leaving)) {
    engine_.later([this] {
      if (!engine_.decision().made() && !gone_) program_ended();
    });
  }
  return false;
}

bool HttpKept::leave(bool first) {
  if (first) {
    driver_.end_input();
    if (link_ != nullptr) link_->let_go_end();
    engine_.await(kLeaveLimit);
  }
  if (engine_.late())
    engine_.finish(Verdict::fail,
                   Reason::timeout("the client did not end after the end of its input"));
  return gone_;
}

// The first exchange waits for the program to start, too.
std::string HttpKept::awaits() const {
  if (engine_.phase() == Engine::Phase::leaving) return "http-client-kept end";
  if (engine_.cursor().at() == 0) return "http-client-kept first exchange";
  const bool exchange = engine_.step()->kind == Step::Kind::exchange;
  return exchange ? "http-client-kept exchange" : "http-client-kept expectation";
}

std::string HttpKept::expected() const {
  const Step* const step = engine_.step();
  return step != nullptr ? expected_text(*step) : "the program ends where its input ends";
}

void HttpKept::decided(Result& result) {
  for (const auto& link : links_) {
    const double offset = std::chrono::duration<double, std::milli>(link->began() - began_).count();
    for (OctetsAt& octets : link->channel().take_log()) {
      octets.ms += offset;
      result.octets.push_back(std::move(octets));
    }
  }
  std::stable_sort(result.octets.begin(), result.octets.end(),
                   [](const OctetsAt& a, const OctetsAt& b) { return a.ms < b.ms; });
  for (const auto& link : links_) link->drop();
}

}  // namespace conform
