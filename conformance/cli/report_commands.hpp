// SPDX-License-Identifier: Apache-2.0
// The commands that read results: report, compare, merge. And the views that `run` writes at its
// end.
#pragma once
#include <string>
#include <vector>

namespace CLI {
class App;
}

namespace conform::cli {

// Where each view goes; empty: not wanted.
struct ViewPaths {
  std::string html, junit, markdown, sarif, badge, autobahn;
  bool any() const;
};

void add_view_options(CLI::App& command, ViewPaths& paths);
// Writes the views of a results file; prints what went wrong. An exit code.
int write_views(const std::string& results_file, const ViewPaths& paths);

class ReportCommands {
 public:
  void add(CLI::App& app);
  // True when one of them was called; then `exit_code` is its answer.
  bool run(int& exit_code) const;

 private:
  int report() const;
  int compare() const;
  int merge() const;

  CLI::App* report_ = nullptr;
  CLI::App* compare_ = nullptr;
  CLI::App* merge_ = nullptr;
  std::vector<std::string> files_;
  std::string html_, out_;
  ViewPaths views_;
};

}  // namespace conform::cli
