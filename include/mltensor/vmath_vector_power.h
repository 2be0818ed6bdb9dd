/* Powers in double precision on whole vectors; see vmath_vector.h.
 *
 * x^y is 2^(y log2(x)).  The logarithm is a sum of two parts, right to 2^-63 of itself, and so is its product with y.
 * x = 2^k m with 1 <= m < 2; 1/c is 1/m rounded to multiples of 1/32, and r = m/c - 1 is exact:
 *
 *     log2(x) = k + log2(c) + log2(1 + r),   log(1 + r) = r - r^2/2 + r^3/3 - ...
 *
 * where of r - r^2/2 nothing is lost.  c is 1 or 2 around 1: of log2(x) near 0 nothing cancels.
 */
#ifndef MLTENSOR_VMATH_VECTOR_POWER_H
#define MLTENSOR_VMATH_VECTOR_POWER_H
#include "mltensor/vmath_tables_f64.h"
#include "mltensor/vmath_vector.h"

/* log2(x) = whole + low + log2(1 + r); NaN for negative numbers; infinite, or no number, for zeros and infinities. */
typedef struct {
  mlt_v64 r, whole, low;
} mlt_pow_split_V64;
MLT_VECTOR_FN mlt_pow_split_V64 mlt_pow_split_of_V64(mlt_v64 x) {
  const mlt_v64 m = _mm512_getmant_pd(x, _MM_MANT_NORM_1_2, _MM_MANT_SIGN_nan);
  const mlt_v64 inverse = _mm512_roundscale_pd(_mm512_rcp14_pd(m), 5 << 4 | _MM_FROUND_TO_NEAREST_INT);
  const __m512i index = _mm512_srli_epi64(_mm512_castpd_si512(inverse), 48);
  const mlt_v64 k = _mm512_getexp_pd(x) - _mm512_getexp_pd(inverse);
  const mlt_pow_split_V64 split = {_mm512_fmsub_pd(m, inverse, MLT_V64(1.0)),
                                   k + mlt_look_up_16_V64(mlt_pow_table_f64, index),
                                   mlt_look_up_16_V64(mlt_pow_table_low_f64, index)};
  return split;
}
/* log2(1 + r) = r (slope + r^2 p), the slope c - c r / 2 with c = 1/ln2.  What is left out by the double nearest to c,
 * by the slope and by the sum of whole and r slope is each time exact, or nearly; error of the logarithm 2^-65. */
typedef struct {
  mlt_v64 high, low;
} mlt_sum_V64;
MLT_VECTOR_FN mlt_sum_V64 mlt_pow_logarithm_V64(mlt_pow_split_V64 split) {
  const mlt_v64 r = split.r, r2 = r * r, c = MLT_V64(0x1.71547652b82fep0), half = MLT_V64(-0x1.71547652b82fep-1);
  mlt_v64 p = MLT_V64_FMA(MLT_V64(0x1.0d3bbd60783c6p-3), r2, MLT_POLYNOMIAL_2(V64, r, 0x1.484aea03d0f4cp-3,
                                                                            -0x1.28178c788f6b5p-3));
  p = MLT_V64_FMA(p, r2, MLT_POLYNOMIAL_2(V64, r, 0x1.a61762ac7812p-3, -0x1.715451688f418p-3));
  p = MLT_V64_FMA(p, r2, MLT_POLYNOMIAL_2(V64, r, 0x1.2776c50ef9a2fp-2, -0x1.ec709dc7150fep-3));
  p = MLT_V64_FMA(p, r2, MLT_POLYNOMIAL_2(V64, r, 0x1.ec709dc3a03fdp-2, -0x1.71547652b8222p-2));
  const mlt_v64 slope = MLT_V64_FMA(r, half, c), high = MLT_V64_FMA(r, slope, split.whole);
  const mlt_v64 of_slope = MLT_V64_FMA(slope, MLT_V64(0x1.0444d0e734faap-56), MLT_V64_FMA(r, half, c - slope));
  const mlt_v64 of_sum = MLT_V64_FMA(r, slope, split.whole - high) + split.low;
  const mlt_sum_V64 result = {high, MLT_V64_FMA(r, MLT_V64_FMA(r2, p, of_slope), of_sum)};
  return result;
}

/* 2^(exponent + low), of exponents below 1020. */
#define MLT_POWER_GRID_V64 0x1.8p48 /* its last bit is worth 1/16 */
typedef struct {
  mlt_v64 exponent, low;
} mlt_pow_half_V64;
MLT_VECTOR_FN mlt_pow_half_V64 mlt_pow_exponent_V64(mlt_pow_split_V64 split, mlt_v64 y) {
  const mlt_sum_V64 logarithm = mlt_pow_logarithm_V64(split);
  const mlt_v64 exponent = y * logarithm.high;
  const mlt_v64 low = MLT_V64_FMA(y, logarithm.low, _mm512_fmsub_pd(y, logarithm.high, exponent));
  const mlt_pow_half_V64 half = {exponent, low};
  return half;
}
/* The exponent is a multiple of 1/16, of which this is the power, and u. */
typedef struct {
  mlt_v64 exponent, u, power;
} mlt_pow_parts_V64;
MLT_VECTOR_FN mlt_pow_parts_V64 mlt_pow_parts_of_V64(mlt_pow_half_V64 half) {
  const mlt_v64 grid = MLT_V64(MLT_POWER_GRID_V64), shifted = (half.exponent + half.low) + grid;
  const __m512i n = _mm512_castpd_si512(shifted);
  const __m512i fraction = _mm512_castpd_si512(mlt_look_up_16_V64((const double*)mlt_pow_fraction_f64, n));
  const mlt_v64 power = _mm512_castsi512_pd(_mm512_add_epi64(fraction, _mm512_slli_epi64(n, 48)));
  const mlt_pow_parts_V64 parts = {half.exponent, (half.exponent - (shifted - grid)) + half.low, power};
  return parts;
}
/* (2^u - 1) / u for |u| <= 1/32, error 2^-57 of 1 in the power. */
MLT_VECTOR_FN mlt_v64 mlt_pow_of_V64(mlt_pow_parts_V64 parts) {
  const mlt_v64 u = parts.u;
  const mlt_v64 slope = MLT_HORNER_6(MLT_V64_FMA, u, MLT_V64(0x1.62e42fefa39fdp-1), MLT_V64(0x1.ebfbdff82c59dp-3),
                                     MLT_V64(0x1.c6b08d6e8cc22p-5), MLT_V64(0x1.3b2ab6fa94c78p-7),
                                     MLT_V64(0x1.5d89bd6762accp-10), MLT_V64(0x1.430a9b1a651cap-13));
  return MLT_V64_FMA(u * slope, parts.power, parts.power);
}
/* The special cases of C99 (annex F.9.4.4), where x is not positive and finite or the result not a normal number. */
static __attribute__((noinline)) mlt_v64 mlt_pow_rare_V64(mlt_v64 x, mlt_v64 y, mlt_v64 ordinary, __mmask8 rare) {
  const mlt_v64 zero = MLT_V64(0.0), one = MLT_V64(1.0), infinity = MLT_V64(__builtin_inf());
  const mlt_v64 a = _mm512_abs_pd(x), b = _mm512_abs_pd(y), half_b = b * MLT_V64(0.5);
  const mlt_pow_half_V64 half = mlt_pow_exponent_V64(mlt_pow_split_of_V64(a), y);
  /* Half of the exponent as a power of two of its own, which underflows slowly. */
  const mlt_v64 inside = mlt_between_V64(half.exponent, -1100.0, 1100.0);
  const mlt_v64 shift = _mm512_roundscale_pd(inside * MLT_V64(0.5), _MM_FROUND_TO_NEAREST_INT);
  const mlt_pow_half_V64 rest = {inside - shift, half.low};
  mlt_v64 result = _mm512_scalef_pd(mlt_pow_of_V64(mlt_pow_parts_of_V64(rest)), shift);
  const __mmask8 whole = _mm512_cmp_pd_mask(_mm512_roundscale_pd(b, _MM_FROUND_TO_ZERO), b, _CMP_EQ_OQ);
  const __mmask8 even = _mm512_cmp_pd_mask(_mm512_roundscale_pd(half_b, _MM_FROUND_TO_ZERO), half_b, _CMP_EQ_OQ);
  const __mmask8 negative = _mm512_fpclass_pd_mask(x, 0x54), endless = _mm512_cmp_pd_mask(b, infinity, _CMP_EQ_OQ);
  const __mmask8 nothing = _mm512_cmp_pd_mask(a, zero, _CMP_EQ_OQ);
  const __mmask8 ends = _mm512_cmp_pd_mask(a, infinity, _CMP_EQ_OQ);
  const __mmask8 falling = _mm512_cmp_pd_mask(y, zero, _CMP_LT_OQ);
  const __mmask8 above = _mm512_cmp_pd_mask(half.exponent, MLT_V64(1100.0), _CMP_GT_OQ);
  const __mmask8 below = _mm512_cmp_pd_mask(half.exponent, MLT_V64(-1100.0), _CMP_LT_OQ);
  const __mmask8 grows = above | (nothing & falling) | (ends & ~falling);
  const __mmask8 falls = below | (nothing & ~falling) | (ends & falling);
  result = _mm512_mask_mov_pd(_mm512_mask_mov_pd(result, grows, infinity), falls, zero);
  result = _mm512_mask_mov_pd(result, negative & ~whole & ~nothing & ~ends, MLT_V64(__builtin_nan("")));
  result = _mm512_mask_xor_pd(result, negative & whole & ~even, result, MLT_V64(-0.0));
  result = _mm512_mask_mov_pd(result, _mm512_cmp_pd_mask(x, y, _CMP_UNORD_Q), x + y);
  const __mmask8 unit = _mm512_cmp_pd_mask(a, one, _CMP_EQ_OQ) & (_mm512_cmp_pd_mask(x, one, _CMP_EQ_OQ) | endless);
  result = _mm512_mask_mov_pd(result, unit | _mm512_cmp_pd_mask(b, zero, _CMP_EQ_OQ), one);
  return _mm512_mask_mov_pd(ordinary, rare, result);
}
MLT_VECTOR_FN mlt_v64 mlt_pow_end_V64(mlt_v64 x, mlt_v64 y, mlt_pow_parts_V64 parts) {
  const mlt_v64 result = mlt_pow_of_V64(parts);
  const __mmask8 rare = _mm512_cmp_pd_mask(_mm512_abs_pd(parts.exponent), MLT_V64(1019.0), _CMP_NLT_UQ);
  return __builtin_expect(rare == 0, 1) ? result : mlt_pow_rare_V64(x, y, result, rare);
}
MLT_VECTOR_FN mlt_v64 mlt_pow_V64(mlt_v64 x, mlt_v64 y) {
  return mlt_pow_end_V64(x, y, mlt_pow_parts_of_V64(mlt_pow_exponent_V64(mlt_pow_split_of_V64(x), y)));
}

/* In four steps, each beside those of the neighbours; see MLT_VECTOR_UNARY_THIRDS.  A step of 0 repeats a scalar. */
MLT_VECTOR_FN void mlt_pow_steps_f64(const double* a, const double* b, double* y, ptrdiff_t n, const int a_step,
                                     const int b_step) {
  enum { WIDTH = MLT_V64_WIDTH };
  const mlt_v64 first = MLT_V64(*a), second = MLT_V64(*b);
  ptrdiff_t i = 0;
#define MLT_POW_A(i) (a_step ? MLT_V64_LOAD(a + (i)) : first)
#define MLT_POW_B(i) (b_step ? MLT_V64_LOAD(b + (i)) : second)
#define MLT_POW_STORE(i, half) MLT_V64_STORE(y + (i), mlt_pow_end_V64(MLT_POW_A(i), MLT_POW_B(i), half))
  if (n >= 3 * WIDTH) {
    mlt_pow_parts_V64 parts =
        mlt_pow_parts_of_V64(mlt_pow_exponent_V64(mlt_pow_split_of_V64(MLT_POW_A(0)), MLT_POW_B(0)));
    mlt_pow_half_V64 half = mlt_pow_exponent_V64(mlt_pow_split_of_V64(MLT_POW_A(WIDTH)), MLT_POW_B(WIDTH));
    mlt_pow_split_V64 split = mlt_pow_split_of_V64(MLT_POW_A(2 * WIDTH));
    for (; i + 4 * WIDTH <= n; i += WIDTH) {
      const mlt_pow_split_V64 next = mlt_pow_split_of_V64(MLT_POW_A(i + 3 * WIDTH));
      const mlt_pow_half_V64 next_half = mlt_pow_exponent_V64(split, MLT_POW_B(i + 2 * WIDTH));
      const mlt_pow_parts_V64 next_parts = mlt_pow_parts_of_V64(half);
      MLT_POW_STORE(i, parts);
      split = next, half = next_half, parts = next_parts;
    }
    MLT_POW_STORE(i, parts);
    MLT_POW_STORE(i + WIDTH, mlt_pow_parts_of_V64(half));
    i += 2 * WIDTH;
    MLT_POW_STORE(i, mlt_pow_parts_of_V64(mlt_pow_exponent_V64(split, MLT_POW_B(i))));
    i += WIDTH;
  }
  for (; i + WIDTH <= n; i += WIDTH) MLT_V64_STORE(y + i, mlt_pow_V64(MLT_POW_A(i), MLT_POW_B(i)));
  const uint32_t mask = (UINT32_C(1) << (n - i)) - 1;
  if (mask)
    MLT_V64_STORE_FIRST(y + i, mask, mlt_pow_V64(a_step ? MLT_V64_LOAD_FIRST(a + i, mask) : first,
                                                 b_step ? MLT_V64_LOAD_FIRST(b + i, mask) : second));
#undef MLT_POW_A
#undef MLT_POW_B
#undef MLT_POW_STORE
}
static inline void mlt_pow_block_f64(const double* a, const double* b, double* y, ptrdiff_t n, int a_step, int b_step) {
  if (a_step && b_step)
    mlt_pow_steps_f64(a, b, y, n, 1, 1);
  else if (a_step)
    mlt_pow_steps_f64(a, b, y, n, 1, 0);
  else
    mlt_pow_steps_f64(a, b, y, n, 0, b_step);
}
#endif
