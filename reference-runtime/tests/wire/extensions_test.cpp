// SPDX-License-Identifier: Apache-2.0
#include "wire/extensions.hpp"

#include "support.hpp"

namespace osprey::wire {
namespace {

using Values = std::vector<std::string_view>;

// The fuzz target takes an octet of settings first.
void keep(std::string_view value) {
  testing::keep_seed("extensions_fuzz", testing::joined({{0xFF}, testing::bytes_of(value)}));
}

std::vector<Extension> read_list(std::string_view value) {
  const Values values = {value};
  const auto list = parse_extensions(values);
  EXPECT_TRUE(list.ok()) << value;
  return list.ok() ? list.value() : std::vector<Extension>();
}

std::vector<Extension> parsed(std::string_view value) {
  keep(value);
  return read_list(value);
}

WireError parse_error(std::string_view value) {
  keep(value);
  const Values values = {value};
  return parse_extensions(values).error();
}

// Settings that ask for nothing, so that a test sees what the other side asks for.
DeflateSettings plain() {
  DeflateSettings settings;
  settings.server_no_context_takeover = false;
  settings.client_no_context_takeover = false;
  return settings;
}

// The answer to an offer; empty when declined.
std::string answer_to(std::string_view offer, const DeflateSettings& settings = plain()) {
  const std::vector<Extension> offers = parsed(offer);
  const auto chosen = choose_deflate(offers, settings);
  return chosen.has_value() ? deflate_answer(offers, *chosen) : "";
}

Outcome<std::optional<DeflateParameters>> judged(std::string_view answer,
                                                 const DeflateSettings& settings = plain()) {
  return check_extensions_answer(parsed(answer), &settings);
}

TEST(Rfc6455_9_1, ReadsNamesParametersAndQuotedValues) {
  const auto list = parsed("foo , bar; a; b=1 ;c=\"tok\\en\" ,,baz;x = y");
  ASSERT_EQ(list.size(), 3U);
  EXPECT_EQ(list[0].name, "foo");
  ASSERT_EQ(list[1].parameters.size(), 3U);
  EXPECT_FALSE(list[1].parameters[0].value.has_value());
  EXPECT_EQ(list[1].parameters[1].value, "1");
  EXPECT_EQ(list[1].parameters[2].value, "token");
  EXPECT_EQ(list[2].parameters[0].value, "y");
}

TEST(Rfc6455_9_1, LinesAreOneList) {
  const Values values = {"a; x=1", "b, c"};
  const auto list = parse_extensions(values);
  ASSERT_TRUE(list.ok());
  EXPECT_EQ(list.value().size(), 3U);
  EXPECT_TRUE(parse_extensions(Values{}).ok());
}

TEST(Rfc6455_9_1, MalformedListsFail) {
  for (const char* const value :
       {"",         " ",         ",,",           ";",          "a;",
        "a; ;b",    "a b",       "a=b",          "a; b=",      "a; b=\"",
        "a; b=\"x", "a; b=\"\"", "a; b=\"x y\"", "a; b=\"x\\", "a; b=\"x\"y",
        "a; =b",    "a; b==c",   "\"a\"",        "a; b=c d",   "a/b",
        "a; b=(c)"}) {
    EXPECT_EQ(parse_error(value), WireError::extensions_invalid) << value;
  }
  for (const char* const value : {"constructor", "__proto__", "toString; valueOf"}) {
    EXPECT_EQ(parse_error(value), WireError::none);
  }
}

TEST(Rfc6455_9_1, LongHostileValuesTakeLinearTime) {
  // Either would take longer than any test may run if it were read more than a fixed number of
  // times.
  std::string escapes = "a; b=\"";
  for (int i = 0; i < 2000000; ++i) {
    escapes += "\\c";
  }
  EXPECT_EQ(parse_error(escapes), WireError::extensions_invalid);
  EXPECT_EQ(parse_error("a" + std::string(4000000, ' ') + "b"), WireError::extensions_invalid);
}

TEST(Rfc7692_7_1, OffersAndTheirAnswers) {
  EXPECT_EQ(answer_to("permessage-deflate"), "permessage-deflate");
  EXPECT_EQ(answer_to("permessage-deflate; client_max_window_bits"), "permessage-deflate");
  EXPECT_EQ(answer_to("permessage-deflate; client_max_window_bits=10"),
            "permessage-deflate; client_max_window_bits=10");
  EXPECT_EQ(answer_to("permessage-deflate; server_max_window_bits=10"),
            "permessage-deflate; server_max_window_bits=10");
  EXPECT_EQ(answer_to("permessage-deflate; server_max_window_bits=15"),
            "permessage-deflate; server_max_window_bits=15");
  EXPECT_EQ(answer_to("permessage-deflate; server_max_window_bits=\"8\""),
            "permessage-deflate; server_max_window_bits=8");
  EXPECT_EQ(answer_to("permessage-deflate; server_no_context_takeover"),
            "permessage-deflate; server_no_context_takeover");
  EXPECT_EQ(answer_to("permessage-deflate; client_no_context_takeover"),
            "permessage-deflate; client_no_context_takeover");
  EXPECT_EQ(answer_to("x-webkit-deflate-frame, permessage-deflate; server_max_window_bits=9"),
            "permessage-deflate; server_max_window_bits=9");
}

TEST(Rfc7692_7, OffersThatMustBeDeclined) {
  for (const char* const offer :
       {"permessage-deflate; foo", "permessage-deflate; server_max_window_bits",
        "permessage-deflate; server_max_window_bits=7",
        "permessage-deflate; server_max_window_bits=16",
        "permessage-deflate; server_max_window_bits=08",
        "permessage-deflate; server_max_window_bits=0",
        "permessage-deflate; server_max_window_bits=1_0",
        "permessage-deflate; server_max_window_bits=abc",
        "permessage-deflate; server_max_window_bits=99999999999",
        "permessage-deflate; client_max_window_bits=7",
        "permessage-deflate; client_max_window_bits=16",
        "permessage-deflate; server_no_context_takeover=1",
        "permessage-deflate; client_no_context_takeover=true",
        "permessage-deflate; client_max_window_bits; client_max_window_bits=9",
        "permessage-deflate; server_max_window_bits=9; server_max_window_bits=9",
        "permessage-deflate; server_no_context_takeover; server_no_context_takeover",
        "permessage-bzip2", "Permessage-Deflate-x"}) {
    EXPECT_EQ(answer_to(offer), "") << offer;
  }
}

TEST(Rfc7692_7_1_3, FallbackOffersAreTriedInOrder) {
  EXPECT_EQ(answer_to("permessage-deflate; server_max_window_bits=7, permessage-deflate; "
                      "server_max_window_bits=12, permessage-deflate"),
            "permessage-deflate; server_max_window_bits=12");
}

TEST(Rfc7692_7_1, ServerSettingsBoundTheAnswer) {
  DeflateSettings settings;
  settings.server_max_window_bits = 11;
  settings.client_max_window_bits = 12;
  EXPECT_EQ(answer_to("permessage-deflate; client_max_window_bits", settings),
            "permessage-deflate; server_no_context_takeover; client_no_context_takeover; "
            "server_max_window_bits=11; client_max_window_bits=12");
  EXPECT_EQ(answer_to("permessage-deflate; client_max_window_bits=9; server_max_window_bits=10",
                      settings),
            "permessage-deflate; server_no_context_takeover; client_no_context_takeover; "
            "server_max_window_bits=10; client_max_window_bits=9");
  // RFC 7692 §7.1.2.2: not a word about the client's window unless it spoke of it.
  EXPECT_EQ(answer_to("permessage-deflate", settings),
            "permessage-deflate; server_no_context_takeover; client_no_context_takeover; "
            "server_max_window_bits=11");
  settings.enabled = false;
  EXPECT_EQ(answer_to("permessage-deflate", settings), "");
}

TEST(Rfc7692_5, IllegalAnswersAreNotWritten) {
  const auto offers =
      parsed("permessage-deflate; server_max_window_bits=10; server_no_context_takeover");
  EXPECT_EQ(deflate_answer(offers, {true, false, 11, 15}), "");
  EXPECT_EQ(deflate_answer(offers, {false, false, 10, 15}), "");
  EXPECT_EQ(deflate_answer(offers, {true, false, 10, 12}), "");
  EXPECT_EQ(deflate_answer(offers, {true, false, 7, 15}), "");
  EXPECT_EQ(deflate_answer(parsed("foo"), {}), "");
  EXPECT_NE(deflate_answer(offers, {true, true, 9, 15}), "");
}

TEST(Rfc7692_7_1, ClientOffers) {
  EXPECT_EQ(deflate_offer(plain()), "permessage-deflate; client_max_window_bits");
  DeflateSettings settings;
  settings.server_max_window_bits = 10;
  settings.client_max_window_bits = 9;
  EXPECT_EQ(deflate_offer(settings),
            "permessage-deflate; server_no_context_takeover; client_no_context_takeover; "
            "server_max_window_bits=10; client_max_window_bits=9");
}

TEST(Rfc7692_5, ClientTakesLegalAnswers) {
  EXPECT_EQ(judged("permessage-deflate").value(), DeflateParameters{});
  EXPECT_EQ(
      judged("permessage-deflate; server_no_context_takeover; client_no_context_takeover").value(),
      (DeflateParameters{true, true, 15, 15}));
  EXPECT_EQ(
      judged("permessage-deflate; server_max_window_bits=8; client_max_window_bits=\"9\"").value(),
      (DeflateParameters{false, false, 8, 9}));
  DeflateSettings settings = plain();
  settings.client_no_context_takeover = true;
  settings.client_max_window_bits = 10;
  // What the offer promised holds without the server's word, and against its larger window.
  EXPECT_EQ(judged("permessage-deflate; client_max_window_bits=12", settings).value(),
            (DeflateParameters{false, true, 15, 10}));
  EXPECT_FALSE(check_extensions_answer({}, &settings).value().has_value());
}

TEST(Rfc7692_7, ClientFailsWrongAnswers) {
  for (const char* const answer :
       {"permessage-deflate; foo", "permessage-deflate; server_max_window_bits",
        "permessage-deflate; server_max_window_bits=7",
        "permessage-deflate; server_max_window_bits=16",
        "permessage-deflate; server_max_window_bits=99",
        "permessage-deflate; server_max_window_bits=x",
        "permessage-deflate; server_max_window_bits=9; server_max_window_bits=9",
        "permessage-deflate; client_max_window_bits",
        "permessage-deflate; client_max_window_bits=07",
        "permessage-deflate; server_no_context_takeover=1",
        "permessage-deflate; client_no_context_takeover; client_no_context_takeover",
        "permessage-deflate, permessage-deflate"}) {
    EXPECT_EQ(judged(answer).error(), WireError::extension_parameters) << answer;
  }
  DeflateSettings settings = plain();
  settings.server_max_window_bits = 10;
  EXPECT_EQ(judged("permessage-deflate; server_max_window_bits=11", settings).error(),
            WireError::extension_parameters);
  EXPECT_EQ(judged("permessage-deflate", settings).error(), WireError::extension_parameters);
  EXPECT_TRUE(judged("permessage-deflate; server_max_window_bits=9", settings).ok());
  settings = plain();
  settings.server_no_context_takeover = true;
  EXPECT_EQ(judged("permessage-deflate", settings).error(), WireError::extension_parameters);
}

TEST(Rfc6455_4_1, ClientFailsExtensionsItDidNotOffer) {
  EXPECT_EQ(judged("permessage-foo").error(), WireError::extension_not_offered);
  EXPECT_EQ(judged("permessage-deflate, x").error(), WireError::extension_not_offered);
  EXPECT_EQ(check_extensions_answer(parsed("permessage-deflate"), nullptr).error(),
            WireError::extension_not_offered);
  DeflateSettings off;
  off.enabled = false;
  EXPECT_EQ(judged("permessage-deflate", off).error(), WireError::extension_not_offered);
}

TEST(Rfc7692_5, EveryOfferGetsAnAnswerThatItsClientTakes) {
  for (int server_bits = 8; server_bits <= 15; ++server_bits) {
    for (int client_bits = 8; client_bits <= 15; ++client_bits) {
      for (unsigned flags = 0; flags < 16; ++flags) {
        DeflateSettings client;
        client.server_max_window_bits = server_bits;
        client.client_max_window_bits = client_bits;
        client.server_no_context_takeover = (flags & 1U) != 0;
        client.client_no_context_takeover = (flags & 2U) != 0;
        DeflateSettings server;
        server.server_no_context_takeover = (flags & 4U) != 0;
        server.client_no_context_takeover = (flags & 8U) != 0;
        server.server_max_window_bits = client_bits;
        const std::vector<Extension> offers = read_list(deflate_offer(client));
        const auto chosen = choose_deflate(offers, server);
        ASSERT_TRUE(chosen.has_value());
        const auto agreed =
            check_extensions_answer(read_list(deflate_answer(offers, *chosen)), &client);
        ASSERT_TRUE(agreed.ok());
        EXPECT_EQ(agreed.value(), *chosen);
      }
    }
  }
}

}  // namespace
}  // namespace osprey::wire
