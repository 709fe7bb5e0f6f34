// SPDX-License-Identifier: Apache-2.0
#include "subject/certificates.hpp"

#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/x509v3.h>

#include <cstdio>
#include <memory>

#include "subject/tls.hpp"

namespace conform {
namespace {

struct Free {
  void operator()(EVP_PKEY* key) const { EVP_PKEY_free(key); }
  void operator()(X509* certificate) const { X509_free(certificate); }
  void operator()(std::FILE* file) const { std::fclose(file); }
};
using Key = std::unique_ptr<EVP_PKEY, Free>;
using Certificate = std::unique_ptr<X509, Free>;
using File = std::unique_ptr<std::FILE, Free>;

constexpr long kDay = 24L * 3600;

Key make_key() {
  return Key(EVP_EC_gen("P-256"));
}

void add_extension(X509* certificate, X509* issuer, int what, const char* value) {
  X509V3_CTX context{};
  X509V3_set_ctx_nodb(&context);
  X509V3_set_ctx(&context, issuer, certificate, nullptr, nullptr, 0);
  X509_EXTENSION* extension = X509V3_EXT_conf_nid(nullptr, &context, what, value);
  if (extension == nullptr) return;
  X509_add_ext(certificate, extension, -1);
  X509_EXTENSION_free(extension);
}

Certificate blank(EVP_PKEY* key, const char* name, long serial, long from, long until) {
  Certificate out(X509_new());
  X509_set_version(out.get(), 2);
  ASN1_INTEGER_set(X509_get_serialNumber(out.get()), serial);
  X509_gmtime_adj(X509_getm_notBefore(out.get()), from);
  X509_gmtime_adj(X509_getm_notAfter(out.get()), until);
  X509_set_pubkey(out.get(), key);
  X509_NAME_add_entry_by_txt(X509_get_subject_name(out.get()), "CN", MBSTRING_ASC,
                             reinterpret_cast<const unsigned char*>(name), -1, -1, 0);
  return out;
}

Certificate make_authority(EVP_PKEY* key, const char* name) {
  Certificate out = blank(key, name, 1, -kDay, 30 * kDay);
  X509_set_issuer_name(out.get(), X509_get_subject_name(out.get()));
  add_extension(out.get(), out.get(), NID_basic_constraints, "critical,CA:TRUE");
  add_extension(out.get(), out.get(), NID_key_usage, "critical,keyCertSign,cRLSign");
  add_extension(out.get(), out.get(), NID_subject_key_identifier, "hash");
  X509_sign(out.get(), key, EVP_sha256());
  return out;
}

const char* names_of(CertificateKind kind) {
  if (kind == CertificateKind::other_name) return "DNS:example.org";
  if (kind == CertificateKind::wildcard_too_deep) return "DNS:*.com,DNS:*.a.localhost";
  return "DNS:localhost,IP:127.0.0.1";
}

Certificate make_leaf(EVP_PKEY* key, CertificateKind kind, X509* ca, EVP_PKEY* ca_key) {
  const long from = kind == CertificateKind::expired
                        ? -30 * kDay
                        : (kind == CertificateKind::not_yet_valid ? 10 * kDay : -kDay);
  const long until = kind == CertificateKind::expired ? -10 * kDay : 30 * kDay;
  Certificate out = blank(key, "osprey-conform test", 2 + static_cast<long>(kind), from, until);
  const bool own = kind == CertificateKind::self_signed;
  X509* issuer = own ? out.get() : ca;
  X509_set_issuer_name(out.get(), X509_get_subject_name(issuer));
  add_extension(out.get(), issuer, NID_basic_constraints, "critical,CA:FALSE");
  add_extension(out.get(), issuer, NID_ext_key_usage, "serverAuth");
  add_extension(out.get(), issuer, NID_subject_alt_name, names_of(kind));
  X509_sign(out.get(), own ? key : ca_key, EVP_sha256());
  return out;
}

template <class Write>
bool write_pem(const std::string& path, const Write& write) {
  const File file(std::fopen(path.c_str(), "w"));
  return file != nullptr && write(file.get()) == 1;
}

bool write_key(const std::string& path, EVP_PKEY* key) {
  return write_pem(path, [&](std::FILE* f) {
    return PEM_write_PrivateKey(f, key, nullptr, nullptr, 0, nullptr, nullptr);
  });
}

bool write_certificate(const std::string& path, X509* certificate) {
  return write_pem(path, [&](std::FILE* f) { return PEM_write_X509(f, certificate); });
}

bool read_authority(const std::string& folder, Certificate& ca, Key& key) {
  const File certificate_file(std::fopen((folder + "/ca.pem").c_str(), "r"));
  const File key_file(std::fopen((folder + "/ca.key").c_str(), "r"));
  if (certificate_file == nullptr || key_file == nullptr) return false;
  ca.reset(PEM_read_X509(certificate_file.get(), nullptr, nullptr, nullptr));
  key.reset(PEM_read_PrivateKey(key_file.get(), nullptr, nullptr, nullptr));
  return ca != nullptr && key != nullptr;
}

}  // namespace

std::string make_certificates(const std::string& folder, CertificateKind kind,
                              CertificateFiles& out) {
  Certificate ca;
  Key ca_key;
  out.ca = folder + "/ca.pem";
  if (!read_authority(folder, ca, ca_key)) {
    ca_key = make_key();
    ca = make_authority(ca_key.get(), "osprey-conform test authority");
    if (!write_certificate(out.ca, ca.get()) || !write_key(folder + "/ca.key", ca_key.get())) {
      return "cannot write certificates into " + folder;
    }
  }
  Certificate stranger;
  Key stranger_key;
  if (kind == CertificateKind::unknown_ca) {
    stranger_key = make_key();
    stranger = make_authority(stranger_key.get(), "an authority nobody knows");
  }
  const Key key = make_key();
  const Certificate leaf = make_leaf(key.get(), kind, stranger ? stranger.get() : ca.get(),
                                     stranger ? stranger_key.get() : ca_key.get());
  const std::string base = folder + "/leaf-" + std::to_string(static_cast<int>(kind));
  out.certificate = base + ".pem";
  out.key = base + ".key";
  if (!write_certificate(out.certificate, leaf.get()) || !write_key(out.key, key.get())) {
    return "cannot write certificates into " + folder + ": " + tls_error();
  }
  return {};
}

}  // namespace conform
