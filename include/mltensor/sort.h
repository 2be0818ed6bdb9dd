/* Sorting along the lines of a tensor, and the positions that sort it. */
#ifndef MLTENSOR_SORT_H
#define MLTENSOR_SORT_H

#include <stdlib.h>
#include <string.h>

#include "mltensor/mltensor.h"
#include "mltensor/sort_keys.h"
#include "mltensor/target.h"
#include "mltensor/thread.h"
#if MLT_HAVE_X86_TARGETS
#include <immintrin.h>
#endif

/* Elements of a line that is sorted in one piece; those of a bucket that is not dealt out again, and those it should
 * have; the most buckets; bytes of one that has its spare place in the nearest cache. */
#define MLT_SORT_SHORT 262144
#define MLT_SORT_LONG (1 << 20)
#define MLT_SORT_BUCKET 8192
#define MLT_SORT_BUCKETS 2048
#define MLT_SORT_NEAR 131072
/* Elements of the largest sample; leading bits of keys that the table of buckets tells apart. */
#define MLT_SORT_SAMPLE 16384
#define MLT_SORT_TABLE_BITS 14

typedef struct {
  uint64_t key, at;
} mlt_sort_pair;

typedef struct {
  const char *from;
  char *values;       /* sorted values, or NULL */
  int64_t *positions; /* where they were, or NULL */
  int64_t n, keep;    /* length of a line; how many of the sorted to write (the first ones; all without positions) */
  int64_t from_stride, value_stride; /* bytes along a line */
  int64_t position_stride;           /* elements */
  int32_t dtype, direction;
  int32_t ndim; /* of the other dimensions */
  int64_t lines;
  int64_t shape[MLT_MAX_DIMS], from_strides[MLT_MAX_DIMS], value_strides[MLT_MAX_DIMS],
      position_strides[MLT_MAX_DIMS];
  char *scratch;     /* mlt_sort_scratch bytes where one line is sorted after the other, else NULL */
  atomic_int failed; /* a thread got no memory */
} mlt_sort_lines;

/* One line on its way to keys and back. */
typedef struct {
  const mlt_sort_lines *s;
  const char *from;
  char *values;
  int64_t *positions;
  int low;          /* bits of an element below its key: its position */
  int cut;          /* bits of a wide key that have no place beside the position */
  atomic_int lossy; /* it has numbers that their keys do not give back, or that cut keys do not tell apart */
} mlt_sort_line;

static inline int mlt_narrow_key(int dtype, int64_t n) {
  return mlt_itemsize[dtype] <= 4 && n < (int64_t)UINT32_MAX;
}

/* Bytes of scratch that one line needs. */
static int64_t mlt_sort_scratch(const mlt_sort_lines *s) {
  const int64_t narrow = mlt_itemsize[s->dtype] <= 4;
  return 2 * s->n * (!s->positions ? narrow ? 4 : 8 : mlt_narrow_key(s->dtype, s->n) ? 8 : 16);
}

/* Whether lines are sorted one after the other, each on all threads. */
static int mlt_sort_in_turn(const mlt_sort_lines *s) {
  return s->lines == 1 || (s->n > MLT_SORT_SHORT && (s->lines < 8 || s->n > (1 << 20)));
}

/* Keys have lost the sign of zeros and the bits of NaN: these are written again, in the order they
 * stood in. Both are runs in the sorted line. Returns 1 when interrupted. */
static int mlt_restore_specials(const mlt_sort_lines *s, const char *from, char *to) {
  const int itemsize = mlt_itemsize[s->dtype];
  int64_t zero = -1, nan = -1, i, last = mlt_now_ns();
  const char none[8] = {0};
  for (i = 0; i < s->n && (zero < 0 || nan < 0); i++) {
    if (i % 32768 == 32767 && mlt_poll(&last)) return 1;
    const char *p = to + i * s->value_stride;
    if (zero < 0 && memcmp(p, none, (size_t)itemsize) == 0) zero = i;
    if (nan < 0 && mlt_special(p, s->dtype) == 2) nan = i;
  }
  for (i = 0; i < s->n; i++) {
    if (i % 32768 == 32767 && mlt_poll(&last)) return 1;
    const char *p = from + i * s->from_stride;
    const int special = mlt_special(p, s->dtype);
    if (special == 2)
      memcpy(to + nan++ * s->value_stride, p, (size_t)itemsize);
    else if (special == 1 || memcmp(p, none, (size_t)itemsize) == 0)
      memcpy(to + zero++ * s->value_stride, p, (size_t)itemsize);
  }
  return 0;
}

/* Line `number` of a tensor. */
static void mlt_sort_line_at(const mlt_sort_lines *s, int64_t number, mlt_sort_line *line) {
  line->s = s;
  line->from = s->from;
  line->values = s->values;
  line->positions = s->positions;
  line->low = s->positions && mlt_narrow_key(s->dtype, s->n) ? 32 : 0;
  atomic_init(&line->lossy, 0);
  for (int d = s->ndim - 1; d >= 0; d--) {
    const int64_t at = d ? number % s->shape[d] : number;
    if (d) number /= s->shape[d];
    line->from += at * s->from_strides[d];
    if (line->values) line->values += at * s->value_strides[d];
    if (line->positions) line->positions += at * s->position_strides[d];
  }
}

/* Whether so few are wanted that the others are left out of order. */
static inline int mlt_few_of_many(const mlt_sort_lines *s) {
  return s->positions && s->n >= 256 && s->keep > 0 && s->keep <= s->n / 16;
}

/* Short lines are sorted so many at a time, of wide keys half as many. Bytes have one digit, and the
 * baseline has to put the smaller and the larger of two numbers together. */
#define MLT_NETWORK_LINES 16
#define MLT_NETWORK_LONGEST 1024
#define MLT_NETWORK_LONGEST_OF_BYTES 48
#define MLT_NETWORK_LONGEST_BASE 256
/* Elements that a line has room for, a multiple of those of a tile that is turned over. */
static inline int64_t mlt_network_room(int64_t n) { return (n + 15) & ~15ll; }
static int mlt_network_lanes(const mlt_sort_lines *s) {
  const int narrow = mlt_itemsize[s->dtype] <= 4, small = narrow && !s->positions;
  const int without = mlt_runtime_pointer->isa == MLT_ISA_BASE;
  const int longest = mlt_itemsize[s->dtype] == 1 ? MLT_NETWORK_LONGEST_OF_BYTES
                      : !without                  ? MLT_NETWORK_LONGEST
                                                  : small ? MLT_NETWORK_LONGEST_BASE : 0;
  if (s->n < 2 || s->n > longest || mlt_few_of_many(s)) return 0;
  return small ? MLT_NETWORK_LINES : MLT_NETWORK_LINES / 2;
}

/* Whether elements at the same place of neighbouring lines are neighbours in memory, where those of a line are not. */
static int mlt_across(const mlt_sort_lines *s, const mlt_sort_line *lines, int count) {
  const int64_t itemsize = mlt_itemsize[s->dtype];
  int across = s->from_stride != itemsize && !(s->positions && (s->values || itemsize == 8));
  for (int k = 1; k < count && across; k++)
    across = lines[k].from == lines->from + k * itemsize &&
             (!s->values || lines[k].values == lines->values + k * itemsize) &&
             (!s->positions || lines[k].positions == lines->positions + k);
  return across;
}

typedef struct {
  const char *sorted, *queries;
  const int64_t *sorter; /* positions that sort, or NULL */
  int64_t *out;
  int64_t n;
  int32_t dtype, right;
  void *keys; /* room for the sorted numbers as keys of 32 or 64 bits, where there are many queries */
} mlt_search;

#define MLT_TARGET_BASE
#include "mltensor/target_begin.h"
#include "mltensor/sort_target.h"
#include "mltensor/target_end.h"
#if MLT_HAVE_X86_TARGETS
#define MLT_TARGET_AVX2
#include "mltensor/target_begin.h"
#include "mltensor/sort_target.h"
#include "mltensor/target_end.h"
#define MLT_TARGET_AVX512
#include "mltensor/target_begin.h"
#include "mltensor/sort_target.h"
#include "mltensor/target_end.h"
#define MLT_SORT_TASK(name)                                            \
  (mlt_runtime_pointer->isa == MLT_ISA_AVX512 ? name##_avx512          \
   : mlt_runtime_pointer->isa == MLT_ISA_AVX2 ? name##_avx2 : name##_base)
#else
#define MLT_SORT_TASK(name) name##_base
#endif
static mlt_task mlt_search_keys(void) { return MLT_SORT_TASK(mlt_search_prepare); }
static mlt_task mlt_search_among(void) { return MLT_SORT_TASK(mlt_search_task); }

/* A line of many bytes: how often each occurs says all. Returns 1 when interrupted. */
#define MLT_COUNTED_BYTES 512
static int mlt_sort_bytes(const mlt_sort_line *line) {
  const mlt_sort_lines *s = line->s;
  const int64_t from = s->from_stride, to = s->value_stride;
  const int turn = (s->dtype == MLT_INT8 ? 128 : 0) ^ (s->direction == MLT_ASCENDING ? 0 : 255);
  int64_t counts[4][256] = {{0}}, last_poll = mlt_now_ns();
  const uint8_t *p = (const uint8_t *)line->from;
  for (int64_t block = 0; block < s->n; block += 1 << 20) {
    if (block && mlt_poll(&last_poll)) return 1;
    const int64_t end = s->n - block < 1 << 20 ? s->n : block + (1 << 20);
    int64_t i = block;
    for (; i + 4 <= end; i += 4)
      for (int k = 0; k < 4; k++) counts[k][p[(i + k) * from]]++;
    for (; i < end; i++) counts[0][p[i * from]]++;
  }
  char *at = line->values;
  for (int key = 0; key < 256; key++) {
    const int value = key ^ turn;
    const int64_t n = counts[0][value] + counts[1][value] + counts[2][value] + counts[3][value];
    if (to == 1)
      memset(at, value, (size_t)n);
    else
      for (int64_t i = 0; i < n; i++) at[i * to] = (char)value;
    at += n * to;
  }
  return 0;
}

/* One line. Returns 1 when interrupted, -1 without memory. */
static int mlt_sort_one(mlt_sort_lines *s, int64_t number, char *scratch) {
  mlt_sort_line line;
  mlt_sort_line_at(s, number, &line);
  if (!s->positions && mlt_itemsize[s->dtype] == 1 && s->n >= MLT_COUNTED_BYTES) return mlt_sort_bytes(&line);
  const int status = MLT_SORT_TASK(mlt_sort_line_run)(&line, scratch);
  if (status || !atomic_load(&line.lossy)) return status;
  return mlt_restore_specials(s, line.from, line.values);
}

static void mlt_sort_task(void *context, int64_t begin, int64_t end) {
  mlt_sort_lines *s = (mlt_sort_lines *)context;
  char small[16384] __attribute__((aligned(64)));
  const int lanes = mlt_network_lanes(s), together = lanes && end - begin >= lanes / 2;
  /* A line by itself needs two elements for each of its own. */
  const int64_t bytes = together ? mlt_sort_scratch(s) / s->n * mlt_network_room(s->n) * lanes + 64
                                 : mlt_sort_scratch(s);
  char *scratch = bytes <= (int64_t)sizeof small ? small : malloc((size_t)bytes);
  int status = scratch ? 0 : -1;
  for (int64_t line = begin; line < end && !status;) {
    const int count = end - line < lanes ? (int)(end - line) : lanes;
    if (together && count >= lanes / 2) {
      status = MLT_SORT_TASK(mlt_sort_short_lines)(s, line, count, scratch);
      line += count;
    } else {
      status = mlt_sort_one(s, line++, scratch);
    }
  }
  if (scratch != small) free(scratch);
  if (status < 0) atomic_store(&s->failed, 1);
}

/* Sorts all lines; 1 when interrupted, -1 when there is no memory. */
static int mlt_sort_run(mlt_sort_lines *s) {
  atomic_init(&s->failed, 0);
  if (s->n == 0 || s->lines == 0) return 0;
  int status = 0;
  if (s->scratch) {
    for (int64_t line = 0; line < s->lines && !status; line++) status = mlt_sort_one(s, line, s->scratch);
    return status;
  }
  const int64_t lanes = mlt_network_lanes(s), most = 16384 / s->n > 1 ? 16384 / s->n : 1;
  const int64_t chunk = lanes ? (most + lanes - 1) / lanes * lanes : most;
  status = mlt_parallel(s->lines, chunk, mlt_sort_task, s);
  return atomic_load(&s->failed) ? -1 : status;
}

/* --- searching and duplicates ------------------------------------------------------------- */

#define MLT_SEARCH_CASE(D, ALL)                                                         \
  case MLT_##D:                                                                         \
    for (int64_t i = begin; i < end; i++) {                                             \
      uint64_t wanted = mlt_key_##D(s->queries + i * itemsize);                         \
      int64_t low = 0, left = s->n;                                                     \
      while (left > 0) {                                                                \
        int64_t half = left / 2, at = low + half;                                       \
        uint64_t key = mlt_key_##D(s->sorted + (s->sorter ? s->sorter[at] : at) * itemsize); \
        int go = s->right ? key <= wanted : key < wanted;                               \
        low = go ? at + 1 : low;                                                        \
        left = go ? left - half - 1 : half;                                             \
      }                                                                                 \
      s->out[i] = low;                                                                  \
    }                                                                                   \
    break;

/* Few queries: the numbers that are met become keys on the way. */
static void mlt_search_few(void *context, int64_t begin, int64_t end) {
  const mlt_search *s = (const mlt_search *)context;
  int64_t itemsize = mlt_itemsize[s->dtype];
  switch (s->dtype) { MLT_KEYED(MLT_SEARCH_CASE) }
}

/* Whether `count` queries are enough to make keys of all sorted numbers. */
static int mlt_search_many(int64_t n, int64_t count, int dtype) {
  return n > 1 && count >= n / 16 && count >= 16 && (mlt_itemsize[dtype] > 4 || n < INT32_MAX);
}

/* first[i] = 1 where sorted element i differs from the one before it. */
typedef struct {
  const char *sorted;
  uint8_t *first;
  int32_t dtype, nan_equal;
} mlt_distinct;

static void mlt_distinct_task(void *context, int64_t begin, int64_t end) {
  const mlt_distinct *s = (const mlt_distinct *)context;
  int64_t itemsize = mlt_itemsize[s->dtype];
#define MLT_FIRST_CASE(D, ALL)                                                    \
  case MLT_##D:                                                                   \
    for (int64_t i = begin; i < end; i++) {                                       \
      const char *p = s->sorted + i * itemsize;                                   \
      s->first[i] = i == 0 || mlt_key_##D(p) != mlt_key_##D(p - itemsize) ||      \
                    (!s->nan_equal && mlt_special_##D(p) == 2);                   \
    }                                                                             \
    break;
  switch (s->dtype) { MLT_KEYED(MLT_FIRST_CASE) }
}

#endif
