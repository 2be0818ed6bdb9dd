/* sin, cos, tan, asin, acos, atan, atan2 and hypot, branch-free.
 *
 * Included once per instruction set between target_begin.h and target_end.h.
 * Each function is one straight line of arithmetic and selects, without tables
 * and without calls, so that `for (i...) y[i] = f(x[i])` is vectorised.
 *
 * float64 carries the low part of every quantity that would cost more than a
 * fraction of an ULP and stays below 1 ULP.  float32 is computed in single
 * precision, below 1.7 ULP, and sin, cos and tan beyond 2^17, or without a
 * fused multiply-add, in double and rounded once; so is hypot.
 * Polynomials are minimax fits (Remez exchange with relative weight, 50 digits);
 * the bound beside each is its relative error on the function it serves.
 *
 * sin, cos and tan come as
 *   MLT_FN(sin_fast_f64)(x)         branch-free, right for |x| <= MLT_TRIG_LIMIT_F64,
 *                                   for NaN and for infinities
 *   MLT_FN(sin_f64)(x)              right everywhere, with a branch; not vectorised
 *   MLT_FN(sin_block_f64)(x, y, n)  right everywhere, vectorised; y may be x itself
 */

#ifndef MLT_TRIGONOMETRIC_ONCE
#define MLT_TRIGONOMETRIC_ONCE
#include <float.h>
#include <math.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#define MLT_TRIG_INLINE static inline __attribute__((always_inline))

/* Beyond these the reduction to a quadrant takes other bits of pi for each argument; see vmath_huge.h. */
#define MLT_TRIG_LIMIT_F64 67108864.0    /* 2^26 */
#define MLT_TRIG_LIMIT_F32 1073741824.0f /* 2^30 */
/* Up to here float32 is reduced in single precision. */
#define MLT_TRIG_NARROW_F32 131072.0f /* 2^17 */

/* Adding 1.5 * 2^52 rounds to an integer and leaves it in the low bits: the
 * conversion between double and int64 that AVX2 lacks. */
#define MLT_TRIG_ROUND 0x1.8p52
#define MLT_TRIG_SIGN 0x8000000000000000ull

/* Constants as head and tail, together 106 bits. */
#define MLT_TRIG_2_PI 0x1.45f306dc9c883p-1
#define MLT_TRIG_PI_2 0x1.921fb54442d18p+0
#define MLT_TRIG_PI_2_LOW 0x1.1a62633145c07p-54
#define MLT_TRIG_PI_2_THIRD (-0x1.f1976b7ed8fbcp-110)
#define MLT_TRIG_PI_2_F32 0x1.921fb6p+0f
#define MLT_TRIG_PI_2_EXCESS_F32 0x1.777a5cp-25f /* what this is too large by */

/* high + low is the value; quadrant counts quarter turns in its low bits. */
typedef struct {
  double high, low;
  uint64_t quadrant;
} mlt_trig_reduced;

typedef struct {
  double high, low;
} mlt_trig_pair;

typedef struct {
  mlt_trig_pair sine, cosine;
} mlt_trig_both;

/* atan(y / x) = quarters pi/2 + t + tail, |t| <= 1/2. */
typedef struct {
  double t, tail, quarters;
} mlt_trig_angle;
#endif

MLT_TRIG_INLINE uint64_t MLT_FN(vmath_bits)(double x) {
  uint64_t bits;
  memcpy(&bits, &x, sizeof bits);
  return bits;
}

MLT_TRIG_INLINE double MLT_FN(vmath_from_bits)(uint64_t bits) {
  double x;
  memcpy(&x, &bits, sizeof x);
  return x;
}

/* Where mask is all ones a, where it is zero b. */
MLT_TRIG_INLINE double MLT_FN(vmath_select)(uint64_t mask, double a, double b) {
  return MLT_FN(vmath_from_bits)((MLT_FN(vmath_bits)(a) & mask) | (MLT_FN(vmath_bits)(b) & ~mask));
}

/* a < b as such a mask.  Selecting by mask instead of by `?:` keeps the compiler
 * from splitting what follows on the condition, which where several selects share
 * one makes branches of them and ends the vectorisation.  SSE2 cannot widen a
 * comparison of doubles to 64-bit integers, but can shift the sign of a difference;
 * a NaN must then have its sign cleared to compare as not below. */
MLT_TRIG_INLINE uint64_t MLT_FN(vmath_below)(double a, double b) {
#if MLT_HAS_FMA
  return 0 - (uint64_t)(a < b);
#else
  return 0 - (MLT_FN(vmath_bits)(a - b) >> 63);
#endif
}

/* All ones where the sign bit of x is set, for -0 too. */
MLT_TRIG_INLINE uint64_t MLT_FN(vmath_negative)(double x) {
  return 0 - (MLT_FN(vmath_bits)(x) >> 63);
}

/* The same of floats. */
MLT_TRIG_INLINE uint32_t MLT_FN(vmath_bits_f32)(float x) {
  uint32_t bits;
  memcpy(&bits, &x, sizeof bits);
  return bits;
}
MLT_TRIG_INLINE float MLT_FN(vmath_from_bits_f32)(uint32_t bits) {
  float x;
  memcpy(&x, &bits, sizeof x);
  return x;
}
MLT_TRIG_INLINE float MLT_FN(vmath_select_f32)(uint32_t mask, float a, float b) {
  return MLT_FN(vmath_from_bits_f32)((MLT_FN(vmath_bits_f32)(a) & mask) | (MLT_FN(vmath_bits_f32)(b) & ~mask));
}
MLT_TRIG_INLINE uint32_t MLT_FN(vmath_below_f32)(float a, float b) { return 0 - (uint32_t)(a < b); }

/* a * b - product, exactly, for product = a * b rounded (Dekker 1971 where the
 * target has no fused multiply-add; cutting bits instead of multiplying by
 * 2^27 + 1 cannot overflow). */
MLT_TRIG_INLINE double MLT_FN(vmath_product_low)(double a, double b, double product) {
#if MLT_HAS_FMA
  return __builtin_fma(a, b, -product);
#else
  const double a_high = MLT_FN(vmath_from_bits)(MLT_FN(vmath_bits)(a) & 0xfffffffff8000000ull);
  const double b_high = MLT_FN(vmath_from_bits)(MLT_FN(vmath_bits)(b) & 0xfffffffff8000000ull);
  const double a_low = a - a_high, b_low = b - b_high;
  return ((a_high * b_high - product) + (a_high * b_low + a_low * b_high)) + a_low * b_low;
#endif
}

/* a + b - sum, exactly, for sum = a + b rounded (Knuth). */
MLT_TRIG_INLINE double MLT_FN(vmath_sum_low)(double a, double b, double sum) {
  const double back = sum - a;
  return (a - (sum - back)) + (b - back);
}

/* x - n pi/2 for 0 <= x <= 2^26, after Cody and Waite.  pi/2 is taken as three
 * doubles P1 + P2 + P3.  x - n P1 is exact: a multiple of 2^-53 below 1.  The
 * sum with n P2 keeps its error, so that even a zero of the sine that lies
 * 2^-60 from a double keeps its relative accuracy. */
MLT_TRIG_INLINE mlt_trig_reduced MLT_FN(trig_reduce_f64)(double x) {
  mlt_trig_reduced result;
  const double shifted = MLT_FMA64(x, MLT_TRIG_2_PI, MLT_TRIG_ROUND);
  const double n = shifted - MLT_TRIG_ROUND;
#if MLT_HAS_FMA
  const double first = __builtin_fma(-n, MLT_TRIG_PI_2, x);
  const double second = n * MLT_TRIG_PI_2_LOW;
  const double rest = __builtin_fma(n, MLT_TRIG_PI_2_LOW, -second);
#else
  /* P1 and P2 in halves of 27 bits: their products with n, below 2^26, are exact. */
  const double first = (x - n * 0x1.921fb54p+0) - n * 0x1.10b46p-30;
  const double second = n * 0x1.1a62630p-54;
  const double rest = n * 0x1.8a2e038p-81;
#endif
  const double difference = first - second;
  const double error = MLT_FN(vmath_sum_low)(first, -second, difference);
  const double low = error - (rest + n * MLT_TRIG_PI_2_THIRD);
  result.high = difference + low;
  result.low = (difference - result.high) + low;
  result.quadrant = MLT_FN(vmath_bits)(shifted);
  return result;
}

/* The same for 0 <= x <= 2^30 that is a float: one double is enough, as no float
 * in that range is nearer than 2^-28 to a multiple of pi/2. */
MLT_TRIG_INLINE mlt_trig_reduced MLT_FN(trig_reduce_f32)(double x) {
  mlt_trig_reduced result;
  const double shifted = MLT_FMA64(x, MLT_TRIG_2_PI, MLT_TRIG_ROUND);
  const double n = shifted - MLT_TRIG_ROUND;
  /* 22 + 21 + 53 bits: the first two products and differences are exact. */
  const double first = (x - n * 0x1.921fb4p+0) - n * 0x1.4442dp-24;
  result.high = MLT_FMA64(-n, 0x1.8469898cc5170p-48, first);
  result.low = 0.0;
  result.quadrant = MLT_FN(vmath_bits)(shifted);
  return result;
}

/* Sine and cosine of high + low, |high| <= pi/4, as high parts with small
 * corrections; after fdlibm's __kernel_sin and __kernel_cos. */
MLT_TRIG_INLINE mlt_trig_both MLT_FN(trig_kernel_f64)(double r, double low) {
  mlt_trig_both both;
  const double z = r * r, half = 0.5 * z, one_minus = 1.0 - half;
  /* (sin(r)/r - 1) / r^2, error 2^-57.9; (cos(r) - 1 + r^2/2) / r^4, error 2^-64 */
  double s = MLT_FMA64(1.589606731552773e-10, z, -2.5050745034189822e-8);
  s = MLT_FMA64(MLT_FMA64(s, z, 2.7557313604502467e-6), z, -0.00019841269829542547);
  s = MLT_FMA64(MLT_FMA64(s, z, 0.008333333333322063), z, -0.1666666666666663);
  double c = MLT_FMA64(-1.1358423566726525e-11, z, 2.0875698709670003e-9);
  c = MLT_FMA64(MLT_FMA64(c, z, -2.755731416398636e-7), z, 2.4801587288800065e-5);
  c = MLT_FMA64(MLT_FMA64(c, z, -0.0013888888888872975), z, 0.041666666666666595);
  both.sine.high = r;
  both.sine.low = MLT_FMA64(z * r, s, MLT_FMA64(-half, low, low));
  both.cosine.high = one_minus;
  both.cosine.low = ((1.0 - one_minus) - half) + MLT_FMA64(z * z, c, -(r * low));
  return both;
}

/* The same to 2^-37.5 and 2^-33, for float32. */
MLT_TRIG_INLINE mlt_trig_both MLT_FN(trig_kernel_f32)(double r) {
  mlt_trig_both both;
  const double z = r * r;
  double s = MLT_FMA64(2.718083980545777e-6, z, -0.0001983930833582825);
  s = MLT_FMA64(MLT_FMA64(s, z, 0.008333329292663717), z, -0.16666666640692487);
  double c = 2.443280950580369e-5;
  c = MLT_FMA64(MLT_FMA64(c, z, -0.001388731328683358), z, 0.04166664562310022);
  both.sine.high = MLT_FMA64(z * r, s, r);
  both.cosine.high = MLT_FMA64(z * z, c, MLT_FMA64(-0.5, z, 1.0));
  both.sine.low = both.cosine.low = 0.0;
  return both;
}

/* The sine of an angle `quarter` quarter turns past the reduced one: sine and
 * cosine take turns, and so do the signs. */
MLT_TRIG_INLINE double MLT_FN(trig_turn)(mlt_trig_both both, uint64_t quarter, uint64_t sign) {
  const double sine = both.sine.high + both.sine.low;
  const double cosine = both.cosine.high + both.cosine.low;
  const double value = MLT_FN(vmath_select)(0 - (quarter & 1), cosine, sine);
  return MLT_FN(vmath_from_bits)(MLT_FN(vmath_bits)(value) ^ ((quarter & 2) << 62) ^ sign);
}

/* Working on |x| and putting the sign back keeps sin(-0) = -0. */
MLT_TRIG_INLINE double MLT_FN(sin_reduced)(mlt_trig_reduced r, double x) {
  return MLT_FN(trig_turn)(MLT_FN(trig_kernel_f64)(r.high, r.low), r.quadrant,
                           MLT_FN(vmath_bits)(x) & MLT_TRIG_SIGN);
}

MLT_TRIG_INLINE double MLT_FN(cos_reduced)(mlt_trig_reduced r, double x) {
  (void)x;
  return MLT_FN(trig_turn)(MLT_FN(trig_kernel_f64)(r.high, r.low), r.quadrant + 1, 0);
}

/* tan = sine / cosine, or -cosine / sine in the odd quadrants; the remainder of
 * the division brings in the low parts of both. */
MLT_TRIG_INLINE double MLT_FN(tan_reduced)(mlt_trig_reduced r, double x) {
  const mlt_trig_both both = MLT_FN(trig_kernel_f64)(r.high, r.low);
  const uint64_t odd = 0 - (r.quadrant & 1);
  const uint64_t sign = (odd ^ MLT_FN(vmath_bits)(x)) & MLT_TRIG_SIGN;
  const double sine = both.sine.high + both.sine.low;
  const double sine_low = (both.sine.high - sine) + both.sine.low;
  const double cosine = both.cosine.high + both.cosine.low;
  const double cosine_low = (both.cosine.high - cosine) + both.cosine.low;
  const double over = MLT_FN(vmath_select)(odd, cosine, sine);
  const double over_low = MLT_FN(vmath_select)(odd, cosine_low, sine_low);
  const double under = MLT_FN(vmath_select)(odd, sine, cosine);
  const double under_low = MLT_FN(vmath_select)(odd, sine_low, cosine_low);
  const double inverse = 1.0 / under;
  const double quotient = over * inverse;
  const double product = quotient * under;
  const double rest = (over - product) - MLT_FN(vmath_product_low)(quotient, under, product);
  const double remainder = MLT_FMA64(-quotient, under_low, rest + over_low);
  const double value = MLT_FMA64(remainder, inverse, quotient);
  return MLT_FN(vmath_from_bits)(MLT_FN(vmath_bits)(value) ^ sign);
}

#include "mltensor/vmath_huge.h"
#define MLT_TRIG_RANGES(name)                                                                       \
  MLT_TRIG_INLINE double MLT_FN(name##_fast_f64)(double x) {                                        \
    return MLT_FN(name##_reduced)(MLT_FN(trig_reduce_f64)(__builtin_fabs(x)), x);                   \
  }                                                                                                 \
  static __attribute__((noinline)) double MLT_FN(name##_huge)(double x) {                           \
    if (__builtin_isinf(x)) return x - x;                                                           \
    return MLT_FN(name##_reduced)(MLT_FN(trig_reduce_huge)(__builtin_fabs(x)), x);                  \
  }
MLT_TRIG_RANGES(sin)
MLT_TRIG_RANGES(cos)
MLT_TRIG_RANGES(tan)
#undef MLT_TRIG_RANGES

/* In double: right for |x| <= MLT_TRIG_LIMIT_F32. */
MLT_TRIG_INLINE float MLT_FN(sin_wide_f32)(float x) {
  const mlt_trig_reduced r = MLT_FN(trig_reduce_f32)(__builtin_fabs((double)x));
  return (float)MLT_FN(trig_turn)(MLT_FN(trig_kernel_f32)(r.high), r.quadrant,
                                  MLT_FN(vmath_bits)((double)x) & MLT_TRIG_SIGN);
}

MLT_TRIG_INLINE float MLT_FN(cos_wide_f32)(float x) {
  const mlt_trig_reduced r = MLT_FN(trig_reduce_f32)(__builtin_fabs((double)x));
  return (float)MLT_FN(trig_turn)(MLT_FN(trig_kernel_f32)(r.high), r.quadrant + 1, 0);
}

MLT_TRIG_INLINE float MLT_FN(tan_wide_f32)(float x) {
  const mlt_trig_reduced r = MLT_FN(trig_reduce_f32)(__builtin_fabs((double)x));
  const mlt_trig_both both = MLT_FN(trig_kernel_f32)(r.high);
  const uint64_t odd = 0 - (r.quadrant & 1);
  const uint64_t sign = (odd ^ MLT_FN(vmath_bits)((double)x)) & MLT_TRIG_SIGN;
  const double value = MLT_FN(vmath_select)(odd, both.cosine.high, both.sine.high) /
                       MLT_FN(vmath_select)(odd, both.sine.high, both.cosine.high);
  return (float)MLT_FN(vmath_from_bits)(MLT_FN(vmath_bits)(value) ^ sign);
}

#if MLT_HAS_FMA

/* sin(a - quarters pi/2) for a distance of at most pi/2.  Three products with parts of
 * pi/2 of 24 bits each, every one exact before it is added.  (sin(r)/r - 1) / r^2 has error 2^-27.3. */
MLT_TRIG_INLINE float MLT_FN(trig_folded_f32)(float a, float quarters) {
  float r = __builtin_fmaf(-quarters, 0x1.921fb6p+0f, a);
  r = __builtin_fmaf(quarters, 0x1.777a5cp-25f, r);
  r = __builtin_fmaf(quarters, 0x1.ee59dap-50f, r);
  const float z = r * r;
  float p = __builtin_fmaf(2.60575060943e-06f, z, -0.000198095900675f);
  p = __builtin_fmaf(__builtin_fmaf(p, z, 0.00833306608253f), z, -0.166666595446f);
  return __builtin_fmaf(r * z, p, r);
}
/* sin(n pi + r) = (-1)^n sin(r). */
MLT_TRIG_INLINE float MLT_FN(sin_narrow_f32)(float x) {
  const float shifted = __builtin_fmaf(__builtin_fabsf(x), 0x1.45f306p-2f, 0x1.8p23f);
  const float value = MLT_FN(trig_folded_f32)(__builtin_fabsf(x), 2.0f * (shifted - 0x1.8p23f));
  const uint32_t sign = (MLT_FN(vmath_bits_f32)(shifted) << 31) ^ (MLT_FN(vmath_bits_f32)(x) & 0x80000000u);
  return MLT_FN(vmath_from_bits_f32)(MLT_FN(vmath_bits_f32)(value) ^ sign);
}
/* cos((n + 1/2) pi + r) = (-1)^(n + 1) sin(r). */
MLT_TRIG_INLINE float MLT_FN(cos_narrow_f32)(float x) {
  const float shifted = __builtin_fmaf(__builtin_fabsf(x), 0x1.45f306p-2f, -0.5f) + 0x1.8p23f;
  const float quarters = __builtin_fmaf(2.0f, shifted - 0x1.8p23f, 1.0f);
  const float value = MLT_FN(trig_folded_f32)(__builtin_fabsf(x), quarters);
  return MLT_FN(vmath_from_bits_f32)(MLT_FN(vmath_bits_f32)(value) ^ (~MLT_FN(vmath_bits_f32)(shifted) << 31));
}

/* tan(n pi/2 + r), a quotient for odd n.  r has a low part: what rounding the sum of the first two parts left out, and
 * the third. */
MLT_TRIG_INLINE float MLT_FN(tan_narrow_f32)(float x) {
  const float a = __builtin_fabsf(x), shifted = __builtin_fmaf(a, 0x1.45f306p-1f, 0x1.8p23f);
  const float n = shifted - 0x1.8p23f, head = __builtin_fmaf(-n, MLT_TRIG_PI_2_F32, a);
  const float second = n * MLT_TRIG_PI_2_EXCESS_F32, r = head + second, back = r - head;
  const float third = __builtin_fmaf(n, 0x1.ee59dap-50f, __builtin_fmaf(n, MLT_TRIG_PI_2_EXCESS_F32, -second));
  const float low = ((head - (r - back)) + (second - back)) + third;
  const float z = r * r;
  /* (tan(r)/r - 1) / r^2, error 2^-29 */
  float p = __builtin_fmaf(0x1.1f2f8p-8f, z, 0x1.85d346p-14f);
  p = __builtin_fmaf(__builtin_fmaf(p, z, 0x1.627b6ep-7f), z, 0x1.5ced56p-6f);
  p = __builtin_fmaf(__builtin_fmaf(p, z, 0x1.bad186p-5f), z, 0x1.110deep-3f);
  p = __builtin_fmaf(p, z, 0x1.55555ep-2f);
  const float rest = __builtin_fmaf(r * z, p, __builtin_fmaf(low, z, low)), t = r + rest;
  const float t_low = (r - t) + rest, quotient = 1.0f / t;
  const uint32_t odd = 0 - (MLT_FN(vmath_bits_f32)(shifted) & 1);
  const float value = MLT_FN(vmath_select_f32)(odd, __builtin_fmaf(-quotient * quotient, t_low, quotient), t);
  const uint32_t sign = (odd ^ MLT_FN(vmath_bits_f32)(x)) & 0x80000000u;
  return MLT_FN(vmath_from_bits_f32)(MLT_FN(vmath_bits_f32)(value) ^ sign);
}

/* Every element by its own size, whatever lies beside it. */
#define MLT_TRIG_NARROW(name)                                                              \
  MLT_TRIG_INLINE float MLT_FN(name##_fast_f32)(float x) {                                 \
    const float narrow = MLT_FN(name##_narrow_f32)(x), wide = MLT_FN(name##_wide_f32)(x);  \
    return __builtin_fabsf(x) > MLT_TRIG_NARROW_F32 ? wide : narrow;                       \
  }                                                                                        \
  static inline int MLT_FN(name##_piece_f32)(const float *x, float *y, ptrdiff_t n) {      \
    uint32_t wide = 0;                                                                     \
    for (ptrdiff_t i = 0; i < n; i++)                                                      \
      wide |= (uint32_t)(__builtin_fabsf(x[i]) > MLT_TRIG_NARROW_F32);                     \
    if (wide) return 0;                                                                    \
    _Pragma("GCC ivdep") for (ptrdiff_t i = 0; i < n; i++) y[i] = MLT_FN(name##_narrow_f32)(x[i]); \
    return 1;                                                                              \
  }
#else
#define MLT_TRIG_NARROW(name)                                                               \
  MLT_TRIG_INLINE float MLT_FN(name##_fast_f32)(float x) { return MLT_FN(name##_wide_f32)(x); } \
  static inline int MLT_FN(name##_piece_f32)(const float *x, float *y, ptrdiff_t n) { return 0; }
#endif
MLT_TRIG_NARROW(sin)
MLT_TRIG_NARROW(cos)
MLT_TRIG_NARROW(tan)
#undef MLT_TRIG_NARROW

/* The entry points over a fast form.  The block form looks for arguments beyond the limit in a
 * piece that stays in the first-level cache, before it writes anything (y may be x),
 * and only then chooses the loop.  The word of the flag is as wide as the element,
 * for the search to be vectorised. */
#ifndef MLT_TRIG_ENTRY
#define MLT_TRIG_PIECE 512
#define MLT_TRIG_NO_PIECE(x, y, n) 0
#define MLT_TRIG_ENTRY(name, suffix, type, word, limit, absolute, piece)                  \
  MLT_TRIG_INLINE type MLT_FN(name##_##suffix)(type x) {                                  \
    if (absolute(x) > (limit)) return (type)MLT_FN(name##_huge)((double)x);               \
    return MLT_FN(name##_fast_##suffix)(x);                                               \
  }                                                                                       \
  static inline void MLT_FN(name##_block_##suffix)(const type *x, type *y, ptrdiff_t n) { \
    for (ptrdiff_t start = 0; start < n; start += MLT_TRIG_PIECE) {                       \
      const ptrdiff_t stop = n - start < MLT_TRIG_PIECE ? n : start + MLT_TRIG_PIECE;     \
      word huge = 0;                                                                      \
      if (piece(x + start, y + start, stop - start)) continue;                            \
      for (ptrdiff_t i = start; i < stop; i++) huge |= (word)(absolute(x[i]) > (limit));  \
      if (huge) {                                                                         \
        for (ptrdiff_t i = start; i < stop; i++) y[i] = MLT_FN(name##_##suffix)(x[i]);    \
      } else {                                                                            \
        _Pragma("GCC ivdep") for (ptrdiff_t i = start; i < stop; i++) y[i] =              \
            MLT_FN(name##_fast_##suffix)(x[i]);                                           \
      }                                                                                   \
    }                                                                                     \
  }
#endif

MLT_TRIG_ENTRY(sin, f64, double, uint64_t, MLT_TRIG_LIMIT_F64, __builtin_fabs, MLT_TRIG_NO_PIECE)
MLT_TRIG_ENTRY(cos, f64, double, uint64_t, MLT_TRIG_LIMIT_F64, __builtin_fabs, MLT_TRIG_NO_PIECE)
MLT_TRIG_ENTRY(tan, f64, double, uint64_t, MLT_TRIG_LIMIT_F64, __builtin_fabs, MLT_TRIG_NO_PIECE)
MLT_TRIG_ENTRY(sin, f32, float, uint32_t, MLT_TRIG_LIMIT_F32, __builtin_fabsf,
               MLT_FN(sin_piece_f32))
MLT_TRIG_ENTRY(cos, f32, float, uint32_t, MLT_TRIG_LIMIT_F32, __builtin_fabsf,
               MLT_FN(cos_piece_f32))
MLT_TRIG_ENTRY(tan, f32, float, uint32_t, MLT_TRIG_LIMIT_F32, __builtin_fabsf,
               MLT_FN(tan_piece_f32))

/* asin(s) = s + s z P(z) with z = s^2 <= 1/4.  Above 1/2 the identity
 * asin(a) = pi/2 - 2 asin(sqrt((1 - a) / 2)) leads back, and the rounding of the
 * root is recovered from its square.  The root of a negative number makes the
 * NaN of |x| > 1.  s comes back in high, s z P(z) and the root's error in low. */
MLT_TRIG_INLINE mlt_trig_pair MLT_FN(trig_asin_f64)(double a) {
  mlt_trig_pair result;
  const int big = a > 0.5;
  const double z = big ? 0.5 * (1.0 - a) : a * a;
  const double root = __builtin_sqrt(z);
  const double s = big ? root : a;
  const double square = root * root;
  /* The tiny number keeps asin(1) from dividing zero by zero. */
  const double error =
      ((z - square) - MLT_FN(vmath_product_low)(root, root, square)) / (2.0 * root + 0x1p-1000);
  /* (asin(s)/s - 1) / z, error 2^-59.9 */
  double p = 0.032628534418147365;
  p = MLT_FMA64(MLT_FMA64(p, z, -0.020998928336713126), z, 0.02170736024488783);
  p = MLT_FMA64(MLT_FMA64(p, z, 0.0037064401593943684), z, 0.010780245969353756);
  p = MLT_FMA64(MLT_FMA64(p, z, 0.01139891307931139), z, 0.013980820502140522);
  p = MLT_FMA64(MLT_FMA64(p, z, 0.017351612011193583), z, 0.022372214988191707);
  p = MLT_FMA64(MLT_FMA64(p, z, 0.030381942707748157), z, 0.04464285717461296);
  p = MLT_FMA64(MLT_FMA64(p, z, 0.07499999999970798), z, 0.1666666666666676);
  result.high = s;
  result.low = MLT_FMA64(s * z, p, big ? error : 0.0);
  return result;
}

MLT_TRIG_INLINE double MLT_FN(asin_f64)(double x) {
  const double a = __builtin_fabs(x);
  const mlt_trig_pair s = MLT_FN(trig_asin_f64)(a);
  const double high = MLT_TRIG_PI_2 - 2.0 * s.high;
  const double low = ((MLT_TRIG_PI_2 - high) - 2.0 * s.high) + MLT_TRIG_PI_2_LOW;
  const double folded = high + (low - 2.0 * s.low);
  return __builtin_copysign(a > 0.5 ? folded : s.high + s.low, x);
}

/* acos = base + factor (s + low) with base 0, pi/2 or pi. */
MLT_TRIG_INLINE double MLT_FN(acos_f64)(double x) {
  const double a = __builtin_fabs(x);
  const mlt_trig_pair s = MLT_FN(trig_asin_f64)(a);
  const int big = a > 0.5, negative = x < 0.0;
  const double base = big ? (negative ? 2.0 * MLT_TRIG_PI_2 : 0.0) : MLT_TRIG_PI_2;
  const double base_low = big ? (negative ? 2.0 * MLT_TRIG_PI_2_LOW : 0.0) : MLT_TRIG_PI_2_LOW;
  const double factor = big ? (negative ? -2.0 : 2.0) : (negative ? 1.0 : -1.0);
  const double term = factor * s.high;
  const double sum = base + term;
  return sum + (((base - sum) + term) + MLT_FMA64(factor, s.low, base_low));
}

/* asin(s) for the float32 pair below, in single precision; error 2^-28.8.  Only from 9/16 on, where twice the
 * angle is below 1, is it rounded finely enough to be taken from pi/2. */
MLT_TRIG_INLINE float MLT_FN(trig_asin_f32)(float a, uint32_t big) {
  const float z = MLT_FN(vmath_select_f32)(big, MLT_FMA32(-0.5f, a, 0.5f), a * a);
  const float s = MLT_FN(vmath_select_f32)(big, __builtin_sqrtf(z), a);
  float p = MLT_FMA32(0x1.838e6cp-5f, z, 0x1.c4ae94p-8f);
  p = MLT_FMA32(MLT_FMA32(p, z, 0x1.162456p-5f), z, 0x1.6a6d0ap-5f);
  p = MLT_FMA32(MLT_FMA32(p, z, 0x1.334884p-4f), z, 0x1.555528p-3f);
  return MLT_FMA32(s * z, p, s);
}

MLT_TRIG_INLINE float MLT_FN(asin_f32)(float x) {
  const float a = __builtin_fabsf(x);
  const uint32_t big = MLT_FN(vmath_below_f32)(0.5625f, a);
  const float s = MLT_FN(trig_asin_f32)(a, big), folded = MLT_TRIG_PI_2_F32 - (2.0f * s + MLT_TRIG_PI_2_EXCESS_F32);
  return __builtin_copysignf(MLT_FN(vmath_select_f32)(big, folded, s), x);
}

/* With base 0, pi/2 or pi: 2 s, pi - 2 s, or pi/2 - asin(x). */
MLT_TRIG_INLINE float MLT_FN(acos_f32)(float x) {
  const float a = __builtin_fabsf(x);
  const uint32_t big = MLT_FN(vmath_below_f32)(0.5625f, a);
  const float s = MLT_FN(trig_asin_f32)(a, big);
  const float left = 2.0f * MLT_TRIG_PI_2_F32 - 2.0f * (s + MLT_TRIG_PI_2_EXCESS_F32);
  const float outer = MLT_FN(vmath_select_f32)(MLT_FN(vmath_below_f32)(x, 0.0f), left, 2.0f * s);
  const float inner = MLT_TRIG_PI_2_F32 - (__builtin_copysignf(s, x) + MLT_TRIG_PI_2_EXCESS_F32);
  return MLT_FN(vmath_select_f32)(big, outer, inner);
}

/* atan(y / x) for y, x >= 0 of moderate size, x or y above zero.  The quotient is
 * folded into |t| <= 1/2:  y/x below 1/2; (y - x)/(y + x) about pi/4 up to 2;
 * -x/y about pi/2 beyond.  One division serves the three, and its remainder
 * gives t its low part. */
MLT_TRIG_INLINE mlt_trig_angle MLT_FN(trig_angle_f64)(double y, double x) {
  mlt_trig_angle angle;
  const uint64_t middle = MLT_FN(vmath_below)(0.5 * x, y);
  const uint64_t steep = MLT_FN(vmath_below)(2.0 * x, y);
  const double sum = y + x;
  const double below = MLT_FN(vmath_select)(middle, y - x, y);
  const double over = MLT_FN(vmath_select)(steep, -x, below);
  const double under = MLT_FN(vmath_select)(steep, y, MLT_FN(vmath_select)(middle, sum, x));
  const double under_low =
      MLT_FN(vmath_select)(middle & ~steep, MLT_FN(vmath_sum_low)(y, x, sum), 0.0);
  const double inverse = 1.0 / under;
  const double t = over * inverse;
  const double product = t * under;
  const double rest = (over - product) - MLT_FN(vmath_product_low)(t, under, product);
  const double t_low = MLT_FMA64(-t, under_low, rest) * inverse;
  const double z = t * t;
  /* (atan(t)/t - 1) / t^2, error 2^-62 */
  double p = -0.008352514354210005;
  p = MLT_FMA64(MLT_FMA64(p, z, 0.023632999807504253), z, -0.037102469665124406);
  p = MLT_FMA64(MLT_FMA64(p, z, 0.045887495130870926), z, -0.052298199490382447);
  p = MLT_FMA64(MLT_FMA64(p, z, 0.058777713465161786), z, -0.06666218998477012);
  p = MLT_FMA64(MLT_FMA64(p, z, 0.0769227707936659), z, -0.0909090766971596);
  p = MLT_FMA64(MLT_FMA64(p, z, 0.11111111068562754), z, -0.14285714284960946);
  p = MLT_FMA64(MLT_FMA64(p, z, 0.19999999999993268), z, -0.33333333333333315);
  angle.t = t;
  angle.tail = MLT_FMA64(t * z, p, MLT_FMA64(-z, t_low, t_low));
  angle.quarters = MLT_FN(vmath_select)(steep, 1.0, MLT_FN(vmath_select)(middle, 0.5, 0.0));
  return angle;
}

MLT_TRIG_INLINE double MLT_FN(atan_f64)(double x) {
  const double a = __builtin_fabs(x);
  /* Beyond 2^60 nothing changes, and an infinity would make 0 * infinity. */
  const double cut = MLT_FN(vmath_select)(MLT_FN(vmath_below)(0x1p60, a), 0x1p60, a);
  const mlt_trig_angle angle = MLT_FN(trig_angle_f64)(cut, 1.0);
  const double base = angle.quarters * MLT_TRIG_PI_2;
  const double sum = base + angle.t;
  const double low = MLT_FMA64(angle.quarters, MLT_TRIG_PI_2_LOW, angle.tail);
  return __builtin_copysign(sum + (((base - sum) + angle.t) + low), x);
}

/* The sixteen special cases of C99 F.9.1.4: an infinity is replaced by 1 and a
 * finite partner by 0 (times, so that a NaN stays one). */
MLT_TRIG_INLINE double MLT_FN(atan2_f64)(double y, double x) {
  const double ay = __builtin_fabs(y), ax = __builtin_fabs(x);
  /* Powers of two away from where quotient or remainder would leave the range. */
  const uint64_t large = MLT_FN(vmath_below)(0x1p800, ay) | MLT_FN(vmath_below)(0x1p800, ax);
  const double scale = MLT_FN(vmath_select)(large, 0x1p-120, 0x1p120);
  const uint64_t y_infinite = MLT_FN(vmath_below)(DBL_MAX, ay);
  const uint64_t x_infinite = MLT_FN(vmath_below)(DBL_MAX, ax);
  const double y_scale = MLT_FN(vmath_select)(x_infinite, 0.0, scale);
  const double x_scale = MLT_FN(vmath_select)(y_infinite, 0.0, scale);
  const double y1 = MLT_FN(vmath_select)(y_infinite, 1.0, ay * y_scale);
  const double x1 = MLT_FN(vmath_select)(x_infinite, 1.0, ax * x_scale);
  /* Too small to change a scaled number, and keeps 0/0 from being a NaN. */
  const mlt_trig_angle angle = MLT_FN(trig_angle_f64)(y1, x1 + 0x1p-1010);
  /* Where x has a minus sign, -0 too, two quarters less the angle. */
  const uint64_t negative = MLT_FN(vmath_negative)(x);
  const double side = MLT_FN(vmath_select)(negative, -1.0, 1.0);
  const double quarters = (1.0 - side) + side * angle.quarters;
  const double t = side * angle.t, tail = side * angle.tail;
  const double base = quarters * MLT_TRIG_PI_2;
  const double base_low = MLT_FMA64(quarters, MLT_TRIG_PI_2_LOW,
                                    MLT_FN(vmath_product_low)(quarters, MLT_TRIG_PI_2, base));
  const double sum = base + t;
  return __builtin_copysign(sum + (((base - sum) + t) + (base_low + tail)), y);
}

/* atan(t) for 0 <= t <= 1 in single precision; error 2^-25.5. */
MLT_TRIG_INLINE float MLT_FN(trig_angle_f32)(float t) {
  const float z = t * t, z2 = z * z;
  const float first = MLT_FMA32(MLT_FMA32(-0x1.22f3e4p-3f, z, 0x1.99763ap-3f), z, -0x1.5554cep-2f);
  const float second = MLT_FMA32(MLT_FMA32(0x1.5e4b62p-5f, z, -0x1.33c88ep-4f), z, 0x1.b42896p-4f);
  const float third = MLT_FMA32(0x1.75ae74p-9f, z, -0x1.079bcep-6f);
  const float p = MLT_FMA32(MLT_FMA32(third, z2 * z, second), z2 * z, first);
  return MLT_FMA32(t * z, p, t);
}

MLT_TRIG_INLINE float MLT_FN(atan_f32)(float x) {
  const float a = __builtin_fabsf(x);
  const uint32_t steep = MLT_FN(vmath_below_f32)(1.0f, a);
  const float over = MLT_FN(vmath_select_f32)(steep, 1.0f, a), under = MLT_FN(vmath_select_f32)(steep, a, 1.0f);
  const float angle = MLT_FN(trig_angle_f32)(over / under);
  const float folded = MLT_TRIG_PI_2_F32 - (angle + MLT_TRIG_PI_2_EXCESS_F32);
  return __builtin_copysignf(MLT_FN(vmath_select_f32)(steep, folded, angle), x);
}

/* 0, pi/2 or pi plus or minus the angle of the smaller over the larger.  Of equal ones only two zeros have angle 0. */
MLT_TRIG_INLINE float MLT_FN(atan2_f32)(float y, float x) {
  const float ay = __builtin_fabsf(y), ax = __builtin_fabsf(x);
  const uint32_t steep = MLT_FN(vmath_below_f32)(ax, ay), negative = MLT_FN(vmath_bits_f32)(x) & 0x80000000u;
  const float larger = MLT_FN(vmath_select_f32)(steep, ay, ax), smaller = MLT_FN(vmath_select_f32)(steep, ax, ay);
  const uint32_t equal = 0 - (uint32_t)(larger == smaller), one = MLT_FN(vmath_below_f32)(0.0f, larger) & 0x3f800000u;
  const float t = MLT_FN(vmath_select_f32)(equal, MLT_FN(vmath_from_bits_f32)(one), smaller / larger);
  const float angle = MLT_FN(trig_angle_f32)(t);
  const uint32_t turn = negative ^ (steep & 0x80000000u);
  const float turned = MLT_FN(vmath_from_bits_f32)(MLT_FN(vmath_bits_f32)(angle) ^ turn);
  const float flat = MLT_FN(vmath_from_bits_f32)((0 - (negative >> 31)) & 0x40000000u);
  const float quarters = MLT_FN(vmath_select_f32)(steep, 1.0f, flat);
  const float value = quarters * MLT_TRIG_PI_2_F32 + MLT_FMA32(quarters, -MLT_TRIG_PI_2_EXCESS_F32, turned);
  return __builtin_copysignf(value, y);
}

/* sqrt of a sum of squares whose low parts are kept: 0.86 ULP at most, half of
 * it the root's.  The scale keeps squares and their low parts in range. */
MLT_TRIG_INLINE double MLT_FN(hypot_f64)(double x, double y) {
  const double ax = __builtin_fabs(x), ay = __builtin_fabs(y);
  const double larger = ax > ay ? ax : ay;
  const double scale = larger > 0x1p500 ? 0x1p-600 : (larger < 0x1p-400 ? 0x1p600 : 1.0);
  const double unscale = larger > 0x1p500 ? 0x1p600 : (larger < 0x1p-400 ? 0x1p-600 : 1.0);
  const double a = ax * scale, b = ay * scale;
  const double aa = a * a, bb = b * b;
  const double low = MLT_FN(vmath_product_low)(a, a, aa) + MLT_FN(vmath_product_low)(b, b, bb);
  const double sum = aa + bb;
  const double sum_low = MLT_FN(vmath_sum_low)(aa, bb, sum) + low;
  const double value = __builtin_sqrt(sum + sum_low) * unscale;
  /* An infinity wins over a NaN. */
  const int infinite = (ax > DBL_MAX) | (ay > DBL_MAX);
  return infinite ? INFINITY : value;
}

MLT_TRIG_INLINE float MLT_FN(hypot_f32)(float x, float y) {
  const double value = __builtin_sqrt((double)x * x + (double)y * y);
  const int infinite = (__builtin_fabsf(x) > FLT_MAX) | (__builtin_fabsf(y) > FLT_MAX);
  return infinite ? INFINITY : (float)value;
}
