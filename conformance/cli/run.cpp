// SPDX-License-Identifier: Apache-2.0
#include <sys/resource.h>

#include <algorithm>
#include <cstdio>
#include <cstdlib>

#include "cli/session.hpp"
#include "run/client_run.hpp"
#include "run/client_tls.hpp"
#include "run/http_client_run.hpp"
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

static bool wanted_role(const Selection& selection, const char* role) {
  if (selection.roles.empty()) return true;
  for (const std::string& one : selection.roles) {
    if (one == role) return true;
  }
  return false;
}

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

// False when the results are incomplete; the session was told why.
static bool judge_server(Session& session, RunContext& context, ServerRun& run,
                         const std::vector<const Case*>& cases) {
  const bool complete = run.run(cases);
  session.complain(run.trouble());
  if (run.unexplained_crashes() != 0) {
    session.crashed_side_by_side = true;
    session.complain(
        "the runtime crashed while cases ran side by side; none of them does it alone: try --jobs "
        "1");
  }
  context.process = nullptr;
  return complete;
}

static bool judge_server_tls(Session& session, RunContext& context,
                             const std::vector<const Case*>& cases, bool http) {
  CertificateFiles files;
  TlsSettings settings;
  std::string why = make_certificates(session.folder(), CertificateKind::good, files);
  settings.ca_file = files.ca;
  const TlsContext tls = why.empty() ? make_client_context(settings, why) : nullptr;
  session.complain(why);
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
  session.complain(why);
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
  std::string why;
  const auto& command = context.runtime.client;
  if (over_tls || std::find(command.begin(), command.end(), "{ca}") != command.end()) {
    CertificateFiles files;
    TlsSettings settings;
    why = make_certificates(session.folder(), CertificateKind::good, files);
    settings.certificate_file = files.certificate;
    settings.key_file = files.key;
    if (why.empty() && over_tls) tls = make_server_context(settings, why);
    how.ca = files.ca;
    how.tls = tls.get();
  }
  session.complain(why);
  if (!why.empty()) return false;
  ClientRun run(
      context, how, cases,
      [&](const std::string&, Result result) { session.take(std::move(result)); },
      [](const std::string&) {});
  why = run.listen();
  session.complain(why);
  if (!why.empty()) return false;
  const bool complete = run.drive(context.runtime.client);
  session.complain(run.trouble());
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
  const std::string why = run.prepare();
  session.complain(why);
  return why.empty() && judge_server(session, context, run, cases);
}

static bool judge_http_client(Session& session, RunContext& context,
                              const std::vector<const Case*>& cases) {
  HttpClientRun run(
      context,
      {context.runtime.http_client, session.folder(), session.options.jobs, interrupted_flag()},
      [&](Result result) { session.take(std::move(result)); });
  const bool complete = run.run(cases);
  session.complain(run.trouble());
  return complete;
}

// What a pass needs ready: the server's and the library's processes.
namespace {
struct Ready {
  std::unique_ptr<ServerRun> server;
  std::unique_ptr<LibraryRun> library;
};
}  // namespace

// One pass over all parts.
static bool judge_parts(Session& session, RunContext& context, const Parts& parts, Ready& ready) {
  bool complete =
      parts.server.empty() || judge_server(session, context, *ready.server, parts.server);
  ready.server.reset();
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
  if (complete && !parts.library.empty()) complete = ready.library->run(parts.library);
  return complete;
}

static Ready prepared(Session& session, RunContext& context, const Parts& parts, std::string& why) {
  const auto sink = [&](Result result) { session.take(std::move(result)); };
  Ready ready;
  ready.server = std::make_unique<ServerRun>(context, server_options(session), sink);
  if (!parts.server.empty()) why = ready.server->prepare();
  ready.library = std::make_unique<LibraryRun>(context, library_options(session), sink);
  if (why.empty() && !parts.library.empty()) why = ready.library->prepare();
  return ready;
}

static RunHeader header_of(const RunOptions& options, const RunContext& context, const CaseSet& set,
                           const Parts& parts, std::size_t whole) {
  RunHeader header = make_header(options, context, set);
  header.cases = parts.size();
  header.repeat = options.repeat;
  if (!options.shard.whole()) {
    header.shard = options.shard.text();
    header.whole = whole;
    header.job = ci_job(::getenv);
  }
  if (parts.servers() != 0) header.roles.push_back("server");
  if (parts.clients() != 0) header.roles.push_back("client");
  if (!parts.library.empty()) header.roles.push_back("library");
  return header;
}

// Every n-th case of the selection.
static std::vector<const Case*> sharded(const Shard& shard, const std::vector<const Case*>& cases) {
  std::vector<const Case*> out;
  for (std::size_t i = 0; i < cases.size(); ++i) {
    if (shard.has(i)) out.push_back(cases[i]);
  }
  return out;
}

static int judge(Session& session, RunContext& context, const CaseSet& set,
                 const std::vector<const Case*>& cases) {
  const RunOptions& options = session.options;
  const std::size_t whole = part(options, context.runtime, cases).size();
  const Parts parts = part(options, context.runtime, sharded(options.shard, cases));
  if (parts.size() == 0) {
    std::fprintf(stderr, "%s; 'osprey-conform list' shows all\n",
                 whole == 0 ? "no case is selected that this runtime can be judged by"
                            : "this shard holds no case: take fewer shards");
    return exit_usage;
  }
  std::string why;
  Ready ready = prepared(session, context, parts, why);
  if (!why.empty()) {
    std::fprintf(stderr, "%s\n", why.c_str());
    return exit_harness;
  }
  RunHeader header = header_of(options, context, set, parts, whole);
  header.jobs = !parts.server.empty()                  ? ready.server->jobs()
                : parts.library.size() == parts.size() ? ready.library->jobs()
                                                       : options.jobs;
  const int opened = session.open(header);
  if (opened != exit_good) return opened;
  bool complete = true;
  for (int pass = 1; pass <= options.repeat && complete; ++pass) {
    session.begin_pass(pass);
    if (pass > 1) ready = prepared(session, context, parts, why);
    session.complain(why);
    complete = why.empty() && judge_parts(session, context, parts, ready);
    ready = {};
  }
  if (*interrupted_flag()) session.complain("interrupted: the results are incomplete");
  return session.close(complete);
}

int run_command(const RunOptions& options, std::string* results) {
  raise_descriptor_limit();
  RunContext context;
  if (!read_target(options, context)) return exit_usage;
  CaseSet set;
  // Known deviations are held against the ids of all cases.
  const Extent extent = context.runtime.known.empty() ? Extent::selected : Extent::all;
  if (!load(options.selection, set, extent)) return exit_usage;
  const auto cases = pick(set, options.selection);
  Known known(context.runtime.known, today_text());
  Problems problems;
  known.check(set.cases, problems);
  if (!problems.empty()) return complain(problems);
  std::string why = options.out.empty() ? "" : make_folder(options.out);
  TlsContext tls;
  if (why.empty()) tls = tls_for(options, context, why);
  if (!why.empty()) return complain(why);
  Session session(options, known);
  const int code = judge(session, context, set, cases);
  if (results != nullptr) *results = session.results();
  return code;
}

}  // namespace conform::cli
