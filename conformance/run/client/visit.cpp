// SPDX-License-Identifier: Apache-2.0
#include "run/client/visit.hpp"

#include "wire/digest.hpp"

namespace conform {

static constexpr Milliseconds kRequestLimit{10000};
static constexpr Milliseconds kCloseLimit{1000};
static constexpr std::size_t kLargestHead = std::size_t{64} << 10U;

Visit::Visit(RunContext& context, Host& host, int fd, SSL_CTX* tls)
    : context_(context), host_(host) {
  connection_ = std::make_unique<Connection>(context.loop, *this);
  connection_->adopt(fd, tls);
  limit(kRequestLimit);
}

Visit::Visit(RunContext& context, Host& host, std::unique_ptr<Connection> connection)
    : context_(context), host_(host), connection_(std::move(connection)) {
  connection_->hand_over(*this);
  limit(kRequestLimit);
}

Visit::~Visit() {
  context_.loop.cancel(limit_);
}

void Visit::limit(Milliseconds span) {
  context_.loop.cancel(limit_);
  limit_ = context_.loop.after(context_.stretched(span), [this] { gone(); });
}

static int hex_value(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  const char lower = static_cast<char>(c | 32);
  return lower >= 'a' && lower <= 'f' ? lower - 'a' + 10 : -1;
}

static std::string decoded(std::string_view text) {
  std::string out;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '%' && i + 2 < text.size() && hex_value(text[i + 1]) >= 0 &&
        hex_value(text[i + 2]) >= 0) {
      out += static_cast<char>(hex_value(text[i + 1]) * 16 + hex_value(text[i + 2]));
      i += 2;
    } else {
      out += text[i] == '+' ? ' ' : text[i];
    }
  }
  return out;
}

std::string Visit::query(const std::string& name) const {
  const auto found = query_.find(name);
  return found == query_.end() ? "" : found->second;
}

void Visit::read_request() {
  std::size_t used = 0;
  auto head = wire::read_head(in_, used);
  if (!head) {
    if (in_.size() > kLargestHead) gone();
    return;
  }
  have_request_ = true;
  context_.loop.cancel(limit_);
  request_.head = std::move(*head);
  request_.rest = in_.substr(used);
  const std::string& line = request_.head.start_line;
  const auto first = line.find(' ');
  std::string target =
      first == std::string::npos ? "" : line.substr(first + 1, line.rfind(' ') - first - 1);
  // Absolute form is as good as origin form.
  if (const auto slashes = target.find("://"); slashes != std::string::npos) {
    const auto slash = target.find('/', slashes + 3);
    target = slash == std::string::npos ? "/" : target.substr(slash);
  }
  const auto mark = target.find('?');
  path_ = target.substr(0, mark);
  std::string_view rest =
      mark == std::string::npos ? std::string_view() : std::string_view(target).substr(mark + 1);
  while (!rest.empty()) {
    const auto pair = rest.substr(0, rest.find('&'));
    const auto equals = pair.find('=');
    query_[decoded(pair.substr(0, equals))] =
        equals == std::string_view::npos ? "" : decoded(pair.substr(equals + 1));
    rest.remove_prefix(std::min(rest.size(), pair.size() + 1));
  }
  host_.on_request(*this);
}

void Visit::on_octets(std::string_view octets) {
  if (have_request_ && (echoing_ || closing_)) {
    reader_.feed(octets);
    return read_frames();
  }
  in_ += octets;
  if (!have_request_) read_request();
}

void Visit::read_frames() {
  wire::Event event;
  while (reader_.next(event)) {
    wire::Octets out;
    wire::FrameSpec spec;
    if (event.kind == wire::EventKind::close || event.kind == wire::EventKind::violation) {
      if (!closing_) {
        spec.opcode = wire::kClose;
        wire::append_frame(spec, wire::OctetView("\x03\xe8", 2), out);
        connection_->write(out);
      }
      closing_ = true;
      connection_->shutdown_write();
      return limit(kCloseLimit);
    }
    if (!echoing_ || event.kind == wire::EventKind::pong) continue;
    spec.opcode = event.kind == wire::EventKind::ping ? wire::kPong : event.opcode;
    wire::append_frame(spec, event.payload, out);
    connection_->write(out);
  }
}

void Visit::switch_protocols() {
  connection_->write(
      "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: "
      "Upgrade\r\nSec-WebSocket-Accept: " +
      wire::accept_for(request_.head.first("Sec-WebSocket-Key").value_or("")) + "\r\n\r\n");
}

void Visit::answer(const std::string& text) {
  switch_protocols();
  wire::Octets out;
  wire::FrameSpec spec;
  if (!text.empty()) wire::append_frame(spec, text, out);
  spec.opcode = wire::kClose;
  wire::append_frame(spec, wire::OctetView("\x03\xe8", 2), out);
  connection_->write(out);
  closing_ = true;
  limit(kCloseLimit);
}

void Visit::echo() {
  switch_protocols();
  echoing_ = true;
  reader_.feed(request_.rest);
  read_frames();
}

void Visit::refuse(const std::string& status) {
  connection_->write("HTTP/1.1 " + status + "\r\nContent-Length: 0\r\nConnection: close\r\n\r\n");
  connection_->shutdown_write();
  limit(kCloseLimit);
}

std::unique_ptr<Connection> Visit::hand_over() {
  context_.loop.cancel(limit_);
  context_.loop.post([this, alive = std::weak_ptr<bool>(alive_)] {
    if (!alive.expired()) host_.on_gone(*this);
  });
  gone_ = true;
  return std::move(connection_);
}

void Visit::gone() {
  if (gone_) return;
  gone_ = true;
  context_.loop.post([this, alive = std::weak_ptr<bool>(alive_)] {
    if (!alive.expired()) host_.on_gone(*this);
  });
}

}  // namespace conform
