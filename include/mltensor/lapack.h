/* LAPACK over stacks of matrices: each thread takes a run of matrices, with memory of its own. */
#ifndef MLTENSOR_LAPACK_H
#define MLTENSOR_LAPACK_H

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "mltensor/lapack_symbols.h"
#include "mltensor/lapack_types.h"
#include "mltensor/target.h"
#include "mltensor/thread.h"

/* Memory handed out piece by piece. Without a base it only counts, so that one function says what it
 * needs and uses it. */
typedef struct {
  char *base;
  int64_t used;
} mlt_pieces;

static inline void *mlt_piece(mlt_pieces *pieces, int64_t bytes) {
  char *at = pieces->base ? pieces->base + pieces->used : NULL;
  pieces->used += (bytes + 63) / 64 * 64;
  return at;
}

static inline int64_t mlt_least(int64_t a, int64_t b) { return a < b ? a : b; }
static inline int64_t mlt_most(int64_t a, int64_t b) { return a > b ? a : b; }
static inline double mlt_largest_part(double _Complex x) { return fmax(fabs(creal(x)), fabs(cimag(x))); }

/* Remembers the earliest failure, whichever thread meets it first. */
static void mlt_lapack_fail(mlt_lapack *p, int64_t at, int64_t why) {
#ifdef _OPENMP
#pragma omp critical(mlt_lapack_failure)
#endif
  if (p->failed < 0 || at < p->failed) {
    p->failed = at;
    p->failed_why = why;
  }
}

/* Where the operands of matrix i begin. */
static inline void mlt_lapack_place(const mlt_lapack *p, int64_t i, const char **a, const char **b) {
  *a = p->a;
  *b = p->b;
  for (int d = p->batch_ndim - 1; d >= 0; d--) {
    const int64_t at = i % p->batch_shape[d];
    i /= p->batch_shape[d];
    *a += at * p->a_batch[d];
    *b += at * p->b_batch[d];
  }
}

/* What a routine does with one matrix: 0, or LAPACK's report of a failure. With memory->base NULL it
 * asks LAPACK for the lengths of its workspaces and counts. */
typedef int64_t (*mlt_lapack_one)(mlt_lapack *p, mlt_pieces *memory, const char *a, const char *b,
                                  int64_t at);

#define MLT_JOIN2(a, b, c) a##b##c
#define MLT_JOIN(a, b, c) MLT_JOIN2(a, b, c)
#define MLT_OWN(name) MLT_JOIN(mlt_, MLT_PREFIX, _##name)
#define MLT_CALL(name) MLT_JOIN(scipy_, MLT_PREFIX, name##_64_)
#define MLT_TAKE(type, count) ((type *)mlt_piece(memory, (int64_t)sizeof(type) * (count)))

#define MLT_PREFIX s
#define MLT_T float
#define MLT_R float
#define MLT_IS_COMPLEX 0
#include "mltensor/lapack_factor.h"
#include "mltensor/lapack_spectral.h"
#undef MLT_PREFIX
#undef MLT_T
#undef MLT_R
#define MLT_PREFIX d
#define MLT_T double
#define MLT_R double
#include "mltensor/lapack_factor.h"
#include "mltensor/lapack_spectral.h"
#undef MLT_PREFIX
#undef MLT_T
#undef MLT_R
#undef MLT_IS_COMPLEX
#define MLT_PREFIX c
#define MLT_T float _Complex
#define MLT_R float
#define MLT_IS_COMPLEX 1
#include "mltensor/lapack_factor.h"
#include "mltensor/lapack_spectral.h"
#undef MLT_PREFIX
#undef MLT_T
#undef MLT_R
#define MLT_PREFIX z
#define MLT_T double _Complex
#define MLT_R double
#include "mltensor/lapack_factor.h"
#include "mltensor/lapack_spectral.h"
#undef MLT_PREFIX
#undef MLT_T
#undef MLT_R
#undef MLT_IS_COMPLEX

/* One matrix by LAPACK, within a problem that is not. */
static void mlt_lapack_alone(mlt_lapack *p, int64_t i);

/* Rows and columns up to which matrices are taken many at once. */
#define MLT_SMALL_MOST 16

#define MLT_PREFIX s
#define MLT_T float
#define MLT_SIGNED int32_t
#define MLT_TARGET_BASE
#include "mltensor/target_begin.h"
#include "mltensor/lapack_small.h"
#include "mltensor/target_end.h"
#if MLT_HAVE_X86_TARGETS
#define MLT_TARGET_AVX2
#include "mltensor/target_begin.h"
#include "mltensor/lapack_small.h"
#include "mltensor/target_end.h"
#define MLT_TARGET_AVX512
#include "mltensor/target_begin.h"
#include "mltensor/lapack_small.h"
#include "mltensor/target_end.h"
#endif
#undef MLT_PREFIX
#undef MLT_T
#undef MLT_SIGNED
#define MLT_PREFIX d
#define MLT_T double
#define MLT_SIGNED int64_t
#define MLT_TARGET_BASE
#include "mltensor/target_begin.h"
#include "mltensor/lapack_small.h"
#include "mltensor/target_end.h"
#if MLT_HAVE_X86_TARGETS
#define MLT_TARGET_AVX2
#include "mltensor/target_begin.h"
#include "mltensor/lapack_small.h"
#include "mltensor/target_end.h"
#define MLT_TARGET_AVX512
#include "mltensor/target_begin.h"
#include "mltensor/lapack_small.h"
#include "mltensor/target_end.h"
#endif
#undef MLT_PREFIX
#undef MLT_T
#undef MLT_SIGNED

#if MLT_HAVE_X86_TARGETS
#define MLT_SMALL_TARGET(name)                                       \
  (mlt_runtime_pointer->isa == MLT_ISA_AVX512 ? name##_avx512        \
   : mlt_runtime_pointer->isa == MLT_ISA_AVX2 ? name##_avx2 : name##_base)
#else
#define MLT_SMALL_TARGET(name) name##_base
#endif

static int mlt_lapack_is_small(const mlt_lapack *p) {
  return (p->dtype == MLT_FLOAT32 || p->dtype == MLT_FLOAT64) && p->n > 0 && p->n <= MLT_SMALL_MOST &&
         (p->routine == MLT_LAPACK_CHOLESKY || p->routine == MLT_LAPACK_DETERMINANT ||
          p->routine == MLT_LAPACK_INVERSE ||
          (p->routine == MLT_LAPACK_QR && p->m > 0 && p->m <= MLT_SMALL_MOST && !(p->option & MLT_OPTION_RAW)) ||
          (p->routine == MLT_LAPACK_SOLVE && p->k > 0 && p->k <= MLT_SMALL_MOST));
}

static void mlt_small_task(void *context, int64_t begin, int64_t end) {
  mlt_lapack *p = (mlt_lapack *)context;
  if (p->dtype == MLT_FLOAT32)
    MLT_SMALL_TARGET(mlt_small_run_s)(p, begin, end);
  else
    MLT_SMALL_TARGET(mlt_small_run_d)(p, begin, end);
}

#define MLT_LAPACK_ROW(p)                                                                      \
  {mlt_##p##_cholesky, mlt_##p##_determinant, mlt_##p##_inverse, mlt_##p##_solve,              \
   mlt_##p##_triangular, mlt_##p##_qr, mlt_##p##_svd, mlt_##p##_eigh, mlt_##p##_eig,           \
   mlt_##p##_lstsq, mlt_##p##_pinv}

static const mlt_lapack_one mlt_lapack_table[4][MLT_LAPACK_COUNT] = {
    MLT_LAPACK_ROW(s), MLT_LAPACK_ROW(d), MLT_LAPACK_ROW(c), MLT_LAPACK_ROW(z)};

static inline mlt_lapack_one mlt_lapack_function(const mlt_lapack *p) {
  return mlt_lapack_table[p->dtype == MLT_FLOAT32     ? 0
                          : p->dtype == MLT_FLOAT64   ? 1
                          : p->dtype == MLT_COMPLEX64 ? 2
                                                      : 3][p->routine];
}

/* Matrices that need no more than this live on the stack. */
#define MLT_LAPACK_SMALL 4096

static void mlt_lapack_task(void *context, int64_t begin, int64_t end) {
  mlt_lapack *p = (mlt_lapack *)context;
  mlt_lapack_one one = mlt_lapack_function(p);
  _Alignas(64) char small[MLT_LAPACK_SMALL];
  char *memory = p->memory <= MLT_LAPACK_SMALL ? small : malloc((size_t)p->memory + 64);
  if (!memory) {
    mlt_lapack_fail(p, begin, MLT_LAPACK_NO_MEMORY);
    return;
  }
  for (int64_t i = begin; i < end; i++) {
    const char *a, *b;
    mlt_lapack_place(p, i, &a, &b);
    mlt_pieces pieces = {(char *)(((uintptr_t)memory + 63) / 64 * 64), 0};
    int64_t why = one(p, &pieces, a, b, i);
    if (why) mlt_lapack_fail(p, i, why);
  }
  if (memory != small) free(memory);
}

static void mlt_lapack_alone(mlt_lapack *p, int64_t i) {
  mlt_lapack own = *p;
  mlt_pieces counting = {NULL, 0};
  own.lwork = own.lrwork = own.liwork = 1;
  mlt_lapack_function(&own)(&own, &counting, NULL, NULL, 0);
  own.memory = counting.used;
  own.failed = -1;
  mlt_lapack_task(&own, i, i + 1);
  if (own.failed >= 0) mlt_lapack_fail(p, i, own.failed_why);
}

/* Multiplications for one matrix, roughly. */
static inline double mlt_lapack_work(const mlt_lapack *p) {
  static const double factor[MLT_LAPACK_COUNT] = {0.4, 0.7, 2, 0.7, 0.5, 3, 12, 6, 25, 10, 14};
  double m = (double)p->m, n = (double)p->n, k = (double)p->k;
  return 200 + factor[p->routine] * m * n * (m < n ? m : n) + 2 * m * n * (k > 1 ? k : 1);
}

/* Whether the problem is long enough to be run without the GIL. */
static inline int mlt_lapack_is_long(const mlt_lapack *p) {
  return mlt_lapack_work(p) * (double)p->batch > 40000;
}

/* Runs a problem. Returns 1 when interrupted; look at `failed` then. */
static int mlt_lapack_run(mlt_lapack *p) {
  mlt_pieces counting = {NULL, 0};
  p->failed = -1;
  p->failed_why = 0;
  p->lwork = p->lrwork = p->liwork = 1;
  if (p->batch == 0) return 0;
  if (mlt_lapack_is_small(p)) {
    /* Whole vectors of matrices, as many as are worth a thread's while. */
    const int64_t worth = (int64_t)(50000.0 / mlt_lapack_work(p)) + 1;
    return mlt_parallel(p->batch, (worth + 63) / 64 * 64 * 4, mlt_small_task, p);
  }
  mlt_lapack_function(p)(p, &counting, NULL, NULL, 0);
  p->memory = counting.used;
  /* A run of matrices that is worth a thread's while; it depends on their shape alone. */
  int64_t chunk = (int64_t)(250000.0 / mlt_lapack_work(p)) + 1;
  return mlt_parallel_long(p->batch, chunk, mlt_lapack_task, p);
}

#endif
