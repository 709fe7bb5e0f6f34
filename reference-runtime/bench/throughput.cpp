// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>
#include <sys/epoll.h>
#include <sys/resource.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <chrono>
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

constexpr std::size_t kReadSize = std::size_t{256} << 10;
// Comparing every reply would make the client the slower side; every eighth read is enough to
// notice.
constexpr std::uint64_t kCompareEvery = 8;

std::uint64_t now_ns() {
  return static_cast<std::uint64_t>(
      std::chrono::duration_cast<std::chrono::nanoseconds>(Clock::now().time_since_epoch())
          .count());
}

// Seconds of user and system time of this program.
double own_cpu_seconds() {
  rusage usage{};
  getrusage(RUSAGE_SELF, &usage);
  return static_cast<double>(usage.ru_utime.tv_sec + usage.ru_stime.tv_sec) +
         static_cast<double>(usage.ru_utime.tv_usec + usage.ru_stime.tv_usec) / 1e6;
}

// A client and when each of its messages in flight was sent, oldest first.
struct Lane {
  Lane(Client taken, std::size_t depth) : client(std::move(taken)), sent(depth) {}
  Client client;
  std::vector<std::uint64_t> sent;
  std::size_t oldest = 0;
  std::size_t next = 0;
  bool wants_write = false;
};

class ClosedLoop {
 public:
  explicit ClosedLoop(const Settings& settings)
      : settings_(settings),
        frame_(make_echo_frame(settings.size, settings.kind)),
        buffer_(kReadSize),
        epoll_(epoll_create1(EPOLL_CLOEXEC)) {
    for (std::size_t i = 0; i < settings.depth; ++i) copies_ += frame_.wire;
    lanes_.reserve(settings.connections);
    for (Client& client : open_clients(settings.target, frame_, settings.connections, false)) {
      lanes_.emplace_back(std::move(client), settings.depth);
      control(EPOLL_CTL_ADD, lanes_.size() - 1, EPOLLIN);
    }
  }
  ~ClosedLoop() { close(epoll_); }
  ClosedLoop(const ClosedLoop&) = delete;
  ClosedLoop& operator=(const ClosedLoop&) = delete;

  void fill() {
    const std::uint64_t now = now_ns();
    for (std::size_t i = 0; i < lanes_.size(); ++i) send(i, settings_.depth, now);
  }

  // Runs for `seconds`. The answer is how long it really was, in seconds.
  double run(double seconds) {
    replies_ = 0;
    latency_ = Latency();
    const std::uint64_t start = now_ns();
    const std::uint64_t end = start + static_cast<std::uint64_t>(seconds * 1e9);
    std::uint64_t now = start;
    while (now < end) now = turn();
    return static_cast<double>(now - start) / 1e9;
  }

  std::uint64_t replies() const { return replies_; }
  const Latency& latency() const { return latency_; }

 private:
  void control(int operation, std::size_t i, std::uint32_t events) {
    epoll_event event{};
    event.events = events;
    event.data.u64 = i;
    epoll_ctl(epoll_, operation, lanes_[i].client.fd(), &event);
  }

  std::uint64_t turn() {
    constexpr int kSilence = 10'000;  // milliseconds
    const int count =
        epoll_wait(epoll_, events_.data(), static_cast<int>(events_.size()), kSilence);
    if (count == 0) throw LoadError("the server has sent nothing for 10 s");
    std::uint64_t now = now_ns();
    for (int k = 0; k < count; ++k) {
      const auto& event = events_[static_cast<std::size_t>(k)];
      const auto i = static_cast<std::size_t>(event.data.u64);
      if ((event.events & EPOLLOUT) != 0) lanes_[i].client.flush(copies_);
      if ((event.events & ~static_cast<std::uint32_t>(EPOLLOUT)) != 0) now = receive(i);
      watch(i);
    }
    return now;
  }

  std::uint64_t receive(std::size_t i) {
    Lane& lane = lanes_[i];
    const std::size_t messages = lane.client.receive(buffer_, reads_++ % kCompareEvery == 0);
    const std::uint64_t now = now_ns();
    for (std::size_t k = 0; k < messages; ++k) {
      latency_.add(now - lane.sent[lane.oldest]);
      if (++lane.oldest == lane.sent.size()) lane.oldest = 0;
    }
    replies_ += messages;
    if (messages > 0) send(i, messages, now);
    return now;
  }

  void send(std::size_t i, std::size_t messages, std::uint64_t now) {
    Lane& lane = lanes_[i];
    for (std::size_t k = 0; k < messages; ++k) {
      lane.sent[lane.next] = now;
      if (++lane.next == lane.sent.size()) lane.next = 0;
    }
    lane.client.send(messages, copies_);
    watch(i);
  }

  void watch(std::size_t i) {
    Lane& lane = lanes_[i];
    if (lane.client.owes() == lane.wants_write) return;
    lane.wants_write = !lane.wants_write;
    control(EPOLL_CTL_MOD, i, lane.wants_write ? EPOLLIN | EPOLLOUT : EPOLLIN);
  }

  const Settings& settings_;
  EchoFrame frame_;
  std::string copies_;
  std::vector<char> buffer_;
  std::vector<Lane> lanes_;
  std::array<epoll_event, 256> events_{};
  int epoll_;
  std::uint64_t reads_ = 0;
  std::uint64_t replies_ = 0;
  Latency latency_;
};

struct Measured {
  double seconds;
  double messages;
  std::optional<double> server_busy;  // seconds of processor time
  double client_busy;
};

void print_for_people(const Measured& measured, const Latency& latency) {
  fmt::print("{:.0f} messages/s   p50 {:.1f} us   p99 {:.1f} us   client: {:.2f} of a core",
             measured.messages / measured.seconds, latency.quantile_us(0.5),
             latency.quantile_us(0.99), measured.client_busy / measured.seconds);
  if (measured.server_busy) {
    fmt::print("   server: {:.2f} of a core, {:.3f} us a message",
               *measured.server_busy / measured.seconds,
               *measured.server_busy * 1e6 / measured.messages);
  }
  fmt::print("\n");
}

void print_json(const Measured& measured, const Latency& latency) {
  fmt::print("{{\"messages_per_second\": {:.1f}, \"p50_us\": {:.1f}, \"p99_us\": {:.1f}",
             measured.messages / measured.seconds, latency.quantile_us(0.5),
             latency.quantile_us(0.99));
  if (measured.server_busy) {
    fmt::print(", \"server_us_per_message\": {:.3f}, \"server_cpu\": {:.3f}",
               *measured.server_busy * 1e6 / measured.messages,
               *measured.server_busy / measured.seconds);
  }
  fmt::print(", \"client_cpu\": {:.3f}}}\n", measured.client_busy / measured.seconds);
}

}  // namespace

int run_throughput(const Settings& settings) {
  const ServerProcess server(settings.pid);
  ClosedLoop loop(settings);
  loop.fill();
  loop.run(settings.warm_up);
  const auto before = server.cpu_seconds();
  const double own_before = own_cpu_seconds();
  const double seconds = loop.run(settings.seconds);
  const double own_busy = own_cpu_seconds() - own_before;
  const auto after = server.cpu_seconds();
  if (loop.replies() == 0) throw LoadError("no reply was counted; were the seconds too few?");

  Measured measured{seconds, static_cast<double>(loop.replies()), std::nullopt, own_busy};
  if (before && after) measured.server_busy = *after - *before;
  if (settings.json) {
    print_json(measured, loop.latency());
  } else {
    print_for_people(measured, loop.latency());
  }
  return 0;
}

}  // namespace osprey::bench
