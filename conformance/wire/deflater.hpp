// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <zlib.h>

#include "wire/octets.hpp"

namespace conform::wire {

enum class Blocks : std::uint8_t { automatic, stored, fixed, dynamic };

// How one message is compressed; the defaults are what RFC 7692 §7.2.1 describes.
struct CompressSpec {
  int level = 6;
  int window = 0;  // 8 to 15; 0 = as agreed
  Blocks blocks = Blocks::automatic;
  bool final_block = false;  // BFINAL set, in place of the flush
  bool keep_tail = false;    // 00 00 FF FF stays
  bool reset = false;        // nothing of earlier messages is referred to
  std::size_t cut = 0;       // so many octets are dropped at the end
  std::size_t split = 0;     // a block boundary every so many octets of input
};

// permessage-deflate's sending half with every freedom, wrong ones too. Keeps its context between
// messages.
class Deflater {
 public:
  // takeover false: each message starts with an empty window.
  Deflater(int window_bits, bool takeover) : agreed_window_(window_bits), takeover_(takeover) {}
  ~Deflater() { forget(); }
  Deflater(const Deflater&) = delete;
  Deflater& operator=(const Deflater&) = delete;

  Octets compress(OctetView message, const CompressSpec& spec);
  // `size` zero octets without ever holding them: what a decompression bomb is made of.
  Octets compress_zeros(std::uint64_t size, const CompressSpec& spec);

 private:
  void prepare(const CompressSpec& spec);
  void feed(OctetView input, int flush, Octets& out);
  void finish(const CompressSpec& spec, Octets& out);
  void forget();

  z_stream stream_{};
  bool live_ = false;
  int agreed_window_;
  int window_ = 0;
  int level_ = 0;
  int strategy_ = 0;
  bool takeover_;
};

}  // namespace conform::wire
