// SPDX-License-Identifier: Apache-2.0
#include <sys/resource.h>

#include <cstdio>
#include <cstdlib>

#include "cli/lanes.hpp"
#include "subject/tls.hpp"

namespace conform::cli {

static void raise_descriptor_limit() {
  rlimit limit{};
  if (::getrlimit(RLIMIT_NOFILE, &limit) != 0) return;
  limit.rlim_cur = limit.rlim_max;
  ::setrlimit(RLIMIT_NOFILE, &limit);
}

static TlsContext tls_for(const RunOptions& options, RunSettings& settings, std::string& why) {
  if (!settings.target.tls) return nullptr;
  TlsSettings how;
  how.ca_file = options.ca;
  how.insecure = options.insecure;
  TlsContext tls = make_client_context(how, why);
  settings.tls = tls.get();
  settings.tls_name = options.sni.empty() ? settings.target.host : options.sni;
  settings.tls_verify = !options.insecure;
  return tls;
}

static RunHeader header_of(const RunOptions& options, const RunSettings& settings,
                           const CaseSet& set, const Parts& parts, std::size_t whole) {
  RunHeader header = make_header(options, settings, set);
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

// The lanes of one pass; `why` says what is wrong with the runtime as a whole.
static Lanes prepared(Session& session, const RunSettings& settings, const Parts& parts,
                      std::string& why) {
  Lanes lanes = make_lanes(session, settings, parts);
  for (auto& lane : lanes) {
    if (why.empty()) why = lane->prepare();
  }
  return lanes;
}

static int judge(Session& session, const RunSettings& settings, const CaseSet& set,
                 const std::vector<const Case*>& cases) {
  const RunOptions& options = session.options;
  const std::size_t whole = part(options, settings.runtime, cases).size();
  const Parts parts = part(options, settings.runtime, sharded(options.shard, cases));
  if (parts.size() == 0) {
    std::fprintf(stderr, "%s; 'osprey-conform list' shows all\n",
                 whole == 0 ? "no selected case can test this implementation"
                            : "this shard holds no case: take fewer shards");
    return exit_usage;
  }
  std::string why;
  Lanes lanes = prepared(session, settings, parts, why);
  if (!why.empty()) {
    complain(why);
    return exit_harness;
  }
  RunHeader header = header_of(options, settings, set, parts, whole);
  header.jobs = lanes.front()->jobs();
  for (const auto& lane : lanes) {
    const auto notes = lane->notes();
    header.notes.insert(header.notes.end(), notes.begin(), notes.end());
  }
  for (const auto& lane : lanes) lane->describe(header);
  const int opened = session.open(header);
  if (opened != exit_good) return opened;
  bool complete = true;
  for (int pass = 1; pass <= options.repeat && complete; ++pass) {
    session.begin_pass(pass);
    if (pass > 1) lanes = prepared(session, settings, parts, why);
    session.complain(why);
    complete = why.empty() && run_lanes(lanes, options.jobs == 1);
    lanes.clear();
  }
  if (settings.interrupted()) session.complain("interrupted: the results are incomplete");
  return session.close(complete);
}

int run_command(const RunOptions& options, std::string* results) {
  raise_descriptor_limit();
  RunSettings settings;
  if (!read_target(options, settings)) return exit_usage;
  CaseSet set;
  // Known deviations are held against the ids of all cases.
  const Extent extent = settings.runtime.known.empty() ? Extent::selected : Extent::all;
  if (!load(options.selection, set, extent)) return exit_usage;
  const auto cases = pick(set, options.selection);
  Known known(settings.runtime.known, today_text());
  Problems problems;
  known.check(set.cases, problems);
  if (!problems.empty()) return complain(problems);
  std::string why = options.out.empty() ? "" : make_folder(options.out);
  TlsContext tls;
  if (why.empty()) tls = tls_for(options, settings, why);
  if (!why.empty()) return complain(why);
  Session session(options, known);
  const int code = judge(session, settings, set, cases);
  if (results != nullptr) *results = session.results();
  return code;
}

}  // namespace conform::cli
