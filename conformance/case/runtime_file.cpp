// SPDX-License-Identifier: Apache-2.0
#include "case/runtime_file.hpp"

#include <algorithm>

#include "case/features.hpp"
#include "case/reading.hpp"

namespace conform {

static bool matches_feature(const std::string& declared, const std::string& feature) {
  return declared.rfind(feature, 0) == 0 &&
         (declared.size() == feature.size() || declared[feature.size()] == '=');
}

bool Runtime::declares(const std::string& feature) const {
  for (const std::string& declared : speaks) {
    if (matches_feature(declared, feature)) return true;
  }
  return false;
}

std::optional<std::string> Runtime::feature_value(const std::string& feature) const {
  for (const std::string& declared : speaks) {
    if (matches_feature(declared, feature) && declared.size() > feature.size()) {
      return declared.substr(feature.size() + 1);
    }
  }
  return std::nullopt;
}

static void read_command(Reading& in, const Tree& value, const std::string& word,
                         std::vector<std::string>& out) {
  if (!value.is_list() || value.list.empty()) {
    in.bad(value, word + " must be a command as a list",
           "write [\"./program\", \"--port\", \"{port}\"]");
    return;
  }
  out = in.texts(value, word);
  bool port = false;
  for (const std::string& part : out) port = port || part.find("{port}") != std::string::npos;
  if (word.find("server") != std::string::npos && !port) {
    in.bad(value, "the server's command has no {port}",
           "the judge picks the port: pass \"{port}\" to it");
  }
}

static void read_headers(Reading& in, const Tree& value, std::vector<SetupHeader>& out) {
  if (!in.is_map(value, "headers")) return;
  for (const auto& [key, text] : value.map) {
    const SetupHeader header{key.scalar, in.text(text, key.scalar)};
    const std::string why = check_setup_header(header);
    if (!why.empty())
      in.bad(key, why, "write 'Authorization: Bearer …' or the like below headers:");
    out.push_back(header);
  }
}

namespace {

struct ShapeKey {
  const char* key;
  std::vector<std::string_view> words;
};
const std::vector<ShapeKey> kShapes = {{"result", {"code", "block", "struct"}},
                                       {"handler", {"body", "response", "full-response"}},
                                       {"connect", {"handler", "name", "url"}}};

std::string check_shape(const std::string& key, const std::string& word) {
  std::string keys;
  for (const ShapeKey& one : kShapes) {
    keys += (keys.empty() ? "" : ", ") + std::string(one.key);
    if (key != one.key) continue;
    std::string words;
    for (const std::string_view known : one.words) {
      if (word == known) return {};
      words += (words.empty() ? "" : ", ") + std::string(known);
    }
    return std::string("the shape ")
        .append(key)
        .append(" is one of ")
        .append(words)
        .append(", not '")
        .append(word)
        .append("'");
  }
  return "'" + key + "' is no shape; there are " + keys;
}

// `abi: {result: block, handler: response}` as "result=block,handler=response".
std::string read_shapes(Reading& in, const Tree& tree) {
  std::string out;
  if (!in.is_map(tree, "abi")) return out;
  for (const auto& [key, value] : tree.map) {
    const std::string word = in.text(value, key.scalar);
    const std::string why = check_shape(key.scalar, word);
    if (!why.empty()) in.bad(key, why, "write abi: {result: code, handler: body}");
    out += (out.empty() ? "" : ",") + key.scalar + "=" + word;
  }
  return out;
}

}  // namespace

std::string check_shapes(const std::string& text) {
  std::size_t at = 0;
  while (at < text.size()) {
    const std::size_t end = std::min(text.find(',', at), text.size());
    const std::string part = text.substr(at, end - at);
    const std::size_t equals = std::min(part.find('='), part.size());
    std::string why =
        check_shape(part.substr(0, equals), part.substr(std::min(equals + 1, part.size())));
    if (!why.empty()) return why;
    at = end + 1;
  }
  return {};
}

Runtime read_runtime(const std::string& text, const std::string& shown, Problems& problems) {
  Runtime out;
  out.file = shown;
  const std::size_t before = problems.size();
  const Tree tree = parse_yaml(text, shown, problems);
  if (problems.size() > before) return out;
  Reading in(shown, problems);
  if (!in.is_map(tree, "a runtime file")) return out;
  for (const auto& [key, value] : tree.map) {
    const std::string& word = key.scalar;
    if (word == "name") {
      out.name = in.text(value, word);
    } else if (word == "about") {
      out.about = in.text(value, word);
    } else if (word == "server") {
      read_command(in, value, word, out.server);
    } else if (word == "server-tls") {
      read_command(in, value, word, out.server_tls);
    } else if (word == "http-server") {
      read_command(in, value, word, out.http_server);
    } else if (word == "http-server-tls") {
      read_command(in, value, word, out.http_server_tls);
    } else if (word == "client") {
      read_command(in, value, word, out.client);
    } else if (word == "http-client") {
      read_command(in, value, word, out.http_client);
    } else if (word == "http-client-kept") {
      read_command(in, value, word, out.http_client_kept);
    } else if (word == "library") {
      read_command(in, value, word, out.library);
    } else if (word == "abi") {
      out.abi = read_shapes(in, value);
    } else if (word == "speaks") {
      out.speaks = read_speaks(in, value);
    } else if (word == "known") {
      read_known(in, value, out.known);
    } else if (word == "echo") {
      out.echo = in.text(value, word);
    } else if (word == "greeting") {
      out.greeting = in.texts(value, word);
    } else if (word == "headers") {
      read_headers(in, value, out.headers);
    } else if (word == "jobs") {
      out.jobs = in.number_in(value, word, 0, 10000);
    } else {
      in.unknown(key, "a runtime file",
                 {"name", "about", "server", "server-tls", "http-server", "http-server-tls",
                  "client", "http-client", "http-client-kept", "library", "abi", "speaks", "known",
                  "jobs", "headers", "echo", "greeting"});
    }
  }
  if (out.name.empty()) in.bad(tree, "the runtime has no name", "add 'name: my-runtime'");
  if (out.server.empty() && out.http_server.empty() && out.client.empty() &&
      out.http_client.empty() && out.http_client_kept.empty() && out.library.empty()) {
    in.bad(tree, "the runtime has no command", "add server:, client:, http-client: or library:");
  }
  return out;
}

bool has_word(const std::vector<std::string>& command, const std::string& word) {
  return std::find(command.begin(), command.end(), word) != command.end();
}

std::vector<std::string> fill_command(const std::vector<std::string>& command,
                                      const std::map<std::string, std::string>& values) {
  const auto value_of = [&](const std::string& name) -> std::optional<std::string> {
    const auto found = values.find(name);
    if (found == values.end()) return std::nullopt;
    return found->second;
  };
  std::vector<std::string> out;
  out.reserve(command.size());
  for (const std::string& part : command) out.push_back(fill_places(part, value_of));
  return out;
}

}  // namespace conform
