/* Sliding dot products of one dimension: y[i] = sum over k of a[i + k] v[k], the whole of convolution and correlation.
 *
 * A tile of neighbouring results stays in registers while v goes by, so that every element of v is read once for all
 * of them; the last tile begins earlier and computes some results once more.  Fewer results than a tile are dot
 * products one by one.  Products are added in runs of MLT_CORRELATE_RUN, the runs to each other, so that rounding
 * errors stay small; the order depends on the lengths alone.
 */
#ifndef MLTENSOR_CORRELATE_H
#define MLTENSOR_CORRELATE_H

#include <complex.h>
#include <stdint.h>
#include <string.h>

#include "mltensor/mltensor.h"
#include "mltensor/target.h"
#include "mltensor/thread.h"

#define MLT_CORRELATE_RUN 256

typedef struct {
  const char *a, *v; /* contiguous; a has count + m - 1 elements */
  char *y;
  int64_t count, m;
} mlt_correlation;

#define MLT_TARGET_BASE
#include "mltensor/target_begin.h"
#include "mltensor/lanes.h"
#include "mltensor/correlate_target.h"
#include "mltensor/target_end.h"
#if MLT_HAVE_X86_TARGETS
#define MLT_TARGET_AVX2
#include "mltensor/target_begin.h"
#include "mltensor/lanes.h"
#include "mltensor/correlate_target.h"
#include "mltensor/target_end.h"
#define MLT_TARGET_AVX512
#include "mltensor/target_begin.h"
#include "mltensor/lanes.h"
#include "mltensor/correlate_target.h"
#include "mltensor/target_end.h"
#define MLT_CORRELATE_TASK(D)                                                \
  (mlt_runtime_pointer->isa == MLT_ISA_AVX512 ? mlt_correlate_##D##_avx512   \
   : mlt_runtime_pointer->isa == MLT_ISA_AVX2 ? mlt_correlate_##D##_avx2 : mlt_correlate_##D##_base)
#else
#define MLT_CORRELATE_TASK(D) mlt_correlate_##D##_base
#endif

/* Integers and complex numbers, whose tiles are arrays. */
#define MLT_CORRELATE_PLAIN(D, T)                                                    \
  static void mlt_correlate_##D(void *context, int64_t begin, int64_t end) {         \
    const mlt_correlation *c = context;                                              \
    const T *v = (const T *)c->v;                                                    \
    T *y = (T *)c->y;                                                                \
    enum { TILE = 32 };                                                              \
    for (int64_t i = begin; i < end; i += TILE) {                                    \
      const T *a = (const T *)c->a + i;                                              \
      const int64_t width = end - i < TILE ? end - i : TILE;                         \
      T sums[TILE] = {0};                                                            \
      if (width == TILE)                                                             \
        for (int64_t k = 0; k < c->m; k++)                                           \
          for (int j = 0; j < TILE; j++) sums[j] += a[k + j] * v[k];                 \
      else                                                                           \
        for (int64_t k = 0; k < c->m; k++)                                           \
          for (int64_t j = 0; j < width; j++) sums[j] += a[k + j] * v[k];            \
      memcpy(y + i, sums, width * sizeof(T));                                        \
    }                                                                                \
  }
/* Signed and unsigned integers of a width multiply alike. */
MLT_CORRELATE_PLAIN(UINT8, uint8_t)
MLT_CORRELATE_PLAIN(UINT16, uint16_t)
MLT_CORRELATE_PLAIN(UINT32, uint32_t)
MLT_CORRELATE_PLAIN(UINT64, uint64_t)
MLT_CORRELATE_PLAIN(COMPLEX64, float complex)
MLT_CORRELATE_PLAIN(COMPLEX128, double complex)
#undef MLT_CORRELATE_PLAIN

/* The task for a dtype, or NULL. */
static mlt_task mlt_find_correlation(int dtype) {
  switch (dtype) {
    case MLT_INT8: case MLT_UINT8: return mlt_correlate_UINT8;
    case MLT_INT16: case MLT_UINT16: return mlt_correlate_UINT16;
    case MLT_INT32: case MLT_UINT32: return mlt_correlate_UINT32;
    case MLT_INT64: case MLT_UINT64: return mlt_correlate_UINT64;
    case MLT_FLOAT32: return MLT_CORRELATE_TASK(FLOAT32);
    case MLT_FLOAT64: return MLT_CORRELATE_TASK(FLOAT64);
    case MLT_COMPLEX64: return mlt_correlate_COMPLEX64;
    case MLT_COMPLEX128: return mlt_correlate_COMPLEX128;
    default: return NULL;
  }
}

/* Returns 1 when interrupted, -1 when there are no loops for the dtype. */
static int mlt_correlation_run(mlt_correlation *c, int dtype) {
  const mlt_task task = mlt_find_correlation(dtype);
  if (!task) return -1;
  if (c->count * c->m <= MLT_PARALLEL_THRESHOLD) {
    task(c, 0, c->count);
    return 0;
  }
  /* Whole tiles, so that the sums of a result are the same whoever computes it. */
  const int64_t wanted = MLT_PARALLEL_THRESHOLD / c->m / 128 * 128;
  return mlt_parallel(c->count, wanted < 128 ? 128 : wanted, task, c);
}

#endif
