// SPDX-License-Identifier: Apache-2.0
#include "wire/inflater.hpp"

#include <algorithm>

namespace conform::wire {

Inflater::~Inflater() {
  if (live_) inflateEnd(&stream_);
}

void Inflater::restart_after_final() {
  // RFC 7692 §7.2.3.4: a block with BFINAL ends neither the message nor the window.
  Octets window(32768, '\0');
  uInt size = 0;
  inflateGetDictionary(&stream_, reinterpret_cast<Bytef*>(window.data()), &size);
  const auto* next = stream_.next_in;
  const uInt left = stream_.avail_in;
  inflateReset(&stream_);
  inflateSetDictionary(&stream_, reinterpret_cast<const Bytef*>(window.data()), size);
  stream_.next_in = const_cast<Bytef*>(next);
  stream_.avail_in = left;
}

std::string Inflater::run(OctetView input, Octets& out, std::size_t limit) {
  stream_.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(input.data()));
  stream_.avail_in = static_cast<uInt>(input.size());
  while (true) {
    const std::size_t start = out.size();
    const std::size_t room = std::clamp<std::size_t>(input.size() * 3, 512, std::size_t{1} << 20U);
    out.resize(start + room);
    stream_.next_out = reinterpret_cast<Bytef*>(out.data() + start);
    stream_.avail_out = static_cast<uInt>(room);
    const int result = inflate(&stream_, Z_SYNC_FLUSH);
    out.resize(start + room - stream_.avail_out);
    if (result == Z_STREAM_END) {
      restart_after_final();
      if (stream_.avail_in == 0) return {};
      continue;
    }
    if (result == Z_BUF_ERROR || (result == Z_OK && stream_.avail_out != 0)) return {};
    if (result != Z_OK) return stream_.msg != nullptr ? stream_.msg : "not deflate data";
    if (out.size() > limit) return "more than " + std::to_string(limit) + " octets";
  }
}

std::string Inflater::inflate_message(OctetView compressed, Octets& out, std::size_t limit) {
  if (!live_) {
    inflateInit2(&stream_, -15);
    live_ = true;
  } else if (!takeover_) {
    inflateReset(&stream_);
  }
  out.clear();
  std::string why = run(compressed, out, limit);
  if (why.empty()) why = run(OctetView("\0\0\xff\xff", 4), out, limit);
  return why;
}

}  // namespace conform::wire
