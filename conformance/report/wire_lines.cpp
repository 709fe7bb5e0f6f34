// SPDX-License-Identifier: Apache-2.0
#include "report/wire_lines.hpp"

#include <algorithm>

#include "report/visible.hpp"

namespace conform {
namespace {

constexpr std::size_t kBriefHex = 24;
constexpr std::size_t kBriefText = 160;
constexpr std::size_t kBriefLine = 90;
constexpr std::size_t kBriefLines = 6;
constexpr std::size_t kHexInLine = 32;

std::string arrow(const OctetsAt& piece) {
  return piece.sent ? "> " : "< ";
}

// How much of the piece is not shown.
std::string rest(const OctetsAt& piece, std::size_t shown) {
  return piece.size > shown ? " (+" + std::to_string(piece.size - shown) + " bytes)" : "";
}

// Each line of the text to its end, then all of it as hex.
void full_text(const OctetsAt& piece, std::vector<std::string>& out) {
  const std::string_view bytes = piece.octets;
  for (std::size_t from = 0; from < bytes.size();) {
    const auto end = bytes.find('\n', from);
    const std::size_t to = end == std::string_view::npos ? bytes.size() : end + 1;
    out.push_back((from == 0 ? arrow(piece) : "  ") + escaped_bytes(bytes.substr(from, to - from)));
    from = to;
  }
}

void full_hex(const OctetsAt& piece, bool below, std::vector<std::string>& out) {
  const std::string_view bytes = piece.octets;
  if (bytes.empty()) out.push_back(arrow(piece));
  for (std::size_t from = 0; from < bytes.size(); from += kHexInLine)
    out.push_back((from == 0 && !below ? arrow(piece) : "  ") +
                  spaced_hex(bytes.substr(from, kHexInLine)));
  const std::string more = rest(piece, bytes.size());
  if (!more.empty()) out.back() += more + " that were not kept";
}

std::vector<std::string> in_full(const std::vector<OctetsAt>& pieces) {
  std::vector<std::string> out;
  for (const OctetsAt& piece : pieces) {
    const bool text = is_wire_text(piece.octets);
    if (text) full_text(piece, out);
    full_hex(piece, text, out);
  }
  return out;
}

// Short frames of both directions share a line.
std::vector<std::string> in_brief(const std::vector<OctetsAt>& pieces) {
  std::vector<std::string> out;
  std::string line;
  const auto flush = [&] {
    if (!line.empty()) out.push_back(std::move(line));
    line.clear();
  };
  for (const OctetsAt& piece : pieces) {
    const bool text = is_wire_text(piece.octets);
    const std::string_view kept =
        std::string_view(piece.octets).substr(0, text ? kBriefText : kBriefHex);
    const std::string one =
        arrow(piece) + (text ? escaped_bytes(kept) : spaced_hex(kept)) + rest(piece, kept.size());
    if (text || line.size() + one.size() > kBriefLine) flush();
    line += (line.empty() ? "" : "   ") + one;
    if (text) flush();
  }
  flush();
  if (out.size() > kBriefLines) {
    const std::size_t more = out.size() - kBriefLines + 1;
    out.resize(kBriefLines - 1);
    out.push_back("… " + std::to_string(more) + " more lines: -v shows them");
  }
  return out;
}

}  // namespace

std::vector<std::string> wire_lines(const std::vector<OctetsAt>& pieces, Detail detail) {
  return detail == Detail::full ? in_full(pieces) : in_brief(pieces);
}

}  // namespace conform
