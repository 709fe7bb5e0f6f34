// SPDX-License-Identifier: Apache-2.0
// What was encoded is decoded again, for inputs nobody thought of.
#include <gtest/gtest.h>
// rapidcheck needs it before
#include <rapidcheck/gtest.h>

#include <utility>

#include "support.hpp"
#include "wire/extensions.hpp"

namespace osprey::wire {
namespace {

using testing::Bytes;

struct Message {
  MessageKind kind;
  Bytes payload;

  bool operator==(const Message&) const = default;
};

class Collector : public SessionEvents {
 public:
  void on_message(MessageKind kind, Octets payload) override {
    messages.push_back({kind, {payload.begin(), payload.end()}});
  }
  void on_ping(ConstOctets payload) override { pings.emplace_back(payload.begin(), payload.end()); }
  void on_error(WireError error, std::string_view) override { failed = error; }

  std::vector<Message> messages;
  std::vector<Bytes> pings;
  WireError failed = WireError::none;
};

// Feeds in pieces whose sizes are drawn.
void feed_randomly(Session& session, Bytes input, SessionEvents& events, Buffer& out) {
  std::size_t at = 0;
  while (at < input.size()) {
    const std::size_t left = input.size() - at;
    const std::size_t size = *rc::gen::inRange<std::size_t>(1, std::min<std::size_t>(left, 97) + 1);
    Bytes piece(input.begin() + static_cast<long>(at),
                input.begin() + static_cast<long>(at + size));
    RC_ASSERT(session.receive(piece, events, out) == size);
    at += size;
  }
}

Message any_message() {
  const bool text = *rc::gen::arbitrary<bool>();
  const std::size_t repeat = *rc::gen::element<std::size_t>(1, 1, 1, 7, 60);
  Bytes once =
      text ? testing::bytes_of(*rc::gen::container<std::string>(rc::gen::inRange<char>(' ', '~')))
           : *rc::gen::arbitrary<Bytes>();
  Bytes payload;
  for (std::size_t i = 0; i < repeat; ++i) {
    payload.insert(payload.end(), once.begin(), once.end());
  }
  return {text ? MessageKind::text : MessageKind::binary, payload};
}

Role any_role() {
  return *rc::gen::element(Role::server, Role::client);
}
Role other(Role role) {
  return role == Role::server ? Role::client : Role::server;
}

DeflateParameters any_parameters() {
  return {*rc::gen::arbitrary<bool>(), *rc::gen::arbitrary<bool>(), *rc::gen::inRange(8, 16),
          *rc::gen::inRange(8, 16)};
}

RC_GTEST_PROP(Frames, HeadersComeBackAsWritten, ()) {
  FrameHeader header;
  header.length = *rc::gen::arbitrary<std::uint64_t>() >> *rc::gen::inRange(1U, 64U);
  header.masked = *rc::gen::arbitrary<bool>();
  header.opcode = *rc::gen::element(Opcode::text, Opcode::binary);
  header.fin = *rc::gen::arbitrary<bool>();
  header.rsv1 = *rc::gen::arbitrary<bool>();
  header.key = {1, 2, 3, 4};
  std::array<std::uint8_t, kMaxFrameHeader> octets{};
  const std::size_t size = write_frame_header(octets.data(), header);
  FrameHeader back;
  const FrameContext context{header.masked ? Role::server : Role::client, true, false};
  const HeaderParse parse = parse_frame_header(ConstOctets(octets).first(size), context, back);
  RC_ASSERT(parse.error == WireError::none);
  RC_ASSERT(parse.size == size);
  RC_ASSERT(back.length == header.length);
  RC_ASSERT(back.opcode == header.opcode);
  RC_ASSERT(back.fin == header.fin);
  RC_ASSERT(back.rsv1 == header.rsv1);
}

RC_GTEST_PROP(Sessions, WhatOneSendsTheOtherReceives, ()) {
  const Role sender = any_role();
  const bool deflate = *rc::gen::arbitrary<bool>();
  const auto parameters = deflate ? std::optional(any_parameters()) : std::nullopt;
  DeflateSettings settings;
  settings.threshold = *rc::gen::element<std::size_t>(0, 10, 64);
  const Limits limits;
  Session from(sender, &limits, parameters, &settings);
  Session to(other(sender), &limits, parameters, &settings);
  std::vector<Message> sent;
  Buffer wire;
  const int count = *rc::gen::inRange(1, 8);
  for (int i = 0; i < count; ++i) {
    sent.push_back(any_message());
    RC_ASSERT(from.send_message(sent.back().kind, sent.back().payload, wire) == WireError::none);
  }
  Collector got;
  Buffer back;
  feed_randomly(to, Bytes(wire.octets().begin(), wire.octets().end()), got, back);
  RC_ASSERT(got.failed == WireError::none);
  RC_ASSERT(got.messages == sent);
  RC_ASSERT(back.empty());
  RC_ASSERT(to.between_messages());
}

RC_GTEST_PROP(Sessions, AnyFragmentationWithPingsGivesTheSameMessage, ()) {
  const Role role = any_role();
  const bool masked = role == Role::server;
  const Message message = any_message();
  Bytes payload = message.payload;
  std::optional<DeflateParameters> parameters;
  const DeflateSettings settings;
  if (*rc::gen::arbitrary<bool>()) {
    parameters = any_parameters();
    DeflateCodec codec(other(role), *parameters, &settings);
    Buffer packed;
    RC_ASSERT(codec.compress(payload, packed) == WireError::none);
    payload.assign(packed.octets().begin(), packed.octets().end());
  }
  Bytes input;
  std::size_t pings = 0;
  const int frames = *rc::gen::inRange(1, 20);
  for (int i = 0; i < frames; ++i) {
    const bool first = i == 0;
    const bool last = i + 1 == frames;
    const std::size_t size =
        last ? payload.size() : *rc::gen::inRange<std::size_t>(0, payload.size() + 1);
    const Bytes part(payload.begin(), payload.begin() + static_cast<long>(size));
    payload.erase(payload.begin(), payload.begin() + static_cast<long>(size));
    const Bytes frame = testing::frame({.opcode = first ? static_cast<unsigned>(message.kind) : 0U,
                                        .payload = part,
                                        .fin = last,
                                        .rsv = first && parameters.has_value() ? 4U : 0U,
                                        .masked = masked});
    input.insert(input.end(), frame.begin(), frame.end());
    if (*rc::gen::arbitrary<bool>()) {
      const Bytes ping = testing::frame(
          {.opcode = 9, .payload = part.size() < 126 ? part : Bytes{}, .masked = masked});
      input.insert(input.end(), ping.begin(), ping.end());
      ++pings;
    }
  }
  const Limits limits;
  Session session(role, &limits, parameters, &settings);
  Collector got;
  Buffer out;
  feed_randomly(session, input, got, out);
  RC_ASSERT(got.failed == WireError::none);
  RC_ASSERT(got.messages.size() == 1U);
  RC_ASSERT(got.messages[0] == message);
  RC_ASSERT(got.pings.size() == pings);
}

RC_GTEST_PROP(Sessions, AnyOctetsDoTheSameHoweverTheyAreCut, ()) {
  testing::Given setup;
  setup.role = any_role();
  setup.limits.message = 2000;
  if (*rc::gen::arbitrary<bool>()) {
    setup.deflate = DeflateParameters{};
  }
  Bytes input;
  const int count = *rc::gen::inRange(1, 6);
  for (int i = 0; i < count; ++i) {
    const Bytes frame =
        testing::frame({.opcode = *rc::gen::element(0U, 1U, 1U, 2U, 8U, 9U, 10U, 3U),
                        .payload = *rc::gen::arbitrary<Bytes>(),
                        .fin = *rc::gen::element(true, true, false),
                        .rsv = *rc::gen::element(0U, 0U, 0U, 4U, 1U),
                        .masked = (setup.role == Role::server) != (*rc::gen::inRange(0, 20) == 0)});
    input.insert(input.end(), frame.begin(), frame.end());
  }
  const testing::Trace whole = testing::feed_pieces(setup, input, 0);
  RC_ASSERT(whole == testing::feed_pieces(setup, input, 1));
  RC_ASSERT(whole ==
            testing::feed_split(setup, input, *rc::gen::inRange<std::size_t>(0, input.size() + 1)));
}

RC_GTEST_PROP(Deflate, WhatIsCompressedInflatesAgain, ()) {
  const DeflateParameters parameters = any_parameters();
  DeflateSettings settings;
  settings.level = *rc::gen::inRange(1, 10);
  settings.memory_level = *rc::gen::inRange(1, 10);
  const Role role = any_role();
  DeflateCodec from(role, parameters, &settings);
  DeflateCodec to(other(role), parameters, &settings);
  for (int i = *rc::gen::inRange(1, 6); i > 0; --i) {
    const Bytes message = any_message().payload;
    Buffer packed;
    RC_ASSERT(from.compress(message, packed) == WireError::none);
    Buffer plain;
    RC_ASSERT(to.inflate(packed.octets(), message.size(), plain) == WireError::none);
    RC_ASSERT(to.finish_inflate(message.size(), plain) == WireError::none);
    RC_ASSERT(Bytes(plain.octets().begin(), plain.octets().end()) == message);
  }
}

RC_GTEST_PROP(Extensions, ListsComeBackAsWritten, ()) {
  const auto token = rc::gen::nonEmpty(
      rc::gen::container<std::string>(rc::gen::elementOf(std::string("abcXYZ019-_.!"))));
  std::string text;
  std::vector<std::pair<std::string, std::string>> written;
  for (int i = *rc::gen::inRange(1, 5); i > 0; --i) {
    written.emplace_back(*token, *token);
    const std::string quote = *rc::gen::element<std::string>("", "\"");
    if (!text.empty()) {
      text += *rc::gen::element<std::string>(",", " , ", ",,");
    }
    text += written.back().first;
    text += *rc::gen::element<std::string>(";p=", " ; p = ");
    text += quote;
    text += written.back().second;
    text += quote;
  }
  const std::string_view values[] = {text};
  const auto list = parse_extensions(values);
  RC_ASSERT(list.ok());
  RC_ASSERT(list.value().size() == written.size());
  for (std::size_t i = 0; i < written.size(); ++i) {
    RC_ASSERT(list.value()[i].name == written[i].first);
    RC_ASSERT(list.value()[i].parameters.at(0).value == written[i].second);
  }
}

}  // namespace
}  // namespace osprey::wire
