// SPDX-License-Identifier: Apache-2.0
#include "wire/error.hpp"

#include <gtest/gtest.h>

#include <set>

#include "wire/frame.hpp"

namespace osprey::wire {
namespace {

// The first number that is no enumerator.
unsigned count_of_errors() {
  unsigned count = 0;
  while (name_of(static_cast<WireError>(count)) != "internal" ||
         count == static_cast<unsigned>(WireError::internal)) {
    ++count;
  }
  return count;
}

TEST(RuleTable, EveryValueHasANameATextAndAPossibleCode) {
  std::set<std::string_view> names;
  for (unsigned i = 0; i < count_of_errors(); ++i) {
    const auto error = static_cast<WireError>(i);
    const RuleText& rule = rule_of(error);
    EXPECT_TRUE(names.insert(name_of(error)).second) << name_of(error);
    EXPECT_FALSE(rule.text.empty());
    EXPECT_LE(rule.text.size(), kMaxControlPayload - 2) << "a Close must hold it";
    EXPECT_TRUE(rule.close_code == 0 || rule.close_code == 1006 ||
                is_wire_close_code(rule.close_code));
    EXPECT_TRUE(rule.http_status == 0 || (rule.http_status >= 400 && rule.http_status < 600));
  }
}

TEST(RuleTable, UnknownValuesReadAsInternal) {
  EXPECT_GT(count_of_errors(), static_cast<unsigned>(WireError::body_in_101));
  EXPECT_EQ(name_of(static_cast<WireError>(255)), "internal");
  EXPECT_EQ(rule_of(static_cast<WireError>(count_of_errors())).close_code, 1011);
}

TEST(Rfc6455_7_4_1, CodesOfTheTable) {
  EXPECT_EQ(rule_of(WireError::reserved_bits).close_code, 1002);
  EXPECT_EQ(rule_of(WireError::invalid_utf8).close_code, 1007);
  EXPECT_EQ(rule_of(WireError::message_too_big).close_code, 1009);
  EXPECT_EQ(rule_of(WireError::version_unsupported).http_status, 426);
  EXPECT_EQ(rule_of(WireError::method_not_get).http_status, 405);
  EXPECT_EQ(rule_of(WireError::head_too_large).http_status, 431);
  EXPECT_EQ(rule_of(WireError::origin_refused).http_status, 403);
}

}  // namespace
}  // namespace osprey::wire
