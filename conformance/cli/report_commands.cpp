// SPDX-License-Identifier: Apache-2.0
#include "cli/report_commands.hpp"

#include <sys/stat.h>

#include <CLI/CLI.hpp>
#include <cerrno>
#include <cstdio>
#include <cstring>
#include <functional>

#include "case/requirements.hpp"
#include "cli/command.hpp"
#include "report/views.hpp"

namespace conform::cli {
namespace {

int complain(const std::string& why) {
  std::fprintf(stderr, "%s\n", why.c_str());
  return exit_usage;
}

Json requirement_rows() {
  Problems problems;
  Json rows = Json::array();
  for (const Requirement& row : read_requirements(embedded_sources(), problems)) {
    rows.push_back({{"id", row.id},
                    {"section", row.section},
                    {"level", row.level},
                    {"role", row.role},
                    {"testable", row.testable},
                    {"text", row.text}});
  }
  return rows;
}

bool read_all(const std::vector<std::string>& files, std::vector<Results>& all) {
  for (const std::string& file : files) {
    all.emplace_back();
    const std::string why = read_results(file, all.back());
    if (!why.empty()) {
      complain(why);
      return false;
    }
  }
  return true;
}

std::string write_autobahn(const std::string& folder, const Results& results) {
  if (::mkdir(folder.c_str(), 0777) != 0 && errno != EEXIST) {
    return "cannot make the folder " + folder + ": " + std::strerror(errno);
  }
  for (const auto& [name, text] : autobahn_view(results)) {
    std::string why = write_file(folder + "/" + name, text);
    if (!why.empty()) return why;
  }
  return {};
}

std::string totals_line(const Results& results) {
  std::string line = results.runtime() + ": " + std::to_string(results.cases.size()) + " cases";
  for (const char* verdict : {"pass", "lenient", "known", "fail", "stale", "error", "skip"}) {
    if (const int count = results.total(verdict); count > 0)
      line += ", " + std::to_string(count) + " " + verdict;
  }
  return line;
}

}  // namespace

bool ViewPaths::any() const {
  return !(html + junit + markdown + sarif + badge + autobahn).empty();
}

void add_view_options(CLI::App& command, ViewPaths& paths) {
  command.add_option("--html", paths.html, "one self-contained page");
  command.add_option("--junit", paths.junit, "JUnit XML");
  command.add_option("--markdown", paths.markdown, "Markdown, for a job summary");
  command.add_option("--sarif", paths.sarif, "SARIF 2.1.0, for code scanning");
  command.add_option("--badge", paths.badge, "shields.io endpoint JSON");
  command.add_option("--autobahn-reports", paths.autobahn,
                     "folder for Autobahn's index.json and per-case files");
}

int write_views(const std::string& results_file, const ViewPaths& paths) {
  Results results;
  if (const std::string why = read_results(results_file, results); !why.empty())
    return complain(why);
  struct View {
    const std::string& path;
    std::function<std::string()> text;
  };
  const View views[] = {{paths.junit, [&] { return junit_view(results); }},
                        {paths.markdown, [&] { return markdown_view(results); }},
                        {paths.sarif, [&] { return sarif_view(results); }},
                        {paths.badge, [&] { return badge_view(results); }},
                        {paths.html, [&] { return html_view(results, requirement_rows()); }}};
  for (const View& view : views) {
    if (view.path.empty()) continue;
    if (const std::string why = write_file(view.path, view.text()); !why.empty())
      return complain(why);
  }
  if (!paths.autobahn.empty()) {
    if (const std::string why = write_autobahn(paths.autobahn, results); !why.empty())
      return complain(why);
  }
  return exit_good;
}

void ReportCommands::add(CLI::App& app) {
  report_ = app.add_subcommand(
      "report", "render results: page, JUnit, Markdown, SARIF, badge, Autobahn's files");
  report_->add_option("results", files_, "results.jsonl; several make a comparison page")
      ->required();
  add_view_options(*report_, views_);
  compare_ = app.add_subcommand("compare", "say what changed between two runs");
  compare_->add_option("results", files_, "BEFORE and AFTER")->required()->expected(2);
  compare_->add_option("--html", html_, "a page with both side by side");
  merge_ = app.add_subcommand("merge", "join the shards of one run");
  merge_->add_option("results", files_, "a results.jsonl of each shard")->required();
  merge_->add_option("--out", out_, "the joined results.jsonl")->required();
}

bool ReportCommands::run(int& exit_code) const {
  if (*report_) {
    exit_code = report();
  } else if (*compare_) {
    exit_code = compare();
  } else if (*merge_) {
    exit_code = merge();
  } else {
    return false;
  }
  return true;
}

int ReportCommands::report() const {
  if (files_.size() == 1) {
    Results results;
    if (const std::string why = read_results(files_.front(), results); !why.empty())
      return complain(why);
    std::printf("%s\n", totals_line(results).c_str());
    return write_views(files_.front(), views_);
  }
  if (views_.html.empty())
    return complain("several results make a comparison page: say where with --html F");
  std::vector<Results> all;
  if (!read_all(files_, all)) return exit_usage;
  const std::string why = write_file(views_.html, html_comparison(all));
  return why.empty() ? exit_good : complain(why);
}

int ReportCommands::compare() const {
  std::vector<Results> all;
  if (!read_all(files_, all)) return exit_usage;
  int worse = 0;
  const std::string text = comparison_text(all[0], all[1], worse);
  std::printf("%s%s\n", text.c_str(),
              worse > 0 ? (std::to_string(worse) + " worse").c_str() : "nothing is worse");
  if (!html_.empty()) {
    if (const std::string why = write_file(html_, html_comparison(all)); !why.empty())
      return complain(why);
  }
  return worse > 0 ? exit_failed : exit_good;
}

int ReportCommands::merge() const {
  std::vector<Results> all;
  if (!read_all(files_, all)) return exit_usage;
  Results whole;
  if (const std::string why = merge_results(all, whole); !why.empty())
    return complain("cannot merge: " + why);
  if (const std::string why = write_file(out_, results_text(whole)); !why.empty())
    return complain(why);
  std::printf("%s\n", totals_line(whole).c_str());
  return whole.exit_code();
}

}  // namespace conform::cli
