// SPDX-License-Identifier: Apache-2.0
#include "assembly.hpp"

#include <cstdlib>

#include "close_code.hpp"

namespace sham {
namespace {

constexpr std::size_t kNoLimit = std::size_t{1}
                                 << 30;  // faults without limits still spare the machine
constexpr std::size_t kShortMessage = 4096;

// The peer's side of the agreement, which our inflater follows.
std::unique_ptr<Inflater> make_inflater(Role role, const DeflateParameters& agreed) {
  const bool from_client = role == Role::server;
  const bool no_takeover =
      from_client ? agreed.client_no_context_takeover : agreed.server_no_context_takeover;
  const bool swapped =
      from_client ? agreed.server_no_context_takeover : agreed.client_no_context_takeover;
  const bool lax = fault(Fault::no_takeover_not_obeyed);
  const int bits = from_client ? agreed.client_max_window_bits : agreed.server_max_window_bits;
  return std::make_unique<Inflater>(
      bits, fault(Fault::takeover_sides_swapped) ? swapped : no_takeover && !lax);
}

}  // namespace

Assembly::Assembly(Role role, const std::optional<DeflateParameters>& deflate,
                   std::size_t size_limit)
    : size_limit_(size_limit), deflate_agreed_(deflate.has_value()) {
  size_limit_ -= fault(Fault::limit_one_less) ? 1 : 0;
  const bool unlimited = fault(Fault::message_limit_missing) || fault(Fault::limit_only_compressed);
  if (unlimited) {
    size_limit_ = kNoLimit;
  }
  if (deflate || fault(Fault::compressed_unnegotiated_accepted)) {
    inflater_ = make_inflater(role, deflate.value_or(DeflateParameters{}));
  }
}

void Assembly::begin(bool is_text, bool compressed) {
  open_ = true;
  is_text_ = is_text;
  compressed_ = compressed && inflater_ && !fault(Fault::compressed_echoed_raw);
  if (fault(Fault::plain_inflated) && deflate_agreed_) {
    compressed_ = true;
  }
  was_compressed_ = compressed;
  dropped_ = false;
  message_.clear();
  fragment_start_ = 0;
  frames_ = 0;
  utf8_.reset();
}

bool Assembly::checks_text() const {
  if (fault(Fault::binary_checked_as_utf8)) {
    return true;
  }
  if (!is_text_ || fault(Fault::utf8_not_checked)) {
    return false;
  }
  if (was_compressed_ &&
      (fault(Fault::compressed_text_not_checked) || fault(Fault::compressed_echoed_raw))) {
    return false;
  }
  return !fault(Fault::utf8_first_fragment_only) || frames_ == 0;
}

std::optional<Failure> Assembly::bad_text() {
  if (fault(Fault::bad_utf8_replaced)) {
    return std::nullopt;  // take_message() replaces
  }
  if (fault(Fault::bad_utf8_ignored)) {
    dropped_ = true;
    return std::nullopt;
  }
  return Failure{fault(Fault::bad_utf8_code_1002) ? kProtocolError : kInvalidData,
                 "text is not UTF-8"};
}

// RFC 6455 §8.1: text that cannot become valid fails the connection; as soon as that is known is
// best.
std::optional<Failure> Assembly::check_text(std::string_view added) {
  if (!checks_text() || odd(Oddity::late_utf8_check) || fault(Fault::utf8_short_messages_only)) {
    return std::nullopt;
  }
  if (read_start_ && fault(Fault::utf8_checked_per_read)) {
    const bool whole = utf8_.complete();
    utf8_.reset();
    if (!whole) {
      return bad_text();
    }
  }
  read_start_ = false;
  if (!utf8_.feed(added)) {
    utf8_.reset();
    return bad_text();
  }
  return std::nullopt;
}

std::optional<Failure> Assembly::judge(InflateResult result) {
  if (result == InflateResult::too_big) {
    if (fault(Fault::limit_crashes)) {
      std::abort();
    }
    return Failure{fault(Fault::limit_code_1007)   ? kInvalidData
                   : fault(Fault::limit_code_1002) ? kProtocolError
                                                   : kTooBig,
                   "inflated message too big"};
  }
  if (result == InflateResult::broken) {
    if (fault(Fault::garbage_crashes)) {
      std::abort();
    }
    if (fault(Fault::garbage_echoed)) {
      return std::nullopt;
    }
    if (fault(Fault::garbage_ignored)) {
      dropped_ = true;
      return std::nullopt;
    }
    return Failure{kInvalidData, "compressed data is broken"};
  }
  return std::nullopt;
}

std::optional<Failure> Assembly::inflate(std::string_view octets) {
  const std::size_t before = message_.size();
  if (std::optional<Failure> failure = judge(inflater_->feed(octets, message_, size_limit_))) {
    return failure;
  }
  if (fault(Fault::utf8_checked_before_inflate)) {
    return is_text_ && !is_utf8(octets) ? bad_text() : std::nullopt;
  }
  return check_text(std::string_view(message_).substr(before));
}

std::optional<Failure> Assembly::feed(std::string_view octets) {
  if (compressed_) {
    return inflate(octets);
  }
  if (!compressed_ && deflate_agreed_ && fault(Fault::plain_message_refused)) {
    return Failure{kProtocolError, "plain message"};
  }
  if (message_.size() + octets.size() > size_limit_ && !fault(Fault::limit_per_frame_only)) {
    return Failure{kTooBig, "message too big"};
  }
  message_ += octets;
  return check_text(octets);
}

std::optional<Failure> Assembly::end_frame() {
  ++frames_;
  fragment_start_ = message_.size();
  if (compressed_ && fault(Fault::fragments_inflated_alone)) {
    return judge(inflater_->finish(message_, size_limit_));
  }
  if (checks_text() && fault(Fault::utf8_checked_per_frame) && !utf8_.complete()) {
    return bad_text();
  }
  return std::nullopt;
}

std::optional<Failure> Assembly::finish() {
  open_ = false;
  if (compressed_) {
    const std::size_t before = message_.size();
    if (std::optional<Failure> failure = judge(inflater_->finish(message_, size_limit_))) {
      return failure;
    }
    if (std::optional<Failure> failure = check_text(std::string_view(message_).substr(before))) {
      return failure;
    }
  }
  if (fault(Fault::last_fragment_lost) && frames_ > 0) {
    message_.resize(fragment_start_);
  }
  if (fault(Fault::fragments_swapped) && frames_ > 0) {
    message_ = message_.substr(fragment_start_) + message_.substr(0, fragment_start_);
  }
  if (!checks_text()) {
    return std::nullopt;
  }
  const bool late = odd(Oddity::late_utf8_check) ||
                    (fault(Fault::utf8_short_messages_only) && message_.size() <= kShortMessage);
  if (late ? !is_utf8(message_) : !utf8_.complete()) {
    return bad_text();
  }
  return std::nullopt;
}

std::string Assembly::take_message() {
  std::string message = std::move(message_);
  message_.clear();
  if (is_text_ && fault(Fault::bad_utf8_replaced)) {
    return with_replacements(message);
  }
  return message;
}

void Assembly::drop() {
  open_ = false;
  message_.clear();
}

}  // namespace sham
