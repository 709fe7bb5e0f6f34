// SPDX-License-Identifier: Apache-2.0
// What a library's WebSocket server says right after the 101, before the first case: a greeting is
// its right, and no case is to be red for it.
#include "case/case_file.hpp"
#include "run/library/library_run.hpp"
#include "run/match/vocabulary.hpp"
#include "run/server/server_look.hpp"

namespace conform {

static constexpr Milliseconds kListenLimit{5000};
static constexpr std::size_t kListens = 2;  // the step that says so

static constexpr const char* kServer = R"(
spec: Osprey §16.4
title: The first look
role: library
setup: driver
cases:
  server:
    level: MUST
    rule: A WebSocket server listens.
    steps:
      - call: {websocketCreateServer: {port: PORT, address: 127.0.0.1, path: /osprey}}
        keep: {server: value}
      - call: {websocketServerListen: {serverID: "{server}"}}
      - wait: 60s
)";

static std::vector<Case> server_on(std::uint16_t port) {
  std::string text = kServer;
  text.replace(text.find("PORT"), 4, std::to_string(port));
  Problems problems;
  return read_case_file(text, "look.yml", "look.yml", problems, vocabulary());
}

static std::string serving_edition(const DriverHello& hello) {
  for (const std::string& edition : hello.editions) {
    if (hello.offers(edition, "websocketCreateServer") &&
        hello.offers(edition, "websocketServerListen"))
      return edition;
  }
  return {};
}

bool LibraryRun::serves(LibraryCase& server) {
  const TimePoint last = Clock::now() + context_.stretched(kListenLimit);
  while (server.step() < kListens && !server.finished() && Clock::now() < last &&
         !context_.interrupted())
    context_.loop.round(Milliseconds(50));
  return server.step() >= kListens && !server.finished();
}

// Nothing depends on an echo: a pong shows that all was said.
std::vector<wire::Octets> LibraryRun::greeted(const LibraryCase& server) {
  Manner silent;
  silent.echo = EchoWay::none;
  ServerLook look(context_, {false, silent});
  while (!look.decided() && !server.finished() && !context_.interrupted())
    context_.loop.round(Milliseconds(50));
  return look.result().end == LookEnd::served ? look.greeting() : std::vector<wire::Octets>();
}

// A library that cannot even do this is told so by the cases.
void LibraryRun::find_greeting() {
  for (const std::string& text : context_.runtime.greeting)
    context_.manner.greeting.push_back(Pattern::parse(text));
  const std::string edition = serving_edition(hello_);
  if (!context_.manner.greeting.empty() || edition.empty()) return;
  const std::uint16_t port = quiet_port();
  std::vector<Case> cases = server_on(port);
  std::vector<Address> addresses;
  if (cases.size() != 1 || !resolve("127.0.0.1", port, addresses).empty()) return;
  cases.front().edition = edition;
  context_.address = addresses.front();
  context_.target = {false, false, "127.0.0.1", port, "/osprey"};
  LibraryCase server(context_, cases.front(), use(0), [](LibraryCase&) {});
  server.start();
  if (serves(server)) {
    std::vector<wire::Octets> first = greeted(server);
    if (!first.empty()) context_.manner.greeting = learn_greeting(first, greeted(server));
  }
  if (!context_.manner.greeting.empty()) notes_.push_back(greeting_text(context_.manner.greeting));
  server.abort(Verdict::skip, "");
  context_.target = Target();
}

}  // namespace conform
