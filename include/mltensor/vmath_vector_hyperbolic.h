/* Relatives of exp and log in single precision on whole vectors: other bases, 1 added or taken away, the cube root,
 * hyperbolic functions and their inverses by the formulas of vmath_hyperbolic.h.  See vmath_vector.h.
 */
#ifndef MLTENSOR_VMATH_VECTOR_HYPERBOLIC_H
#define MLTENSOR_VMATH_VECTOR_HYPERBOLIC_H
#include "mltensor/vmath_vector_exponential.h"
#include "mltensor/vmath_vector_pairs.h"

/* ---- other bases -------------------------------------------------------------------------- */

typedef mlt_exp_half_V32 mlt_exp2_half_V32;
MLT_VECTOR_FN mlt_exp2_half_V32 mlt_exp2_begin_V32(mlt_v32 x) {
  const mlt_v32 inside = mlt_between_V32(x, -151.0f, 129.0f), shifted = inside + MLT_V32(MLT_GRID_V32);
  const mlt_v32 n = shifted - MLT_V32(MLT_GRID_V32);
  const mlt_exp2_half_V32 half = {inside - n, n, _mm512_castps_si512(shifted)};
  return half;
}
#define mlt_exp2_end_V32 mlt_exp_end_V32
/* log(1 + r) times the logarithm of e in the base; that of 2 is in two parts, the first short. */
typedef mlt_log_half_V32 mlt_log2_half_V32;
typedef mlt_log_half_V32 mlt_log10_half_V32;
#define mlt_log2_begin_V32 mlt_log_begin_V32
#define mlt_log10_begin_V32 mlt_log_begin_V32
MLT_VECTOR_FN mlt_v32 mlt_log2_end_V32(mlt_log2_half_V32 h) {
  const mlt_v32 high = h.k + mlt_look_up_V32(mlt_log2_table_f32, h.index);
  const mlt_v32 low = mlt_look_up_V32(mlt_log2_table_low_f32, h.index);
  return high + MLT_V32_FMA(mlt_log_grown_V32(h.r), MLT_V32(0x1.715476p+0f), low);
}
MLT_VECTOR_FN mlt_v32 mlt_log10_end_V32(mlt_log10_half_V32 h) {
  const mlt_v32 high = MLT_V32_FMA(h.k, MLT_V32(0x1.344p-2f), mlt_look_up_V32(mlt_log10_table_f32, h.index));
  const mlt_v32 low = MLT_V32_FMA(h.k, MLT_V32(0x1.3509f8p-18f), mlt_look_up_V32(mlt_log10_table_low_f32, h.index));
  return high + MLT_V32_FMA(mlt_log_grown_V32(h.r), MLT_V32(0x1.bcb7b2p-2f), low);
}

/* The cube root of x = 2^k m, 1 <= m < 2, by those of c, the middle of one of 16 pieces, of m/c, and of 2^(k - 3 n)
 * with the integer n nearest to k/3. */
typedef struct {
  mlt_v32 x, r, power;
  __m512i index;
} mlt_cbrt_half_V32;
MLT_VECTOR_FN mlt_cbrt_half_V32 mlt_cbrt_begin_V32(mlt_v32 x) {
  const mlt_v32 m = _mm512_getmant_ps(x, _MM_MANT_NORM_1_2, _MM_MANT_SIGN_zero), k = _mm512_getexp_ps(x);
  const __m512i index = _mm512_srli_epi32(_mm512_castps_si512(m), 19);
  const mlt_v32 magic = MLT_V32(0x1.8p23f), n = MLT_V32_FMA(k, MLT_V32(0x1.555556p-2f), magic) - magic;
  const __m512i left = _mm512_castps_si512(MLT_V32_NFMA(n, MLT_V32(3.0f), k) + magic);
  const mlt_v32 power = _mm512_scalef_ps(mlt_look_up_V32(mlt_cbrt_power_f32, left), n);
  const mlt_v32 r = _mm512_fmsub_ps(m, mlt_look_up_V32(mlt_cbrt_inverse_f32, index), MLT_V32(1.0f));
  const mlt_cbrt_half_V32 half = {x, r, power, index};
  return half;
}
MLT_VECTOR_FN mlt_v32 mlt_cbrt_end_V32(mlt_cbrt_half_V32 h) {
  const mlt_v32 root = mlt_look_up_V32(mlt_cbrt_table_f32, h.index);
  const mlt_v32 p = MLT_HORNER_3(MLT_V32_FMA, h.r, MLT_V32(0x1.555558p-2f), MLT_V32(-0x1.c73d2ap-4f),
                                 MLT_V32(0x1.f8e346p-5f));
  return mlt_copysign_V32(MLT_V32_FMA(root * h.r, p, root) * h.power, h.x);
}

/* ---- 1 added or taken away ---------------------------------------------------------------- */

/* log(u + left) in halves: what is left over of u corrects the r of its mantissa. */
typedef struct {
  mlt_v32 x, r, k;
  __m512i index;
} mlt_corrected_V32;
MLT_VECTOR_FN mlt_corrected_V32 mlt_corrected_of_V32(mlt_v32 x, mlt_v32 u, mlt_v32 left, __mmask16 corrected) {
  const mlt_v32 m = _mm512_getmant_ps(u, _MM_MANT_NORM_1_2, MLT_VECTOR_MANTISSA);
  const __m512i bits = _mm512_castps_si512(m), index = _mm512_srli_epi32(bits, 19);
  const mlt_v32 inverse = mlt_look_up_V32(mlt_log_inverse_f32, index);
  const __m512i down = _mm512_sub_epi32(bits, _mm512_castps_si512(u));
  const mlt_v32 slope = _mm512_castsi512_ps(_mm512_add_epi32(_mm512_castps_si512(inverse), down));
  const mlt_v32 r = _mm512_mask3_fmadd_ps(left, slope, _mm512_fmsub_ps(m, inverse, MLT_V32(1.0f)), corrected);
  const mlt_corrected_V32 half = {x, r, _mm512_getexp_ps(u), index};
  return half;
}
MLT_VECTOR_FN mlt_v32 mlt_log_corrected_V32(mlt_corrected_V32 h) {
  const mlt_v32 r = h.r;
  const mlt_v32 high = MLT_V32_FMA(h.k, MLT_V32(MLT_LN2_HIGH32), mlt_look_up_V32(mlt_log_table_f32, h.index));
  const mlt_v32 rest = MLT_V32_FMA(h.k, MLT_V32(MLT_LN2_LOW32), mlt_look_up_V32(mlt_log_table_low_f32, h.index));
  const mlt_v32 p = MLT_HORNER_4(MLT_V32_FMA, r, MLT_V32(-0x1.fffff8p-2f), MLT_V32(0x1.55586p-2f),
                                 MLT_V32(-0x1.0046ccp-2f), MLT_V32(0x1.87a1a8p-3f));
  return high + (rest + MLT_V32_FMA(r * r, p, r));
}
/* What rounding leaves out of 1 + x is nothing for large x. */
typedef mlt_corrected_V32 mlt_log1p_half_V32;
MLT_VECTOR_FN mlt_log1p_half_V32 mlt_log1p_begin_V32(mlt_v32 x) {
  const mlt_v32 one = MLT_V32(1.0f), u = x + one;
  const __mmask16 moderate = _mm512_cmp_ps_mask(x, MLT_V32(0x1p26f), _CMP_LT_OQ);
  return mlt_corrected_of_V32(x, u, x - (u - one), moderate);
}
MLT_VECTOR_FN mlt_v32 mlt_log1p_end_V32(mlt_log1p_half_V32 h) {
  return mlt_copysign_V32(mlt_log_corrected_V32(h), h.x);
}
/* log(1 + t + low), the first half. */
MLT_VECTOR_FN mlt_corrected_V32 mlt_log1p_sum_V32(mlt_v32 x, mlt_v32 t, mlt_v32 low, __mmask16 corrected) {
  const mlt_v32 one = MLT_V32(1.0f), u = t + one;
  return mlt_corrected_of_V32(x, u, (t - (u - one)) + low, corrected);
}
/* Twice (p - 1/2) + p growth with p = 2^(n-1) table: halves, because 2^n overflows before the result does. */
typedef struct {
  mlt_v32 x, exact, small;
  mlt_power_V32 power;
} mlt_expm1_half_V32;
MLT_VECTOR_FN mlt_expm1_half_V32 mlt_expm1_begin_V32(mlt_v32 x) {
  mlt_expm1_half_V32 half = {.x = x};
  half.exact = mlt_exp_reduce_V32(mlt_between_V32(x, -30.0f, 89.0f), &half.power, &half.small);
  return half;
}
MLT_VECTOR_FN mlt_v32 mlt_expm1_end_V32(mlt_expm1_half_V32 h) {
  const mlt_v32 p = _mm512_scalef_ps(h.power.table, h.power.n - MLT_V32(1.0f));
  const mlt_v32 half = MLT_V32_FMA(p, mlt_expm1_growth_V32(h.exact, h.small), p - MLT_V32(0.5f));
  return mlt_copysign_V32(half + half, h.x);
}

/* largest + log(1 + exp(x)) for x <= 0 in double precision, as the two may be of about one size and signs of their own:
 * error of the logarithm 2^-41 of 1, 2^-36 of itself.  exp(x) as on vectors of doubles, but to less, and no less than
 * exp(-200); the nearest of 16 points between 0 and 1 tells 1/c, and r = (1 + exp(x))/c - 1 without a sum. */
typedef struct {
  mlt_v64 a, b, largest, power, growth;
} mlt_logaddexp_half_W32;
MLT_VECTOR_FN mlt_logaddexp_half_W32 mlt_log_sum_begin_W32(mlt_v64 largest, mlt_v64 difference) {
  const mlt_v64 x = _mm512_max_pd(MLT_V64(-200.0), difference);
  const mlt_v64 shifted = MLT_V64_FMA(x, MLT_V64(0x1.71547652b82fep0), MLT_V64(MLT_GRID_V64));
  const mlt_v64 n = shifted - MLT_V64(MLT_GRID_V64), head = MLT_V64_NFMA(n, MLT_V64(MLT_VECTOR_LN2_HIGH), x);
  const mlt_v64 f = MLT_V64_NFMA(n, MLT_V64(MLT_VECTOR_LN2_LOW), head);
  const mlt_v64 bend = MLT_HORNER_4(MLT_V64_FMA, f, MLT_V64(0x1.ffffffdbb7c85p-2), MLT_V64(0x1.55555543ade32p-3),
                                    MLT_V64(0x1.555cf46bec753p-5), MLT_V64(0x1.11167d18d277ep-7));
  const mlt_v64 power = _mm512_scalef_pd(mlt_look_up_V64(mlt_exp_table_f64, _mm512_castpd_si512(shifted)), n);
  const mlt_logaddexp_half_W32 half = {largest, difference, largest, power, MLT_V64_FMA(f * f, bend, f)};
  return half;
}
MLT_VECTOR_FN mlt_v64 mlt_log_sum_end_W32(mlt_logaddexp_half_W32 h) {
  const mlt_v64 e = MLT_V64_FMA(h.power, h.growth, h.power), one = MLT_V64(1.0);
  const __m512i nearest = _mm512_castpd_si512(MLT_V64_FMA(e, MLT_V64(15.0), MLT_V64(0x1.8p52)));
  const mlt_v64 inverse = mlt_look_up_16_V64(mlt_log_sum_inverse_f64, nearest);
  const mlt_v64 r = MLT_V64_FMA(e, inverse, inverse - one);
  const mlt_v64 p = MLT_HORNER_5(MLT_V64_FMA, r, MLT_V64(-0x1.000000003689ep-1), MLT_V64(0x1.55555035213c0p-2),
                                 MLT_V64(-0x1.ffffe9ae03f24p-3), MLT_V64(0x1.9a0dd045f69ecp-3),
                                 MLT_V64(-0x1.55e22f308c4b6p-3));
  const mlt_v64 y = mlt_look_up_16_V64(mlt_log_sum_table_f64, nearest) + MLT_V64_FMA(r * r, p, r);
  return h.largest + y;
}
typedef mlt_logaddexp_half_W32 mlt_softplus_half_W32;
MLT_VECTOR_FN mlt_softplus_half_W32 mlt_softplus_begin_W32(mlt_v64 x) {
  const mlt_v64 zero = _mm512_setzero_pd();
  return mlt_log_sum_begin_W32(_mm512_max_pd(zero, x), zero - _mm512_abs_pd(x));
}
#define mlt_softplus_end_W32 mlt_log_sum_end_W32
MLT_VECTOR_FN mlt_logaddexp_half_W32 mlt_logaddexp_begin_W32(mlt_v64 a, mlt_v64 b) {
  const mlt_v64 largest = _mm512_max_pd(a, b);
  mlt_logaddexp_half_W32 half = mlt_log_sum_begin_W32(largest, _mm512_min_pd(a, b) - largest);
  half.a = a, half.b = b;
  return half;
}
MLT_VECTOR_FN mlt_v64 mlt_logaddexp_end_W32(mlt_logaddexp_half_W32 h) {
  const mlt_v64 y = mlt_log_sum_end_W32(h);
  const __mmask8 endless = _mm512_fpclass_pd_mask(h.largest, 0x18), nan = _mm512_cmp_pd_mask(h.a, h.b, _CMP_UNORD_Q);
  return _mm512_mask_mov_pd(_mm512_mask_mov_pd(y, endless, h.largest), nan, h.a + h.b);
}

/* ---- hyperbolic functions and their inverses ---------------------------------------------- */

/* By exp(|x|) / 2. */
MLT_VECTOR_FN mlt_v32 mlt_half_exp_V32(mlt_exp_half_V32 h) {
  return _mm512_scalef_ps(mlt_exp_grown_V32(h), h.n - MLT_V32(1.0f));
}
typedef mlt_exp_half_V32 mlt_cosh_half_V32;
MLT_VECTOR_FN mlt_cosh_half_V32 mlt_cosh_begin_V32(mlt_v32 x) {
  return mlt_exp_split_V32(_mm512_min_ps(MLT_V32(91.0f), _mm512_abs_ps(x)));
}
MLT_VECTOR_FN mlt_v32 mlt_cosh_end_V32(mlt_cosh_half_V32 h) {
  const mlt_v32 half = mlt_half_exp_V32(h);
  return half + MLT_V32(0.25f) / half;
}
typedef struct {
  mlt_v32 x;
  mlt_exp_half_V32 split;
} mlt_sinh_third_V32;
typedef struct {
  mlt_v32 x, half;
} mlt_sinh_half_V32;
MLT_VECTOR_FN mlt_sinh_third_V32 mlt_sinh_begin_V32(mlt_v32 x) {
  const mlt_sinh_third_V32 third = {x, mlt_cosh_begin_V32(x)};
  return third;
}
MLT_VECTOR_FN mlt_sinh_half_V32 mlt_sinh_middle_V32(mlt_sinh_third_V32 third) {
  const mlt_sinh_half_V32 half = {third.x, mlt_half_exp_V32(third.split)};
  return half;
}
MLT_VECTOR_FN mlt_v32 mlt_sinh_end_V32(mlt_sinh_half_V32 h) {
  const mlt_v32 a = _mm512_abs_ps(h.x), z = a * a, large = h.half - MLT_V32(0.25f) / h.half;
  const mlt_v32 p = MLT_HORNER_3(MLT_V32_FMA, z, MLT_V32(0x1.55559ap-3f), MLT_V32(0x1.10f6ep-7f),
                                 MLT_V32(0x1.ab5854p-13f));
  const __mmask16 near = _mm512_cmp_ps_mask(a, MLT_V32(1.0f), _CMP_LT_OQ);
  return mlt_copysign_V32(_mm512_mask_mov_ps(large, near, MLT_V32_FMA(a * z, p, a)), h.x);
}
/* The inverses are logarithms of 1 + t + low, in three steps: first t.  Beyond 2^26 they are those of 2 x. */
typedef struct {
  mlt_v32 x, t, low;
} mlt_asinh_third_V32;
typedef mlt_asinh_third_V32 mlt_acosh_third_V32;
typedef mlt_asinh_third_V32 mlt_atanh_third_V32;
typedef mlt_corrected_V32 mlt_asinh_half_V32;
typedef mlt_corrected_V32 mlt_acosh_half_V32;
typedef mlt_corrected_V32 mlt_atanh_half_V32;
/* Whether some number is far out, negative or NaN. */
MLT_VECTOR_FN int mlt_is_far_V32(mlt_v32 x) {
  return _mm512_cmpge_epu32_mask(_mm512_castps_si512(x), _mm512_castps_si512(MLT_V32(0x1p26f))) != 0;
}
static __attribute__((noinline)) mlt_v32 mlt_log_twice_V32(mlt_v32 x, mlt_v32 usual) {
  const __mmask16 large = _mm512_cmp_ps_mask(x, MLT_V32(0x1p26f), _CMP_NLT_UQ);
  const __mmask16 negative = _mm512_cmp_ps_mask(x, _mm512_setzero_ps(), _CMP_LT_OQ);
  mlt_log_half_V32 half = mlt_log_begin_V32(x);
  half.k = half.k + MLT_V32(1.0f);
  return _mm512_mask_mov_ps(usual, large | negative, mlt_log_end_V32(half));
}

MLT_VECTOR_FN mlt_asinh_third_V32 mlt_asinh_begin_V32(mlt_v32 x) {
  const mlt_v32 one = MLT_V32(1.0f), a = _mm512_abs_ps(x), square = a * a;
  const mlt_v32 excess = square / (one + _mm512_sqrt_ps(one + square)), sum = a + excess;
  const mlt_asinh_third_V32 third = {x, sum, (a - sum) + excess};
  return third;
}
MLT_VECTOR_FN mlt_asinh_half_V32 mlt_asinh_middle_V32(mlt_asinh_third_V32 third) {
  return mlt_log1p_sum_V32(third.x, third.t, third.low, 0xffff);
}
MLT_VECTOR_FN mlt_v32 mlt_asinh_end_V32(mlt_asinh_half_V32 half) {
  const mlt_v32 y = mlt_log_corrected_V32(half), a = _mm512_abs_ps(half.x);
  return mlt_copysign_V32(__builtin_expect(mlt_is_far_V32(a), 0) ? mlt_log_twice_V32(a, y) : y, half.x);
}
MLT_VECTOR_FN mlt_acosh_third_V32 mlt_acosh_begin_V32(mlt_v32 x) {
  const mlt_v32 d = x - MLT_V32(1.0f), root = _mm512_sqrt_ps(MLT_V32_FMA(d, d, d + d)), sum = root + d;
  const mlt_acosh_third_V32 third = {x, sum, (root - sum) + d};
  return third;
}
#define mlt_acosh_middle_V32 mlt_asinh_middle_V32
/* Below -1 too the root is a number, but not the logarithm of 2 x; between 0 and 1 it is none. */
MLT_VECTOR_FN mlt_v32 mlt_acosh_end_V32(mlt_acosh_half_V32 half) {
  const mlt_v32 y = mlt_log_corrected_V32(half);
  return __builtin_expect(mlt_is_far_V32(half.x), 0) ? mlt_log_twice_V32(half.x, y) : y;
}
/* log1p(2 a / (1 - a)) / 2 with the remainder of the quotient.  At 1 the quotient has none. */
MLT_VECTOR_FN mlt_atanh_third_V32 mlt_atanh_begin_V32(mlt_v32 x) {
  const mlt_v32 one = MLT_V32(1.0f), a = _mm512_abs_ps(x), twice = a + a, d = one - a, d_low = (one - d) - a;
  const mlt_v32 quotient = twice / d;
  const mlt_v32 rest = MLT_V32_NFMA(quotient, d_low, MLT_V32_NFMA(quotient, d, twice));
  const mlt_atanh_third_V32 third = {x, quotient, rest * _mm512_rcp14_ps(d)};
  return third;
}
MLT_VECTOR_FN mlt_atanh_half_V32 mlt_atanh_middle_V32(mlt_atanh_third_V32 third) {
  const __mmask16 ordinary = _mm512_cmp_ps_mask(third.t, MLT_V32(0x1p26f), _CMP_LT_OQ);
  return mlt_log1p_sum_V32(third.x, third.t, third.low, ordinary);
}
MLT_VECTOR_FN mlt_v32 mlt_atanh_end_V32(mlt_atanh_half_V32 half) {
  return mlt_copysign_V32(MLT_V32(0.5f) * mlt_log_corrected_V32(half), half.x);
}

MLT_VECTOR_UNARY_PAIRS(exp2, f32, float, V32)
MLT_VECTOR_UNARY_PAIRS(log2, f32, float, V32)
MLT_VECTOR_UNARY_PAIRS(log10, f32, float, V32)
MLT_VECTOR_UNARY_PAIRS(cbrt, f32, float, V32)
MLT_VECTOR_UNARY_PAIRS(log1p, f32, float, V32)
MLT_VECTOR_UNARY_PAIRS(expm1, f32, float, V32)
MLT_VECTOR_UNARY_PAIRS(cosh, f32, float, V32)
MLT_VECTOR_UNARY_THIRDS(sinh, f32, float, V32)
MLT_VECTOR_UNARY_PAIRS_OF_THIRDS(asinh, f32, float, V32)
MLT_VECTOR_UNARY_PAIRS_OF_THIRDS(acosh, f32, float, V32)
MLT_VECTOR_UNARY_PAIRS_OF_THIRDS(atanh, f32, float, V32)
MLT_VECTOR_UNARY_HALVES(softplus, f32, float, W32)
MLT_VECTOR_BINARY_HALVES(logaddexp, f32, float, W32)
#endif
