// SPDX-License-Identifier: Apache-2.0
// The schema and the format pages say of each word what its file says. After a change of a word:
// OSPREY_WRITE_FORMAT=1 build/release/conformance/tests/unit/conform_unit --gtest_filter='Format.*'
#include <gtest/gtest.h>

#include <algorithm>
#include <cstdlib>
#include <fstream>
#include <map>
#include <sstream>

#include "run/match/vocabulary.hpp"

namespace conform {
namespace {

constexpr std::size_t kWidth = 118;

std::string content_of(const std::string& path) {
  std::ostringstream out;
  out << std::ifstream(path).rdbuf();
  return out.str();
}

// Holds what stands between the two marks of the file against `wanted`, or writes it there.
void hold(const std::string& name, const std::string& begin, const std::string& end,
          const std::string& wanted) {
  const std::string path = std::string(OSPREY_SPEC_CASES) + "/" + name;
  std::string text = content_of(path);
  const auto from = text.find(begin);
  const auto to = from == std::string::npos ? from : text.find(end, from + begin.size());
  ASSERT_NE(to, std::string::npos) << path << " has no part from " << begin << " to " << end;
  const auto first = from + begin.size();
  if (std::getenv("OSPREY_WRITE_FORMAT") != nullptr) {
    text.replace(first, to - first, wanted);
    std::ofstream(path) << text;
    return;
  }
  EXPECT_EQ(text.substr(first, to - first), wanted)
      << name << " is behind the words; this test writes it with OSPREY_WRITE_FORMAT=1";
}

std::string wrapped(const std::string& text) {
  std::istringstream words(text);
  std::string out;
  std::string line;
  for (std::string word; words >> word;) {
    if (!line.empty() && line.size() + 1 + word.size() > kWidth) {
      out += line + "\n";
      line = "  " + word;
    } else {
      line += (line.empty() ? "" : " ") + word;
    }
  }
  return out + line + "\n";
}

// Those about the connection as a whole come last.
bool before(const ClauseWord* a, const ClauseWord* b) {
  const auto place = [](const ClauseWord* one) { return one->rank < 10 ? 1000 : one->rank; };
  return place(a) < place(b);
}

std::string page_of(std::string_view ClauseWord::*setup) {
  Vocabulary words = vocabulary();
  std::stable_sort(words.begin(), words.end(), before);
  std::string out = "\n";
  for (const ClauseWord* word : words) {
    const std::string_view says = word->*setup;
    if (!says.empty())
      out += wrapped("- **`" + std::string(word->word) + "`** " + std::string(says));
  }
  return out;
}

std::string schema_of_words() {
  std::string properties;
  std::string needs;
  std::map<std::string_view, const ClauseWord*> sorted;
  for (const ClauseWord* word : vocabulary()) sorted[word->word] = word;
  for (const auto& [name, word] : sorted) {
    properties += "        \"" + std::string(name) + "\": " + word->schema() + ",\n";
    if (!word->needs.empty())
      needs += (needs.empty() ? "\"" : ", \"") + std::string(name) + "\": [\"" +
               std::string(word->needs) + "\"]";
  }
  properties +=
      "        \"any\": {\"anyOf\": [{\"type\": \"array\", \"minItems\": 2, \"items\": {\"$ref\": "
      "\"#/definitions/expectOrWord\"}}, {\"$ref\": \"#/definitions/place\"}]}\n";
  return "\n      \"type\": \"object\",\n      \"minProperties\": 1,\n"
         "      \"additionalProperties\": false,\n      \"dependencies\": {" +
         needs + "},\n      \"properties\": {\n" + properties + "      }";
}

TEST(Format, TheSchemaHasEachWord) {
  hold("case.schema.json", "\n    \"expect\": {", "\n    }", schema_of_words());
}

TEST(Format, ThePagesHaveEachWord) {
  const std::string end = "<!-- end of words -->";
  hold("format-websocket.md", "<!-- words -->\n", end, page_of(&ClauseWord::websocket));
  hold("format-http.md", "<!-- words, server -->\n", end, page_of(&ClauseWord::http_server));
  hold("format-http.md", "<!-- words, client -->\n", end, page_of(&ClauseWord::http_client));
  hold("format-http.md", "<!-- words, several exchanges -->\n", end,
       page_of(&ClauseWord::http_kept));
}

TEST(Format, NoWordStandsTwiceAndEachSaysSomething) {
  std::map<std::string_view, int> seen;
  for (const ClauseWord* word : vocabulary()) {
    EXPECT_EQ(++seen[word->word], 1) << word->word;
    const bool said = !word->websocket.empty() || !word->http_server.empty() ||
                      !word->http_client.empty() || !word->http_kept.empty();
    EXPECT_TRUE(said) << word->word << " has no line on a page";
  }
}

}  // namespace
}  // namespace conform
