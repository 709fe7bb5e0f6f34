// SPDX-License-Identifier: Apache-2.0
// A request body on its way to a handler that reads it from a descriptor while it arrives: what the
// handler does not read is not read from the client either (Osprey §14.2.1, streaming).
#pragma once

#include <cstdint>
#include <memory>
#include <osprey/http_server.hpp>
#include <string>

#include "net/io.hpp"
#include "wire/buffer.hpp"

namespace osprey::net {

// Shared by the connection, which writes, and the handler's thread, which reads and leaves its
// answer. Each uses its own members; `answer` changes hands with the task that says so.
class Upload {
 public:
  // Null without descriptors or memory.
  static std::shared_ptr<Upload> open();
  Upload() = default;
  Upload(const Upload&) = delete;
  Upload& operator=(const Upload&) = delete;
  ~Upload();

  // The connection's. Blocks while the handler is slower; drops what it no longer wants.
  void write(wire::ConstOctets part);
  // The body is whole: the handler reads its end.
  void finish();
  // The body will never be whole: the handler's read fails with ECONNRESET, so that none takes it
  // for a whole one (RFC 9112 §8). Without effect after finish().
  void cut() { writer_.reset(); }

  // The handler's.
  [[nodiscard]] int reader() const { return reader_.get(); }
  void stop_reading() { reader_.reset(); }

  HttpAnswer answer;
  bool answered = false;  // set by the connection

 private:
  Fd writer_;
  Fd reader_;
};

}  // namespace osprey::net
