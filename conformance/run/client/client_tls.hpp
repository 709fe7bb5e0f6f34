// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <string>
#include <vector>

#include "run/client/visit.hpp"
#include "subject/certificates.hpp"
#include "subject/listener.hpp"

namespace conform {

// Cases with `setup: tls`: one start of the client against a listener of its own, whose certificate
// is good or bad.
class ClientTlsRun : public Visit::Host {
 public:
  ClientTlsRun(RunContext& context, std::string folder, std::string log_file)
      : context_(context), folder_(std::move(folder)), log_file_(std::move(log_file)) {}
  Result judge(const Case& one, const std::vector<std::string>& command);

 private:
  void on_request(Visit& visit) override;
  void on_gone(Visit& visit) override;
  void decide(const Case& one, Result& result) const;
  static int on_server_name(SSL* ssl, int* alert, void* self);

  RunContext& context_;
  std::string folder_, log_file_;
  std::vector<std::unique_ptr<Visit>> visits_;
  std::string server_name_;
  bool came_ = false, asked_ = false, failed_ = false;
};

}  // namespace conform
