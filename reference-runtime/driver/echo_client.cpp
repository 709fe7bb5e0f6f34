// SPDX-License-Identifier: Apache-2.0
// A WebSocket client that sends every message back, through all cases of a fuzzing server
// (Autobahn's protocol) or once.
#include <CLI/CLI.hpp>
#include <charconv>
#include <cstdio>
#include <mutex>
#include <osprey/websocket_client.hpp>
#include <string>

#include "case_list.hpp"

namespace {

constexpr int kNotThrough = 1;
constexpr int kBadUse = 2;

struct Options {
  std::string url;
  std::string agent = "osprey";
  std::string cases;
  osprey::ClientSettings client;
  bool no_deflate = false;
  bool once = false;
  long timeout_ms = 10'000;
};

void complain(const std::string& what) {
  std::fprintf(stderr, "echo-client: %s\n", what.c_str());
}

// Letters, digits and -._~ as they are, everything else as %XX (RFC 3986 §2).
std::string escaped(const std::string& text) {
  static constexpr char kDigits[] = "0123456789ABCDEF";
  std::string safe;
  for (const char c : text) {
    const auto octet = static_cast<unsigned char>(c);
    if ((octet < 0x80 && std::isalnum(octet) != 0) ||
        std::string_view("-._~").find(c) != std::string_view::npos) {
      safe += c;
    } else {
      safe += {'%', kDigits[octet >> 4U], kDigits[octet & 0xFU]};
    }
  }
  return safe;
}

// Echoes until the server closes.
osprey::Result<osprey::ClientEnd> echo(const Options& options, const std::string& url) {
  osprey::ClientHandlers handlers;
  handlers.on_message = [](const osprey::Connection& connection, const osprey::Message& message) {
    (void)connection.send(message);  // fails only when the connection is ending anyway
  };
  auto client = osprey::WebSocketClient::connect(url, options.client, std::move(handlers));
  if (!client) {
    return std::move(client.error());
  }
  return client.value().wait();
}

// The one message a URL gives.
osprey::Result<std::string> fetch(const Options& options, const std::string& url) {
  std::mutex mutex;
  std::string text;
  osprey::ClientHandlers handlers;
  handlers.on_message = [&](const osprey::Connection&, const osprey::Message& message) {
    const std::lock_guard lock(mutex);
    text = message.text();
  };
  auto client = osprey::WebSocketClient::connect(url, options.client, std::move(handlers));
  if (!client) {
    return std::move(client.error());
  }
  client.value().wait();
  const std::lock_guard lock(mutex);
  return text;
}

bool run_cases(const Options& options, unsigned count, const std::vector<driver::CaseRange>& list) {
  const std::string agent = "agent=" + escaped(options.agent);
  bool all = true;
  for (unsigned number = 1; number <= count; ++number) {
    if (!driver::wanted(list, number)) {
      continue;
    }
    const auto end =
        echo(options, options.url + "/runCase?case=" + std::to_string(number) + "&" + agent);
    if (!end) {
      complain("case " + std::to_string(number) + ": " + end.error().message);
      all = false;
    }
  }
  const auto updated = echo(options, options.url + "/updateReports?" + agent);
  if (!updated) {
    complain("cannot have the reports written: " + updated.error().message);
    all = false;
  }
  return all;
}

int loop(const Options& options, const std::vector<driver::CaseRange>& list) {
  const auto answer = fetch(options, options.url + "/getCaseCount");
  if (!answer) {
    complain(answer.error().message);
    return answer.error().code == osprey::ErrorCode::bad_argument ? kBadUse : kNotThrough;
  }
  const std::string& text = answer.value();
  unsigned count = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), count);
  if (error != std::errc() || end != text.data() + text.size()) {
    complain("'" + options.url + "/getCaseCount' gave no number");
    return kNotThrough;
  }
  std::printf("%u cases\n", count);
  std::fflush(stdout);
  return run_cases(options, count, list) ? 0 : kNotThrough;
}

int once(const Options& options) {
  const auto end = echo(options, options.url);
  if (!end) {
    complain(end.error().message);
    return end.error().code == osprey::ErrorCode::bad_argument ? kBadUse : kNotThrough;
  }
  if (!end.value().clean) {
    complain("the connection ended uncleanly: " + end.value().problem);
    return kNotThrough;
  }
  return 0;
}

void add_options(CLI::App& app, Options& options) {
  app.add_option("URL", options.url, "ws:// or wss:// URL of the fuzzing server")->required();
  app.add_option("--agent", options.agent, "name in the reports")->capture_default_str();
  app.add_option("--cases", options.cases, "only these, such as 1-10,12");
  app.add_flag("--once", options.once, "connect to URL itself and echo until it closes");
  app.add_option("--ca", options.client.tls.ca_file, "certificate authorities to trust, PEM");
  app.add_flag("--insecure", options.client.tls.insecure, "accept every certificate");
  app.add_flag("--no-deflate", options.no_deflate, "do not offer permessage-deflate");
  app.add_option("--subprotocol", options.client.subprotocols,
                 "a subprotocol to offer; repeatable");
  app.add_option("--max-message", options.client.limits.message, "octets of a message")
      ->check(CLI::PositiveNumber)
      ->capture_default_str();
  app.add_option("--timeout", options.timeout_ms, "milliseconds for connecting and the handshake")
      ->check(CLI::Range(1L, 86'400'000L))
      ->capture_default_str();
}

}  // namespace

int main(int argc, char** argv) {
  CLI::App app{
      "Runs through all cases of a fuzzing server, sending every message back.\n"
      "Exit code: 0 got through, 1 not (standard error says what), 2 bad use."};
  app.name("echo-client");
  Options options;
  add_options(app, options);
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    if (error.get_exit_code() == 0) {
      return app.exit(error);  // --help
    }
    complain(std::string(error.what()) + " (try --help)");
    return kBadUse;
  }
  std::vector<driver::CaseRange> list;
  if (!options.cases.empty()) {
    auto parsed = driver::parse_case_list(options.cases);
    if (!parsed) {
      complain("--cases takes numbers and ranges such as 1-10,12, not '" + options.cases + "'");
      return kBadUse;
    }
    list = std::move(*parsed);
  }
  while (options.url.ends_with('/') && !options.once) {
    options.url.pop_back();
  }
  options.client.deflate = !options.no_deflate;
  options.client.deadlines.handshake = std::chrono::milliseconds(options.timeout_ms);
  return options.once ? once(options) : loop(options, list);
}
