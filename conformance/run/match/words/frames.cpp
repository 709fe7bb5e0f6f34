// SPDX-License-Identifier: Apache-2.0
#include "run/match/facts.hpp"
#include "run/match/mask_keys.hpp"
#include "run/match/word.hpp"

namespace conform {
namespace {

struct FramesExpect {
  std::optional<bool> masked;
  bool shortest = false, rsv_none = false, rsv_first_only = false, control_legal = false;
  bool keys_distinct = false, keys_random = false, legal = false;
  std::optional<std::uint64_t> largest, count;
};

class Frames : public Clause {
 public:
  explicit Frames(const FramesExpect& wanted) : Clause(kFramesWord), wanted_(wanted) {}
  Outcome match(const Facts& facts, const Expect& beside) const override;
  Traits traits() const override {
    Traits out;
    out.by_echo = wanted_.count.has_value();
    return out;
  }

 private:
  Outcome heads(const Facts& facts, const wire::FrameFacts& came) const;
  FramesExpect wanted_;
};

Outcome Frames::heads(const Facts& facts, const wire::FrameFacts& came) const {
  const bool masks = facts.role == Role::client;
  const auto masked = wanted_.legal ? std::optional<bool>(masks) : wanted_.masked;
  if (masked && came.masked != (*masked ? came.frames : 0)) {
    return Outcome::no(std::to_string(came.masked) + " of " + std::to_string(came.frames) +
                       " frames were masked" + (*masked ? "" : "; a server masks none"));
  }
  if ((wanted_.shortest || wanted_.legal) && came.overlong != 0)
    return Outcome::no("a frame had its length in a longer form than needed");
  const bool no_rsv = wanted_.rsv_none || (wanted_.legal && !facts.channel.encoder.deflates());
  if (no_rsv && came.rsv_set != 0) return Outcome::no("a frame had a reserved bit set");
  if ((wanted_.rsv_first_only || wanted_.legal) && came.rsv_misplaced != 0)
    return Outcome::no("a frame had a reserved bit set where it has no meaning");
  if ((wanted_.control_legal || wanted_.legal) && came.control_illegal != 0)
    return Outcome::no("a control frame was fragmented or larger than 125 bytes");
  if (wanted_.largest && came.largest > *wanted_.largest)
    return Outcome::no("a frame had a payload of " + std::to_string(came.largest) + " bytes");
  return Outcome::yes();
}

Outcome Frames::match(const Facts& facts, const Expect&) const {
  const auto* reader = facts.channel.reader();
  if (reader == nullptr) return Outcome::no("no frame came");
  Outcome out = heads(facts, reader->facts());
  if (out.answer != Answer::yes) return out;
  std::uint64_t count = 0;
  for (const SeenMessage& message : facts.seen.messages) count += message.frames;
  if (wanted_.count && count != *wanted_.count)
    return Outcome::no("the messages had " + std::to_string(count) + " frames");
  if (wanted_.keys_random) return random_keys(reader->facts().keys);
  return wanted_.keys_distinct ? distinct_keys(reader->facts().keys) : Outcome::yes();
}

constexpr Choice kLength{"shortest"};
constexpr Choice kRsv{"none", "first-only"};
constexpr Choice kControl{"legal"};
constexpr Choice kKeys{"distinct", "random"};
constexpr WholeNumber kCount{0, 1000000000};

void read_field(Reading& in, const Tree& key, const Tree& value, FramesExpect& out) {
  const std::string& word = key.scalar;
  if (word == "masked") {
    out.masked = Flag::read(in, value, word);
  } else if (word == "length") {
    out.shortest = kLength.read(in, value, word).has_value();
  } else if (word == "rsv") {
    const auto which = kRsv.read(in, value, word);
    out.rsv_none = which == 0;
    out.rsv_first_only = which == 1;
  } else if (word == "control") {
    out.control_legal = kControl.read(in, value, word).has_value();
  } else if (word == "keys") {
    const auto which = kKeys.read(in, value, word);
    out.keys_distinct = which == 0;
    out.keys_random = which == 1;
  } else if (word == "max") {
    out.largest = SizeInBytes::read(in, value, word);
  } else if (word == "count") {
    out.count = static_cast<std::uint64_t>(kCount.read(in, value, word));
  } else if (word == "legal") {
    out.legal = Flag::read(in, value, word);
  } else {
    in.unknown(key, "frames",
               {"masked", "length", "rsv", "control", "keys", "max", "count", "legal"});
  }
}

void read(Reading& in, const Tree& value, Expect& out) {
  FramesExpect wanted;
  if (!in.is_map(value, "frames")) return;
  for (const auto& [key, entry] : value.map) read_field(in, key, entry, wanted);
  add_clause(out, std::make_shared<Frames>(wanted));
}

std::string schema() {
  return map_schema({{"masked", Flag::schema()},
                     {"length", kLength.schema()},
                     {"rsv", kRsv.schema()},
                     {"control", kControl.schema()},
                     {"keys", kKeys.schema()},
                     {"max", SizeInBytes::schema()},
                     {"count", kCount.schema()},
                     {"legal", Flag::schema()}});
}

}  // namespace

const ClauseWord kFramesWord = {
    .word = "frames",
    .rank = kAfterwards,
    .read = read,
    .schema = schema,
    .websocket =
        "about every frame of the implementation in this case: `{masked: false, length: "
        "shortest, rsv: none | first-only, control: legal, keys: distinct | random, "
        "max: N, count: N, legal: true}`; `count` = data frames of the messages in this "
        "expect, `max` = largest payload, `legal` = all of it right for the role"};

}  // namespace conform
