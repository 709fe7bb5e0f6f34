// SPDX-License-Identifier: Apache-2.0
#include "wire/http_head.hpp"

#include "support.hpp"

namespace osprey::wire {
namespace {

constexpr std::size_t kLimit = 1000;

struct Read {
  HeadReader::State state = HeadReader::State::needs_more;
  WireError error = WireError::none;
  std::string text;
  std::size_t taken = 0;

  bool operator==(const Read&) const = default;
};

Read read(std::string_view input, const std::vector<std::size_t>& cuts, HeadKind kind) {
  HeadReader reader(kLimit, kind);
  Read result;
  std::size_t from = 0;
  for (const std::size_t to : cuts) {
    result.taken += reader.feed(octets_of(input.substr(from, to - from)));
    from = to;
  }
  result.taken += reader.feed(octets_of(input.substr(from)));
  result.state = reader.state();
  result.error = reader.error();
  if (result.state == HeadReader::State::complete) {
    result.text = reader.text();
  }
  return result;
}

Read read_all_ways(std::string_view input, HeadKind kind = HeadKind::request) {
  Read whole = read(input, {}, kind);
  std::vector<std::size_t> all;
  for (std::size_t cut = 1; cut < input.size(); ++cut) {
    EXPECT_EQ(read(input, {cut}, kind), whole) << cut;
    all.push_back(cut);
  }
  EXPECT_EQ(read(input, all, kind), whole);
  return whole;
}

WireError request_error(std::string_view text) {
  return parse_request_head(text).error();
}

TEST(Rfc9112_2_1, HeadEndsAtTheEmptyLine) {
  const Read done = read_all_ways("GET / HTTP/1.1\r\nHost: x\r\n\r\n\x81\x05more");
  EXPECT_EQ(done.state, HeadReader::State::complete);
  EXPECT_EQ(done.text, "GET / HTTP/1.1\r\nHost: x\r\n");
  EXPECT_EQ(done.taken, 27U);
}

TEST(Rfc9112_2_2, EmptyLinesBeforeARequestArePassedOver) {
  EXPECT_EQ(read_all_ways("\r\n\r\nGET / HTTP/1.1\r\n\r\n").text, "GET / HTTP/1.1\r\n");
  EXPECT_EQ(read_all_ways("\r\nHTTP/1.1 200\r\n\r\n", HeadKind::response).text, "");
}

TEST(Rfc9112_2_2, BareLineBreaksFail) {
  for (const char* const input : {"GET / HTTP/1.1\n\n", "GET / HTTP/1.1\r\nA: b\nC: d\r\n\r\n",
                                  "GET / HTTP/1.1\r\nA: b\rC: d\r\n\r\n", "GET / HTTP/1.1\r\r\n",
                                  "\n", "\rX", "GET / HTTP/1.1\r\n\rX"}) {
    EXPECT_EQ(read_all_ways(input).error, WireError::bare_line_break) << input;
  }
}

TEST(Rfc9110_5_5, NulFails) {
  EXPECT_EQ(read_all_ways(std::string_view("GET / HTTP/1.1\r\nA: b\0c\r\n\r\n", 26)).error,
            WireError::nul_octet);
  EXPECT_EQ(read_all_ways(std::string_view("\0", 1)).error, WireError::nul_octet);
}

TEST(Rfc6585_5, HeadIsHeldToTheLimit) {
  const std::string start = "GET / HTTP/1.1\r\nA: ";
  const std::string fits = start + std::string(kLimit - start.size() - 4, 'a') + "\r\n\r\n";
  EXPECT_EQ(read(fits, {}, HeadKind::request).state, HeadReader::State::complete);
  const std::string over = start + std::string(kLimit - start.size() - 3, 'a') + "\r\n\r\n";
  EXPECT_EQ(read(over, {}, HeadKind::request).error, WireError::head_too_large);
  const std::string target = "GET /" + std::string(kLimit, 'a');
  EXPECT_EQ(read(target, {}, HeadKind::request).error, WireError::target_too_long);
  std::string empty_lines;
  for (int i = 0; i < 600; ++i) {
    empty_lines += "\r\n";
  }
  EXPECT_EQ(read(empty_lines, {}, HeadKind::request).error, WireError::head_too_large);
}

TEST(Rfc9112_3, RequestLine) {
  const auto head = parse_request_head("GET /chat?x=1 HTTP/1.1\r\nHost: a\r\n");
  ASSERT_TRUE(head.ok());
  EXPECT_EQ(head.value().method, "GET");
  EXPECT_EQ(head.value().target, "/chat?x=1");
  EXPECT_EQ(head.value().minor_version, 1);
  for (const char* const line :
       {"GET", "GET /", "GET  / HTTP/1.1", "GET / HTTP/1.1 ", " GET / HTTP/1.1", "GET / http/1.1",
        "GET / HTTP/1.32", "GET / HTTP/11", "GET / HTTP/1", "G=\":(e) / HTTP/1.1", " / HTTP/1.1",
        "GET\t/\tHTTP/1.1", "GET /a b HTTP/1.1", ""}) {
    EXPECT_EQ(request_error(std::string(line) + "\r\n"), WireError::bad_request_line) << line;
  }
  EXPECT_EQ(request_error("GET  HTTP/1.1\r\n"), WireError::target_invalid);
  EXPECT_EQ(request_error("GET /\x80 HTTP/1.1\r\n"), WireError::target_invalid);
  EXPECT_EQ(request_error("GET /\t HTTP/1.1\r\n"), WireError::target_invalid);
  EXPECT_EQ(request_error("GET / HTTP/2.0\r\n"), WireError::http_version_unsupported);
}

TEST(Rfc9112_5, FieldLines) {
  const auto head =
      parse_request_head("GET / HTTP/1.1\r\nA:b\r\nEmpty:\r\nC: \t d e \t\r\nA: \xE9\r\n");
  ASSERT_TRUE(head.ok());
  ASSERT_EQ(head.value().fields.size(), 4U);
  EXPECT_EQ(head.value().fields[1].value, "");
  EXPECT_EQ(head.value().fields[2].value, "d e");
  EXPECT_EQ(values_of(head.value().fields, "a"), (std::vector<std::string_view>{"b", "\xE9"}));
  const std::string line = "GET / HTTP/1.1\r\n";
  EXPECT_EQ(request_error(line + "Host : a\r\n"), WireError::field_name_invalid);
  EXPECT_EQ(request_error(line + "Ho st: a\r\n"), WireError::field_name_invalid);
  EXPECT_EQ(request_error(line + ": a\r\n"), WireError::field_name_invalid);
  EXPECT_EQ(request_error(line + "\xA0Host: a\r\n"), WireError::field_name_invalid);
  EXPECT_EQ(request_error(line + "Host\r\n"), WireError::field_without_colon);
  EXPECT_EQ(request_error(line + "A: b\r\n c\r\n"), WireError::obs_fold);
  EXPECT_EQ(request_error(line + " A: b\r\n"), WireError::obs_fold);
  EXPECT_EQ(request_error(line + "A: b\x01\r\n"), WireError::field_value_invalid);
  EXPECT_EQ(request_error(line + "A: b\x7F\r\n"), WireError::field_value_invalid);
}

TEST(Rfc9112_5_2, FoldedLinesOfResponsesAreJoined) {
  const std::string folded = "HTTP/1.1 200 OK\r\nA: b\r\n c\r\n\td\r\nE: f\r\n";
  const std::string joined = "HTTP/1.1 200 OK\r\nA: b   c  \td\r\nE: f\r\n";
  EXPECT_EQ(read_all_ways(folded + "\r\n", HeadKind::response).text, joined);
  const std::string first = "HTTP/1.1 200 OK\r\n A: b\r\n";
  EXPECT_EQ(read_all_ways(first + "\r\n", HeadKind::response).text, first);
  EXPECT_EQ(parse_response_head(first).error(), WireError::obs_fold);
}

TEST(Rfc9112_4, StatusLine) {
  const auto full = parse_response_head("HTTP/1.1 101 Switching Protocols\r\n");
  ASSERT_TRUE(full.ok());
  EXPECT_EQ(full.value().status, 101);
  EXPECT_EQ(full.value().reason, "Switching Protocols");
  EXPECT_TRUE(parse_response_head("HTTP/1.1 101 \r\n").ok());
  EXPECT_TRUE(parse_response_head("HTTP/1.1 101\r\n").ok());
  for (const char* const line :
       {"", "HTTP/1.1", "HTTP/1.1 ", "HTTP/1.1 10", "HTTP/1.1 1010", "HTTP/1.1 1a1 x",
        "HTTP/2.0 101 x", "ICY 200 OK", "HTTP/1.1  101 x", "http/1.1 101 x", "HTTP/1.1 000 x",
        "HTTP/1.1 101 a\x01"}) {
    EXPECT_EQ(parse_response_head(std::string(line) + "\r\n").error(), WireError::bad_status_line)
        << line;
  }
}

TEST(Rfc6455_2_1, CaseIsIgnoredForAsciiOnly) {
  EXPECT_TRUE(same_ignoring_case("WebSocket", "wEBsOCKET"));
  EXPECT_FALSE(same_ignoring_case("web", "webs"));
  EXPECT_FALSE(same_ignoring_case("\xC3\x89", "\xC3\xA9"));
  EXPECT_FALSE(same_ignoring_case("[", "{"));
}

TEST(Rfc9110_5_6_1, ListsOverSeveralLinesWithEmptyMembers) {
  EXPECT_EQ(list_members({"a, b ,,c", "", " , d"}),
            (std::vector<std::string_view>{"a", "b", "c", "d"}));
  EXPECT_TRUE(list_has_token({"keep-alive, Upgrade"}, "upgrade"));
  EXPECT_FALSE(list_has_token({"keep-alive, Upgrades"}, "upgrade"));
}

TEST(Rfc9110_5_6_2, Tokens) {
  EXPECT_TRUE(is_token("abc-._~!#$%&'*+^`|09"));
  for (const char* const text : {"", "a b", "a,b", "a;b", "a\"", "a/b", "a@b", "\x80", "a\x7F"}) {
    EXPECT_FALSE(is_token(text)) << text;
  }
  EXPECT_FALSE(is_token(std::string_view("\0", 1)));
}

}  // namespace
}  // namespace osprey::wire
