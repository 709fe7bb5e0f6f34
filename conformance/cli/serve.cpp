// SPDX-License-Identifier: Apache-2.0
#include <cstdio>

#include "cli/run_options.hpp"
#include "report/console.hpp"
#include "report/jsonl.hpp"
#include "run/client_run.hpp"

namespace conform::cli {
namespace {

std::string folder_name(const std::string& agent) {
  std::string out;
  for (const char c : agent) {
    const bool plain = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
                       c == '-' || c == '.';
    out += plain ? c : '_';
  }
  return out.empty() || out[0] == '.' ? "client" : out;
}

// One client that came by: its results file and its lines on the console.
struct Visitor {
  std::unique_ptr<Console> console;
  ResultsFile file;
  std::string folder;
  TimePoint began = Clock::now();
};

class Reception {
 public:
  Reception(const RunOptions& options, RunHeader header)
      : options_(options), header_(std::move(header)) {}

  void add(const std::string& agent, const Result& result) {
    Visitor& visitor = of(agent);
    visitor.file.add(result);
    visitor.console->add(result);
  }
  void reported(const std::string& agent) {
    Visitor& visitor = of(agent);
    const double seconds = std::chrono::duration<double>(Clock::now() - visitor.began).count();
    code_ = visitor.console->exit_code();
    visitor.file.finish(seconds, code_);
    visitor.console->end(seconds, visitor.folder + "/results.jsonl", "");
    visitors_.erase(agent);
  }
  int code() const { return code_; }

 private:
  Visitor& of(const std::string& agent) {
    auto& slot = visitors_[agent];
    if (slot) return *slot;
    slot = std::make_unique<Visitor>();
    slot->folder = options_.once ? options_.out : options_.out + "/" + folder_name(agent);
    slot->console = std::make_unique<Console>(Console::Options{options_.verbose, ""});
    RunHeader header = header_;
    header.runtime = agent;
    std::string why = make_folder(slot->folder);
    if (why.empty()) why = slot->file.open(slot->folder + "/results.jsonl", header);
    if (!why.empty()) std::fprintf(stderr, "%s\n", why.c_str());
    slot->console->begin(header);
    return *slot;
  }

  const RunOptions& options_;
  RunHeader header_;
  std::map<std::string, std::unique_ptr<Visitor>> visitors_;
  int code_ = exit_usage;
};

}  // namespace

int serve_command(const RunOptions& options) {
  CaseSet set;
  if (!load(options.selection, set)) return exit_usage;
  std::vector<const Case*> cases;
  for (const Case* one : pick(set, options.selection)) {
    if (one->plays(Role::client) && one->setup != Setup::http) cases.push_back(one);
  }
  if (cases.empty()) {
    std::fprintf(
        stderr,
        "no case for clients is selected; 'osprey-conform list --role client' shows them\n");
    return exit_usage;
  }
  RunContext context;
  context.seed = options.seed;
  context.full = options.selection.profile == "full";
  context.deadline_factor = options.deadline_factor;
  context.runtime.speaks = {"websocket"};
  std::string why = make_folder(options.out);
  TlsSettings settings;
  settings.certificate_file = options.certificate;
  settings.key_file = options.key;
  const TlsContext tls =
      options.certificate.empty() || !why.empty() ? nullptr : make_server_context(settings, why);
  if (!why.empty()) {
    std::fprintf(stderr, "%s\n", why.c_str());
    return exit_usage;
  }
  RunHeader header = make_header(options, context, set);
  header.cases = cases.size();
  header.roles = {"client"};
  Reception reception(options, header);
  ClientRun::Options how;
  how.host = options.host;
  how.port = options.port;
  how.once = options.once;
  how.interrupted = interrupted_flag();
  how.tls = tls.get();
  ClientRun run(
      context, how, cases,
      [&](const std::string& agent, const Result& result) { reception.add(agent, result); },
      [&](const std::string& agent) { reception.reported(agent); });
  why = run.listen();
  if (!why.empty()) {
    std::fprintf(stderr, "%s\n", why.c_str());
    return exit_usage;
  }
  std::printf("listening on %s://%s:%u\n", tls ? "wss" : "ws", options.host.c_str(),
              static_cast<unsigned>(run.port()));
  std::fflush(stdout);
  const bool complete = run.serve();
  return options.once && complete ? reception.code() : (options.once ? exit_harness : exit_good);
}

}  // namespace conform::cli
