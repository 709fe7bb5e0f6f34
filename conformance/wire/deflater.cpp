// SPDX-License-Identifier: Apache-2.0
#include "wire/deflater.hpp"

#include <algorithm>

namespace conform::wire {

void Deflater::forget() {
  if (live_) deflateEnd(&stream_);
  live_ = false;
}

void Deflater::prepare(const CompressSpec& spec) {
  // zlib has no raw 8-bit window, but its 9-bit one never reaches back farther than 250 octets.
  const int window = std::max(9, spec.window != 0 ? spec.window : agreed_window_);
  const int level = spec.blocks == Blocks::stored ? 0 : spec.level;
  const int strategy = spec.blocks == Blocks::fixed ? Z_FIXED : Z_DEFAULT_STRATEGY;
  if (live_ && (window != window_ || spec.reset || !takeover_)) forget();
  if (!live_) {
    stream_ = {};
    deflateInit2(&stream_, level, Z_DEFLATED, -window, 8, strategy);
    live_ = true;
  } else if (level != level_ || strategy != strategy_) {
    // Between messages nothing is pending, so this writes no octet.
    deflateParams(&stream_, level, strategy);
  }
  window_ = window;
  level_ = level;
  strategy_ = strategy;
}

void Deflater::feed(OctetView input, int flush, Octets& out) {
  stream_.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(input.data()));
  stream_.avail_in = static_cast<uInt>(input.size());
  do {
    const std::size_t start = out.size();
    const std::size_t room = std::max<std::size_t>(256, input.size() / 2 + 64);
    out.resize(start + room);
    stream_.next_out = reinterpret_cast<Bytef*>(out.data() + start);
    stream_.avail_out = static_cast<uInt>(room);
    deflate(&stream_, flush);
    out.resize(start + room - stream_.avail_out);
  } while (stream_.avail_out == 0);
}

void Deflater::finish(const CompressSpec& spec, Octets& out) {
  if (spec.final_block) {
    // RFC 7692 §7.2.3.4: a block with BFINAL is followed by an empty one, of which one octet stays.
    out += '\0';
    forget();
  } else if (!spec.keep_tail && out.size() >= 4) {
    out.resize(out.size() - 4);
    // RFC 7692 §7.2.3.6: what compresses to nothing is sent as one octet 0.
    if (out.empty()) out += '\0';
  }
  out.resize(out.size() - std::min(out.size(), spec.cut));
}

Octets Deflater::compress(OctetView message, const CompressSpec& spec) {
  prepare(spec);
  Octets out;
  out.reserve(message.size() / 2 + 64);
  const std::size_t step = spec.split != 0 ? spec.split : message.size();
  std::size_t at = 0;
  for (; step != 0 && at + step < message.size(); at += step) {
    feed(message.substr(at, step), Z_FULL_FLUSH, out);
  }
  feed(message.substr(at), spec.final_block ? Z_FINISH : Z_SYNC_FLUSH, out);
  // Nothing new since the last flush makes zlib write nothing; the empty message still needs its
  // block.
  if (out.empty()) out.assign("\0\0\0\xff\xff", 5);
  finish(spec, out);
  return out;
}

Octets Deflater::compress_zeros(std::uint64_t size, const CompressSpec& spec) {
  constexpr std::uint64_t kUnit = std::uint64_t{1} << 20U;
  const Octets zeros(kUnit, '\0');
  if (size < 3 * kUnit) return compress(OctetView(Octets(size, '\0')), spec);
  prepare(spec);
  Octets out;
  feed(zeros, Z_SYNC_FLUSH, out);
  Octets unit;
  feed(zeros, Z_SYNC_FLUSH, unit);
  // With a window full of zeros every further unit compresses to the same octets.
  for (std::uint64_t done = kUnit; done + kUnit < size; done += kUnit) out += unit;
  const std::uint64_t rest = size % kUnit == 0 ? kUnit : size % kUnit;
  feed(OctetView(zeros).substr(0, rest), spec.final_block ? Z_FINISH : Z_SYNC_FLUSH, out);
  finish(spec, out);
  return out;
}

}  // namespace conform::wire
