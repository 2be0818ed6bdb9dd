/* Reductions: which loops exist, and how to find those for a dtype and an instruction set. */
#ifndef MLTENSOR_REDUCE_H
#define MLTENSOR_REDUCE_H

#include <complex.h>
#include <math.h>
#include <stdint.h>
#include <string.h>

#include "mltensor/half.h"
#include "mltensor/mltensor.h"
#include "mltensor/reduce_ops.h"
#include "mltensor/target.h"

/* Bytes that no cache holds. */
#define MLT_REDUCE_FAR (1 << 25)
/* Bytes of a row's accumulators that stay in the first cache, so that memory is read in its order. */
#define MLT_REDUCE_SHORT 16384
/* Adjacent results that are taken together. */
#define MLT_REDUCE_TILE 1024

typedef void (*mlt_reduce_row)(const char *source, int64_t n, char *result, const char *aux);

typedef struct {
  mlt_reduce_row row;
  void (*column)(const char *source, int64_t m, int64_t rows, int64_t row_stride, char *result,
                 const char *aux);
  void (*combine)(char *result, const char *other, int64_t m);
  void (*identity)(char *result, int64_t m);
  int item;     /* bytes of an element as the loops read it */
  int acc_size; /* bytes of its accumulator */
  int width;    /* accumulators of an element: 2 for a complex number summed as two reals */
  int aux_size; /* bytes of the auxiliary value of a result; 0: the loops take none */
  int fields;   /* of an accumulator; those of several lie field by field */
  /* `column` for work beyond the caches, or NULL: where rows are short and adjacent, and where not. */
  void (*far)(const char *source, int64_t m, int64_t rows, int64_t row_stride, char *result, const char *aux);
  void (*wide)(const char *source, int64_t m, int64_t rows, int64_t row_stride, char *result, const char *aux);
} mlt_reduction;

typedef struct {
  mlt_reduce_row row;
  int64_t (*place)(const char *source, int64_t n, const char *value);
  void (*places)(const char *source, int64_t m, int64_t rows, int64_t row_stride, char *values,
                 char *places);
  void (*merge)(int64_t m, const char *values, const char *places, int64_t first, int fresh,
                char *best_values, int64_t *best_places);
  int item;
} mlt_arg_reduction;

#define MLT_REDUCE_ALL_DTYPES 1
#define MLT_TARGET_BASE
#include "mltensor/target_begin.h"
#include "mltensor/vmath_exponential.h"
#include "mltensor/lanes.h"
#include "mltensor/decay.h"
#include "mltensor/exponentials.h"
#include "mltensor/moments.h"
#include "mltensor/reduce_loops.h"
#include "mltensor/reduce_moments.h"
#include "mltensor/reduce_numbers.h"
#include "mltensor/target_end.h"
#undef MLT_REDUCE_ALL_DTYPES
#define MLT_REDUCE_ALL_DTYPES 0

#if MLT_HAVE_X86_TARGETS
#define MLT_TARGET_AVX2
#include "mltensor/target_begin.h"
#include "mltensor/vmath_exponential.h"
#include "mltensor/lanes.h"
#include "mltensor/decay.h"
#include "mltensor/exponentials.h"
#include "mltensor/moments.h"
#include "mltensor/reduce_loops.h"
#include "mltensor/reduce_moments.h"
#include "mltensor/reduce_numbers.h"
#include "mltensor/target_end.h"

#define MLT_TARGET_AVX512
#include "mltensor/target_begin.h"
#include "mltensor/vmath_exponential.h"
#include "mltensor/lanes.h"
#include "mltensor/decay.h"
#include "mltensor/exponentials.h"
#include "mltensor/moments.h"
#include "mltensor/reduce_loops.h"
#include "mltensor/reduce_moments.h"
#include "mltensor/reduce_numbers.h"
#include "mltensor/target_end.h"
#endif

#if MLT_HAVE_X86_TARGETS
#define MLT_EACH_TARGET(loops) {&loops##_base, &loops##_avx2, &loops##_avx512}
#else
#define MLT_EACH_TARGET(loops) {&loops##_base, NULL, NULL}
#endif
#define MLT_BASE_ONLY(loops) {&loops##_base, NULL, NULL}

/* Signed and unsigned integers of a width add, multiply and count alike; bool is a byte of 0 or 1.
 * float16 has no loops of its own: the engine unpacks it to float32. */
static const mlt_reduction *const mlt_reductions[MLT_REDUCE_OPS][MLT_DTYPE_COUNT][MLT_ISA_COUNT] = {
    [MLT_REDUCE_SUM_OP] = {[MLT_BOOL] = MLT_EACH_TARGET(count_UINT8),
                           [MLT_INT8] = MLT_BASE_ONLY(sum_INT8),
                           [MLT_INT16] = MLT_BASE_ONLY(sum_INT16),
                           [MLT_INT32] = MLT_EACH_TARGET(sum_INT32),
                           [MLT_INT64] = MLT_EACH_TARGET(sum_INT64),
                           [MLT_UINT8] = MLT_EACH_TARGET(sum_UINT8),
                           [MLT_UINT16] = MLT_BASE_ONLY(sum_UINT16),
                           [MLT_UINT32] = MLT_BASE_ONLY(sum_UINT32),
                           [MLT_UINT64] = MLT_EACH_TARGET(sum_INT64),
                           [MLT_FLOAT32] = MLT_EACH_TARGET(sum_FLOAT32),
                           [MLT_FLOAT64] = MLT_EACH_TARGET(sum_FLOAT64),
                           [MLT_COMPLEX64] = MLT_EACH_TARGET(sum_pair_FLOAT32),
                           [MLT_COMPLEX128] = MLT_EACH_TARGET(sum_pair_FLOAT64)},
    [MLT_REDUCE_PROD_OP] = {[MLT_BOOL] = MLT_EACH_TARGET(prod_UINT8),
                            [MLT_INT8] = MLT_BASE_ONLY(prod_INT8),
                            [MLT_INT16] = MLT_BASE_ONLY(prod_INT16),
                            [MLT_INT32] = MLT_EACH_TARGET(prod_INT32),
                            [MLT_INT64] = MLT_EACH_TARGET(prod_INT64),
                            [MLT_UINT8] = MLT_EACH_TARGET(prod_UINT8),
                            [MLT_UINT16] = MLT_BASE_ONLY(prod_UINT16),
                            [MLT_UINT32] = MLT_BASE_ONLY(prod_UINT32),
                            [MLT_UINT64] = MLT_EACH_TARGET(prod_INT64),
                            [MLT_FLOAT32] = MLT_EACH_TARGET(prod_FLOAT32),
                            [MLT_FLOAT64] = MLT_EACH_TARGET(prod_FLOAT64),
                            [MLT_COMPLEX64] = MLT_BASE_ONLY(prod_COMPLEX64),
                            [MLT_COMPLEX128] = MLT_BASE_ONLY(prod_COMPLEX128)},
#define MLT_EXTREME_LINES(name)                                                             \
  {[MLT_BOOL] = MLT_EACH_TARGET(name##_UINT8), [MLT_INT8] = MLT_BASE_ONLY(name##_INT8),     \
   [MLT_INT16] = MLT_BASE_ONLY(name##_INT16), [MLT_INT32] = MLT_EACH_TARGET(name##_INT32),  \
   [MLT_INT64] = MLT_EACH_TARGET(name##_INT64), [MLT_UINT8] = MLT_EACH_TARGET(name##_UINT8), \
   [MLT_UINT16] = MLT_BASE_ONLY(name##_UINT16), [MLT_UINT32] = MLT_BASE_ONLY(name##_UINT32), \
   [MLT_UINT64] = MLT_BASE_ONLY(name##_UINT64),                                             \
   [MLT_FLOAT32] = MLT_EACH_TARGET(name##_FLOAT32),                                         \
   [MLT_FLOAT64] = MLT_EACH_TARGET(name##_FLOAT64)}
    [MLT_REDUCE_MAX_OP] = MLT_EXTREME_LINES(max),
    [MLT_REDUCE_MIN_OP] = MLT_EXTREME_LINES(min),
    [MLT_REDUCE_SQUARES_OP] = {[MLT_FLOAT32] = MLT_EACH_TARGET(squares_FLOAT32),
                               [MLT_FLOAT64] = MLT_EACH_TARGET(squares_FLOAT64),
                               [MLT_COMPLEX64] = MLT_EACH_TARGET(squares_pair_FLOAT32),
                               [MLT_COMPLEX128] = MLT_EACH_TARGET(squares_pair_FLOAT64)},
    [MLT_REDUCE_EXPONENTIALS_OP] = {[MLT_FLOAT32] = MLT_EACH_TARGET(exponentials_FLOAT32),
                                    [MLT_FLOAT64] = MLT_EACH_TARGET(exponentials_FLOAT64)},
#define MLT_TRUTH_LINES(name)                                                                   \
  {[MLT_BOOL] = MLT_EACH_TARGET(name##_UINT8), [MLT_INT8] = MLT_EACH_TARGET(name##_UINT8),      \
   [MLT_INT16] = MLT_BASE_ONLY(name##_UINT16), [MLT_INT32] = MLT_EACH_TARGET(name##_UINT32),    \
   [MLT_INT64] = MLT_EACH_TARGET(name##_UINT64), [MLT_UINT8] = MLT_EACH_TARGET(name##_UINT8),   \
   [MLT_UINT16] = MLT_BASE_ONLY(name##_UINT16), [MLT_UINT32] = MLT_EACH_TARGET(name##_UINT32),  \
   [MLT_UINT64] = MLT_EACH_TARGET(name##_UINT64),                                               \
   [MLT_FLOAT32] = MLT_EACH_TARGET(name##_FLOAT32),                                             \
   [MLT_FLOAT64] = MLT_EACH_TARGET(name##_FLOAT64),                                             \
   [MLT_COMPLEX64] = MLT_BASE_ONLY(name##_COMPLEX64),                                           \
   [MLT_COMPLEX128] = MLT_BASE_ONLY(name##_COMPLEX128)}
    [MLT_REDUCE_COUNT_OP] = MLT_TRUTH_LINES(count),
    [MLT_REDUCE_ANY_OP] = MLT_TRUTH_LINES(any),
    [MLT_REDUCE_ALL_OP] = MLT_TRUTH_LINES(all),
    [MLT_REDUCE_MOMENTS_OP] = {[MLT_FLOAT32] = MLT_EACH_TARGET(moments_FLOAT32),
                               [MLT_FLOAT64] = MLT_EACH_TARGET(moments_FLOAT64)},
    [MLT_REDUCE_LENGTHS_OP] = {[MLT_FLOAT32] = MLT_EACH_TARGET(lengths_FLOAT32),
                               [MLT_FLOAT64] = MLT_EACH_TARGET(lengths_FLOAT64)},
#define MLT_NUMBER_LINES(name) \
  {[MLT_FLOAT32] = MLT_EACH_TARGET(name##_FLOAT32), [MLT_FLOAT64] = MLT_EACH_TARGET(name##_FLOAT64)}
    [MLT_REDUCE_NANSUM_OP] = MLT_NUMBER_LINES(nansum),
    [MLT_REDUCE_NANPROD_OP] = MLT_NUMBER_LINES(nanprod),
    [MLT_REDUCE_NANMAX_OP] = MLT_NUMBER_LINES(nanmax),
    [MLT_REDUCE_NANMIN_OP] = MLT_NUMBER_LINES(nanmin),
    [MLT_REDUCE_NANSQUARES_OP] = MLT_NUMBER_LINES(nansquares),
    [MLT_REDUCE_NUMBERS_OP] = MLT_NUMBER_LINES(numbers),
};

static const mlt_arg_reduction *const mlt_arg_reductions[2][MLT_DTYPE_COUNT][MLT_ISA_COUNT] = {
    MLT_EXTREME_LINES(argmax), MLT_EXTREME_LINES(argmin)};

/* The loops of an operation for a dtype; NULL when there are none. */
static inline const mlt_reduction *mlt_find_reduction(int op, int dtype, int isa) {
  const mlt_reduction *const *found = mlt_reductions[op][dtype];
  return found[isa] ? found[isa] : found[MLT_ISA_BASE];
}
static inline const mlt_arg_reduction *mlt_find_arg_reduction(int min, int dtype, int isa) {
  const mlt_arg_reduction *const *found = mlt_arg_reductions[min][dtype];
  return found[isa] ? found[isa] : found[MLT_ISA_BASE];
}

#endif
