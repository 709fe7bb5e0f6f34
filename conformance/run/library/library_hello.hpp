// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <map>
#include <nlohmann/json.hpp>
#include <string>
#include <utility>
#include <vector>

#include "case/case.hpp"
#include "run/result/verdict.hpp"

namespace conform {

// What a driver says of itself and of its library; DRIVER.md has the keys.
struct DriverHello {
  std::string name, version;
  std::vector<std::string> editions;
  // By edition; under "" what holds for all of them.
  std::map<std::string, std::vector<std::string>> functions;
  std::map<std::string, std::size_t> all;  // by edition: how many functions the text has
  // By edition: functions of the text that are not there, each with its name in the library's
  // language.
  std::map<std::string, std::map<std::string, std::string>> missing;
  std::map<std::string, std::string> near;  // a missing name, and one that is nearly it
  std::vector<LibraryHead::Shape> shapes;
  std::vector<std::string> lacks;      // "message handlers"
  std::vector<std::string> arguments;  // for further processes of the driver

  bool offers(const std::string& edition, const std::string& function) const;
  bool speaks(const std::string& edition) const;
  // What the library lacks for the case; empty when it can be run.
  std::string lack_of(const Case& one) const;
  // "httpListen", and what is exported under nearly that name.
  std::string named(const std::string& edition, const std::string& function) const;
};

// An empty string, or what is wrong with the hello.
std::string read_hello(const nlohmann::json& json, DriverHello& out);

// For the head of the report.
LibraryHead head_of(const DriverHello& hello);

}  // namespace conform
