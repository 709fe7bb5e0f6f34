// SPDX-License-Identifier: Apache-2.0
#include <charconv>
#include <csignal>
#include <cstdio>
#include <cstring>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "client.hpp"
#include "fault.hpp"
#include "options.hpp"
#include "server.hpp"

namespace sham {
namespace {

constexpr const char* kUsage =
    "usage: sham server --port N [--fault NAME] [--oddity NAME] [--subprotocol NAME]... [--origin "
    "URL]...\n"
    "                   [--path PATH]... [--no-deflate] [--tls --cert FILE --key FILE]\n"
    "                   [--requires 'NAME: VALUE']... [--greets TEXT]... [--envelope TEXT]\n"
    "                   [--no-echo] [--tick-every N]\n"
    "       sham client URL [--fault NAME] [--oddity NAME] [--agent NAME] [--subprotocol NAME]...\n"
    "                   [--offer TEXT] [--no-deflate] [--ca FILE]\n"
    "       sham list [server|client|oddities]\n"
    "both roles: --max-message OCTETS --max-head OCTETS --handshake-ms N --close-ms N\n";

int wrong_use(const std::string& what) {
  std::fprintf(stderr, "sham: %s\n%s", what.c_str(), kUsage);
  return 2;
}

void print(const Row& row) {
  std::printf("%s\t%.*s\t%.*s\t%.*s\n", row.name.c_str(), static_cast<int>(row.area.size()),
              row.area.data(), static_cast<int>(row.text.size()), row.text.data(),
              static_cast<int>(row.section.size()), row.section.data());
}

const char* roles_of(const Row& row) {
  return row.roles == Role::both ? "both" : row.roles == Role::server ? "server" : "client";
}

int list(const std::string& what) {
  const bool oddities = what == "oddities";
  const Role role = what == "server" ? Role::server : what == "client" ? Role::client : Role::both;
  if (role == Role::both && !oddities && !what.empty()) {
    return wrong_use("cannot list " + what);
  }
  for (const Row& row : oddities ? oddity_rows() : fault_rows()) {
    if (oddities) {
      std::printf("%s\t%s\t%.*s\t%.*s\n", row.name.c_str(), roles_of(row),
                  static_cast<int>(row.text.size()), row.text.data(),
                  static_cast<int>(row.section.size()), row.section.data());
    } else if (row_is_for(row, role)) {
      print(row);
    }
  }
  return 0;
}

template <typename Number>
bool to_number(const std::string& text, Number& number) {
  const char* const end = text.data() + text.size();
  const auto [stop, error] = std::from_chars(text.data(), end, number);
  return error == std::errc{} && stop == end && !text.empty();
}

bool to_milliseconds(const std::string& text, std::chrono::milliseconds& time) {
  int count = 0;
  const bool good = to_number(text, count) && count > 0;
  time = std::chrono::milliseconds(count);
  return good;
}

// Words that take no value.
bool take_flag(const std::string& word, Options& options) {
  if (word == "--tls") {
    options.tls = true;
  } else if (word == "--no-deflate") {
    options.deflate = false;
  } else if (word == "--no-echo") {
    options.echoes = false;
  } else {
    return false;
  }
  return true;
}

bool take_list(const std::string& word, const std::string& value, Options& options) {
  if (word == "--subprotocol") {
    options.subprotocols.push_back(value);
  } else if (word == "--origin") {
    options.origins.push_back(value);
  } else if (word == "--path") {
    options.paths.push_back(value);
  } else if (word == "--requires") {
    options.required.push_back(value);
  } else if (word == "--greets") {
    options.greetings.push_back(value);
  } else {
    return false;
  }
  return true;
}

bool take_text(const std::string& word, const std::string& value, Options& options) {
  const std::map<std::string, std::string*> texts = {
      {"--agent", &options.agent},      {"--offer", &options.offer},
      {"--cert", &options.certificate}, {"--key", &options.private_key},
      {"--ca", &options.authority},     {"--envelope", &options.envelope},
  };
  const auto found = texts.find(word);
  if (found == texts.end()) {
    return false;
  }
  *found->second = value;
  return true;
}

bool take_number(const std::string& word, const std::string& value, Options& options) {
  return (word == "--port" && to_number(value, options.port)) ||
         (word == "--tick-every" && to_number(value, options.tick_every)) ||
         (word == "--max-message" && to_number(value, options.message_limit)) ||
         (word == "--max-head" && to_number(value, options.head_limit)) ||
         (word == "--handshake-ms" && to_milliseconds(value, options.handshake_deadline)) ||
         (word == "--close-ms" && to_milliseconds(value, options.close_deadline));
}

bool take_deviation(const std::string& word, const std::string& value, Role role) {
  const std::optional<Fault> fault_found =
      word == "--fault" ? find_fault(value, role) : std::nullopt;
  const std::optional<Oddity> oddity_found =
      word == "--oddity" ? find_oddity(value, role) : std::nullopt;
  if (fault_found) {
    active_deviation.fault = *fault_found;
  } else if (oddity_found) {
    active_deviation.oddity = *oddity_found;
  }
  return fault_found || oddity_found;
}

// Oddities of the application behind a server.
void apply_manner(Options& options) {
  if (odd(Oddity::greets)) {
    options.greetings = {"Welcome, guest {n}!", "{\"type\":\"hello\",\"id\":{n}}"};
  } else if (odd(Oddity::answers_in_an_envelope)) {
    options.envelope = "{\"type\":\"echo\",\"id\":{n},\"original\":\"{payload}\"}";
  } else if (odd(Oddity::does_not_echo) || odd(Oddity::sends_unasked)) {
    options.echoes = false;
    options.tick_every = odd(Oddity::sends_unasked) ? 2 : 0;
  }
}

// The message of what is wrong, nullopt if nothing is.
std::optional<std::string> parse(const std::vector<std::string>& words, Role role,
                                 Options& options) {
  for (std::size_t i = 2; i < words.size(); ++i) {
    const std::string& word = words[i];
    if (take_flag(word, options)) {
      continue;
    }
    if (!word.starts_with("--") && role == Role::client && options.url.empty()) {
      options.url = word;
      continue;
    }
    if (i + 1 == words.size()) {
      return word + " is not known here or lacks its value";
    }
    const std::string& value = words[++i];
    if (!take_list(word, value, options) && !take_text(word, value, options) &&
        !take_number(word, value, options) && !take_deviation(word, value, role)) {
      std::string wrong = word;
      wrong.append(" ").append(value).append(" is not known for the role ").append(words[1]);
      return wrong;
    }
  }
  apply_manner(options);
  if (role == Role::client && options.url.empty()) {
    return "the client needs a URL";
  }
  return std::nullopt;
}

int run(const std::vector<std::string>& words) {
  const std::string command = words.size() > 1 ? words[1] : "";
  if (command == "list") {
    return list(words.size() > 2 ? words[2] : "");
  }
  if (command != "server" && command != "client") {
    return wrong_use(command.empty() ? "say what to do" : command + " is no command");
  }
  const Role role = command == "server" ? Role::server : Role::client;
  Options options;
  if (const std::optional<std::string> wrong = parse(words, role, options)) {
    return wrong_use(*wrong);
  }
  if (odd(Oddity::small_message_limit)) {
    options.message_limit = std::size_t{64} * 1024;
  }
  return role == Role::server ? run_server(options) : run_client(options);
}

}  // namespace
}  // namespace sham

int main(int argc, char** argv) {
  std::signal(SIGPIPE, SIG_IGN);
  return sham::run(std::vector<std::string>(argv, argv + argc));
}
