// SPDX-License-Identifier: Apache-2.0
#include "cli/lanes.hpp"

#include <algorithm>
#include <atomic>
#include <thread>

#include "run/client/client_run.hpp"
#include "run/client/client_tls.hpp"
#include "run/http/http_client_run.hpp"
#include "run/library/library_run.hpp"
#include "run/server/server_run.hpp"
#include "subject/certificates.hpp"
#include "subject/tls.hpp"

namespace conform::cli {
namespace {

using Cases = std::vector<const Case*>;

// What all lanes have. Each writes logs and temporary files under a name of its own.
class PartLane : public Lane {
 public:
  PartLane(Session& session, const RunSettings& settings, const Cases& cases, std::string name)
      : session_(session), context_(settings), cases_(cases), name_(std::move(name)) {}

 protected:
  // Without --out it is kept for its tail, which is shown after a crash.
  std::string log_file() const {
    const std::string& out = session_.options.out;
    return (out.empty() ? session_.folder(name_) : out) + "/" + name_ + ".log";
  }
  auto sink() {
    return [this](Result result) { session_.take(std::move(result)); };
  }
  // False for a reason, which the session is told.
  bool fine(const std::string& why) {
    session_.complain(why);
    return why.empty();
  }

  Session& session_;
  RunContext context_;
  Cases cases_;
  std::string name_;
};

class ServerLane : public PartLane {
 public:
  struct Kind {
    bool tls = false, http = false;
  };
  // `early`: the run stands or falls with it.
  ServerLane(Session& session, const RunSettings& settings, const Cases& cases, Kind kind,
             bool early)
      : PartLane(session, settings, cases,
                 std::string("runtime") + (kind.http ? "-http" : "") + (kind.tls ? "-tls" : "")),
        kind_(kind),
        early_(early) {}

  std::string prepare() override { return early_ ? begin() : std::string(); }
  int jobs() const override { return run_ ? run_->jobs() : session_.options.jobs; }
  std::vector<std::string> notes() const override {
    return run_ ? run_->notes() : std::vector<std::string>();
  }

  bool run() override {
    if (!run_ && !fine(begin())) return false;
    if (run_->lacks_echo() && !context_.runtime.file.empty()) {
      session_.lacks_echo = true;
      session_.complain(
          "the server does not echo, and its runtime file does not say so: add "
          "'echo: none', or mend the echo");
    }
    const bool complete = run_->run(cases_);
    session_.complain(run_->trouble());
    if (run_->unexplained_crashes() != 0) {
      session_.crashed_side_by_side = true;
      session_.complain(
          "the implementation crashed while cases ran side by side; none of them does it alone: "
          "try --jobs 1");
    }
    run_.reset();
    return complete;
  }

 private:
  std::string begin() {
    ServerRun::Options how;
    how.jobs = session_.options.jobs;
    how.log_file = log_file();
    how.http = kind_.http;
    how.tls = kind_.tls;
    std::string why = kind_.tls ? own_authority(how) : std::string();
    if (!why.empty()) return why;
    run_ = std::make_unique<ServerRun>(context_, how, sink());
    return run_->prepare();
  }

  std::string own_authority(ServerRun::Options& how) {
    CertificateFiles files;
    TlsSettings settings;
    std::string why = make_certificates(session_.folder(name_), CertificateKind::good, files);
    settings.ca_file = files.ca;
    if (why.empty()) tls_ = make_client_context(settings, why);
    how.places = {{"certificate", files.certificate}, {"key", files.key}};
    context_.tls = tls_.get();
    context_.tls_name = "localhost";
    context_.target.tls = true;
    return why;
  }

  Kind kind_;
  bool early_;
  TlsContext tls_;
  std::unique_ptr<ServerRun> run_;
};

class ClientLane : public PartLane {
 public:
  // `looks`: it is the one that sees, before the run, whether the program is such a client at all.
  ClientLane(Session& session, const RunSettings& settings, const Cases& cases, bool over_tls,
             std::size_t number, bool looks)
      : PartLane(session, settings, cases,
                 std::string(over_tls ? "client-tls" : "client") +
                     (number == 0 ? "" : "-" + std::to_string(number + 1))),
        over_tls_(over_tls),
        looks_(looks) {}

  std::string prepare() override {
    if (!looks_) return {};
    std::string why = begin();
    return why.empty() ? run_->look(context_.runtime.client) : why;
  }

  bool run() override {
    if (!run_ && !fine(begin())) return false;
    const bool complete = run_->drive(context_.runtime.client);
    session_.complain(run_->trouble());
    run_.reset();
    return complete;
  }

 private:
  std::string begin() {
    ClientRun::Options how;
    how.log_file = log_file();
    how.look_log = session_.folder(name_) + "/look.log";
    if (over_tls_ || has_word(context_.runtime.client, "{ca}")) {
      CertificateFiles files;
      TlsSettings settings;
      std::string why = make_certificates(session_.folder(name_), CertificateKind::good, files);
      settings.certificate_file = files.certificate;
      settings.key_file = files.key;
      if (why.empty() && over_tls_) tls_ = make_server_context(settings, why);
      if (!why.empty()) return why;
      how.ca = files.ca;
      how.tls = tls_.get();
    }
    run_ = std::make_unique<ClientRun>(
        context_, how, cases_,
        [this](const std::string&, Result result) { session_.take(std::move(result)); },
        [](const std::string&) {});
    return run_->listen();
  }

  bool over_tls_, looks_;
  TlsContext tls_;
  std::unique_ptr<ClientRun> run_;
};

class CertificateLane : public PartLane {
 public:
  CertificateLane(Session& session, const RunSettings& settings, const Cases& cases)
      : PartLane(session, settings, cases, "client-certificates") {}

  bool run() override {
    ClientTlsRun run(context_, session_.folder(name_), log_file());
    for (const Case* one : cases_) {
      if (context_.interrupted()) return false;
      session_.take(run.judge(*one, context_.runtime.client));
    }
    return true;
  }
};

class HttpClientLane : public PartLane {
 public:
  HttpClientLane(Session& session, const RunSettings& settings, const Cases& cases)
      : PartLane(session, settings, cases, "http-client"),
        run_(context_,
             {context_.runtime.http_client, context_.runtime.http_client_kept,
              session_.folder(name_), session_.options.jobs},
             sink()) {}

  std::string prepare() override { return run_.look(); }

  bool run() override {
    const bool complete = run_.run(cases_);
    session_.complain(run_.trouble());
    return complete;
  }

 private:
  HttpClientRun run_;
};

class LibraryLane : public PartLane {
 public:
  LibraryLane(Session& session, const RunSettings& settings, const Cases& cases)
      : PartLane(session, settings, cases, "library"), run_(context_, options(), sink()) {}

  std::string prepare() override {
    std::string why = run_.prepare();
    // The cases of all shards have to add up, so that shards keep what cannot apply, as skips.
    if (!why.empty() || !session_.options.shard.whole()) return why;
    const std::size_t before = cases_.size();
    cases_ = run_.applicable(cases_);
    left_out_ = before - cases_.size();
    session_.complain(run_.missing_text());
    return why;
  }
  void describe(RunHeader& header) const override {
    header.cases -= left_out_;
    header.library = head_of(run_.hello());
  }
  int jobs() const override { return run_.jobs(); }
  std::vector<std::string> notes() const override { return run_.notes(); }
  bool run() override { return run_.run(cases_); }

 private:
  LibraryRun::Options options() {
    const std::string& out = session_.options.out;
    const std::string folder = session_.folder(name_);
    return {session_.options.jobs, out.empty() ? folder : out, folder};
  }
  LibraryRun run_;
  std::size_t left_out_ = 0;
};

// A client asks for one case after another; several of its processes share the cases.
int client_processes(const RunOptions& options, const Runtime& runtime) {
  constexpr int kMost = 8;
  const int jobs = options.jobs != 0 ? options.jobs : runtime.jobs;
  return jobs == 0 ? kMost : std::min(jobs, kMost);
}

// The cases one by one to so many hands, or to fewer where there are few.
std::vector<Cases> dealt(const Cases& cases, int hands) {
  constexpr std::size_t kWorthOne = 50;
  std::vector<Cases> out(
      std::min(static_cast<std::size_t>(hands), (cases.size() + kWorthOne - 1) / kWorthOne));
  for (std::size_t i = 0; i < cases.size(); ++i) out[i % out.size()].push_back(cases[i]);
  return out;
}

}  // namespace

Lanes make_lanes(Session& session, const RunSettings& settings, const Parts& parts) {
  Lanes out;
  const auto add_server = [&](const Cases& cases, ServerLane::Kind kind) {
    if (cases.empty()) return;
    out.push_back(std::make_unique<ServerLane>(session, settings, cases, kind, out.empty()));
  };
  const auto add_clients = [&](const Cases& cases, bool tls) {
    std::size_t number = 0;
    for (const Cases& deal : dealt(cases, client_processes(session.options, settings.runtime))) {
      const bool looks = number == 0 && (!tls || parts.client.empty());
      out.push_back(std::make_unique<ClientLane>(session, settings, deal, tls, number++, looks));
    }
  };
  add_server(parts.server, {false, false});
  add_server(parts.http, {false, true});
  add_server(parts.server_tls, {true, false});
  add_server(parts.http_tls, {true, true});
  add_clients(parts.client, false);
  add_clients(parts.client_tls, true);
  if (!parts.certificates.empty())
    out.push_back(std::make_unique<CertificateLane>(session, settings, parts.certificates));
  if (!parts.http_client.empty())
    out.push_back(std::make_unique<HttpClientLane>(session, settings, parts.http_client));
  if (!parts.library.empty())
    out.push_back(std::make_unique<LibraryLane>(session, settings, parts.library));
  return out;
}

bool run_lanes(const Lanes& lanes, bool one_by_one) {
  std::atomic<bool> complete = true;
  std::vector<std::thread> threads;
  for (const auto& lane : lanes) {
    threads.emplace_back([&complete, &lane] {
      if (!lane->run()) complete = false;
    });
    if (one_by_one) threads.back().join();
  }
  for (std::thread& one : threads) {
    if (one.joinable()) one.join();
  }
  return complete;
}

}  // namespace conform::cli
