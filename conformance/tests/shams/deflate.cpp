// SPDX-License-Identifier: Apache-2.0
#include "deflate.hpp"

#include <algorithm>
#include <array>
#include <cstdlib>
#include <vector>

#include "fault.hpp"
#include "text.hpp"

namespace sham {
namespace {

constexpr std::string_view kTail("\x00\x00\xff\xff", 4);
constexpr std::size_t kChunk = 16384;
constexpr int kMemoryLevel = 8;
constexpr std::size_t kSmallBlock = 7;

Bytef* input(std::string_view text) {
  // zlib's interface lacks a const; it does not write to its input.
  return const_cast<Bytef*>(reinterpret_cast<const Bytef*>(text.data()));
}

}  // namespace

Deflater::Deflater(int window_bits, bool no_context_takeover)
    : no_context_takeover_(no_context_takeover) {
  const int level = odd(Oddity::stored_blocks) ? Z_NO_COMPRESSION : Z_DEFAULT_COMPRESSION;
  const int strategy = window_bits < 9 ? Z_RLE : Z_DEFAULT_STRATEGY;
  const int bits = fault(Fault::window_bits_not_obeyed) ? MAX_WBITS : std::max(window_bits, 9);
  const bool wrapped = fault(Fault::zlib_header_sent);
  if (deflateInit2(&stream_, level, Z_DEFLATED, wrapped ? bits : -bits, kMemoryLevel, strategy) !=
      Z_OK) {
    std::abort();
  }
}

Deflater::~Deflater() {
  deflateEnd(&stream_);
}

void Deflater::append(std::string_view text, int flush, std::string& out) {
  stream_.next_in = input(text);
  stream_.avail_in = static_cast<uInt>(text.size());
  do {
    const std::size_t before = out.size();
    out.resize(before + kChunk);
    stream_.next_out = reinterpret_cast<Bytef*>(out.data()) + before;
    stream_.avail_out = kChunk;
    deflate(&stream_, flush);
    out.resize(before + kChunk - stream_.avail_out);
  } while (stream_.avail_out == 0);
}

std::string Deflater::run(std::string_view text, int flush, bool cut_tail) {
  std::string out;
  if (odd(Oddity::many_blocks)) {
    while (text.size() > kSmallBlock && text.size() < kChunk) {
      append(text.substr(0, kSmallBlock), Z_FULL_FLUSH, out);
      text.remove_prefix(kSmallBlock);
    }
  }
  append(text, flush, out);
  // RFC 7692 §7.2.1: the empty stored block's last four octets are not sent.
  if (cut_tail && out.ends_with(kTail)) {
    out.resize(out.size() - kTail.size());
  }
  return out;
}

std::string Deflater::message(std::string_view text) {
  if (text.empty()) {
    // RFC 7692 §7.2.3.6: an empty message is one octet of zero.
    return fault(Fault::empty_compressed_zero_octets) ? std::string() : std::string(1, '\0');
  }
  std::string out;
  if (odd(Oddity::final_blocks)) {
    // RFC 7692 §7.2.3.4: behind a block with BFINAL comes the first octet of an empty stored block.
    out = run(text, Z_FINISH, false) + '\0';
    deflateReset(&stream_);
    return out;
  }
  out = run(text, Z_SYNC_FLUSH, !fault(Fault::tail_not_removed));
  const bool keep = fault(Fault::no_takeover_not_obeyed);
  if ((no_context_takeover_ && !keep) || odd(Oddity::resets_deflater)) {
    deflateReset(&stream_);
  }
  return out;
}

Inflater::Inflater(int window_bits, bool no_context_takeover)
    : no_context_takeover_(no_context_takeover) {
  // RFC 7692 §7.2.2: a full window reads whatever smaller one the peer uses.
  const int bits = fault(Fault::inflate_window_too_small) ? 9 : std::max(window_bits, MAX_WBITS);
  if (inflateInit2(&stream_, -bits) != Z_OK) {
    std::abort();
  }
}

Inflater::~Inflater() {
  inflateEnd(&stream_);
}

InflateResult Inflater::feed(std::string_view octets, std::string& out, std::size_t limit) {
  if (octets.empty()) {
    return InflateResult::good;
  }
  if (at_message_start_) {
    at_message_start_ = false;
    const bool stored = (octet(octets.front()) & 6) == 0 && octets.size() > 1;
    if (stored && fault(Fault::stored_block_refused)) {
      return InflateResult::broken;
    }
  }
  stream_.next_in = input(octets);
  stream_.avail_in = static_cast<uInt>(octets.size());
  return inflate_all(out, limit);
}

// RFC 7692 §7.2.3.4: more blocks may follow one with BFINAL, and they may refer to what came before
// it.
bool Inflater::restart_with_window() {
  std::vector<Bytef> window(std::size_t{1} << MAX_WBITS);
  uInt size = 0;
  return inflateGetDictionary(&stream_, window.data(), &size) == Z_OK &&
         inflateReset(&stream_) == Z_OK &&
         (size == 0 || inflateSetDictionary(&stream_, window.data(), size) == Z_OK);
}

InflateResult Inflater::inflate_all(std::string& out, std::size_t limit) {
  std::array<char, kChunk> chunk;
  for (;;) {
    if (ended_) {
      if (stream_.avail_in == 0) {
        return InflateResult::good;
      }
      if (fault(Fault::final_block_ends_inflater) || fault(Fault::final_block_drops_rest)) {
        return InflateResult::good;
      }
      ended_ = false;
    }
    stream_.next_out = reinterpret_cast<Bytef*>(chunk.data());
    stream_.avail_out = kChunk;
    const int status = inflate(&stream_, Z_SYNC_FLUSH);
    const std::size_t got = kChunk - stream_.avail_out;
    // RFC 6455 §10.4: the limit holds for what comes out, not for what came in.
    if (out.size() + got > limit) {
      return InflateResult::too_big;
    }
    out.append(chunk.data(), got);
    if (status == Z_STREAM_END) {
      if (fault(Fault::final_block_refused)) {
        return InflateResult::broken;
      }
      ended_ = true;
      if (!fault(Fault::final_block_ends_inflater) && !restart_with_window()) {
        return InflateResult::broken;
      }
    } else if (status == Z_BUF_ERROR || (status == Z_OK && stream_.avail_in == 0 && got < kChunk)) {
      return InflateResult::good;
    } else if (status != Z_OK) {
      return InflateResult::broken;
    }
  }
}

InflateResult Inflater::finish(std::string& out, std::size_t limit) {
  InflateResult result = InflateResult::good;
  // A stream that ended with BFINAL right at the end of the message needs no tail.
  if (!ended_ && !fault(Fault::tail_not_appended)) {
    stream_.next_in = input(kTail);
    stream_.avail_in = kTail.size();
    result = inflate_all(out, limit);
    const bool between_blocks = (stream_.data_type & 128) != 0 && (stream_.data_type & 63) == 0;
    if (result == InflateResult::good && !between_blocks && !ended_ &&
        !fault(Fault::unfinished_stream_accepted)) {
      result = InflateResult::broken;
    }
  }
  const bool stays_ended = fault(Fault::final_block_ends_inflater) && ended_;
  ended_ = stays_ended;
  at_message_start_ = true;
  if (out.empty() && fault(Fault::empty_compressed_refused)) {
    return InflateResult::broken;
  }
  if (no_context_takeover_ || fault(Fault::inflater_always_reset) ||
      fault(Fault::unfinished_stream_accepted)) {
    inflateReset(&stream_);
  }
  return result;
}

}  // namespace sham
