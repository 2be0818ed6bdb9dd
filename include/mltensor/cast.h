/* Tables of the conversion, copy and selection loops. */
#ifndef MLTENSOR_CAST_H
#define MLTENSOR_CAST_H

#include <complex.h>
#include <string.h>

#include "mltensor/iterate.h"
#include "mltensor/loops.h"
#include "mltensor/stream.h"

/* MLT_CONVERT(S, D, v): value of dtype S as the compute type of D. */
#define MLT_CONVERT(S, D, v) MLT_TO_##D(S, v)
#define MLT_TO_BOOL(S, v) ((v) != 0)
#define MLT_REAL_PART_(v) \
  _Generic((v), float complex: crealf(v), double complex: creal(v), default: (v))
#define MLT_TO_INT8(S, v) ((int8_t)MLT_REAL_PART_(v))
#define MLT_TO_INT16(S, v) ((int16_t)MLT_REAL_PART_(v))
#define MLT_TO_INT32(S, v) ((int32_t)MLT_REAL_PART_(v))
#define MLT_TO_INT64(S, v) ((int64_t)MLT_REAL_PART_(v))
#define MLT_TO_UINT8(S, v) ((uint8_t)(int32_t)MLT_REAL_PART_(v))
#define MLT_TO_UINT16(S, v) ((uint16_t)(int32_t)MLT_REAL_PART_(v))
#define MLT_TO_UINT32(S, v) ((uint32_t)(int64_t)MLT_REAL_PART_(v))
#define MLT_TO_UINT64(S, v) mlt_to_uint64_##S(v)
#define MLT_TO_FLOAT16(S, v)                                                       \
  _Generic((v), double: mlt_double_to_float_odd(MLT_REAL_PART_(v)),                \
      double complex: mlt_double_to_float_odd(MLT_REAL_PART_(v)),                  \
      int64_t: mlt_double_to_float_odd(MLT_REAL_PART_(v)),                         \
      uint64_t: mlt_double_to_float_odd(MLT_REAL_PART_(v)),                        \
      default: (float)MLT_REAL_PART_(v))
#define MLT_TO_FLOAT32(S, v) ((float)MLT_REAL_PART_(v))
#define MLT_TO_FLOAT64(S, v) ((double)MLT_REAL_PART_(v))
#define MLT_TO_COMPLEX64(S, v) ((float complex)(v))
#define MLT_TO_COMPLEX128(S, v) ((double complex)(v))

/* Floats above 2**63 need the unsigned conversion, negative ones the signed one. */
#define mlt_to_uint64_INTEGER(v) ((uint64_t)(v))
static inline uint64_t mlt_to_uint64_double(double v) {
  return v < 0 ? (uint64_t)(int64_t)v : (uint64_t)v;
}
#define mlt_to_uint64_BOOL mlt_to_uint64_INTEGER
#define mlt_to_uint64_INT8 mlt_to_uint64_INTEGER
#define mlt_to_uint64_INT16 mlt_to_uint64_INTEGER
#define mlt_to_uint64_INT32 mlt_to_uint64_INTEGER
#define mlt_to_uint64_INT64 mlt_to_uint64_INTEGER
#define mlt_to_uint64_UINT8 mlt_to_uint64_INTEGER
#define mlt_to_uint64_UINT16 mlt_to_uint64_INTEGER
#define mlt_to_uint64_UINT32 mlt_to_uint64_INTEGER
#define mlt_to_uint64_UINT64 mlt_to_uint64_INTEGER
#define mlt_to_uint64_FLOAT16 mlt_to_uint64_double
#define mlt_to_uint64_FLOAT32 mlt_to_uint64_double
#define mlt_to_uint64_FLOAT64 mlt_to_uint64_double
#define mlt_to_uint64_COMPLEX64(v) mlt_to_uint64_double(crealf(v))
#define mlt_to_uint64_COMPLEX128(v) mlt_to_uint64_double(creal(v))

#define MLT_CASTS_FROM(S, M)                                                                 \
  M(S, BOOL) M(S, INT8) M(S, INT16) M(S, INT32) M(S, INT64) M(S, UINT8) M(S, UINT16)         \
  M(S, UINT32) M(S, UINT64) M(S, FLOAT16) M(S, FLOAT32) M(S, FLOAT64) M(S, COMPLEX64)        \
  M(S, COMPLEX128)
#define MLT_CASTS(M)                                                                         \
  MLT_CASTS_FROM(BOOL, M) MLT_CASTS_FROM(INT8, M) MLT_CASTS_FROM(INT16, M)                   \
  MLT_CASTS_FROM(INT32, M) MLT_CASTS_FROM(INT64, M) MLT_CASTS_FROM(UINT8, M)                 \
  MLT_CASTS_FROM(UINT16, M) MLT_CASTS_FROM(UINT32, M) MLT_CASTS_FROM(UINT64, M)              \
  MLT_CASTS_FROM(FLOAT16, M) MLT_CASTS_FROM(FLOAT32, M) MLT_CASTS_FROM(FLOAT64, M)           \
  MLT_CASTS_FROM(COMPLEX64, M) MLT_CASTS_FROM(COMPLEX128, M)
#define MLT_CASTS_LONG(M)                                                                    \
  M(INT64, FLOAT32) M(INT64, FLOAT64) M(UINT64, FLOAT32) M(UINT64, FLOAT64)                  \
  M(FLOAT32, INT64) M(FLOAT64, INT64)

#define MLT_TARGET_BASE
#include "mltensor/target_begin.h"
#include "mltensor/transpose_loops.h"
#include "mltensor/cast_loops.h"
#include "mltensor/target_end.h"
#if MLT_HAVE_X86_TARGETS
#define MLT_TARGET_AVX2
#include "mltensor/target_begin.h"
#include "mltensor/stream_target.h"
#include "mltensor/transpose_loops.h"
#include "mltensor/cast_loops.h"
#include "mltensor/target_end.h"
#define MLT_TARGET_AVX512
#include "mltensor/target_begin.h"
#include "mltensor/stream_target.h"
#include "mltensor/cast_loops.h"
#include "mltensor/target_end.h"
#endif

static mlt_loop mlt_cast_table[MLT_DTYPE_COUNT][MLT_DTYPE_COUNT];
static mlt_loop mlt_copy_table[17];   /* by item size */
static mlt_costed_loop mlt_select_table[17]; /* by item size */
static mlt_transpose mlt_transpose_table[17]; /* by item size */

#define MLT_CAST_ENTRY_BASE(S, D) mlt_cast_table[MLT_##S][MLT_##D] = cast_##S##_##D##_base;
#define MLT_CAST_ENTRY_AVX2(S, D) mlt_cast_table[MLT_##S][MLT_##D] = cast_##S##_##D##_avx2;
#define MLT_CAST_ENTRY_AVX512(S, D) mlt_cast_table[MLT_##S][MLT_##D] = cast_##S##_##D##_avx512;
#define MLT_MOVE_ENTRIES(suffix)                                          \
  mlt_copy_table[1] = copy_1##suffix, mlt_copy_table[2] = copy_2##suffix; \
  mlt_copy_table[4] = copy_4##suffix, mlt_copy_table[8] = copy_8##suffix; \
  mlt_copy_table[16] = copy_16##suffix;                                   \
  mlt_select_table[1].loop = select_1##suffix, mlt_select_table[2].loop = select_2##suffix; \
  mlt_select_table[4].loop = select_4##suffix, mlt_select_table[8].loop = select_8##suffix; \
  mlt_select_table[16].loop = select_16##suffix;                                            \
  mlt_transpose_table[1] = transpose_1##suffix, mlt_transpose_table[2] = transpose_2##suffix; \
  mlt_transpose_table[4] = transpose_4##suffix, mlt_transpose_table[8] = transpose_8##suffix; \
  mlt_transpose_table[16] = transpose_16##suffix;
#define MLT_STREAMED_ENTRIES(suffix)                              \
  mlt_select_table[1].streamed = select_streamed_1##suffix;       \
  mlt_select_table[2].streamed = select_streamed_2##suffix;       \
  mlt_select_table[4].streamed = select_streamed_4##suffix;       \
  mlt_select_table[8].streamed = select_streamed_8##suffix;

static void mlt_fill_cast_tables(int isa) {
  MLT_CASTS(MLT_CAST_ENTRY_BASE)
  MLT_MOVE_ENTRIES(_base)
#if MLT_HAVE_X86_TARGETS
  if (isa >= MLT_ISA_AVX2) {
    MLT_CASTS(MLT_CAST_ENTRY_AVX2)
    MLT_MOVE_ENTRIES(_avx2)
    MLT_STREAMED_ENTRIES(_avx2)
  }
  if (isa >= MLT_ISA_AVX512) {
    MLT_CASTS_LONG(MLT_CAST_ENTRY_AVX512)
    MLT_STREAMED_ENTRIES(_avx512)
  }
#endif
  for (int size = 1; size <= 16; size *= 2) mlt_select_table[size].serial_below = MLT_PARALLEL_THRESHOLD;
  for (int d = 0; d < MLT_DTYPE_COUNT; d++)
    mlt_cast_table[d][d] = d == MLT_BFLOAT16 ? mlt_copy_table[2] : mlt_copy_table[mlt_itemsize[d]];
}

#endif
