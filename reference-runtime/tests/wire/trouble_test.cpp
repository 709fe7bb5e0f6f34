// SPDX-License-Identifier: Apache-2.0
// What happens when OpenSSL has no random octets or memory runs out.
#define OPENSSL_SUPPRESS_DEPRECATED
#include <openssl/rand.h>

#include <limits>

#include "support.hpp"
#include "wire/handshake_key.hpp"
#include "wire/mask.hpp"

namespace osprey::wire {
namespace {

using testing::Bytes;
using testing::bytes_of;
using testing::from_server;

int no_octets(unsigned char*, int) {
  return 0;
}
int is_seeded() {
  return 1;
}

// OpenSSL's generator fails while this lives, and the pool of this thread is used up.
class NoRandomness {
 public:
  NoRandomness() {
    method_.bytes = no_octets;
    method_.pseudorand = no_octets;
    method_.status = is_seeded;
    RAND_set_rand_method(&method_);
    while (fresh_mask_key().has_value()) {
    }
  }
  NoRandomness(const NoRandomness&) = delete;
  NoRandomness& operator=(const NoRandomness&) = delete;
  ~NoRandomness() { RAND_set_rand_method(nullptr); }

 private:
  RAND_METHOD method_{};
};

class Events : public SessionEvents {
 public:
  void on_message(MessageKind, Octets) override { ++messages; }
  void on_error(WireError error, std::string_view) override { failed = error; }
  int messages = 0;
  WireError failed = WireError::none;
};

TEST(Rfc6455_5_3, AClientWithoutRandomnessSendsNothing) {
  const Limits limits;
  Session client(Role::client, &limits, std::nullopt);
  Buffer out;
  {
    const NoRandomness trouble;
    EXPECT_FALSE(fresh_mask_key().has_value());
    EXPECT_EQ(client.send_message(MessageKind::text, bytes_of("x"), out), WireError::no_randomness);
    EXPECT_EQ(client.send_ping({}, out), WireError::no_randomness);
    EXPECT_EQ(client.send_close(1000, {}, out), WireError::no_randomness);
    EXPECT_TRUE(out.empty());
    EXPECT_EQ(client.state(), Session::State::open);
  }
  EXPECT_EQ(client.send_message(MessageKind::text, bytes_of("x"), out), WireError::none);
}

TEST(Rfc6455_5_3, AClientThatCannotMaskItsPongEnds) {
  const Limits limits;
  Session client(Role::client, &limits, std::nullopt);
  Events events;
  Buffer out;
  const NoRandomness trouble;
  Bytes input = testing::joined({from_server(9, bytes_of("x")), from_server(1, bytes_of("late"))});
  EXPECT_EQ(client.receive(input, events, out), input.size());
  EXPECT_EQ(events.failed, WireError::no_randomness);
  EXPECT_EQ(events.messages, 0);
  EXPECT_TRUE(out.empty());
  EXPECT_EQ(client.state(), Session::State::closed);
}

TEST(Rfc6455_4_1, NoKeyWithoutRandomness) {
  const NoRandomness trouble;
  EXPECT_EQ(fresh_key().error(), WireError::no_randomness);
}

TEST(Session, RunningOutOfMemoryIsAValue) {
  const Limits limits;
  Session server(Role::server, &limits, std::nullopt);
  Buffer out;
  const std::uint8_t octet = 0;
  // Never read: the room for it is refused first.
  const ConstOctets huge(&octet, std::numeric_limits<std::size_t>::max() / 2);
  EXPECT_EQ(server.send_message_unchecked(MessageKind::binary, huge, out),
            WireError::out_of_memory);
  EXPECT_TRUE(out.empty());
  EXPECT_EQ(server.send_message(MessageKind::binary, {&octet, 1}, out), WireError::none);
}

}  // namespace
}  // namespace osprey::wire
