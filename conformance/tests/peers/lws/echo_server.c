/* SPDX-License-Identifier: Apache-2.0 */
/* Echo server on libwebsockets: whole messages, permessage-deflate on. */

#include <libwebsockets.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { kLimit = 128 << 20 };

/* A message that is being gathered or waits to be sent; LWS_PRE octets are free before its data. */
struct message {
  struct message* next;
  size_t length;
  size_t capacity;
  int binary;
  unsigned char* buffer;
};

struct session {
  struct message* gathering;
  struct message* first;
  struct message* last;
};

static void drop(struct message* message) {
  while (message) {
    struct message* next = message->next;
    free(message->buffer);
    free(message);
    message = next;
  }
}

static int append(struct message* message, const void* data, size_t length) {
  if (message->length + length > kLimit) return -1;
  /* An empty message needs its buffer too. */
  if (!message->buffer || message->length + length > message->capacity) {
    size_t capacity = (message->length + length) * 2;
    unsigned char* buffer = realloc(message->buffer, LWS_PRE + capacity);
    if (!buffer) return -1;
    message->buffer = buffer;
    message->capacity = capacity;
  }
  if (length) memcpy(message->buffer + LWS_PRE + message->length, data, length);
  message->length += length;
  return 0;
}

static int receive(struct lws* wsi, struct session* session, const void* data, size_t length) {
  if (!session->gathering) {
    session->gathering = calloc(1, sizeof *session->gathering);
    if (!session->gathering) return -1;
    session->gathering->binary = lws_frame_is_binary(wsi);
  }
  struct message* message = session->gathering;
  if (append(message, data, length)) return -1;
  if (!lws_is_final_fragment(wsi) || lws_remaining_packet_payload(wsi)) return 0;
  session->gathering = NULL;
  if (session->last) {
    session->last->next = message;
  } else {
    session->first = message;
  }
  session->last = message;
  lws_callback_on_writable(wsi);
  return 0;
}

static int send_first(struct lws* wsi, struct session* session) {
  struct message* message = session->first;
  if (!message) return 0;
  session->first = message->next;
  if (!session->first) session->last = NULL;
  enum lws_write_protocol kind = message->binary ? LWS_WRITE_BINARY : LWS_WRITE_TEXT;
  int sent = lws_write(wsi, message->buffer + LWS_PRE, message->length, kind);
  int failed = sent < (int)message->length;
  message->next = NULL;
  drop(message);
  if (session->first) lws_callback_on_writable(wsi);
  return failed ? -1 : 0;
}

static int echo(struct lws* wsi, enum lws_callback_reasons reason, void* user, void* in,
                size_t length) {
  struct session* session = user;
  switch (reason) {
    case LWS_CALLBACK_RECEIVE:
      return receive(wsi, session, in, length);
    case LWS_CALLBACK_SERVER_WRITEABLE:
      return send_first(wsi, session);
    case LWS_CALLBACK_CLOSED:
      drop(session->gathering);
      drop(session->first);
      return 0;
    default:
      return lws_callback_http_dummy(wsi, reason, user, in, length);
  }
}

int main(int argc, char** argv) {
  int port = 9001;
  int rx_buffer = 0; /* 0: the library's default, 4 KiB */
  for (int i = 1; i + 1 < argc; i += 2) {
    if (strcmp(argv[i], "--port") == 0) port = atoi(argv[i + 1]);
    if (strcmp(argv[i], "--rx-buffer") == 0) rx_buffer = atoi(argv[i + 1]);
  }
  const struct lws_protocols protocols[] = {
      {"echo", echo, sizeof(struct session), (size_t)rx_buffer, 0, NULL, 0},
      {NULL, NULL, 0, 0, 0, NULL, 0},
  };
  const struct lws_extension extensions[] = {
      {"permessage-deflate", lws_extension_callback_pm_deflate, "permessage-deflate"},
      {NULL, NULL, NULL},
  };
  lws_set_log_level(LLL_ERR, NULL);
  struct lws_context_creation_info info;
  memset(&info, 0, sizeof info);
  info.iface = "127.0.0.1";
  info.protocols = protocols;
  info.extensions = extensions;
  info.options = LWS_SERVER_OPTION_EXPLICIT_VHOSTS;
  if (rx_buffer > 0) info.pt_serv_buf_size = (unsigned)rx_buffer;
  struct lws_context* context = lws_create_context(&info);
  if (!context) return 2;
  info.port = port;
  struct lws_vhost* vhost = lws_create_vhost(context, &info);
  if (!vhost) {
    fprintf(stderr, "cannot listen on port %d\n", port);
    return 2;
  }
  printf("listening on ws://127.0.0.1:%d\n", port ? port : lws_get_vhost_listen_port(vhost));
  fflush(stdout);
  while (lws_service(context, 0) >= 0) {
  }
  lws_context_destroy(context);
  return 0;
}
