// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <functional>
#include <list>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "run/client/visit.hpp"
#include "run/engine/probed_cases.hpp"
#include "subject/listener.hpp"

namespace conform {

// What a client did in the look before the run.
struct ClientLook {
  std::vector<std::string> requests;  // first lines
  std::size_t connections = 0;
  bool counted = false;  // it was told how many cases there are
  bool asked = false;    // for a case
};

// Judges clients: the faulty server they come to. Speaks the URL protocol of Autobahn's fuzzing
// server, so that drivers written for it run unmodified; several clients at a time, told apart by
// their agent name.
class ClientRun : public Visit::Host {
 public:
  struct Options {
    std::string host = "127.0.0.1";
    std::uint16_t port = 0;
    bool once = false;  // ends after the first updateReports
    std::string log_file;
    std::string look_log;  // of the look before the run
    SSL_CTX* tls = nullptr;
    std::string ca;  // of the certificate, for the client's command
    // Cases that count for the client's numbering and are not judged for this agent.
    std::function<bool(const std::string& agent, const Case&)> spared;
  };
  static constexpr const char* kComesBackKind = "client comes back";
  using Sink = std::function<void(const std::string& agent, Result)>;
  using Reported = std::function<void(const std::string& agent)>;
  ClientRun(RunContext& context, Options options, std::vector<const Case*> cases, Sink sink,
            Reported reported);
  ~ClientRun() override;

  std::string listen();
  std::uint16_t port() const { return listener_.port(); }
  // Until it is told to stop. False when interrupted.
  bool serve();
  // Starts the client and starts it again, behind the case that ended it, until all cases are
  // judged.
  bool drive(const std::vector<std::string>& command);
  // Starts the client once and sees whether it asks for cases. An empty string, or in a sentence
  // why it cannot be tested.
  std::string look(const std::vector<std::string>& command);
  const std::string& trouble() const { return trouble_; }

 private:
  // What one agent has done so far.
  struct Agent {
    std::string name;
    std::vector<bool> judged;
    std::vector<std::size_t> left;      // what a client that we start counts
    std::optional<Result> unconfirmed;  // waits for the client to come back
    std::size_t unconfirmed_index = 0;
    int visits = 0;  // of the same case in a row: a redirect brings the client back
    bool reported = false;
  };
  struct Running {
    Agent* agent;
    std::size_t index;
    std::unique_ptr<CaseRun> run;
  };

  void on_request(Visit& visit) override;
  void on_gone(Visit& visit) override;
  Agent& agent_of(const Visit& visit);
  std::optional<std::size_t> index_of(const Visit& visit, const Agent& agent) const;
  void run_case(Visit& visit, Agent& agent);
  void case_done(CaseRun& run);
  void went_on(const Agent& agent);
  void serve_on(CaseRun& run);
  void confirm(Agent& agent);
  void answer_status(Visit& visit, Agent& agent);
  void update_reports(Visit& visit, Agent& agent);
  void skip_unfit(Agent& agent);
  void fail_unasked(Agent& agent, const std::string& why);
  std::string unfit(const Case& one) const;
  std::size_t fit_cases(std::size_t from) const;
  bool still_running(const Agent& agent, std::size_t index) const;

  // look()
  void on_look(Visit& visit);
  std::string why_no_client(const std::vector<std::string>& command);

  // drive()
  std::string url() const;
  std::vector<std::string> filled_command(const std::vector<std::string>& command) const;
  bool judge_left(const std::vector<std::string>& command, Agent& agent);
  bool prepare_rerun(Agent& agent);
  void count_left(Agent& agent) const;
  bool hopeless(const Case& one, Result& result) const;
  bool overdue(Agent& agent);
  void hangs(Result& result, bool probe);
  bool watch_client(Agent& agent);
  void await_ends();
  void client_ended(Agent& agent);
  void sample();
  std::size_t first_unjudged(const Agent& agent) const;

  RunContext& context_;
  Options options_;
  std::vector<const Case*> cases_;
  Sink sink_;
  Reported reported_;
  Listener listener_;
  std::list<std::unique_ptr<Visit>> visits_;
  std::map<CaseRun*, Running> running_;
  std::map<std::string, Agent> agents_;
  std::map<std::pair<std::string, std::size_t>, std::string> behaviour_;
  std::vector<std::pair<Visit*, std::pair<Agent*, std::size_t>>> waiting_for_status_;
  std::string only_agent_;  // drive(): whatever the client calls itself
  Process process_;
  ProbedCases probed_;
  int starts_ = 0;
  TimePoint last_sign_ = Clock::now();
  std::optional<ClientLook> look_;         // while it goes on
  bool came_ = false, came_ever_ = false;  // the client that runs now; any of them
  std::optional<TimePoint> case_ended_;    // and the client has not come back yet
  bool stop_ = false;
  std::string trouble_;
};

}  // namespace conform
