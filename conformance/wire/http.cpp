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
  head.raw = in.substr(0, used);
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

// Chunks from `at` on. False while they are not complete; `at` is then where reading stopped.
static bool read_chunks(OctetView in, std::size_t& at, Octets& body) {
  while (true) {
    const auto line = in.find("\r\n", at);
    if (line == OctetView::npos) return false;
    std::uint64_t size = 0;
    if (std::from_chars(in.data() + at, in.data() + line, size, 16).ec != std::errc()) return false;
    const std::size_t data = line + 2;
    if (size == 0) {
      const auto end = in.substr(data, 2) == "\r\n" ? data : in.find("\r\n\r\n", data);
      if (end == OctetView::npos) return false;
      at = end + (end == data ? 2 : 4);
      return true;
    }
    if (size > in.size() || in.size() - data < size + 2) return false;
    body.append(in.substr(data, size));
    at = data + size + 2;
  }
}

static std::optional<std::uint64_t> length_of(const HttpHead& head) {
  const auto text = head.first("Content-Length");
  std::uint64_t size = 0;
  if (!text || std::from_chars(text->data(), text->data() + text->size(), size).ec != std::errc())
    return std::nullopt;
  return size;
}

bool ResponseReader::read_body(std::size_t at, HttpMessage& message, bool ended) {
  std::size_t used = buffer_.size();
  if (message.head.has_token("Transfer-Encoding", "chunked")) {
    message.complete = read_chunks(buffer_, at, message.body);
    if (!message.complete && !ended) return false;
    if (message.complete) used = at;
  } else {
    const auto size = length_of(message.head);
    const std::size_t there = buffer_.size() - at;
    if (size ? there < *size && !ended : !ended) return false;
    const std::size_t take = size ? std::min<std::uint64_t>(*size, there) : there;
    message.complete = !size || take == *size;
    message.body = buffer_.substr(at, take);
    used = at + take;
  }
  buffer_.erase(0, used);
  return true;
}

bool ResponseReader::next(HttpMessage& message, bool ended) {
  message = HttpMessage();
  std::size_t used = 0;
  auto head = read_head(buffer_, used);
  if (!head) return false;
  message.head = std::move(*head);
  const int status = message.head.status();
  const bool interim = status >= 100 && status < 200;
  const bool to_head = !asked_.empty() && asked_.front();
  if (interim || to_head || status == 204 || status == 304) {
    buffer_.erase(0, used);
  } else if (!read_body(used, message, ended)) {
    return false;
  }
  if (!interim && !asked_.empty()) asked_.pop_front();
  return true;
}

Octets ResponseReader::take_rest() {
  Octets rest;
  rest.swap(buffer_);
  return rest;
}

bool RequestReader::next_head(HttpHead& head, bool& more) {
  std::size_t used = 0;
  if (head_given_) return false;
  auto found = read_head(buffer_, used);
  if (!found) return false;
  head = std::move(*found);
  more = head.has_token("Transfer-Encoding", "chunked") ||
         length_of(head).value_or(0) > buffer_.size() - used;
  return head_given_ = true;
}

bool RequestReader::next(HttpMessage& message) {
  message = HttpMessage();
  std::size_t at = 0;
  auto head = read_head(buffer_, at);
  if (!head) return false;
  message.head = std::move(*head);
  if (message.head.has_token("Transfer-Encoding", "chunked")) {
    if (!read_chunks(buffer_, at, message.body)) return false;
  } else {
    const std::uint64_t size = length_of(message.head).value_or(0);
    if (buffer_.size() - at < size) return false;
    message.body = buffer_.substr(at, size);
    at += size;
  }
  buffer_.erase(0, at);
  head_given_ = false;
  return true;
}

}  // namespace conform::wire
