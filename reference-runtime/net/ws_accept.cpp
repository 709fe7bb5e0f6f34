// SPDX-License-Identifier: Apache-2.0
#include "net/ws_accept.hpp"

#include <algorithm>

#include "net/connection_io.hpp"
#include "wire/extensions.hpp"

namespace osprey {

std::string_view UpgradeView::header(std::string_view name) const {
  for (const HeaderView& each : headers) {
    if (wire::same_ignoring_case(each.name, name)) {
      return each.value;
    }
  }
  return {};
}

namespace net {
namespace {

constexpr std::uint16_t kNotFound = 404;
constexpr std::uint16_t kRequestTimeout = 408;
constexpr std::uint16_t kInternalError = 500;
constexpr std::uint16_t kUnavailable = 503;

std::string_view path_of(std::string_view target) {
  return target.substr(0, target.find('?'));
}

std::vector<wire::HeaderField> fields_of(const Decision& decision) {
  std::vector<wire::HeaderField> fields;
  for (const auto& [name, value] : decision.headers) {
    fields.push_back({name, value});
  }
  return fields;
}

}  // namespace

std::shared_ptr<WsServerService> make_ws_service(ServerSettings& settings,
                                                 ServerHandlers handlers) {
  auto service = std::make_shared<WsServerService>();
  service->set(settings.limits, settings.deadlines, settings.deflate, settings.slow_receiver);
  service->path = std::move(settings.path);
  service->subprotocols = std::move(settings.subprotocols);
  service->origins = std::move(settings.origins);
  service->on_upgrade = std::move(handlers.on_upgrade);
  service->on_open = std::move(handlers.on_open);
  service->on_message = std::move(handlers.on_message);
  service->on_pong = std::move(handlers.on_pong);
  service->on_close = std::move(handlers.on_close);
  return service;
}

WsAccept::WsAccept(std::shared_ptr<const WsServerService> service, std::string_view head)
    : WsAccept(std::move(service)) {
  (void)reader_.feed(wire::octets_of(head));
  (void)reader_.feed(wire::octets_of("\r\n"));
}

void WsAccept::start(ConnectionIo& conn) {
  if (reader_.state() == wire::HeadReader::State::complete) {
    decide(conn);
  }
}

std::size_t WsAccept::receive(ConnectionIo& conn, wire::Octets in) {
  const std::size_t taken = reader_.feed(in);
  switch (reader_.state()) {
    case wire::HeadReader::State::needs_more:
      return taken;
    case wire::HeadReader::State::failed:
      wire::append_refusal(reader_.error(), {}, conn.out(), wire::asks_for_head(reader_.text()));
      conn.finish();
      return in.size();
    case wire::HeadReader::State::complete:
      decide(conn);
      break;
  }
  // What follows the head is the first of the frames.
  return conn.open() ? taken : in.size();
}

void WsAccept::decide(ConnectionIo& conn) {
  const auto request = wire::read_upgrade_request(reader_.text());
  if (!request) {
    wire::append_refusal(request.error(), request.failure().detail, conn.out(),
                         wire::asks_for_head(reader_.text()));
    conn.finish();
    return;
  }
  const wire::UpgradeRequest& asked = request.value();
  if (!service_->path.empty() && path_of(asked.target) != service_->path) {
    refuse(conn, Decision::refuse(kNotFound));
    return;
  }
  // RFC 6455 §10.2: browsers always say where a script comes from; who says nothing is no browser.
  if (!service_->origins.empty() && asked.origin &&
      std::find(service_->origins.begin(), service_->origins.end(), *asked.origin) ==
          service_->origins.end()) {
    wire::append_refusal(wire::WireError::origin_refused, {}, conn.out());
    conn.finish();
    return;
  }
  const Decision decision = ask(conn, asked);
  if (decision.accepted) {
    accept(conn, asked, decision);
  } else {
    refuse(conn, decision);
  }
}

Decision WsAccept::ask(ConnectionIo& conn, const wire::UpgradeRequest& request) const {
  if (!service_->on_upgrade) {
    return Decision::accept();
  }
  std::vector<HeaderView> headers;
  headers.reserve(request.fields.size());
  for (const wire::HeaderField& field : request.fields) {
    headers.push_back({field.name, field.value});
  }
  UpgradeView view;
  view.target = request.target;
  view.path = path_of(request.target);
  view.query = request.target.substr(std::min(request.target.size(), view.path.size() + 1));
  view.host = request.host;
  view.origin = request.origin.value_or(std::string_view{});
  view.subprotocols = request.subprotocols;
  view.headers = headers;
  view.secure = conn.secure();
  try {
    return service_->on_upgrade(view);
  } catch (...) {
    return Decision::refuse(kInternalError);
  }
}

std::string_view WsAccept::choose_subprotocol(const wire::UpgradeRequest& request) const {
  for (const std::string& spoken : service_->subprotocols) {
    if (std::find(request.subprotocols.begin(), request.subprotocols.end(), spoken) !=
        request.subprotocols.end()) {
      return spoken;
    }
  }
  return {};
}

void WsAccept::accept(ConnectionIo& conn, const wire::UpgradeRequest& request,
                      const Decision& decision) {
  const std::vector<wire::HeaderField> fields = fields_of(decision);
  wire::UpgradeAnswer answer;
  answer.subprotocol = decision.subprotocol.empty() ? choose_subprotocol(request)
                                                    : std::string_view(decision.subprotocol);
  answer.extra_fields = fields;
  if (service_->deflate.enabled) {
    answer.deflate = wire::choose_deflate(request.extensions, service_->deflate);
  }
  if (wire::append_acceptance(request, answer, conn.out()) != wire::WireError::none) {
    refuse(conn, Decision::refuse(kInternalError));
    return;
  }
  conn.replace(std::make_unique<WsProtocol>(service_, wire::Role::server, answer.deflate));
}

void WsAccept::refuse(ConnectionIo& conn, const Decision& decision) {
  const std::vector<wire::HeaderField> fields = fields_of(decision);
  if (wire::append_refusal(decision.status, fields, decision.body, conn.out()) !=
      wire::WireError::none) {
    (void)wire::append_refusal(kInternalError, {}, {}, conn.out());
  }
  conn.finish();
}

void WsAccept::peer_finished(ConnectionIo& conn) {
  conn.finish();
}

void WsAccept::deadline(ConnectionIo& conn) {
  if (reader_.size() > 0) {
    refuse(conn, Decision::refuse(kRequestTimeout));
  } else {
    conn.finish();
  }
}

void WsAccept::stopping(ConnectionIo& conn) {
  if (reader_.size() > 0) {
    refuse(conn, Decision::refuse(kUnavailable));
  } else {
    conn.finish();
  }
}

}  // namespace net
}  // namespace osprey
