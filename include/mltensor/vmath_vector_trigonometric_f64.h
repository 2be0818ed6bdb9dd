/* tan and the inverse trigonometric functions in double precision on whole vectors; see vmath_vector.h. */
#ifndef MLTENSOR_VMATH_VECTOR_TRIGONOMETRIC_F64_H
#define MLTENSOR_VMATH_VECTOR_TRIGONOMETRIC_F64_H
#include "mltensor/vmath_tables_f64.h"
#include "mltensor/vmath_vector.h"

/* pi/2 as a multiple of 2^-42, and the rest. */
#define MLT_VECTOR_PI_2_HIGH 0x1.921fb54442cp0
#define MLT_VECTOR_PI_2_LOW 0x1.18469898cc517p-44

/* ---- atan --------------------------------------------------------------------------------- */

/* atan(over / under) for 0 <= over <= under: with c the quotient rounded to eighths it is atan(c) + atan(t) for
 * t = (over - c under) / (under + c over), at most 1/15.  The angle is high + (t + rest). */
typedef struct {
  mlt_v64 high, t, rest;
} mlt_angle_V64;
MLT_VECTOR_FN mlt_angle_V64 mlt_angle_of_V64(mlt_v64 over, mlt_v64 under) {
  const mlt_v64 grid = MLT_V64(0x1.8p49), shifted = MLT_V64_FMA(over, _mm512_rcp14_pd(under), grid);
  const __m512i index = _mm512_castpd_si512(shifted);
  const mlt_v64 c = shifted - grid, above = MLT_V64_NFMA(c, under, over), below = MLT_V64_FMA(c, over, under);
  const mlt_v64 below_low = MLT_V64_FMA(c, over, under - below), t = above / below;
  const mlt_v64 left = MLT_V64_NFMA(t, below_low, MLT_V64_NFMA(t, below, above));
  const mlt_v64 low = MLT_V64_FMA(left, _mm512_rcp14_pd(below), mlt_look_up_16_V64(mlt_angle_table_low_f64, index));
  /* (atan(t)/t - 1) / t^2, error 2^-60 */
  const mlt_v64 z = t * t;
  mlt_v64 p = MLT_POLYNOMIAL_2(V64, z, 0x1.c7163ceae52p-4, -0x1.6fd818a9a647cp-4);
  p = MLT_V64_FMA(p, z, MLT_V64(-0x1.24924734b3238p-3));
  p = MLT_V64_FMA(p, z, MLT_V64(0x1.999999991275p-3));
  p = MLT_V64_FMA(p, z, MLT_V64(-0x1.55555555554f6p-2));
  const mlt_angle_V64 angle = {mlt_look_up_16_V64(mlt_angle_table_f64, index), t, MLT_V64_FMA(t * z, p, low)};
  return angle;
}
/* quarters pi/2 plus the angle, which is taken away where `minus` is -0. */
MLT_VECTOR_FN mlt_v64 mlt_turned_V64(mlt_angle_V64 angle, mlt_v64 quarters, mlt_v64 minus) {
  const mlt_v64 turned = MLT_V64_FMA(quarters, MLT_V64(MLT_VECTOR_PI_2_HIGH), _mm512_xor_pd(angle.high, minus));
  const mlt_v64 rest = MLT_V64_FMA(quarters, MLT_V64(MLT_VECTOR_PI_2_LOW), _mm512_xor_pd(angle.rest, minus));
  return turned + (_mm512_xor_pd(angle.t, minus) + rest);
}
typedef struct {
  mlt_angle_V64 angle;
  mlt_v64 x;
} mlt_atan_half_V64;
MLT_VECTOR_FN mlt_atan_half_V64 mlt_atan_begin_V64(mlt_v64 x) {
  /* Beyond 2^60 nothing changes, and an infinity would make 0 times infinity. */
  const mlt_v64 one = MLT_V64(1.0), a = _mm512_min_pd(MLT_V64(0x1p60), _mm512_abs_pd(x));
  const mlt_atan_half_V64 half = {mlt_angle_of_V64(_mm512_min_pd(one, a), _mm512_max_pd(one, a)), x};
  return half;
}
MLT_VECTOR_FN mlt_v64 mlt_atan_end_V64(mlt_atan_half_V64 h) {
  const __mmask8 steep = _mm512_cmp_pd_mask(_mm512_abs_pd(h.x), MLT_V64(1.0), _CMP_GT_OQ);
  const mlt_v64 quarters = _mm512_maskz_mov_pd(steep, MLT_V64(1.0));
  return mlt_copysign_V64(mlt_turned_V64(h.angle, quarters, _mm512_maskz_mov_pd(steep, MLT_V64(-0.0))), h.x);
}

/* Where quotient or remainder might leave the range, or both are 0. */
static __attribute__((noinline)) mlt_v64 mlt_atan2_rare_V64(mlt_v64 y, mlt_v64 x, mlt_v64 ordinary, uint32_t rare) {
  double sines[8], cosines[8], to[8];
  MLT_V64_STORE(sines, y);
  MLT_V64_STORE(cosines, x);
  MLT_V64_STORE(to, ordinary);
  for (int i = 0; i < 8; i++)
    if (rare >> i & 1) to[i] = MLT_FN(atan2_f64)(sines[i], cosines[i]);
  return MLT_V64_LOAD(to);
}
typedef struct {
  mlt_angle_V64 angle;
  mlt_v64 y, x;
} mlt_atan2_half_V64;
MLT_VECTOR_FN mlt_atan2_half_V64 mlt_atan2_begin_V64(mlt_v64 y, mlt_v64 x) {
  const mlt_v64 ay = _mm512_abs_pd(y), ax = _mm512_abs_pd(x);
  const mlt_atan2_half_V64 half = {mlt_angle_of_V64(_mm512_min_pd(ax, ay), _mm512_max_pd(ax, ay)), y, x};
  return half;
}
MLT_VECTOR_FN mlt_v64 mlt_atan2_end_V64(mlt_atan2_half_V64 h) {
  /* Of a number and NaN min and max are the second: NaN is in the quotient, or rare. */
  const mlt_v64 ay = _mm512_abs_pd(h.y), ax = _mm512_abs_pd(h.x), larger = _mm512_max_pd(ay, ax);
  const __mmask8 steep = _mm512_cmp_pd_mask(ay, ax, _CMP_GT_OQ);
  const __mmask8 negative = _mm512_movepi64_mask(_mm512_castpd_si512(h.x));
  const mlt_v64 flat = _mm512_maskz_mov_pd(negative, MLT_V64(2.0));
  const mlt_v64 minus = _mm512_maskz_mov_pd(steep ^ negative, MLT_V64(-0.0));
  const mlt_v64 angle = mlt_turned_V64(h.angle, _mm512_mask_mov_pd(flat, steep, MLT_V64(1.0)), minus);
  const mlt_v64 result = mlt_copysign_V64(angle, h.y);
  const __m512i low = _mm512_castpd_si512(MLT_V64(0x1p-800)), high = _mm512_castpd_si512(MLT_V64(0x1p1000));
  const __m512i excess = _mm512_sub_epi64(_mm512_castpd_si512(larger), low);
  const __mmask8 rare = _mm512_cmp_epu64_mask(excess, _mm512_sub_epi64(high, low), _MM_CMPINT_NLT);
  return __builtin_expect(rare == 0, 1) ? result : mlt_atan2_rare_V64(h.y, h.x, result, rare);
}

/* ---- asin, acos --------------------------------------------------------------------------- */

/* asin(a) = s + low, or from 1/2 on that of s = sqrt((1 - a) / 2), of whose root the rounding error is in low. */
typedef struct {
  mlt_v64 x, s, low;
} mlt_asin_half_V64;
typedef mlt_asin_half_V64 mlt_acos_half_V64;
MLT_VECTOR_FN mlt_asin_half_V64 mlt_asin_begin_V64(mlt_v64 x) {
  const mlt_v64 half = MLT_V64(0.5), a = _mm512_abs_pd(x), beside = MLT_V64_NFMA(half, a, half);
  const __mmask8 big = _mm512_cmp_pd_mask(a, half, _CMP_GT_OQ);
  const mlt_v64 z = _mm512_mask_mov_pd(a * a, big, beside), root = _mm512_sqrt_pd(beside);
  const mlt_v64 s = _mm512_mask_mov_pd(a, big, root), z2 = z * z;
  const mlt_v64 inverse = _mm512_rcp14_pd(_mm512_max_pd(root, MLT_V64(0x1p-500)));
  const mlt_v64 left = MLT_V64_NFMA(root, root, beside) * half;
  const mlt_v64 error = _mm512_mask_mov_pd(_mm512_setzero_pd(), big, left * inverse);
  /* (asin(s)/s - 1) / z, error 2^-58.7 */
  mlt_v64 p = MLT_V64_FMA(MLT_V64(0x1.0bb5ebb39c85bp-5), z2, MLT_POLYNOMIAL_2(V64, z, 0x1.649ebb1b56e3fp-6,
                                                                            -0x1.5965e1a93c48dp-6));
  p = MLT_V64_FMA(p, z2, MLT_POLYNOMIAL_2(V64, z, 0x1.6176797fdfa7p-7, 0x1.e297b0a6e691ep-9));
  p = MLT_V64_FMA(p, z2, MLT_POLYNOMIAL_2(V64, z, 0x1.ca20db8fcb6a1p-7, 0x1.757b09283567p-7));
  p = MLT_V64_FMA(p, z2, MLT_POLYNOMIAL_2(V64, z, 0x1.6e8bdfae14a96p-6, 0x1.1c49e22e91e1ap-6));
  p = MLT_V64_FMA(p, z2, MLT_POLYNOMIAL_2(V64, z, 0x1.6db6db7226bbcp-5, 0x1.f1c71a8d7f92cp-6));
  p = MLT_V64_FMA(p, z2, MLT_POLYNOMIAL_2(V64, z, 0x1.5555555555578p-3, 0x1.333333332df7p-4));
  const mlt_asin_half_V64 result = {x, s, MLT_V64_FMA(s * z, p, error)};
  return result;
}
#define mlt_acos_begin_V64 mlt_asin_begin_V64
/* pi/2 - 2 (s + low) for big ones. */
MLT_VECTOR_FN mlt_v64 mlt_asin_end_V64(mlt_asin_half_V64 h) {
  const mlt_v64 quarter = MLT_V64(MLT_TRIG_PI_2), twice = h.s + h.s, high = quarter - twice;
  const mlt_v64 low = ((quarter - high) - twice) + MLT_V64(MLT_TRIG_PI_2_LOW);
  const __mmask8 big = _mm512_cmp_pd_mask(_mm512_abs_pd(h.x), MLT_V64(0.5), _CMP_GT_OQ);
  const mlt_v64 folded = high + MLT_V64_NFMA(MLT_V64(2.0), h.low, low);
  return mlt_copysign_V64(_mm512_mask_mov_pd(h.s + h.low, big, folded), h.x);
}
/* 2 (s + low) or pi less that for big ones, pi/2 - asin(x) for others. */
MLT_VECTOR_FN mlt_v64 mlt_acos_end_V64(mlt_acos_half_V64 h) {
  const __mmask8 big = _mm512_cmp_pd_mask(_mm512_abs_pd(h.x), MLT_V64(0.5), _CMP_GT_OQ);
  const mlt_v64 sign = _mm512_and_pd(h.x, MLT_V64(-0.0));
  const __mmask8 left = _mm512_movepi64_mask(_mm512_castpd_si512(h.x));
  const mlt_v64 quarters = _mm512_mask_mov_pd(MLT_V64(1.0), big, _mm512_maskz_mov_pd(left, MLT_V64(2.0)));
  const mlt_v64 factor = _mm512_xor_pd(sign, _mm512_mask_mov_pd(MLT_V64(-1.0), big, MLT_V64(2.0)));
  const mlt_v64 base = quarters * MLT_V64(MLT_TRIG_PI_2), term = factor * h.s, sum = base + term;
  const mlt_v64 rest = MLT_V64_FMA(factor, h.low, quarters * MLT_V64(MLT_TRIG_PI_2_LOW));
  return sum + (((base - sum) + term) + rest);
}

/* ---- tan ---------------------------------------------------------------------------------- */

/* tan(n pi/2 + r), a quotient for odd n; the farthest arguments one by one. */
static __attribute__((noinline)) mlt_v64 mlt_tan_far_V64(mlt_v64 x, mlt_v64 y, uint32_t far) {
  double from[8], to[8];
  MLT_V64_STORE(from, x);
  MLT_V64_STORE(to, y);
  for (int i = 0; i < 8; i++)
    if (far >> i & 1) to[i] = MLT_FN(tan_f64)(from[i]);
  return MLT_V64_LOAD(to);
}
typedef struct {
  mlt_v64 x, shifted, r, low;
} mlt_tan_half_V64;
MLT_VECTOR_FN mlt_tan_half_V64 mlt_tan_begin_V64(mlt_v64 x) {
  const mlt_v64 a = _mm512_abs_pd(x), shifted = MLT_V64_FMA(a, MLT_V64(MLT_TRIG_2_PI), MLT_V64(MLT_TRIG_ROUND));
  const mlt_v64 n = shifted - MLT_V64(MLT_TRIG_ROUND), head = MLT_V64_NFMA(n, MLT_V64(MLT_TRIG_PI_2), a);
  const mlt_v64 second = n * MLT_V64(MLT_TRIG_PI_2_LOW), r = head - second, back = r - head;
  const mlt_v64 third = MLT_V64_FMA(n, MLT_V64(MLT_TRIG_PI_2_THIRD),
                                    _mm512_fmsub_pd(n, MLT_V64(MLT_TRIG_PI_2_LOW), second));
  const mlt_tan_half_V64 half = {x, shifted, r, ((head - (r - back)) - (second + back)) - third};
  return half;
}
MLT_VECTOR_FN mlt_v64 mlt_tan_end_V64(mlt_tan_half_V64 h) {
  const mlt_v64 r = h.r, z = r * r, z2 = z * z;
  /* (tan(r)/r - 1) / z, error 2^-56 of tan(r)/r */
  mlt_v64 p = MLT_POLYNOMIAL_2(V64, z, -0x1.78120f223d1d1p-15, 0x1.5dd7f77f79f49p-16);
  p = MLT_V64_FMA(p, z2, MLT_POLYNOMIAL_2(V64, z, -0x1.b926e5ee89a26p-16, 0x1.76d66d1f00261p-14));
  p = MLT_V64_FMA(p, z2, MLT_POLYNOMIAL_2(V64, z, 0x1.d26e414683f63p-13, 0x1.1e2db59a2b4e3p-13));
  p = MLT_V64_FMA(p, z2, MLT_POLYNOMIAL_2(V64, z, 0x1.7d5b543d02d29p-10, 0x1.37fac8f04aedap-11));
  p = MLT_V64_FMA(p, z2, MLT_POLYNOMIAL_2(V64, z, 0x1.226e1253f3077p-7, 0x1.d6d93481695fbp-9));
  p = MLT_V64_FMA(p, z2, MLT_POLYNOMIAL_2(V64, z, 0x1.ba1ba1b46998fp-5, 0x1.664f49a8b38a4p-6));
  p = MLT_V64_FMA(p, z2, MLT_POLYNOMIAL_2(V64, z, 0x1.55555555554f2p-2, 0x1.1111111118309p-3));
  const mlt_v64 rest = MLT_V64_FMA(r * z, p, MLT_V64_FMA(h.low, z, h.low)), t = r + rest, t_low = (r - t) + rest;
  const mlt_v64 quotient = MLT_V64(1.0) / t;
  const mlt_v64 left = MLT_V64_NFMA(quotient, t_low, MLT_V64_NFMA(quotient, t, MLT_V64(1.0)));
  const __m512i turn = _mm512_slli_epi64(_mm512_castpd_si512(h.shifted), 63);
  const __mmask8 odd = _mm512_movepi64_mask(turn);
  const mlt_v64 value = _mm512_mask_mov_pd(t, odd, MLT_V64_FMA(left, quotient, quotient));
  const mlt_v64 sign = _mm512_and_pd(_mm512_xor_pd(h.x, _mm512_castsi512_pd(turn)), MLT_V64(-0.0));
  const mlt_v64 y = _mm512_xor_pd(value, sign);
  const __mmask8 far = _mm512_cmp_pd_mask(_mm512_abs_pd(h.x), MLT_V64(MLT_TRIG_LIMIT_F64), _CMP_GT_OQ);
  return __builtin_expect(far == 0, 1) ? y : mlt_tan_far_V64(h.x, y, far);
}

MLT_VECTOR_UNARY_HALVES(atan, f64, double, V64)
MLT_VECTOR_BINARY_HALVES(atan2, f64, double, V64)
MLT_VECTOR_UNARY_HALVES(asin, f64, double, V64)
MLT_VECTOR_UNARY_HALVES(acos, f64, double, V64)
MLT_VECTOR_UNARY_HALVES(tan, f64, double, V64)
#endif
