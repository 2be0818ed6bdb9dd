/* Powers and quotients of integers, a block at a time, once per target, included by functions.h; see MLT_BLOCK_OF in
 * loops.h.
 *
 * A step is 1, or 0 for a number that is repeated.
 */

#define MLT_INTEGER_PIECE 256

/* Powers bit by bit of the exponents, from the lowest: as many squarings as the largest of them has bits. */
#define MLT_DEFINE_POWER_STEPS(suffix, T, U)                                                                       \
  static inline __attribute__((always_inline)) void MLT_FN(power_steps_##suffix)(                                  \
      const T *a, const T *b, T *y, ptrdiff_t n, const int a_step, const int b_step) {                             \
    U factor[MLT_INTEGER_PIECE], result[MLT_INTEGER_PIECE], bits[MLT_INTEGER_PIECE];                               \
    for (ptrdiff_t start = 0; start < n; start += MLT_INTEGER_PIECE) {                                             \
      const ptrdiff_t count = n - start < MLT_INTEGER_PIECE ? n - start : MLT_INTEGER_PIECE;                       \
      const T *pa = a + a_step * start, *pb = b + b_step * start;                                                  \
      U left = 0;                                                                                                  \
      int negative = 0;                                                                                            \
      for (ptrdiff_t i = 0; i < count; i++) {                                                                      \
        bits[i] = (U)pb[b_step * i];                                                                               \
        left |= bits[i];                                                                                           \
        negative |= pb[b_step * i] < 0;                                                                            \
        factor[i] = (U)pa[a_step * i];                                                                             \
        result[i] = 1;                                                                                             \
      }                                                                                                            \
      if (negative) {                                                                                              \
        for (ptrdiff_t i = 0; i < count; i++)                                                                      \
          y[start + i] = mlt_power_##suffix(pa[a_step * i], pb[b_step * i]);                                       \
        continue;                                                                                                  \
      }                                                                                                            \
      for (; left; left = (U)(left >> 1)) {                                                                        \
        if (b_step) {                                                                                              \
          for (ptrdiff_t i = 0; i < count; i++) {                                                                  \
            const U chosen = bits[i] & 1 ? factor[i] : (U)1;                                                       \
            result[i] = (U)(1u * result[i] * chosen);                                                              \
            bits[i] = (U)(bits[i] >> 1);                                                                           \
          }                                                                                                        \
        } else if (left & 1) {                                                                                     \
          for (ptrdiff_t i = 0; i < count; i++) result[i] = (U)(1u * result[i] * factor[i]);                       \
        }                                                                                                          \
        if (left == 1) break;                                                                                      \
        for (ptrdiff_t i = 0; i < count; i++) factor[i] = (U)(1u * factor[i] * factor[i]);                         \
      }                                                                                                            \
      for (ptrdiff_t i = 0; i < count; i++) y[start + i] = (T)result[i];                                           \
    }                                                                                                              \
  }                                                                                                                \
  MLT_DEFINE_BLOCK_OF_STEPS(power, suffix, T)

MLT_DEFINE_POWER_STEPS(i32, int32_t, uint32_t)
MLT_DEFINE_POWER_STEPS(i64, int64_t, uint64_t)
MLT_DEFINE_POWER_STEPS(u8, uint8_t, uint8_t)
#ifdef MLT_TARGET_BASE
MLT_DEFINE_POWER_STEPS(i8, int8_t, uint8_t)
MLT_DEFINE_POWER_STEPS(i16, int16_t, uint16_t)
MLT_DEFINE_POWER_STEPS(u16, uint16_t, uint16_t)
MLT_DEFINE_POWER_STEPS(u32, uint32_t, uint32_t)
MLT_DEFINE_POWER_STEPS(u64, uint64_t, uint64_t)
#endif
#undef MLT_DEFINE_POWER_STEPS

/* Bytes by one byte: a / b = (a m) >> 16 with m = 2^16 / b rounded up, since a (m b - 2^16) < 2^16. */
static inline void MLT_FN(floor_divide_block_u8)(const uint8_t *a, const uint8_t *b, uint8_t *y, ptrdiff_t n,
                                                 int a_step, int b_step) {
  if (a_step && !b_step && *b > 1) {
    const uint16_t inverse = (uint16_t)((65535u + *b) / *b);
    _Pragma("GCC ivdep") for (ptrdiff_t i = 0; i < n; i++) {
      const uint16_t wide = a[i];
      y[i] = (uint8_t)(uint16_t)((uint32_t)wide * inverse >> 16);
    }
  } else if (a_step && b_step) {
    _Pragma("GCC ivdep") for (ptrdiff_t i = 0; i < n; i++) y[i] = mlt_floor_divide_u8(a[i], b[i]);
  } else {
    for (ptrdiff_t i = 0; i < n; i++) y[i] = mlt_floor_divide_u8(a[a_step * i], b[b_step * i]);
  }
}

/* Quotients by way of double, where vectors convert them: of 64 bits the first is right but for some units of its last
 * place, and the rest divided once more leaves at most one, as the first of 32 bits does. All of it modulo 2^64, so that
 * what overflows comes right. */
#define MLT_DEFINE_DIVISION(name, suffix, T, U, AGAIN, RESULT)                                                     \
  static inline __attribute__((always_inline)) void MLT_FN(name##_steps_##suffix)(                                 \
      const T *pa, const T *pb, T *y, ptrdiff_t n, const int a_step, const int b_step) {                           \
    const T first_a = *pa, first_b = *pb; /* `y` may be either of them */                                          \
    const double repeated = 1.0 / (double)(first_b ? first_b : 1);                                                 \
    _Pragma("GCC ivdep") for (ptrdiff_t i = 0; i < n; i++) {                                                       \
      const T a = a_step ? pa[i] : first_a, b = b_step ? pb[i] : first_b;                                          \
      const T divisor = b ? b : 1, sign = divisor >> (8 * sizeof(T) - 1);                                          \
      const double inverse = b_step && AGAIN ? 1.0 / (double)divisor : repeated;                                   \
      T quotient = (T)(b_step && !AGAIN ? (double)a / (double)divisor : (double)a * inverse);                      \
      T rest = a - quotient * divisor;                                                                             \
      const T more = AGAIN ? (T)((double)rest * inverse) : 0;                                                      \
      quotient += more;                                                                                            \
      rest -= more * divisor;                                                                                      \
      const T turned = (rest ^ sign) - sign, size = (divisor ^ sign) - sign;                                       \
      const T low = turned < 0, high = (U)turned >= (U)size && !low;                                               \
      quotient += high - low;                                                                                      \
      rest += low ? divisor : high ? -divisor : 0;                                                                 \
      y[i] = b ? (RESULT) : 0;                                                                                     \
    }                                                                                                              \
  }                                                                                                                \
  MLT_DEFINE_BLOCK_OF_STEPS(name, suffix, T)
#define MLT_DEFINE_DIVISIONS(suffix, T, U, AGAIN)                                                                  \
  MLT_DEFINE_DIVISION(floor_divide, suffix, T, U, AGAIN, quotient)                                                 \
  MLT_DEFINE_DIVISION(remainder, suffix, T, U, AGAIN, rest)                                                        \
  MLT_DEFINE_DIVISION(fmod, suffix, T, U, AGAIN, rest && (rest ^ a) < 0 ? rest - divisor : rest)
#if defined(MLT_TARGET_AVX512)
MLT_DEFINE_DIVISIONS(i32, int32_t, uint32_t, 0)
MLT_DEFINE_DIVISIONS(i64, int64_t, uint64_t, 1)
#define MLT_BLOCK_floor_divide_INT32 ~, MLT_FN(floor_divide_block_i32), 1
#define MLT_BLOCK_remainder_INT32 ~, MLT_FN(remainder_block_i32), 1
#define MLT_BLOCK_fmod_INT32 ~, MLT_FN(fmod_block_i32), 1
#define MLT_BLOCK_floor_divide_INT64 ~, MLT_FN(floor_divide_block_i64), 1
#define MLT_BLOCK_remainder_INT64 ~, MLT_FN(remainder_block_i64), 1
#define MLT_BLOCK_fmod_INT64 ~, MLT_FN(fmod_block_i64), 1
#endif
#undef MLT_DEFINE_DIVISIONS
#undef MLT_DEFINE_DIVISION

#ifndef MLT_BLOCK_power_INT64
#define MLT_BLOCK_power_INT8 ~, MLT_FN(power_block_i8), 1
#define MLT_BLOCK_power_INT16 ~, MLT_FN(power_block_i16), 1
#define MLT_BLOCK_power_INT32 ~, MLT_FN(power_block_i32), 1
#define MLT_BLOCK_power_INT64 ~, MLT_FN(power_block_i64), 1
#define MLT_BLOCK_power_UINT8 ~, MLT_FN(power_block_u8), 1
#define MLT_BLOCK_power_UINT16 ~, MLT_FN(power_block_u16), 1
#define MLT_BLOCK_power_UINT32 ~, MLT_FN(power_block_u32), 1
#define MLT_BLOCK_power_UINT64 ~, MLT_FN(power_block_u64), 1
#define MLT_BLOCK_floor_divide_UINT8 ~, MLT_FN(floor_divide_block_u8), 1
#endif
