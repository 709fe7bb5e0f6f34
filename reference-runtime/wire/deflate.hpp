// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>

#include "wire/buffer.hpp"
#include "wire/error.hpp"
#include "wire/frame.hpp"

struct z_stream_s;

namespace osprey::wire {

// What both sides agreed on (RFC 7692 §7.1).
struct DeflateParameters {
  bool server_no_context_takeover = false;
  bool client_no_context_takeover = false;
  int server_max_window_bits = 15;  // 8 to 15
  int client_max_window_bits = 15;

  bool operator==(const DeflateParameters&) const = default;
};

// What we want. A server answers offers within it; a client offers it. Shared by many connections,
// outlives them.
struct DeflateSettings {
  bool enabled = true;
  // Server: say it in the answer even when not asked, so that idle connections hold no zlib memory.
  // Client: ask for it (server_) and promise it (client_).
  bool server_no_context_takeover = true;
  bool client_no_context_takeover = true;
  int server_max_window_bits = 15;  // 8 to 15; upper bounds of what is agreed
  int client_max_window_bits = 15;
  int level = 1;               // zlib's, 1 to 9
  int memory_level = 8;        // zlib's, 1 to 9
  std::size_t threshold = 64;  // shorter messages go out as they are
};

struct ZlibEnd {
  bool inflating = false;
  void operator()(z_stream_s* stream) const noexcept;
};
using ZlibStream = std::unique_ptr<z_stream_s, ZlibEnd>;

// Both directions of permessage-deflate for one connection. zlib state exists while a message is
// under way, and between messages only where context takeover was agreed; other state is lent from
// a small per-thread store. Not thread-safe.
class DeflateCodec {
 public:
  // `settings` must outlive the codec.
  DeflateCodec(Role role, const DeflateParameters& parameters,
               const DeflateSettings* settings) noexcept;
  DeflateCodec(const DeflateCodec&) = delete;
  DeflateCodec& operator=(const DeflateCodec&) = delete;
  ~DeflateCodec();

  // Appends the compressed form of a whole message, tail removed (RFC 7692 §7.2.1).
  WireError compress(ConstOctets message, Buffer& out);

  // Inflates the next octets of a message and appends the result; at most `limit` octets may be in
  // `out` afterwards (message_too_big). May be called any number of times a message.
  WireError inflate(ConstOctets octets, std::size_t limit, Buffer& out);
  // Ends the message: supplies the removed tail and checks that the data ended where a block ends.
  WireError finish_inflate(std::size_t limit, Buffer& out);

  [[nodiscard]] const DeflateSettings& settings() const noexcept { return *settings_; }
  [[nodiscard]] const DeflateParameters& parameters() const noexcept { return parameters_; }
  // True while zlib state is held.
  [[nodiscard]] bool holds_memory() const noexcept {
    return deflater_ != nullptr || inflater_ != nullptr;
  }

 private:
  [[nodiscard]] int own_window_bits() const noexcept;
  [[nodiscard]] bool own_context_kept() const noexcept;
  [[nodiscard]] bool peer_context_kept() const noexcept;
  WireError run_deflate(ConstOctets message, Buffer& out);
  WireError run_inflate(ConstOctets octets, std::size_t limit, Buffer& out);

  const DeflateSettings* settings_;
  DeflateParameters parameters_;
  ZlibStream deflater_;
  ZlibStream inflater_;
  Role role_;
  bool stream_ended_ = false;   // the last octet inflated closed a block with BFINAL
  bool message_begun_ = false;  // octets of the current message were seen
};

}  // namespace osprey::wire
