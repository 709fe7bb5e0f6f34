// SPDX-License-Identifier: Apache-2.0
// The life of a library case: start, hello, steps, connections let go, hello again, stop.
#include "run/library/library_case.hpp"

#include <algorithm>

#include "case/expected_text.hpp"
#include "subject/certificates.hpp"
#include "wire/describe.hpp"

namespace conform {

using nlohmann::json;

// A library may be given its time; a hang is still told apart from a slow answer.
static constexpr Milliseconds kHelloLimit{30000};
static constexpr Milliseconds kStopLimit{10000};
// No further round begins after so long, once there were so many.
static constexpr Milliseconds kLongRounds{10000};
static constexpr int kFewestRounds = 3;
static constexpr Wait::Terms kExact{.patient = false, .may_probe = false};

LibraryCase::LibraryCase(RunContext& context, const Case& one, DriverUse use, Done done)
    : context_(context),
      case_(one),
      use_(std::move(use)),
      payloads_(context.seed, one.id, context.full, context.message_limit()),
      ports_(context.loop,
             [this](int fd, bool tls) {
               peers_.push_back(std::make_unique<PeerRequest>(
                   context_.loop, fd, tls ? tls_.get() : nullptr, going_on()));
             }),
      driver_(context.loop, *this),
      facts_{payloads_, [this](const std::string& text) { return ports_.fill(text); },
             one.edition == "osprey-int", context.runtime.declares("osprey-codes")},
      engine_(context, context.loop, describe_case(one, Role::library), one, *this,
              [this, done = std::move(done)] { done(*this); }) {}

LibraryCase::~LibraryCase() {
  if (context_.process == &driver_.process()) context_.process = nullptr;
  driver_.process().kill();
}

void LibraryCase::start() {
  prepare_links();
  std::string why = prepare_tls();
  prepare_watch();
  if (why.empty()) why = driver_.start(use_.command, use_.log_file, watch_.get());
  if (!why.empty()) return engine_.finish(Verdict::error, why);
  driver_.process().wake(context_.loop, [this] { check_end(); });
  if (watch_ != nullptr) why = watch_->begin();
  if (!why.empty()) return engine_.finish(Verdict::skip, why);
  if (case_.alone) context_.process = &driver_.process();
  engine_.starting(true);
  engine_.advance();
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

void LibraryCase::on_line(std::string_view text) {
  if (finished()) return;
  const json line = json::parse(text, nullptr, false);
  if (!line.is_object()) {
    return engine_.finish(Verdict::error, "the driver printed a line that is no JSON object: " +
                                              wire::describe(text, 120));
  }
  read_line(line, text);
}

void LibraryCase::take_hello(const json& hello) {
  const std::string why = read_hello(hello, hello_);
  if (!why.empty()) return engine_.finish(Verdict::error, why);
  ++hellos_;
  engine_.starting(false);
  engine_.advance();
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
      return engine_.finish(Verdict::error,
                            "the driver's event has no name: " + wire::describe(text, 120));
    timeline_.add("event " + line["event"].get<std::string>());
    events_.push_back(line);
    return engine_.advance();
  }
  const bool answer = line.contains("answer") && line["answer"].is_number_integer();
  const auto found = answer ? calls_.find(line["answer"].get<int>()) : calls_.end();
  if (found == calls_.end() || found->second.answers) {
    return engine_.finish(Verdict::error, "the driver printed a line that answers no call: " +
                                              wire::describe(text, 120));
  }
  std::vector<CallAnswer> answers;
  const std::string why = read_answers(line, answers);
  if (!why.empty())
    return engine_.finish(Verdict::error,
                          "the driver's answer to " + found->second.function + ": " + why);
  timeline_.add(found->second.function + ": " + describe(answers));
  for (const CallAnswer& one : answers) {
    if (!one.skipped.empty()) return engine_.finish(Verdict::skip, "the driver: " + one.skipped);
  }
  found->second.answers = std::move(answers);
  engine_.advance();
}

void LibraryCase::on_driver_end() {
  driver_ended_ = true;
  check_end();
}

// Its last words are read before its end counts, and the end of its output is none of its own.
void LibraryCase::check_end() {
  Process& process = driver_.process();
  if (finished() || !driver_ended_ || process.running()) return;
  const bool leaving = engine_.phase() == Engine::Phase::leaving && failed_.empty();
  if (leaving && closing_ == Closing::stop) return engine_.advance();
  engine_.result().log = process.log_tail();
  const std::string how = process.how_it_ended();
  engine_.finish(Verdict::fail, process.ended_by_signal()
                                    ? Reason::crash("the library crashed: " + how + handed_over())
                                    : Reason("the driver ended by itself: " + how));
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
  engine_.finish(Verdict::error, "the driver printed " + what);
}

std::function<void()> LibraryCase::going_on() {
  return [this] { engine_.later([this] { engine_.advance(); }); };
}

bool LibraryCase::fail(const Reason& why) {
  engine_.finish(Verdict::fail, why);
  return false;
}

bool LibraryCase::fail_late() {
  return engine_.late() && fail(Reason::timeout(waiting_for()));
}

bool LibraryCase::ask_hello(const Wait::Terms& terms) {
  hellos_ = 0;
  say({{"do", "hello"}, {"protocol", 1}});
  engine_.await(kHelloLimit, terms);
  return false;
}

bool LibraryCase::set_up(bool first) {
  if (first) ask_hello(kExact);
  return hellos_ > 0 || fail_late();
}

// A library that dies ends its connections first. Whether it did is known once it has answered.
void LibraryCase::fail_unless_it_died(Reason why) {
  failed_ = std::move(why);
  ask_hello(kExact);
}

bool LibraryCase::confirm() {
  return (hellos_ > 0 || engine_.late()) && fail(failed_);
}

bool LibraryCase::do_step(const Step& step, bool first) {
  if (!failed_.empty()) return confirm();
  return step.library.on.empty() ? do_own(step, first) : do_on(step, first);
}

bool LibraryCase::leave(bool first) {
  if (!failed_.empty()) return confirm();
  if (first) {
    closing_ = Closing::links;
    for (auto& [name, link] : links_) {
      if (link.run) link.run->let_go();
    }
  }
  switch (closing_) {
    case Closing::links:
      for (auto& [name, link] : links_) {
        if (link.run && !link.done) return false;
      }
      if (next_round()) return false;
      closing_ = Closing::hello;
      return ask_hello({.patient = false});
    case Closing::hello:
      if (hellos_ == 0) return fail_late();
      closing_ = Closing::stop;
      say({{"do", "stop"}});
      driver_.end_input();
      await(kStopLimit);
      return false;
    case Closing::stop:
      return stop_well() || fail_late();
  }
  return false;
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
  engine_.restart();
  return true;
}

// The last chance to crash: what the library started is taken down with the process.
bool LibraryCase::stop_well() {
  Process& process = driver_.process();
  if (!driver_ended_ || process.running()) return false;
  if (process.ending().clean()) return true;
  engine_.result().log = process.log_tail();
  const std::string how = process.how_it_ended();
  return fail(process.ended_by_signal() ? Reason::crash("at its end the driver crashed: " + how)
                                        : Reason("at its end the driver had " + how));
}

// What the case waits for at this point.
std::string LibraryCase::expected() const {
  if (engine_.phase() == Engine::Phase::setting_up) return "the driver answers hello";
  if (const Step* step = engine_.step()) return expected_text(*step);
  return "after the last step the driver answers hello, and ends with exit code 0 when told to "
         "stop";
}

void LibraryCase::decided(Result& result) {
  if (result.verdict != Verdict::pass && result.verdict != Verdict::skip && result.log.empty())
    result.log = driver_.process().log_tail();
  driver_.close();
}

}  // namespace conform
