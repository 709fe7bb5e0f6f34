// SPDX-License-Identifier: Apache-2.0
#include "run/server/fitness.hpp"

#include <algorithm>

#include "run/match/expectation.hpp"
#include "run/match/words/messages.hpp"
#include "run/match/words/refused.hpp"
#include "run/match/words/status.hpp"
#include "wire/frame.hpp"

namespace conform {

static bool refusal_is_fine(const Step& step) {
  const auto refused = [](const Expect& one) { return find<Refused>(one) != nullptr; };
  return refused(step.expect) ||
         std::any_of(step.expect.any.begin(), step.expect.any.end(), refused) ||
         std::any_of(step.tolerate.begin(), step.tolerate.end(), refused);
}

// Every expect would be content with a refusal, or with a status of one.
static bool accepts_refusal(const Case& one) {
  return std::all_of(one.steps.begin(), one.steps.end(), [](const Step& step) {
    if (step.kind != Step::Kind::expect || refusal_is_fine(step)) return true;
    const auto* status = find<Status>(step.expect);
    return status != nullptr && status->holds(403) && !status->holds(101);
  });
}

static bool declared_value(const Case& one, const std::string& name) {
  const auto needs = [&](const char* feature) {
    return std::find(one.needs.begin(), one.needs.end(), feature) != one.needs.end();
  };
  return (same_header(name, "Sec-WebSocket-Protocol") && needs("subprotocol")) ||
         (same_header(name, "Origin") && needs("origin-policy"));
}

std::string changed_header(const Case& one, const std::vector<SetupHeader>& demanded) {
  if (demanded.empty() || accepts_refusal(one)) return {};
  for (const Step& step : one.steps) {
    if (step.kind != Step::Kind::send) continue;
    for (const Item& item : step.send.items) {
      for (const HeaderChange& change : item.handshake.headers) {
        if (has_header(demanded, change.name) && !declared_value(one, change.name))
          return change.name;
      }
    }
  }
  return {};
}

static bool wants_messages(const Expect& expect) {
  return has(expect, [](const Traits& one) { return one.by_echo; }) ||
         (!expect.any.empty() && std::all_of(expect.any.begin(), expect.any.end(), wants_messages));
}

bool needs_echo(const Case& one) {
  return std::any_of(one.steps.begin(), one.steps.end(), [](const Step& step) {
    return step.kind == Step::Kind::expect && wants_messages(step.expect);
  });
}

static bool stops_reading(const Step& step) {
  return step.kind == Step::Kind::send &&
         std::any_of(step.send.items.begin(), step.send.items.end(), [](const Item& item) {
           return item.kind == ItemKind::read && item.read == ReadAct::stop;
         });
}

static bool measures_echoes(const Step& step) {
  const auto& any = step.expect.any;
  return step.kind == Step::Kind::expect && limits_of(step.expect).any() &&
         std::any_of(any.begin(), any.end(), wants_messages);
}

// What piles up in a server whose peer does not read is its echoes: without them there is nothing
// to measure, whatever else the step would be content with.
static bool piles_up_echoes(const Case& one) {
  return std::any_of(one.steps.begin(), one.steps.end(), stops_reading) &&
         std::any_of(one.steps.begin(), one.steps.end(), measures_echoes);
}

static bool sends(const std::vector<Item>& items, int opcode) {
  return std::any_of(items.begin(), items.end(), [&](const Item& item) {
    const bool planned =
        std::any_of(item.plan.begin(), item.plan.end(),
                    [&](const PlanEntry& entry) { return sends(entry.item, opcode); });
    return (item.kind == ItemKind::frame && item.opcode == opcode) || planned ||
           sends(item.between, opcode);
  });
}

static bool awaits(const Expect& expect, int opcode) {
  const auto* messages = find<Messages>(expect);
  const bool itself = messages != nullptr && messages->awaits(opcode);
  return itself || std::any_of(expect.any.begin(), expect.any.end(),
                               [&](const Expect& one) { return awaits(one, opcode); });
}

bool has_messages(const Case& one, int opcode) {
  return std::any_of(one.steps.begin(), one.steps.end(), [&](const Step& step) {
    return sends(step.send.items, opcode) || awaits(step.expect, opcode);
  });
}

std::string unseen_by(const Case& one, const Manner& manner) {
  if (one.setup == Setup::http || (!needs_echo(one) && !piles_up_echoes(one))) return {};
  if (manner.echo == EchoWay::none)
    return "the server does not echo, and the rule of this case shows by an echo only";
  if (!manner.binary && has_messages(one, wire::kBinary))
    return "the server's envelope returns no binary message, and this case sends one";
  return {};
}

}  // namespace conform
