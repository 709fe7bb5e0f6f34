// SPDX-License-Identifier: Apache-2.0
#include "wire/http_head.hpp"

#include <algorithm>
#include <array>
#include <utility>

namespace osprey::wire {
namespace {

constexpr std::string_view kLineEnd = "\r\n";
// Octets; a longer head makes its memory grow.
constexpr std::size_t kUsualHead = 1024;
constexpr std::size_t kMostKept = 4 * kUsualHead;
constexpr std::size_t kUsualFields = 12;

constexpr std::array<bool, 256> make_token_table() {
  std::array<bool, 256> table{};
  for (const char c : std::string_view("!#$%&'*+-.^_`|~0123456789abcdefghijklmnopqrstuvwxyz"
                                       "ABCDEFGHIJKLMNOPQRSTUVWXYZ")) {
    table[static_cast<unsigned char>(c)] = true;
  }
  return table;
}
// RFC 9110 §5.6.2: tchar.
constexpr std::array<bool, 256> kTokenOctets = make_token_table();

bool is_blank(char c) noexcept {
  return c == ' ' || c == '\t';
}
bool is_digit(char c) noexcept {
  return c >= '0' && c <= '9';
}

char lower(char c) noexcept {
  return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
}

// Cuts the next line off `text`, its end removed.
std::string_view next_line(std::string_view& text) noexcept {
  const std::size_t end = text.find(kLineEnd);
  const std::string_view line = text.substr(0, end);
  text.remove_prefix(end == std::string_view::npos ? text.size() : end + kLineEnd.size());
  return line;
}

// "HTTP/1.x": the digit x; -1 when malformed, -2 for another major version.
int minor_version_of(std::string_view version) noexcept {
  if (version.size() != 8 || version.substr(0, 5) != "HTTP/" || !is_digit(version[5]) ||
      version[6] != '.' || !is_digit(version[7])) {
    return -1;
  }
  return version[5] == '1' ? version[7] - '0' : -2;
}

Outcome<HeaderField> parse_field(std::string_view line) {
  // RFC 9112 §5.2: a server refuses folded lines; this covers a blank before the first field too.
  if (is_blank(line.front())) {
    return WireError::obs_fold;
  }
  const std::size_t colon = line.find(':');
  if (colon == std::string_view::npos) {
    return WireError::field_without_colon;
  }
  const HeaderField field{line.substr(0, colon), trimmed(line.substr(colon + 1))};
  // RFC 9112 §5.1: nothing stands between name and colon.
  if (!is_token(field.name)) {
    return WireError::field_name_invalid;
  }
  if (!is_field_value(field.value)) {
    return Failure{WireError::field_value_invalid, std::string(field.name)};
  }
  return field;
}

WireError parse_fields(std::string_view text, std::vector<HeaderField>& fields) {
  while (!text.empty()) {
    const std::string_view line = next_line(text);
    if (line.empty()) {
      return WireError::field_without_colon;
    }
    const Outcome<HeaderField> field = parse_field(line);
    if (!field.ok()) {
      return field.error();
    }
    fields.push_back(field.value());
  }
  return WireError::none;
}

// RFC 9112 §3: nothing in a target but visible ASCII.
bool is_target(std::string_view target) noexcept {
  return !target.empty() &&
         std::all_of(target.begin(), target.end(), [](char c) { return c > ' ' && c < '\x7F'; });
}

}  // namespace

void HeadReader::restart(std::size_t limit) noexcept {
  text_.clear();
  if (text_.capacity() > kMostKept) {
    text_ = {};
  }
  limit_ = limit;
  taken_ = 0;
  line_start_ = 0;
  state_ = State::needs_more;
  error_ = WireError::none;
}

std::size_t HeadReader::feed(ConstOctets in) {
  const std::string_view all = text_of(in);
  std::size_t at = 0;
  if (text_.empty()) {
    text_.reserve(std::min({all.size(), limit_, kUsualHead}));
  }
  while (at < all.size() && state_ == State::needs_more) {
    at += take_line(all.substr(at));
  }
  return at;
}

// Takes octets up to the end of the first line, or all there are. A line without anything doubtful
// is taken at once.
std::size_t HeadReader::take_line(std::string_view in) {
  const std::size_t end = in.find('\n');
  const std::string_view line = in.substr(0, end == std::string_view::npos ? end : end + 1);
  const bool after_cr = !text_.empty() && text_.back() == '\r';
  if (line.size() >= kLineEnd.size() && end == line.find('\r') + 1 && !after_cr &&
      line.size() <= limit_ - taken_ && line.find('\0') == std::string_view::npos) {
    taken_ += line.size();
    text_.append(line);
    line_ended();
    return line.size();
  }
  std::size_t at = 0;
  while (at < line.size() && state_ == State::needs_more) {
    take(line[at]);
    ++at;
  }
  return at;
}

void HeadReader::take(char octet) {
  if (++taken_ > limit_) {
    // RFC 9112 §3: what does not end within the limit is the target, not the fields.
    const bool in_target =
        kind_ == HeadKind::request && line_start_ == 0 && text_.find(' ') != std::string::npos;
    return fail(in_target ? WireError::target_too_long : WireError::head_too_large);
  }
  const bool after_cr = !text_.empty() && text_.back() == '\r';
  // RFC 9112 §2.2: lines end in CR LF; either alone invites two readings of one message.
  if (after_cr != (octet == '\n')) {
    return fail(WireError::bare_line_break);
  }
  // RFC 9110 §5.5: NUL is never right.
  if (octet == '\0') {
    return fail(WireError::nul_octet);
  }
  text_.push_back(octet);
  if (octet == '\n') {
    line_ended();
  }
}

namespace {

// RFC 9112 §5.2: a client reads a folded line of a response as one, with blanks in place of the
// fold. A blank right behind the status line folds nothing and stays an error.
void unfold(std::string& text) noexcept {
  std::size_t at = text.find(kLineEnd);
  while (at != std::string::npos) {
    at = text.find(kLineEnd, at + kLineEnd.size());
    if (at != std::string::npos && at + 2 < text.size() && is_blank(text[at + 2])) {
      text[at] = text[at + 1] = ' ';
    }
  }
}

}  // namespace

void HeadReader::line_ended() {
  const std::size_t length = text_.size() - line_start_ - kLineEnd.size();
  if (length != 0) {
    line_start_ = text_.size();
    return;
  }
  text_.resize(line_start_);
  if (!text_.empty() || kind_ == HeadKind::response) {
    state_ = State::complete;
    if (kind_ == HeadKind::response) {
      unfold(text_);
    }
  }
}

void HeadReader::fail(WireError error) noexcept {
  state_ = State::failed;
  error_ = error;
}

Outcome<RequestHead> parse_request_head(std::string_view text) {
  const std::string_view line = next_line(text);
  const std::size_t first = line.find(' ');
  const std::size_t second = line.find(' ', first == std::string_view::npos ? first : first + 1);
  // RFC 9112 §3: method, target and version, one blank between each.
  if (second == std::string_view::npos) {
    return WireError::bad_request_line;
  }
  RequestHead head;
  head.method = line.substr(0, first);
  head.target = line.substr(first + 1, second - first - 1);
  head.minor_version = minor_version_of(line.substr(second + 1));
  if (!is_token(head.method) || head.minor_version == -1) {
    return WireError::bad_request_line;
  }
  if (head.minor_version < 0) {
    return Failure{WireError::http_version_unsupported, std::string(line.substr(second + 1))};
  }
  if (!is_target(head.target)) {
    return WireError::target_invalid;
  }
  head.fields.reserve(kUsualFields);
  const WireError error = parse_fields(text, head.fields);
  if (error != WireError::none) {
    return error;
  }
  return head;
}

Outcome<ResponseHead> parse_response_head(std::string_view text) {
  const std::string_view line = next_line(text);
  ResponseHead head;
  head.minor_version = minor_version_of(line.substr(0, 8));
  const std::string_view rest = line.substr(std::min<std::size_t>(line.size(), 8));
  // RFC 9112 §4: version, blank, three digits, blank, a reason that may be empty; then the last
  // blank is often lost.
  const bool shaped = rest.size() >= 4 && rest[0] == ' ' && is_digit(rest[1]) &&
                      is_digit(rest[2]) && is_digit(rest[3]) &&
                      (rest.size() == 4 || rest[4] == ' ');
  if (head.minor_version < 0 || !shaped || rest[1] == '0' || !is_field_value(rest)) {
    return WireError::bad_status_line;
  }
  head.status = (rest[1] - '0') * 100 + (rest[2] - '0') * 10 + (rest[3] - '0');
  head.reason = rest.substr(std::min<std::size_t>(rest.size(), 5));
  const WireError error = parse_fields(text, head.fields);
  if (error != WireError::none) {
    return error;
  }
  return head;
}

bool same_ignoring_case(std::string_view a, std::string_view b) noexcept {
  return a.size() == b.size() && std::equal(a.begin(), a.end(), b.begin(),
                                            [](char x, char y) { return lower(x) == lower(y); });
}

bool is_token_char(char c) noexcept {
  return kTokenOctets[static_cast<unsigned char>(c)];
}

bool is_token(std::string_view text) noexcept {
  return !text.empty() && std::all_of(text.begin(), text.end(), is_token_char);
}

bool is_field_value(std::string_view text) noexcept {
  return std::all_of(text.begin(), text.end(), [](char c) {
    const auto octet = static_cast<unsigned char>(c);
    return c == '\t' || (octet >= 0x20 && octet != 0x7F);
  });
}

std::string_view trimmed(std::string_view text) noexcept {
  while (!text.empty() && is_blank(text.front())) {
    text.remove_prefix(1);
  }
  while (!text.empty() && is_blank(text.back())) {
    text.remove_suffix(1);
  }
  return text;
}

std::vector<std::string_view> values_of(const std::vector<HeaderField>& fields,
                                        std::string_view name) {
  std::vector<std::string_view> values;
  for (const HeaderField& field : fields) {
    if (same_ignoring_case(field.name, name)) {
      values.push_back(field.value);
    }
  }
  return values;
}

std::vector<std::string_view> list_members(const std::vector<std::string_view>& values) {
  std::vector<std::string_view> members;
  for (std::string_view rest : values) {
    while (!rest.empty()) {
      const std::size_t comma = std::min(rest.find(','), rest.size());
      const std::string_view member = trimmed(rest.substr(0, comma));
      rest.remove_prefix(std::min(comma + 1, rest.size()));
      if (!member.empty()) {
        members.push_back(member);
      }
    }
  }
  return members;
}

bool list_has_token(const std::vector<std::string_view>& values, std::string_view token) {
  const std::vector<std::string_view> members = list_members(values);
  return std::any_of(members.begin(), members.end(), [token](std::string_view member) {
    return same_ignoring_case(member, token);
  });
}

}  // namespace osprey::wire
