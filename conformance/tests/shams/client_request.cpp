// SPDX-License-Identifier: Apache-2.0
#include <algorithm>

#include "accept_key.hpp"
#include "client_handshake.hpp"
#include "client_offer.hpp"
#include "fault.hpp"

namespace sham {
namespace {

std::string target_of(const Url& url) {
  std::string target = url.resource;
  if (fault(Fault::request_target_without_slash)) {
    target.erase(0, 1);
  }
  if (fault(Fault::request_target_with_fragment)) {
    target += "#part";
  }
  if (odd(Oddity::absolute_target)) {
    target = (url.tls ? "https://" : "http://") + url.authority() + target;
  }
  return target;
}

std::string request_line(const Url& url) {
  const std::string method = fault(Fault::request_method_post) ? "POST " : "GET ";
  return method + target_of(url) +
         (fault(Fault::request_http_1_0) ? " HTTP/1.0\r\n" : " HTTP/1.1\r\n");
}

std::string host_fields(const Url& url) {
  if (fault(Fault::request_without_host)) {
    return {};
  }
  std::string value = url.authority();
  if (fault(Fault::request_host_without_port)) {
    value = value.substr(0, value.rfind(':'));
  }
  if (fault(Fault::request_host_wrong)) {
    value = "elsewhere.example:9";
  }
  std::string line = "Host: " + value + "\r\n";
  if (fault(Fault::request_space_before_colon)) {
    line = "Host : " + value + "\r\n";
  }
  return fault(Fault::request_host_twice) ? line + line : line;
}

std::string upgrade_fields() {
  if (odd(Oddity::odd_field_case)) {
    return "cOnNeCtIoN: uPGRADE\r\nUPGRADE: WebSocket\r\n";
  }
  std::string fields;
  if (!fault(Fault::request_without_upgrade)) {
    fields += fault(Fault::request_upgrade_wrong) ? "Upgrade: h2c\r\n" : "Upgrade: websocket\r\n";
  }
  if (fault(Fault::request_connection_keep_alive)) {
    fields += "Connection: keep-alive\r\n";
  } else if (!fault(Fault::request_without_connection)) {
    fields += odd(Oddity::token_lists) ? "Connection: keep-alive, Upgrade\r\n"
                                       : "Connection: Upgrade\r\n";
  }
  return fields;
}

std::string key_fields(const std::string& key) {
  if (fault(Fault::request_without_key)) {
    return {};
  }
  const std::string name =
      odd(Oddity::odd_field_case) ? "SEC-WEBSOCKET-key: " : "Sec-WebSocket-Key: ";
  const std::string line = name + key + "\r\n";
  return fault(Fault::request_key_twice) ? line + name + new_key() + "\r\n" : line;
}

std::string version_fields() {
  if (fault(Fault::request_without_version)) {
    return {};
  }
  if (fault(Fault::request_version_8)) {
    return "Sec-WebSocket-Version: 8\r\n";
  }
  if (fault(Fault::request_version_list)) {
    return "Sec-WebSocket-Version: 13, 8\r\n";
  }
  const std::string line = "Sec-WebSocket-Version: 13\r\n";
  return fault(Fault::request_version_twice) ? line + line : line;
}

std::string subprotocol_fields(const Options& options) {
  const std::string name = "Sec-WebSocket-Protocol: ";
  if (fault(Fault::request_protocol_empty)) {
    return name + "\r\n";
  }
  std::string list;
  for (const std::string& subprotocol : options.subprotocols) {
    list += (list.empty() ? "" : ", ") + subprotocol;
  }
  if (fault(Fault::request_protocol_repeated)) {
    list = "chat, chat";
  }
  if (fault(Fault::request_protocol_no_token)) {
    list = "chat room";
  }
  return list.empty() ? "" : name + list + "\r\n";
}

std::string extension_fields(const Options& options) {
  const std::string name = "Sec-WebSocket-Extensions: ";
  if (fault(Fault::request_extension_empty)) {
    return name + "\r\n";
  }
  if (odd(Oddity::many_offers)) {
    return name + "permessage-deflate; server_max_window_bits=10; client_max_window_bits\r\n" +
           name + "permessage-deflate; client_max_window_bits\r\n";
  }
  const std::string offer = sent_offer(options);
  return offer.empty() ? "" : name + offer + "\r\n";
}

std::string other_fields() {
  std::string fields;
  if (odd(Oddity::extra_fields)) {
    fields += "User-Agent: sham\r\nX-Empty:\r\nCookie: a=b; c=\"d\"\r\n";
  }
  if (odd(Oddity::sends_origin)) {
    fields += "Origin: http://127.0.0.1\r\n";
  }
  if (fault(Fault::request_line_folded)) {
    fields += "X-Folded: one\r\n two\r\n";
  }
  if (fault(Fault::request_with_body)) {
    fields += "Content-Length: 5\r\n";
  }
  return fields;
}

}  // namespace

std::string sent_offer(const Options& options) {
  if (!options.deflate || odd(Oddity::declines_deflate) ||
      fault(Fault::response_deflate_may_be_unoffered)) {
    return {};
  }
  const std::string offer = "permessage-deflate; client_max_window_bits";
  if (fault(Fault::request_extension_malformed)) {
    return offer + ";";
  }
  if (fault(Fault::request_bits_16)) {
    return offer + "=16";
  }
  if (fault(Fault::request_bits_leading_zero)) {
    return offer + "=09";
  }
  if (fault(Fault::request_bits_without_value)) {
    return offer + "; server_max_window_bits";
  }
  if (fault(Fault::request_parameter_twice)) {
    return offer + "; client_max_window_bits";
  }
  if (fault(Fault::request_parameter_unknown)) {
    return offer + "; compression_level=9";
  }
  if (fault(Fault::response_larger_bits_accepted) || odd(Oddity::offers_small_window)) {
    return offer + "; server_max_window_bits=10";
  }
  if (fault(Fault::response_unoffered_client_bits_accepted)) {
    return "permessage-deflate";
  }
  if (odd(Oddity::spaced_extension)) {
    return "permessage-deflate \t;  client_max_window_bits";
  }
  return odd(Oddity::quoted_parameters) ? offer + "=\"15\"" : options.offer;
}

std::string build_request(const Url& url, const std::string& key, const Options& options) {
  std::string request = request_line(url) + host_fields(url) + upgrade_fields() + key_fields(key) +
                        version_fields() + subprotocol_fields(options) + extension_fields(options) +
                        other_fields() + "\r\n";
  if (fault(Fault::request_with_body)) {
    request += "HELLO";
  }
  if (fault(Fault::request_bare_lf)) {
    request.erase(std::remove(request.begin(), request.end(), '\r'), request.end());
  }
  return request;
}

}  // namespace sham
