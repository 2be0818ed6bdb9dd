/* Exponentials, logarithms and what follows from them, on whole vectors; see vmath_vector.h.
 *
 * exp    x = n ln2 + r, n a multiple of 1/16 (float64: 1/8).  2^n is an entry of a table times a power of two; what
 *        the entry's rounding left out goes into r.
 * log    x = 2^k m, 1 <= m < 2; the table gives 1/c near m of so few bits that r = m/c - 1 is
 *        exact, and log(c) in two parts, the first short: k ln2 + log(c) + log(1 + r).  Where x is near 1, c is 1, or 2
 *        and k = -1: nothing is left of the first two.
 */
#ifndef MLTENSOR_VMATH_VECTOR_EXPONENTIAL_H
#define MLTENSOR_VMATH_VECTOR_EXPONENTIAL_H
#include "mltensor/vmath_vector_pairs.h"

/* ln2 = HIGH + LOW; the products of HIGH with exponents are exact. */
#define MLT_VECTOR_LN2_HIGH 0x1.62e42fefa38p-1
#define MLT_VECTOR_LN2_LOW 0x1.ef35793c7673p-45

/* ---- exp ---------------------------------------------------------------------------------- */

/* exp(x) = table (1 + growth) 2^floor(n), where growth = exp(r) - 1. */
typedef struct {
  mlt_v32 table, n;
} mlt_power_V32;
typedef struct {
  mlt_v64 table, n;
} mlt_power_V64;

/* n and the table's entry of `shifted`, which is n plus a number whose last bit is worth 1/16 or 1/8. */
#define MLT_GRID_V32 0x1.8p19f
#define MLT_GRID_V64 0x1.8p49
MLT_VECTOR_FN mlt_power_V32 mlt_power_of_V32(mlt_v32 shifted) {
  const mlt_power_V32 power = {mlt_look_up_V32(mlt_exp_table_f32, _mm512_castps_si512(shifted)),
                               shifted - MLT_V32(MLT_GRID_V32)};
  return power;
}
MLT_VECTOR_FN mlt_power_V64 mlt_power_of_V64(mlt_v64 shifted) {
  const mlt_power_V64 power = {mlt_look_up_V64(mlt_exp_table_f64, _mm512_castpd_si512(shifted)),
                               shifted - MLT_V64(MLT_GRID_V64)};
  return power;
}
/* r of x, an exact part and a small one. */
MLT_VECTOR_FN mlt_v32 mlt_exp_reduce_V32(mlt_v32 x, mlt_power_V32* power, mlt_v32* small) {
  const mlt_v32 shifted = MLT_V32_FMA(x, MLT_V32(0x1.715476p0f), MLT_V32(MLT_GRID_V32));
  *power = mlt_power_of_V32(shifted);
  const mlt_v32 excess = mlt_look_up_V32(mlt_exp_excess_f32, _mm512_castps_si512(shifted));
  *small = MLT_V32_FMA(power->n, MLT_V32(MLT_LN2_LOW32), excess);
  return MLT_V32_NFMA(power->n, MLT_V32(MLT_LN2_HIGH32), x);
}
MLT_VECTOR_FN mlt_v64 mlt_exp_reduce_V64(mlt_v64 x, mlt_power_V64* power, mlt_v64* small) {
  const mlt_v64 shifted = MLT_V64_FMA(x, MLT_V64(0x1.71547652b82fep0), MLT_V64(MLT_GRID_V64));
  *power = mlt_power_of_V64(shifted);
  const mlt_v64 excess = mlt_look_up_V64(mlt_exp_excess_f64, _mm512_castpd_si512(shifted));
  *small = MLT_V64_FMA(power->n, MLT_V64(MLT_VECTOR_LN2_LOW), excess);
  return MLT_V64_NFMA(power->n, MLT_V64(MLT_VECTOR_LN2_HIGH), x);
}
/* exp(r) - 1 for |r| <= ln2/32: error 2^-29 of 1; ln2/16 in float64: 2^-58 of 1. */
MLT_VECTOR_FN mlt_v32 mlt_exp_growth_V32(mlt_v32 r) {
  return MLT_V32_FMA(r * r, MLT_POLYNOMIAL_2(V32, r, 0x1.00022ep-1f, 0x1.55572ap-3f), r);
}
MLT_VECTOR_FN mlt_v64 mlt_exp_growth_V64(mlt_v64 r) {
  const mlt_v64 r2 = r * r;
  mlt_v64 p = MLT_POLYNOMIAL_2(V64, r, 0x1.6c1ce5c250e28p-10, 0x1.a01fd94369404p-13);
  p = MLT_V64_FMA(p, r2, MLT_POLYNOMIAL_2(V64, r, 0x1.555555474c68fp-5, 0x1.11111109b3fddp-7));
  p = MLT_V64_FMA(p, r2, MLT_POLYNOMIAL_2(V64, r, 0x1.0000000000125p-1, 0x1.5555555555609p-3));
  return MLT_V64_FMA(r2, p, r);
}
/* 2^f / table - 1 for |f| <= 1/32, what the table is short of included: error 2^-29 of 1. */
MLT_VECTOR_FN mlt_v32 mlt_exp2_growth_V32(mlt_v32 f, __m512i index) {
  const mlt_v32 p = MLT_HORNER_3(MLT_V32_FMA, f, MLT_V32(0x1.62e43p-1f), MLT_V32(0x1.ebfff4p-3f),
                                 MLT_V32(0x1.c6af04p-5f));
  return MLT_V32_FMA(p, f, mlt_look_up_V32(mlt_exp_missing_f32, index));
}
/* The growth by exact - small to as many bits of itself: error 2^-31, 2^-61.  In single precision what `small` does to
 * the powers from the third on is nothing. */
MLT_VECTOR_FN mlt_v32 mlt_expm1_growth_V32(mlt_v32 exact, mlt_v32 small) {
  const mlt_v32 r = exact - small;
  const mlt_v32 bend = MLT_HORNER_3(MLT_V32_FMA, r, MLT_V32(0x1p-1f), MLT_V32(0x1.555712p-3f), MLT_V32(0x1.55568ep-5f));
  return exact + _mm512_fmsub_ps(r * r, bend, small);
}
MLT_VECTOR_FN mlt_v64 mlt_expm1_growth_V64(mlt_v64 exact, mlt_v64 small) {
  const mlt_v64 r = exact - small, r2 = r * r;
  mlt_v64 p = MLT_V64_FMA(MLT_V64(0x1.a01ea9d30a42ep-16), r2, MLT_POLYNOMIAL_2(V64, r, 0x1.6c16c1663fe1fp-10,
                                                                            0x1.a01f72020f82fp-13));
  p = MLT_V64_FMA(p, r2, MLT_POLYNOMIAL_2(V64, r, 0x1.555555555559cp-5, 0x1.1111110ae36f1p-7));
  p = MLT_V64_FMA(p, r2, MLT_POLYNOMIAL_2(V64, r, 0x1p-1, 0x1.55555555555d5p-3));
  return exact + _mm512_fmsub_pd(r2, p, small);
}
/* 2^(n + f), its halves for a pair of vectors; n a multiple of 1/16, the last bits of index. */
typedef struct {
  mlt_v32 f, n;
  __m512i index;
} mlt_exp_half_V32;
MLT_VECTOR_FN mlt_exp_half_V32 mlt_exp_split_V32(mlt_v32 x) {
  const mlt_v32 c = MLT_V32(0x1.715476p0f), shifted = MLT_V32_FMA(x, c, MLT_V32(MLT_GRID_V32));
  const mlt_v32 n = shifted - MLT_V32(MLT_GRID_V32);
  const mlt_v32 f = MLT_V32_FMA(x, MLT_V32(0x1.4ae0cp-26f), _mm512_fmsub_ps(x, c, n));
  const mlt_exp_half_V32 half = {f, n, _mm512_castps_si512(shifted)};
  return half;
}
/* 2^f times an entry of the table, between 0.98 and 2. */
MLT_VECTOR_FN mlt_v32 mlt_exp_grown_V32(mlt_exp_half_V32 h) {
  const mlt_v32 table = mlt_look_up_V32(mlt_exp_table_f32, h.index);
  return MLT_V32_FMA(table, mlt_exp2_growth_V32(h.f, h.index), table);
}
MLT_VECTOR_FN mlt_v32 mlt_exp_end_V32(mlt_exp_half_V32 h) { return _mm512_scalef_ps(mlt_exp_grown_V32(h), h.n); }
/* exp(x) 2^-floor(n), between 0.98 and 2. */
MLT_VECTOR_FN mlt_v32 mlt_exp_fraction_V32(mlt_v32 x, mlt_v32* n) {
  const mlt_exp_half_V32 half = mlt_exp_split_V32(x);
  *n = half.n;
  return mlt_exp_grown_V32(half);
}
typedef struct {
  mlt_v64 r;
  mlt_power_V64 power;
} mlt_exp_half_V64;
MLT_VECTOR_FN mlt_exp_half_V64 mlt_exp_split_V64(mlt_v64 x) {
  mlt_exp_half_V64 half;
  mlt_v64 small, exact = mlt_exp_reduce_V64(x, &half.power, &small);
  half.r = exact - small;
  return half;
}
MLT_VECTOR_FN mlt_v64 mlt_exp_grown_V64(mlt_exp_half_V64 h) {
  return MLT_V64_FMA(h.power.table, mlt_exp_growth_V64(h.r), h.power.table);
}
MLT_VECTOR_FN mlt_v64 mlt_exp_end_V64(mlt_exp_half_V64 h) {
  return _mm512_scalef_pd(mlt_exp_grown_V64(h), h.power.n);
}
MLT_VECTOR_FN mlt_v64 mlt_exp_fraction_V64(mlt_v64 x, mlt_v64* n) {
  const mlt_exp_half_V64 half = mlt_exp_split_V64(x);
  *n = half.power.n;
  return mlt_exp_grown_V64(half);
}
/* For |x| below 1000 (float32: 200). */
MLT_VECTOR_FN mlt_v32 mlt_exp_bounded_V32(mlt_v32 x) { return mlt_exp_end_V32(mlt_exp_split_V32(x)); }
MLT_VECTOR_FN mlt_v64 mlt_exp_bounded_V64(mlt_v64 x) { return mlt_exp_end_V64(mlt_exp_split_V64(x)); }
MLT_VECTOR_FN mlt_exp_half_V32 mlt_exp_begin_V32(mlt_v32 x) {
  return mlt_exp_split_V32(mlt_between_V32(x, -104.0f, 89.0f));
}
MLT_VECTOR_FN mlt_v32 mlt_exp_V32(mlt_v32 x) { return mlt_exp_end_V32(mlt_exp_begin_V32(x)); }
MLT_VECTOR_FN mlt_exp_half_V64 mlt_exp_begin_V64(mlt_v64 x) {
  return mlt_exp_split_V64(mlt_between_V64(x, -746.0, 710.0));
}
MLT_VECTOR_FN mlt_v64 mlt_exp_V64(mlt_v64 x) { return mlt_exp_end_V64(mlt_exp_begin_V64(x)); }

/* ---- log ---------------------------------------------------------------------------------- */

/* k, r and the table's index of x = 2^k m; k is -inf for zero, m NaN for negative numbers. */
#define MLT_VECTOR_MANTISSA (_MM_MANT_SIGN_zero | _MM_MANT_SIGN_nan)
typedef struct {
  mlt_v32 k, r;
  __m512i index;
} mlt_log_half_V32;
MLT_VECTOR_FN mlt_log_half_V32 mlt_log_begin_V32(mlt_v32 x) {
  const mlt_v32 m = _mm512_getmant_ps(x, _MM_MANT_NORM_1_2, MLT_VECTOR_MANTISSA);
  const __m512i index = _mm512_srli_epi32(_mm512_castps_si512(m), 19);
  const mlt_v32 r = _mm512_fmsub_ps(m, mlt_look_up_V32(mlt_log_inverse_f32, index), MLT_V32(1.0f));
  const mlt_log_half_V32 half = {_mm512_getexp_ps(x), r, index};
  return half;
}
MLT_VECTOR_FN mlt_v64 mlt_log_split_V64(mlt_v64 x, mlt_v64* k, __m512i* index) {
  const mlt_v64 m = _mm512_getmant_pd(x, _MM_MANT_NORM_1_2, MLT_VECTOR_MANTISSA);
  *k = _mm512_getexp_pd(x);
  *index = _mm512_srli_epi64(_mm512_castpd_si512(m), 48);
  return _mm512_fmsub_pd(m, mlt_look_up_16_V64(mlt_log_inverse_f64, *index), MLT_V64(1.0));
}
/* log(1 + r) - r over r^2 for -0.038 <= r <= 1/16: error of the logarithm 2^-27.7 of itself, in float64 2^-55.5. */
MLT_VECTOR_FN mlt_v32 mlt_log_series_V32(mlt_v32 r, mlt_v32 r2) {
  return MLT_POLYNOMIAL_4(V32, r, r2, -0x1.fffff8p-2f, 0x1.55586p-2f, -0x1.0046ccp-2f, 0x1.87a1a8p-3f);
}
MLT_VECTOR_FN mlt_v64 mlt_log_series_V64(mlt_v64 r, mlt_v64 r2) {
  mlt_v64 p = MLT_V64_FMA(MLT_V64(-0x1.705e638df0b83p-4), r2, MLT_POLYNOMIAL_2(V64, r, -0x1.00105505b067p-3,
                                                                             0x1.c7011f7666dc9p-4));
  p = MLT_V64_FMA(p, r2, MLT_POLYNOMIAL_2(V64, r, -0x1.555550ee5d15p-3, 0x1.2492981043867p-3));
  p = MLT_V64_FMA(p, r2, MLT_POLYNOMIAL_2(V64, r, -0x1.000000003c378p-2, 0x1.9999998326d2ap-3));
  return MLT_V64_FMA(p, r2, MLT_POLYNOMIAL_2(V64, r, -0x1.fffffffffffe1p-2, 0x1.55555555561d2p-2));
}
/* log(1 + r). */
MLT_VECTOR_FN mlt_v32 mlt_log_grown_V32(mlt_v32 r) {
  const mlt_v32 r2 = r * r;
  return MLT_V32_FMA(r2, mlt_log_series_V32(r, r2), r);
}
MLT_VECTOR_FN mlt_v32 mlt_log_end_V32(mlt_log_half_V32 h) {
  const mlt_v32 high = MLT_V32_FMA(h.k, MLT_V32(MLT_LN2_HIGH32), mlt_look_up_V32(mlt_log_table_f32, h.index));
  const mlt_v32 low = MLT_V32_FMA(h.k, MLT_V32(MLT_LN2_LOW32), mlt_look_up_V32(mlt_log_table_low_f32, h.index));
  return high + (low + mlt_log_grown_V32(h.r));
}
/* k ln2 + log(c) = high + low. */
MLT_VECTOR_FN mlt_v64 mlt_log_start_V64(mlt_v64 k, __m512i index, mlt_v64* low) {
  *low = MLT_V64_FMA(k, MLT_V64(MLT_VECTOR_LN2_LOW), mlt_look_up_16_V64(mlt_log_table_low_f64, index));
  return MLT_V64_FMA(k, MLT_V64(MLT_VECTOR_LN2_HIGH), mlt_look_up_16_V64(mlt_log_table_f64, index));
}
typedef struct {
  mlt_v64 k, r;
  __m512i index;
} mlt_log_half_V64;
MLT_VECTOR_FN mlt_log_half_V64 mlt_log_begin_V64(mlt_v64 x) {
  mlt_log_half_V64 half;
  half.r = mlt_log_split_V64(x, &half.k, &half.index);
  return half;
}
MLT_VECTOR_FN mlt_v64 mlt_log_end_V64(mlt_log_half_V64 h) {
  const mlt_v64 r2 = h.r * h.r;
  mlt_v64 low, high = mlt_log_start_V64(h.k, h.index, &low);
  return high + (low + MLT_V64_FMA(r2, mlt_log_series_V64(h.r, r2), h.r));
}

MLT_VECTOR_UNARY_PAIRS(exp, f32, float, V32)
MLT_VECTOR_UNARY_PAIRS(exp, f64, double, V64)
MLT_VECTOR_UNARY_PAIRS(log, f32, float, V32)
MLT_VECTOR_UNARY_PAIRS(log, f64, double, V64)
#endif
