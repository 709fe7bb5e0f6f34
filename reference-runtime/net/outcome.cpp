// SPDX-License-Identifier: Apache-2.0
#include "net/outcome.hpp"

#include <cerrno>
#include <cstring>

#include "net/protocol.hpp"

namespace osprey::net {

Error system_error(ErrorCode code, std::string what, int error) {
  return Error{code, std::move(what) + ": " + std::strerror(error), error};
}

bool lacks_resources(int error) {
  return error == EMFILE || error == ENFILE || error == ENOBUFS || error == ENOMEM;
}

std::string_view text_of(EndReason reason) {
  switch (reason) {
    case EndReason::finished:
      return "finished";
    case EndReason::peer_closed:
      return "the peer ended the connection without a Close";
    case EndReason::reset:
      return "the connection was reset";
    case EndReason::too_slow:
      return "the peer does not read what waits for it";
    case EndReason::timed_out:
      return "the peer was silent until the deadline";
    case EndReason::tls:
      return "the TLS layer failed";
    case EndReason::aborted:
      return "the connection was cut by this side";
    case EndReason::no_memory:
      return "memory ran out";
  }
  return "unknown";
}

}  // namespace osprey::net
