// SPDX-License-Identifier: Apache-2.0
#include "wire/http/content_type.hpp"

#include <gtest/gtest.h>

#include <array>
#include <string>
#include <utility>

namespace osprey::wire::http {
namespace {

using namespace std::string_view_literals;

constexpr std::string_view kText = "text/plain; charset=utf-8";
constexpr std::string_view kHtml = "text/html; charset=utf-8";
constexpr std::string_view kOctets = "application/octet-stream";

constexpr std::array kRows = {
    std::pair(""sv, ""sv),
    std::pair("{\"status\": \"healthy\"}"sv, "application/json"sv),
    std::pair(" \r\n[1, 2]\n"sv, "application/json"sv),
    std::pair("{ not closed"sv, kText),
    std::pair("<!DOCTYPE html><p>x"sv, kHtml),
    std::pair("<HTML lang=en>"sv, kHtml),
    std::pair("<body>"sv, kHtml),
    std::pair("<htmlish>"sv, kText),
    std::pair("<svg xmlns='x'/>"sv, "image/svg+xml"sv),
    std::pair("<?xml version='1.0'?><!-- c --><svg/>"sv, "image/svg+xml"sv),
    std::pair("<?xml version='1.0'?><feed/>"sv, "application/xml"sv),
    std::pair("<?xml never ends"sv, "application/xml"sv),
    std::pair("Not Found"sv, kText),
    std::pair("Gr\xc3\xbc\xc3\x9f Gott\tund\n"sv, kText),
    std::pair("\xef\xbb\xbf{}"sv, "application/json"sv),
    std::pair("bad \xff utf-8"sv, kOctets),
    std::pair("{\xff}"sv, kOctets),
    std::pair("a\0b"sv, kOctets),
    std::pair("   "sv, kText),
};

TEST(Osprey_14_2, ContentTypeComesFromTheAnswer) {
  for (const auto& [body, type] : kRows) {
    EXPECT_EQ(content_type_of(octets_of(body)), type) << body;
  }
}

}  // namespace
}  // namespace osprey::wire::http
