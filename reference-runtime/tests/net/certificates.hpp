// SPDX-License-Identifier: Apache-2.0
// Throw-away certificates, made when a test runs.
#pragma once

#include <string>

namespace osprey::test {

// Files in a folder of their own, removed with the object.
class Certificates {
 public:
  // The server's certificate is for these names, in OpenSSL's form: "DNS:localhost,IP:127.0.0.1".
  explicit Certificates(const std::string& names = "DNS:localhost,IP:127.0.0.1");
  Certificates(const Certificates&) = delete;
  Certificates& operator=(const Certificates&) = delete;
  ~Certificates();

  const std::string& authority() const { return authority_; }
  const std::string& certificate() const { return certificate_; }
  const std::string& key() const { return key_; }

 private:
  std::string folder_;
  std::string authority_;
  std::string certificate_;
  std::string key_;
};

}  // namespace osprey::test
