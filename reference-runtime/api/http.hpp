// SPDX-License-Identifier: Apache-2.0
// The HTTP built-ins (Osprey §14), once for both editions. Any thread; what throws is caught by
// guarded().
#pragma once

#include <osprey/osprey.h>

#include <cstdint>
#include <string_view>

#include "api/outcome.hpp"

namespace osprey::api {

Outcome http_create_server(std::int64_t port, const char* address);
// A null handler: the deprecated bridge serves.
Outcome http_listen(std::int64_t id, OspreyHttpHandler handler);
Outcome http_listen_full(std::int64_t id, OspreyHttpFullHandler handler, void* context);
Outcome http_stop_server(std::int64_t id);

Outcome http_create_client(const char* base_url, std::int64_t timeout);
// Answers the status code; fills `response` unless it is null.
Outcome http_exchange(std::int64_t id, std::int64_t method, const char* path, const char* headers,
                      std::string_view body, HttpResponse* response);
Outcome http_client_limit(std::int64_t id, std::int64_t octets);
Outcome http_close_client(std::int64_t id);

}  // namespace osprey::api
