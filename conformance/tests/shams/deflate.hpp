// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <zlib.h>

#include <cstdint>
#include <string>
#include <string_view>

// The two directions of permessage-deflate over zlib (RFC 7692 §7.2).
namespace sham {

class Deflater {
 public:
  // With 8 bits agreed only repeats of the last octet are used, for zlib cannot make so small a
  // window.
  Deflater(int window_bits, bool no_context_takeover);
  ~Deflater();
  Deflater(const Deflater&) = delete;
  Deflater& operator=(const Deflater&) = delete;

  // One whole message, without the trailing 00 00 ff ff.
  std::string message(std::string_view text);
  // A part of a message that ends on an octet border, with its own trailing 00 00 ff ff removed (a
  // fault).
  std::string part(std::string_view text) { return run(text, Z_SYNC_FLUSH, true); }

 private:
  std::string run(std::string_view text, int flush, bool cut_tail);
  void append(std::string_view text, int flush, std::string& out);

  z_stream stream_{};
  bool no_context_takeover_;
};

enum class InflateResult : std::uint8_t { good, broken, too_big };

class Inflater {
 public:
  Inflater(int window_bits, bool no_context_takeover);
  ~Inflater();
  Inflater(const Inflater&) = delete;
  Inflater& operator=(const Inflater&) = delete;

  // Appends to `out`, never beyond `limit` octets in all.
  InflateResult feed(std::string_view octets, std::string& out, std::size_t limit);
  // Ends a message: feeds the tail, checks that the stream stands between two blocks.
  InflateResult finish(std::string& out, std::size_t limit);

 private:
  InflateResult inflate_all(std::string& out, std::size_t limit);
  bool restart_with_window();

  z_stream stream_{};
  bool no_context_takeover_;
  bool at_message_start_ = true;
  bool ended_ = false;  // the last block had BFINAL and nothing came behind it yet
};

}  // namespace sham
