// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>
#include <sys/epoll.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <chrono>
#include <cmath>
#include <cstdio>
#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "latency.hpp"
#include "modes.hpp"
#include "server_process.hpp"

namespace osprey::bench {
namespace {

using Clock = std::chrono::steady_clock;
using std::chrono::nanoseconds;

class Soak {
 public:
  explicit Soak(const Settings& settings)
      : settings_(settings),
        server_(settings.pid),
        frame_(make_echo_frame(settings.size, settings.kind)),
        buffer_(std::size_t{64} << 10),
        epoll_(epoll_create1(EPOLL_CLOEXEC)) {
    lanes_.reserve(settings.connections);
    for (Client& client : open_clients(settings.target, frame_, settings.connections, true)) {
      const std::size_t i = lanes_.size();
      lanes_.push_back({std::move(client), std::nullopt, true});
      epoll_event event{};
      event.events = EPOLLIN;
      event.data.u64 = i;
      epoll_ctl(epoll_, EPOLL_CTL_ADD, lanes_[i].client.fd(), &event);
    }
  }
  ~Soak() { close(epoll_); }
  Soak(const Soak&) = delete;
  Soak& operator=(const Soak&) = delete;

  int run() {
    start_ = Clock::now();
    const auto end = start_ + std::chrono::duration_cast<nanoseconds>(
                                  std::chrono::duration<double>(settings_.seconds));
    auto report = start_;
    for (auto now = start_; now < end; now = Clock::now()) {
      if (now >= report) {
        note_memory(now);
        report += std::chrono::seconds(5);
      }
      send_due(now);
      wait_for_replies();
    }
    collect_last();
    note_memory(Clock::now());
    return summary();
  }

 private:
  struct Lane {
    Client client;
    std::optional<Clock::time_point> sent;  // of the message in flight
    bool open;
  };

  // Connection i is due i/N of a second into every second.
  void send_due(Clock::time_point now) {
    const double passed = std::chrono::duration<double>(now - start_).count();
    const auto due = static_cast<std::uint64_t>(passed * static_cast<double>(lanes_.size()));
    for (; turn_ < due; ++turn_) {
      Lane& lane = lanes_[turn_ % lanes_.size()];
      if (!lane.open) continue;
      if (lane.sent) {
        ++late_;
        continue;
      }
      guarded(lane, [&] { lane.client.send(1, frame_.wire); });
      lane.sent = now;
      ++sent_;
    }
  }

  void wait_for_replies() {
    std::array<epoll_event, 512> events;
    const int count = epoll_wait(epoll_, events.data(), static_cast<int>(events.size()), 1);
    const auto now = Clock::now();
    for (int k = 0; k < count; ++k) {
      Lane& lane = lanes_[static_cast<std::size_t>(events[static_cast<std::size_t>(k)].data.u64)];
      if (lane.open) guarded(lane, [&] { take(lane, now); });
    }
  }

  void take(Lane& lane, Clock::time_point now) {
    if (lane.client.owes()) lane.client.flush(frame_.wire);
    const std::size_t messages = lane.client.receive(buffer_, true);
    if (messages == 0) return;
    if (messages > 1 || !lane.sent) throw LoadError("a reply nobody asked for");
    latency_.add(static_cast<std::uint64_t>(nanoseconds(now - *lane.sent).count()));
    lane.sent.reset();
    ++received_;
  }

  // An error ends its connection, not the run; each kind is counted.
  template <typename Action>
  void guarded(Lane& lane, Action action) {
    try {
      action();
    } catch (const LoadError& error) {
      ++errors_[error.what()];
      lane.open = false;
      epoll_ctl(epoll_, EPOLL_CTL_DEL, lane.client.fd(), nullptr);
    }
  }

  void collect_last() {
    const auto patience = Clock::now() + std::chrono::seconds(5);
    while (sent_ > received_ && Clock::now() < patience) wait_for_replies();
    for (const Lane& lane : lanes_) {
      if (lane.open && lane.sent) ++errors_["no reply"];
    }
  }

  void note_memory(Clock::time_point now) {
    const double seconds = std::chrono::duration<double>(now - start_).count();
    const double mib = server_.resident().value_or(0) / (1 << 20);
    memory_.push_back(mib);
    if (!settings_.json) {
      fmt::print("{:5.1f} s   {:8.2f} MiB resident   {} echoes\n", seconds, mib, received_);
      std::fflush(stdout);
    }
  }

  int summary() const {
    std::uint64_t errors = 0;
    for (const auto& [what, count] : errors_) {
      errors += count;
      fmt::print(stderr, "osprey-load: {} times: {}\n", count, what);
    }
    // The first second fills buffers; from the second reading on memory should be flat.
    const double early = memory_[std::min<std::size_t>(1, memory_.size() - 1)];
    fmt::print(
        fmt::runtime(settings_.json
                         ? "{{\"connections\": {}, \"echoes\": {}, \"errors\": {}, "
                           "\"late\": {}, \"p99_us\": {:.0f}, \"early_mib\": {:.2f}, "
                           "\"end_mib\": {:.2f}}}\n"
                         : "{} connections, {} echoes, {} errors, {} later than a second, "
                           "p99 {:.0f} us, memory {:.2f} MiB early, {:.2f} MiB at the end\n"),
        lanes_.size(), received_, errors, late_, latency_.quantile_us(0.99), early, memory_.back());
    return errors == 0 && received_ > 0 ? 0 : 1;
  }

  const Settings& settings_;
  ServerProcess server_;
  EchoFrame frame_;
  std::vector<char> buffer_;
  std::vector<Lane> lanes_;
  int epoll_;
  Clock::time_point start_;
  std::uint64_t turn_ = 0;
  std::uint64_t sent_ = 0;
  std::uint64_t received_ = 0;
  std::uint64_t late_ = 0;
  std::map<std::string, std::uint64_t> errors_;
  std::vector<double> memory_;
  Latency latency_;
};

}  // namespace

int run_soak(const Settings& settings) {
  Soak soak(settings);
  return soak.run();
}

}  // namespace osprey::bench
