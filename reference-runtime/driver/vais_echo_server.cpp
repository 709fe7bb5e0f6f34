// SPDX-License-Identifier: Apache-2.0
// A WebSocket server on the Vais interface: ws_server() and run_echo(), one connection at a time.
#include <osprey/vais_websocket.h>

#include <CLI/CLI.hpp>
#include <cstdio>
#include <thread>

#include "signals.hpp"

namespace {

constexpr int kBadUse = 2;

int serve(std::int64_t port) {
  driver::hold_stop_signals();
  WsServer server = ws_server(port);
  if (WsServer_is_valid(&server) == 0) {
    std::fprintf(stderr, "vais-echo-server: cannot listen on port %lld\n",
                 static_cast<long long>(port));
    return kBadUse;
  }
  std::printf("listening on ws://127.0.0.1:%lld\n", static_cast<long long>(port));
  std::fflush(stdout);
  // The process ends with a signal, whatever the one connection of the moment does.
  std::thread([&server] { (void)WsServer_run_echo(&server); }).detach();
  driver::wait_for_stop();
  (void)WsServer_stop(&server);
  std::fflush(nullptr);
  std::_Exit(0);
}

}  // namespace

int main(int argc, char** argv) {
  CLI::App app("Sends every WebSocket message back, one connection at a time.", "vais-echo-server");
  std::int64_t port = 0;
  app.add_option("--port", port, "port to listen on")->required()->check(CLI::Range(1, 65535));
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    return app.exit(error) == 0 ? 0 : kBadUse;
  }
  return serve(port);
}
