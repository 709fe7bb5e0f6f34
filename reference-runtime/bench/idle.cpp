// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <string>
#include <thread>
#include <vector>

#include "modes.hpp"
#include "server_process.hpp"

namespace osprey::bench {
namespace {

constexpr std::size_t kWarmUp = 16;

// The server may give memory back a little later; the least of a second counts.
double settled(const ServerProcess& server) {
  double least = 0;
  for (int i = 0; i < 10; ++i) {
    const auto resident = server.resident();
    if (!resident) throw LoadError("the server's memory cannot be read; is --pid right?");
    least = i == 0 ? *resident : std::min(least, *resident);
    std::this_thread::sleep_for(std::chrono::milliseconds(100));
  }
  return least;
}

}  // namespace

int run_idle(const Settings& settings) {
  const ServerProcess server(settings.pid);
  const EchoFrame frame = make_echo_frame(settings.size, settings.kind);
  std::vector<char> buffer(std::size_t{64} << 10);
  // The first connections touch the server's code and fill its pools; they are not counted.
  std::vector<Client> first = open_clients(settings.target, frame, kWarmUp, true);
  echo_each(first, frame, buffer);
  const double before = settled(server);

  std::vector<Client> clients = open_clients(settings.target, frame, settings.connections, true);
  const double opened = settled(server);
  echo_each(clients, frame, buffer);
  const double used = settled(server);

  const auto count = static_cast<double>(settings.connections);
  fmt::print(
      fmt::runtime(settings.json ? "{{\"connections\": {}, \"opened_octets\": {:.0f}, "
                                   "\"used_octets\": {:.0f}, \"resident\": {:.0f}}}\n"
                                 : "{} connections: {:.0f} octets each when open, {:.0f} after an "
                                   "echo each; {:.0f} octets resident in all\n"),
      settings.connections, (opened - before) / count, (used - before) / count, used);
  return 0;
}

}  // namespace osprey::bench
