// SPDX-License-Identifier: Apache-2.0
#include "run/connection/manner.hpp"

#include <algorithm>
#include <nlohmann/json.hpp>

#include "wire/describe.hpp"
#include "wire/frame.hpp"

namespace conform {

using wire::Octets;
using wire::OctetView;

static constexpr char kGap = '\xff';  // in no text: it is not UTF-8
static constexpr const char* kGapWord = "{any}";
static constexpr const char* kPayloadWord = "{payload}";
// A damaged echo may have a byte or two too many; nobody adds whole words by mistake.
static constexpr std::size_t kFewestLetters = 3;

static bool is_digit(char c) {
  return c >= '0' && c <= '9';
}

static void add_gap(Octets& text) {
  if (text.empty() || text.back() != kGap) text += kGap;
}

Pattern Pattern::parse(const std::string& text) {
  Pattern out;
  std::size_t at = 0;
  for (auto gap = text.find(kGapWord); gap != std::string::npos; gap = text.find(kGapWord, at)) {
    out.text_ += text.substr(at, gap - at);
    add_gap(out.text_);
    at = gap + std::string_view(kGapWord).size();
  }
  out.text_ += text.substr(at);
  return out;
}

Pattern Pattern::of_message(OctetView message) {
  Pattern out;
  for (const char c : message) {
    if (is_digit(c)) {
      add_gap(out.text_);
    } else {
      out.text_ += c;
    }
  }
  return out;
}

Pattern Pattern::common(const Pattern& one, const Pattern& other) {
  if (one.text_ == other.text_) return one;
  const Octets& a = one.text_;
  const Octets& b = other.text_;
  const std::size_t most = std::min(a.size(), b.size());
  std::size_t front = 0;
  while (front < most && a[front] == b[front]) ++front;
  std::size_t back = 0;
  while (back < most - front && a[a.size() - 1 - back] == b[b.size() - 1 - back]) ++back;
  Pattern out;
  out.text_ = a.substr(0, front);
  add_gap(out.text_);
  Octets rest = a.substr(a.size() - back);
  if (!rest.empty() && rest.front() == kGap) rest.erase(0, 1);
  out.text_ += rest;
  return out;
}

std::vector<OctetView> Pattern::literals() const {
  std::vector<OctetView> out;
  const OctetView text = text_;
  std::size_t at = 0;
  for (auto gap = text.find(kGap); gap != OctetView::npos; gap = text.find(kGap, at)) {
    out.push_back(text.substr(at, gap - at));
    at = gap + 1;
  }
  out.push_back(text.substr(at));
  return out;
}

bool Pattern::matches(OctetView message) const {
  const auto parts = literals();
  const auto front = at_begin(message);
  if (!front) return false;
  if (parts.size() == 1) return *front == message.size();
  // The last part stands at the end, behind all the others.
  Pattern others = *this;
  others.text_.resize(text_.size() - parts.back().size());
  const auto used = others.at_begin(message);
  return used && message.size() - *used >= parts.back().size() && message.ends_with(parts.back());
}

std::optional<std::size_t> Pattern::at_begin(OctetView message) const {
  const auto parts = literals();
  if (!message.starts_with(parts.front())) return std::nullopt;
  std::size_t at = parts.front().size();
  for (std::size_t i = 1; i < parts.size(); ++i) {
    const auto found = message.find(parts[i], at);
    if (found == OctetView::npos) return std::nullopt;
    at = found + parts[i].size();
  }
  return at;
}

std::optional<std::size_t> Pattern::at_end(OctetView message) const {
  const auto parts = literals();
  if (!message.ends_with(parts.back())) return std::nullopt;
  std::size_t left = message.size() - parts.back().size();
  for (std::size_t i = parts.size() - 1; i-- > 0;) {
    if (parts[i].size() > left) return std::nullopt;
    const auto found = message.rfind(parts[i], left - parts[i].size());
    if (found == OctetView::npos) return std::nullopt;
    left = found;
  }
  return message.size() - left;
}

std::size_t Pattern::letters() const {
  return static_cast<std::size_t>(std::count_if(text_.begin(), text_.end(), [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
  }));
}

bool Pattern::ends_in_gap() const {
  return !text_.empty() && text_.back() == kGap;
}

bool Pattern::begins_in_gap() const {
  return !text_.empty() && text_.front() == kGap;
}

std::string Pattern::text() const {
  std::string out;
  for (const char c : text_) {
    if (c == kGap) {
      out += kGapWord;
    } else {
      out += c;
    }
  }
  return out;
}

std::string Envelope::parse(const std::string& text, Envelope& out) {
  const auto at = text.find(kPayloadWord);
  if (at == std::string::npos) return "an envelope says where the message stands, as {payload}";
  const std::size_t behind = at + std::string_view(kPayloadWord).size();
  if (text.find(kPayloadWord, behind) != std::string::npos)
    return "{payload} stands twice in the envelope: write {any} where it is not needed";
  out.before_ = Pattern::parse(text.substr(0, at));
  out.after_ = Pattern::parse(text.substr(behind));
  if (out.before_.ends_in_gap() || out.after_.begins_in_gap())
    return "{any} stands right beside {payload}, so that nobody can tell them apart";
  out.guess_json();
  return {};
}

void Envelope::guess_json() {
  const std::string text = before_.text();
  const auto first = text.find_first_not_of(" \t\r\n");
  json_ = first != std::string::npos && (text[first] == '{' || text[first] == '[') &&
          text.back() == '"' && after_.text().starts_with('"');
}

std::optional<Envelope> Envelope::learn(const Octets& sent, const Octets& came,
                                        const Octets& sent_next, const Octets& came_next) {
  const auto at = came.find(sent);
  const auto next = came_next.find(sent_next);
  if (at == Octets::npos || next == Octets::npos) return std::nullopt;
  Envelope out;
  out.before_ = Pattern::common(Pattern::of_message(came.substr(0, at)),
                                Pattern::of_message(came_next.substr(0, next)));
  out.after_ = Pattern::common(Pattern::of_message(came.substr(at + sent.size())),
                               Pattern::of_message(came_next.substr(next + sent_next.size())));
  if (out.before_.letters() + out.after_.letters() < kFewestLetters) return std::nullopt;
  if (out.before_.ends_in_gap() || out.after_.begins_in_gap()) return std::nullopt;
  out.guess_json();
  return out;
}

static std::optional<Octets> json_string(OctetView inside) {
  if (inside.find('\\') == OctetView::npos) return Octets(inside);
  const auto value =
      nlohmann::json::parse("\"" + std::string(inside) + "\"", nullptr, /*allow_exceptions=*/false);
  if (!value.is_string()) return std::nullopt;
  return value.get<Octets>();
}

std::optional<Octets> Envelope::open(OctetView message) const {
  const auto front = before_.at_begin(message);
  if (!front) return std::nullopt;
  const auto back = after_.at_end(message.substr(*front));
  if (!back) return std::nullopt;
  const OctetView inside = message.substr(*front, message.size() - *front - *back);
  return json_ ? json_string(inside) : Octets(inside);
}

bool Manner::returns(unsigned opcode) const {
  return echo != EchoWay::none && (binary || opcode != wire::kBinary);
}

std::vector<Pattern> learn_greeting(const std::vector<Octets>& first,
                                    const std::vector<Octets>& next) {
  std::vector<Pattern> out;
  for (std::size_t i = 0; i < std::max(first.size(), next.size()); ++i) {
    const Pattern one = Pattern::of_message(i < first.size() ? first[i] : next[i]);
    const bool both = i < first.size() && i < next.size();
    out.push_back(both ? Pattern::common(one, Pattern::of_message(next[i])) : one);
  }
  return out;
}

std::string greeting_text(const std::vector<Pattern>& greeting) {
  std::string said;
  for (const Pattern& one : greeting) said += (said.empty() ? "" : ", ") + one.text();
  return "the server greets: " + wire::describe(said, 80) + " is let pass";
}

std::string read_echo(const std::string& text, Manner& out) {
  if (text == "plain") return {};
  if (text == "none") {
    out.echo = EchoWay::none;
    return {};
  }
  out.echo = EchoWay::envelope;
  return Envelope::parse(text, out.envelope);
}

}  // namespace conform
