// SPDX-License-Identifier: Apache-2.0
#include "net/tls.hpp"

#include <Poco/Exception.h>
#include <Poco/Net/Context.h>
#include <openssl/err.h>
#include <openssl/ssl.h>
#include <openssl/x509v3.h>

#include <algorithm>
#include <climits>
#include <cstring>

namespace osprey::net {

// The BIO: reads come from Tls::in_, writes go to Tls::cipher_.
struct TlsBio {
  static Tls& owner(BIO* bio) { return *static_cast<Tls*>(BIO_get_data(bio)); }

  static int read(BIO* bio, char* into, std::size_t size, std::size_t* taken) {
    Tls& tls = owner(bio);
    BIO_clear_retry_flags(bio);
    const std::size_t count = std::min(size, tls.in_.size());
    if (count == 0) {
      BIO_set_retry_read(bio);
      return 0;
    }
    std::memcpy(into, tls.in_.data(), count);
    tls.in_ = tls.in_.subspan(count);
    *taken = count;
    return 1;
  }

  static int write(BIO* bio, const char* from, std::size_t size, std::size_t* taken) {
    BIO_clear_retry_flags(bio);
    try {
      owner(bio).cipher_->append(
          wire::ConstOctets(reinterpret_cast<const std::uint8_t*>(from), size));
    } catch (const std::bad_alloc&) {
      return 0;  // no retry: OpenSSL fails the connection
    }
    *taken = size;
    return 1;
  }

  static long control(BIO*, int command, long, void*) { return command == BIO_CTRL_FLUSH ? 1 : 0; }

  // Lives as long as the process; built once.
  static const BIO_METHOD* method() {
    static const BIO_METHOD* const made = [] {
      BIO_METHOD* const fresh = BIO_meth_new(BIO_get_new_index() | BIO_TYPE_SOURCE_SINK, "octets");
      if (fresh != nullptr) {
        BIO_meth_set_read_ex(fresh, read);
        BIO_meth_set_write_ex(fresh, write);
        BIO_meth_set_ctrl(fresh, control);
      }
      return fresh;
    }();
    return made;
  }
};

namespace {

std::string last_problem() {
  // The first error of a file that cannot be opened is the system's; the last would only say
  // "system lib".
  const unsigned long first = ERR_peek_error();
  if (ERR_SYSTEM_ERROR(first)) {
    ERR_clear_error();
    return std::strerror(ERR_GET_REASON(first));
  }
  const unsigned long code = ERR_peek_last_error();
  const char* const reason = code == 0 ? nullptr : ERR_reason_error_string(code);
  ERR_clear_error();
  return reason == nullptr ? "unknown TLS error" : reason;
}

Error tls_error(const std::string& what) {
  return Error{ErrorCode::tls_failed, what + ": " + last_problem(), 0};
}

// A key with a passphrase must be an error, not a question on the terminal.
int no_passphrase(char*, int, int, void*) {
  return 0;
}

Result<void> load_files(SSL_CTX* context, const ServerTls& files) {
  ERR_clear_error();
  SSL_CTX_set_default_passwd_cb(context, no_passphrase);
  if (SSL_CTX_use_certificate_chain_file(context, files.certificate_file.c_str()) != 1) {
    return tls_error("cannot use the certificate file '" + files.certificate_file + "'");
  }
  if (SSL_CTX_use_PrivateKey_file(context, files.key_file.c_str(), SSL_FILETYPE_PEM) != 1) {
    return tls_error("cannot use the key file '" + files.key_file + "'");
  }
  if (SSL_CTX_check_private_key(context) != 1) {
    return tls_error("the key file '" + files.key_file + "' does not fit the certificate");
  }
  return {};
}

}  // namespace

struct TlsContext::Inside {
  Poco::Net::Context::Ptr context;
  bool insecure = false;
};

TlsContext::TlsContext(std::unique_ptr<Inside> inside) : inside_(std::move(inside)) {}
TlsContext::TlsContext(TlsContext&&) noexcept = default;
TlsContext& TlsContext::operator=(TlsContext&&) noexcept = default;
TlsContext::~TlsContext() = default;

Result<TlsContext> TlsContext::server(const ServerTls& files) {
  try {
    Poco::Net::Context::Params params;
    params.verificationMode = Poco::Net::Context::VERIFY_NONE;
    params.loadDefaultCAs = false;
    auto inside = std::make_unique<Inside>();
    inside->context = new Poco::Net::Context(Poco::Net::Context::TLS_SERVER_USE, params);
    inside->context->requireMinimumProtocol(Poco::Net::Context::PROTO_TLSV1_2);
    SSL_CTX* const raw = inside->context->sslContext();
    // Buffers of an idle connection are given back.
    SSL_CTX_set_mode(raw, SSL_MODE_RELEASE_BUFFERS);
    SSL_CTX_set_verify(raw, SSL_VERIFY_NONE, nullptr);
    if (auto loaded = load_files(raw, files); !loaded) {
      return std::move(loaded.error());
    }
    return TlsContext(std::move(inside));
  } catch (const Poco::Exception& failure) {
    return Error{ErrorCode::tls_failed, "cannot set up TLS: " + failure.displayText(), 0};
  }
}

Result<TlsContext> TlsContext::client(const ClientTls& rules) {
  try {
    Poco::Net::Context::Params params;
    params.verificationMode = Poco::Net::Context::VERIFY_STRICT;
    params.loadDefaultCAs = rules.ca_file.empty();
    auto inside = std::make_unique<Inside>();
    inside->context = new Poco::Net::Context(Poco::Net::Context::TLS_CLIENT_USE, params);
    inside->context->requireMinimumProtocol(Poco::Net::Context::PROTO_TLSV1_2);
    inside->insecure = rules.insecure;
    SSL_CTX* const raw = inside->context->sslContext();
    SSL_CTX_set_mode(raw, SSL_MODE_RELEASE_BUFFERS);
    // OpenSSL's own check; Poco's callback would ask a process-wide handler.
    SSL_CTX_set_verify(raw, rules.insecure ? SSL_VERIFY_NONE : SSL_VERIFY_PEER, nullptr);
    ERR_clear_error();
    if (!rules.ca_file.empty() &&
        SSL_CTX_load_verify_locations(raw, rules.ca_file.c_str(), nullptr) != 1) {
      Error error = tls_error("cannot use the authorities file '" + rules.ca_file + "'");
      error.code = ErrorCode::bad_argument;
      return error;
    }
    return TlsContext(std::move(inside));
  } catch (const Poco::Exception& failure) {
    return Error{ErrorCode::tls_failed, "cannot set up TLS: " + failure.displayText(), 0};
  }
}

std::unique_ptr<Tls> TlsContext::accept() const {
  SSL* const ssl = SSL_new(inside_->context->sslContext());
  if (ssl == nullptr) {
    return nullptr;
  }
  SSL_set_accept_state(ssl);
  return std::make_unique<Tls>(ssl);
}

std::unique_ptr<Tls> TlsContext::connect(const std::string& host) const {
  SSL* const ssl = SSL_new(inside_->context->sslContext());
  if (ssl == nullptr) {
    return nullptr;
  }
  SSL_set_connect_state(ssl);
  X509_VERIFY_PARAM* const rules = SSL_get0_param(ssl);
  // RFC 6125: an address is compared with the certificate's addresses, a name with its names. SNI
  // carries names only.
  const bool is_address = X509_VERIFY_PARAM_set1_ip_asc(rules, host.c_str()) == 1;
  bool ready = true;
  if (!is_address) {
    ready =
        SSL_set_tlsext_host_name(ssl, host.c_str()) == 1 && SSL_set1_host(ssl, host.c_str()) == 1;
  }
  ERR_clear_error();
  auto tls = std::make_unique<Tls>(ssl);
  return ready ? std::move(tls) : nullptr;
}

Tls::Tls(SSL* ssl) : ssl_(ssl) {
  BIO* const bio = BIO_new(TlsBio::method());
  if (bio == nullptr) {
    SSL_free(ssl_);
    throw std::bad_alloc();
  }
  BIO_set_data(bio, this);
  BIO_set_init(bio, 1);
  SSL_set_bio(ssl_, bio, bio);
}

Tls::~Tls() {
  SSL_free(ssl_);
}

bool Tls::up() const {
  return SSL_is_init_finished(ssl_) == 1;
}

bool Tls::is_server() const {
  return SSL_is_server(ssl_) == 1;
}

Tls::Status Tls::status_of(int result) {
  switch (SSL_get_error(ssl_, result)) {
    case SSL_ERROR_NONE:
      return Status::ok;
    case SSL_ERROR_WANT_READ:
      return Status::wants_more;
    case SSL_ERROR_ZERO_RETURN:
      return Status::closed;
    default:
      break;
  }
  const long verdict = SSL_get_verify_result(ssl_);
  const std::string problem = last_problem();
  problem_ = verdict != X509_V_OK && !up()
                 ? std::string("certificate refused: ") + X509_verify_cert_error_string(verdict)
                 : problem;
  return Status::failed;
}

Tls::Status Tls::shake_hands(wire::Buffer& cipher) {
  cipher_ = &cipher;
  ERR_clear_error();
  return status_of(SSL_do_handshake(ssl_));
}

Tls::Status Tls::read(wire::Octets into, std::size_t& count, wire::Buffer& cipher) {
  cipher_ = &cipher;
  ERR_clear_error();
  count = 0;
  return status_of(SSL_read_ex(ssl_, into.data(), into.size(), &count));
}

Tls::Status Tls::write(wire::ConstOctets plain, wire::Buffer& cipher) {
  cipher_ = &cipher;
  ERR_clear_error();
  std::size_t written = 0;
  return status_of(SSL_write_ex(ssl_, plain.data(), plain.size(), &written));
}

void Tls::close_notify(wire::Buffer& cipher) {
  cipher_ = &cipher;
  ERR_clear_error();
  if (up() && problem_.empty()) {
    SSL_shutdown(ssl_);
    ERR_clear_error();
  }
}

}  // namespace osprey::net
