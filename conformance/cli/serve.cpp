// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <cstdio>

#include "cli/autobahn_spec.hpp"
#include "cli/reception.hpp"
#include "run/client/client_run.hpp"

namespace conform::cli {
namespace {

// What fuzzingserver.json says, where the command line says nothing. Empty, or what is wrong.
std::string take_spec(const AutobahnSpec& spec, const CaseSet& set, RunOptions& options) {
  if (const std::string pattern = unknown_number(spec, set); !pattern.empty())
    return spec.file + ": cases names '" + pattern +
           "', and no case here stands for such an Autobahn case";
  options.selection.autobahn = numbers_of(spec, set);
  if (options.selection.autobahn.empty()) return spec.file + ": no case is left";
  options.told_from = spec.file;
  if (options.out.empty()) options.out = spec.outdir.empty() ? "./reports/clients" : spec.outdir;
  if (options.certificate.empty()) {
    options.certificate = spec.certificate;
    options.key = spec.key;
  }
  if (spec.url.empty() || options.port != 0) return {};
  Target where;
  // Port 0 is for listening only: a free one is taken.
  const bool any_port = spec.url.size() > 2 && spec.url.ends_with(":0");
  const std::string url = any_port ? spec.url.substr(0, spec.url.size() - 2) : spec.url;
  std::string why = parse_url(url, where);
  if (!why.empty()) return spec.file + ": url: " + why;
  if (where.tls && options.certificate.empty())
    return spec.file + ": a wss url needs \"cert\" and \"key\", PEM files";
  options.port = any_port ? std::uint16_t{0} : where.port;
  options.host = where.host == "localhost" ? "127.0.0.1" : where.host;
  return {};
}

using Numbers = std::set<std::string>;

// Is the case none of those that the agent is judged by?
bool spared(const Numbers& numbers, const Case& one) {
  return std::none_of(one.autobahn.begin(), one.autobahn.end(),
                      [&](const std::string& number) { return numbers.count(number) != 0; });
}

std::vector<const Case*> for_clients(const CaseSet& set, const Selection& selection) {
  std::vector<const Case*> cases = pick(set, selection);
  std::erase_if(cases, [](const Case* one) {
    return !one->plays(Role::client) || one->setup == Setup::http;
  });
  return cases;
}

bool prepare_context(const RunOptions& options, const CaseSet& set, RunContext& context) {
  if (options.target.find("://") != std::string::npos) {
    complain("serve waits for clients: " + options.target + " must be a runtime file, or nothing");
    return false;
  }
  if (!read_target(options, context)) return false;
  Problems problems;
  Known(context.runtime.known, today_text()).check(set.cases, problems);
  complain(problems);
  return problems.empty();
}

// Until it is told to stop; an exit code.
int serve(const RunOptions& options, RunContext& context, Reception& reception,
          ClientRun::Options how, const std::vector<const Case*>& cases) {
  how.host = options.host;
  how.port = options.port;
  how.once = options.once;
  const bool tls = how.tls != nullptr;
  ClientRun run(
      context, std::move(how), cases,
      [&](const std::string& agent, Result result) { reception.add(agent, std::move(result)); },
      [&](const std::string& agent) { reception.reported(agent); });
  if (const std::string why = run.listen(); !why.empty()) return complain(why);
  std::printf("listening on %s://%s:%u\n", tls ? "wss" : "ws", options.host.c_str(),
              static_cast<unsigned>(run.port()));
  std::fflush(stdout);
  const bool complete = run.serve();
  if (!options.once) return exit_good;
  return complete ? reception.code() : int{exit_harness};
}

}  // namespace

int serve_command(const RunOptions& given) {
  RunOptions options = given;
  CaseSet set;
  if (!load(options.selection, set)) return exit_usage;
  AutobahnSpec spec;
  if (!options.autobahn_spec.empty()) {
    std::string why = read_autobahn_spec(options.autobahn_spec, spec);
    if (why.empty()) why = take_spec(spec, set, options);
    if (!why.empty()) return complain(why);
    for (const std::string& key : spec.unused)
      std::fprintf(stderr, "note: %s: '%s' changes nothing here\n", spec.file.c_str(), key.c_str());
  }
  if (options.out.empty()) return complain("say where the results go: --out DIR");
  const auto cases = for_clients(set, options.selection);
  if (cases.empty())
    return complain(
        "no case for clients is selected; 'osprey-conform list --role client' shows them");
  RunContext context;
  if (!prepare_context(options, set, context)) return exit_usage;
  std::string why = make_folder(options.out);
  TlsSettings settings;
  settings.certificate_file = options.certificate;
  settings.key_file = options.key;
  const TlsContext tls =
      options.certificate.empty() || !why.empty() ? nullptr : make_server_context(settings, why);
  if (!why.empty()) return complain(why);
  RunHeader header = make_header(options, context, set);
  header.cases = cases.size();
  header.roles = {"client"};
  Reception reception(options, header, context.runtime.known);
  ClientRun::Options how;
  how.tls = tls.get();
  if (!options.autobahn_spec.empty()) {
    auto numbers = [&, kept = std::map<std::string, Numbers>()](
                       const std::string& agent) mutable -> const Numbers& {
      auto [at, fresh] = kept.try_emplace(agent);
      if (fresh) {
        const auto list = numbers_of(spec, set, agent);
        at->second.insert(list.begin(), list.end());
      }
      return at->second;
    };
    reception.write_autobahn_to(options.out, numbers);
    how.spared = [numbers](const std::string& agent, const Case& one) mutable {
      return spared(numbers(agent), one);
    };
  }
  return serve(options, context, reception, std::move(how), cases);
}

}  // namespace conform::cli
