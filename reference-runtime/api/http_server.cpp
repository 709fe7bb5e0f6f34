// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <cstdlib>
#include <memory>
#include <mutex>
#include <optional>
#include <osprey/http_server.hpp>
#include <string>

#include "api/arguments.hpp"
#include "api/bind_retry.hpp"
#include "api/http.hpp"
#include "api/in_handler.hpp"
#include "api/shared_port.hpp"
#include "net/io.hpp"
#include "wire/http/methods.hpp"

namespace osprey::api {
namespace {

struct Free {
  void operator()(char* memory) const noexcept { std::free(memory); }
};
// What a handler got from malloc() and gave to us.
using Given = std::unique_ptr<char, Free>;

HttpAnswer internal_error() {
  HttpAnswer answer;
  answer.status = 500;
  answer.body = "Internal Server Error\n";
  return answer;
}

HttpAnswer answer_raw(OspreyHttpHandler handler, const HttpRequestView& request) {
  std::string method(request.method);
  std::string path(request.target);
  std::string headers(request.raw_headers);
  std::string body(request.body);
  const InHandler mark;
  const Given given(handler(method.data(), path.data(), headers.data(), body.data()));
  HttpAnswer answer;
  if (given != nullptr) {
    answer.body = given.get();
  }
  return answer;
}

std::int64_t method_number(std::string_view method) {
  const auto at = std::find(wire::http::kMethods.begin(), wire::http::kMethods.end(), method);
  return at - wire::http::kMethods.begin();  // the server refuses all others
}

HttpAnswer take_answer(HttpResponse& response) {
  const Given headers(response.headers);
  const Given type(response.contentType);
  const Given body(response.partialBody);
  HttpAnswer answer;
  answer.status = response.status == 0 ? 200 : static_cast<int>(response.status);
  if (headers != nullptr) {
    answer.raw_headers = headers.get();
  }
  if (type != nullptr) {
    answer.content_type = type.get();
  }
  if (body != nullptr && response.partialLength > 0) {
    answer.body.assign(body.get(), static_cast<std::size_t>(response.partialLength));
  }
  if (response.streamFd >= 0 && response.isComplete == 0) {
    answer.stream_fd = static_cast<int>(response.streamFd);
    answer.stream_size = response.contentLength;
  }
  return answer;
}

HttpAnswer answer_full(OspreyHttpFullHandler handler, void* context,
                       const HttpRequestView& request) {
  const std::size_t question = std::min(request.target.find('?'), request.target.size());
  const std::string path(request.target.substr(0, question));
  const std::string query(question < request.target.size() ? request.target.substr(question + 1)
                                                           : std::string_view{});
  const std::string headers(request.raw_headers);
  const std::string body(request.body);
  HttpRequest shown{};
  shown.method = method_number(request.method);
  shown.path = path.c_str();
  shown.headers = headers.c_str();
  shown.body = body.c_str();
  shown.queryParams = query.c_str();
  shown.body_length = static_cast<std::int64_t>(body.size());
  shown.body_fd = request.body_fd;
  HttpResponse response{};
  response.streamFd = -1;
  response.contentLength = -1;
  std::int64_t result = -1;
  {
    const InHandler mark;
    result = handler(&shown, &response, context);
  }
  HttpAnswer answer = take_answer(response);
  if (result == 0) {
    return answer;
  }
  const net::Fd unused(answer.stream_fd);
  return internal_error();
}

HttpAnswer answer_bridge(std::int64_t id, const HttpRequestView& request) {
  std::string method(request.method);
  std::string url(request.target);
  std::string headers(request.raw_headers);
  std::string body(request.body);
  int status = 200;
  char* out_headers = nullptr;
  char* out_body = nullptr;
  std::size_t out_length = 0;
  int result = -1;
  {
    const InHandler mark;
    result = osprey_handle_http_request(static_cast<int>(id), method.data(), url.data(),
                                        headers.data(), body.data(), body.size(), &status,
                                        &out_headers, &out_body, &out_length);
  }
  const Given given_headers(out_headers);
  const Given given_body(out_body);
  if (result != 0) {
    return internal_error();
  }
  HttpAnswer answer;
  answer.status = status;
  if (given_headers != nullptr) {
    answer.raw_headers = given_headers.get();
  }
  if (given_body != nullptr) {
    answer.body.assign(given_body.get(), out_length);
  }
  return answer;
}

class HttpServerObject final : public PortOwner {
 public:
  HttpServerObject(HttpServer server, std::string address)
      : server_(std::move(server)), address_(std::move(address)) {}

  Outcome listen(HttpHandler handler, BodyDelivery delivery) {
    const std::lock_guard lock(mutex_);
    if (listening_) {
      return failure(OSPREY_ERR_LISTEN, "the server listens already");
    }
    const auto started = server_.listen(std::move(handler), delivery);
    if (!started) {
      return failure(OSPREY_ERR_LISTEN, started.error().message);
    }
    listening_ = true;
    return OSPREY_OK;
  }

  // A WebSocket server that shares the port may hold this object longer.
  void stop() { server_.stop(); }

  HttpServer* shares(std::uint16_t port, std::string_view address) override {
    const std::lock_guard lock(mutex_);
    return listening_ && server_.port() == port && address_ == address ? &server_ : nullptr;
  }

 private:
  HttpServer server_;
  std::string address_;
  std::mutex mutex_;  // guards what follows
  bool listening_ = false;
};

Outcome listen_with(std::int64_t id, HttpHandler handler,
                    BodyDelivery delivery = BodyDelivery::whole) {
  const auto server = registry().find<HttpServerObject>(id);
  return server == nullptr ? Outcome(unknown_id("HTTP server", id))
                           : server->listen(std::move(handler), delivery);
}

}  // namespace

Outcome http_create_server(std::int64_t port, const char* address) {
  for (auto& wrong : {check_port(port), check_address(address)}) {
    if (wrong) {
      return *wrong;
    }
  }
  HttpServerSettings settings;
  settings.host = address;
  settings.port = static_cast<std::uint16_t>(port);
  settings.bind_retry = bind_retry();
  auto server = HttpServer::bind(std::move(settings));
  if (!server) {
    return failure(server.error());
  }
  return registry().add(make_object<HttpServerObject>(std::move(server.value()), address));
}

Outcome http_listen(std::int64_t id, OspreyHttpHandler handler) {
  if (registry().find<HttpServerObject>(id) == nullptr) {
    return unknown_id("HTTP server", id);
  }
  if (handler != nullptr) {
    return listen_with(
        id, [handler](const HttpRequestView& request) { return answer_raw(handler, request); });
  }
  // The deprecated bridge (Osprey §14.2.1); absent unless the program defines it.
  if (&osprey_handle_http_request == nullptr) {
    return failure(OSPREY_ERR_ARGUMENT,
                   "handler is NULL, and the program defines no osprey_handle_http_request");
  }
  return listen_with(id,
                     [id](const HttpRequestView& request) { return answer_bridge(id, request); });
}

Outcome http_listen_full(std::int64_t id, OspreyHttpFullHandler handler, void* context) {
  if (registry().find<HttpServerObject>(id) == nullptr) {
    return unknown_id("HTTP server", id);
  }
  if (handler == nullptr) {
    return failure(OSPREY_ERR_ARGUMENT, "handler is NULL");
  }
  return listen_with(
      id,
      [handler, context](const HttpRequestView& request) {
        return answer_full(handler, context, request);
      },
      BodyDelivery::streamed);
}

Outcome http_stop_server(std::int64_t id) {
  const auto server = registry().take<HttpServerObject>(id);
  if (server == nullptr) {
    return unknown_id("HTTP server", id);
  }
  server->stop();
  return OSPREY_OK;
}

}  // namespace osprey::api
