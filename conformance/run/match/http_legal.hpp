// SPDX-License-Identifier: Apache-2.0
#pragma once
#include "run/match/outcome.hpp"
#include "wire/http.hpp"

namespace conform {

// Of a head: as the text demands, and as it recommends besides (one blank behind the colon, …).
enum class Legality : std::uint8_t { any, legal, tidy };
// What the whole value of a header has to look like.
enum class HeaderForm : std::uint8_t { any, date, current_date, number, tokens };

// Is this response's head what RFC 9112 §4-6 and RFC 9110 §8.6 let a server send?
Outcome legal_http_response(const wire::HttpHead& head, Legality how);
// Is this request's head what RFC 9112 §3-6 let a client send?
Outcome legal_http_request(const wire::HttpHead& head, Legality how);

bool is_token(std::string_view text);

// Does the whole value look like that?
bool has_form(const std::string& value, HeaderForm form);

}  // namespace conform
