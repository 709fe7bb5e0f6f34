// SPDX-License-Identifier: Apache-2.0
// One response, from its first octet to the end of its body. Interim responses are passed over.
#pragma once

#include <cstdint>
#include <optional>
#include <osprey/http_client.hpp>
#include <osprey/result.hpp>
#include <string>
#include <string_view>

#include "wire/http/body_reader.hpp"
#include "wire/http_head.hpp"

namespace osprey::net {

class HttpResponseReader final : private wire::http::BodySink {
 public:
  HttpResponseReader(std::string_view method, std::size_t header_block, std::uint64_t body);

  Result<void> feed(wire::ConstOctets in);
  // The connection ended.
  Result<void> end_of_input();

  [[nodiscard]] bool complete() const noexcept { return complete_; }
  // The connection may carry another exchange.
  [[nodiscard]] bool reusable() const noexcept { return reusable_ && !extra_; }
  // Once complete.
  HttpReply take() { return std::move(reply_); }

 private:
  void on_body(wire::ConstOctets part) override { reply_.body.append(wire::text_of(part)); }
  Result<void> head_complete();
  Result<void> check_body();

  std::string method_;
  std::size_t header_block_;
  std::size_t head_octets_ = 0;
  wire::http::BodyLimits limits_;
  std::optional<wire::HeadReader> head_;
  std::optional<wire::http::BodyReader> body_;
  HttpReply reply_;
  bool complete_ = false;
  bool reusable_ = false;
  bool extra_ = false;  // octets behind the response: nobody asked for them
};

}  // namespace osprey::net
