// SPDX-License-Identifier: Apache-2.0
// Vais std/websocket: constants and WsFrame.
#include <gtest/gtest.h>
#include <osprey/vais_websocket.h>

#include <array>
#include <cstring>
#include <string>

namespace {

std::int64_t address_of(const void* memory) {
  return reinterpret_cast<std::int64_t>(memory);
}

std::string payload_of(const WsFrame& frame) {
  return {reinterpret_cast<const char*>(frame.payload),  // NOLINT
          static_cast<std::size_t>(frame.payload_len)};
}

TEST(VaisFrame, TheStructsAreI64sInTheOrderOfTheText) {
  EXPECT_EQ(sizeof(WsFrame), 40U);
  EXPECT_EQ(sizeof(WsConnection), 32U);
  EXPECT_EQ(sizeof(WsServer), 24U);
  EXPECT_EQ(offsetof(WsFrame, payload), 8U);
  EXPECT_EQ(offsetof(WsFrame, is_masked), 32U);
  EXPECT_EQ(offsetof(WsConnection, state), 16U);
  EXPECT_EQ(offsetof(WsServer, running), 16U);
}

TEST(VaisFrame, ConstructorsCopyAndSetFin) {
  std::array<unsigned char, 4> octets{1, 0, 2, 255};
  WsFrame frame = WsFrame_new(WS_OPCODE_BINARY, address_of(octets.data()), 4);
  octets.fill(9);
  EXPECT_EQ(frame.opcode, WS_OPCODE_BINARY);
  EXPECT_EQ(payload_of(frame), std::string("\1\0\2\377", 4));
  EXPECT_EQ(frame.is_final, 1);
  EXPECT_EQ(frame.is_masked, 0);
  WsFrame_drop(&frame);

  WsFrame text = WsFrame_text("κόσμε");
  EXPECT_EQ(text.opcode, WS_OPCODE_TEXT);
  EXPECT_STREQ(WsFrame_payload_text(&text), "κόσμε");
  WsFrame_drop(&text);
  WsFrame empty = WsFrame_binary(0, 0);
  EXPECT_EQ(empty.opcode, WS_OPCODE_BINARY);
  EXPECT_STREQ(WsFrame_payload_text(&empty), "");
  WsFrame_drop(&empty);
}

TEST(VaisFrame, WhatCannotBeAFrameHasOpcodeMinusOne) {
  const char octet = 'x';
  EXPECT_EQ(WsFrame_new(-1, 0, 0).opcode, -1);
  EXPECT_EQ(WsFrame_new(16, 0, 0).opcode, -1);
  EXPECT_EQ(WsFrame_new(WS_OPCODE_TEXT, address_of(&octet), -1).opcode, -1);
  EXPECT_EQ(WsFrame_new(WS_OPCODE_TEXT, 0, 1).opcode, -1);
  EXPECT_EQ(WsFrame_binary(0, 5).opcode, -1);
  for (const std::int64_t code : {-1, 0, 999, 1004, 1006, 1015, 2999, 5000, 65536}) {
    EXPECT_EQ(WsFrame_close(code).opcode, -1) << code;
  }
}

TEST(VaisFrame, KindsAreToldApart) {
  struct Row {
    WsFrame frame;
    std::array<std::int64_t, 6> kinds;  // control text binary close ping pong
  };
  std::array<Row, 6> rows{{
      {WsFrame_text("t"), {0, 1, 0, 0, 0, 0}},
      {WsFrame_binary(0, 0), {0, 0, 1, 0, 0, 0}},
      {WsFrame_close(WS_CLOSE_NORMAL), {1, 0, 0, 1, 0, 0}},
      {WsFrame_ping(), {1, 0, 0, 0, 1, 0}},
      {WsFrame_pong(), {1, 0, 0, 0, 0, 1}},
      {WsFrame_new(WS_OPCODE_CONTINUATION, 0, 0), {0, 0, 0, 0, 0, 0}},
  }};
  for (Row& row : rows) {
    const WsFrame* const frame = &row.frame;
    const std::array<std::int64_t, 6> seen{WsFrame_is_control(frame), WsFrame_is_text(frame),
                                           WsFrame_is_binary(frame),  WsFrame_is_close(frame),
                                           WsFrame_is_ping(frame),    WsFrame_is_pong(frame)};
    EXPECT_EQ(seen, row.kinds) << frame->opcode;
    WsFrame_drop(&row.frame);
  }
  const WsFrame none{-1, 0, 0, 0, 0};
  EXPECT_EQ(WsFrame_is_control(&none), 0);
}

TEST(VaisFrame, CloseCodes) {
  for (const std::int64_t code :
       {1000, 1001, 1002, 1003, 1007, 1008, 1009, 1010, 1011, 3000, 4999}) {
    WsFrame frame = WsFrame_close(code);
    EXPECT_EQ(frame.payload_len, 2) << code;
    EXPECT_EQ(WsFrame_close_code(&frame), code);
    WsFrame_drop(&frame);
  }
  WsFrame bare = WsFrame_close(WS_CLOSE_NO_STATUS);
  EXPECT_EQ(bare.opcode, WS_OPCODE_CLOSE);
  EXPECT_EQ(bare.payload_len, 0);
  EXPECT_EQ(WsFrame_close_code(&bare), WS_CLOSE_NO_STATUS);
  WsFrame_drop(&bare);
  WsFrame text = WsFrame_text("\x03\xe8");
  EXPECT_EQ(WsFrame_close_code(&text), WS_CLOSE_NO_STATUS);
  WsFrame_drop(&text);
}

TEST(VaisFrame, DroppingTwiceAndNothingIsHarmless) {
  WsFrame frame = WsFrame_text("once");
  EXPECT_EQ(WsFrame_drop(&frame), 0);
  EXPECT_EQ(frame.payload, 0);
  EXPECT_EQ(WsFrame_drop(&frame), 0);
  EXPECT_STREQ(WsFrame_payload_text(&frame), "");
  EXPECT_EQ(WsFrame_drop(nullptr), 0);
  EXPECT_STREQ(WsFrame_payload_text(nullptr), "");
  EXPECT_EQ(WsFrame_close_code(nullptr), WS_CLOSE_NO_STATUS);
  EXPECT_EQ(WsFrame_is_text(nullptr) + WsFrame_is_control(nullptr), 0);
  WsFrame null_text = WsFrame_text(nullptr);
  EXPECT_EQ(null_text.payload_len, 0);
  WsFrame_drop(&null_text);
}

}  // namespace
