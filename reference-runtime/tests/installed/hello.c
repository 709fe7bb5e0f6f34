/* SPDX-License-Identifier: Apache-2.0 */
/* hello PORT: serves there, asks itself over HTTP, and prints what it heard. */
#include <osprey/osprey.h>
#include <osprey/vais_websocket.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static char* greet(char* method, char* path, char* headers, char* body) {
  (void)headers;
  (void)body;
  char* const answer = malloc(64);
  if (answer != NULL) {
    (void)snprintf(answer, 64, "%s %s", method, path);
  }
  return answer;
}

static void check(int64_t outcome, const char* what) {
  if (outcome < 0) {
    (void)fprintf(stderr, "%s: %s\n", what, osprey_code_text(outcome));
    exit(1);
  }
}

int main(int argc, char** argv) {
  const int64_t port = argc > 1 ? strtoll(argv[1], NULL, 10) : 0;
  char address[] = "127.0.0.1";
  char base[64];
  (void)snprintf(base, sizeof base, "http://127.0.0.1:%lld", (long long)port);

  const int64_t server = http_create_server(port, address);
  check(server, "http_create_server");
  check(http_listen(server, greet), "http_listen");
  const int64_t client = http_create_client(base, 5000);
  check(client, "http_create_client");

  HttpResponse response;
  OspreyResult result =
      osprey_http_exchange(client, HTTP_GET, "/installed", NULL, NULL, 0, &response);
  check(result.tag == OSPREY_SUCCESS ? result.value : -1, "osprey_http_exchange");
  (void)printf("%lld %s\n", (long long)result.value, response.partialBody);
  osprey_http_response_free(&response);
  osprey_result_free(&result);

  WsFrame frame = WsFrame_text("frame");
  (void)printf("%s\n", WsFrame_payload_text(&frame));
  (void)WsFrame_drop(&frame);

  check(http_close_client(client), "http_close_client");
  check(http_stop_server(server), "http_stop_server");
  return 0;
}
