// SPDX-License-Identifier: Apache-2.0
// Loads a shared library that exports the C names of an edition, and calls it as the judge says.
#include <condition_variable>
#include <cstdio>
#include <cstdlib>
#include <exception>
#include <functional>
#include <iostream>
#include <list>
#include <mutex>
#include <set>
#include <thread>
#include <vector>

#include "protocol.hpp"

namespace {

using driver::json;

struct Edition {
  const char* name;
  driver::Functions functions;
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

json hello(const std::string& path, const std::vector<Edition>& editions) {
  json names = json::array();
  std::set<std::string> functions;
  for (const Edition& one : editions) {
    names.push_back(one.name);
    for (const auto& [name, function] : one.functions) functions.insert(name);
  }
  return {
      {"hello", {{"name", path}, {"version", ""}, {"editions", names}, {"functions", functions}}}};
}

int serve(const std::string& path, const std::vector<Edition>& editions) {
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
      driver::output().line(hello(path, editions));
    } else if (what == "call") {
      calls.begin([&editions, line = std::move(line)] { return answer_call(editions, line); });
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

}  // namespace

int main(int argc, char** argv) {
  if (argc != 2) {
    std::fprintf(stderr,
                 "usage: c-driver LIBRARY.so    (it is spoken with over stdin and stdout)\n");
    return 2;
  }
  (void)driver::output();
  driver::Library library;
  const std::string why = library.open(argv[1]);
  if (!why.empty()) {
    std::fprintf(stderr, "c-driver: cannot load the library: %s\n", why.c_str());
    return 2;
  }
  std::vector<Edition> editions = {{"osprey-int", driver::osprey_int_functions(library)},
                                   {"osprey-result", driver::osprey_result_functions(library)},
                                   {"vais", driver::vais_functions(library)}};
  std::erase_if(editions, [](const Edition& one) { return one.functions.empty(); });
  if (editions.empty()) {
    std::fprintf(stderr, "c-driver: %s exports no function of any edition, such as http_listen\n",
                 argv[1]);
    return 2;
  }
  return serve(argv[1], editions);
}
