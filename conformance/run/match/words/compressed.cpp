// SPDX-License-Identifier: Apache-2.0
#include "run/match/facts.hpp"
#include "run/match/outcome.hpp"
#include "run/match/word.hpp"

namespace conform {
namespace {

class Compressed : public Clause {
 public:
  explicit Compressed(bool compressed) : Clause(kCompressedWord), compressed_(compressed) {}
  Outcome match(const Facts& facts, const Expect&) const override {
    if (facts.seen.messages.empty()) return Outcome::no("no message came");
    for (const SeenMessage& message : facts.seen.messages) {
      if (message.compressed != compressed_)
        return Outcome::no(message.compressed ? "a message was compressed"
                                              : "a message was not compressed");
    }
    return Outcome::yes();
  }
  Traits traits() const override {
    Traits out;
    out.by_echo = true;
    return out;
  }

 private:
  bool compressed_;
};

}  // namespace

const ClauseWord kCompressedWord = {
    .word = "compressed",
    .rank = kAfterwards + 1,
    .read = read_value<Compressed, kCompressedWord, kFlag>,
    .schema = Flag::schema,
    .websocket = "true or false: RSV1 on the messages in this expect"};

}  // namespace conform
