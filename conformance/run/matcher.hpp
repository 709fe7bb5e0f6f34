// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <deque>
#include <string>

#include "case/expect.hpp"
#include "run/channel.hpp"
#include "run/handshake_text.hpp"
#include "run/reason.hpp"

namespace conform {

enum class Answer : std::uint8_t { no, wait, yes };

struct Outcome {
  Answer answer = Answer::yes;
  std::string why;  // of a no, or what is waited for
  // Of a yes: how many responses of setup http it took, and whether the case is over with it.
  std::size_t takes = 0;
  bool last = false;
  Reason::Kind kind = Reason::Kind::stated;  // of a no

  Reason reason() const { return {kind, why}; }
  static Outcome yes() { return {}; }
  static Outcome no(std::string why) { return {Answer::no, std::move(why)}; }
  static Outcome timeout(const std::string& what) {
    Reason reason = Reason::timeout(what);
    return {Answer::no, std::move(reason.text), 0, false, reason.kind};
  }
  static Outcome wait(std::string why) { return {Answer::wait, std::move(why)}; }
};

// What an HTTP client said of one exchange.
struct FetchReport {
  std::string error;    // as it reported
  std::string trouble;  // no report, or one that cannot be read
  int status = 0;
  std::uint64_t length = 0;
  std::string sha256;
};

// What an HTTP client did: the requests that came on all its connections, and its report. Where it
// makes several exchanges, those of the one that is going on.
struct FetchFacts : FetchReport {
  std::vector<wire::HttpMessage> requests;
  bool done = false;  // its program has ended, or reported
  // With exchange steps.
  bool several = false;
  std::optional<wire::HttpMessage> earlier;  // the last request of the exchange before
  bool kept = false;  // the last request came on a connection that had carried one before
  int open = 0;       // connections that the client has not ended
};

// An alternative of a step that holds; with `any` taken apart, and its common fields filled in.
struct HeldReading {
  Expect expect;
  std::size_t takes = 0;  // responses of setup http
  bool lenient = false;
  Reason why;  // lenient: what the strict reading says
};

// Responses that an expectation of setup http takes for itself.
std::size_t responses_wanted(const Expect& expect);

// Holds one expectation against what was seen so far. Pure: no clock but the one passed, no I/O.
class Matcher {
 public:
  struct Facts {
    Facts(const Channel& c, const PayloadMaker& p, Role r) : channel(c), payloads(p), role(r) {}
    const Channel& channel;
    const PayloadMaker& payloads;
    Role role;                                // the runtime's
    const wire::HttpHead* request = nullptr;  // client role
    const wire::Octets* request_body = nullptr;
    bool octets_behind_request = false;
    bool key_fresh = true;
    bool still_sending = false;
    std::string offer;  // Sec-WebSocket-Extensions the judge sent, if any
    const HandshakeFacts* handshake = nullptr;
    bool http = false;       // setup http
    bool last_step = false;  // setup http: nothing is expected behind this
    int fence_status = 200;  // setup http: what the health check's request is answered with
    const FetchFacts* fetch = nullptr;  // setup http, client role
    TimePoint now = Clock::now();
    double deadline_factor = 1.0;
  };
  explicit Matcher(const Facts& facts) : facts_(facts), seen_(facts.channel.seen) {}

  // The first alternative that holds; `any` of the expectation taken apart.
  Outcome match(const Expect& expect) const;
  // All readings of a step that hold, in the order of the case: what it expects, then what it
  // tolerates because of `strict`.
  // Whether all that this expectation awaits of the runtime's own accord is there.
  bool arrived(const Expect& expect) const;
  std::deque<HeldReading> readings(const Step& step, const Reason& strict) const;

 private:
  void holding(const Expect& expect, const HeldReading& as, std::deque<HeldReading>& out) const;
  Outcome match_one(const Expect& expect) const;
  Outcome forbidden(const Expect& expect) const;
  Outcome messages(const Expect& expect) const;
  Outcome echo(const Expect& expect) const;
  Outcome unechoed() const;
  Outcome unasked(const Expect& expect) const;
  Outcome pongs(const Expect& expect) const;
  Outcome fence(const Expect& expect) const;
  Outcome failed(const Expect& expect) const;
  Outcome not_connected(const Expect& expect) const;
  Outcome closed(const Expect& expect) const;
  Outcome close_code(const Expect& expect) const;
  Outcome tcp(const Expect& expect) const;
  Outcome frames(const Expect& expect) const;
  Outcome compression(const Expect& expect) const;
  Outcome http(const Expect& expect) const;
  Outcome refused() const;
  Outcome status(const Expect& expect, const wire::HttpMessage& response) const;
  Outcome responses(const Expect& expect) const;
  Outcome request(const Expect& expect) const;
  // Setup http.
  Outcome exchange(const Expect& expect) const;
  Outcome wanted_responses(const Expect& expect) const;
  Outcome one_response(const ResponseExpect& wanted, const wire::HttpMessage& response) const;
  Outcome same_as(const HeaderExpect& header, const wire::HttpMessage& response) const;
  Outcome content(const Payload& wanted, const wire::Octets& body) const;
  Outcome interim(const Expect& expect) const;
  Outcome refusal(const Expect& expect) const;
  Outcome nothing_further(const Expect& expect) const;
  Outcome rest(const Expect& expect) const;
  std::size_t taken_by(const Expect& expect) const;
  Outcome fetched(const Expect& expect) const;
  Outcome reused(const Expect& expect) const;
  Outcome report(const ReportExpect& wanted) const;
  Outcome one_request(const RequestExpect& wanted, const wire::HttpMessage& request) const;
  Outcome within(const Expect& expect) const;

  // Turns waiting into a no once nothing more can come.
  Outcome pending(const std::string& what, bool until_fence) const;
  bool http_expected(const Expect& expect) const;

  const Facts& facts_;
  const Seen& seen_;
};

// What a whole step comes to: its expect or, where that is out, one thing it tolerates.
struct StepOutcome {
  Answer answer = Answer::yes;
  bool lenient = false;
  Reason why;  // of a no, or of what was lax
  // What held, strictly or not: as in Outcome.
  std::size_t takes = 0;
  bool last = false;
};
StepOutcome match_step(const Matcher& matcher, const Step& step);

// Parts that need only the head.
Outcome match_headers(const std::vector<HeaderExpect>& expected, const wire::HttpHead& head,
                      const HandshakeFacts* handshake);
Outcome match_parameters(const std::vector<std::pair<std::string, NumberSet>>& expected,
                         const wire::Extension& answer);
Outcome match_deflate(const DeflateExpect& expected, const wire::HttpHead& head,
                      const std::string& offer);
// Is this 101 what RFC 6455 §4.2.2 asks for, given the client's key?
Outcome valid_switch(const wire::HttpHead& head, const std::string& key);
// Is this a legal opening handshake by RFC 6455 §4.1?
Outcome legal_request(const wire::HttpHead& head);

}  // namespace conform
