// SPDX-License-Identifier: Apache-2.0
#include "cli/session.hpp"

#include <algorithm>
#include <cstdio>

#include "cli/settle_known.hpp"

namespace conform::cli {
namespace {

// A report travels: what lets its reader in stays here.
std::string shown_header(const std::string& line) {
  const std::string name = line.substr(0, line.find(':'));
  for (const char* secret : {"Authorization", "Proxy-Authorization", "Cookie"}) {
    if (same_header(name, secret)) return name + ": …";
  }
  return line;
}

std::string again_command(const RunOptions& options) {
  std::string out = "osprey-conform run " + options.target;
  if (!options.library.empty()) out += "--library " + options.library;
  if (!options.driver.empty()) out += "--exec '" + options.driver + "'";
  std::string features;
  for (const std::string& one : options.speaks) features += (features.empty() ? "" : ",") + one;
  if (!features.empty()) out += " --speaks '" + features + "'";
  if (!options.abi.empty()) out += " --abi " + options.abi;
  if (options.complete) out += " --complete";
  if (!options.selection.cases_folder.empty()) out += " --cases " + options.selection.cases_folder;
  for (const std::string& header : options.headers)
    out += " --header '" + shown_header(header) + "'";
  if (!options.echo.empty()) out += " --echo '" + options.echo + "'";
  for (const std::string& text : options.greeting) out += " --greeting '" + text + "'";
  if (options.seed != 1) out += " --seed " + std::to_string(options.seed);
  if (options.selection.profile != "ci") out += " --profile " + options.selection.profile;
  return out;
}

// Puts a word before what happened, for people and for views.
void say_first(Result& result, const std::string& word) {
  result.seen = word + ": " + (result.seen.empty() ? result.why : result.seen);
  result.why = word + (result.why.empty() ? "" : ": " + result.why);
}

// In the strict profile nothing lax passes.
void be_strict(Result& result) {
  if (result.verdict != Verdict::lenient) return;
  result.verdict = Verdict::fail;
  say_first(result, "allowed but not strict, and the profile is strict");
}

}  // namespace

Session::Session(const RunOptions& o, Known& known)
    : options(o), known_(known), console_({o.verbose, again_command(o)}) {}

int Session::open(const RunHeader& header) {
  if (!options.out.empty()) {
    const std::string why = file_.open(options.out + "/results.jsonl", header);
    if (!why.empty()) return cli::complain(why);
  }
  console_.begin(header);
  began_ = Clock::now();
  return exit_good;
}

void Session::begin_pass(int number) {
  last_pass_ = number == options.repeat;
  if (options.repeat == 1) return;
  std::printf("pass %d of %d\n", number, options.repeat);
  std::fflush(stdout);
}

void Session::join_passes(Result& result) {
  Result& kept = earlier_[{result.id, result.role}];
  std::vector<Verdict> passes = std::move(kept.passes);
  passes.push_back(result.verdict);
  if (passes.size() == 1 || worse(result.verdict, kept.verdict)) kept = std::move(result);
  kept.passes = std::move(passes);
  result = kept;
  const auto failed = std::count_if(result.passes.begin(), result.passes.end(), is_bad);
  result.flaky = failed > 0 && failed < static_cast<long>(result.passes.size());
  if (!result.flaky || !last_pass_) return;
  say_first(result, "flaky, " + std::to_string(failed) + " of " +
                        std::to_string(result.passes.size()) + " passes failed");
}

void Session::take(Result result) {
  const std::lock_guard lock(mutex_);
  if (options.selection.profile == "strict") be_strict(result);
  if (options.repeat > 1) join_passes(result);
  if (!last_pass_) return;
  known_.apply(result);
  file_.add(result);
  console_.add(result);
}

std::string Session::folder(const std::string& name) {
  const std::lock_guard lock(mutex_);
  if (!temporary_) temporary_.emplace();
  std::string path = temporary_->path + "/" + name;
  note(make_folder(path));
  return path;
}

void Session::complain(const std::string& what) {
  const std::lock_guard lock(mutex_);
  note(what);
}

void Session::note(const std::string& what) {
  // Several lanes may have met the same.
  if (what.empty() || trouble_.find(what) != std::string::npos) return;
  trouble_ += (trouble_.empty() ? "" : "\n") + what;
}

int Session::close(bool complete) {
  RunEnd end;
  end.seconds = std::chrono::duration<double>(Clock::now() - began_).count();
  end.exit_code = console_.exit_code();
  // A shard may hold nothing but skips; what the run amounts to is for `merge` to say.
  if (!options.shard.whole() && end.exit_code == exit_usage) end.exit_code = exit_good;
  for (const std::string& text : settle_known(known_, options.shard.whole(), end)) {
    complain(text);
    end.exit_code = exit_failed;
  }
  if (crashed_side_by_side || lacks_echo) end.exit_code = exit_failed;
  if (!complete) end.exit_code = exit_harness;
  std::string unwritten, shown;
  if (!options.out.empty()) {
    if (complete) unwritten = file_.finish(end);
    if (complete && unwritten.empty()) results_ = options.out + "/results.jsonl";
    shown = complete ? results_ : file_.part() + " (incomplete)";
  }
  console_.end(end.seconds, shown, trouble_);
  if (end.exit_code == exit_usage)
    std::fprintf(stderr, "nothing was tested: no selected case could run\n");
  if (unwritten.empty()) return end.exit_code;
  std::fprintf(stderr, "%s; earlier results there are as they were\n", unwritten.c_str());
  return exit_usage;
}

}  // namespace conform::cli
