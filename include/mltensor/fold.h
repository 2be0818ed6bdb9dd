/* The loop of any operation of two operands, applied along an axis, within segments and at places.
 *
 * A loop takes rows of elements; what follows one another along the axis is a row after the other. Where there are
 * several lines side by side, these are the row; a line by itself is folded in lanes if the order does not matter, and
 * else as a chain, by a loop of its own or by a call for every element.
 */
#ifndef MLTENSOR_FOLD_H
#define MLTENSOR_FOLD_H

#include <stdatomic.h>
#include <string.h>

#include "mltensor/bytes.h"
#include "mltensor/chain.h"
#include "mltensor/iterate.h"
#include "mltensor/mltensor.h"
#include "mltensor/reduce_ops.h"
#include "mltensor/thread.h"

#define MLT_FOLD_TILE 1024  /* adjacent results that are taken together */
#define MLT_FOLD_LINES 128  /* lines side by side, each in memory of its own */
#define MLT_FOLD_LANES 512  /* lanes of a line; a power of two */
#define MLT_FOLD_LEAST 64   /* elements from which a line has lanes, */
#define MLT_FOLD_ROW 16     /* and from which it goes to the loop of a reduction */
#define MLT_FOLD_WORK 32768 /* elements of a chunk of work */
#define MLT_FOLD_BLOCK 4096 /* rows between two looks at the clock */
#define MLT_CHAIN_BLOCK 65536 /* links */

/* x is (outer, n, inner), contiguous; so is the result, with one row or one for every segment in place of the n. */
typedef struct {
  mlt_loop loop;
  mlt_chain chain; /* or NULL */
  /* The loop of a reduction of the same meaning, or NULL; how its accumulators are combined, and made an element. */
  void (*row)(const char *source, int64_t n, char *result, const char *aux);
  mlt_chain combine;
  mlt_loop finish; /* or NULL: they are */
  int64_t accumulator; /* bytes */
  const char *x;
  char *result;
  const uint8_t *mask;   /* of x: what goes in; or NULL */
  const int64_t *starts; /* of the segments; or NULL: one for all */
  int64_t segments;
  int64_t outer, n, inner, item;
  int free;  /* the order does not matter */
  int begun; /* the results hold what comes first */
  int across; /* lines are those of `outer`, not of `inner` */
  int64_t tile, tiles;
  atomic_int stop;
} mlt_fold;

#define MLT_FOLD_MOVE(type)                                                                  \
  for (int64_t i = 0; i < n; i++) *(type *)(to + i * to_step) = *(const type *)(from + i * from_step);

static void mlt_fold_copy(char *to, int64_t to_step, const char *from, int64_t from_step, int64_t itemsize, int64_t n) {
  if (to_step == itemsize && from_step == itemsize) {
    memcpy(to, from, (size_t)(n * itemsize));
    return;
  }
  MLT_MOVE_SIZES(MLT_FOLD_MOVE)
}

/* A chain of n links along a line, with looks at Ctrl-C in between. */
static void mlt_fold_chain(mlt_fold *f, mlt_links links, int64_t n, int64_t *last) {
  while (n > 0) {
    links.n = n < MLT_CHAIN_BLOCK ? n : MLT_CHAIN_BLOCK;
    f->chain(&links);
    links.x += links.n * links.step;
    links.result += links.n * links.result_step;
    n -= links.n;
    if (n > 0 && mlt_poll_inside(&f->stop, last)) return;
  }
}

/* A line without gaps by the loop of a reduction. */
static void mlt_fold_line(const mlt_fold *f, const char *x, int64_t n, char *result, int begun) {
  int64_t accumulators[2][2]; /* a complex number each, at most */
  char *const sum = (char *)accumulators[0], *const more = (char *)accumulators[1];
  const mlt_links links = {MLT_CHAIN_FOLD, sum, 0, more, f->accumulator, 1, NULL, 0};
  for (int64_t i = 0; i < n; i += MLT_REDUCE_BLOCK) {
    f->row(x + i * f->item, n - i < MLT_REDUCE_BLOCK ? n - i : MLT_REDUCE_BLOCK, i ? more : sum, NULL);
    if (i) f->combine(&links);
  }
  if (f->finish) {
    char *const args[2] = {sum, more};
    const int64_t strides[2] = {f->accumulator, f->item};
    f->finish(args, strides, 1);
    memcpy(sum, more, (size_t)f->item);
  }
  char *const args[3] = {result, sum, result};
  const int64_t strides[3] = {f->item, f->item, f->item};
  if (begun)
    f->loop(args, strides, 1);
  else
    memcpy(result, sum, (size_t)f->item);
}

/* A line without gaps whose order does not matter, of two elements at least. */
static void mlt_fold_lanes(const mlt_fold *f, const char *x, int64_t n, char *result, int begun) {
  _Alignas(64) char lanes[MLT_FOLD_LANES * 16];
  const int64_t item = f->item, strides[3] = {item, item, item};
  int64_t width = MLT_FOLD_LANES;
  while (width * 2 > n) width /= 2;
  for (int64_t i = width; i < n; i += width) {
    char *const args[3] = {i == width ? (char *)x : lanes, (char *)x + i * item, lanes};
    f->loop(args, strides, n - i < width ? n - i : width);
  }
  while (width > (f->chain ? 8 : 1)) {
    width /= 2;
    char *const args[3] = {lanes, lanes + width * item, lanes};
    f->loop(args, strides, width);
  }
  if (width > 1) {
    const mlt_links links = {MLT_CHAIN_FOLD, lanes, 0, lanes + item, item, width - 1, NULL, 0};
    f->chain(&links);
  }
  if (begun) {
    char *const args[3] = {result, lanes, result};
    f->loop(args, strides, 1);
  } else {
    memcpy(result, lanes, (size_t)item);
  }
}

/* `width` lines side by side, `step` bytes from one to the next, n rows of them. */
static void mlt_fold_rows(mlt_fold *f, const char *x, int64_t step, int64_t row, int64_t n, char *result,
                          int64_t result_step, int64_t width, const uint8_t *mask) {
  const int64_t item = f->item, strides[3] = {result_step, step, result_step};
  int64_t i = 0, last = n > MLT_FOLD_BLOCK ? mlt_now_ns() : 0;
  if (width == 1 && f->row && !mask && row == item && n >= MLT_FOLD_ROW) {
    mlt_fold_line(f, x, n, result, f->begun);
    return;
  }
  if (width == 1 && f->free && !mask && row == item && n >= MLT_FOLD_LEAST) {
    mlt_fold_lanes(f, x, n, result, f->begun);
    return;
  }
  if (!f->begun) {
    mlt_fold_copy(result, result_step, x, step, item, width);
    i = 1;
  }
  if (width == 1 && f->chain && !mask) {
    const mlt_links links = {MLT_CHAIN_FOLD, result, 0, x + i * row, row, 0, NULL, 0};
    mlt_fold_chain(f, links, n - i, &last);
    return;
  }
  while (i < n) {
    const int64_t end = n - i < MLT_FOLD_BLOCK ? n : i + MLT_FOLD_BLOCK;
    if (!mask) {
      for (; i < end; i++) {
        char *const args[3] = {result, (char *)x + i * row, result};
        f->loop(args, strides, width);
      }
    } else {
      char kept[MLT_FOLD_TILE * 16];
      const int64_t aside[3] = {result_step, step, item};
      for (; i < end; i++) {
        const uint8_t *counts = mask + i * (row / item);
        char *const args[3] = {result, (char *)x + i * row, kept};
        f->loop(args, aside, width);
        for (int64_t k = 0; k < width; k++)
          if (counts[k * (step / item)]) memcpy(result + k * result_step, kept + k * item, (size_t)item);
      }
    }
    if (i < n && mlt_poll_inside(&f->stop, &last)) return;
  }
}

/* A unit of work is a tile of lines in a segment. */
static void mlt_fold_task(void *context, int64_t begin, int64_t end) {
  mlt_fold *f = context;
  const int64_t item = f->item, row = f->inner * item, plane = f->n * row, results = f->segments * row;
  const int64_t lines = f->across ? f->outer : f->inner;
  int64_t t = begin % f->tiles, s = begin / f->tiles % f->segments, which = begin / f->tiles / f->segments;
  for (int64_t u = begin; u < end && !atomic_load_explicit(&f->stop, memory_order_relaxed); u++) {
    const int64_t first = t * f->tile;
    const int64_t width = lines - first < f->tile ? lines - first : f->tile;
    const int64_t o = f->across ? first : which, j = f->across ? which : first;
    int64_t from = 0, n = f->n;
    if (f->starts) {
      from = f->starts[s];
      const int64_t to = s + 1 < f->segments ? f->starts[s + 1] : f->n;
      n = to > from ? to - from : 1;
    }
    const int64_t at = o * plane + from * row + j * item;
    mlt_fold_rows(f, f->x + at, f->across ? plane : item, row, n, f->result + o * results + s * row + j * item,
                  f->across ? results : item, width, f->mask ? f->mask + at / item : NULL);
    if (++t < f->tiles) continue;
    t = 0;
    if (++s < f->segments) continue;
    s = 0;
    which++;
  }
}

/* Chooses the lines that go side by side; returns the number of units. */
static int64_t mlt_fold_prepare(mlt_fold *f, int64_t length) {
  f->across = f->inner < f->outer && (f->inner > 1 || !f->free || f->mask || length < MLT_FOLD_LEAST);
  f->tile = f->across ? MLT_FOLD_LINES : MLT_FOLD_TILE;
  f->tiles = ((f->across ? f->outer : f->inner) + f->tile - 1) / f->tile;
  atomic_init(&f->stop, 0);
  return f->tiles * (f->across ? f->inner : f->outer) * f->segments;
}

static int mlt_fold_run(mlt_fold *f) {
  const int64_t length = f->n / f->segments + 1, units = mlt_fold_prepare(f, length);
  const int64_t work = f->outer * f->n * f->inner;
  if (units == 0) return 0;
  return mlt_parallel(units, MLT_FOLD_WORK / (work / units + 1) + 1, mlt_fold_task, f) || atomic_load(&f->stop);
}

/* --- running results -------------------------------------------------------------------------- */

/* The running largest or smallest of a line: a block that changes nothing is filled, one without NaN needs no look at
 * each for it. */
#define MLT_RUNNING_EXTREME(name, T, BETTER)                                                  \
  static void mlt_running_##name(const T *restrict x, T *restrict y, int64_t n) {             \
    T best = x[0];                                                                            \
    int64_t i = 0;                                                                            \
    for (; i + 32 <= n && best == best; i += 32) {                                            \
      int changes = 0, strange = 0;                                                           \
      for (int k = 0; k < 32; k++) {                                                          \
        changes |= x[i + k] BETTER best;                                                      \
        strange |= x[i + k] != x[i + k];                                                      \
      }                                                                                       \
      if (strange) break;                                                                     \
      if (!changes) {                                                                         \
        for (int k = 0; k < 32; k++) y[i + k] = best;                                         \
        continue;                                                                             \
      }                                                                                       \
      for (int k = 0; k < 32; k += 4) {                                                       \
        const T a = x[i + k], b = x[i + k + 1] BETTER a ? x[i + k + 1] : a;                   \
        const T c = x[i + k + 2] BETTER b ? x[i + k + 2] : b;                                 \
        const T d = x[i + k + 3] BETTER c ? x[i + k + 3] : c;                                 \
        y[i + k] = a BETTER best ? a : best;                                                  \
        y[i + k + 1] = b BETTER best ? b : best;                                              \
        y[i + k + 2] = c BETTER best ? c : best;                                              \
        best = d BETTER best ? d : best;                                                      \
        y[i + k + 3] = best;                                                                  \
      }                                                                                       \
    }                                                                                         \
    for (; i < n; i++) {                                                                      \
      best = best == best && (x[i] BETTER best || x[i] != x[i]) ? x[i] : best;                \
      y[i] = best;                                                                            \
    }                                                                                         \
  }
#define MLT_RUNNING_EXTREMES(D, T) MLT_RUNNING_EXTREME(max_##D, T, >) MLT_RUNNING_EXTREME(min_##D, T, <)
MLT_RUNNING_EXTREMES(INT8, int8_t)
MLT_RUNNING_EXTREMES(INT16, int16_t)
MLT_RUNNING_EXTREMES(INT32, int32_t)
MLT_RUNNING_EXTREMES(INT64, int64_t)
MLT_RUNNING_EXTREMES(UINT8, uint8_t)
MLT_RUNNING_EXTREMES(UINT16, uint16_t)
MLT_RUNNING_EXTREMES(UINT32, uint32_t)
MLT_RUNNING_EXTREMES(UINT64, uint64_t)
MLT_RUNNING_EXTREMES(FLOAT32, float)
MLT_RUNNING_EXTREMES(FLOAT64, double)
#define MLT_RUNNING_CASE(name, D, T) \
  case MLT_##D: mlt_running_##name##_##D((const T *)x, (T *)y, n); return 1;
#define MLT_RUNNING_CASES(name)                                                               \
  MLT_RUNNING_CASE(name, INT8, int8_t) MLT_RUNNING_CASE(name, INT16, int16_t)                 \
  MLT_RUNNING_CASE(name, INT32, int32_t) MLT_RUNNING_CASE(name, INT64, int64_t)               \
  MLT_RUNNING_CASE(name, UINT8, uint8_t) MLT_RUNNING_CASE(name, UINT16, uint16_t)             \
  MLT_RUNNING_CASE(name, UINT32, uint32_t) MLT_RUNNING_CASE(name, UINT64, uint64_t)           \
  MLT_RUNNING_CASE(name, FLOAT32, float) MLT_RUNNING_CASE(name, FLOAT64, double)

/* Whether there is such a loop for the dtype; bools are bytes. */
static int mlt_running_extreme(int least, int dtype, const char *x, char *y, int64_t n) {
  if (dtype == MLT_BOOL) dtype = MLT_UINT8;
  if (least) switch (dtype) { MLT_RUNNING_CASES(min) default: return 0; }
  switch (dtype) { MLT_RUNNING_CASES(max) default: return 0; }
}

enum { MLT_RUNNING_ANY, MLT_RUNNING_MAX, MLT_RUNNING_MIN };

typedef struct {
  mlt_fold lines; /* its result has the shape of x */
  int kind, dtype;
} mlt_running;

static void mlt_running_rows(mlt_running *r, const char *x, int64_t step, int64_t row, char *y, int64_t width) {
  mlt_fold *f = &r->lines;
  const int64_t n = f->n, strides[3] = {step, step, step};
  const int64_t *starts = f->starts, *beyond = starts ? starts + f->segments : NULL;
  int64_t i = 0, last = n > MLT_FOLD_BLOCK ? mlt_now_ns() : 0;
  if (width == 1 && f->chain && !starts) {
    mlt_fold_copy(y, step, x, step, f->item, 1);
    const mlt_links links = {MLT_CHAIN_RUNNING, y + row, row, x + row, row, 0, NULL, 0};
    mlt_fold_chain(f, links, n - 1, &last);
    return;
  }
  while (i < n) {
    const int64_t end = n - i < MLT_FOLD_BLOCK ? n : i + MLT_FOLD_BLOCK;
    for (; i < end; i++) {
      char *const args[3] = {y + (i - 1) * row, (char *)x + i * row, y + i * row};
      if (i == 0 || (starts && starts < beyond && *starts == i)) {
        mlt_fold_copy(args[2], step, args[1], step, f->item, width);
        starts += starts && starts < beyond && *starts == i;
      } else {
        f->loop(args, strides, width);
      }
    }
    if (i < n && mlt_poll_inside(&f->stop, &last)) return;
  }
}

static void mlt_running_task(void *context, int64_t begin, int64_t end) {
  mlt_running *r = context;
  mlt_fold *f = &r->lines;
  const int64_t item = f->item, row = f->inner * item, plane = f->n * row;
  for (int64_t u = begin; u < end && !atomic_load_explicit(&f->stop, memory_order_relaxed); u++) {
    const int64_t which = u / f->tiles, first = u % f->tiles * f->tile, lines = f->across ? f->outer : f->inner;
    const int64_t width = lines - first < f->tile ? lines - first : f->tile;
    const int64_t at = (f->across ? first : which) * plane + (f->across ? which : first) * item;
    if (r->kind != MLT_RUNNING_ANY && f->inner == 1 && !f->starts &&
        mlt_running_extreme(r->kind == MLT_RUNNING_MIN, r->dtype, f->x + at, f->result + at, f->n))
      continue;
    mlt_running_rows(r, f->x + at, f->across ? plane : item, row, f->result + at, width);
  }
}

/* y[i] = op(y[i - 1], x[i]) along the axis, anew at the starts of segments, which increase. */
static int mlt_running_run(mlt_running *r) {
  mlt_fold *f = &r->lines;
  const int64_t work = f->outer * f->n * f->inner;
  if (work == 0) return 0;
  f->free = r->kind != MLT_RUNNING_ANY && f->inner == 1 && !f->starts;
  int64_t units = mlt_fold_prepare(f, f->free ? MLT_FOLD_LEAST : f->n);
  if (f->starts) units /= f->segments;
  return mlt_parallel(units, MLT_FOLD_WORK / (work / units + 1) + 1, mlt_running_task, r) || atomic_load(&f->stop);
}

/* --- at places -------------------------------------------------------------------------------- */

#define MLT_AT_SLOTS 4096
#define MLT_AT_BLOCK 256

/* data[place] = op(data[place], value) one after the other: as many at a time as go to different places. */
typedef struct {
  mlt_loop loop;
  mlt_chain chain; /* or NULL */
  int arity;
  char *data;
  const int64_t *index; /* negative ones count from the end */
  int64_t count, length, step; /* bytes from one place to the next */
  const char *values;
  int64_t value_step;
  int64_t item, computed, given; /* bytes of an element in memory, for the loop and from it */
  mlt_loop fetch, store;         /* conversions before and after it; or NULL */
} mlt_at;

#define MLT_AT_GET(type) \
  for (int64_t i = 0; i < n; i++) ((type *)to)[i] = *(const type *)(a->data + place[i]);
#define MLT_AT_PUT(type) \
  for (int64_t i = 0; i < n; i++) *(type *)(a->data + place[i]) = ((const type *)from)[i];

static void mlt_at_get(const mlt_at *a, char *to, const int64_t *place, int64_t n) {
  const int64_t itemsize = a->item;
  MLT_MOVE_SIZES(MLT_AT_GET)
}
static void mlt_at_put(const mlt_at *a, const char *from, const int64_t *place, int64_t n) {
  const int64_t itemsize = a->item;
  MLT_MOVE_SIZES(MLT_AT_PUT)
}

static int mlt_at_run(mlt_at *a) {
  uint32_t seen[MLT_AT_SLOTS] = {0}, turn = 0;
  int64_t place[MLT_AT_BLOCK], last = mlt_now_ns();
  _Alignas(64) char held[MLT_AT_BLOCK * 16], computed[MLT_AT_BLOCK * 16], given[MLT_AT_BLOCK * 16];
  const int64_t item = a->item;
  if (a->chain && !a->fetch && !a->store) {
    for (int64_t k = 0, n; k < a->count; k += n) {
      n = a->count - k < MLT_CHAIN_BLOCK ? a->count - k : MLT_CHAIN_BLOCK;
      const mlt_links links = {MLT_CHAIN_AT, a->data, a->step, a->values + k * a->value_step, a->value_step, n,
                               a->index + k, a->length};
      a->chain(&links);
      if (k + n < a->count && mlt_poll(&last)) return 1;
    }
    return 0;
  }
  for (int64_t k = 0, n; k < a->count; k += n) {
    const int64_t most = a->count - k < MLT_AT_BLOCK ? a->count - k : MLT_AT_BLOCK;
    turn++;
    for (n = 0; n < most; n++) {
      const int64_t at = a->index[k + n];
      const int64_t to = (at + (at < 0 ? a->length : 0)) * a->step;
      uint32_t *slot = seen + ((uint64_t)to * 0x9E3779B97F4A7C15u >> 52);
      if (*slot == turn) break;
      *slot = turn;
      place[n] = to;
    }
    mlt_at_get(a, held, place, n);
    char *first = a->fetch ? computed : held, *result = a->store ? given : held;
    const int64_t there[2] = {item, a->computed};
    if (a->fetch) {
      char *const args[2] = {held, computed};
      a->fetch(args, there, n);
    }
    if (a->arity == 1) {
      char *const args[2] = {first, result};
      const int64_t strides[2] = {a->computed, a->given};
      a->loop(args, strides, n);
    } else {
      char *const args[3] = {first, (char *)a->values + k * a->value_step, result};
      const int64_t strides[3] = {a->computed, a->value_step, a->given};
      a->loop(args, strides, n);
    }
    if (a->store) {
      char *const args[2] = {given, held};
      const int64_t back[2] = {a->given, item};
      a->store(args, back, n);
    }
    mlt_at_put(a, held, place, n);
    if ((turn & 4095) == 0 && mlt_poll(&last)) return 1;
  }
  return 0;
}

#endif
