// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

#include "echo_frame.hpp"
#include "reply_reader.hpp"

namespace osprey::bench {

// What ends a run, with a line for its user.
class LoadError : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

// Where the server listens, and what it is asked for.
struct Target {
  std::string host = "127.0.0.1";
  std::uint16_t port = 0;
  bool deflate = false;  // offer permessage-deflate; what is sent stays uncompressed
};

// Splits ws://a.b.c.d:port[/]; throws LoadError on anything else.
Target parse_target(const std::string& url);

// One connection; owns its descriptor. All clients of a run send the same frame, which must outlive
// them.
class Client {
 public:
  // Connects from 127.0.0.`source` (0: whatever the kernel takes) and sends the opening handshake.
  // Throws LoadError.
  Client(const Target& target, const EchoFrame& frame, unsigned source = 0);
  Client(Client&& other) noexcept
      : fd_(std::exchange(other.fd_, -1)),
        frame_(other.frame_),
        reader_(std::move(other.reader_)),
        owed_(other.owed_),
        position_(other.position_) {}
  Client(const Client&) = delete;
  Client& operator=(const Client&) = delete;
  Client& operator=(Client&&) = delete;
  ~Client();

  int fd() const { return fd_; }

  // Waits for the server's handshake; from then on the socket does not block. Throws LoadError.
  void finish_handshake();

  // Sends `count` messages, or as much of them as the socket takes; the rest is left to flush().
  // `copies` holds the frame several times over, so that many leave in one write.
  void send(std::size_t count, const std::string& copies);

  // Goes on with what is owed. Throws LoadError when the connection is gone.
  void flush(const std::string& copies);
  bool owes() const { return owed_ > 0; }

  // Reads once into `buffer`; the answer is the number of messages completed. Pings are answered.
  std::size_t receive(std::vector<char>& buffer, bool compare);

  // Waits at most `seconds` for the reply to the one message sent.
  void await_reply(std::vector<char>& buffer, int seconds);

 private:
  int fd_ = -1;
  const EchoFrame* frame_;
  ReplyReader reader_;
  std::size_t owed_ = 0;      // octets accepted by send() and not yet written
  std::size_t position_ = 0;  // in the frame, of the next octet to write
};

// `count` connections, through the handshake; with `spread` from several source addresses, so that
// the ports last. Many handshakes are under way at a time, or a server that polls would take
// minutes.
std::vector<Client> open_clients(const Target& target, const EchoFrame& frame, std::size_t count,
                                 bool spread);

// One message there and back on each of the clients, many at a time.
void echo_each(std::vector<Client>& clients, const EchoFrame& frame, std::vector<char>& buffer);

}  // namespace osprey::bench
