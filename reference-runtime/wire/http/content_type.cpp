// SPDX-License-Identifier: Apache-2.0
#include "wire/http/content_type.hpp"

#include <algorithm>

#include "wire/http_head.hpp"
#include "wire/utf8.hpp"

namespace osprey::wire::http {
namespace {

constexpr std::string_view kBlanks = " \t\r\n";

bool begins_with_tag(std::string_view text, std::string_view tag) noexcept {
  if (!same_ignoring_case(text.substr(0, tag.size()), tag)) {
    return false;
  }
  return text.size() == tag.size() ||
         std::string_view(" \t\r\n/>").find(text[tag.size()]) != std::string_view::npos;
}

// The text behind the declaration, comments and document type of an XML text.
std::string_view xml_root(std::string_view text) noexcept {
  while (text.starts_with("<?") || text.starts_with("<!")) {
    const bool comment = text.starts_with("<!--");
    const std::size_t end = text.find(comment ? "-->" : ">");
    if (end == std::string_view::npos) {
      return {};
    }
    text = text.substr(end + (comment ? 3 : 1));
    text.remove_prefix(std::min(text.find_first_not_of(kBlanks), text.size()));
  }
  return text;
}

bool is_text(std::string_view text) noexcept {
  return is_utf8(octets_of(text)) && std::none_of(text.begin(), text.end(), [](char c) {
           const auto octet = static_cast<unsigned char>(c);
           return (octet < 0x20 && octet != '\t' && octet != '\n' && octet != '\r' &&
                   octet != '\f') ||
                  octet == 0x7F;
         });
}

bool looks_like_json(std::string_view text) noexcept {
  const char last = text[text.find_last_not_of(kBlanks)];
  return (text.front() == '{' && last == '}') || (text.front() == '[' && last == ']');
}

}  // namespace

std::string_view content_type_of(ConstOctets body) noexcept {
  const std::string_view whole = text_of(body);
  if (whole.empty()) {
    return {};
  }
  if (!is_text(whole)) {
    return "application/octet-stream";
  }
  std::string_view text = whole;
  if (text.starts_with("\xEF\xBB\xBF")) {
    text.remove_prefix(3);
  }
  text.remove_prefix(std::min(text.find_first_not_of(kBlanks), text.size()));
  if (!text.empty() && looks_like_json(text)) {
    return "application/json";
  }
  for (const std::string_view tag : {"<!doctype html", "<html", "<head", "<body"}) {
    if (begins_with_tag(text, tag)) {
      return "text/html; charset=utf-8";
    }
  }
  const bool declared = begins_with_tag(text, "<?xml");
  if (begins_with_tag(declared ? xml_root(text) : text, "<svg")) {
    return "image/svg+xml";
  }
  return declared ? "application/xml" : "text/plain; charset=utf-8";
}

}  // namespace osprey::wire::http
