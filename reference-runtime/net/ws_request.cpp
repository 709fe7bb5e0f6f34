// SPDX-License-Identifier: Apache-2.0
#include "net/ws_request.hpp"

#include "net/connection_io.hpp"

namespace osprey::net {
namespace {

// Interim responses a server may send before the real one.
constexpr int kMaxInterim = 16;

std::string text_of_failure(const wire::Failure& failure) {
  const wire::RuleText& rule = wire::rule_of(failure.error);
  std::string text = std::string(rule.section) + ": " + std::string(rule.text);
  return failure.detail.empty() ? text : text + " (" + failure.detail + ")";
}

}  // namespace

void WsClientService::enter(State next) {
  {
    const std::lock_guard lock(mutex);
    state = next;
  }
  changed.notify_all();
}

void WsClientService::fail(Error why) {
  {
    const std::lock_guard lock(mutex);
    if (state != State::connecting) {
      return;
    }
    state = State::failed;
    error = std::move(why);
  }
  changed.notify_all();
}

WsClientService::State WsClientService::wait_while(State current) const {
  std::unique_lock lock(mutex);
  changed.wait(lock, [&] { return state != current; });
  return state;
}

template <class Use>
auto WsRequest::with_offer(const Use& use) const {
  const std::vector<std::string_view> subprotocols(service_->subprotocols.begin(),
                                                   service_->subprotocols.end());
  std::vector<wire::HeaderField> fields;
  for (const auto& [name, value] : service_->headers) {
    fields.push_back({name, value});
  }
  wire::UpgradeOffer offer;
  offer.resource = service_->url.resource;
  offer.authority = service_->url.authority;
  offer.key = key_;
  offer.subprotocols = subprotocols;
  offer.deflate = &service_->deflate;
  offer.extra_fields = fields;
  return use(offer);
}

void WsRequest::start(ConnectionIo& conn) {
  const auto written = with_offer([&](const wire::UpgradeOffer& offer) {
    return wire::append_upgrade_request(offer, conn.out());
  });
  if (!written) {
    fail(conn, ErrorCode::bad_argument, text_of_failure(written.failure()));
  }
}

std::size_t WsRequest::receive(ConnectionIo& conn, wire::Octets in) {
  const std::size_t taken = reader_.feed(in);
  switch (reader_.state()) {
    case wire::HeadReader::State::needs_more:
      break;
    case wire::HeadReader::State::failed:
      fail(conn, ErrorCode::handshake_failed, text_of_failure({reader_.error(), {}}));
      return in.size();
    case wire::HeadReader::State::complete:
      judge(conn);
      break;
  }
  return conn.open() ? taken : in.size();
}

void WsRequest::judge(ConnectionIo& conn) {
  if (wire::is_interim_response(reader_.text()) && ++interim_ <= kMaxInterim) {
    reader_ = wire::HeadReader(service_->limits.header_block, wire::HeadKind::response);
    return;
  }
  const auto agreement = with_offer([&](const wire::UpgradeOffer& offer) {
    return wire::check_upgrade_response(reader_.text(), offer);
  });
  if (!agreement) {
    fail(conn, ErrorCode::handshake_failed, text_of_failure(agreement.failure()));
    return;
  }
  {
    const std::lock_guard lock(service_->mutex);
    service_->subprotocol = agreement.value().subprotocol;
  }
  conn.replace(
      std::make_unique<WsProtocol>(service_, wire::Role::client, agreement.value().deflate));
}

// RFC 6455 §4.1: a client that cannot accept the answer drops the connection.
void WsRequest::fail(ConnectionIo& conn, ErrorCode code, std::string why) {
  service_->fail({code, "cannot open " + service_->url.authority + ": " + std::move(why), 0});
  conn.finish();
}

void WsRequest::peer_finished(ConnectionIo& conn) {
  fail(conn, ErrorCode::handshake_failed, "the server closed the connection during the handshake");
}

void WsRequest::deadline(ConnectionIo& conn) {
  fail(conn, ErrorCode::timed_out, "no answer to the handshake until the deadline");
}

void WsRequest::stopping(ConnectionIo& conn) {
  conn.end(EndReason::aborted);
}

void WsRequest::ended(ConnectionIo& conn, EndReason reason) {
  const ErrorCode code = reason == EndReason::tls         ? ErrorCode::tls_failed
                         : reason == EndReason::timed_out ? ErrorCode::timed_out
                                                          : ErrorCode::connect_failed;
  service_->fail({code, "cannot open " + service_->url.authority + ": " + conn.problem(), 0});
}

}  // namespace osprey::net
