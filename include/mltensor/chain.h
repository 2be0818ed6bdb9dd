/* One after the other: operations that take their own result, as loops that keep it in a register.
 *
 * The loops of a family compute elements that do not depend on each other. Here are the same expressions of the
 * table where each waits for the one before, for the operations that take no longer than a call of a loop takes.
 */
#ifndef MLTENSOR_CHAIN_H
#define MLTENSOR_CHAIN_H

#include <complex.h>
#include <string.h>

#include "mltensor/half.h"
#include "mltensor/loops.h"
#include "mltensor/mltensor.h"
#include "mltensor/target.h"

enum { MLT_CHAIN_FOLD, MLT_CHAIN_RUNNING, MLT_CHAIN_AT };

/* FOLD: *result = op(*result, x[i]). RUNNING: y[i] = op(y[i - 1], x[i]), y = result. AT: result[index[i]] = op(that,
 * x[i]), with positions `result_step` bytes apart, of which negative ones count from the end. */
typedef struct {
  int kind;
  char *result;
  int64_t result_step;
  const char *x;
  int64_t step, n;
  const int64_t *index;
  int64_t length;
} mlt_links;

typedef void (*mlt_chain)(const mlt_links *links);

#define MLT_LINK(D, ...)                                                        \
  {                                                                             \
    const type b = MLT_LOAD(D, (const in_type *)x);                             \
    MLT_STORE(D, &kept, (type)(__VA_ARGS__));                                   \
    a = MLT_LOAD(D, &kept);                                                     \
  }

#define MLT_MAKE_CHAIN(D, name, ...) MLT_MAKE_CHAIN_(D, name, __VA_ARGS__)
#define MLT_MAKE_CHAIN_(D, name, ...)                                           \
  static void mlt_chain_##name##_##D(const mlt_links *links) {                  \
    typedef MLT_CONCAT(MLT_T_, D) in_type;                                      \
    typedef MLT_CONCAT(MLT_C_, D) type;                                         \
    const int64_t n = links->n, step = links->step, to = links->result_step;    \
    const char *x = links->x;                                                   \
    char *result = links->result;                                               \
    in_type kept;                                                               \
    if (links->kind == MLT_CHAIN_AT) {                                          \
      for (int64_t i = 0; i < n; i++, x += step) {                              \
        const int64_t place = links->index[i];                                  \
        in_type *target = (in_type *)(result + (place + (place < 0 ? links->length : 0)) * to); \
        type a = MLT_LOAD(D, target);                                           \
        MLT_LINK(D, __VA_ARGS__)                                                \
        *target = kept;                                                         \
      }                                                                         \
      return;                                                                   \
    }                                                                           \
    if (links->kind == MLT_CHAIN_RUNNING) {                                     \
      type a = MLT_LOAD(D, (const in_type *)(result - to));                     \
      for (int64_t i = 0; i < n; i++, x += step, result += to) {                \
        MLT_LINK(D, __VA_ARGS__)                                                \
        *(in_type *)result = kept;                                              \
      }                                                                         \
      return;                                                                   \
    }                                                                           \
    type a = MLT_LOAD(D, (const in_type *)result);                              \
    kept = *(const in_type *)result;                                            \
    if (step == sizeof(in_type)) {                                              \
      for (int64_t i = 0; i < n; i++, x += sizeof(in_type)) MLT_LINK(D, __VA_ARGS__) \
    } else {                                                                    \
      for (int64_t i = 0; i < n; i++, x += step) MLT_LINK(D, __VA_ARGS__)       \
    }                                                                           \
    *(in_type *)result = kept;                                                  \
  }

#define MLT_OTHER_LINE(...)
#undef MLT_OPERATION1
#undef MLT_OPERATION2
#undef MLT_OPERATION3
#undef MLT_HALF_OPERATION1
#undef MLT_HALF_OPERATION2
#undef MLT_HALF_OPERATION3
#define MLT_OPERATION1 MLT_OTHER_LINE
#define MLT_OPERATION2 MLT_OTHER_LINE
#define MLT_OPERATION3 MLT_OTHER_LINE
#define MLT_HALF_OPERATION1 MLT_OTHER_LINE
#define MLT_HALF_OPERATION2 MLT_OTHER_LINE
#define MLT_HALF_OPERATION3 MLT_OTHER_LINE
#define MLT_STREAMED_OPERATION1 MLT_OTHER_LINE
#define MLT_STREAMED_OPERATION3 MLT_OTHER_LINE
#define MLT_STREAMED_OPERATION2(name, CATEGORY, RETURNS, ...) \
  MLT_EXPAND_(MLT_FOR_##CATEGORY, ALL, MLT_MAKE_CHAIN, name, __VA_ARGS__)
#define MLT_INTEGERS_OPERATION2 MLT_STREAMED_OPERATION2

#define MLT_TARGET_BASE
#include "mltensor/target_begin.h"
#include "mltensor/functions.h"
#include "loops_arithmetic.inc"
#include "loops_bitwise.inc"
#include "mltensor/target_end.h"

typedef struct {
  const char *name;
  mlt_chain chains[MLT_DTYPE_COUNT];
} mlt_chains;

#define MLT_CHAIN_ENTRY(D, name) [MLT_##D] = mlt_chain_##name##_##D,
#undef MLT_STREAMED_OPERATION2
#define MLT_STREAMED_OPERATION2(name, CATEGORY, RETURNS, ...) \
  {#name, {MLT_EXPAND_(MLT_FOR_##CATEGORY, ALL, MLT_CHAIN_ENTRY, name)}},
static const mlt_chains mlt_all_chains[] = {
#include "loops_arithmetic.inc"
#include "loops_bitwise.inc"
    {NULL, {NULL}}};

/* The chain of an operation for a dtype; NULL where calling its loop again and again is good enough. */
static mlt_chain mlt_find_chain(const char *name, int dtype) {
  for (const mlt_chains *one = mlt_all_chains; one->name; one++)
    if (strcmp(one->name, name) == 0) return one->chains[dtype];
  return NULL;
}

#endif
