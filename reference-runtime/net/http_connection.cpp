// SPDX-License-Identifier: Apache-2.0
#include "net/http_connection.hpp"

#include <utility>

#include "net/loop.hpp"
#include "wire/http/content_type.hpp"

namespace osprey::net {

namespace http = wire::http;

void HttpConnection::start(ConnectionIo& conn) {
  set_deadline(conn);
}

std::size_t HttpConnection::receive(ConnectionIo& conn, wire::Octets in) {
  std::size_t taken = 0;
  // While much waits for the client, its further requests wait too.
  while (taken < in.size() && !finished_ && !upgraded_ && !busy_answering() && !awaits_handler() &&
         conn.waiting() < kHighWater) {
    const wire::ConstOctets rest = in.subspan(taken);
    taken +=
        exchange_ != nullptr && exchange_->reader ? take_body(conn, rest) : take_head(conn, rest);
  }
  if (exchange_ != nullptr && !busy_answering() && !awaits_handler()) {
    set_deadline(conn);  // a request that is only half here
  }
  return finished_ ? in.size() : taken;
}

std::size_t HttpConnection::take_head(ConnectionIo& conn, wire::ConstOctets in) {
  if (exchange_ == nullptr) {
    // RFC 9112 §2.2: an empty line before a request is ignored.
    if (in.front() == '\r' || in.front() == '\n') {
      return 1;
    }
    exchange_ = borrow_exchange(service_->settings.limits.header_block);
  }
  wire::HeadReader& head = exchange_->head;
  const std::size_t taken = head.feed(in);
  if (head.state() == wire::HeadReader::State::failed) {
    refuse(conn, http::refusal_of(head.error()));
  } else if (head.state() == wire::HeadReader::State::complete) {
    auto request = http::read_request(head.text(), service_->request_limits);
    if (!request) {
      refuse(conn, http::refusal_of(request.error()));
      return taken;
    }
    exchange_->request = request.value();
    begin_body(conn, taken < in.size());
  }
  return taken;
}

void HttpConnection::begin_body(ConnectionIo& conn, bool octets_follow) {
  const http::Request& request = exchange_->request;
  if (request.wants_websocket) {
    if (const auto target = service_->upgrade.load()) {
      const std::string head(exchange_->head.text());
      exchange_.reset();
      upgraded_ = true;
      target->upgrade(conn, head);
      return;
    }
  }
  if (request.framing.kind == http::BodyKind::none) {
    body_ended(conn);
    return;
  }
  exchange_->reader.emplace(request.framing, &service_->body_limits);
  if (exchange_->reader->state() == http::BodyReader::State::failed) {
    refuse(conn, http::refusal_of(exchange_->reader->error()));
  } else if (request.expects_continue && !octets_follow) {
    // RFC 9110 §10.1.1: may be left out when the body is arriving already.
    http::append_continue(conn.out());
  }
}

std::size_t HttpConnection::take_body(ConnectionIo& conn, wire::ConstOctets in) {
  http::BodyReader& reader = *exchange_->reader;
  BodyStore& body = exchange_->body;
  const std::size_t taken = reader.feed(in, body);
  if (reader.state() == http::BodyReader::State::failed) {
    refuse(conn, http::refusal_of(reader.error()));
  } else if (body.failed()) {
    refuse(conn, {507, "no room for this body"});
  } else if (reader.state() == http::BodyReader::State::complete) {
    body_ended(conn);
  } else if (body.upload() == nullptr && body.memory().size() > service_->body_in_memory) {
    begin_upload(conn);
  }
  return taken;
}

HttpAnswer HttpService::ask(const HttpRequestView& request) const noexcept {
  HttpAnswer answer;
  try {
    answer = handler(request);
  } catch (...) {
    // CWE-200: what went wrong inside stays inside.
    answer.status = 500;
    answer.body = "Internal error\n";
  }
  return answer;
}

// The handler runs from now on, on a thread of its own, and reads what has come and what still
// comes.
void HttpConnection::begin_upload(ConnectionIo& conn) {
  auto upload = Upload::open();
  if (upload == nullptr) {
    refuse(conn, {503, "no descriptors for this body"});
    return;
  }
  const http::Request& request = exchange_->request;
  const bool stated = request.framing.kind == http::BodyKind::length;
  const bool launched = service_->uploads->launch(
      // The connection may be gone before the handler is done, so it has copies.
      [service = service_, loop = conn.loop().shared_from_this(), id = conn.id(), upload,
       method = std::string(request.method), target = std::string(request.path),
       headers = std::string(request.raw_fields),
       size = stated ? static_cast<std::int64_t>(request.framing.length) : -1] {
        HttpRequestView view;
        view.method = method;
        view.target = target;
        view.raw_headers = headers;
        view.body_fd = upload->reader();
        view.body_size = size;
        upload->answer = service->ask(view);
        upload->stop_reading();
        // Refused when the connection is gone: then nobody wants the answer.
        (void)loop->leave(
            id, {.run = [upload](ConnectionIo& on) {
              static_cast<HttpConnection&>(on.protocol()).handler_answered(on, *upload);
            }});
      });
  if (!launched) {
    refuse(conn, {503, "too many bodies arrive at once"});
    return;
  }
  exchange_->body.hand_to(std::move(upload));
}

// A task of the connection; the body may still be arriving.
void HttpConnection::handler_answered(ConnectionIo& conn, Upload& upload) {
  if (exchange_ == nullptr || exchange_->body.upload() != &upload) {
    return;  // refused meanwhile
  }
  upload.answered = true;
  constexpr int kFirstError = 400;
  if (exchange_->body_complete()) {
    conn.go_on();
    set_deadline(conn);
    write_answer(conn, upload.answer);
  } else if (upload.answer.status >= kFirstError) {
    // RFC 9112 §9.3: the rest of the body would only be thrown away, so the connection ends.
    exchange_->close_after = true;
    finished_ = true;
    write_answer(conn, upload.answer);
  }
}

void HttpConnection::body_ended(ConnectionIo& conn) {
  if (Upload* const upload = exchange_->body.upload()) {
    upload->finish();
    if (upload->answered) {
      write_answer(conn, upload->answer);
    } else {
      conn.hold();
      conn.set_deadline(kNever);
    }
    return;
  }
  const http::Request& request = exchange_->request;
  HttpRequestView view;
  view.method = request.method;
  view.target = request.path;
  view.raw_headers = request.raw_fields;
  view.body = exchange_->body.memory();
  view.body_size = static_cast<std::int64_t>(view.body.size());
  HttpAnswer answer = service_->ask(view);
  write_answer(conn, answer);
}

void HttpConnection::write_answer(ConnectionIo& conn, HttpAnswer& answer) {
  const http::Request& request = exchange_->request;
  Fd source(std::exchange(answer.stream_fd, -1));
  exchange_->close_after = exchange_->close_after || !request.persistent || stopping_;
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
  if (!http::append_response_head(out, conn.out())) {
    // RFC 9112 §11.1: what the application gave could split the response.
    refuse(conn, {500, "the application's answer has a malformed header or status"});
    return;
  }
  // RFC 9110 §9.3.2: HEAD gets the same head and no body.
  if (request.method == "HEAD" || no_body) {
    done(conn);
  } else if (streamed) {
    exchange_->stream = std::make_unique<AnswerStream>();
    exchange_->stream->source = std::move(source);
    exchange_->stream->chunked = out.chunked;
    exchange_->stream->remaining =
        unknown_size ? UINT64_MAX : static_cast<std::uint64_t>(answer.stream_size);
    // What it asks meanwhile is answered afterwards; a deadline would only be in the way.
    conn.hold();
    conn.set_deadline(kNever);
    pump(conn);
  } else {
    conn.out().append(answer.body);
    done(conn);
  }
}

void HttpConnection::done(ConnectionIo& conn) {
  const bool close = exchange_->close_after;
  exchange_.reset();
  if (close) {
    finished_ = true;
    conn.finish();
  } else {
    conn.extend_deadline(tick_after(service_->settings.keep_alive_deadline));
  }
}

void HttpConnection::refuse(ConnectionIo& conn, const http::Refusal& refusal) {
  const bool to_head = exchange_ != nullptr && exchange_->head.text().starts_with("HEAD ");
  exchange_.reset();
  finished_ = true;
  http::append_error(refusal, conn.out(), to_head);
  conn.finish();
}

void HttpConnection::peer_finished(ConnectionIo& conn) {
  // A client may end its side and still wait for the answers to what it asked.
  if (busy_answering() || awaits_handler()) {
    exchange_->close_after = true;
    return;
  }
  exchange_.reset();
  finished_ = true;
  conn.finish();
}

void HttpConnection::deadline(ConnectionIo& conn) {
  if (exchange_ == nullptr) {
    finished_ = true;
    conn.finish();
  } else if (!busy_answering() && !awaits_handler()) {
    refuse(conn, {408, "the request did not arrive in time"});
  }
}

void HttpConnection::stopping(ConnectionIo& conn) {
  stopping_ = true;
  if (exchange_ == nullptr) {
    finished_ = true;
    conn.finish();
  } else {
    exchange_->close_after = true;
  }
}

void HttpConnection::drained(ConnectionIo& conn) {
  if (busy_answering()) {
    pump(conn);
  }
}

void HttpConnection::set_deadline(ConnectionIo& conn) {
  const auto& settings = service_->settings;
  conn.set_deadline(
      tick_after(exchange_ == nullptr ? settings.keep_alive_deadline : settings.request_deadline));
}

}  // namespace osprey::net
