// SPDX-License-Identifier: Apache-2.0
#include "abi.hpp"

#include <algorithm>
#include <array>
#include <cstddef>

namespace driver {
namespace {

constexpr std::array<const char*, 3> kResults = {"code", "block", "struct"};
constexpr std::array<const char*, 3> kHandlers = {"body", "response", "full-response"};
constexpr std::array<const char*, 3> kConnects = {"handler", "name", "url"};

template <class Shape>
std::string read_shape(const std::string& key, const std::string& word,
                       const std::array<const char*, 3>& words, std::optional<Shape>& out) {
  for (std::size_t i = 0; i < words.size(); ++i) {
    if (word != words[i]) continue;
    out = static_cast<Shape>(i);
    return {};
  }
  return key + "=" + word + " is not a shape: " + key + " is " + words[0] + ", " + words[1] +
         " or " + words[2];
}

std::string read_one(const std::string& part, Abi& abi) {
  const auto equals = part.find('=');
  const std::string key = part.substr(0, equals);
  const std::string word = equals == std::string::npos ? "" : part.substr(equals + 1);
  if (key == "result") return read_shape(key, word, kResults, abi.result);
  if (key == "handler") return read_shape(key, word, kHandlers, abi.handler);
  if (key == "connect") return read_shape(key, word, kConnects, abi.connect);
  return "'" + part + "' is not one of result=…, handler=…, connect=…";
}

template <class Shape>
std::string part_of(const char* key, const std::optional<Shape>& shape) {
  return shape ? std::string(",") + key + "=" + name_of(*shape) : std::string();
}

}  // namespace

const char* name_of(ResultShape shape) {
  return kResults.at(static_cast<std::size_t>(shape));
}
const char* name_of(HandlerShape shape) {
  return kHandlers.at(static_cast<std::size_t>(shape));
}
const char* name_of(ConnectShape shape) {
  return kConnects.at(static_cast<std::size_t>(shape));
}

std::string read_abi(const std::string& text, Abi& abi) {
  std::size_t at = 0;
  while (at < text.size()) {
    const std::size_t end = std::min(text.find(',', at), text.size());
    std::string why = read_one(text.substr(at, end - at), abi);
    if (!why.empty()) return why;
    at = end + 1;
  }
  return {};
}

std::string text_of(const Abi& abi) {
  const std::string all = part_of("result", abi.result) + part_of("handler", abi.handler) +
                          part_of("connect", abi.connect);
  return all.empty() ? all : all.substr(1);
}

}  // namespace driver
