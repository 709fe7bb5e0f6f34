// SPDX-License-Identifier: Apache-2.0
// The commands that read results: report, compare, merge. And the views that `run` writes at its
// end.
#pragma once
#include <string>
#include <vector>

#include "report/views.hpp"

namespace CLI {
class App;
}

namespace conform::cli {

// Where each view goes; empty: not wanted.
struct ViewPaths {
  std::string html, junit, markdown, sarif, badge, autobahn, known, annotations;
  bool any() const;
};

void add_view_options(CLI::App& command, ViewPaths& paths);
// Writes the views; prints what went wrong. An exit code.
int write_views(const Results& results, const ViewPaths& paths);
// Makes the folder and writes Autobahn's files there. An exit code.
int write_autobahn(const std::string& folder, const std::vector<AutobahnRun>& runs);

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
  ViewPaths views_, merged_views_;
};

}  // namespace conform::cli
