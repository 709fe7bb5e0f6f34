// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <map>
#include <string>
#include <vector>

#include "case/runtime_file.hpp"
#include "cli/command.hpp"
#include "cli/shard.hpp"
#include "run/connection/context.hpp"
#include "run/result/verdict.hpp"

namespace conform::cli {

// What `run` and `serve` are told on the command line.
struct RunOptions {
  Selection selection;
  std::string target;               // URL or runtime file
  std::string library;              // or: a shared library that exports the C names
  std::string driver;               // or: the command of a library driver
  std::vector<std::string> speaks;  // features, besides those of a runtime file
  std::string abi;                  // the shapes of a library's functions
  std::string out;
  std::vector<std::string> known_files;  // more known deviations
  Shard shard;
  std::string name;           // in place of the runtime's own
  std::string told_from;      // a file that stands for the selection in the results
  std::string autobahn_spec;  // fuzzingclient.json or fuzzingserver.json
  std::uint64_t seed = 1;
  double deadline_factor = 1.0;
  std::string ca, sni, connect_to, certificate, key;
  std::string echo;  // what a server makes of messages
  std::vector<std::string> greeting;
  std::vector<std::string> headers;  // "Name: value", of every request to a server
  std::vector<std::string> defines;  // name=value, for the commands of a runtime file
  std::string host = "127.0.0.1";    // serve
  int repeat = 1;                    // passes over all cases
  int jobs = 0;
  std::uint16_t port = 0;  // serve
  bool once = false;       // serve
  bool complete = false;   // each function that a library lacks is a failure
  bool insecure = false;
  bool verbose = false;
};

// `results`, if given: the file of the whole results, empty if there is none.
int run_command(const RunOptions& options, std::string* results = nullptr);
int serve_command(const RunOptions& options);

// What stands for `library:` when there is no runtime file; false with the reason printed.
bool read_library(const RunOptions& options, RunSettings& settings);
// "c-driver" alone is the suite's own, which lies beside it.
void find_c_driver(std::vector<std::string>& command);
// Tells it the shapes that the runtime file and the command line declare; false with the reason
// printed.
bool declare_shapes(const RunOptions& options, Runtime& runtime);
// Reads the runtime file or makes a runtime of the URL; prints what is wrong and returns false.
bool read_target(const RunOptions& options, RunSettings& settings);
RunHeader make_header(const RunOptions& options, const RunSettings& settings, const CaseSet& set);
// Makes the output folder; an empty string or why not.
std::string make_folder(const std::string& path);
// A file name for whatever an agent calls itself.
std::string folder_name(const std::string& agent);

}  // namespace conform::cli
