// SPDX-License-Identifier: Apache-2.0
#include "run/client/client_tls.hpp"

#include <algorithm>

#include "run/match/expectation.hpp"
#include "run/match/words/connected.hpp"
#include "run/match/words/failed.hpp"
#include "run/match/words/sni.hpp"

namespace conform {

static constexpr Milliseconds kLimit{8000};
// Until it connects: the start of the program is not a case's time.
static constexpr Milliseconds kStartLimit{30000};

void ClientTlsRun::on_request(Visit& visit) {
  asked_ = true;
  // No case awaits it: the client has nothing more to do.
  visit.answer(visit.path() == "/getCaseCount" ? "0" : "");
}

void ClientTlsRun::on_gone(Visit& visit) {
  if (!asked_) failed_ = true;
  std::erase_if(visits_, [&](const auto& one) { return one.get() == &visit; });
}

int ClientTlsRun::on_server_name(SSL* ssl, int*, void* self) {
  const char* name = SSL_get_servername(ssl, TLSEXT_NAMETYPE_host_name);
  static_cast<ClientTlsRun*>(self)->server_name_ = name != nullptr ? name : "";
  return SSL_TLSEXT_ERR_OK;
}

void ClientTlsRun::decide(const Case& one, Result& result) const {
  const Expect& expect = one.steps.back().expect;
  result.expected = expect.text;
  result.seen = asked_    ? "the client finished the TLS handshake and sent its request"
                : failed_ ? "the client ended the TLS handshake or the connection"
                : came_   ? "the client connected, then nothing: timeout"
                          : "the client never connected: timeout";
  if (!server_name_.empty()) result.seen += "; it asked for the name " + server_name_;
  bool good = came_;
  if (find<Failed>(expect) != nullptr) good = good && failed_ && !asked_;
  if (find<Connected>(expect) != nullptr) good = good && asked_;
  const auto* sni = find<Sni>(expect);
  if (sni != nullptr) good = good && server_name_ == sni->name();
  result.verdict = good ? Verdict::pass : Verdict::fail;
  result.timed_out = !asked_ && !failed_;
  if (!good) result.why = result.seen;
}

Result ClientTlsRun::judge(const Case& one, const std::vector<std::string>& command) {
  Result result = describe_case(one, Role::client);
  result.verdict = Verdict::error;
  came_ = asked_ = failed_ = false;
  server_name_.clear();
  CertificateFiles files;
  TlsSettings settings;
  result.why = make_certificates(folder_, static_cast<CertificateKind>(one.certificate), files);
  settings.certificate_file = files.certificate;
  settings.key_file = files.key;
  TlsContext tls = result.why.empty() ? make_server_context(settings, result.why) : nullptr;
  if (tls == nullptr) return result;
  SSL_CTX_set_tlsext_servername_callback(tls.get(), &ClientTlsRun::on_server_name);
  SSL_CTX_set_tlsext_servername_arg(tls.get(), this);
  TimePoint last = Clock::now() + context_.stretched(kStartLimit);
  Listener listener(context_.loop, [&](int fd) {
    if (!came_) last = Clock::now() + context_.stretched(kLimit);
    came_ = true;
    visits_.push_back(std::make_unique<Visit>(context_, *this, fd, tls.get()));
  });
  result.why = listener.listen("127.0.0.1", 0);
  if (!result.why.empty()) return result;
  const std::string port = std::to_string(listener.port());
  Process process;
  const TimePoint began = Clock::now();
  result.why = process.start(fill_command(command, {{"url", "wss://localhost:" + port},
                                                    {"port", port},
                                                    {"host", "localhost"},
                                                    {"ca", files.ca}}),
                             log_file_);
  if (!result.why.empty()) return result;
  process.wake(context_.loop);
  const auto open = [&] { return !asked_ && !failed_ && Clock::now() < last; };
  while (open() && (process.running() || !visits_.empty())) context_.loop.round(Milliseconds(20));
  // A connection that it began right before its end waits to be accepted.
  do {
    context_.loop.round(Milliseconds(0));
  } while (open() && !visits_.empty());
  visits_.clear();
  process.stop();
  decide(one, result);
  result.ms = std::chrono::duration<double, std::milli>(Clock::now() - began).count();
  return result;
}

}  // namespace conform
