// SPDX-License-Identifier: Apache-2.0
#include "run/http/kept_link.hpp"

namespace conform {

KeptLink::KeptLink(RunContext& context, Host& host, const std::string& name, int number,
                   Shared shared, int fd)
    : host_(host),
      number_(number),
      channel_(context, *this, Role::client, name + "#" + std::to_string(number)),
      sender_(channel_, shared.payloads, shared.names) {
  channel_.http = true;
  channel_.in_setup = false;
  sender_.hold_end();
  auto connection = std::make_unique<Connection>(context.loop, channel_.events());
  connection->adopt(fd, nullptr);
  channel_.adopt(std::move(connection), {});
}

void KeptLink::send(const Send& items) {
  sender_.queue(items);
  sender_.pump();
}

void KeptLink::answer_plain() {
  channel_.send("HTTP/1.1 200 OK\r\nContent-Length: 6\r\nConnection: close\r\n\r\nosprey");
  if (channel_.connection()->open()) channel_.connection()->shutdown_write();
}

void KeptLink::on_change() {
  reader_.feed(channel_.responses().take_rest());
  wire::HttpHead head;
  bool more = false;
  // RFC 9110 §10.1.1: its client waits for a sign before it sends the content.
  if (reader_.next_head(head, more) && more && head.has_token("Expect", "100-continue"))
    channel_.send("HTTP/1.1 100 Continue\r\n\r\n");
  wire::HttpMessage request;
  while (reader_.next(request)) {
    ++requests_;
    sender_.answers(request.head);
    channel_.seen.octets_after_request = reader_.pending().size();
    host_.on_request(*this, std::move(request));
  }
  host_.on_news();
}

}  // namespace conform
