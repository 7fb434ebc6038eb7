/* httpload: sends requests over kept connections in one epoll loop, and measures.
 *
 *   httpload PORT CONNECTIONS SECONDS REQUESTS BODIES HEADERS START NEEDLE
 *
 *     REQUESTS how many to send at least: the load lasts longer than SECONDS for them, up to LONGER seconds
 *     BODIES   file: one JSON body a line for POST /graphql, or one target for GET, in turn from line START on, over and over
 *     HEADERS  file: one header a line, given to the connections in turn; may be empty
 *     NEEDLE   text that every response must contain, or it counts as an error
 *
 * Each connection has one request under way. Prints a line of JSON: requests, errors, the first response that was an
 * error, seconds, bytes, the line to continue from, and latencies in milliseconds. Connects to 127.0.0.1 only. */
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <errno.h>
#include <netinet/tcp.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#define SECOND 1000000000ull
#define PATIENCE 30 /* seconds for the last responses */
#define LONGER 15
#define ROOM (1 << 18)
#define SAMPLES (1 << 22)

struct conn {
  int fd;
  size_t held;
  uint64_t sent;
  const char *header;
  char *in;
};

static char **bodies, **headers, *needle, failure[400];
static size_t body_count, header_count, next_body;
static uint64_t requests, errors, bytes, *samples;
static int port, epoll;

static void die(const char *what) {
  perror(what);
  exit(2);
}

static uint64_t now(void) {
  struct timespec t;
  clock_gettime(CLOCK_MONOTONIC, &t);
  return (uint64_t)t.tv_sec * SECOND + (uint64_t)t.tv_nsec;
}

static char **lines(const char *name, size_t *count) {
  FILE *file = fopen(name, "rb");
  if (!file) die(name);
  char **found = NULL, *line = NULL;
  size_t room = 0;
  ssize_t size;
  while ((size = getline(&line, &room, file)) > 0) {
    line[strcspn(line, "\n")] = 0;
    found = realloc(found, (*count + 1) * sizeof *found);
    found[(*count)++] = strdup(line);
  }
  free(line);
  fclose(file);
  return found;
}

static void send_next(struct conn *c) {
  static char out[ROOM];
  const char *body = bodies[next_body++ % body_count];
  int size;
  if (*body == '/')
    size = snprintf(out, sizeof out, "GET %s HTTP/1.1\r\nHost: 127.0.0.1:%d\r\nAccept: application/json\r\n%s%s\r\n", body,
                    port, c->header, *c->header ? "\r\n" : "");
  else
    size = snprintf(out, sizeof out,
                    "POST /graphql HTTP/1.1\r\nHost: 127.0.0.1:%d\r\nContent-Type: application/json\r\n"
                      "Accept: application/json\r\n%s%sContent-Length: %zu\r\n\r\n%s",
                      port, c->header, *c->header ? "\r\n" : "", strlen(body), body);
  c->sent = now();
  c->held = 0;
  for (int at = 0; at < size;) {
    ssize_t done = send(c->fd, out + at, (size_t)(size - at), MSG_NOSIGNAL);
    if (done <= 0) die("send");
    at += (int)done;
  }
}

static void connect_one(struct conn *c, size_t number) {
  struct sockaddr_in to = {.sin_family = AF_INET, .sin_port = htons((uint16_t)port)};
  inet_pton(AF_INET, "127.0.0.1", &to.sin_addr);
  int on = 1;
  c->fd = socket(AF_INET, SOCK_STREAM, 0);
  if (c->fd < 0 || connect(c->fd, (struct sockaddr *)&to, sizeof to)) die("connect");
  setsockopt(c->fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
  c->header = header_count ? headers[number % header_count] : "";
  c->in = malloc(ROOM + 1);
  struct epoll_event event = {.events = EPOLLIN, .data.ptr = c};
  if (epoll_ctl(epoll, EPOLL_CTL_ADD, c->fd, &event)) die("epoll_ctl");
}

/* The size of the whole response, or 0 while its head is incomplete. */
static size_t response_size(struct conn *c) {
  char *head_end = strstr(c->in, "\r\n\r\n");
  if (!head_end) return 0;
  char *length = strcasestr(c->in, "\ncontent-length:");
  if (!length || length > head_end) {
    fprintf(stderr, "httpload: a response without Content-Length: %.300s\n", c->in);
    exit(3);
  }
  return (size_t)(head_end + 4 - c->in) + strtoul(length + 16, NULL, 10);
}

static void answered(struct conn *c) {
  if (requests < SAMPLES) samples[requests] = now() - c->sent;
  requests++;
  bytes += c->held;
  if (strncmp(c->in, "HTTP/1.1 200", 12) || !strstr(c->in, needle)) {
    if (!errors++) snprintf(failure, sizeof failure, "%s", c->in);
  }
}

/* Close a connection that has nothing more to do, before the server closes it for being idle. */
static void leave(struct conn *c) {
  epoll_ctl(epoll, EPOLL_CTL_DEL, c->fd, NULL);
  close(c->fd);
}

static int by_size(const void *a, const void *b) {
  uint64_t x = *(const uint64_t *)a, y = *(const uint64_t *)b;
  return (x > y) - (x < y);
}

static double percentile(double share) {
  size_t count = requests < SAMPLES ? requests : SAMPLES;
  return count ? (double)samples[(size_t)((double)(count - 1) * share)] / 1e6 : 0;
}

static void say(const char *text) {
  for (; *text; text++) {
    if (*text == '"' || *text == '\\') putchar('\\');
    putchar(*text < ' ' ? ' ' : *text);
  }
}

int main(int argc, char **argv) {
  if (argc != 9) return fprintf(stderr, "see the beginning of httpload.c\n"), 2;
  port = atoi(argv[1]);
  size_t count = (size_t)atoi(argv[2]), busy = count;
  uint64_t least = strtoul(argv[4], NULL, 10);
  bodies = lines(argv[5], &body_count);
  headers = lines(argv[6], &header_count);
  next_body = strtoul(argv[7], NULL, 10);
  needle = argv[8];
  samples = calloc(SAMPLES, sizeof *samples);
  struct conn *conns = calloc(count, sizeof *conns);
  epoll = epoll_create1(0);
  if (!body_count || !samples || !conns || epoll < 0) die("begin");
  for (size_t i = 0; i < count; i++) connect_one(&conns[i], i);
  uint64_t began = now(), end = began + (uint64_t)(atof(argv[3]) * (double)SECOND), last = end + LONGER * SECOND;
  for (size_t i = 0; i < count; i++) send_next(&conns[i]);
  while (busy) {
    struct epoll_event ready[256];
    int found = epoll_wait(epoll, ready, 256, PATIENCE * 1000);
    if (found <= 0) die("no response");
    for (int i = 0; i < found; i++) {
      struct conn *c = ready[i].data.ptr;
      ssize_t got = recv(c->fd, c->in + c->held, ROOM - c->held, 0);
      if (got <= 0) die("recv");
      c->held += (size_t)got;
      c->in[c->held] = 0;
      size_t whole = response_size(c);
      if (!whole || c->held < whole) continue;
      answered(c);
      uint64_t time = now();
      if (time < end || (requests < least && time < last)) send_next(c);
      else leave(c), busy--;
    }
  }
  double seconds = (double)(now() - began) / (double)SECOND;
  qsort(samples, requests < SAMPLES ? requests : SAMPLES, sizeof *samples, by_size);
  printf("{\"requests\": %lu, \"errors\": %lu, \"seconds\": %.6f, \"bytes\": %lu, \"next\": %zu, \"p50\": %.3f, \"p99\": %.3f, \"failure\": \"",
         requests, errors, seconds, bytes, next_body, percentile(0.5), percentile(0.99));
  say(failure);
  puts("\"}");
}
