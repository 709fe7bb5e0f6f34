// SPDX-License-Identifier: Apache-2.0
// Echo server on plain Poco::Net::WebSocket, after the loop of the library's own sample: each frame
// goes back with the flags it came with; an empty frame or a close ends the loop.

#include <Poco/Buffer.h>
#include <Poco/Event.h>
#include <Poco/Exception.h>
#include <Poco/Net/HTTPRequestHandler.h>
#include <Poco/Net/HTTPRequestHandlerFactory.h>
#include <Poco/Net/HTTPServer.h>
#include <Poco/Net/HTTPServerRequest.h>
#include <Poco/Net/HTTPServerResponse.h>
#include <Poco/Net/NetException.h>
#include <Poco/Net/ServerSocket.h>
#include <Poco/Net/WebSocket.h>

#include <cstdlib>
#include <cstring>
#include <iostream>

using Poco::Net::WebSocket;

constexpr int kLimit = 128 << 20;

class EchoHandler : public Poco::Net::HTTPRequestHandler {
  void handleRequest(Poco::Net::HTTPServerRequest& request,
                     Poco::Net::HTTPServerResponse& response) override {
    try {
      WebSocket socket(request, response);
      socket.setMaxPayloadSize(kLimit);
      echo(socket);
    } catch (const Poco::Net::WebSocketException&) {
      if (!response.sent()) {
        response.setStatus(Poco::Net::HTTPResponse::HTTP_BAD_REQUEST);
        response.setContentLength(0);
        response.send();
      }
    } catch (const Poco::Exception&) {
      // The peer is gone.
    }
  }

  static void echo(WebSocket& socket) {
    Poco::Buffer<char> buffer(0);
    int flags = 0;
    int length = 0;
    do {
      buffer.resize(0);
      length = socket.receiveFrame(buffer, flags);
      socket.sendFrame(buffer.begin(), length, flags);
    } while (length > 0 && (flags & WebSocket::FRAME_OP_BITMASK) != WebSocket::FRAME_OP_CLOSE);
  }
};

class EchoFactory : public Poco::Net::HTTPRequestHandlerFactory {
  Poco::Net::HTTPRequestHandler* createRequestHandler(
      const Poco::Net::HTTPServerRequest&) override {
    return new EchoHandler;
  }
};

int main(int argc, char** argv) {
  int port = 9001;
  if (argc == 3 && std::strcmp(argv[1], "--port") == 0) port = std::atoi(argv[2]);
  try {
    Poco::Net::ServerSocket listener(
        Poco::Net::SocketAddress("127.0.0.1", static_cast<Poco::UInt16>(port)), 1024);
    Poco::ThreadPool threads(2, 256);
    auto* parameters = new Poco::Net::HTTPServerParams;
    parameters->setMaxThreads(256);
    Poco::Net::HTTPServer server(new EchoFactory, threads, listener, parameters);
    server.start();
    std::cout << "listening on ws://127.0.0.1:" << listener.address().port() << std::endl;
    Poco::Event().wait();  // until a signal
  } catch (const Poco::Exception& error) {
    std::cerr << error.displayText() << '\n';
    return 2;
  }
}
