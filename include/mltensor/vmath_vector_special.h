/* The logistic family, erf and gelu on whole vectors; see vmath_vector.h. */
#ifndef MLTENSOR_VMATH_VECTOR_SPECIAL_H
#define MLTENSOR_VMATH_VECTOR_SPECIAL_H
#include "mltensor/vmath_vector_exponential.h"

/* exp(x) / (1 + exp(x)) as f / (f + 2^-n) with exp(x) = f 2^n; far out it is exp(x) or 1. */
MLT_VECTOR_FN mlt_v32 mlt_sigmoid_V32(mlt_v32 x) {
  mlt_power_V32 power;
  mlt_v32 small, exact = mlt_exp_reduce_V32(x, &power, &small);
  const mlt_v32 growth = mlt_exp_growth_V32(exact - small);
  const mlt_v32 f = MLT_V32_FMA(power.table, growth, power.table);
  /* The exponent of 2^-floor(n), whose floor is in the bits above the fourth of n plus a large number. */
  const __m512i whole = _mm512_srai_epi32(_mm512_castps_si512(power.n + MLT_V32(MLT_GRID_V32)), 4);
  const __m512i bits = _mm512_sub_epi32(_mm512_set1_epi32(127), whole);
  const mlt_v32 under = f + _mm512_castsi512_ps(_mm512_slli_epi32(bits, 23));
  const mlt_v32 inverse = _mm512_rcp14_ps(under), quotient = f * inverse;
  const mlt_v32 low = MLT_V32_FMA(power.table, growth, power.table - f);
  const mlt_v32 rest = MLT_V32_FMA(low, MLT_V32(1.0f) - quotient, MLT_V32_NFMA(quotient, under, f));
  mlt_v32 y = MLT_V32_FMA(rest, inverse, quotient);
  const __mmask16 far = _mm512_cmp_ps_mask(_mm512_abs_ps(x), MLT_V32(80.0f), _CMP_GT_OQ);
  if (__builtin_expect(far != 0, 0)) y = _mm512_mask_mov_ps(y, far, mlt_exp_V32(_mm512_min_ps(x, MLT_V32(0.0f))));
  return y;
}
typedef struct {
  mlt_v64 x, f, low, under, under_low;
} mlt_sigmoid_half_V64;
MLT_VECTOR_FN mlt_sigmoid_half_V64 mlt_sigmoid_begin_V64(mlt_v64 x) {
  mlt_power_V64 power;
  mlt_v64 small, exact = mlt_exp_reduce_V64(x, &power, &small);
  const mlt_v64 growth = mlt_exp_growth_V64(exact - small);
  const mlt_v64 f = MLT_V64_FMA(power.table, growth, power.table);
  const __m512i whole = _mm512_srai_epi64(_mm512_castpd_si512(power.n + MLT_V64(MLT_GRID_V64)), 3);
  const __m512i bits = _mm512_sub_epi64(_mm512_set1_epi64(1023), whole);
  const mlt_v64 g = _mm512_castsi512_pd(_mm512_slli_epi64(bits, 52)), under = f + g;
  const mlt_sigmoid_half_V64 half = {x, f, MLT_V64_FMA(power.table, growth, power.table - f), under,
                                     (_mm512_max_pd(f, g) - under) + _mm512_min_pd(f, g)};
  return half;
}
MLT_VECTOR_FN mlt_v64 mlt_sigmoid_end_V64(mlt_sigmoid_half_V64 h) {
  const mlt_v64 inverse = _mm512_rcp14_pd(h.under), quotient = h.f / h.under;
  const mlt_v64 rest = MLT_V64_FMA(h.low, MLT_V64(1.0) - quotient, MLT_V64_NFMA(quotient, h.under, h.f)) -
                       quotient * h.under_low;
  mlt_v64 y = MLT_V64_FMA(rest, inverse, quotient);
  const __mmask8 far = _mm512_cmp_pd_mask(_mm512_abs_pd(h.x), MLT_V64(700.0), _CMP_GT_OQ);
  if (__builtin_expect(far != 0, 0)) y = _mm512_mask_mov_pd(y, far, mlt_exp_V64(_mm512_min_pd(h.x, MLT_V64(0.0))));
  return y;
}

/* h / (h + 2), h = expm1(2 |x|) = (t - 1) + t growth with t = table 2^n. */
typedef struct {
  mlt_v64 x, h, h_low;
} mlt_tanh_half_V64;
MLT_VECTOR_FN mlt_tanh_half_V64 mlt_tanh_begin_V64(mlt_v64 x) {
  mlt_power_V64 power;
  const mlt_v64 size = _mm512_min_pd(MLT_V64(22.0), _mm512_abs_pd(x));
  mlt_v64 small, exact = mlt_exp_reduce_V64(size + size, &power, &small);
  const mlt_v64 growth = mlt_expm1_growth_V64(exact, small);
  const mlt_v64 t = _mm512_scalef_pd(power.table, power.n), start = t - MLT_V64(1.0);
  const mlt_v64 h = MLT_V64_FMA(t, growth, start);
  const mlt_tanh_half_V64 half = {x, h, MLT_V64_FMA(t, growth, start - h)};
  return half;
}
MLT_VECTOR_FN mlt_v64 mlt_tanh_end_V64(mlt_tanh_half_V64 half) {
  const mlt_v64 h = half.h, under = h + MLT_V64(2.0), under_low = (h - (under - MLT_V64(2.0))) + half.h_low;
  const mlt_v64 inverse = _mm512_rcp14_pd(under), quotient = h / under;
  const mlt_v64 rest = MLT_V64_NFMA(quotient, under, h) + MLT_V64_NFMA(quotient, under_low, half.h_low);
  return mlt_copysign_V64(MLT_V64_FMA(rest, inverse, quotient), half.x);
}
/* value + t (slope + t bend), a polynomial of degree 6 about the centre of the piece that a lies in, one of 16.  Pieces
 * are told by the exponent and two more leading bits of a + offset: they grow with a.  The table has rows of centres,
 * values there, which are all but exact, and coefficients. */
typedef struct {
  mlt_v32 t, value, slope, bend;
} mlt_piece_V32;
MLT_VECTOR_FN mlt_piece_V32 mlt_piece_of_V32(const float (*table)[16], mlt_v32 a, float offset) {
  const __m512i index = _mm512_srli_epi32(_mm512_castps_si512(a + MLT_V32(offset)), 21);
  const mlt_v32 t = a - mlt_look_up_V32(table[0], index), t2 = t * t;
  const mlt_v32 first = MLT_V32_FMA(mlt_look_up_V32(table[4], index), t, mlt_look_up_V32(table[3], index));
  const mlt_v32 second = MLT_V32_FMA(mlt_look_up_V32(table[6], index), t, mlt_look_up_V32(table[5], index));
  const mlt_v32 bend = MLT_V32_FMA(MLT_V32_FMA(mlt_look_up_V32(table[7], index), t2, second), t2, first);
  const mlt_piece_V32 piece = {t, mlt_look_up_V32(table[1], index), mlt_look_up_V32(table[2], index), bend};
  return piece;
}
MLT_VECTOR_FN mlt_v32 mlt_tanh_V32(mlt_v32 x) {
  const mlt_v32 a = _mm512_min_ps(MLT_V32(9.02f), _mm512_abs_ps(x));
  const mlt_piece_V32 p = mlt_piece_of_V32(mlt_tanh_pieces_f32, a, 1.0f);
  return mlt_copysign_V32(MLT_V32_FMA(MLT_V32_FMA(p.bend, p.t, p.slope), p.t, p.value), x);
}
/* Near zero 2 / sqrt(pi) is rounded, but the slope not once more. */
MLT_VECTOR_FN mlt_v32 mlt_erf_V32(mlt_v32 x) {
  const mlt_v32 a = _mm512_min_ps(MLT_V32(3.93f), _mm512_abs_ps(x));
  const mlt_piece_V32 p = mlt_piece_of_V32(mlt_erf_pieces_f32, a, 0.5f);
  return mlt_copysign_V32(MLT_V32_FMA(p.slope, p.t, MLT_V32_FMA(p.bend, p.t * p.t, p.value)), x);
}
/* relu(x) - a P(-a) with a = |x|; a P(-a) = exp(-a^2/2) times a smooth function. */
MLT_VECTOR_FN mlt_v32 mlt_gelu_V32(mlt_v32 x) {
  mlt_power_V32 power;
  const mlt_v32 a = _mm512_min_ps(MLT_V32(14.6f), _mm512_abs_ps(x)), half = a * MLT_V32(-0.5f), square = a * half;
  mlt_v32 small, exact = mlt_exp_reduce_V32(square, &power, &small);
  small = small - _mm512_fmsub_ps(a, half, square);
  const mlt_v32 growth = mlt_exp_growth_V32(exact - small);
  const mlt_piece_V32 p = mlt_piece_of_V32(mlt_gelu_pieces_f32, a, 1.0f);
  const mlt_v32 smooth = MLT_V32_FMA(MLT_V32_FMA(p.bend, p.t, p.slope), p.t, p.value);
  const mlt_v32 scale = _mm512_scalef_ps(power.table, power.n), product = smooth * scale;
  const mlt_v32 rest = MLT_V32_FMA(product, growth, _mm512_fmsub_ps(smooth, scale, product));
  return mlt_copysign_V32((_mm512_max_ps(MLT_V32(0.0f), x) - product) - rest, x);
}

MLT_VECTOR_UNARY(tanh, f32, float, V32)
MLT_VECTOR_UNARY(erf, f32, float, V32)
MLT_VECTOR_UNARY(gelu, f32, float, V32)
MLT_VECTOR_UNARY(sigmoid, f32, float, V32)
MLT_VECTOR_UNARY_HALVES(sigmoid, f64, double, V64)
MLT_VECTOR_UNARY_HALVES(tanh, f64, double, V64)
#endif
