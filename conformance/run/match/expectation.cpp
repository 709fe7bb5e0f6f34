// SPDX-License-Identifier: Apache-2.0
#include "run/match/expectation.hpp"

#include <algorithm>

#include "case/read_expect.hpp"
#include "run/match/vocabulary.hpp"

namespace conform {

bool has(const Expect& expect, Test test) {
  return std::any_of(expect.clauses.begin(), expect.clauses.end(),
                     [&](const ClausePtr& one) { return test(one->traits()); });
}

bool has_deep(const Expect& expect, Test test) {
  return has(expect, test) || std::any_of(expect.any.begin(), expect.any.end(),
                                          [&](const Expect& one) { return has_deep(one, test); });
}

bool has_deep(const Step& step, Test test) {
  return has_deep(step.expect, test) ||
         std::any_of(step.tolerate.begin(), step.tolerate.end(),
                     [&](const Expect& one) { return has_deep(one, test); });
}

static bool wishes(const Expect& expect, FenceWish wish) {
  return std::any_of(expect.clauses.begin(), expect.clauses.end(),
                     [&](const ClausePtr& one) { return one->traits().fence == wish; }) ||
         std::any_of(expect.any.begin(), expect.any.end(),
                     [&](const Expect& one) { return wishes(one, wish); });
}

bool wishes(const Step& step, FenceWish wish) {
  return wishes(step.expect, wish) ||
         std::any_of(step.tolerate.begin(), step.tolerate.end(),
                     [&](const Expect& one) { return wishes(one, wish); });
}

static const char* name_of(Awaits what) {
  switch (what) {
    case Awaits::close:
      return "a close";
    case Awaits::failure:
      return "a failed connection";
    case Awaits::refusal:
      return "a refusal";
    case Awaits::echo:
      return "an echo";
    case Awaits::messages:
      return "messages";
    case Awaits::pongs:
      return "pongs";
    case Awaits::tcp_end:
      return "the end of TCP";
    case Awaits::life:
      return "a sign of life";
    case Awaits::report:
      return "a report";
    case Awaits::connection:
      return "an HTTP connection's end";
    case Awaits::request:
      return "a request";
    case Awaits::response:
      return "a response";
    case Awaits::nothing:
      break;
  }
  return "something else";
}

const char* awaited(const Expect& expect) {
  if (!expect.any.empty()) return "one of several";
  Awaits first = Awaits::nothing;
  for (const ClausePtr& clause : expect.clauses) first = std::min(first, clause->traits().awaits);
  return name_of(first);
}

Limits limits_of(const Expect& expect) {
  Limits out;
  for (const ClausePtr& clause : expect.clauses) clause->limit(out);
  return out;
}

Expect merged(const Expect& base, const Expect& alternative) {
  Expect out = alternative;
  for (const ClausePtr& one : base.clauses) {
    const bool said =
        std::any_of(alternative.clauses.begin(), alternative.clauses.end(),
                    [&](const ClausePtr& other) { return other->word() == one->word(); });
    if (!said) add_clause(out, one);
  }
  return out;
}

Expect expectation_of(const std::string& yaml) {
  Problems problems;
  const Tree tree = parse_yaml(yaml, "", problems);
  Reading in("", problems, vocabulary());
  return read_expect(in, tree);
}

}  // namespace conform
