/* SPDX-License-Identifier: Apache-2.0
 *
 * The Osprey built-ins as C functions, in both editions (Osprey §14, §15.4, §16).
 *
 *   edition osprey-int     http_listen(), websocket_connect(), ...          int64_t: an id or a
 * count above zero, 0, or a negative code edition osprey-result  osprey_http_listen(),
 * osprey_websocket_connect() OspreyResult: a value, or a message
 *
 * Strings are NUL-terminated octets; a NULL string counts as an empty one where an empty one is
 * allowed. Text for the wire is UTF-8. The runtime copies what it is given before a function
 * returns and never keeps a caller's pointer.
 *
 * Ids are above zero, of one numbering for all kinds, and never used again while the process lives.
 * A function given an id that was never there, is closed, or is of another kind answers
 * OSPREY_ERR_ID and does nothing.
 *
 * Threads: every function may be called from any thread, handlers included, unless it says
 * otherwise. Handlers run on threads of the runtime; several requests are handled at the same time,
 * the messages of one connection one after the other. A handler may block: others are served
 * meanwhile. Nothing here throws.
 */
#ifndef OSPREY_OSPREY_H
#define OSPREY_OSPREY_H

#include <stddef.h>
#include <stdint.h>

/* NOLINTBEGIN(readability-identifier-naming): the names are those of the text. */

#ifdef __cplusplus
extern "C" {
#endif

#if defined(__GNUC__)
#define OSPREY_API __attribute__((visibility("default")))
#else
#define OSPREY_API
#endif

/* ---------------------------------------------------------------- codes */

/* The negative codes of the edition osprey-int. -1 to -5 are those the text lists for
 * websocketServerListen (Osprey §15.4.1); the others continue them. In the edition osprey-result
 * the message begins with the same words. */
enum {
  OSPREY_OK = 0,
  OSPREY_ERR_ID = -1,      /* invalid id: unknown, closed, or of another kind */
  OSPREY_ERR_SOCKET = -2,  /* socket creation failed */
  OSPREY_ERR_OPTIONS = -3, /* socket options failed */
  OSPREY_ERR_BIND = -4,   /* bind failed: the address is in use after all retries, or is not ours */
  OSPREY_ERR_LISTEN = -5, /* listen failed, or the server listens already */
  OSPREY_ERR_PORT = -6,   /* port outside 1 to 65535 */
  OSPREY_ERR_ADDRESS = -7, /* address is no IP address */
  OSPREY_ERR_PATH = -8,    /* path that does not begin with '/', or holds blanks, controls or '#' */
  OSPREY_ERR_URL = -9,     /* malformed URL or a scheme not spoken */
  OSPREY_ERR_ARGUMENT = -10, /* any other argument: NULL, a timeout below 1, text that is not UTF-8,
                                line breaks in headers */
  OSPREY_ERR_CONNECT = -11,  /* refused, unreachable, unknown name, reset */
  OSPREY_ERR_TIMEOUT = -12,  /* the deadline passed */
  OSPREY_ERR_TLS = -13,      /* certificate or TLS handshake */
  OSPREY_ERR_HANDSHAKE = -14, /* the peer refused the WebSocket handshake or answered it wrongly */
  OSPREY_ERR_CLOSED = -15,    /* the connection is closing or closed */
  OSPREY_ERR_QUEUE = -16,     /* the receiver is too slow: as much as may wait waits already */
  OSPREY_ERR_TOO_BIG = -17,   /* over a limit */
  OSPREY_ERR_RESPONSE = -18,  /* malformed, truncated or forbidden HTTP response */
  OSPREY_ERR_RESOURCES = -19, /* memory, descriptors or threads ran out */
  OSPREY_ERR_SYSTEM = -20     /* anything else the operating system reported */
};

/* One sentence for a code, static storage; "no error" for 0, "unknown code" for others. */
OSPREY_API const char* osprey_code_text(int64_t code);

/* ---------------------------------------------------------------- Result */

enum { OSPREY_SUCCESS = 0, OSPREY_ERR = 1 };

/* Result<Int, String> and Result<Success, String>. 24 octets, alignment 8: tag at 0, value at 8,
 * message at 16. */
typedef struct OspreyResult {
  int64_t tag;   /* OSPREY_SUCCESS or OSPREY_ERR */
  int64_t value; /* Success: the id, status code or count; 0 for Success() . Err: the code of the
                    table above */
  char* message; /* Err: what was wrong with which argument, one line of UTF-8, the caller's to
                    free(). Success: NULL */
} OspreyResult;

/* free()s the message and clears the struct; may be called twice and with NULL. */
OSPREY_API void osprey_result_free(OspreyResult* result);

/* ---------------------------------------------------------------- types (Osprey §14.1, §16.1) */

typedef enum HttpMethod {
  HTTP_GET = 0,
  HTTP_POST = 1,
  HTTP_PUT = 2,
  HTTP_DELETE = 3,
  HTTP_PATCH = 4,
  HTTP_HEAD = 5,
  HTTP_OPTIONS = 6
} HttpMethod;

/* What a handler is shown; everything belongs to the runtime and is good during the call only. */
typedef struct HttpRequest {
  int64_t method;      /* HttpMethod */
  const char* path;    /* as asked for, without the query; "*" for OPTIONS * */
  const char* headers; /* raw field lines as received, each ending in CR LF */
  const char*
      body; /* body_length octets, then a NUL; may hold NULs. Empty when the body is streamed */
  const char* queryParams; /* behind '?', without it; empty if there is none */
  int64_t body_length;     /* octets of body */
  int64_t body_fd; /* -1, or a descriptor to read the body from until its end, while it arrives (a
                      body over 1 MiB). A read that fails says that the body was cut short. The
                      runtime closes it after the call */
} HttpRequest;

/* What a handler answers, and what a client got. Strings a handler sets must come from malloc():
 * the runtime frees them. */
typedef struct HttpResponse {
  int64_t status;        /* 200 to 599; 0 counts as 200 */
  char* headers;         /* further raw field lines, "Name: value\r\n" each, or NULL */
  char* contentType;     /* NULL: chosen from the body, see below */
  int64_t contentLength; /* with streamFd: the octets it will give, or -1 if unknown (then sent
                            chunked) */
  int64_t streamFd;      /* -1, or a descriptor the runtime streams the body from and closes */
  int64_t isComplete;    /* 1: partialBody is the whole body; 0: streamFd gives it */
  char* partialBody;     /* partialLength octets */
  int64_t partialLength;
} HttpResponse;

typedef struct WebSocketMessage {
  const char* type;  /* "text" or "binary" */
  const char* data;  /* length octets, then a NUL */
  int64_t timestamp; /* milliseconds since 1970 at arrival */
  int64_t length;
} WebSocketMessage;

typedef struct WebSocketConnection {
  int64_t id;
  char url[2048];
  int64_t isConnected;
} WebSocketConnection;

/* ---------------------------------------------------------------- HTTP server (Osprey §14.2)
 *
 * A handler gets the raw method, path (with its query), headers and body, and returns the response
 * body from malloc(), which the runtime frees; NULL is an empty body. The status is 200;
 * Content-Type is chosen from the body by its first octets:
 *
 *   { … } or [ … ]                       application/json
 *   <!doctype html, <html, <head, <body  text/html; charset=utf-8
 *   <svg, or <?xml with that root        image/svg+xml
 *   <?xml                                application/xml
 *   other UTF-8 without controls         text/plain; charset=utf-8
 *   anything else                        application/octet-stream
 *   nothing                              no Content-Type
 *
 * The handler's strings end at their first NUL. A request body that holds one is handed over with
 * all its octets, but the handler cannot see how many there are, so for it the body ends there; an
 * answer ends at its first NUL, and nothing behind it is sent. Bodies with NULs go both ways whole
 * through osprey_http_listen_full(), which counts, and through the deprecated bridge.
 *
 * There is no routing: every path reaches the handler as it came. The body is collected in memory
 * first, up to 1 GiB (413 above); a handler of osprey_http_listen_full() reads a large one while it
 * arrives.
 */
typedef char* (*OspreyHttpHandler)(char* method, char* path, char* headers, char* body);

/* The same with lengths, status, headers and streams. Returns 0, or -1 for a 500. Everything in
 * `response` is zero or -1 before. */
typedef int64_t (*OspreyHttpFullHandler)(const HttpRequest* request, HttpResponse* response,
                                         void* context);

OSPREY_API int64_t http_create_server(int64_t port, char* address);
OSPREY_API int64_t http_listen(int64_t server_id, OspreyHttpHandler handler);
OSPREY_API int64_t http_stop_server(int64_t server_id);

OSPREY_API OspreyResult osprey_http_create_server(int64_t port, const char* address);
/* handler NULL: the deprecated bridge below serves, if the program has it. */
OSPREY_API OspreyResult osprey_http_listen(int64_t server_id, OspreyHttpHandler handler);
OSPREY_API OspreyResult osprey_http_listen_full(int64_t server_id, OspreyHttpFullHandler handler,
                                                void* context);
OSPREY_API OspreyResult osprey_http_stop_server(int64_t server_id);

/* DEPRECATED bridge (Osprey §14.2.1): defined by the program, not by the runtime. It is called
 * where a server listens without a handler. 0: the out-parameters hold the answer, headers and body
 * from malloc(). -1 (or any other value): the client gets a 500. */
#if defined(__GNUC__)
__attribute__((weak))
#endif
extern int
osprey_handle_http_request(int server_id, char* method, char* full_url, char* raw_headers,
                           char* body, size_t body_length, int* response_status,
                           char** response_headers, char** response_body,
                           size_t* response_body_length);

/* ---------------------------------------------------------------- HTTP client (Osprey §14.3)
 *
 * base_url: http:// or https://, with an optional path that is put before every path. timeout:
 * milliseconds for one whole exchange, above zero. Success is the status code, whatever it is.
 * Connections are kept and used again. Redirects are not followed: the 3xx is the answer.
 */
OSPREY_API int64_t http_create_client(char* base_url, int64_t timeout);
OSPREY_API int64_t http_get(int64_t client_id, char* path, char* headers);
OSPREY_API int64_t http_post(int64_t client_id, char* path, char* body, char* headers);
OSPREY_API int64_t http_put(int64_t client_id, char* path, char* body, char* headers);
OSPREY_API int64_t http_delete(int64_t client_id, char* path, char* headers);
OSPREY_API int64_t http_request(int64_t client_id, int64_t method, char* path, char* headers,
                                char* body);
OSPREY_API int64_t http_close_client(int64_t client_id);

OSPREY_API OspreyResult osprey_http_create_client(const char* base_url, int64_t timeout);
OSPREY_API OspreyResult osprey_http_get(int64_t client_id, const char* path, const char* headers);
OSPREY_API OspreyResult osprey_http_post(int64_t client_id, const char* path, const char* body,
                                         const char* headers);
OSPREY_API OspreyResult osprey_http_put(int64_t client_id, const char* path, const char* body,
                                        const char* headers);
OSPREY_API OspreyResult osprey_http_delete(int64_t client_id, const char* path,
                                           const char* headers);
OSPREY_API OspreyResult osprey_http_request(int64_t client_id, int64_t method, const char* path,
                                            const char* headers, const char* body);
OSPREY_API OspreyResult osprey_http_close_client(int64_t client_id);

/* The same exchange with a body that may hold NULs, and the whole answer. `response` may be NULL;
 * otherwise osprey_http_response_free() frees what it holds. */
OSPREY_API OspreyResult osprey_http_exchange(int64_t client_id, int64_t method, const char* path,
                                             const char* headers, const void* body,
                                             int64_t body_length, HttpResponse* response);
OSPREY_API void osprey_http_response_free(HttpResponse* response);

/* The most octets a response body may have for this client (default 128 MiB). */
OSPREY_API OspreyResult osprey_http_client_limit(int64_t client_id, int64_t octets);

/* ---------------------------------------------------------------- WebSocket client (Osprey §15.4,
 * §16.3)
 *
 * The message handler gets each text or binary message; its answer is a Result: OSPREY_OK or a
 * negative code, which closes the connection with 1011. NULL: messages are dropped. A message that
 * holds a NUL ends there for the handler.
 *
 * https:// and wss:// verify the certificate against the system's authorities, which OpenSSL's
 * environment variables SSL_CERT_FILE and SSL_CERT_DIR replace, and against the URL's host;
 * OSPREY_ERR_TLS otherwise, before anything is sent.
 */
typedef int64_t (*OspreyMessageHandler)(char* message);
typedef OspreyResult (*OspreyMessageResultHandler)(const char* message);

OSPREY_API int64_t websocket_connect(char* url, OspreyMessageHandler handler);
OSPREY_API int64_t websocket_send(int64_t ws_id, char* message);
OSPREY_API int64_t websocket_close(int64_t ws_id);

OSPREY_API OspreyResult osprey_websocket_connect(const char* url,
                                                 OspreyMessageResultHandler handler);
OSPREY_API OspreyResult osprey_websocket_send(int64_t ws_id, const char* message);
OSPREY_API OspreyResult osprey_websocket_close(int64_t ws_id);

/* Fills `connection`; isConnected is 0 after the end. OSPREY_ERR_ID for ids that are no
 * connections. */
OSPREY_API OspreyResult osprey_websocket_connection(int64_t ws_id, WebSocketConnection* connection);

/* ---------------------------------------------------------------- WebSocket server (Osprey
 * §15.4.1, §16.4)
 *
 * A server has one path; other paths get 404. Where an HTTP server of this process listens on the
 * same port and address, the two share it and the upgrade request decides. Listening on a busy port
 * is tried again with growing pauses for OSPREY_BIND_RETRY_MS (an environment variable, default
 * 2000) before OSPREY_ERR_BIND.
 */
OSPREY_API int64_t websocket_create_server(int64_t port, char* address, char* path);
OSPREY_API int64_t websocket_server_listen(int64_t server_id);
/* Answers the number of clients it was given to. */
OSPREY_API int64_t websocket_server_broadcast(int64_t server_id, char* message);
OSPREY_API int64_t websocket_stop_server(int64_t server_id);

OSPREY_API OspreyResult osprey_websocket_create_server(int64_t port, const char* address,
                                                       const char* path);
OSPREY_API OspreyResult osprey_websocket_server_listen(int64_t server_id);
OSPREY_API OspreyResult osprey_websocket_server_broadcast(int64_t server_id, const char* message);
OSPREY_API OspreyResult osprey_websocket_stop_server(int64_t server_id);

/* Called for each message of a client of this server, with the client's connection id, which
 * osprey_websocket_send() and _close() take. Set before listening. NULL (the default): messages are
 * dropped. */
typedef OspreyResult (*OspreyServerMessageHandler)(int64_t ws_id, const WebSocketMessage* message,
                                                   void* context);
OSPREY_API OspreyResult osprey_websocket_server_on_message(int64_t server_id,
                                                           OspreyServerMessageHandler handler,
                                                           void* context);

#ifdef __cplusplus
}
#endif

/* NOLINTEND(readability-identifier-naming) */

#endif
