// SPDX-License-Identifier: Apache-2.0
#include "run/match/facts.hpp"
#include "run/match/http_legal.hpp"
#include "run/match/outcome.hpp"
#include "run/match/word.hpp"
#include "wire/describe.hpp"

namespace conform {
namespace {

// How a request may begin: with a method, a token.
bool may_be_request(wire::OctetView octets) {
  const auto method = octets.substr(0, octets.find(' '));
  return !method.empty() && is_token(method);
}

// RFC 6455 §4.1: a status other than 101 is handled by the rules of HTTP. The client may end the
// connection, ask for something else on it, or keep it and go its way.
class NotConnected : public Clause {
 public:
  NotConnected() : Clause(kNotConnectedWord) {}
  Outcome match(const Facts& facts, const Expect&) const override {
    const wire::Octets& came = facts.channel.responses().pending();
    if (came.empty() && (facts.seen.end || facts.seen.went_on)) return Outcome::yes();
    if (!came.empty() && !may_be_request(came)) {
      return Outcome::no(
          "behind the refusal of its handshake the client sent bytes that are no HTTP request: " +
          wire::describe(came));
    }
    std::size_t used = 0;
    if (const auto head = wire::read_head(came, used)) {
      if (head->start_line.find(" HTTP/1.") != std::string::npos) return Outcome::yes();
      return Outcome::no("behind the refusal of its handshake the client sent " +
                         wire::describe(head->start_line) + ", which is no HTTP request");
    }
    if (facts.seen.end) return Outcome::no("the connection ended inside a request");
    if (facts.seen.timeout) {
      return Outcome::timeout(
          "after the refusal of its handshake the client neither ended the connection nor asked "
          "for "
          "anything else");
    }
    return Outcome::wait("what the client does after the refusal of its handshake");
  }
  Traits traits() const override {
    Traits out;
    out.may_end = true;
    return out;
  }
};

}  // namespace

const ClauseWord kNotConnectedWord = {
    .word = "not-connected",
    .rank = 37,
    .read = read_flag<NotConnected, kNotConnectedWord>,
    .schema = Flag::schema,
    .websocket =
        "client role, behind a status other than 101: the client took the answer for HTTP's. It "
        "ended the connection, sent another HTTP request on it (which is served), or left it "
        "and came back on another; frames, or nothing of all that, fail"};

}  // namespace conform
