// SPDX-License-Identifier: Apache-2.0
#include "cli/parts.hpp"

#include <algorithm>

namespace conform::cli {

static std::vector<const Case*> playing(const std::vector<const Case*>& cases, Role role) {
  std::vector<const Case*> out;
  for (const Case* one : cases) {
    if (one->plays(role)) out.push_back(one);
  }
  return out;
}

static bool wanted_role(const Selection& selection, const char* role) {
  if (selection.roles.empty()) return true;
  for (const std::string& one : selection.roles) {
    if (one == role) return true;
  }
  return false;
}

static bool needs_tls(const Case& one) {
  return std::find(one.needs.begin(), one.needs.end(), "tls") != one.needs.end();
}

Parts part(const RunOptions& options, const Runtime& runtime,
           const std::vector<const Case*>& cases) {
  Parts out;
  // A URL says by its scheme what is asked for; a file, by its commands.
  const bool url = !runtime.url.empty();
  const bool websocket = url ? runtime.url[0] == 'w'
                             : !runtime.server.empty() &&
                                   (runtime.declares("websocket") || !runtime.declares("http1"));
  const bool http =
      url ? runtime.url[0] == 'h'
          : !runtime.http_server.empty() || (!runtime.server.empty() && runtime.declares("http1"));
  const bool ca = has_word(runtime.client, "{ca}");
  if (wanted_role(options.selection, "server")) {
    for (const Case* one : playing(cases, Role::server)) {
      if (one->setup == Setup::http) {
        if (!http) continue;
        (needs_tls(*one) && !runtime.http_server_tls.empty() ? out.http_tls : out.http)
            .push_back(one);
      } else if (websocket) {
        (needs_tls(*one) && !runtime.server_tls.empty() ? out.server_tls : out.server)
            .push_back(one);
      }
    }
  }
  if (!(runtime.http_client.empty() && runtime.http_client_kept.empty()) &&
      wanted_role(options.selection, "client")) {
    for (const Case* one : playing(cases, Role::client)) {
      if (one->setup == Setup::http) out.http_client.push_back(one);
    }
  }
  if (!runtime.client.empty() && wanted_role(options.selection, "client")) {
    for (const Case* one : playing(cases, Role::client)) {
      if (one->setup == Setup::http) continue;
      (one->setup == Setup::tls && ca ? out.certificates
       : needs_tls(*one) && ca        ? out.client_tls
                                      : out.client)
          .push_back(one);
    }
  }
  if (!runtime.library.empty() && wanted_role(options.selection, "library"))
    out.library = playing(cases, Role::library);
  return out;
}

}  // namespace conform::cli
