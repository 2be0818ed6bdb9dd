/* Elementwise functions on whole vectors of 64 bytes, for the AVX-512 target: the mechanism.
 *
 * What plain C does not reach and makes these two to four times faster: a table of 32 floats or 16 doubles lies in
 * two registers and is looked up by one permutation, so that polynomials are short; exponents and mantissas come
 * apart by instructions that know zeros, infinities and subnormals.
 *
 * MLT_VECTOR_UNARY and MLT_VECTOR_BINARY make of a function on vectors the function on a block that loops.h asks for
 * by MLT_BLOCK_<name>_<dtype>.  The last, partial vector is loaded and stored under a mask: an element's result
 * depends on nothing but its value.
 *
 * A name ends in V32 or V64: a vector of floats or of doubles; or in W32: of doubles that are floats in memory.
 */
#ifndef MLTENSOR_VMATH_VECTOR_H
#define MLTENSOR_VMATH_VECTOR_H
#include <immintrin.h>
#include <stddef.h>
#include <stdint.h>

#include "mltensor/vmath_tables.h"

#define MLT_VECTOR_FN static inline __attribute__((always_inline))

typedef __m512 mlt_v32;
typedef __m512d mlt_v64;

#define MLT_V32(constant) _mm512_set1_ps(constant)
#define MLT_V64(constant) _mm512_set1_pd(constant)
#define MLT_V32_FMA _mm512_fmadd_ps
#define MLT_V64_FMA _mm512_fmadd_pd
/* c - a b */
#define MLT_V32_NFMA _mm512_fnmadd_ps
#define MLT_V64_NFMA _mm512_fnmadd_pd
#define MLT_V32_WIDTH 16
#define MLT_V64_WIDTH 8
#define MLT_V32_LOAD _mm512_loadu_ps
#define MLT_V64_LOAD _mm512_loadu_pd
#define MLT_V32_STORE _mm512_storeu_ps
#define MLT_V64_STORE _mm512_storeu_pd
/* The lanes beyond the end hold ones, an ordinary argument of every function. */
#define MLT_V32_LOAD_FIRST(p, mask) _mm512_mask_loadu_ps(MLT_V32(1.0f), (__mmask16)(mask), p)
#define MLT_V64_LOAD_FIRST(p, mask) _mm512_mask_loadu_pd(MLT_V64(1.0), (__mmask8)(mask), p)
#define MLT_V32_STORE_FIRST(p, mask, v) _mm512_mask_storeu_ps(p, (__mmask16)(mask), v)
#define MLT_V64_STORE_FIRST(p, mask, v) _mm512_mask_storeu_pd(p, (__mmask8)(mask), v)
#define MLT_W32(constant) _mm512_set1_pd((double)(constant))
#define MLT_W32_WIDTH 8
#define MLT_W32_LOAD(p) _mm512_cvtps_pd(_mm256_loadu_ps(p))
#define MLT_W32_STORE(p, v) _mm256_storeu_ps(p, _mm512_cvtpd_ps(v))
#define MLT_W32_LOAD_FIRST(p, mask) _mm512_cvtps_pd(_mm256_mask_loadu_ps(_mm256_set1_ps(1.0f), (__mmask8)(mask), p))
#define MLT_W32_STORE_FIRST(p, mask, v) _mm256_mask_storeu_ps(p, (__mmask8)(mask), _mm512_cvtpd_ps(v))

/* Polynomials with the constant term first by Estrin's scheme, whose chains of operations are short; x2 and x4 are
 * powers of x, S is V32 or V64. */
#define MLT_POLYNOMIAL_2(S, x, a, b) MLT_##S##_FMA(MLT_##S(b), x, MLT_##S(a))
#define MLT_POLYNOMIAL_3(S, x, x2, a, b, c) MLT_##S##_FMA(MLT_##S(c), x2, MLT_POLYNOMIAL_2(S, x, a, b))
#define MLT_POLYNOMIAL_4(S, x, x2, a, b, c, d) \
  MLT_##S##_FMA(MLT_POLYNOMIAL_2(S, x, c, d), x2, MLT_POLYNOMIAL_2(S, x, a, b))
#define MLT_POLYNOMIAL_5(S, x, x2, x4, a, b, c, d, e) \
  MLT_##S##_FMA(MLT_##S(e), x4, MLT_POLYNOMIAL_4(S, x, x2, a, b, c, d))
#define MLT_POLYNOMIAL_6(S, x, x2, x4, a, b, c, d, e, f) \
  MLT_##S##_FMA(MLT_POLYNOMIAL_2(S, x, e, f), x4, MLT_POLYNOMIAL_4(S, x, x2, a, b, c, d))
#define MLT_POLYNOMIAL_7(S, x, x2, x4, a, b, c, d, e, f, g) \
  MLT_##S##_FMA(MLT_POLYNOMIAL_3(S, x, x2, e, f, g), x4, MLT_POLYNOMIAL_4(S, x, x2, a, b, c, d))
#define MLT_POLYNOMIAL_8(S, x, x2, x4, a, b, c, d, e, f, g, h) \
  MLT_##S##_FMA(MLT_POLYNOMIAL_4(S, x, x2, e, f, g, h), x4, MLT_POLYNOMIAL_4(S, x, x2, a, b, c, d))
#define MLT_POLYNOMIAL_9(S, x, x2, x4, a, b, c, d, ...) \
  MLT_##S##_FMA(MLT_POLYNOMIAL_5(S, x, x2, x4, __VA_ARGS__), x4, MLT_POLYNOMIAL_4(S, x, x2, a, b, c, d))

/* Of mlt_<name>_<S>(x), or of (a, b). */
#define MLT_VECTOR_UNARY(name, suffix, type, S)                                                       \
  static inline void mlt_##name##_block_##suffix(const type* x, type* y, ptrdiff_t n) {                \
    ptrdiff_t i = 0;                                                                                  \
    for (; i + MLT_##S##_WIDTH <= n; i += MLT_##S##_WIDTH)                                            \
      MLT_##S##_STORE(y + i, mlt_##name##_##S(MLT_##S##_LOAD(x + i)));                                \
    const uint32_t mask = (UINT32_C(1) << (n - i)) - 1;                                               \
    if (mask) MLT_##S##_STORE_FIRST(y + i, mask, mlt_##name##_##S(MLT_##S##_LOAD_FIRST(x + i, mask))); \
  }
/* A long function comes in halves, what mlt_<name>_begin_<S> gives and mlt_<name>_end_<S> takes.  The first half of a
 * vector is computed beside the second of the one before: the processor looks ahead over some hundred
 * operations only, and would find too few that need not wait for each other. */
#define MLT_VECTOR_UNARY_HALVES(name, suffix, type, S)                                                \
  static inline void mlt_##name##_block_##suffix(const type* x, type* y, ptrdiff_t n) {                \
    ptrdiff_t i = 0;                                                                                  \
    if (n >= MLT_##S##_WIDTH) {                                                                       \
      mlt_##name##_half_##S half = mlt_##name##_begin_##S(MLT_##S##_LOAD(x));                         \
      for (i = MLT_##S##_WIDTH; i + MLT_##S##_WIDTH <= n; i += MLT_##S##_WIDTH) {                     \
        const mlt_##name##_half_##S next = mlt_##name##_begin_##S(MLT_##S##_LOAD(x + i));             \
        MLT_##S##_STORE(y + i - MLT_##S##_WIDTH, mlt_##name##_end_##S(half));                         \
        half = next;                                                                                  \
      }                                                                                               \
      MLT_##S##_STORE(y + i - MLT_##S##_WIDTH, mlt_##name##_end_##S(half));                           \
    }                                                                                                 \
    const uint32_t mask = (UINT32_C(1) << (n - i)) - 1;                                               \
    if (mask)                                                                                         \
      MLT_##S##_STORE_FIRST(y + i, mask,                                                              \
                            mlt_##name##_end_##S(mlt_##name##_begin_##S(MLT_##S##_LOAD_FIRST(x + i, mask)))); \
  }
/* A step of 0 repeats a scalar. */
#define MLT_VECTOR_BINARY_HALVES(name, suffix, type, S)                                               \
  MLT_VECTOR_FN void mlt_##name##_steps_##suffix(const type* a, const type* b, type* y, ptrdiff_t n,  \
                                                 const int a_step, const int b_step) {                \
    ptrdiff_t i = 0;                                                                                  \
    const __typeof__(MLT_##S(*a)) first = MLT_##S(*a), second = MLT_##S(*b);                          \
    if (n >= MLT_##S##_WIDTH) {                                                                       \
      mlt_##name##_half_##S half = mlt_##name##_begin_##S(a_step ? MLT_##S##_LOAD(a) : first,         \
                                                          b_step ? MLT_##S##_LOAD(b) : second);       \
      for (i = MLT_##S##_WIDTH; i + MLT_##S##_WIDTH <= n; i += MLT_##S##_WIDTH) {                     \
        const mlt_##name##_half_##S next = mlt_##name##_begin_##S(a_step ? MLT_##S##_LOAD(a + i) : first, \
                                                                  b_step ? MLT_##S##_LOAD(b + i) : second); \
        MLT_##S##_STORE(y + i - MLT_##S##_WIDTH, mlt_##name##_end_##S(half));                         \
        half = next;                                                                                  \
      }                                                                                               \
      MLT_##S##_STORE(y + i - MLT_##S##_WIDTH, mlt_##name##_end_##S(half));                           \
    }                                                                                                 \
    const uint32_t mask = (UINT32_C(1) << (n - i)) - 1;                                               \
    if (mask) {                                                                                       \
      const mlt_##name##_half_##S half =                                                              \
          mlt_##name##_begin_##S(a_step ? MLT_##S##_LOAD_FIRST(a + i, mask) : first,                  \
                                 b_step ? MLT_##S##_LOAD_FIRST(b + i, mask) : second);                \
      MLT_##S##_STORE_FIRST(y + i, mask, mlt_##name##_end_##S(half));                                 \
    }                                                                                                 \
  }                                                                                                   \
  static inline void mlt_##name##_block_##suffix(const type* a, const type* b, type* y, ptrdiff_t n,   \
                                                int a_step, int b_step) {                             \
    if (a_step && b_step)                                                                             \
      mlt_##name##_steps_##suffix(a, b, y, n, 1, 1);                                                  \
    else if (a_step)                                                                                  \
      mlt_##name##_steps_##suffix(a, b, y, n, 1, 0);                                                  \
    else                                                                                              \
      mlt_##name##_steps_##suffix(a, b, y, n, 0, b_step);                                             \
  }
typedef mlt_v32 mlt_float_vector;
typedef mlt_v64 mlt_double_vector;

/* ---- tables and bits --------------------------------------------------------------------- */

/* Entries of a table of 16 floats, 8 doubles or 16 doubles; of an index the low four, three or four bits count. */
MLT_VECTOR_FN mlt_v32 mlt_look_up_V32(const float* table, __m512i index) {
  return _mm512_permutexvar_ps(index, _mm512_loadu_ps(table));
}
MLT_VECTOR_FN mlt_v64 mlt_look_up_V64(const double* table, __m512i index) {
  return _mm512_permutexvar_pd(index, _mm512_loadu_pd(table));
}
MLT_VECTOR_FN mlt_v64 mlt_look_up_16_V64(const double* table, __m512i index) {
  return _mm512_permutex2var_pd(_mm512_loadu_pd(table), index, _mm512_loadu_pd(table + 8));
}
/* x between two bounds; NaN stays. */
MLT_VECTOR_FN mlt_v32 mlt_between_V32(mlt_v32 x, float low, float high) {
  return _mm512_min_ps(MLT_V32(high), _mm512_max_ps(MLT_V32(low), x));
}
MLT_VECTOR_FN mlt_v64 mlt_between_V64(mlt_v64 x, double low, double high) {
  return _mm512_min_pd(MLT_V64(high), _mm512_max_pd(MLT_V64(low), x));
}
/* The magnitude of the first with the sign of the second. */
MLT_VECTOR_FN mlt_v32 mlt_copysign_V32(mlt_v32 x, mlt_v32 sign) {
  const __m512i magnitude = _mm512_set1_epi32(0x7fffffff), from = _mm512_castps_si512(sign);
  return _mm512_castsi512_ps(_mm512_ternarylogic_epi32(magnitude, _mm512_castps_si512(x), from, 0xca));
}
MLT_VECTOR_FN mlt_v64 mlt_copysign_V64(mlt_v64 x, mlt_v64 sign) {
  const __m512i magnitude = _mm512_set1_epi64(0x7fffffffffffffff), from = _mm512_castpd_si512(sign);
  return _mm512_castsi512_pd(_mm512_ternarylogic_epi64(magnitude, _mm512_castpd_si512(x), from, 0xca));
}
/* 1 / x within an eighth, for a rest that is divided: the bits of a logarithm, of which a sign is changed. */
MLT_VECTOR_FN mlt_v64 mlt_about_inverse_V64(mlt_v64 x) {
  return _mm512_castsi512_pd(_mm512_sub_epi64(_mm512_set1_epi64(0x7fde623822fc16e6), _mm512_castpd_si512(x)));
}
/* over / (under + under_low), right but for the last rounding. */
MLT_VECTOR_FN mlt_v32 mlt_quotient_V32(mlt_v32 over, mlt_v32 under, mlt_v32 under_low) {
  const mlt_v32 inverse = _mm512_rcp14_ps(under), quotient = over * inverse;
  const mlt_v32 rest = MLT_V32_NFMA(quotient, under_low, MLT_V32_NFMA(quotient, under, over));
  return MLT_V32_FMA(rest, inverse, quotient);
}
/* over / under, right but for the last rounding, beside work that leaves no time for a division. */
MLT_VECTOR_FN mlt_v64 mlt_quotient_V64(mlt_v64 over, mlt_v64 under) {
  const mlt_v64 rough = _mm512_rcp14_pd(under);
  const mlt_v64 inverse = MLT_V64_FMA(rough, MLT_V64_NFMA(under, rough, MLT_V64(1.0)), rough);
  const mlt_v64 quotient = over * inverse;
  return MLT_V64_FMA(MLT_V64_NFMA(quotient, under, over), inverse, quotient);
}
#endif
