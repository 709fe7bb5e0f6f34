// SPDX-License-Identifier: Apache-2.0
#include <CLI/CLI.hpp>
#include <cstdio>
#include <cstdlib>
#include <map>

#include "cli/gate.hpp"
#include "cli/report_commands.hpp"
#include "cli/run_options.hpp"
#include "cli/version.hpp"

using conform::cli::Selection;

static void add_selection(CLI::App& command, Selection& selection) {
  command.add_option("--cases", selection.cases_folder,
                     "case folder in place of the compiled-in cases");
  command.add_option("--only", selection.only, "ids or globs: 'rfc6455/5.*/**'; repeatable")
      ->take_all();
  command.add_option("--level", selection.levels, "MUST, SHOULD or MAY; repeatable");
  command.add_option("--role", selection.roles,
                     "server, client or library: the role of the implementation; repeatable");
  command.add_option("--autobahn", selection.autobahn,
                     "cases that stand for these Autobahn cases: '1.*'; repeatable");
  command
      .add_option(
          "--profile", selection.profile,
          "ci: volumes as a fault needs them; full: Autobahn's own volumes; strict: as ci, "
          "and what is allowed but not strict fails, and each function that a library lacks")
      ->transform(CLI::Transformer(std::map<std::string, std::string>{{"default", "ci"}}))
      ->check(CLI::IsMember({"ci", "full", "strict", "default"}));
}

static void add_run_options(CLI::App& command, conform::cli::RunOptions& options) {
  add_selection(command, options.selection);
  command.add_option("--out", options.out, "folder for results.jsonl and the implementation's log");
  command.add_option("--jobs", options.jobs, "cases side by side; 0 = found out")
      ->check(CLI::Range(0, 10000));
  command.add_option("--seed", options.seed, "for masks, keys and payloads");
  command
      .add_option("--deadline-factor", options.deadline_factor,
                  "stretches every upper limit, for slow machines")
      ->check(CLI::Range(0.1, 1000.0));
  command
      .add_option("--baseline,--known", options.known_files,
                  "YAML file of known deviations: id or glob: reason; what newly fails, newly "
                  "passes or has expired fails; repeatable")
      ->take_all();
  command.add_option("--autobahn-spec", options.autobahn_spec,
                     "Autobahn's fuzzingclient.json or fuzzingserver.json, honoured as it is");
  command.add_option("--define", options.defines,
                     "name=value for the runtime file's commands; repeatable");
  command.add_flag("-v,--verbose", options.verbose, "every case, with all its bytes");
}

static bool one_target(const conform::cli::RunOptions& options) {
  const int given = (options.target.empty() ? 0 : 1) + (options.library.empty() ? 0 : 1) +
                    (options.driver.empty() ? 0 : 1);
  if (given == 1 || (given == 0 && !options.autobahn_spec.empty())) return true;
  std::fprintf(stderr,
               "say what to test: a URL, a runtime file, --library FILE, --exec COMMAND or "
               "--autobahn-spec FILE; one of them\n");
  return false;
}

static std::string shapes_of_a_library(const std::string& text) {
  return conform::check_shapes(text);
}

static void add_gate_options(CLI::App& run, conform::cli::RunOptions& options) {
  run.add_option("--shard", "i/n: every n-th case; auto: what the CI system says of this job")
      ->each([&options](const std::string& text) {
        const std::string why = conform::cli::read_shard(text, ::getenv, options.shard);
        if (!why.empty()) throw CLI::ValidationError(why);
      });
  run.add_option("--repeat", options.repeat,
                 "passes over all cases; one that fails in some of them is reported as flaky")
      ->check(CLI::Range(1, 1000));
  run.add_option("--speaks", options.speaks,
                 "what it speaks: deflate,limit:message=65536; 'list --features' shows all words; "
                 "repeatable")
      ->delimiter(',')
      ->take_all();
  run.add_option("--name", options.name, "the implementation's name in reports");
}

static void add_tls_options(CLI::App& run, conform::cli::RunOptions& options) {
  run.add_option("--ca", options.ca, "PEM file of the authorities to trust");
  run.add_flag("--insecure", options.insecure, "do not verify the certificate");
  run.add_option("--sni", options.sni, "name to ask for and to verify in place of the URL's host");
  run.add_option("--connect-to", options.connect_to,
                 "HOST:PORT to connect to in place of the URL's");
}

// What a server wants before it serves.
static void add_server_options(CLI::App& run, conform::cli::RunOptions& options) {
  run.add_option("--header", options.headers,
                 "'Name: value' in every handshake and request to a server, as Authorization, "
                 "Cookie, Origin or Sec-WebSocket-Protocol; repeatable")
      ->take_all();
  run.add_option("--echo", options.echo,
                 "what the server makes of a message: plain, none, or an envelope as "
                 "'{\"echo\":\"{payload}\",\"id\":{any}}'; found out if not given");
  run.add_option("--greeting", options.greeting,
                 "a message that the server sends unasked; {any} stands for anything; repeatable, "
                 "found out if it comes right after the 101")
      ->take_all();
}

static void add_serve_options(CLI::App& serve, conform::cli::RunOptions& options) {
  serve.add_option("target", options.target,
                   "a runtime file: what the client speaks, and what is known of it");
  serve.add_option("--port", options.port, "port to listen on; 0 takes a free one");
  serve.add_option("--host", options.host, "address to listen on");
  serve.add_flag("--once", options.once,
                 "end after the first updateReports, with the exit codes of run");
  serve.add_option("--certificate", options.certificate, "PEM chain: listen with TLS");
  serve.add_option("--key", options.key, "PEM key of the certificate");
}

// What is tested.
static void add_target_options(CLI::App& run, conform::cli::RunOptions& options) {
  run.add_option("target", options.target,
                 "ws://, wss://, http:// or https:// URL, or a runtime file");
  run.add_option("--library", options.library,
                 "test this shared library, which exports the C names of an edition");
  run.add_option("--exec", options.driver, "test the library behind this driver's command");
  run.add_option("--abi", options.abi,
                 "shapes of the library's C functions: result=code|block|struct, "
                 "handler=body|response|full-response, connect=handler|name|url")
      ->check(shapes_of_a_library);
  run.add_flag("--complete", options.complete,
               "each function of the text that the library lacks is a failure; as in strict");
}

int main(int argc, char** argv) {
  CLI::App app("Tells where a network implementation violates RFC 6455, RFC 7692 and HTTP/1.1.",
               "osprey-conform");
  app.require_subcommand(1);
  app.set_version_flag("--version", std::string("osprey-conform ") + conform::kVersion);
  Selection selection;
  bool verbose = false;
  std::string format = "text";
  std::string id;
  auto* check = app.add_subcommand("check", "check the case files and what they cover");
  add_selection(*check, selection);
  check->add_flag("-v,--verbose", verbose,
                  "list the requirements that are excused, with the reason");
  auto* list = app.add_subcommand("list", "list the cases");
  add_selection(*list, selection);
  bool show_features = false;
  list->add_flag("--features", show_features,
                 "list the features an implementation may declare, in place of the cases");
  list->add_option("--format", format, "text or json")->check(CLI::IsMember({"text", "json"}));
  auto* explain = app.add_subcommand("explain", "say what a case does");
  explain->add_option("id", id, "id or glob")->required();
  explain->add_option("--cases", selection.cases_folder,
                      "case folder in place of the compiled-in cases");
  conform::cli::RunOptions run_options;
  auto* run = app.add_subcommand("run", "test an implementation");
  add_target_options(*run, run_options);
  add_run_options(*run, run_options);
  add_gate_options(*run, run_options);
  conform::cli::ViewPaths views;
  conform::cli::add_view_options(*run, views);
  add_tls_options(*run, run_options);
  add_server_options(*run, run_options);
  conform::cli::ReportCommands reports;
  reports.add(app);
  conform::cli::RunOptions serve_options;
  auto* serve =
      app.add_subcommand("serve", "serve tests for clients (Autobahn fuzzing server protocol)");
  add_run_options(*serve, serve_options);
  add_serve_options(*serve, serve_options);
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    const int code = app.exit(error);
    return code == 0 ? conform::cli::exit_good : conform::cli::exit_usage;
  }
  int exit_code = conform::cli::exit_good;
  if (reports.run(exit_code)) return exit_code;
  if (*serve) return conform::cli::serve_command(serve_options);
  if (*run) {
    return one_target(run_options) ? conform::cli::gate_command(run_options, views)
                                   : int{conform::cli::exit_usage};
  }
  if (*check) return conform::cli::check_command(selection, verbose);
  if (*list) {
    return show_features ? conform::cli::list_features(format)
                         : conform::cli::list_command(selection, format);
  }
  return conform::cli::explain_command(selection, id);
}
