// SPDX-License-Identifier: Apache-2.0
#include "run/connection/channel.hpp"

#include <algorithm>

#include "wire/describe.hpp"

namespace conform {

using wire::Event;
using wire::EventKind;
using wire::Octets;

static constexpr std::size_t kLogEntries = 60;
static constexpr std::size_t kLogOctets = 256;
static constexpr std::size_t kLogHead = 2048;
// With -v, of one connection.
static constexpr std::size_t kAllEntries = 10000;
static constexpr std::size_t kAllBytes = std::size_t{1} << 20U;
// A runtime that talks without end is stopped here.
static constexpr std::uint64_t kMostReceived = std::uint64_t{4} << 30U;

Channel::Channel(RunContext& context, ChannelObserver& observer, Role runtime_role,
                 const std::string& name)
    : encoder(runtime_role == Role::server, context.seed, name),
      context_(context),
      observer_(observer),
      role_(runtime_role),
      name_(name),
      address_(context.address) {
  if (role_ != Role::server) return;
  const Manner& manner = context_.manner;
  pings_only = manner.echo == EchoWay::none;
  encoder.returned = [&manner](unsigned opcode) { return manner.returns(opcode); };
  greeted_.resize(manner.greeting.size());
}

void Channel::connect(int receive_buffer, bool tls) {
  begin_ = progress_ = Clock::now();
  connection_ = std::make_unique<Connection>(context_.loop, *this);
  connection_->connect(address_,
                       {tls ? context_.tls : nullptr, context_.tls_name, context_.tls_verify},
                       receive_buffer);
}

void Channel::adopt(std::unique_ptr<Connection> connection, wire::OctetView rest) {
  begin_ = progress_ = Clock::now();
  connection_ = std::move(connection);
  connection_->hand_over(*this);
  connected = true;
  if (!rest.empty()) on_octets(rest);
}

double Channel::ms_since_begin() const {
  return std::chrono::duration<double, std::milli>(Clock::now() - begin_).count();
}

TimePoint Channel::last_progress() const {
  const TimePoint here = std::max(progress_, last_send_);
  // Octets that the runtime takes in are progress too.
  return connection_ ? std::max(here, connection_->last_write()) : here;
}

void Channel::made_progress() {
  if (surplus) return;
  context_.last_progress = progress_ = Clock::now();
}

void Channel::log(bool sent, wire::OctetView octets) {
  if (in_setup) return;
  const bool all = context_.keep_all_bytes;
  const std::size_t entries = all ? kAllEntries : kLogEntries;
  if (!log_.empty() && log_.back().sent == sent && logged_ >= entries) {
    log_.back().size += octets.size();
    return;
  }
  if (logged_ >= entries) return;
  ++logged_;
  // A head of HTTP is read as a whole; of frames their beginning says most.
  const std::size_t most = all                  ? kAllBytes - std::min(kAllBytes, kept_bytes_)
                           : reader_ == nullptr ? kLogHead
                                                : kLogOctets;
  std::string kept(octets.substr(0, most));
  kept_bytes_ += kept.size();
  log_.push_back({sent, ms_since_begin(), std::move(kept), octets.size()});
}

void Channel::note(std::string what) {
  if (in_setup) return;
  char time[32];
  std::snprintf(time, sizeof(time), " after %.1f ms",
                std::chrono::duration<double, std::milli>(Clock::now() - last_send_).count());
  seen.timeline.add(std::move(what) + time);
}

void Channel::send(Octets octets, const Pieces& pieces) {
  if (!connection_ || !connection_->open() || octets.empty()) return;
  log(true, octets);
  last_send_ = Clock::now();
  connection_->write_pieces(std::move(octets), pieces);
}

void Channel::begin_window() {
  seen.messages.clear();
  seen.pongs.clear();
  seen.fence_sent = seen.fence_answered = seen.ping_fence_answered = false;
  earlier_fences_ = fences_;
  seen.timeline.clear();
  encoder.pings.clear();
  encoder.pongs.clear();
}

void Channel::send_fence(bool ping) {
  ping = ping || pings_only;
  // Short enough for a ping, and unlike anything a case sends.
  const Octets payload = "osprey fence " + std::to_string(++fences_) + " of " +
                         name_.substr(name_.size() - std::min<std::size_t>(name_.size(), 60));
  Octets out;
  encoder.plain(ping ? wire::kPing : wire::kText, payload, out);
  (ping ? ping_fences_ : text_fences_).push_back({fences_, payload});
  seen.fence_sent = true;
  if (connection_ && connection_->open()) {
    log(true, out);
    connection_->write(std::move(out));
  }
}

void Channel::send_close(std::uint16_t code) {
  Octets body;
  if (code != 0) {
    body += static_cast<char>(code >> 8U);
    body += static_cast<char>(code & 255U);
  }
  Octets out;
  encoder.plain(wire::kClose, body, out);
  if (connection_ && connection_->open()) {
    log(true, out);
    connection_->write(std::move(out));
  }
}

void Channel::enter_websocket(const std::optional<wire::DeflateAgreement>& deflate) {
  reader_ = std::make_unique<wire::MessageReader>();
  if (deflate) {
    encoder.agree(*deflate);
    const bool takeover = role_ == Role::server ? !deflate->server_no_context_takeover
                                                : !deflate->client_no_context_takeover;
    reader_->enable_deflate(takeover);
  }
  // Frames may have come in the same segment as the response.
  const Octets rest = responses_.take_rest();
  if (rest.empty()) return;
  reader_->feed(rest);
  Event event;
  while (reader_->next(event)) handle(event);
}

void Channel::on_connected() {
  connected = true;
  progress_ = Clock::now();
  observer_.on_change();
}

void Channel::on_failed(const ConnectFailure& why) {
  connect_error = why.text;
  observer_.on_change();
}

void Channel::on_octets(std::string_view octets) {
  log(false, octets);
  received_ += octets.size();
  if (received_ > kMostReceived) seen.violation = "more than 4 GiB";
  if (reader_ == nullptr) {
    made_progress();
    seen.octets_after_request += octets.size();
    responses_.feed(octets);
    read_responses();
  } else {
    seen.octets_after_request += octets.size();
    if (!told_http(octets)) reader_->feed(octets);
    if (reader_->pending() > 125) made_progress();
    Event event;
    while (reader_->next(event)) handle(event);
  }
  observer_.on_change();
}

// HTTP where frames are due is told as such: read as a frame it has a reserved opcode, or RSV1.
bool Channel::told_http(wire::OctetView octets) {
  const bool found = octets.substr(0, 4) == "GET " || octets.substr(0, 7) == "HTTP/1.";
  if (!found || reader_->pending() != 0) return false;
  const std::string what =
      "HTTP where a frame was expected: " + wire::describe(octets.substr(0, octets.find("\r\n")));
  note(what);
  if (seen.violation.empty()) seen.violation = what;
  return true;
}

void Channel::read_responses() {
  if (role_ != Role::server) return;
  wire::HttpMessage message;
  while (reader_ == nullptr && responses_.next(message, seen.end.has_value())) {
    note("\"" + message.head.start_line.substr(0, 80) + "\"");
    const int status = message.head.status();
    // RFC 9110 §15.2: interim responses come before the one that counts, in front of a 101 too.
    if (status >= 100 && status < 200 && (http || status != 101)) {
      if (status == 100) ++seen.continues;
      if (http) seen.interim.push_back(std::move(message));
      continue;
    }
    seen.responses.push_back(std::move(message));
    if (status == 101) return;
  }
}

bool Channel::is_own_ping(const Octets& payload) const {
  return encoder.pings.has(payload) ||
         std::any_of(ping_fences_.begin(), ping_fences_.end(),
                     [&](const Fence& one) { return one.payload == payload; });
}

void Channel::handle(Event& event) {
  switch (event.kind) {
    case EventKind::message:
      return on_message(event);
    case EventKind::ping: {
      if (!reply_ping || encoder.close_sent() || encoder.inside_frame()) return;
      // Our own ping sent back gets no pong: a parrot would return that too, as if it had answered.
      if (!event.payload.empty() && is_own_ping(event.payload))
        return note("the suite's ping, sent back as a ping");
      Octets out;
      encoder.plain(wire::kPong, event.payload, out);
      if (connection_->open()) connection_->write(std::move(out));
      return;
    }
    case EventKind::pong:
      return on_pong(event);
    case EventKind::close:
      return on_close(event);
    case EventKind::violation:
      note(event.what);
      if (!seen.violation.empty()) return;
      seen.violation = event.what;
      seen.bad_close = event.bad_close;
      return;
  }
}

bool Channel::take_fence(Fences& fences, const Octets& payload, bool& answered) const {
  const auto found = std::find_if(fences.begin(), fences.end(),
                                  [&](const Fence& one) { return one.payload == payload; });
  if (found == fences.end()) return false;
  const bool of_this_step = found->number > earlier_fences_;
  // Earlier pings may be left unanswered, so these are settled too.
  fences.erase(fences.begin(), found + 1);
  if (fences.empty() && of_this_step) answered = true;
  return true;
}

bool Channel::is_unasked(const Event& event) {
  const Manner& manner = context_.manner;
  for (std::size_t i = 0; i < greeted_.size(); ++i) {
    if (greeted_[i] || !manner.greeting[i].matches(event.payload)) continue;
    return greeted_[i] = true;
  }
  return pings_only;
}

// What the server made of a message is taken out of its envelope; true for one that has none, where
// an envelope is due: nobody asked for that.
static bool unwrap(const Manner& manner, Event& event) {
  if (event.opcode != wire::kText) return !manner.binary;
  auto inside = manner.envelope.open(event.payload);
  if (!inside) return true;
  event.payload = std::move(*inside);
  return false;
}

static std::string in_words(const Event& event) {
  return (event.opcode == wire::kText ? "text " : "binary ") + wire::describe(event.payload);
}

void Channel::on_message(Event& event) {
  const bool wrapped = role_ == Role::server && context_.manner.echo == EchoWay::envelope;
  const std::string whole = wrapped ? in_words(event) : std::string();
  const bool bare = wrapped && unwrap(context_.manner, event);
  if (!bare && event.opcode == wire::kText &&
      take_fence(text_fences_, event.payload, seen.fence_answered)) {
    made_progress();
    note("an answer: the connection is still open");
    return;
  }
  made_progress();
  SeenMessage message;
  message.opcode = event.opcode;
  message.frames = event.frames;
  message.compressed = event.compressed;
  message.deflate = event.deflate;
  if (!bare && !encoder.awaited.empty() && encoder.awaited.front().opcode == event.opcode &&
      encoder.awaited.front().payload == event.payload) {
    message.matches_echo = true;
    context_.limits.took(encoder.awaited.front());
    encoder.awaited.pop_front();
  }
  if (!message.matches_echo && (is_unasked(event) || bare)) {
    const std::string what = wrapped ? whole : in_words(event);
    if (seen.unasked.empty()) seen.unasked = what;
    return note(what + ", unasked");
  }
  if (seen.messages.size() < 20)
    note(wrapped ? whole : in_words(event));
  else
    seen.timeline.skip();
  if (keep_payloads || !message.matches_echo) {
    message.payload = std::move(event.payload);
    if (!keep_payloads && message.payload.size() > 65536) message.payload.resize(65536);
  }
  if (seen.messages.size() < 200000) seen.messages.push_back(std::move(message));
}

void Channel::on_pong(Event& event) {
  if (take_fence(ping_fences_, event.payload, seen.ping_fence_answered)) {
    note("a pong: the connection is still open");
    // Where nothing is echoed, the pong is the fence's whole answer.
    if (pings_only) seen.fence_answered = seen.ping_fence_answered;
    return;
  }
  note("pong " + wire::describe(event.payload));
  encoder.pings.answered(event.payload);
  seen.pongs.push_back(std::move(event.payload));
}

void Channel::on_close(Event& event) {
  progress_ = Clock::now();
  note(event.code ? "Close " + std::to_string(*event.code) +
                        (event.payload.empty() ? "" : " " + wire::describe(event.payload))
                  : std::string("Close without a code"));
  seen.close = event;
  if (!encoder.close_sent() && reply_close && !encoder.inside_frame()) {
    send_close(event.code.value_or(0));
  }
  if (!encoder.close_sent()) return;
  seen.both_closed = Clock::now();
  // RFC 6455 §7.1.1: the server ends TCP first; here that is the judge.
  if (role_ == Role::client && !hold_tcp && connection_->open()) connection_->shutdown_write();
}

void Channel::on_end(EndOfStream how) {
  seen.end = how;
  note(how == EndOfStream::fin ? "end of the connection (FIN)" : "end of the connection (RST)");
  if (reader_ == nullptr) read_responses();
  observer_.on_change();
}

void Channel::dispose() {
  if (connection_) connection_->close();
}

}  // namespace conform
