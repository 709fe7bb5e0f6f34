// SPDX-License-Identifier: Apache-2.0
#include <osprey/vais_websocket.h>

#include <algorithm>
#include <array>
#include <string_view>
#include <utility>

namespace {

constexpr std::array<std::pair<std::string_view, std::int64_t>, 25> kConstants{{
    {"WS_OPCODE_CONTINUATION", WS_OPCODE_CONTINUATION},
    {"WS_OPCODE_TEXT", WS_OPCODE_TEXT},
    {"WS_OPCODE_BINARY", WS_OPCODE_BINARY},
    {"WS_OPCODE_CLOSE", WS_OPCODE_CLOSE},
    {"WS_OPCODE_PING", WS_OPCODE_PING},
    {"WS_OPCODE_PONG", WS_OPCODE_PONG},
    {"WS_CLOSE_NORMAL", WS_CLOSE_NORMAL},
    {"WS_CLOSE_GOING_AWAY", WS_CLOSE_GOING_AWAY},
    {"WS_CLOSE_PROTOCOL_ERROR", WS_CLOSE_PROTOCOL_ERROR},
    {"WS_CLOSE_UNSUPPORTED", WS_CLOSE_UNSUPPORTED},
    {"WS_CLOSE_NO_STATUS", WS_CLOSE_NO_STATUS},
    {"WS_CLOSE_ABNORMAL", WS_CLOSE_ABNORMAL},
    {"WS_CLOSE_INVALID_DATA", WS_CLOSE_INVALID_DATA},
    {"WS_CLOSE_POLICY", WS_CLOSE_POLICY},
    {"WS_CLOSE_TOO_LARGE", WS_CLOSE_TOO_LARGE},
    {"WS_CLOSE_EXTENSION", WS_CLOSE_EXTENSION},
    {"WS_CLOSE_UNEXPECTED", WS_CLOSE_UNEXPECTED},
    {"WS_STATE_CONNECTING", WS_STATE_CONNECTING},
    {"WS_STATE_OPEN", WS_STATE_OPEN},
    {"WS_STATE_CLOSING", WS_STATE_CLOSING},
    {"WS_STATE_CLOSED", WS_STATE_CLOSED},
    {"WS_MAX_FRAME_SIZE", WS_MAX_FRAME_SIZE},
    {"WS_HEADER_BUFFER", WS_HEADER_BUFFER},
    {"WS_RECV_BUFFER", WS_RECV_BUFFER},
    {"WS_SEND_BUFFER", WS_SEND_BUFFER},
}};

}  // namespace

int64_t ws_constant(const char* name) {
  const std::string_view wanted = name == nullptr ? std::string_view() : name;
  const auto* const found = std::find_if(kConstants.begin(), kConstants.end(),
                                         [&](const auto& row) { return row.first == wanted; });
  return found == kConstants.end() ? -1 : found->second;
}
