// SPDX-License-Identifier: Apache-2.0
// The life of a library case: start, hello, steps, connections let go, hello again, stop.
#include "run/library_case.hpp"

#include <algorithm>

#include "case/expected_text.hpp"
#include "subject/certificates.hpp"

namespace conform {

using nlohmann::json;

// A library may be given its time; a hang is still told apart from a slow answer.
static constexpr Milliseconds kHelloLimit{30000};
static constexpr Milliseconds kStopLimit{10000};
static constexpr Milliseconds kLookAgain{3};
// No further round begins after so long, once there were so many.
static constexpr Milliseconds kLongRounds{10000};
static constexpr int kFewestRounds = 3;

LibraryCase::LibraryCase(RunContext& context, const Case& one, DriverUse use, Done done)
    : context_(context),
      case_(one),
      use_(std::move(use)),
      done_(std::move(done)),
      payloads_(context.seed, one.id, context.full, context.message_limit()),
      starting_(context.starting),
      ports_(context.loop,
             [this](int fd, bool tls) {
               peers_.push_back(std::make_unique<PeerRequest>(
                   context_.loop, fd, tls ? tls_.get() : nullptr, going_on()));
             }),
      driver_(context.loop, *this),
      facts_{payloads_, [this](const std::string& text) { return ports_.fill(text); },
             one.edition == "osprey-int", context.runtime.declares("osprey-codes")},
      result_(describe_case(one, Role::library)) {}

LibraryCase::~LibraryCase() {
  context_.loop.cancel(deadline_);
  context_.loop.cancel(wait_timer_);
  if (context_.process == &driver_.process()) context_.process = nullptr;
  driver_.process().kill();
}

void LibraryCase::start() {
  prepare_links();
  std::string why = prepare_tls();
  prepare_watch();
  if (why.empty()) why = driver_.start(use_.command, use_.log_file, watch_.get());
  if (!why.empty()) return finish(Verdict::error, why);
  driver_.process().wake(context_.loop);
  if (watch_ != nullptr) why = watch_->begin();
  if (!why.empty()) return finish(Verdict::skip, why);
  if (case_.alone) context_.process = &driver_.process();
  starting_.set(true);
  say({{"do", "hello"}, {"protocol", 1}});
  arm(kHelloLimit);
}

// The case's certificate is of an authority that the process is told to trust, in the manner of
// OpenSSL and of those who follow it.
std::string LibraryCase::prepare_tls() {
  if (!case_.shows_certificate) return {};
  CertificateFiles files;
  TlsSettings settings;
  std::string why =
      make_certificates(use_.folder, static_cast<CertificateKind>(case_.certificate), files);
  settings.certificate_file = files.certificate;
  settings.key_file = files.key;
  if (why.empty()) tls_ = make_server_context(settings, why);
  const std::vector<std::string> trust = {"env", "SSL_CERT_FILE=" + files.ca};
  use_.command.insert(use_.command.begin(), trust.begin(), trust.end());
  return why;
}

void LibraryCase::prepare_watch() {
  const bool wanted = std::any_of(case_.steps.begin(), case_.steps.end(), [](const Step& step) {
    return step.library.kind == LibraryStep::Kind::deny ||
           step.library.kind == LibraryStep::Kind::binds;
  });
  if (wanted) watch_ = std::make_unique<CallWatch>(context_.loop, going_on());
}

void LibraryCase::say(const json& line) {
  driver_.send(line.dump(-1, ' ', false, json::error_handler_t::replace));
}

void LibraryCase::note(std::string what) {
  if (timeline_.size() < 12) timeline_.push_back(std::move(what));
}

void LibraryCase::on_line(std::string_view text) {
  if (state_ == State::finished) return;
  const json line = json::parse(text, nullptr, false);
  if (!line.is_object()) {
    return finish(Verdict::error,
                  "the driver printed a line that is no JSON object: " + wire::describe(text, 120));
  }
  read_line(line, text);
}

void LibraryCase::take_hello(const json& hello) {
  const std::string why = read_hello(hello, hello_);
  if (!why.empty()) return finish(Verdict::error, why);
  ++hellos_;
  starting_.set(false);
  advance();
}

void LibraryCase::take_handed(const json& line) {
  handed_ = line["handed"].is_string() ? line["handed"].get<std::string>() : "";
  const json declare = line.value("declare", json());
  declare_ = declare.is_string() ? declare.get<std::string>() : "";
}

void LibraryCase::read_line(const json& line, std::string_view text) {
  if (line.contains("handed")) return take_handed(line);
  if (line.contains("hello")) return take_hello(line["hello"]);
  if (line.contains("event")) {
    if (!line["event"].is_string())
      return finish(Verdict::error, "the driver's event has no name: " + wire::describe(text, 120));
    note("event " + line["event"].get<std::string>());
    events_.push_back(line);
    return advance();
  }
  const bool answer = line.contains("answer") && line["answer"].is_number_integer();
  const auto found = answer ? calls_.find(line["answer"].get<int>()) : calls_.end();
  if (found == calls_.end() || found->second.answers) {
    return finish(Verdict::error,
                  "the driver printed a line that answers no call: " + wire::describe(text, 120));
  }
  std::vector<CallAnswer> answers;
  const std::string why = read_answers(line, answers);
  if (!why.empty())
    return finish(Verdict::error, "the driver's answer to " + found->second.function + ": " + why);
  note(found->second.function + ": " + describe(answers));
  for (const CallAnswer& one : answers) {
    if (!one.skipped.empty()) return finish(Verdict::skip, "the driver: " + one.skipped);
  }
  found->second.answers = std::move(answers);
  advance();
}

void LibraryCase::on_driver_end() {
  driver_ended_ = true;
  after_end();
}

// The end of the stream is seen a little before the end of the process.
void LibraryCase::after_end() {
  if (state_ == State::finished) return;
  Process& process = driver_.process();
  if (!process.running()) {
    if (state_ == State::stopping) return advance();
    const std::string how = process.how_it_ended();
    result_.log = process.log_tail();
    return finish(Verdict::fail, process.ended_by_signal()
                                     ? Reason::crash("the library crashed: " + how + handed_over())
                                     : Reason("the driver ended by itself: " + how));
  }
  context_.loop.cancel(wait_timer_);
  wait_timer_ = context_.loop.after(kLookAgain, [this] { after_end(); });
}

// For the message of a crash: it may be the shape of what a handler gave that the library read
// wrong.
std::string LibraryCase::handed_over() const {
  if (handed_.empty()) return {};
  std::string out = ", after a handler had returned " + handed_;
  if (!declare_.empty())
    out += "; a library that takes something else is to be declared: --abi " + declare_;
  return out;
}

void LibraryCase::on_flood(const std::string& what) {
  finish(Verdict::error, "the driver printed " + what);
}

std::function<void()> LibraryCase::going_on() {
  return [this, &loop = context_.loop, alive = std::weak_ptr<bool>(alive_)] {
    loop.post([this, alive] {
      if (!alive.expired()) advance();
    });
  };
}

// Events may come while one is being worked on; they are taken in turn.
void LibraryCase::advance() {
  again_ = true;
  if (advancing_) return;
  advancing_ = true;
  while (again_ && state_ != State::finished) {
    again_ = false;
    switch (state_) {
      case State::greeting:
        if (hellos_ == 0) break;
        context_.loop.cancel(deadline_);
        state_ = State::stepping;
        again_ = true;
        break;
      case State::stepping:
        when_stepping();
        break;
      case State::confirming:
        when_confirming();
        break;
      case State::leaving:
        when_leaving();
        break;
      case State::checking:
        when_checking();
        break;
      case State::stopping:
        when_stopping();
        break;
      case State::finished:
        break;
    }
  }
  advancing_ = false;
}

void LibraryCase::next_step() {
  context_.loop.cancel(deadline_);
  answer_came();
  limit_ = Milliseconds(0);
  entered_ = waited_ = false;
  ++step_;
  again_ = true;
}

void LibraryCase::when_stepping() {
  if (step_ < case_.steps.size()) {
    const Step& step = case_.steps[step_];
    const bool through = do_library(step);
    if (state_ != State::stepping) return;
    entered_ = true;
    if (through) next_step();
    return;
  }
  state_ = State::leaving;
  for (auto& [name, link] : links_) {
    if (link.run) link.run->let_go();
  }
  again_ = true;
}

// A library that dies ends its connections first. Whether it did is known once it has answered.
void LibraryCase::fail_unless_it_died(Reason why) {
  failed_ = std::move(why);
  state_ = State::confirming;
  hellos_ = 0;
  say({{"do", "hello"}, {"protocol", 1}});
  arm(kHelloLimit);
}

void LibraryCase::when_confirming() {
  if (hellos_ > 0) finish(Verdict::fail, failed_);
}

void LibraryCase::when_leaving() {
  for (auto& [name, link] : links_) {
    if (link.run && !link.done) return;
  }
  if (next_round()) return;
  state_ = State::checking;
  say({{"do", "hello"}, {"protocol", 1}});
  hellos_ = 0;
  arm(kHelloLimit);
}

bool LibraryCase::next_round() {
  if (is_last_round()) return false;
  ++round_;
  // Nothing may have grown at all: a few rounds that take long tell as much as many.
  out_of_rounds_ = round_ >= kFewestRounds && Clock::now() - begin_ > kLongRounds;
  for (auto& [name, link] : links_) {
    link.run.reset();
    link.done = false;
  }
  peers_.clear();
  taken_peers_ = 0;
  begun_.clear();
  step_ = 0;
  state_ = State::stepping;
  again_ = true;
  return true;
}

void LibraryCase::when_checking() {
  if (hellos_ == 0) return;
  state_ = State::stopping;
  say({{"do", "stop"}});
  driver_.end_input();
  arm(kStopLimit);
}

// The last chance to crash: what the library started is taken down with the process.
void LibraryCase::when_stopping() {
  Process& process = driver_.process();
  if (!driver_ended_ || process.running()) return;
  if (process.ending().clean())
    return finish(lenient_ ? Verdict::lenient : Verdict::pass, lenient_why_);
  result_.log = process.log_tail();
  const std::string how = process.how_it_ended();
  finish(Verdict::fail, process.ended_by_signal()
                            ? Reason::crash("at its end the driver crashed: " + how)
                            : Reason("at its end the driver had " + how));
}

void LibraryCase::abort(Verdict verdict, const Reason& why) {
  finish(verdict, why);
}

// What the case waits for at this point.
std::string LibraryCase::expected_now() const {
  if (state_before_end_ == State::greeting) return "the driver answers hello";
  if (step_ < case_.steps.size()) return expected_text(case_.steps[step_]);
  return "after the last step the driver answers hello, and ends with exit code 0 when told to "
         "stop";
}

void LibraryCase::finish(Verdict verdict, Reason why) {
  if (state_ == State::finished) return;
  state_before_end_ = state_;
  state_ = State::finished;
  context_.loop.cancel(deadline_);
  context_.loop.cancel(wait_timer_);
  result_.verdict = verdict;
  result_.timed_out = why.is_timeout();
  result_.crashed = why.kind == Reason::Kind::crashed;
  settle_patience(why.text);
  const bool failed = verdict == Verdict::fail || verdict == Verdict::error;
  if (failed && result_.expected.empty()) result_.expected = expected_now();
  const std::string came = in_turn(timeline_);
  result_.seen = came.empty() ? why.text : (why.empty() ? came : why.text + "; received: " + came);
  result_.why = std::move(why.text);
  result_.ms = std::chrono::duration<double, std::milli>(Clock::now() - begin_).count();
  if (verdict != Verdict::pass && verdict != Verdict::skip && result_.log.empty())
    result_.log = driver_.process().log_tail();
  driver_.close();
  // Not while its own functions are on the stack.
  context_.loop.post([this, alive = std::weak_ptr<bool>(alive_)] {
    if (!alive.expired()) done_(*this);
  });
}

}  // namespace conform
