/* Moving and adding blocks of strided memory at indexed places.
 *
 * One structure serves every operation that picks positions along one axis:
 * reading x[..., index, ...], writing it, and adding to it. The indexed side
 * (`data`) has dimensions outer x length x inner; the dense side has outer x
 * count x inner, and may be broadcast with strides of zero.
 *
 * Reading may be split anywhere. Writing and adding run over the indices in
 * order for each element of the indexed side, so that the last of two writes
 * to one place wins and sums have the same bits on any number of threads.
 */
#ifndef MLTENSOR_GATHER_H
#define MLTENSOR_GATHER_H

#include <complex.h>
#include <string.h>

#include "mltensor/half.h"
#include "mltensor/loops.h"
#include "mltensor/mltensor.h"
#include "mltensor/thread.h"

typedef struct {
  char *data;           /* the indexed memory */
  char *dense;          /* the other side */
  const int64_t *index; /* checked; negative ones count from the end */
  int64_t count;        /* how many indices */
  int64_t length;       /* what is added to a negative index */
  int64_t step;         /* bytes of `data` per unit of index */
  int64_t dense_step;   /* bytes of `dense` from one index to the next */
  int32_t outer_ndim, inner_ndim;
  int64_t outer_count, inner_count;
  int32_t itemsize, dtype;
  int64_t outer_shape[MLT_MAX_DIMS], outer_data[MLT_MAX_DIMS], outer_dense[MLT_MAX_DIMS];
  int64_t inner_shape[MLT_MAX_DIMS], inner_data[MLT_MAX_DIMS], inner_dense[MLT_MAX_DIMS];
} mlt_gather;

enum { MLT_GET = 0, MLT_PUT = 1, MLT_ADD = 2 };

/* Drops dimensions of length 1 and merges neighbours that walk memory as one. */
static int mlt_collapse2(int ndim, int64_t *shape, int64_t *a, int64_t *b) {
  int kept = 0;
  for (int i = 0; i < ndim; i++) {
    if (shape[i] == 1) continue;
    if (kept && a[kept - 1] == a[i] * shape[i] && b[kept - 1] == b[i] * shape[i]) {
      shape[kept - 1] *= shape[i];
    } else {
      shape[kept] = shape[i];
      kept++;
    }
    a[kept - 1] = a[i];
    b[kept - 1] = b[i];
  }
  return kept;
}

static void mlt_gather_prepare(mlt_gather *g) {
  g->outer_count = g->inner_count = 1;
  for (int i = 0; i < g->outer_ndim; i++) g->outer_count *= g->outer_shape[i];
  for (int i = 0; i < g->inner_ndim; i++) g->inner_count *= g->inner_shape[i];
  g->outer_ndim = mlt_collapse2(g->outer_ndim, g->outer_shape, g->outer_data, g->outer_dense);
  g->inner_ndim = mlt_collapse2(g->inner_ndim, g->inner_shape, g->inner_data, g->inner_dense);
}

/* --- one line of elements ---------------------------------------------------------------- */

#define MLT_ADD_LINE(D, ...)                                                                     \
  static void mlt_add_line_##D(char *to, int64_t st, const char *from, int64_t sf, int64_t n) {  \
    typedef MLT_T_##D type;                                                                      \
    typedef MLT_C_##D wide;                                                                      \
    if (st == sizeof(type) && sf == sizeof(type)) {                                              \
      type *t = (type *)to;                                                                      \
      const type *f = (const type *)from;                                                        \
      _Pragma("GCC ivdep") for (int64_t i = 0; i < n; i++) {                                     \
        wide v = (wide)(MLT_LOAD(D, t + i) + MLT_LOAD(D, f + i));                                \
        MLT_STORE(D, t + i, v);                                                                  \
      }                                                                                          \
      return;                                                                                    \
    }                                                                                            \
    for (int64_t i = 0; i < n; i++) {                                                            \
      type *t = (type *)(to + i * st);                                                           \
      const type *f = (const type *)(from + i * sf);                                             \
      wide v = (wide)(MLT_LOAD(D, t) + MLT_LOAD(D, f));                                          \
      MLT_STORE(D, t, v);                                                                        \
    }                                                                                            \
  }                                                                                              \
  static void mlt_add_indexed_##D(char *to, const int64_t *index, int64_t length, int64_t step,  \
                                  const char *from, int64_t sf, int64_t n) {                     \
    typedef MLT_T_##D type;                                                                      \
    typedef MLT_C_##D wide;                                                                      \
    for (int64_t i = 0; i < n; i++) {                                                            \
      int64_t k = index[i];                                                                      \
      type *t = (type *)(to + (k + (k < 0 ? length : 0)) * step);                                \
      const type *f = (const type *)(from + i * sf);                                             \
      wide v = (wide)(MLT_LOAD(D, t) + MLT_LOAD(D, f));                                          \
      MLT_STORE(D, t, v);                                                                        \
    }                                                                                            \
  }

MLT_FOR_ANY(ALL, MLT_ADD_LINE, )

typedef void (*mlt_add_line)(char *, int64_t, const char *, int64_t, int64_t);
typedef void (*mlt_add_indexed)(char *, const int64_t *, int64_t, int64_t, const char *, int64_t,
                                int64_t);
#define MLT_ADD_ENTRY(D, table) [MLT_##D] = mlt_add_##table##_##D,
static const mlt_add_line mlt_add_lines[MLT_DTYPE_COUNT] = {MLT_FOR_ANY(ALL, MLT_ADD_ENTRY, line)};
static const mlt_add_indexed mlt_add_indexeds[MLT_DTYPE_COUNT] = {
    MLT_FOR_ANY(ALL, MLT_ADD_ENTRY, indexed)};

typedef struct {
  uint64_t low, high;
} mlt_bytes16;

#define MLT_MOVE_SIZES(M)                                              \
  switch (itemsize) {                                                  \
    case 1: M(uint8_t) break;                                          \
    case 2: M(uint16_t) break;                                         \
    case 4: M(uint32_t) break;                                         \
    case 8: M(uint64_t) break;                                         \
    default: M(mlt_bytes16) break;                                     \
  }

/* Copies n elements of any size between strided lines. */
static void mlt_move_line(char *to, int64_t st, const char *from, int64_t sf, int64_t n,
                          int itemsize) {
  if (st == itemsize && sf == itemsize) {
    memcpy(to, from, (size_t)(n * itemsize));
    return;
  }
#define MLT_MOVE_STRIDED(type) \
  for (int64_t i = 0; i < n; i++) *(type *)(to + i * st) = *(const type *)(from + i * sf);
  MLT_MOVE_SIZES(MLT_MOVE_STRIDED)
}

/* --- blocks ------------------------------------------------------------------------------ */

static inline __attribute__((always_inline)) void mlt_gather_line(const mlt_gather *g, int mode,
                                                                  char *data, char *dense) {
  int last = g->inner_ndim - 1;
  int64_t n = g->inner_shape[last], sd = g->inner_data[last], sv = g->inner_dense[last];
  if (mode == MLT_GET)
    mlt_move_line(dense, sv, data, sd, n, g->itemsize);
  else if (mode == MLT_PUT)
    mlt_move_line(data, sd, dense, sv, n, g->itemsize);
  else
    mlt_add_lines[g->dtype](data, sd, dense, sv, n);
}

/* One block of the inner dimensions. */
static inline __attribute__((always_inline)) void mlt_gather_block(const mlt_gather *g, int mode,
                                                                   char *data, char *dense) {
  int leading = g->inner_ndim - 1;
  if (leading == 0) {
    mlt_gather_line(g, mode, data, dense);
    return;
  }
  int64_t at[MLT_MAX_DIMS];
  for (int i = 0; i < leading; i++) at[i] = 0;
  for (;;) {
    mlt_gather_line(g, mode, data, dense);
    int i = leading - 1;
    for (; i >= 0; i--) {
      data += g->inner_data[i];
      dense += g->inner_dense[i];
      if (++at[i] < g->inner_shape[i]) break;
      data -= g->inner_data[i] * at[i];
      dense -= g->inner_dense[i] * at[i];
      at[i] = 0;
    }
    if (i < 0) return;
  }
}

/* Indices [begin, end) at one place of the outer dimensions. */
static inline __attribute__((always_inline)) void mlt_gather_segment(const mlt_gather *g, int mode,
                                                                     char *data, char *dense,
                                                                     int64_t begin, int64_t end) {
  const int64_t *index = g->index + begin;
  int64_t n = end - begin, length = g->length, step = g->step, sv = g->dense_step;
  dense += begin * sv;
  if (g->inner_ndim == 0) {
    if (mode == MLT_ADD) {
      mlt_add_indexeds[g->dtype](data, index, length, step, dense, sv, n);
      return;
    }
    int itemsize = g->itemsize;
    if (mode == MLT_GET) {
#define MLT_GET_INDEXED(type)                                                         \
  for (int64_t i = 0; i < n; i++)                                                     \
    *(type *)(dense + i * sv) =                                                       \
        *(const type *)(data + (index[i] + (index[i] < 0 ? length : 0)) * step);
      MLT_MOVE_SIZES(MLT_GET_INDEXED)
    } else {
#define MLT_PUT_INDEXED(type)                                                         \
  for (int64_t i = 0; i < n; i++)                                                     \
    *(type *)(data + (index[i] + (index[i] < 0 ? length : 0)) * step) =               \
        *(const type *)(dense + i * sv);
      MLT_MOVE_SIZES(MLT_PUT_INDEXED)
    }
    return;
  }
  for (int64_t i = 0; i < n; i++) {
    int64_t k = index[i];
    mlt_gather_block(g, mode, data + (k + (k < 0 ? length : 0)) * step, dense + i * sv);
  }
}

static inline void mlt_gather_outer(const mlt_gather *g, int64_t outer, char **data, char **dense) {
  *data = g->data;
  *dense = g->dense;
  for (int i = g->outer_ndim - 1; i >= 0; i--) {
    int64_t at = outer % g->outer_shape[i];
    outer /= g->outer_shape[i];
    *data += at * g->outer_data[i];
    *dense += at * g->outer_dense[i];
  }
}

/* Units are (outer, index) pairs in order. */
#define MLT_GATHER_TASK(name, mode)                                                  \
  static void name(void *context, int64_t begin, int64_t end) {                      \
    const mlt_gather *g = (const mlt_gather *)context;                               \
    while (begin < end) {                                                            \
      int64_t at = begin % g->count;                                                 \
      int64_t stop = at + (end - begin) < g->count ? at + (end - begin) : g->count;  \
      char *data, *dense;                                                            \
      mlt_gather_outer(g, begin / g->count, &data, &dense);                          \
      mlt_gather_segment(g, mode, data, dense, at, stop);                            \
      begin += stop - at;                                                            \
    }                                                                                \
  }
MLT_GATHER_TASK(mlt_gather_get, MLT_GET)
MLT_GATHER_TASK(mlt_gather_put, MLT_PUT)
MLT_GATHER_TASK(mlt_gather_add, MLT_ADD)

/* A long line of the inner dimension becomes an outer one of pieces, so that writing to a few rows
 * can be shared among threads without two of them meeting in one element. */
static void mlt_gather_split(mlt_gather *g, int64_t pieces) {
  int last = g->inner_ndim - 1;
  if (last < 0 || pieces < 2 || g->outer_ndim >= MLT_MAX_DIMS - 1) return;
  while (pieces > 1 && g->inner_shape[last] % pieces) pieces--;
  if (pieces < 2) return;
  int64_t piece = g->inner_shape[last] / pieces;
  g->inner_shape[last] = piece;
  g->inner_count /= pieces;
  g->outer_shape[g->outer_ndim] = pieces;
  g->outer_data[g->outer_ndim] = piece * g->inner_data[last];
  g->outer_dense[g->outer_ndim] = piece * g->inner_dense[last];
  g->outer_ndim++;
  g->outer_count *= pieces;
}

/* Runs a gather (units of work small enough to ask for Ctrl-C in between). */
static int mlt_gather_run(mlt_gather *g, int mode) {
  int64_t units = g->outer_count * g->count;
  if (units == 0 || g->inner_count == 0) return 0;
  int64_t chunk = 16384 / g->inner_count;
  if (chunk < 1) chunk = 1;
  if (mode == MLT_GET) return mlt_parallel(units, chunk, mlt_gather_get, g);
  if (g->outer_count == 1) mlt_gather_split(g, g->inner_count / 32 < 16 ? g->inner_count / 32 : 16);
  units = g->outer_count * g->count;
  mlt_task task = mode == MLT_PUT ? mlt_gather_put : mlt_gather_add;
  if (g->outer_count == 1 || g->count * g->inner_count > (1 << 22))
    return mlt_serial(units, chunk, task, g);
  chunk = chunk / g->count > 1 ? chunk / g->count : 1;
  return mlt_parallel(units, chunk * g->count, task, g);
}

/* The little case: on this thread, without a look at the clock. */
static void mlt_gather_here(mlt_gather *g, int mode) {
  int64_t units = g->outer_count * g->count;
  if (units == 0 || g->inner_count == 0) return;
  if (mode == MLT_GET)
    mlt_gather_get(g, 0, units);
  else if (mode == MLT_PUT)
    mlt_gather_put(g, 0, units);
  else
    mlt_gather_add(g, 0, units);
}

/* --- indices ----------------------------------------------------------------------------- */

/* Position of the first index outside [-length, length), or -1. */
static int64_t mlt_index_check(const int64_t *index, int64_t n, int64_t length) {
  for (int64_t begin = 0; begin < n; begin += 1024) {
    int64_t end = begin + 1024 < n ? begin + 1024 : n, low = 0, high = -1;
    for (int64_t i = begin; i < end; i++) {
      low = index[i] < low ? index[i] : low;
      high = index[i] > high ? index[i] : high;
    }
    if (low < -length || high >= length)
      for (int64_t i = begin; i < end; i++)
        if (index[i] < -length || index[i] >= length) return i;
  }
  return -1;
}

/* Adds index * step to the offsets of several indexed dimensions. */
static void mlt_index_offsets(int64_t *offsets, const int64_t *index, int64_t n, int64_t length,
                              int64_t step) {
  for (int64_t i = 0; i < n; i++) offsets[i] += (index[i] + (index[i] < 0 ? length : 0)) * step;
}

/* Indices brought into [0, length): wrapped around, or clipped. */
static void mlt_index_wrap(int64_t *out, const int64_t *index, int64_t n, int64_t length) {
  for (int64_t i = 0; i < n; i++) {
    int64_t k = index[i] % length;
    out[i] = k < 0 ? k + length : k;
  }
}

static void mlt_index_clip(int64_t *out, const int64_t *index, int64_t n, int64_t length) {
  for (int64_t i = 0; i < n; i++)
    out[i] = index[i] < 0 ? 0 : index[i] >= length ? length - 1 : index[i];
}

#endif
