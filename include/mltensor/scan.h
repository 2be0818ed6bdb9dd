/* Running sums and products along one axis of contiguous memory of shape (outer, n, m).
 *
 * The result has shape (outer, n + initial, m): with `initial`, an identity comes first.  float32 and
 * float16 run in double.  For m = 1 long rows go by blocks, see scan_block.h, others four side by side to hide the
 * latency of the addition; for larger m a tile of columns does.
 */
#ifndef MLTENSOR_SCAN_H
#define MLTENSOR_SCAN_H

#include <complex.h>
#include <math.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "mltensor/half.h"
#include "mltensor/mltensor.h"
#include "mltensor/target.h"
#include "mltensor/thread.h"

#define MLT_TARGET_BASE
#include "mltensor/target_begin.h"
#include "mltensor/lanes.h"
#include "mltensor/scan_block.h"
#include "mltensor/target_end.h"
#if MLT_HAVE_X86_TARGETS
#define MLT_TARGET_AVX2
#include "mltensor/target_begin.h"
#include "mltensor/lanes.h"
#include "mltensor/scan_block.h"
#include "mltensor/target_end.h"
#define MLT_TARGET_AVX512
#include "mltensor/target_begin.h"
#include "mltensor/lanes.h"
#include "mltensor/scan_block.h"
#include "mltensor/target_end.h"
#endif

/* Most columns of a tile, and fewest: their number says how tiles are shared out, and nothing else. */
#define MLT_SCAN_TILE 1024
#define MLT_SCAN_LEAST_TILE 64
/* Rows from this length on go by blocks. */
#define MLT_SCAN_LONG 32
/* Steps along a line between two looks at Ctrl-C; a tile of columns takes fewer. */
#define MLT_SCAN_BLOCK 65536
#define MLT_SCAN_TILE_BLOCK 1024
/* Elements from which all threads take part: each waits for the one before it, and takes longer than in other loops. */
#define MLT_SCAN_THRESHOLD 32768

typedef double (*mlt_scan_block)(const char *source, char *result, int64_t n, double carry);
typedef int64_t (*mlt_scan_whole)(const int64_t *restrict x, int64_t *restrict y, int64_t n, int64_t carry);
typedef void (*mlt_scan_columns)(const char *source, char *result, int64_t step, int64_t width, int64_t rows,
                                 void *running);

typedef struct {
  const char *source;
  char *result;
  int64_t outer, n, m;
  int initial;
  atomic_int stop;
  mlt_scan_block block;     /* of long rows of float32 and float64, else NULL */
  mlt_scan_whole whole;     /* of long rows of integers that are added, else NULL */
  mlt_scan_columns columns; /* where they are compiled for the instruction set, else NULL */
  int64_t item, tile;
  double identity;
  double *carries; /* of the blocks of the only row */
} mlt_scan;

static void mlt_scan_line(mlt_scan *s, const char *x, char *y) {
  const int64_t n = s->n, item = s->item;
  double carry = s->identity;
  int64_t last = n > MLT_SCAN_BLOCK ? mlt_now_ns() : 0;
  for (int64_t i = 0; i < n; i += MLT_SCAN_STRAND_BLOCK) {
    const int64_t length = n - i < MLT_SCAN_STRAND_BLOCK ? n - i : MLT_SCAN_STRAND_BLOCK;
    carry = s->block(x + i * item, y + i * item, length, carry);
    if (i % (32 * MLT_SCAN_STRAND_BLOCK) == 0 && i && mlt_poll_inside(&s->stop, &last)) return;
  }
}

static void mlt_scan_whole_line(mlt_scan *s, const int64_t *x, int64_t *y) {
  int64_t carry = 0, last = s->n > MLT_SCAN_BLOCK ? mlt_now_ns() : 0;
  for (int64_t i = 0; i < s->n; i += MLT_SCAN_BLOCK) {
    if (i && mlt_poll_inside(&s->stop, &last)) return;
    carry = s->whole(x + i, y + i, s->n - i < MLT_SCAN_BLOCK ? s->n - i : MLT_SCAN_BLOCK, carry);
  }
}

/* The blocks of [1, n), with a look at Ctrl-C between them. */
#define MLT_SCAN_BLOCKS(s, n, length)                                                        \
  int64_t last = (n) > (length) ? mlt_now_ns() : 0;                                          \
  for (int64_t i0 = 1, i1; i0 < (n) && (i0 == 1 || !mlt_poll_inside(&(s)->stop, &last)); i0 = i1) \
    if ((i1 = (n) - i0 < (length) ? (n) : i0 + (length)))

#define MLT_SCAN_READ(x) (x)
#define MLT_SCAN_WRITE(x) (x)

/* A unit of work: four rows when m is 1, else a tile of columns. */
#define MLT_SCAN_LOOPS(name, T, A, READ, WRITE, IDENTITY, OPERATOR)                          \
  static void mlt_scan_##name(void *context, int64_t begin, int64_t end) {                   \
    mlt_scan *s = context;                                                                   \
    const int64_t n = s->n, m = s->m, longer = n + s->initial;                               \
    if (m == 1) {                                                                            \
      for (int64_t k = begin; k < end; k++) {                                                \
        const int64_t row = 4 * k, rows = s->outer - row < 4 ? s->outer - row : 4;           \
        const T *x = (const T *)s->source + row * n;                                         \
        T *y = (T *)s->result + row * longer;                                                \
        A a[4] = {IDENTITY, IDENTITY, IDENTITY, IDENTITY};                                   \
        if (s->initial)                                                                      \
          for (int64_t r = 0; r < rows; r++) y[r * longer] = WRITE(a[0]);                    \
        y += s->initial;                                                                     \
        if (s->block) {                                                                      \
          for (int64_t r = 0; r < rows; r++)                                                 \
            mlt_scan_line(s, (const char *)(x + r * n), (char *)(y + r * longer));           \
          continue;                                                                          \
        }                                                                                    \
        if (s->whole) {                                                                      \
          for (int64_t r = 0; r < rows; r++)                                                 \
            mlt_scan_whole_line(s, (const int64_t *)(x + r * n), (int64_t *)(y + r * longer)); \
          continue;                                                                          \
        }                                                                                    \
        for (int64_t r = 0; r < rows && n; r++) {                                            \
          a[r] = READ(x[r * n]);                                                             \
          y[r * longer] = WRITE(a[r]);                                                       \
        }                                                                                    \
        MLT_SCAN_BLOCKS(s, n, MLT_SCAN_BLOCK) {                                              \
          if (rows == 4) {                                                                   \
            for (int64_t i = i0; i < i1; i++)                                                \
              for (int r = 0; r < 4; r++) {                                                  \
                a[r] = a[r] OPERATOR READ(x[r * n + i]);                                     \
                y[r * longer + i] = WRITE(a[r]);                                             \
              }                                                                              \
            continue;                                                                        \
          }                                                                                  \
          for (int64_t r = 0; r < rows; r++) {                                               \
            A running = a[r];                                                                \
            for (int64_t i = i0; i < i1; i++) {                                              \
              running = running OPERATOR READ(x[r * n + i]);                                 \
              y[r * longer + i] = WRITE(running);                                            \
            }                                                                                \
            a[r] = running;                                                                  \
          }                                                                                  \
        }                                                                                    \
      }                                                                                      \
      return;                                                                                \
    }                                                                                        \
    const int64_t tiles = (m + s->tile - 1) / s->tile;                                       \
    A acc[MLT_SCAN_TILE] __attribute__((aligned(64)));                                       \
    for (int64_t k = begin; k < end; k++) {                                                  \
      const int64_t first = k % tiles * s->tile;                                             \
      const int64_t width = m - first < s->tile ? m - first : s->tile;                       \
      const T *restrict x = (const T *)s->source + k / tiles * n * m + first;                \
      T *restrict y = (T *)s->result + k / tiles * longer * m + first;                       \
      for (int64_t j = 0; j < width; j++) acc[j] = IDENTITY;                                 \
      if (s->initial) {                                                                      \
        for (int64_t j = 0; j < width; j++) y[j] = WRITE(acc[j]);                            \
        y += m;                                                                              \
      }                                                                                      \
      if (n)                                                                                 \
        for (int64_t j = 0; j < width; j++) {                                                \
          acc[j] = READ(x[j]);                                                               \
          y[j] = x[j];                                                                       \
        }                                                                                    \
      MLT_SCAN_BLOCKS(s, n, MLT_SCAN_TILE_BLOCK) {                                           \
        if (s->columns) {                                                                    \
          s->columns((const char *)(x + i0 * m), (char *)(y + i0 * m), m, width, i1 - i0, acc); \
          continue;                                                                          \
        }                                                                                    \
        for (int64_t i = i0; i < i1; i++)                                                    \
          for (int64_t j = 0; j < width; j++) {                                              \
            acc[j] = acc[j] OPERATOR READ(x[i * m + j]);                                     \
            y[i * m + j] = WRITE(acc[j]);                                                    \
          }                                                                                  \
      }                                                                                      \
    }                                                                                        \
  }

#define MLT_SCAN_BOTH(D, T, A, READ, WRITE)                     \
  MLT_SCAN_LOOPS(sum_##D, T, A, READ, WRITE, (A)0, +)           \
  MLT_SCAN_LOOPS(prod_##D, T, A, READ, WRITE, (A)1, *)

MLT_SCAN_BOTH(INT64, int64_t, int64_t, MLT_SCAN_READ, MLT_SCAN_WRITE)
MLT_SCAN_BOTH(FLOAT16, mlt_half, double, mlt_half_to_float, mlt_float_to_half)
MLT_SCAN_BOTH(FLOAT32, float, double, MLT_SCAN_READ, MLT_SCAN_WRITE)
MLT_SCAN_BOTH(FLOAT64, double, double, MLT_SCAN_READ, MLT_SCAN_WRITE)
MLT_SCAN_BOTH(COMPLEX64, float complex, double complex, MLT_SCAN_READ, MLT_SCAN_WRITE)
MLT_SCAN_BOTH(COMPLEX128, double complex, double complex, MLT_SCAN_READ, MLT_SCAN_WRITE)

/* What every block of the only row adds, and with the carries known the blocks themselves. */
static void mlt_scan_totals_task(void *context, int64_t begin, int64_t end) {
  mlt_scan *s = context;
  for (int64_t b = begin; b < end; b++) {
    const int64_t i = b * MLT_SCAN_STRAND_BLOCK, rest = s->n - i;
    s->carries[b + 1] = s->block(s->source + i * s->item, NULL,
                                 rest < MLT_SCAN_STRAND_BLOCK ? rest : MLT_SCAN_STRAND_BLOCK, s->identity);
  }
}
static void mlt_scan_blocks_task(void *context, int64_t begin, int64_t end) {
  mlt_scan *s = context;
  for (int64_t b = begin; b < end; b++) {
    const int64_t i = b * MLT_SCAN_STRAND_BLOCK, rest = s->n - i;
    s->block(s->source + i * s->item, s->result + (i + s->initial) * s->item,
             rest < MLT_SCAN_STRAND_BLOCK ? rest : MLT_SCAN_STRAND_BLOCK, s->carries[b]);
  }
}

/* One long row on several threads; every element is computed twice, so that two threads would gain
 * nothing.  Returns -1 where it must be taken in its order: a block that leaves the range by itself, or
 * no memory; else as mlt_parallel. */
static int mlt_scan_long_row(mlt_scan *s, int product) {
  const int64_t blocks = (s->n + MLT_SCAN_STRAND_BLOCK - 1) / MLT_SCAN_STRAND_BLOCK;
  const int64_t chunk = MLT_PARALLEL_THRESHOLD / MLT_SCAN_STRAND_BLOCK;
  s->carries = malloc((blocks + 1) * sizeof(double));
  if (!s->carries) return -1;
  int status = mlt_parallel(blocks, chunk, mlt_scan_totals_task, s);
  double carry = s->carries[0] = s->identity;
  for (int64_t b = 1; b <= blocks && !status; b++) {
    if (isnan(s->carries[b])) status = -1;
    s->carries[b] = carry = product ? carry * s->carries[b] : carry + s->carries[b];
  }
  if (!status) {
    if (s->initial && s->item == 4) *(float *)s->result = (float)product;
    else if (s->initial) *(double *)s->result = (double)product;
    status = mlt_parallel(blocks, chunk, mlt_scan_blocks_task, s);
  }
  free(s->carries);
  return status;
}

#if MLT_HAVE_X86_TARGETS
#define MLT_SCAN_EACH(name) {name##_base, name##_avx2, name##_avx512}
#else
#define MLT_SCAN_EACH(name) {name##_base, NULL, NULL}
#endif

static mlt_scan_block mlt_find_scan_block(int product, int dtype) {
  static const mlt_scan_block blocks[2][2][MLT_ISA_COUNT] = {
      {MLT_SCAN_EACH(scan_sum_block_FLOAT32), MLT_SCAN_EACH(scan_sum_block_FLOAT64)},
      {MLT_SCAN_EACH(scan_prod_block_FLOAT32), MLT_SCAN_EACH(scan_prod_block_FLOAT64)}};
  if (dtype != MLT_FLOAT32 && dtype != MLT_FLOAT64) return NULL;
  return blocks[product][dtype == MLT_FLOAT64][mlt_runtime_pointer->isa];
}

static mlt_scan_whole mlt_find_scan_whole(int product, int dtype) {
  static const mlt_scan_whole sums[MLT_ISA_COUNT] = MLT_SCAN_EACH(scan_sum_whole);
  return product || (dtype != MLT_INT64 && dtype != MLT_UINT64) ? NULL : sums[mlt_runtime_pointer->isa];
}

static mlt_scan_columns mlt_find_scan_columns(int product, int dtype) {
  static const mlt_scan_columns columns[2][3][MLT_ISA_COUNT] = {
      {MLT_SCAN_EACH(scan_sum_columns_FLOAT32), MLT_SCAN_EACH(scan_sum_columns_FLOAT64),
       MLT_SCAN_EACH(scan_sum_columns_INT64)},
      {MLT_SCAN_EACH(scan_prod_columns_FLOAT32), MLT_SCAN_EACH(scan_prod_columns_FLOAT64),
       MLT_SCAN_EACH(scan_prod_columns_INT64)}};
  const int whole = dtype == MLT_INT64 || dtype == MLT_UINT64;
  const int form = dtype == MLT_FLOAT32 ? 0 : dtype == MLT_FLOAT64 ? 1 : whole ? 2 : -1;
  return form < 0 ? NULL : columns[product][form][mlt_runtime_pointer->isa];
}

/* Runs a scan of a dtype; `product` chooses the operation.  Returns 1 when interrupted, -1 when
 * there are no loops for the dtype. */
static int mlt_scan_run(mlt_scan *s, int product, int dtype) {
  static const mlt_task tasks[MLT_DTYPE_COUNT][2] = {
      [MLT_INT64] = {mlt_scan_sum_INT64, mlt_scan_prod_INT64},
      [MLT_UINT64] = {mlt_scan_sum_INT64, mlt_scan_prod_INT64},
      [MLT_FLOAT16] = {mlt_scan_sum_FLOAT16, mlt_scan_prod_FLOAT16},
      [MLT_FLOAT32] = {mlt_scan_sum_FLOAT32, mlt_scan_prod_FLOAT32},
      [MLT_FLOAT64] = {mlt_scan_sum_FLOAT64, mlt_scan_prod_FLOAT64},
      [MLT_COMPLEX64] = {mlt_scan_sum_COMPLEX64, mlt_scan_prod_COMPLEX64},
      [MLT_COMPLEX128] = {mlt_scan_sum_COMPLEX128, mlt_scan_prod_COMPLEX128}};
  mlt_task task = tasks[dtype][product];
  if (!task) return -1;
  const int64_t work = s->outer * (s->n + s->initial) * s->m, threads = mlt_runtime_pointer->threads;
  if (work == 0) return 0;
  s->tile = s->m < MLT_SCAN_TILE ? s->m : MLT_SCAN_TILE;
  if (threads > 1 && work > MLT_SCAN_THRESHOLD && s->outer * s->m < threads * s->tile) {
    const int64_t share = (s->outer * s->m / threads + 15) / 16 * 16;
    s->tile = share < MLT_SCAN_LEAST_TILE ? MLT_SCAN_LEAST_TILE : share < s->tile ? share : s->tile;
  }
  const int64_t units = s->m == 1 ? (s->outer + 3) / 4 : s->outer * ((s->m + s->tile - 1) / s->tile);
  atomic_init(&s->stop, 0);
  s->block = s->m == 1 && s->n >= MLT_SCAN_LONG ? mlt_find_scan_block(product, dtype) : NULL;
  s->whole = s->m == 1 && s->n >= MLT_SCAN_LONG ? mlt_find_scan_whole(product, dtype) : NULL;
  s->columns = mlt_find_scan_columns(product, dtype);
  s->item = mlt_itemsize[dtype];
  s->identity = product ? 1.0 : -0.0;
  if (s->block && s->outer == 1 && s->n > 2 * MLT_PARALLEL_THRESHOLD && threads > 2) {
    int status = mlt_scan_long_row(s, product);
    if (status >= 0) return status;
  }
  if (work <= MLT_SCAN_THRESHOLD) {
    task(s, 0, units);
    return atomic_load(&s->stop);
  }
  return mlt_parallel(units, MLT_SCAN_THRESHOLD / 2 / (work / units + 1) + 1, task, s) || atomic_load(&s->stop);
}

#define MLT_RECURRENCE_TILE 256

/* y[i] = b[i] + a[i] y[i - 1] along the middle of (outer, n, m); y[0] = b[0]. */
typedef struct {
  const char *factors, *terms;
  char *result;
  int64_t outer, n, m;
  atomic_int stop;
} mlt_recurrence;

/* A unit of work is a tile of columns. */
#define MLT_RECURRENCE(D, T)                                                              \
  static void mlt_recurrence_##D(void *context, int64_t begin, int64_t end) {             \
    mlt_recurrence *s = context;                                                          \
    const int64_t n = s->n, m = s->m, tiles = (m + MLT_RECURRENCE_TILE - 1) / MLT_RECURRENCE_TILE; \
    for (int64_t k = begin; k < end; k++) {                                               \
      const int64_t first = k % tiles * MLT_RECURRENCE_TILE;                              \
      const int64_t width = m - first < MLT_RECURRENCE_TILE ? m - first : MLT_RECURRENCE_TILE; \
      const int64_t start = k / tiles * n * m + first;                                    \
      const T *restrict a = (const T *)s->factors + start;                                \
      const T *restrict b = (const T *)s->terms + start;                                  \
      T *restrict y = (T *)s->result + start;                                             \
      for (int64_t j = 0; j < width; j++) y[j] = b[j];                                    \
      MLT_SCAN_BLOCKS(s, n, MLT_SCAN_TILE_BLOCK)                                          \
      for (int64_t i = i0; i < i1; i++)                                                   \
        for (int64_t j = 0; j < width; j++)                                               \
          y[i * m + j] = b[i * m + j] + a[i * m + j] * y[(i - 1) * m + j];                \
    }                                                                                     \
  }

MLT_RECURRENCE(FLOAT32, float)
MLT_RECURRENCE(FLOAT64, double)
MLT_RECURRENCE(COMPLEX64, float complex)
MLT_RECURRENCE(COMPLEX128, double complex)

/* Returns 1 when interrupted. */
static int mlt_recurrence_run(mlt_recurrence *s, int dtype) {
  mlt_task task = dtype == MLT_FLOAT32     ? mlt_recurrence_FLOAT32
                  : dtype == MLT_FLOAT64   ? mlt_recurrence_FLOAT64
                  : dtype == MLT_COMPLEX64 ? mlt_recurrence_COMPLEX64
                                           : mlt_recurrence_COMPLEX128;
  int64_t work = s->n * s->m, units = s->outer * ((s->m + MLT_RECURRENCE_TILE - 1) / MLT_RECURRENCE_TILE);
  if (work * s->outer == 0) return 0;
  atomic_init(&s->stop, 0);
  if (work * s->outer <= MLT_PARALLEL_THRESHOLD) {
    task(s, 0, units);
    return atomic_load(&s->stop);
  }
  return mlt_parallel(units, MLT_PARALLEL_THRESHOLD / (work * s->outer / units + 1) + 1, task, s) ||
         atomic_load(&s->stop);
}

#endif
