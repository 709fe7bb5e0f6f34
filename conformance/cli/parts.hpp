// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <vector>

#include "cli/run_options.hpp"

namespace conform::cli {

// Which cases run in which role, over TCP and over TLS.
struct Parts {
  std::vector<const Case*> server, server_tls, http, http_tls, client, client_tls, certificates,
      http_client, library;
  std::size_t servers() const {
    return server.size() + server_tls.size() + http.size() + http_tls.size();
  }
  std::size_t clients() const {
    return client.size() + client_tls.size() + certificates.size() + http_client.size();
  }
  std::size_t size() const { return servers() + clients() + library.size(); }
};

// A runtime that has a TLS command gets the cases that need TLS over TLS; all others are skipped
// where they stand.
Parts part(const RunOptions& options, const Runtime& runtime,
           const std::vector<const Case*>& cases);

}  // namespace conform::cli
