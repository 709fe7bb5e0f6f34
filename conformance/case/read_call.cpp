// SPDX-License-Identifier: Apache-2.0
#include "case/read_call.hpp"

#include <algorithm>
#include <limits>

#include "case/read_expect.hpp"

namespace conform {
namespace {

const std::vector<std::string_view> kOspreyFunctions = {"httpCreateServer",
                                                        "httpListen",
                                                        "httpStopServer",
                                                        "httpCreateClient",
                                                        "httpGet",
                                                        "httpPost",
                                                        "httpPut",
                                                        "httpDelete",
                                                        "httpRequest",
                                                        "httpCloseClient",
                                                        "websocketConnect",
                                                        "websocketSend",
                                                        "websocketClose",
                                                        "websocketCreateServer",
                                                        "websocketServerListen",
                                                        "websocketStopServer",
                                                        "websocketServerBroadcast"};
const std::vector<std::string_view> kStepWords = {"call",   "answer",  "event", "port",  "release",
                                                  "starve", "measure", "deny",  "binds", "offers"};

// Answers may be negative, which Reading::number() has no use for.
std::int64_t read_signed(Reading& in, const Tree& tree, std::string_view field) {
  const bool minus = tree.is_scalar() && tree.scalar.rfind('-', 0) == 0;
  const auto number =
      tree.is_scalar() ? parse_number(tree.scalar.substr(minus ? 1 : 0)) : std::nullopt;
  if (!number || *number > std::numeric_limits<std::int64_t>::max()) {
    in.bad(tree, std::string(field) + " must be a whole number of 64 bits", "write 0 or -4");
    return 0;
  }
  const auto value = static_cast<std::int64_t>(*number);
  return minus ? -value : value;
}

TextExpect read_text(Reading& in, const Tree& tree, std::string_view field) {
  TextExpect out;
  out.text = one_line(tree);
  const bool matcher =
      tree.is_map() && (tree.find("includes") != nullptr || tree.find("excludes") != nullptr);
  if (!matcher) {
    out.equals = read_payload(in, tree);
    return out;
  }
  for (const auto& [key, value] : tree.map) {
    if (key.scalar == "includes") {
      out.includes = in.texts(value, "includes");
    } else if (key.scalar == "excludes") {
      out.excludes = in.texts(value, "excludes");
    } else {
      in.unknown(key, field, {"includes", "excludes"});
    }
  }
  return out;
}

AnswerExpect read_answer(Reading& in, const Tree& tree) {
  AnswerExpect out;
  out.text = one_line(tree);
  if (tree.is_scalar()) {
    const auto tag = in.word(tree, "expect", {"Success", "Error", "any"});
    if (tag.value_or(0) != 2) out.success = tag.value_or(0) == 0;
    return out;
  }
  if (!in.is_map(tree, "the expect of a call")) return out;
  out.text = out.text.substr(1, out.text.size() - 2);
  for (const auto& [key, value] : tree.map) {
    const std::string& word = key.scalar;
    if (word == "tag") {
      out.success = in.word(value, word, {"Success", "Error"}).value_or(0) == 0;
    } else if (word == "value") {
      out.value = value;
    } else if (word == "count") {
      out.count = read_signed(in, value, word);
    } else if (word == "code") {
      out.code = read_signed(in, value, word);
    } else if (word == "table") {
      out.table = read_signed(in, value, word);
    } else if (word == "message") {
      out.message = read_text(in, value, word);
    } else if (word == "successes") {
      out.successes = in.number_in(value, word, 0, 256);
    } else if (word == "unlike") {
      out.unlike = in.texts(value, word);
    } else if (word == "distinct") {
      out.distinct = in.boolean(value, word);
    } else {
      in.unknown(
          key, "the expect of a call",
          {"tag", "value", "count", "code", "table", "message", "successes", "distinct", "unlike"});
    }
  }
  return out;
}

void read_function(Reading& in, const Tree& tree, Call& out) {
  if (!in.is_map(tree, "call")) return;
  if (tree.map.size() != 1) {
    in.bad(tree, "a call names exactly one function", "write call: {httpGet: {clientID: …}}");
    return;
  }
  out.function = tree.map[0].first.scalar;
  const Tree& arguments = tree.map[0].second;
  if (arguments.is_null() || !in.is_map(arguments, "the arguments")) return;
  for (const auto& [name, value] : arguments.map) out.arguments.emplace_back(name.scalar, value);
}

void read_keep(Reading& in, const Tree& tree, LibraryStep& out) {
  if (!in.is_map(tree, "keep")) return;
  for (const auto& [name, field] : tree.map) {
    in.word(field, "keep", {"value", "message"});
    out.keep.emplace_back(name.scalar, field.scalar);
  }
}

void read_event(Reading& in, const Tree& tree, EventExpect& out) {
  out.text = one_line(tree);
  if (tree.is_scalar()) {
    out.none = in.word(tree, "event", {"none"}).has_value();
    return;
  }
  if (!in.is_map(tree, "event") || tree.map.size() != 1) {
    in.bad(tree, "an event is one of message, request", "write event: {message: hello}");
    return;
  }
  out.kind = tree.map[0].first.scalar;
  const Tree& body = tree.map[0].second;
  if (out.kind == "request" && body.is_map()) {
    for (const auto& [name, value] : body.map)
      out.fields.emplace_back(name.scalar, read_text(in, value, name.scalar));
  } else if (!body.is_null()) {
    out.fields.emplace_back(*out.kind, read_text(in, body, *out.kind));
  }
}

void read_ports(Reading& in, const Tree& tree, LibraryStep& out) {
  if (!in.is_map(tree, "port")) return;
  if (tree.map.size() != 1) in.bad(tree, "a port step is about one port", "make more steps of it");
  for (const auto& [port, state] : tree.map) {
    const auto word =
        in.word(state, "port", {"refused", "accepts", "free", "unused", "unasked", "knocked"});
    out.ports.emplace_back(port.scalar, static_cast<PortState>(word.value_or(0)));
  }
}

void read_measure(Reading& in, const Tree& tree, MeasureExpect& out) {
  if (!in.is_map(tree, "measure")) return;
  for (const auto& [key, value] : tree.map) {
    if (key.scalar == "memory") {
      out.memory = in.size(value, "memory");
    } else if (key.scalar == "descriptors") {
      out.descriptors = in.number_in(value, "descriptors", 0, 1000000);
    } else if (key.scalar == "threads") {
      out.threads = in.number_in(value, "threads", 0, 1000000);
    } else {
      in.unknown(key, "measure", {"memory", "descriptors", "threads"});
    }
  }
}

int attempts(Reading& in, const Tree& value, std::string_view word) {
  return in.number_in(value, word, 0, 1000000);
}

void read_binds(Reading& in, const Tree& tree, BindsExpect& out) {
  if (!in.is_map(tree, "binds")) return;
  for (const auto& [key, value] : tree.map) {
    if (key.scalar == "least") {
      out.least = attempts(in, value, "least");
    } else if (key.scalar == "most") {
      out.most = attempts(in, value, "most");
    } else if (key.scalar == "growing") {
      out.growing = in.boolean(value, "growing");
    } else {
      in.unknown(key, "binds", {"least", "most", "growing"});
    }
  }
}

// One word of a library step; false if it is none of them.
bool read_word(Reading& in, const Tree& key, const Tree& value, LibraryStep& out) {
  const std::string& word = key.scalar;
  if (word == "call") {
    out.kind = LibraryStep::Kind::call;
    read_function(in, value, out.call);
  } else if (word == "answer") {
    out.kind = LibraryStep::Kind::answer;
    out.name = in.text(value, word);
  } else if (word == "event") {
    out.kind = LibraryStep::Kind::event;
    read_event(in, value, out.event);
  } else if (word == "port") {
    out.kind = LibraryStep::Kind::port;
    read_ports(in, value, out);
  } else if (word == "release") {
    out.kind = LibraryStep::Kind::release;
    out.name = in.text(value, word);
  } else if (word == "measure") {
    out.kind = LibraryStep::Kind::measure;
    read_measure(in, value, out.measure);
  } else if (word == "starve") {
    out.kind = LibraryStep::Kind::starve;
    out.starve = in.word(value, word, {"descriptors", "nothing"}).value_or(0) == 0;
  } else if (word == "deny") {
    out.kind = LibraryStep::Kind::deny;
    const auto what = in.word(value, word, {"bind", "listen", "options", "nothing"});
    out.deny = static_cast<Denied>(what.value_or(3));
  } else if (word == "binds") {
    out.kind = LibraryStep::Kind::binds;
    read_binds(in, value, out.binds);
  } else if (word == "offers") {
    out.kind = LibraryStep::Kind::offers;
    out.name = in.text(value, word);
  } else {
    return false;
  }
  return true;
}

}  // namespace

const std::vector<std::string_view>* functions_of(std::string_view edition) {
  return edition.rfind("osprey-", 0) == 0 ? &kOspreyFunctions : nullptr;
}

bool is_library_step(const Tree& tree) {
  return std::any_of(kStepWords.begin(), kStepWords.end(),
                     [&](const auto word) { return tree.find(word) != nullptr; });
}

LibraryStep read_library_step(Reading& in, const Tree& tree) {
  LibraryStep out;
  for (const auto& [key, value] : tree.map) {
    const std::string& word = key.scalar;
    if (read_word(in, key, value, out)) continue;
    if (word == "expect") {
      out.expect = read_answer(in, value);
    } else if (word == "tolerate") {
      if (value.is_list()) {
        for (const Tree& choice : value.list) out.tolerate.push_back(read_answer(in, choice));
      } else {
        out.tolerate.push_back(read_answer(in, value));
      }
    } else if (word == "keep") {
      read_keep(in, value, out);
    } else if (word == "threads") {
      out.call.threads = in.number_in(value, word, 1, 256);
    } else if (word == "begin") {
      out.call.begin = in.text(value, word);
    } else {
      in.unknown(key, "a step of a library case",
                 {"call", "answer", "event", "port", "release", "starve", "measure", "deny",
                  "binds", "offers", "expect", "tolerate", "keep", "threads", "begin"});
    }
  }
  if (!out.call.begin.empty() && (out.expect || !out.keep.empty())) {
    in.bad(tree, "a call with begin has no answer yet",
           "put expect and keep beside 'answer: " + out.call.begin + "'");
  }
  return out;
}

void read_on(Reading& in, const Tree& tree, LibraryStep& out) {
  out.to = "{port}";
  if (tree.is_scalar()) {
    out.on = tree.scalar;
    return;
  }
  if (!in.is_map(tree, "on")) return;
  for (const auto& [key, value] : tree.map) {
    if (key.scalar == "name") {
      out.on = in.text(value, "name");
    } else if (key.scalar == "port") {
      out.to = in.text(value, "port");
    } else {
      in.unknown(key, "on", {"name", "port"});
    }
  }
}

}  // namespace conform
