// SPDX-License-Identifier: Apache-2.0
#include "run/connection/sender.hpp"

#include <algorithm>

namespace conform {

using wire::Octets;

static constexpr std::size_t kBatch = std::size_t{256} << 10U;
static constexpr std::size_t kMostQueued = std::size_t{1} << 20U;
static constexpr std::uint64_t kInFlight = 64;
static constexpr std::size_t kInFlightOctets = std::size_t{4} << 20U;

// How the judge reads, and a reset, do not wait for octets that the runtime may never take.
static bool acts_at_once(const Send& send) {
  for (const Item& item : send.items) {
    if (item.kind != ItemKind::read && !(item.kind == ItemKind::tcp && item.tcp == TcpAct::rst))
      return false;
  }
  return true;
}

void Sender::queue(const Send& send) {
  if (!acts_at_once(send)) {
    jobs_.push_back({&send, 0, 0});
    return;
  }
  for (const Item& item : send.items) {
    if (item.kind == ItemKind::read) {
      read(item);
    } else {
      tcp(item.tcp);
    }
  }
}

bool Sender::may_repeat(const Item& item) const {
  const auto& awaited = channel_.encoder.awaited;
  if (awaited.empty()) return true;
  if (item.in_flight) return awaited.size() < *item.in_flight;
  return awaited.size() < kInFlight &&
         awaited.front().payload.size() * awaited.size() < kInFlightOctets;
}

std::uint64_t Sender::times_of(const Item& item) const {
  const std::uint64_t times = payloads_.full() ? item.times_full : item.times;
  return times > 1 ? times * factor_ : times;
}

void Sender::flush(const Job& job, Octets& out) {
  if (out.empty()) return;
  const Via& via = job.send->via;
  Pieces pieces;
  pieces.chunk = via.chunk;
  pieces.cuts = via.cuts;
  pieces.every = via.every;
  channel_.send(std::move(out), pieces);
  out.clear();
}

// What a handshake says about extensions once the case has changed it.
static std::string extensions_of(const Octets& handshake) {
  std::size_t used = 0;
  const auto head = wire::read_head(handshake, used);
  std::string out;
  if (!head) return out;
  for (const std::string& value : head->values("Sec-WebSocket-Extensions"))
    out += (out.empty() ? "" : ", ") + value;
  return out;
}

// The key a request really carries: the case may have put its own in.
static std::optional<std::string> key_of(const Octets& handshake) {
  std::size_t used = 0;
  const auto head = wire::read_head(handshake, used);
  return head ? head->first("Sec-WebSocket-Key") : std::nullopt;
}

void Sender::handshake(const Item& item, Octets& out) {
  if (item.kind == ItemKind::upgrade) {
    const Octets upgrade = build_upgrade(item.handshake, facts_, payloads_);
    offer_ = extensions_of(upgrade);
    if (const auto key = key_of(upgrade)) facts_.key = *key;
    upgrade_sent_ = true;
    head_open_ = upgrade.find("\r\n\r\n") == Octets::npos;
    channel_.responses().asked(item.handshake.method == "HEAD");
    out += upgrade;
  } else if (item.kind == ItemKind::request) {
    channel_.responses().asked(item.handshake.method == "HEAD");
    const Octets request = build_request(item.handshake, facts_, payloads_);
    const std::size_t head = request.find("\r\n\r\n");
    auto& content = channel_.encoder.largest_content;
    if (head != Octets::npos) content = std::max<std::uint64_t>(content, request.size() - head - 4);
    out += request;
  } else {
    answer(item, out);
  }
}

static bool states_connection(const Handshake& changes) {
  return std::any_of(changes.headers.begin(), changes.headers.end(), [](const HeaderChange& one) {
    return wire::same_name(one.name, "Connection");
  });
}

void Sender::answer(const Item& item, Octets& out) {
  Octets response;
  if (item.kind == ItemKind::http_response || channel_.http) {
    Handshake changes = item.handshake;
    // RFC 9112 §9.6: who was asked to close says that it does.
    if (duty_.asked_to_close() && !states_connection(changes)) {
      changes.headers.push_back({"Connection", {Payload{}}});
      changes.headers.back().values.front().octets = "close";
    }
    response = build_http_response(changes, facts_, payloads_);
  } else {
    response = build_response(item.handshake, facts_, payloads_);
    std::size_t used = 0;
    const auto head = wire::read_head(response, used);
    // RFC 6455 §4.1: behind a final status other than 101 the connection is HTTP's.
    const bool refusal = head && head->status() >= 200;
    if (!refusal) facts_.extensions = extensions_of(response);
    responded_ = responded_ || !refusal;
  }
  close_due_ = close_due_ || duty_.ends_with(response);
  out += response;
}

void Sender::end_if_due() {
  if (!close_due_ || holds_end_) return;
  close_due_ = false;
  tcp(TcpAct::fin);
}

void Sender::let_go_end() {
  holds_end_ = false;
  if (idle()) end_if_due();
}

void Sender::tcp(TcpAct act) {
  Connection* connection = channel_.connection();
  if (connection == nullptr || !connection->open()) return;
  half_closed_ = true;
  if (act == TcpAct::fin) {
    connection->shutdown_write();
    return;
  }
  // There is nobody left to hear how the runtime takes it; that it lives on is seen by the next
  // connection.
  channel_.seen.end = EndOfStream::fin;
  if (act == TcpAct::close) {
    connection->close();
  } else {
    connection->reset();
  }
}

void Sender::read(const Item& item) {
  Connection* connection = channel_.connection();
  if (connection == nullptr) return;
  if (item.read == ReadAct::stop) {
    connection->stop_reading();
  } else if (item.read == ReadAct::start) {
    connection->start_reading();
  } else {
    connection->read_slowly(item.read_chunk, item.read_every);
  }
}

Sender::Step Sender::one_item(Job& job, Octets& out) {
  const Item& item = job.send->items[job.item];
  switch (item.kind) {
    case ItemKind::tcp: {
      flush(job, out);
      const auto* connection = channel_.connection();
      // What was written before must leave first.
      if (connection != nullptr && connection->open() && connection->queued() != 0)
        return Step::blocked;
      tcp(item.tcp);
      return Step::done;
    }
    case ItemKind::read:
      flush(job, out);
      read(item);
      return Step::done;
    case ItemKind::upgrade:
    case ItemKind::request:
    case ItemKind::http_response:
    case ItemKind::response:
      handshake(item, out);
      return Step::done;
    case ItemKind::raw:
      // Octets of a handshake are no frames: before the upgrade, and behind one whose end is still
      // to come.
      if (!channel_.http &&
          (channel_.in_websocket() || responded_ || (upgrade_sent_ && !head_open_)))
        break;
      out += fill_demanded(payloads_.make(item.payload, job.repetition), facts_);
      return ++job.repetition < times_of(item) ? Step::more : Step::done;
    case ItemKind::frame:
      break;
  }
  const std::uint64_t times = times_of(item);
  if (times > 1) ++repeated_;
  if (times > 1 && job.repetition > 0 && !may_repeat(item)) return Step::blocked;
  if (job.repetition < times) channel_.encoder.encode(item, job.repetition, payloads_, out);
  return ++job.repetition < times ? Step::more : Step::done;
}

void Sender::pump() {
  // Sending may make an observer call back.
  if (pumping_) return;
  pumping_ = true;
  while (!jobs_.empty()) {
    Job& job = jobs_.front();
    const auto* connection = channel_.connection();
    const bool open =
        connection != nullptr && connection->open() && !(channel_.seen.end && connection->ended());
    if (open && connection->queued() > kMostQueued) break;
    Octets out;
    Step step = Step::more;
    while (open && step != Step::blocked && job.item < job.send->items.size()) {
      step = one_item(job, out);
      if (step == Step::done) {
        ++job.item;
        job.repetition = 0;
      }
      const bool whole = job.send->via.chunk == 0 && job.send->via.cuts.empty();
      if (whole && out.size() >= kBatch) break;
    }
    flush(job, out);
    if (step == Step::blocked) break;
    // Nothing more can be sent once the connection is gone.
    if (!open || job.item >= job.send->items.size()) {
      jobs_.pop_front();
      end_if_due();
    }
  }
  pumping_ = false;
}

}  // namespace conform
