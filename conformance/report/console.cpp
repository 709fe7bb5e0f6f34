// SPDX-License-Identifier: Apache-2.0
#include "report/console.hpp"

#include <fmt/core.h>
#include <unistd.h>

#include <cstdio>
#include <cstdlib>
#include <sstream>
#include <utility>
#include <vector>

#include "report/exit_code.hpp"
#include "report/head_rows.hpp"
#include "report/jsonl.hpp"
#include "report/visible.hpp"
#include "report/wire_lines.hpp"

namespace conform {

static constexpr int kSameReason = 3;
static constexpr const char* kRed = "31";
static constexpr const char* kYellow = "33";
static constexpr const char* kGreen = "32";
static constexpr const char* kDim = "2";

// A reader that has gone away, as head does, ends neither the run nor its results: what cannot be
// written is lost, where fmt::print throws.
template <class... Values>
static void print(fmt::format_string<Values...> form, Values&&... values) {
  std::fputs(fmt::format(form, std::forward<Values>(values)...).c_str(), stdout);
}

Console::Console(Options options) : options_(std::move(options)) {
  terminal_ = ::isatty(1) == 1;
  const char* no_color = std::getenv("NO_COLOR");
  colours_ = terminal_ && (no_color == nullptr || *no_color == '\0');
}

std::string Console::paint(const char* colour, const std::string& text) const {
  if (!colours_) return text;
  return std::string("\033[") + colour + "m" + text + "\033[0m";
}

void Console::begin(const RunHeader& header) {
  total_ = header.cases;
  std::string roles;
  for (const std::string& role : header.roles) roles += (roles.empty() ? "" : " and ") + role;
  print("osprey-conform {}  {}  as {}  {} cases", header.version, visible(header.runtime), roles,
        header.cases);
  if (!header.shard.empty()) print(" (shard {} of {} cases)", header.shard, header.whole);
  if (header.repeat > 1) print(", {} passes", header.repeat);
  if (header.jobs == 1) print(", one at a time");
  if (header.jobs > 1) print(", {} at a time", header.jobs);
  print(", seed {}\n", header.seed);
  for (const HeadRow& one : head_rows(header_json(header))) {
    const std::string text = visible_line(one.text);
    if (one.name == "note")
      print("note: {}\n", text);
    else
      print("  {:<9} {}\n", one.name, one.lacking ? paint(kYellow, text) : text);
  }
  std::fflush(stdout);
}

void Console::add(const Result& result) {
  ++done_;
  ++counts_[result.verdict];
  flaky_ += result.flaky ? 1 : 0;
  if (result.verdict == Verdict::skip) ++skips_[result.why];
  const bool bad = is_bad(result.verdict);
  // A runtime that does not live fails every case for one reason: a few blocks say it all.
  const bool again = bad && !options_.verbose && ++reasons_[result.seen] > kSameReason;
  if ((bad && !again) || options_.verbose) {
    wipe();
    block(result);
  }
  progress();
}

// A row of a block: the name once, further lines below its text.
static void row(const char* name, const std::vector<std::string>& lines) {
  for (std::size_t i = 0; i < lines.size(); ++i)
    print("  {:<9} {}\n", i == 0 ? name : "", lines[i]);
}

static void row(const char* name, const std::string& text) {
  if (!text.empty()) row(name, std::vector<std::string>{visible_line(text)});
}

static std::vector<std::string> lines_of(const std::string& text) {
  std::vector<std::string> out;
  std::istringstream in(visible(text, Lines::keep));
  for (std::string line; std::getline(in, line);) out.push_back(line);
  return out;
}

void Console::block(const Result& result) {
  const bool bad = is_bad(result.verdict);
  std::string word(name_of(result.verdict));
  if (bad) {
    for (char& c : word) c = static_cast<char>(c - 32);
  }
  const char* colour = bad ? kRed : (result.verdict == Verdict::pass ? kGreen : kYellow);
  print("{}{}  {}  {}  {} ({})\n", bad ? "\n" : "", paint(colour, word), result.id, result.level,
        result.spec, result.role);
  if (bad) {
    row("rule", result.rule);
    row("note", result.note);
    row("expected", result.expected);
    row("actual", result.seen.empty() ? result.why : result.seen);
  } else {
    row("why", result.why);
  }
  // That a case was skipped says it all; of any other the bytes are the evidence.
  if (result.verdict != Verdict::skip)
    row("bytes", wire_lines(result.octets, options_.verbose ? Detail::full : Detail::brief));
  if (!bad) return;
  auto log = lines_of(result.log);
  for (std::string& line : log) line = paint(kDim, line);
  row("log", log);
  if (!options_.again.empty()) row("rerun", options_.again + " --only '" + result.id + "' -v");
}

void Console::wipe() {
  if (terminal_ && !wiped_) print("\r\033[K");
  wiped_ = true;
}

void Console::progress() {
  if (!terminal_) return;
  const auto now = std::chrono::steady_clock::now();
  if (now - last_ < std::chrono::milliseconds(60) && done_ != total_) return;
  last_ = now;
  const std::size_t width = 24;
  const std::size_t filled = total_ == 0 ? width : done_ * width / total_;
  std::string bar;
  for (std::size_t i = 0; i < width; ++i) bar += i < filled ? "━" : " ";
  print("\r\033[K{} {}/{}", bar, done_, total_);
  if (count(Verdict::fail) != 0)
    print("  {}", paint(kRed, std::to_string(count(Verdict::fail)) + " fail"));
  std::fflush(stdout);
  wiped_ = false;
}

int Console::count(Verdict verdict) const {
  const auto found = counts_.find(verdict);
  return found == counts_.end() ? 0 : found->second;
}

void Console::end(double seconds, const std::string& report, const std::string& trouble) {
  wipe();
  if (!options_.verbose) {
    for (const auto& [why, number] : skips_) print("{} skipped: {}\n", number, visible(why));
  }
  for (const auto& [why, number] : reasons_) {
    if (number > kSameReason && !options_.verbose)
      print("{} more with the same failure: {}\n", number - kSameReason, visible(why));
  }
  if (!trouble.empty()) print("{}\n", paint(kRed, visible(trouble, Lines::keep)));
  std::string totals;
  for (const Verdict verdict : {Verdict::pass, Verdict::lenient, Verdict::fail, Verdict::error,
                                Verdict::skip, Verdict::known, Verdict::stale}) {
    if (count(verdict) == 0) continue;
    totals += fmt::format("{}{} {}", totals.empty() ? "" : ", ", count(verdict), name_of(verdict));
  }
  if (flaky_ > 0) totals += fmt::format(" ({} flaky)", flaky_);
  print("\n{} cases in {:.2f} s: {}", done_, seconds, totals.empty() ? "nothing ran" : totals);
  if (!report.empty()) print("        results: {}", report);
  print("\n");
}

int Console::exit_code() const {
  return exit_code_of(count(Verdict::fail) + count(Verdict::stale), count(Verdict::error),
                      count(Verdict::pass) + count(Verdict::lenient) + count(Verdict::known));
}

}  // namespace conform
