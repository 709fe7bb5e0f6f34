// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>

#include <vector>

#include "modes.hpp"
#include "server_process.hpp"

namespace osprey::bench {
namespace {

constexpr std::size_t kWarmUp = 16;

// Resident memory once the server has done what came before: it answers one more echo first.
double settled(const ServerProcess& server, std::vector<Client>& fence, const EchoFrame& frame,
               std::vector<char>& buffer) {
  echo_each(fence, frame, buffer);
  const auto resident = server.resident();
  if (!resident) throw LoadError("the server's memory cannot be read; is --pid right?");
  return *resident;
}

}  // namespace

int run_idle(const Settings& settings) {
  const ServerProcess server(settings.pid);
  const EchoFrame frame = make_echo_frame(settings.size, settings.kind);
  std::vector<char> buffer(std::size_t{64} << 10);
  // The first connections touch the server's code and fill its pools; they are not counted.
  std::vector<Client> first = open_clients(settings.target, frame, kWarmUp, true);
  const double before = settled(server, first, frame, buffer);

  std::vector<Client> clients = open_clients(settings.target, frame, settings.connections, true);
  const double opened = settled(server, first, frame, buffer);
  echo_each(clients, frame, buffer);
  const double used = settled(server, first, frame, buffer);

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
