// SPDX-License-Identifier: Apache-2.0
#include "server_handshake.hpp"

#include <algorithm>
#include <cstdlib>
#include <map>

#include "accept_key.hpp"
#include "fault.hpp"
#include "request_checks.hpp"
#include "text.hpp"

namespace sham {
namespace {

std::string_view reason_of(int status) {
  static const std::map<int, std::string_view> reasons = {
      {200, "OK"},
      {400, "Bad Request"},
      {401, "Unauthorized"},
      {403, "Forbidden"},
      {404, "Not Found"},
      {405, "Method Not Allowed"},
      {426, "Upgrade Required"},
      {431, "Request Header Fields Too Large"},
      {500, "Internal Server Error"},
      {505, "HTTP Version Not Supported"},
  };
  return reasons.at(status);
}

int sent_status(int status, bool version_refused) {
  if (odd(Oddity::refuses_with_400)) {
    return 400;
  }
  if (fault(Fault::refusal_status_500)) {
    return 500;
  }
  const bool as_200 = fault(Fault::refusal_status_200) ||
                      (fault(Fault::version_refusal_status_200) && version_refused) ||
                      (fault(Fault::origin_refusal_status_200) && status == 403) ||
                      (fault(Fault::path_refusal_status_200) && status == 404);
  return as_200 ? 200 : status;
}

std::string version_field() {
  if (fault(Fault::version_refusal_without_list)) {
    return {};
  }
  const bool wrong = fault(Fault::version_refusal_wrong_list);
  return wrong ? "Sec-WebSocket-Version: 8\r\n" : "Sec-WebSocket-Version: 13\r\n";
}

// How decoded text gets into a head if nobody looks: %0d%0a becomes a new line.
std::string percent_decoded(std::string_view text) {
  std::string result;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '%' && i + 2 < text.size()) {
      result +=
          static_cast<char>(std::strtol(std::string(text.substr(i + 1, 2)).c_str(), nullptr, 16));
      i += 2;
    } else {
      result += text[i];
    }
  }
  return result;
}

// The agreed subprotocol, empty for none. RFC 6455 §4.2.2: one the client offered, by its
// preference.
std::string choose_subprotocol(const std::vector<std::string_view>& offered,
                               const Options& options) {
  if (fault(Fault::subprotocol_never_agreed)) {
    return {};
  }
  for (const std::string_view name : offered) {
    if (std::find(options.subprotocols.begin(), options.subprotocols.end(), name) !=
        options.subprotocols.end()) {
      return std::string(name);
    }
  }
  return {};
}

std::string subprotocol_fields(const Request& request, const Options& options) {
  const std::string name = "Sec-WebSocket-Protocol: ";
  if (fault(Fault::subprotocol_empty_answer)) {
    return name + "\r\n";
  }
  const std::vector<std::string_view> lines = request.head.values("Sec-WebSocket-Protocol");
  if (lines.empty()) {
    return fault(Fault::subprotocol_unasked) ? name + "chat\r\n" : "";
  }
  const std::string value = fault(Fault::subprotocol_second_line_ignored)
                                ? std::string(lines.front())
                                : request.head.joined("Sec-WebSocket-Protocol");
  const std::vector<std::string_view> offered = elements_of(value);
  std::string chosen = choose_subprotocol(offered, options);
  if (fault(Fault::subprotocol_unknown_echoed) && !offered.empty()) {
    chosen = std::string(offered.front());
  }
  if (fault(Fault::subprotocol_list_answered)) {
    chosen = value;
  }
  if (fault(Fault::subprotocol_case_changed)) {
    chosen = upper(chosen);
  }
  if (chosen.empty()) {
    return {};
  }
  const std::string line = name + chosen + "\r\n";
  return fault(Fault::subprotocol_answered_twice) ? line + line : line;
}

std::string extension_fields(const Request& request, const Options& options,
                             std::optional<DeflateParameters>& agreed) {
  const std::string name = "Sec-WebSocket-Extensions: ";
  if (fault(Fault::extension_empty_answer)) {
    return name + "\r\n";
  }
  const std::optional<std::vector<Extension>> offers =
      parse_extensions(request.head.joined("Sec-WebSocket-Extensions"));
  if (!offers) {
    return fault(Fault::extension_unasked) ? name + "permessage-deflate\r\n" : "";
  }
  if (fault(Fault::extension_unknown_echoed) && offers->front().name != "permessage-deflate") {
    return name + offers->front().name + "\r\n";
  }
  if (!options.deflate || odd(Oddity::declines_deflate) || odd(Oddity::extensions_unread)) {
    return {};
  }
  const std::optional<DeflateAnswer> answer = choose_offer(*offers);
  if (!answer) {
    return {};
  }
  agreed = answer->agreed;
  return name + answer->text + "\r\n";
}

std::string connection_fields() {
  if (odd(Oddity::odd_field_case)) {
    return "CONNECTION: uPGRADE\r\nuPgRaDe: WebSocket\r\n";
  }
  std::string fields;
  if (!fault(Fault::answer_without_upgrade)) {
    fields += fault(Fault::answer_wrong_upgrade) ? "Upgrade: h2c\r\n" : "Upgrade: websocket\r\n";
  }
  if (fault(Fault::answer_connection_close)) {
    fields += "Connection: close\r\n";
  } else if (!fault(Fault::answer_without_connection)) {
    fields += odd(Oddity::token_lists) ? "Connection: keep-alive, Upgrade\r\n"
                                       : "Connection: Upgrade\r\n";
  }
  return fields;
}

std::string accept_fields(const Request& request) {
  if (fault(Fault::answer_without_accept)) {
    return {};
  }
  const std::vector<std::string_view> keys = request.head.values("Sec-WebSocket-Key");
  const std::string name =
      odd(Oddity::odd_field_case) ? "sec-websocket-ACCEPT:\t " : "Sec-WebSocket-Accept: ";
  const std::string line =
      name + accept_value(keys.empty() ? std::string_view{} : keys.front()) + "\r\n";
  return fault(Fault::accept_twice) ? line + line : line;
}

std::string other_fields(const Request& request) {
  std::string fields;
  if (odd(Oddity::extra_fields)) {
    fields +=
        "Server: sham\r\nDate: Thu, 01 Jan 1970 00:00:00 GMT\r\nX-Empty:\r\nX-Sham: a, \"b\"\r\n";
  }
  if (fault(Fault::answer_with_length)) {
    fields += "Content-Length: 0\r\n";
  }
  if (fault(Fault::answer_chunked)) {
    fields += "Transfer-Encoding: chunked\r\n";
  }
  if (fault(Fault::target_reflected_raw)) {
    fields += "X-Query: " + percent_decoded(query_of(request)) + "\r\n";
  }
  return fields;
}

std::string with_bare_lf(const std::string& head) {
  std::string result;
  std::copy_if(head.begin(), head.end(), std::back_inserter(result),
               [](char c) { return c != '\r'; });
  return result;
}

std::string start_line() {
  if (fault(Fault::answer_status_200)) {
    return "HTTP/1.1 200 OK\r\n";
  }
  if (fault(Fault::answer_http_1_0)) {
    return "HTTP/1.0 101 Switching Protocols\r\n";
  }
  return odd(Oddity::other_reason_phrase) ? "HTTP/1.1 101 Web Socket Protocol Handshake\r\n"
                                          : "HTTP/1.1 101 Switching Protocols\r\n";
}

ServerAnswer accept(const Request& request, const Options& options) {
  ServerAnswer answer;
  answer.upgraded = true;
  answer.octets = start_line() + connection_fields() + accept_fields(request) +
                  subprotocol_fields(request, options) +
                  extension_fields(request, options, answer.deflate) + other_fields(request) +
                  "\r\n";
  if (fault(Fault::answer_bare_lf)) {
    answer.octets = with_bare_lf(answer.octets);
  }
  if (fault(Fault::answer_extra_line)) {
    answer.octets += "\r\n";
  }
  return answer;
}

// RFC 7692 §7: an offer nobody can take is declined, which is no reason to refuse the upgrade.
bool refuses_for_offer(const Request& request) {
  if (!fault(Fault::bad_offer_refuses_upgrade)) {
    return false;
  }
  const auto offers = parse_extensions(request.head.joined("Sec-WebSocket-Extensions"));
  return offers && !choose_offer(*offers);
}

}  // namespace

ServerAnswer refuse(int status, std::string_view text) {
  const bool version_refused = text.find("version 13") != std::string_view::npos;
  const int sent = sent_status(status, version_refused);
  ServerAnswer answer;
  answer.silent = fault(Fault::refusal_is_silence);
  answer.leaves_open = fault(Fault::refusal_leaves_open);
  std::string& head = answer.octets;
  head = "HTTP/1.1 " + std::to_string(sent) + " " + std::string(reason_of(sent)) + "\r\n";
  const bool names_upgrade = status == 426 && !fault(Fault::refusal_426_without_upgrade);
  head += names_upgrade ? "Connection: close, Upgrade\r\nUpgrade: websocket\r\n"
                        : "Connection: close\r\n";
  head += status == 426 || sent == 400 ? version_field() : "";
  head += status == 405 && !fault(Fault::refusal_405_without_allow) ? "Allow: GET\r\n" : "";
  if (!fault(Fault::refusal_without_end)) {
    head +=
        "Content-Type: text/plain\r\nContent-Length: " + std::to_string(text.size() + 1) + "\r\n";
  }
  head += "\r\n" + std::string(text) + "\n";
  return answer;
}

ServerAnswer answer_request(std::string_view head, const Options& options) {
  std::optional<Head> parsed = parse_head(head);
  if (!parsed) {
    return refuse(400, "the request head is malformed");
  }
  const std::optional<Request> request = read_request(std::move(*parsed));
  if (!request) {
    return refuse(400, "the request line is malformed");
  }
  if (const std::optional<Refusal> refusal = check_request(*request, options)) {
    ServerAnswer answer = refuse(refusal->status, refusal->text);
    if (request->method == "HEAD" && !fault(Fault::refusal_content_to_head)) {
      answer.octets.resize(answer.octets.find("\r\n\r\n") + 4);
    }
    return answer;
  }
  if (refuses_for_offer(*request)) {
    return refuse(400, "the compression offer cannot be taken");
  }
  return accept(*request, options);
}

}  // namespace sham
