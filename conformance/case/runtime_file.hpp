// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "case/known_file.hpp"
#include "case/problem.hpp"
#include "case/setup_header.hpp"

namespace conform {

// A runtime under test: what its file says, or what a bare URL amounts to.
struct Runtime {
  std::string name;
  std::string about;
  std::string file;  // as given on the command line; empty for a bare URL
  std::vector<std::string> server, client, http_client, library;
  std::vector<std::string> http_client_kept;  // makes an exchange for each line it reads
  std::vector<std::string>
      server_tls;  // the same server over TLS: {certificate} and {key} are PEM files
  std::vector<std::string> http_server,
      http_server_tls;  // for HTTP cases, where `server` answers WebSocket only
  std::vector<std::string> speaks;
  std::vector<KnownEntry> known;
  std::string abi;   // the shapes of a library's C functions, as check_shapes() takes them
  int jobs = 0;      // 0 = the judge finds out
  std::string url;   // a runtime that runs already
  std::string echo;  // plain, none, or an envelope with {payload}; empty = found out
  std::vector<std::string> greeting;  // messages that come unasked; {any} stands for anything
  std::vector<SetupHeader> headers;   // of every request to its servers that a case leaves alone

  bool declares(const std::string& feature) const;
  // What stands behind '=' of a declared feature, as in limit:message=65536.
  std::optional<std::string> feature_value(const std::string& feature) const;
};

Runtime read_runtime(const std::string& text, const std::string& shown, Problems& problems);

// "result=block,handler=response": an empty string, or what is wrong with it.
std::string check_shapes(const std::string& text);

// Whether a command has that word, as "{ca}".
bool has_word(const std::vector<std::string>& command, const std::string& word);
// "{port}" and the like in a command; unknown names stay.
std::vector<std::string> fill_command(const std::vector<std::string>& command,
                                      const std::map<std::string, std::string>& values);

}  // namespace conform
