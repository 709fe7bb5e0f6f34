// SPDX-License-Identifier: Apache-2.0
#include "run/matcher.hpp"

#include <algorithm>
#include <optional>

namespace conform {

using wire::Octets;

// Fields of `alternative` that are unset are taken from the expectation they stand beside.
static Expect merged(const Expect& base, const Expect& alternative) {
  Expect out = alternative;
  const auto fill = [](auto& field, const auto& otherwise) {
    if (!field) field = otherwise;
  };
  if (out.echo == EchoExpect::unstated) out.echo = base.echo;
  if (out.pongs == PongsExpect::unstated) out.pongs = base.pongs;
  if (out.tcp == TcpExpect::unstated) out.tcp = base.tcp;
  fill(out.messages, base.messages);
  fill(out.pong, base.pong);
  fill(out.code, base.code);
  fill(out.reason, base.reason);
  fill(out.frames, base.frames);
  fill(out.compressed, base.compressed);
  fill(out.takeover, base.takeover);
  fill(out.window, base.window);
  fill(out.status, base.status);
  fill(out.responses, base.responses);
  fill(out.body, base.body);
  fill(out.deflate, base.deflate);
  fill(out.request, base.request);
  fill(out.within, base.within);
  fill(out.limits.memory, base.limits.memory);
  fill(out.limits.memory_per, base.limits.memory_per);
  fill(out.limits.cpu, base.limits.cpu);
  fill(out.limits.descriptors, base.limits.descriptors);
  fill(out.limits.threads, base.limits.threads);
  out.messages_any = out.messages_any || base.messages_any;
  out.nothing = out.nothing || base.nothing;
  out.unasked_none = out.unasked_none || base.unasked_none;
  out.alive = out.alive || base.alive;
  out.connected = out.connected || base.connected;
  out.failed = out.failed || base.failed;
  out.not_connected = out.not_connected || base.not_connected;
  out.closed = out.closed || base.closed;
  out.refused = out.refused || base.refused;
  out.last = out.last || base.last;
  if (base.fence == FenceUse::never) out.fence = FenceUse::never;
  if (out.headers.empty()) out.headers = base.headers;
  fill(out.http.interim, base.http.interim);
  out.http.interim_never = out.http.interim_never || base.http.interim_never;
  out.http.rest_any = out.http.rest_any || base.http.rest_any;
  fill(out.http.report, base.http.report);
  fill(out.http.requests, base.http.requests);
  fill(out.http.later, base.http.later);
  fill(out.http.earlier, base.http.earlier);
  fill(out.http.open, base.http.open);
  fill(out.http.version, base.http.version);
  out.http.legal = std::max(out.http.legal, base.http.legal);
  if (out.http.responses.empty()) out.http.responses = base.http.responses;
  if (out.http.connection == ConnectionExpect::unstated) out.http.connection = base.http.connection;
  return out;
}

// The stronger of two answers decides: one no is enough, all must be yes.
static void combine(Outcome& sum, Outcome part) {
  if (static_cast<int>(part.answer) < static_cast<int>(sum.answer)) sum = std::move(part);
}

Outcome Matcher::match(const Expect& expect) const {
  if (expect.any.empty()) return match_one(expect);
  std::optional<Outcome> best;
  for (const Expect& alternative : expect.any) {
    Outcome one = match(merged(expect, alternative));
    if (!best || static_cast<int>(one.answer) > static_cast<int>(best->answer))
      best = std::move(one);
  }
  return *best;
}

bool Matcher::arrived(const Expect& expect) const {
  return messages(expect).answer == Answer::yes && echo(expect).answer == Answer::yes &&
         pongs(expect).answer == Answer::yes;
}

void Matcher::holding(const Expect& expect, const HeldReading& as,
                      std::deque<HeldReading>& out) const {
  if (expect.any.empty()) {
    const Outcome one = match_one(expect);
    if (one.answer == Answer::yes) out.push_back({expect, one.takes, as.lenient, as.why});
    return;
  }
  for (const Expect& alternative : expect.any) holding(merged(expect, alternative), as, out);
}

std::deque<HeldReading> Matcher::readings(const Step& step, const Reason& strict) const {
  std::deque<HeldReading> out;
  holding(step.expect, {}, out);
  HeldReading lenient;
  lenient.lenient = true;
  lenient.why = strict;
  for (const Expect& lax : step.tolerate) holding(lax, lenient, out);
  return out;
}

StepOutcome match_step(const Matcher& matcher, const Step& step) {
  const Outcome main = matcher.match(step.expect);
  if (main.answer == Answer::yes) return {Answer::yes, false, "", main.takes, main.last};
  bool waiting = main.answer == Answer::wait;
  for (const Expect& lax : step.tolerate) {
    const Outcome one = matcher.match(lax);
    waiting = waiting || one.answer == Answer::wait;
    // Only when the strict reading is out may the lax one decide.
    if (one.answer == Answer::yes && main.answer == Answer::no)
      return {Answer::yes, true, main.reason(), one.takes, one.last};
  }
  return {waiting ? Answer::wait : Answer::no, false, main.reason(), 0, false};
}

Outcome Matcher::match_one(const Expect& expect) const {
  Outcome sum;
  if (facts_.http) {
    combine(sum, request(expect));
    combine(sum, exchange(expect));
    combine(sum, tcp(expect));
    if (sum.answer == Answer::yes) combine(sum, within(expect));
    sum.takes = taken_by(expect);
    sum.last = expect.last;
    return sum;
  }
  combine(sum, forbidden(expect));
  combine(sum, request(expect));
  combine(sum, http(expect));
  combine(sum, messages(expect));
  combine(sum, echo(expect));
  combine(sum, pongs(expect));
  combine(sum, fence(expect));
  combine(sum, failed(expect));
  combine(sum, not_connected(expect));
  combine(sum, closed(expect));
  combine(sum, tcp(expect));
  if (sum.answer != Answer::yes) return sum;
  combine(sum, frames(expect));
  combine(sum, compression(expect));
  combine(sum, unasked(expect));
  combine(sum, within(expect));
  sum.last = expect.last;
  return sum;
}

Outcome Matcher::pending(const std::string& what, bool until_fence) const {
  if (seen_.timeout) return Outcome::timeout(what + " did not come");
  if (seen_.end) return Outcome::no(what + " did not come before the end of the connection");
  if (until_fence && seen_.fence_answered)
    return Outcome::no(what + " did not come, though the connection is still open and answering");
  return Outcome::wait(what);
}

bool Matcher::http_expected(const Expect& expect) const {
  return expect.status || expect.refused || expect.responses || expect.body || expect.deflate ||
         !expect.headers.empty();
}

Outcome Matcher::forbidden(const Expect& expect) const {
  if (!seen_.violation.empty()) return Outcome::no("the implementation sent " + seen_.violation);
  // A limit alone leaves open how the connection fares.
  const bool measured = expect.limits.any() && !expect.alive && !expect.connected &&
                        !expect.nothing && expect.echo == EchoExpect::unstated &&
                        !expect.messages && !expect.pong && expect.pongs == PongsExpect::unstated;
  const bool may_end = expect.closed || expect.failed || expect.not_connected || expect.refused ||
                       expect.responses || expect.tcp != TcpExpect::unstated || expect.status ||
                       expect.body || measured;
  if (seen_.close && !expect.closed && expect.tcp == TcpExpect::unstated && !measured) {
    const std::string code = seen_.close->code ? " " + std::to_string(*seen_.close->code) : "";
    return Outcome::no("the implementation closed the connection (Close" + code + ")");
  }
  if (seen_.end && !may_end && !expect.request)
    return Outcome::no("the implementation ended the connection");
  return Outcome::yes();
}

static std::string kind_of(std::uint8_t opcode) {
  return opcode == wire::kText ? "text " : "binary ";
}

Outcome Matcher::messages(const Expect& expect) const {
  if (expect.messages_any) return Outcome::yes();
  const auto& came = seen_.messages;
  if (!expect.messages) {
    const bool echoes = expect.echo != EchoExpect::unstated;
    for (const SeenMessage& message : came) {
      if (echoes && message.matches_echo) continue;
      return Outcome::no(
          "the implementation sent an unexpected message: " + kind_of(message.opcode) +
          wire::describe(message.payload) + (echoes ? ", which is not the expected echo" : ""));
    }
    return Outcome::yes();
  }
  if (facts_.channel.pings_only) return unechoed();
  const auto& wanted = *expect.messages;
  for (std::size_t i = 0; i < came.size() && i < wanted.size(); ++i) {
    const Octets payload = facts_.payloads.make(wanted[i].payload);
    if (came[i].opcode == wanted[i].opcode && came[i].payload == payload) continue;
    return Outcome::no("the implementation sent " + kind_of(came[i].opcode) +
                       wire::describe(came[i].payload) + " where " +
                       kind_of(static_cast<std::uint8_t>(wanted[i].opcode)) +
                       wire::describe(payload) + " was expected");
  }
  if (came.size() > wanted.size()) {
    return Outcome::no("the implementation sent " + std::to_string(came.size() - wanted.size()) +
                       " more messages than expected");
  }
  if (came.size() < wanted.size()) return pending("the message", true);
  return Outcome::yes();
}

// Of a server that does not echo: that it goes on is all that shows of a message it has taken.
Outcome Matcher::unechoed() const {
  return seen_.fence_answered ? Outcome::yes() : pending("the answer to the fence", false);
}

Outcome Matcher::unasked(const Expect& expect) const {
  if (!expect.unasked_none || seen_.unasked.empty()) return Outcome::yes();
  return Outcome::no("a message nobody asked for came: " + seen_.unasked);
}

Outcome Matcher::echo(const Expect& expect) const {
  if (expect.echo != EchoExpect::all) return Outcome::yes();
  if (facts_.channel.pings_only) return unechoed();
  if (facts_.still_sending && !seen_.end && !seen_.timeout) return Outcome::wait("all to be sent");
  const auto& awaited = facts_.channel.encoder.awaited;
  if (awaited.empty() && !facts_.still_sending) return Outcome::yes();
  std::string what = "the echo of ";
  what += awaited.empty()
              ? "all messages"
              : kind_of(awaited.front().opcode) + wire::describe(awaited.front().payload);
  return pending(what, true);
}

Outcome Matcher::pongs(const Expect& expect) const {
  const auto& came = seen_.pongs;
  if (expect.pong) {
    const Octets payload = facts_.payloads.make(*expect.pong);
    if (std::find(came.begin(), came.end(), payload) == came.end()) {
      return seen_.ping_fence_answered
                 ? Outcome::no("pong " + wire::describe(payload) +
                               " did not come, though a later ping was answered")
                 : pending("pong " + wire::describe(payload), false);
    }
  }
  if (expect.pongs == PongsExpect::unstated) return Outcome::yes();
  const PingAccount& pings = facts_.channel.encoder.pings;
  const bool all = expect.pongs == PongsExpect::all;
  if (all ? pings.unanswered() == 0 : pings.last_answered()) return Outcome::yes();
  // RFC 6455 §5.5.3: the pong of the newest ping may stand for the earlier ones, and the fence is
  // the newest.
  if (seen_.ping_fence_answered && !all) return Outcome::yes();
  const std::string what =
      "the pong of ping " + wire::describe(all ? pings.first_unanswered() : pings.last());
  if (seen_.ping_fence_answered)
    return Outcome::no(what + " did not come, though a later ping was answered");
  return pending(what, false);
}

Outcome Matcher::fence(const Expect& expect) const {
  if (!expect.nothing && !expect.alive && !expect.connected) return Outcome::yes();
  if (expect.nothing) {
    for (const Octets& pong : seen_.pongs) {
      const auto& ours = facts_.channel.encoder;
      if (!ours.pings.has(pong) &&
          std::find(ours.pongs.begin(), ours.pongs.end(), pong) == ours.pongs.end())
        continue;
      return Outcome::no("the implementation sent an unexpected pong: " + wire::describe(pong));
    }
  }
  if (seen_.fence_answered || seen_.ping_fence_answered) return Outcome::yes();
  if (!facts_.channel.in_websocket() && expect.nothing) {
    if (!seen_.responses.empty())
      return Outcome::no("the implementation sent an unexpected HTTP response");
  }
  return pending("an answer to the suite's last message or ping", false);
}

Outcome Matcher::failed(const Expect& expect) const {
  if (!expect.failed) return Outcome::yes();
  if (seen_.octets_after_request > 0) {
    return Outcome::no("the client did not fail the connection: it sent " +
                       std::to_string(seen_.octets_after_request) +
                       " more bytes on it after its request");
  }
  if (seen_.end) return Outcome::yes();
  if (seen_.timeout)
    return Outcome::timeout("the client left the connection open, and sent nothing more on it");
  return Outcome::wait("the client to end the connection");
}

Outcome Matcher::close_code(const Expect& expect) const {
  if (!seen_.close) {
    if (!expect.code || expect.code->none) return Outcome::yes();
    // RFC 9293 §3.6: who closes TCP with octets unread resets it, and what it had sent before, its
    // Close too, may be lost by that. Nobody can tell then whether there was one.
    if (seen_.end == EndOfStream::rst && facts_.channel.encoder.sent_behind_close())
      return Outcome::yes();
    return Outcome::no("the connection ended without a Close frame");
  }
  const auto& code = seen_.close->code;
  if (expect.reason) {
    const Octets reason = facts_.payloads.make(*expect.reason);
    if (seen_.close->payload != reason) {
      return Outcome::no("the reason of the Close is " + wire::describe(seen_.close->payload) +
                         ", not " + wire::describe(reason));
    }
  }
  if (!expect.code) return Outcome::yes();
  if (!code) {
    return expect.code->empty ? Outcome::yes() : Outcome::no("the Close frame has no code");
  }
  if (expect.code->holds(*code)) return Outcome::yes();
  return Outcome::no("the connection was closed with code " + std::to_string(*code));
}

Outcome Matcher::closed(const Expect& expect) const {
  if (!expect.closed) return Outcome::yes();
  if (seen_.close || seen_.end) return close_code(expect);
  // A pong alone proves little: some libraries answer pings while the application still has the
  // message.
  if (seen_.fence_answered ||
      (facts_.channel.encoder.inside_message() && seen_.ping_fence_answered)) {
    return Outcome::no("the connection is still open and answering");
  }
  if (seen_.timeout) return Outcome::timeout("the connection is still open");
  return Outcome::wait("the connection to be closed");
}

Outcome Matcher::tcp(const Expect& expect) const {
  if (expect.tcp == TcpExpect::unstated) return Outcome::yes();
  if (expect.tcp == TcpExpect::held) {
    if (seen_.end) return Outcome::no("the client ended TCP before the server did");
    if (seen_.timeout) return Outcome::timeout("the closing handshake was not completed");
    const bool long_enough =
        seen_.both_closed && facts_.now - *seen_.both_closed >= Milliseconds(300);
    return long_enough ? Outcome::yes() : Outcome::wait("300 ms after both Closes");
  }
  if (!seen_.end) {
    if (seen_.fence_answered)
      return Outcome::no("TCP is still open, and the connection is answering");
    return seen_.timeout ? Outcome::timeout("TCP is still open") : Outcome::wait("the end of TCP");
  }
  if (expect.tcp == TcpExpect::fin && *seen_.end == EndOfStream::rst) {
    return Outcome::no("TCP ended with a reset (RST), not with FIN");
  }
  return Outcome::yes();
}

Outcome Matcher::within(const Expect& expect) const {
  if (!expect.within) return Outcome::yes();
  const auto limit =
      std::chrono::duration<double, std::milli>(*expect.within) * facts_.deadline_factor;
  const auto took = facts_.now - facts_.channel.last_send();
  if (took <= limit) return Outcome::yes();
  return Outcome::no(
      "it took " + std::to_string(std::chrono::duration_cast<Milliseconds>(took).count()) +
      " ms; at most " + std::to_string(std::chrono::duration_cast<Milliseconds>(limit).count()) +
      " ms are allowed");
}

}  // namespace conform
