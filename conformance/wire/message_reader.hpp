// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "wire/deflate_probe.hpp"
#include "wire/frame_reader.hpp"
#include "wire/inflater.hpp"

namespace conform::wire {

enum class EventKind : std::uint8_t { message, ping, pong, close, violation };

// One thing the runtime did on an open WebSocket connection.
struct Event {
  EventKind kind = EventKind::violation;
  std::uint8_t opcode = 0;  // of a message: kText or kBinary
  Octets payload;           // of a Close: the reason
  std::optional<std::uint16_t> code;
  std::uint32_t frames = 0;
  bool compressed = false;
  DeflateFacts deflate;    // filled when probing
  std::string what;        // of a violation
  bool bad_close = false;  // a violation of what a Close holds: the frame itself can be read
};

// Counts over all frames since the connection began; what is legal is for the expectation to say.
struct FrameFacts {
  std::uint64_t frames = 0;
  std::uint64_t masked = 0;
  std::uint64_t overlong = 0;  // longer length form than needed
  std::uint64_t rsv_set = 0;   // frames with any reserved bit
  std::uint64_t rsv_misplaced =
      0;  // RSV2, RSV3, or RSV1 on anything but the first frame of a message
  std::uint64_t control_illegal = 0;  // over 125 octets, or fragmented
  std::uint64_t largest = 0;
  std::vector<MaskKey> keys;  // the first few thousand
};

// Puts frames together into messages; tolerant, so that one mistake of the runtime does not hide
// the next.
class MessageReader {
 public:
  void feed(OctetView octets) { frames_.feed(octets); }
  bool next(Event& event);
  // permessage-deflate is agreed; `takeover`: the peer may refer to its earlier messages.
  void enable_deflate(bool takeover) { inflater_ = std::make_unique<Inflater>(takeover); }
  void probe_deflate(bool on) { probing_ = on; }
  const FrameFacts& facts() const { return facts_; }
  bool inside_message() const { return open_.has_value(); }
  std::size_t pending() const { return frames_.pending(); }

 private:
  void count(const FrameSeen& frame);
  bool control(FrameSeen& frame, Event& event);
  bool data(FrameSeen& frame, Event& event);
  bool finish_message(Event& event);
  static bool violation(Event& event, std::string what);
  bool close_frame(const FrameSeen& frame, Event& event);

  struct Open {
    std::uint8_t opcode = 0;
    bool compressed = false;
    std::uint32_t frames = 0;
    Octets payload;
  };
  FrameReader frames_;
  FrameFacts facts_;
  std::optional<Open> open_;
  std::unique_ptr<Inflater> inflater_;
  bool probing_ = false;
  bool close_seen_ = false;
  bool unreadable_told_ = false;
};

// RFC 6455 §7.4 and the IANA registry: may this code stand in a Close frame?
bool legal_close_code(unsigned code);

}  // namespace conform::wire
