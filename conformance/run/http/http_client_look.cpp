// SPDX-License-Identifier: Apache-2.0
// The look before the run: does an HTTP client's program make an exchange, and report it?
#include "run/http/http_client_run.hpp"
#include "subject/program_look.hpp"

namespace conform {

static constexpr Milliseconds kWaits{3000};
static constexpr const char* kContent = "osprey";

// A plain exchange; whether its report is right is for the cases to say.
static Case plain_exchange(bool several) {
  Case out;
  out.id = "the look before the run";
  out.rule = "The client reports an exchange.";
  out.roles = RoleWord::client;
  out.setup = Setup::http;
  if (several) {
    out.steps.emplace_back();
    out.steps.back().kind = Step::Kind::exchange;
  }
  Item response;
  response.kind = ItemKind::response;
  response.handshake.body.emplace();
  response.handshake.body->octets = kContent;
  // Whoever reads to the end of the connection comes to it: that is for the cases to tell.
  response.handshake.headers.push_back({"Connection", {Payload{}}});
  response.handshake.headers.back().values.front().octets = "close";
  Item end;
  end.kind = ItemKind::tcp;
  end.tcp = TcpAct::fin;
  out.steps.emplace_back();
  out.steps.back().send.items = {response, end};
  out.steps.emplace_back();
  out.steps.back().kind = Step::Kind::expect;
  // Whatever it is.
  out.steps.back().expect = expectation_of("{report: {}}");
  return out;
}

// One sentence: what it was told, what it did, what to do.
static std::string why_no_client(const std::vector<std::string>& command, bool several,
                                 HttpClientCase& look) {
  const FetchFacts& done = look.done();
  const std::string asked =
      done.requests.empty() ? "it asked for nothing"
                            : "it asked \"" + done.requests.front().head.start_line +
                                  "\" and was answered 200 with the 6 bytes \"" + kContent + "\"";
  const std::string advice =
      std::string("for each exchange ") + (several ? "a line" : "the last line") +
      " of its output has to be {\"status\": 200, \"length\": 6, \"sha256\": \"…\"} or {\"error\": "
      "\"…\"}" +
      (several ? ", and flushed" : "");
  return std::string("no case can be tested: the ") +
         (several ? "http-client-kept" : "http-client") +
         " was started with: " + shown_command(command) + "; it was told " + look.told() + "; " +
         asked + "; " + (done.trouble.empty() ? how_it_is(look.program()) : done.trouble) + "; " +
         last_words(look.printed()) + "; " + advice;
}

std::string HttpClientRun::look_at(const Case& exchange) {
  const bool several = exchange.several_exchanges();
  const auto look = make(exchange);
  std::string why = look->start();
  IdleWatch idle(look->program(), context_.stretched(kWaits));
  std::size_t requests = 0;
  bool silent = false;
  while (why.empty() && !look->done().done && !look->settled() && !silent) {
    if (context_.interrupted()) return "interrupted";
    context_.loop.round(Milliseconds(3));
    if (look->done().requests.size() != requests) idle.moved();
    requests = look->done().requests.size();
    silent = idle.is_over();
  }
  // A request that breaks off half-way is for the cases to tell, too.
  if (silent && look->done().requests.empty() && look->inside_request()) return why;
  if (!why.empty()) return why;
  const FetchFacts& done = look->done();
  if (!silent && done.done && done.trouble.empty()) return {};
  return why_no_client(several ? options_.kept : options_.command, several, *look);
}

std::string HttpClientRun::look() {
  // Then all of its cases are skipped.
  if (!context_.runtime.declares("http1")) return {};
  std::string why = prepare_ca();
  for (const bool several : {false, true}) {
    if (!why.empty() || (several ? options_.kept : options_.command).empty()) continue;
    const Case exchange = plain_exchange(several);
    why = look_at(exchange);
    context_.process = nullptr;
  }
  return why;
}

}  // namespace conform
