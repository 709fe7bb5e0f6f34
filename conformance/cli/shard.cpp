// SPDX-License-Identifier: Apache-2.0
#include "cli/shard.hpp"

#include <charconv>

namespace conform::cli {
namespace {

// How CI systems tell a job which of several it is.
struct Source {
  const char* index;
  const char* count;
  int first;  // what the first job is called
};

constexpr Source kSources[] = {
    {"OSPREY_SHARD_INDEX", "OSPREY_SHARD_TOTAL", 1},    // a matrix variable, said by hand
    {"CI_NODE_INDEX", "CI_NODE_TOTAL", 1},              // GitLab
    {"JOB_COMPLETION_INDEX", "OSPREY_SHARD_TOTAL", 0},  // Kubernetes; the total is not told
    {"CIRCLE_NODE_INDEX", "CIRCLE_NODE_TOTAL", 0},      // CircleCI
    {"BUILDKITE_PARALLEL_JOB", "BUILDKITE_PARALLEL_JOB_COUNT", 0},
};

bool read_number(const std::string& text, std::size_t& number) {
  const char* const end = text.data() + text.size();
  const auto read = std::from_chars(text.data(), end, number);
  return read.ec == std::errc() && read.ptr == end;
}

std::string check(const std::string& shown, const Shard& shard) {
  if (shard.index >= 1 && shard.index <= shard.count && shard.count <= 10000) return {};
  return "--shard " + shown + ": there is no such part; write i/n with i from 1 to n";
}

std::string of_environment(const Environment& environment, Shard& shard) {
  for (const Source& source : kSources) {
    const char* const index = environment(source.index);
    const char* const count = environment(source.count);
    if (index == nullptr || count == nullptr || *index == '\0' || *count == '\0') continue;
    const std::string shown = std::string("auto (") + source.index + "=" + index + ", " +
                              source.count + "=" + count + ")";
    std::size_t number = 0;
    if (!read_number(index, number) || !read_number(count, shard.count))
      return "--shard " + shown + ": these are no numbers";
    shard.index = number + 1 - static_cast<std::size_t>(source.first);
    return check(shown, shard);
  }
  return "--shard auto: nobody says which part this is; set OSPREY_SHARD_INDEX (from 1) and "
         "OSPREY_SHARD_TOTAL (GitLab, CircleCI and Buildkite set their own; a Kubernetes Job needs "
         "OSPREY_SHARD_TOTAL beside its JOB_COMPLETION_INDEX)";
}

}  // namespace

std::string read_shard(const std::string& text, const Environment& environment, Shard& shard) {
  if (text.empty()) return {};
  if (text == "auto") return of_environment(environment, shard);
  const std::size_t slash = text.find('/');
  if (slash == std::string::npos || !read_number(text.substr(0, slash), shard.index) ||
      !read_number(text.substr(slash + 1), shard.count)) {
    return "--shard takes i/n, as 2/4, or auto; not '" + text + "'";
  }
  return check(text, shard);
}

std::string ci_job(const Environment& environment) {
  for (const char* name : {"OSPREY_JOB", "GITHUB_RUN_ID", "CI_PIPELINE_ID"}) {
    const char* const value = environment(name);
    if (value != nullptr && *value != '\0') return value;
  }
  return {};
}

}  // namespace conform::cli
