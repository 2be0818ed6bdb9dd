/* Scalar functions on integers and on the bits of floats: common divisors and multiples, ones among bits, mantissa and
 * exponent.  Plain C, the same for every instruction set; the loops over floats have no branch and vectorise.
 * Included by functions.h, after functions_real.h.
 */
#ifndef MLTENSOR_FUNCTIONS_NUMBER_H
#define MLTENSOR_FUNCTIONS_NUMBER_H

#include <stdint.h>

/* --- integers -------------------------------------------------------------------------------- */

/* Stein, Journal of Computational Physics 1 (1967): halves and differences in place of remainders. */
#define MLT_DEFINE_GCD(suffix, U, ctz)                                  \
  static inline U mlt_gcd_of_##suffix(U a, U b) {                       \
    if (a == 0) return b;                                               \
    if (b == 0) return a;                                               \
    const int twos = ctz(a | b);                                        \
    a >>= ctz(a);                                                       \
    while (b) {                                                         \
      b >>= ctz(b);                                                     \
      const U less = a < b ? a : b, difference = a < b ? b - a : a - b; \
      a = less;                                                         \
      b = difference;                                                   \
    }                                                                   \
    return a << twos;                                                   \
  }
MLT_DEFINE_GCD(u32, uint32_t, __builtin_ctz)
MLT_DEFINE_GCD(u64, uint64_t, __builtin_ctzll)
#undef MLT_DEFINE_GCD

/* A magnitude as an unsigned integer; that of the lowest number is one more than the highest. */
#define MLT_SIGNED_SIZE(T, U, a) ((a) < 0 ? (U)(0 - (U)(a)) : (U)(a))
#define MLT_UNSIGNED_SIZE(T, U, a) ((U)(a))
/* Ones among the bits of a magnitude: sums of neighbours, which vectorise; an instruction counts those of wide integers. */
#define MLT_DEFINE_NUMBER(suffix, T, U, SIZE, wide, W)                                         \
  static inline T mlt_gcd_##suffix(T a, T b) {                                                 \
    return (T)mlt_gcd_of_##wide((W)SIZE(T, U, a), (W)SIZE(T, U, b));                           \
  }                                                                                            \
  static inline T mlt_lcm_##suffix(T a, T b) {                                                 \
    const W x = SIZE(T, U, a), y = SIZE(T, U, b), divisor = mlt_gcd_of_##wide(x, y);           \
    return (T)(divisor ? x / divisor * y : 0);                                                 \
  }                                                                                            \
  MLT_SCALAR uint8_t mlt_bitwise_count_##suffix(T a) {                                         \
    const U ones = (U)~(U)0;                                                                   \
    U bits = SIZE(T, U, a);                                                                    \
    bits = (U)(bits - ((U)(bits >> 1) & (U)(ones / 3)));                                       \
    bits = (U)((bits & (U)(ones / 15 * 3)) + ((U)(bits >> 2) & (U)(ones / 15 * 3)));           \
    bits = (U)((U)(bits + (U)(bits >> 4)) & (U)(ones / 255 * 15));                             \
    return (uint8_t)((U)(bits * (U)(ones / 255)) >> (8 * sizeof(U) - 8));                      \
  }
MLT_DEFINE_NUMBER(i8, int8_t, uint8_t, MLT_SIGNED_SIZE, u32, uint32_t)
MLT_DEFINE_NUMBER(i16, int16_t, uint16_t, MLT_SIGNED_SIZE, u32, uint32_t)
MLT_DEFINE_NUMBER(i32, int32_t, uint32_t, MLT_SIGNED_SIZE, u32, uint32_t)
MLT_DEFINE_NUMBER(i64, int64_t, uint64_t, MLT_SIGNED_SIZE, u64, uint64_t)
MLT_DEFINE_NUMBER(u8, uint8_t, uint8_t, MLT_UNSIGNED_SIZE, u32, uint32_t)
MLT_DEFINE_NUMBER(u16, uint16_t, uint16_t, MLT_UNSIGNED_SIZE, u32, uint32_t)
MLT_DEFINE_NUMBER(u32, uint32_t, uint32_t, MLT_UNSIGNED_SIZE, u32, uint32_t)
MLT_DEFINE_NUMBER(u64, uint64_t, uint64_t, MLT_UNSIGNED_SIZE, u64, uint64_t)
#undef MLT_DEFINE_NUMBER
#undef MLT_SIGNED_SIZE
#undef MLT_UNSIGNED_SIZE

/* --- floats ---------------------------------------------------------------------------------- */

/* 2 to the power of a whole number between the exponents of normal numbers; others are cut to one. */
MLT_SCALAR double mlt_power_of_two(double n) {
  return mlt_from_bits_f64((uint64_t)(int64_t)(1023.0 + n) << 52);
}

/* a 2^b, rounded once.  In double every product of a float is exact. */
MLT_SCALAR float mlt_ldexp_f32(float a, float b) {
  const float n = b < -400 ? -400 : b > 400 ? 400 : b;
  return b != b ? b : (float)((double)a * mlt_power_of_two(n));
}
/* Three factors; the ones that are not powers near the ends are 1.  Numbers stay above 2^-969 until the last one. */
MLT_SCALAR double mlt_ldexp_f64(double a, double b) {
  double n = b < -2200 ? -2200 : b > 2200 ? 2200 : b;
  for (int k = 0; k < 2; k++) {
    const double step = n > 1023 ? 1023 : n < -1022 ? -969 : 0;
    a *= mlt_power_of_two(step);
    n -= step;
  }
  n = n < -1022 ? -1022 : n > 1023 ? 1023 : n;
  return b != b ? b : a * mlt_power_of_two(n);
}

/* The mantissa in [1/2, 1) and the exponent; 0, infinities and NaN are their own mantissa and have the exponent 0. */
#define MLT_DEFINE_FREXP(suffix, T, U, digits, bias, f)                                            \
  MLT_SCALAR T mlt_frexp_mantissa_##suffix(T a) {                                                  \
    const U exponents = (U)(2 * bias + 1) << digits;                                               \
    const int plain = a == 0 || a - a != 0;                                                        \
    const T normal = __builtin_fabs##f(a) < mlt_from_bits_##suffix((U)1 << digits)                 \
                         ? a * (T)((U)1 << (digits + 2)) : a;                                      \
    const U bits = (mlt_bits_##suffix(normal) & ~exponents) | (U)(bias - 1) << digits;             \
    return plain ? a : mlt_from_bits_##suffix(bits);                                               \
  }                                                                                                \
  MLT_SCALAR int32_t mlt_frexp_exponent_##suffix(T a) {                                            \
    const int plain = a == 0 || a - a != 0;                                                        \
    const int small = __builtin_fabs##f(a) < mlt_from_bits_##suffix((U)1 << digits);               \
    const T normal = small ? a * (T)((U)1 << (digits + 2)) : a;                                    \
    const int32_t power = (int32_t)(mlt_bits_##suffix(normal) >> digits & (2 * bias + 1));         \
    return plain ? 0 : power - (bias - 1) - (small ? digits + 2 : 0);                              \
  }
MLT_DEFINE_FREXP(f32, float, uint32_t, 23, 127, f)
MLT_DEFINE_FREXP(f64, double, uint64_t, 52, 1023, )
#undef MLT_DEFINE_FREXP

/* The distance to the next number away from zero; of an infinity NaN, of zero the smallest number.  That of float16 is
 * to the next greater number: NumPy's two definitions. */
#define MLT_DEFINE_SPACING(suffix, T, U, smallest) \
  MLT_SCALAR T mlt_spacing_##suffix(T a) {         \
    const T next = mlt_from_bits_##suffix((U)(mlt_bits_##suffix(a) + 1)); \
    const T first = mlt_from_bits_##suffix(smallest);                     \
    return a == 0 ? first : a - a != 0 ? a - a : next - a;                \
  }
MLT_DEFINE_SPACING(f32, float, uint32_t, 1)
MLT_DEFINE_SPACING(f64, double, uint64_t, 1)
#undef MLT_DEFINE_SPACING
MLT_SCALAR float mlt_spacing_f16(float a) {
  const uint16_t bits = mlt_bits_f16(a);
  const float next = mlt_from_bits_f16((uint16_t)(a == 0 ? 1 : a < 0 ? bits - 1 : bits + 1));
  return a - a != 0 ? a - a : next - a;
}

/* What lies behind the point, with the sign of the number; of infinities zero. */
MLT_SCALAR float mlt_fractional_part_f32(float a) {
  const float rest = __builtin_fabsf(a) == INFINITY ? 0 : a - __builtin_truncf(a);
  return __builtin_copysignf(rest, a);
}
MLT_SCALAR double mlt_fractional_part_f64(double a) {
  const double rest = __builtin_fabs(a) == INFINITY ? 0 : a - __builtin_trunc(a);
  return __builtin_copysign(rest, a);
}

#endif

/* --- per target -------------------------------------------------------------------------------- */

#if defined(MLT_TARGET_BASE)
#define MLT_ONES(bits, suffix, a) mlt_bitwise_count_##suffix(a)
#else
#define MLT_ONES(bits, suffix, a) (uint8_t)__builtin_popcountll(bits)
#endif
MLT_SCALAR uint8_t MLT_FN(bitwise_count_i32)(int32_t a) { return MLT_ONES(a < 0 ? 0u - (uint32_t)a : (uint32_t)a, i32, a); }
MLT_SCALAR uint8_t MLT_FN(bitwise_count_i64)(int64_t a) { return MLT_ONES(a < 0 ? 0u - (uint64_t)a : (uint64_t)a, i64, a); }
MLT_SCALAR uint8_t MLT_FN(bitwise_count_u32)(uint32_t a) { return MLT_ONES(a, u32, a); }
MLT_SCALAR uint8_t MLT_FN(bitwise_count_u64)(uint64_t a) { return MLT_ONES(a, u64, a); }
#undef MLT_ONES

/* Divisors in step, without a branch for each: twos are shifted out, and the smaller one taken off the other, until
 * nothing is left of any.  The number of twos is the exponent of the lowest bit as a float. */
#define MLT_DEFINE_GCD_LANES(suffix, U, S, F, B, digits, bias, COUNT)                                              \
  enum { MLT_FN(gcd_lanes_##suffix) = COUNT };                                                                     \
  static inline int MLT_FN(twos_##suffix)(U a) {                                                                   \
    const F low = (F)(S)(a & (0 - a));                                                                             \
    B bits;                                                                                                        \
    memcpy(&bits, &low, sizeof bits);                                                                              \
    return (int)((bits >> digits) - bias) & (8 * (int)sizeof(U) - 1);                                              \
  }                                                                                                                \
  static void MLT_FN(gcd_of_lanes_##suffix)(const U *a, const U *b, U *divisor) {                                  \
    U first[COUNT], second[COUNT], left = 0;                                                                       \
    int shift[COUNT];                                                                                              \
    for (int j = 0; j < COUNT; j++) {                                                                              \
      shift[j] = MLT_FN(twos_##suffix)(a[j] | b[j]);                                                               \
      const U p = a[j] >> shift[j], q = b[j] >> shift[j];                                                          \
      first[j] = p & 1 ? p : q;                                                                                    \
      second[j] = p & 1 ? q : p;                                                                                   \
      left |= second[j];                                                                                           \
    }                                                                                                              \
    while (left) {                                                                                                 \
      left = 0;                                                                                                    \
      for (int j = 0; j < COUNT; j++) {                                                                            \
        const U p = first[j], q = second[j] >> MLT_FN(twos_##suffix)(second[j]);                                   \
        const U less = q < p ? q : p, difference = q < p ? p - q : q - p;                                          \
        first[j] = q ? less : p;                                                                                   \
        second[j] = q ? difference : 0;                                                                            \
        left |= second[j];                                                                                         \
      }                                                                                                            \
    }                                                                                                              \
    for (int j = 0; j < COUNT; j++) divisor[j] = first[j] << shift[j];                                             \
  }
MLT_DEFINE_GCD_LANES(u32, uint32_t, int32_t, float, uint32_t, 23, 127, 32)
MLT_DEFINE_GCD_LANES(u64, uint64_t, int64_t, double, uint64_t, 52, 1023, 32)
#undef MLT_DEFINE_GCD_LANES

/* Of wide integers that happen to be small the narrow ones are taken.  An exact quotient of 32 bits comes from doubles,
 * which are divided side by side. */
#define MLT_DEFINE_GCD_BLOCK(suffix, T, U)                                                                         \
  static inline __attribute__((always_inline)) void MLT_FN(divisors_##suffix)(                                     \
      const T *a, const T *b, T *y, ptrdiff_t n, const int a_step, const int b_step, const int multiple) {         \
    enum { LANES = 32 };                                                                                           \
    ptrdiff_t start = 0;                                                                                           \
    for (; n - start >= LANES; start += LANES) {                                                                   \
      uint32_t narrow_a[LANES], narrow_b[LANES], narrow[LANES];                                                    \
      U x[LANES], z[LANES], all = 0;                                                                               \
      for (int j = 0; j < LANES; j++) {                                                                            \
        const T p = a[a_step * (start + j)], q = b[b_step * (start + j)];                                          \
        x[j] = p < 0 ? 0 - (U)p : (U)p;                                                                            \
        z[j] = q < 0 ? 0 - (U)q : (U)q;                                                                            \
        all |= x[j] | z[j];                                                                                        \
      }                                                                                                            \
      if (all <= UINT32_MAX) {                                                                                     \
        for (int j = 0; j < LANES; j++) narrow_a[j] = (uint32_t)x[j], narrow_b[j] = (uint32_t)z[j];                \
        MLT_FN(gcd_of_lanes_u32)(narrow_a, narrow_b, narrow);                                                      \
        for (int j = 0; j < LANES; j++) {                                                                          \
          const uint32_t safe = narrow[j] ? narrow[j] : 1;                                                         \
          const U quotient = (U)(int64_t)((double)narrow_a[j] / (double)safe);                                     \
          y[start + j] = (T)(multiple ? quotient * z[j] : narrow[j]);                                              \
        }                                                                                                          \
        continue;                                                                                                  \
      }                                                                                                            \
      uint64_t wide_a[LANES], wide_b[LANES], wide[LANES];                                                          \
      for (int j = 0; j < LANES; j++) wide_a[j] = x[j], wide_b[j] = z[j];                                          \
      MLT_FN(gcd_of_lanes_u64)(wide_a, wide_b, wide);                     \
      for (int j = 0; j < LANES; j++)                                                                              \
        y[start + j] = (T)(multiple ? x[j] / (U)(wide[j] ? wide[j] : 1) * z[j] : wide[j]);                         \
    }                                                                                                              \
    for (; start < n; start++)                                                                                     \
      y[start] = multiple ? mlt_lcm_##suffix(a[a_step * start], b[b_step * start])                                 \
                          : mlt_gcd_##suffix(a[a_step * start], b[b_step * start]);                                \
  }                                                                                                                \
  static inline void MLT_FN(gcd_block_##suffix)(const T *a, const T *b, T *y, ptrdiff_t n, int a_step, int b_step) { \
    MLT_FN(divisors_##suffix)(a, b, y, n, a_step, b_step, 0);                                                      \
  }                                                                                                                \
  static inline void MLT_FN(lcm_block_##suffix)(const T *a, const T *b, T *y, ptrdiff_t n, int a_step, int b_step) { \
    MLT_FN(divisors_##suffix)(a, b, y, n, a_step, b_step, 1);                                                      \
  }
MLT_DEFINE_GCD_BLOCK(i32, int32_t, uint32_t)
MLT_DEFINE_GCD_BLOCK(i64, int64_t, uint64_t)
#undef MLT_DEFINE_GCD_BLOCK
#define MLT_BLOCK_gcd_INT32 ~, MLT_FN(gcd_block_i32), 1
#define MLT_BLOCK_gcd_INT64 ~, MLT_FN(gcd_block_i64), 1
#define MLT_BLOCK_lcm_INT32 ~, MLT_FN(lcm_block_i32), 1
#define MLT_BLOCK_lcm_INT64 ~, MLT_FN(lcm_block_i64), 1

#if defined(MLT_TARGET_AVX512)
/* Ones of every byte by a table of half bytes, added over the bytes of a number. */
static inline __m512i mlt_ones_of_bytes_avx512(__m512i bits) {
  const __m512i ones = _mm512_broadcast_i32x4(_mm_setr_epi8(0, 1, 1, 2, 1, 2, 2, 3, 1, 2, 2, 3, 2, 3, 3, 4));
  const __m512i half = _mm512_set1_epi8(15);
  return _mm512_add_epi8(_mm512_shuffle_epi8(ones, _mm512_and_si512(bits, half)),
                         _mm512_shuffle_epi8(ones, _mm512_and_si512(_mm512_srli_epi16(bits, 4), half)));
}
static inline void mlt_bitwise_count_block_i64(const int64_t *a, uint8_t *y, ptrdiff_t n) {
  ptrdiff_t i = 0;
  for (; i + 8 <= n; i += 8) {
    const __m512i ones = mlt_ones_of_bytes_avx512(_mm512_abs_epi64(_mm512_loadu_si512(a + i)));
    _mm_storel_epi64((__m128i *)(y + i), _mm512_cvtepi64_epi8(_mm512_sad_epu8(ones, _mm512_setzero_si512())));
  }
  for (; i < n; i++) y[i] = bitwise_count_i64_avx512(a[i]);
}
static inline void mlt_bitwise_count_block_i32(const int32_t *a, uint8_t *y, ptrdiff_t n) {
  ptrdiff_t i = 0;
  for (; i + 16 <= n; i += 16) {
    const __m512i ones = mlt_ones_of_bytes_avx512(_mm512_abs_epi32(_mm512_loadu_si512(a + i)));
    const __m512i pairs = _mm512_maddubs_epi16(ones, _mm512_set1_epi8(1));
    _mm_storeu_si128((__m128i *)(y + i), _mm512_cvtepi32_epi8(_mm512_madd_epi16(pairs, _mm512_set1_epi16(1))));
  }
  for (; i < n; i++) y[i] = bitwise_count_i32_avx512(a[i]);
}
#define MLT_BLOCK_bitwise_count_INT64 ~, mlt_bitwise_count_block_i64, 1
#define MLT_BLOCK_bitwise_count_INT32 ~, mlt_bitwise_count_block_i32, 1
#endif
