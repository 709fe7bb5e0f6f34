// SPDX-License-Identifier: Apache-2.0
#include "wire/deflate.hpp"

// The zlib headers declare what they read as const only with this.
#define ZLIB_CONST
#include <zlib.h>

#include <algorithm>
#include <array>
#include <new>
#include <utility>

namespace osprey::wire {
namespace {

constexpr int kWidestWindow = 15;

constexpr std::size_t kTail = 4;
// RFC 7692 §7.2.1: the tail of a sync flush, which is not sent.
constexpr std::array<std::uint8_t, kTail> kFlushTail = {0x00, 0x00, 0xFF, 0xFF};
constexpr std::size_t kMostAtOnce = std::size_t{1} << 30U;  // zlib counts in 32 bits

// zlib works with windows of 9 to 15 bits.
constexpr int kLeastZlibWindow = 9;

ZlibStream new_deflater(int window_bits, int level, int memory_level) {
  ZlibStream stream(new (std::nothrow) z_stream{});
  // RFC 7692 §7.1.2: an 8-bit window forbids distances over 256. zlib has no such window, but
  // run-length matching only ever refers to the octet before.
  const int strategy = window_bits < kLeastZlibWindow ? Z_RLE : Z_DEFAULT_STRATEGY;
  if (stream == nullptr ||
      deflateInit2(stream.get(), level, Z_DEFLATED, -std::max(window_bits, kLeastZlibWindow),
                   memory_level, strategy) != Z_OK) {
    return nullptr;
  }
  return stream;
}

ZlibStream new_inflater(int window_bits) {
  ZlibStream stream(new (std::nothrow) z_stream{}, ZlibEnd{true});
  if (stream == nullptr || inflateInit2(stream.get(), -window_bits) != Z_OK) {
    return nullptr;
  }
  return stream;
}

// zlib state that needs no context, lent for one message at a time.
struct Store {
  ZlibStream deflater;
  int window_bits = 0;
  int level = 0;
  int memory_level = 0;
  ZlibStream inflater;
};

Store& store() {
  thread_local Store the_store;
  return the_store;
}

ZlibStream borrow_deflater(int window_bits, int level, int memory_level) {
  Store& here = store();
  if (here.deflater != nullptr && here.window_bits == window_bits && here.level == level &&
      here.memory_level == memory_level) {
    return std::move(here.deflater);
  }
  return new_deflater(window_bits, level, memory_level);
}

void return_deflater(ZlibStream stream, int window_bits, const DeflateSettings& settings) {
  if (deflateReset(stream.get()) == Z_OK) {
    store() = Store{std::move(stream), window_bits, settings.level, settings.memory_level,
                    std::move(store().inflater)};
  }
}

ZlibStream borrow_inflater(int window_bits) {
  Store& here = store();
  if (here.inflater != nullptr && inflateReset2(here.inflater.get(), -window_bits) == Z_OK) {
    return std::move(here.inflater);
  }
  return new_inflater(window_bits);
}

}  // namespace

void ZlibEnd::operator()(z_stream_s* stream) const noexcept {
  if (inflating) {
    inflateEnd(stream);
  } else {
    deflateEnd(stream);
  }
  delete stream;
}

DeflateCodec::DeflateCodec(Role role, const DeflateParameters& parameters,
                           const DeflateSettings* settings) noexcept
    : settings_(settings), parameters_(parameters), role_(role) {}

DeflateCodec::~DeflateCodec() = default;

int DeflateCodec::own_window_bits() const noexcept {
  return role_ == Role::server ? parameters_.server_max_window_bits
                               : parameters_.client_max_window_bits;
}

bool DeflateCodec::own_context_kept() const noexcept {
  return role_ == Role::server ? !parameters_.server_no_context_takeover
                               : !parameters_.client_no_context_takeover;
}

bool DeflateCodec::peer_context_kept() const noexcept {
  return role_ == Role::server ? !parameters_.client_no_context_takeover
                               : !parameters_.server_no_context_takeover;
}

WireError DeflateCodec::compress(ConstOctets message, Buffer& out) {
  // RFC 7692 §7.2.3.6: the empty message is one octet of zero.
  if (message.empty()) {
    out.append(std::uint8_t{0});
    return WireError::none;
  }
  if (deflater_ == nullptr) {
    deflater_ = borrow_deflater(own_window_bits(), settings_->level, settings_->memory_level);
    if (deflater_ == nullptr) {
      return WireError::out_of_memory;
    }
  }
  const WireError error = run_deflate(message, out);
  if (error != WireError::none) {
    deflater_.reset();
    return error;
  }
  out.truncate(out.size() - kTail);
  // RFC 7692 §7.1.1: without context takeover each message starts with an empty window.
  if (!own_context_kept()) {
    return_deflater(std::move(deflater_), own_window_bits(), *settings_);
  }
  return WireError::none;
}

WireError DeflateCodec::run_deflate(ConstOctets message, Buffer& out) {
  z_stream& stream = *deflater_;
  while (!message.empty()) {
    const ConstOctets part = message.first(std::min(message.size(), kMostAtOnce));
    message = message.subspan(part.size());
    stream.next_in = part.data();
    stream.avail_in = static_cast<uInt>(part.size());
    do {
      const std::size_t room = std::max<std::size_t>(stream.avail_in / 2, 512);
      stream.next_out = out.extend(room);
      stream.avail_out = static_cast<uInt>(room);
      const int result = ::deflate(&stream, message.empty() ? Z_SYNC_FLUSH : Z_NO_FLUSH);
      out.truncate(out.size() - stream.avail_out);
      if (result != Z_OK && result != Z_BUF_ERROR) {
        return WireError::internal;
      }
    } while (stream.avail_out == 0);
  }
  return WireError::none;
}

WireError DeflateCodec::inflate(ConstOctets octets, std::size_t limit, Buffer& out) {
  if (octets.empty()) {
    return WireError::none;
  }
  if (inflater_ == nullptr) {
    // Always the widest window: with a narrower one zlib takes or refuses a distance beyond it by
    // how the input was cut, and the outcome must not depend on TCP.
    inflater_ = borrow_inflater(kWidestWindow);
    if (inflater_ == nullptr) {
      return WireError::out_of_memory;
    }
  }
  message_begun_ = true;
  WireError error = WireError::none;
  while (error == WireError::none && !octets.empty()) {
    const ConstOctets part = octets.first(std::min(octets.size(), kMostAtOnce));
    octets = octets.subspan(part.size());
    error = run_inflate(part, limit, out);
  }
  return error;
}

WireError DeflateCodec::run_inflate(ConstOctets octets, std::size_t limit, Buffer& out) {
  z_stream& stream = *inflater_;
  stream.next_in = octets.data();
  stream.avail_in = static_cast<uInt>(octets.size());
  for (;;) {
    // RFC 7692 §7.2.3.4: after a block with BFINAL the next block begins at the next octet, with
    // the same window.
    if (stream_ended_) {
      if (stream.avail_in == 0) {
        return WireError::none;
      }
      inflateResetKeep(&stream);
      stream_ended_ = false;
    }
    // One octet more than allowed, so that reaching the limit and passing it differ.
    const std::size_t most = std::min(limit - out.size(), kMostAtOnce) + 1;
    const std::size_t wanted =
        std::clamp<std::size_t>(stream.avail_in * std::size_t{4}, 512, 65536);
    const std::size_t room = std::min(most, wanted);
    stream.next_out = out.extend(room);
    stream.avail_out = static_cast<uInt>(room);
    const int result = ::inflate(&stream, Z_SYNC_FLUSH);
    out.truncate(out.size() - stream.avail_out);
    if (out.size() > limit) {
      return WireError::message_too_big;
    }
    if (result == Z_STREAM_END) {
      stream_ended_ = true;
    } else if (result == Z_MEM_ERROR) {
      return WireError::out_of_memory;
    } else if (result != Z_OK && result != Z_BUF_ERROR) {
      return WireError::deflate_corrupt;
    } else if (stream.avail_out != 0) {
      return WireError::none;  // room was left, so all input is used up
    }
  }
}

WireError DeflateCodec::finish_inflate(std::size_t limit, Buffer& out) {
  // RFC 7692 §7.2.3.6: even an empty message has an octet.
  if (!message_begun_) {
    return WireError::deflate_corrupt;
  }
  message_begun_ = false;
  if (!stream_ended_) {
    const WireError error = run_inflate(kFlushTail, limit, out);
    if (error != WireError::none) {
      return error;
    }
    // zlib: 128 stands for "between two blocks", the low bits count input not used. Anything else
    // means that the data was cut inside a block.
    constexpr int kBetweenBlocks = 128;
    if (!stream_ended_ && inflater_->data_type != kBetweenBlocks) {
      return WireError::deflate_corrupt;
    }
  }
  if (!peer_context_kept()) {
    stream_ended_ = false;
    store().inflater = std::move(inflater_);
  }
  return WireError::none;
}

}  // namespace osprey::wire
