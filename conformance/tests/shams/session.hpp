// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "assembly.hpp"
#include "frame_checks.hpp"
#include "options.hpp"
#include "sender.hpp"

namespace sham {

// How far a connection's WebSocket life has come.
enum class Life : std::uint8_t {
  open,
  closed,   // Close came and was answered
  failed,   // we failed the connection; our Close is in the output, if any
  dropped,  // TCP ends now, without a Close of ours
  stuck,    // nothing more happens, in either direction (a fault)
};

// One connection behind its opening handshake: octets in, octets out. Echoes messages unless given
// a handler.
class Session {
 public:
  using Handler = std::function<void(bool is_text, const std::string& message)>;

  Session(Role role, const Options& options, const std::optional<DeflateParameters>& deflate);

  void set_handler(Handler handler) { handler_ = std::move(handler); }
  // What a server says before it is asked.
  void greet();
  void receive(std::string_view octets);
  // The peer closed its side.
  void receive_end();
  void fail(const Failure& failure);
  // The owner lets an idle moment pass.
  void idle();

  Life life() const { return life_; }
  std::string& output() { return sender_.output(); }

 private:
  bool step();
  bool begin_frame();
  bool take_payload();
  void unmask(std::string& chunk) const;
  std::optional<Failure> begin_data(const FrameHeader& header);
  void end_frame();
  void end_data();
  void end_control();
  void deliver(bool is_text, std::string message);
  void echo(bool is_text, const std::string& message);
  std::string enveloped(const std::string& message);
  void tick();
  void end_read();
  void release_held();
  void on_ping();
  void send_pong(const std::string& payload);
  void on_close();
  std::uint16_t answered_code() const;
  std::optional<Failure> check_close() const;
  bool goes_on() const;
  Situation situation() const;
  void waste_memory(const FrameHeader& header);

  Role role_;
  const Options* options_;
  bool deflate_;
  Sender sender_;
  Assembly assembly_;
  Handler handler_;
  Life life_ = Life::open;

  std::string in_;
  std::size_t at_ = 0;  // octets of in_ that are done with
  std::optional<FrameHeader> frame_;
  std::size_t taken_ = 0;  // payload octets of the frame so far
  std::size_t mask_offset_ = 0;
  std::string control_;
  bool skipping_ = false;  // the frame's payload is dropped
  bool unmasked_seen_ = false;
  bool inflate_next_ = false;
  bool ever_failed_ = false;

  std::optional<std::string> held_ping_;
  std::vector<std::string> held_pings_;
  std::vector<std::string> held_pongs_;
  std::string held_output_;
  std::optional<std::string> first_ping_;
  std::vector<std::pair<bool, std::string>> held_messages_;
  std::size_t frames_in_read_ = 0;
  int answered_ = 0;  // messages and pings
};

}  // namespace sham
