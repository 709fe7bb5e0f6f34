// SPDX-License-Identifier: Apache-2.0
#include "run/connection/limits.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace conform {
namespace {

using testing::HasSubstr;

Item binary(std::uint64_t size) {
  Item out;
  out.opcode = wire::kBinary;
  out.payload.octets = std::string(size, 'x');
  return out;
}

wire::Event close_with(std::uint16_t code) {
  wire::Event out;
  out.kind = wire::EventKind::close;
  out.code = code;
  return out;
}

class LimitsTest : public testing::Test {
 protected:
  void send(const Item& item) {
    wire::Octets out;
    encoder.encode(item, 0, payloads, out);
  }
  Case one;
  PayloadMaker payloads{1, "a", false, 0};
  Encoder encoder{true, 1, "a"};
};

TEST_F(LimitsTest, AMessageCountsWithAllItsFragmentsAndBeforeItsEnd) {
  const DeclaredLimits limits{100, 0, 0};
  Item half = binary(60);
  half.options.fin = false;
  send(half);
  EXPECT_EQ(limits.exceeded(one, encoder), "");
  half.opcode = wire::kContinuation;
  send(half);
  EXPECT_EQ(encoder.largest_frame, 60U);
  EXPECT_EQ(limits.exceeded(one, encoder), "limit:message");
  one.needs = {"limit:message"};
  EXPECT_EQ(limits.exceeded(one, encoder), "");
}

TEST_F(LimitsTest, ACompressedMessageCountsAsItInflates) {
  encoder.agree({});
  send(binary(5000));
  EXPECT_LT(encoder.largest_frame, 100U);
  EXPECT_EQ(encoder.largest_message, 5000U);
  EXPECT_EQ((DeclaredLimits{4999, 0, 0}.exceeded(one, encoder)), "limit:message");
  EXPECT_EQ((DeclaredLimits{5000, 4999, 0}.exceeded(one, encoder)), "");
}

TEST_F(LimitsTest, AFrameHasALimitOfItsOwn) {
  Runtime runtime;
  runtime.speaks = {"websocket", "limit:frame=125"};
  const DeclaredLimits limits = DeclaredLimits::of(runtime);
  Item fragmented = binary(250);
  fragmented.fragments = 125;
  send(fragmented);
  EXPECT_EQ(limits.exceeded(one, encoder), "");
  send(binary(126));
  EXPECT_EQ(limits.exceeded(one, encoder), "limit:frame");
}

TEST_F(LimitsTest, AnUndeclaredOneIsNamedFromWhatWasTakenAndRefused) {
  LimitTrace trace;
  trace.took({wire::kBinary, std::string(5000, 'x'), 5000, 1});
  send(binary(70000));
  EXPECT_EQ(trace.hint(encoder, close_with(1009)),
            "; looks like a limit of about 65536 bytes: declare limit:message=65536");
  EXPECT_EQ(trace.hint(encoder, close_with(1008)), trace.hint(encoder, close_with(1009)));
  // What was refused once bounds what is said of larger ones.
  send(binary(1000000));
  EXPECT_THAT(trace.hint(encoder, close_with(1009)), HasSubstr("limit:message=65536"));
  EXPECT_EQ(trace.hint(encoder, close_with(1002)), "");
}

TEST_F(LimitsTest, ALimitOfFramesIsToldFromOneOfMessages) {
  LimitTrace trace;
  trace.took({wire::kBinary, std::string(5000, 'x'), 100, 50});
  send(binary(1025));
  EXPECT_THAT(trace.hint(encoder, close_with(1009)), HasSubstr("declare limit:frame=1024"));
  // A larger message in larger frames is no sign of a second limit.
  Item fragmented = binary(10000);
  fragmented.fragments = 2000;
  send(fragmented);
  EXPECT_THAT(trace.hint(encoder, close_with(1009)), HasSubstr("declare limit:frame=1024"));
}

TEST_F(LimitsTest, ALimitOfTheNumberOfFramesIsToldWhereNoSizeWasNew) {
  LimitTrace trace;
  trace.took({wire::kBinary, std::string(5000, 'x'), 5000, 1});
  Item fragmented = binary(2000);
  fragmented.fragments = 2;
  send(fragmented);
  EXPECT_EQ(encoder.most_frames, 1000U);
  EXPECT_THAT(trace.hint(encoder, close_with(1009)),
              HasSubstr("looks like a limit of about 512 frames of one message"));
  trace.took({wire::kBinary, std::string(3000, 'x'), 2, 1500});
  EXPECT_EQ(trace.hint(encoder, close_with(1009)), "");
}

TEST_F(LimitsTest, AnHttpServersContentHasOne) {
  encoder.largest_content = 100000;
  EXPECT_EQ(LimitTrace::hint_of_content(encoder),
            "; looks like a limit of about 65536 bytes of content: declare limit:body=65536");
  EXPECT_EQ((DeclaredLimits{0, 0, 99999}.exceeded(one, encoder)), "limit:body");
  EXPECT_EQ((DeclaredLimits{0, 0, 100000}.exceeded(one, encoder)), "");
  one.needs = {"limit:body=1"};
  EXPECT_EQ((DeclaredLimits{0, 0, 99999}.exceeded(one, encoder)), "");
  encoder.largest_content = 20;
  EXPECT_EQ(LimitTrace::hint_of_content(encoder), "");
}

TEST_F(LimitsTest, SmallMessagesAreNoMatterOfALimit) {
  LimitTrace trace;
  send(binary(5));
  EXPECT_EQ(trace.hint(encoder, close_with(1009)), "");
}

}  // namespace
}  // namespace conform
