// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <cstddef>
#include <string>
#include <utility>
#include <vector>

namespace conform {

// What was received, in order, for people: the first lines of it, and how many more there were.
class Timeline {
 public:
  explicit Timeline(std::size_t most) : most_(most) {}

  void add(std::string line) {
    if (lines_.size() < most_)
      lines_.push_back(std::move(line));
    else
      skip();
  }
  // One that is only counted.
  void skip() { ++more_; }
  void clear() {
    lines_.clear();
    more_ = 0;
  }
  // In one sentence.
  std::string text() const {
    std::string out;
    for (const std::string& line : lines_) out += (out.empty() ? "" : ", then ") + line;
    if (more_ != 0) out += ", and " + std::to_string(more_) + " more";
    return out;
  }

 private:
  std::size_t most_, more_ = 0;
  std::vector<std::string> lines_;
};

}  // namespace conform
