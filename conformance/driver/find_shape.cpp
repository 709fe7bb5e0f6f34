// SPDX-License-Identifier: Apache-2.0
#include "find_shape.hpp"

#include <fcntl.h>
#include <netinet/in.h>
#include <poll.h>
#include <signal.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <chrono>

#include "handlers.hpp"
#include "http_response.hpp"

namespace driver {
namespace {

using Clock = std::chrono::steady_clock;
constexpr std::string_view kListening = "listening";
constexpr std::string_view kAnswer = "osprey handler answer";
// Of all attempts together; who gets no answer in this time has no shape that could be found.
constexpr std::chrono::seconds kMost{10};

sockaddr_in loopback(std::uint16_t port) {
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(port);
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  return address;
}

std::uint16_t free_port() {
  const int fd = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  sockaddr_in address = loopback(0);
  socklen_t size = sizeof address;
  if (::bind(fd, reinterpret_cast<const sockaddr*>(&address), size) == 0)
    (void)::getsockname(fd, reinterpret_cast<sockaddr*>(&address), &size);
  ::close(fd);
  return ntohs(address.sin_port);
}

void say(int fd, std::string_view text) {
  while (!text.empty()) {
    const auto n = ::write(fd, text.data(), text.size());
    if (n <= 0) return;
    text.remove_prefix(static_cast<std::size_t>(n));
  }
}

Reply call(const Edition& edition, const char* name, const json& given) {
  const auto found = edition.functions.find(name);
  if (found == edition.functions.end()) return errored("is not there");
  Arguments arguments(given);
  return found->second(arguments, 0);
}

std::string not_a_success(const char* name, const Reply& reply) {
  return std::string(name) + " answered " + reply.line().dump();
}

// In the child: serves with that handler, and says how far it came.
std::string serve(const std::string& path, const Abi& abi, std::uint16_t port,
                  const json& handler) {
  Library library;
  if (std::string why = library.open(path); !why.empty()) return why;
  for (const Edition& edition : osprey_editions(library, abi)) {
    if (edition.functions.count("httpListen") == 0) continue;
    const Reply server =
        call(edition, "httpCreateServer", {{"port", port}, {"address", "127.0.0.1"}});
    if (!server.success) return not_a_success("httpCreateServer", server);
    // Ids are small in all libraries that are known; an address is not.
    const bool large = server.value.is_number_integer() &&
                       server.value.get<std::int64_t>() > std::int64_t{1} << 32U;
    if (large && edition.result == "code" && !abi.result)
      return "httpCreateServer answered " + server.value.dump() +
             ", which looks like an address: if the functions answer blocks, declare result=block";
    const Reply listens =
        call(edition, "httpListen", {{"serverID", server.value}, {"handler", handler}});
    if (!listens.success) return not_a_success("httpListen", listens);
    return std::string(kListening);
  }
  return "there is no httpListen";
}

[[noreturn]] void be_the_server(const std::string& path, const Abi& abi, std::uint16_t port,
                                const json& handler, int to_parent) {
  // What our handlers tell is of no interest here, and standard output is the driver's.
  const int nowhere = ::open("/dev/null", O_WRONLY | O_CLOEXEC);
  ::dup2(nowhere, 1);
  (void)output();
  say(to_parent, serve(path, abi, port, handler));
  ::close(to_parent);
  while (true) ::pause();
}

// A child that serves; it is gone when this is.
class Child {
 public:
  Child(const std::string& path, const Abi& abi, std::uint16_t port, const json& handler) {
    std::array<int, 2> ends{};
    if (::pipe2(ends.data(), O_CLOEXEC) != 0) return;
    from_ = ends[0];
    pid_ = ::fork();
    if (pid_ == 0) {
      // A crash of this process is an answer, too: nobody needs a core file of it.
      const rlimit none{};
      (void)::setrlimit(RLIMIT_CORE, &none);
      be_the_server(path, abi, port, handler, ends[1]);
    }
    ::close(ends[1]);
  }
  Child(const Child&) = delete;
  Child& operator=(const Child&) = delete;
  ~Child() {
    if (pid_ > 0) {
      ::kill(pid_, SIGKILL);
      ::waitpid(pid_, nullptr, 0);
    }
    if (from_ >= 0) ::close(from_);
  }
  int from() const { return from_; }

 private:
  int from_ = -1;
  pid_t pid_ = -1;
};

// Whether there is something to read before the time is over.
bool readable(int fd, Clock::time_point end) {
  while (true) {
    const auto left =
        std::chrono::duration_cast<std::chrono::milliseconds>(end - Clock::now()).count();
    pollfd what = {fd, POLLIN, 0};
    const int n = ::poll(&what, 1, static_cast<int>(std::max<long>(left, 0)));
    if (n >= 0 || errno != EINTR) return n > 0;
  }
}

// Everything up to the end of the stream, or until it says what was wanted.
template <class Enough>
std::string read_all(int fd, Clock::time_point end, const Enough& enough) {
  std::string all;
  std::array<char, 4096> part{};
  while (!enough(all) && readable(fd, end)) {
    const auto n = ::read(fd, part.data(), part.size());
    if (n <= 0) break;
    all.append(part.data(), static_cast<std::size_t>(n));
  }
  return all;
}

template <class Enough>
std::string ask(std::uint16_t port, Clock::time_point end, const Enough& enough) {
  const int fd = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  const sockaddr_in to = loopback(port);
  std::string answer;
  const std::string request =
      "GET / HTTP/1.1\r\nHost: 127.0.0.1:" + std::to_string(port) + "\r\nConnection: close\r\n\r\n";
  if (::connect(fd, reinterpret_cast<const sockaddr*>(&to), sizeof to) == 0 &&
      ::send(fd, request.data(), request.size(), MSG_NOSIGNAL) > 0)
    answer = read_all(fd, end, enough);
  ::close(fd);
  return answer;
}

// What came of one request to a process of its own.
struct Asked {
  std::string answer, why;
  bool listened = false;
};

template <class Enough>
Asked ask_library(const std::string& path, const Abi& abi, const json& handler,
                  Clock::time_point end, const Enough& enough) {
  const std::uint16_t port = free_port();
  const Child child(path, abi, port, handler);
  const std::string state =
      read_all(child.from(), end, [](const std::string& all) { return all == kListening; });
  if (state != kListening)
    return {"", state.empty() ? "it did not get as far as listening" : state, false};
  Asked out = {ask(port, end, enough), "", true};
  if (out.answer.empty())
    out.why = Clock::now() < end ? "the library ended the connection without an answer"
                                 : "the library did not answer a request";
  return out;
}

std::string first_line(const std::string& answer) {
  return answer.substr(0, std::min(answer.find('\r'), std::size_t{80}));
}

}  // namespace

FoundShape find_handler_shape(const std::string& library, const Abi& abi) {
  const auto end = Clock::now() + kMost;
  FoundShape out;
  const auto told = [](const std::string& all) { return shape_shown_by(all).has_value(); };
  const Asked first = ask_library(library, abi, "tell-tale", end, told);
  out.shape = shape_shown_by(first.answer);
  if (out.shape) return out;
  out.why = first.answer.empty() ? first.why : "the answer was " + first_line(first.answer);
  if (!first.listened) return out;
  // Some look closer at what they are given: each shape as it should be, one after the other.
  for (const HandlerShape shape :
       {HandlerShape::body, HandlerShape::response, HandlerShape::full_response}) {
    set_handler_shape(shape);
    const auto plain = [](const std::string& all) {
      return all.find(kAnswer) != std::string::npos;
    };
    if (!plain(ask_library(library, abi, {{"fixed", kAnswer}}, end, plain).answer)) continue;
    out.shape = shape;
    break;
  }
  set_handler_shape(HandlerShape::body);
  return out;
}

}  // namespace driver
