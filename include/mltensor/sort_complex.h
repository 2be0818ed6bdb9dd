/* Complex numbers in order: by real, then by imaginary part; behind all others those with a NaN in the imaginary part,
 * then those with one in the real part, which go by the other.
 *
 * Of single precision both parts make one key of 64 bits. Of double precision the positions that sort the real parts
 * are put right where these are equal or where there is a NaN. */
#ifndef MLTENSOR_SORT_COMPLEX_H
#define MLTENSOR_SORT_COMPLEX_H

#include <stdlib.h>
#include <string.h>

#include "mltensor/sort_keys.h"
#include "mltensor/thread.h"

/* Contiguous numbers and their keys. */
typedef struct {
  const char *from;
  uint64_t *keys;
  atomic_int nan;   /* one has a NaN: keys do not order it */
  atomic_int lossy; /* the sign of a zero is not in a key */
} mlt_complex_keys;

static void mlt_complex_keys_task(void *context, int64_t begin, int64_t end) {
  mlt_complex_keys *c = (mlt_complex_keys *)context;
  uint32_t nan = 0, lossy = 0;
  for (int64_t i = begin; i < end; i++) {
    const char *p = c->from + 8 * i;
    const uint32_t real = mlt_key_FLOAT32(p), imaginary = mlt_key_FLOAT32(p + 4);
    nan |= (real == UINT32_MAX) | (imaginary == UINT32_MAX);
    lossy |= (uint32_t)(mlt_lossy_FLOAT32(p) | mlt_lossy_FLOAT32(p + 4));
    c->keys[i] = (uint64_t)real << 32 | imaginary;
  }
  if (nan) atomic_store_explicit(&c->nan, 1, memory_order_relaxed);
  if (lossy) atomic_store_explicit(&c->lossy, 1, memory_order_relaxed);
}

typedef struct {
  const uint64_t *keys;
  char *to;
} mlt_complex_values;

static void mlt_complex_values_task(void *context, int64_t begin, int64_t end) {
  const mlt_complex_values *c = (const mlt_complex_values *)context;
  for (int64_t i = begin; i < end; i++) {
    mlt_value_FLOAT32(c->to + 8 * i, (uint32_t)(c->keys[i] >> 32));
    mlt_value_FLOAT32(c->to + 8 * i + 4, (uint32_t)c->keys[i]);
  }
}

/* Contiguous lines of numbers, and the positions that sort their real parts; or few are sorted from the beginning. */
typedef struct {
  const char *from;
  int64_t *positions;
  int64_t n;
  int32_t dtype, direction;
  atomic_int stop, failed; /* interrupted; no memory */
} mlt_complex_lines;

#define MLT_COMPLEX_FEW 4

/* Key of a part in the wanted direction, the largest for NaN. */
static inline uint64_t mlt_part_key(const mlt_complex_lines *c, const char *line, int64_t at, int imaginary) {
  uint64_t key;
  if (c->dtype == MLT_COMPLEX64) {
    const uint32_t narrow = mlt_key_FLOAT32(line + 8 * at + 4 * imaginary);
    key = narrow == UINT32_MAX ? UINT64_MAX : narrow;
  } else {
    key = mlt_key_FLOAT64(line + 16 * at + 8 * imaginary);
  }
  return c->direction == MLT_ASCENDING || key == UINT64_MAX ? key : UINT64_MAX - 1 - key;
}

static inline int mlt_complex_before(const mlt_complex_lines *c, const char *line, int64_t a, int64_t b) {
  const uint64_t ra = mlt_part_key(c, line, a, 0), rb = mlt_part_key(c, line, b, 0);
  const uint64_t ia = mlt_part_key(c, line, a, 1), ib = mlt_part_key(c, line, b, 1);
  const int none_a = 2 * (ra == UINT64_MAX) + (ia == UINT64_MAX), none_b = 2 * (rb == UINT64_MAX) + (ib == UINT64_MAX);
  return none_a != none_b ? none_a < none_b : ra != rb ? ra < rb : ia < ib;
}

/* n positions by the imaginary part of what lies there, stably: few by insertion, more by merging. 0 without memory. */
static int mlt_by_imaginary(const mlt_complex_lines *c, const char *line, int64_t *at, int64_t n) {
  enum { RUN = 16 };
  typedef struct {
    uint64_t key;
    int64_t at;
  } pair;
  pair few[2 * RUN], *v = n <= RUN ? few : malloc((size_t)n * 2 * sizeof *v);
  if (!v) return 0;
  pair *from = v, *to = v + n;
  for (int64_t i = 0; i < n; i++) from[i] = (pair){mlt_part_key(c, line, at[i], 1), at[i]};
  for (int64_t begin = 0; begin < n; begin += RUN)
    for (int64_t i = begin + 1; i < n && i < begin + RUN; i++) {
      const pair one = from[i];
      int64_t j = i;
      for (; j > begin && one.key < from[j - 1].key; j--) from[j] = from[j - 1];
      from[j] = one;
    }
  for (int64_t run = RUN; run < n; run *= 2) {
    for (int64_t begin = 0; begin < n; begin += 2 * run) {
      const int64_t middle = begin + run < n ? begin + run : n, end = begin + 2 * run < n ? begin + 2 * run : n;
      int64_t i = begin, j = middle;
      for (int64_t k = begin; k < end; k++)
        to[k] = i < middle && (j == end || from[i].key <= from[j].key) ? from[i++] : from[j++];
    }
    pair *swap = from;
    from = to;
    to = swap;
  }
  for (int64_t i = 0; i < n; i++) at[i] = from[i].at;
  if (v != few) free(v);
  return 1;
}

/* Puts one line right. 0 without memory. */
static int mlt_complex_settle(mlt_complex_lines *c, const char *line, int64_t *at, int64_t *last_poll) {
  const int64_t n = c->n;
  int64_t real = 0, kept = 0, several = 0;
  int ties = 0;
  for (uint64_t before = 0; real < n; real++) {
    if (real % 65536 == 65535 && mlt_poll_inside(&c->stop, last_poll)) return 1;
    const uint64_t key = mlt_part_key(c, line, at[real], 0);
    if (key == UINT64_MAX) break;
    ties |= real && key == before;
    several |= mlt_part_key(c, line, at[real], 1) == UINT64_MAX;
    before = key;
  }
  kept = real;
  if (several) { /* those with a NaN beside their real part go behind the others */
    int64_t *apart = malloc((size_t)real * sizeof *apart), moved = 0;
    if (!apart) return 0;
    kept = 0;
    for (int64_t i = 0; i < real; i++) {
      if (mlt_part_key(c, line, at[i], 1) == UINT64_MAX)
        apart[moved++] = at[i];
      else
        at[kept++] = at[i];
    }
    memcpy(at + kept, apart, (size_t)moved * sizeof *apart);
    free(apart);
  }
  for (int64_t begin = 0, end; ties && begin < kept; begin = end) {
    const uint64_t key = mlt_part_key(c, line, at[begin], 0);
    for (end = begin + 1; end < kept && mlt_part_key(c, line, at[end], 0) == key;) end++;
    if (end - begin > 1 && !mlt_by_imaginary(c, line, at + begin, end - begin)) return 0;
  }
  return real == n || mlt_by_imaginary(c, line, at + real, n - real);
}

static void mlt_complex_lines_task(void *context, int64_t begin, int64_t end) {
  mlt_complex_lines *c = (mlt_complex_lines *)context;
  const int64_t itemsize = mlt_itemsize[c->dtype];
  int64_t last_poll = mlt_now_ns();
  for (int64_t number = begin; number < end && !atomic_load(&c->stop); number++) {
    const char *line = c->from + number * c->n * itemsize;
    int64_t *at = c->positions + number * c->n;
    if (c->n > MLT_COMPLEX_FEW) {
      if (!mlt_complex_settle(c, line, at, &last_poll)) atomic_store(&c->failed, 1);
      continue;
    }
    for (int64_t i = 0; i < c->n; i++) {
      int64_t j = i;
      for (; j > 0 && mlt_complex_before(c, line, i, at[j - 1]); j--) at[j] = at[j - 1];
      at[j] = i;
    }
  }
}

#endif
