// SPDX-License-Identifier: Apache-2.0
// What follows the last step of a case: the closing handshake, and nothing that nobody asked for.
#include "run/dialogue/case_run.hpp"
#include "wire/describe.hpp"

namespace conform {

static constexpr Milliseconds kAfterClose{300};
static constexpr Wait::Terms kExact{.patient = false, .may_probe = false};
static constexpr const char* kDropped =
    "after the last step the implementation ended the connection, without a Close";

// Whether the last step shows a runtime that serves on: then its connection has no reason to end
// there.
static bool serves_on(const Case& one) {
  if (one.setup != Setup::websocket && one.setup != Setup::deflate) return false;
  if (one.steps.empty() || one.steps.back().kind != Step::Kind::expect) return false;
  const Expect& last = one.steps.back().expect;
  return last.any.empty() && !is_end(last) && is_owed(last);
}

// RFC 6455 §7.1.1: an end that wants to stop says so in a Close; one that just lets go of TCP has
// broken down.
bool CaseRun::dropped(bool behind_our_close) const {
  const Seen& seen = channel_.seen;
  const bool answered = seen.fence_answered || seen.ping_fence_answered;
  return seen.end && !seen.close && !ended_by_choice_ && !answered && !behind_our_close &&
         !engine_.decision().lax() && !sender_.half_closed() && serves_on(case_);
}

bool CaseRun::leave(bool first) {
  if (!first) return when_leaving();
  Seen& seen = channel_.seen;
  const Connection* connection = channel_.connection();
  const bool open = connection != nullptr && connection->open() && !seen.end;
  if (dropped(channel_.encoder.close_sent())) return fail(kDropped);
  if (!open || !channel_.in_websocket() || sender_.half_closed()) return true;
  seen.timeout = false;
  const bool closing = seen.close || channel_.encoder.close_sent();
  if (closing || channel_.encoder.inside_frame()) {
    engine_.await(closing ? kAfterClose : Milliseconds(0), kExact);
  } else {
    channel_.begin_window();
    channel_.send_fence(follows_ || channel_.encoder.inside_message());
    channel_.send_close(1000);
    last_close_ = LastClose::sent;
    engine_.await(case_.deadline);
  }
  return when_leaving();
}

// What comes now, nobody has asked for: it may be the rest of an echo, the Close and the end, and
// nothing else.
bool CaseRun::when_leaving() {
  const Seen& seen = channel_.seen;
  if (!seen.violation.empty()) {
    // How our Close is answered is for the cases about it to say: else its one fault fails them
    // all.
    if (seen.bad_close && channel_.encoder.close_sent()) return true;
    return fail("after the last step the implementation sent " + seen.violation);
  }
  for (const SeenMessage& message : seen.messages) {
    if (message.matches_echo) continue;
    const char* hint =
        role_ == Role::server ? "; a server that sends it by itself declares it (greeting:)" : "";
    return fail("after the last step an unexpected message came: " +
                wire::describe(message.payload) + hint);
  }
  if (dropped(false)) return fail(kDropped);
  const bool answered = seen.fence_answered || (follows_ && seen.ping_fence_answered);
  if (seen.end || (seen.close && seen.both_closed && role_ == Role::server && answered))
    return true;
  // All that went before is answered. Whether our Close is, too, fails nobody here: where it is
  // not, no case waits to the end of its deadline for it, and after some have waited none does.
  const auto kind = [this] { return std::string(name_of(role_)) + " close that fails nobody"; };
  if (last_close_ == LastClose::sent && answered && !seen.close) {
    if (context_.patience->spent(kind())) return true;
    last_close_ = LastClose::awaited;
    engine_.answered();
    engine_.await(kAfterClose, kExact);
  }
  if (!seen.timeout) return false;
  if (last_close_ == LastClose::awaited && !seen.close) context_.patience->waited_in_vain(kind());
  const bool silent =
      seen.fence_sent && !seen.fence_answered && !seen.ping_fence_answered && !seen.close;
  if (!silent) return true;
  return fail(Reason::timeout("after the last step the implementation answered nothing any more"));
}

}  // namespace conform
