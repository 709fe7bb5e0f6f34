// SPDX-License-Identifier: Apache-2.0
// A WebSocket server that sends every message back; with --http, one that answers plain HTTP too.
#include <CLI/CLI.hpp>
#include <cstdio>
#include <osprey/http_server.hpp>
#include <osprey/websocket_server.hpp>
#include <string>

#include "signals.hpp"

namespace {

constexpr int kBadUse = 2;

struct Options {
  osprey::ServerSettings server;
  osprey::ServerTls files;
  bool tls = false;
  bool no_deflate = false;
  bool http = false;
  std::uint64_t max_body = osprey::HttpLimits{}.body;
  long bind_retry_ms = 500;
  long handshake_ms = 5'000;
  long idle_ms = 0;
  long close_ms = 5'000;
  long write_ms = 30'000;
};

void add_network_options(CLI::App& app, Options& options) {
  app.add_option("--host", options.server.host, "address or name to listen on")
      ->capture_default_str();
  app.add_option("--port", options.server.port, "port to listen on, 0 for any free one")
      ->capture_default_str();
  app.add_option("--bind-retry", options.bind_retry_ms, "milliseconds a busy port is tried again")
      ->check(CLI::Range(0L, 3'600'000L))
      ->capture_default_str();
  app.add_option("--threads", options.server.threads, "event threads, 0 for one a processor")
      ->check(CLI::Range(0U, 1024U))
      ->capture_default_str();
  auto* tls = app.add_flag("--tls", options.tls, "speak wss; needs --cert and --key");
  app.add_option("--cert", options.files.certificate_file, "certificate, PEM")->needs(tls);
  app.add_option("--key", options.files.key_file, "private key, PEM")->needs(tls);
}

void add_protocol_options(CLI::App& app, Options& options) {
  app.add_option("--path", options.server.path, "the one path to serve; every path if not given");
  app.add_option("--subprotocol", options.server.subprotocols,
                 "a subprotocol to speak; repeatable");
  app.add_option("--origin", options.server.origins,
                 "an allowed Origin; repeatable; all if not given");
  app.add_flag("--http", options.http, "answer plain HTTP too: GET, and content is sent back");
  app.add_option("--max-body", options.max_body, "octets of a request's content, with --http")
      ->check(CLI::PositiveNumber)
      ->capture_default_str();
  app.add_flag("--no-deflate", options.no_deflate, "do not accept permessage-deflate");
  app.add_option("--max-message", options.server.limits.message, "octets of a message")
      ->check(CLI::PositiveNumber)
      ->capture_default_str();
  app.add_option("--max-fragments", options.server.limits.fragments, "frames of a message")
      ->check(CLI::PositiveNumber)
      ->capture_default_str();
  app.add_option("--max-queued", options.server.limits.queued, "octets waiting for a slow peer")
      ->check(CLI::PositiveNumber)
      ->capture_default_str();
  const auto milliseconds = CLI::Range(0L, 86'400'000L);
  app.add_option("--handshake-timeout", options.handshake_ms, "milliseconds, 0 for none")
      ->check(milliseconds)
      ->capture_default_str();
  app.add_option("--idle-timeout", options.idle_ms, "milliseconds, 0 for none")
      ->check(milliseconds)
      ->capture_default_str();
  app.add_option("--close-timeout", options.close_ms, "milliseconds, 0 for none")
      ->check(milliseconds)
      ->capture_default_str();
  app.add_option("--write-timeout", options.write_ms, "milliseconds, 0 for none")
      ->check(milliseconds)
      ->capture_default_str();
}

// RFC 9110 §9: what is asked for with content, gives the content back; OPTIONS names what there is.
osprey::HttpAnswer answer(const osprey::HttpRequestView& request) {
  osprey::HttpAnswer out;
  if (request.method == "OPTIONS") {
    out.status = 204;
    out.raw_headers = "Allow: GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS\r\n";
  } else if (!request.body.empty() || request.method == "POST") {
    out.body = request.body;
  } else {
    out.body = "Hello, world";
  }
  return out;
}

int serve_http(Options& options, osprey::ServerHandlers handlers) {
  osprey::HttpServerSettings settings;
  settings.host = options.server.host;
  settings.port = options.server.port;
  settings.bind_retry = options.server.bind_retry;
  settings.threads = options.server.threads;
  settings.tls = options.server.tls;
  settings.limits.body = settings.limits.whole_body = options.max_body;
  settings.request_deadline = options.server.deadlines.handshake;
  auto server = osprey::HttpServer::bind(std::move(settings));
  if (!server) {
    std::fprintf(stderr, "echo-server: %s\n", server.error().message.c_str());
    return kBadUse;
  }
  const auto listening = server.value().listen(answer, osprey::BodyDelivery::whole);
  auto shared = server.value().share_with_websocket(std::move(options.server), std::move(handlers));
  if (!listening || !shared) {
    const auto& error = listening ? shared.error() : listening.error();
    std::fprintf(stderr, "echo-server: %s\n", error.message.c_str());
    return kBadUse;
  }
  std::printf("listening on port %u\n", static_cast<unsigned>(server.value().port()));
  std::fflush(stdout);
  driver::wait_for_stop();
  server.value().stop();
  return 0;
}

int serve(Options& options) {
  options.server.deflate = !options.no_deflate;
  options.server.bind_retry = std::chrono::milliseconds(options.bind_retry_ms);
  options.server.deadlines.handshake = std::chrono::milliseconds(options.handshake_ms);
  options.server.deadlines.idle = std::chrono::milliseconds(options.idle_ms);
  options.server.deadlines.close = std::chrono::milliseconds(options.close_ms);
  options.server.deadlines.write = std::chrono::milliseconds(options.write_ms);
  if (options.tls) {
    options.server.tls = options.files;
  }
  driver::hold_stop_signals();
  osprey::ServerHandlers handlers;
  handlers.on_message = [](const osprey::Connection& connection, const osprey::Message& message) {
    (void)connection.send(message);  // fails only when the connection is ending anyway
  };
  if (options.http) {
    return serve_http(options, std::move(handlers));
  }
  auto server = osprey::WebSocketServer::start(std::move(options.server), std::move(handlers));
  if (!server) {
    std::fprintf(stderr, "echo-server: %s\n", server.error().message.c_str());
    return kBadUse;
  }
  std::printf("listening on %s\n", server.value().url().c_str());
  std::fflush(stdout);
  driver::wait_for_stop();
  server.value().stop();
  return 0;
}

}  // namespace

int main(int argc, char** argv) {
  CLI::App app{
      "Sends every WebSocket message back. Prints one line when it is ready; SIGINT and SIGTERM "
      "stop it."};
  app.name("echo-server");
  Options options;
  options.server.port = 9001;
  add_network_options(app, options);
  add_protocol_options(app, options);
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    if (error.get_exit_code() == 0) {
      return app.exit(error);  // --help
    }
    std::fprintf(stderr, "echo-server: %s (try --help)\n", error.what());
    return kBadUse;
  }
  if (options.tls && (options.files.certificate_file.empty() || options.files.key_file.empty())) {
    std::fprintf(stderr, "echo-server: --tls needs --cert FILE and --key FILE (try --help)\n");
    return kBadUse;
  }
  return serve(options);
}
