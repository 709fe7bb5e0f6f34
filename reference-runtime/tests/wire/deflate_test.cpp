// SPDX-License-Identifier: Apache-2.0
#include "wire/deflate.hpp"

#include <random>

#define ZLIB_CONST
#include <zlib.h>

#include "support.hpp"

namespace osprey::wire {
namespace {

using namespace testing;

constexpr std::size_t kNoLimit = std::size_t{1} << 30U;

Given with_deflate(const DeflateParameters& parameters = {}, Role role = Role::server) {
  Given setup;
  setup.role = role;
  setup.deflate = parameters;
  setup.echo = false;
  return setup;
}

Bytes random_bytes(std::size_t size, unsigned seed) {
  std::mt19937 random(seed);
  Bytes bytes(size);
  for (std::uint8_t& octet : bytes) {
    octet = static_cast<std::uint8_t>(random());
  }
  return bytes;
}

Bytes words(std::size_t size, unsigned seed) {
  std::mt19937 random(seed);
  Bytes bytes;
  while (bytes.size() < size) {
    const Bytes word = bytes_of("word" + std::to_string(random() % 50) + " ");
    bytes.insert(bytes.end(), word.begin(), word.end());
  }
  return bytes;
}

Bytes compressed(DeflateCodec& codec, const Bytes& message) {
  Buffer out;
  EXPECT_EQ(codec.compress(message, out), WireError::none);
  return {out.octets().begin(), out.octets().end()};
}

Bytes inflated(DeflateCodec& codec, const Bytes& data) {
  Buffer out;
  EXPECT_EQ(codec.inflate(data, kNoLimit, out), WireError::none);
  EXPECT_EQ(codec.finish_inflate(kNoLimit, out), WireError::none);
  return {out.octets().begin(), out.octets().end()};
}

// The longest distance back that a message uses, found by inflating with smaller windows.
bool fits_window(const Bytes& data, int bits) {
  z_stream stream{};
  EXPECT_EQ(inflateInit2(&stream, -bits), Z_OK);
  Bytes with_tail = joined({data, hex("00 00 ff ff")});
  Bytes piece(64);
  stream.next_in = with_tail.data();
  stream.avail_in = static_cast<uInt>(with_tail.size());
  int result = Z_OK;
  // Small output pieces make zlib look into its window and not into earlier output.
  while (result == Z_OK) {
    stream.next_out = piece.data();
    stream.avail_out = static_cast<uInt>(piece.size());
    result = inflate(&stream, Z_SYNC_FLUSH);
  }
  inflateEnd(&stream);
  return result == Z_BUF_ERROR;
}

TEST(Rfc7692_7_2_3, ExamplesOfTheRfc) {
  const Given setup = with_deflate({}, Role::client);
  // One block, the same in two fragments, a stored block, BFINAL set, two blocks.
  for (const char* const payload :
       {"f2 48 cd c9 c9 07 00", "00 05 00 fa ff 48 65 6c 6c 6f 00", "f3 48 cd c9 c9 07 00 00",
        "f2 48 05 00 00 00 ff ff ca c9 c9 07 00"}) {
    testing::keep_seed("inflate_fuzz", joined({{0}, hex(payload)}));
    EXPECT_EQ(feed_all_ways(setup, from_server(1, hex(payload), true, 4)).events,
              Strings{"text:Hello"})
        << payload;
  }
  EXPECT_EQ(feed_all_ways(setup, joined({from_server(1, hex("f2 48 cd"), false, 4),
                                         from_server(0, hex("c9 c9 07 00"))}))
                .events,
            Strings{"text:Hello"});
  // The second message refers back into the first.
  EXPECT_EQ(feed_all_ways(setup, joined({from_server(1, hex("f2 48 cd c9 c9 07 00"), true, 4),
                                         from_server(1, hex("f2 00 11 00 00"), true, 4)}))
                .events,
            (Strings{"text:Hello", "text:Hello"}));
}

TEST(Rfc7692_7_2_3, EmptyMessages) {
  const Given setup = with_deflate();
  const Bytes hello = from_client(1, hex("f2 48 cd c9 c9 07 00"), true, 4);
  EXPECT_EQ(feed_all_ways(setup, joined({hello, from_client(1, hex("00"), true, 4), hello,
                                         from_client(2, hex("02 00"), true, 4), hello}))
                .events,
            (Strings{"text:Hello", "text:", "text:Hello", "binary:", "text:Hello"}));
  EXPECT_EQ(feed_all_ways(setup, joined({from_client(1, {}, false, 4),
                                         from_client(0, hex("00"), false), from_client(0, {})}))
                .events,
            Strings{"text:"});
  DeflateCodec codec(Role::server, {}, nullptr);
  EXPECT_EQ(compressed(codec, {}), hex("00"));
}

TEST(Rfc7692_7_2_3, FinalBlocksDoNotEndTheStream) {
  const Given setup = with_deflate();
  const Bytes final_hello = from_client(1, hex("f3 48 cd c9 c9 07 00 00"), true, 4);
  const Bytes back_reference = from_client(1, hex("f2 00 11 00 00"), true, 4);
  EXPECT_EQ(feed_all_ways(setup, joined({final_hello, back_reference, final_hello, back_reference}))
                .events,
            (Strings{"text:Hello", "text:Hello", "text:Hello", "text:Hello"}));
  // Final and other blocks mixed in one message; and a final block as the very end.
  EXPECT_EQ(feed_all_ways(setup,
                          from_client(1, hex("f3 48 cd c9 c9 07 00 f2 48 cd c9 c9 07 00"), true, 4))
                .events,
            Strings{"text:HelloHello"});
  EXPECT_EQ(feed_all_ways(
                setup, joined({from_client(1, hex("f3 48 cd c9 c9 07 00"), true, 4), final_hello}))
                .events,
            (Strings{"text:Hello", "text:Hello"}));
}

TEST(Rfc7692_6_1, PlainAndCompressedMessagesMayAlternate) {
  const Given setup = with_deflate();
  const Bytes packed = from_client(1, hex("f2 48 cd c9 c9 07 00"), true, 4);
  const Bytes plain = from_client(1, bytes_of("plain"));
  EXPECT_EQ(feed_all_ways(setup, joined({packed, plain, packed, plain, plain, packed})).events,
            (Strings{"text:Hello", "text:plain", "text:Hello", "text:plain", "text:plain",
                     "text:Hello"}));
}

TEST(Rfc7692_6_1, ControlFramesBetweenCompressedFragments) {
  const Given setup = with_deflate();
  Bytes input;
  const Bytes payload = hex("f2 48 cd c9 c9 07 00");
  for (std::size_t i = 0; i < payload.size(); ++i) {
    input = joined({input, from_client(i == 0 ? 1 : 0, {payload[i]}, i + 1 == payload.size(),
                                       i == 0 ? 4 : 0)});
    if (i + 1 < payload.size()) {
      input = joined({input, from_client(9, {payload[i]})});
    }
  }
  const Trace trace = feed_all_ways(setup, input);
  EXPECT_EQ(trace.events.size(), 7U);
  EXPECT_EQ(trace.events.back(), "text:Hello");
  EXPECT_EQ(trace.sent.size(), 6U);
}

TEST(Rfc7692_6_1, Rsv1InTheWrongPlaceFails) {
  const Given setup = with_deflate();
  const Bytes half = from_client(1, hex("f2 48 cd"), false, 4);
  expect_failure(feed_all_ways(setup, joined({half, from_client(0, hex("c9 c9 07 00"), true, 4)})),
                 WireError::rsv1_on_continuation);
  expect_failure(feed_all_ways(setup, from_client(9, {}, true, 4)), WireError::rsv1_on_control);
  expect_failure(feed_all_ways(setup, from_client(8, {}, true, 4)), WireError::rsv1_on_control);
  expect_failure(feed_all_ways(setup, from_client(1, {}, true, 2)), WireError::reserved_bits);
  expect_failure(feed_all_ways(Given{}, from_client(1, hex("f2 48 cd c9 c9 07 00"), true, 4)),
                 WireError::reserved_bits);
}

TEST(Rfc7692_6_1, StrayContinuationAfterACompressedMessageFails) {
  expect_failure(
      feed_all_ways(with_deflate(), joined({from_client(1, hex("f2 48 cd c9 c9 07 00"), true, 4),
                                            from_client(0, bytes_of("x"))})),
      WireError::unexpected_continuation);
}

TEST(Rfc7692_7_2_2, WrongDataFails) {
  for (const char* const payload :
       {"06", "07 00", "ff ff ff", "00 05 00 00 00", "f2 48 cd c9 c9 07 00 00 00 ff ff",
        "f2 48 cd c9", "00 05 00 fa ff 48 65", "f2 48 cd c9 c9 07 00 ff", "f2 00 11 00 00", ""}) {
    testing::keep_seed("inflate_fuzz", joined({{9}, hex(payload)}));
    expect_failure(feed_all_ways(with_deflate(), from_client(2, hex(payload), true, 4)),
                   WireError::deflate_corrupt);
  }
}

TEST(Rfc7692_7_2_2, NoReferenceIntoTheLastMessageWithoutContext) {
  const DeflateParameters none{true, true, 15, 15};
  expect_failure(feed_all_ways(with_deflate(none),
                               joined({from_client(1, hex("f2 48 cd c9 c9 07 00"), true, 4),
                                       from_client(1, hex("f2 00 11 00 00"), true, 4)})),
                 WireError::deflate_corrupt);
}

TEST(Rfc7692_6_1, TextIsCheckedAfterInflating) {
  DeflateSettings settings;
  DeflateCodec codec(Role::client, {}, &settings);
  const Bytes bad = compressed(codec, hex("61 62 63 ed a0 80 64 65 66"));
  expect_failure(feed_all_ways(with_deflate(), from_client(1, bad, true, 4)),
                 WireError::invalid_utf8);
  EXPECT_EQ(feed_all_ways(with_deflate(), from_client(2, bad, true, 4)).events.size(), 1U);
  DeflateCodec again(Role::client, {}, &settings);
  const Bytes cut = compressed(again, hex("61 62 63 e2 82"));
  expect_failure(feed_all_ways(with_deflate(), from_client(1, cut, true, 4)),
                 WireError::invalid_utf8);
}

TEST(Rfc6455_10_4, BombsEndIn1009) {
  Given setup = with_deflate();
  setup.limits.message = 10000;
  DeflateSettings settings;
  for (const std::size_t size : {std::size_t{10001}, std::size_t{100000}, std::size_t{20000000}}) {
    DeflateCodec codec(Role::client, {}, &settings);
    const Bytes packed = compressed(codec, repeated(0, size));
    testing::keep_seed("inflate_fuzz", joined({{6}, packed}));
    const Bytes bomb = size < 1000000 ? packed : Bytes(packed.begin(), packed.begin() + 9000);
    const Trace trace = size < 1000000
                            ? feed_all_ways(setup, from_client(2, bomb, true, 4))
                            : testing::feed_pieces(setup, from_client(2, bomb, true, 4), 0);
    expect_failure(trace, WireError::message_too_big);
    EXPECT_EQ(trace.events.size(), 1U);
  }
  DeflateCodec codec(Role::client, {}, &settings);
  const Bytes exact = compressed(codec, repeated(0, 10000));
  EXPECT_EQ(feed_all_ways(setup, from_client(2, exact, true, 4)).state, Session::State::open);
}

TEST(Rfc6455_10_4, ABombInFragmentsEndsIn1009) {
  Given setup = with_deflate();
  setup.limits.message = 10000;
  DeflateSettings settings;
  DeflateCodec codec(Role::client, {}, &settings);
  const Bytes packed = compressed(codec, repeated(0, 20000));
  Bytes input;
  for (std::size_t i = 0; i < packed.size(); ++i) {
    input = joined(
        {input, from_client(i == 0 ? 2 : 0, {packed[i]}, i + 1 == packed.size(), i == 0 ? 4 : 0)});
  }
  expect_failure(feed_all_ways(setup, input), WireError::message_too_big);
}

TEST(Rfc7692_7_1_1, EveryCombinationOfContextAndWindowWorksBothWays) {
  DeflateSettings settings;
  for (const bool server_none : {false, true}) {
    for (const bool client_none : {false, true}) {
      for (int server_bits = 8; server_bits <= 15; ++server_bits) {
        const DeflateParameters parameters{server_none, client_none, server_bits, 23 - server_bits};
        DeflateCodec server(Role::server, parameters, &settings);
        DeflateCodec client(Role::client, parameters, &settings);
        for (unsigned i = 0; i < 5; ++i) {
          // The same text again, so that a kept window would be used; noise between.
          for (const Bytes& message :
               {words(5000, 1), random_bytes(3000, i), bytes_of("x"), Bytes{}}) {
            ASSERT_EQ(inflated(client, compressed(server, message)), message);
            ASSERT_EQ(inflated(server, compressed(client, message)), message);
          }
        }
        EXPECT_EQ(server.holds_memory(), !server_none || !client_none);
      }
    }
  }
}

TEST(Rfc7692_7_1_1, WithoutContextEqualMessagesPackEqually) {
  DeflateSettings settings;
  DeflateCodec none(Role::server, {true, true, 15, 15}, &settings);
  const Bytes message = words(2000, 3);
  const Bytes first = compressed(none, message);
  EXPECT_EQ(compressed(none, message), first);
  DeflateCodec kept(Role::server, {}, &settings);
  EXPECT_EQ(compressed(kept, message), first);
  EXPECT_LT(compressed(kept, message).size(), first.size() / 4);
}

TEST(Rfc7692_7_1_2, DistancesStayInsideTheAgreedWindow) {
  DeflateSettings settings;
  settings.level = 9;
  const Bytes noise = random_bytes(20000, 7);
  const Bytes twice = joined({noise, noise, words(20000, 5)});
  for (int bits = 8; bits <= 15; ++bits) {
    DeflateCodec server(Role::server, {true, true, bits, 15}, &settings);
    EXPECT_TRUE(fits_window(compressed(server, twice), bits)) << bits;
    DeflateCodec client(Role::client, {true, true, 15, bits}, &settings);
    EXPECT_TRUE(fits_window(compressed(client, twice), bits)) << bits;
  }
  DeflateCodec widest(Role::server, {true, true, 15, 15}, &settings);
  EXPECT_FALSE(fits_window(compressed(widest, twice), 9))
      << "the check itself must be able to fail";
}

TEST(Rfc7692_7_2_1, SessionsCompressFromTheThresholdOn) {
  Given setup = with_deflate();
  setup.echo = true;
  setup.settings.threshold = 10;
  const Trace trace =
      feed_all_ways(setup, joined({from_client(1, bytes_of("123456789")),
                                   from_client(1, bytes_of("1234567890")), from_client(9, {})}));
  ASSERT_EQ(trace.sent.size(), 3U);
  EXPECT_EQ(trace.sent[0], "text:123456789");
  EXPECT_EQ(trace.sent[1].substr(0, 7), "text+z:");
  EXPECT_EQ(trace.sent[2], "pong:");
}

TEST(Rfc7692_7_2_1, TwoSessionsTalkInBothDirections) {
  Limits limits;
  DeflateSettings settings;
  settings.threshold = 0;
  class Keep : public SessionEvents {
   public:
    void on_message(MessageKind, Octets payload) override {
      got.assign(payload.begin(), payload.end());
    }
    Bytes got;
  } keep;
  const DeflateParameters parameters{false, true, 12, 10};
  Session server(Role::server, &limits, parameters, &settings);
  Session client(Role::client, &limits, parameters, &settings);
  for (unsigned i = 0; i < 20; ++i) {
    const Bytes message =
        i % 3 == 0 ? random_bytes(std::size_t{i} * 1000, i) : words(std::size_t{i} * 3000, i % 2);
    Buffer wire;
    ASSERT_EQ(client.send_message(MessageKind::binary, message, wire), WireError::none);
    ASSERT_EQ(server.receive(wire.octets(), keep, wire), wire.size());
    EXPECT_EQ(keep.got, message);
    Buffer back;
    ASSERT_EQ(server.send_message(MessageKind::binary, message, back), WireError::none);
    ASSERT_EQ(client.receive(back.octets(), keep, back), back.size());
    EXPECT_EQ(keep.got, message);
  }
}

TEST(Rfc6455_10_4, NoZlibMemoryBetweenMessagesWithoutContext) {
  DeflateSettings settings;
  DeflateCodec server(Role::server, {true, true, 15, 15}, &settings);
  const Bytes packed = compressed(server, words(1000, 1));
  EXPECT_FALSE(server.holds_memory());
  Buffer out;
  ASSERT_EQ(server.inflate(Bytes(packed.begin(), packed.begin() + 10), kNoLimit, out),
            WireError::none);
  EXPECT_TRUE(server.holds_memory());
  ASSERT_EQ(server.inflate(Bytes(packed.begin() + 10, packed.end()), kNoLimit, out),
            WireError::none);
  ASSERT_EQ(server.finish_inflate(kNoLimit, out), WireError::none);
  EXPECT_FALSE(server.holds_memory());
}

TEST(Rfc6455_10_4, ManyTinyFinalBlocksStayCheap) {
  // Two octets each; were the window copied for each of them this would take minutes.
  Bytes blocks;
  for (int i = 0; i < 200000; ++i) {
    blocks.push_back(0x03);
    blocks.push_back(0x00);
  }
  blocks.push_back(0x00);
  const Trace trace = testing::feed_pieces(with_deflate(), from_client(2, blocks, true, 4), 0);
  EXPECT_EQ(trace.events, Strings{"binary:"});
}

}  // namespace
}  // namespace osprey::wire
