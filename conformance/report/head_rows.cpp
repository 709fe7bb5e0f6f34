// SPDX-License-Identifier: Apache-2.0
#include "report/head_rows.hpp"

#include <algorithm>

namespace conform {
namespace {

std::string joined(const std::vector<std::string>& texts) {
  std::string out;
  for (const std::string& text : texts) out += (out.empty() ? "" : ", ") + text;
  return out;
}

// result=code (as in the text), handler=body (found)
std::string shapes_of(const Json& library) {
  std::vector<std::string> out;
  for (const Json& one : library.value("shapes", Json::array())) {
    const std::string from = text_of(one, "from");
    const std::string why = text_of(one, "why");
    out.push_back(text_of(one, "key") + "=" + text_of(one, "is") + " (" +
                  (from == "the text" ? "as in the text" : from) +
                  (why.empty() ? "" : "; could not be found out: " + why) + ")");
  }
  return joined(out);
}

HeadRow functions_of(const Json& edition) {
  const std::vector<std::string> missing = texts_of(edition, "missing");
  const auto all = edition.value("all", std::size_t{0});
  const std::size_t found = all - std::min(all, missing.size());
  const std::string lack = missing.empty() ? "" : "; missing: " + joined(missing);
  return {"library",
          text_of(edition, "edition") + ": " + std::to_string(found) + " of " +
              std::to_string(all) + " functions" + lack,
          !missing.empty()};
}

void add_library(const Json& library, std::vector<HeadRow>& out) {
  const std::string shapes = shapes_of(library);
  if (!shapes.empty()) out.push_back({"shapes", shapes, false});
  for (const Json& edition : library.value("functions", Json::array()))
    out.push_back(functions_of(edition));
  const Json near = library.value("near", Json::object());
  for (const auto& [name, other] : near.items()) {
    out.push_back({"near",
                   name + " is missing, and there is " + other.get<std::string>() + ": is it that?",
                   true});
  }
}

}  // namespace

std::vector<HeadRow> head_rows(const Json& header) {
  std::vector<HeadRow> out;
  for (const std::string& note : texts_of(header, "notes")) out.push_back({"note", note, false});
  const auto library = header.find("library");
  if (library != header.end() && library->is_object()) add_library(*library, out);
  return out;
}

}  // namespace conform
