// SPDX-License-Identifier: Apache-2.0
// A library as the thing to judge: a shared library for the judge's own driver, or a driver.
#include <algorithm>
#include <cstdio>
#include <filesystem>

#include "cli/run_options.hpp"

namespace conform::cli {
namespace fs = std::filesystem;

void find_c_driver(std::vector<std::string>& command) {
  if (command.empty() || command.front() != "c-driver") return;
  std::error_code error;
  const fs::path here = fs::read_symlink("/proc/self/exe", error).parent_path();
  for (const fs::path& at : {here / "c-driver", here.parent_path() / "driver" / "c-driver",
                             here.parent_path() / "libexec" / "osprey-conform" / "c-driver"}) {
    if (!fs::exists(at, error)) continue;
    command.front() = at.string();
    return;
  }
}

bool declare_shapes(const RunOptions& options, Runtime& runtime) {
  std::string shapes = runtime.abi;
  if (!options.abi.empty()) shapes += (shapes.empty() ? "" : ",") + options.abi;
  if (shapes.empty()) return true;
  const auto driver =
      std::find_if(runtime.library.begin(), runtime.library.end(),
                   [](const std::string& word) { return fs::path(word).filename() == "c-driver"; });
  if (driver == runtime.library.end()) {
    std::fprintf(
        stderr,
        "--abi and abi: tell the shapes of a library to c-driver, and the library here has "
        "%s; use them with --library FILE or 'library: [c-driver, FILE]'\n",
        runtime.library.empty() ? "no command" : "a driver of its own");
    return false;
  }
  runtime.library.insert(driver + 1, {"--abi", shapes});
  return true;
}

// Words as a shell takes them apart: blanks separate, quotes hold together.
static std::vector<std::string> words_of(const std::string& text) {
  std::vector<std::string> out;
  char quote = 0;
  bool inside = false;
  for (const char c : text) {
    if (quote != 0 ? c == quote : c == '\'' || c == '"') {
      quote = quote != 0 ? '\0' : c;
      if (!inside) out.emplace_back();
      inside = true;
    } else if (quote == 0 && (c == ' ' || c == '\t')) {
      inside = false;
    } else {
      if (!inside) out.emplace_back();
      inside = true;
      out.back() += c;
    }
  }
  return out;
}

bool read_library(const RunOptions& options, RunSettings& settings) {
  Runtime& runtime = settings.runtime;
  std::error_code error;
  if (!options.library.empty()) {
    if (!fs::is_regular_file(options.library, error)) {
      std::fprintf(stderr, "%s: no such file; --library takes a shared library\n",
                   options.library.c_str());
      return false;
    }
    runtime.library = {"c-driver", fs::absolute(options.library, error).string()};
    runtime.name = fs::path(options.library).filename().string();
  } else {
    runtime.library = words_of(options.driver);
    runtime.name = options.driver;
  }
  if (!runtime.library.empty()) return true;
  std::fprintf(stderr, "--exec takes the command of a driver, such as \"python my_driver.py\"\n");
  return false;
}

}  // namespace conform::cli
