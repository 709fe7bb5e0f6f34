// SPDX-License-Identifier: Apache-2.0
// From the first octet to the first step: connect, shake hands, see one echo.
#include <algorithm>

#include "case/expected_text.hpp"
#include "run/dialogue/case_run.hpp"
#include "run/match/deflate_answer.hpp"
#include "wire/describe.hpp"

namespace conform {

// What the client's first offer demands of every answer and this one does not say yet; added to
// `answer` too.
static std::string completion(wire::Extension& answer, const std::vector<wire::Extension>& offers) {
  const auto offer = std::find_if(offers.begin(), offers.end(), [](const wire::Extension& one) {
    return one.name == "permessage-deflate";
  });
  if (offer == offers.end()) return "";
  std::string out;
  for (const char* name : {"server_no_context_takeover", "server_max_window_bits"}) {
    if (!offer->has(name) || answer.has(name)) continue;
    const auto value = offer->value(name);
    answer.parameters.emplace_back(name, value);
    out += std::string("; ") + name + (value ? "=" + *value : "");
  }
  return out;
}

bool CaseRun::answer_request() {
  if (case_.setup == Setup::deflate) {
    const auto offers = wire::parse_extensions(request_->head.elements("Sec-WebSocket-Extensions"));
    wire::HttpHead own;
    own.headers.push_back({"answer", case_.answer});
    const auto answer = wire::parse_extensions(own.elements("answer"));
    std::string why = "the answer of the case violates its grammar";
    wire::Extension whole;
    if (answer && answer->size() == 1) {
      whole = answer->front();
      handshake_.extensions =
          case_.answer + completion(whole, offers.value_or(std::vector<wire::Extension>()));
      why = wire::illegal_answer(whole, offers.value_or(std::vector<wire::Extension>()));
    }
    if (!why.empty()) {
      const bool owed = case_.offer_is_default && context_.runtime.declares("deflate");
      why = "permessage-deflate cannot be agreed: " + why;
      return owed ? fail(why) : skip(why);
    }
    const Outcome agreed = match_parameters(case_.agreed, whole);
    if (agreed.answer == Answer::no) {
      return skip("permessage-deflate was agreed otherwise: " + agreed.why);
    }
  }
  channel_.send(build_response(Handshake(), handshake_, payloads_));
  enter_after_response();
  return greet();
}

// Frames flow from here on; deflate if the response that was sent agrees to it.
void CaseRun::enter_after_response() {
  if (channel_.in_websocket()) return;
  std::optional<wire::DeflateAgreement> agreed;
  if (!handshake_.extensions.empty()) {
    wire::HttpHead own;
    own.headers.push_back({"answer", handshake_.extensions});
    const auto answers = wire::parse_extensions(own.elements("answer"));
    std::string why;
    if (answers && answers->size() == 1 && answers->front().name == "permessage-deflate") {
      agreed = wire::read_deflate_answer(answers->front(), why);
    }
  }
  channel_.enter_websocket(agreed);
  for (const Step& step : case_.steps) {
    if (has(step.expect, [](const Traits& one) { return one.probes_deflate; }))
      channel_.reader()->probe_deflate(true);
  }
}

bool CaseRun::set_up(bool first) {
  if (first && opening_ != Opening::ready) engine_.await(case_.deadline);
  switch (opening_) {
    case Opening::connecting:
      return when_connecting();
    case Opening::upgrading:
      return when_upgrading();
    case Opening::answering:
      return answer_request();
    case Opening::greeting:
      return when_greeting();
    case Opening::ready:
      break;
  }
  return true;
}

bool CaseRun::setup_failed(const Reason& why) {
  return fail(why.behind("in the setup: "));
}

bool CaseRun::when_connecting() {
  if (!channel_.connect_error.empty())
    return setup_failed("cannot connect: " + channel_.connect_error);
  if (channel_.seen.timeout)
    return setup_failed(Reason::timeout("the connection was not accepted"));
  if (!channel_.connected) return false;
  if (case_.setup == Setup::websocket || case_.setup == Setup::deflate) {
    opening_ = Opening::upgrading;
    channel_.send(build_upgrade(Handshake(), handshake_, payloads_));
    return false;
  }
  opening_ = Opening::ready;
  channel_.in_setup = false;
  // The kernel takes connections: that is no answer of the implementation's.
  engine_.forget_wait();
  return true;
}

bool CaseRun::when_upgrading() {
  Seen& seen = channel_.seen;
  if (seen.responses.empty()) {
    const wire::Octets& came = channel_.responses().pending();
    if (came.compare(0, 5, wire::OctetView("HTTP/").substr(0, came.size())) != 0) {
      return setup_failed("the opening handshake was answered by something that is not HTTP: " +
                          wire::describe(came));
    }
    if (seen.timeout)
      return setup_failed(Reason::timeout("the opening handshake was not answered"));
    if (seen.end) return setup_failed("the connection ended during the opening handshake");
    return false;
  }
  const wire::HttpHead head = seen.responses.back().head;
  if (head.status() != 101)
    return setup_failed("the opening handshake was answered \"" + head.start_line + "\"");
  switch_if_accepted();
  if (case_.setup == Setup::deflate && channel_.encoder.deflates()) {
    const std::string why = illegal_in_setup(head);
    if (!why.empty())
      return setup_failed("the answer \"" + head.first("Sec-WebSocket-Extensions").value_or("") +
                          "\" to the offer \"" + case_.offer + "\": " + why);
    const auto answers = wire::parse_extensions(head.elements("Sec-WebSocket-Extensions"));
    const Outcome agreed = match_parameters(case_.agreed, answers->front());
    if (agreed.answer == Answer::no) {
      return skip("permessage-deflate was agreed otherwise: " + agreed.why);
    }
  }
  if (case_.setup == Setup::deflate && !channel_.encoder.deflates()) {
    const bool owed = case_.offer_is_default && context_.runtime.declares("deflate");
    const std::string why = "the implementation declined the offer \"" + case_.offer + "\"";
    return owed ? fail(why) : skip(why);
  }
  return greet();
}

// What the setup agreed on has to be an answer to its offer. One that leaves out a window of 15
// promises the same.
std::string CaseRun::illegal_in_setup(const wire::HttpHead& head) const {
  wire::HttpHead asked;
  asked.headers.push_back({"offer", case_.offer});
  const auto offers = wire::parse_extensions(asked.elements("offer"));
  const auto answers = wire::parse_extensions(head.elements("Sec-WebSocket-Extensions"));
  if (!offers || !answers || answers->empty()) return "it violates its grammar";
  wire::Extension answer = answers->front();
  if (!answer.has("server_max_window_bits")) {
    for (const wire::Extension& offer : *offers) {
      if (offer.value("server_max_window_bits") == "15")
        answer.parameters.emplace_back("server_max_window_bits", "15");
    }
  }
  return wire::illegal_answer(answer, *offers);
}

void CaseRun::switch_if_accepted() {
  if (role_ != Role::server || channel_.http || channel_.in_websocket() ||
      channel_.seen.responses.empty())
    return;
  const wire::HttpHead& head = channel_.seen.responses.back().head;
  if (head.status() != 101) return;
  std::optional<wire::DeflateAgreement> agreed;
  const auto answers = wire::parse_extensions(head.elements("Sec-WebSocket-Extensions"));
  for (const auto& answer : answers.value_or(std::vector<wire::Extension>())) {
    std::string why;
    if (answer.name == "permessage-deflate") agreed = wire::read_deflate_answer(answer, why);
  }
  channel_.enter_websocket(agreed);
  for (const Step& step : case_.steps) {
    if (has(step.expect, [](const Traits& one) { return one.probes_deflate; }))
      channel_.reader()->probe_deflate(true);
  }
}

bool CaseRun::greet() {
  opening_ = Opening::greeting;
  channel_.send_fence(false);
  return when_greeting();
}

bool CaseRun::when_greeting() {
  const Seen& seen = channel_.seen;
  if (seen.fence_answered) {
    channel_.begin_window();
    channel_.in_setup = false;
    return true;
  }
  if (!seen.violation.empty()) return setup_failed("the implementation sent " + seen.violation);
  if (seen.close || seen.end)
    return setup_failed("the connection was closed before the first echo");
  return seen.timeout && setup_failed(Reason::timeout("a text message was not echoed"));
}

// What the case waits for at this point.
std::string CaseRun::expected() const {
  if (!setup_done()) return expected_of_setup(case_, role_);
  // Where a step sends, what comes next is what it is sent for.
  for (std::size_t i = engine_.cursor().at(); i < case_.steps.size(); ++i) {
    if (case_.steps[i].kind == Step::Kind::expect) return expected_text(case_.steps[i]);
  }
  return "after the last step nothing unexpected, and answers as long as the connection is open";
}

// A client's request was read before its connection came to the case.
void CaseRun::record_request(const wire::HttpMessage& request) {
  channel_.record(request.head.raw);
  // Content in a coding was decoded: it is not what went over the wire.
  if (!request.head.first("Transfer-Encoding")) channel_.record(request.body);
}

void CaseRun::went_on() {
  channel_.seen.went_on = true;
  engine_.advance();
}

// RFC 6455 §4.1: behind a refusal the client has gone on with HTTP on its connection.
bool CaseRun::asked_on() const {
  const Verdict verdict = engine_.result().verdict;
  const bool good = !is_bad(verdict) && verdict != Verdict::skip;
  return good && role_ == Role::client && !channel_.http && !follows_ && !channel_.in_websocket() &&
         channel_.connection() != nullptr && !channel_.seen.end && !sender_.half_closed() &&
         !channel_.responses().pending().empty();
}

}  // namespace conform
