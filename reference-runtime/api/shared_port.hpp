// SPDX-License-Identifier: Apache-2.0
// Osprey §14, §16: a WebSocket server may share the port of an HTTP server of the same process.
#pragma once

#include <cstdint>
#include <osprey/http_server.hpp>
#include <string_view>

#include "api/registry.hpp"

namespace osprey::api {

class PortOwner : public Object {
 public:
  // The server, if it listens there; good while this object lives.
  virtual HttpServer* shares(std::uint16_t port, std::string_view address) = 0;
};

}  // namespace osprey::api
