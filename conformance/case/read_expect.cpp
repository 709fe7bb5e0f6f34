// SPDX-License-Identifier: Apache-2.0
#include "case/read_expect.hpp"

#include <algorithm>

namespace conform {
namespace {

const std::vector<std::string_view> kFields = {
    "echo",        "text",     "binary",        "messages",  "pong",    "pongs",     "nothing",
    "alive",       "closed",   "code",          "reason",    "tcp",     "frames",    "compressed",
    "window",      "takeover", "status",        "refused",   "headers", "responses", "body",
    "deflate",     "request",  "failed",        "connected", "within",  "memory",    "cpu",
    "descriptors", "threads",  "any",           "fence",     "sni",     "interim",   "connection",
    "legal",       "report",   "requests",      "later",     "version", "earlier",   "open",
    "last",        "rest",     "not-connected", "unasked"};

MessageExpect read_message(Reading& in, const std::string& kind, const Tree& payload) {
  MessageExpect out;
  out.opcode = kind == "text" ? 1 : 2;
  out.payload = read_payload(in, payload);
  return out;
}

void read_messages(Reading& in, const Tree& tree, Expect& out) {
  if (tree.is_scalar() && tree.scalar == "any") {
    out.messages_any = true;
    return;
  }
  out.messages.emplace();
  if (!tree.is_list()) in.bad(tree, "messages is a list", "write [{text: a}, {binary: b}] or any");
  for (const Tree& element : tree.list) {
    if (element.map.size() != 1 ||
        (element.map[0].first.scalar != "text" && element.map[0].first.scalar != "binary")) {
      in.bad(element, "a message is {text: …} or {binary: …}", "name its kind");
      continue;
    }
    out.messages->push_back(read_message(in, element.map[0].first.scalar, element.map[0].second));
  }
}

void read_frames_word(Reading& in, const Tree& key, const Tree& value, FramesExpect& out) {
  const std::string& word = key.scalar;
  if (word == "masked") {
    out.masked = in.boolean(value, word);
  } else if (word == "length") {
    out.shortest = in.word(value, word, {"shortest"}).has_value();
  } else if (word == "rsv") {
    const auto which = in.word(value, word, {"none", "first-only"});
    out.rsv_none = which && *which == 0;
    out.rsv_first_only = which && *which == 1;
  } else if (word == "control") {
    out.control_legal = in.word(value, word, {"legal"}).has_value();
  } else if (word == "keys") {
    const auto which = in.word(value, word, {"distinct", "random"});
    out.keys_distinct = which && *which == 0;
    out.keys_random = which && *which == 1;
  } else if (word == "max") {
    out.largest = in.size(value, word);
  } else if (word == "count") {
    out.count = in.number(value, word);
  } else if (word == "legal") {
    out.legal = in.boolean(value, word);
  } else {
    in.unknown(key, "frames",
               {"masked", "length", "rsv", "control", "keys", "max", "count", "legal"});
  }
}

DeflateExpect read_deflate(Reading& in, const Tree& tree) {
  DeflateExpect out;
  if (!tree.is_map()) {
    const auto kind = in.word(tree, "deflate", {"declined", "accepted", "legal"});
    out.kind = static_cast<DeflateExpect::Kind>(kind.value_or(0));
    return out;
  }
  out.kind = DeflateExpect::Kind::parameters;
  out.parameters = read_parameters(in, tree);
  return out;
}

Legality read_legality(Reading& in, const Tree& tree) {
  const auto which = in.word(tree, "legal", {"true", "tidy"});
  return which && *which == 1 ? Legality::tidy : Legality::legal;
}

RequestExpect read_request(Reading& in, const Tree& tree) {
  RequestExpect out;
  if (!in.is_map(tree, "request")) return out;
  for (const auto& [key, value] : tree.map) {
    const std::string& word = key.scalar;
    if (word == "method") {
      out.method = in.text(value, word);
    } else if (word == "target") {
      out.targets = in.texts(value, word);
    } else if (word == "version") {
      out.version = in.text(value, word);
    } else if (word == "headers") {
      out.headers = read_header_expects(in, value);
    } else if (word == "key") {
      const auto which = in.word(value, word, {"valid", "fresh"});
      out.key_valid = true;
      out.key_fresh = which && *which == 1;
    } else if (word == "legal") {
      out.legal = true;
      out.tidy = read_legality(in, value) == Legality::tidy;
    } else if (word == "rest") {
      out.rest_none = in.word(value, word, {"none"}).has_value();
    } else if (word == "body") {
      out.body = read_payload(in, value);
    } else {
      in.unknown(key, "request",
                 {"method", "target", "version", "headers", "key", "legal", "rest", "body"});
    }
  }
  return out;
}

ResponseExpect read_response(Reading& in, const Tree& tree) {
  ResponseExpect out;
  if (!in.is_map(tree, "a response")) return out;
  for (const auto& [key, value] : tree.map) {
    const std::string& word = key.scalar;
    if (word == "status") {
      out.status = read_numbers(in, value, word);
    } else if (word == "headers") {
      out.headers = read_header_expects(in, value);
    } else if (word == "body") {
      out.body = read_payload(in, value);
    } else if (word == "legal") {
      out.legal = read_legality(in, value);
    } else if (word == "version") {
      out.version = in.text(value, word);
    } else {
      in.unknown(key, "a response", {"version", "status", "headers", "body", "legal"});
    }
  }
  return out;
}

ReportExpect read_report(Reading& in, const Tree& tree) {
  ReportExpect out;
  if (!tree.is_map()) {
    out.error = in.word(tree, "report", {"error"}).has_value();
    return out;
  }
  for (const auto& [key, value] : tree.map) {
    if (key.scalar == "status") {
      out.status = read_numbers(in, value, "reported status");
    } else if (key.scalar == "body") {
      out.body = read_payload(in, value);
    } else {
      in.unknown(key, "report", {"status", "body"});
    }
  }
  return out;
}

// The words of setup http.
bool read_exchange_field(Reading& in, const std::string& word, const Tree& value, HttpExpect& out) {
  if (word == "responses" && value.is_list()) {
    for (const Tree& one : value.list) out.responses.push_back(read_response(in, one));
  } else if (word == "interim") {
    out.interim_never = value.is_scalar() && value.scalar == "never";
    if (!out.interim_never) out.interim = read_numbers(in, value, word);
  } else if (word == "rest") {
    out.rest_any = in.word(value, word, {"any"}).has_value();
  } else if (word == "connection") {
    const auto which = in.word(value, word, {"kept", "closed", "new"});
    if (which) out.connection = static_cast<ConnectionExpect>(*which + 1);
  } else if (word == "legal") {
    out.legal = read_legality(in, value);
  } else if (word == "version") {
    out.version = in.text(value, word);
  } else if (word == "report") {
    out.report = read_report(in, value);
  } else if (word == "requests") {
    out.requests = read_numbers(in, value, word);
  } else if (word == "later") {
    out.later = read_request(in, value);
  } else if (word == "earlier") {
    out.earlier = read_request(in, value);
  } else if (word == "open") {
    out.open = read_numbers(in, value, word);
  } else {
    return false;
  }
  return true;
}

// The fields that are only there to be true.
bool read_flag(Reading& in, const std::string& word, const Tree& value, Expect& out) {
  bool* flag = word == "nothing"         ? &out.nothing
               : word == "alive"         ? &out.alive
               : word == "closed"        ? &out.closed
               : word == "refused"       ? &out.refused
               : word == "failed"        ? &out.failed
               : word == "connected"     ? &out.connected
               : word == "last"          ? &out.last
               : word == "not-connected" ? &out.not_connected
                                         : nullptr;
  if (flag == nullptr) return false;
  *flag = in.boolean(value, word);
  return true;
}

bool read_stream_field(Reading& in, const std::string& word, const Tree& value, Expect& out) {
  if (word == "echo") {
    const auto how = in.word(value, word, {"true", "optional"});
    out.echo = how && *how == 1 ? EchoExpect::optional : EchoExpect::all;
  } else if (word == "text" || word == "binary") {
    if (!out.messages) out.messages.emplace();
    out.messages->push_back(read_message(in, word, value));
  } else if (word == "messages") {
    read_messages(in, value, out);
  } else if (word == "pong") {
    out.pong = read_payload(in, value);
  } else if (word == "pongs") {
    const auto which = in.word(value, word, {"all", "last"});
    out.pongs = which && *which == 1 ? PongsExpect::last : PongsExpect::all;
  } else if (word == "code") {
    out.code = read_numbers(in, value, word);
  } else if (word == "reason") {
    out.reason = read_payload(in, value);
  } else if (word == "tcp") {
    const auto how = in.word(value, word, {"ended", "fin", "held"});
    out.tcp = how ? static_cast<TcpExpect>(*how + 1) : TcpExpect::unstated;
  } else if (word == "frames") {
    out.frames.emplace();
    if (!in.is_map(value, word)) return true;
    for (const auto& [key, entry] : value.map) read_frames_word(in, key, entry, *out.frames);
  } else if (word == "compressed") {
    out.compressed = in.boolean(value, word);
  } else if (word == "unasked") {
    out.unasked_none = in.word(value, word, {"none"}).has_value();
  } else if (word == "takeover") {
    out.takeover = in.boolean(value, word);
  } else if (word == "window") {
    out.window = in.number_in(value, word, 8, 15);
  } else {
    return false;
  }
  return true;
}

bool read_http_field(Reading& in, const std::string& word, const Tree& value, Expect& out) {
  if (word == "status") {
    out.status = read_numbers(in, value, word);
  } else if (word == "headers") {
    out.headers = read_header_expects(in, value);
  } else if (word == "responses") {
    out.responses = in.number_in(value, word, 0, 100000);
  } else if (word == "body") {
    out.body = read_payload(in, value);
  } else if (word == "deflate") {
    out.deflate = read_deflate(in, value);
  } else if (word == "request") {
    out.request = read_request(in, value);
  } else {
    return false;
  }
  return true;
}

void read_memory(Reading& in, const Tree& tree, Limits& out) {
  if (!tree.is_map()) {
    out.memory = in.size(tree, "memory");
    return;
  }
  for (const auto& [key, value] : tree.map) {
    if (key.scalar == "per") {
      out.memory_per = in.size(value, "per");
    } else {
      in.unknown(key, "memory", {"per"});
    }
  }
}

void read_limit_field(Reading& in, const std::string& word, const Tree& value, Expect& out) {
  if (word == "within") {
    out.within = in.span(value, word);
  } else if (word == "memory") {
    read_memory(in, value, out.limits);
  } else if (word == "cpu") {
    std::string percent = in.text(value, word);
    if (!percent.empty() && percent.back() == '%') percent.pop_back();
    Tree share = value;
    share.scalar = percent;
    out.limits.cpu = in.number_in(share, "cpu (percent of a core)", 0, 10000);
  } else if (word == "descriptors") {
    out.limits.descriptors = in.number_in(value, word, 0, 1000000);
  } else if (word == "sni") {
    out.sni = in.text(value, word);
  } else if (word == "threads") {
    out.limits.threads = in.number_in(value, word, 0, 1000000);
  } else if (word == "fence") {
    if (in.word(value, word, {"never"})) out.fence = FenceUse::never;
  } else if (word == "any") {
    if (!value.is_list() || value.list.size() < 2) {
      in.bad(value, "any is a list of at least two alternatives", "write [{…}, {…}]");
    }
    for (const Tree& element : value.list) out.any.push_back(read_expect(in, element));
  }
}

}  // namespace

Expect read_expect(Reading& in, const Tree& tree) {
  Expect out;
  out.line = tree.line;
  out.text = one_line(tree);
  if (tree.is_map() && out.text.size() > 2) out.text = out.text.substr(1, out.text.size() - 2);
  Tree map = tree;
  if (tree.is_scalar()) {
    Tree yes = tree;
    yes.scalar = "true";
    map.kind = Tree::Kind::map;
    map.map.emplace_back(tree, yes);
  } else if (!in.is_map(tree, "expect")) {
    return out;
  }
  if (map.map.empty()) in.bad(tree, "an expect that expects nothing", "use 'nothing' or 'alive'");
  for (const auto& [key, value] : map.map) {
    if (std::find(kFields.begin(), kFields.end(), key.scalar) == kFields.end()) {
      in.unknown(key, "expect", kFields);
    } else if (!read_flag(in, key.scalar, value, out) &&
               !read_stream_field(in, key.scalar, value, out) &&
               !read_exchange_field(in, key.scalar, value, out.http) &&
               !read_http_field(in, key.scalar, value, out)) {
      read_limit_field(in, key.scalar, value, out);
    }
  }
  if ((out.code || out.reason) && !out.closed) {
    in.bad(tree, "code and reason belong to closed", "add 'closed: true'");
  }
  return out;
}

}  // namespace conform
