// SPDX-License-Identifier: Apache-2.0
// hello-server: the reference runtime's HTTP and WebSocket server with the handlers that the bench
// asks for. Which path does what is this program's, not the runtime's.
//
//   /           twelve octets                 /sleep      the same, a tenth of a second later
//   /upload     the number of octets read     /download   --size octets from a descriptor
//
// An upgrade is answered on every path: a WebSocket message comes back a tenth of a second later.
#include <fcntl.h>
#include <poll.h>
#include <sys/mman.h>
#include <unistd.h>

#include <CLI/CLI.hpp>
#include <array>
#include <csignal>
#include <cstdio>
#include <osprey/http_server.hpp>
#include <string>

namespace {

constexpr int kBlockedMs = 100;
constexpr std::size_t kPiece = std::size_t{64} * 1024;

// A handler that waits for something else, such as a database.
void block() {
  (void)::poll(nullptr, 0, kBlockedMs);
}

// Reads the body as a handler would that copies it elsewhere.
std::string count_octets(const osprey::HttpRequestView& request) {
  std::size_t octets = request.body.size();
  std::array<char, kPiece> piece;  // NOLINT: filled by read()
  ssize_t got = 0;
  while (request.body_fd >= 0 && (got = ::read(request.body_fd, piece.data(), kPiece)) > 0) {
    octets += static_cast<std::size_t>(got);
  }
  return got < 0 ? "cut short" : std::to_string(octets);
}

// A file that takes no room: its octets are zero.
osprey::HttpAnswer download(std::int64_t size) {
  osprey::HttpAnswer answer;
  answer.stream_fd = ::memfd_create("download", MFD_CLOEXEC);
  answer.stream_size = size;
  if (answer.stream_fd < 0 || ::ftruncate(answer.stream_fd, size) != 0) {
    answer.status = 500;
  }
  return answer;
}

osprey::HttpAnswer serve(const osprey::HttpRequestView& request, std::int64_t size) {
  osprey::HttpAnswer answer;
  if (request.target == "/upload") {
    answer.body = count_octets(request);
    return answer;
  }
  if (request.target == "/download") {
    return download(size);
  }
  if (request.target == "/sleep") {
    block();
  }
  answer.body = "Hello world!";
  return answer;
}

int listen(osprey::HttpServerSettings settings, std::int64_t size) {
  auto server = osprey::HttpServer::bind(std::move(settings));
  if (!server) {
    std::fprintf(stderr, "hello-server: %s\n", server.error().message.c_str());
    return 2;
  }
  osprey::ServerHandlers echo;
  echo.on_message = [](const osprey::Connection& connection, const osprey::Message& message) {
    block();
    (void)connection.send(message);
  };
  const auto listening = server.value().listen(
      [size](const osprey::HttpRequestView& request) { return serve(request, size); });
  if (!listening || !server.value().share_with_websocket({}, std::move(echo))) {
    std::fprintf(stderr, "hello-server: cannot listen\n");
    return 2;
  }
  std::printf("listening on http://127.0.0.1:%u\n", server.value().port());
  std::fflush(stdout);
  int signal = 0;
  sigset_t stop;
  sigemptyset(&stop);
  sigaddset(&stop, SIGTERM);
  sigaddset(&stop, SIGINT);
  sigwait(&stop, &signal);
  server.value().stop();
  return 0;
}

}  // namespace

int main(int argc, char** argv) {
  CLI::App app("An HTTP server with the handlers of the bench.", "hello-server");
  osprey::HttpServerSettings settings;
  std::int64_t size = std::int64_t{1} << 30;
  app.add_option("--port", settings.port, "0: any free one");
  app.add_option("--threads", settings.threads, "event threads, 0 for one a processor");
  app.add_option("--size", size, "octets of /download")->check(CLI::NonNegativeNumber);
  CLI11_PARSE(app, argc, argv);
  // Held back in all threads, so that main() can wait for them.
  sigset_t stop;
  sigemptyset(&stop);
  sigaddset(&stop, SIGTERM);
  sigaddset(&stop, SIGINT);
  pthread_sigmask(SIG_BLOCK, &stop, nullptr);
  return listen(std::move(settings), size);
}
