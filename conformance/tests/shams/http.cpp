// SPDX-License-Identifier: Apache-2.0
#include "http.hpp"

#include <algorithm>

#include "fault.hpp"
#include "text.hpp"

namespace sham {
namespace {

bool same_name(std::string_view a, std::string_view b) {
  if (fault(Fault::field_names_case_sensitive) || fault(Fault::response_names_case_sensitive)) {
    return a == b;
  }
  return equal_ignoring_case(a, b);
}

bool keeps_blanks() {
  return fault(Fault::field_blanks_kept) || fault(Fault::accept_blanks_kept);
}

bool skips_bad_lines() {
  return fault(Fault::line_without_colon_accepted) || fault(Fault::response_syntax_not_checked);
}

std::string_view without_one_blank(std::string_view text) {
  return text.starts_with(' ') ? text.substr(1) : text;
}

// RFC 9110 §5.5: a field value has no control characters except tabs.
bool has_bad_octet(std::string_view value) {
  return std::any_of(value.begin(), value.end(), [](char c) {
    if (c == '\0' && fault(Fault::nul_in_field_accepted)) {
      return false;
    }
    return (octet(c) < 0x20 && c != '\t') || octet(c) == 0x7f;
  });
}

std::optional<Field> parse_field(std::string_view line) {
  const std::size_t colon = line.find(':');
  if (colon == std::string_view::npos) {
    return std::nullopt;
  }
  std::string_view name = line.substr(0, colon);
  if (fault(Fault::space_before_colon_accepted)) {
    name = trimmed(name);
  }
  // RFC 9112 §5.1: no blank between name and colon; a line that begins with one is a folded line
  // (§5.2).
  if (!is_token(name) || has_bad_octet(line.substr(colon + 1))) {
    return std::nullopt;
  }
  const std::string_view value = line.substr(colon + 1);
  if (fault(Fault::response_blank_required) && !value.starts_with(' ')) {
    return std::nullopt;
  }
  return Field{std::string(name),
               std::string(keeps_blanks() ? without_one_blank(value) : trimmed(value))};
}

std::string with_cr_ended_lines(std::string_view text) {
  std::string result;
  for (std::size_t i = 0; i < text.size(); ++i) {
    result += text[i];
    if (text[i] == '\r' && (i + 1 == text.size() || text[i + 1] != '\n')) {
      result += '\n';
    }
  }
  return result;
}

}  // namespace

std::vector<std::string_view> Head::values(std::string_view name) const {
  std::vector<std::string_view> found;
  for (const Field& field : fields) {
    if (same_name(field.name, name)) {
      found.emplace_back(field.value);
    }
  }
  return found;
}

std::string Head::joined(std::string_view name) const {
  std::string all;
  for (const std::string_view value : values(name)) {
    if (!all.empty()) {
      all += ", ";
    }
    all += value;
  }
  return all;
}

std::optional<std::size_t> head_end(std::string_view received) {
  const std::size_t end = received.find("\r\n\r\n");
  return end == std::string_view::npos ? std::nullopt : std::optional(end + 4);
}

bool has_bare_lf(std::string_view received) {
  for (std::size_t at = received.find('\n'); at != std::string_view::npos;
       at = received.find('\n', at + 1)) {
    if (at == 0 || received[at - 1] != '\r') {
      return true;
    }
  }
  return false;
}

std::optional<Head> parse_head(std::string_view text) {
  std::string changed;
  if (fault(Fault::bare_cr_ends_line)) {
    changed = with_cr_ended_lines(text);
    text = changed;
  }
  Head head;
  bool first = true;
  while (!text.starts_with("\r\n")) {
    const std::size_t end = text.find("\r\n");
    if (end == std::string_view::npos) {
      return std::nullopt;
    }
    const std::string_view line = text.substr(0, end);
    text.remove_prefix(end + 2);
    if (first) {
      head.start = line;
      first = false;
      continue;
    }
    std::optional<Field> field = parse_field(line);
    if (field) {
      head.fields.push_back(std::move(*field));
    } else if (!skips_bad_lines() || (line.find(':') != std::string_view::npos &&
                                      !fault(Fault::response_syntax_not_checked))) {
      return std::nullopt;
    }
  }
  return head;
}

}  // namespace sham
