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

#include "mltensor/bytes.h"
#include "mltensor/half.h"
#include "mltensor/loops.h"
#include "mltensor/iterate.h"
#include "mltensor/mltensor.h"
#include "mltensor/target.h"
#include "mltensor/thread.h"

/* Indices along one of several dimensions: each stands for `inner` places that follow each other, and after `count` of
 * them the first comes again. */
typedef struct {
  const int64_t *index;
  int64_t count, inner;
  int64_t length, step; /* of the dimension; the step in units of the gather's */
  int32_t axis;
} mlt_indices;

typedef struct {
  char *data;           /* the indexed memory */
  char *dense;          /* the other side */
  const int64_t *index; /* negative ones count from the end */
  const mlt_indices *indices; /* or those of `several` dimensions, whose steps are added */
  int64_t count;        /* how many places */
  int64_t length;       /* what is added to a negative index; of several dimensions the elements they have together */
  int64_t step;         /* bytes of `data` per unit of index */
  int64_t dense_step;   /* bytes of `dense` from one index to the next */
  int32_t outer_ndim, inner_ndim;
  int64_t outer_count, inner_count;
  int32_t itemsize, dtype;
  int32_t several;
  int32_t known_inside; /* the indices are in [-length, length) or wanted as they are; else they are looked over
                           while they are used */
  atomic_int outside;   /* one was not: what was not done yet stays undone */
  int64_t outer_shape[MLT_MAX_DIMS], outer_data[MLT_MAX_DIMS], outer_dense[MLT_MAX_DIMS];
  int64_t inner_shape[MLT_MAX_DIMS], inner_data[MLT_MAX_DIMS], inner_dense[MLT_MAX_DIMS];
  int32_t streamed;     /* the dense side is written past the cache */
  int64_t ranges;       /* of places, where writing is shared by places */
  atomic_int stop;
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

static inline void mlt_gather_outer(const mlt_gather *g, int64_t outer, char **data, char **dense) {
  *data = g->data;
  *dense = g->dense;
  for (int i = g->outer_ndim - 1; i >= 0; i--) {
    const int64_t at = i ? outer % g->outer_shape[i] : outer;
    if (i) outer /= g->outer_shape[i];
    *data += at * g->outer_data[i];
    *dense += at * g->outer_dense[i];
  }
}

typedef struct {
  const int64_t *index;
  int64_t length;
  atomic_llong bad; /* position of the first that is outside, or -1 */
} mlt_index_search;

typedef struct {
  const int64_t *values;
  atomic_int negative; /* one is */
} mlt_signs;

#define MLT_TARGET_BASE
#include "mltensor/target_begin.h"
#include "mltensor/gather_target.h"
#include "mltensor/target_end.h"
#if MLT_HAVE_X86_TARGETS
#include <immintrin.h>
#define MLT_TARGET_AVX2
#include "mltensor/target_begin.h"
#include "mltensor/gather_target.h"
#include "mltensor/target_end.h"
#define MLT_TARGET_AVX512
#include "mltensor/target_begin.h"
#include "mltensor/gather_target.h"
#include "mltensor/target_end.h"
#define MLT_GATHER_FN(name)                                            \
  (mlt_runtime_pointer->isa == MLT_ISA_AVX512 ? name##_avx512          \
   : mlt_runtime_pointer->isa == MLT_ISA_AVX2 ? name##_avx2 : name##_base)
#else
#define MLT_GATHER_FN(name) name##_base
#endif

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
  atomic_init(&g->outside, 0);
  int64_t units = g->outer_count * g->count;
  if (units == 0 || g->inner_count == 0) return 0;
  int64_t chunk = 16384 / g->inner_count;
  if (chunk < 1) chunk = 1;
  if (mode == MLT_GET) {
    g->streamed = units * g->inner_count * g->itemsize >= mlt_stream_from();
    return mlt_parallel(units, chunk, MLT_GATHER_FN(mlt_gather_get), g);
  }
  const mlt_task task = mode == MLT_PUT ? MLT_GATHER_FN(mlt_gather_put) : MLT_GATHER_FN(mlt_gather_add);
  const int threads = mlt_runtime_pointer->threads;
  if (g->outer_count == 1 && threads > 2 && !g->several && g->length >= 64 && g->inner_ndim < 2 &&
      g->inner_count < 1024) {
    /* Every range goes through all indices: no more of them than threads, and few. Two threads would gain nothing:
     * choosing takes half as long as writing, and values that are read with gaps come more slowly. */
    atomic_init(&g->stop, 0);
    g->ranges = threads < 8 ? threads : 8;
    const mlt_task shared = mode == MLT_PUT ? MLT_GATHER_FN(mlt_range_put) : MLT_GATHER_FN(mlt_range_add);
    return mlt_parallel_long(g->ranges, 1, shared, g) || atomic_load(&g->stop);
  }
  if (g->outer_count == 1 && threads > 1) {
    /* Parts of rows below a kilobyte come no faster than the whole rows. */
    const int64_t pieces = g->inner_count * g->itemsize / 1024;
    mlt_gather_split(g, pieces < 16 ? pieces : 16);
  }
  units = g->outer_count * g->count;
  if (g->outer_count == 1 || g->count * g->inner_count > (1 << 22))
    return mlt_serial(units, chunk, task, g);
  chunk = chunk / g->count > 1 ? chunk / g->count : 1;
  return mlt_parallel(units, chunk * g->count, task, g);
}

/* The little case: on this thread, without a look at the clock. */
static void mlt_gather_here(mlt_gather *g, int mode) {
  int64_t units = g->outer_count * g->count;
  atomic_init(&g->outside, 0);
  if (units == 0 || g->inner_count == 0) return;
  g->streamed = 0;
  if (mode == MLT_GET)
    MLT_GATHER_FN(mlt_gather_get)(g, 0, units);
  else if (mode == MLT_PUT)
    MLT_GATHER_FN(mlt_gather_put)(g, 0, units);
  else
    MLT_GATHER_FN(mlt_gather_add)(g, 0, units);
}

/* --- indices ----------------------------------------------------------------------------- */

/* Position of the first index outside [-length, length), or -1; -2 when interrupted. */
static int64_t mlt_index_check(const int64_t *index, int64_t n, int64_t length) {
  mlt_index_search s = {index, length, -1};
  if (n < MLT_PARALLEL_THRESHOLD)
    MLT_GATHER_FN(mlt_index_task)(&s, 0, n);
  else if (mlt_parallel(n, 32768, MLT_GATHER_FN(mlt_index_task), &s))
    return -2;
  return atomic_load(&s.bad);
}

static mlt_task mlt_signs_of(void) { return MLT_GATHER_FN(mlt_signs_task); }

static void mlt_index_bounds(const int64_t *index, int64_t n, int64_t *least, int64_t *most) {
  MLT_GATHER_FN(mlt_index_bounds)(index, n, least, most);
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
