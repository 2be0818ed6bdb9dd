/* tan and the inverse trigonometric functions in single precision on whole vectors, by the formulas of
 * vmath_trigonometric.h; see vmath_vector.h.
 */
#ifndef MLTENSOR_VMATH_VECTOR_TRIGONOMETRIC_H
#define MLTENSOR_VMATH_VECTOR_TRIGONOMETRIC_H
#include "mltensor/vmath_vector_pairs.h"

#define MLT_VECTOR_TAN_NARROW 8192.0f

/* pi/2 - angle. */
MLT_VECTOR_FN mlt_v32 mlt_quarter_less_V32(mlt_v32 angle) {
  return MLT_V32(MLT_TRIG_PI_2_F32) - (angle + MLT_V32(MLT_TRIG_PI_2_EXCESS_F32));
}
/* atan(t) for 0 <= t <= 1; error 2^-25.5. */
MLT_VECTOR_FN mlt_v32 mlt_angle_V32(mlt_v32 t) {
  const mlt_v32 z = t * t, z2 = z * z;
  const mlt_v32 p = MLT_POLYNOMIAL_8(V32, z, z2, z2 * z2, -0x1.5554cep-2f, 0x1.99763ap-3f, -0x1.22f3e4p-3f,
                                     0x1.b42896p-4f, -0x1.33c88ep-4f, 0x1.5e4b62p-5f, -0x1.079bcep-6f, 0x1.75ae74p-9f);
  return MLT_V32_FMA(t * z, p, t);
}
/* An angle of the table and atan(u), u = (a cos - sin) / (a sin + cos); at the ends the angles are 0 and pi/2. */
typedef struct {
  mlt_v32 x, u;
  __m512i index;
} mlt_atan_half_V32;
MLT_VECTOR_FN mlt_atan_half_V32 mlt_atan_begin_V32(mlt_v32 x) {
  const mlt_v32 a = _mm512_min_ps(MLT_V32(0x1p60f), _mm512_abs_ps(x));
  const mlt_v32 inside = mlt_between_V32(a, 0x1p-4f, 0x1.fffffep3f);
  const __m512i index = _mm512_srli_epi32(_mm512_castps_si512(inside), 22);
  const mlt_v32 s = mlt_look_up_V32(mlt_atan_sine_f32, index), c = mlt_look_up_V32(mlt_atan_cosine_f32, index);
  const mlt_atan_half_V32 half = {x, _mm512_fmsub_ps(a, c, s) / MLT_V32_FMA(a, s, c), index};
  return half;
}
MLT_VECTOR_FN mlt_v32 mlt_atan_end_V32(mlt_atan_half_V32 h) {
  const mlt_v32 u = h.u, z = u * u, p = MLT_V32_FMA(MLT_V32(0x1.95a2b2p-3f), z, MLT_V32(-0x1.5553ccp-2f));
  const mlt_v32 rest = MLT_V32_FMA(u * z, p, u + mlt_look_up_V32(mlt_atan_angle_low_f32, h.index));
  return mlt_copysign_V32(mlt_look_up_V32(mlt_atan_angle_f32, h.index) + rest, h.x);
}
/* 0, pi/2 or pi plus or minus the angle of the smaller over the larger.  Of equal ones only two zeros have angle 0. */
MLT_VECTOR_FN mlt_v32 mlt_atan2_V32(mlt_v32 y, mlt_v32 x) {
  const mlt_v32 one = MLT_V32(1.0f), ay = _mm512_abs_ps(y), ax = _mm512_abs_ps(x);
  const __mmask16 steep = _mm512_cmp_ps_mask(ay, ax, _CMP_GT_OQ);
  const mlt_v32 larger = _mm512_mask_mov_ps(ax, steep, ay), smaller = _mm512_mask_mov_ps(ay, steep, ax);
  const __mmask16 equal = _mm512_cmp_ps_mask(ay, ax, _CMP_EQ_OQ);
  const __mmask16 nothing = _mm512_mask_cmp_ps_mask(equal, ax, _mm512_setzero_ps(), _CMP_EQ_OQ);
  mlt_v32 t = _mm512_mask_mov_ps(smaller / larger, equal, one);
  t = _mm512_mask_mov_ps(t, nothing, _mm512_setzero_ps());
  const __mmask16 negative = _mm512_movepi32_mask(_mm512_castps_si512(x));
  mlt_v32 angle = mlt_angle_V32(t);
  angle = _mm512_mask_xor_ps(angle, steep ^ negative, angle, MLT_V32(-0.0f));
  const mlt_v32 quarters = _mm512_mask_mov_ps(_mm512_maskz_mov_ps(negative, MLT_V32(2.0f)), steep, one);
  const mlt_v32 rest = MLT_V32_NFMA(quarters, MLT_V32(MLT_TRIG_PI_2_EXCESS_F32), angle);
  return mlt_copysign_V32(MLT_V32_FMA(quarters, MLT_V32(MLT_TRIG_PI_2_F32), rest), y);
}
/* asin(a), or from 9/16 on asin(sqrt((1 - a) / 2)), of a root or a itself and its square; error 2^-28.8. */
typedef struct {
  mlt_v32 x, s, z;
  __mmask16 big;
} mlt_acos_half_V32;
MLT_VECTOR_FN mlt_acos_half_V32 mlt_acos_begin_V32(mlt_v32 x) {
  const mlt_v32 a = _mm512_abs_ps(x), half = MLT_V32(0.5f);
  const __mmask16 big = _mm512_cmp_ps_mask(a, MLT_V32(0.5625f), _CMP_GT_OQ);
  const mlt_v32 z = _mm512_mask_mov_ps(a * a, big, MLT_V32_NFMA(half, a, half));
  const mlt_acos_half_V32 h = {x, _mm512_mask_sqrt_ps(a, big, z), z, big};
  return h;
}
MLT_VECTOR_FN mlt_v32 mlt_asin_piece_V32(mlt_acos_half_V32 h) {
  const mlt_v32 p = MLT_HORNER_6(MLT_V32_FMA, h.z, MLT_V32(0x1.555528p-3f), MLT_V32(0x1.334884p-4f),
                                 MLT_V32(0x1.6a6d0ap-5f), MLT_V32(0x1.162456p-5f), MLT_V32(0x1.c4ae94p-8f),
                                 MLT_V32(0x1.838e6cp-5f));
  return MLT_V32_FMA(h.s * h.z, p, h.s);
}
MLT_VECTOR_FN mlt_v32 mlt_asin_V32(mlt_v32 x) {
  const mlt_acos_half_V32 h = mlt_acos_begin_V32(x);
  const mlt_v32 s = mlt_asin_piece_V32(h);
  return mlt_copysign_V32(_mm512_mask_mov_ps(s, h.big, mlt_quarter_less_V32(s + s)), x);
}
/* pi/2 - asin(x), or twice an angle of half the size. */
MLT_VECTOR_FN mlt_v32 mlt_acos_end_V32(mlt_acos_half_V32 h) {
  const mlt_v32 s = mlt_asin_piece_V32(h);
  const __mmask16 left = _mm512_movepi32_mask(_mm512_castps_si512(h.x));
  const mlt_v32 less = mlt_quarter_less_V32(_mm512_mask_mov_ps(mlt_copysign_V32(s, h.x), h.big, s));
  const mlt_v32 angle = _mm512_mask_mov_ps(less, h.big & ~left, s);
  return _mm512_mask_add_ps(angle, h.big, angle, angle);
}

/* Far out: tan(n pi/2 + r), a quotient for odd n, r a sum of two parts; the farthest arguments one by one. */
static __attribute__((noinline)) mlt_v32 mlt_tan_far_V32(mlt_v32 x, mlt_v32 usual) {
  const mlt_v32 a = _mm512_abs_ps(x), shifted = MLT_V32_FMA(a, MLT_V32(0x1.45f306p-1f), MLT_V32(0x1.8p23f));
  const mlt_v32 n = shifted - MLT_V32(0x1.8p23f), head = MLT_V32_NFMA(n, MLT_V32(MLT_TRIG_PI_2_F32), a);
  const mlt_v32 excess = MLT_V32(MLT_TRIG_PI_2_EXCESS_F32), second = n * excess, r = head + second, back = r - head;
  const mlt_v32 third = MLT_V32_FMA(n, MLT_V32(0x1.ee59dap-50f), _mm512_fmsub_ps(n, excess, second));
  const mlt_v32 low = ((head - (r - back)) + (second - back)) + third, z = r * r, z2 = z * z;
  const mlt_v32 p = MLT_POLYNOMIAL_7(V32, z, z2, z2 * z2, 0x1.55555ep-2f, 0x1.110deep-3f, 0x1.bad186p-5f,
                                     0x1.5ced56p-6f, 0x1.627b6ep-7f, 0x1.85d346p-14f, 0x1.1f2f8p-8f);
  const mlt_v32 rest = MLT_V32_FMA(r * z, p, MLT_V32_FMA(low, z, low)), t = r + rest, t_low = (r - t) + rest;
  const mlt_v32 quotient = MLT_V32(1.0f) / t;
  const __m512i turn = _mm512_slli_epi32(_mm512_castps_si512(shifted), 31);
  const __mmask16 odd = _mm512_movepi32_mask(turn);
  const mlt_v32 value = _mm512_mask_mov_ps(t, odd, MLT_V32_NFMA(quotient * quotient, t_low, quotient));
  const mlt_v32 sign = _mm512_and_ps(_mm512_xor_ps(x, _mm512_castsi512_ps(turn)), MLT_V32(-0.0f));
  const mlt_v32 y = _mm512_xor_ps(value, sign);
  const uint32_t farthest = _mm512_cmp_ps_mask(a, MLT_V32(MLT_TRIG_NARROW_F32), _CMP_GT_OQ);
  float from[16], to[16];
  MLT_V32_STORE(from, x);
  MLT_V32_STORE(to, y);
  for (int i = 0; farthest && i < 16; i++)
    if (farthest >> i & 1) to[i] = MLT_FN(tan_f32)(from[i]);
  const __mmask16 far = _mm512_cmp_ps_mask(a, MLT_V32(MLT_VECTOR_TAN_NARROW), _CMP_GT_OQ);
  return _mm512_mask_mov_ps(usual, far, MLT_V32_LOAD(to));
}
/* |x| = n pi/16 + r, and tan of the sum by that of n pi/16, a table's s / c; beside the zeros and the poles n is that
 * of the zero or the pole itself: elsewhere no more than half of a result cancels.  s and c are a little below what
 * would take sums past 1.  What rounding leaves out of r is not to be had where its parts cancel, and nothing there. */
typedef struct {
  mlt_v32 x, n, r, d;
  __m512i index;
} mlt_tan_third_V32;
typedef struct {
  mlt_v32 x, over, under;
} mlt_tan_half_V32;
MLT_VECTOR_FN mlt_tan_third_V32 mlt_tan_begin_V32(mlt_v32 x) {
  const mlt_v32 a = _mm512_abs_ps(x), shifted = MLT_V32_FMA(a, MLT_V32(0x1.45f306p2f), MLT_V32(0x1.8p23f));
  const __m512i index = _mm512_castps_si512(shifted);
  const mlt_v32 n = (shifted - MLT_V32(0x1.8p23f)) - mlt_look_up_V32(mlt_tan_beside_f32, index);
  const mlt_v32 head = MLT_V32_NFMA(n, MLT_V32(0.125f * MLT_TRIG_PI_2_F32), a);
  const mlt_v32 r = MLT_V32_FMA(n, MLT_V32(0.125f * MLT_TRIG_PI_2_EXCESS_F32), head);
  const mlt_tan_third_V32 third = {x, n, r, head - r, index};
  return third;
}
MLT_VECTOR_FN mlt_tan_half_V32 mlt_tan_middle_V32(mlt_tan_third_V32 h) {
  const mlt_v32 r = h.r, z = r * r, excess = MLT_V32(0.125f * MLT_TRIG_PI_2_EXCESS_F32);
  const __mmask16 steady = _mm512_cmp_ps_mask(_mm512_abs_ps(h.d), _mm512_abs_ps(r), _CMP_LT_OQ);
  const mlt_v32 second = _mm512_maskz_fmadd_ps(steady, h.n, excess, h.d);
  const mlt_v32 low = MLT_V32_FMA(h.n, MLT_V32(0x1.ee59dap-53f), second);
  const mlt_v32 p = MLT_HORNER_3(MLT_V32_FMA, z, MLT_V32(0x1.555614p-2f), MLT_V32(0x1.10aa0ap-3f),
                                 MLT_V32(0x1.d9874ep-5f));
  const mlt_v32 t = r + MLT_V32_FMA(r * z, p, low);
  const mlt_v32 s = mlt_look_up_V32(mlt_tan_sine_f32, h.index), c = mlt_look_up_V32(mlt_tan_cosine_f32, h.index);
  const mlt_tan_half_V32 half = {h.x, MLT_V32_FMA(c, t, s), MLT_V32_NFMA(s, t, c)};
  return half;
}
MLT_VECTOR_FN mlt_v32 mlt_tan_end_V32(mlt_tan_half_V32 h) {
  const mlt_v32 y = h.over / h.under, minus = _mm512_and_ps(h.x, MLT_V32(-0.0f));
  const __mmask16 far = _mm512_cmp_ps_mask(_mm512_abs_ps(h.x), MLT_V32(MLT_VECTOR_TAN_NARROW), _CMP_GT_OQ);
  const mlt_v32 result = _mm512_xor_ps(y, minus);
  return __builtin_expect(far == 0, 1) ? result : mlt_tan_far_V32(h.x, result);
}

MLT_VECTOR_UNARY_PAIRS(atan, f32, float, V32)
MLT_VECTOR_UNARY(asin, f32, float, V32)
MLT_VECTOR_UNARY_PAIRS(acos, f32, float, V32)
MLT_VECTOR_UNARY_PAIRS_OF_THIRDS(tan, f32, float, V32)
typedef struct {
  mlt_v32 y, x;
} mlt_atan2_half_V32;
MLT_VECTOR_FN mlt_atan2_half_V32 mlt_atan2_begin_V32(mlt_v32 y, mlt_v32 x) {
  const mlt_atan2_half_V32 half = {y, x};
  return half;
}
MLT_VECTOR_FN mlt_v32 mlt_atan2_end_V32(mlt_atan2_half_V32 half) { return mlt_atan2_V32(half.y, half.x); }
MLT_VECTOR_BINARY_HALVES(atan2, f32, float, V32)
#endif
