// SPDX-License-Identifier: Apache-2.0
// The lines a driver exchanges with the judge; DRIVER.md says what they mean.
#pragma once
#include <cstdint>
#include <functional>
#include <map>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "abi.hpp"

namespace driver {

using nlohmann::json;

// Octets as a string if they are UTF-8, else {"base64": "…"}.
json json_of(std::string_view octets);
std::string octets_of(const json& value);

// Writes whole lines; any thread.
class Output {
 public:
  // Keeps standard output for itself: what the library prints goes to the log.
  Output();
  void line(const json& what);

 private:
  int fd_ = -1;
};
Output& output();

// What a call came to.
struct Reply {
  std::string skipped, errored;
  bool success = false;
  json value;
  std::string message;
  bool no_message = false;  // an Err that need not have one
  std::optional<std::int64_t> raw;
  json line() const;
};
Reply skipped(std::string why);
Reply errored(std::string why);

// The arguments of one call, by the names of the text. Strings live as long as this does.
class Arguments {
 public:
  explicit Arguments(const json& all);
  std::int64_t number(const std::string& name) const;
  // NUL-terminated; nullptr where the case says null.
  char* text(const std::string& name);
  // The same in memory of malloc() that nobody here frees: for a library that keeps the address.
  char* lasting(const std::string& name) const;
  const json& raw(const std::string& name) const;

 private:
  const json& all_;
  std::map<std::string, std::string> texts_;
};

// A function as the protocol names it. `call` is the number of the call, which its handlers tell.
using Function = std::function<Reply(Arguments& arguments, int call)>;
using Functions = std::map<std::string, Function>;

// A shared library that is loaded.
class Library {
 public:
  // An empty string, or why it cannot be loaded.
  std::string open(const std::string& path);
  template <class Signature>
  Signature* symbol(const char* name) const {
    return reinterpret_cast<Signature*>(find(name));
  }

 private:
  void* find(const char* name) const;
  void* handle_ = nullptr;
};

// A contract, and what of it the library has.
struct Edition {
  std::string name;
  Functions functions;                         // by the names of the text
  std::vector<std::string> expected;           // the C names of all functions of the text
  std::map<std::string, std::string> missing;  // those that are not there: name, C name
  std::string result;  // the shape of its Results, and where that comes from
  std::string result_from;
};

// One for each way of writing the names that Osprey's functions have here; without functions where
// the library has none of them.
std::vector<Edition> osprey_editions(const Library& library, const Abi& abi);
Edition vais_edition(const Library& library);

}  // namespace driver
