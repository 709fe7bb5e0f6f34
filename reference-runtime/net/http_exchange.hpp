// SPDX-License-Identifier: Apache-2.0
// One request on its way in and one answer on its way out. Exists only while there is one: an idle
// connection holds none.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <osprey/http_server.hpp>
#include <string>
#include <string_view>
#include <utility>

#include "net/http_upload.hpp"
#include "net/io.hpp"
#include "wire/buffer.hpp"
#include "wire/http/body_reader.hpp"
#include "wire/http/request.hpp"
#include "wire/http_head.hpp"

namespace osprey::net {

// Where a request body goes: into memory until it is handed to an upload, from then on there. Never
// throws; failed() says that memory ran out.
class BodyStore final : public wire::http::BodySink {
 public:
  void on_body(wire::ConstOctets part) override;
  void hand_to(std::shared_ptr<Upload> upload);
  // Empty again, its memory kept; false where that is too much to keep.
  bool clear() noexcept;

  [[nodiscard]] bool failed() const noexcept { return failed_; }
  [[nodiscard]] std::string_view memory() const noexcept { return memory_; }
  [[nodiscard]] Upload* upload() const noexcept { return upload_.get(); }

 private:
  std::string memory_;
  std::shared_ptr<Upload> upload_;
  bool failed_ = false;
};

// What is left of an answer that comes from a descriptor.
struct AnswerStream {
  Fd source;
  std::uint64_t remaining = 0;  // octets still promised; not for chunked
  bool chunked = false;
};

struct HttpExchange {
  explicit HttpExchange(std::size_t header_block) : head(header_block) {}
  wire::HeadReader head;
  wire::http::Request request;  // views into head.text()
  std::optional<wire::http::BodyReader> reader;
  BodyStore body;
  std::unique_ptr<AnswerStream> stream;
  bool close_after = false;

  [[nodiscard]] bool body_complete() const noexcept {
    return !reader || reader->state() == wire::http::BodyReader::State::complete;
  }
};

// Ends an exchange: an upload that is not whole is cut.
struct GiveBack {
  void operator()(HttpExchange* exchange) const noexcept;
};
using ExchangePtr = std::unique_ptr<HttpExchange, GiveBack>;
ExchangePtr borrow_exchange(std::size_t header_block);

}  // namespace osprey::net
