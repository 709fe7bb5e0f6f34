// SPDX-License-Identifier: Apache-2.0
#include <sys/resource.h>

#include <cstdio>

#include "cli/run_options.hpp"
#include "report/console.hpp"
#include "report/jsonl.hpp"
#include "run/known.hpp"
#include "run/server_run.hpp"

namespace conform::cli {

static void raise_descriptor_limit() {
  rlimit limit{};
  if (::getrlimit(RLIMIT_NOFILE, &limit) != 0) return;
  limit.rlim_cur = limit.rlim_max;
  ::setrlimit(RLIMIT_NOFILE, &limit);
}

static std::vector<const Case*> playing(const std::vector<const Case*>& cases, Role role) {
  std::vector<const Case*> out;
  for (const Case* one : cases) {
    if (one->plays(role)) out.push_back(one);
  }
  return out;
}

static std::string again_command(const RunOptions& options) {
  std::string out = "osprey-conform run " + options.target;
  if (!options.selection.cases_folder.empty()) out += " --cases " + options.selection.cases_folder;
  if (options.seed != 1) out += " --seed " + std::to_string(options.seed);
  return out;
}

static bool wanted_role(const Selection& selection, const char* role) {
  if (selection.roles.empty()) return true;
  for (const std::string& one : selection.roles) {
    if (one == role) return true;
  }
  return false;
}

namespace {

// Everything around the runs of one command: files, console, what is known.
struct Session {
  explicit Session(const RunOptions& o) : options(o), console({o.verbose, again_command(o)}) {}
  const RunOptions& options;
  Console console;
  ResultsFile file;
  TimePoint began = Clock::now();

  int close(Known& known, const std::string& trouble, bool complete) {
    const double seconds = std::chrono::duration<double>(Clock::now() - began).count();
    std::string text = trouble;
    int code = console.exit_code();
    for (const std::string& glob : known.idle_globs()) {
      text += (text.empty() ? "" : "\n") + ("known '" + glob + "' excuses nothing: all its cases pass; delete it");
      code = exit_failed;
    }
    if (!complete) code = exit_harness;
    if (complete) file.finish(seconds, code);
    console.end(seconds, options.out.empty() ? "" : options.out + "/results.jsonl" + (complete ? "" : " (incomplete)"),
                text);
    if (code == exit_usage) std::fprintf(stderr, "nothing was judged: no selected case could run\n");
    return code;
  }
};

}  // namespace

static TlsContext tls_for(const RunOptions& options, RunContext& context, std::string& why) {
  if (!context.target.tls) return nullptr;
  TlsSettings settings;
  settings.ca_file = options.ca;
  settings.insecure = options.insecure;
  TlsContext tls = make_client_context(settings, why);
  context.tls = tls.get();
  context.tls_name = options.sni.empty() ? context.target.host : options.sni;
  context.tls_verify = !options.insecure;
  return tls;
}

static int judge_server(Session& session, RunContext& context, const CaseSet& set,
                        const std::vector<const Case*>& cases, Known& known) {
  const RunOptions& options = session.options;
  ServerRun::Options how;
  how.jobs = options.jobs;
  how.interrupted = interrupted_flag();
  how.log_file = options.out.empty() ? "/dev/null" : options.out + "/runtime.log";
  ServerRun run(context, how, [&](Result result) {
    known.apply(result);
    session.file.add(result);
    session.console.add(result);
  });
  const std::string why = run.prepare();
  if (!why.empty()) {
    std::fprintf(stderr, "%s\n", why.c_str());
    return exit_harness;
  }
  RunHeader header = make_header(options, context, set);
  header.cases = cases.size();
  header.jobs = run.jobs();
  header.roles = {"server"};
  if (!options.out.empty()) {
    const std::string trouble = session.file.open(options.out + "/results.jsonl", header);
    if (!trouble.empty()) std::fprintf(stderr, "%s\n", trouble.c_str());
    if (!trouble.empty()) return exit_usage;
  }
  session.console.begin(header);
  session.began = Clock::now();
  const bool complete = run.run(cases);
  std::string trouble = run.trouble();
  if (!complete && trouble.empty()) trouble = "interrupted: the results are incomplete";
  int code = session.close(known, trouble, complete);
  if (run.unexplained_crashes() != 0) {
    std::printf("the runtime crashed while cases ran side by side; none of them does it alone: try --jobs 1\n");
    code = exit_failed;
  }
  return code;
}

int run_command(const RunOptions& options) {
  raise_descriptor_limit();
  CaseSet set;
  if (!load(options.selection, set)) return exit_usage;
  RunContext context;
  if (!read_target(options, context)) return exit_usage;
  const auto cases = pick(set, options.selection);
  Known known(context.runtime.known);
  Problems problems;
  known.check(set.cases, context.runtime.file, problems);
  for (const Problem& problem : problems) std::fprintf(stderr, "%s\n", problem.text().c_str());
  if (!problems.empty()) return exit_usage;
  const bool server = !context.runtime.url.empty() || !context.runtime.server.empty();
  const auto chosen = playing(cases, Role::server);
  if (chosen.empty() || !server || !wanted_role(options.selection, "server")) {
    std::fprintf(stderr, "no case is selected that this runtime can be judged by; 'osprey-conform list' shows all\n");
    return exit_usage;
  }
  if (!options.out.empty()) {
    const std::string why = make_folder(options.out);
    if (!why.empty()) std::fprintf(stderr, "%s\n", why.c_str());
    if (!why.empty()) return exit_usage;
  }
  std::string why;
  const TlsContext tls = tls_for(options, context, why);
  if (!why.empty()) {
    std::fprintf(stderr, "%s\n", why.c_str());
    return exit_usage;
  }
  Session session(options);
  return judge_server(session, context, set, chosen, known);
}

}  // namespace conform::cli
