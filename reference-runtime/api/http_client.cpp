// SPDX-License-Identifier: Apache-2.0
#include <cstdlib>
#include <cstring>
#include <limits>
#include <memory>
#include <new>
#include <osprey/http_client.hpp>

#include "api/arguments.hpp"
#include "api/http.hpp"
#include "api/registry.hpp"
#include "wire/http/methods.hpp"

namespace osprey::api {
namespace {

class HttpClientObject final : public Object {
 public:
  explicit HttpClientObject(HttpClient client) : client_(std::move(client)) {}
  HttpClient& client() { return client_; }

 private:
  HttpClient client_;
};

// A copy that C can free, with a NUL behind it.
char* copy(std::string_view text) {
  auto* const memory = static_cast<char*>(std::calloc(text.size() + 1, 1));
  if (memory == nullptr) {
    throw std::bad_alloc();
  }
  if (!text.empty()) {
    std::memcpy(memory, text.data(), text.size());
  }
  return memory;
}

void fill(HttpResponse& response, const HttpReply& reply) {
  response = {};
  response.streamFd = -1;
  response.status = reply.status;
  response.headers = copy(reply.raw_headers);
  response.contentType = copy(reply.content_type);
  response.partialBody = copy(reply.body);
  response.partialLength = static_cast<std::int64_t>(reply.body.size());
  response.contentLength = response.partialLength;
  response.isComplete = 1;
}

// Only these methods carry a body of length zero in so many words (RFC 9110 §8.6).
bool announces_empty_body(std::int64_t method) {
  return method == HTTP_POST || method == HTTP_PUT || method == HTTP_PATCH;
}

}  // namespace

Outcome http_create_client(const char* base_url, std::int64_t timeout) {
  if (text_of(base_url).empty()) {
    return failure(OSPREY_ERR_URL, "base URL is empty; it looks like http://host:port");
  }
  // Above this, a deadline could not be computed.
  constexpr std::int64_t kLongest = std::int64_t{24} * 3600 * 1000 * 365;
  if (timeout < 1 || timeout > kLongest) {
    return failure(OSPREY_ERR_ARGUMENT, "timeout " + std::to_string(timeout) + " is outside 1 to " +
                                            std::to_string(kLongest) + " milliseconds");
  }
  HttpClientSettings settings;
  settings.base_url = base_url;
  settings.timeout = std::chrono::milliseconds(timeout);
  auto client = HttpClient::create(std::move(settings));
  if (!client) {
    Failure failed = failure(client.error());
    if (client.error().code == ErrorCode::bad_argument) {
      failed.code = OSPREY_ERR_URL;
    }
    return failed;
  }
  return registry().add(std::make_shared<HttpClientObject>(std::move(client.value())));
}

Outcome http_exchange(std::int64_t id, std::int64_t method, const char* path, const char* headers,
                      std::string_view body, HttpResponse* response) {
  const auto object = registry().find<HttpClientObject>(id);
  if (object == nullptr) {
    return unknown_id("HTTP client", id);
  }
  if (method < HTTP_GET || method > HTTP_OPTIONS) {
    return failure(OSPREY_ERR_ARGUMENT,
                   "method " + std::to_string(method) + " is none of HttpMethod's 0 to 6");
  }
  const bool asterisk = method == HTTP_OPTIONS && text_of(path) == "*";
  if (auto wrong = asterisk ? std::nullopt : check_path(path)) {
    return *std::move(wrong);
  }
  if (auto wrong = check_headers(headers)) {
    return *std::move(wrong);
  }
  HttpOutgoing request;
  request.method = wire::http::kMethods[static_cast<std::size_t>(method)];
  request.path = path;
  request.raw_headers = text_of(headers);
  request.body = body;
  request.has_body = !body.empty() || announces_empty_body(method);
  const auto reply = object->client().exchange(request);
  if (!reply) {
    return failure(reply.error());
  }
  if (response != nullptr) {
    fill(*response, reply.value());
  }
  return std::int64_t{reply.value().status};
}

Outcome http_client_limit(std::int64_t id, std::int64_t octets) {
  const auto object = registry().find<HttpClientObject>(id);
  if (object == nullptr) {
    return unknown_id("HTTP client", id);
  }
  if (octets < 0) {
    return failure(OSPREY_ERR_ARGUMENT, "octets " + std::to_string(octets) + " is below zero");
  }
  object->client().set_body_limit(static_cast<std::uint64_t>(octets));
  return OSPREY_OK;
}

Outcome http_close_client(std::int64_t id) {
  // An exchange that is under way in another thread ends by itself and holds the client until then.
  return registry().take<HttpClientObject>(id) == nullptr ? Outcome(unknown_id("HTTP client", id))
                                                          : Outcome(OSPREY_OK);
}

}  // namespace osprey::api
