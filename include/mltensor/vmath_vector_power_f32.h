/* Powers in single precision on whole vectors: 2^(y log2(x)), the logarithm in two parts; see vmath_vector.h.
 *
 * x = 2^k m with 3/4 <= m < 3/2; the nearest multiple of 1/16 looks up 1/c, of so few bits that r = m/c - 1 is exact,
 * and log2(c) in two parts, the first so short that its sum with k is exact.  Around 1, where c is 1, |r| <= 1/32.
 */
#ifndef MLTENSOR_VMATH_VECTOR_POWER_F32_H
#define MLTENSOR_VMATH_VECTOR_POWER_F32_H
#include "mltensor/vmath_vector_exponential.h"

/* log2(x) = whole + low + log2(1 + r). */
typedef struct {
  mlt_v32 r, whole, low;
} mlt_pow_split_V32;
MLT_VECTOR_FN mlt_pow_split_V32 mlt_pow_split_of_V32(mlt_v32 x) {
  const mlt_v32 m = _mm512_getmant_ps(x, _MM_MANT_NORM_p75_1p5, MLT_VECTOR_MANTISSA);
  const mlt_v32 k = _mm512_getexp_ps(x) - _mm512_getexp_ps(m);
  const __m512i index = _mm512_castps_si512(m + MLT_V32(MLT_GRID_V32));
  const mlt_pow_split_V32 split = {_mm512_fmsub_ps(m, mlt_look_up_V32(mlt_pow_inverse_f32, index), MLT_V32(1.0f)),
                                   k + mlt_look_up_V32(mlt_pow_table_f32, index),
                                   mlt_look_up_V32(mlt_pow_table_low_f32, index)};
  return split;
}
/* log2(1 + r) = r (c + r bend) with c = 1/ln2: what is left out by the float nearest to c, by the slope c + r bend and
 * by the sum of whole and r slope is each time exact, or nearly.  The error is the rounding of bend, 2^-30.5 of the
 * logarithm. */
typedef struct {
  mlt_v32 high, low;
} mlt_sum_V32;
MLT_VECTOR_FN mlt_sum_V32 mlt_pow_logarithm_V32(mlt_pow_split_V32 split) {
  const mlt_v32 r = split.r, c = MLT_V32(0x1.715476p0f);
  const mlt_v32 bend = MLT_HORNER_5(MLT_V32_FMA, r, MLT_V32(-0x1.715476p-1f), MLT_V32(0x1.ec708cp-2f),
                                    MLT_V32(-0x1.7157c6p-2f), MLT_V32(0x1.28123ap-2f), MLT_V32(-0x1.e4eb4p-3f));
  const mlt_v32 slope = MLT_V32_FMA(bend, r, c), high = MLT_V32_FMA(r, slope, split.whole);
  const mlt_v32 of_slope = MLT_V32_FMA(bend, r, c - slope) + MLT_V32(0x1.4ae0cp-26f);
  const mlt_v32 of_sum = MLT_V32_FMA(r, slope, split.whole - high) + split.low;
  const mlt_sum_V32 sum = {high, MLT_V32_FMA(r, of_slope, of_sum)};
  return sum;
}
/* The product of y and the logarithm x is n + f, n a multiple of 1/16; 2^f = table (1 + growth). */
typedef struct {
  mlt_v32 n, table, growth;
} mlt_pow_parts_V32;
MLT_VECTOR_FN mlt_pow_parts_V32 mlt_pow_parts_of_V32(mlt_v32 y, mlt_sum_V32 x) {
  const mlt_v32 shifted = MLT_V32_FMA(y, x.high, MLT_V32(MLT_GRID_V32)), n = shifted - MLT_V32(MLT_GRID_V32);
  const __m512i index = _mm512_castps_si512(shifted);
  const mlt_v32 f = MLT_V32_FMA(y, x.low, _mm512_fmsub_ps(y, x.high, n));
  const mlt_pow_parts_V32 parts = {n, mlt_look_up_V32(mlt_exp_table_f32, index), mlt_exp2_growth_V32(f, index)};
  return parts;
}
/* The power, of which a last factor of 2 may be too much: then it is infinite or NaN.  Far below, where the fraction of
 * the exponent is nothing to go by, it is 0. */
MLT_VECTOR_FN mlt_v32 mlt_pow_value_V32(mlt_v32 y, mlt_sum_V32 x) {
  const mlt_pow_parts_V32 parts = mlt_pow_parts_of_V32(y, x);
  const mlt_v32 scaled = _mm512_scalef_ps(parts.table, parts.n);
  return MLT_V32_FMA(scaled, parts.growth, scaled);
}
/* Results that are not finite, or the sum of two such results: the special cases and what comes close to overflow.  Of
 * x <= 0, x or y without end and NaN the fraction of the exponent is NaN. */
MLT_VECTOR_FN uint32_t mlt_pow_rare_mask_V32(mlt_v32 result) { return _mm512_fpclass_ps_mask(result, 0x99); }

/* The results of that kind once more, with the special cases of C99 (annex F.9.4.4). */
static __attribute__((noinline)) mlt_v32 mlt_pow_rare_V32(mlt_v32 x, mlt_v32 y, mlt_v32 usual) {
  const mlt_v32 zero = MLT_V32(0.0f), one = MLT_V32(1.0f), infinity = MLT_V32(__builtin_inff());
  const mlt_v32 a = _mm512_abs_ps(x), b = _mm512_abs_ps(y), half = b * MLT_V32(0.5f);
  const mlt_sum_V32 logarithm = mlt_pow_logarithm_V32(mlt_pow_split_of_V32(a));
  const mlt_pow_parts_V32 parts = mlt_pow_parts_of_V32(y, logarithm);
  const mlt_v32 value = MLT_V32_FMA(parts.table, parts.growth, parts.table), exponent = y * logarithm.high;
  const mlt_v32 magnitude = _mm512_scalef_ps(value, parts.n);
  const __mmask16 whole = _mm512_cmp_ps_mask(_mm512_roundscale_ps(b, _MM_FROUND_TO_ZERO), b, _CMP_EQ_OQ);
  const __mmask16 even = _mm512_cmp_ps_mask(_mm512_roundscale_ps(half, _MM_FROUND_TO_ZERO), half, _CMP_EQ_OQ);
  const __mmask16 negative = _mm512_fpclass_ps_mask(x, 0x54), endless = _mm512_cmp_ps_mask(b, infinity, _CMP_EQ_OQ);
  const __mmask16 nothing = _mm512_cmp_ps_mask(a, zero, _CMP_EQ_OQ);
  const __mmask16 ends = _mm512_cmp_ps_mask(a, infinity, _CMP_EQ_OQ);
  const __mmask16 falling = _mm512_cmp_ps_mask(y, zero, _CMP_LT_OQ);
  const __mmask16 above = _mm512_cmp_ps_mask(exponent, MLT_V32(200.0f), _CMP_GT_OQ);
  const __mmask16 below = _mm512_cmp_ps_mask(exponent, MLT_V32(-200.0f), _CMP_LT_OQ);
  const __mmask16 grows = above | (nothing & falling) | (ends & ~falling);
  const __mmask16 falls = below | (nothing & ~falling) | (ends & falling);
  mlt_v32 result = _mm512_mask_mov_ps(_mm512_mask_mov_ps(magnitude, grows, infinity), falls, zero);
  result = _mm512_mask_mov_ps(result, negative & ~whole & ~nothing & ~ends, MLT_V32(__builtin_nanf("")));
  result = _mm512_mask_xor_ps(result, negative & whole & ~even, result, MLT_V32(-0.0f));
  result = _mm512_mask_mov_ps(result, _mm512_cmp_ps_mask(x, y, _CMP_UNORD_Q), x + y);
  const __mmask16 unit = _mm512_cmp_ps_mask(a, one, _CMP_EQ_OQ) & (_mm512_cmp_ps_mask(x, one, _CMP_EQ_OQ) | endless);
  result = _mm512_mask_mov_ps(result, unit | _mm512_cmp_ps_mask(b, zero, _CMP_EQ_OQ), one);
  return _mm512_mask_mov_ps(usual, (__mmask16)mlt_pow_rare_mask_V32(usual), result);
}
MLT_VECTOR_FN mlt_v32 mlt_pow_V32(mlt_v32 x, mlt_v32 y) {
  const mlt_v32 result = mlt_pow_value_V32(y, mlt_pow_logarithm_V32(mlt_pow_split_of_V32(x)));
  return __builtin_expect(mlt_pow_rare_mask_V32(result) != 0, 0) ? mlt_pow_rare_V32(x, y, result) : result;
}

/* Pairs of vectors in three steps, each beside those of the neighbours: the processor looks ahead over the operations
 * of two vectors only, and would find too few that need not wait for each other.  A step of 0 repeats a scalar. */
MLT_VECTOR_FN void mlt_pow_steps_f32(const float* a, const float* b, float* y, ptrdiff_t n, const int a_step,
                                     const int b_step) {
  enum { WIDTH = MLT_V32_WIDTH };
  const mlt_v32 first = MLT_V32(*a), second = MLT_V32(*b);
  ptrdiff_t i = 0;
#define MLT_POW_A(i) (a_step ? MLT_V32_LOAD(a + (i)) : first)
#define MLT_POW_B(i) (b_step ? MLT_V32_LOAD(b + (i)) : second)
#define MLT_POW_STORE(i, u, v)                                                         \
  if (__builtin_expect(mlt_pow_rare_mask_V32(u + v) != 0, 0))                          \
    u = mlt_pow_rare_V32(MLT_POW_A(i), MLT_POW_B(i), u),                               \
    v = mlt_pow_rare_V32(MLT_POW_A((i) + WIDTH), MLT_POW_B((i) + WIDTH), v);           \
  MLT_V32_STORE(y + (i), u), MLT_V32_STORE(y + (i) + WIDTH, v)
  if (n >= 4 * WIDTH) {
    mlt_sum_V32 p = mlt_pow_logarithm_V32(mlt_pow_split_of_V32(MLT_POW_A(0)));
    mlt_sum_V32 q = mlt_pow_logarithm_V32(mlt_pow_split_of_V32(MLT_POW_A(WIDTH)));
    mlt_pow_split_V32 s = mlt_pow_split_of_V32(MLT_POW_A(2 * WIDTH)), t = mlt_pow_split_of_V32(MLT_POW_A(3 * WIDTH));
    mlt_v32 u, v;
    for (; i + 6 * WIDTH <= n; i += 2 * WIDTH) {
      const mlt_pow_split_V32 s_next = mlt_pow_split_of_V32(MLT_POW_A(i + 4 * WIDTH));
      const mlt_sum_V32 p_next = mlt_pow_logarithm_V32(s);
      u = mlt_pow_value_V32(MLT_POW_B(i), p);
      const mlt_pow_split_V32 t_next = mlt_pow_split_of_V32(MLT_POW_A(i + 5 * WIDTH));
      const mlt_sum_V32 q_next = mlt_pow_logarithm_V32(t);
      v = mlt_pow_value_V32(MLT_POW_B(i + WIDTH), q);
      MLT_POW_STORE(i, u, v);
      p = p_next, s = s_next, q = q_next, t = t_next;
    }
    u = mlt_pow_value_V32(MLT_POW_B(i), p), v = mlt_pow_value_V32(MLT_POW_B(i + WIDTH), q);
    MLT_POW_STORE(i, u, v);
    i += 2 * WIDTH, p = mlt_pow_logarithm_V32(s), q = mlt_pow_logarithm_V32(t);
    u = mlt_pow_value_V32(MLT_POW_B(i), p), v = mlt_pow_value_V32(MLT_POW_B(i + WIDTH), q);
    MLT_POW_STORE(i, u, v);
    i += 2 * WIDTH;
  }
  for (; i + WIDTH <= n; i += WIDTH) MLT_V32_STORE(y + i, mlt_pow_V32(MLT_POW_A(i), MLT_POW_B(i)));
  const uint32_t mask = (UINT32_C(1) << (n - i)) - 1;
  if (mask)
    MLT_V32_STORE_FIRST(y + i, mask, mlt_pow_V32(a_step ? MLT_V32_LOAD_FIRST(a + i, mask) : first,
                                                 b_step ? MLT_V32_LOAD_FIRST(b + i, mask) : second));
#undef MLT_POW_A
#undef MLT_POW_B
#undef MLT_POW_STORE
}
static inline void mlt_pow_block_f32(const float* a, const float* b, float* y, ptrdiff_t n, int a_step, int b_step) {
  if (a_step && b_step)
    mlt_pow_steps_f32(a, b, y, n, 1, 1);
  else if (a_step)
    mlt_pow_steps_f32(a, b, y, n, 1, 0);
  else
    mlt_pow_steps_f32(a, b, y, n, 0, b_step);
}
#endif
