/* The tails of the normal distribution in double precision on whole vectors: gelu, its gradient and erfc; see
 * vmath_vector.h.
 *
 * A tail is an exponential times a smooth function, which is a polynomial of degree 20 about the centre of the piece
 * that its argument lies in, one of 8 that grow with it.  Exponential and polynomial come in two parts.
 */
#ifndef MLTENSOR_VMATH_VECTOR_NORMAL_F64_H
#define MLTENSOR_VMATH_VECTOR_NORMAL_F64_H
#include "mltensor/vmath_tables_f64.h"
#include "mltensor/vmath_vector_exponential.h"

typedef struct {
  mlt_v64 value, rest;
} mlt_smooth_V64;
/* Pieces are told by the exponent and the leading bit of a + offset. */
MLT_VECTOR_FN mlt_smooth_V64 mlt_smooth_of_V64(const double (*table)[8], mlt_v64 a, double offset) {
  const __m512i index = _mm512_srli_epi64(_mm512_castpd_si512(a + MLT_V64(offset)), 51);
  const mlt_v64 t = a - mlt_look_up_V64(table[0], index), t2 = t * t;
#define MLT_PAIR(i) MLT_V64_FMA(mlt_look_up_V64(table[(i) + 1], index), t, mlt_look_up_V64(table[i], index))
  mlt_v64 p = MLT_V64_FMA(mlt_look_up_V64(table[21], index), t2, MLT_PAIR(19));
  p = MLT_V64_FMA(p, t2, MLT_PAIR(17));
  p = MLT_V64_FMA(p, t2, MLT_PAIR(15));
  p = MLT_V64_FMA(p, t2, MLT_PAIR(13));
  p = MLT_V64_FMA(p, t2, MLT_PAIR(11));
  p = MLT_V64_FMA(p, t2, MLT_PAIR(9));
  p = MLT_V64_FMA(p, t2, MLT_PAIR(7));
  p = MLT_V64_FMA(p, t2, MLT_PAIR(5));
  p = MLT_V64_FMA(p, t2, MLT_PAIR(3));
#undef MLT_PAIR
  p = MLT_V64_FMA(p, t, mlt_look_up_V64(table[2], index));
  const mlt_v64 value = mlt_look_up_V64(table[1], index), sum = MLT_V64_FMA(p, t, value);
  const mlt_smooth_V64 smooth = {sum, MLT_V64_FMA(p, t, value - sum)};
  return smooth;
}
/* exp(a b) = table (1 + growth) 2^floor(n), with the rounding error of the product. */
typedef struct {
  mlt_v64 table, n, growth;
} mlt_decay_V64;
MLT_VECTOR_FN mlt_decay_V64 mlt_decay_of_V64(mlt_v64 a, mlt_v64 b) {
  mlt_power_V64 power;
  const mlt_v64 product = a * b;
  mlt_v64 small, exact = mlt_exp_reduce_V64(product, &power, &small);
  const mlt_v64 growth = mlt_exp_growth_V64(exact - (small - _mm512_fmsub_pd(a, b, product)));
  const mlt_decay_V64 decay = {power.table, power.n, growth};
  return decay;
}
/* The tail's parts, without 2^n: their sum times 1 + growth. */
MLT_VECTOR_FN mlt_smooth_V64 mlt_tail_of_V64(mlt_smooth_V64 smooth, mlt_v64 table, mlt_v64 growth) {
  const mlt_v64 product = smooth.value * table;
  const mlt_v64 low = MLT_V64_FMA(smooth.rest, table, _mm512_fmsub_pd(smooth.value, table, product));
  const mlt_smooth_V64 tail = {product, MLT_V64_FMA(product, growth, low)};
  return tail;
}

/* relu(x) - a P(-a), a = |x|, with P(-a) = exp(-a^2/2) times a smooth function. */
typedef struct {
  mlt_v64 x, a, scale, growth;
  mlt_smooth_V64 smooth;
} mlt_gelu_half_V64;
MLT_VECTOR_FN mlt_gelu_half_V64 mlt_gelu_begin_V64(mlt_v64 x) {
  const mlt_v64 a = _mm512_min_pd(MLT_V64(39.5), _mm512_abs_pd(x));
  const mlt_decay_V64 decay = mlt_decay_of_V64(a, a * MLT_V64(-0.5));
  const mlt_gelu_half_V64 half = {x, a, _mm512_scalef_pd(decay.table, decay.n), decay.growth,
                                  mlt_smooth_of_V64(mlt_gelu_pieces_f64, a, 3.0)};
  return half;
}
MLT_VECTOR_FN mlt_v64 mlt_gelu_end_V64(mlt_gelu_half_V64 h) {
  const mlt_smooth_V64 smooth = h.smooth;
  const mlt_v64 over = h.a * smooth.value;
  const mlt_smooth_V64 product = {over, MLT_V64_FMA(h.a, smooth.rest, _mm512_fmsub_pd(h.a, smooth.value, over))};
  const mlt_smooth_V64 tail = mlt_tail_of_V64(product, h.scale, h.growth);
  const mlt_v64 positive = _mm512_max_pd(_mm512_setzero_pd(), h.x), sum = positive - tail.value;
  mlt_v64 y = mlt_copysign_V64(sum + (((positive - sum) - tail.value) - tail.rest), h.x);
  /* Near zero it is half of x; subnormal numbers have no low parts. */
  y = _mm512_mask_mul_pd(y, _mm512_cmp_pd_mask(_mm512_abs_pd(h.x), MLT_V64(0x1p-60), _CMP_LT_OQ), h.x, MLT_V64(0.5));
  return _mm512_mask_mov_pd(y, _mm512_cmp_pd_mask(h.x, MLT_V64(39.5), _CMP_GT_OQ), h.x);
}
/* a times the slope of gelu at b, d or 1 - d with d = P(-|b|) - |b| p(|b|) and the normal distribution's density p. */
typedef struct {
  mlt_v64 a;
  mlt_gelu_half_V64 b;
} mlt_gelu_gradient_half_V64;
MLT_VECTOR_FN mlt_gelu_gradient_half_V64 mlt_gelu_gradient_begin_V64(mlt_v64 a, mlt_v64 b) {
  const mlt_gelu_gradient_half_V64 half = {a, mlt_gelu_begin_V64(b)};
  return half;
}
MLT_VECTOR_FN mlt_v64 mlt_gelu_gradient_end_V64(mlt_gelu_gradient_half_V64 h) {
  const mlt_v64 slope = MLT_V64_NFMA(h.b.a, MLT_V64(MLT_SPECIAL_DENSITY), h.b.smooth.value);
  const mlt_v64 d = MLT_V64_FMA(h.b.scale, h.b.growth, h.b.scale) * slope;
  const __mmask8 negative = _mm512_movepi64_mask(_mm512_castpd_si512(h.b.x));
  return h.a * _mm512_mask_mov_pd(MLT_V64(1.0) - d, negative, d);
}
/* exp(-a^2) times a smooth function, a = |x|, or what is missing to 2.  2^n comes last: it may make it subnormal. */
typedef struct {
  mlt_v64 x, a;
  mlt_decay_V64 decay;
} mlt_erfc_half_V64;
MLT_VECTOR_FN mlt_erfc_half_V64 mlt_erfc_begin_V64(mlt_v64 x) {
  const mlt_v64 a = _mm512_min_pd(MLT_V64(28.0), _mm512_abs_pd(x));
  const mlt_erfc_half_V64 half = {x, a, mlt_decay_of_V64(a, _mm512_setzero_pd() - a)};
  return half;
}
MLT_VECTOR_FN mlt_v64 mlt_erfc_end_V64(mlt_erfc_half_V64 h) {
  const mlt_smooth_V64 smooth = mlt_smooth_of_V64(mlt_erfc_pieces_f64, h.a, 2.0);
  const mlt_smooth_V64 tail = mlt_tail_of_V64(smooth, h.decay.table, h.decay.growth);
  const mlt_v64 right = _mm512_scalef_pd(tail.value + tail.rest, h.decay.n);
  const __mmask8 negative = _mm512_cmp_pd_mask(h.x, _mm512_setzero_pd(), _CMP_LT_OQ);
  return _mm512_mask_sub_pd(right, negative, MLT_V64(2.0), right);
}

MLT_VECTOR_UNARY_HALVES(gelu, f64, double, V64)
MLT_VECTOR_BINARY_HALVES(gelu_gradient, f64, double, V64)
MLT_VECTOR_UNARY_HALVES(erfc, f64, double, V64)
#endif
