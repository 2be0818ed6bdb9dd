/* erf, erfc, gelu and silu, branch-free.
 *
 * Included once per instruction set, after vmath_trigonometric.h, whose selects
 * by mask and exact products it uses.
 *
 * The tail of the normal distribution is one product,
 *
 *     erfc(a) = exp(-a^2) Q(w) / (a + 3/4),   w = (a - 4) / (a + 4),   a >= 0,
 *
 * after Shepherd and Laframboise (Math. Comp. 36, 1981): the mapping onto w lets
 * one polynomial Q serve from 0 to where the tail underflows, so that there is no
 * table and no choice among intervals.  In float64 each factor is a pair high + low
 * and the pairs are multiplied exactly; the result is below 1 ULP down to the
 * subnormals.  float32 is computed in double and rounded once.
 *
 * Polynomials are minimax fits (Remez exchange with relative weight, 50 digits).
 */

#ifndef MLT_SPECIAL_ONCE
#define MLT_SPECIAL_ONCE
#include <math.h>
#include <stdint.h>

#define MLT_SPECIAL_INLINE static inline __attribute__((always_inline))

#define MLT_SPECIAL_ROUND 0x1.8p52 /* rounds to an integer when added */
#define MLT_SPECIAL_LOG2_E 0x1.71547652b82fep+0
#define MLT_SPECIAL_LN2_HIGH 0x1.62e42fefap-1 /* 38 bits: times an exponent it is exact */
#define MLT_SPECIAL_LN2_LOW 0x1.cf79abc9e3b3ap-40
#define MLT_SPECIAL_Q_CENTRE 0x1.4d2ec42da8b94p-1 /* Q(0) of special_tail_f64 */
#define MLT_SPECIAL_Q_CENTRE_LOW 0x1.2a90a11905974p-57
#define MLT_SPECIAL_DENSITY 0x1.9884533d43651p-2 /* 1 / sqrt(2 pi) */
#define MLT_SPECIAL_SQRT1_2 0x1.6a09e667f3bcdp-1
#define MLT_SPECIAL_SQRT1_2_LOW (-0x1.bdd3413b26456p-55)

/* (high + low) 2^exponent: out of range only when the power is applied. */
typedef struct {
  double high, low, exponent;
} mlt_special_scaled;
#endif

/* 2^n for an integer n in [-1022, 1023]. */
MLT_SPECIAL_INLINE double MLT_FN(special_power_of_two)(double n) {
  return MLT_FN(vmath_from_bits)(MLT_FN(vmath_bits)(n + (MLT_SPECIAL_ROUND + 1023.0)) << 52);
}

/* x 2^n in two steps, for n down to -2044: one rounding, into a subnormal too. */
MLT_SPECIAL_INLINE double MLT_FN(special_scale)(double x, double n) {
  const double first = (0.5 * n + MLT_SPECIAL_ROUND) - MLT_SPECIAL_ROUND;
  return x * MLT_FN(special_power_of_two)(first) * MLT_FN(special_power_of_two)(n - first);
}

/* exp(-(h + l)) for 0 <= h <= 800 and l a rounding error of h. */
MLT_SPECIAL_INLINE mlt_special_scaled MLT_FN(special_exp_f64)(double h, double l) {
  mlt_special_scaled result;
  const double n = MLT_FMA64(-h, MLT_SPECIAL_LOG2_E, MLT_SPECIAL_ROUND) - MLT_SPECIAL_ROUND;
  const double first = -h - n * MLT_SPECIAL_LN2_HIGH; /* exact */
  const double second = n * MLT_SPECIAL_LN2_LOW;
  const double r = first - second;
  const double r_low = ((first - r) - second) - l;
  const double sum = 1.0 + r;
  /* (exp(r) - 1 - r) / r^2, error 2^-62.4 */
  double p = 2.082506284991657e-9;
  p = MLT_FMA64(MLT_FMA64(p, r, 2.5105044080005332e-8), r, 2.755754282495177e-7);
  p = MLT_FMA64(MLT_FMA64(p, r, 2.7557255896774312e-6), r, 2.4801587042741053e-5);
  p = MLT_FMA64(MLT_FMA64(p, r, 0.0001984126987434711), r, 0.0013888888889004919);
  p = MLT_FMA64(MLT_FMA64(p, r, 0.008333333333326302), r, 0.04166666666666649);
  p = MLT_FMA64(MLT_FMA64(p, r, 0.1666666666666667), r, 0.5);
  const double bend = r * r * p;
  const double rest = ((1.0 - sum) + r) + MLT_FMA64(r_low, sum + bend, bend);
  result.high = sum + rest;
  result.low = (sum - result.high) + rest;
  result.exponent = n;
  return result;
}

/* exp(-h) for |h| <= 700, to 2^-32. */
MLT_SPECIAL_INLINE double MLT_FN(special_exp_f32)(double h) {
  const double n = MLT_FMA64(-h, MLT_SPECIAL_LOG2_E, MLT_SPECIAL_ROUND) - MLT_SPECIAL_ROUND;
  const double r = MLT_FMA64(-n, MLT_SPECIAL_LN2_LOW, -h - n * MLT_SPECIAL_LN2_HIGH);
  /* (exp(r) - 1 - r) / r^2, error 2^-32.5 */
  double p = MLT_FMA64(0.00019758520266513114, r, 0.0013933334861542504);
  p = MLT_FMA64(MLT_FMA64(p, r, 0.008333509516676713), r, 0.04166646895077812);
  p = MLT_FMA64(MLT_FMA64(p, r, 0.16666666088465654), r, 0.5000000012828447);
  return MLT_FMA64(r * r, p, 1.0 + r) * MLT_FN(special_power_of_two)(n);
}

/* erfc(a + a_low) for a in [0.35, 28], where h + l is its square.  Here Q stays
 * between 0.57 and 0.78, so the rounding of w does not matter, and 1/(a + 3/4) is
 * the only factor beside the exponential to need a low part. */
MLT_SPECIAL_INLINE mlt_special_scaled MLT_FN(special_tail_f64)(double a, double a_low, double h,
                                                               double l) {
  mlt_special_scaled result;
  const mlt_special_scaled e = MLT_FN(special_exp_f64)(h, l);
  const double sum = a + 0.75;
  const double sum_low = MLT_FN(vmath_sum_low)(a, 0.75, sum) + a_low;
  const double inverse = 1.0 / sum;
  const double unit = inverse * sum;
  const double remainder = (1.0 - unit) - MLT_FN(vmath_product_low)(inverse, sum, unit);
  const double inverse_low = inverse * MLT_FMA64(-inverse, sum_low, remainder);
  const double w = (a - 4.0) / (a + 4.0);
  /* (Q(w) - Q(0)) / w; Q has error 2^-58.4 */
  double p = -4.993544877689507e-9;
  p = MLT_FMA64(MLT_FMA64(p, w, -6.51672537251362e-9), w, 4.9540075198457305e-8);
  p = MLT_FMA64(MLT_FMA64(p, w, 3.956132121810503e-8), w, -3.878154380015317e-7);
  p = MLT_FMA64(MLT_FMA64(p, w, 7.902808215177399e-8), w, 2.7525287453528755e-6);
  p = MLT_FMA64(MLT_FMA64(p, w, -4.876391271817854e-6), w, -1.2675456416204544e-5);
  p = MLT_FMA64(MLT_FMA64(p, w, 6.967230045401229e-5), w, -7.988251937091198e-5);
  p = MLT_FMA64(MLT_FMA64(p, w, -0.00038432716980956166), w, 0.0023162032777848994);
  p = MLT_FMA64(MLT_FMA64(p, w, -0.007083801110832368), w, 0.015372771261850942);
  p = MLT_FMA64(MLT_FMA64(p, w, -0.025340418777338867), w, 0.031089463589182288);
  p = MLT_FMA64(MLT_FMA64(p, w, -0.023278738668391204), w, -0.007015927046979385);
  p = MLT_FMA64(MLT_FMA64(p, w, 0.06236974578087557), w, -0.1345775706103242);
  const double q = MLT_FMA64(w, p, MLT_SPECIAL_Q_CENTRE);
  const double q_low = MLT_FMA64(w, p, MLT_SPECIAL_Q_CENTRE - q) + MLT_SPECIAL_Q_CENTRE_LOW;
  const double qi = q * inverse;
  const double qi_low =
      MLT_FN(vmath_product_low)(q, inverse, qi) + MLT_FMA64(q, inverse_low, q_low * inverse);
  const double high = qi * e.high;
  const double low =
      MLT_FN(vmath_product_low)(qi, e.high, high) + MLT_FMA64(qi, e.low, qi_low * e.high);
  result.high = high + low;
  result.low = (high - result.high) + low;
  result.exponent = e.exponent;
  return result;
}

/* erfc(a) for a in [0, 28], to 2^-28.7; here Q(w) / (a + 3) with
 * w = (a - 3) / (a + 3), for one division. */
MLT_SPECIAL_INLINE double MLT_FN(special_tail_f32)(double a) {
  const double inverse = 1.0 / (a + 3.0);
  const double w = MLT_FMA64(-6.0, inverse, 1.0);
  double p = MLT_FMA64(-0.00032471944461899424, w, -0.0004819946692633793);
  p = MLT_FMA64(MLT_FMA64(p, w, 0.003080577961741763), w, -0.0012270458729901478);
  p = MLT_FMA64(MLT_FMA64(p, w, -0.026840061338948038), w, 0.11952917258915706);
  p = MLT_FMA64(MLT_FMA64(p, w, -0.3104659706865188), w, 0.5902282922015293);
  p = MLT_FMA64(MLT_FMA64(p, w, -0.8833944877713987), w, 1.0740069078366257);
  return MLT_FN(special_exp_f32)(a * a) * (p * inverse);
}

/* erf(x) / x - 1 for |x| <= 5/8, z = x^2; error 2^-58.9. */
MLT_SPECIAL_INLINE double MLT_FN(special_erf_small_f64)(double z) {
  double p = MLT_FMA64(-1.3721187239218582e-7, z, 1.6248779406763396e-6);
  p = MLT_FMA64(MLT_FMA64(p, z, -1.4915968039439182e-5), z, 0.00012055065616537781);
  p = MLT_FMA64(MLT_FMA64(p, z, -0.0008548322437006183), z, 0.005223977577426067);
  p = MLT_FMA64(MLT_FMA64(p, z, -0.026866170642238233), z, 0.11283791670946258);
  p = MLT_FMA64(MLT_FMA64(p, z, -0.3761263890318365), z, 0.12837916709551256);
  return p;
}

/* The same to 2^-32.5. */
MLT_SPECIAL_INLINE double MLT_FN(special_erf_small_f32)(double z) {
  double p = MLT_FMA64(-0.0007252023893142166, z, 0.005168463583762149);
  p = MLT_FMA64(MLT_FMA64(p, z, -0.02685502881434274), z, 0.11283689774474119);
  p = MLT_FMA64(MLT_FMA64(p, z, -0.3761263547488871), z, 0.12837916690741308);
  return p;
}

/* |x| cut to at most `most`; a NaN stays, its sign cleared. */
MLT_SPECIAL_INLINE double MLT_FN(special_cut)(double x, double most) {
  const double a = __builtin_fabs(x);
  return MLT_FN(vmath_select)(MLT_FN(vmath_below)(most, a), most, a);
}

/* x + x (erf(x)/x - 1) in the middle, 1 - erfc outside. */
MLT_SPECIAL_INLINE double MLT_FN(erf_f64)(double x) {
  const double a = MLT_FN(special_cut)(x, 7.0);
  const double square = a * a;
  const double square_low = MLT_FN(vmath_product_low)(a, a, square);
  const mlt_special_scaled tail = MLT_FN(special_tail_f64)(a, 0.0, square, square_low);
  const double power = MLT_FN(special_power_of_two)(tail.exponent);
  const double right = tail.high * power;
  const double rest = 1.0 - right;
  const double outer = rest + (((1.0 - rest) - right) - tail.low * power);
  const double inner = MLT_FMA64(a, MLT_FN(special_erf_small_f64)(square), a);
  const uint64_t middle = MLT_FN(vmath_below)(a, 0.625);
  return __builtin_copysign(MLT_FN(vmath_select)(middle, inner, outer), x);
}

/* In the middle 1 - x - x (erf(x)/x - 1), with the rounding of 1 - x put back. */
MLT_SPECIAL_INLINE double MLT_FN(erfc_f64)(double x) {
  const double a = MLT_FN(special_cut)(x, 28.0);
  const double square = a * a;
  const double square_low = MLT_FN(vmath_product_low)(a, a, square);
  const mlt_special_scaled tail = MLT_FN(special_tail_f64)(a, 0.0, square, square_low);
  const double right = MLT_FN(special_scale)(tail.high + tail.low, tail.exponent);
  const double outer = MLT_FN(vmath_select)(MLT_FN(vmath_negative)(x), 2.0 - right, right);
  const double rest = 1.0 - x;
  const double rest_low = (1.0 - rest) - x;
  const double inner = rest + MLT_FMA64(-x, MLT_FN(special_erf_small_f64)(square), rest_low);
  return MLT_FN(vmath_select)(MLT_FN(vmath_below)(a, 0.625), inner, outer);
}

/* x Phi(x), Phi(x) = erfc(-x / sqrt 2) / 2.  The square of x / sqrt 2 is taken from
 * x, exactly.  gelu(-inf) is the limit -0. */
MLT_SPECIAL_INLINE double MLT_FN(gelu_f64)(double x) {
  const double a = MLT_FN(special_cut)(x, 39.5);
  const double square = a * a;
  const double square_low = MLT_FN(vmath_product_low)(a, a, square);
  const double b = a * MLT_SPECIAL_SQRT1_2;
  const double b_low =
      MLT_FMA64(a, MLT_SPECIAL_SQRT1_2_LOW, MLT_FN(vmath_product_low)(a, MLT_SPECIAL_SQRT1_2, b));
  const mlt_special_scaled tail =
      MLT_FN(special_tail_f64)(b, b_low, 0.5 * square, 0.5 * square_low);
  const uint64_t negative = MLT_FN(vmath_negative)(x);
  const uint64_t middle = MLT_FN(vmath_below)(a, 0.5);
  const double right = MLT_FN(special_scale)(0.5 * tail.high, tail.exponent);
  const double one_minus = 1.0 - right;
  const double outer = MLT_FN(vmath_select)(negative, 0.5 * tail.high, one_minus);
  const double outer_low =
      MLT_FN(vmath_select)(negative, 0.5 * tail.low, (1.0 - one_minus) - right);
  /* In the middle Phi = 1/2 + x/2 + x ((Phi - 1/2)/x - 1/2); error 2^-60. */
  const double z = square;
  double p = MLT_FMA64(-3.8857117352099085e-8, z, 6.649289761688282e-7);
  p = MLT_FMA64(MLT_FMA64(p, z, -9.444411976022061e-6), z, 0.00011543465476892761);
  p = MLT_FMA64(MLT_FMA64(p, z, -0.0011873282129606717), z, 0.009973557009932563);
  p = MLT_FMA64(MLT_FMA64(p, z, -0.06649038006690353), z, -0.10105771959856734);
  const double straight = 0.5 + 0.5 * x;
  const double bent = MLT_FMA64(x, p, (0.5 - straight) + 0.5 * x);
  const double inner = straight + bent;
  const double inner_low = (straight - inner) + bent;
  const double factor = MLT_FN(vmath_select)(middle, inner, outer);
  const double factor_low = MLT_FN(vmath_select)(middle, inner_low, outer_low);
  const double signed_a = __builtin_copysign(a, x);
  const double product = signed_a * factor;
  const double product_low = MLT_FN(vmath_product_low)(signed_a, factor, product);
  const double value = product + MLT_FMA64(signed_a, factor_low, product_low);
  const double exponent = MLT_FN(vmath_select)(negative & ~middle, tail.exponent, 0.0);
  const double scaled = MLT_FN(special_scale)(value, exponent);
  /* Adding low parts made +0 of gelu(-0). */
  return MLT_FN(vmath_select)(MLT_FN(vmath_below)(39.5, x), x, __builtin_copysign(scaled, x));
}

/* x / (1 + exp(-x)) with exp(-|x|) alone, which cannot overflow, and the remainder
 * of the division.  silu(-inf) is the limit -0. */
MLT_SPECIAL_INLINE double MLT_FN(silu_f64)(double x) {
  const double a = MLT_FN(special_cut)(x, 800.0);
  const mlt_special_scaled e = MLT_FN(special_exp_f64)(a, 0.0);
  const uint64_t negative = MLT_FN(vmath_negative)(x);
  const double decay = MLT_FN(special_scale)(e.high, e.exponent);
  const double under = 1.0 + decay;
  const double under_low = ((1.0 - under) + decay) + MLT_FN(special_scale)(e.low, e.exponent);
  const double signed_a = __builtin_copysign(a, x);
  const double factor = MLT_FN(vmath_select)(negative, e.high, 1.0);
  const double factor_low = MLT_FN(vmath_select)(negative, e.low, 0.0);
  const double over = signed_a * factor;
  const double over_low =
      MLT_FMA64(signed_a, factor_low, MLT_FN(vmath_product_low)(signed_a, factor, over));
  const double inverse = 1.0 / under;
  const double quotient = over * inverse;
  const double product = quotient * under;
  const double rest = (over - product) - MLT_FN(vmath_product_low)(quotient, under, product);
  const double value =
      MLT_FMA64(MLT_FMA64(-quotient, under_low, rest + over_low), inverse, quotient);
  const double exponent = MLT_FN(vmath_select)(negative, e.exponent, 0.0);
  const double scaled = MLT_FN(special_scale)(value, exponent);
  return MLT_FN(vmath_select)(MLT_FN(vmath_below)(800.0, x), x, __builtin_copysign(scaled, x));
}

#if MLT_HAS_FMA
/* erf alone has no tail to keep: beyond 15/16 it is 1 - exp(-a - a q(a)), a polynomial in the exponent
 * (error 2^-30.3 relative to erf), below it x + x p(x^2) (2^-25.7). */
MLT_SPECIAL_INLINE float MLT_FN(erf_f32)(float x) {
  const float magnitude = __builtin_fabsf(x), a = magnitude > 4.0f ? 4.0f : magnitude, z = a * a;
  float q = __builtin_fmaf(1.12314896137e-05f, a, -0.000322805593519f);
  q = __builtin_fmaf(__builtin_fmaf(q, a, 0.00364246566776f), a, -0.0237620760628f);
  q = __builtin_fmaf(__builtin_fmaf(q, a, 0.106236891879f), a, 0.635151308415f);
  q = __builtin_fmaf(q, a, 0.128648492073f);
  const float exponent = -__builtin_fmaf(q, a, a);
  const float shifted = __builtin_fmaf(exponent, 0x1.715476p0f, MLT_ROUND_MAGIC32);
  const float n = shifted - MLT_ROUND_MAGIC32;
  const float r = __builtin_fmaf(n, -MLT_LN2_LOW32, __builtin_fmaf(n, -MLT_LN2_HIGH32, exponent));
  const float power =
      MLT_FN(exponential_from_bits_f32)((MLT_FN(exponential_bits_f32)(shifted) + 127) << 23);
  const float outer = __builtin_fmaf(-power, 1.0f + r + MLT_FN(exp_tail_f32)(r), 1.0f);
  float p = __builtin_fmaf(-0.00059194198459f, z, 0.00497913083896f);
  p = __builtin_fmaf(__builtin_fmaf(p, z, -0.0267570354055f), z, 0.112815525043f);
  p = __builtin_fmaf(__builtin_fmaf(p, z, -0.376124686406f), z, 0.128379145813f);
  const float inner = __builtin_fmaf(a, p, a);
  return __builtin_copysignf(a < 0.9375f ? inner : outer, x);
}
#else
MLT_SPECIAL_INLINE float MLT_FN(erf_f32)(float x) {
  const double a = MLT_FN(special_cut)((double)x, 5.0);
  const double outer = 1.0 - MLT_FN(special_tail_f32)(a);
  const double inner = MLT_FMA64(a, MLT_FN(special_erf_small_f32)(a * a), a);
  const uint64_t middle = MLT_FN(vmath_below)(a, 0.625);
  return __builtin_copysignf((float)MLT_FN(vmath_select)(middle, inner, outer), x);
}
#endif

MLT_SPECIAL_INLINE float MLT_FN(erfc_f32)(float x) {
  const double tail = MLT_FN(special_tail_f32)(MLT_FN(special_cut)((double)x, 11.0));
  const uint64_t negative = MLT_FN(vmath_negative)((double)x);
  return (float)MLT_FN(vmath_select)(negative, 2.0 - tail, tail);
}

MLT_SPECIAL_INLINE float MLT_FN(gelu_f32)(float x) {
  const double d = (double)x;
  const double a = MLT_FN(special_cut)(d, 16.0);
  const double tail = 0.5 * MLT_FN(special_tail_f32)(a * MLT_SPECIAL_SQRT1_2);
  const double above = d * (1.0 - tail);
  const uint64_t negative = MLT_FN(vmath_negative)(d);
  return (float)MLT_FN(vmath_select)(negative, -a * tail, above);
}

/* exp(150) is outer within double: no need to fold the sign. */
MLT_SPECIAL_INLINE float MLT_FN(silu_f32)(float x) {
  const double d = (double)x;
  const double cut = __builtin_copysign(MLT_FN(special_cut)(d, 150.0), d);
  const double over = MLT_FN(vmath_select)(MLT_FN(vmath_negative)(d), cut, d);
  return (float)(over / (1.0 + MLT_FN(special_exp_f32)(cut)));
}

/* The slope of gelu, P(x) + x p(x) with the density p of the normal distribution; that of silu, s (1 + x (1 - s)) with
 * s = sigmoid(x).  Their ends are -0 and 1. */
MLT_SPECIAL_INLINE double MLT_FN(gelu_slope_f64)(double x) {
  const double a = MLT_FN(special_cut)(x, 39.5), density = MLT_SPECIAL_DENSITY * MLT_FN(exp_f64)(-0.5 * a * a);
  const double over = MLT_FMA64(a, density, -0.5 * MLT_FN(erfc_f64)(a * MLT_SPECIAL_SQRT1_2));
  return MLT_FN(vmath_select)(MLT_FN(vmath_negative)(x), -over, 1.0 + over);
}
MLT_SPECIAL_INLINE float MLT_FN(gelu_slope_f32)(float x) {
  const double a = MLT_FN(special_cut)((double)x, 16.0);
  const double density = MLT_SPECIAL_DENSITY * MLT_FN(special_exp_f32)(0.5 * a * a);
  const double below = MLT_FMA64(-a, density, 0.5 * MLT_FN(special_tail_f32)(a * MLT_SPECIAL_SQRT1_2));
  return (float)MLT_FN(vmath_select)(MLT_FN(vmath_negative)((double)x), below, 1.0 - below);
}
MLT_SPECIAL_INLINE double MLT_FN(silu_slope_f64)(double x) {
  const double cut = __builtin_copysign(MLT_FN(special_cut)(x, 800.0), x), s = MLT_FN(sigmoid_f64)(cut);
  return s * MLT_FMA64(cut, 1.0 - s, 1.0);
}
MLT_SPECIAL_INLINE float MLT_FN(silu_slope_f32)(float x) {
  const double d = (double)x, cut = __builtin_copysign(MLT_FN(special_cut)(d, 150.0), d);
  const double s = 1.0 / (1.0 + MLT_FN(special_exp_f32)(cut));
  return (float)(s * MLT_FMA64(cut, 1.0 - s, 1.0));
}
