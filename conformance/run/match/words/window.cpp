// SPDX-License-Identifier: Apache-2.0
#include "run/match/facts.hpp"
#include "run/match/outcome.hpp"
#include "run/match/word.hpp"

namespace conform {
namespace {

class Window : public Clause {
 public:
  explicit Window(int bits) : Clause(kWindowWord), bits_(bits) {}
  Outcome match(const Facts& facts, const Expect&) const override {
    if (facts.seen.messages.empty()) return Outcome::no("no message came");
    const std::uint64_t size = std::uint64_t{1} << static_cast<unsigned>(bits_);
    for (const SeenMessage& message : facts.seen.messages) {
      if (message.compressed && message.deflate.farthest > size) {
        return Outcome::no("a message refers back " + std::to_string(message.deflate.farthest) +
                           " bytes, beyond a window of " + std::to_string(size));
      }
    }
    return Outcome::yes();
  }
  Traits traits() const override {
    Traits out;
    out.by_echo = out.probes_deflate = true;
    return out;
  }

 private:
  int bits_;
};

constexpr WholeNumber kBits{8, 15};

}  // namespace

const ClauseWord kWindowWord = {.word = "window",
                                .rank = kAfterwards + 2,
                                .read = read_value<Window, kWindowWord, kBits>,
                                .schema = schema_of<kBits>,
                                .websocket = "`N` no back reference farther than 2^N"};

}  // namespace conform
