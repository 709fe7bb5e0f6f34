// SPDX-License-Identifier: Apache-2.0
#include "case/case_file.hpp"

#include <algorithm>

#include "case/features.hpp"
#include "case/read_call.hpp"
#include "case/read_expect.hpp"
#include "case/read_fetch.hpp"

namespace conform {

bool Case::plays(Role role) const {
  switch (roles) {
    case RoleWord::server:
      return role == Role::server;
    case RoleWord::client:
      return role == Role::client;
    case RoleWord::both:
      return role != Role::library;
    case RoleWord::library:
      return role == Role::library;
  }
  return false;
}

namespace {

const std::vector<std::string_view> kFileKeys = {"spec",  "title",  "role",   "setup", "needs",
                                                 "offer", "answer", "agreed", "cases", "editions"};
const std::vector<std::string_view> kCaseKeys = {
    "agreed", "certificate",    "level",       "rule",     "steps",   "role",
    "setup",  "needs",          "offer",       "answer",   "covers",  "autobahn",
    "bugs",   "each",           "connections", "alone",    "profile", "deadline",
    "reply",  "receive-buffer", "note",        "editions", "rounds",  "fetch"};
// What a row may say for itself; anything else in it is a variable.
const std::vector<std::string_view> kRowKeys = {"level", "rule",  "covers", "autobahn", "bugs",
                                                "needs", "offer", "answer", "profile",  "editions"};

bool listed(const std::vector<std::string_view>& words, std::string_view word) {
  return std::find(words.begin(), words.end(), word) != words.end();
}

void append(std::vector<std::string>& to, std::vector<std::string> from) {
  for (std::string& text : from) to.push_back(std::move(text));
}

void read_role(Reading& in, const Tree& value, Case& out) {
  const auto role = in.word(value, "role", {"server", "client", "both", "library"});
  if (role) out.roles = static_cast<RoleWord>(*role);
}

void read_setup(Reading& in, const Tree& value, Case& out) {
  const auto setup =
      in.word(value, "setup", {"tcp", "http", "websocket", "deflate", "driver", "raw", "tls"});
  if (setup) out.setup = static_cast<Setup>(*setup);
}

// Keys that a case and a row share.
bool read_shared(Reading& in, const std::string& word, const Tree& value, Case& out) {
  if (word == "level") {
    const auto level = in.word(value, word, {"MUST", "SHOULD", "MAY"});
    if (level) out.level = static_cast<Level>(*level);
  } else if (word == "rule") {
    out.rule = in.text(value, word);
  } else if (word == "covers") {
    append(out.covers, in.texts(value, word));
  } else if (word == "autobahn") {
    append(out.autobahn, in.texts(value, word));
  } else if (word == "needs") {
    append(out.needs, read_needs(in, value));
  } else if (word == "offer") {
    out.offer = in.text(value, word);
    out.offer_is_default = false;
  } else if (word == "answer") {
    out.answer = in.text(value, word);
    out.offer_is_default = false;
  } else if (word == "agreed") {
    out.agreed = read_parameters(in, value);
  } else if (word == "editions") {
    out.editions = in.texts(value, word);
  } else if (word == "certificate") {
    const auto kind = in.word(value, word,
                              {"good", "other-name", "wildcard-too-deep", "expired",
                               "not-yet-valid", "self-signed", "unknown-ca"});
    out.certificate = static_cast<int>(kind.value_or(0));
    out.shows_certificate = true;
  } else if (word == "bugs") {
    for (const std::string& bug : in.texts(value, word)) {
      const auto number = parse_number(bug);
      if (!number || *number > 1'000'000) in.bad(value, "bugs are numbers", "write [45, 46]");
      out.bugs.push_back(static_cast<int>(std::min<std::uint64_t>(number.value_or(0), 1'000'000)));
    }
  } else if (word == "profile") {
    out.full_only = in.word(value, word, {"full"}).has_value();
  } else {
    return false;
  }
  return true;
}

void read_reply(Reading& in, const Tree& tree, Case& out) {
  if (!in.is_map(tree, "reply")) return;
  for (const auto& [key, value] : tree.map) {
    bool* reply = key.scalar == "close"      ? &out.reply_close
                  : key.scalar == "ping"     ? &out.reply_ping
                  : key.scalar == "continue" ? &out.reply_continue
                                             : nullptr;
    if (reply == nullptr) {
      in.unknown(key, "reply", {"close", "ping", "continue"});
    } else if (in.word(value, key.scalar, {"never"})) {
      *reply = false;
    }
  }
}

void read_own(Reading& in, const Tree& key, const Tree& value, Case& out) {
  const std::string& word = key.scalar;
  if (read_shared(in, word, value, out) || word == "steps" || word == "each") return;
  if (word == "role") {
    read_role(in, value, out);
  } else if (word == "setup") {
    read_setup(in, value, out);
  } else if (word == "connections") {
    out.connections = in.number_in(value, word, 1, 20000);
  } else if (word == "rounds") {
    out.rounds = in.number_in(value, word, 1, 10000);
  } else if (word == "alone") {
    out.alone = in.boolean(value, word);
  } else if (word == "deadline") {
    out.deadline = in.span(value, word);
  } else if (word == "reply") {
    read_reply(in, value, out);
  } else if (word == "fetch") {
    read_fetch(in, value, out.fetch);
  } else if (word == "receive-buffer") {
    out.receive_buffer = static_cast<int>(in.size_to(value, word, std::uint64_t{1} << 30U));
  } else if (word == "note") {
    out.note = in.text(value, word);
  } else {
    in.unknown(key, "a case", kCaseKeys);
  }
}

Step read_step(Reading& in, const Tree& tree) {
  Step out;
  out.line = tree.line;
  if (!in.is_map(tree, "a step")) return out;
  if (is_library_step(tree)) {
    out.kind = Step::Kind::call;
    out.library = read_library_step(in, tree);
    return out;
  }
  for (const auto& [key, value] : tree.map) {
    if (key.scalar == "on") {
      read_on(in, value, out.library);
    } else if (key.scalar == "send") {
      out.kind = Step::Kind::send;
      out.send = read_send(in, value);
    } else if (key.scalar == "expect") {
      out.kind = Step::Kind::expect;
      out.expect = read_expect(in, value);
    } else if (key.scalar == "tolerate") {
      if (value.is_list()) {
        for (const Tree& choice : value.list) out.tolerate.push_back(read_expect(in, choice));
      } else {
        out.tolerate.push_back(read_expect(in, value));
      }
    } else if (key.scalar == "wait") {
      out.kind = Step::Kind::wait;
      out.until_still = value.scalar == "still";
      if (!out.until_still) out.wait = in.span(value, "wait");
    } else if (key.scalar == "exchange") {
      out.kind = Step::Kind::exchange;
      out.exchange = read_exchange(in, value);
    } else {
      in.unknown(key, "a step",
                 {"send", "expect", "tolerate", "wait", "exchange", "call", "on", "answer", "event",
                  "port", "release", "starve", "measure", "deny", "binds"});
    }
  }
  if (tree.find("send") != nullptr && tree.find("expect") != nullptr) {
    in.bad(tree, "send and expect in one step", "make two steps of it");
  }
  if (!out.tolerate.empty() && out.kind != Step::Kind::expect) {
    in.bad(tree, "tolerate without expect", "put it beside the expect it softens");
  }
  return out;
}

// Whether its case has to run with nothing beside it.
bool runs_alone(const Expect& expect) {
  return std::any_of(expect.clauses.begin(), expect.clauses.end(),
                     [](const ClausePtr& one) { return one->traits().alone; }) ||
         std::any_of(expect.any.begin(), expect.any.end(), runs_alone);
}

// What only some cases may say.
void check_library_step(Reading& in, const Tree& tree, const Step& step, const Case& out) {
  const bool library = out.roles == RoleWord::library;
  if (!library && (step.kind == Step::Kind::call || !step.library.on.empty())) {
    in.bad(tree, "call steps belong to libraries", "say 'role: library' and 'setup: driver'");
  }
  if (!library || step.library.kind != LibraryStep::Kind::call) return;
  for (const std::string& edition : out.editions) {
    const auto* known = functions_of(edition);
    if (known == nullptr || listed(*known, step.library.call.function)) continue;
    Tree name = tree;
    name.scalar = step.library.call.function;
    in.unknown(name, "edition " + edition, *known);
  }
}

void read_steps(Reading& in, const Tree& tree, const Tree* steps, Case& out) {
  if (steps == nullptr || !steps->is_list() || steps->list.empty()) {
    in.bad(tree, "a case without steps", "add 'steps:' with at least one send and one expect");
    return;
  }
  bool expects = false;
  for (const Tree& step : steps->list) {
    out.steps.push_back(read_step(in, step));
    const Step& last = out.steps.back();
    expects = expects || last.kind == Step::Kind::expect || last.kind == Step::Kind::call;
    check_library_step(in, step, last, out);
    out.alone = out.alone || last.library.kind == LibraryStep::Kind::measure;
    if (last.kind != Step::Kind::expect) continue;
    out.alone = out.alone || runs_alone(last.expect) ||
                std::any_of(last.tolerate.begin(), last.tolerate.end(), runs_alone);
  }
  // A case that ends TCP itself is judged by the health check after it.
  const auto& end = out.steps.back().send.items;
  expects = expects || (!end.empty() && end.back().kind == ItemKind::tcp);
  if (!expects)
    in.bad(*steps, "no step expects anything", "add an expect: a case must be able to fail");
}

class FileReader {
 public:
  FileReader(std::string path, std::string shown, Problems& problems, const Vocabulary& words)
      : path_(std::move(path)), in_(std::move(shown), problems, words) {}

  std::vector<Case> run(const Tree& file) {
    if (!in_.is_map(file, "a case file")) return {};
    defaults_.file = path_;
    for (const auto& [key, value] : file.map) file_key(key, value);
    for (const auto required : {"spec", "title", "role", "setup", "cases"}) {
      if (file.find(required) == nullptr) {
        in_.bad(file, std::string(required) + " is missing", "add it at the top of the file");
      }
    }
    const Tree* cases = file.find("cases");
    if (cases == nullptr || !in_.is_map(*cases, "cases")) return {};
    for (const auto& [key, value] : cases->map) one(key, value);
    return std::move(cases_);
  }

 private:
  void file_key(const Tree& key, const Tree& value) {
    const std::string& word = key.scalar;
    if (word == "spec") {
      defaults_.spec = in_.text(value, word);
    } else if (word == "title") {
      defaults_.title = in_.text(value, word);
    } else if (word == "role") {
      read_role(in_, value, defaults_);
    } else if (word == "setup") {
      read_setup(in_, value, defaults_);
    } else if (word == "needs" || word == "offer" || word == "answer" || word == "agreed" ||
               word == "editions") {
      read_shared(in_, word, value, defaults_);
    } else if (word != "cases") {
      in_.unknown(key, "a case file", kFileKeys);
    }
  }

  void one(const Tree& key, const Tree& tree) {
    if (key.scalar.find_first_not_of("abcdefghijklmnopqrstuvwxyz0123456789.-") !=
        std::string::npos) {
      in_.bad(key, "case key '" + key.scalar + "'", "use lower-case letters, digits, '-' and '.'");
    }
    if (!in_.is_map(tree, "a case")) return;
    const Tree* each = tree.find("each");
    const std::string id = path_.substr(0, path_.rfind('.')) + "/" + key.scalar;
    if (each == nullptr) {
      add(id, key, tree, Tree(), {});
    } else if (const Tree* range = each->find("range");
               range != nullptr && range->list.size() == 2) {
      rows_of_range(id, key, tree, *range);
    } else if (in_.is_map(*each, "each")) {
      for (const auto& [row, value] : each->map) add_row(id, tree, row, value);
    }
  }

  void rows_of_range(const std::string& id, const Tree& key, const Tree& tree, const Tree& range) {
    const int low = in_.number_in(range.list[0], "range", 0, 1'000'000);
    const int high = in_.number_in(range.list[1], "range", 0, 1'000'000);
    if (high < low || high - low > 2000)
      in_.bad(range, "range", "give the lowest and the highest number, at most 2000 apart");
    for (int n = low; n <= high && n - low <= 2000; ++n) {
      Tree number = range.list[0];
      number.scalar = std::to_string(n);
      add(id + "/" + number.scalar, key, tree, Tree(), {{"n", number}, {"row", number}});
    }
  }

  void add_row(const std::string& id, const Tree& tree, const Tree& row, const Tree& value) {
    Variables variables = {{"row", row}};
    if (value.is_map()) {
      for (const auto& [name, node] : value.map) {
        if (!listed(kRowKeys, name.scalar)) variables[name.scalar] = node;
      }
    } else {
      variables["value"] = value;
    }
    add(id + "/" + row.scalar, row, tree, value, variables);
  }

  void add(const std::string& id, const Tree& place, const Tree& tree, const Tree& row,
           const Variables& variables) {
    Case out = defaults_;
    out.id = id;
    out.line = place.line;
    for (const auto& [name, value] : tree.map) {
      const bool changed = name.scalar == "rule" || name.scalar == "steps" ||
                           name.scalar == "offer" || name.scalar == "answer" ||
                           name.scalar == "note" || name.scalar == "agreed" ||
                           name.scalar == "certificate" || name.scalar == "fetch";
      read_own(in_, name, changed && name.scalar != "steps" ? substitute(value, variables) : value,
               out);
    }
    for (const auto& [name, value] : row.map) {
      if (listed(kRowKeys, name.scalar)) read_shared(in_, name.scalar, value, out);
    }
    const bool level = tree.find("level") != nullptr || row.find("level") != nullptr;
    if (!level) in_.bad(place, "level missing in " + id, "add 'level: MUST', SHOULD or MAY");
    if (out.rule.empty()) in_.bad(place, "rule missing in " + id, "say in one line what must hold");
    const Tree* steps = tree.find("steps");
    const Tree filled = steps != nullptr ? substitute(*steps, variables) : Tree();
    read_steps(in_, place, steps != nullptr ? &filled : nullptr, out);
    check_exchanges(in_, place, out);
    each_edition(std::move(out));
  }

  // A case for every edition of the contract, named by what tells them apart: osprey-int is `int`.
  void each_edition(Case one) {
    for (const std::string& edition : one.editions) {
      Case out = one;
      out.edition = edition;
      out.needs.push_back(edition);
      if (one.editions.size() > 1) out.id += "/" + edition.substr(edition.rfind('-') + 1);
      cases_.push_back(std::move(out));
    }
    if (one.editions.empty()) cases_.push_back(std::move(one));
  }

  std::string path_;
  Reading in_;
  Case defaults_;
  std::vector<Case> cases_;
};

}  // namespace

std::vector<Case> read_case_file(const std::string& text, const std::string& path,
                                 const std::string& shown, Problems& problems,
                                 const Vocabulary& words) {
  const std::size_t before = problems.size();
  const Tree tree = parse_yaml(text, shown, problems);
  if (tree.is_null() && problems.size() > before) return {};
  return FileReader(path, shown, problems, words).run(tree);
}

}  // namespace conform
