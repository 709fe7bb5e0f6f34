// SPDX-License-Identifier: Apache-2.0
#include "wire/frame.hpp"

#include <array>

#include "support.hpp"

namespace osprey::wire {
namespace {

using testing::Bytes;
using testing::frame;
using testing::hex;

HeaderParse parse(const Bytes& in, FrameHeader& header, const FrameContext& context = {}) {
  return parse_frame_header(in, context, header);
}

WireError error_of(const Bytes& in, const FrameContext& context = {}) {
  FrameHeader header;
  return parse(in, header, context).error;
}

TEST(Rfc6455_5_2, ReadsEachLengthForm) {
  for (const std::size_t size : {0U, 1U, 125U, 126U, 127U, 255U, 256U, 65535U, 65536U, 70000U}) {
    const Bytes whole = frame({.opcode = 2, .payload = Bytes(size)});
    FrameHeader header;
    const HeaderParse done = parse(whole, header);
    ASSERT_EQ(done.error, WireError::none);
    EXPECT_EQ(done.size, whole.size() - size);
    EXPECT_EQ(header.length, size);
    EXPECT_EQ(header.opcode, Opcode::binary);
    EXPECT_TRUE(header.fin);
    EXPECT_TRUE(header.masked);
    EXPECT_EQ(header.key, (MaskKey{0x37, 0xFA, 0x21, 0x3D}));
    for (std::size_t cut = 0; cut < done.size; ++cut) {
      const HeaderParse part =
          parse(Bytes(whole.begin(), whole.begin() + static_cast<long>(cut)), header);
      EXPECT_EQ(part.size, 0) << cut;
      EXPECT_EQ(part.error, WireError::none) << cut;
    }
  }
}

TEST(Rfc6455_5_2, ReadsThe63BitLength) {
  FrameHeader header;
  const HeaderParse done = parse(hex("82 FF 7F FF FF FF FF FF FF FF 00 00 00 00"), header);
  EXPECT_EQ(done.error, WireError::none);
  EXPECT_EQ(header.length, 0x7FFFFFFFFFFFFFFFU);
}

TEST(Rfc6455_5_2, RefusesTheTopBitOfA64BitLength) {
  for (const char* const length :
       {"80 00 00 00 00 00 00 00", "80 00 00 00 00 00 00 05", "FF FF FF FF FF FF FF FF",
        "FF FF FF FF 00 00 00 00", "FF FF FF FF FF FF FF FC", "FF FF FF FF FF FF FF F1"}) {
    EXPECT_EQ(error_of(hex(std::string("82 FF ") + length)), WireError::length_top_bit) << length;
    EXPECT_EQ(error_of(hex(std::string("82 7F ") + length), {Role::client, false, false}),
              WireError::length_top_bit);
  }
}

TEST(Rfc6455_5_2, RefusesLongerFormsThanNeeded) {
  for (const std::size_t size : {0U, 1U, 5U, 125U}) {
    EXPECT_EQ(error_of(frame({.opcode = 2, .payload = Bytes(size), .length_form = 16})),
              WireError::length_not_minimal);
  }
  for (const std::size_t size : {0U, 5U, 125U, 126U, 65535U}) {
    EXPECT_EQ(error_of(frame({.opcode = 2, .payload = Bytes(size), .length_form = 64})),
              WireError::length_not_minimal);
  }
}

TEST(Rfc6455_5_2, FailsReservedBitsAtTheFirstOctet) {
  for (unsigned rsv = 1; rsv < 8; ++rsv) {
    for (const unsigned opcode : {1U, 2U, 8U, 9U, 10U}) {
      const auto octet = static_cast<std::uint8_t>(0x80U | (rsv << 4U) | opcode);
      EXPECT_EQ(error_of({octet}), WireError::reserved_bits) << rsv << ' ' << opcode;
    }
  }
}

TEST(Rfc6455_5_2, FailsUnknownOpcodesAtTheFirstOctet) {
  for (const unsigned opcode : {3U, 4U, 5U, 6U, 7U, 11U, 12U, 13U, 14U, 15U}) {
    EXPECT_EQ(error_of({static_cast<std::uint8_t>(0x80U | opcode)}), WireError::reserved_opcode);
    EXPECT_EQ(error_of({static_cast<std::uint8_t>(opcode)}, {Role::server, true, true}),
              WireError::reserved_opcode);
  }
}

TEST(Rfc7692_6_1, AllowsRsv1OnTheFirstDataFrameOnly) {
  const FrameContext open{Role::server, true, true};
  const FrameContext idle{Role::server, true, false};
  EXPECT_EQ(error_of({0xC1}, idle), WireError::none);
  EXPECT_EQ(error_of({0x42}, idle), WireError::none);
  EXPECT_EQ(error_of({0xC0}, open), WireError::rsv1_on_continuation);
  EXPECT_EQ(error_of({0xC8}, idle), WireError::rsv1_on_control);
  EXPECT_EQ(error_of({0xC9}, open), WireError::rsv1_on_control);
  EXPECT_EQ(error_of({0xCA}, idle), WireError::rsv1_on_control);
  EXPECT_EQ(error_of({0xE1}, idle), WireError::reserved_bits);
}

TEST(Rfc6455_5_1, MaskBitMustFitTheRole) {
  EXPECT_EQ(error_of(hex("81 05")), WireError::unmasked_client_frame);
  EXPECT_EQ(error_of(hex("88 00")), WireError::unmasked_client_frame);
  EXPECT_EQ(error_of(hex("81 85"), {Role::client, false, false}), WireError::masked_server_frame);
  EXPECT_EQ(error_of(hex("89 80"), {Role::client, false, false}), WireError::masked_server_frame);
}

TEST(Rfc6455_5_5, ControlFramesAreShortAndWhole) {
  for (const unsigned opcode : {8U, 9U, 10U}) {
    EXPECT_EQ(error_of({static_cast<std::uint8_t>(0x80U | opcode), 0xFE}),
              WireError::control_too_long);
    EXPECT_EQ(error_of({static_cast<std::uint8_t>(0x80U | opcode), 0xFF}),
              WireError::control_too_long);
    EXPECT_EQ(error_of({static_cast<std::uint8_t>(0x80U | opcode), 0xFD}), WireError::none);
    EXPECT_EQ(error_of({static_cast<std::uint8_t>(opcode)}), WireError::fragmented_control);
  }
}

TEST(Rfc6455_5_4, ContinuationsNeedAnOpenMessageAndNothingElseFitsIn) {
  EXPECT_EQ(error_of({0x80}), WireError::unexpected_continuation);
  EXPECT_EQ(error_of({0x00}), WireError::unexpected_continuation);
  const FrameContext open{Role::server, false, true};
  EXPECT_EQ(error_of({0x00}, open), WireError::none);
  EXPECT_EQ(error_of({0x81}, open), WireError::interleaved_message);
  EXPECT_EQ(error_of({0x02}, open), WireError::interleaved_message);
  EXPECT_EQ(error_of({0x89}, open), WireError::none);
}

TEST(Rfc6455_5_2, WritesTheShortestForm) {
  std::array<std::uint8_t, kMaxFrameHeader> to{};
  for (const std::uint64_t size : {std::uint64_t{0}, std::uint64_t{125}, std::uint64_t{126},
                                   std::uint64_t{127}, std::uint64_t{32768}, std::uint64_t{65535},
                                   std::uint64_t{65536}, std::uint64_t{1} << 40U}) {
    for (const bool masked : {false, true}) {
      FrameHeader header;
      header.length = size;
      header.masked = masked;
      header.key = {1, 2, 3, 4};
      header.rsv1 = masked;
      const std::size_t length = write_frame_header(to.data(), header);
      EXPECT_EQ(length, (size < 126 ? 2U : size < 65536 ? 4U : 10U) + (masked ? 4U : 0U));
      FrameHeader back;
      const HeaderParse done = parse_frame_header(
          ConstOctets(to).first(length), {masked ? Role::server : Role::client, true, false}, back);
      EXPECT_EQ(done.size, length);
      EXPECT_EQ(back.length, size);
      EXPECT_EQ(back.masked, masked);
      EXPECT_EQ(back.rsv1, masked);
      EXPECT_EQ(back.fin, true);
    }
  }
}

TEST(Rfc6455_7_4, CodesThatMayStandInAClose) {
  for (unsigned code = 0; code < 65536; ++code) {
    const bool defined = (code >= 1000 && code <= 1003) || (code >= 1007 && code <= 1014);
    const bool open_range = code >= 3000 && code <= 4999;
    EXPECT_EQ(is_wire_close_code(code), defined || open_range) << code;
  }
}

}  // namespace
}  // namespace osprey::wire
