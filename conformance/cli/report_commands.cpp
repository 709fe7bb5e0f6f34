// SPDX-License-Identifier: Apache-2.0
#include "cli/report_commands.hpp"

#include <CLI/CLI.hpp>
#include <cstdio>
#include <functional>
#include <map>

#include "case/requirements.hpp"
#include "cli/command.hpp"
#include "cli/run_options.hpp"
#include "report/visible.hpp"
#include "run/result/known.hpp"

namespace conform::cli {
namespace {

Json requirement_rows() {
  Problems problems;
  Json rows = Json::array();
  const auto sources = embedded_sources();
  std::map<std::string, std::string> excused;
  for (const Exception& one : read_exceptions(sources, problems)) excused[one.id] = one.reason;
  for (const Requirement& row : read_requirements(sources, problems)) {
    rows.push_back({{"id", row.id},
                    {"section", row.section},
                    {"level", row.level},
                    {"role", row.role},
                    {"testable", row.testable},
                    {"text", row.text}});
    if (const auto at = excused.find(row.id); at != excused.end())
      rows.back()["excused"] = at->second;
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

std::string totals_line(const Results& results) {
  std::string line =
      visible_line(results.runtime()) + ": " + std::to_string(results.cases.size()) + " cases";
  for (const char* verdict : {"pass", "lenient", "known", "fail", "stale", "error", "skip"}) {
    if (const int count = results.total(verdict); count > 0)
      line += ", " + std::to_string(count) + " " + verdict;
  }
  return line;
}

}  // namespace

bool ViewPaths::any() const {
  return !(html + junit + markdown + sarif + badge + autobahn + known + annotations).empty();
}

void add_view_options(CLI::App& command, ViewPaths& paths) {
  command.add_option("--html", paths.html, "one self-contained page");
  command.add_option("--junit", paths.junit, "JUnit XML");
  command.add_option("--markdown", paths.markdown, "Markdown, for a job summary");
  command.add_option("--sarif", paths.sarif, "SARIF 2.1.0, for code scanning");
  command.add_option("--badge", paths.badge, "shields.io endpoint JSON");
  command.add_option("--annotations", paths.annotations,
                     "GitHub's workflow commands; - is standard output");
  command.add_option("--autobahn-reports", paths.autobahn,
                     "folder for Autobahn's index.json and per-case files");
  command.add_option("--print-known", paths.known,
                     "what fails, as a file for --baseline; - is standard output");
}

int write_autobahn(const std::string& folder, const std::vector<AutobahnRun>& runs) {
  if (const std::string why = make_folder(folder); !why.empty()) return complain(why);
  const std::string prefix = folder + "/";
  for (const auto& [name, text] : autobahn_view(runs)) {
    if (const std::string why = write_file(prefix + name, text); !why.empty()) return complain(why);
  }
  return exit_good;
}

int write_views(const Results& results, const ViewPaths& paths) {
  struct View {
    const std::string& path;
    std::function<std::string()> text;
  };
  const View views[] = {{paths.junit, [&] { return junit_view(results); }},
                        {paths.markdown, [&] { return markdown_view(results); }},
                        {paths.sarif, [&] { return sarif_view(results); }},
                        {paths.badge, [&] { return badge_view(results); }},
                        {paths.annotations, [&] { return annotations_view(results); }},
                        {paths.known, [&] { return known_view(results); }},
                        {paths.html, [&] { return html_view(results, requirement_rows()); }}};
  for (const View& view : views) {
    if (view.path.empty()) continue;
    if (const std::string why = write_file(view.path, view.text()); !why.empty())
      return complain(why);
  }
  return paths.autobahn.empty() ? int{exit_good} : write_autobahn(paths.autobahn, {{&results, {}}});
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
  add_view_options(*merge_, merged_views_);
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
    // A view on standard output stands there alone.
    if (views_.known != "-" && views_.annotations != "-")
      std::printf("%s\n", totals_line(results).c_str());
    return write_views(results, views_);
  }
  ViewPaths others = views_;
  others.html.clear();
  others.autobahn.clear();
  if (others.any() || !views_.any())
    return complain(
        "several results make a comparison page (--html F) or Autobahn's index (--autobahn-reports "
        "DIR); the other views are of one run");
  std::vector<Results> all;
  if (!read_all(files_, all)) return exit_usage;
  if (!views_.html.empty()) {
    const std::string why = write_file(views_.html, html_comparison(all));
    if (!why.empty()) return complain(why);
  }
  if (views_.autobahn.empty()) return exit_good;
  std::vector<AutobahnRun> runs;
  runs.reserve(all.size());
  for (const Results& one : all) runs.push_back({&one, {}});
  return write_autobahn(views_.autobahn, runs);
}

int ReportCommands::compare() const {
  std::vector<Results> all;
  if (!read_all(files_, all)) return exit_usage;
  int worse = 0;
  const std::string text = comparison_text(all[0], all[1], worse);
  std::printf("%s%s\n", text.c_str(),
              worse > 0      ? (std::to_string(worse) + " worse").c_str()
              : text.empty() ? "nothing changed"
                             : "nothing is worse");
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
  for (const std::string& entry : idle_known(whole)) std::printf("%s\n", idle_text(entry).c_str());
  const int written = write_views(whole, merged_views_);
  return written == exit_good ? whole.exit_code() : written;
}

}  // namespace conform::cli
