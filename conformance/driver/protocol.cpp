// SPDX-License-Identifier: Apache-2.0
#include "protocol.hpp"

#include <dlfcn.h>
#include <fcntl.h>
#include <unistd.h>

#include <array>
#include <cstdlib>
#include <cstring>
#include <mutex>

namespace driver {
namespace {

constexpr std::string_view kDigits =
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

std::string base64(std::string_view octets) {
  std::string out;
  for (std::size_t at = 0; at < octets.size(); at += 3) {
    std::uint32_t bits = 0;
    for (std::size_t i = 0; i < 3; ++i) {
      const bool there = at + i < octets.size();
      bits = bits << 8U | (there ? static_cast<unsigned char>(octets[at + i]) : 0U);
    }
    for (std::size_t i = 0; i < 4; ++i) {
      const bool there = at + i <= octets.size();
      out += there ? kDigits[bits >> (18 - 6 * i) & 63U] : '=';
    }
  }
  return out;
}

std::string from_base64(std::string_view text) {
  std::string out;
  std::uint32_t bits = 0;
  unsigned have = 0;
  for (const char c : text) {
    const auto digit = kDigits.find(c);
    if (digit == std::string_view::npos) break;
    bits = bits << 6U | static_cast<std::uint32_t>(digit);
    have += 6;
    if (have < 8) continue;
    have -= 8;
    out += static_cast<char>(bits >> have & 255U);
  }
  return out;
}

}  // namespace

json json_of(std::string_view octets) {
  json out = std::string(octets);
  try {
    (void)out.dump();
    return out;
  } catch (const json::exception&) {
    return {{"base64", base64(octets)}};
  }
}

std::string octets_of(const json& value) {
  if (value.is_string()) return value.get<std::string>();
  if (value.is_object() && value.contains("base64"))
    return from_base64(value["base64"].get<std::string>());
  return value.is_null() ? "" : value.dump();
}

Output::Output() : fd_(::fcntl(1, F_DUPFD_CLOEXEC, 3)) {
  ::dup2(2, 1);
}

void Output::line(const json& what) {
  static std::mutex mutex;
  const std::string text = what.dump() + "\n";
  const std::lock_guard lock(mutex);
  std::size_t at = 0;
  while (at < text.size()) {
    const auto n = ::write(fd_, text.data() + at, text.size() - at);
    if (n <= 0) return;
    at += static_cast<std::size_t>(n);
  }
}

Output& output() {
  static Output only;
  return only;
}

json Reply::line() const {
  if (!skipped.empty()) return {{"skipped", skipped}};
  if (!errored.empty()) return {{"errored", errored}};
  json out = {{"tag", success ? "Success" : "Error"}};
  if (success) {
    out["value"] = value;
  } else {
    out["message"] = no_message ? json() : json_of(message);
  }
  if (raw) out["raw"] = *raw;
  return out;
}

Reply skipped(std::string why) {
  Reply out;
  out.skipped = std::move(why);
  return out;
}

Reply errored(std::string why) {
  Reply out;
  out.errored = std::move(why);
  return out;
}

Arguments::Arguments(const json& all) : all_(all) {
  for (const auto& [name, value] : all.items()) {
    if (!value.is_null()) texts_[name] = octets_of(value);
  }
}

std::int64_t Arguments::number(const std::string& name) const {
  const json& value = raw(name);
  return value.is_number_integer() ? value.get<std::int64_t>() : 0;
}

char* Arguments::text(const std::string& name) {
  const auto found = texts_.find(name);
  return found == texts_.end() ? nullptr : found->second.data();
}

char* Arguments::lasting(const std::string& name) const {
  const auto found = texts_.find(name);
  if (found == texts_.end()) return nullptr;
  const std::string& text = found->second;
  auto* const out = static_cast<char*>(std::malloc(text.size() + 1));
  if (out != nullptr) std::memcpy(out, text.c_str(), text.size() + 1);
  return out;
}

const json& Arguments::raw(const std::string& name) const {
  static const json nothing;
  return all_.is_object() && all_.contains(name) ? all_.at(name) : nothing;
}

std::string Library::open(const std::string& path) {
  handle_ = ::dlopen(path.c_str(), RTLD_NOW | RTLD_GLOBAL);
  return handle_ != nullptr ? "" : ::dlerror();
}

void* Library::find(const char* name) const {
  return ::dlsym(handle_, name);
}

}  // namespace driver
