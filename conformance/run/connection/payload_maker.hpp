// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <string>

#include "case/payload.hpp"
#include "wire/octets.hpp"

namespace conform {

// Turns payload expressions into octets. The same expression in the same case gives the same
// octets, in whatever order.
class PayloadMaker {
 public:
  PayloadMaker(std::uint64_t seed, std::string case_id, bool full, std::uint64_t message_limit)
      : seed_(seed), case_id_(std::move(case_id)), full_(full), message_limit_(message_limit) {}

  wire::Octets make(const Payload& payload, std::uint64_t repetition = 0) const;
  std::uint64_t size_of(const Size& size) const;
  bool full() const { return full_; }

 private:
  wire::Octets fill(Fill fill, std::uint64_t size, std::uint64_t repetition) const;

  std::uint64_t seed_;
  std::string case_id_;
  bool full_;
  std::uint64_t message_limit_;
};

}  // namespace conform
