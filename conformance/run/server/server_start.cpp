// SPDX-License-Identifier: Apache-2.0
// Before the first case: start the runtime, make sure it lives, find out how it likes to be asked.
#include <algorithm>

#include "run/server/server_run.hpp"
#include "subject/knock.hpp"

namespace conform {

static constexpr Milliseconds kStartLimit{15000};
static constexpr Milliseconds kSchemeLimit{500};
static constexpr int kJobs = 64;
// Gigabytes through each of many connections would let none come to its end.
static constexpr int kJobsOfVolume = 8;

static std::string where_text(const Target& target) {
  return target.host + ":" + std::to_string(target.port);
}

// Runs the loop until it is so, the user has enough, or a generous limit is over.
bool ServerRun::wait_until(const std::function<bool()>& so) {
  const TimePoint last = Clock::now() + context_.stretched(Milliseconds(90000));
  while (!so() && Clock::now() < last) {
    if (context_.interrupted()) return false;
    context_.loop.round(Milliseconds(50));
  }
  return so();
}

const std::vector<std::string>& ServerRun::command() const {
  const Runtime& runtime = context_.runtime;
  if (options_.http && options_.tls) return runtime.http_server_tls;
  if (options_.tls) return runtime.server_tls;
  return options_.http && !runtime.http_server.empty() ? runtime.http_server : runtime.server;
}

std::string ServerRun::start_process() {
  const std::uint16_t port = quiet_port();
  if (port == 0) return "no free port on 127.0.0.1";
  context_.target.host = options_.tls ? "localhost" : "127.0.0.1";
  context_.target.port = port;
  std::vector<Address> addresses;
  std::string why = resolve("127.0.0.1", port, addresses);
  if (!why.empty()) return why;
  context_.address = addresses.front();
  auto values = options_.places;
  values["port"] = std::to_string(port);
  values["host"] = "127.0.0.1";
  why = process_.start(fill_command(command(), values), options_.log_file);
  if (!why.empty()) return why;
  process_.wake(context_.loop);
  context_.process = &process_;
  return wait_for_port();
}

// Between two looks; what is due on the loop goes on.
void ServerRun::rest(Milliseconds span) {
  bool rested = false;
  context_.loop.after(span, [&] { rested = true; });
  while (!rested) context_.loop.round(span);
}

std::string ServerRun::wait_for_port() {
  const TimePoint last = Clock::now() + context_.stretched(kStartLimit);
  Milliseconds pause{1};
  while (Clock::now() < last) {
    if (context_.interrupted()) return "interrupted";
    if (!process_.running()) {
      return "'" + command().front() + "' ended before it listened: " + process_.how_it_ended() +
             "\n" + process_.log_tail();
    }
    const Knock knock(context_.loop, context_.address);
    while (!knock.is_decided() && Clock::now() < last) context_.loop.round(Milliseconds(50));
    if (knock.is_open()) return {};
    rest(pause);
    pause = std::min(pause * 2, Milliseconds(16));
  }
  return "'" + command().front() + "' does not listen on port " +
         std::to_string(context_.target.port) + " (it was passed as {port})\n" +
         process_.log_tail();
}

bool ServerRun::probe_once(Reason& why) {
  bool decided = false;
  bool good = false;
  CaseRun probe(context_, probe_case_, Role::server, 0, [&](CaseRun& run) {
    decided = true;
    good = run.result().verdict == Verdict::pass;
    if (options_.http && good) context_.fence_status = run.last_status();
    why = reason_of(run.result());
  });
  probe.start();
  if (!wait_until([&] { return decided; })) why = "the check did not come to an end";
  return good;
}

// One look; its messages are those that came unasked.
LookResult ServerRun::look_once(std::vector<wire::Octets>& greeting) {
  ServerLook look(context_, {options_.http, declared_echo()});
  if (!wait_until([&] { return look.decided(); })) return {LookEnd::silent, {}, {}, {}, {}, {}};
  greeting = look.greeting();
  return look.result();
}

std::optional<Manner> ServerRun::declared_echo() const {
  const std::string& echo = context_.runtime.echo;
  if (echo.empty() || options_.http) return std::nullopt;
  Manner out;
  // It was checked when it was read.
  read_echo(echo, out);
  return out;
}

// Whether somebody answers that asks for TLS, or for plain HTTP.
bool ServerRun::scheme_answers(bool tls) {
  const OtherScheme other(context_, tls);
  const TimePoint last = Clock::now() + context_.stretched(kSchemeLimit);
  while (!other.decided() && Clock::now() < last) context_.loop.round(Milliseconds(20));
  return other.answers();
}

// A server that speaks TLS does not answer plain requests, and the other way round.
void ServerRun::find_scheme(LookResult& result) {
  const bool tls = context_.target.tls;
  if (tls && (result.end == LookEnd::tls_failed || result.end == LookEnd::tls_silent)) {
    if (!scheme_answers(true) && scheme_answers(false)) result.end = LookEnd::plain_there;
    return;
  }
  const bool odd = result.end == LookEnd::silent || result.end == LookEnd::ended ||
                   result.end == LookEnd::not_http || result.head.status() == 400;
  if (!tls && odd && scheme_answers(true)) result.end = LookEnd::tls_there;
}

// A server may demand what the runtime file declares of it.
bool ServerRun::try_demanded(LookResult& result, std::vector<wire::Octets>& greeting) {
  const auto origin = context_.runtime.feature_value("origin-policy");
  const auto protocol = context_.runtime.feature_value("subprotocol");
  std::vector<std::vector<SetupHeader>> tries;
  if (origin) tries.push_back({{"Origin", *origin}});
  if (protocol) tries.push_back({{"Sec-WebSocket-Protocol", *protocol}});
  if (origin && protocol)
    tries.push_back({{"Origin", *origin}, {"Sec-WebSocket-Protocol", *protocol}});
  const auto given = context_.runtime.headers;
  for (const auto& more : tries) {
    auto& headers = context_.runtime.headers;
    headers = given;
    for (const SetupHeader& one : more) {
      if (!has_header(given, one.name)) headers.push_back(one);
    }
    if (headers.size() == given.size()) continue;
    const LookResult again = look_once(greeting);
    if (again.end != LookEnd::served) continue;
    result = again;
    for (const SetupHeader& one : more)
      notes_.push_back("the server demands " + one.name + ": " + one.value + " is sent by itself");
    return true;
  }
  context_.runtime.headers = given;
  return false;
}

std::string ServerRun::first_contact() {
  std::vector<wire::Octets> greeting;
  LookResult result = look_once(greeting);
  // Once a connection is lost or ends by bad luck; who refuses always refuses twice.
  const bool luck = result.end == LookEnd::unreachable || result.end == LookEnd::ended ||
                    result.end == LookEnd::closed;
  if (luck && context_.process != nullptr) result = look_once(greeting);
  if (result.end == LookEnd::refused && !try_demanded(result, greeting)) find_scheme(result);
  if (result.end != LookEnd::served && result.end != LookEnd::refused) find_scheme(result);
  if (result.end != LookEnd::served) {
    return look_text(result, context_.target, context_.process != nullptr) +
           (context_.process != nullptr ? log_text() : "");
  }
  if (!options_.http) learn(std::move(result.manner), greeting);
  Reason why;
  // A setup that the machine held up gets a second chance.
  if (probe_once(why) || (!why.is_timeout() && probe_once(why))) return {};
  return where_text(context_.target) + ": before the first case, " + why.text + log_text();
}

// What the server was seen to do with messages, and what is said about it.
void ServerRun::learn(Manner manner, const std::vector<wire::Octets>& greeting) {
  for (const std::string& text : context_.runtime.greeting)
    manner.greeting.push_back(Pattern::parse(text));
  if (manner.greeting.empty() && !greeting.empty() && manner.echo != EchoWay::none) {
    std::vector<wire::Octets> next;
    if (look_once(next).end != LookEnd::served) next.clear();
    manner.greeting = learn_greeting(greeting, next);
    notes_.push_back(greeting_text(manner.greeting));
  }
  if (context_.runtime.echo.empty() && manner.echo == EchoWay::envelope) {
    notes_.push_back("the server answers in an envelope: " + manner.envelope.text() +
                     (manner.binary ? "" : ", and returns no binary message"));
  }
  if (manner.echo == EchoWay::none) {
    undeclared_ = context_.runtime.echo.empty();
    notes_.push_back(
        "the server does not echo: pings show in which order it does things, and cases that need "
        "an echo are skipped");
  }
  context_.manner = std::move(manner);
}

std::string ServerRun::log_text() const {
  if (context_.process == nullptr) return {};
  const std::string tail = process_.log_tail();
  return tail.empty() ? "" : "\n" + tail;
}

std::string ServerRun::prepare() {
  std::string why;
  if (!command().empty()) why = start_process();
  if (why.empty()) why = first_contact();
  if (!why.empty()) return why;
  find_out_jobs();
  if (context_.runtime.file.empty()) find_out_features();
  return {};
}

// Runs one more case by itself; true when it passes.
bool ServerRun::try_case(const Case& one, int instance) {
  bool passed = false;
  bool decided = false;
  CaseRun run(context_, one, Role::server, instance, [&](CaseRun& done) {
    decided = true;
    passed = done.result().verdict == Verdict::pass;
  });
  run.start();
  wait_until([&] { return decided; });
  return passed;
}

// What a bare URL speaks, besides what the command line declares: what it does.
void ServerRun::find_out_features() {
  const auto declare = [this](const char* feature) {
    if (!context_.runtime.declares(feature)) context_.runtime.speaks.emplace_back(feature);
  };
  Case one = probe_case_;
  if (!options_.http) {
    one.setup = Setup::deflate;
    declare("websocket");
    if (!context_.runtime.declares("deflate") && try_case(one, 1)) declare("deflate");
    return;
  }
  Payload content;
  content.octets = "osprey";
  Handshake& post = one.steps[0].send.items[0].handshake;
  post.method = "POST";
  post.body = content;
  one.steps[1].expect = expectation_of("{status: 2xx, body: osprey, fence: never}");
  declare("http1");
  if (!context_.runtime.declares("http-echo") && try_case(one, 1)) declare("http-echo");
}

// One connection is held open; a runtime that does not serve a second one meanwhile takes them one
// by one.
void ServerRun::find_out_jobs() {
  jobs_ = options_.jobs != 0 ? options_.jobs : context_.runtime.jobs;
  if (jobs_ != 0) return;
  Case held = probe_case_;
  held.steps.clear();
  Step wait;
  wait.kind = Step::Kind::wait;
  wait.wait = Milliseconds(60000);
  held.steps.push_back(wait);
  CaseRun first(context_, held, Role::server, 2, [](CaseRun&) {});
  first.start();
  wait_until([&] { return first.setup_done() || first.finished(); });
  bool decided = false;
  CaseRun second(context_, probe_case_, Role::server, 3, [&](CaseRun&) { decided = true; });
  second.start();
  const TimePoint last = Clock::now() + context_.stretched(Milliseconds(700));
  // The kernel takes connections by itself: only an answer shows that somebody serves.
  const auto served = [&] {
    return options_.http ? second.result().verdict == Verdict::pass && second.finished()
                         : second.setup_done();
  };
  while (!served() && !second.finished() && Clock::now() < last)
    context_.loop.round(Milliseconds(20));
  const int side_by_side = context_.full ? kJobsOfVolume : kJobs;
  jobs_ = served() ? side_by_side : 1;
  first.abort(Verdict::skip, "");
  wait_until([&] { return decided; });
}

}  // namespace conform
