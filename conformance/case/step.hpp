// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <chrono>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "case/payload.hpp"
#include "case/tree.hpp"

namespace conform {

using Milliseconds = std::chrono::milliseconds;

enum class ItemKind : std::uint8_t {
  frame,
  raw,
  upgrade,
  response,
  request,
  http_response,
  tcp,
  read
};
enum class Masking : std::uint8_t { right, on, off, wrong, zero, fixed };
enum class TcpAct : std::uint8_t { fin, close, rst };
enum class ReadAct : std::uint8_t { stop, start, slow };
enum class BlockKind : std::uint8_t { automatic, stored, fixed, dynamic };

struct Compress {
  std::optional<int> level;
  int window = 0;
  BlockKind blocks = BlockKind::automatic;
  bool final_block = false;
  bool keep_tail = false;
  bool reset = false;
  std::uint64_t cut = 0;
  std::uint64_t split = 0;
};

// What a frame may say besides its payload.
struct FrameOptions {
  bool fin = true;
  std::optional<std::vector<int>> rsv;
  Masking mask = Masking::right;
  std::uint32_t mask_key = 0;  // with Masking::fixed, first octet highest
  int length_form = 0;
  std::optional<std::uint64_t> length;
  std::optional<std::uint64_t> first;
};

struct CloseBody {
  std::optional<int> code;
  std::optional<Payload> reason;
  std::optional<Payload> raw;
};

struct HeaderChange {
  std::string name;
  std::vector<Payload> values;  // none = removed
};

enum class AcceptChange : std::uint8_t {
  valid,
  other_key,
  truncated,
  unpadded,
  case_flipped,
  key_itself,
  empty
};

struct Handshake {
  std::optional<std::string> method, target, version, status, reason, start_line, eol, end;
  AcceptChange accept = AcceptChange::valid;
  std::vector<HeaderChange> headers;
  std::vector<Payload> header_lines;
  bool reversed = false;
  std::optional<Payload> body;
  bool chunked = false;  // body is the text of the chunks, as it goes out
  std::optional<std::uint64_t> first;
};

struct Item;

// One entry of an explicit fragment plan.
struct PlanEntry {
  std::optional<std::uint64_t> take;  // payload octets of this fragment; nullopt with `rest`
  bool rest = false;
  bool fin_given = false;
  FrameOptions options;
  std::vector<Item> item;  // when it is no fragment: one item between
};

struct Item {
  ItemKind kind = ItemKind::frame;
  int line = 0;
  int opcode = 1;
  bool is_close = false;
  Payload payload;
  CloseBody close;
  FrameOptions options;
  std::optional<std::uint64_t> fragments;
  std::vector<Item> between;
  std::vector<PlanEntry> plan;
  std::uint64_t times = 1;       // default profile
  std::uint64_t times_full = 1;  // --profile full
  std::optional<std::uint64_t> in_flight;
  std::optional<bool> compress;  // unset = as the connection agreed
  Compress how;
  bool deflated = false;
  std::optional<Payload> means;
  Handshake handshake;
  TcpAct tcp = TcpAct::fin;
  ReadAct read = ReadAct::start;
  std::uint64_t read_chunk = 0;
  Milliseconds read_every{0};
};

// How octets reach the socket.
struct Via {
  std::uint64_t chunk = 0;          // 0 = whole
  std::vector<std::uint64_t> cuts;  // split after these octets
  Milliseconds every{0};
};

struct Send {
  std::vector<Item> items;
  Via via;
};

}  // namespace conform
