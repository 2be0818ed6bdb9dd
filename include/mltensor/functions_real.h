/* Scalar functions on float and double that are neither an operator of C nor a function of vmath.
 *
 * The first part is the same for every instruction set and is included once; the second uses the
 * fused multiply-add of the target.
 */
#ifndef MLTENSOR_FUNCTIONS_REAL_H
#define MLTENSOR_FUNCTIONS_REAL_H

#include <math.h>
#include <stdbool.h>
#include <stdint.h>
#include <string.h>

#include "mltensor/functions_integer.h"
#include "mltensor/half.h"

#define MLT_DEFINE_REAL(suffix, T, builtin)                                                      \
  MLT_SCALAR T mlt_same_##suffix(T a) { return a; }                                              \
  MLT_SCALAR T mlt_zero_##suffix(T a) { return 0; }                                              \
  MLT_SCALAR T mlt_absolute_##suffix(T a) { return builtin(__builtin_fabs)(a); }                 \
  MLT_SCALAR T mlt_floor_##suffix(T a) { return builtin(__builtin_floor)(a); }                   \
  MLT_SCALAR T mlt_ceil_##suffix(T a) { return builtin(__builtin_ceil)(a); }                     \
  MLT_SCALAR T mlt_trunc_##suffix(T a) { return builtin(__builtin_trunc)(a); }                   \
  MLT_SCALAR T mlt_round_##suffix(T a) { return builtin(__builtin_rint)(a); }                    \
  MLT_SCALAR T mlt_sqrt_##suffix(T a) { return builtin(__builtin_sqrt)(a); }                     \
  MLT_SCALAR T mlt_reciprocal_##suffix(T a) { return 1 / a; }                                    \
  MLT_SCALAR T mlt_divide_##suffix(T a, T b) { return a / b; }                                   \
  MLT_SCALAR T mlt_copysign_##suffix(T a, T b) { return builtin(__builtin_copysign)(a, b); }     \
  MLT_SCALAR bool mlt_isinf_##suffix(T a) { return builtin(__builtin_fabs)(a) == INFINITY; }     \
  MLT_SCALAR T mlt_sign_##suffix(T a) { return a > 0 ? 1 : a < 0 ? -1 : a == 0 ? 0 : a; }        \
  /* The argument of a real number, that of -0 as atan2(0, -0) has it. */                        \
  MLT_SCALAR T mlt_angle_##suffix(T a) {                                                         \
    const T angle = builtin(__builtin_copysign)(1, a) < 0 ? (T)3.141592653589793 : 0;            \
    return a != a ? a : angle;                                                                   \
  }
#define MLT_WITH_F(builtin) builtin##f
#define MLT_WITHOUT_F(builtin) builtin
MLT_DEFINE_REAL(f32, float, MLT_WITH_F)
MLT_DEFINE_REAL(f64, double, MLT_WITHOUT_F)
#undef MLT_DEFINE_REAL
#undef MLT_WITH_F
#undef MLT_WITHOUT_F

/* The neighbour of a in the direction of b.  As integers, the bits of floats of one sign are in
 * the order of their magnitudes. */
#define MLT_DEFINE_NEXTAFTER(suffix, T, bits_type, to_bits, from_bits, smallest, sign_bit)       \
  MLT_SCALAR T mlt_nextafter_##suffix(T a, T b) {                                                \
    const bits_type bits = to_bits(a);                                                           \
    const bits_type away = (bits_type)(bits + 1), back = (bits_type)(bits - 1);                  \
    const bits_type from_zero = b < 0 ? (bits_type)(smallest | sign_bit) : smallest;             \
    const bits_type next = a == 0 ? from_zero : (a < b) == (a > 0) ? away : back;                \
    return a != a || b != b ? a + b : a == b ? b : from_bits(next);                              \
  }
MLT_SCALAR uint32_t mlt_bits_f32(float a) {
  uint32_t bits;
  memcpy(&bits, &a, 4);
  return bits;
}
MLT_SCALAR float mlt_from_bits_f32(uint32_t bits) {
  float a;
  memcpy(&a, &bits, 4);
  return a;
}
MLT_SCALAR uint64_t mlt_bits_f64(double a) {
  uint64_t bits;
  memcpy(&bits, &a, 8);
  return bits;
}
MLT_SCALAR double mlt_from_bits_f64(uint64_t bits) {
  double a;
  memcpy(&a, &bits, 8);
  return a;
}
/* float16 arrives widened to float; both conversions are exact. */
MLT_SCALAR uint16_t mlt_bits_f16(float a) { return mlt_float_to_half(a).bits; }
MLT_SCALAR float mlt_from_bits_f16(uint16_t bits) {
  return mlt_half_to_float((mlt_half){bits});
}
MLT_DEFINE_NEXTAFTER(f16, float, uint16_t, mlt_bits_f16, mlt_from_bits_f16, 1, 0x8000u)
MLT_DEFINE_NEXTAFTER(f32, float, uint32_t, mlt_bits_f32, mlt_from_bits_f32, 1, 0x80000000u)
MLT_DEFINE_NEXTAFTER(f64, double, uint64_t, mlt_bits_f64, mlt_from_bits_f64, 1,
                     UINT64_C(0x8000000000000000))
#undef MLT_DEFINE_NEXTAFTER

#endif

/* --- per target -------------------------------------------------------------------------- */

/* Floor of the exact quotient, infinities as the Array API standard has them (inf // 2 = inf,
 * -1 // inf = -0).
 *
 * float32 in double: two numbers of 24 bits whose quotient is below 2^29 and not an integer are
 * farther from one than half a unit in the last place; larger quotients round the same way in
 * float32.  float64: a quotient that was rounded up to an integer shows in the sign of the exact
 * remainder, and NaN there (from infinities and zeros) leaves the quotient as it is. */
MLT_SCALAR float MLT_FN(floor_divide_f32)(float a, float b) {
  return (float)__builtin_floor((double)a / (double)b);
}
MLT_SCALAR double MLT_FN(floor_divide_f64)(double a, double b) {
  const double quotient = __builtin_floor(a / b);
  const double rest = __builtin_fma(-quotient, b, a);
  return (b < 0 ? rest > 0 : rest < 0) ? quotient - 1 : quotient;
}

#include "mltensor/functions_remainder.h"
