// SPDX-License-Identifier: Apache-2.0
#include "sender.hpp"

#include <algorithm>

#include "close_code.hpp"

namespace sham {
namespace {

std::unique_ptr<Deflater> make_deflater(Role role, const DeflateParameters& agreed) {
  const bool from_server = role == Role::server;
  const bool no_takeover =
      from_server ? agreed.server_no_context_takeover : agreed.client_no_context_takeover;
  const bool swapped =
      from_server ? agreed.client_no_context_takeover : agreed.server_no_context_takeover;
  const int bits = from_server ? agreed.server_max_window_bits : agreed.client_max_window_bits;
  return std::make_unique<Deflater>(bits,
                                    fault(Fault::takeover_sides_swapped) ? swapped : no_takeover);
}

std::vector<std::string> pieces(const std::string& payload, std::size_t size) {
  std::vector<std::string> parts;
  for (std::size_t at = 0; at < payload.size(); at += size) {
    parts.push_back(payload.substr(at, size));
  }
  if (parts.empty()) {
    parts.emplace_back();
  }
  return parts;
}

bool fragments_wanted() {
  return odd(Oddity::fragments_echo) || odd(Oddity::empty_fragments) ||
         odd(Oddity::pings_inside_message) || fault(Fault::fragments_repeat_opcode) ||
         fault(Fault::fragments_all_final);
}

// How a payload is cut into frames.
std::vector<std::string> cut(std::string payload, bool compressed) {
  const std::size_t size = payload.size();
  const std::size_t small = size <= 4096 ? 3 : 1021;
  if (odd(Oddity::splits_code_points)) {
    return pieces(payload, size <= 4096 ? 1 : 1021);
  }
  if (compressed && odd(Oddity::fragments_compressed)) {
    return pieces(payload, small);
  }
  if (compressed && fault(Fault::rsv1_on_continuation_sent)) {
    return pieces(payload, size / 2 + 1);
  }
  if (!fragments_wanted() || size < 2) {
    return {std::move(payload)};
  }
  std::vector<std::string> parts = pieces(payload, size / 3 + 1);
  if (odd(Oddity::empty_fragments)) {
    parts.insert(parts.begin() + 1, std::string());
    parts.emplace_back();
  }
  return parts;
}

std::uint8_t sent_opcode(bool is_text) {
  if (fault(Fault::echo_opcode_swapped)) {
    is_text = !is_text;
  }
  if (fault(Fault::echo_reserved_opcode) && !is_text) {
    return 3;
  }
  if (fault(Fault::echo_always_text)) {
    return kText;
  }
  return is_text && !fault(Fault::echo_always_binary) ? kText : kBinary;
}

std::uint8_t spoiled_bits() {
  return fault(Fault::echo_with_rsv1)   ? kRsv1
         : fault(Fault::echo_with_rsv2) ? kRsv2
         : fault(Fault::echo_with_rsv3) ? kRsv3
                                        : std::uint8_t{0};
}

}  // namespace

Sender::Sender(Role role, const std::optional<DeflateParameters>& deflate) : role_(role) {
  if (deflate) {
    deflater_ = make_deflater(role, *deflate);
  } else if (fault(Fault::compresses_unnegotiated)) {
    deflater_ = std::make_unique<Deflater>(15, true);
  }
}

bool Sender::masks(std::uint8_t opcode) const {
  const bool control = opcode >= kClose;
  if (role_ == Role::server) {
    return fault(Fault::masked_sent) || (fault(Fault::masked_control_sent) && control);
  }
  // RFC 6455 §5.1: a client masks every frame.
  return !(fault(Fault::unmasked_sent) && !control) &&
         !(fault(Fault::unmasked_control_sent) && control);
}

void Sender::frame(bool fin, std::uint8_t rsv, std::uint8_t opcode, std::string payload) {
  FrameHeader header;
  header.fin = fin;
  header.rsv = rsv;
  header.opcode = opcode;
  header.length = payload.size();
  if (masks(opcode)) {
    header.key = keys_.next();
    if (!fault(Fault::mask_bit_without_masking)) {
      apply_mask(payload, *header.key);
    }
  }
  append_header(output_, header);
  output_ += payload;
}

void Sender::frames(std::uint8_t rsv, std::uint8_t opcode, const std::vector<std::string>& parts) {
  for (std::size_t i = 0; i < parts.size(); ++i) {
    const bool first = i == 0;
    const bool last = i + 1 == parts.size();
    const bool repeats = fault(Fault::fragments_repeat_opcode);
    const bool fin = (last && !fault(Fault::echo_without_fin)) || fault(Fault::fragments_all_final);
    const bool with_bits = first || fault(Fault::rsv1_on_continuation_sent);
    frame(fin, with_bits ? rsv : std::uint8_t{0}, first || repeats ? opcode : kContinuation,
          parts[i]);
    if (!last && odd(Oddity::pings_inside_message)) {
      ping("inside");
    }
  }
}

bool Sender::compresses() const {
  return deflater_ && !odd(Oddity::never_compresses) && !fault(Fault::compressed_echoed_raw);
}

std::vector<std::string> Sender::compressed_parts(const std::string& payload) {
  if (fault(Fault::tail_removed_per_fragment) && payload.size() > 1) {
    const std::string_view text = payload;
    const std::size_t half = text.size() / 2;
    return {deflater_->part(text.substr(0, half)), deflater_->part(text.substr(half))};
  }
  return cut(deflater_->message(payload), true);
}

void Sender::message(bool is_text, std::string payload) {
  if (odd(Oddity::spontaneous_pings)) {
    ping("spontaneous");
  }
  if (odd(Oddity::unsolicited_pongs)) {
    pong("unsolicited");
  }
  const std::uint8_t opcode = sent_opcode(is_text);
  if (!compresses()) {
    frames(spoiled_bits(), opcode, cut(std::move(payload), false));
    return;
  }
  std::vector<std::string> parts = compressed_parts(payload);
  const bool grew = parts.size() == 1 && parts.front().size() >= payload.size();
  if (grew && fault(Fault::plain_sent_kept_in_window)) {
    frames(0, opcode, {std::move(payload)});
    return;
  }
  const std::uint8_t compressed_bit =
      fault(Fault::rsv1_missing_on_compressed) ? std::uint8_t{0} : kRsv1;
  frames(static_cast<std::uint8_t>(compressed_bit | spoiled_bits()), opcode, parts);
}

void Sender::ping(std::string payload) {
  frame(true, 0, kPing, std::move(payload));
}

void Sender::pong(std::string payload) {
  const bool bit =
      fault(Fault::control_rsv1_sent) || (fault(Fault::rsv1_on_pong_sent) && deflater_ != nullptr);
  frame(!fault(Fault::fragmented_pong_sent), bit ? kRsv1 : std::uint8_t{0}, kPong,
        std::move(payload));
}

void Sender::close(std::uint16_t code, std::string_view reason) {
  std::string body;
  if (code != kNoCode || fault(Fault::close_answered_1005)) {
    body += static_cast<char>(code >> 8);
    body += static_cast<char>(code & 255);
    body += reason;
  }
  if (fault(Fault::close_answered_one_octet)) {
    body = "\x03";
  }
  frame(!fault(Fault::close_answered_without_fin), 0, kClose, std::move(body));
}

// RFC 6455 §5.5.1: a Close is answered with the code that came.
void Sender::answer_close(std::uint16_t code) {
  if (odd(Oddity::empty_close_answer)) {
    code = kNoCode;
  }
  if (odd(Oddity::close_answer_1000) && code != kNoCode) {
    code = 1000;
  } else if (odd(Oddity::close_answer_1011)) {
    code = 1011;
  } else if (odd(Oddity::close_answer_4321)) {
    code = 4321;
  }
  std::string reason =
      odd(Oddity::close_answer_with_reason) && code != kNoCode ? "g\xc3\xbcnstig beendet" : "";
  if (fault(Fault::close_answered_little_endian)) {
    code = static_cast<std::uint16_t>((code & 255) << 8 | code >> 8);
  } else if (fault(Fault::close_answered_1006)) {
    code = 1006;
  } else if (fault(Fault::close_answered_1015)) {
    code = 1015;
  } else if (fault(Fault::close_answered_999)) {
    code = 999;
  } else if (fault(Fault::close_answered_5000)) {
    code = 5000;
  } else if (fault(Fault::close_answered_too_long)) {
    code = 1000;
    reason = std::string(200, 'x');
  } else if (fault(Fault::close_answered_bad_reason)) {
    code = 1000;
    reason = "cut \xe2\x82";
  }
  close(code, reason);
  if (fault(Fault::close_answered_twice)) {
    close(code, reason);
  }
}

}  // namespace sham
