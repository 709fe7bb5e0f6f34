/* SPDX-License-Identifier: Apache-2.0
 *
 * Vais std/websocket as C functions: `F name(...)` of a type is Type_name(), free functions keep
 * their name, every i64 is int64_t, a str is NUL-terminated UTF-8, &self is a pointer.
 *
 * Synchronous, on descriptors: calls block until they are done. A descriptor may be used by one
 * thread at a time; different ones by different threads. Nothing throws, nothing exits, SIGPIPE is
 * never raised.
 */
#ifndef OSPREY_VAIS_WEBSOCKET_H
#define OSPREY_VAIS_WEBSOCKET_H

#include <stdint.h>

/* NOLINTBEGIN(readability-identifier-naming): the names are those of the text. */

#ifdef __cplusplus
extern "C" {
#endif

#ifndef OSPREY_API
#if defined(__GNUC__)
#define OSPREY_API __attribute__((visibility("default")))
#else
#define OSPREY_API
#endif
#endif

enum {
  WS_OPCODE_CONTINUATION = 0,
  WS_OPCODE_TEXT = 1,
  WS_OPCODE_BINARY = 2,
  WS_OPCODE_CLOSE = 8,
  WS_OPCODE_PING = 9,
  WS_OPCODE_PONG = 10,

  WS_CLOSE_NORMAL = 1000,
  WS_CLOSE_GOING_AWAY = 1001,
  WS_CLOSE_PROTOCOL_ERROR = 1002,
  WS_CLOSE_UNSUPPORTED = 1003,
  WS_CLOSE_NO_STATUS = 1005,
  WS_CLOSE_ABNORMAL = 1006,
  WS_CLOSE_INVALID_DATA = 1007,
  WS_CLOSE_POLICY = 1008,
  WS_CLOSE_TOO_LARGE = 1009,
  WS_CLOSE_EXTENSION = 1010,
  WS_CLOSE_UNEXPECTED = 1011,

  WS_STATE_CONNECTING = 0,
  WS_STATE_OPEN = 1,
  WS_STATE_CLOSING = 2,
  WS_STATE_CLOSED = 3,

  WS_MAX_FRAME_SIZE = 65536, /* octets of a frame's payload */
  WS_HEADER_BUFFER = 8192,   /* octets of an upgrade request */
  WS_RECV_BUFFER = 4096,     /* octets read at once */
  WS_SEND_BUFFER = 65550     /* a frame at most: payload and 14 octets of header */
};

/* For bindings: the value of a constant by the name above, such as "WS_OPCODE_TEXT"; -1 for any
 * other name. */
OSPREY_API int64_t ws_constant(const char* name);

/* ------------------------------------------------------------------ WsFrame: 40 octets, five i64
 */

typedef struct WsFrame {
  int64_t opcode;  /* WS_OPCODE_*, or -1: none (the end, or an error) */
  int64_t payload; /* address of payload_len octets and a NUL, the frame's own, or 0 */
  int64_t payload_len;
  int64_t is_final;  /* 1 with FIN */
  int64_t is_masked; /* 1 where the frame came masked */
} WsFrame;

/* The constructors copy what they are given. Without memory, or for a negative length, an opcode
 * outside 0 to 15, or an address of 0 with a length, they answer a frame with opcode -1. */
OSPREY_API WsFrame WsFrame_new(int64_t opcode, int64_t payload, int64_t payload_len);
OSPREY_API WsFrame WsFrame_text(const char* msg);
OSPREY_API WsFrame WsFrame_binary(int64_t data, int64_t len);
OSPREY_API WsFrame WsFrame_ping(void);
OSPREY_API WsFrame WsFrame_pong(void);
/* The code as two octets; WS_CLOSE_NO_STATUS gives an empty body; codes that may not be on the wire
 * give opcode -1. */
OSPREY_API WsFrame WsFrame_close(int64_t status_code);

/* 1 or 0. */
OSPREY_API int64_t WsFrame_is_control(const WsFrame* self);
OSPREY_API int64_t WsFrame_is_text(const WsFrame* self);
OSPREY_API int64_t WsFrame_is_binary(const WsFrame* self);
OSPREY_API int64_t WsFrame_is_close(const WsFrame* self);
OSPREY_API int64_t WsFrame_is_ping(const WsFrame* self);
OSPREY_API int64_t WsFrame_is_pong(const WsFrame* self);

/* The payload, NUL-terminated, the frame's until drop; "" if there is none. */
OSPREY_API const char* WsFrame_payload_text(const WsFrame* self);
/* WS_CLOSE_NO_STATUS for other frames and for a Close without a code. */
OSPREY_API int64_t WsFrame_close_code(const WsFrame* self);
/* Frees the payload and sets it to 0: dropping twice is harmless. Answers 0. */
OSPREY_API int64_t WsFrame_drop(WsFrame* self);

/* ------------------------------------------------------------------ WsConnection: 32 octets, four
 * i64 */

typedef struct WsConnection {
  int64_t fd;        /* TCP socket, or -1 */
  int64_t is_server; /* 1: server side, 0: client side */
  int64_t state;     /* WS_STATE_* */
  int64_t mask_key;  /* client side: the key of the last frame sent; every frame has a fresh one */
} WsConnection;

/* For a connected stream socket whose opening handshake is over. Anything else: fd -1, state
 * WS_STATE_CLOSED. The descriptor belongs to the connection from then on. */
OSPREY_API WsConnection WsConnection_from_server(int64_t fd);
OSPREY_API WsConnection WsConnection_from_client(int64_t fd);

OSPREY_API int64_t WsConnection_is_open(const WsConnection* self);

/* Octets sent, frame header included, or -1: not open, a frame that breaks RFC 6455 §5 or is longer
 * than WS_MAX_FRAME_SIZE, text that is not UTF-8, or the peer is gone. After a failed write the
 * state is WS_STATE_CLOSED. */
OSPREY_API int64_t WsConnection_send_frame(WsConnection* self, const WsFrame* frame);
OSPREY_API int64_t WsConnection_send_text(WsConnection* self, const char* msg);
OSPREY_API int64_t WsConnection_send_binary(WsConnection* self, int64_t data, int64_t len);
OSPREY_API int64_t WsConnection_send_ping(WsConnection* self);
/* With the payload of the latest ping received and not yet answered (RFC 6455 §5.5.3), else empty.
 */
OSPREY_API int64_t WsConnection_send_pong(WsConnection* self);
/* Then the state is WS_STATE_CLOSING, or WS_STATE_CLOSED where the peer's Close was there before.
 */
OSPREY_API int64_t WsConnection_send_close(WsConnection* self, int64_t status_code);

/* The next frame; the caller drops it. A Close is answered before it is returned. A frame that
 * breaks a rule is answered with the Close the RFC names (1002, 1007, 1009) and gives opcode -1, as
 * do the end of the connection and a connection that is closed. Fragments are frames of their own;
 * their order, and the UTF-8 of a text message over all its fragments, are checked. */
OSPREY_API WsFrame WsConnection_recv_frame(WsConnection* self);

/* Sends Close 1000 if open, waits for the peer's (5 s at most), ends TCP, closes the descriptor. 0,
 * or -1 where there was nothing to close. */
OSPREY_API int64_t WsConnection_close(WsConnection* self);
/* Closes the descriptor at once. 0, or -1 where there was nothing to close. */
OSPREY_API int64_t WsConnection_force_close(WsConnection* self);
/* force_close; 0 always, also the second time. */
OSPREY_API int64_t WsConnection_drop(WsConnection* self);

/* ------------------------------------------------------------------ WsServer: 24 octets, three i64
 */

typedef struct WsServer {
  int64_t listener_fd; /* or -1 */
  int64_t port;
  int64_t running; /* 1 until stop */
} WsServer;

/* On all addresses. A port outside 1 to 65535, or one that is taken: listener_fd -1. */
OSPREY_API WsServer WsServer_bind(int64_t port);
OSPREY_API int64_t WsServer_is_valid(const WsServer* self);
/* Waits for a client and shakes hands. A client that asks wrongly gets its HTTP error, one that
 * takes longer than 5 s is cut: fd -1 both times, and the server goes on. */
OSPREY_API WsConnection WsServer_accept(WsServer* self);
/* One connection at a time, until stop. Answers the number of connections served, or -1 if the
 * server was not valid. */
OSPREY_API int64_t WsServer_run_echo(WsServer* self);
/* Any thread: accept and run_echo return. */
OSPREY_API int64_t WsServer_stop(WsServer* self);
/* Frees the port. 0, or -1 where there was nothing to close. */
OSPREY_API int64_t WsServer_close(WsServer* self);
OSPREY_API int64_t WsServer_drop(WsServer* self);

OSPREY_API WsServer ws_server(int64_t port);
/* Shakes hands on a connected socket whose first buffer_len octets were read into `buffer` already.
 * What the client sent behind its request is kept for recv_frame. On failure the HTTP error is
 * sent, fd is -1, and the descriptor stays the caller's. */
OSPREY_API WsConnection ws_upgrade(int64_t fd, int64_t buffer, int64_t buffer_len);

#ifdef __cplusplus
}
#endif

/* NOLINTEND(readability-identifier-naming) */

#endif
