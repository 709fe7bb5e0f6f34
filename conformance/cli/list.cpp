// SPDX-License-Identifier: Apache-2.0
#include <cstdio>
#include <nlohmann/json.hpp>

#include "case/features.hpp"
#include "case/glob.hpp"
#include "cli/command.hpp"

namespace conform::cli {

static std::string roles_of(const Case& one) {
  std::string out;
  for (const Role role : {Role::server, Role::client, Role::library}) {
    if (one.plays(role)) out += (out.empty() ? "" : "+") + std::string(name_of(role));
  }
  return out;
}

int list_command(const Selection& selection, const std::string& format) {
  CaseSet set;
  if (!load(selection, set)) return exit_usage;
  const auto cases = pick(set, selection);
  if (cases.empty()) {
    std::fprintf(stderr, "no case matches; 'osprey-conform list' alone shows them all\n");
    return exit_usage;
  }
  for (const Case* one : cases) {
    if (format == "json") {
      const nlohmann::json line = {{"id", one->id},
                                   {"spec", one->spec},
                                   {"level", name_of(one->level)},
                                   {"role", roles_of(*one)},
                                   {"setup", name_of(one->setup)},
                                   {"rule", one->rule},
                                   {"covers", one->covers},
                                   {"autobahn", one->autobahn},
                                   {"bugs", one->bugs},
                                   {"needs", one->needs}};
      std::printf("%s\n", line.dump().c_str());
    } else {
      std::printf("%-72s %-6s %-13s %s\n", one->id.c_str(),
                  std::string(name_of(one->level)).c_str(), roles_of(*one).c_str(),
                  one->rule.c_str());
    }
  }
  return exit_good;
}

int list_features(const std::string& format) {
  for (const Feature& one : features()) {
    const std::string example(one.example), meaning(one.meaning), whose(one.whose);
    if (format == "json") {
      const nlohmann::json line = {{"feature", one.word},
                                   {"declared", !example.empty()},
                                   {"example", example},
                                   {"of", whose},
                                   {"meaning", meaning}};
      std::printf("%s\n", line.dump().c_str());
    } else if (!example.empty()) {
      std::printf("%-34s %-17s %s\n", example.c_str(), whose.c_str(), meaning.c_str());
    }
  }
  return exit_good;
}

static void print_steps(const Case& one) {
  for (const Step& step : one.steps) {
    switch (step.kind) {
      case Step::Kind::send:
        std::printf("  send     line %d\n", step.line);
        break;
      case Step::Kind::wait:
        std::printf("  wait     %s\n", step.until_still
                                           ? "until nothing moves"
                                           : (std::to_string(step.wait.count()) + " ms").c_str());
        break;
      case Step::Kind::call:
        std::printf("  call     line %d\n", step.line);
        break;
      case Step::Kind::exchange:
        std::printf("  exchange %s\n", step.exchange.again
                                           ? "again"
                                           : (step.exchange.method + " " + step.exchange.target +
                                              (step.exchange.body.empty() ? "" : ", with content"))
                                                 .c_str());
        break;
      case Step::Kind::expect:
        std::printf("  expect   %s\n", step.expect.text.c_str());
        for (const Expect& lax : step.tolerate) std::printf("  tolerate %s\n", lax.text.c_str());
        break;
    }
  }
}

int explain_command(const Selection& selection, const std::string& id) {
  CaseSet set;
  if (!load(selection, set)) return exit_usage;
  int shown = 0;
  for (const Case& one : set.cases) {
    if (!glob_matches(id, one.id) && !glob_matches(id + "/**", one.id)) continue;
    std::printf("%s%s\n  spec     %s, %s\n  level    %s\n  runtime  %s, setup %s\n  rule     %s\n",
                shown++ == 0 ? "" : "\n", one.id.c_str(), one.spec.c_str(), one.title.c_str(),
                std::string(name_of(one.level)).c_str(), roles_of(one).c_str(),
                std::string(name_of(one.setup)).c_str(), one.rule.c_str());
    print_steps(one);
    if (!one.note.empty()) std::printf("  note     %s\n", one.note.c_str());
    const auto print_list = [](const char* name, const std::vector<std::string>& list) {
      if (list.empty()) return;
      std::printf("  %-8s ", name);
      for (const std::string& text : list) std::printf(" %s", text.c_str());
      std::printf("\n");
    };
    print_list("covers", one.covers);
    print_list("autobahn", one.autobahn);
    print_list("needs", one.needs);
    std::printf("  file     spec-cases/%s:%d\n", one.file.c_str(), one.line);
  }
  if (shown != 0) return exit_good;
  std::fprintf(stderr, "no case is called '%s'; 'osprey-conform list' shows the ids\n", id.c_str());
  return exit_usage;
}

}  // namespace conform::cli
