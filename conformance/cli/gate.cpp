// SPDX-License-Identifier: Apache-2.0
#include "cli/gate.hpp"

#include <algorithm>
#include <cstdio>
#include <deque>
#include <set>

#include "cli/autobahn_spec.hpp"
#include "cli/temporary_folder.hpp"

namespace conform::cli {
namespace {

// The run's exit code; `results` stays empty when there are none that are whole.
int run_one(const RunOptions& options, Results& results) {
  std::string file;
  const int code = run_command(options, &file);
  if (file.empty()) return code;
  const std::string why = read_results(file, results);
  return why.empty() ? code : complain(why);
}

int run_and_render(RunOptions options, const ViewPaths& views) {
  TemporaryFolder folder;
  if (options.out.empty()) options.out = folder.path;
  if (options.out.empty()) return complain("cannot make a temporary folder; use --out DIR");
  Results results;
  const int code = run_one(options, results);
  if (results.header.is_null()) {
    if (code != exit_good) std::fprintf(stderr, "no view is written: there are no whole results\n");
    return code;
  }
  const int written = write_views(results, views);
  return written == exit_good ? code : written;
}

// One run a server of the spec; the target of the command line, if any, takes their place.
int run_spec(const RunOptions& given, const ViewPaths& views) {
  AutobahnSpec spec;
  if (const std::string why = read_autobahn_spec(given.autobahn_spec, spec); !why.empty())
    return complain(why);
  CaseSet set;
  if (!load(given.selection, set)) return exit_usage;
  if (const std::string pattern = unknown_number(spec, set); !pattern.empty())
    return complain(spec.file + ": cases names '" + pattern +
                    "', and no case here stands for such an Autobahn case");
  if (!given.target.empty()) spec.servers = {{given.name, given.target, ""}};
  if (spec.servers.empty())
    return complain(spec.file + ": no servers: add {\"url\": \"ws://127.0.0.1:9001\"}");
  if (views.any() && spec.servers.size() > 1)
    return complain("views are of one server: use 'osprey-conform report' on the results of each");
  for (const std::string& key : spec.unused)
    std::fprintf(stderr, "note: %s: '%s' changes nothing here\n", spec.file.c_str(), key.c_str());
  const std::string outdir = !given.out.empty()     ? given.out
                             : !spec.outdir.empty() ? spec.outdir
                                                    : "./reports/servers";
  std::deque<Results> all;
  std::vector<AutobahnRun> runs;
  int worst = exit_good;
  for (const AutobahnSpec::Server& server : spec.servers) {
    RunOptions options = given;
    options.target = server.url;
    options.name = server.agent;
    options.told_from = spec.file;
    if (!server.hostname.empty()) options.sni = server.hostname;
    options.selection.autobahn = numbers_of(spec, set, server.agent);
    if (options.selection.autobahn.empty())
      return complain(spec.file + ": no case is left for " + server.agent);
    options.out = outdir + "/" + folder_name(server.agent.empty() ? "runtime" : server.agent);
    all.emplace_back();
    worst = std::max(worst, run_one(options, all.back()));
    if (all.back().header.is_null()) continue;
    const auto& numbers = options.selection.autobahn;
    runs.push_back({&all.back(), {numbers.begin(), numbers.end()}});
    if (const int code = write_views(all.back(), views); code != exit_good) return code;
  }
  if (const int code = write_autobahn(outdir, runs); code != exit_good) return code;
  std::printf("Autobahn's index: %s/index.json\n", outdir.c_str());
  return worst;
}

}  // namespace

int gate_command(RunOptions options, const ViewPaths& views) {
  if (!options.autobahn_spec.empty()) return run_spec(options, views);
  return views.any() ? run_and_render(std::move(options), views) : run_command(options);
}

}  // namespace conform::cli
