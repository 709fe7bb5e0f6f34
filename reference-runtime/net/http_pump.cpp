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
constexpr int kPiecesInTurn = 32;

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

void HttpConnection::pump(Turn& turn) {
  AnswerStream& stream = *exchange_->stream;
  std::array<std::uint8_t, kPiece> piece;  // NOLINT: filled by read()
  const std::size_t most = std::max<std::size_t>(service_->settings.limits.queued, 1);
  for (int pieces = 0; turn.waiting() < most && !turn.over(); ++pieces) {
    if (pieces == kPiecesInTurn) {
      turn.yield();
      return;
    }
    const ssize_t got = stream.remaining == 0 ? 0 : read_piece(stream, piece);
    if (got > 0) {
      const wire::ConstOctets part(piece.data(), static_cast<std::size_t>(got));
      if (stream.chunked) {
        wire::http::append_chunk(part, turn.out());
      } else {
        turn.out().append(part);
        stream.remaining -= stream.remaining == UINT64_MAX ? 0 : part.size();
      }
      turn.flush();
      continue;
    }
    const bool endless = stream.remaining == UINT64_MAX;
    if (got < 0 || (stream.remaining != 0 && !endless)) {
      // RFC 9112 §8: a body that cannot be finished must look unfinished.
      finished_ = true;
      turn.end(EndReason::aborted);
      return;
    }
    if (stream.chunked) {
      wire::http::append_last_chunk(turn.out());
    }
    exchange_->stream.reset();
    turn.go_on();
    set_deadline(turn);
    done(turn);
    return;
  }
  turn.await_room();
}

}  // namespace osprey::net
