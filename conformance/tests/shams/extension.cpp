// SPDX-License-Identifier: Apache-2.0
#include "extension.hpp"

#include "fault.hpp"
#include "text.hpp"

namespace sham {
namespace {

// Reads from left to right; every function leaves the text behind what it took.
class Reader {
 public:
  explicit Reader(std::string_view text) : text_(text) {}

  void skip_blanks() {
    if (fault(Fault::list_blanks_kept)) {
      return;
    }
    while (text_.starts_with(' ') || text_.starts_with('\t')) {
      text_.remove_prefix(1);
    }
  }
  bool take(char wanted) {
    skip_blanks();
    if (!text_.starts_with(wanted)) {
      return false;
    }
    text_.remove_prefix(1);
    return true;
  }
  bool at_end() {
    skip_blanks();
    return text_.empty();
  }
  std::optional<std::string> token() {
    skip_blanks();
    std::string result;
    while (!text_.empty() && is_token_char(text_.front())) {
      result += text_.front();
      text_.remove_prefix(1);
    }
    return result.empty() ? std::nullopt : std::optional(result);
  }
  // RFC 6455 §9.1: a quoted value has to be a token once its quotes and escapes are gone.
  std::optional<std::string> quoted() {
    std::string result;
    while (!text_.empty() && text_.front() != '"') {
      if (text_.front() == '\\') {
        text_.remove_prefix(1);
      }
      if (text_.empty()) {
        return std::nullopt;
      }
      result += text_.front();
      text_.remove_prefix(1);
    }
    if (!take('"') || !is_token(result)) {
      return std::nullopt;
    }
    return result;
  }

 private:
  std::string_view text_;
};

std::optional<Parameter> parse_parameter(Reader& reader) {
  Parameter parameter;
  std::optional<std::string> name = reader.token();
  if (!name) {
    return std::nullopt;
  }
  parameter.name = *name;
  if (reader.take('=')) {
    parameter.value = reader.take('"') ? reader.quoted() : reader.token();
    if (!parameter.value) {
      return std::nullopt;
    }
  }
  return parameter;
}

std::optional<Extension> parse_extension(Reader& reader) {
  Extension extension;
  std::optional<std::string> name = reader.token();
  if (!name) {
    return std::nullopt;
  }
  extension.name = *name;
  while (reader.take(';')) {
    std::optional<Parameter> parameter = parse_parameter(reader);
    if (!parameter) {
      return std::nullopt;
    }
    extension.parameters.push_back(std::move(*parameter));
  }
  return extension;
}

}  // namespace

std::optional<std::vector<Extension>> parse_extensions(std::string_view text) {
  Reader reader(text);
  std::vector<Extension> extensions;
  bool more = true;
  while (more) {
    // RFC 2616 §2.1: empty elements of a list do not count, but one element has to be there.
    const bool skips_empty = !fault(Fault::empty_elements_refused);
    while (skips_empty && reader.take(',')) {
    }
    if (skips_empty && reader.at_end() && !extensions.empty()) {
      return extensions;
    }
    std::optional<Extension> extension = parse_extension(reader);
    if (!extension) {
      return std::nullopt;
    }
    extensions.push_back(std::move(*extension));
    more = reader.take(',');
  }
  return reader.at_end() ? std::optional(std::move(extensions)) : std::nullopt;
}

}  // namespace sham
