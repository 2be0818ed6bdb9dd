/* Sorting along the lines of a tensor, and the positions that sort it. */
#ifndef MLTENSOR_SORT_H
#define MLTENSOR_SORT_H

#include <stdlib.h>
#include <string.h>

#include "mltensor/mltensor.h"
#include "mltensor/sort_keys.h"
#include "mltensor/thread.h"

/* Elements that one thread sorts in its own cache. */
#define MLT_SORT_CHUNK 32768

typedef struct {
  uint32_t key, at;
} mlt_pair32;

typedef struct {
  uint64_t key, at;
} mlt_pair64;

#define MLT_SORT_NAME key32
#define MLT_SORT_TYPE uint32_t
#define MLT_SORT_KEY(e) (e)
#define MLT_SORT_BITS 32
#include "mltensor/sort_lines.h"

#define MLT_SORT_NAME key64
#define MLT_SORT_TYPE uint64_t
#define MLT_SORT_KEY(e) (e)
#define MLT_SORT_BITS 64
#include "mltensor/sort_lines.h"

#define MLT_SORT_NAME pair32
#define MLT_SORT_TYPE mlt_pair32
#define MLT_SORT_KEY(e) ((e).key)
#define MLT_SORT_BITS 32
#include "mltensor/sort_lines.h"

#define MLT_SORT_NAME pair64
#define MLT_SORT_TYPE mlt_pair64
#define MLT_SORT_KEY(e) ((e).key)
#define MLT_SORT_BITS 64
#include "mltensor/sort_lines.h"

typedef struct {
  const char *from;
  char *values;       /* sorted values, or NULL */
  int64_t *positions; /* where they were, or NULL */
  int64_t n, keep;    /* length of a line; how many of the sorted to write (the first ones) */
  int64_t from_stride, value_stride; /* bytes along a line */
  int64_t position_stride;           /* elements */
  int32_t dtype, direction;
  int32_t ndim; /* of the other dimensions */
  int64_t lines;
  int64_t shape[MLT_MAX_DIMS], from_strides[MLT_MAX_DIMS], value_strides[MLT_MAX_DIMS],
      position_strides[MLT_MAX_DIMS];
  atomic_int failed; /* a thread got no memory */
} mlt_sort_lines;

static inline int mlt_narrow_key(int dtype, int64_t n) {
  return mlt_itemsize[dtype] <= 4 && n < (int64_t)UINT32_MAX;
}

/* Bytes of scratch that one line needs. */
static int64_t mlt_sort_scratch(const mlt_sort_lines *s) {
  int64_t element = (mlt_narrow_key(s->dtype, s->n) ? 4 : 8) * (s->positions ? 2 : 1);
  return 2 * s->n * element;
}

/* Keys have lost the sign of zeros and the bits of NaN: these are written again, in the order they
 * stood in. Both are runs in the sorted line. Returns 1 when interrupted. */
static int mlt_restore_specials(const mlt_sort_lines *s, const char *from, char *to, int several) {
  int itemsize = mlt_itemsize[s->dtype];
  int64_t zero = -1, nan = -1, i, last = several ? mlt_now_ns() : 0;
  char none[8] = {0};
  for (i = 0; i < s->n && (zero < 0 || nan < 0); i++) {
    if (several && i % MLT_SORT_CHUNK == 0 && mlt_poll(&last)) return 1;
    const char *p = to + i * s->value_stride;
    if (zero < 0 && memcmp(p, none, (size_t)itemsize) == 0) zero = i;
    if (nan < 0 && mlt_special(p, s->dtype) == 2) nan = i;
  }
  for (i = 0; i < s->n; i++) {
    if (several && i % MLT_SORT_CHUNK == 0 && mlt_poll(&last)) return 1;
    const char *p = from + i * s->from_stride;
    int special = mlt_special(p, s->dtype);
    if (special == 2)
      memcpy(to + nan++ * s->value_stride, p, (size_t)itemsize);
    else if (special == 1 || memcmp(p, none, (size_t)itemsize) == 0)
      memcpy(to + zero++ * s->value_stride, p, (size_t)itemsize);
  }
  return 0;
}

/* When few of many are wanted, only those can be among them whose leading bits come early enough:
 * keeps these, in their order, and returns how many they are, or -1 when interrupted. */
#define MLT_SELECT(bits)                                                                    \
  static int64_t mlt_select##bits(mlt_pair##bits *v, int64_t n, int64_t wanted, int several) { \
    int64_t counts[2048] = {0}, before = 0, kept = 0, last_poll = several ? mlt_now_ns() : 0; \
    for (int64_t i = 0; i < n; i++) {                                                       \
      if (several && i % MLT_SORT_CHUNK == 0 && mlt_poll(&last_poll)) return -1;            \
      counts[v[i].key >> (bits - 11)]++;                                                    \
    }                                                                                       \
    uint64_t last = 0;                                                                      \
    while ((before += counts[last]) < wanted) last++;                                       \
    for (int64_t i = 0; i < n; i++) {                                                       \
      if (several && i % MLT_SORT_CHUNK == 0 && mlt_poll(&last_poll)) return -1;            \
      mlt_pair##bits pair = v[i];                                                           \
      v[kept] = pair;                                                                       \
      kept += pair.key >> (bits - 11) <= last;                                              \
    }                                                                                       \
    return kept;                                                                            \
  }
MLT_SELECT(32)
MLT_SELECT(64)

/* One line on its way to keys and back: passes over it that threads can share. */
typedef struct {
  const mlt_sort_lines *s;
  const char *from;
  char *values;
  int64_t *positions;
  void *keys;
  atomic_int special; /* it has NaN or -0.0 */
} mlt_sort_pass;

#define MLT_SORT_PASSES(bits)                                                               \
  static void mlt_pass_pairs##bits(void *context, int64_t begin, int64_t end) {             \
    mlt_sort_pass *p = (mlt_sort_pass *)context;                                            \
    mlt_pair##bits *v = (mlt_pair##bits *)p->keys + begin;                                  \
    mlt_read_keys##bits(&v->key, 2, p->from + begin * p->s->from_stride, p->s->from_stride, \
                        end - begin, p->s->dtype, p->s->direction);                         \
    for (int64_t i = begin; i < end; i++) (v++)->at = (uint##bits##_t)i;                    \
  }                                                                                         \
  static void mlt_pass_positions##bits(void *context, int64_t begin, int64_t end) {         \
    const mlt_sort_pass *p = (const mlt_sort_pass *)context;                                \
    const mlt_sort_lines *s = p->s;                                                         \
    const mlt_pair##bits *v = (const mlt_pair##bits *)p->keys;                              \
    size_t itemsize = (size_t)mlt_itemsize[s->dtype];                                       \
    for (int64_t i = begin; i < end; i++)                                                   \
      p->positions[i * s->position_stride] = (int64_t)v[i].at;                              \
    if (p->values)                                                                          \
      for (int64_t i = begin; i < end; i++)                                                 \
        memcpy(p->values + i * s->value_stride, p->from + (int64_t)v[i].at * s->from_stride, \
               itemsize);                                                                   \
  }                                                                                         \
  static void mlt_pass_keys##bits(void *context, int64_t begin, int64_t end) {              \
    mlt_sort_pass *p = (mlt_sort_pass *)context;                                            \
    if (mlt_read_keys##bits((uint##bits##_t *)p->keys + begin, 1,                           \
                            p->from + begin * p->s->from_stride, p->s->from_stride,         \
                            end - begin, p->s->dtype, p->s->direction))                     \
      atomic_store(&p->special, 1);                                                         \
  }                                                                                         \
  static void mlt_pass_values##bits(void *context, int64_t begin, int64_t end) {            \
    const mlt_sort_pass *p = (const mlt_sort_pass *)context;                                \
    mlt_write_values##bits(p->values + begin * p->s->value_stride, p->s->value_stride,      \
                           (const uint##bits##_t *)p->keys + begin, end - begin,            \
                           p->s->dtype, p->s->direction);                                   \
  }
MLT_SORT_PASSES(32)
MLT_SORT_PASSES(64)

/* One line. `several`: sort it on all threads. Returns 1 when interrupted. */
static int mlt_sort_line(const mlt_sort_lines *s, int64_t line, char *scratch, int several) {
  mlt_sort_pass pass = {s, s->from, s->values, s->positions, scratch, 0};
  int64_t n = s->n;
  for (int d = s->ndim - 1; d >= 0; d--) {
    int64_t at = line % s->shape[d];
    line /= s->shape[d];
    pass.from += at * s->from_strides[d];
    if (pass.values) pass.values += at * s->value_strides[d];
    if (pass.positions) pass.positions += at * s->position_strides[d];
  }
#define MLT_SORT_PASS(task, count)                                \
  if (!several)                                                   \
    task(&pass, 0, count);                                        \
  else if (mlt_parallel(count, MLT_SORT_CHUNK, task, &pass))      \
    return 1;
#define MLT_SORT_SORT(name, v)                                    \
  if (!several)                                                   \
    mlt_sort_##name(v, v + n, n);                                 \
  else if (mlt_sort_long_##name(v, v + n, n))                     \
    return 1;
#define MLT_SORT_PAIRS(bits)                                                                \
  {                                                                                         \
    mlt_pair##bits *v = (mlt_pair##bits *)scratch;                                          \
    MLT_SORT_PASS(mlt_pass_pairs##bits, n)                                                  \
    if (n > 256 && s->keep < n / 4 && (n = mlt_select##bits(v, n, s->keep, several)) < 0) return 1; \
    MLT_SORT_SORT(pair##bits, v)                                                            \
    MLT_SORT_PASS(mlt_pass_positions##bits, s->keep)                                        \
  }
#define MLT_SORT_KEYS(bits)                                                                 \
  {                                                                                         \
    uint##bits##_t *v = (uint##bits##_t *)scratch;                                          \
    MLT_SORT_PASS(mlt_pass_keys##bits, n)                                                   \
    MLT_SORT_SORT(key##bits, v)                                                             \
    MLT_SORT_PASS(mlt_pass_values##bits, n)                                                 \
    if (atomic_load(&pass.special)) return mlt_restore_specials(s, pass.from, pass.values, several); \
  }
  if (s->positions) {
    if (mlt_narrow_key(s->dtype, n)) MLT_SORT_PAIRS(32) else MLT_SORT_PAIRS(64)
  } else {
    if (mlt_narrow_key(s->dtype, n)) MLT_SORT_KEYS(32) else MLT_SORT_KEYS(64)
  }
  return 0;
}

static void mlt_sort_task(void *context, int64_t begin, int64_t end) {
  mlt_sort_lines *s = (mlt_sort_lines *)context;
  char small[4096];
  int64_t bytes = mlt_sort_scratch(s);
  char *scratch = bytes <= (int64_t)sizeof small ? small : malloc((size_t)bytes);
  if (!scratch) {
    atomic_store(&s->failed, 1);
    return;
  }
  for (int64_t line = begin; line < end; line++) mlt_sort_line(s, line, scratch, 0);
  if (scratch != small) free(scratch);
}

/* Sorts all lines; 1 when interrupted, -1 when there is no memory. */
static int mlt_sort_run(mlt_sort_lines *s) {
  atomic_init(&s->failed, 0);
  if (s->n == 0 || s->lines == 0) return 0;
  int status = 0;
  if (s->n > 2 * MLT_SORT_CHUNK && (s->lines < 8 || s->n > (1 << 20))) {
    char *scratch = malloc((size_t)mlt_sort_scratch(s));
    if (!scratch) return -1;
    for (int64_t line = 0; line < s->lines && !status; line++)
      status = mlt_sort_line(s, line, scratch, 1);
    free(scratch);
    return status;
  }
  int64_t chunk = 16384 / s->n > 1 ? 16384 / s->n : 1;
  status = mlt_parallel(s->lines, chunk, mlt_sort_task, s);
  return atomic_load(&s->failed) ? -1 : status;
}

/* --- searching and duplicates ------------------------------------------------------------- */

typedef struct {
  const char *sorted, *queries;
  const int64_t *sorter; /* positions that sort, or NULL */
  int64_t *out;
  int64_t n;
  int32_t dtype, right;
} mlt_search;

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

static void mlt_search_task(void *context, int64_t begin, int64_t end) {
  const mlt_search *s = (const mlt_search *)context;
  int64_t itemsize = mlt_itemsize[s->dtype];
  switch (s->dtype) { MLT_KEYED(MLT_SEARCH_CASE) }
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
