// SPDX-License-Identifier: Apache-2.0
#include "client.hpp"

#include <fcntl.h>
#include <netdb.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cstdio>
#include <cstdlib>
#include <memory>
#include <vector>

#include "client_connection.hpp"
#include "fault.hpp"
#include "tls.hpp"

namespace sham {
namespace {

constexpr int kTickMilliseconds = 20;
constexpr int kRefusalsInARow = 3;
constexpr int kHopLimit = 1000;  // for ever, as far as anybody waits

struct AddressDeleter {
  void operator()(addrinfo* list) const { freeaddrinfo(list); }
};

// -1 when nothing listens there.
int dial(const Url& url, std::chrono::milliseconds deadline) {
  addrinfo hints{};
  hints.ai_socktype = SOCK_STREAM;
  addrinfo* found = nullptr;
  if (getaddrinfo(url.host.c_str(), std::to_string(url.port).c_str(), &hints, &found) != 0) {
    return -1;
  }
  const std::unique_ptr<addrinfo, AddressDeleter> list(found);
  for (const addrinfo* at = list.get(); at != nullptr; at = at->ai_next) {
    const int socket_number = socket(at->ai_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    const int started = connect(socket_number, at->ai_addr, at->ai_addrlen);
    pollfd ready{socket_number, POLLOUT, 0};
    int error = 0;
    socklen_t size = sizeof error;
    if ((started == 0 || poll(&ready, 1, static_cast<int>(deadline.count())) == 1) &&
        getsockopt(socket_number, SOL_SOCKET, SO_ERROR, &error, &size) == 0 && error == 0) {
      return socket_number;
    }
    close(socket_number);
  }
  return -1;
}

class Client {
 public:
  Client(const Options& options, Url url, SSL_CTX* tls)
      : options_(&options), url_(std::move(url)), tls_(tls), deviation_(active_deviation) {}

  int run() {
    const int count = case_count();
    if (count < 0) {
      std::fprintf(stderr, "sham: %s gives no case count; is a fuzzing server running there?\n",
                   options_->url.c_str());
      return 3;
    }
    int refusals = 0;
    for (int number = 1; number <= count && refusals < kRefusalsInARow; ++number) {
      // A deviation shows in the cases only, so that the loop round them keeps going.
      active_deviation = deviation_;
      const bool reached =
          talk("runCase?case=" + std::to_string(number) + "&agent=" + options_->agent, nullptr);
      active_deviation = between_cases();
      refusals = reached ? 0 : refusals + 1;
    }
    return talk("updateReports?agent=" + options_->agent, [](bool, const std::string&) {}) ? 0 : 3;
  }

 private:
  // What holds for the connections round the cases: nothing but how TLS is done, which is decided
  // before any request.
  Deviation between_cases() const {
    const bool about_tls = deviation_.fault == Fault::tls_name_not_checked ||
                           deviation_.fault == Fault::tls_chain_not_checked ||
                           deviation_.fault == Fault::tls_without_sni;
    return about_tls ? deviation_ : Deviation{};
  }

  int case_count() {
    active_deviation = between_cases();
    std::string answer;
    talk("getCaseCount", [&](bool, const std::string& message) { answer = message; });
    return answer.empty() ? -1 : std::atoi(answer.c_str());
  }

  // One connection from dial to end; false if nobody listens.
  bool talk(const std::string& what, const Session::Handler& handler) {
    Url url = url_;
    url.resource += (url.resource.ends_with('/') ? "" : "/") + what;
    std::string location;
    bool reached = talk_to(url, handler, location);
    for (int hop = 0; hop < kHopLimit && follows(location, url); ++hop) {
      reached = talk_to(url, handler, location) || reached;
    }
    return reached;
  }

  // Redirects are not followed, unless by a fault.
  static bool follows(std::string location, Url& url) {
    if (!fault(Fault::redirects_followed_for_ever) || location.empty()) {
      return false;
    }
    if (location.starts_with("http")) {
      location.replace(0, 4, "ws");
    }
    if (location.starts_with('/')) {
      url.resource = location;
      return true;
    }
    const std::optional<Url> target = parse_url(location);
    url = target.value_or(url);
    return target.has_value();
  }

  bool talk_to(const Url& url, const Session::Handler& handler, std::string& location) {
    location.clear();
    const int number = dial(url, options_->handshake_deadline);
    if (number < 0) {
      return false;
    }
    Stream stream(number, url.tls ? client_side(tls_, url.host) : nullptr);
    auto owned = std::make_unique<ClientConnection>(std::move(stream), url, *options_, handler);
    ClientConnection& connection = *owned;
    connection.on_ready(false);
    while (!connection.finished() && !connection.parked()) {
      pollfd ready{connection.socket(), 0, 0};
      ready.events = static_cast<short>((connection.wants_read() ? POLLIN : 0) |
                                        (connection.wants_write() ? POLLOUT : 0));
      const int count = poll(&ready, 1, kTickMilliseconds);
      if (count > 0) {
        connection.on_ready((ready.revents & ~POLLOUT) != 0);
      }
      connection.on_time();
    }
    location = connection.location();
    if (connection.parked()) {
      parked_.push_back(std::move(owned));
    }
    return true;
  }

  const Options* options_;
  Url url_;
  SSL_CTX* tls_;
  Deviation deviation_;
  std::vector<std::unique_ptr<ClientConnection>> parked_;  // one a case that refuses, at most
};

}  // namespace

int run_client(const Options& options) {
  const std::optional<Url> url = parse_url(options.url);
  if (!url) {
    std::fprintf(stderr, "sham: %s is no WebSocket URI; write ws://host:port\n",
                 options.url.c_str());
    return 2;
  }
  std::string error;
  TlsContext tls;
  if (url->tls) {
    tls = client_context(options, error);
    if (!tls) {
      std::fprintf(stderr, "sham: %s\n", error.c_str());
      return 2;
    }
  }
  return Client(options, *url, tls.get()).run();
}

}  // namespace sham
