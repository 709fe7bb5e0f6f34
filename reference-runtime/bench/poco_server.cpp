// SPDX-License-Identifier: Apache-2.0
// poco-server: the same twelve octets from Poco::Net::HTTPServer, one thread a connection as is its
// way.
#include <Poco/Net/HTTPRequestHandler.h>
#include <Poco/Net/HTTPRequestHandlerFactory.h>
#include <Poco/Net/HTTPServer.h>
#include <Poco/Net/HTTPServerRequest.h>
#include <Poco/Net/HTTPServerResponse.h>
#include <Poco/Net/ServerSocket.h>
#include <Poco/ThreadPool.h>

#include <csignal>
#include <cstdio>
#include <string_view>

namespace {

constexpr int kConnections = 64;

class Hello final : public Poco::Net::HTTPRequestHandler {
 public:
  void handleRequest(Poco::Net::HTTPServerRequest& /*request*/,
                     Poco::Net::HTTPServerResponse& response) override {
    constexpr std::string_view kBody = "Hello world!";
    response.setContentType("text/plain; charset=utf-8");
    response.sendBuffer(kBody.data(), kBody.size());
  }
};

class Factory final : public Poco::Net::HTTPRequestHandlerFactory {
 public:
  Poco::Net::HTTPRequestHandler* createRequestHandler(
      const Poco::Net::HTTPServerRequest& /*request*/) override {
    return new Hello;  // Poco frees it
  }
};

}  // namespace

int main() {
  sigset_t stop;
  sigemptyset(&stop);
  sigaddset(&stop, SIGTERM);
  sigaddset(&stop, SIGINT);
  pthread_sigmask(SIG_BLOCK, &stop, nullptr);
  Poco::Net::ServerSocket socket(Poco::Net::SocketAddress("127.0.0.1", 0), 4096);
  Poco::ThreadPool threads(kConnections, kConnections);
  Poco::Net::HTTPServerParams::Ptr settings = new Poco::Net::HTTPServerParams;
  settings->setMaxThreads(kConnections);
  settings->setMaxKeepAliveRequests(0);
  Poco::Net::HTTPServer server(new Factory, threads, socket, settings);
  server.start();
  std::printf("listening on http://127.0.0.1:%u\n", socket.address().port());
  std::fflush(stdout);
  int signal = 0;
  sigwait(&stop, &signal);
  server.stopAll(true);
  return 0;
}
