// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <atomic>
#include <string>
#include <utility>
#include <vector>

#include "case/case.hpp"
#include "case/runtime_file.hpp"
#include "run/connection/limits.hpp"
#include "run/connection/manner.hpp"
#include "run/engine/run_time.hpp"
#include "subject/address.hpp"
#include "subject/loop.hpp"
#include "subject/process.hpp"
#include "subject/tls.hpp"

namespace conform {

// What a run is told before it begins.
struct RunSettings : RunTime {
  Runtime runtime;
  Target target;
  Address address;
  SSL_CTX* tls = nullptr;  // client side, when the target is wss
  std::string tls_name;
  bool tls_verify = true;
  bool keep_all_bytes = false;  // -v: evidence is not cut, within reason
  std::uint64_t seed = 1;
  bool full = false;
  bool complete = false;  // a function that a library lacks is a failure of its own
  const std::atomic<bool>* stop = nullptr;  // set when the user has enough

  bool interrupted() const { return stop != nullptr && *stop; }
  std::uint64_t message_limit() const { return DeclaredLimits::of(runtime).message; }
};

// What the cases share that run side by side on one loop; used by one thread.
struct RunContext : RunSettings {
  RunContext() = default;
  explicit RunContext(RunSettings settings) : RunSettings(std::move(settings)) {}

  Loop loop;
  Manner manner;                       // of the WebSocket server that is tested
  int fence_status = 200;              // setup http: what GET of the target's path is answered with
  Process* process = nullptr;          // the runtime, if the judge started it
  std::vector<std::string> keys_seen;  // Sec-WebSocket-Key of all clients of this run

  LimitTrace limits;  // of all connections

  // RFC 6455 §4.1: the key is chosen at random for each connection. False for a key that was seen
  // before, or resembles one of the last ones more than chance can make it.
  bool take_key(const std::string& key);
  // Whether the implementation's process, where there is one, took processor time just now, or
  // waited for a processor.
  bool is_at_work();

 private:
  TimePoint looked_ = Clock::now();
  std::uint64_t wanted_ns_ = 0;
  bool at_work_ = false;
};

}  // namespace conform
