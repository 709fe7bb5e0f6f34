// SPDX-License-Identifier: Apache-2.0
// Loads a shared library that exports the C names of an edition, and calls it as the judge says.
#include <algorithm>
#include <condition_variable>
#include <cstdio>
#include <cstdlib>
#include <exception>
#include <functional>
#include <iostream>
#include <list>
#include <map>
#include <mutex>
#include <thread>
#include <vector>

#include "exports.hpp"
#include "find_shape.hpp"
#include "http_response.hpp"
#include "protocol.hpp"

namespace {

using driver::Abi;
using driver::Edition;
using driver::json;

// What the library is, as far as it is known before the first call.
struct Subject {
  std::string path;
  std::vector<Edition> editions;
  std::map<std::string, std::string> near;
  Abi abi;
  json shapes = json::array();
};

// Calls that are under way: each runs on a thread of its own, so that one that blocks blocks no
// other. A thread whose call came back is joined, so that what it holds is given back before the
// process ends.
class Calls {
 public:
  // `call` gives the line that answers it.
  void begin(std::function<json()> call) {
    join_finished();
    const std::lock_guard lock(mutex_);
    running_.emplace_front();
    const auto mine = running_.begin();
    *mine = std::thread([this, mine, call = std::move(call)] {
      const json answer = call();
      {
        const std::lock_guard locked(mutex_);
        finished_.splice(finished_.end(), running_, mine);
      }
      driver::output().line(answer);
    });
  }
  // Whether every call has come back.
  bool join_finished() {
    std::list<std::thread> finished;
    bool all = false;
    {
      const std::lock_guard lock(mutex_);
      finished.swap(finished_);
      all = running_.empty();
    }
    for (std::thread& thread : finished) thread.join();
    return all;
  }

 private:
  std::mutex mutex_;
  std::list<std::thread> running_;
  std::list<std::thread> finished_;
};

driver::Reply one_call(const driver::Function& function, const json& given, int id) {
  try {
    driver::Arguments arguments(given);
    return function(arguments, id);
  } catch (const std::exception& trouble) {
    return driver::errored(trouble.what());
  }
}

// The same call from several threads, let go at once.
json several(const driver::Function& function, const json& given, int id, int threads) {
  std::vector<driver::Reply> replies(static_cast<std::size_t>(threads));
  std::mutex mutex;
  std::condition_variable changed;
  int ready = 0;
  std::vector<std::thread> all;
  all.reserve(replies.size());
  for (driver::Reply& reply : replies) {
    all.emplace_back([&] {
      {
        std::unique_lock lock(mutex);
        ++ready;
        changed.notify_all();
        changed.wait(lock, [&] { return ready == threads; });
      }
      reply = one_call(function, given, id);
    });
  }
  json out = json::array();
  for (std::size_t i = 0; i < all.size(); ++i) {
    all[i].join();
    out.push_back(replies[i].line());
  }
  return out;
}

json answer_call(const std::vector<Edition>& editions, const json& line) {
  const int id = line.value("id", 0);
  const std::string edition = line.value("edition", "");
  const std::string name = line.value("function", "");
  const driver::Function* function = nullptr;
  for (const Edition& one : editions) {
    const auto found = one.functions.find(name);
    if (one.name == edition && found != one.functions.end()) function = &found->second;
  }
  json out;
  if (function == nullptr) {
    out = driver::skipped("no " + name + " in edition " + edition).line();
  } else if (line.value("threads", 1) > 1) {
    out = {{"answers", several(*function, line.value("arguments", json::object()), id,
                               line.value("threads", 1))}};
  } else {
    out = one_call(*function, line.value("arguments", json::object()), id).line();
  }
  out["answer"] = id;
  return out;
}

json hello(const Subject& subject) {
  json names = json::array();
  json functions = json::object();
  json missing = json::object();
  json all = json::object();
  for (const Edition& one : subject.editions) {
    names.push_back(one.name);
    functions[one.name] = json::array();
    for (const auto& [name, function] : one.functions) functions[one.name].push_back(name);
    missing[one.name] = one.missing;
    all[one.name] = one.expected.size();
  }
  json lacks = json::array();
  if (subject.abi.connect.value_or(driver::ConnectShape::handler) != driver::ConnectShape::handler)
    lacks.push_back("message handlers");
  // What was found out once need not be found out again.
  const std::string known = driver::text_of(subject.abi);
  const json arguments = known.empty() ? json::array() : json{"--abi", known};
  return {{"hello",
           {{"name", subject.path},
            {"version", ""},
            {"editions", names},
            {"functions", functions},
            {"all", all},
            {"missing", missing},
            {"near", subject.near},
            {"shapes", subject.shapes},
            {"lacks", lacks},
            {"arguments", arguments}}}};
}

int serve(const Subject& subject) {
  Calls calls;
  int code = 0;
  std::string text;
  // Nobody reads stdin but this: in step with C's it would be read character by character.
  std::ios::sync_with_stdio(false);
  while (std::getline(std::cin, text)) {
    json line = json::parse(text, nullptr, false);
    const std::string what = line.is_object() ? line.value("do", "") : "";
    if (what == "stop") break;
    if (what == "hello") {
      driver::output().line(hello(subject));
    } else if (what == "call") {
      calls.begin(
          [&subject, line = std::move(line)] { return answer_call(subject.editions, line); });
    } else {
      std::fprintf(stderr, "c-driver: a line that is no request: %.200s\n", text.c_str());
      code = 2;
      break;
    }
  }
  // A call that never came back must not see the process being taken apart.
  if (!calls.join_finished()) std::_Exit(code);
  return code;
}

json shape(const char* key, const std::string& is, const std::string& from,
           const std::string& why) {
  json out = {{"key", key}, {"is", is}, {"from", from}};
  if (!why.empty()) out["why"] = why;
  return out;
}

bool exports_one(const std::vector<std::string>& exported, const char* name) {
  return std::any_of(exported.begin(), exported.end(), [&](const std::string& one) {
    return one == name || one == std::string("osprey_") + name;
  });
}

// Before the library is loaded: how its handlers and functions look, declared, found or by default.
void settle_shapes(Subject& subject, const std::vector<std::string>& exported) {
  if (exports_one(exported, "http_listen")) {
    std::string from = "declared";
    std::string why;
    if (!subject.abi.handler) {
      const driver::FoundShape found = driver::find_handler_shape(subject.path, subject.abi);
      from = found.shape ? "found" : "the text";
      if (!found.shape) why = found.why;
      subject.abi.handler = found.shape.value_or(driver::HandlerShape::body);
    }
    driver::set_handler_shape(*subject.abi.handler);
    subject.shapes.push_back(shape("handler", driver::name_of(*subject.abi.handler), from, why));
  }
  if (exports_one(exported, "websocket_connect")) {
    const auto connect = subject.abi.connect.value_or(driver::ConnectShape::handler);
    subject.shapes.push_back(shape("connect", driver::name_of(connect),
                                   subject.abi.connect ? "declared" : "the text", ""));
  }
}

// An empty string, or why the library cannot be driven.
std::string load(driver::Library& library, Subject& subject) {
  const std::vector<std::string> exported = driver::exported_functions(subject.path);
  settle_shapes(subject, exported);
  (void)driver::output();
  const std::string why = library.open(subject.path);
  if (!why.empty()) return "cannot load the library: " + why;
  std::vector<Edition> all = driver::osprey_editions(library, subject.abi);
  all.push_back(driver::vais_edition(library));
  const bool any = std::any_of(all.begin(), all.end(),
                               [](const Edition& one) { return !one.functions.empty(); });
  std::vector<std::string> expected;
  std::vector<std::string> missing;
  for (Edition& one : all) {
    expected.insert(expected.end(), one.expected.begin(), one.expected.end());
    if (any && one.functions.empty()) continue;
    for (const auto& [name, c_name] : one.missing) missing.push_back(c_name);
    if (!one.result.empty())
      subject.shapes.insert(subject.shapes.begin(),
                            shape("result", one.result, one.result_from, ""));
    subject.editions.push_back(std::move(one));
  }
  subject.near = driver::near_names(missing, expected, exported);
  if (any) return {};
  std::string text = subject.path + " exports no function of any edition, such as http_listen";
  for (const auto& [name, near] : subject.near)
    text.append("; ").append(near).append(" is nearly ").append(name);
  return text;
}

int usage(const std::string& why) {
  std::fprintf(
      stderr,
      "%susage: c-driver [--abi result=SHAPE,handler=SHAPE,connect=SHAPE] LIBRARY.so    (it "
      "is spoken with over stdin and stdout)\n",
      why.empty() ? "" : ("c-driver: " + why + "\n").c_str());
  return 2;
}

}  // namespace

int main(int argc, char** argv) {
  Subject subject;
  for (int i = 1; i < argc; ++i) {
    const std::string word = argv[i];
    if (word == "--abi" && i + 1 < argc) {
      const std::string why = driver::read_abi(argv[++i], subject.abi);
      if (!why.empty()) return usage("--abi: " + why);
    } else if (subject.path.empty() && word.rfind("--", 0) != 0) {
      subject.path = word;
    } else {
      return usage("'" + word + "' is too much");
    }
  }
  if (subject.path.empty()) return usage("no library is named");
  driver::Library library;
  const std::string why = load(library, subject);
  if (!why.empty()) {
    std::fprintf(stderr, "c-driver: %s\n", why.c_str());
    return 2;
  }
  return serve(subject);
}
