// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <gtest/gtest.h>

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "wire/session.hpp"

namespace osprey::wire::testing {

using Bytes = std::vector<std::uint8_t>;
using Strings = std::vector<std::string>;

// "81 05 48": octets in hex, blanks ignored.
Bytes hex(std::string_view digits);
Bytes bytes_of(std::string_view text);
std::string text_from(const Bytes& bytes);
Bytes joined(std::initializer_list<Bytes> parts);
Bytes repeated(std::uint8_t octet, std::size_t count);

// Writes a frame the way it is asked to, right or wrong. Shares no code with the codecs.
struct FrameSpec {
  unsigned opcode = 1;
  Bytes payload;
  bool fin = true;
  unsigned rsv = 0;  // 4 = RSV1, 2 = RSV2, 1 = RSV3
  bool masked = true;
  MaskKey key{0x37, 0xFA, 0x21, 0x3D};
  int length_form = 0;  // 0: shortest; 16 or 64: that form
};
Bytes frame(const FrameSpec& spec);
// As a client sends it, masked; as a server does, plain.
Bytes from_client(unsigned opcode, const Bytes& payload, bool fin = true, unsigned rsv = 0);
Bytes from_server(unsigned opcode, const Bytes& payload, bool fin = true, unsigned rsv = 0);
Bytes close_body(unsigned code, std::string_view reason = {});

struct Given {
  Role role = Role::server;
  Limits limits{};
  std::optional<DeflateParameters> deflate{};
  DeflateSettings settings{};
  bool echo = true;  // answer each message with itself
};

const Given kServer{};
const Given kClient{.role = Role::client};

// What a session did: events as "text:Hello", "close:1000:bye", "error:<name>"; frames sent as
// "text:Hello", "close:1002:<reason>", "+z" after the kind with RSV1, "fragment" where a frame is
// not whole.
struct Trace {
  std::vector<std::string> events;
  std::vector<std::string> sent;
  Session::State state = Session::State::open;

  bool operator==(const Trace&) const = default;
};
std::ostream& operator<<(std::ostream& to, const Trace& trace);

// Feeds `input` in pieces of `piece` octets (0: whole), or in two pieces cut at `cut`.
Trace feed_pieces(const Given& setup, const Bytes& input, std::size_t piece);
Trace feed_split(const Given& setup, const Bytes& input, std::size_t cut);

// Feeds whole, octet by octet and split at every place (every so many for long input); all must do
// the same.
Trace feed_all_ways(const Given& setup, const Bytes& input);

// That the session failed with this error and the table's close code, and stopped there.
void expect_failure(const Trace& trace, WireError error);

// Frames in what a session sent, described as above.
std::vector<std::string> describe_frames(ConstOctets sent, Role sender);

// The head of a handshake, to be changed line by line.
struct Head {
  std::string start;
  Strings lines;

  Head& without(std::string_view name);
  Head& with(const std::string& line);
  // In place of the line of the same field.
  Head& instead(const std::string& line);
  // Without the empty line that ends it.
  [[nodiscard]] std::string text() const;
};

// Keeps a test's input as a fuzz seed when OSPREY_SEED_DIR is set.
void keep_seed(std::string_view target, const Bytes& input);
// The two octets that tell the session fuzzers how to set up, see fuzz/session_fuzz.hpp.
Bytes session_seed(const Given& setup, const Bytes& input);

}  // namespace osprey::wire::testing
