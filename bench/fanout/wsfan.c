/* wsfan: a load client for graphql-transport-ws in one epoll loop, which also publishes the events it waits for.
 *
 *   wsfan PORT PATH SOCKETS REDIS_PORT CHANNEL TEMPLATE DOCUMENT TOKENS FIRST CURSOR DOCUMENTS
 *   wsfan seal   only write each line of standard input with its seal before it
 *
 *     TEMPLATE  file: the payload of PUBLISH; each run of DEL in it becomes the event's number
 *     DOCUMENT  file: the subscription, fit for a JSON string; a DEL in it becomes an alias that differs for each socket
 *     TOKENS    file: one access token a line, given out in turn; may be empty
 *     FIRST     the number of the first event
 *     CURSOR    plain: `cursor` is the event's number; log: Rollcall's, base64url of "s", 8 hex digits, number
 *     DOCUMENTS same: one document for all; distinct: every socket sends its own
 *
 * The password of Redis is in REDISCLI_AUTH. If WSFAN_SEAL_KEY is set, every message is sealed with it as Rollcall's
 * instances do it (seal.h), for the channel that they call WSFAN_SEAL_CHANNEL. Once an event has reached every socket the client prints a line. Then it
 * reads commands from standard input, and answers each with a line of JSON, until the input ends:
 *
 *     w EVENTS SECONDS   closed loop: keep this many events in flight
 *     r RATE SECONDS     open loop: send this many events a second
 *
 * Every message is compared with the number before it on its socket: missing and misordered ones are counted.
 * Everything is bounded in time; nothing leaves 127.0.0.1. */
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <netinet/tcp.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include "seal.h"

#define SECOND 1000000000ull
#define SETUP_SECONDS 150
#define PROBE_SECONDS 20
#define DRAIN_SECONDS 4 /* without any message */
#define CONNECTING 64   /* handshakes under way at a time */
#define TIMES 65536     /* publish times kept, by number */
#define MARK '\177'
#define BUCKETS (64 * 64)

enum state { HANDSHAKE, INIT, LIVE };
struct conn {
  int fd;
  enum state state;
  unsigned held;   /* bytes of an unfinished frame */
  uint64_t last;   /* number of the newest event seen */
  char *rest;
};

static struct conn *conns;
static int count, acked, live, closed, epoll, redis, port, distinct, sealed;
static const char *path, *channel;
static char *template, *document, **tokens;
static size_t token_count;
static int log_cursor;

static uint64_t next_number, recording_from, delivered, bytes_in, disorder, probe;
static int probed;
static uint64_t times[TIMES], histogram[BUCKETS], samples, longest;
static char scratch[1 << 20];

static void die(const char *what) {
  perror(what);
  exit(2);
}

static void refuse(const char *what, const char *detail, unsigned size) {
  fprintf(stderr, "wsfan: %s: %.*s\n", what, (int)size, detail);
  exit(3);
}

static uint64_t now(void) {
  struct timespec t;
  clock_gettime(CLOCK_MONOTONIC, &t);
  return (uint64_t)t.tv_sec * SECOND + (uint64_t)t.tv_nsec;
}

static char *contents(const char *name) {
  FILE *file = fopen(name, "rb");
  if (!file) die(name);
  char *text = NULL;
  size_t room = 0;
  ssize_t size = getdelim(&text, &room, '\0', file);
  fclose(file);
  return size < 0 ? calloc(1, 1) : text;
}

static void read_tokens(char *text) {
  for (char *line = strtok(text, "\n"); line; line = strtok(NULL, "\n")) {
    tokens = realloc(tokens, (token_count + 1) * sizeof *tokens);
    tokens[token_count++] = line;
  }
}

/* Latencies in buckets of 1.6 %: 64 to a power of two of microseconds. */
static void record(uint64_t ns) {
  uint64_t us = ns / 1000 + 1;
  int power = 63 - __builtin_clzll(us);
  int part = power >= 6 ? (us >> (power - 6)) & 63 : (us << (6 - power)) & 63;
  histogram[power * 64 + part]++;
  samples++;
  if (ns > longest) longest = ns;
}

static double percentile(double share) {
  uint64_t wanted = (uint64_t)((double)samples * share), seen = 0;
  for (int i = 0; i < BUCKETS; i++) {
    seen += histogram[i];
    if (seen > wanted) return (double)(64 + i % 64) * (double)(1ull << (i / 64)) / 64.0 / 1000.0;
  }
  return (double)longest / 1e6;
}

/* A client's frame must be masked; with a mask of zeros the payload travels as it is (RFC 6455 section 5.3). */
static void send_frame(struct conn *c, int opcode, const char *payload, unsigned size) {
  char out[8192];
  unsigned at = 0;
  if (size > sizeof out - 14) refuse("message too long", payload, 80);
  out[at++] = (char)(0x80 | opcode);
  if (size < 126) {
    out[at++] = (char)(0x80 | size);
  } else {
    out[at++] = (char)(0x80 | 126);
    out[at++] = (char)(size >> 8);
    out[at++] = (char)size;
  }
  memset(out + at, 0, 4);
  memcpy(out + at + 4, payload, size);
  at += 4 + size;
  if (write(c->fd, out, at) != (ssize_t)at) die("short write");
}

static void send_text(struct conn *c, const char *text) { send_frame(c, 1, text, (unsigned)strlen(text)); }

static void send_init(struct conn *c) {
  char text[4096];
  if (!token_count) {
    send_text(c, "{\"type\":\"connection_init\"}");
    return;
  }
  snprintf(text, sizeof text, "{\"type\":\"connection_init\",\"payload\":{\"authorization\":\"Bearer %s\"}}",
           tokens[(size_t)(c - conns) % token_count]);
  send_text(c, text);
}

static void send_subscribe(struct conn *c) {
  char text[4096], *mark = strchr(document, MARK), alias[32] = "";
  if (distinct) snprintf(alias, sizeof alias, "a%ld:", (long)(c - conns));
  int before = mark ? (int)(mark - document) : (int)strlen(document);
  snprintf(text, sizeof text, "{\"id\":\"1\",\"type\":\"subscribe\",\"payload\":{\"query\":\"%.*s%s%s\"}}", before, document,
           alias, mark ? mark + 1 : "");
  send_text(c, text);
  c->state = LIVE;
  live++;
}

static uint64_t number_of_log_cursor(const char *text) {
  char plain[64];
  unsigned bits = 0, held = 0, size = 0;
  for (; *text != '"' && size < sizeof plain - 1; text++) {
    char ch = *text;
    unsigned value = ch >= 'A' && ch <= 'Z'   ? ch - 'A'
                     : ch >= 'a' && ch <= 'z' ? ch - 'a' + 26
                     : ch >= '0' && ch <= '9' ? ch - '0' + 52
                     : ch == '-'              ? 62
                                              : 63;
    held = held << 6 | value;
    bits += 6;
    if (bits >= 8) plain[size++] = (char)(held >> (bits -= 8));
  }
  plain[size] = 0;
  return size > 9 ? strtoull(plain + 9, NULL, 10) : 0;
}

static void event(struct conn *c, uint64_t number) {
  if (c->last && number != c->last + 1) disorder++;
  c->last = number;
  if (probe && number >= probe && number < next_number) {
    probed++;
  } else if (recording_from && number >= recording_from) {
    delivered++;
    record(now() - times[number % TIMES]);
  }
}

static void message(struct conn *c, char *text, unsigned size) {
  if (c->state == INIT) {
    if (memmem(text, size, "connection_ack", 14)) {
      acked++;
      send_subscribe(c);
    }
    return;
  }
  if (memmem(text, size, "\"errors\"", 8)) refuse("an error instead of an event", text, size);
  char *cursor = memmem(text, size, "\"cursor\":", 9);
  if (cursor) {
    cursor = strchr(cursor + 9, '"') + 1;
    event(c, log_cursor ? number_of_log_cursor(cursor) : strtoull(cursor, NULL, 10));
  } else if (memmem(text, size, "\"ping\"", 6)) {
    send_text(c, "{\"type\":\"pong\"}");
  } else if (!memmem(text, size, "\"next\"", 6)) { /* a `next` without a cursor is a heartbeat */
    refuse("unexpected message", text, size);
  }
}

static void frame(struct conn *c, int opcode, char *payload, unsigned size) {
  if (opcode == 9) send_frame(c, 10, payload, size < 125 ? size : 125);
  if (opcode == 8) {
    if (!closed++) fprintf(stderr, "wsfan: closed by the server: %.*s\n", size > 2 ? (int)size - 2 : 0, payload + 2);
  }
  if (opcode == 1) {
    char after = payload[size];
    payload[size] = 0;
    message(c, payload, size);
    payload[size] = after;
  }
}

/* Process every whole frame in the bytes; returns how many bytes remain at their end. */
static unsigned frames(struct conn *c, char *bytes, unsigned size) {
  while (size >= 2) {
    unsigned head = 2, length = bytes[1] & 127;
    if (length == 127) refuse("a frame of more than 64 KiB", "", 0);
    if (length == 126) {
      if (size < 4) break;
      length = (unsigned)(uint8_t)bytes[2] << 8 | (uint8_t)bytes[3];
      head = 4;
    }
    if (size < head + length) break;
    frame(c, bytes[0] & 15, bytes + head, length);
    bytes += head + length;
    size -= head + length;
  }
  return size;
}

static void readable(struct conn *c) {
  memcpy(scratch, c->rest, c->held);
  ssize_t got = read(c->fd, scratch + c->held, sizeof scratch - c->held - 1);
  if (got <= 0) {
    if (got < 0 && (errno == EAGAIN || errno == EINTR)) return;
    closed++;
    epoll_ctl(epoll, EPOLL_CTL_DEL, c->fd, NULL);
    return;
  }
  bytes_in += (uint64_t)got;
  char *start = scratch;
  unsigned size = c->held + (unsigned)got;
  if (c->state == HANDSHAKE) {
    char *end = memmem(start, size, "\r\n\r\n", 4);
    if (end) {
      if (!memmem(start, size, " 101 ", 5)) refuse("handshake refused", start, size);
      size -= (unsigned)(end + 4 - start);
      start = end + 4;
      c->state = INIT;
      send_init(c);
    }
  }
  unsigned left = c->state == HANDSHAKE ? size : frames(c, start, size);
  if (left) {
    c->rest = realloc(c->rest, left);
    memcpy(c->rest, start + size - left, left);
  } else {
    free(c->rest);
    c->rest = NULL;
  }
  c->held = left;
}

static int dial(int to) {
  int fd = socket(AF_INET, SOCK_STREAM, 0), yes = 1;
  struct sockaddr_in address = {.sin_family = AF_INET, .sin_port = htons((uint16_t)to), .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
  if (fd < 0 || connect(fd, (void *)&address, sizeof address)) die("connect");
  setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &yes, sizeof yes);
  return fd;
}

/* Serve all ready sockets; returns whether standard input has a command. */
static int poll_once(int milliseconds) {
  static struct epoll_event found[1024];
  static char answers[4096];
  int ready = epoll_wait(epoll, found, 1024, milliseconds), commanded = 0;
  for (int i = 0; i < ready; i++) {
    if (found[i].data.ptr == &redis) {
      ssize_t got = read(redis, answers, sizeof answers - 1);
      if (got == 0 || (got < 0 && errno != EAGAIN)) die("redis");
      if (got > 0 && answers[0] == '-') refuse("redis", answers, (unsigned)got);
    } else if (found[i].data.ptr == stdin) {
      commanded = 1;
    } else {
      readable(found[i].data.ptr);
    }
  }
  return commanded;
}

static void send_redis(const char *command, size_t size) {
  if (write(redis, command, size) != (ssize_t)size) die("redis");
}

static void publish(void) {
  char body[8192], command[8448], digits[24];
  int width = snprintf(digits, sizeof digits, "%llu", (unsigned long long)next_number), size = sealed ? SEAL_SIZE : 0;
  for (const char *at = template; *at && size < (int)sizeof body - 24;) {
    if (*at != MARK) {
      body[size++] = *at++;
      continue;
    }
    memcpy(body + size, digits, (size_t)width);
    size += width;
    while (*at == MARK) at++;
  }
  if (sealed) seal(body, body + SEAL_SIZE, (size_t)size - SEAL_SIZE);
  int head = snprintf(command, sizeof command, "*3\r\n$7\r\nPUBLISH\r\n$%zu\r\n%s\r\n$%d\r\n", strlen(channel), channel, size);
  memcpy(command + head, body, (size_t)size);
  memcpy(command + head + size, "\r\n", 2);
  times[next_number++ % TIMES] = now();
  send_redis(command, (size_t)(head + size + 2));
}

static void prepare_seal(void) {
  const char *key = getenv("WSFAN_SEAL_KEY"), *name = getenv("WSFAN_SEAL_CHANNEL");
  sealed = key && *key;
  if (sealed && (!name || !seal_begin(key, name))) refuse("WSFAN_SEAL_KEY or WSFAN_SEAL_CHANNEL is not fit", "", 0);
}

static int seal_lines(void) {
  char *line = NULL, head[SEAL_SIZE];
  size_t room = 0;
  prepare_seal();
  if (!sealed) refuse("WSFAN_SEAL_KEY is not set", "", 0);
  for (ssize_t size; (size = getline(&line, &room, stdin)) > 0;) {
    if (line[size - 1] == '\n') size--;
    seal(head, line, (size_t)size);
    printf("%.*s%.*s\n", SEAL_SIZE, head, (int)size, line);
  }
  return 0;
}

static void open_redis(int to) {
  const char *password = getenv("REDISCLI_AUTH");
  redis = dial(to);
  if (password && *password) {
    char command[512];
    int size = snprintf(command, sizeof command, "*2\r\n$4\r\nAUTH\r\n$%zu\r\n%s\r\n", strlen(password), password);
    send_redis(command, (size_t)size);
  }
  fcntl(redis, F_SETFL, O_NONBLOCK);
  epoll_ctl(epoll, EPOLL_CTL_ADD, redis, &(struct epoll_event){.events = EPOLLIN, .data.ptr = &redis});
}

static void patience(uint64_t since, uint64_t seconds, const char *what, int reached) {
  if (now() - since > seconds * SECOND) {
    fprintf(stderr, "wsfan: %s: %d of %d\n", what, reached, count);
    exit(4);
  }
}

static void open_sockets(uint64_t since) {
  for (int i = 0; i < count; i++) {
    while (i - acked > CONNECTING) {
      poll_once(100);
      patience(since, SETUP_SECONDS, "connecting took too long", acked);
    }
    struct conn *c = conns + i;
    c->fd = dial(port);
    fcntl(c->fd, F_SETFL, O_NONBLOCK);
    epoll_ctl(epoll, EPOLL_CTL_ADD, c->fd, &(struct epoll_event){.events = EPOLLIN, .data.ptr = c});
    char request[512];
    int size = snprintf(request, sizeof request,
                        "GET %s HTTP/1.1\r\nHost: 127.0.0.1:%d\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
                        "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n"
                        "Sec-WebSocket-Protocol: graphql-transport-ws\r\n\r\n",
                        path, port);
    if (write(c->fd, request, (size_t)size) != size) die("write");
  }
  while (live < count) {
    poll_once(100);
    patience(since, SETUP_SECONDS, "subscribing took too long", live);
  }
}

/* Publish until one event has reached every socket: then every subscription is live. */
static void prove(uint64_t since) {
  while (probed < count) {
    probe = next_number;
    probed = 0;
    publish();
    for (uint64_t begun = now(); probed < count && now() - begun < PROBE_SECONDS * SECOND;) poll_once(20);
    patience(since, SETUP_SECONDS + PROBE_SECONDS, "not every subscription is live", probed);
  }
  probe = 0;
}

static double processor_seconds(void) {
  struct rusage used;
  getrusage(RUSAGE_SELF, &used);
  return (double)(used.ru_utime.tv_sec + used.ru_stime.tv_sec) + (double)(used.ru_utime.tv_usec + used.ru_stime.tv_usec) / 1e6;
}

static void measure(char mode, double value, double seconds) {
  memset(histogram, 0, sizeof histogram);
  samples = longest = delivered = bytes_in = disorder = 0;
  double used = processor_seconds();
  uint64_t start = now(), end = start + (uint64_t)(seconds * 1e9), due = start, t;
  uint64_t first = recording_from = next_number, sent, before;
  for (t = start; t < end; t = now()) {
    sent = next_number - first;
    if (mode == 'w') {
      while ((double)sent - (double)delivered / count <= value - 1) publish(), sent++;
      poll_once(50);
    } else {
      for (; t >= due; due += (uint64_t)(1e9 / value)) publish();
      poll_once((int)((due < end ? due - t : end - t) / 1000000));
    }
  }
  uint64_t inside = delivered, took = now() - start;
  sent = next_number - first;
  for (uint64_t quiet = now(); delivered < sent * (uint64_t)count && now() - quiet < DRAIN_SECONDS * SECOND;) {
    before = delivered;
    poll_once(50);
    if (delivered > before) quiet = now();
    if (now() - end > 30 * SECOND) break;
  }
  printf("{\"events\":%llu,\"delivered\":%llu,\"lost\":%lld,\"disorder\":%llu,\"closed\":%d,\"per_second\":%.0f,"
         "\"p50\":%.3f,\"p99\":%.3f,\"longest\":%.3f,\"client\":%.2f,\"bytes\":%llu}\n",
         (unsigned long long)sent, (unsigned long long)delivered, (long long)(sent * (uint64_t)count - delivered),
         (unsigned long long)disorder, closed, (double)inside / ((double)took / 1e9), percentile(0.5), percentile(0.99),
         (double)longest / 1e6, (processor_seconds() - used) / ((double)(now() - start) / 1e9), (unsigned long long)bytes_in);
  fflush(stdout);
  recording_from = 0;
}

int main(int argc, char **argv) {
  if (argc == 2 && !strcmp(argv[1], "seal")) return seal_lines();
  if (argc != 12) refuse("see the top of wsfan.c for the arguments", "", 0);
  struct rlimit files;
  getrlimit(RLIMIT_NOFILE, &files);
  files.rlim_cur = files.rlim_max;
  setrlimit(RLIMIT_NOFILE, &files);
  port = atoi(argv[1]), path = argv[2], count = atoi(argv[3]), channel = argv[5];
  template = contents(argv[6]), document = contents(argv[7]);
  read_tokens(contents(argv[8]));
  next_number = strtoull(argv[9], NULL, 10);
  log_cursor = !strcmp(argv[10], "log");
  distinct = !strcmp(argv[11], "distinct");
  prepare_seal();
  conns = calloc((size_t)count, sizeof *conns);
  epoll = epoll_create1(0);
  open_redis(atoi(argv[4]));
  uint64_t since = now();
  open_sockets(since);
  double connecting = (double)(now() - since) / 1e9;
  prove(since);
  printf("{\"connect_seconds\":%.2f}\n", connecting);
  fflush(stdout);
  epoll_ctl(epoll, EPOLL_CTL_ADD, STDIN_FILENO, &(struct epoll_event){.events = EPOLLIN, .data.ptr = stdin});
  setvbuf(stdin, NULL, _IONBF, 0);
  for (char line[64];;) {
    char mode;
    double value, seconds;
    while (!poll_once(1000)) continue;
    if (!fgets(line, sizeof line, stdin)) return 0;
    if (sscanf(line, "%c %lf %lf", &mode, &value, &seconds) == 3) measure(mode, value, seconds);
  }
}
