// SPDX-License-Identifier: Apache-2.0
// Before the first case: start the runtime, make sure it lives, find out how it likes to be asked.
#include "run/server_run.hpp"
#include "subject/knock.hpp"

namespace conform {

static constexpr Milliseconds kStartLimit{15000};
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

std::string ServerRun::wait_for_port() {
  const TimePoint last = Clock::now() + context_.stretched(kStartLimit);
  while (Clock::now() < last) {
    if (context_.interrupted()) return "interrupted";
    if (!process_.running()) {
      return "'" + command().front() + "' ended before it listened: " + process_.how_it_ended() +
             "\n" + process_.log_tail();
    }
    const Knock knock(context_.loop, context_.address);
    while (!knock.is_decided() && Clock::now() < last) context_.loop.round(Milliseconds(50));
    if (knock.is_open()) return {};
    bool paused = false;
    context_.loop.after(Milliseconds(15), [&] { paused = true; });
    while (!paused) context_.loop.round(Milliseconds(50));
  }
  return "'" + command().front() + "' does not listen on port " +
         std::to_string(context_.target.port) + " (it was passed as {port})\n" +
         process_.log_tail();
}

bool ServerRun::probe_once(std::string& why, bool& timed_out) {
  bool decided = false;
  bool good = false;
  CaseRun probe(context_, probe_case_, Role::server, 0, [&](CaseRun& run) {
    decided = true;
    good = run.result().verdict == Verdict::pass;
    if (options_.http && good) context_.fence_status = run.last_status();
    why = run.result().why;
    timed_out = run.result().timed_out;
  });
  probe.start();
  if (!wait_until([&] { return decided; })) why = "the check did not come to an end";
  return good;
}

std::string ServerRun::first_contact() {
  bool timed_out = false;
  std::string why;
  if (probe_once(why, timed_out)) return {};
  // Two seconds in which the machine stood still end a handshake, and are no reason to fail all
  // cases; whoever refuses always refuses twice.
  const bool again = context_.process != nullptr && !timed_out;
  if (again && probe_once(why, timed_out)) return {};
  const bool reached = why.find("cannot connect") == std::string::npos;
  const bool answered = why.find("was answered") != std::string::npos;
  const bool tls = why.find("TLS:") != std::string::npos;
  if (context_.process == nullptr && (!reached || answered || tls)) {
    std::string hint;
    if (answered) hint = "; give the URL of an echo endpoint, with its path";
    if (tls)
      hint =
          "; --ca FILE trusts another authority, --insecure trusts all, --sni NAME asks for "
          "another name";
    if (!reached && !tls) hint = "; is the runtime started?";
    return where_text(context_.target) + ": " + why + hint;
  }
  mute_ = true;
  mute_why_ = "before the first case: " + why;
  return {};
}

std::string ServerRun::prepare() {
  if (!command().empty()) {
    std::string why = start_process();
    if (!why.empty()) return why;
  }
  std::string why = first_contact();
  if (!why.empty() || mute_) return why;
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
  one.steps[1].expect.status->ranges = {{200, 299}};
  one.steps[1].expect.body = content;
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
