// SPDX-License-Identifier: Apache-2.0
#include "run/match/words/messages.hpp"

#include <algorithm>

#include "run/match/expectation.hpp"
#include "run/match/stream.hpp"
#include "run/match/word.hpp"
#include "wire/describe.hpp"

namespace conform {

// messages: any
class AnyMessages : public Clause {
 public:
  AnyMessages() : Clause(kMessagesWord) {}
  Outcome match(const Facts&, const Expect&) const override { return Outcome::yes(); }
  Traits traits() const override {
    Traits out;
    out.awaits = Awaits::messages;
    out.takes_messages = out.any_message = true;
    return out;
  }
};

Messages::Messages(std::vector<MessageExpect> wanted)
    : Clause(kMessagesWord), wanted_(std::move(wanted)) {}

bool Messages::awaits(int opcode) const {
  return std::any_of(wanted_.begin(), wanted_.end(),
                     [&](const MessageExpect& one) { return one.opcode == opcode; });
}

Traits Messages::traits() const {
  Traits out;
  out.awaits = Awaits::messages;
  out.goes_on = out.owed = out.takes_messages = out.by_echo = out.keeps_payloads = true;
  return out;
}

Outcome Messages::match(const Facts& facts, const Expect&) const {
  if (facts.channel.pings_only) return unechoed(facts);
  const auto& came = facts.seen.messages;
  for (std::size_t i = 0; i < came.size() && i < wanted_.size(); ++i) {
    const wire::Octets payload = facts.payloads.make(wanted_[i].payload);
    if (came[i].opcode == wanted_[i].opcode && came[i].payload == payload) continue;
    return Outcome::no("the implementation sent " + kind_of(came[i].opcode) +
                       wire::describe(came[i].payload) + " where " +
                       kind_of(static_cast<std::uint8_t>(wanted_[i].opcode)) +
                       wire::describe(payload) + " was expected");
  }
  if (came.size() > wanted_.size()) {
    return Outcome::no("the implementation sent " + std::to_string(came.size() - wanted_.size()) +
                       " more messages than expected");
  }
  return came.size() < wanted_.size() ? pending(facts, "the message", true) : Outcome::yes();
}

void add_message(Reading& in, const Tree& payload, int opcode, Expect& out) {
  std::vector<MessageExpect> wanted;
  if (const auto* before = find<Messages>(out)) wanted = before->wanted();
  wanted.push_back({opcode, read_payload(in, payload)});
  add_clause(out, std::make_shared<Messages>(std::move(wanted)));
}

static void read(Reading& in, const Tree& value, Expect& out) {
  if (value.is_scalar() && value.scalar == "any")
    return add_clause(out, std::make_shared<AnyMessages>());
  if (!value.is_list())
    in.bad(value, "messages is a list", "write [{text: a}, {binary: b}] or any");
  if (find<Messages>(out) == nullptr)
    add_clause(out, std::make_shared<Messages>(std::vector<MessageExpect>()));
  for (const Tree& element : value.list) {
    const std::string kind = element.map.size() == 1 ? element.map[0].first.scalar : "";
    if (kind != "text" && kind != "binary") {
      in.bad(element, "a message is {text: …} or {binary: …}", "name its kind");
      continue;
    }
    add_message(in, element.map[0].second, kind == "text" ? 1 : 2, out);
  }
}

static std::string schema() {
  const std::string one = PayloadOf::schema();
  return any_schema(
      {R"({"enum": ["any"]})",
       list_schema(any_schema({R"({"maxProperties": 1, "minProperties": 1, "allOf": [)" +
                               map_schema({{"text", one}, {"binary", one}}) + "]}"}))});
}

const ClauseWord kMessagesWord = {
    .word = "messages",
    .rank = 31,
    .read = read,
    .schema = schema,
    .websocket =
        "`[{text: a}, {binary: b}]` these messages came, in this order · `any` lets "
        "messages pass"};

}  // namespace conform
