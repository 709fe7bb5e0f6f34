// SPDX-License-Identifier: Apache-2.0
#include <dlfcn.h>

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <map>

#include "sham.hpp"

namespace sham {

static Fault named(const char* name) {
  static const std::map<std::string, Fault> all = {
#define LIBRARY_FAULT(name, area, what) {#name, Fault::name},
#include "faults.inc"
#undef LIBRARY_FAULT
  };
  if (name == nullptr || *name == '\0') return Fault::none;
  const auto found = all.find(name);
  if (found != all.end()) return found->second;
  std::fprintf(stderr, "sham: no fault is called %s\n", name);
  std::_Exit(2);
}

Fault active() {
  static const Fault fault = named(std::getenv("SHAM_FAULT"));
  return fault;
}

bool quirk(const char* name) {
  const char* const all = std::getenv("SHAM_QUIRKS");
  return all != nullptr && std::strstr(all, name) != nullptr;
}

void* good_symbol(const std::string& name) {
  static void* const library = [] {
    const char* path = std::getenv("SHAM_LIBRARY");
    void* loaded = path == nullptr ? nullptr : ::dlopen(path, RTLD_NOW | RTLD_LOCAL);
    if (loaded != nullptr) return loaded;
    std::fprintf(stderr, "sham: SHAM_LIBRARY has to name the good library: %s\n", ::dlerror());
    std::_Exit(2);
  }();
  return ::dlsym(library, name.c_str());
}

char* in_malloc(const std::string& text) {
  auto* out = static_cast<char*>(std::malloc(text.size() + 1));
  std::memcpy(out, text.c_str(), text.size() + 1);
  return out;
}

static std::string to_ascii(std::string text) {
  std::replace_if(
      text.begin(), text.end(), [](char c) { return (c & 0x80) != 0; }, '?');
  return text;
}

static std::string formatted(std::string text) {
  text.erase(std::remove(text.begin(), text.end(), '%'), text.end());
  return text;
}

// Text on its way: the answer of an HTTP handler, or a message.
std::string spoiled(const std::string& text, bool answer) {
  switch (active()) {
    case Fault::answer_formatted:
      return answer ? formatted(text) : text;
    case Fault::answer_ends_at_line:
      return answer ? text.substr(0, text.find('\r')) : text;
    case Fault::answer_to_ascii:
      return answer ? to_ascii(text) : text;
    case Fault::answer_truncated:
      return answer ? text.substr(0, 8192) : text;
    case Fault::message_truncated:
      return answer ? text : text.substr(0, 1000);
    case Fault::send_truncated:
      return answer ? text : text.substr(0, 100);
    case Fault::message_formatted:
    case Fault::send_formatted:
      return answer ? text : formatted(text);
    case Fault::message_to_ascii:
    case Fault::send_to_ascii:
      return answer ? text : to_ascii(text);
    default:
      return text;
  }
}

}  // namespace sham
