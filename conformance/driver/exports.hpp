// SPDX-License-Identifier: Apache-2.0
// What a shared library exports, read from its file without loading it.
#pragma once
#include <map>
#include <string>
#include <vector>

namespace driver {

// The names of the functions it exports; empty for a file that is no ELF of this machine's kind.
std::vector<std::string> exported_functions(const std::string& path);

// For names that are looked for and not there: what is exported under nearly that name, such as
// "httpListen" or a C++ name for http_listen.
std::map<std::string, std::string> near_names(const std::vector<std::string>& missing,
                                              const std::vector<std::string>& expected,
                                              const std::vector<std::string>& exported);

}  // namespace driver
