// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

// The head of an HTTP/1.1 message: start line and fields, strictly read (RFC 9112).
namespace sham {

struct Field {
  std::string name;
  std::string value;
};

struct Head {
  std::string start;
  std::vector<Field> fields;

  // The values of all fields with this name, in order; the views live as long as the head.
  std::vector<std::string_view> values(std::string_view name) const;
  bool has(std::string_view name) const { return !values(name).empty(); }
  // All values as one list.
  std::string joined(std::string_view name) const;
};

// Where the head ends (one past its empty line), nullopt while it is not complete.
std::optional<std::size_t> head_end(std::string_view received);
// A line end no head may have: LF without CR before it.
bool has_bare_lf(std::string_view received);
// `text` is a whole head with its empty line; nullopt if it breaks the syntax.
std::optional<Head> parse_head(std::string_view text);

}  // namespace sham
