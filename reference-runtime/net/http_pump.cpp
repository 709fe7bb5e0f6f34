// SPDX-License-Identifier: Apache-2.0
// An answer from a descriptor: as much is read as the client takes, so that its size costs no
// memory (Osprey §14.2.1, streaming).
#include <algorithm>
#include <array>
#include <cerrno>

#include "net/http_connection.hpp"
#include "wire/http/chunk.hpp"

namespace osprey::net {
namespace {

constexpr std::size_t kPiece = std::size_t{64} * 1024;
// Pieces before others are served: 2 MiB.
constexpr int kPiecesAtOnce = 32;

// Octets read, 0 at the end, negative on failure. May block: the handler's descriptor may be a
// pipe.
ssize_t read_piece(AnswerStream& stream, wire::Octets into) {
  const std::size_t wanted =
      stream.chunked
          ? into.size()
          : static_cast<std::size_t>(std::min<std::uint64_t>(into.size(), stream.remaining));
  ssize_t got = 0;
  do {
    got = io().read(stream.source.get(), into.data(), wanted);
  } while (got < 0 && errno == EINTR);
  return got;
}

}  // namespace

void HttpConnection::pump(ConnectionIo& conn) {
  AnswerStream& stream = *exchange_->stream;
  std::array<std::uint8_t, kPiece> piece;  // NOLINT: filled by read()
  const std::size_t most = std::max<std::size_t>(service_->settings.limits.queued, 1);
  for (int pieces = 0; conn.waiting() < most && !conn.over(); ++pieces) {
    if (pieces == kPiecesAtOnce) {
      conn.yield();
      return;
    }
    const ssize_t got = stream.remaining == 0 ? 0 : read_piece(stream, piece);
    if (got > 0) {
      const wire::ConstOctets part(piece.data(), static_cast<std::size_t>(got));
      if (stream.chunked) {
        wire::http::append_chunk(part, conn.out());
      } else {
        conn.out().append(part);
        stream.remaining -= stream.remaining == UINT64_MAX ? 0 : part.size();
      }
      conn.flush();
      continue;
    }
    const bool endless = stream.remaining == UINT64_MAX;
    if (got < 0 || (stream.remaining != 0 && !endless)) {
      // RFC 9112 §8: a body that cannot be finished must look unfinished.
      finished_ = true;
      conn.end(EndReason::aborted);
      return;
    }
    if (stream.chunked) {
      wire::http::append_last_chunk(conn.out());
    }
    exchange_->stream.reset();
    conn.go_on();
    set_deadline(conn);
    done(conn);
    return;
  }
  conn.await_room();
}

}  // namespace osprey::net
