// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>
#include <string>

#include "options.hpp"
#include "stream.hpp"

namespace sham {

struct TlsContextDeleter {
  void operator()(SSL_CTX* context) const { SSL_CTX_free(context); }
};
using TlsContext = std::unique_ptr<SSL_CTX, TlsContextDeleter>;

// Null with `error` set when a file cannot be used.
TlsContext server_context(const Options& options, std::string& error);
TlsContext client_context(const Options& options, std::string& error);

SslHandle server_side(SSL_CTX* context);
// Checks the certificate against `host` and, unless it is an address, sends it as SNI.
SslHandle client_side(SSL_CTX* context, const std::string& host);

}  // namespace sham
