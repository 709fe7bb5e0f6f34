// SPDX-License-Identifier: Apache-2.0
#include <map>
#include <pugixml.hpp>
#include <sstream>
#include <string_view>

#include "report/views.hpp"
#include "report/visible.hpp"

namespace conform {
namespace {

std::string suite_of(const std::string& id) {
  const std::size_t document = id.find('/');
  const std::size_t section = id.find('/', document == std::string::npos ? document : document + 1);
  return id.substr(0, section);
}

std::string seconds(const Json& object, const char* key, double scale) {
  std::ostringstream text;
  text.setf(std::ios::fixed);
  text.precision(6);
  text << object.value(key, 0.0) * scale;
  return text.str();
}

// XML 1.0 has no place for control characters.
std::string printable(const std::string& text) {
  return visible(text, Lines::keep);
}

std::string story(const Json& one) {
  std::string note = text_of(one, "note");
  if (!note.empty()) note.insert(0, "\nnote: ");
  std::string text = "rule: " + text_of(one, "rule") + note +
                     "\nexpected: " + text_of(one, "expected") +
                     "\nactual: " + text_of(one, "seen") + "\nspec: " + text_of(one, "spec") + "\n";
  for (const Json& octets : one.value("octets", Json::array())) {
    const std::string hex = text_of(octets, "hex").substr(0, 400);
    const std::string bytes = bytes_of_hex(hex);
    text += text_of(octets, "dir") + " ";
    if (is_wire_text(bytes)) text += escaped_bytes(bytes) + "\n  ";
    text += hex + "\n";
  }
  if (!text_of(one, "log").empty()) text += "log: " + text_of(one, "log") + "\n";
  return printable(text);
}

void add_child(pugi::xml_node& node, const char* name, const char* type, const Json& one) {
  pugi::xml_node child = node.append_child(name);
  child.append_attribute("message") = printable(text_of(one, "why")).c_str();
  child.append_attribute("type") = type;
  child.append_child(pugi::node_pcdata).set_value(story(one).c_str());
}

const char* trouble_of(const Json& one) {
  if (one.value("crashed", false)) return "crash";
  return one.value("timeout", false) ? "timeout" : "error";
}

void add_case(pugi::xml_node& suite, const Json& one) {
  const std::string verdict = text_of(one, "verdict");
  pugi::xml_node node = suite.append_child("testcase");
  node.append_attribute("name") = text_of(one, "id").c_str();
  node.append_attribute("classname") =
      (suite_of(text_of(one, "id")) + "." + text_of(one, "role")).c_str();
  node.append_attribute("time") = seconds(one, "ms", 0.001).c_str();
  if (verdict == "skip" || verdict == "known") {
    node.append_child("skipped").append_attribute("message") =
        printable(text_of(one, "why")).c_str();
  } else if (verdict == "error" ||
             (verdict == "fail" && (one.value("timeout", false) || one.value("crashed", false)))) {
    add_child(node, "error", trouble_of(one), one);
  } else if (verdict == "fail" || verdict == "stale") {
    add_child(node, "failure", verdict.c_str(), one);
  }
}

struct Counts {
  int tests = 0, failures = 0, errors = 0, skipped = 0;
  double ms = 0;
};

void set_counts(pugi::xml_node& node, const Counts& counts) {
  std::ostringstream time;
  time.setf(std::ios::fixed);
  time.precision(6);
  time << counts.ms / 1000;
  node.append_attribute("tests") = counts.tests;
  node.append_attribute("failures") = counts.failures;
  node.append_attribute("errors") = counts.errors;
  // Jenkins' schema knows no skipped sum over all suites.
  if (std::string_view(node.name()) == "testsuite")
    node.append_attribute("skipped") = counts.skipped;
  node.append_attribute("time") = time.str().c_str();
}

void count(Counts& counts, const pugi::xml_node& node, const Json& one) {
  ++counts.tests;
  counts.ms += one.value("ms", 0.0);
  counts.failures += node.child("failure") ? 1 : 0;
  counts.errors += node.child("error") ? 1 : 0;
  counts.skipped += node.child("skipped") ? 1 : 0;
}

}  // namespace

std::string junit_view(const Results& results) {
  pugi::xml_document document;
  pugi::xml_node declaration = document.append_child(pugi::node_declaration);
  declaration.append_attribute("version") = "1.0";
  declaration.append_attribute("encoding") = "UTF-8";
  pugi::xml_node suites = document.append_child("testsuites");
  suites.append_attribute("name") = printable(results.runtime()).c_str();
  std::map<std::string, std::vector<const Json*>> by_suite;
  for (const Json& one : results.cases) by_suite[suite_of(text_of(one, "id"))].push_back(&one);
  Counts all;
  for (const auto& [name, cases] : by_suite) {
    pugi::xml_node suite = suites.append_child("testsuite");
    suite.append_attribute("name") = name.c_str();
    // Without the zone: the schemas take local time.
    suite.append_attribute("timestamp") = text_of(results.header, "started").substr(0, 19).c_str();
    Counts counts;
    for (const Json* one : cases) {
      add_case(suite, *one);
      count(counts, suite.last_child(), *one);
      count(all, suite.last_child(), *one);
    }
    set_counts(suite, counts);
  }
  set_counts(suites, all);
  std::ostringstream text;
  document.save(text, "  ");
  return text.str();
}

}  // namespace conform
