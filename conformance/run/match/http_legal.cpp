// SPDX-License-Identifier: Apache-2.0
#include "run/match/http_legal.hpp"

#include <algorithm>
#include <ctime>

#include "wire/describe.hpp"

namespace conform {

using wire::HttpHead;

bool is_token(std::string_view text) {
  static constexpr std::string_view kOthers = "!#$%&'*+-.^_`|~";
  return !text.empty() && std::all_of(text.begin(), text.end(), [](char c) {
    return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
           kOthers.find(c) != std::string_view::npos;
  });
}

static bool is_number(std::string_view text) {
  return !text.empty() &&
         std::all_of(text.begin(), text.end(), [](char c) { return c >= '0' && c <= '9'; });
}

// RFC 9110 §5.6.7: "Sun, 06 Nov 1994 08:49:37 GMT", with the weekday that belongs to the day.
static bool read_date(const std::string& text, std::time_t& out) {
  std::tm parts{};
  const char* end = ::strptime(text.c_str(), "%a, %d %b %Y %H:%M:%S GMT", &parts);
  if (end == nullptr || *end != '\0' || text.size() != 29) return false;
  out = ::timegm(&parts);
  std::tm again{};
  ::gmtime_r(&out, &again);
  char right[40];
  std::strftime(right, sizeof(right), "%a, %d %b %Y %H:%M:%S GMT", &again);
  return text == right;
}

bool has_form(const std::string& value, HeaderForm form) {
  std::time_t when = 0;
  switch (form) {
    case HeaderForm::any:
      return true;
    case HeaderForm::date:
      return read_date(value, when);
    case HeaderForm::current_date:
      return read_date(value, when) && std::abs(when - std::time(nullptr)) < 120;
    case HeaderForm::number:
      return is_number(value);
    case HeaderForm::tokens: {
      HttpHead head;
      head.headers.push_back({"list", value});
      const auto all = head.elements("list");
      return std::all_of(all.begin(), all.end(), is_token);
    }
  }
  return false;
}

// RFC 9112 §2.2, §5 and §5.2; RFC 9110 §5.5.
static Outcome legal_lines(const HttpHead& head) {
  for (std::size_t i = 0; i < head.raw.size(); ++i) {
    const bool cr = head.raw[i] == '\r';
    const bool lf = head.raw[i] == '\n';
    const bool pair = cr ? i + 1 < head.raw.size() && head.raw[i + 1] == '\n'
                         : !lf || (i > 0 && head.raw[i - 1] == '\r');
    if (!pair) return Outcome::no("a CR or LF stands alone in the head");
    if (head.raw[i] == '\0') return Outcome::no("the head holds a NUL");
  }
  for (const wire::Header& header : head.headers) {
    if (!is_token(header.name)) {
      return Outcome::no("a header line has no valid name: " +
                         wire::describe(header.name + ":" + header.value));
    }
  }
  return Outcome::yes();
}

// RFC 9110 §5.3: a field that is no list stands once; §5.6.1.1: a list has no empty elements.
static Outcome legal_values(const HttpHead& head) {
  for (const char* name : {"Content-Length", "Content-Type", "Date", "Host", "Location", "Server",
                           "User-Agent", "Last-Modified", "ETag", "Retry-After", "Age"}) {
    if (head.values(name).size() > 1)
      return Outcome::no(std::string(name) + " is there several times, and may be there once");
  }
  for (const char* name : {"Connection", "Transfer-Encoding", "Allow", "TE", "Trailer", "Upgrade",
                           "Vary", "Accept-Ranges", "Content-Encoding", "Expect"}) {
    for (const std::string& value : head.values(name)) {
      std::string_view rest = value;
      while (!rest.empty()) {
        const auto comma = std::min(rest.find(','), rest.size());
        const bool last = comma == rest.size();
        if (wire::trim(rest.substr(0, comma)).empty() || comma + 1 == rest.size())
          return Outcome::no(std::string(name) + " has an empty element: \"" + value + "\"");
        rest.remove_prefix(last ? comma : comma + 1);
      }
    }
  }
  return Outcome::yes();
}

// RFC 9110 §5.6.3: one blank where blanks are usual, none where they are not.
static Outcome tidy_lines(const HttpHead& head) {
  std::string_view rest = head.raw;
  rest.remove_prefix(std::min(rest.find("\r\n"), rest.size()));
  while (rest.size() > 2) {
    rest.remove_prefix(2);
    const auto line = rest.substr(0, rest.find("\r\n"));
    rest.remove_prefix(line.size());
    const auto colon = line.find(':');
    if (colon == std::string_view::npos || colon + 1 == line.size()) continue;
    const auto value = line.substr(colon + 1);
    const auto inner = wire::trim(value);
    if (!inner.empty() && (value.size() != inner.size() + 1 || value[0] != ' '))
      return Outcome::no("not exactly one space before a value, or some after it: " +
                         wire::describe(std::string(line)));
  }
  return Outcome::yes();
}

// RFC 9112 §6.2, RFC 9110 §8.6.
static Outcome legal_framing(const HttpHead& head) {
  const auto lengths = head.values("Content-Length");
  if (lengths.size() > 1) return Outcome::no("there are several Content-Length headers");
  if (!lengths.empty() && !is_number(lengths.front()))
    return Outcome::no("Content-Length is \"" + lengths.front() + "\"");
  const auto codings = head.elements("Transfer-Encoding");
  if (!codings.empty() && !lengths.empty())
    return Outcome::no("Content-Length and Transfer-Encoding are both there");
  const auto chunked = std::count_if(codings.begin(), codings.end(), [](const std::string& one) {
    return wire::same_name(one, "chunked");
  });
  if (chunked > 1) return Outcome::no("chunked is applied twice");
  // RFC 9112 §7.4: nobody has asked for more than chunked.
  if (static_cast<std::size_t>(chunked) != codings.size())
    return Outcome::no("a transfer coding that was not asked for: " + codings.front());
  return Outcome::yes();
}

Outcome legal_http_response(const HttpHead& head, Legality how) {
  const std::string& line = head.start_line;
  // RFC 9112 §4: version, blank, three digits, blank, a reason or nothing.
  const bool shaped = line.size() >= 13 && line.rfind("HTTP/1.", 0) == 0 &&
                      is_number(line.substr(7, 1)) && line[8] == ' ' &&
                      is_number(line.substr(9, 3)) && line[12] == ' ';
  if (!shaped) return Outcome::no("the status line is " + wire::describe(line));
  Outcome lines = legal_lines(head);
  if (lines.answer == Answer::yes) lines = legal_values(head);
  if (lines.answer == Answer::yes && how == Legality::tidy) lines = tidy_lines(head);
  if (lines.answer == Answer::no) return lines;
  const int status = head.status();
  if ((status < 200 || status == 204) &&
      (head.first("Content-Length") || head.first("Transfer-Encoding"))) {
    return Outcome::no("a " + std::to_string(status) + " has Content-Length or Transfer-Encoding");
  }
  return legal_framing(head);
}

Outcome legal_http_request(const HttpHead& head, Legality how) {
  const std::string& line = head.start_line;
  const auto first = line.find(' ');
  const auto last = line.rfind(' ');
  const bool shaped = first != std::string::npos && last > first &&
                      is_token(line.substr(0, first)) && line.find(' ', first + 1) == last &&
                      line.size() == last + 9 && line.rfind("HTTP/1.", last + 1) == last + 1 &&
                      is_number(line.substr(last + 8));
  if (!shaped) return Outcome::no("the request line is " + wire::describe(line));
  const std::string target = line.substr(first + 1, last - first - 1);
  const bool visible = std::all_of(target.begin(), target.end(),
                                   [](char c) { return c > ' ' && c < '\x7F' && c != '#'; });
  if (target.empty() || !visible)
    return Outcome::no("the request's target is " + wire::describe(target));
  Outcome lines = legal_lines(head);
  if (lines.answer == Answer::yes) lines = legal_values(head);
  if (lines.answer == Answer::yes && how == Legality::tidy) lines = tidy_lines(head);
  if (lines.answer == Answer::no) return lines;
  if (head.values("Host").size() != 1) return Outcome::no("there is not exactly one Host header");
  return legal_framing(head);
}

}  // namespace conform
