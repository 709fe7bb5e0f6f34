// SPDX-License-Identifier: Apache-2.0
#include "subject/tls.hpp"

#include <openssl/err.h>

#include <cstring>

namespace conform {

std::string tls_error() {
  const unsigned long code = ERR_get_error();
  ERR_clear_error();
  if (code == 0) return "the peer ended the TLS handshake";
  if (ERR_SYSTEM_ERROR(code)) return std::strerror(ERR_GET_REASON(code));
  const char* reason = ERR_reason_error_string(code);
  return reason != nullptr ? reason : "TLS error " + std::to_string(code);
}

TlsContext make_client_context(const TlsSettings& settings, std::string& why) {
  TlsContext context(SSL_CTX_new(TLS_client_method()));
  SSL_CTX_set_mode(context.get(),
                   SSL_MODE_ENABLE_PARTIAL_WRITE | SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER);
  if (settings.insecure) return context;
  SSL_CTX_set_verify(context.get(), SSL_VERIFY_PEER, nullptr);
  const bool loaded =
      settings.ca_file.empty()
          ? SSL_CTX_set_default_verify_paths(context.get()) == 1
          : SSL_CTX_load_verify_locations(context.get(), settings.ca_file.c_str(), nullptr) == 1;
  if (loaded) return context;
  why = "cannot read the CA file '" + settings.ca_file + "': " + tls_error();
  return nullptr;
}

TlsContext make_server_context(const TlsSettings& settings, std::string& why) {
  TlsContext context(SSL_CTX_new(TLS_server_method()));
  SSL_CTX_set_mode(context.get(),
                   SSL_MODE_ENABLE_PARTIAL_WRITE | SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER);
  if (SSL_CTX_use_certificate_chain_file(context.get(), settings.certificate_file.c_str()) == 1 &&
      SSL_CTX_use_PrivateKey_file(context.get(), settings.key_file.c_str(), SSL_FILETYPE_PEM) ==
          1) {
    return context;
  }
  why = "cannot use certificate '" + settings.certificate_file + "' with key '" +
        settings.key_file + "': " + tls_error();
  return nullptr;
}

}  // namespace conform
