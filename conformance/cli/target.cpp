// SPDX-License-Identifier: Apache-2.0
#include <signal.h>
#include <sys/utsname.h>
#include <unistd.h>

#include <cstdio>
#include <ctime>
#include <filesystem>
#include <fstream>
#include <sstream>
#include <thread>

#include "case/features.hpp"
#include "cli/run_options.hpp"
#include "cli/version.hpp"
#include "run/connection/manner.hpp"

namespace conform::cli {
namespace fs = std::filesystem;

static std::atomic<bool> interrupted = false;
static void on_signal(int) {
  interrupted = true;
}

// Set by Ctrl-C and by SIGTERM.
static const std::atomic<bool>* interrupted_flag() {
  struct sigaction action {};
  action.sa_handler = on_signal;
  ::sigaction(SIGINT, &action, nullptr);
  ::sigaction(SIGTERM, &action, nullptr);
  ::signal(SIGPIPE, SIG_IGN);
  return &interrupted;
}

std::string make_folder(const std::string& path) {
  std::error_code error;
  fs::create_directories(path, error);
  return error ? "cannot make the folder " + path + ": " + error.message() : std::string();
}

std::string folder_name(const std::string& agent) {
  std::string out;
  for (const char c : agent) {
    const bool plain = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
                       c == '-' || c == '.';
    out += plain ? c : '_';
  }
  return out.empty() || out[0] == '.' ? "client" : out;
}

// {build}: the build folder this program lies in; {peers}: the example peers beside or below it.
static std::map<std::string, std::string> places() {
  std::map<std::string, std::string> out;
  std::error_code error;
  fs::path at = fs::read_symlink("/proc/self/exe", error).parent_path();
  while (at.has_relative_path() && !fs::exists(at / "CMakeCache.txt")) at = at.parent_path();
  if (!at.has_relative_path()) return out;
  out["build"] = at.string();
  for (const fs::path& peers : {at / "peers", at.parent_path() / "peers"}) {
    if (out.count("peers") == 0 && fs::exists(peers)) out["peers"] = peers.string();
  }
  return out;
}

static bool print(const Problems& problems) {
  complain(problems);
  return problems.empty();
}

static bool read_file(const std::string& path, std::string& text) {
  std::ifstream in(path, std::ios::binary);
  if (!in) return false;
  std::stringstream all;
  all << in.rdbuf();
  text = all.str();
  return true;
}

static bool read_runtime_file(const RunOptions& options, RunSettings& settings) {
  std::string text;
  std::error_code error;
  if (fs::is_directory(options.target, error) || !read_file(options.target, text)) {
    std::fprintf(stderr,
                 "%s: neither a URL (ws://host:port/, http://host:port/) nor a runtime file that "
                 "can be read\n",
                 options.target.c_str());
    return false;
  }
  Problems problems;
  settings.runtime = read_runtime(text, options.target, problems);
  if (!print(problems)) return false;
  auto values = places();
  for (const std::string& define : options.defines) {
    const auto equals = define.find('=');
    if (equals == std::string::npos) {
      std::fprintf(stderr, "--define takes name=value, not '%s'\n", define.c_str());
      return false;
    }
    values[define.substr(0, equals)] = define.substr(equals + 1);
  }
  for (auto* command :
       {&settings.runtime.server, &settings.runtime.server_tls, &settings.runtime.http_server,
        &settings.runtime.http_server_tls, &settings.runtime.client, &settings.runtime.http_client,
        &settings.runtime.http_client_kept, &settings.runtime.library}) {
    *command = fill_command(*command, values);
    for (const std::string& part : *command) {
      for (const char* name : {"{build}", "{peers}"}) {
        if (part.find(name) == std::string::npos) continue;
        std::fprintf(stderr, "%s: nobody says what %s is; pass --define %.*s=FOLDER\n",
                     options.target.c_str(), name, 5, name + 1);
        return false;
      }
    }
  }
  return true;
}

static bool read_url(const RunOptions& options, RunSettings& settings) {
  std::string why = parse_url(options.target, settings.target);
  if (why.empty()) {
    Target where = settings.target;
    if (!options.connect_to.empty()) why = parse_url("ws://" + options.connect_to, where);
    std::vector<Address> addresses;
    if (why.empty()) why = resolve(where.host, where.port, addresses);
    if (why.empty()) settings.address = addresses.front();
  }
  if (!why.empty()) {
    complain(why);
    return false;
  }
  settings.runtime.name = options.target;
  settings.runtime.url = options.target;
  return true;
}

static bool read_headers(const RunOptions& options, RunSettings& settings) {
  auto& headers = settings.runtime.headers;
  for (const std::string& line : options.headers) {
    SetupHeader header;
    const std::string why = read_setup_header(line, header);
    if (!why.empty()) {
      std::fprintf(stderr, "--header: %s\n", why.c_str());
      return false;
    }
    // The command line has the last word.
    std::erase_if(headers,
                  [&](const SetupHeader& one) { return same_header(one.name, header.name); });
    headers.push_back(std::move(header));
  }
  return true;
}

// What a server makes of messages; the command line has the last word.
static bool read_manner(const RunOptions& options, RunSettings& settings) {
  std::string& echo = settings.runtime.echo;
  const bool own = !options.echo.empty();
  if (own) echo = options.echo;
  if (!options.greeting.empty()) settings.runtime.greeting = options.greeting;
  Manner manner;
  const std::string why = echo.empty() ? "" : read_echo(echo, manner);
  if (why.empty()) return true;
  const std::string where = own ? "--echo" : settings.runtime.file + ": echo";
  std::fprintf(stderr, "%s: %s; write plain, none, or an envelope as {\"echo\":\"{payload}\"}\n",
               where.c_str(), why.c_str());
  return false;
}

static bool read_known_files(const RunOptions& options, RunSettings& settings) {
  Problems problems;
  for (const std::string& file : options.known_files) {
    std::string text;
    std::error_code error;
    if (fs::is_directory(file, error) || !read_file(file, text)) {
      problems.push_back({file, 0, "the file of known deviations cannot be read",
                          "'osprey-conform run … --print-known " + file + "' writes it"});
    } else {
      read_known_file(text, file, settings.runtime.known, problems);
    }
  }
  return print(problems);
}

static bool read_features(const RunOptions& options, RunSettings& settings) {
  Problems problems;
  for (const std::string& feature : options.speaks) {
    if (auto problem = declared_problem(feature)) {
      problem->file = "--speaks";
      problems.push_back(*problem);
    }
  }
  // They come first: a value of the command line counts, not that of the file.
  auto& speaks = settings.runtime.speaks;
  speaks.insert(speaks.begin(), options.speaks.begin(), options.speaks.end());
  return print(problems);
}

bool read_target(const RunOptions& options, RunSettings& settings) {
  const bool library = !options.library.empty() || !options.driver.empty();
  const bool url = options.target.find("://") != std::string::npos;
  if (library) {
    if (!read_library(options, settings)) return false;
  } else if (options.target.empty()) {
    settings.runtime.speaks = {"websocket"};  // of a client nobody has described
  } else if (!(url ? read_url(options, settings) : read_runtime_file(options, settings))) {
    return false;
  }
  if (!read_features(options, settings)) return false;
  find_c_driver(settings.runtime.library);
  if (!declare_shapes(options, settings.runtime)) return false;
  settings.complete = options.complete || options.selection.profile == "strict";
  settings.stop = interrupted_flag();
  settings.keep_all_bytes = options.verbose;
  settings.seed = options.seed;
  settings.full = options.selection.profile == "full";
  settings.deadline_factor = options.deadline_factor;
  if (!options.name.empty()) settings.runtime.name = options.name;
  return read_headers(options, settings) && read_manner(options, settings) &&
         read_known_files(options, settings);
}

RunHeader make_header(const RunOptions& options, const RunSettings& settings, const CaseSet& set) {
  RunHeader header;
  header.version = kVersion;
  header.runtime = settings.runtime.name;
  header.about = settings.runtime.about;
  header.file = settings.runtime.file;
  header.target = !options.library.empty()  ? "--library " + options.library
                  : !options.driver.empty() ? "--exec '" + options.driver + "'"
                                            : settings.runtime.url;
  header.speaks = options.speaks;
  header.seed = options.seed;
  header.profile = options.selection.profile;
  header.case_set = set.version;
  if (!options.told_from.empty()) header.selection.push_back(options.told_from);
  for (const auto* list : {&options.selection.only, &options.selection.autobahn,
                           &options.selection.levels, &options.selection.roles}) {
    if (list == &options.selection.autobahn && !options.told_from.empty()) continue;
    header.selection.insert(header.selection.end(), list->begin(), list->end());
  }
  utsname machine{};
  ::uname(&machine);
  header.machine = std::string(machine.sysname) + " " + machine.release + " " + machine.machine +
                   ", " + std::to_string(std::thread::hardware_concurrency()) + " cores";
  const std::time_t now = std::time(nullptr);
  char text[32];
  std::strftime(text, sizeof(text), "%Y-%m-%dT%H:%M:%SZ", std::gmtime(&now));
  header.started = text;
  return header;
}

}  // namespace conform::cli
