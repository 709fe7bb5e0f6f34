// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <optional>
#include <string>
#include <vector>

#include "case/reading.hpp"
#include "run/connection/handshake_text.hpp"
#include "run/match/http_legal.hpp"
#include "run/match/outcome.hpp"

namespace conform {

// What a header field has to be. Placeholders are not filled in yet.
struct HeaderExpect {
  std::string name;
  bool absent = false, present = false;
  bool leads = false;  // the first header of all
  std::optional<std::string> equals, contains, differs;
  std::vector<std::string> lacks;
  std::optional<std::string> includes,
      excludes;  // text anywhere in the value; an absent header is empty
  std::vector<std::string> one_of;
  bool one_of_absent = false;
  std::optional<int> count;
  HeaderForm form = HeaderForm::any;
  std::optional<int> same_as;  // setup http: the value this header has in that response, from 1
  std::string text;
};

std::vector<HeaderExpect> read_header_expects(Reading& in, const Tree& tree);
std::string header_expects_schema();
// `handshake` fills in placeholders; nullptr leaves them.
Outcome match_headers(const std::vector<HeaderExpect>& expected, const wire::HttpHead& head,
                      const HandshakeFacts* handshake);

// A value as a sentence shows it.
std::string shown(const std::optional<std::string>& value);

}  // namespace conform
