/* Scalar functions on integers that C leaves undefined or defines otherwise.
 *
 * Division follows Python: towards minus infinity, the remainder with the sign of the divisor; by
 * zero it gives zero, and the lowest number divided by -1 wraps, so no input can raise a signal.
 * Quotients up to 32 bits come from an exact division of floats, which vectorises where a division
 * of integers does not: a / b differs from an integer by at least 1 / b, far more than a rounding.
 */
#ifndef MLTENSOR_FUNCTIONS_INTEGER_H
#define MLTENSOR_FUNCTIONS_INTEGER_H

#include <stddef.h>
#include <stdint.h>

#define MLT_SCALAR static inline __attribute__((always_inline))

/* A block of two operands, whose steps are 1, or 0 for a number that is repeated, from loops made for steps that the
 * compiler knows; see MLT_BLOCK_OF in loops.h. */
#define MLT_DEFINE_BLOCK_OF_STEPS(name, suffix, T)                                                          \
  static inline void MLT_FN(name##_block_##suffix)(const T *a, const T *b, T *y, ptrdiff_t n, int a_step,  \
                                                   int b_step) {                                           \
    if (a_step && b_step)                                                                                  \
      MLT_FN(name##_steps_##suffix)(a, b, y, n, 1, 1);                                                     \
    else if (a_step)                                                                                       \
      MLT_FN(name##_steps_##suffix)(a, b, y, n, 1, 0);                                                     \
    else                                                                                                   \
      MLT_FN(name##_steps_##suffix)(a, b, y, n, 0, b_step);                                                \
  }

/* Quotient towards zero for b != 0. */
#define MLT_DEFINE_QUOTIENT_NARROW(suffix, T)                          \
  MLT_SCALAR T mlt_quotient_##suffix(T a, T b) {                       \
    return (T)(int32_t)((float)a / (float)b);                          \
  }
MLT_DEFINE_QUOTIENT_NARROW(i8, int8_t)
MLT_DEFINE_QUOTIENT_NARROW(i16, int16_t)
MLT_DEFINE_QUOTIENT_NARROW(u8, uint8_t)
MLT_DEFINE_QUOTIENT_NARROW(u16, uint16_t)
#undef MLT_DEFINE_QUOTIENT_NARROW
MLT_SCALAR int32_t mlt_quotient_i32(int32_t a, int32_t b) {
  return b == -1 ? -a : (int32_t)((double)a / (double)b);
}
MLT_SCALAR int64_t mlt_quotient_i64(int64_t a, int64_t b) { return b == -1 ? -a : a / b; }
MLT_SCALAR uint32_t mlt_quotient_u32(uint32_t a, uint32_t b) { return a / b; }
MLT_SCALAR uint64_t mlt_quotient_u64(uint64_t a, uint64_t b) { return a / b; }

/* A divisor of zero is replaced by one before the division and its result by zero after it. */
#define MLT_DEFINE_SHARED(suffix, T)                                   \
  MLT_SCALAR T mlt_same_##suffix(T a) { return a; }                    \
  MLT_SCALAR T mlt_zero_##suffix(T a) { return (void)a, (T)0; }         \
  MLT_SCALAR T mlt_fmod_##suffix(T a, T b) {                           \
    const T divisor = (T)(b == 0 ? 1 : b);                             \
    const T rest = (T)(a - mlt_quotient_##suffix(a, divisor) * divisor); \
    return (T)(b == 0 ? 0 : rest);                                     \
  }

#define MLT_DEFINE_SIGNED(suffix, T, U, bits)                          \
  MLT_DEFINE_SHARED(suffix, T)                                         \
  MLT_SCALAR T mlt_absolute_##suffix(T a) { return (T)(a < 0 ? -a : a); } \
  MLT_SCALAR T mlt_sign_##suffix(T a) { return (T)((a > 0) - (a < 0)); } \
  MLT_SCALAR T mlt_reciprocal_##suffix(T a) { return (T)(a == 1 || a == -1 ? a : 0); } \
  MLT_SCALAR T mlt_floor_divide_##suffix(T a, T b) {                   \
    const T divisor = (T)(b == 0 ? 1 : b);                             \
    const T quotient = mlt_quotient_##suffix(a, divisor);              \
    const T rest = (T)(a - quotient * divisor);                        \
    const T floor_ = (T)(quotient - ((rest != 0) & ((rest ^ divisor) < 0))); \
    return (T)(b == 0 ? 0 : floor_);                                   \
  }                                                                    \
  MLT_SCALAR T mlt_remainder_##suffix(T a, T b) {                      \
    const T rest = mlt_fmod_##suffix(a, b);                            \
    return (T)(rest + ((rest != 0) & ((rest ^ b) < 0) ? b : 0));       \
  }                                                                    \
  MLT_SCALAR T mlt_left_shift_##suffix(T a, T b) {                     \
    return (T)((U)b < bits ? (U)a << ((U)b & (bits - 1)) : 0);         \
  }                                                                    \
  MLT_SCALAR T mlt_right_shift_##suffix(T a, T b) {                    \
    return (T)(a >> ((U)b < bits ? (U)b : bits - 1));                  \
  }                                                                    \
  /* Negative exponents: the power lies between -1 and 1 and is cut to an integer. */ \
  static T mlt_power_##suffix(T a, T b) {                              \
    if (b < 0) return (T)(a == 1 || (a == -1 && !(b & 1)) ? 1 : a == -1 ? -1 : 0); \
    U result = 1, factor = (U)a;                                       \
    for (; b; b >>= 1, factor = (U)(1u * factor * factor))             \
      if (b & 1) result = (U)(1u * result * factor);                   \
    return (T)result;                                                  \
  }

#define MLT_DEFINE_UNSIGNED(suffix, T, bits)                           \
  MLT_DEFINE_SHARED(suffix, T)                                         \
  MLT_SCALAR T mlt_absolute_##suffix(T a) { return a; }                \
  MLT_SCALAR T mlt_sign_##suffix(T a) { return (T)(a > 0); }           \
  MLT_SCALAR T mlt_reciprocal_##suffix(T a) { return (T)(a == 1); }    \
  MLT_SCALAR T mlt_floor_divide_##suffix(T a, T b) {                   \
    const T quotient = mlt_quotient_##suffix(a, (T)(b == 0 ? 1 : b));  \
    return (T)(b == 0 ? 0 : quotient);                                 \
  }                                                                    \
  MLT_SCALAR T mlt_remainder_##suffix(T a, T b) { return mlt_fmod_##suffix(a, b); } \
  MLT_SCALAR T mlt_left_shift_##suffix(T a, T b) {                     \
    return (T)(b < bits ? a << (b & (bits - 1)) : 0);                  \
  }                                                                    \
  MLT_SCALAR T mlt_right_shift_##suffix(T a, T b) {                    \
    return (T)(b < bits ? a >> (b & (bits - 1)) : 0);                  \
  }                                                                    \
  static T mlt_power_##suffix(T a, T b) {                              \
    T result = 1;                                                      \
    for (; b; b >>= 1, a = (T)(1u * a * a))                            \
      if (b & 1) result = (T)(1u * result * a);                        \
    return result;                                                     \
  }

MLT_DEFINE_SIGNED(i8, int8_t, uint8_t, 8)
MLT_DEFINE_SIGNED(i16, int16_t, uint16_t, 16)
MLT_DEFINE_SIGNED(i32, int32_t, uint32_t, 32)
MLT_DEFINE_SIGNED(i64, int64_t, uint64_t, 64)
MLT_DEFINE_UNSIGNED(u8, uint8_t, 8)
MLT_DEFINE_UNSIGNED(u16, uint16_t, 16)
MLT_DEFINE_UNSIGNED(u32, uint32_t, 32)
MLT_DEFINE_UNSIGNED(u64, uint64_t, 64)
#undef MLT_DEFINE_SHARED
#undef MLT_DEFINE_SIGNED
#undef MLT_DEFINE_UNSIGNED

#endif
