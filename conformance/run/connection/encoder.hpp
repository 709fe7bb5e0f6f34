// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <deque>
#include <functional>
#include <memory>
#include <optional>
#include <vector>

#include "case/step.hpp"
#include "run/connection/payload_maker.hpp"
#include "run/connection/ping_account.hpp"
#include "wire/deflate_negotiation.hpp"
#include "wire/deflater.hpp"
#include "wire/frame_reader.hpp"
#include "wire/random.hpp"

namespace conform {

// A legal message the judge has sent: an echo of it may be expected.
struct SentMessage {
  std::uint8_t opcode = 0;
  wire::Octets payload;
  std::uint64_t largest_frame = 0;  // payload octets of one of its frames
  std::uint64_t frames = 1;
};

// The judge's sending half of a WebSocket connection: turns items into octets, right or wrong, and
// keeps account of what a correct peer makes of them.
class Encoder {
 public:
  Encoder(bool masks, std::uint64_t seed, const std::string& name)
      : masks_(masks), random_(seed, name + "#mask") {}

  void agree(const wire::DeflateAgreement& agreement);
  bool deflates() const { return deflater_ != nullptr; }
  // Frame and raw items; `repetition` selects the draw of random payloads.
  void encode(const Item& item, std::uint64_t repetition, const PayloadMaker& payloads,
              wire::Octets& out);
  // Frames of the judge's own: setups, fences, answers. They leave no trace in the account.
  void plain(std::uint8_t opcode, wire::OctetView payload, wire::Octets& out);

  // Which messages a correct peer sends back; by default, all.
  std::function<bool(unsigned opcode)> returned;

  // The account.
  std::deque<SentMessage> awaited;  // legal messages whose echo has not come
  PingAccount pings;                // since the account of the last expect was closed
  std::vector<wire::Octets> pongs;  // payloads, likewise
  std::uint64_t messages_sent = 0;
  std::uint64_t largest_frame = 0;    // payload octets of a data frame
  std::uint64_t largest_message = 0;  // octets of a message, as it came or inflated; whole or not
  std::uint64_t most_frames = 0;      // of one message, whole or not
  std::uint64_t largest_content = 0;  // of an HTTP request that the case sent
  bool close_sent() const { return close_sent_; }
  // More followed our Close: who ends TCP with that unread makes its kernel reset the connection.
  bool sent_behind_close() const { return sent_behind_close_; }
  bool inside_message() const { return open_.has_value(); }
  // The last octets sent are not a whole frame: what follows would be read as its payload.
  bool inside_frame() const {
    return dirty_ && (mirror_.pending() != 0 || !mirror_.unreadable().empty());
  }

 private:
  void data(const Item& item, std::uint64_t repetition, const PayloadMaker& payloads,
            wire::Octets& out);
  wire::Octets compressed(const Item& item, std::uint64_t repetition, const PayloadMaker& payloads);
  void planned(const Item& item, wire::OctetView payload, const PayloadMaker& payloads,
               wire::Octets& out);
  void fragmented(const Item& item, wire::OctetView payload, const PayloadMaker& payloads,
                  wire::Octets& out);
  void control(const Item& item, std::uint64_t repetition, const PayloadMaker& payloads,
               wire::Octets& out);
  void frame(std::uint8_t opcode, bool fin, unsigned rsv, const FrameOptions& options,
             wire::OctetView payload, wire::Octets& out);
  std::optional<wire::MaskKey> key_for(const FrameOptions& options);
  void account(wire::FrameSeen& seen);
  void account_data(wire::FrameSeen& seen);
  void became_dirty(wire::OctetView octets);

  struct Open {
    std::uint8_t opcode = 0;
    wire::Octets payload;
    bool compressed = false;
    std::uint64_t largest_frame = 0;
    std::uint64_t frames = 0;
  };
  bool masks_;
  wire::Random random_;
  std::unique_ptr<wire::Deflater> deflater_;
  std::optional<Open> open_;
  std::optional<wire::Octets> meaning_;  // what the compressed message being sent stands for
  bool illegal_ = false;  // something illegal went out: nothing after it is owed an echo
  bool close_sent_ = false;
  bool sent_behind_close_ = false;
  bool dirty_ = false;  // from the first odd item on, the mirror reads along
  wire::FrameReader mirror_;
};

}  // namespace conform
