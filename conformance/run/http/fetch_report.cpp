// SPDX-License-Identifier: Apache-2.0
#include "run/http/fetch_report.hpp"

#include <nlohmann/json.hpp>

namespace conform {

bool take_report(std::string_view text, FetchReport& report) {
  const auto line = nlohmann::json::parse(text, nullptr, false);
  if (!line.is_object() || (!line.contains("status") && !line.contains("error"))) return false;
  if (line.contains("error")) {
    report.error =
        line["error"].is_string() ? line["error"].get<std::string>() : line["error"].dump();
    if (report.error.empty()) report.error = "(without a word)";
    return true;
  }
  if (!line["status"].is_number_integer() || !line.contains("length") ||
      !line["length"].is_number_unsigned() || !line.contains("sha256") ||
      !line["sha256"].is_string()) {
    report.trouble = "the client's report lacks status, length or sha256: " + line.dump();
    return true;
  }
  report.status = line["status"].get<int>();
  report.length = line["length"].get<std::uint64_t>();
  report.sha256 = line["sha256"].get<std::string>();
  return true;
}

}  // namespace conform
