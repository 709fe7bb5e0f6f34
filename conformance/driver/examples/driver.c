/* SPDX-License-Identifier: Apache-2.0
 * An example driver in C: a library of two functions behind the driver protocol (../DRIVER.md). */
#include <arpa/inet.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

/* ---- the library: HTTP GET, edition osprey-int: ids, status codes, or a number below zero */
enum { kClients = 64 };
static struct sockaddr_in clients[kClients];
static int used;

static long http_create_client(const char* url, long timeout) {
  char host[64] = "";
  unsigned port = 80;
  if (url == NULL || sscanf(url, "http://%63[0-9.]:%u", host, &port) < 1 || port > 65535) return -9;
  if (timeout <= 0 || used + 1 >= kClients) return -10;
  struct sockaddr_in* const client = &clients[++used];
  client->sin_family = AF_INET;
  client->sin_port = htons((unsigned short)port);
  return inet_pton(AF_INET, host, &client->sin_addr) == 1 ? used : -9;
}

static long http_get(long id, const char* path) {
  char octets[1024] = "";
  int status = -11;
  if (id <= 0 || id > used) return -1;
  if (path == NULL || path[0] != '/' || strpbrk(path, " \r\n") != NULL) return -8;
  const int fd = socket(AF_INET, SOCK_STREAM, 0);
  const int n = snprintf(octets, sizeof octets,
                         "GET %s HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n", path);
  if (connect(fd, (const struct sockaddr*)&clients[id], sizeof clients[id]) == 0 &&
      send(fd, octets, (size_t)n, MSG_NOSIGNAL) == n) {
    const ssize_t got = recv(fd, octets, sizeof octets - 1, 0);
    octets[got < 0 ? 0 : got] = '\0';
    if (sscanf(octets, "HTTP/1.1 %d", &status) != 1) status = -18;
  }
  close(fd);
  return status;
}

/* ---- the protocol: the judge writes JSON without blanks, one object a line */
static long number_at(const char* line, const char* key) {
  const char* at = strstr(line, key);
  return at == NULL ? 0 : strtol(at + strlen(key), NULL, 10);
}

/* The string behind `key` in `out`; NULL if it is null. An escaped line end becomes a real one. */
static char* text_at(const char* line, const char* key, char out[256]) {
  const char* at = strstr(line, key);
  size_t n = 0;
  if (at == NULL || at[strlen(key)] != '"') return NULL;
  for (at += strlen(key) + 1; *at != '\0' && *at != '"' && n < 255; ++at) {
    const int escaped = *at == '\\' && *++at != '\0';
    out[n++] = escaped && strchr("rn", *at) != NULL ? '\n' : *at;
  }
  out[n] = '\0';
  return out;
}

static void call(const char* line) {
  char text[256];
  const long id = number_at(line, "\"id\":");
  const long answer =
      strstr(line, "\"function\":\"httpGet\"") != NULL
          ? http_get(number_at(line, "\"clientID\":"), text_at(line, "\"path\":", text))
          : http_create_client(text_at(line, "\"baseUrl\":", text),
                               number_at(line, "\"timeout\":"));
  if (answer < 0)
    printf("{\"answer\":%ld,\"tag\":\"Error\",\"raw\":%ld}\n", id, answer);
  else
    printf("{\"answer\":%ld,\"tag\":\"Success\",\"value\":%ld,\"raw\":%ld}\n", id, answer, answer);
}

int main(void) {
  static char line[65536];
  setvbuf(stdout, NULL, _IOLBF, 0);
  while (fgets(line, sizeof line, stdin) != NULL && strstr(line, "\"do\":\"stop\"") == NULL) {
    if (strstr(line, "\"do\":\"hello\"") != NULL)
      puts(
          "{\"hello\":{\"name\":\"example\",\"version\":\"1\",\"editions\":[\"osprey-int\"],"
          "\"functions\":[\"httpCreateClient\",\"httpGet\"]}}");
    else if (strstr(line, "\"threads\":") != NULL)
      printf("{\"answer\":%ld,\"skipped\":\"one thread only\"}\n", number_at(line, "\"id\":"));
    else
      call(line);
  }
  return 0;
}
