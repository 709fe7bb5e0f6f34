// SPDX-License-Identifier: Apache-2.0
#include "run/http/http_fetch.hpp"

#include <algorithm>
#include <cstdio>

#include "run/http/fetch_report.hpp"

namespace conform {

static constexpr Milliseconds kLongest{20000};
// Until its first request: the start of the program is not a case's time.
static constexpr Milliseconds kStartLimit{20000};
static constexpr std::size_t kReportOctets = 8192;
static constexpr std::size_t kMostRequests = 200;

FetchVisit::FetchVisit(RunContext& context, Host& host, int fd, SSL_CTX* tls) : host_(host) {
  connection_ = std::make_unique<Connection>(context.loop, *this);
  connection_->adopt(fd, tls);
}

void FetchVisit::answer(FetchLater how) {
  if (connection_ == nullptr) return;
  const std::string tail = "Content-Length: 6\r\nConnection: close\r\n\r\nosprey";
  if (how == FetchLater::redirect) {
    connection_->write("HTTP/1.1 302 Found\r\nLocation: /again\r\n" + tail);
  } else if (how == FetchLater::plain) {
    connection_->write("HTTP/1.1 200 OK\r\n" + tail);
  }
  connection_->shutdown_write();
}

void FetchVisit::on_octets(std::string_view octets) {
  reader_.feed(octets);
  wire::HttpHead head;
  bool more = false;
  if (reader_.next_head(head, more)) host_.on_head(*this, head, more);
  wire::HttpMessage request;
  if (connection_ != nullptr && reader_.next(request)) host_.on_request(*this, std::move(request));
}

HttpFetch::HttpFetch(RunContext& context, const Case& one, Options options)
    : context_(context),
      case_(one),
      options_(std::move(options)),
      payloads_(context.seed, one.id, context.full, context.message_limit()),
      starting_(context.starting),
      listener_(context.loop,
                [this](int fd) {
                  visits_.push_back(std::make_unique<FetchVisit>(context_, *this, fd, tls_.get()));
                }),
      run_(std::make_unique<CaseRun>(context, one, Role::client, 0,
                                     [this](CaseRun&) { decided_ = true; })) {}

HttpFetch::~HttpFetch() {
  run_.reset();
  visits_.clear();
  process_.stop();
  std::remove(options_.log_file.c_str());
}

std::string HttpFetch::url() const {
  if (case_.fetch.url) return fill_placeholders(*case_.fetch.url, names_);
  return (tls_ ? "https://" : "http://") + names_.authority +
         (case_.fetch.target ? fill_placeholders(*case_.fetch.target, names_) : "/");
}

std::vector<std::string> HttpFetch::filled_command() const {
  return fill_command(options_.command,
                      {{"url", url()},
                       {"ca", options_.ca},
                       {"method", case_.fetch.method.value_or("GET")},
                       {"body", case_.fetch.body ? payloads_.make(*case_.fetch.body) : ""}});
}

// A case that needs TLS says by `certificate` what the judge shows.
std::string HttpFetch::prepare_tls() {
  if (std::find(case_.needs.begin(), case_.needs.end(), "tls") == case_.needs.end()) return {};
  CertificateFiles files;
  TlsSettings settings;
  std::string why =
      make_certificates(options_.folder, static_cast<CertificateKind>(case_.certificate), files);
  settings.certificate_file = files.certificate;
  settings.key_file = files.key;
  if (why.empty()) tls_ = make_server_context(settings, why);
  options_.ca = files.ca;
  return why;
}

std::string HttpFetch::start() {
  std::remove(options_.log_file.c_str());
  std::string why = prepare_tls();
  if (why.empty()) why = listener_.listen("127.0.0.1", 0);
  if (!why.empty()) return why;
  names_.host = tls_ ? "localhost" : "127.0.0.1";
  names_.port = std::to_string(listener_.port());
  names_.authority = names_.host + ":" + names_.port;
  names_.path = names_.target = case_.fetch.target.value_or("/");
  names_.url = url();
  why = process_.start(filled_command(), options_.log_file);
  process_.wake(context_.loop);
  if (case_.alone) context_.process = &process_;
  began_ = Clock::now();
  last_ = began_ + context_.stretched(kStartLimit);
  if (why.empty()) starting_.set(true);
  return why;
}

void HttpFetch::begin(FetchVisit* visit) {
  if (begun_) return;
  begun_ = true;
  if (visit != nullptr) {
    const auto after = std::chrono::duration_cast<Milliseconds>(Clock::now() - began_);
    context_.patience->answered(kStartKind, after);
  }
  starting_.set(false);
  last_ = Clock::now() + context_.stretched(std::max(kLongest, case_.deadline * 2));
  run_->start_fetch(visit != nullptr ? visit->hand_over() : nullptr,
                    visit != nullptr ? visit->rest() : wire::Octets(), names_, facts_);
}

void HttpFetch::on_head(FetchVisit& visit, const wire::HttpHead& head, bool more) {
  if (!more) return;
  if (case_.fetch.early && !begun_) {
    facts_.requests.push_back({head, {}, true});
    return begin(&visit);
  }
  // RFC 9110 §10.1.1: its client waits for a sign before it sends the content.
  if (case_.reply_continue && head.has_token("Expect", "100-continue"))
    visit.send("HTTP/1.1 100 Continue\r\n\r\n");
}

void HttpFetch::on_request(FetchVisit& visit, wire::HttpMessage request) {
  facts_.requests.push_back(std::move(request));
  if (!begun_) return begin(&visit);
  const bool enough = facts_.requests.size() >= kMostRequests;
  visit.answer(enough ? FetchLater::plain : case_.fetch.later);
  run_->look();
}

// The last line that is a report.
void HttpFetch::read_report() {
  const std::string text = process_.log_tail(kReportOctets);
  for (auto end = text.size(); end != std::string::npos && end != 0;) {
    const auto start = text.rfind('\n', end - 1);
    const auto from = start == std::string::npos ? 0 : start + 1;
    if (take_report(text.substr(from, end - from), facts_)) return;
    end = start;
  }
  facts_.trouble = "the client ended with " + process_.how_it_ended() +
                   " and printed neither {\"status\", \"length\", \"sha256\"} nor {\"error\"}";
}

void HttpFetch::client_ended() {
  facts_.done = true;
  const bool crashed = process_.ended_by_signal();
  if (crashed) {
    run_->result().crashed = true;
    run_->result().log = process_.log_tail();
    facts_.trouble = "the client crashed: " + process_.how_it_ended();
  } else {
    read_report();
  }
  for (const auto& visit : visits_) {
    if (begun_ || !visit->unfinished()) continue;
    facts_.requests.push_back({});
    facts_.requests.back().complete = false;
    facts_.requests.back().head.start_line = "(the client ended inside its request)";
  }
  begin(nullptr);
  if (crashed) return run_->abort(Verdict::fail, Reason::crash(facts_.trouble));
  run_->look();
}

bool HttpFetch::settled() {
  if (decided_) return true;
  // Its memory is judged once it has reported, and so has ended.
  if (case_.alone && begun_ && !facts_.done) process_.sample();
  if (!facts_.done && !process_.running()) client_ended();
  if (!facts_.done && overdue()) {
    const bool asked = begun_;
    begin(nullptr);
    run_->abort(Verdict::fail, Reason::timeout(asked ? "the client's program did not end"
                                                     : "the client's program asked for nothing"));
    if (!asked && probe_) {
      run_->result().probed = kStartKind;
      context_.patience->probed(kStartKind);
    }
  }
  return decided_;
}

// Whether the program is waited for no longer. Where enough of them never asked, a probe tells.
bool HttpFetch::overdue() {
  if (begun_ || !context_.patience->spent(kStartKind) || context_.in_full.contains(case_.id)) {
    const bool late = Clock::now() > last_;
    if (late && !begun_) context_.patience->waited_in_vain(kStartKind);
    return late;
  }
  probe_ = Clock::now() - began_ > context_.stretched(context_.patience->probe(kStartKind));
  return probe_;
}

}  // namespace conform
