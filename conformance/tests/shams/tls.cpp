// SPDX-License-Identifier: Apache-2.0
#include "tls.hpp"

#include <arpa/inet.h>
#include <openssl/x509v3.h>

#include <array>

#include "fault.hpp"

namespace sham {
namespace {

bool is_address(const std::string& host) {
  std::array<unsigned char, sizeof(in6_addr)> scratch{};
  return inet_pton(AF_INET, host.c_str(), scratch.data()) == 1 ||
         inet_pton(AF_INET6, host.c_str(), scratch.data()) == 1;
}

TlsContext new_context(const SSL_METHOD* method) {
  TlsContext context(SSL_CTX_new(method));
  SSL_CTX_set_min_proto_version(context.get(), TLS1_2_VERSION);
  // A peer that ends TCP without close_notify is an ordinary end here.
  SSL_CTX_set_options(context.get(), SSL_OP_IGNORE_UNEXPECTED_EOF);
  return context;
}

}  // namespace

TlsContext server_context(const Options& options, std::string& error) {
  TlsContext context = new_context(TLS_server_method());
  if (SSL_CTX_use_certificate_chain_file(context.get(), options.certificate.c_str()) != 1) {
    error = "cannot use the certificate " + options.certificate + ": give a PEM file with --cert";
    return nullptr;
  }
  if (SSL_CTX_use_PrivateKey_file(context.get(), options.private_key.c_str(), SSL_FILETYPE_PEM) !=
      1) {
    error = "cannot use the key " + options.private_key + ": give a PEM file with --key";
    return nullptr;
  }
  return context;
}

TlsContext client_context(const Options& options, std::string& error) {
  TlsContext context = new_context(TLS_client_method());
  if (fault(Fault::tls_trusts_nobody)) {
    return context;
  }
  const int loaded =
      options.authority.empty()
          ? SSL_CTX_set_default_verify_paths(context.get())
          : SSL_CTX_load_verify_locations(context.get(), options.authority.c_str(), nullptr);
  if (loaded != 1) {
    error = "cannot use the authority " + options.authority + ": give a PEM file with --ca";
    return nullptr;
  }
  return context;
}

SslHandle server_side(SSL_CTX* context) {
  SslHandle ssl(SSL_new(context));
  SSL_set_accept_state(ssl.get());
  return ssl;
}

SslHandle client_side(SSL_CTX* context, const std::string& host) {
  SslHandle ssl(SSL_new(context));
  SSL_set_connect_state(ssl.get());
  const bool trusts_all = fault(Fault::tls_chain_not_checked);
  SSL_set_verify(ssl.get(), trusts_all ? SSL_VERIFY_NONE : SSL_VERIFY_PEER, nullptr);
  if (is_address(host)) {
    if (!fault(Fault::tls_name_not_checked)) {
      X509_VERIFY_PARAM_set1_ip_asc(SSL_get0_param(ssl.get()), host.c_str());
    }
    return ssl;
  }
  // RFC 6455 §4.1: the server is told which host is meant.
  if (!fault(Fault::tls_without_sni)) {
    SSL_set_tlsext_host_name(ssl.get(), host.c_str());
  }
  if (!fault(Fault::tls_name_not_checked)) {
    SSL_set1_host(ssl.get(), host.c_str());
  }
  return ssl;
}

}  // namespace sham
