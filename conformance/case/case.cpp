// SPDX-License-Identifier: Apache-2.0
#include "case/case.hpp"

namespace conform {

std::string_view name_of(Role role) {
  return role == Role::server ? "server" : (role == Role::client ? "client" : "library");
}

std::string_view name_of(Setup setup) {
  switch (setup) {
    case Setup::tcp:
      return "tcp";
    case Setup::http:
      return "http";
    case Setup::websocket:
      return "websocket";
    case Setup::deflate:
      return "deflate";
    case Setup::driver:
      return "driver";
    case Setup::raw:
      return "raw";
    case Setup::tls:
      return "tls";
  }
  return "";
}

std::string_view name_of(Level level) {
  return level == Level::must ? "MUST" : (level == Level::should ? "SHOULD" : "MAY");
}

}  // namespace conform
