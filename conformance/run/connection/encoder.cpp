// SPDX-License-Identifier: Apache-2.0
#include "run/connection/encoder.hpp"

#include <algorithm>

#include "wire/message_reader.hpp"
#include "wire/utf8.hpp"

namespace conform {

using wire::FrameSeen;
using wire::Octets;
using wire::OctetView;

void Encoder::agree(const wire::DeflateAgreement& agreement) {
  const bool takeover =
      masks_ ? !agreement.client_no_context_takeover : !agreement.server_no_context_takeover;
  deflater_ = std::make_unique<wire::Deflater>(
      masks_ ? agreement.client_max_window_bits : agreement.server_max_window_bits, takeover);
}

std::optional<wire::MaskKey> Encoder::key_for(const FrameOptions& options) {
  wire::MaskKey key{};
  bool masked = masks_;
  switch (options.mask) {
    case Masking::right:
      break;
    case Masking::on:
      masked = true;
      break;
    case Masking::off:
      masked = false;
      break;
    case Masking::wrong:
      masked = !masks_;
      break;
    case Masking::zero:
      return key;
    case Masking::fixed:
      for (unsigned i = 0; i < 4; ++i) {
        key[i] = static_cast<std::uint8_t>(options.mask_key >> (24U - 8U * i));
      }
      return key;
  }
  if (!masked) return std::nullopt;
  const std::uint64_t word = random_.next();
  for (unsigned i = 0; i < 4; ++i) key[i] = static_cast<std::uint8_t>(word >> (8U * i));
  return key;
}

void Encoder::became_dirty(OctetView octets) {
  dirty_ = true;
  mirror_.feed(octets);
  FrameSeen seen;
  while (mirror_.next(seen)) account(seen);
}

void Encoder::frame(std::uint8_t opcode, bool fin, unsigned rsv, const FrameOptions& options,
                    OctetView payload, Octets& out) {
  wire::FrameSpec spec;
  spec.opcode = opcode;
  spec.fin = fin;
  spec.rsv = static_cast<std::uint8_t>(rsv);
  spec.key = key_for(options);
  spec.form = static_cast<wire::LengthForm>(options.length_form);
  spec.announced = options.length;
  const std::size_t start = out.size();
  wire::append_frame(spec, payload, out);
  if (options.first)
    out.resize(std::min(out.size(), start + static_cast<std::size_t>(*options.first)));
  if (dirty_ || options.first || options.length) {
    became_dirty(OctetView(out).substr(start));
    return;
  }
  FrameSeen seen;
  seen.opcode = opcode;
  seen.fin = fin;
  seen.rsv = spec.rsv;
  seen.masked = spec.key.has_value();
  seen.payload = payload;
  account(seen);
}

void Encoder::account(FrameSeen& seen) {
  if (seen.masked != masks_) illegal_ = true;
  if (!wire::is_control(seen.opcode)) return account_data(seen);
  if (!seen.fin || seen.payload.size() > 125 || seen.rsv != 0 || seen.opcode > wire::kPong) {
    illegal_ = true;
    return;
  }
  if (seen.opcode == wire::kClose) close_sent_ = true;
  if (seen.opcode == wire::kPing && !illegal_) pings.sent(seen.payload);
  if (seen.opcode == wire::kPong) pongs.push_back(seen.payload);
}

void Encoder::account_data(FrameSeen& seen) {
  largest_frame = std::max<std::uint64_t>(largest_frame, seen.payload.size());
  const bool first = seen.opcode != wire::kContinuation;
  const bool compressed = first && (seen.rsv & 4U) != 0 && deflater_ != nullptr;
  if (seen.opcode > wire::kBinary || first == open_.has_value() || (seen.rsv & 3U) != 0 ||
      ((seen.rsv & 4U) != 0 && !compressed)) {
    illegal_ = true;
  }
  if (first) open_ = Open{seen.opcode, {}, compressed};
  if (!open_) return;
  open_->largest_frame = std::max<std::uint64_t>(open_->largest_frame, seen.payload.size());
  most_frames = std::max(most_frames, ++open_->frames);
  if (open_->payload.empty()) {
    open_->payload = std::move(seen.payload);
  } else {
    open_->payload += seen.payload;
  }
  const std::size_t means = open_->compressed && meaning_ ? meaning_->size() : 0;
  largest_message =
      std::max<std::uint64_t>(largest_message, std::max(open_->payload.size(), means));
  if (!seen.fin) return;
  Open done = std::move(*open_);
  open_.reset();
  if (done.compressed && !meaning_) illegal_ = true;
  if (done.compressed && meaning_) done.payload = std::move(*meaning_);
  meaning_.reset();
  if (done.opcode == wire::kText && !wire::valid_utf8(done.payload)) illegal_ = true;
  if (illegal_ || close_sent_) return;
  ++messages_sent;
  if (returned && !returned(done.opcode)) return;
  awaited.push_back({done.opcode, std::move(done.payload), done.largest_frame, done.frames});
}

static unsigned rsv_bits(const FrameOptions& options, unsigned otherwise) {
  if (!options.rsv) return otherwise;
  unsigned bits = 0;
  for (const int bit : *options.rsv) bits |= 4U >> static_cast<unsigned>(bit - 1);
  return bits;
}

// How many octets a payload of nothing but zeros has.
static std::optional<std::uint64_t> zeros_in(const Payload& payload, const PayloadMaker& payloads) {
  if (payload.kind == Payload::Kind::sized && payload.fill == Fill::zero)
    return payloads.size_of(payload.size);
  if (payload.kind != Payload::Kind::join) return std::nullopt;
  std::uint64_t all = 0;
  for (const Payload& part : payload.parts) {
    const auto zeros = zeros_in(part, payloads);
    if (!zeros) return std::nullopt;
    all += *zeros;
  }
  return all;
}

Octets Encoder::compressed(const Item& item, std::uint64_t repetition,
                           const PayloadMaker& payloads) {
  wire::CompressSpec spec;
  // What goes out by the thousand is compressed fast; a receiver reads the same.
  spec.level = item.how.level.value_or(item.times > 1 ? 1 : 6);
  spec.window = item.how.window;
  spec.blocks = static_cast<wire::Blocks>(item.how.blocks);
  spec.final_block = item.how.final_block;
  spec.keep_tail = item.how.keep_tail;
  spec.reset = item.how.reset;
  spec.cut = item.how.cut;
  spec.split = item.how.split;
  const bool plain_blocks = spec.blocks == wire::Blocks::automatic && spec.split == 0;
  const auto zeros = plain_blocks ? zeros_in(item.payload, payloads) : std::nullopt;
  // A bomb: its octets are never held, and no echo of it is awaited.
  if (zeros && *zeros > (32U << 20U)) return deflater_->compress_zeros(*zeros, spec);
  Octets plain = payloads.make(item.payload, repetition);
  Octets out = zeros ? deflater_->compress_zeros(*zeros, spec) : deflater_->compress(plain, spec);
  // A message with its end cut off or its tail left on stands for nothing.
  if (spec.cut == 0) meaning_ = std::move(plain);
  return out;
}

void Encoder::data(const Item& item, std::uint64_t repetition, const PayloadMaker& payloads,
                   Octets& out) {
  const bool message = item.opcode == wire::kText || item.opcode == wire::kBinary;
  const bool compress = message && !item.deflated && deflater_ != nullptr &&
                        item.compress.value_or(true) &&
                        (item.options.fin || item.compress.value_or(false));
  Octets payload;
  if (compress) {
    payload = compressed(item, repetition, payloads);
  } else {
    payload = payloads.make(item.payload, repetition);
    if (item.deflated && item.means) meaning_ = payloads.make(*item.means, repetition);
  }
  const unsigned rsv = rsv_bits(item.options, compress || item.deflated ? 4U : 0U);
  if (!item.plan.empty()) return planned(item, payload, payloads, out);
  if (item.fragments) return fragmented(item, payload, payloads, out);
  frame(static_cast<std::uint8_t>(item.opcode), item.options.fin, rsv, item.options, payload, out);
}

void Encoder::fragmented(const Item& item, OctetView payload, const PayloadMaker& payloads,
                         Octets& out) {
  const bool compressed = item.deflated || (deflater_ != nullptr && item.compress.value_or(true));
  const auto step = static_cast<std::size_t>(std::max<std::uint64_t>(1, *item.fragments));
  std::size_t at = 0;
  bool first = true;
  do {
    const OctetView part = payload.substr(at, step);
    at += part.size();
    const bool last = at >= payload.size();
    const unsigned rsv = rsv_bits(item.options, first && compressed ? 4U : 0U);
    frame(first ? static_cast<std::uint8_t>(item.opcode) : wire::kContinuation,
          last && item.options.fin, rsv, item.options, part, out);
    first = false;
    if (last) break;
    for (const Item& between : item.between) encode(between, 0, payloads, out);
  } while (true);
}

void Encoder::planned(const Item& item, OctetView payload, const PayloadMaker& payloads,
                      Octets& out) {
  const bool compressed = item.deflated || (deflater_ != nullptr && item.compress.value_or(true));
  std::size_t last_fragment = 0;
  for (std::size_t i = 0; i < item.plan.size(); ++i) {
    if (item.plan[i].item.empty()) last_fragment = i;
  }
  std::size_t at = 0;
  bool first = true;
  for (std::size_t i = 0; i < item.plan.size(); ++i) {
    const PlanEntry& entry = item.plan[i];
    if (!entry.item.empty()) {
      encode(entry.item.front(), 0, payloads, out);
      continue;
    }
    const OctetView part = entry.rest ? payload.substr(at) : payload.substr(at, *entry.take);
    at += part.size();
    const unsigned rsv = rsv_bits(entry.options, first && compressed ? 4U : 0U);
    const bool fin = entry.fin_given ? entry.options.fin : i == last_fragment && item.options.fin;
    frame(first ? static_cast<std::uint8_t>(item.opcode) : wire::kContinuation, fin, rsv,
          entry.options, part, out);
    first = false;
  }
}

void Encoder::control(const Item& item, std::uint64_t repetition, const PayloadMaker& payloads,
                      Octets& out) {
  Octets body;
  if (!item.is_close) {
    body = payloads.make(item.payload, repetition);
  } else if (item.close.raw) {
    body = payloads.make(*item.close.raw, repetition);
  } else if (item.close.code) {
    body += static_cast<char>(*item.close.code >> 8);
    body += static_cast<char>(*item.close.code & 255);
    if (item.close.reason) body += payloads.make(*item.close.reason, repetition);
  }
  const auto opcode = static_cast<std::uint8_t>(item.opcode);
  if (item.fragments && body.size() > *item.fragments) {
    const auto step = static_cast<std::size_t>(*item.fragments);
    frame(opcode, false, rsv_bits(item.options, 0), item.options, OctetView(body).substr(0, step),
          out);
    frame(wire::kContinuation, true, 0, item.options, OctetView(body).substr(step), out);
    return;
  }
  frame(opcode, item.options.fin, rsv_bits(item.options, 0), item.options, body, out);
}

void Encoder::encode(const Item& item, std::uint64_t repetition, const PayloadMaker& payloads,
                     Octets& out) {
  sent_behind_close_ = close_sent_;
  if (item.kind == ItemKind::raw) {
    const Octets octets = payloads.make(item.payload, repetition);
    out += octets;
    became_dirty(octets);
  } else if (wire::is_control(static_cast<unsigned>(item.opcode))) {
    control(item, repetition, payloads, out);
  } else {
    data(item, repetition, payloads, out);
  }
}

void Encoder::plain(std::uint8_t opcode, OctetView payload, Octets& out) {
  wire::FrameSpec spec;
  spec.opcode = opcode;
  spec.key = key_for(FrameOptions());
  wire::append_frame(spec, payload, out);
  if (opcode == wire::kClose) close_sent_ = true;
}

}  // namespace conform
