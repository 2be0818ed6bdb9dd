/* One step of an optimiser over all parameters of a group, in one call.
 *
 * A group is an array of spans: a parameter, its gradient and its state, each
 * contiguous.  Work is cut in fixed chunks over the concatenation of the spans,
 * so that one big matrix and a hundred small vectors are shared out alike.
 * Every element is read and written once; no element depends on another, and no
 * multiplication is fused with an addition, so that the results are the same on
 * every instruction set and with any number of threads.
 */
#ifndef MLTENSOR_OPTIMIZER_H
#define MLTENSOR_OPTIMIZER_H

#include <math.h>
#include <stdint.h>
#include <string.h>

#include "mltensor/target.h"
#include "mltensor/thread.h"

/* Elements of one chunk: about 20 microseconds of work. */
#define MLT_STEP_CHUNK 16384
/* Elements below which a step stays on the calling thread: it takes some 40
 * microseconds there, and two threads share one path to memory. */
#define MLT_STEP_THRESHOLD 131072

typedef struct {
  void *parameter;
  const void *gradient;
  void *state[3];       /* meaning and number depend on the rule */
  int64_t begin;        /* elements of the spans before this one */
  int64_t size;
  double rate;          /* step length; of Adam divided by the first bias correction */
  double root_scale;    /* of Adam: 1 / sqrt(second bias correction) */
  int32_t first;        /* of SGD: the momentum buffer holds nothing yet */
} mlt_span;

typedef enum { MLT_SGD = 0, MLT_ADAM = 1, MLT_RMSPROP = 2, MLT_RULE_COUNT = 3 } mlt_rule;

typedef struct mlt_group mlt_group;
typedef void (*mlt_span_step)(const mlt_group *group, const mlt_span *span, int64_t offset, int64_t n);

/* What the parameters of a group have in common.  `decay` is added to the
 * gradient times the parameter (L2), `shrink` multiplies the parameter before
 * the step (decoupled decay of AdamW; 1 leaves it). */
struct mlt_group {
  const mlt_span *spans;
  int64_t count;
  mlt_span_step step;
  double sign;          /* -1 to maximise */
  double decay;
  double shrink;
  double beta1;         /* SGD, RMSprop: momentum */
  double beta2;         /* RMSprop: alpha; SGD: 1 - dampening */
  double beta1_rest;    /* 1 - beta1, taken in double before anything is rounded */
  double beta2_rest;
  double epsilon;
  int32_t variant;      /* bits MLT_... below */
};

enum { MLT_NESTEROV = 1, MLT_MOMENTUM = 2, MLT_AMSGRAD = 1, MLT_CENTERED = 1 };

static void mlt_step_chunk(void *context, int64_t begin, int64_t end) {
  const mlt_group *group = context;
  int64_t low = 0, high = group->count - 1;
  while (low < high) { /* last span that begins at or before `begin` */
    int64_t middle = (low + high + 1) / 2;
    if (group->spans[middle].begin <= begin)
      low = middle;
    else
      high = middle - 1;
  }
  for (; low < group->count && group->spans[low].begin < end; low++) {
    const mlt_span *span = group->spans + low;
    int64_t from = begin > span->begin ? begin - span->begin : 0;
    int64_t to = end - span->begin < span->size ? end - span->begin : span->size;
    if (from < to) group->step(group, span, from, to - from);
  }
}

#define MLT_TARGET_BASE
#include "mltensor/target_begin.h"
#include "mltensor/lanes.h"
#include "mltensor/moments.h"
#include "mltensor/optimizer_rules.h"
#include "mltensor/target_end.h"

#if MLT_HAVE_X86_TARGETS
#define MLT_TARGET_AVX2
#include "mltensor/target_begin.h"
#include "mltensor/lanes.h"
#include "mltensor/moments.h"
#include "mltensor/optimizer_rules.h"
#include "mltensor/target_end.h"

#define MLT_TARGET_AVX512
#include "mltensor/target_begin.h"
#include "mltensor/lanes.h"
#include "mltensor/moments.h"
#include "mltensor/optimizer_rules.h"
#include "mltensor/target_end.h"
#endif

#define MLT_RULES(suffix)                              \
  {                                                    \
    {sgd_float##suffix, sgd_double##suffix},           \
    {adam_float##suffix, adam_double##suffix},         \
    {rmsprop_float##suffix, rmsprop_double##suffix}    \
  }

/* The function of a rule for the running machine; `is_double` chooses the precision. */
static mlt_span_step mlt_step_function(mlt_rule rule, int is_double) {
  static const mlt_span_step table[][MLT_RULE_COUNT][2] = {
      MLT_RULES(_base),
#if MLT_HAVE_X86_TARGETS
      MLT_RULES(_avx2),
      MLT_RULES(_avx512),
#endif
  };
  return table[mlt_runtime_pointer->isa][rule][is_double];
}

/* Elements of all spans together. */
static inline int64_t mlt_group_elements(const mlt_group *group) {
  if (group->count == 0) return 0;
  return group->spans[group->count - 1].begin + group->spans[group->count - 1].size;
}

/* Takes the step; returns 1 when it was interrupted (some chunks are then done, some not). */
static int mlt_group_step(mlt_group *group) {
  int64_t total = mlt_group_elements(group);
  if (total < MLT_STEP_THRESHOLD) {
    for (int64_t i = 0; i < group->count; i++)
      group->step(group, group->spans + i, 0, group->spans[i].size);
    return 0;
  }
  return mlt_parallel(total, MLT_STEP_CHUNK, mlt_step_chunk, group);
}

/* --- norm and scaling of gradients, for clipping ------------------------------------------ */

typedef struct {
  const mlt_group *group;   /* its spans' gradients are read */
  double *partial;          /* one per chunk: sum of squares, or largest magnitude */
  int is_double;
  int largest;
} mlt_norm;

typedef double (*mlt_row_squares)(const void *row, int64_t n);

static mlt_row_squares mlt_find_row_squares(int is_double) {
  static const mlt_row_squares table[][2] = {
      {squares_of_floats_base, squares_of_doubles_base},
#if MLT_HAVE_X86_TARGETS
      {squares_of_floats_avx2, squares_of_doubles_avx2},
      {squares_of_floats_avx512, squares_of_doubles_avx512},
#endif
  };
  return table[mlt_runtime_pointer->isa][is_double];
}

/* The greater of `result` and the magnitudes of a row; NaN stays. */
#define MLT_LARGEST_OF(type)                                               \
  {                                                                        \
    const type *g = (const type *)row;                                     \
    for (int64_t i = 0; i < n && found == found; i++) {                    \
      const double v = fabs((double)g[i]);                                 \
      if (v > found || v != v) found = v;                                  \
    }                                                                      \
  }
static double mlt_largest_magnitude(const void *row, int64_t n, int is_double, double found) {
  if (is_double)
    MLT_LARGEST_OF(double)
  else
    MLT_LARGEST_OF(float)
  return found;
}
#undef MLT_LARGEST_OF

static void mlt_norm_chunk(void *context, int64_t begin, int64_t end) {
  const mlt_norm *norm = context;
  double *result = norm->partial + begin / MLT_STEP_CHUNK;
  *result = 0;
  for (int64_t i = 0; i < norm->group->count; i++) {
    const mlt_span *span = norm->group->spans + i;
    int64_t from = begin > span->begin ? begin - span->begin : 0;
    int64_t to = end - span->begin < span->size ? end - span->begin : span->size;
    if (from >= to) continue;
    const char *row = (const char *)span->gradient + from * (norm->is_double ? 8 : 4);
    if (norm->largest) *result = mlt_largest_magnitude(row, to - from, norm->is_double, *result);
    else *result += mlt_find_row_squares(norm->is_double)(row, to - from);
  }
}

#endif
