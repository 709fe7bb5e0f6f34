// SPDX-License-Identifier: Apache-2.0
#include "session_fuzz.hpp"

#include <algorithm>
#include <optional>
#include <string>
#include <vector>

#include "check.hpp"
#include "wire/session.hpp"

namespace osprey::wire::fuzz {
namespace {

struct Given {
  Role role;
  Limits limits{};
  std::optional<DeflateParameters> deflate{};
  DeflateSettings settings{};
};

Given given(Role role, unsigned flags) {
  Given result{.role = role};
  if ((flags & 1U) != 0) {
    const int window = (flags & 8U) != 0 ? 9 : 15;
    result.deflate = DeflateParameters{(flags & 2U) != 0, (flags & 4U) != 0, window, window};
  }
  result.limits.message = (flags & 16U) != 0 ? 1000 : std::size_t{1} << 20U;
  result.limits.fragments = (flags & 16U) != 0 ? 10 : 1000;
  result.limits.queued = std::size_t{1} << 40U;
  return result;
}

class Recorder : public SessionEvents {
 public:
  Recorder(Session& session, Buffer& out) : session_(session), out_(out) {}

  void on_message(MessageKind kind, Octets payload) override {
    MUST_HOLD(!session_.close_received());
    MUST_HOLD(kind == MessageKind::binary || is_utf8(payload));
    note("message", payload);
    MUST_HOLD(session_.send_message_unchecked(kind, payload, out_) == WireError::none);
  }
  void on_ping(ConstOctets payload) override { note("ping", payload); }
  void on_pong(ConstOctets payload) override { note("pong", payload); }
  void on_close(const Close& close) override { note("close", octets_of(close.reason)); }
  void on_error(WireError error, std::string_view) override { note(name_of(error), {}); }

  std::string trace;

 private:
  void note(std::string_view what, ConstOctets payload) {
    MUST_HOLD(session_.state() != Session::State::closed || what != "message");
    trace.append(what).append(" ").append(text_of(payload)).append("\n");
  }

  Session& session_;
  Buffer& out_;
};

// What was sent, with random masks taken off.
std::string unmasked(ConstOctets sent, Role sender) {
  std::string plain;
  while (!sent.empty()) {
    FrameHeader header;
    const FrameContext receiver{sender == Role::server ? Role::client : Role::server, true, false};
    const HeaderParse parse = parse_frame_header(sent, receiver, header);
    MUST_HOLD(parse.size != 0);
    MUST_HOLD(header.fin);
    MUST_HOLD(header.length <= sent.size() - parse.size);
    const auto length = static_cast<std::size_t>(header.length);
    std::vector<std::uint8_t> payload(length);
    copy_masked(payload.data(), sent.subspan(parse.size, length), header.key);
    plain.append(1, static_cast<char>(header.opcode)).append(header.rsv1 ? "z" : ":");
    plain.append(text_of(header.masked ? ConstOctets(payload) : sent.subspan(parse.size, length)));
    sent = sent.subspan(parse.size + length);
  }
  return plain;
}

std::string run(const Given& what, ConstOctets input, std::size_t piece_size) {
  Session session(what.role, &what.limits, what.deflate, &what.settings);
  Buffer out;
  Recorder recorder(session, out);
  while (!input.empty()) {
    // Memory of its own, so that a look beyond the piece is seen.
    std::vector<std::uint8_t> piece(
        input.begin(),
        input.begin() + static_cast<std::ptrdiff_t>(std::min(piece_size, input.size())));
    piece.shrink_to_fit();
    MUST_HOLD(session.receive(piece, recorder, out) == piece.size());
    input = input.subspan(piece.size());
  }
  MUST_HOLD(session.held_octets() <= 2 * what.limits.message + 1024 * 1024);
  MUST_HOLD(session.state() != Session::State::closed || session.between_messages());
  return recorder.trace + unmasked(out.octets(), what.role);
}

}  // namespace

void fuzz_session(Role role, const std::uint8_t* data, std::size_t size) {
  if (size < 3) {
    return;
  }
  const Given what = given(role, data[0]);
  const ConstOctets input(data + 2, size - 2);
  const std::size_t piece = std::max<std::size_t>(data[1], 1);
  MUST_HOLD(run(what, input, input.size()) == run(what, input, piece));
}

}  // namespace osprey::wire::fuzz
