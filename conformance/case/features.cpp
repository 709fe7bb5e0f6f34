// SPDX-License-Identifier: Apache-2.0
#include "case/features.hpp"

#include <algorithm>

namespace conform {

const std::vector<Feature>& features() {
  using V = FeatureValue;
  static const std::vector<Feature> all = {
      {"websocket", V::none, "websocket", "WebSocket",
       "it speaks RFC 6455; a server echoes messages"},
      {"deflate", V::none, "deflate", "WebSocket",
       "it negotiates permessage-deflate (RFC 7692); to decline the plain offer is a failure"},
      {"subprotocol", V::may, "subprotocol=chat", "WebSocket",
       "a server chooses this subprotocol, a client offers it; `chat` where no name is given"},
      {"origin-policy", V::text, "origin-policy=https://app.example", "WebSocket server",
       "it accepts handshakes from this Origin and refuses those from others"},
      {"paths", V::none, "paths", "WebSocket server",
       "it tells resources apart: a path it does not have gets an HTTP error"},
      {"handshake-timeout", V::none, "handshake-timeout", "WebSocket server",
       "it drops a connection whose opening handshake does not come to its end"},
      {"limit:message", V::size, "limit:message=65536", "WebSocket",
       "the largest message it takes, in bytes; a larger one it refuses"},
      {"limit:frame", V::size, "limit:frame=65536", "WebSocket",
       "the largest payload of a frame it takes, in bytes; cases with larger ones are skipped"},
      {"limit:handshake", V::none, "limit:handshake", "WebSocket client",
       "it gives up a handshake that takes too long or whose answer is too large"},
      {"redirect", V::none, "redirect", "WebSocket client",
       "it follows an HTTP redirect that answers its opening handshake"},
      {"required-extension", V::none, "required-extension", "WebSocket client",
       "it needs permessage-deflate and closes with 1010 where the server declines"},
      {"offer:server-window", V::none, "offer:server-window", "WebSocket client",
       "its offer of permessage-deflate has a server_max_window_bits below 15"},
      {"http1", V::none, "http1", "HTTP", "it speaks HTTP/1.1 (RFC 9110, RFC 9112)"},
      {"http-echo", V::none, "http-echo", "HTTP server",
       "it sends the content of a POST back in a 2xx response"},
      {"request-timeout", V::none, "request-timeout", "HTTP server",
       "it gives up a request that stops half-way, within some seconds"},
      {"limit:body", V::size, "limit:body=67108864", "HTTP server",
       "the largest content of a request it takes, in bytes; a larger one gets a 413"},
      {"osprey-int", V::none, "osprey-int", "library",
       "it exports the Osprey functions whose answers are numbers"},
      {"osprey-result", V::none, "osprey-result", "library",
       "it exports the Osprey functions whose answers are Results"},
      {"osprey-codes", V::none, "osprey-codes", "library",
       "the error numbers of osprey-int follow the table of codes"},
      {"osprey-bridge", V::none, "osprey-bridge", "library",
       "it calls the deprecated bridge where a server has no handler"},
      {"osprey-tls", V::none, "osprey-tls", "library",
       "its clients take https and wss and trust the authorities of SSL_CERT_FILE"},
      {"content-types", V::none, "content-types", "library",
       "its HTTP server tells the Content-Type from the first bytes of an answer"},
      {"handler-error-closes", V::none, "handler-error-closes", "library",
       "an Err of a message handler closes the connection with 1011"},
      {"vais", V::none, "vais", "library", "it is the Vais module std/websocket"},
      {"tls", V::none, "", "any", "it is tested over TLS: a URL, or a command with {ca}, says so"},
      {"plain", V::none, "", "any", "it is not tested over TLS"},
      {"started", V::none, "", "any", "osprey-conform starts it, and so can measure it"},
  };
  return all;
}

static const Feature* find_feature(std::string_view word) {
  const auto& all = features();
  const auto found = std::find_if(all.begin(), all.end(),
                                  [&](const Feature& feature) { return feature.word == word; });
  return found == all.end() ? nullptr : &*found;
}

static Problem unknown_feature(const std::string& word, bool to_declare) {
  std::vector<std::string_view> known;
  for (const Feature& feature : features()) {
    if (!to_declare || !feature.example.empty()) known.push_back(feature.word);
  }
  const std::string near = nearest_word(word, known);
  return {"", 0, "unknown feature '" + word + "'",
          near.empty() ? "'osprey-conform list --features' shows all of them"
                       : "did you mean '" + near + "'?"};
}

std::optional<Problem> declared_problem(const std::string& declared) {
  const auto equals = declared.find('=');
  const std::string word = declared.substr(0, equals);
  const std::string value =
      equals == std::string::npos ? std::string() : declared.substr(equals + 1);
  if (word.rfind(kOwnFeature, 0) == 0) return std::nullopt;
  const Feature* feature = find_feature(word);
  if (feature == nullptr) return unknown_feature(word, true);
  const std::string example(feature->example);
  if (example.empty()) {
    return Problem{"", 0, "feature '" + word + "' is found out, not declared",
                   "leave it out: " + std::string(feature->meaning)};
  }
  if (feature->value == FeatureValue::none && equals != std::string::npos)
    return Problem{"", 0, "feature '" + word + "' takes no value", "write " + example};
  const bool needed = feature->value == FeatureValue::text || feature->value == FeatureValue::size;
  if (value.empty() && (needed || equals != std::string::npos))
    return Problem{"", 0, "feature '" + word + "' has no value", "write " + example};
  if (feature->value == FeatureValue::size && parse_size(value).value_or(0) == 0) {
    return Problem{"", 0, "feature '" + word + "' cannot be '" + value + "'",
                   "write bytes, or '64 KiB', '16 MiB': " + example};
  }
  return std::nullopt;
}

std::optional<Problem> need_problem(const std::string& need) {
  if (need.rfind(kOwnFeature, 0) == 0 || find_feature(need) != nullptr) return std::nullopt;
  return unknown_feature(need, false);
}

std::vector<std::string> read_speaks(Reading& in, const Tree& tree) {
  std::vector<std::string> out = in.texts(tree, "speaks");
  for (std::size_t i = 0; i < out.size(); ++i) {
    const auto problem = declared_problem(out[i]);
    if (problem) in.bad(tree.is_list() ? tree.list[i] : tree, problem->what, problem->mend);
  }
  return out;
}

std::vector<std::string> read_needs(Reading& in, const Tree& tree) {
  std::vector<std::string> out = in.texts(tree, "needs");
  for (const std::string& need : out) {
    if (const auto problem = need_problem(need)) in.bad(tree, problem->what, problem->mend);
  }
  return out;
}

}  // namespace conform
