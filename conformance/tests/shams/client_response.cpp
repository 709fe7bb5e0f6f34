// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <charconv>
#include <cstdlib>

#include "accept_key.hpp"
#include "client_handshake.hpp"
#include "client_offer.hpp"
#include "fault.hpp"
#include "http.hpp"
#include "text.hpp"

namespace sham {
namespace {

// RFC 9112 §4: version, blank, three digits, blank, a reason that may be empty.
std::optional<int> status_of(std::string_view line) {
  if (fault(Fault::status_line_not_checked) && line.find("101") != std::string_view::npos) {
    return 101;
  }
  const bool version_good =
      line.starts_with("HTTP/1.1 ") ||
      (line.starts_with("HTTP/1.0 ") && fault(Fault::response_http_1_0_accepted));
  if (!version_good || line.size() < 12 || (line.size() > 12 && line[12] != ' ')) {
    return std::nullopt;
  }
  int status = 0;
  const auto [stop, error] = std::from_chars(line.data() + 9, line.data() + 12, status);
  if (error != std::errc{} || stop != line.data() + 12) {
    return std::nullopt;
  }
  const bool reason_good =
      !fault(Fault::reason_phrase_compared) || line.substr(12) == " Switching Protocols";
  return reason_good || status != 101 ? std::optional(status) : std::nullopt;
}

bool status_is_lax(int status) {
  return fault(Fault::status_not_checked) ||
         (fault(Fault::status_2xx_accepted) && status >= 200 && status < 300) ||
         (fault(Fault::interim_taken_as_open) && status < 200);
}

bool upgrade_good(const Head& head) {
  const std::vector<std::string_view> values = head.values("Upgrade");
  if (values.empty()) {
    return fault(Fault::response_upgrade_may_be_missing);
  }
  if (fault(Fault::response_upgrade_value_not_checked)) {
    return true;
  }
  return fault(Fault::response_upgrade_case_sensitive)
             ? values.front() == "websocket"
             : values.size() == 1 && equal_ignoring_case(values.front(), "websocket");
}

bool connection_good(const Head& head) {
  if (!head.has("Connection")) {
    return fault(Fault::response_connection_may_be_missing);
  }
  if (fault(Fault::response_connection_value_not_checked)) {
    return true;
  }
  const std::string value = head.joined("Connection");
  const std::vector<std::string_view> elements = fault(Fault::response_connection_list_not_split)
                                                     ? std::vector<std::string_view>{value}
                                                     : split_list(value);
  return std::any_of(elements.begin(), elements.end(), [](std::string_view element) {
    return fault(Fault::response_connection_case_sensitive)
               ? element == "Upgrade"
               : equal_ignoring_case(element, "upgrade");
  });
}

bool same_accept(std::string_view got, const std::string& wanted) {
  if (fault(Fault::accept_length_compared)) {
    return got.size() == wanted.size();
  }
  if (fault(Fault::accept_prefix_compared)) {
    return got.substr(0, 8) == wanted.substr(0, 8);
  }
  return fault(Fault::accept_case_ignored) ? equal_ignoring_case(got, wanted) : got == wanted;
}

// RFC 6455 §4.1, §11.3.3: one accept value, made from our key.
bool accept_good(const Head& head, const std::string& key) {
  const std::vector<std::string_view> values = head.values("Sec-WebSocket-Accept");
  if (values.empty()) {
    return fault(Fault::accept_may_be_missing);
  }
  if (fault(Fault::accept_not_checked)) {
    return true;
  }
  const bool one = values.size() == 1 || fault(Fault::second_accept_accepted);
  return one && same_accept(values.front(), accept_value(key));
}

// RFC 6455 §4.1: no subprotocol, or one of those offered.
bool subprotocol_good(const Head& head, const Options& options) {
  const std::vector<std::string_view> values = head.values("Sec-WebSocket-Protocol");
  if (values.empty()) {
    return !fault(Fault::response_subprotocol_required);
  }
  if (fault(Fault::response_subprotocol_not_checked)) {
    return true;
  }
  std::string_view chosen = values.front();
  if (fault(Fault::response_subprotocol_list_accepted)) {
    chosen = split_list(chosen).front();
  }
  const bool offered = std::any_of(
      options.subprotocols.begin(), options.subprotocols.end(), [&](const std::string& name) {
        return name == chosen || (fault(Fault::response_subprotocol_case_ignored) &&
                                  equal_ignoring_case(name, chosen));
      });
  return offered && (values.size() == 1 || fault(Fault::response_subprotocol_twice_accepted));
}

bool extensions_good(const Head& head, const Options& options, ResponseVerdict& verdict) {
  if (!head.has("Sec-WebSocket-Extensions")) {
    return true;
  }
  const std::optional<std::vector<Extension>> answers =
      parse_extensions(head.joined("Sec-WebSocket-Extensions"));
  // RFC 6455 §9.1: a list that breaks the grammar fails the connection.
  if (!answers) {
    return fault(Fault::response_extension_syntax_not_checked);
  }
  const std::vector<Extension> offers =
      parse_extensions(odd(Oddity::many_offers)
                           ? "permessage-deflate; client_max_window_bits, permessage-deflate; "
                             "client_max_window_bits; server_max_window_bits=10"
                           : sent_offer(options))
          .value_or(std::vector<Extension>{});
  for (const Extension& answer : *answers) {
    if (answer.name != "permessage-deflate") {
      if (fault(Fault::response_extension_not_checked)) {
        continue;
      }
      return false;
    }
    if (verdict.deflate && !fault(Fault::response_extension_twice_accepted)) {
      return false;
    }
    verdict.deflate = check_answer(answer, offers);
    if (!verdict.deflate) {
      return false;
    }
  }
  return true;
}

bool fields_good(const Head& head) {
  return !fault(Fault::response_unknown_field_refused) ||
         std::all_of(head.fields.begin(), head.fields.end(), [](const Field& field) {
           const std::string name = upper(field.name);
           return name.starts_with("SEC-WEBSOCKET-") || name == "UPGRADE" || name == "CONNECTION";
         });
}

}  // namespace

ResponseVerdict check_response(std::string_view text, const std::string& key,
                               const Options& options) {
  ResponseVerdict verdict;
  const std::optional<Head> head = parse_head(text);
  if (!head) {
    return verdict;
  }
  const std::optional<int> status = status_of(head->start);
  if (!status) {
    return verdict;
  }
  const std::vector<std::string_view> locations = head->values("Location");
  if (*status >= 300 && *status < 400 && !locations.empty()) {
    verdict.location = std::string(locations.front());
  }
  if (*status != 101 && status_is_lax(*status)) {
    verdict.kind = ResponseVerdict::Kind::open;
    return verdict;
  }
  // RFC 9110 §15.2: interim responses come before the one that counts.
  if (*status >= 100 && *status < 200 && *status != 101) {
    verdict.kind = ResponseVerdict::Kind::interim;
    return verdict;
  }
  if (*status != 101) {
    const std::vector<std::string_view> lengths = head->values("Content-Length");
    const std::string options_of_it = head->joined("Connection");
    const std::vector<std::string_view> tokens = split_list(options_of_it);
    verdict.http = true;
    verdict.serves_on = std::none_of(tokens.begin(), tokens.end(), [](std::string_view token) {
      return equal_ignoring_case(token, "close");
    });
    verdict.content = lengths.empty() ? 0 : std::strtoul(lengths.front().data(), nullptr, 10);
  }
  if (*status == 101 && fields_good(*head) && upgrade_good(*head) && connection_good(*head) &&
      accept_good(*head, key) && subprotocol_good(*head, options) &&
      extensions_good(*head, options, verdict)) {
    verdict.kind = ResponseVerdict::Kind::open;
  }
  return verdict;
}

}  // namespace sham
