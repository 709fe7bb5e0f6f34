// SPDX-License-Identifier: Apache-2.0
// Echo server on asynchronous Boost.Beast: permessage-deflate on, limits raised.

#include <boost/asio.hpp>
#include <boost/beast/core.hpp>
#include <boost/beast/websocket.hpp>
#include <cstdlib>
#include <cstring>
#include <iostream>
#include <memory>
#include <thread>
#include <vector>

namespace asio = boost::asio;
namespace beast = boost::beast;
namespace websocket = beast::websocket;
using asio::ip::tcp;

constexpr std::size_t kLimit = std::size_t{128} << 20;

class Session : public std::enable_shared_from_this<Session> {
 public:
  explicit Session(tcp::socket socket) : stream_(std::move(socket)) {}

  void start() {
    websocket::permessage_deflate deflate;
    deflate.server_enable = true;
    stream_.set_option(deflate);
    stream_.set_option(websocket::stream_base::timeout::suggested(beast::role_type::server));
    stream_.read_message_max(kLimit);
    stream_.auto_fragment(false);
    stream_.async_accept([self = shared_from_this()](beast::error_code error) {
      if (!error) self->read();
    });
  }

 private:
  void read() {
    buffer_.consume(buffer_.size());
    stream_.async_read(buffer_, [self = shared_from_this()](beast::error_code error, std::size_t) {
      if (!error) self->write();
    });
  }

  void write() {
    stream_.text(stream_.got_text());
    stream_.async_write(buffer_.data(),
                        [self = shared_from_this()](beast::error_code error, std::size_t) {
                          if (!error) self->read();
                        });
  }

  websocket::stream<beast::tcp_stream> stream_;
  beast::flat_buffer buffer_;
};

class Listener {
 public:
  Listener(asio::io_context& context, std::uint16_t port, int threads)
      : context_(context),
        acceptor_(context, {asio::ip::make_address("127.0.0.1"), port}),
        threads_(threads) {
    acceptor_.listen(4096);
  }

  std::uint16_t port() const { return acceptor_.local_endpoint().port(); }

  void accept() {
    auto taken = [this](beast::error_code error, tcp::socket socket) {
      if (!error) {
        socket.set_option(tcp::no_delay(true), error);
        std::make_shared<Session>(std::move(socket))->start();
      }
      accept();
    };
    // A strand costs time and one thread needs none.
    if (threads_ == 1) {
      acceptor_.async_accept(taken);
    } else {
      acceptor_.async_accept(asio::make_strand(context_), taken);
    }
  }

 private:
  asio::io_context& context_;
  tcp::acceptor acceptor_;
  int threads_;
};

int main(int argc, char** argv) {
  int port = 9001;
  int threads = 1;
  for (int i = 1; i + 1 < argc; i += 2) {
    if (std::strcmp(argv[i], "--port") == 0) port = std::atoi(argv[i + 1]);
    if (std::strcmp(argv[i], "--threads") == 0) threads = std::atoi(argv[i + 1]);
  }
  try {
    asio::io_context context(threads);
    Listener listener(context, static_cast<std::uint16_t>(port), threads);
    listener.accept();
    std::cout << "listening on ws://127.0.0.1:" << listener.port() << std::endl;
    std::vector<std::thread> others;
    for (int i = 1; i < threads; ++i) others.emplace_back([&context] { context.run(); });
    context.run();
  } catch (const std::exception& error) {
    std::cerr << error.what() << '\n';
    return 2;
  }
}
