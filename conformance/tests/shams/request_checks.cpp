// SPDX-License-Identifier: Apache-2.0
#include "request_checks.hpp"

#include <algorithm>
#include <array>
#include <cstdlib>

#include "accept_key.hpp"
#include "demands.hpp"
#include "extension.hpp"
#include "fault.hpp"
#include "spoil.hpp"
#include "text.hpp"

namespace sham {
namespace {

using Check = std::optional<Refusal> (*)(const Request&, const Options&);

std::optional<Refusal> check_method(const Request& request, const Options& /*options*/) {
  const bool is_get = request.method == "GET" ||
                      (fault(Fault::method_case_ignored) && upper(request.method) == "GET");
  if (!is_get && !fault(Fault::method_not_checked)) {
    return Refusal{405, "only GET can be upgraded"};
  }
  return std::nullopt;
}

std::optional<Refusal> check_http_version(const Request& request, const Options& /*options*/) {
  if (!request.version.starts_with("HTTP/1.")) {
    return Refusal{505, "only HTTP/1.1 is spoken here"};
  }
  if (request.version == "HTTP/1.0" && !fault(Fault::http_version_not_checked)) {
    return Refusal{400, "an upgrade needs HTTP/1.1"};
  }
  return std::nullopt;
}

// RFC 9112 §3.2: host and optional port, nothing else.
bool is_host(std::string_view value) {
  if (value.empty() || value.front() == ':') {
    return false;
  }
  const std::size_t behind_literal = value.find(']');
  const std::size_t colon =
      value.find(':', behind_literal == std::string_view::npos ? 0 : behind_literal);
  const std::string_view host = value.substr(0, colon);
  const std::string_view port =
      colon == std::string_view::npos ? std::string_view{} : value.substr(colon + 1);
  const bool good_host = std::all_of(host.begin(), host.end(), [](char c) {
    return octet(c) > 0x20 &&
           std::string_view("/?#@\\,\"<>^`{|}").find(c) == std::string_view::npos;
  });
  return good_host && port.find_first_not_of("0123456789") == std::string_view::npos;
}

std::optional<Refusal> check_host(const Request& request, const Options& /*options*/) {
  const std::vector<std::string_view> hosts = request.head.values("Host");
  if (hosts.empty()) {
    return fault(Fault::host_not_required) ? std::nullopt
                                           : std::optional(Refusal{400, "Host is missing"});
  }
  if (hosts.size() > 1 && !fault(Fault::two_hosts_accepted)) {
    return Refusal{400, "Host came more than once"};
  }
  if (!is_host(hosts.front()) && !fault(Fault::host_value_not_checked)) {
    return Refusal{400, "Host has no valid value"};
  }
  return std::nullopt;
}

std::optional<Refusal> check_body(const Request& request, const Options& /*options*/) {
  if (fault(Fault::request_body_taken_as_frames)) {
    return std::nullopt;
  }
  const std::vector<std::string_view> lengths = request.head.values("Content-Length");
  const bool empty = std::all_of(lengths.begin(), lengths.end(),
                                 [](std::string_view value) { return value == "0"; });
  if (!empty || request.head.has("Transfer-Encoding")) {
    return Refusal{400, "an upgrade request has no body"};
  }
  return std::nullopt;
}

bool names_websocket(std::string_view element) {
  if (fault(Fault::upgrade_case_sensitive)) {
    return element == "websocket";
  }
  if (fault(Fault::upgrade_matched_as_substring)) {
    return upper(element).find("WEBSOCKET") != std::string::npos;
  }
  return equal_ignoring_case(element, "websocket") || fault(Fault::upgrade_value_not_checked);
}

std::optional<Refusal> check_upgrade(const Request& request, const Options& /*options*/) {
  const std::string value = request.head.joined("Upgrade");
  const bool asked = request.head.has("Upgrade");
  if (!asked && fault(Fault::upgrade_not_required)) {
    return std::nullopt;
  }
  const std::vector<std::string_view> elements = split_list(value);
  if (!asked || std::none_of(elements.begin(), elements.end(), names_websocket)) {
    return Refusal{426, "this is a WebSocket endpoint"};
  }
  return std::nullopt;
}

bool is_upgrade_token(std::string_view element) {
  if (fault(Fault::connection_case_sensitive)) {
    return element == "Upgrade";
  }
  if (fault(Fault::connection_matched_as_substring)) {
    return upper(element).find("UPGRADE") != std::string::npos;
  }
  return equal_ignoring_case(element, "upgrade");
}

std::optional<Refusal> check_connection(const Request& request, const Options& /*options*/) {
  if (fault(Fault::connection_not_checked)) {
    return std::nullopt;
  }
  const std::vector<std::string_view> lines = request.head.values("Connection");
  std::string value = request.head.joined("Connection");
  if (fault(Fault::connection_second_line_ignored) && !lines.empty()) {
    value = std::string(lines.front());
  }
  const std::vector<std::string_view> elements = fault(Fault::connection_list_not_split)
                                                     ? std::vector<std::string_view>{value}
                                                     : split_list(value);
  if (std::none_of(elements.begin(), elements.end(), is_upgrade_token)) {
    return Refusal{400, "Connection does not name Upgrade"};
  }
  return std::nullopt;
}

bool is_lax_key(const std::string& key, const std::optional<std::string>& octets) {
  const bool base64_missing = key.size() == 24 && !octets;
  return (fault(Fault::empty_key_accepted) && key.empty()) ||
         (fault(Fault::short_key_accepted) && octets && !key.empty() && octets->size() < 16) ||
         (fault(Fault::long_key_accepted) && octets && octets->size() > 16) ||
         (fault(Fault::key_base64_not_checked) && base64_missing);
}

// RFC 6455 §4.2.1: exactly one key, the base64 text of 16 octets.
std::optional<Refusal> check_key(const Request& request, const Options& /*options*/) {
  const std::vector<std::string_view> keys = request.head.values("Sec-WebSocket-Key");
  if (keys.empty()) {
    if (fault(Fault::crash_on_missing_key)) {
      std::abort();
    }
    return fault(Fault::missing_key_accepted) ? std::nullopt
                                              : std::optional(Refusal{400, "the key is missing"});
  }
  const bool lax_twice = fault(Fault::second_key_accepted) ||
                         (fault(Fault::same_key_twice_accepted) && keys.front() == keys.back());
  if (keys.size() > 1 && !lax_twice) {
    return Refusal{400, "the key came more than once"};
  }
  const std::string key(keys.front());
  const std::optional<std::string> octets = base64_decoded(key);
  if ((!octets || octets->size() != 16) && !is_lax_key(key, octets)) {
    return Refusal{400, "the key is not 16 octets in base64"};
  }
  return std::nullopt;
}

bool is_lax_version(const std::string& value) {
  const bool number = !value.empty() && value.find_first_not_of("0123456789") == std::string::npos;
  const int version = number && value.size() < 6 ? std::atoi(value.c_str()) : -1;
  return (fault(Fault::lower_version_accepted) && number && version >= 0 && version < 13) ||
         (fault(Fault::higher_version_accepted) && version > 13) ||
         (fault(Fault::version_not_a_number_accepted) && !number) ||
         (fault(Fault::version_leading_zero_accepted) && version == 13) ||
         (fault(Fault::version_list_accepted) && value.starts_with("13,"));
}

// RFC 6455 §4.2.1, §4.4: exactly one version, 13; another one is told which we speak.
std::optional<Refusal> check_version(const Request& request, const Options& /*options*/) {
  const std::vector<std::string_view> versions = request.head.values("Sec-WebSocket-Version");
  if (versions.empty()) {
    return fault(Fault::missing_version_accepted)
               ? std::nullopt
               : std::optional(Refusal{426, "the version is missing"});
  }
  if (versions.size() > 1 && !fault(Fault::second_version_accepted)) {
    return Refusal{400, "the version came more than once"};
  }
  const std::string value(versions.front());
  if (value != "13" && !is_lax_version(value)) {
    return Refusal{426, "only version 13 is spoken here"};
  }
  return std::nullopt;
}

bool allowed_by(const std::string& allowed, std::string_view origin) {
  if (fault(Fault::origin_prefix_matched)) {
    return origin.starts_with(allowed);
  }
  if (fault(Fault::origin_suffix_matched)) {
    const std::string host = allowed.substr(allowed.rfind('/') + 1);
    return origin.ends_with(host);
  }
  return equal_ignoring_case(origin, allowed);
}

// RFC 6455 §10.2: with a list of origins a browser's origin has to be on it.
std::optional<Refusal> check_origin(const Request& request, const Options& options) {
  const std::vector<std::string_view> origins = request.head.values("Origin");
  if (origins.empty() && fault(Fault::missing_origin_refused)) {
    return Refusal{403, "Origin is missing"};
  }
  if (options.origins.empty() || origins.empty() || fault(Fault::origin_not_checked)) {
    return std::nullopt;
  }
  if (fault(Fault::origin_null_accepted) && origins.front() == "null") {
    return std::nullopt;
  }
  const bool known =
      std::any_of(options.origins.begin(), options.origins.end(),
                  [&](const std::string& allowed) { return allowed_by(allowed, origins.front()); });
  return known && origins.size() == 1 ? std::nullopt
                                      : std::optional(Refusal{403, "this origin is not served"});
}

std::optional<Refusal> check_path(const Request& request, const Options& options) {
  const std::string& target = request.target;
  if (!target.starts_with('/') && fault(Fault::absolute_target_refused)) {
    return Refusal{400, "the target is not a path"};
  }
  if (target.find('?') != std::string::npos && fault(Fault::query_refused)) {
    return Refusal{404, "no such resource"};
  }
  const std::string path = path_of(request);
  if (path.empty() || path.find('#') != std::string::npos) {
    return Refusal{400, "the target is neither a path nor an http URI"};
  }
  const bool known =
      options.paths.empty() || fault(Fault::path_not_checked) ||
      std::find(options.paths.begin(), options.paths.end(), path) != options.paths.end();
  return known ? std::nullopt : std::optional(Refusal{404, "no such resource"});
}

std::optional<Refusal> check_subprotocols(const Request& request, const Options& options) {
  if (!request.head.has("Sec-WebSocket-Protocol")) {
    return std::nullopt;
  }
  const std::string value = request.head.joined("Sec-WebSocket-Protocol");
  if (fault(Fault::blanks_cost_time)) {
    const auto blanks = static_cast<std::uint64_t>(std::count(value.begin(), value.end(), ' '));
    burn(blanks * blanks * 100);
  }
  const std::vector<std::string_view> offered = elements_of(value);
  // RFC 6455 §4.3: a list of at least one token.
  const bool good = !offered.empty() && std::all_of(offered.begin(), offered.end(), is_token);
  if (!good && !fault(Fault::subprotocol_syntax_not_checked)) {
    return Refusal{400, "the subprotocols are not a list of tokens"};
  }
  const bool known = std::any_of(offered.begin(), offered.end(), [&](std::string_view name) {
    return std::find(options.subprotocols.begin(), options.subprotocols.end(), name) !=
           options.subprotocols.end();
  });
  if (!known && fault(Fault::subprotocol_unknown_refused)) {
    return Refusal{400, "none of the subprotocols is spoken here"};
  }
  return std::nullopt;
}

std::optional<Refusal> check_extensions(const Request& request, const Options& /*options*/) {
  if (!request.head.has("Sec-WebSocket-Extensions") || odd(Oddity::extensions_unread)) {
    return std::nullopt;
  }
  const std::string value = request.head.joined("Sec-WebSocket-Extensions");
  const std::vector<std::string_view> elements = split_list(value);
  if (fault(Fault::crash_on_odd_extension) &&
      std::any_of(elements.begin(), elements.end(),
                  [](std::string_view element) { return element.empty(); })) {
    std::abort();
  }
  const bool open_quote = std::count(value.begin(), value.end(), '"') % 2 != 0;
  if (fault(Fault::quotes_cost_time) && open_quote) {
    burn(std::uint64_t{1} << std::min<std::size_t>(value.size(), 32));
  }
  const std::optional<std::vector<Extension>> parsed = parse_extensions(value);
  if (!parsed && !fault(Fault::extension_syntax_not_checked)) {
    return Refusal{400, "the extension list is malformed"};
  }
  const bool refused =
      (fault(Fault::extension_unknown_refused) &&
       value.find("permessage-deflate") == std::string::npos) ||
      (fault(Fault::extension_quoted_refused) && value.find('"') != std::string::npos);
  return refused ? std::optional(Refusal{400, "unknown extension"}) : std::nullopt;
}

std::optional<Refusal> check_fields(const Request& request, const Options& /*options*/) {
  const std::vector<Field>& fields = request.head.fields;
  if (fault(Fault::unknown_field_refused)) {
    const bool unknown = std::any_of(fields.begin(), fields.end(), [](const Field& field) {
      const std::string name = upper(field.name);
      return !name.starts_with("SEC-WEBSOCKET-") && name != "HOST" && name != "UPGRADE" &&
             name != "CONNECTION" && name != "ORIGIN" && name != "USER-AGENT";
    });
    return unknown ? std::optional(Refusal{400, "unknown field"}) : std::nullopt;
  }
  if (fault(Fault::field_order_matters)) {
    const auto place = [&](std::string_view name) {
      return std::find_if(fields.begin(), fields.end(), [&](const Field& field) {
        return equal_ignoring_case(field.name, name);
      });
    };
    return place("Connection") < place("Upgrade") ? std::optional(Refusal{400, "unusual order"})
                                                  : std::nullopt;
  }
  return std::nullopt;
}

bool is_plain_get(const Request& request) {
  return request.method == "GET" && !request.head.has("Upgrade") &&
         !request.head.has("Connection") && !request.head.has("Sec-WebSocket-Key");
}

}  // namespace

std::optional<Request> read_request(Head head) {
  const std::string line =
      fault(Fault::request_line_not_checked)
          ? [&] {
              std::string squeezed;
              for (const char c : head.start) {
                if (c != ' ' || squeezed.empty() || squeezed.back() != ' ') {
                  squeezed += c;
                }
              }
              return std::string(trimmed(squeezed));
            }()
          : head.start;
  const std::size_t first = line.find(' ');
  const std::size_t second = line.rfind(' ');
  if (first == std::string::npos || first == second) {
    return std::nullopt;
  }
  Request request{line.substr(0, first), line.substr(first + 1, second - first - 1),
                  line.substr(second + 1), std::move(head)};
  const bool good_target = !request.target.empty() &&
                           std::all_of(request.target.begin(), request.target.end(),
                                       [](char c) { return octet(c) > 0x20 && octet(c) != 0x7f; });
  const std::string& version = request.version;
  const bool good_version = version.size() == 8 && version.starts_with("HTTP/") &&
                            version[5] >= '0' && version[5] <= '9' && version[6] == '.' &&
                            version[7] >= '0' && version[7] <= '9';
  if (!is_token(request.method) || !good_target || !good_version) {
    return std::nullopt;
  }
  return request;
}

std::optional<Refusal> check_request(const Request& request, const Options& options) {
  if (fault(Fault::plain_get_upgraded) && is_plain_get(request)) {
    return std::nullopt;
  }
  static constexpr std::array<Check, 13> kChecks = {
      check_http_version, check_method,       check_host,       check_fields,  check_body,
      check_path,         check_upgrade,      check_connection, check_version, check_key,
      check_origin,       check_subprotocols, check_required,
  };
  for (const Check check : kChecks) {
    if (std::optional<Refusal> refusal = check(request, options)) {
      return refusal;
    }
  }
  return check_extensions(request, options);
}

std::string path_of(const Request& request) {
  std::string_view target = request.target;
  for (const std::string_view scheme : {"http://", "https://", "ws://", "wss://"}) {
    if (target.size() > scheme.size() &&
        equal_ignoring_case(target.substr(0, scheme.size()), scheme)) {
      target.remove_prefix(scheme.size());
      const std::size_t slash = target.find_first_of("/?");
      const bool no_path = slash == std::string_view::npos || target[slash] == '?';
      return no_path ? "/" : std::string(target.substr(slash, target.find('?') - slash));
    }
  }
  return target.starts_with('/') ? std::string(target.substr(0, target.find('?'))) : std::string();
}

std::string query_of(const Request& request) {
  const std::size_t mark = request.target.find('?');
  return mark == std::string::npos ? std::string() : request.target.substr(mark + 1);
}

}  // namespace sham
