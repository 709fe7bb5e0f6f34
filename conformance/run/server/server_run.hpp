// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <vector>

#include "run/dialogue/case_run.hpp"
#include "run/engine/probed_cases.hpp"
#include "run/server/server_look.hpp"

namespace conform {

// Judges a runtime in the server role: many cases side by side, each followed by a check that the
// runtime still serves.
class ServerRun {
 public:
  using Sink = std::function<void(Result)>;
  struct Options {
    int jobs = 0;  // 0 = found out
    std::string log_file;
    std::map<std::string, std::string> places;  // {certificate}, {key} of the command
    bool tls = false;                           // the runtime's TLS server is judged
    bool http = false;                          // its HTTP is judged: setup http only
  };
  ServerRun(RunContext& context, Options options, Sink sink);
  ~ServerRun();

  // Starts or reaches the runtime. An empty string, or why it cannot be judged at all.
  std::string prepare();
  // False when it ended early: interrupted, or the runtime is gone for good.
  bool run(const std::vector<const Case*>& cases);
  int jobs() const { return jobs_; }
  const std::string& trouble() const {
    return trouble_;
  }  // why it ended early, or what happened besides
  // What was found out about the server, a line each.
  const std::vector<std::string>& notes() const { return notes_; }
  // It does not echo, and nothing says that this is its way.
  bool lacks_echo() const { return undeclared_; }
  int unexplained_crashes() const { return unexplained_crashes_; }

 private:
  // One case with its connections; the worst of them is its result.
  struct Group {
    const Case* what = nullptr;
    bool solo = false;  // nothing else runs beside it
    std::vector<std::unique_ptr<CaseRun>> runs;
    std::size_t left = 0;
    Result result;
    bool any = false;
  };

  bool wait_until(const std::function<bool()>& so);
  std::string start_process();
  std::string wait_for_port();
  void rest(Milliseconds span);
  const std::vector<std::string>& command() const;
  bool probe_once(Reason& why);
  bool try_case(const Case& one, int instance);
  void find_out_jobs();
  void find_out_features();
  LookResult look_once(std::vector<wire::Octets>& greeting);
  std::optional<Manner> declared_echo() const;
  bool scheme_answers(bool tls);
  void find_scheme(LookResult& result);
  bool try_demanded(LookResult& result, std::vector<wire::Octets>& greeting);
  void learn(Manner manner, const std::vector<wire::Octets>& greeting);
  std::string log_text() const;
  std::string first_contact();
  std::string unfit(const Case& one) const;

  void fill();
  void start_group(const Case& one, bool solo);
  void run_done(Group* group, CaseRun& run);
  void group_done(Group* group);
  void check_health();
  void start_probe();
  void probe_done(const Result& result);
  void confirm();
  void check_process();
  // `probed`: the kind of what was not waited for in full; else empty.
  void runtime_died(const Reason& how, const std::string& probed = {});
  void blame(Result& result, const Reason& how);
  void give_up(const std::string& why);
  void fail_all(const Reason& why);
  void emit(Result result);
  void emit(const Case& one, Result result);
  bool nothing_left() const;
  bool settle_probed();

  RunContext& context_;
  Options options_;
  Sink sink_;
  Process process_;
  Case probe_case_;
  int jobs_ = 1;
  std::vector<std::string> notes_;
  bool undeclared_ = false;

  std::deque<const Case*> queue_, solo_queue_;
  std::map<Group*, std::unique_ptr<Group>> active_;
  std::vector<std::pair<const Case*, Result>> unconfirmed_, being_confirmed_;
  ProbedCases probed_;
  std::unique_ptr<CaseRun> probe_;
  bool solo_running_ = false;
  TimePoint last_probe_ = Clock::now();
  TimePoint last_look_ = Clock::now();
  bool gave_up_ = false;
  int unexplained_crashes_ = 0;
  bool crash_unexplained_ = false;
  std::string trouble_;
};

}  // namespace conform
