// SPDX-License-Identifier: Apache-2.0
#include "run/match/awaited_report.hpp"
#include "run/match/word.hpp"
#include "wire/digest.hpp"

namespace conform {
namespace {

struct ReportExpect {
  bool error = false;
  std::optional<NumberSet> status;
  std::optional<Payload> body;
};

class Report : public Clause {
 public:
  explicit Report(ReportExpect wanted) : Clause(kReportWord), wanted_(std::move(wanted)) {}
  Outcome match(const Facts& facts, const Expect&) const override;
  Traits traits() const override {
    Traits out;
    out.awaits = Awaits::report;
    return out;
  }

 private:
  Outcome of_success(const Facts& facts) const;
  ReportExpect wanted_;
};

Outcome Report::of_success(const Facts& facts) const {
  const FetchFacts& fetch = *facts.fetch;
  if (!fetch.error.empty())
    return Outcome::no("the client reported an unexpected error: " + fetch.error);
  if (wanted_.status && !wanted_.status->holds(fetch.status))
    return Outcome::no("the client reported status " + std::to_string(fetch.status));
  if (!wanted_.body) return Outcome::yes();
  const wire::Octets body = facts.payloads.make(*wanted_.body);
  if (fetch.length == body.size() && fetch.sha256 == wire::sha256_hex(body)) return Outcome::yes();
  return Outcome::no("the client reported " + std::to_string(fetch.length) +
                     " bytes of content with SHA-256 " + fetch.sha256.substr(0, 16) +
                     "…, not the " + std::to_string(body.size()) + " that were expected");
}

Outcome Report::match(const Facts& facts, const Expect&) const {
  Outcome out = await_report(facts);
  if (out.answer != Answer::yes || !facts.http_client()) return out;
  const FetchFacts& fetch = *facts.fetch;
  if (!fetch.trouble.empty()) return Outcome::no(fetch.trouble);
  if (!wanted_.error) return of_success(facts);
  return fetch.error.empty()
             ? Outcome::no("the client reported status " + std::to_string(fetch.status) + " and " +
                           std::to_string(fetch.length) + " bytes; expected an error")
             : Outcome::yes();
}

constexpr Choice kError{"error"};
constexpr NumbersOf kStatus{0, 65535};

void read(Reading& in, const Tree& value, Expect& out) {
  ReportExpect wanted;
  if (!value.is_map()) wanted.error = kError.read(in, value, "report").has_value();
  for (const auto& [key, field] : value.map) {
    if (key.scalar == "status") {
      wanted.status = kStatus.read(in, field, "reported status");
    } else if (key.scalar == "body") {
      wanted.body = read_payload(in, field);
    } else {
      in.unknown(key, "report", {"status", "body"});
    }
  }
  add_clause(out, std::make_shared<Report>(std::move(wanted)));
}

std::string schema() {
  return any_schema(
      {kError.schema(), map_schema({{"status", kStatus.schema()}, {"body", PayloadOf::schema()}})});
}

}  // namespace

const ClauseWord kReportWord = {
    .word = "report",
    .rank = 16,
    .read = read,
    .schema = schema,
    .http_client = "what the program printed: `error`, or `{status: 200, body: payload}`",
    .http_kept = "as above, of this exchange alone"};

}  // namespace conform
