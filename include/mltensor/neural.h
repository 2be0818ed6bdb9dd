/* Fused operations of neural networks on contiguous rows; the loops are in neural_rows.h. */
#ifndef MLTENSOR_NEURAL_H
#define MLTENSOR_NEURAL_H

#include <math.h>
#include <stdint.h>
#include <string.h>

#include "mltensor/mltensor.h"
#include "mltensor/target.h"
#include "mltensor/thread.h"

#define MLT_SOFTMAX_TILE 256

/* Shape (outer, n, m), the exponentials along n.  With a gradient, `source` holds the values that it belongs to. */
typedef struct {
  const void *source, *gradient;
  void *result;
  int64_t outer, n, m;
  int logarithm;
} mlt_softmax;

/* Logits of shape (rows, classes).  Either `target` holds a class per row, or `probabilities` has
 * the shape of the logits. */
typedef struct {
  const void *logits;
  const int64_t *target;
  const void *probabilities;
  const void *weight; /* of each class, or NULL */
  int64_t rows, classes, ignore_index;
  double smoothing;
  double *losses; /* forward: per row */
  const void *gradient; /* backward: of the loss, one for all rows (step 0) or one each (step 1) */
  int64_t gradient_step;
  double scale;
  void *result;
} mlt_cross_entropy;

typedef struct {
  const void *source, *gradient, *weight, *bias;
  void *result;
  int64_t rows, n;
  int64_t weight_step; /* elements from the weights of one row to those of the next: 0 or n */
  double epsilon;
} mlt_layer_norm;

typedef struct {
  mlt_task softmax, softmax_columns, softmax_backward, softmax_columns_backward;
  mlt_task cross_entropy, cross_entropy_backward;
  mlt_task layer_norm, layer_norm_backward;
} mlt_neural_tasks;

static inline int mlt_cross_entropy_ignored(const mlt_cross_entropy *s, int64_t row) {
  return s->target && s->target[row] == s->ignore_index;
}

#define MLT_LOG_DOUBLE MLT_FN(log_f64)

#define MLT_TARGET_BASE
#include "mltensor/target_begin.h"
#include "mltensor/neural_types.h"
#include "mltensor/target_end.h"

#if MLT_HAVE_X86_TARGETS
#define MLT_TARGET_AVX2
#include "mltensor/target_begin.h"
#include "mltensor/neural_types.h"
#include "mltensor/target_end.h"

#define MLT_TARGET_AVX512
#include "mltensor/target_begin.h"
#include "mltensor/neural_types.h"
#include "mltensor/target_end.h"
#endif

/* The loops for float32 or float64. */
static inline const mlt_neural_tasks *mlt_find_neural(int dtype, int isa) {
#if MLT_HAVE_X86_TARGETS
  static const mlt_neural_tasks *const tasks[2][MLT_ISA_COUNT] = {
      {&neural_f32_base, &neural_f32_avx2, &neural_f32_avx512},
      {&neural_f64_base, &neural_f64_avx2, &neural_f64_avx512}};
#else
  static const mlt_neural_tasks *const tasks[2][MLT_ISA_COUNT] = {{&neural_f32_base},
                                                                  {&neural_f64_base}};
#endif
  return tasks[dtype == MLT_FLOAT64][isa];
}

/* Runs a task over units of `work` elements each.  Returns 1 when interrupted. */
static int mlt_neural_run(mlt_task task, void *context, int64_t units, int64_t work) {
  if (units * work <= MLT_PARALLEL_THRESHOLD / 2) {
    if (units > 0) task(context, 0, units);
    return 0;
  }
  return mlt_parallel(units, MLT_PARALLEL_THRESHOLD / 2 / (work + 1) + 1, task, context);
}

static int mlt_softmax_run(mlt_softmax *s, int dtype) {
  const mlt_neural_tasks *tasks = mlt_find_neural(dtype, mlt_runtime_pointer->isa);
  int64_t tiles = (s->m + MLT_SOFTMAX_TILE - 1) / MLT_SOFTMAX_TILE;
  if (s->outer == 0 || s->n == 0 || s->m == 0) return 0;
  if (s->m == 1) return mlt_neural_run(s->gradient ? tasks->softmax_backward : tasks->softmax, s, s->outer, s->n);
  return mlt_neural_run(s->gradient ? tasks->softmax_columns_backward : tasks->softmax_columns, s, s->outer * tiles,
                        s->n * s->m / tiles);
}

/* First row whose class is out of range, or -1. */
static int64_t mlt_cross_entropy_check(const mlt_cross_entropy *s) {
  for (int64_t row = 0; s->target && row < s->rows; row++)
    if ((uint64_t)s->target[row] >= (uint64_t)s->classes && s->target[row] != s->ignore_index)
      return row;
  return -1;
}

/* What the mean divides by: the rows, or the weights of the classes that count. */
static double mlt_cross_entropy_divisor(const mlt_cross_entropy *s, int dtype) {
  if (!s->target) return (double)s->rows;
  double total = 0.0;
  for (int64_t row = 0; row < s->rows; row++) {
    if (mlt_cross_entropy_ignored(s, row)) continue;
    if (!s->weight) total += 1.0;
    else if (dtype == MLT_FLOAT64) total += ((const double *)s->weight)[s->target[row]];
    else total += (double)((const float *)s->weight)[s->target[row]];
  }
  return total;
}

static int mlt_cross_entropy_run(mlt_cross_entropy *s, int dtype, int backward) {
  const mlt_neural_tasks *tasks = mlt_find_neural(dtype, mlt_runtime_pointer->isa);
  return mlt_neural_run(backward ? tasks->cross_entropy_backward : tasks->cross_entropy, s, s->rows,
                        s->classes);
}

static int mlt_layer_norm_run(mlt_layer_norm *s, int dtype) {
  const mlt_neural_tasks *tasks = mlt_find_neural(dtype, mlt_runtime_pointer->isa);
  return mlt_neural_run(s->gradient ? tasks->layer_norm_backward : tasks->layer_norm, s, s->rows,
                        s->n);
}

#endif
