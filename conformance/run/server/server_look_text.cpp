// SPDX-License-Identifier: Apache-2.0
// What the look at a server came to, for people: what was sent, what came, what to do.
#include "run/server/server_look.hpp"
#include "wire/describe.hpp"

namespace conform {

static std::string url_of(const Target& target) {
  const std::string scheme = target.http ? "http" : "ws";
  return scheme + (target.tls ? "s" : "") + "://" + target.authority() + target.path;
}

// The scheme this target would have the other way.
static std::string other_scheme(const Target& target) {
  return target.http ? (target.tls ? "http://" : "https://") : (target.tls ? "ws://" : "wss://");
}

static std::string advice_for(const LookResult& result) {
  const wire::HttpHead& head = result.head;
  const int status = head.status();
  if (status >= 300 && status < 400)
    return "it redirects to " + head.first("Location").value_or("(no Location)") +
           ": give that URL, with ws:// or wss://";
  switch (status) {
    case 400:
    case 426:
      return "it may demand a subprotocol (--header 'Sec-WebSocket-Protocol: NAME'), or this is no "
             "WebSocket endpoint";
    case 401:
    case 407:
      return "pass what it demands: --header 'Authorization: …' or headers: in the runtime file";
    case 403:
      return "pass what it demands: --header 'Origin: …', 'Authorization: …' or 'Cookie: …', or "
             "headers: in the runtime file";
    case 404:
    case 405:
      return "give the URL of a WebSocket endpoint, with its path";
    case 200:
      return "a page is served there, no WebSocket: give the URL of a WebSocket endpoint, with its "
             "path";
    default:
      return "give the URL of a WebSocket endpoint; the server's log may say more";
  }
}

static std::string first_line(const std::string& body) {
  const std::string line = body.substr(0, body.find_first_of("\r\n"));
  return line.empty() ? "" : ", " + wire::describe(line, 80);
}

static std::string after_upgrade(const LookResult& result, const std::string& what,
                                 const std::string& advice) {
  return what + ": after the 101, sent " + result.sent + "; received " +
         (result.came.empty() ? "nothing" : result.came) + "; " + advice;
}

std::string look_text(const LookResult& result, const Target& target, bool started) {
  std::string where = url_of(target) + ": ";
  const std::string sent = "sent " + result.sent + "; ";
  switch (result.end) {
    case LookEnd::served:
      return {};
    case LookEnd::unreachable:
      return where + "cannot connect: " + result.came +
             (started ? "" : "; is the implementation started, and is this its port?");
    case LookEnd::tls_failed:
      return where + "sent a TLS handshake; " + result.came +
             "; --ca FILE trusts another authority, --insecure trusts all, --sni NAME asks for "
             "another name";
    case LookEnd::tls_silent:
      return where +
             "sent a TLS handshake; received nothing, though the connection stays open; is this a "
             "port that speaks TLS?";
    case LookEnd::tls_there:
      return where + sent + "the port speaks TLS; use " + other_scheme(target);
    case LookEnd::plain_there:
      return where + "sent a TLS handshake; the port speaks plain HTTP; use " +
             other_scheme(target);
    case LookEnd::silent:
      return where + sent + "received nothing, though the connection stays open; is this the " +
             (target.http ? "port of an HTTP server?" : "port of a WebSocket server?");
    case LookEnd::ended:
      return where + sent + "received " + (result.came.empty() ? "nothing" : result.came) +
             " in place of an answer; is this the port of an HTTP or WebSocket server?";
    case LookEnd::not_http:
      return where + sent + "received " + result.came +
             ", which is no HTTP response; is this the port of an HTTP or WebSocket server?";
    case LookEnd::refused:
      return where + sent + "received \"" + result.head.start_line + "\"" +
             first_line(result.body) + "; " + advice_for(result);
    case LookEnd::closed:
      return where + after_upgrade(result, "the server ends the connection",
                                   "the cases send messages of any kind: test an endpoint that "
                                   "takes them");
    case LookEnd::unechoed:
      return where + after_upgrade(result, "the server does not echo as it is declared to",
                                   "mend the echo, or declare another one (echo: in the runtime "
                                   "file, or --echo)");
    case LookEnd::unanswered:
      return where + after_upgrade(result, "the server answers neither a message nor a ping",
                                   "without either nothing shows in which order it does things: "
                                   "test an endpoint that echoes, or that answers pings");
    case LookEnd::illegal:
      return where + after_upgrade(result, "the server breaks RFC 6455 at its first message",
                                   "mend that first");
  }
  return where;
}

}  // namespace conform
