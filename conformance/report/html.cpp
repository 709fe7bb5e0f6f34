// SPDX-License-Identifier: Apache-2.0
#include "report/head_rows.hpp"
#include "report/page.hpp"
#include "report/views.hpp"

namespace conform {
namespace {

std::string with(std::string text, const std::string& mark, const std::string& put) {
  const std::size_t at = text.find(mark);
  return at == std::string::npos ? text : text.replace(at, mark.size(), put);
}

// JSON that can stand inside a script element: nothing in it can end the element or begin a
// comment.
std::string script_safe(const Json& json) {
  const std::string text = json.dump(-1, ' ', false, Json::error_handler_t::replace);
  std::string safe;
  safe.reserve(text.size());
  for (const char c : text) {
    if (c == '<') {
      safe += "\\u003c";
    } else {
      safe += c;
    }
  }
  return safe;
}

Json run_of(const Results& results) {
  Json found = Json::array();
  for (const HeadRow& one : head_rows(results.header))
    found.push_back({{"name", one.name}, {"text", one.text}, {"lacking", one.lacking}});
  return {{"header", results.header},
          {"found", found},
          {"cases", results.cases},
          {"footer", results.footer}};
}

std::string page(const Json& data) {
  std::string text = with(std::string(page_template()), "/*STYLE*/", std::string(page_style()));
  text = with(text, "/*SCRIPT*/", std::string(page_script()));
  return with(text, "/*DATA*/", script_safe(data));
}

}  // namespace

std::string html_view(const Results& results, const Json& requirements) {
  return page({{"runs", Json::array({run_of(results)})}, {"requirements", requirements}});
}

std::string html_comparison(const std::vector<Results>& runs) {
  Json all = Json::array();
  for (const Results& run : runs) all.push_back(run_of(run));
  return page({{"runs", all}, {"requirements", Json::array()}});
}

}  // namespace conform
