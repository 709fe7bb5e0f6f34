// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <openssl/ssl.h>

#include <memory>
#include <string>

namespace conform {

struct TlsSettings {
  std::string ca_file;  // empty = the system's
  bool insecure = false;
  std::string sni;  // empty = the URL's host
  // Server side.
  std::string certificate_file, key_file;
};

struct FreeContext {
  void operator()(SSL_CTX* context) const { SSL_CTX_free(context); }
};
using TlsContext = std::unique_ptr<SSL_CTX, FreeContext>;

// nullptr with the reason in `why`.
TlsContext make_client_context(const TlsSettings& settings, std::string& why);
TlsContext make_server_context(const TlsSettings& settings, std::string& why);
// The first error OpenSSL has queued, in words; empties the queue.
std::string tls_error();

}  // namespace conform
