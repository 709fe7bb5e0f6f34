// SPDX-License-Identifier: Apache-2.0
#include "server_process.hpp"

#include <fmt/format.h>
#include <unistd.h>

#include <fstream>
#include <sstream>
#include <string>

namespace osprey::bench {
namespace {

std::optional<double> kib_line(const std::string& path, const std::string& label) {
  std::ifstream file(path);
  for (std::string word; file >> word;) {
    double kib = 0;
    if (word == label && file >> kib) return kib * 1024;
  }
  return std::nullopt;
}

}  // namespace

std::optional<double> ServerProcess::cpu_seconds() const {
  if (pid_ <= 0) return std::nullopt;
  std::ifstream file(fmt::format("/proc/{}/stat", pid_));
  std::string line;
  if (!std::getline(file, line)) return std::nullopt;
  // The program's name may hold anything, spaces too; it ends at the last parenthesis.
  std::istringstream rest(line.substr(line.rfind(')') + 1));
  std::string skipped;
  for (int field = 3; field < 14; ++field) rest >> skipped;
  double user = 0;
  double system = 0;
  if (!(rest >> user >> system)) return std::nullopt;
  return (user + system) / static_cast<double>(sysconf(_SC_CLK_TCK));
}

std::optional<double> ServerProcess::resident() const {
  if (pid_ <= 0) return std::nullopt;
  if (auto exact = kib_line(fmt::format("/proc/{}/smaps_rollup", pid_), "Rss:")) return exact;
  return kib_line(fmt::format("/proc/{}/status", pid_), "VmRSS:");
}

}  // namespace osprey::bench
