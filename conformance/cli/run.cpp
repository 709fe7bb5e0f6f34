// SPDX-License-Identifier: Apache-2.0
#include <sys/resource.h>

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <filesystem>

#include "cli/run_options.hpp"
#include "report/console.hpp"
#include "report/jsonl.hpp"
#include "run/client_run.hpp"
#include "run/client_tls.hpp"
#include "run/http_client_run.hpp"
#include "run/known.hpp"
#include "run/library_run.hpp"
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
  if (!options.library.empty()) out += "--library " + options.library;
  if (!options.driver.empty()) out += "--exec '" + options.driver + "'";
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
  Session(const RunOptions& o, Known& k)
      : options(o), known(k), console({o.verbose, again_command(o)}) {}
  const RunOptions& options;
  Known& known;
  Console console;
  ResultsFile file;
  TimePoint began = Clock::now();
  std::string trouble;
  bool crashed_side_by_side = false;

  void take(Result result) {
    known.apply(result);
    file.add(result);
    console.add(result);
  }

  // Where certificates go: a folder of our own that goes with us.
  std::string folder() {
    if (temporary.empty()) {
      char name[] = "/tmp/osprey-conform-XXXXXX";
      if (::mkdtemp(name) != nullptr) temporary = name;
    }
    return temporary;
  }
  ~Session() {
    std::error_code error;
    if (!temporary.empty()) std::filesystem::remove_all(temporary, error);
  }
  Session(const Session&) = delete;
  Session& operator=(const Session&) = delete;
  std::string temporary;

  int close(bool complete) {
    const double seconds = std::chrono::duration<double>(Clock::now() - began).count();
    int code = console.exit_code();
    for (const std::string& glob : known.idle_globs()) {
      trouble += (trouble.empty() ? "" : "\n") +
                 ("known '" + glob + "' excuses nothing: all its cases pass; delete it");
      code = exit_failed;
    }
    if (crashed_side_by_side) code = exit_failed;
    if (!complete) code = exit_harness;
    if (complete) file.finish(seconds, code);
    console.end(seconds,
                options.out.empty()
                    ? ""
                    : options.out + "/results.jsonl" + (complete ? "" : " (incomplete)"),
                trouble);
    if (code == exit_usage)
      std::fprintf(stderr, "nothing was judged: no selected case could run\n");
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

// One results file and one console for all roles of a run.
static int open_results(Session& session, RunHeader header) {
  if (!session.options.out.empty()) {
    const std::string why = session.file.open(session.options.out + "/results.jsonl", header);
    if (!why.empty()) std::fprintf(stderr, "%s\n", why.c_str());
    if (!why.empty()) return exit_usage;
  }
  session.console.begin(header);
  session.began = Clock::now();
  return exit_good;
}

static std::string log_file(const RunOptions& options, const char* name) {
  return options.out.empty() ? "/dev/null" : options.out + "/" + name;
}

namespace {

// Which cases run in which role, over TCP and over TLS.
struct Parts {
  std::vector<const Case*> server, server_tls, http, http_tls, client, client_tls, certificates,
      http_client, library;
  std::size_t servers() const {
    return server.size() + server_tls.size() + http.size() + http_tls.size();
  }
  std::size_t clients() const {
    return client.size() + client_tls.size() + certificates.size() + http_client.size();
  }
  std::size_t size() const { return servers() + clients() + library.size(); }
};

}  // namespace

static bool needs_tls(const Case& one) {
  return std::find(one.needs.begin(), one.needs.end(), "tls") != one.needs.end();
}

// A runtime that has a TLS command gets the cases that need TLS over TLS; all others are skipped
// where they stand.
static Parts part(const RunOptions& options, const Runtime& runtime,
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
  const bool ca =
      std::find(runtime.client.begin(), runtime.client.end(), "{ca}") != runtime.client.end();
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
  if (!runtime.http_client.empty() && wanted_role(options.selection, "client")) {
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

static ServerRun::Options server_options(const Session& session) {
  ServerRun::Options how;
  how.jobs = session.options.jobs;
  how.interrupted = interrupted_flag();
  how.log_file = log_file(session.options, "runtime.log");
  return how;
}

// False when the results are incomplete; `trouble` says why.
static bool judge_server(Session& session, RunContext& context, ServerRun& run,
                         const std::vector<const Case*>& cases) {
  const bool complete = run.run(cases);
  session.trouble = run.trouble();
  if (run.unexplained_crashes() != 0) {
    session.crashed_side_by_side = true;
    session.trouble +=
        "the runtime crashed while cases ran side by side; none of them does it alone: try --jobs "
        "1";
  }
  context.process = nullptr;
  return complete;
}

static bool judge_server_tls(Session& session, RunContext& context,
                             const std::vector<const Case*>& cases, bool http) {
  CertificateFiles files;
  TlsSettings settings;
  std::string& why = session.trouble;
  why = make_certificates(session.folder(), CertificateKind::good, files);
  settings.ca_file = files.ca;
  const TlsContext tls = why.empty() ? make_client_context(settings, why) : nullptr;
  if (tls == nullptr) return false;
  ServerRun::Options how = server_options(session);
  how.tls = true;
  how.http = http;
  how.places = {{"certificate", files.certificate}, {"key", files.key}};
  context.tls = tls.get();
  context.tls_name = "localhost";
  context.target.tls = true;
  ServerRun run(context, how, [&](Result result) { session.take(std::move(result)); });
  why = run.prepare();
  const bool complete = why.empty() && judge_server(session, context, run, cases);
  context.tls = nullptr;
  context.target.tls = false;
  return complete;
}

static bool judge_client(Session& session, RunContext& context,
                         const std::vector<const Case*>& cases, bool over_tls) {
  ClientRun::Options how;
  how.interrupted = interrupted_flag();
  how.log_file = log_file(session.options, "client.log");
  TlsContext tls;
  const auto& command = context.runtime.client;
  if (over_tls || std::find(command.begin(), command.end(), "{ca}") != command.end()) {
    CertificateFiles files;
    TlsSettings settings;
    session.trouble = make_certificates(session.folder(), CertificateKind::good, files);
    settings.certificate_file = files.certificate;
    settings.key_file = files.key;
    if (session.trouble.empty() && over_tls) tls = make_server_context(settings, session.trouble);
    how.ca = files.ca;
    how.tls = tls.get();
  }
  if (!session.trouble.empty()) return false;
  ClientRun run(
      context, how, cases,
      [&](const std::string&, Result result) { session.take(std::move(result)); },
      [](const std::string&) {});
  session.trouble = run.listen();
  if (!session.trouble.empty()) return false;
  const bool complete = run.drive(context.runtime.client);
  session.trouble = run.trouble();
  return complete;
}

static bool judge_certificates(Session& session, RunContext& context,
                               const std::vector<const Case*>& cases) {
  ClientTlsRun run(context, session.folder(), log_file(session.options, "client.log"));
  for (const Case* one : cases) {
    if (*interrupted_flag()) return false;
    session.take(run.judge(*one, context.runtime.client));
  }
  return true;
}

static LibraryRun::Options library_options(Session& session) {
  LibraryRun::Options how;
  how.jobs = session.options.jobs;
  how.interrupted = interrupted_flag();
  how.log_folder = session.options.out.empty() ? session.folder() : session.options.out;
  return how;
}

static bool judge_http(Session& session, RunContext& context,
                       const std::vector<const Case*>& cases) {
  ServerRun::Options how = server_options(session);
  how.http = true;
  ServerRun run(context, how, [&](Result result) { session.take(std::move(result)); });
  session.trouble = run.prepare();
  return session.trouble.empty() && judge_server(session, context, run, cases);
}

static bool judge_http_client(Session& session, RunContext& context,
                              const std::vector<const Case*>& cases) {
  HttpClientRun run(
      context,
      {context.runtime.http_client, session.folder(), session.options.jobs, interrupted_flag()},
      [&](Result result) { session.take(std::move(result)); });
  const bool complete = run.run(cases);
  session.trouble = run.trouble();
  return complete;
}

static int judge(Session& session, RunContext& context, const CaseSet& set,
                 const std::vector<const Case*>& cases) {
  const RunOptions& options = session.options;
  const Parts parts = part(options, context.runtime, cases);
  if (parts.size() == 0) {
    std::fprintf(stderr,
                 "no case is selected that this runtime can be judged by; 'osprey-conform list' "
                 "shows all\n");
    return exit_usage;
  }
  auto run = std::make_unique<ServerRun>(context, server_options(session),
                                         [&](Result result) { session.take(std::move(result)); });
  std::string why = parts.server.empty() ? "" : run->prepare();
  LibraryRun library(context, library_options(session),
                     [&](Result result) { session.take(std::move(result)); });
  if (why.empty() && !parts.library.empty()) why = library.prepare();
  if (!why.empty()) {
    std::fprintf(stderr, "%s\n", why.c_str());
    return exit_harness;
  }
  RunHeader header = make_header(options, context, set);
  header.cases = parts.size();
  header.jobs = parts.server.empty() ? options.jobs : run->jobs();
  if (parts.servers() != 0) header.roles.push_back("server");
  if (parts.clients() != 0) header.roles.push_back("client");
  if (!parts.library.empty()) header.roles.push_back("library");
  const int opened = open_results(session, header);
  if (opened != exit_good) return opened;
  bool complete = parts.server.empty() || judge_server(session, context, *run, parts.server);
  run.reset();
  if (complete && !parts.server_tls.empty())
    complete = judge_server_tls(session, context, parts.server_tls, false);
  if (complete && !parts.http.empty()) complete = judge_http(session, context, parts.http);
  if (complete && !parts.http_tls.empty())
    complete = judge_server_tls(session, context, parts.http_tls, true);
  if (complete && !parts.client.empty())
    complete = judge_client(session, context, parts.client, false);
  if (complete && !parts.client_tls.empty())
    complete = judge_client(session, context, parts.client_tls, true);
  if (complete && !parts.certificates.empty())
    complete = judge_certificates(session, context, parts.certificates);
  if (complete && !parts.http_client.empty())
    complete = judge_http_client(session, context, parts.http_client);
  if (complete && !parts.library.empty()) complete = library.run(parts.library);
  if (*interrupted_flag()) session.trouble = "interrupted: the results are incomplete";
  return session.close(complete);
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
  std::string why = options.out.empty() ? "" : make_folder(options.out);
  TlsContext tls;
  if (why.empty()) tls = tls_for(options, context, why);
  if (!why.empty()) {
    std::fprintf(stderr, "%s\n", why.c_str());
    return exit_usage;
  }
  Session session(options, known);
  return judge(session, context, set, cases);
}

}  // namespace conform::cli
