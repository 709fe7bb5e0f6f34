// SPDX-License-Identifier: Apache-2.0
#include "run/fetch_report.hpp"

#include <nlohmann/json.hpp>

namespace conform {

bool take_report(std::string_view text, FetchFacts& facts) {
  const auto line = nlohmann::json::parse(text, nullptr, false);
  if (!line.is_object() || (!line.contains("status") && !line.contains("error"))) return false;
  if (line.contains("error")) {
    facts.error =
        line["error"].is_string() ? line["error"].get<std::string>() : line["error"].dump();
    if (facts.error.empty()) facts.error = "(without a word)";
    return true;
  }
  if (!line["status"].is_number_integer() || !line.contains("length") ||
      !line["length"].is_number_unsigned() || !line.contains("sha256") ||
      !line["sha256"].is_string()) {
    facts.trouble = "the client's report lacks status, length or sha256: " + line.dump();
    return true;
  }
  facts.status = line["status"].get<int>();
  facts.length = line["length"].get<std::uint64_t>();
  facts.sha256 = line["sha256"].get<std::string>();
  return true;
}

}  // namespace conform
