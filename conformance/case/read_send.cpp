// SPDX-License-Identifier: Apache-2.0
#include <algorithm>

#include "case/reading.hpp"

namespace conform {
namespace {

const std::vector<std::string_view> kKinds = {
    "text", "binary",  "continuation", "ping",    "pong", "close", "frame",
    "raw",  "upgrade", "response",     "request", "tcp",  "read",  "http-response"};
const std::vector<std::string_view> kModifiers = {
    "fin",    "rsv",   "mask",   "length-form", "length",   "first",    "fragments", "between",
    "frames", "times", "opcode", "in-flight",   "compress", "deflated", "means",     "via"};

// No case needs more, and a slip of the finger must not run for a day.
constexpr int kMostTimes = 2'000'000'000;

std::uint64_t read_count(Reading& in, const Tree& tree, std::string_view field) {
  return static_cast<std::uint64_t>(in.number_in(tree, field, 0, kMostTimes));
}

bool among(const std::vector<std::string_view>& words, std::string_view word) {
  return std::find(words.begin(), words.end(), word) != words.end();
}

void read_mask(Reading& in, const Tree& value, FrameOptions& out) {
  const std::string word = in.text(value, "mask");
  if (word == "true") {
    out.mask = Masking::on;
  } else if (word == "false") {
    out.mask = Masking::off;
  } else if (word == "wrong") {
    out.mask = Masking::wrong;
  } else if (word == "zero") {
    out.mask = Masking::zero;
  } else if (word.size() == 8 &&
             word.find_first_not_of("0123456789abcdefABCDEF") == std::string::npos) {
    out.mask = Masking::fixed;
    out.mask_key = static_cast<std::uint32_t>(std::stoul(word, nullptr, 16));
  } else {
    in.bad(value, "mask cannot be '" + word + "'",
           "use true, false, wrong, zero or 8 hexadecimal digits in quotes");
  }
}

void read_rsv(Reading& in, const Tree& value, FrameOptions& out) {
  out.rsv.emplace();
  for (const std::string& bit :
       value.is_null() ? std::vector<std::string>() : in.texts(value, "rsv")) {
    if (bit != "1" && bit != "2" && bit != "3") {
      in.bad(value, "rsv lists the numbers of reserved bits", "use 1, 2 and 3, as in [1, 3]");
      return;
    }
    out.rsv->push_back(bit[0] - '0');
  }
}

// True when the word is an option of a single frame.
bool read_option(Reading& in, const Tree& key, const Tree& value, FrameOptions& out) {
  const std::string& word = key.scalar;
  if (word == "fin") {
    out.fin = in.boolean(value, word);
  } else if (word == "rsv") {
    read_rsv(in, value, out);
  } else if (word == "mask") {
    read_mask(in, value, out);
  } else if (word == "length-form") {
    const auto form = in.word(value, word, {"7", "16", "64"});
    out.length_form = form ? (*form == 0 ? 7 : (*form == 1 ? 16 : 64)) : 0;
  } else if (word == "length") {
    out.length = in.size(value, word);
  } else if (word == "first") {
    out.first = in.number(value, word);
  } else {
    return false;
  }
  return true;
}

void read_compress(Reading& in, const Tree& tree, Item& out) {
  if (tree.is_scalar()) {
    out.compress = in.boolean(tree, "compress");
    return;
  }
  out.compress = true;
  if (!in.is_map(tree, "compress")) return;
  for (const auto& [key, value] : tree.map) {
    const std::string& word = key.scalar;
    if (word == "level") {
      out.how.level = in.number_in(value, word, 0, 9);
    } else if (word == "window") {
      out.how.window = in.number_in(value, word, 8, 15);
    } else if (word == "blocks") {
      const auto kind = in.word(value, word, {"stored", "fixed", "dynamic"});
      if (kind) out.how.blocks = static_cast<BlockKind>(*kind + 1);
    } else if (word == "final") {
      out.how.final_block = in.boolean(value, word);
    } else if (word == "tail") {
      out.how.keep_tail = in.word(value, word, {"keep"}).has_value();
    } else if (word == "reset") {
      out.how.reset = in.boolean(value, word);
    } else if (word == "cut") {
      out.how.cut = in.number(value, word);
    } else if (word == "split") {
      out.how.split = in.number(value, word);
    } else {
      in.unknown(key, "compress",
                 {"level", "window", "blocks", "final", "tail", "reset", "cut", "split"});
    }
  }
}

Item read_item(Reading& in, const Tree& tree);

std::vector<Item> read_items(Reading& in, const Tree& tree) {
  std::vector<Item> out;
  if (tree.is_list()) {
    for (const Tree& element : tree.list) out.push_back(read_item(in, element));
  } else {
    out.push_back(read_item(in, tree));
  }
  return out;
}

PlanEntry read_plan_entry(Reading& in, const Tree& tree) {
  PlanEntry out;
  const Tree* take = tree.find("take");
  if (take == nullptr) {
    out.item.push_back(read_item(in, tree));
    return out;
  }
  if (take->is_scalar() && take->scalar == "rest") {
    out.rest = true;
  } else {
    out.take = in.number(*take, "take");
  }
  for (const auto& [key, value] : tree.map) {
    out.fin_given = out.fin_given || key.scalar == "fin";
    if (key.scalar == "take" || read_option(in, key, value, out.options)) continue;
    in.unknown(key, "a fragment", {"take", "fin", "rsv", "mask", "length-form", "length", "first"});
  }
  return out;
}

void read_times(Reading& in, const Tree& tree, Item& out) {
  if (tree.is_scalar()) {
    out.times = out.times_full = read_count(in, tree, "times");
    return;
  }
  const Tree* normal = tree.find("default");
  const Tree* full = tree.find("full");
  if (normal == nullptr || full == nullptr || tree.map.size() != 2) {
    in.bad(tree, "times is a number or {default: N, full: N}", "give both");
    return;
  }
  out.times = read_count(in, *normal, "default");
  out.times_full = read_count(in, *full, "full");
}

void read_modifier(Reading& in, const Tree& key, const Tree& value, Item& out) {
  const std::string& word = key.scalar;
  if (read_option(in, key, value, out.options)) return;
  if (word == "fragments") {
    out.fragments = static_cast<std::uint64_t>(in.number_in(value, word, 1, kMostTimes));
  } else if (word == "between") {
    out.between = read_items(in, value);
  } else if (word == "frames") {
    for (const Tree& entry : value.list) out.plan.push_back(read_plan_entry(in, entry));
    if (out.plan.empty()) in.bad(value, "frames is a list", "write [{take: 3}, {take: rest}]");
  } else if (word == "times") {
    read_times(in, value, out);
  } else if (word == "opcode") {
    out.opcode = in.number_in(value, word, 0, 15);
  } else if (word == "in-flight") {
    out.in_flight = static_cast<std::uint64_t>(in.number_in(value, word, 1, kMostTimes));
  } else if (word == "compress") {
    read_compress(in, value, out);
  } else if (word == "deflated") {
    out.deflated = in.boolean(value, word);
  } else if (word == "means") {
    out.means = read_payload(in, value);
  }
}

void read_close(Reading& in, const Tree& tree, Item& out) {
  out.opcode = 8;
  out.is_close = true;
  if (tree.is_scalar() && tree.scalar == "empty") return;
  if (tree.is_scalar()) {
    out.close.code = in.number_in(tree, "close", 0, 65535);
    return;
  }
  if (!in.is_map(tree, "close")) return;
  for (const auto& [key, value] : tree.map) {
    if (key.scalar == "code") {
      out.close.code = in.number_in(value, "code", 0, 65535);
    } else if (key.scalar == "reason") {
      out.close.reason = read_payload(in, value);
    } else if (key.scalar == "raw") {
      out.close.raw = read_payload(in, value);
    } else {
      in.unknown(key, "close", {"code", "reason", "raw"});
    }
  }
}

void read_reading(Reading& in, const Tree& tree, Item& out) {
  if (!tree.is_map()) {
    const auto act = in.word(tree, "read", {"stop", "start"});
    out.read = act.value_or(0) == 0 ? ReadAct::stop : ReadAct::start;
    return;
  }
  out.read = ReadAct::slow;
  const Tree* chunk = tree.find("chunk");
  const Tree* every = tree.find("every");
  if (chunk == nullptr || every == nullptr) {
    in.bad(tree, "slow reading needs chunk and every", "write {chunk: 1, every: 1ms}");
    return;
  }
  out.read_chunk = static_cast<std::uint64_t>(in.number_in(*chunk, "chunk", 1, kMostTimes));
  out.read_every = in.span(*every, "every");
}

void read_kind(Reading& in, const std::string& word, const Tree& value, Item& out) {
  static const std::vector<std::pair<std::string_view, int>> opcodes = {
      {"text", 1}, {"binary", 2}, {"continuation", 0}, {"ping", 9}, {"pong", 10}, {"frame", -1}};
  for (const auto& [name, opcode] : opcodes) {
    if (word != name) continue;
    if (opcode >= 0) out.opcode = opcode;
    out.payload = read_payload(in, value);
    return;
  }
  if (word == "close") {
    read_close(in, value, out);
  } else if (word == "raw") {
    out.kind = ItemKind::raw;
    out.payload = read_payload(in, value);
  } else if (word == "tcp") {
    out.kind = ItemKind::tcp;
    out.tcp = static_cast<TcpAct>(in.word(value, word, {"fin", "close", "rst"}).value_or(0));
  } else if (word == "read") {
    out.kind = ItemKind::read;
    read_reading(in, value, out);
  } else {
    out.kind = word == "upgrade"         ? ItemKind::upgrade
               : word == "response"      ? ItemKind::response
               : word == "http-response" ? ItemKind::http_response
                                         : ItemKind::request;
    out.handshake = read_handshake(in, value);
  }
}

Item read_item(Reading& in, const Tree& tree) {
  Item out;
  out.line = tree.line;
  if (!in.is_map(tree, "what is sent")) return out;
  int kinds = 0;
  for (const auto& [key, value] : tree.map) {
    if (among(kKinds, key.scalar)) {
      ++kinds;
      read_kind(in, key.scalar, value, out);
    } else if (among(kModifiers, key.scalar)) {
      read_modifier(in, key, value, out);
    } else {
      std::vector<std::string_view> all = kKinds;
      all.insert(all.end(), kModifiers.begin(), kModifiers.end());
      in.unknown(key, "send", all);
    }
  }
  if (kinds != 1) {
    in.bad(tree, kinds == 0 ? "nothing says what is sent" : "more than one kind in one item",
           "give exactly one of text, binary, ping, close, frame, raw, upgrade, …");
  }
  if (tree.find("frame") != nullptr && tree.find("opcode") == nullptr) {
    in.bad(tree, "frame without opcode", "add 'opcode: 0' to 'opcode: 15'");
  }
  return out;
}

void read_via(Reading& in, const Tree& tree, Via& out) {
  if (tree.is_scalar()) {
    const auto how = in.word(tree, "via", {"whole", "octets"});
    out.chunk = how.value_or(0) == 1 ? 1 : 0;
    return;
  }
  if (!in.is_map(tree, "via")) return;
  for (const auto& [key, value] : tree.map) {
    if (key.scalar == "chunk") {
      out.chunk = static_cast<std::uint64_t>(in.number_in(value, "chunk", 1, kMostTimes));
    } else if (key.scalar == "cut") {
      for (const std::string& cut : in.texts(value, "cut")) {
        const auto at = parse_number(cut);
        if (!at || *at == 0)
          in.bad(value, "cut must be byte numbers above 0", "write 3 or [3, 10]");
        out.cuts.push_back(at.value_or(0));
      }
    } else if (key.scalar == "every") {
      out.every = in.span(value, "every");
    } else {
      in.unknown(key, "via", {"chunk", "cut", "every"});
    }
  }
}

}  // namespace

Send read_send(Reading& in, const Tree& tree) {
  Send out;
  const Tree* items = tree.find("items");
  if (const Tree* via = tree.find("via")) read_via(in, *via, out.via);
  out.items = read_items(in, items != nullptr ? *items : tree);
  return out;
}

}  // namespace conform
