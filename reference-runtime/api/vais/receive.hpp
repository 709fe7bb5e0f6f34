// SPDX-License-Identifier: Apache-2.0
// Inside the Vais interface: what its C functions share.
#pragma once

#include <osprey/vais_websocket.h>

#include <cstdint>

#include "api/vais/socket.hpp"

namespace osprey::api::vais {

// The next frame, checked; opcode -1 at the end, on a broken rule (the Close was sent) and at the
// deadline.
WsFrame receive_frame(WsConnection& connection, Deadline deadline);

// Octets sent, or -1.
std::int64_t send_frame(WsConnection& connection, const WsFrame& frame);
std::int64_t send_close(WsConnection& connection, std::int64_t code);

}  // namespace osprey::api::vais
