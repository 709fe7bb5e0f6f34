// SPDX-License-Identifier: Apache-2.0
// What a server does with messages, which RFC 6455 leaves to its application: it may greet, echo,
// answer in an envelope, or say nothing.
#pragma once
#include <optional>
#include <string>
#include <vector>

#include "wire/octets.hpp"

namespace conform {

// Text with gaps: "{any}" stands for anything.
class Pattern {
 public:
  Pattern() = default;
  static Pattern parse(const std::string& text);
  // A message once seen: its digits may be others next time (clocks, counters).
  static Pattern of_message(wire::OctetView message);
  // What two have in common; where they differ is a gap.
  static Pattern common(const Pattern& one, const Pattern& other);

  bool matches(wire::OctetView message) const;
  // How many bytes at the begin (or end) of the message it takes; nullopt when it does not fit.
  std::optional<std::size_t> at_begin(wire::OctetView message) const;
  std::optional<std::size_t> at_end(wire::OctetView message) const;
  std::size_t letters() const;
  bool ends_in_gap() const;
  bool begins_in_gap() const;
  std::string text() const;  // as parse() takes it

 private:
  std::vector<wire::OctetView> literals() const;
  wire::Octets text_;  // gaps as single marks
};

// {"type":"echo","original":"{payload}"} and the like.
class Envelope {
 public:
  // An empty string, or what is wrong with the template.
  static std::string parse(const std::string& text, Envelope& out);
  // The envelope that holds both texts; nullopt when there is none, or one so thin that it may as
  // well be a damaged echo.
  static std::optional<Envelope> learn(const wire::Octets& sent, const wire::Octets& came,
                                       const wire::Octets& sent_next,
                                       const wire::Octets& came_next);
  std::optional<wire::Octets> open(wire::OctetView message) const;
  // The payload is a JSON string: found from the template, and by trial.
  bool json() const { return json_; }
  void set_json(bool json) { json_ = json; }
  std::string text() const { return before_.text() + "{payload}" + after_.text(); }

 private:
  void guess_json();
  Pattern before_, after_;
  bool json_ = false;
};

enum class EchoWay : std::uint8_t { plain, envelope, none };

struct Manner {
  EchoWay echo = EchoWay::plain;
  Envelope envelope;
  bool binary = true;             // binary messages come back, as they are
  std::vector<Pattern> greeting;  // each may come once a connection, whenever it likes

  bool returns(unsigned opcode) const;
};

// What came unasked on one connection, and on the next one (empty: there was none): what differs,
// as a name or a clock, is no part of it.
std::vector<Pattern> learn_greeting(const std::vector<wire::Octets>& first,
                                    const std::vector<wire::Octets>& next);
// For a note about what was found.
std::string greeting_text(const std::vector<Pattern>& greeting);

// As a runtime file or an option says it: plain, none, or an envelope. An empty string, or what is
// wrong.
std::string read_echo(const std::string& text, Manner& out);

}  // namespace conform
