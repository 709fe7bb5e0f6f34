// SPDX-License-Identifier: Apache-2.0
// The steps of a library case.
#include <algorithm>

#include "run/library/library_case.hpp"
#include "wire/describe.hpp"

namespace conform {

using nlohmann::json;

static constexpr Milliseconds kCallLimit{10000};

void LibraryCase::prepare_links() {
  for (const Step& step : case_.steps) {
    const std::string& name = step.library.on;
    if (name.empty()) continue;
    Link& link = links_[name];
    if (link.part.id.empty()) {
      link.part = case_;
      link.part.setup = Setup::tcp;
      link.part.steps.clear();
      link.peer = name.rfind("peer", 0) == 0;
    }
    link.part.steps.push_back(step);
  }
}

static std::optional<SystemCall> denied_call(Denied what) {
  if (what == Denied::nothing) return std::nullopt;
  return what == Denied::bind     ? SystemCall::bind
         : what == Denied::listen ? SystemCall::listen
                                  : SystemCall::options;
}

bool LibraryCase::do_own(const Step& step, bool first) {
  if (step.kind == Step::Kind::wait) return engine_.waited(step, first);
  switch (step.library.kind) {
    case LibraryStep::Kind::call:
      return do_call(step, first);
    case LibraryStep::Kind::answer:
      return do_answer(step, first);
    case LibraryStep::Kind::event:
      return do_event(step, first);
    case LibraryStep::Kind::port:
      return do_port(step, first);
    case LibraryStep::Kind::release:
      ports_.release(step.library.name);
      return true;
    case LibraryStep::Kind::starve:
      driver_.process().starve_descriptors(step.library.starve);
      return true;
    case LibraryStep::Kind::measure:
      return do_measure(step, first);
    case LibraryStep::Kind::deny:
      watch_->deny(denied_call(step.library.deny));
      return true;
    case LibraryStep::Kind::binds:
      return do_binds(step, first);
    case LibraryStep::Kind::offers:
      return do_offers(step);
    case LibraryStep::Kind::none:
      break;
  }
  engine_.finish(Verdict::error, "a send or expect of a library case without 'on:'");
  return false;
}

bool LibraryCase::do_call(const Step& step, bool first) {
  const Call& call = step.library.call;
  if (first) {
    json arguments = json::object();
    for (const auto& [name, value] : call.arguments) arguments[name] = argument_of(value, facts_);
    json line = {{"do", "call"},
                 {"id", ++last_call_},
                 {"edition", case_.edition},
                 {"function", call.function},
                 {"arguments", std::move(arguments)}};
    if (call.threads > 1) line["threads"] = call.threads;
    calls_[last_call_] = Pending{call.function, call.begin, std::nullopt};
    if (watch_ != nullptr) watch_->forget_binds();
    if (!call.begin.empty()) begun_[call.begin] = last_call_;
    say(line);
    await(std::max(kCallLimit, case_.deadline));
  }
  if (!call.begin.empty()) return true;
  return judge_answers(step, calls_[last_call_]);
}

bool LibraryCase::do_answer(const Step& step, bool first) {
  const auto found = begun_.find(step.library.name);
  if (found == begun_.end()) {
    engine_.finish(Verdict::error, "no call was begun as '" + step.library.name + "'");
    return false;
  }
  if (first) await(std::max(kCallLimit, case_.deadline));
  return judge_answers(step, calls_[found->second]);
}

// Where a Result need not say why, a case about its words tests nothing.
static bool needs_words(const Step& step, const AnswerExpect& expect) {
  return expect.message.has_value() ||
         std::any_of(step.library.keep.begin(), step.library.keep.end(),
                     [](const auto& one) { return one.second == "message"; });
}

static bool without_words(const std::vector<CallAnswer>& answers) {
  return std::any_of(answers.begin(), answers.end(),
                     [](const CallAnswer& one) { return one.no_message; });
}

bool LibraryCase::judge_answers(const Step& step, const Pending& call) {
  if (!call.answers) {
    if (engine_.late()) fail(Reason::timeout(call.function + " did not come back"));
    return false;
  }
  // A call whose answer a case says nothing about has to work.
  AnswerExpect success;
  success.success = true;
  const AnswerExpect& expect = step.library.expect ? *step.library.expect : success;
  if (needs_words(step, expect) && without_words(*call.answers)) {
    engine_.finish(
        Verdict::skip,
        call.function +
            ": the Err has no message (errmsg is NULL), and the case is about its words");
    return false;
  }
  std::string why = mismatch(expect, *call.answers, facts_);
  if (!why.empty()) {
    const bool lax = std::any_of(
        step.library.tolerate.begin(), step.library.tolerate.end(),
        [&](const AnswerExpect& one) { return mismatch(one, *call.answers, facts_).empty(); });
    if (!lax) return fail(call.function + ": " + why);
    engine_.decision().relax(call.function + ": " + why);
  }
  keep(step, call.answers->front());
  return true;
}

bool LibraryCase::do_offers(const Step& step) {
  const std::string& function = step.library.name;
  if (hello_.offers(case_.edition, function)) return true;
  return fail("the library has no " + hello_.named(case_.edition, function));
}

void LibraryCase::keep(const Step& step, const CallAnswer& answer) {
  for (const auto& [name, field] : step.library.keep) {
    const std::string text = field == "message"         ? answer.message
                             : answer.value.is_string() ? answer.value.get<std::string>()
                                                        : answer.value.dump();
    ports_.keep(name, text);
  }
}

std::string LibraryCase::event_mismatch(const EventExpect& expect, const json& event) const {
  if (event["event"] != *expect.kind)
    return "the event is " + event["event"].dump() + ", not " + *expect.kind;
  for (const auto& [field, wanted] : expect.fields) {
    const auto text = octets_of(event.value(field, json()));
    if (!text) return "the event has no " + field;
    const std::string why = mismatch(wanted, *text, facts_);
    if (why.empty()) continue;
    std::string what = "the handler's ";
    return what.append(field).append(" ").append(why);
  }
  return {};
}

// Where a client of the library is connected to a server of it, it is told that one's greeting too.
void LibraryCase::drop_greetings(const EventExpect& expect) {
  const auto greets = [&](const json& event) {
    const json text = event.value("message", json());
    const auto& known = context_.manner.greeting;
    return text.is_string() && std::any_of(known.begin(), known.end(), [&](const Pattern& one) {
             return one.matches(text.get<std::string>());
           });
  };
  while (!events_.empty() && greets(events_.front()) &&
         (expect.none || !event_mismatch(expect, events_.front()).empty()))
    events_.pop_front();
}

bool LibraryCase::do_event(const Step& step, bool first) {
  const EventExpect& expect = step.library.event;
  drop_greetings(expect);
  if (first) {
    await(std::max(kCallLimit, case_.deadline));
    if (expect.none) {
      hellos_ = 0;
      say({{"do", "hello"}, {"protocol", 1}});
    }
  }
  if (expect.none) {
    if (!events_.empty()) {
      return fail("a handler was called: " + wire::describe(events_.front().dump(), 200));
    }
    if (engine_.late()) fail(Reason::timeout("the driver did not answer hello"));
    return hellos_ > 0;
  }
  if (events_.empty()) {
    if (engine_.late()) fail(Reason::timeout("no handler was called (" + expect.text + ")"));
    return false;
  }
  const std::string why = event_mismatch(expect, events_.front());
  events_.pop_front();
  if (why.empty()) return true;
  return fail(why);
}

// A connection may be there; what counts is that it ended before anything was asked for on it.
bool LibraryCase::no_peer_asked(const std::string& port, bool first) {
  if (first) await(std::max(kCallLimit, case_.deadline));
  for (const auto& peer : peers_) {
    if (peer->asked()) {
      return fail("the library sent its request to port " + port);
    }
    if (peer->ended()) continue;
    if (engine_.late()) fail(Reason::timeout("the library left the connection open"));
    return false;
  }
  return true;
}

namespace {

std::string address_of(const std::string& port, Address& out) {
  std::vector<Address> found;
  const auto number = static_cast<std::uint16_t>(std::strtoul(port.c_str(), nullptr, 10));
  std::string why = resolve("127.0.0.1", number, found);
  if (why.empty()) out = found.front();
  return why;
}

}  // namespace

bool LibraryCase::do_port(const Step& step, bool first) {
  const auto& [text, state] = step.library.ports.front();
  const std::string port = ports_.fill(text);
  if (state == PortState::unasked) return no_peer_asked(port, first);
  if (state == PortState::unused) {
    // Who was to connect has said that it is done: a connection would be here.
    if (peers_.empty()) return true;
    return fail("the library connected to the judge's port " + port);
  }
  if (state == PortState::free) {
    const auto number = static_cast<std::uint16_t>(std::strtoul(port.c_str(), nullptr, 10));
    if (port_is_free(number)) return true;
    return fail("port " + port + " is not free: nobody else can listen there");
  }
  if (first) {
    Address address;
    const std::string why = address_of(port, address);
    if (!why.empty()) engine_.finish(Verdict::error, why);
    if (!why.empty()) return false;
    knock_ = std::make_unique<Knock>(context_.loop, address, going_on());
    await(case_.deadline);
    return false;
  }
  const Knock& knock = *knock_;
  if (!knock.is_decided() && !engine_.late()) return false;
  const bool wanted = state == PortState::accepts;
  // Who waits for a client has been woken, or nobody waits any more.
  if (state == PortState::knocked && knock.is_decided()) {
    knock_.reset();
    return true;
  }
  if (knock.is_decided() && knock.is_open() == wanted) {
    knock_.reset();
    return true;
  }
  const std::string name = "port " + port;
  if (!knock.is_decided())
    return fail(Reason::timeout(name + " neither took nor refused a connection"));
  return fail(name + (wanted ? " refused a connection" : " still takes connections"));
}

void LibraryCase::link_done(Link& link) {
  link.done = true;
  Result& part = link.run->result();
  Result& whole = engine_.result();
  for (OctetsAt& octets : part.octets) whole.octets.push_back(std::move(octets));
  if (part.verdict == Verdict::lenient) engine_.decision().relax(reason_of(part));
  // What is not measured is no pass of the whole either.
  if (part.verdict == Verdict::skip) return engine_.finish(Verdict::skip, part.why);
  const bool bad = part.verdict == Verdict::fail || part.verdict == Verdict::error;
  if (bad) {
    timeline_.add("connection " + part.seen);
    whole.expected = part.expected;
    whole.probed = part.probed;
    engine_.forget_wait();  // the connection has told what it learnt
  }
  if (part.verdict == Verdict::error) engine_.finish(part.verdict, reason_of(part));
  if (part.verdict == Verdict::fail && failed_.empty()) fail_unless_it_died(reason_of(part));
  engine_.advance();
}

bool LibraryCase::adopt_peer(Link& link) {
  if (taken_peers_ >= peers_.size()) return false;
  PeerRequest& peer = *peers_[taken_peers_];
  if (peer.ended()) {
    return fail("the library connected and ended the connection without a whole request");
  }
  if (!peer.complete()) return false;
  ++taken_peers_;
  link.run = std::make_unique<CaseRun>(context_, link.part, Role::client, 0,
                                       [this, &link](CaseRun&) { link_done(link); });
  link.run->follow(going_on());
  Target target;
  target.host = "127.0.0.1";
  target.port = static_cast<std::uint16_t>(
      std::strtoul(ports_.fill(tls_ ? "{tls}" : "{peer}").c_str(), nullptr, 10));
  link.run->aim(target, Address());
  link.run->start(peer.hand_over(), std::move(peer.request()));
  return true;
}

bool LibraryCase::open_link(Link& link, const Step& step) {
  if (link.peer) return adopt_peer(link);
  Target target;
  target.host = "127.0.0.1";
  const std::string port = ports_.fill(step.library.to);
  target.port = static_cast<std::uint16_t>(std::strtoul(port.c_str(), nullptr, 10));
  Address address;
  const std::string why = address_of(port, address);
  if (!why.empty()) engine_.finish(Verdict::error, why);
  if (!why.empty()) return false;
  link.run = std::make_unique<CaseRun>(context_, link.part, Role::server, 0,
                                       [this, &link](CaseRun&) { link_done(link); });
  link.run->follow(going_on());
  link.run->aim(target, address);
  link.run->start();
  return true;
}

bool LibraryCase::do_on(const Step& step, bool first) {
  Link& link = links_[step.library.on];
  if (first) {
    link.allowed = false;
    // Once it is there, the connection has deadlines of its own.
    if (!link.run) await(std::max(kCallLimit, case_.deadline));
  }
  if (!link.run && !open_link(link, step)) return fail_late();
  if (!link.allowed) {
    link.allowed = true;
    engine_.answered();
    link.run->allow_step();
  }
  return link.run->holds();
}

}  // namespace conform
