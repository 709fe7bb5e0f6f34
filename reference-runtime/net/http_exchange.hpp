// SPDX-License-Identifier: Apache-2.0
// One request on its way in and one answer on its way out. Exists only while there is one: an idle
// connection holds none.
#pragma once

#include <cstdint>
#include <memory>
#include <osprey/http_server.hpp>
#include <string>
#include <string_view>

#include "net/io.hpp"
#include "wire/buffer.hpp"
#include "wire/http/body_reader.hpp"
#include "wire/http/request.hpp"
#include "wire/http_head.hpp"

namespace osprey::net {

// Collects a request body: in memory up to a threshold, then in an unnamed temporary file, so that
// a body of any size costs no memory. Never throws; failed() says that memory or disk ran out.
class BodyStore final : public wire::http::BodySink {
 public:
  explicit BodyStore(std::size_t in_memory) : in_memory_(in_memory) {}

  void on_body(wire::ConstOctets part) override;

  [[nodiscard]] bool failed() const noexcept { return failed_; }
  [[nodiscard]] bool in_file() const noexcept { return file_.valid(); }
  [[nodiscard]] std::string_view memory() const noexcept { return memory_; }
  // A descriptor positioned at the body's start, still the store's; -1 when the body is in memory.
  [[nodiscard]] int rewound_file();

 private:
  bool spill();
  bool write(wire::ConstOctets part);

  std::size_t in_memory_;
  std::string memory_;
  Fd file_;
  bool failed_ = false;
};

// What is left of an answer that comes from a descriptor.
struct AnswerStream {
  Fd source;
  std::uint64_t remaining = 0;  // octets still promised; not for chunked
  bool chunked = false;
};

struct HttpExchange {
  HttpExchange(std::size_t header_block, std::size_t body_in_memory)
      : head(header_block), body(body_in_memory) {}

  wire::HeadReader head;
  wire::http::Request request;  // views into head.text()
  std::unique_ptr<wire::http::BodyReader> reader;
  BodyStore body;
  std::unique_ptr<AnswerStream> stream;
  bool close_after = false;
};

}  // namespace osprey::net
