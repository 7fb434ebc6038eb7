/* HMAC (RFC 2104) over SHA-256 (FIPS 180-4), and the seal derived from it: see seal.h. */
#include "seal.h"

#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/random.h>

#define BLOCK 64
#define TAG_DIGITS 32
#define STAMP_DIGITS 28

struct sha256 {
  uint32_t state[8];
  uint64_t size;
  uint8_t rest[BLOCK];
};

static struct sha256 inner, outer; /* each has absorbed its padded key */
static char sender[17], prefix[256];
static unsigned long long number;

/* FIPS 180-4 section 4.2.2: the fractions of the cube roots of the first 64 primes. */
static const uint32_t K[64] = {
    0x428a2f98, 0x71374491, 0xb5c0fbcf, 0xe9b5dba5, 0x3956c25b, 0x59f111f1, 0x923f82a4, 0xab1c5ed5, 0xd807aa98, 0x12835b01, 0x243185be,
    0x550c7dc3, 0x72be5d74, 0x80deb1fe, 0x9bdc06a7, 0xc19bf174, 0xe49b69c1, 0xefbe4786, 0x0fc19dc6, 0x240ca1cc, 0x2de92c6f, 0x4a7484aa,
    0x5cb0a9dc, 0x76f988da, 0x983e5152, 0xa831c66d, 0xb00327c8, 0xbf597fc7, 0xc6e00bf3, 0xd5a79147, 0x06ca6351, 0x14292967, 0x27b70a85,
    0x2e1b2138, 0x4d2c6dfc, 0x53380d13, 0x650a7354, 0x766a0abb, 0x81c2c92e, 0x92722c85, 0xa2bfe8a1, 0xa81a664b, 0xc24b8b70, 0xc76c51a3,
    0xd192e819, 0xd6990624, 0xf40e3585, 0x106aa070, 0x19a4c116, 0x1e376c08, 0x2748774c, 0x34b0bcb5, 0x391c0cb3, 0x4ed8aa4a, 0x5b9cca4f,
    0x682e6ff3, 0x748f82ee, 0x78a5636f, 0x84c87814, 0x8cc70208, 0x90befffa, 0xa4506ceb, 0xbef9a3f7, 0xc67178f2};

static uint32_t rotated(uint32_t word, int by) { return word >> by | word << (32 - by); }

/* Section 6.2.2. */
static void take_block(uint32_t state[8], const uint8_t *bytes) {
  uint32_t w[64], a = state[0], b = state[1], c = state[2], d = state[3], e = state[4], f = state[5], g = state[6], h = state[7];
  for (int t = 0; t < 16; t++, bytes += 4) w[t] = (uint32_t)bytes[0] << 24 | bytes[1] << 16 | bytes[2] << 8 | bytes[3];
  for (int t = 16; t < 64; t++) {
    uint32_t s0 = rotated(w[t - 15], 7) ^ rotated(w[t - 15], 18) ^ w[t - 15] >> 3;
    uint32_t s1 = rotated(w[t - 2], 17) ^ rotated(w[t - 2], 19) ^ w[t - 2] >> 10;
    w[t] = s1 + w[t - 7] + s0 + w[t - 16];
  }
  for (int t = 0; t < 64; t++) {
    uint32_t t1 = h + (rotated(e, 6) ^ rotated(e, 11) ^ rotated(e, 25)) + ((e & f) ^ (~e & g)) + K[t] + w[t];
    uint32_t t2 = (rotated(a, 2) ^ rotated(a, 13) ^ rotated(a, 22)) + ((a & b) ^ (a & c) ^ (b & c));
    h = g, g = f, f = e, e = d + t1, d = c, c = b, b = a, a = t1 + t2;
  }
  state[0] += a, state[1] += b, state[2] += c, state[3] += d, state[4] += e, state[5] += f, state[6] += g, state[7] += h;
}

static void take(struct sha256 *hash, const void *from, size_t size) {
  const uint8_t *bytes = from;
  size_t held = hash->size % BLOCK;
  hash->size += size;
  while (held + size >= BLOCK) {
    size_t part = BLOCK - held;
    memcpy(hash->rest + held, bytes, part);
    take_block(hash->state, hash->rest);
    bytes += part, size -= part, held = 0;
  }
  memcpy(hash->rest + held, bytes, size);
}

static void finish(struct sha256 *hash, uint8_t digest[32]) {
  static const uint8_t padding[BLOCK] = {0x80};
  uint8_t bits[8];
  for (int i = 0; i < 8; i++) bits[i] = (uint8_t)(hash->size * 8 >> (56 - 8 * i));
  take(hash, padding, 1 + (BLOCK + 55 - hash->size % BLOCK) % BLOCK);
  take(hash, bits, sizeof bits);
  for (int i = 0; i < 32; i++) digest[i] = (uint8_t)(hash->state[i / 4] >> (24 - 8 * (i % 4)));
}

static void keyed(struct sha256 *hash, const uint8_t key[32], uint8_t pad) {
  /* Section 5.3.3: the fractions of the square roots of the first eight primes. */
  static const uint32_t begin[8] = {0x6a09e667, 0xbb67ae85, 0x3c6ef372, 0xa54ff53a, 0x510e527f, 0x9b05688c, 0x1f83d9ab, 0x5be0cd19};
  uint8_t block[BLOCK];
  for (int i = 0; i < BLOCK; i++) block[i] = pad ^ (i < 32 ? key[i] : 0);
  memcpy(hash->state, begin, sizeof begin);
  hash->size = 0;
  take(hash, block, BLOCK);
}

static void hexadecimal(char *out, const uint8_t *bytes, size_t digits) {
  for (size_t i = 0; i < digits; i++) out[i] = "0123456789abcdef"[bytes[i / 2] >> (i % 2 ? 0 : 4) & 15];
}

int seal_begin(const char *text, const char *channel) {
  uint8_t key[32], random[8];
  unsigned value;
  for (int i = 0; i < 32; i++, text += 2) {
    if (sscanf(text, "%2x", &value) != 1) return 0;
    key[i] = (uint8_t)value;
  }
  int size = snprintf(prefix, sizeof prefix, "7:message%zu:%s%d:", strlen(channel), channel, STAMP_DIGITS);
  if (*text || size >= (int)sizeof prefix || getrandom(random, sizeof random, 0) != sizeof random) return 0;
  hexadecimal(sender, random, 16);
  keyed(&inner, key, 0x36);
  keyed(&outer, key, 0x5c);
  return 1;
}

void seal(char *head, const char *message, size_t size) {
  struct sha256 in = inner, out = outer;
  uint8_t digest[32];
  char stamp[STAMP_DIGITS + 1];
  snprintf(stamp, sizeof stamp, "%s%012llx", sender, ++number & 0xffffffffffffull);
  take(&in, prefix, strlen(prefix));
  take(&in, stamp, sizeof stamp); /* with the zero before the message */
  take(&in, message, size);
  finish(&in, digest);
  take(&out, digest, sizeof digest);
  finish(&out, digest);
  head[0] = '1';
  hexadecimal(head + 1, digest, TAG_DIGITS);
  memcpy(head + 1 + TAG_DIGITS, stamp, STAMP_DIGITS);
}
