/* The matrix kernels of one instruction set: a tile per element type, and the activations that
 * `linear` applies while a block is in the cache.  Re-included per target.
 */
#include "mltensor/gemm_vector.h"
#include "mltensor/transpose_loops.h"
#include "mltensor/vmath_exponential.h"
#include "mltensor/vmath_trigonometric.h"
#include "mltensor/vmath_hyperbolic.h"
#include "mltensor/vmath_special.h"
#if defined(MLT_TARGET_AVX512)
#include "mltensor/vmath_vector_hyperbolic_f64.h"
#include "mltensor/vmath_vector_normal_f64.h"
#include "mltensor/vmath_vector_special.h"
#endif

/* Rows of the tallest tile, two vectors wide: what the registers hold, 32 or 16. */
#undef MLT_GEMM_ROWS
#undef MLT_GEMM_FLOAT_ROWS
#undef MLT_GEMM_INTEGER_ROWS
#if defined(MLT_TARGET_AVX512) || defined(__aarch64__)
#define MLT_GEMM_FLOAT_ROWS 14
#else
#define MLT_GEMM_FLOAT_ROWS 6
#endif
#define MLT_GEMM_INTEGER_ROWS 6
#define MLT_GEMM_ROWS MLT_GEMM_FLOAT_ROWS

/* Transposing and summing across lanes is cheaper in vectors of 32 bytes than of 64. */
#undef MLT_GEMM_SHUFFLER
#if defined(MLT_TARGET_AVX512)
#define MLT_GEMM_SHUFFLER(name) name##_avx2
#else
#define MLT_GEMM_SHUFFLER(name) MLT_FN(name)
#endif

#define MLT_GEMM_NAME f32
#define MLT_GEMM_T float
#define MLT_GEMM_INDEX int32_t
#define MLT_GEMM_WIDTH 4
#define MLT_GEMM_FMA MLT_VECTOR_FMA32
#define MLT_GEMM_SCALAR_FMA MLT_FMA32
#define MLT_GEMM_HALF_FMA MLT_VECTOR_HALF_FMA32
#define MLT_GEMM_LOW MLT_VECTOR_LOW32
#define MLT_GEMM_DOT_ROWS MLT_GEMM_SHUFFLER(gemm_f32_dot_rows)
#define MLT_GEMM_PACK MLT_GEMM_SHUFFLER(gemm_f32_pack)
#define MLT_GEMM_SWIZZLE 1
#include "mltensor/gemm_block.h"

#define MLT_GEMM_NAME f64
#define MLT_GEMM_T double
#define MLT_GEMM_INDEX int64_t
#define MLT_GEMM_WIDTH 8
#define MLT_GEMM_FMA MLT_VECTOR_FMA64
#define MLT_GEMM_SCALAR_FMA MLT_FMA64
#define MLT_GEMM_HALF_FMA MLT_VECTOR_HALF_FMA64
#define MLT_GEMM_LOW MLT_VECTOR_LOW64
#define MLT_GEMM_DOT_ROWS MLT_GEMM_SHUFFLER(gemm_f64_dot_rows)
#define MLT_GEMM_PACK MLT_GEMM_SHUFFLER(gemm_f64_pack)
#define MLT_GEMM_SWIZZLE 1
#include "mltensor/gemm_block.h"

/* Integers wrap around, so signed and unsigned ones are one kernel.  Those of 8 bits, which have no
 * multiplication of vectors, are computed in 16. */
#undef MLT_GEMM_ROWS
#define MLT_GEMM_ROWS MLT_GEMM_INTEGER_ROWS
#define MLT_INTEGER_FMA(a, b, c) ((a) * (b) + (c))

#define MLT_GEMM_NAME i16
#define MLT_GEMM_PACK MLT_FN(gemm_i16_pack)
#define MLT_GEMM_T uint16_t
#define MLT_GEMM_FMA MLT_INTEGER_FMA
#define MLT_GEMM_SWIZZLE 0
#include "mltensor/gemm_block.h"

#define MLT_GEMM_NAME i32
#define MLT_GEMM_PACK MLT_FN(gemm_i32_pack)
#define MLT_GEMM_T uint32_t
#define MLT_GEMM_FMA MLT_INTEGER_FMA
#define MLT_GEMM_SWIZZLE 0
#include "mltensor/gemm_block.h"

#define MLT_GEMM_NAME i64
#define MLT_GEMM_PACK MLT_FN(gemm_i64_pack)
#define MLT_GEMM_T uint64_t
#define MLT_GEMM_FMA MLT_INTEGER_FMA
#define MLT_GEMM_SWIZZLE 0
#include "mltensor/gemm_block.h"

/* The product of bools is their conjunction, the sum their disjunction. */
#define MLT_BOOL_FMA(a, b, c) (((a) & (b)) | (c))
#define MLT_GEMM_NAME boolean
#define MLT_GEMM_PACK MLT_FN(gemm_boolean_pack)
#define MLT_GEMM_T uint8_t
#define MLT_GEMM_FMA MLT_BOOL_FMA
#define MLT_GEMM_SWIZZLE 0
#include "mltensor/gemm_block.h"
#undef MLT_INTEGER_FMA
#undef MLT_BOOL_FMA

/* --- activations ------------------------------------------------------------------------- */

#define MLT_ACTIVATE_ROWS(type, name, work)                                                 \
  static void MLT_FN(activate_##name)(char *c, int64_t c_row, int64_t m, int64_t n) {       \
    for (int64_t i = 0; i < m; i++) {                                                       \
      type *row = (type *)(c + i * c_row);                                                  \
      work                                                                                  \
    }                                                                                       \
  }
#define MLT_ACTIVATE(type, name, expression)                                                \
  MLT_ACTIVATE_ROWS(type, name, _Pragma("GCC ivdep") for (int64_t j = 0; j < n; j++) {      \
    const type x = row[j];                                                                  \
    row[j] = expression;                                                                    \
  })
/* By the function on blocks that the operation of the same name uses, where it has one. */
#if defined(MLT_TARGET_AVX512)
#define MLT_ACTIVATE_BLOCK(type, name, suffix) \
  MLT_ACTIVATE_ROWS(type, name##_##suffix, mlt_##name##_block_##suffix(row, row, n);)
#else
#define MLT_ACTIVATE_BLOCK(type, name, suffix) MLT_ACTIVATE(type, name##_##suffix, MLT_FN(name##_##suffix)(x))
#endif
/* Written so that NaN stays NaN. */
MLT_ACTIVATE(float, relu_f32, !(x <= 0) ? x : 0)
MLT_ACTIVATE(double, relu_f64, !(x <= 0) ? x : 0)
MLT_ACTIVATE_BLOCK(float, sigmoid, f32)
MLT_ACTIVATE_BLOCK(double, sigmoid, f64)
MLT_ACTIVATE_BLOCK(float, tanh, f32)
MLT_ACTIVATE_BLOCK(double, tanh, f64)
MLT_ACTIVATE_BLOCK(float, gelu, f32)
MLT_ACTIVATE_BLOCK(double, gelu, f64)
MLT_ACTIVATE_BLOCK(float, silu, f32)
MLT_ACTIVATE_BLOCK(double, silu, f64)
#undef MLT_ACTIVATE_ROWS
#undef MLT_ACTIVATE
#undef MLT_ACTIVATE_BLOCK

static const mlt_gemm_target MLT_FN(gemm_target) = {
    .kernels =
        {
            [MLT_BOOL] = MLT_FN(gemm_boolean_block),
            [MLT_INT16] = MLT_FN(gemm_i16_block),
            [MLT_INT32] = MLT_FN(gemm_i32_block),
            [MLT_INT64] = MLT_FN(gemm_i64_block),
            [MLT_UINT16] = MLT_FN(gemm_i16_block),
            [MLT_UINT32] = MLT_FN(gemm_i32_block),
            [MLT_UINT64] = MLT_FN(gemm_i64_block),
            [MLT_FLOAT32] = MLT_FN(gemm_f32_block),
            [MLT_FLOAT64] = MLT_FN(gemm_f64_block),
            [MLT_COMPLEX64] = MLT_FN(gemm_f32_complex_block),
            [MLT_COMPLEX128] = MLT_FN(gemm_f64_complex_block),
        },
    .panels =
        {
            [MLT_BOOL] = MLT_FN(gemm_boolean_panels),
            [MLT_INT16] = MLT_FN(gemm_i16_panels),
            [MLT_INT32] = MLT_FN(gemm_i32_panels),
            [MLT_INT64] = MLT_FN(gemm_i64_panels),
            [MLT_UINT16] = MLT_FN(gemm_i16_panels),
            [MLT_UINT32] = MLT_FN(gemm_i32_panels),
            [MLT_UINT64] = MLT_FN(gemm_i64_panels),
            [MLT_FLOAT32] = MLT_FN(gemm_f32_panels),
            [MLT_FLOAT64] = MLT_FN(gemm_f64_panels),
            [MLT_COMPLEX64] = MLT_FN(gemm_f32_complex_panels),
            [MLT_COMPLEX128] = MLT_FN(gemm_f64_complex_panels),
        },
    .float_rows = MLT_GEMM_FLOAT_ROWS,
    .integer_rows = MLT_GEMM_INTEGER_ROWS,
    .vector_bytes = MLT_VECTOR_BYTES,
    .transpose = {MLT_FN(transpose_4), MLT_FN(transpose_8)},
    .activations =
        {
            {NULL, NULL},
            {MLT_FN(activate_relu_f32), MLT_FN(activate_relu_f64)},
            {MLT_FN(activate_sigmoid_f32), MLT_FN(activate_sigmoid_f64)},
            {MLT_FN(activate_tanh_f32), MLT_FN(activate_tanh_f64)},
            {MLT_FN(activate_gelu_f32), MLT_FN(activate_gelu_f64)},
            {MLT_FN(activate_silu_f32), MLT_FN(activate_silu_f64)},
        },
};
