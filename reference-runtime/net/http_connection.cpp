// SPDX-License-Identifier: Apache-2.0
#include "net/http_connection.hpp"

#include <exception>
#include <utility>

#include "wire/http/content_type.hpp"
#include "wire/http/response.hpp"

namespace osprey::net {

using wire::WireError;
namespace http = wire::http;

void HttpConnection::start(Turn& turn) {
  set_deadline(turn);
}

std::size_t HttpConnection::receive(Turn& turn, wire::Octets in) {
  std::size_t taken = 0;
  // While much waits for the client, its further requests wait too.
  while (taken < in.size() && !finished_ && !busy_answering() && turn.waiting() < kHighWater) {
    const wire::ConstOctets rest = in.subspan(taken);
    taken += exchange_ != nullptr && exchange_->reader != nullptr ? take_body(turn, rest)
                                                                  : take_head(turn, rest);
  }
  if (exchange_ != nullptr && !busy_answering()) {
    set_deadline(turn);  // a request that is only half here
  }
  return finished_ ? in.size() : taken;
}

std::size_t HttpConnection::take_head(Turn& turn, wire::ConstOctets in) {
  if (exchange_ == nullptr) {
    // RFC 9112 §2.2: an empty line before a request is ignored.
    if (in.front() == '\r' || in.front() == '\n') {
      return 1;
    }
    exchange_ = std::make_unique<HttpExchange>(service_->settings.limits.header_block,
                                               service_->settings.limits.body_in_memory);
  }
  wire::HeadReader& head = exchange_->head;
  const std::size_t taken = head.feed(in);
  if (head.state() == wire::HeadReader::State::failed) {
    refuse(turn, head.error());
  } else if (head.state() == wire::HeadReader::State::complete) {
    auto request = http::read_request(head.text(), service_->request_limits);
    if (!request) {
      refuse(turn, request.error());
      return taken;
    }
    exchange_->request = request.value();
    begin_body(turn, taken < in.size());
  }
  return taken;
}

void HttpConnection::begin_body(Turn& turn, bool octets_follow) {
  const http::Request& request = exchange_->request;
  if (request.wants_websocket) {
    if (const auto target = service_->upgrade.load()) {
      const std::string head(exchange_->head.text());
      exchange_.reset();
      finished_ = true;  // whatever happens: this protocol takes nothing more
      target->upgrade(turn, head);
      return;
    }
  }
  if (request.framing.kind == http::BodyKind::none) {
    answer(turn);
    return;
  }
  exchange_->reader = std::make_unique<http::BodyReader>(request.framing, &service_->body_limits);
  if (exchange_->reader->state() == http::BodyReader::State::failed) {
    refuse(turn, exchange_->reader->error());
  } else if (request.expects_continue && !octets_follow) {
    // RFC 9110 §10.1.1: may be left out when the body is arriving already.
    http::append_continue(turn.out());
  }
}

std::size_t HttpConnection::take_body(Turn& turn, wire::ConstOctets in) {
  http::BodyReader& reader = *exchange_->reader;
  const std::size_t taken = reader.feed(in, exchange_->body);
  if (exchange_->body.failed()) {
    refuse(turn, 507, "no room for this body");
  } else if (reader.state() == http::BodyReader::State::failed) {
    refuse(turn, reader.error());
  } else if (reader.state() == http::BodyReader::State::complete) {
    answer(turn);
  }
  return taken;
}

void HttpConnection::answer(Turn& turn) {
  const http::Request& request = exchange_->request;
  HttpRequestView view;
  view.method = request.method;
  view.target = request.path;
  view.raw_headers = request.raw_fields;
  view.body = exchange_->body.memory();
  view.body_fd = exchange_->body.in_file() ? exchange_->body.rewound_file() : -1;
  view.body_size = exchange_->reader == nullptr ? 0 : exchange_->reader->size();
  HttpAnswer answer;
  try {
    answer = service_->handler(view);
  } catch (const std::exception&) {
    // CWE-200: what went wrong inside stays inside.
    answer = {};
    answer.status = 500;
    answer.body = "Internal Server Error\n";
  }
  write_answer(turn, answer);
}

void HttpConnection::write_answer(Turn& turn, const HttpAnswer& answer) {
  const http::Request& request = exchange_->request;
  Fd source(answer.stream_fd);
  exchange_->close_after = !request.persistent || stopping_;
  const bool no_body = answer.status == 204 || answer.status == 304;
  const bool streamed = source.valid() && !no_body;
  http::ResponseOut out;
  out.status = answer.status;
  out.raw_fields = answer.raw_headers;
  out.content_type = answer.content_type;
  if (out.content_type.empty() && !no_body) {
    out.content_type = streamed ? std::string_view("application/octet-stream")
                                : http::content_type_of(wire::octets_of(answer.body));
  }
  // RFC 9112 §6.1: an HTTP/1.0 client knows no chunks; the end of the connection ends its body.
  const bool unknown_size = streamed && answer.stream_size < 0;
  out.chunked = unknown_size && request.minor_version >= 1;
  exchange_->close_after |= unknown_size && !out.chunked;
  if (!unknown_size && answer.status != 304) {
    out.content_length =
        streamed ? static_cast<std::uint64_t>(answer.stream_size) : answer.body.size();
  }
  out.close = exchange_->close_after;
  out.keep_alive = !out.close && request.minor_version == 0;
  if (!http::append_response_head(out, turn.out())) {
    write_head_failed(turn);
    return;
  }
  // RFC 9110 §9.3.2: HEAD gets the same head and no body.
  if (request.method == "HEAD" || no_body) {
    done(turn);
  } else if (streamed) {
    exchange_->stream = std::make_unique<AnswerStream>();
    exchange_->stream->source = std::move(source);
    exchange_->stream->chunked = out.chunked;
    exchange_->stream->remaining =
        unknown_size ? UINT64_MAX : static_cast<std::uint64_t>(answer.stream_size);
    pump(turn);
  } else {
    turn.out().append(answer.body);
    done(turn);
  }
}

// The application's status or headers cannot be sent as they are (RFC 9112 §11.1).
void HttpConnection::write_head_failed(Turn& turn) {
  refuse(turn, 500, "the application's answer has a malformed header or status");
}

void HttpConnection::done(Turn& turn) {
  const bool close = exchange_->close_after;
  exchange_.reset();
  if (close) {
    finished_ = true;
    turn.finish();
  } else {
    turn.extend_deadline(tick_after(service_->settings.keep_alive_deadline));
  }
}

void HttpConnection::refuse(Turn& turn, WireError error) {
  exchange_.reset();
  finished_ = true;
  http::append_error(error, turn.out());
  turn.finish();
}

void HttpConnection::refuse(Turn& turn, int status, std::string_view text) {
  exchange_.reset();
  finished_ = true;
  http::append_error(status, text, turn.out());
  turn.finish();
}

void HttpConnection::peer_finished(Turn& turn) {
  // A client may end its side and still wait for the answers to what it asked.
  if (busy_answering()) {
    exchange_->close_after = true;
    return;
  }
  exchange_.reset();
  finished_ = true;
  turn.finish();
}

void HttpConnection::deadline(Turn& turn) {
  if (exchange_ == nullptr) {
    finished_ = true;
    turn.finish();
  } else if (!busy_answering()) {
    refuse(turn, 408, "the request did not arrive in time");
  }
}

void HttpConnection::stopping(Turn& turn) {
  stopping_ = true;
  if (exchange_ == nullptr) {
    finished_ = true;
    turn.finish();
  } else {
    exchange_->close_after = true;
  }
}

void HttpConnection::drained(Turn& turn) {
  if (busy_answering()) {
    pump(turn);
  }
}

void HttpConnection::set_deadline(Turn& turn) {
  const auto& settings = service_->settings;
  turn.set_deadline(
      tick_after(exchange_ == nullptr ? settings.keep_alive_deadline : settings.request_deadline));
}

}  // namespace osprey::net
