// SPDX-License-Identifier: Apache-2.0
// A Vais library that is wrong on purpose: every function of the one in VAIS_LIBRARY, with the
// fault that VAIS_FAULT names. Without one it is as good as that library.
#include <dlfcn.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <string>
#include <string_view>
#include <utility>

using I = std::int64_t;

// As the text has them.
struct WsFrame {
  I opcode, payload, payload_len, is_final, is_masked;
};
struct WsConnection {
  I fd, is_server, state, mask_key;
};
struct WsServer {
  I listener_fd, port, running;
};

namespace {

constexpr I kOpen = 1;

bool fault(std::string_view name) {
  const char* const wanted = std::getenv("VAIS_FAULT");
  return wanted != nullptr && name == wanted;
}

template <class Signature>
Signature* real(const char* name) {
  static void* const library = ::dlopen(std::getenv("VAIS_LIBRARY"), RTLD_NOW | RTLD_LOCAL);
  void* const found = library == nullptr ? nullptr : ::dlsym(library, name);
  if (found == nullptr) {
    std::fprintf(stderr, "vais sham: no %s in VAIS_LIBRARY\n", name);
    std::_Exit(2);
  }
  return reinterpret_cast<Signature*>(found);
}

// A frame put on the socket by hand, masked with one and the same key on the client's side.
I raw_frame(const WsConnection& connection, unsigned opcode, const char* octets, std::size_t size) {
  const bool masked = connection.is_server == 0;
  std::string out{static_cast<char>(0x80U | opcode)};
  const unsigned mask = masked ? 0x80U : 0;
  if (size < 126) {
    out += static_cast<char>(mask | size);
  } else {
    out += static_cast<char>(mask | 127U);
    for (int shift = 56; shift >= 0; shift -= 8) out += static_cast<char>(size >> shift & 0xFFU);
  }
  if (masked) out += "\1\2\3\4";
  for (std::size_t i = 0; i < size; ++i)
    out += static_cast<char>(octets[i] ^ (masked ? static_cast<char>(i % 4 + 1) : '\0'));
  return ::send(static_cast<int>(connection.fd), out.data(), out.size(), MSG_NOSIGNAL);
}

I inverted(const char* name, WsFrame* self) {
  const I answer = real<I(WsFrame*)>(name)(self);
  const std::string wanted = std::string(name + std::strlen("WsFrame_")) + "-inverted";
  return fault(wanted) ? 1 - answer : answer;
}

// A frame that holds the address it was given, as the text's examples would have it.
WsFrame holding(I opcode, I address, I length) {
  return {opcode, length > 0 ? address : 0, length > 0 ? length : 0, 1, 0};
}

void stay_open(WsConnection* self, const char* name) {
  if (fault(name)) self->state = kOpen;
}

}  // namespace

// NOLINTBEGIN(readability-identifier-naming, performance-no-int-to-ptr): names and addresses in i64
// are the text's.
extern "C" {

I ws_constant(const char* name) {
  const I value = real<I(const char*)>("ws_constant")(name);
  return fault(std::string("constant-") + name) ? value + 1 : value;
}

WsFrame WsFrame_new(I opcode, I payload, I length) {
  if (fault("frames-hold-addresses")) return holding(opcode, payload, length);
  const I lost = fault("new-loses-octet") && length > 0 ? 1 : 0;
  return real<WsFrame(I, I, I)>("WsFrame_new")(opcode, payload, length - lost);
}
WsFrame WsFrame_text(const char* text) {
  if (fault("frames-hold-addresses"))
    return holding(1, reinterpret_cast<I>(text), static_cast<I>(std::strlen(text)));
  WsFrame out = real<WsFrame(const char*)>("WsFrame_text")(text);
  if (fault("text-is-binary")) out.opcode = 2;
  return out;
}
WsFrame WsFrame_binary(I data, I length) {
  if (fault("frames-hold-addresses")) return holding(2, data, length);
  WsFrame out = real<WsFrame(I, I)>("WsFrame_binary")(data, length);
  if (fault("binary-is-text")) out.opcode = 1;
  return out;
}
WsFrame WsFrame_ping() {
  return real<WsFrame()>(fault("ping-is-pong") ? "WsFrame_pong" : "WsFrame_ping")();
}
WsFrame WsFrame_pong() {
  return real<WsFrame()>(fault("pong-is-ping") ? "WsFrame_ping" : "WsFrame_pong")();
}
WsFrame WsFrame_close(I code) {
  WsFrame out = real<WsFrame(I)>("WsFrame_close")(code);
  if (fault("close-code-reversed") && out.payload_len == 2) {
    char* const octets = reinterpret_cast<char*>(out.payload);
    std::swap(octets[0], octets[1]);
  }
  return out;
}
I WsFrame_is_control(WsFrame* self) {
  return inverted("WsFrame_is_control", self);
}
I WsFrame_is_text(WsFrame* self) {
  return inverted("WsFrame_is_text", self);
}
I WsFrame_is_binary(WsFrame* self) {
  return inverted("WsFrame_is_binary", self);
}
I WsFrame_is_close(WsFrame* self) {
  return inverted("WsFrame_is_close", self);
}
I WsFrame_is_ping(WsFrame* self) {
  return inverted("WsFrame_is_ping", self);
}
I WsFrame_is_pong(WsFrame* self) {
  return inverted("WsFrame_is_pong", self);
}
const char* WsFrame_payload_text(WsFrame* self) {
  if (fault("no-payload-has-text") && self->payload_len == 0) return "?";
  return real<const char*(WsFrame*)>("WsFrame_payload_text")(self);
}
I WsFrame_close_code(WsFrame* self) {
  if (fault("close-code-of-any") && self->opcode != 8) return 1000;
  if (fault("close-code-of-empty") && self->payload_len == 0) return 1000;
  return real<I(WsFrame*)>("WsFrame_close_code")(self) + (fault("close-code-off") ? 1 : 0);
}
I WsFrame_drop(WsFrame* self) {
  // What it holds is the caller's.
  if (fault("frames-hold-addresses")) return self->payload = self->payload_len = 0;
  return fault("frame-drop-keeps") ? 0 : real<I(WsFrame*)>("WsFrame_drop")(self);
}

WsConnection WsConnection_from_server(I fd) {
  if (fault("from-any-descriptor")) return {fd, 1, kOpen, 0};
  const bool client = fault("from-server-is-client");
  return real<WsConnection(I)>(client ? "WsConnection_from_client"
                                      : "WsConnection_from_server")(fd);
}
WsConnection WsConnection_from_client(I fd) {
  if (fault("from-any-descriptor")) return {fd, 0, kOpen, 0};
  const bool server = fault("from-client-unmasked");
  WsConnection out =
      real<WsConnection(I)>(server ? "WsConnection_from_server" : "WsConnection_from_client")(fd);
  return out;
}
I WsConnection_is_open(WsConnection* self) {
  return real<I(WsConnection*)>("WsConnection_is_open")(self);
}
I WsConnection_send_frame(WsConnection* self, WsFrame* frame) {
  WsFrame other = *frame;
  if (fault("send-frame-as-binary")) other.opcode = 2;
  return real<I(WsConnection*, WsFrame*)>("WsConnection_send_frame")(self, &other);
}
I WsConnection_send_text(WsConnection* self, const char* text) {
  if (fault("one-mask-key") && self->is_server == 0)
    return raw_frame(*self, 1, text, std::strlen(text));
  const I sent = real<I(WsConnection*, const char*)>("WsConnection_send_text")(self, text);
  if (fault("failures-are-zero") && sent < 0) return 0;
  return fault("sent-counts-payload") && sent > 0 ? static_cast<I>(std::strlen(text)) : sent;
}
I WsConnection_send_binary(WsConnection* self, I data, I length) {
  if (fault("least-limit") && length > 65535) return -1;
  if (fault("no-limit") && length > 65536)
    return raw_frame(*self, 2, reinterpret_cast<const char*>(data),
                     static_cast<std::size_t>(length));
  if (fault("send-binary-cuts") && length > 0) --length;
  return real<I(WsConnection*, I, I)>("WsConnection_send_binary")(self, data, length);
}
I WsConnection_send_ping(WsConnection* self) {
  const I sent = real<I(WsConnection*)>("WsConnection_send_ping")(self);
  return fault("send-ping-answers-zero") ? 0 : sent;
}
I WsConnection_send_pong(WsConnection* self) {
  if (fault("pong-is-silent")) return 2;
  return fault("pong-without-payload") ? raw_frame(*self, 10, "", 0)
                                       : real<I(WsConnection*)>("WsConnection_send_pong")(self);
}
I WsConnection_send_close(WsConnection* self, I code) {
  const I sent = real<I(WsConnection*, I)>("WsConnection_send_close")(self, code);
  stay_open(self, "send-close-stays-open");
  return sent;
}
WsFrame WsConnection_recv_frame(WsConnection* self) {
  const bool was_open = self->state == kOpen;
  WsFrame out = real<WsFrame(WsConnection*)>("WsConnection_recv_frame")(self);
  if (fault("broken-is-taken") && out.opcode < 0 && was_open) {
    stay_open(self, "broken-is-taken");
    return WsFrame_text("taken");
  }
  if (fault("received-failure-is-text") && out.opcode < 0) return WsFrame_text("taken");
  if (fault("received-fin-inverted")) out.is_final = 1 - out.is_final;
  if (fault("received-still-masked") && out.payload_len > 0)
    *reinterpret_cast<char*>(out.payload) ^= 1;
  if (out.opcode == 8) stay_open(self, "closed-stays-open");
  return out;
}
I WsConnection_close(WsConnection* self) {
  const bool silent = fault("close-is-silent");
  return real<I(WsConnection*)>(silent ? "WsConnection_force_close" : "WsConnection_close")(self);
}
I WsConnection_force_close(WsConnection* self) {
  const bool polite = fault("force-is-polite");
  return real<I(WsConnection*)>(polite ? "WsConnection_close" : "WsConnection_force_close")(self);
}
I WsConnection_drop(WsConnection* self) {
  return fault("drop-leaks") ? 0 : real<I(WsConnection*)>("WsConnection_drop")(self);
}

WsServer WsServer_bind(I port) {
  WsServer out = real<WsServer(I)>("WsServer_bind")(port);
  if (fault("any-port-is-bound") && out.listener_fd < 0) out.listener_fd = ::dup(2);
  return out;
}
WsServer ws_server(I port) {
  WsServer out = real<WsServer(I)>("ws_server")(port);
  if (fault("never-running")) out.running = 0;
  return out;
}
// Sets its mark when it begins to serve, not when it is bound.
static WsServer* begun(WsServer* self) {
  if (fault("never-running") && self->listener_fd >= 0) self->running = 1;
  return self;
}
I WsServer_is_valid(WsServer* self) {
  return fault("never-valid") ? 0 : real<I(WsServer*)>("WsServer_is_valid")(begun(self));
}
WsConnection WsServer_accept(WsServer* self) {
  WsConnection out = real<WsConnection(WsServer*)>("WsServer_accept")(begun(self));
  if (fault("accept-as-client")) out.is_server = 0;
  if (fault("accept-takes-all") && out.fd < 0) out.fd = ::dup(2);
  // Forgets what it has read ahead.
  if (fault("accept-forgets")) out = real<WsConnection(I)>("WsConnection_from_server")(out.fd);
  return out;
}
// Looks at its running mark between two clients only.
static I patient_echo(WsServer* self) {
  self->running = 1;
  while (self->running != 0) {
    WsConnection connection = WsServer_accept(self);
    while (connection.fd >= 0) {
      WsFrame frame = WsConnection_recv_frame(&connection);
      if (frame.opcode != 1 && frame.opcode != 2) break;
      WsConnection_send_frame(&connection, &frame);
      WsFrame_drop(&frame);
    }
    WsConnection_close(&connection);
  }
  return 0;
}
I WsServer_run_echo(WsServer* self) {
  if (fault("stop-needs-a-client")) return self->listener_fd < 0 ? -1 : patient_echo(self);
  if (fault("echo-returns")) return 0;
  return real<I(WsServer*)>("WsServer_run_echo")(begun(self));
}
I WsServer_stop(WsServer* self) {
  if (fault("stop-does-nothing")) return 0;
  if (fault("stop-needs-a-client")) return self->running = 0;
  return real<I(WsServer*)>("WsServer_stop")(self);
}
I WsServer_close(WsServer* self) {
  return fault("server-close-leaks") ? 0 : real<I(WsServer*)>("WsServer_close")(self);
}
I WsServer_drop(WsServer* self) {
  return fault("server-drop-leaks") ? 0 : real<I(WsServer*)>("WsServer_drop")(self);
}

WsConnection ws_upgrade(I fd, I buffer, I length) {
  if (fault("upgrade-crashes")) std::abort();
  const bool fails = fault("upgrade-fails");
  WsConnection out = real<WsConnection(I, I, I)>("ws_upgrade")(
      fd, buffer, fault("upgrade-ignores-buffer") ? 0 : length);
  if (fails) out.fd = -1;
  if (fault("upgrade-takes-all") && out.fd < 0) return {::dup(2), 1, kOpen, 0};
  return out;
}

}  // extern "C"
// NOLINTEND(readability-identifier-naming, performance-no-int-to-ptr)
