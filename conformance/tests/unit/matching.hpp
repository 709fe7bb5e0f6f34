// SPDX-License-Identifier: Apache-2.0
// What the tests of the matcher need: an expectation from its YAML, and an observer that does
// nothing.
#pragma once
#include <gtest/gtest.h>

#include <string>

#include "case/read_expect.hpp"
#include "run/match/matcher.hpp"
#include "run/match/vocabulary.hpp"

namespace conform {

inline Expect expectation(const std::string& yaml) {
  Problems problems;
  const Tree tree = parse_yaml(yaml, "test", problems);
  Reading in("test", problems, vocabulary());
  Expect out = read_expect(in, tree);
  EXPECT_TRUE(problems.empty()) << (problems.empty() ? "" : problems[0].text());
  return out;
}

class Nobody : public ChannelObserver {
  void on_change() override {}
};

}  // namespace conform
