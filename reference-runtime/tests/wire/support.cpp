// SPDX-License-Identifier: Apache-2.0
#include "support.hpp"

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <ostream>
#include <sstream>

namespace osprey::wire::testing {
namespace {

constexpr std::size_t kLongPayload = 64;

// Readable and short, yet different for different octets.
std::string shown(ConstOctets octets) {
  std::ostringstream text;
  if (octets.size() > kLongPayload) {
    std::uint64_t hash = 1469598103934665603U;
    for (const std::uint8_t octet : octets) {
      hash = (hash ^ octet) * 1099511628211U;
    }
    text << '#' << octets.size() << '#' << std::hex << hash;
    return text.str();
  }
  for (const std::uint8_t octet : octets) {
    if (octet >= 0x20 && octet < 0x7F) {
      text << static_cast<char>(octet);
    } else {
      static constexpr std::string_view kDigits = "0123456789abcdef";
      text << '\\' << kDigits[octet >> 4U] << kDigits[octet & 0xFU];
    }
  }
  return text.str();
}

std::string shown_close(ConstOctets body) {
  if (body.size() < 2) {
    return "close";
  }
  return "close:" + std::to_string(body[0] * 256 + body[1]) + ":" + shown(body.subspan(2));
}

class Recorder : public SessionEvents {
 public:
  Recorder(const Given& setup, Session& session, Buffer& out)
      : setup_(setup), session_(session), out_(out) {}

  void on_message(MessageKind kind, Octets payload) override {
    events.push_back((kind == MessageKind::text ? "text:" : "binary:") + shown(payload));
    if (setup_.echo && session_.state() == Session::State::open) {
      EXPECT_EQ(session_.send_message_unchecked(kind, payload, out_), WireError::none);
    }
    // Receivers may change what they are given.
    std::fill(payload.begin(), payload.end(), std::uint8_t{0xEE});
  }
  void on_ping(ConstOctets payload) override { events.push_back("ping:" + shown(payload)); }
  void on_pong(ConstOctets payload) override { events.push_back("pong:" + shown(payload)); }
  void on_close(const Close& close) override {
    events.push_back("close:" + std::to_string(close.code) + ":" + shown(octets_of(close.reason)));
  }
  void on_error(WireError error, std::string_view) override {
    events.push_back("error:" + std::string(name_of(error)));
  }

  std::vector<std::string> events;

 private:
  const Given& setup_;
  Session& session_;
  Buffer& out_;
};

// One session fed with pieces that each live in memory of their own, so that a look beyond them is
// seen by ASan.
class Feeder {
 public:
  explicit Feeder(const Given& setup)
      : setup_(setup),
        session_(setup.role, &setup_.limits, setup.deflate, &setup_.settings),
        recorder_(setup_, session_, out_) {}

  void feed(const Bytes& input, std::size_t from, std::size_t to) {
    const auto begin = input.begin() + static_cast<std::ptrdiff_t>(from);
    Bytes piece(begin, begin + static_cast<std::ptrdiff_t>(to - from));
    piece.shrink_to_fit();
    EXPECT_EQ(session_.receive(piece, recorder_, out_), piece.size());
  }

  Trace trace() {
    return {recorder_.events, describe_frames(out_.octets(), setup_.role), session_.state()};
  }

 private:
  Given setup_;
  Buffer out_;
  Session session_;
  Recorder recorder_;
};

std::string opcode_name(unsigned opcode) {
  switch (opcode) {
    case 0:
      return "continuation";
    case 1:
      return "text";
    case 2:
      return "binary";
    case 9:
      return "ping";
    case 10:
      return "pong";
    default:
      return "opcode" + std::to_string(opcode);
  }
}

}  // namespace

Bytes hex(std::string_view digits) {
  Bytes bytes;
  std::string pair;
  for (const char c : digits) {
    if (c == ' ') {
      continue;
    }
    pair.push_back(c);
    if (pair.size() == 2) {
      bytes.push_back(static_cast<std::uint8_t>(std::stoul(pair, nullptr, 16)));
      pair.clear();
    }
  }
  return bytes;
}

Bytes bytes_of(std::string_view text) {
  return {text.begin(), text.end()};
}

std::string text_from(const Bytes& bytes) {
  return {bytes.begin(), bytes.end()};
}

Bytes joined(std::initializer_list<Bytes> parts) {
  Bytes all;
  for (const Bytes& part : parts) {
    all.insert(all.end(), part.begin(), part.end());
  }
  return all;
}

Bytes repeated(std::uint8_t octet, std::size_t count) {
  return Bytes(count, octet);
}

Bytes frame(const FrameSpec& spec) {
  Bytes out;
  out.push_back(
      static_cast<std::uint8_t>((spec.fin ? 0x80U : 0U) | (spec.rsv << 4U) | spec.opcode));
  const std::uint64_t size = spec.payload.size();
  int form = spec.length_form;
  if (form == 0 && size > 125) {
    form = size > 65535 ? 64 : 16;
  }
  const unsigned mask = spec.masked ? 0x80U : 0U;
  const unsigned short_length = form == 64 ? 127U : form == 16 ? 126U : static_cast<unsigned>(size);
  out.push_back(static_cast<std::uint8_t>(mask | short_length));
  for (int shift = form - 8; shift >= 0; shift -= 8) {
    out.push_back(static_cast<std::uint8_t>(size >> static_cast<unsigned>(shift)));
  }
  if (spec.masked) {
    out.insert(out.end(), spec.key.begin(), spec.key.end());
  }
  for (std::size_t i = 0; i < spec.payload.size(); ++i) {
    const unsigned key = spec.masked ? spec.key[i % 4] : 0U;
    out.push_back(static_cast<std::uint8_t>(spec.payload[i] ^ key));
  }
  return out;
}

Bytes from_client(unsigned opcode, const Bytes& payload, bool fin, unsigned rsv) {
  return frame({.opcode = opcode, .payload = payload, .fin = fin, .rsv = rsv});
}

Bytes from_server(unsigned opcode, const Bytes& payload, bool fin, unsigned rsv) {
  return frame({.opcode = opcode, .payload = payload, .fin = fin, .rsv = rsv, .masked = false});
}

Bytes close_body(unsigned code, std::string_view reason) {
  const Bytes number = {static_cast<std::uint8_t>(code >> 8U),
                        static_cast<std::uint8_t>(code & 0xFFU)};
  return joined({number, bytes_of(reason)});
}

std::ostream& operator<<(std::ostream& to, const Trace& trace) {
  to << "events:";
  for (const std::string& event : trace.events) {
    to << " [" << event << "]";
  }
  to << " sent:";
  for (const std::string& sent : trace.sent) {
    to << " [" << sent << "]";
  }
  return to << " state: " << static_cast<int>(trace.state);
}

Trace feed_pieces(const Given& setup, const Bytes& input, std::size_t piece) {
  Feeder feeder(setup);
  const std::size_t step = piece == 0 ? std::max<std::size_t>(input.size(), 1) : piece;
  for (std::size_t at = 0; at < input.size(); at += step) {
    feeder.feed(input, at, std::min(input.size(), at + step));
  }
  return feeder.trace();
}

Trace feed_split(const Given& setup, const Bytes& input, std::size_t cut) {
  Feeder feeder(setup);
  feeder.feed(input, 0, cut);
  feeder.feed(input, cut, input.size());
  return feeder.trace();
}

Trace feed_all_ways(const Given& setup, const Bytes& input) {
  keep_seed(setup.role == Role::server ? "session_server_fuzz" : "session_client_fuzz",
            session_seed(setup, input));
  Trace whole = feed_pieces(setup, input, 0);
  EXPECT_EQ(whole, feed_pieces(setup, input, 1)) << "octet by octet";
  const std::size_t step = input.size() / 1000 + 1;
  for (std::size_t cut = 0; cut <= input.size(); cut += step) {
    const Trace split = feed_split(setup, input, cut);
    if (!(split == whole)) {
      ADD_FAILURE() << "cut at " << cut << ": " << split << "\nwhole: " << whole;
      break;
    }
  }
  return whole;
}

void expect_failure(const Trace& trace, WireError error) {
  ASSERT_FALSE(trace.events.empty()) << trace;
  EXPECT_EQ(trace.events.back(), "error:" + std::string(name_of(error))) << trace;
  ASSERT_FALSE(trace.sent.empty()) << trace;
  const std::string close = "close:" + std::to_string(rule_of(error).close_code) + ":";
  EXPECT_EQ(trace.sent.back().substr(0, close.size()), close) << trace;
  EXPECT_EQ(trace.state, Session::State::closed);
}

std::vector<std::string> describe_frames(ConstOctets sent, Role sender) {
  std::vector<std::string> frames;
  while (!sent.empty()) {
    const unsigned opcode = sent[0] & 0x0FU;
    const bool masked = (sent[1] & 0x80U) != 0;
    std::uint64_t size = sent[1] & 0x7FU;
    const std::size_t more = size == 126 ? 2 : size == 127 ? 8 : 0;
    if (more != 0) {
      size = 0;
    }
    std::size_t at = 2;
    for (; at < 2 + more; ++at) {
      size = size * 256 + sent[at];
    }
    const bool shortest = more == 0 || (more == 2 ? size > 125 : size > 65535);
    const std::size_t key = at;
    at += masked ? 4 : 0;
    Bytes payload;
    for (std::size_t i = 0; i < size; ++i) {
      payload.push_back(
          static_cast<std::uint8_t>(sent[at + i] ^ (masked ? sent[key + i % 4] : 0U)));
    }
    std::string text =
        opcode == 8 ? shown_close(payload)
                    : opcode_name(opcode) + ((sent[0] & 0x40U) != 0 ? "+z:" : ":") + shown(payload);
    text += (sent[0] & 0x80U) != 0 ? "" : " fragment";
    text += (sent[0] & 0x30U) != 0 ? " reserved bits" : "";
    text += shortest ? "" : " long length form";
    text += masked == (sender == Role::client) ? "" : " wrongly masked";
    frames.push_back(text);
    sent = sent.subspan(at + static_cast<std::size_t>(size));
  }
  return frames;
}

void keep_seed(std::string_view target, const Bytes& input) {
  const char* const folder = std::getenv("OSPREY_SEED_DIR");
  if (folder == nullptr || input.size() > 600) {
    return;
  }
  const std::filesystem::path path = std::filesystem::path(folder) / target;
  std::filesystem::create_directories(path);
  std::uint64_t hash = 1469598103934665603U;
  for (const std::uint8_t octet : input) {
    hash = (hash ^ octet) * 1099511628211U;
  }
  char name[17];
  std::snprintf(name, sizeof name, "%016llx", static_cast<unsigned long long>(hash));
  std::ofstream(path / name, std::ios::binary)
      .write(reinterpret_cast<const char*>(input.data()),
             static_cast<std::streamsize>(input.size()));
}

Bytes session_seed(const Given& setup, const Bytes& input) {
  unsigned flags = 0;
  if (setup.deflate.has_value()) {
    flags = 1U | (setup.deflate->server_no_context_takeover ? 2U : 0U) |
            (setup.deflate->client_no_context_takeover ? 4U : 0U) |
            (setup.deflate->server_max_window_bits < 15 ? 8U : 0U);
  }
  flags |= setup.limits.message < 65536 ? 16U : 0U;
  Bytes seed = {static_cast<std::uint8_t>(flags), 1};
  seed.insert(seed.end(), input.begin(), input.end());
  return seed;
}

Head& Head::without(std::string_view name) {
  std::erase_if(lines,
                [&](const std::string& line) { return line.substr(0, name.size()) == name; });
  return *this;
}

Head& Head::with(const std::string& line) {
  lines.push_back(line);
  return *this;
}

Head& Head::instead(const std::string& line) {
  return without(line.substr(0, line.find(':') + 1)).with(line);
}

std::string Head::text() const {
  std::string all = start + "\r\n";
  for (const std::string& line : lines) {
    all += line + "\r\n";
  }
  return all;
}

}  // namespace osprey::wire::testing
