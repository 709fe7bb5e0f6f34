// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <string>

namespace conform {

// What is wrong with a certificate, if anything.
enum class CertificateKind : std::uint8_t {
  good,
  other_name,
  wildcard_too_deep,
  expired,
  not_yet_valid,
  self_signed,
  unknown_ca
};

// A throw-away authority and certificates for localhost and 127.0.0.1, as PEM files in a folder.
struct CertificateFiles {
  std::string ca, certificate, key;
};

// An empty string, or why they could not be made. The authority of the folder is made once and then
// used again.
std::string make_certificates(const std::string& folder, CertificateKind kind,
                              CertificateFiles& out);

}  // namespace conform
