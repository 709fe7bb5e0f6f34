// SPDX-License-Identifier: Apache-2.0
// Errors are values: what can fail returns a Result. Nothing in the public interface throws, except
// std::bad_alloc.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <utility>
#include <variant>

namespace osprey {

enum class ErrorCode : std::uint8_t {
  bad_argument,      // the caller's value cannot be used; the message names it
  address_in_use,    // another socket listens there
  address_unusable,  // the host to listen on cannot be resolved, or is not one of ours, or needs
                     // rights
  socket_failed,     // no listening socket can be created
  options_failed,    // an option of a listening socket cannot be set
  listen_failed,     // bound, but listening is refused
  connect_failed,    // unknown host, refused, unreachable, reset before the handshake was over
  timed_out,         // a deadline of the settings passed
  tls_failed,        // certificate, key or TLS handshake
  handshake_failed,  // the peer's answer is not a valid WebSocket handshake, or it refused
  bad_response,      // the peer's HTTP response is malformed, cut short or not to be had here
  closed,            // the connection is closing, closed or was never there
  queue_full,        // the receiver is too slow: limits.queued octets wait already
  too_big,           // over one of the limits
  no_resources,      // descriptors, memory or threads ran out
  system             // any other failure of the operating system
};

struct Error {
  ErrorCode code = ErrorCode::system;
  std::string message;   // one line for a person: what, where, why
  int system_error = 0;  // errno where there was one, else 0
};

// Either a T or an Error. value() and error() may only be asked for what is there.
template <class T>
class [[nodiscard]] Result {
 public:
  Result(T value) : content_(std::in_place_index<0>, std::move(value)) {}
  Result(Error error) : content_(std::in_place_index<1>, std::move(error)) {}

  bool ok() const { return content_.index() == 0; }
  explicit operator bool() const { return ok(); }
  T& value() { return *std::get_if<0>(&content_); }
  const T& value() const { return *std::get_if<0>(&content_); }
  Error& error() { return *std::get_if<1>(&content_); }
  const Error& error() const { return *std::get_if<1>(&content_); }

 private:
  std::variant<T, Error> content_;
};

// Success costs one pointer, so that it can be returned for each message sent.
template <>
class [[nodiscard]] Result<void> {
 public:
  Result() = default;
  Result(Error error) : error_(std::make_unique<Error>(std::move(error))) {}

  bool ok() const { return error_ == nullptr; }
  explicit operator bool() const { return ok(); }
  Error& error() { return *error_; }
  const Error& error() const { return *error_; }

 private:
  std::unique_ptr<Error> error_;
};

}  // namespace osprey
