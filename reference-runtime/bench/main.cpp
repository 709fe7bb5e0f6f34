// SPDX-License-Identifier: Apache-2.0
// osprey-load: measures an echo server, as a closed loop of clients on one thread.

#include <fmt/format.h>
#include <sys/resource.h>

#include <CLI/CLI.hpp>
#include <cstdio>
#include <map>
#include <string>

#include "modes.hpp"

namespace osprey::bench {
namespace {

// Ten thousand sockets are more than the usual soft limit.
void raise_descriptor_limit(std::size_t wanted) {
  rlimit limit{};
  getrlimit(RLIMIT_NOFILE, &limit);
  limit.rlim_cur = limit.rlim_max;
  setrlimit(RLIMIT_NOFILE, &limit);
  if (limit.rlim_cur < wanted + 64) {
    throw LoadError(fmt::format("{} connections need as many descriptors, the hard limit is {}",
                                wanted, limit.rlim_cur));
  }
}

void add_common(CLI::App& mode, Settings& settings) {
  mode.add_option("--connections", settings.connections, "Number of connections")
      ->check(CLI::Range(1, 1'000'000));
  mode.add_option("--size", settings.size, "Octets of a message")
      ->check(CLI::Range(0, 128 * 1024 * 1024));
  mode.add_option("--pid", settings.pid, "The server's process, to read its time and memory");
  mode.add_flag("--json", settings.json, "Print one line of JSON");
  const std::map<std::string, Payload> kinds{
      {"ascii", Payload::ascii}, {"utf8", Payload::utf8}, {"binary", Payload::binary}};
  mode.add_option("--payload", settings.kind, "ascii, utf8 (both as text) or binary")
      ->transform(CLI::CheckedTransformer(kinds));
}

int run(int argc, char** argv) {
  CLI::App app("Loads a WebSocket echo server and prints what it does with it.", "osprey-load");
  app.require_subcommand(1);
  std::string url;
  Settings settings;
  CLI::App* echo = app.add_subcommand("echo", "Messages a second, latency, server time a message");
  CLI::App* idle = app.add_subcommand("idle", "Server memory of a connection that does nothing");
  CLI::App* soak = app.add_subcommand("soak", "Each connection echoes once a second");
  for (CLI::App* mode : {echo, idle, soak}) {
    mode->add_option("URL", url, "ws://127.0.0.1:PORT")->required();
    add_common(*mode, settings);
  }
  echo->add_option("--depth", settings.depth, "Messages in flight on each connection")
      ->check(CLI::Range(1, 65536));
  echo->add_option("--warm-up", settings.warm_up, "Seconds before counting starts");
  echo->add_option("--seconds", settings.seconds, "Seconds to count");
  idle->add_flag("--deflate", settings.target.deflate, "Offer permessage-deflate");
  soak->add_option("--seconds", settings.seconds, "Seconds to go on for");
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    return app.exit(error) == 0 ? 0 : 2;
  }
  const bool deflate = settings.target.deflate;
  settings.target = parse_target(url);
  settings.target.deflate = deflate;
  raise_descriptor_limit(settings.connections);
  if (echo->parsed()) return run_throughput(settings);
  return idle->parsed() ? run_idle(settings) : run_soak(settings);
}

}  // namespace
}  // namespace osprey::bench

int main(int argc, char** argv) {
  try {
    return osprey::bench::run(argc, argv);
  } catch (const osprey::bench::LoadError& error) {
    fmt::print(stderr, "osprey-load: {}\n", error.what());
    return 2;
  }
}
