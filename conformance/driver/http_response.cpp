// SPDX-License-Identifier: Apache-2.0
#include "http_response.hpp"

#include <cstdlib>
#include <cstring>
#include <string>

namespace driver {
namespace {

HandlerShape active = HandlerShape::body;

template <class Record>
Record* new_record(char* body) {
  auto* const out = static_cast<Record*>(std::calloc(1, sizeof(Record)));
  if (out == nullptr) return nullptr;
  out->status = 200;
  out->headers = ::strdup("");
  out->content_type = ::strdup("text/plain");
  out->stream_fd = -1;
  out->is_complete = true;
  out->partial_body = body;
  return out;
}

// A status of success whose octets are a string of two.
constexpr std::int64_t kTellStatus = 289;
constexpr std::string_view kTellBody = "!\x01";
constexpr std::string_view kTellResponse = "osprey handler response";
constexpr std::string_view kTellFull = "osprey handler full-response";
// Also read as a descriptor: one that nobody has open.
constexpr std::size_t kTellLength = 997;

// The full record's is_complete lies where the other record has its body's address.
char* text_at_an_odd_address(std::string_view text) {
  constexpr std::uintptr_t kPage = 256;
  auto* const room = static_cast<char*>(std::calloc(1, 2 * kPage + text.size()));
  if (room == nullptr) return nullptr;
  const auto address = reinterpret_cast<std::uintptr_t>(room);
  char* const out = room + (kPage - address % kPage) + 1;
  std::memcpy(out, text.data(), text.size());
  return out;
}

}  // namespace

void* tell_tale() {
  std::string full(kTellFull);
  full.resize(kTellLength, '.');
  auto* const out = static_cast<FullHttpResponse*>(std::calloc(1, sizeof(FullHttpResponse)));
  if (out == nullptr) return nullptr;
  out->status = kTellStatus;
  out->headers = ::strdup("");
  out->content_type = ::strdup("text/plain");
  out->content_length = out->partial_length = kTellLength;
  out->stream_fd = 1;  // true, where is_complete is read
  char* const body = text_at_an_odd_address(kTellResponse);
  std::memcpy(reinterpret_cast<char*>(out) + offsetof(HttpResponse, partial_body), &body,
              sizeof body);
  out->partial_body = ::strdup(full.c_str());
  return out;
}

std::optional<HandlerShape> shape_shown_by(std::string_view response) {
  const auto shows = [response](std::string_view text) {
    return response.find(text) != std::string_view::npos;
  };
  if (shows(kTellFull)) return HandlerShape::full_response;
  if (shows(kTellResponse)) return HandlerShape::response;
  if (shows(kTellBody)) return HandlerShape::body;
  return std::nullopt;
}

void set_handler_shape(HandlerShape shape) {
  active = shape;
}

void* in_handler_shape(char* body) {
  if (body == nullptr || active == HandlerShape::body) return body;
  if (active == HandlerShape::response) return new_record<HttpResponse>(body);
  auto* const out = new_record<FullHttpResponse>(body);
  if (out != nullptr)
    out->content_length = out->partial_length = static_cast<std::int64_t>(std::strlen(body));
  return out;
}

const char* handed_over() {
  switch (active) {
    case HandlerShape::response:
      return "an HttpResponse * without lengths (handler=response)";
    case HandlerShape::full_response:
      return "an HttpResponse * with both lengths (handler=full-response)";
    case HandlerShape::body:
      break;
  }
  return "the body as a char * (handler=body)";
}

const char* declare_instead() {
  switch (active) {
    case HandlerShape::response:
      return "handler=body or handler=full-response";
    case HandlerShape::full_response:
      return "handler=body or handler=response";
    case HandlerShape::body:
      break;
  }
  return "handler=response or handler=full-response";
}

}  // namespace driver
