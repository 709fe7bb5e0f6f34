// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include "wire/deflate_negotiation.hpp"
#include "wire/deflate_probe.hpp"
#include "wire/deflater.hpp"
#include "wire/http.hpp"
#include "wire/inflater.hpp"
#include "wire/random.hpp"

namespace conform::wire {
namespace {

Octets inflated(Inflater& inflater, OctetView compressed) {
  Octets out;
  EXPECT_EQ(inflater.inflate_message(compressed, out), "");
  return out;
}

TEST(Deflater, GivesTheExampleOfTheText) {
  Deflater deflater(15, true);
  EXPECT_EQ(to_hex(deflater.compress("Hello", {})), "f2 48 cd c9 c9 07 00");
  EXPECT_EQ(to_hex(deflater.compress("Hello", {})), "f2 00 11 00 00");
}

TEST(Deflater, EveryKindOfBlockCanBeReadAgain) {
  for (const bool takeover : {true, false}) {
    Deflater deflater(15, takeover);
    Inflater inflater(takeover);
    Random random(7);
    for (int i = 0; i < 60; ++i) {
      CompressSpec spec;
      spec.level = static_cast<int>(random.below(10));
      spec.blocks = static_cast<Blocks>(random.below(4));
      spec.final_block = random.below(4) == 0;
      spec.split = random.below(3) == 0 ? 100 : 0;
      spec.reset = random.below(5) == 0;
      Octets text;
      while (text.size() < random.below(5000)) text += "word" + std::to_string(random.below(50));
      EXPECT_EQ(inflated(inflater, deflater.compress(text, spec)), text) << "message " << i;
    }
  }
}

TEST(Deflater, AnEmptyMessageIsOneOctet) {
  Deflater deflater(15, true);
  EXPECT_EQ(to_hex(deflater.compress("", {})), "00");
  deflater.compress("something", {});
  Inflater inflater(true);
  EXPECT_EQ(inflated(inflater, deflater.compress("", {})), "");
}

TEST(Deflater, ABombIsWhatItSays) {
  Deflater deflater(15, true);
  constexpr std::uint64_t kSize = 5 * 1024 * 1024 + 17;
  const Octets bomb = deflater.compress_zeros(kSize, {});
  EXPECT_LT(bomb.size(), 20000U);
  Inflater inflater(true);
  EXPECT_EQ(inflated(inflater, bomb), Octets(kSize, '\0'));
}

TEST(Inflater, SaysWhyAndStopsAtItsLimit) {
  Inflater inflater(true);
  Octets out;
  EXPECT_NE(inflater.inflate_message("\xff\xff\xff", out), "");
  Inflater limited(true);
  Deflater deflater(15, true);
  EXPECT_NE(limited.inflate_message(deflater.compress_zeros(8 << 20, {}), out, 1 << 20), "");
}

TEST(DeflateProbe, MeasuresDistancesAndBlocks) {
  Deflater wide(15, true);
  Random random(3);
  Octets noise;
  for (int i = 0; i < 2000; ++i) noise += static_cast<char>(random.below(256));
  const DeflateFacts once = probe_deflate(wide.compress(noise, {}));
  EXPECT_TRUE(once.readable);
  EXPECT_FALSE(once.reaches_before);
  const DeflateFacts again = probe_deflate(wide.compress(noise, {}));
  EXPECT_TRUE(again.reaches_before);
  EXPECT_EQ(again.farthest, 2000U);
  Deflater narrow(8, true);
  narrow.compress(noise, {});
  EXPECT_LE(probe_deflate(narrow.compress(noise + noise, {})).farthest, 256U);
  CompressSpec stored;
  stored.blocks = Blocks::stored;
  EXPECT_GE(probe_deflate(wide.compress("abc", stored)).stored, 1U);
  EXPECT_FALSE(probe_deflate("\x07").readable);
}

std::vector<Extension> extensions(const std::string& text) {
  HttpHead head;
  head.headers.push_back({"x", text});
  return parse_extensions(head.elements("x")).value_or(std::vector<Extension>());
}

TEST(Negotiation, JudgesAnswersAgainstOffers) {
  const auto legal = [](const std::string& answer, const std::string& offer) {
    return illegal_answer(extensions(answer).at(0), extensions(offer)).empty();
  };
  EXPECT_TRUE(legal("permessage-deflate", "permessage-deflate"));
  EXPECT_TRUE(legal("permessage-deflate; server_no_context_takeover", "permessage-deflate"));
  EXPECT_TRUE(legal("permessage-deflate; server_max_window_bits=10",
                    "permessage-deflate; server_max_window_bits=12"));
  EXPECT_TRUE(legal("permessage-deflate; client_max_window_bits=\"9\"",
                    "permessage-deflate; client_max_window_bits"));
  EXPECT_FALSE(legal("permessage-deflate; client_max_window_bits=9", "permessage-deflate"));
  EXPECT_FALSE(legal("permessage-deflate; server_max_window_bits=13",
                     "permessage-deflate; server_max_window_bits=12"));
  EXPECT_FALSE(legal("permessage-deflate", "permessage-deflate; server_no_context_takeover"));
  EXPECT_FALSE(legal("permessage-deflate; server_max_window_bits=08", "permessage-deflate"));
  EXPECT_FALSE(legal("permessage-deflate; x", "permessage-deflate"));
  EXPECT_FALSE(legal("permessage-deflate", "permessage-deflate; server_max_window_bits"));
  EXPECT_TRUE(legal("permessage-deflate",
                    "permessage-deflate; server_max_window_bits=7, permessage-deflate"));
}

TEST(Negotiation, RefusesBrokenGrammar) {
  HttpHead head;
  head.headers.push_back({"x", "a; b=\"c d\""});
  EXPECT_FALSE(parse_extensions(head.elements("x")));
}

}  // namespace
}  // namespace conform::wire
