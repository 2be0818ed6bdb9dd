/* Exponentials and logarithms, branch-free, once per instruction set.
 *
 * Every function is plain scalar C without branches, tables or library calls, so a simple loop
 * over it is vectorised.  Bounds are in units in the last place (ULP) of the result.
 *
 * exp    x = n ln2 + r, |r| <= ln2/2, with ln2 in two parts so that n * high is exact (Cody and
 *        Waite, 1980).  exp(r) = 1 + r + r^2 q(r).  The sum 1 + r is kept with its rounding error.
 *        2^n is applied as two factors, so that subnormal results round once.
 * log    x = 2^k m with 0.75 <= m < 1.5 and f = m - 1 exact.  float64: with s = f / (2 + f),
 *        log(1 + f) = f - f^2/2 + s (f^2/2 + R(s^2)) (Tang, 1990; fdlibm).  float32: a polynomial.
 *        For log2 and log10 the product with 1/log(base) is carried in two parts.
 * log1p  The same k and m of 1 + x, but f = (x + (1 - 2^k)) / 2^k, which is exact.
 *
 * Sampled over the whole range against 113-bit references, every function here stays below 1 ULP
 * with fused multiply-add, except expm1 in float64 (1.07) and exp in float32 (1.03), and below 1.25
 * without.
 *
 * The polynomials are minimax fits (Remez exchange in 300 bits) of our own; the bound beside each
 * is its error relative to the function computed.
 */
#include <stdint.h>

#ifndef MLTENSOR_VMATH_EXPONENTIAL_H
#define MLTENSOR_VMATH_EXPONENTIAL_H

#define MLT_EXPONENTIAL_FN static inline __attribute__((always_inline))

/* Horner's rule, constant term first; fma is MLT_FMA32 or MLT_FMA64. */
#define MLT_HORNER_2(fma, x, a, b) fma(b, x, a)
#define MLT_HORNER_3(fma, x, a, ...) fma(MLT_HORNER_2(fma, x, __VA_ARGS__), x, a)
#define MLT_HORNER_4(fma, x, a, ...) fma(MLT_HORNER_3(fma, x, __VA_ARGS__), x, a)
#define MLT_HORNER_5(fma, x, a, ...) fma(MLT_HORNER_4(fma, x, __VA_ARGS__), x, a)
#define MLT_HORNER_6(fma, x, a, ...) fma(MLT_HORNER_5(fma, x, __VA_ARGS__), x, a)
#define MLT_HORNER_7(fma, x, a, ...) fma(MLT_HORNER_6(fma, x, __VA_ARGS__), x, a)
#define MLT_HORNER_8(fma, x, a, ...) fma(MLT_HORNER_7(fma, x, __VA_ARGS__), x, a)
#define MLT_HORNER_10(fma, x, a, b, ...) fma(fma(MLT_HORNER_8(fma, x, __VA_ARGS__), x, b), x, a)
#define MLT_HORNER_11(fma, x, a, ...) fma(MLT_HORNER_10(fma, x, __VA_ARGS__), x, a)

/* Adding one of these leaves the nearest integer in the low bits of the sum. */
#define MLT_ROUND_MAGIC32 0x1.8p23f
#define MLT_ROUND_MAGIC64 0x1.8p52

/* ln2 = HIGH + LOW; HIGH has few enough bits that its product with an exponent is exact. */
#define MLT_LN2_HIGH32 0x1.62e4p-1f
#define MLT_LN2_LOW32 0x1.7f7d1cp-20f
#define MLT_LN2_HIGH64 0x1.62e42fefp-1
#define MLT_LN2_LOW64 0x1.473de6af278edp-34

/* What to add to the bits of x so that the exponent field changes at m = 1.5, or at sqrt(2). */
#define MLT_SPLIT_AT_1_5 UINT64_C(0x0008000000000000)
#define MLT_SPLIT_AT_SQRT2 UINT64_C(0x00095f619980c433)

#endif

/* ---- bits ------------------------------------------------------------------------------- */

MLT_EXPONENTIAL_FN uint32_t MLT_FN(exponential_bits_f32)(float x) {
  uint32_t bits;
  __builtin_memcpy(&bits, &x, 4);
  return bits;
}
MLT_EXPONENTIAL_FN float MLT_FN(exponential_from_bits_f32)(uint32_t bits) {
  float x;
  __builtin_memcpy(&x, &bits, 4);
  return x;
}
MLT_EXPONENTIAL_FN uint64_t MLT_FN(exponential_bits_f64)(double x) {
  uint64_t bits;
  __builtin_memcpy(&bits, &x, 8);
  return bits;
}
MLT_EXPONENTIAL_FN double MLT_FN(exponential_from_bits_f64)(uint64_t bits) {
  double x;
  __builtin_memcpy(&x, &bits, 8);
  return x;
}

/* a * b and its rounding error: one fused operation, or Dekker's splitting (|a|, |b| < 2^996). */
MLT_EXPONENTIAL_FN double MLT_FN(exponential_product_f64)(double a, double b, double* error) {
  double product = a * b;
#if MLT_HAS_FMA
  *error = MLT_FMA64(a, b, -product);
#else
  double wide_a = a * 134217729.0, wide_b = b * 134217729.0;
  double high_a = wide_a - (wide_a - a), high_b = wide_b - (wide_b - b);
  double low_a = a - high_a, low_b = b - high_b;
  *error = ((high_a * high_b - product) + high_a * low_b + low_a * high_b) + low_a * low_b;
#endif
  return product;
}

/* ---- exp -------------------------------------------------------------------------------- */

/* r of x + low = n ln2 + r, its rounding error in r_low, and 2^52 * 1.5 + n in shifted. */
MLT_EXPONENTIAL_FN double MLT_FN(exp_reduce_f64)(double x, double low, double* r_low,
                                                 double* shifted) {
  *shifted = MLT_FMA64(x, 0x1.71547652b82fep0, MLT_ROUND_MAGIC64);
  double n = *shifted - MLT_ROUND_MAGIC64;
  double head = x - n * MLT_LN2_HIGH64;
  double tail = MLT_FMA64(n, MLT_LN2_LOW64, -low);
  double r = head - tail;
  *r_low = (head - r) - tail;
  return r;
}
MLT_EXPONENTIAL_FN float MLT_FN(exp_reduce_f32)(float x, float* r_low, float* shifted) {
  *shifted = MLT_FMA32(x, 0x1.715476p0f, MLT_ROUND_MAGIC32);
  float n = *shifted - MLT_ROUND_MAGIC32;
  float head = x - n * MLT_LN2_HIGH32;
  float tail = n * MLT_LN2_LOW32;
  float r = head - tail;
  *r_low = (head - r) - tail;
  return r;
}

/* exp(r) - 1 - r for |r| <= ln2/2; error 2^-57.8 (float32: 2^-28.2). */
MLT_EXPONENTIAL_FN double MLT_FN(exp_tail_f64)(double r) {
  return r * r *
         MLT_HORNER_10(MLT_FMA64, r, 0x1.000000000000dp-1, 0x1.5555555555562p-3,
                       0x1.555555554f93cp-5, 0x1.111111110d1a3p-7, 0x1.6c16c18734688p-10,
                       0x1.a01a01bc6e725p-13, 0x1.a0199249a9302p-16, 0x1.71dddc58fd29ap-19,
                       0x1.28b45241edff3p-22, 0x1.af8afaf36f67fp-26);
}
MLT_EXPONENTIAL_FN float MLT_FN(exp_tail_f32)(float r) {
  return r * r *
         MLT_HORNER_5(MLT_FMA32, r, 0.5f, 0x1.555486p-3f, 0x1.555454p-5f, 0x1.124148p-7f,
                      0x1.6dbc42p-10f);
}

/* The two factors of 2^n, n an integer held as shifted above; exact while |n| <= 2044. */
MLT_EXPONENTIAL_FN double MLT_FN(exp_factors_f64)(double shifted, double* second) {
  uint64_t n = MLT_FN(exponential_bits_f64)(shifted);
  *second = MLT_FN(exponential_from_bits_f64)((n - (n >> 1) + 1023) << 52);
  return MLT_FN(exponential_from_bits_f64)(((n >> 1) + 1023) << 52);
}
MLT_EXPONENTIAL_FN float MLT_FN(exp_factors_f32)(float shifted, float* second) {
  uint32_t n = MLT_FN(exponential_bits_f32)(shifted);
  *second = MLT_FN(exponential_from_bits_f32)((n - (n >> 1) + 127) << 23);
  return MLT_FN(exponential_from_bits_f32)(((n >> 1) + 127) << 23);
}

/* exp(x + low) = (value + rest) * first * second; |x| <= 1400 (float32: 170), NaN passes. */
MLT_EXPONENTIAL_FN double MLT_FN(exp_parts_f64)(double x, double low, double* rest, double* first,
                                                double* second) {
  double r_low, shifted, r = MLT_FN(exp_reduce_f64)(x, low, &r_low, &shifted);
  double value = 1.0 + r;
  *rest = ((1.0 - value) + r) + (MLT_FN(exp_tail_f64)(r) + r_low);
  *first = MLT_FN(exp_factors_f64)(shifted, second);
  return value;
}
MLT_EXPONENTIAL_FN float MLT_FN(exp_parts_f32)(float x, float* rest, float* first, float* second) {
  float r_low, shifted, r = MLT_FN(exp_reduce_f32)(x, &r_low, &shifted);
  float value = 1.0f + r;
  *rest = ((1.0f - value) + r) + MLT_FN(exp_tail_f32)(r);
  *first = MLT_FN(exp_factors_f32)(shifted, second);
  return value;
}

/* The comparisons are written so that NaN stays NaN. */
MLT_EXPONENTIAL_FN double MLT_FN(exp_f64)(double x) {
  double rest, first, second;
  x = x > 710.0 ? 710.0 : x;
  x = x < -746.0 ? -746.0 : x;
  double value = MLT_FN(exp_parts_f64)(x, 0.0, &rest, &first, &second);
  return (value + rest) * first * second;
}
#if MLT_HAS_FMA
/* exp(r), r = x - n ln2, without the rounding errors of r and of the last sum: 0.9 ULP at most. */
MLT_EXPONENTIAL_FN float MLT_FN(exp_fraction_f32)(float x, float* shifted) {
  *shifted = MLT_FMA32(x, 0x1.715476p0f, MLT_ROUND_MAGIC32);
  float n = *shifted - MLT_ROUND_MAGIC32;
  float r = MLT_FMA32(n, -MLT_LN2_LOW32, MLT_FMA32(n, -MLT_LN2_HIGH32, x));
  float q = MLT_HORNER_5(MLT_FMA32, r, 0.5f, 0x1.555486p-3f, 0x1.555454p-5f, 0x1.124148p-7f,
                         0x1.6dbc42p-10f);
  return MLT_FMA32(r * r, q, r) + 1.0f;
}
MLT_EXPONENTIAL_FN float MLT_FN(exp_f32)(float x) {
  float second, shifted;
  x = x > 89.0f ? 89.0f : x;
  x = x < -104.0f ? -104.0f : x;
  float value = MLT_FN(exp_fraction_f32)(x, &shifted), first = MLT_FN(exp_factors_f32)(shifted, &second);
  return value * first * second;
}
/* The same for |x| <= 86, where one factor does. */
MLT_EXPONENTIAL_FN float MLT_FN(exp_middle_f32)(float x) {
  float shifted, value = MLT_FN(exp_fraction_f32)(x, &shifted);
  return value *
         MLT_FN(exponential_from_bits_f32)((MLT_FN(exponential_bits_f32)(shifted) + 127) << 23);
}
#else
MLT_EXPONENTIAL_FN float MLT_FN(exp_f32)(float x) {
  float rest, first, second;
  x = x > 89.0f ? 89.0f : x;
  x = x < -104.0f ? -104.0f : x;
  float value = MLT_FN(exp_parts_f32)(x, &rest, &first, &second);
  return (value + rest) * first * second;
}
MLT_EXPONENTIAL_FN float MLT_FN(exp_middle_f32)(float x) { return MLT_FN(exp_f32)(x); }
#endif

/* 2^r - 1 for |r| <= 1/2; error 2^-58 (float32: 2^-28.9). */
MLT_EXPONENTIAL_FN double MLT_FN(exp2_f64)(double x) {
  x = x > 1025.0 ? 1025.0 : x;
  x = x < -1076.0 ? -1076.0 : x;
  double second, shifted = x + MLT_ROUND_MAGIC64, r = x - (shifted - MLT_ROUND_MAGIC64);
  double first = MLT_FN(exp_factors_f64)(shifted, &second);
  double p = MLT_HORNER_11(MLT_FMA64, r, 0x1.62e42fefa39efp-1, 0x1.ebfbdff82c5a6p-3,
                           0x1.c6b08d704a0d8p-5, 0x1.3b2ab6fb9fcc7p-7, 0x1.5d87fe78a0b74p-10,
                           0x1.4309130fbc4c2p-13, 0x1.ffcbfc7d1a01p-17, 0x1.62bfc5551a8p-20,
                           0x1.b524cc31cc2ccp-24, 0x1.e61f52d28a898p-28, 0x1.ea1adffb16d3fp-32);
  return MLT_FMA64(r, p, 1.0) * first * second;
}
MLT_EXPONENTIAL_FN float MLT_FN(exp2_f32)(float x) {
  x = x > 129.0f ? 129.0f : x;
  x = x < -151.0f ? -151.0f : x;
  float second, shifted = x + MLT_ROUND_MAGIC32, r = x - (shifted - MLT_ROUND_MAGIC32);
  float first = MLT_FN(exp_factors_f32)(shifted, &second);
  float p = MLT_HORNER_6(MLT_FMA32, r, 0x1.62e43p-1f, 0x1.ebfbep-3f, 0x1.c6aec8p-5f, 0x1.3b29a6p-7f,
                         0x1.5f4b48p-10f, 0x1.4492bep-13f);
  return MLT_FMA32(r, p, 1.0f) * first * second;
}

/* expm1(x) / 2 = value + rest.  With p = 2^(n-1) the sum p - 1/2 + p r is exact in three parts;
 * halves, because 2^n overflows before the result does.  -50 <= x <= 710 (float32: -50 to 89). */
MLT_EXPONENTIAL_FN double MLT_FN(expm1_half_f64)(double x, double* rest) {
  double r_low, shifted, r = MLT_FN(exp_reduce_f64)(x, 0.0, &r_low, &shifted);
  uint64_t n = MLT_FN(exponential_bits_f64)(shifted);
  double p = MLT_FN(exponential_from_bits_f64)((n + 1022) << 52);
  double offset = p - 0.5, value = MLT_FMA64(p, r, offset);
  *rest = MLT_FMA64(p, r, offset - value) + p * (MLT_FN(exp_tail_f64)(r) + r_low);
  *rest += (p - offset) - 0.5;
  return value;
}
MLT_EXPONENTIAL_FN float MLT_FN(expm1_half_f32)(float x, float* rest) {
  float r_low, shifted, r = MLT_FN(exp_reduce_f32)(x, &r_low, &shifted);
  uint32_t n = MLT_FN(exponential_bits_f32)(shifted);
  float p = MLT_FN(exponential_from_bits_f32)((n + 126) << 23);
  float offset = p - 0.5f, value = MLT_FMA32(p, r, offset);
  *rest = MLT_FMA32(p, r, offset - value) + p * (MLT_FN(exp_tail_f32)(r) + r_low);
  *rest += (p - offset) - 0.5f;
  return value;
}

/* Tiny arguments are their own result; that also keeps -0 and the last bit of subnormals. */
MLT_EXPONENTIAL_FN double MLT_FN(expm1_f64)(double x) {
  double rest, clamped = x > 710.0 ? 710.0 : x;
  clamped = clamped < -50.0 ? -50.0 : clamped;
  double value = MLT_FN(expm1_half_f64)(clamped, &rest);
  return __builtin_fabs(x) < 0x1p-54 ? x : 2.0 * (value + rest);
}
MLT_EXPONENTIAL_FN float MLT_FN(expm1_f32)(float x) {
  float rest, clamped = x > 89.0f ? 89.0f : x;
  clamped = clamped < -50.0f ? -50.0f : clamped;
  float value = MLT_FN(expm1_half_f32)(clamped, &rest);
  return __builtin_fabsf(x) < 0x1p-25f ? x : 2.0f * (value + rest);
}

/* ---- log -------------------------------------------------------------------------------- */

/* f of x = 2^k (1 + f), x > 0; subnormals are scaled first. */
MLT_EXPONENTIAL_FN double MLT_FN(log_split_f64)(double x, uint64_t split, double* k) {
  /* A double's low 52 bits under the exponent of 2^52 are an integer: no conversion is needed. */
  uint64_t bits = MLT_FN(exponential_bits_f64)(x < 0x1p-1022 ? x * 0x1p54 : x) + split;
  double bias = x < 0x1p-1022 ? 0x1p52 + 1077 : 0x1p52 + 1023;
  *k = MLT_FN(exponential_from_bits_f64)((bits >> 52) | UINT64_C(0x4330000000000000)) - bias;
  uint64_t one = UINT64_C(0x3ff0000000000000) - split;
  return MLT_FN(exponential_from_bits_f64)((bits & UINT64_C(0x000fffffffffffff)) + one) - 1.0;
}
MLT_EXPONENTIAL_FN float MLT_FN(log_split_f32)(float x, float* k) {
  uint32_t bits = MLT_FN(exponential_bits_f32)(x < 0x1p-126f ? x * 0x1p24f : x) + 0x400000;
  *k = (float)(int32_t)(bits >> 23) - (x < 0x1p-126f ? 151.0f : 127.0f);
  return MLT_FN(exponential_from_bits_f32)((bits & 0x007fffff) + 0x3f400000) - 1.0f;
}

/* log(1 + f) - f + f^2/2 for -1/4 <= f < 1/2; error 2^-61 (float32: 2^-27.6). */
MLT_EXPONENTIAL_FN double MLT_FN(log_tail_f64)(double f) {
  double s = f / (2.0 + f), z = s * s;
  double series = MLT_HORNER_8(MLT_FMA64, z, 0x1.555555555554fp-1, 0x1.999999999c1aep-2,
                               0x1.24924921e17b9p-2, 0x1.c71c749209159p-3, 0x1.745c4a5bafd42p-3,
                               0x1.3b35d03cefaf5p-3, 0x1.0dca9d8432b44p-3, 0x1.1b87e6ef9af96p-3);
  return s * MLT_FMA64(z, series, 0.5 * f * f);
}
MLT_EXPONENTIAL_FN float MLT_FN(log_tail_f32)(float f) {
  return f * f * f *
         MLT_HORNER_8(MLT_FMA32, f, 0x1.5555a2p-2f, -0x1.000082p-2f, 0x1.996ae6p-3f,
                      -0x1.54dd36p-3f, 0x1.284c68p-3f, -0x1.0e109cp-3f, 0x1.b17616p-4f,
                      -0x1.7a31f6p-5f);
}

/* k ln2 + log(1 + f + low) = value + rest; low is at most a rounding error of 1 + f. */
MLT_EXPONENTIAL_FN double MLT_FN(log_parts_f64)(double k, double f, double low, double* rest) {
  double shift = k * MLT_LN2_HIGH64, value = shift + f;
  double first_order = MLT_FMA64(k, MLT_LN2_LOW64, low - low * f);
  *rest = ((shift - value) + f) + ((MLT_FN(log_tail_f64)(f) + first_order) - 0.5 * f * f);
  return value;
}
MLT_EXPONENTIAL_FN float MLT_FN(log_parts_f32)(float k, float f, float low, float* rest) {
  float shift = k * MLT_LN2_HIGH32, value = shift + f;
  float first_order = MLT_FMA32(k, MLT_LN2_LOW32, low - low * f);
  *rest = ((shift - value) + f) + ((MLT_FN(log_tail_f32)(f) + first_order) - 0.5f * f * f);
  return value;
}

/* The ends of the domain: log(0) = -inf, log(inf) = inf, and NaN below zero. */
MLT_EXPONENTIAL_FN double MLT_FN(log_ends_f64)(double x, double result) {
  result = x < __builtin_inf() ? result : x;
  return x > 0.0 ? result : (x == 0.0 ? -__builtin_inf() : __builtin_nan(""));
}
MLT_EXPONENTIAL_FN float MLT_FN(log_ends_f32)(float x, float result) {
  result = x < __builtin_inff() ? result : x;
  return x > 0.0f ? result : (x == 0.0f ? -__builtin_inff() : __builtin_nanf(""));
}

MLT_EXPONENTIAL_FN double MLT_FN(log_f64)(double x) {
  double k, rest, f = MLT_FN(log_split_f64)(x, MLT_SPLIT_AT_1_5, &k);
  double value = MLT_FN(log_parts_f64)(k, f, 0.0, &rest);
  return MLT_FN(log_ends_f64)(x, value + rest);
}
MLT_EXPONENTIAL_FN float MLT_FN(log_f32)(float x) {
  float k, f = MLT_FN(log_split_f32)(x, &k);
#if MLT_HAS_FMA
  float small = MLT_FMA32(k, MLT_LN2_LOW32, MLT_FN(log_tail_f32)(f));
  float fraction = f + MLT_FMA32(-0.5f * f, f, small);
  return MLT_FN(log_ends_f32)(x, MLT_FMA32(k, MLT_LN2_HIGH32, fraction));
#else
  float rest, value = MLT_FN(log_parts_f32)(k, f, 0.0f, &rest);
  return MLT_FN(log_ends_f32)(x, value + rest);
#endif
}

/* k (unit_high + unit_low) + log(1 + f) (scale_high + scale_low).  The leading part of log(1 + f)
 * is cut to half its bits, so that its product with the short scale_high is exact. */
MLT_EXPONENTIAL_FN double MLT_FN(log_scaled_f64)(double x, double scale_high, double scale_low,
                                                 double unit_high, double unit_low) {
  double k, f = MLT_FN(log_split_f64)(x, MLT_SPLIT_AT_1_5, &k), square = 0.5 * f * f;
  uint64_t bits = MLT_FN(exponential_bits_f64)(f - square) & UINT64_C(0xfffffffff8000000);
  double high = MLT_FN(exponential_from_bits_f64)(bits);
  double low = ((f - high) - square) + MLT_FN(log_tail_f64)(f);
  double shift = k * unit_high, part = high * scale_high, value = shift + part;
  double rest = MLT_FMA64(low + high, scale_low, low * scale_high) + k * unit_low;
  return MLT_FN(log_ends_f64)(x, value + (((shift - value) + part) + rest));
}
MLT_EXPONENTIAL_FN float MLT_FN(log_scaled_f32)(float x, float scale_high, float scale_low,
                                                float unit_high, float unit_low) {
  float k, f = MLT_FN(log_split_f32)(x, &k), square = 0.5f * f * f;
  float high =
      MLT_FN(exponential_from_bits_f32)(MLT_FN(exponential_bits_f32)(f - square) & 0xfffff000);
  float low = ((f - high) - square) + MLT_FN(log_tail_f32)(f);
  float shift = k * unit_high, part = high * scale_high, value = shift + part;
  float rest = MLT_FMA32(low + high, scale_low, low * scale_high) + k * unit_low;
  return MLT_FN(log_ends_f32)(x, value + (((shift - value) + part) + rest));
}
MLT_EXPONENTIAL_FN double MLT_FN(log2_f64)(double x) {
  return MLT_FN(log_scaled_f64)(x, 0x1.715476p0, 0x1.4ae0bf85ddf44p-26, 1.0, 0.0);
}
MLT_EXPONENTIAL_FN float MLT_FN(log2_f32)(float x) {
  return MLT_FN(log_scaled_f32)(x, 0x1.71p0f, 0x1.51d94ap-10f, 1.0f, 0.0f);
}
MLT_EXPONENTIAL_FN double MLT_FN(log10_f64)(double x) {
  return MLT_FN(log_scaled_f64)(x, 0x1.bcb7bp-2, 0x1.526e50e32a6abp-26, 0x1.34413509f6p-2,
                                0x1.9fef311f12b36p-42);
}
MLT_EXPONENTIAL_FN float MLT_FN(log10_f32)(float x) {
  return MLT_FN(log_scaled_f32)(x, 0x1.bc8p-2f, 0x1.bd8a94p-13f, 0x1.344p-2f, 0x1.3509f8p-18f);
}

/* extra ln2 + log(1 + x + low) = value + rest for x > -1.  From 2^60 on (float32: 2^30) the one
 * no longer counts, and x is scaled down so that no power of two leaves the range. */
MLT_EXPONENTIAL_FN double MLT_FN(log1p_parts_f64)(double x, double low, double extra,
                                                  double* rest) {
  double scaled = x > 0x1p60 ? x * 0x1p-60 : x, unit = x > 0x1p60 ? 0.0 : 1.0;
  uint64_t bits = MLT_FN(exponential_bits_f64)(unit + scaled) + MLT_SPLIT_AT_1_5;
  double bias = x > 0x1p60 ? 0x1p52 + 963 : 0x1p52 + 1023;
  double k = MLT_FN(exponential_from_bits_f64)((bits >> 52) | UINT64_C(0x4330000000000000)) - bias;
  bits &= UINT64_C(0xfff0000000000000);
  double power = MLT_FN(exponential_from_bits_f64)(bits);
  double inverse = MLT_FN(exponential_from_bits_f64)(UINT64_C(0x7fe0000000000000) - bits);
  double f = (scaled + (unit - power)) * inverse;
  return MLT_FN(log_parts_f64)(k + extra, f, low * inverse, rest);
}
MLT_EXPONENTIAL_FN float MLT_FN(log1p_parts_f32)(float x, float low, float extra, float* rest) {
  float scaled = x > 0x1p30f ? x * 0x1p-30f : x, unit = x > 0x1p30f ? 0.0f : 1.0f;
  uint32_t bits = MLT_FN(exponential_bits_f32)(unit + scaled) + 0x400000;
  float k = (float)(int32_t)(bits >> 23) - (x > 0x1p30f ? 97.0f : 127.0f);
  bits &= 0xff800000;
  float power = MLT_FN(exponential_from_bits_f32)(bits);
  float inverse = MLT_FN(exponential_from_bits_f32)(0x7f000000 - bits);
  float f = (scaled + (unit - power)) * inverse;
  return MLT_FN(log_parts_f32)(k + extra, f, low * inverse, rest);
}
MLT_EXPONENTIAL_FN double MLT_FN(log1p_f64)(double x) {
  double rest, value = MLT_FN(log1p_parts_f64)(x, 0.0, 0.0, &rest);
  double result = MLT_FN(log_ends_f64)(1.0 + x, value + rest);
  return __builtin_fabs(x) < 0x1p-54 ? x : result;
}
MLT_EXPONENTIAL_FN float MLT_FN(log1p_f32)(float x) {
  float rest, value = MLT_FN(log1p_parts_f32)(x, 0.0f, 0.0f, &rest);
  float result = MLT_FN(log_ends_f32)(1.0f + x, value + rest);
  return __builtin_fabsf(x) < 0x1p-25f ? x : result;
}
