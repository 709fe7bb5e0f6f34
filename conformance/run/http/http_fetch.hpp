// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <algorithm>
#include <functional>
#include <list>
#include <memory>
#include <string>

#include "run/dialogue/case_run.hpp"
#include "run/http/http_client_case.hpp"
#include "subject/certificates.hpp"
#include "subject/listener.hpp"

namespace conform {

// A connection of the client on which a request is read. The first of a case goes on to the case;
// every later one gets a plain 200.
class FetchVisit : public ConnectionEvents {
 public:
  class Host {
   public:
    virtual ~Host() = default;
    // With `more`, its content is still to come.
    virtual void on_head(FetchVisit& visit, const wire::HttpHead& head, bool more) = 0;
    virtual void on_request(FetchVisit& visit, wire::HttpMessage request) = 0;
  };
  FetchVisit(RunContext& context, Host& host, int fd, SSL_CTX* tls);
  FetchVisit(const FetchVisit&) = delete;
  FetchVisit& operator=(const FetchVisit&) = delete;

  void send(const std::string& octets) { connection_->write(octets); }
  // And ends its side.
  void answer(FetchLater how);
  std::unique_ptr<Connection> hand_over() { return std::move(connection_); }
  const wire::Octets& rest() const { return reader_.pending(); }
  // Octets that came, though the request is not complete.
  bool unfinished() const { return connection_ != nullptr && !reader_.pending().empty(); }

 private:
  void on_connected() override {}
  void on_failed(const ConnectFailure&) override {}
  void on_octets(std::string_view octets) override;
  void on_end(EndOfStream) override {}

  Host& host_;
  std::unique_ptr<Connection> connection_;
  wire::RequestReader reader_;
};

// One case in the client role: a port of its own, the client's program started once, its report
// read from what it printed.
class HttpFetch : public HttpClientCase, public FetchVisit::Host {
 public:
  struct Options {
    std::vector<std::string> command;
    std::string folder;  // for the certificate of a case over TLS
    std::string log_file;
    std::string ca;  // the authority to trust, for the command
  };
  // What a program is waited for that was started and has asked for nothing yet.
  static constexpr const char* kStartKind = "http-client first request";
  HttpFetch(RunContext& context, const Case& one, Options options);
  ~HttpFetch() override;

  std::string start() override;
  bool settled() override;
  const Case& what() const override { return case_; }
  Result& result() override { return run_->result(); }
  const FetchFacts& done() const override { return facts_; }
  bool inside_request() override {
    return std::any_of(visits_.begin(), visits_.end(),
                       [](const auto& visit) { return visit->unfinished(); });
  }
  std::string told() const override { return case_.fetch.method.value_or("GET") + " " + url(); }
  Process& program() override { return process_; }
  std::string printed() override { return process_.log_tail(); }

 private:
  void on_head(FetchVisit& visit, const wire::HttpHead& head, bool more) override;
  void on_request(FetchVisit& visit, wire::HttpMessage request) override;
  void begin(FetchVisit* visit);
  std::vector<std::string> filled_command() const;
  std::string url() const;
  std::string prepare_tls();
  void client_ended();
  bool overdue();
  void read_report();

  RunContext& context_;
  const Case& case_;
  Options options_;
  PayloadMaker payloads_;
  Counted starting_;  // it has asked for nothing yet
  TlsContext tls_;
  Listener listener_;
  Process process_;
  std::list<std::unique_ptr<FetchVisit>> visits_;
  FetchFacts facts_;
  HandshakeFacts names_;
  std::unique_ptr<CaseRun> run_;
  bool begun_ = false, decided_ = false;
  bool probe_ = false;  // a probe has told that it never will
  TimePoint began_ = Clock::now();
  TimePoint last_;  // the client's program is ended then
};

}  // namespace conform
