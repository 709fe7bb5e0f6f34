// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string_view>

#include "wire/buffer.hpp"
#include "wire/deflate.hpp"
#include "wire/error.hpp"
#include "wire/frame.hpp"
#include "wire/limits.hpp"
#include "wire/utf8.hpp"

namespace osprey::wire {

inline constexpr std::uint16_t kCloseNormal = 1000;
inline constexpr std::uint16_t kCloseGoingAway = 1001;
inline constexpr std::uint16_t kCloseNoStatus = 1005;  // never on the wire

struct Close {
  std::uint16_t code = kCloseNoStatus;
  std::string_view reason;
};

// Called inside Session::receive, in wire order. Must not destroy the session and must not throw.
class SessionEvents {
 public:
  virtual ~SessionEvents() = default;
  // A whole message. `payload` is the session's or the reader's storage: good during the call only,
  // free to be changed.
  virtual void on_message(MessageKind kind, Octets payload) = 0;
  virtual void on_ping(ConstOctets) {}  // the pong is already in `out`
  virtual void on_pong(ConstOctets) {}
  virtual void on_close(const Close&) {}  // the peer's Close; our answer is already in `out`
  virtual void on_error(WireError, std::string_view) {
  }  // we failed the connection; our Close is already in `out`
};

// One WebSocket connection after its opening handshake: octets in, events and octets out, no
// sockets (RFC 6455 §5-7, RFC 7692). Not thread-safe: its owner serialises all calls. Holds memory
// only while a frame or message is incomplete, or where deflate context takeover was agreed. No
// function throws.
class Session {
 public:
  enum class State : std::uint8_t {
    open,
    closing,  // we sent Close and wait for the peer's
    closed,   // Close went both ways, or we failed the connection: write `out`, then drop TCP
              // (server first)
  };

  // `limits` and `deflate_settings` are shared and must outlive the session; without settings the
  // defaults hold.
  Session(Role role, const Limits* limits, const std::optional<DeflateParameters>& deflate,
          const DeflateSettings* deflate_settings = nullptr);
  Session(const Session&) = delete;
  Session& operator=(const Session&) = delete;
  ~Session();

  // Takes octets in any split, unmasks them in place, calls `events`, appends replies (Pong, Close)
  // to `out`. Callbacks may call send_* with the same `out`. Returns the octets taken: all of them,
  // unless out.size() reached limits->queued; then it stops between frames, and the rest is to be
  // fed again once `out` has drained. Octets after the end are dropped.
  [[nodiscard]] std::size_t receive(Octets in, SessionEvents& events, Buffer& out);

  // All append one frame to `out`, or return why not (send_*, no_randomness, out_of_memory) and
  // append nothing. Text must be UTF-8 (send_text_not_utf8); for the echo of a message just
  // received send_message_unchecked saves the check.
  WireError send_message(MessageKind kind, ConstOctets payload, Buffer& out);
  WireError send_message_unchecked(MessageKind kind, ConstOctets payload, Buffer& out);
  WireError send_ping(ConstOctets payload, Buffer& out);
  WireError send_pong(ConstOctets payload, Buffer& out);
  // kCloseNoStatus sends an empty body. A server cannot send 1010. The reason has at most 123
  // octets of UTF-8.
  WireError send_close(std::uint16_t code, std::string_view reason, Buffer& out);

  [[nodiscard]] State state() const noexcept { return state_; }
  [[nodiscard]] Role role() const noexcept { return role_; }
  // True after a Close of the peer was read: the closing handshake is complete once state() is
  // closed.
  [[nodiscard]] bool close_received() const noexcept { return close_received_; }
  // True when no frame or message is half received.
  [[nodiscard]] bool between_messages() const noexcept;
  // Octets of memory behind this object (message buffer and stash; zlib's own not counted).
  [[nodiscard]] std::size_t held_octets() const noexcept;

 private:
  struct Stash;  // an incomplete header or control frame
  struct Input;  // what receive() was given and has not used yet

  // Receiving, one function a state.
  bool take_short_message(Input& input);
  void take_header(Input& input);
  void take_stashed(Input& input);
  void take_payload(Input& input);

  void stash_rest(Input& input);
  void data_frame(const FrameHeader& header, Input& input);
  void whole_message(const FrameHeader& header, Input& input);
  void take_whole(MessageKind kind, Octets payload, bool ascii, Input& input);
  void open_message(const FrameHeader& header) noexcept;
  WireError add_plain(Octets part);
  WireError add_compressed(Octets part);
  WireError check_text(std::size_t known) noexcept;
  void end_message(Input& input);
  void control_frame(const FrameHeader& header, Octets payload, Input& input);
  void close_frame(ConstOctets payload, Input& input);
  void fail(WireError error, Input& input) noexcept;
  void drop_message() noexcept;
  [[nodiscard]] FrameContext context() const noexcept;
  [[nodiscard]] WireError length_error(const FrameHeader& header) const noexcept;

  // Sending. These throw std::bad_alloc and then have appended nothing.
  WireError append_frame(Opcode opcode, bool rsv1, ConstOctets payload, Buffer& out);
  WireError append_message(MessageKind kind, ConstOctets payload, Buffer& out);
  WireError append_close(std::uint16_t code, std::string_view reason, Buffer& out);
  WireError send_control(Opcode opcode, ConstOctets payload, Buffer& out) noexcept;

  const Limits* limits_;
  std::unique_ptr<DeflateCodec> deflate_;
  std::unique_ptr<Stash> stash_;
  Buffer message_;
  std::uint64_t remaining_ = 0;  // payload octets of the current data frame still to come
  std::uint32_t fragments_ = 0;  // frames of the current message
  MaskKey key_{};                // rotated to the next octet
  Utf8Validator utf8_;
  Role role_;
  State state_ = State::open;
  MessageKind kind_ = MessageKind::text;
  bool in_frame_ = false;      // inside the payload of a data frame
  bool frame_fin_ = false;     // that frame is its message's last
  bool message_open_ = false;  // a message has begun and its last frame has not
  bool compressed_ = false;    // that message is compressed
  bool close_received_ = false;
};

static_assert(sizeof(Session) <= 160);

}  // namespace osprey::wire
