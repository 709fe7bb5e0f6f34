// SPDX-License-Identifier: Apache-2.0
#include "wire/http.hpp"

#include <algorithm>
#include <charconv>

namespace conform::wire {

std::string lower(std::string_view text) {
  std::string out(text);
  for (char& c : out) {
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c + 32);
  }
  return out;
}

bool same_name(std::string_view a, std::string_view b) {
  return a.size() == b.size() && lower(a) == lower(b);
}

std::string_view trim(std::string_view text) {
  const auto first = text.find_first_not_of(" \t");
  if (first == std::string_view::npos) return {};
  return text.substr(first, text.find_last_not_of(" \t") - first + 1);
}

std::vector<std::string> HttpHead::values(std::string_view name) const {
  std::vector<std::string> out;
  for (const Header& header : headers) {
    if (same_name(header.name, name)) out.push_back(header.value);
  }
  return out;
}

std::optional<std::string> HttpHead::first(std::string_view name) const {
  for (const Header& header : headers) {
    if (same_name(header.name, name)) return header.value;
  }
  return std::nullopt;
}

std::vector<std::string> HttpHead::elements(std::string_view name) const {
  std::vector<std::string> out;
  for (const std::string& value : values(name)) {
    std::size_t start = 0;
    bool quoted = false;
    for (std::size_t i = 0; i <= value.size(); ++i) {
      if (i < value.size() && value[i] == '"') quoted = !quoted;
      if (i < value.size() && (quoted || value[i] != ',')) continue;
      const auto element = trim(std::string_view(value).substr(start, i - start));
      if (!element.empty()) out.emplace_back(element);
      start = i + 1;
    }
  }
  return out;
}

bool HttpHead::has_token(std::string_view name, std::string_view token) const {
  auto all = elements(name);
  if (same_name(name, "Sec-WebSocket-Extensions")) {
    // An extension is named by what stands before its parameters.
    for (std::string& e : all) e = std::string(trim(std::string_view(e).substr(0, e.find(';'))));
  }
  return std::any_of(all.begin(), all.end(),
                     [&](const std::string& e) { return same_name(e, token); });
}

int HttpHead::status() const {
  const auto blank = start_line.find(' ');
  if (start_line.rfind("HTTP/", 0) != 0 || blank == std::string::npos) return 0;
  int status = 0;
  const char* begin = start_line.data() + blank + 1;
  const auto [end, error] = std::from_chars(begin, start_line.data() + start_line.size(), status);
  return error == std::errc() && end - begin == 3 ? status : 0;
}

std::optional<HttpHead> read_head(OctetView in, std::size_t& used) {
  auto end = in.find("\r\n\r\n");
  if (end == OctetView::npos) return std::nullopt;
  used = end + 4;
  HttpHead head;
  std::size_t at = 0;
  bool first = true;
  while (at < end + 2) {
    const auto stop = in.find("\r\n", at);
    const auto line = in.substr(at, stop - at);
    at = stop + 2;
    if (first) {
      head.start_line = line;
      first = false;
      continue;
    }
    const auto colon = line.find(':');
    if (colon == OctetView::npos) {
      head.headers.push_back({"", std::string(line)});
    } else {
      head.headers.push_back(
          {std::string(line.substr(0, colon)), std::string(trim(line.substr(colon + 1)))});
    }
  }
  return head;
}

bool ResponseReader::read_chunked(std::size_t at, HttpMessage& message, bool ended) {
  while (true) {
    const auto line = buffer_.find("\r\n", at);
    if (line == Octets::npos) break;
    std::uint64_t size = 0;
    const auto parsed = std::from_chars(buffer_.data() + at, buffer_.data() + line, size, 16);
    if (parsed.ec != std::errc()) break;
    at = line + 2;
    if (size == 0) {
      const auto end = buffer_.compare(at, 2, "\r\n") == 0 ? at : buffer_.find("\r\n\r\n", at);
      if (end == Octets::npos) break;
      at = end + (end == at ? 2 : 4);
      buffer_.erase(0, at);
      return true;
    }
    if (size > buffer_.size() || buffer_.size() - at < size + 2) break;
    message.body.append(buffer_, at, size);
    at += size + 2;
  }
  if (ended) {
    message.complete = false;
    buffer_.clear();
  }
  return ended;
}

bool ResponseReader::next(HttpMessage& message, bool ended) {
  message = HttpMessage();
  std::size_t used = 0;
  auto head = read_head(buffer_, used);
  if (!head) return false;
  message.head = std::move(*head);
  const int status = message.head.status();
  if (no_body_ || (status >= 100 && status < 200) || status == 204 || status == 304) {
    buffer_.erase(0, used);
    return true;
  }
  if (message.head.has_token("Transfer-Encoding", "chunked")) {
    return read_chunked(used, message, ended);
  }
  const auto length = message.head.first("Content-Length");
  std::uint64_t size = 0;
  const bool sized =
      length &&
      std::from_chars(length->data(), length->data() + length->size(), size).ec == std::errc();
  const std::size_t there = buffer_.size() - used;
  if (sized ? there < size && !ended : !ended) return false;
  const std::size_t take = sized ? std::min<std::uint64_t>(size, there) : there;
  message.complete = !sized || take == size;
  message.body = buffer_.substr(used, take);
  buffer_.erase(0, used + take);
  return true;
}

Octets ResponseReader::take_rest() {
  Octets rest;
  rest.swap(buffer_);
  return rest;
}

}  // namespace conform::wire
