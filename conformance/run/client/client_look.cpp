// SPDX-License-Identifier: Apache-2.0
// The look before the run: does the client's program ask for cases at all?
#include <nlohmann/json.hpp>

#include "run/client/client_run.hpp"
#include "subject/program_look.hpp"

namespace conform {

static constexpr Milliseconds kWaits{3000};
static constexpr std::size_t kRequests = 3;

std::size_t ClientRun::fit_cases(std::size_t from) const {
  std::size_t count = 0;
  for (std::size_t i = from; i < cases_.size(); ++i) count += unfit(*cases_[i]).empty() ? 1 : 0;
  return count;
}

void ClientRun::on_look(Visit& visit) {
  look_->requests.push_back(visit.request().head.start_line);
  if (visit.path() == "/runCase") {
    look_->asked = true;
  } else if (visit.path() == "/getCaseCount") {
    visit.answer(std::to_string(fit_cases(0)));
    look_->counted = true;
  } else if (visit.path() == "/getCaseInfo") {
    visit.answer(nlohmann::json({{"id", "osprey/look"}, {"description", "a first look"}}).dump());
  } else {
    visit.echo();
  }
}

// One sentence: what was started, what it did, what to do.
std::string ClientRun::why_no_client(const std::vector<std::string>& command) {
  std::string did = "it did not connect to " + url();
  if (look_->connections != 0) did = "it connected to " + url() + ", sent no whole request";
  const auto& requests = look_->requests;
  if (!requests.empty()) did = "it asked";
  for (std::size_t i = 0; i < requests.size() && i < kRequests; ++i)
    did += (i == 0 ? " \"" : ", \"") + requests[i] + "\"";
  if (requests.size() > kRequests)
    did += " and " + std::to_string(requests.size() - kRequests) + " more";
  if (!requests.empty()) did += ", but never for a case";
  std::string advice =
      "a client asks for its cases as in Autobahn's suite: /getCaseCount answers how many, "
      "/runCase?case=N&agent=NAME is one of them (echo until it is closed), /updateReports ends";
  if (look_->connections == 0) {
    bool told = false;
    for (const std::string& word : context_.runtime.client)
      told = told || word.find("{url}") != std::string::npos ||
             word.find("{port}") != std::string::npos;
    advice = told ? "run this command by itself, against a server of yours, until it connects"
                  : "pass \"{url}\" to it: client: [\"./client\", \"{url}\"]";
  }
  return "no case can be tested: the client was started with: " + shown_command(command) + "; " +
         did + "; " + how_it_is(process_) + "; " + last_words(process_.log_tail(600)) + "; " +
         advice;
}

std::string ClientRun::look(const std::vector<std::string>& command) {
  context_.process = &process_;
  if (fit_cases(0) == 0) return {};
  look_.emplace();
  const auto filled = filled_command(command);
  std::string why = process_.start(filled, options_.look_log);
  IdleWatch idle(process_, context_.stretched(kWaits));
  std::size_t moves = 0;
  while (why.empty() && !look_->asked) {
    if (context_.interrupted()) why = "interrupted";
    if (!process_.running()) {
      await_ends();
      break;
    }
    context_.loop.round(Milliseconds(20));
    const std::size_t now = look_->requests.size() + look_->connections;
    if (now != moves) idle.moved();
    moves = now;
    if (idle.is_over()) break;
  }
  if (why.empty() && !look_->asked) why = why_no_client(filled);
  process_.stop();
  // What it still asked for must not be taken for the run's own.
  await_ends();
  look_.reset();
  visits_.clear();
  return why;
}

}  // namespace conform
