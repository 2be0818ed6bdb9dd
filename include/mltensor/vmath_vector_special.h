/* The logistic family, erf and gelu on whole vectors; see vmath_vector.h. */
#ifndef MLTENSOR_VMATH_VECTOR_SPECIAL_H
#define MLTENSOR_VMATH_VECTOR_SPECIAL_H
#include "mltensor/vmath_vector_exponential.h"
#include "mltensor/vmath_vector_pairs.h"

/* exp(x) / (1 + exp(x)) as f / (f + 2^-n) with exp(x) = f 2^n, far out exp(x) or 1: a quotient and rest inverse.  The
 * floor of n is in the bits above the fourth (float64: third) of n plus the number that rounds to the grid. */
typedef struct {
  mlt_v32 x, f, low, under;
} mlt_sigmoid_half_V32;
typedef struct {
  mlt_v32 quotient, rest, inverse;
} mlt_logistic_V32;
MLT_VECTOR_FN mlt_sigmoid_half_V32 mlt_sigmoid_begin_V32(mlt_v32 x) {
  const mlt_v32 c = MLT_V32(0x1.715476p0f), shifted = MLT_V32_FMA(x, c, MLT_V32(MLT_GRID_V32));
  const __m512i index = _mm512_castps_si512(shifted);
  const mlt_v32 e = MLT_V32_FMA(x, MLT_V32(0x1.4ae0cp-26f), _mm512_fmsub_ps(x, c, shifted - MLT_V32(MLT_GRID_V32)));
  const mlt_v32 table = mlt_look_up_V32(mlt_exp_table_f32, index), growth = mlt_exp2_growth_V32(e, index);
  const mlt_v32 f = MLT_V32_FMA(table, growth, table);
  const __m512i bits = _mm512_sub_epi32(_mm512_set1_epi32(127), _mm512_srai_epi32(index, 4));
  const mlt_v32 g = _mm512_castsi512_ps(_mm512_slli_epi32(bits, 23)), under = f + g;
  const mlt_sigmoid_half_V32 half = {x, f, MLT_V32_FMA(table, growth, table - f), under};
  return half;
}
MLT_VECTOR_FN mlt_logistic_V32 mlt_logistic_of_V32(mlt_sigmoid_half_V32 h) {
  const mlt_v32 inverse = _mm512_rcp14_ps(h.under), quotient = h.f * inverse;
  const mlt_v32 rest = MLT_V32_FMA(h.low, MLT_V32(1.0f) - quotient, MLT_V32_NFMA(quotient, h.under, h.f));
  const mlt_logistic_V32 logistic = {quotient, rest, inverse};
  return logistic;
}
MLT_VECTOR_FN mlt_v32 mlt_sigmoid_end_V32(mlt_sigmoid_half_V32 h) {
  const mlt_logistic_V32 s = mlt_logistic_of_V32(h);
  const mlt_v32 y = MLT_V32_FMA(s.rest, s.inverse, s.quotient);
  const __mmask16 far = _mm512_cmp_ps_mask(_mm512_abs_ps(h.x), MLT_V32(80.0f), _CMP_GT_OQ);
  if (__builtin_expect(far == 0, 1)) return y;
  return _mm512_mask_mov_ps(y, far, mlt_exp_V32(_mm512_min_ps(h.x, MLT_V32(0.0f))));
}
/* x times the logistic function, their product in two parts. */
typedef mlt_sigmoid_half_V32 mlt_silu_half_V32;
#define mlt_silu_begin_V32 mlt_sigmoid_begin_V32
MLT_VECTOR_FN mlt_v32 mlt_silu_end_V32(mlt_silu_half_V32 h) {
  const mlt_logistic_V32 s = mlt_logistic_of_V32(h);
  const mlt_v32 product = h.x * s.quotient, low = _mm512_fmsub_ps(h.x, s.quotient, product);
  const mlt_v32 y = product + MLT_V32_FMA(h.x, s.rest * s.inverse, low);
  const __mmask16 far = _mm512_cmp_ps_mask(_mm512_abs_ps(h.x), MLT_V32(80.0f), _CMP_GT_OQ);
  if (__builtin_expect(far == 0, 1)) return mlt_copysign_V32(y, h.x);
  mlt_v32 n, inside = mlt_between_V32(h.x, -120.0f, 0.0f), fraction = mlt_exp_fraction_V32(inside, &n);
  const mlt_v32 tail = _mm512_scalef_ps(inside * fraction, n);
  const __mmask16 positive = _mm512_cmp_ps_mask(h.x, MLT_V32(0.0f), _CMP_GT_OQ);
  return mlt_copysign_V32(_mm512_mask_mov_ps(_mm512_mask_mov_ps(y, far, tail), far & positive, h.x), h.x);
}
/* a times the slope of silu at b. */
typedef struct {
  mlt_v32 a;
  mlt_sigmoid_half_V32 b;
} mlt_silu_gradient_half_V32;
MLT_VECTOR_FN mlt_silu_gradient_half_V32 mlt_silu_gradient_begin_V32(mlt_v32 a, mlt_v32 b) {
  const mlt_silu_gradient_half_V32 half = {a, mlt_sigmoid_begin_V32(b)};
  return half;
}
MLT_VECTOR_FN mlt_v32 mlt_silu_gradient_end_V32(mlt_silu_gradient_half_V32 h) {
  const mlt_v32 s = mlt_sigmoid_end_V32(h.b), cut = mlt_between_V32(h.b.x, -200.0f, 200.0f);
  return h.a * (s * MLT_V32_FMA(cut, MLT_V32(1.0f) - s, MLT_V32(1.0f)));
}
typedef struct {
  mlt_v64 x, f, low, under, under_low;
} mlt_sigmoid_half_V64;
typedef struct {
  mlt_v64 quotient, rest, inverse;
} mlt_logistic_V64;
typedef struct {
  mlt_v64 x, r;
  mlt_power_V64 power;
} mlt_sigmoid_third_V64;
MLT_VECTOR_FN mlt_sigmoid_third_V64 mlt_sigmoid_begin_V64(mlt_v64 x) {
  mlt_sigmoid_third_V64 third = {.x = x};
  mlt_v64 small, exact = mlt_exp_reduce_V64(x, &third.power, &small);
  third.r = exact - small;
  return third;
}
MLT_VECTOR_FN mlt_sigmoid_half_V64 mlt_sigmoid_middle_V64(mlt_sigmoid_third_V64 h) {
  const mlt_v64 growth = mlt_exp_growth_V64(h.r), table = h.power.table, f = MLT_V64_FMA(table, growth, table);
  const __m512i whole = _mm512_srai_epi64(_mm512_castpd_si512(h.power.n + MLT_V64(MLT_GRID_V64)), 3);
  const __m512i bits = _mm512_sub_epi64(_mm512_set1_epi64(1023), whole);
  const mlt_v64 g = _mm512_castsi512_pd(_mm512_slli_epi64(bits, 52)), under = f + g;
  const mlt_sigmoid_half_V64 half = {h.x, f, MLT_V64_FMA(table, growth, table - f), under,
                                     (_mm512_max_pd(f, g) - under) + _mm512_min_pd(f, g)};
  return half;
}
MLT_VECTOR_FN mlt_logistic_V64 mlt_logistic_of_V64(mlt_sigmoid_half_V64 h) {
  const mlt_v64 inverse = mlt_about_inverse_V64(h.under), quotient = h.f / h.under;
  const mlt_v64 rest = MLT_V64_FMA(h.low, MLT_V64(1.0) - quotient, MLT_V64_NFMA(quotient, h.under, h.f));
  const mlt_logistic_V64 logistic = {quotient, MLT_V64_NFMA(quotient, h.under_low, rest), inverse};
  return logistic;
}
MLT_VECTOR_FN mlt_v64 mlt_sigmoid_end_V64(mlt_sigmoid_half_V64 h) {
  const mlt_logistic_V64 s = mlt_logistic_of_V64(h);
  const mlt_v64 y = MLT_V64_FMA(s.rest, s.inverse, s.quotient);
  const __mmask8 far = _mm512_cmp_pd_mask(_mm512_abs_pd(h.x), MLT_V64(700.0), _CMP_GT_OQ);
  if (__builtin_expect(far == 0, 1)) return y;
  return _mm512_mask_mov_pd(y, far, mlt_exp_V64(_mm512_min_pd(h.x, MLT_V64(0.0))));
}
/* x times the logistic function, their product in two parts. */
typedef mlt_sigmoid_third_V64 mlt_silu_third_V64;
typedef mlt_sigmoid_half_V64 mlt_silu_half_V64;
#define mlt_silu_begin_V64 mlt_sigmoid_begin_V64
#define mlt_silu_middle_V64 mlt_sigmoid_middle_V64
MLT_VECTOR_FN mlt_v64 mlt_silu_end_V64(mlt_silu_half_V64 h) {
  const mlt_logistic_V64 s = mlt_logistic_of_V64(h);
  const mlt_v64 product = h.x * s.quotient, low = _mm512_fmsub_pd(h.x, s.quotient, product);
  const mlt_v64 y = product + MLT_V64_FMA(h.x, s.rest * s.inverse, low);
  const __mmask8 far = _mm512_cmp_pd_mask(_mm512_abs_pd(h.x), MLT_V64(700.0), _CMP_GT_OQ);
  if (__builtin_expect(far == 0, 1)) return mlt_copysign_V64(y, h.x);
  mlt_v64 n, inside = mlt_between_V64(h.x, -800.0, 0.0), fraction = mlt_exp_fraction_V64(inside, &n);
  const mlt_v64 tail = _mm512_scalef_pd(inside * fraction, n);
  const __mmask8 positive = _mm512_cmp_pd_mask(h.x, MLT_V64(0.0), _CMP_GT_OQ);
  return mlt_copysign_V64(_mm512_mask_mov_pd(_mm512_mask_mov_pd(y, far, tail), far & positive, h.x), h.x);
}
/* a times the slope of silu at b. */
typedef struct {
  mlt_v64 a;
  mlt_sigmoid_half_V64 b;
} mlt_silu_gradient_half_V64;
MLT_VECTOR_FN mlt_silu_gradient_half_V64 mlt_silu_gradient_begin_V64(mlt_v64 a, mlt_v64 b) {
  const mlt_silu_gradient_half_V64 half = {a, mlt_sigmoid_middle_V64(mlt_sigmoid_begin_V64(b))};
  return half;
}
MLT_VECTOR_FN mlt_v64 mlt_silu_gradient_end_V64(mlt_silu_gradient_half_V64 h) {
  const mlt_v64 s = mlt_sigmoid_end_V64(h.b), cut = mlt_between_V64(h.b.x, -1000.0, 1000.0);
  return h.a * (s * MLT_V64_FMA(cut, MLT_V64(1.0) - s, MLT_V64(1.0)));
}

/* value + t (slope + t bend), a polynomial of degree 6 about the centre of the piece that a lies in, one of 16.  The
 * table has rows of centres, values there, which are all but exact, and coefficients. */
typedef struct {
  mlt_v32 x, t;
  __m512i index;
} mlt_pieces_V32;
typedef struct {
  mlt_v32 value, slope, bend;
} mlt_piece_V32;
MLT_VECTOR_FN mlt_pieces_V32 mlt_pieces_of_V32(const float (*table)[16], mlt_v32 x, mlt_v32 a, __m512i index) {
  const mlt_pieces_V32 pieces = {x, a - mlt_look_up_V32(table[0], index), index};
  return pieces;
}
MLT_VECTOR_FN mlt_piece_V32 mlt_piece_of_V32(const float (*table)[16], mlt_pieces_V32 pieces) {
  const __m512i index = pieces.index;
  const mlt_v32 t = pieces.t, t2 = t * t;
  const mlt_v32 first = MLT_V32_FMA(mlt_look_up_V32(table[4], index), t, mlt_look_up_V32(table[3], index));
  const mlt_v32 second = MLT_V32_FMA(mlt_look_up_V32(table[6], index), t, mlt_look_up_V32(table[5], index));
  const mlt_v32 bend = MLT_V32_FMA(MLT_V32_FMA(mlt_look_up_V32(table[7], index), t2, second), t2, first);
  const mlt_piece_V32 piece = {mlt_look_up_V32(table[1], index), mlt_look_up_V32(table[2], index), bend};
  return piece;
}
/* Pieces that grow with a, told by the exponent and two more leading bits of a + 1. */
MLT_VECTOR_FN __m512i mlt_growing_piece_V32(mlt_v32 a) {
  return _mm512_srli_epi32(_mm512_castps_si512(a + MLT_V32(1.0f)), 21);
}
typedef mlt_pieces_V32 mlt_tanh_half_V32;
typedef mlt_pieces_V32 mlt_erf_half_V32;
MLT_VECTOR_FN mlt_tanh_half_V32 mlt_tanh_begin_V32(mlt_v32 x) {
  const mlt_v32 a = _mm512_min_ps(MLT_V32(9.02f), _mm512_abs_ps(x));
  return mlt_pieces_of_V32(mlt_tanh_pieces_f32, x, a, mlt_growing_piece_V32(a));
}
MLT_VECTOR_FN mlt_v32 mlt_tanh_end_V32(mlt_tanh_half_V32 h) {
  const mlt_piece_V32 p = mlt_piece_of_V32(mlt_tanh_pieces_f32, h);
  return mlt_copysign_V32(MLT_V32_FMA(MLT_V32_FMA(p.bend, h.t, p.slope), h.t, p.value), h.x);
}
MLT_VECTOR_FN mlt_erf_half_V32 mlt_erf_begin_V32(mlt_v32 x) {
  const mlt_v32 a = _mm512_min_ps(MLT_V32(3.93f), _mm512_abs_ps(x));
  const mlt_v32 nearest = MLT_V32_FMA(a, MLT_V32(3.9375f), MLT_V32(0x1.8p23f));
  return mlt_pieces_of_V32(mlt_erf_pieces_f32, x, a, _mm512_castps_si512(nearest));
}
/* Near zero 2 / sqrt(pi) is rounded, but the slope not once more. */
MLT_VECTOR_FN mlt_v32 mlt_erf_end_V32(mlt_erf_half_V32 h) {
  const mlt_piece_V32 p = mlt_piece_of_V32(mlt_erf_pieces_f32, h);
  return mlt_copysign_V32(MLT_V32_FMA(p.slope, h.t, MLT_V32_FMA(p.bend, h.t * h.t, p.value)), h.x);
}
/* relu(x) - a P(-a) with a = |x|; a P(-a) = 2^(-a^2 / (2 ln2)) times a smooth function, the sum of a value and what it
 * rises by.  The value is rounded once, after all that is smaller came together. */
typedef struct {
  mlt_v32 x, f, n, t;
  __m512i index, piece;
} mlt_gelu_third_V32;
typedef struct {
  mlt_v32 x, scale, growth, value, rise;
} mlt_gelu_half_V32;
MLT_VECTOR_FN mlt_gelu_third_V32 mlt_gelu_begin_V32(mlt_v32 x) {
  const mlt_v32 a = _mm512_range_ps(x, MLT_V32(14.6f), 10), square = a * a; /* of the sizes the smaller */
  const mlt_v32 square_low = _mm512_fmsub_ps(a, a, square), c = MLT_V32(0x1.715476p-1f);
  const mlt_v32 shifted = MLT_V32_NFMA(square, c, MLT_V32(MLT_GRID_V32)), n = shifted - MLT_V32(MLT_GRID_V32);
  const mlt_v32 f = MLT_V32_NFMA(square_low, c, MLT_V32_NFMA(square, MLT_V32(0x1.4ae0cp-27f),
                                                             _mm512_fnmsub_ps(square, c, n)));
  const __m512i piece = mlt_growing_piece_V32(a);
  const mlt_gelu_third_V32 third = {x, f, n, a - mlt_look_up_V32(mlt_gelu_pieces_f32[0], piece),
                                    _mm512_castps_si512(shifted), piece};
  return third;
}
MLT_VECTOR_FN mlt_gelu_half_V32 mlt_gelu_middle_V32(mlt_gelu_third_V32 h) {
#define MLT_ROW(i) mlt_look_up_V32(mlt_gelu_pieces_f32[i], h.piece)
  mlt_v32 slope = MLT_V32_FMA(MLT_ROW(7), h.t, MLT_ROW(6));
  slope = MLT_V32_FMA(MLT_V32_FMA(slope, h.t, MLT_ROW(5)), h.t, MLT_ROW(4));
  slope = MLT_V32_FMA(MLT_V32_FMA(slope, h.t, MLT_ROW(3)), h.t, MLT_ROW(2));
  const mlt_gelu_half_V32 half = {h.x, _mm512_scalef_ps(mlt_look_up_V32(mlt_exp_table_f32, h.index), h.n),
                                  mlt_exp2_growth_V32(h.f, h.index), MLT_ROW(1), slope * h.t};
#undef MLT_ROW
  return half;
}
MLT_VECTOR_FN mlt_v32 mlt_gelu_end_V32(mlt_gelu_half_V32 h) {
  const mlt_v32 grown = h.value + MLT_V32_FMA(h.value + h.rise, h.growth, h.rise);
  return mlt_copysign_V32(MLT_V32_NFMA(h.scale, grown, _mm512_max_ps(MLT_V32(0.0f), h.x)), h.x);
}

/* The same of degree 14 in double precision, in rows of 16. */
MLT_VECTOR_FN mlt_v64 mlt_erf_V64(mlt_v64 x) {
  const double (*const table)[16] = mlt_erf_pieces_f64;
  const mlt_v64 a = _mm512_min_pd(MLT_V64(5.93), _mm512_abs_pd(x));
  const __m512i index = _mm512_srli_epi64(_mm512_castpd_si512(a + MLT_V64(0.5)), 50);
#define MLT_ROW(i) mlt_look_up_16_V64(table[i], index)
#define MLT_PAIR(i) MLT_V64_FMA(MLT_ROW((i) + 1), t, MLT_ROW(i))
  const mlt_v64 t = a - MLT_ROW(0), t2 = t * t, t4 = t2 * t2;
  const mlt_v64 first = MLT_V64_FMA(MLT_PAIR(5), t2, MLT_PAIR(3));
  const mlt_v64 second = MLT_V64_FMA(MLT_PAIR(9), t2, MLT_PAIR(7));
  const mlt_v64 third = MLT_V64_FMA(MLT_ROW(15), t4, MLT_V64_FMA(MLT_PAIR(13), t2, MLT_PAIR(11)));
  const mlt_v64 bend = MLT_V64_FMA(MLT_V64_FMA(third, t4, second), t4, first);
  const mlt_v64 straight = MLT_V64_FMA(bend, t2, MLT_ROW(1));
  return mlt_copysign_V64(MLT_V64_FMA(MLT_ROW(2), t, straight), x);
#undef MLT_ROW
#undef MLT_PAIR
}

/* a times the slope of gelu at b, d or 1 - d with d = P(-|b|) - |b| p(|b|) and the normal distribution's density p. */
typedef struct {
  mlt_v32 a, b, scale, growth, smooth;
} mlt_gelu_gradient_half_V32;
MLT_VECTOR_FN mlt_gelu_gradient_half_V32 mlt_gelu_gradient_begin_V32(mlt_v32 a, mlt_v32 b) {
  mlt_power_V32 power;
  const mlt_v32 size = _mm512_min_ps(MLT_V32(14.6f), _mm512_abs_ps(b)), square = size * (size * MLT_V32(-0.5f));
  mlt_v32 small, exact = mlt_exp_reduce_V32(square, &power, &small);
  const mlt_pieces_V32 s = mlt_pieces_of_V32(mlt_gelu_slope_pieces_f32, b, size, mlt_growing_piece_V32(size));
  const mlt_piece_V32 p = mlt_piece_of_V32(mlt_gelu_slope_pieces_f32, s);
  const mlt_v32 scale = _mm512_scalef_ps(power.table, power.n), growth = mlt_exp_growth_V32(exact - small);
  const mlt_gelu_gradient_half_V32 half = {a, b, scale, growth,
                                           MLT_V32_FMA(MLT_V32_FMA(p.bend, s.t, p.slope), s.t, p.value)};
  return half;
}
MLT_VECTOR_FN mlt_v32 mlt_gelu_gradient_end_V32(mlt_gelu_gradient_half_V32 h) {
  const mlt_v32 d = MLT_V32_FMA(h.scale, h.growth, h.scale) * h.smooth;
  const __mmask16 negative = _mm512_movepi32_mask(_mm512_castps_si512(h.b));
  return h.a * _mm512_mask_mov_ps(MLT_V32(1.0f) - d, negative, d);
}
MLT_VECTOR_UNARY_PAIRS(tanh, f32, float, V32)
MLT_VECTOR_UNARY_PAIRS(erf, f32, float, V32)
MLT_VECTOR_UNARY(erf, f64, double, V64)
MLT_VECTOR_UNARY_THIRDS(gelu, f32, float, V32)
MLT_VECTOR_UNARY_PAIRS(sigmoid, f32, float, V32)
MLT_VECTOR_UNARY_THIRDS(sigmoid, f64, double, V64)
MLT_VECTOR_BINARY_HALVES(gelu_gradient, f32, float, V32)
MLT_VECTOR_UNARY_PAIRS(silu, f32, float, V32)
MLT_VECTOR_UNARY_THIRDS(silu, f64, double, V64)
MLT_VECTOR_BINARY_HALVES(silu_gradient, f32, float, V32)
MLT_VECTOR_BINARY_HALVES(silu_gradient, f64, double, V64)
#endif
