/* Relatives of exp and log in double precision on whole vectors: other bases, 1 added or taken away, the cube root,
 * hyperbolic functions and their inverses by the formulas of vmath_hyperbolic.h.  See vmath_vector.h.
 */
#ifndef MLTENSOR_VMATH_VECTOR_HYPERBOLIC_F64_H
#define MLTENSOR_VMATH_VECTOR_HYPERBOLIC_F64_H
#include "mltensor/vmath_tables_f64.h"
#include "mltensor/vmath_vector_exponential.h"
#include "mltensor/vmath_vector_pairs.h"
#include "mltensor/vmath_vector_power.h"

/* ---- other bases -------------------------------------------------------------------------- */

/* (2^u - 1) / u for |u| <= 1/16, error 2^-57.7 of 1 in the power. */
MLT_VECTOR_FN mlt_v64 mlt_power_slope_V64(mlt_v64 u) {
  mlt_v64 p = MLT_POLYNOMIAL_2(V64, u, 0x1.430e662466f9ep-13, 0x1.ffd4507bdf6cep-17);
  p = MLT_V64_FMA(p, u, MLT_V64(0x1.5d87fe6b0a0dfp-10));
  p = MLT_V64_FMA(p, u, MLT_V64(0x1.3b2ab6ef4b75ap-7));
  p = MLT_V64_FMA(p, u, MLT_V64(0x1.c6b08d704a2ccp-5));
  p = MLT_V64_FMA(p, u, MLT_V64(0x1.ebfbdff82c798p-3));
  return MLT_V64_FMA(p, u, MLT_V64(0x1.62e42fefa39efp-1));
}

typedef struct {
  mlt_v64 u, missing;
  mlt_power_V64 power;
} mlt_exp2_half_V64;
MLT_VECTOR_FN mlt_exp2_half_V64 mlt_exp2_begin_V64(mlt_v64 x) {
  const mlt_v64 inside = mlt_between_V64(x, -1076.0, 1025.0), grid = MLT_V64(MLT_GRID_V64), shifted = inside + grid;
  const mlt_power_V64 power = mlt_power_of_V64(shifted);
  const mlt_v64 missing = mlt_look_up_V64(mlt_power_missing_f64, _mm512_castpd_si512(shifted));
  const mlt_exp2_half_V64 half = {inside - power.n, missing, power};
  return half;
}
MLT_VECTOR_FN mlt_v64 mlt_exp2_end_V64(mlt_exp2_half_V64 h) {
  const mlt_v64 growth = MLT_V64_FMA(h.u, mlt_power_slope_V64(h.u), h.missing);
  return _mm512_scalef_pd(MLT_V64_FMA(h.power.table, growth, h.power.table), h.power.n);
}
/* high + low + scale log(1 + r), the product in two parts. */
MLT_VECTOR_FN mlt_v64 mlt_log_scaled_V64(mlt_v64 r, mlt_v64 high, mlt_v64 low, double scale, double scale_low) {
  const mlt_v64 first = r * MLT_V64(scale), first_low = _mm512_fmsub_pd(r, MLT_V64(scale), first);
  const mlt_v64 rest = MLT_V64_FMA(r, MLT_V64(scale_low), first_low + low);
  return high + (first + MLT_V64_FMA(first * r, mlt_log_series_V64(r, r * r), rest));
}
MLT_VECTOR_FN mlt_v64 mlt_log2_V64(mlt_v64 x) {
  __m512i index;
  mlt_v64 k, r = mlt_log_split_V64(x, &k, &index);
  return mlt_log_scaled_V64(r, k + mlt_look_up_16_V64(mlt_log2_table_f64, index),
                            mlt_look_up_16_V64(mlt_log2_table_low_f64, index), 0x1.71547652b82fep0,
                            0x1.777d0ffda0d24p-56);
}
MLT_VECTOR_FN mlt_v64 mlt_log10_V64(mlt_v64 x) {
  __m512i index;
  mlt_v64 k, r = mlt_log_split_V64(x, &k, &index);
  const mlt_v64 high = MLT_V64_FMA(k, MLT_V64(0x1.34413509f7p-2), mlt_look_up_16_V64(mlt_log10_table_f64, index));
  const mlt_v64 low = MLT_V64_FMA(k, MLT_V64(0x1.3fde623e2566bp-43),
                                  mlt_look_up_16_V64(mlt_log10_table_low_f64, index));
  return mlt_log_scaled_V64(r, high, low, 0x1.bcb7b1526e50ep-2, 0x1.95355baaafad3p-57);
}

/* The cube root of x = 2^k m by those of 2^(k mod 3), of c and of 1 + r. */
MLT_VECTOR_FN mlt_v64 mlt_cbrt_V64(mlt_v64 x) {
  __m512i index;
  mlt_v64 k, r = mlt_log_split_V64(_mm512_abs_pd(x), &k, &index), r2 = r * r;
  const mlt_v64 third = MLT_V64_FMA(k, MLT_V64(0x1.5555555555555p-2), MLT_V64(0x1.5555555555555p-3));
  const mlt_v64 n = _mm512_roundscale_pd(third, _MM_FROUND_TO_NEG_INF);
  const mlt_v64 left = MLT_V64_NFMA(n, MLT_V64(3.0), k);
  const __m512i third_index = _mm512_castpd_si512(left + MLT_V64(0x1p52));
  const mlt_v64 power = mlt_look_up_V64(mlt_cbrt_power_f64, third_index);
  const mlt_v64 root = mlt_look_up_16_V64(mlt_cbrt_table_f64, index), scale = power * root;
  const mlt_v64 left_out = mlt_look_up_V64(mlt_cbrt_power_low_f64, third_index) +
                           mlt_look_up_16_V64(mlt_cbrt_table_low_f64, index);
  /* ((1 + r)^(1/3) - 1) / r, error 2^-58 */
  mlt_v64 p = MLT_V64_FMA(MLT_V64(0x1.8f13961ba28b3p-7), r2, MLT_POLYNOMIAL_2(V64, r, 0x1.376166cb3ecc7p-6,
                                                                            -0x1.03590e2fd5719p-6));
  p = MLT_V64_FMA(p, r2, MLT_POLYNOMIAL_2(V64, r, 0x1.ee710eef4befp-6, -0x1.80912bfd0e1f4p-6));
  p = MLT_V64_FMA(p, r2, MLT_POLYNOMIAL_2(V64, r, 0x1.f9add3c102e34p-5, -0x1.511e8d1f28771p-5));
  p = MLT_V64_FMA(p, r2, MLT_POLYNOMIAL_2(V64, r, 0x1.5555555555552p-2, -0x1.c71c71c71cdc7p-4));
  const mlt_v64 rest = MLT_V64_FMA(scale, MLT_V64_FMA(r, p, left_out), _mm512_fmsub_pd(power, root, scale));
  return mlt_copysign_V64(_mm512_scalef_pd(scale + rest, n), x);
}

/* ---- 1 added or taken away ---------------------------------------------------------------- */

/* The sum and the rest of a logarithm. */
typedef struct {
  mlt_v64 sum, rest;
} mlt_logarithm_V64;
/* extra ln2 + log(u + left_out), where left_out is a rounding error of u = 1 + x and corrects r; log(c) is 0 or larger
 * than r. */
MLT_VECTOR_FN mlt_logarithm_V64 mlt_log1p_of_V64(mlt_v64 u, mlt_v64 left_out, mlt_v64 extra, int has_extra, int exact) {
  __m512i index;
  mlt_v64 low, k, start = mlt_log_split_V64(u, &k, &index);
  /* For 0 and infinity the exponent, which is infinite, is the logarithm. */
  const __mmask8 end = _mm512_fpclass_pd_mask(u, 0x0e);
  const mlt_v64 scaled = _mm512_scalef_pd(left_out, _mm512_setzero_pd() - k);
  const mlt_v64 whole = has_extra ? (mlt_v64)(k + extra) : k;
  const mlt_v64 more = scaled * mlt_look_up_16_V64(mlt_log_inverse_f64, index), r = start + more, r2 = r * r;
  const mlt_v64 high = mlt_log_start_V64(whole, index, &low), sum = high + r;
  low = exact ? (mlt_v64)(((start - r) + more) + low) : low;
  const mlt_v64 rest = MLT_V64_FMA(r2, mlt_log_series_V64(r, r2), low);
  const mlt_logarithm_V64 result = {_mm512_mask_mov_pd(sum, end, k),
                                    _mm512_mask_mov_pd(((high - sum) + r) + rest, end, _mm512_setzero_pd())};
  return result;
}
MLT_VECTOR_FN mlt_v64 mlt_log1p_V64(mlt_v64 x) {
  const mlt_v64 one = MLT_V64(1.0), u = x + one;
  const mlt_logarithm_V64 y = mlt_log1p_of_V64(u, x - (u - one), one, 0, 0);
  return mlt_copysign_V64(y.sum + y.rest, x);
}
/* extra ln2 + log(1 + x + low). */
MLT_VECTOR_FN mlt_v64 mlt_log1p_sum_V64(mlt_v64 x, mlt_v64 low, mlt_v64 extra, int has_extra) {
  const mlt_v64 one = MLT_V64(1.0), u = x + one;
  const mlt_logarithm_V64 y = mlt_log1p_of_V64(u, (x - (u - one)) + low, extra, has_extra, 1);
  return y.sum + y.rest;
}
/* Twice (p - 1/2) + p growth with p = 2^(n-1) table: halves, because 2^n overflows before the result does. */
typedef struct {
  mlt_v64 x, exact, small;
  mlt_power_V64 power;
} mlt_expm1_half_V64;
MLT_VECTOR_FN mlt_expm1_half_V64 mlt_expm1_begin_V64(mlt_v64 x) {
  mlt_expm1_half_V64 half = {.x = x};
  half.exact = mlt_exp_reduce_V64(mlt_between_V64(x, -50.0, 710.0), &half.power, &half.small);
  return half;
}
MLT_VECTOR_FN mlt_v64 mlt_expm1_end_V64(mlt_expm1_half_V64 h) {
  const mlt_v64 p = _mm512_scalef_pd(h.power.table, h.power.n - MLT_V64(1.0));
  const mlt_v64 half = MLT_V64_FMA(p, mlt_expm1_growth_V64(h.exact, h.small), p - MLT_V64(0.5));
  return mlt_copysign_V64(half + half, h.x);
}

/* largest + log(1 + exp(difference + low)) for difference <= 0, low a rounding error of it. */
typedef struct {
  mlt_v64 a, b, largest, e, e_low;
} mlt_logaddexp_half_V64;
MLT_VECTOR_FN mlt_logaddexp_half_V64 mlt_log_sum_begin_V64(mlt_v64 largest, mlt_v64 difference, mlt_v64 low) {
  mlt_power_V64 power;
  mlt_v64 small, exact = mlt_exp_reduce_V64(_mm512_max_pd(MLT_V64(-746.0), difference), &power, &small);
  const mlt_v64 growth = mlt_exp_growth_V64(exact - (small - low));
  const mlt_v64 fraction = MLT_V64_FMA(power.table, growth, power.table);
  const mlt_v64 rest = MLT_V64_FMA(power.table, growth, power.table - fraction);
  const mlt_logaddexp_half_V64 half = {largest, difference, largest, _mm512_scalef_pd(fraction, power.n),
                                       _mm512_scalef_pd(rest, power.n)};
  return half;
}
/* Near zero the terms cancel: their sum keeps its rounding error. */
MLT_VECTOR_FN mlt_v64 mlt_log_sum_end_V64(mlt_logaddexp_half_V64 h) {
  const mlt_v64 one = MLT_V64(1.0), u = h.e + one;
  const mlt_logarithm_V64 y = mlt_log1p_of_V64(u, (h.e - (u - one)) + h.e_low, one, 0, 1);
  const mlt_v64 sum = h.largest + y.sum, back = sum - h.largest;
  const mlt_v64 result = sum + (((h.largest - (sum - back)) + (y.sum - back)) + y.rest);
  return _mm512_mask_mov_pd(result, _mm512_fpclass_pd_mask(h.largest, 0x18), h.largest);
}
MLT_VECTOR_FN mlt_logaddexp_half_V64 mlt_softplus_begin_V64(mlt_v64 x) {
  const mlt_v64 zero = _mm512_setzero_pd();
  return mlt_log_sum_begin_V64(_mm512_max_pd(zero, x), zero - _mm512_abs_pd(x), zero);
}
#define mlt_softplus_end_V64 mlt_log_sum_end_V64
typedef mlt_logaddexp_half_V64 mlt_softplus_half_V64;
MLT_VECTOR_FN mlt_logaddexp_half_V64 mlt_logaddexp_begin_V64(mlt_v64 a, mlt_v64 b) {
  const mlt_v64 largest = _mm512_max_pd(a, b), smallest = _mm512_min_pd(a, b), difference = smallest - largest;
  const mlt_v64 part = difference - smallest, low = (smallest - (difference - part)) - (largest + part);
  /* Of infinities and of numbers that leave the range nothing is left over. */
  const __mmask8 ordinary = _mm512_cmp_pd_mask(_mm512_abs_pd(low), MLT_V64(1.0), _CMP_LT_OQ);
  mlt_logaddexp_half_V64 half = mlt_log_sum_begin_V64(largest, difference, _mm512_maskz_mov_pd(ordinary, low));
  half.a = a;
  half.b = b;
  return half;
}
MLT_VECTOR_FN mlt_v64 mlt_logaddexp_end_V64(mlt_logaddexp_half_V64 h) {
  const __mmask8 nan = _mm512_cmp_pd_mask(h.a, h.b, _CMP_UNORD_Q);
  return _mm512_mask_mov_pd(mlt_log_sum_end_V64(h), nan, h.a + h.b);
}

/* ---- hyperbolic functions and their inverses ---------------------------------------------- */

/* By exp(|x|) / 4, which does not overflow, and what rounding left out of it. */
typedef struct {
  mlt_v64 x;
  mlt_exp_half_V64 split;
} mlt_sinh_half_V64;
typedef mlt_sinh_half_V64 mlt_cosh_half_V64;
MLT_VECTOR_FN mlt_sinh_half_V64 mlt_sinh_begin_V64(mlt_v64 x) {
  const mlt_sinh_half_V64 half = {x, mlt_exp_split_V64(_mm512_min_pd(MLT_V64(711.0), _mm512_abs_pd(x)))};
  return half;
}
#define mlt_cosh_begin_V64 mlt_sinh_begin_V64
MLT_VECTOR_FN mlt_v64 mlt_quarter_exp_V64(mlt_exp_half_V64 h, mlt_v64* rest) {
  const mlt_v64 table = _mm512_scalef_pd(h.power.table, h.power.n - MLT_V64(2.0));
  const mlt_v64 growth = mlt_exp_growth_V64(h.r), quarter = MLT_V64_FMA(table, growth, table);
  *rest = MLT_V64_FMA(table, growth, table - quarter);
  return quarter;
}
MLT_VECTOR_FN mlt_v64 mlt_cosh_end_V64(mlt_cosh_half_V64 h) {
  mlt_v64 rest, quarter = mlt_quarter_exp_V64(h.split, &rest);
  const mlt_v64 half = quarter + (rest + MLT_V64(0.0625) / quarter);
  return half + half;
}
MLT_VECTOR_FN mlt_v64 mlt_sinh_end_V64(mlt_sinh_half_V64 h) {
  const mlt_v64 x = h.x, a = _mm512_abs_pd(x), z = a * a;
  mlt_v64 rest, quarter = mlt_quarter_exp_V64(h.split, &rest);
  const mlt_v64 half = quarter + (rest - MLT_V64(0.0625) / quarter);
  /* (sinh(a)/a - 1) / z below 1/2, error 2^-55 */
  mlt_v64 p = MLT_POLYNOMIAL_2(V64, z, 0x1.71dd1c0a0082fp-19, 0x1.b06e0b79034e5p-26);
  p = MLT_V64_FMA(p, z, MLT_V64(0x1.a01a022eaf313p-13));
  p = MLT_V64_FMA(p, z, MLT_V64(0x1.11111110f214dp-7));
  p = MLT_V64_FMA(p, z, MLT_V64(0x1.55555555555e1p-3));
  const __mmask8 near = _mm512_cmp_pd_mask(a, MLT_V64(0.5), _CMP_LT_OQ);
  return mlt_copysign_V64(_mm512_mask_mov_pd(half + half, near, MLT_V64_FMA(a * z, p, a)), x);
}

/* With t a power of 2^(1/8), |x| = log(t)/2 + r and tau = tanh(r), an odd polynomial, tanh(|x|) is
 *
 *     (t - 1 + (t + 1) tau) / (t + 1 + (t - 1) tau)
 *
 * and what the quotient q leaves of numerator less q times denominator is t - 1 - q (t + 1), all but exactly, and
 * tau (t + 1 - q (t - 1)).  Both sums with t are exact up to 2^53; what is then amiss between them is what counts, as q
 * is 1.  t is 1 up to |x| = 0.03, where nothing cancels. */
typedef struct {
  mlt_v64 x, t, r;
} mlt_tanh_third_V64;
typedef struct {
  mlt_v64 x, less, more, tau, over, under;
} mlt_tanh_half_V64;
MLT_VECTOR_FN mlt_tanh_third_V64 mlt_tanh_begin_V64(mlt_v64 x) {
  const mlt_v64 size = _mm512_min_pd(MLT_V64(22.0), _mm512_abs_pd(x)), grid = MLT_V64(MLT_GRID_V64);
  const mlt_v64 shifted = MLT_V64_FMA(size - MLT_V64(0.0108), MLT_V64(0x1.71547652b82fep1), grid);
  const __m512i n = _mm512_castpd_si512(shifted);
  const __m512i fraction = _mm512_castpd_si512(mlt_look_up_V64((const double*)mlt_tanh_table_f64, n));
  const mlt_v64 r = MLT_V64_NFMA(shifted - grid, MLT_V64(0x1.62e42fefa39efp-2), size) -
                    mlt_look_up_V64(mlt_tanh_excess_f64, n);
  const mlt_tanh_third_V64 third = {x, _mm512_castsi512_pd(_mm512_add_epi64(fraction, _mm512_slli_epi64(n, 49))), r};
  return third;
}
MLT_VECTOR_FN mlt_tanh_half_V64 mlt_tanh_middle_V64(mlt_tanh_third_V64 third) {
  /* (tanh(r)/r - 1) / r^2 for |r| <= 0.033, error 2^-64 */
  const mlt_v64 r = third.r, z = r * r, less = third.t - MLT_V64(1.0), more = third.t + MLT_V64(1.0);
  mlt_v64 p = MLT_POLYNOMIAL_2(V64, z, -0x1.ba1b96d596f03p-5, 0x1.65ef820183d38p-6);
  p = MLT_V64_FMA(p, z, MLT_V64(0x1.11111110d290ep-3));
  p = MLT_V64_FMA(p, z, MLT_V64(-0x1.5555555555547p-2));
  const mlt_v64 tau = MLT_V64_FMA(r * z, p, r);
  const mlt_tanh_half_V64 half = {third.x, less, more, tau, MLT_V64_FMA(more, tau, less), MLT_V64_FMA(less, tau, more)};
  return half;
}
MLT_VECTOR_FN mlt_v64 mlt_tanh_end_V64(mlt_tanh_half_V64 h) {
  const mlt_v64 inverse = mlt_about_inverse_V64(h.under), q = h.over / h.under;
  const mlt_v64 amiss = (h.more - h.less) - MLT_V64(2.0), left = MLT_V64_NFMA(q, h.more, h.less) + amiss;
  const mlt_v64 rest = MLT_V64_FMA(h.tau, MLT_V64_NFMA(q, h.less, h.more), left);
  return mlt_copysign_V64(MLT_V64_FMA(rest, inverse, q), h.x);
}

/* The inverses are logarithms of 1 + t + low, from 2^59 on of 2 t, in halves: first t. */
typedef struct {
  mlt_v64 x, t, low, extra;
} mlt_asinh_half_V64;
typedef mlt_asinh_half_V64 mlt_acosh_half_V64;
typedef struct {
  mlt_v64 x, t, low;
} mlt_atanh_half_V64;

MLT_VECTOR_FN mlt_asinh_half_V64 mlt_asinh_begin_V64(mlt_v64 x) {
  const mlt_v64 one = MLT_V64(1.0), a = _mm512_abs_pd(x), square = a * a;
  const mlt_v64 excess = mlt_quotient_V64(square, one + _mm512_sqrt_pd(one + square)), sum = a + excess;
  const __mmask8 large = _mm512_cmp_pd_mask(a, MLT_V64(0x1p59), _CMP_GT_OQ);
  const mlt_asinh_half_V64 half = {x, _mm512_mask_mov_pd(sum, large, a),
                                   _mm512_mask_mov_pd((a - sum) + excess, large, _mm512_setzero_pd()),
                                   _mm512_maskz_mov_pd(large, one)};
  return half;
}
MLT_VECTOR_FN mlt_v64 mlt_asinh_end_V64(mlt_asinh_half_V64 half) {
  return mlt_copysign_V64(mlt_log1p_sum_V64(half.t, half.low, half.extra, 1), half.x);
}
/* The root's own rounding error follows from its exact square. */
MLT_VECTOR_FN mlt_acosh_half_V64 mlt_acosh_begin_V64(mlt_v64 x) {
  const mlt_v64 one = MLT_V64(1.0), d = x - one, twice = d + d, inside = MLT_V64_FMA(d, d, twice);
  const mlt_v64 root = _mm512_sqrt_pd(inside), sum = root + d;
  const mlt_v64 inside_low = MLT_V64_FMA(d, d, twice - inside), left = inside_low - _mm512_fmsub_pd(root, root, inside);
  const __mmask8 some = _mm512_cmp_pd_mask(d, _mm512_setzero_pd(), _CMP_GT_OQ);
  const mlt_v64 root_low = _mm512_maskz_mul_pd(some, left * MLT_V64(0.5), _mm512_rcp14_pd(root));
  const __mmask8 large = _mm512_cmp_pd_mask(x, MLT_V64(0x1p59), _CMP_GT_OQ);
  const mlt_acosh_half_V64 half = {x, _mm512_mask_mov_pd(sum, large, x),
                                   _mm512_mask_mov_pd(((root - sum) + d) + root_low, large, _mm512_setzero_pd()),
                                   _mm512_maskz_mov_pd(large, one)};
  return half;
}
MLT_VECTOR_FN mlt_v64 mlt_acosh_end_V64(mlt_acosh_half_V64 half) {
  const __mmask8 below = _mm512_cmp_pd_mask(half.x, MLT_V64(1.0), _CMP_LT_OQ);
  const mlt_v64 y = mlt_log1p_sum_V64(half.t, half.low, half.extra, 1);
  return _mm512_mask_mov_pd(y, below, MLT_V64(__builtin_nan("")));
}
/* log1p(2 a / (1 - a)) / 2 with the remainder of the quotient. */
MLT_VECTOR_FN mlt_atanh_half_V64 mlt_atanh_begin_V64(mlt_v64 x) {
  const mlt_v64 one = MLT_V64(1.0), a = _mm512_abs_pd(x), twice = a + a, d = one - a, d_low = (one - d) - a;
  const mlt_v64 quotient = twice / d;
  const mlt_v64 rest = MLT_V64_NFMA(quotient, d_low, MLT_V64_NFMA(quotient, d, twice));
  const mlt_atanh_half_V64 half = {x, quotient, rest * mlt_about_inverse_V64(d)};
  return half;
}
MLT_VECTOR_FN mlt_v64 mlt_atanh_end_V64(mlt_atanh_half_V64 half) {
  return mlt_copysign_V64(MLT_V64(0.5) * mlt_log1p_sum_V64(half.t, half.low, half.low, 0), half.x);
}

MLT_VECTOR_UNARY_PAIRS(exp2, f64, double, V64)
MLT_VECTOR_UNARY(log2, f64, double, V64)
MLT_VECTOR_UNARY(log10, f64, double, V64)
MLT_VECTOR_UNARY(cbrt, f64, double, V64)
MLT_VECTOR_UNARY(log1p, f64, double, V64)
MLT_VECTOR_UNARY_PAIRS(expm1, f64, double, V64)
MLT_VECTOR_UNARY_PAIRS(cosh, f64, double, V64)
MLT_VECTOR_UNARY_PAIRS(sinh, f64, double, V64)
MLT_VECTOR_UNARY_PAIRS(asinh, f64, double, V64)
MLT_VECTOR_UNARY_HALVES(acosh, f64, double, V64)
MLT_VECTOR_UNARY_HALVES(atanh, f64, double, V64)
MLT_VECTOR_UNARY_HALVES(softplus, f64, double, V64)
MLT_VECTOR_BINARY_HALVES(logaddexp, f64, double, V64)
MLT_VECTOR_UNARY_THIRDS(tanh, f64, double, V64)
#endif
