// SPDX-License-Identifier: Apache-2.0
#include "cli/reception.hpp"

#include <cstdio>

#include "cli/report_commands.hpp"
#include "cli/settle_known.hpp"

namespace conform::cli {

Reception::Reception(const RunOptions& options, RunHeader header,
                     const std::vector<KnownEntry>& known)
    : options_(options), header_(std::move(header)), known_(known) {}

void Reception::write_autobahn_to(std::string folder, Numbers numbers) {
  autobahn_folder_ = std::move(folder);
  numbers_ = std::move(numbers);
}

Reception::Visitor& Reception::of(const std::string& agent) {
  auto& slot = visitors_[agent];
  if (slot) return *slot;
  slot = std::make_unique<Visitor>(Console::Options{options_.verbose, ""}, known_);
  slot->folder = options_.once && autobahn_folder_.empty()
                     ? options_.out
                     : options_.out + "/" + folder_name(agent);
  RunHeader header = header_;
  header.runtime = agent;
  std::string why = make_folder(slot->folder);
  if (why.empty()) why = slot->file.open(slot->folder + "/results.jsonl", header);
  if (!why.empty()) complain(why);
  slot->console.begin(header);
  return *slot;
}

void Reception::add(const std::string& agent, Result result) {
  Visitor& visitor = of(agent);
  visitor.known.apply(result);
  visitor.file.add(result);
  visitor.console.add(result);
}

int Reception::finish_known(const Visitor& visitor, RunEnd& end, std::string& trouble) {
  int code = visitor.console.exit_code();
  for (const std::string& text : settle_known(visitor.known, true, end))
    trouble += (trouble.empty() ? "" : "\n") + text;
  if (!trouble.empty()) code = exit_failed;
  return code;
}

void Reception::reported(const std::string& agent) {
  Visitor& visitor = of(agent);
  const std::string file = visitor.folder + "/results.jsonl";
  RunEnd end;
  std::string trouble;
  end.seconds = std::chrono::duration<double>(Clock::now() - visitor.began).count();
  code_ = end.exit_code = finish_known(visitor, end, trouble);
  const std::string unwritten = visitor.file.finish(end);
  visitor.console.end(end.seconds, unwritten.empty() ? file : "", trouble);
  if (!unwritten.empty()) {
    code_ = complain(unwritten);
  } else if (!autobahn_folder_.empty()) {
    write_autobahn_files(agent, file);
  }
  std::fflush(stdout);
  visitors_.erase(agent);
}

void Reception::write_autobahn_files(const std::string& agent, const std::string& file) {
  Results& results = done_[agent] = Results();
  const std::string why = read_results(file, results);
  if (!why.empty()) {
    code_ = complain(why);
    return;
  }
  std::vector<AutobahnRun> runs;
  for (const auto& [name, one] : done_) runs.push_back({&one, numbers_(name)});
  if (const int code = write_autobahn(autobahn_folder_, runs); code != exit_good) code_ = code;
}

}  // namespace conform::cli
