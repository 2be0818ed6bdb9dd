/* Remainders of real numbers, once per target, included by functions_real.h.
 *
 * remainder(a, b) = a - floor(a / b) * b with the sign of b, exact but for one rounding when a and b differ in sign, as
 * Python has it; fmod(a, b) = a - trunc(a / b) * b with the sign of a, always exact.
 *
 * The short way is right while the quotient is an exact integer: for float32 in double, for float64 with a fused
 * multiply-add.  Blocks go the short way with vectors and look afterwards for elements that need the long one, bit by
 * bit in the C library.
 */
#ifndef MLTENSOR_FUNCTIONS_REMAINDER_H
#define MLTENSOR_FUNCTIONS_REMAINDER_H

#define MLT_REMAINDER_PIECE 256 /* elements whose short results wait for the look */

static float mlt_remainder_exact_f32(float a, float b) {
  const float rest = __builtin_fmodf(a, b);
  if (rest == 0) return __builtin_copysignf(0, b);
  return (rest < 0) != (b < 0) ? rest + b : rest;
}
static double mlt_remainder_exact_f64(double a, double b) {
  const double rest = __builtin_fmod(a, b);
  if (rest == 0) return __builtin_copysign(0, b);
  return (rest < 0) != (b < 0) ? rest + b : rest;
}

/* name_f(a, b) of one element and of a block; the steps are 1, or 0 for a scalar that is repeated. */
#define MLT_DEFINE_REMAINDER(name, suffix, T, exact)                                                       \
  MLT_SCALAR T MLT_FN(name##_##suffix)(T a, T b) {                                                         \
    return MLT_FN(is_short_##suffix)(a, b) ? MLT_FN(name##_short_##suffix)(a, b) : exact(a, b);            \
  }                                                                                                        \
  static inline __attribute__((always_inline)) void MLT_FN(name##_steps_##suffix)(                         \
      const T *a, const T *b, T *y, ptrdiff_t n, const int a_step, const int b_step) {                     \
    T near[MLT_REMAINDER_PIECE];                                                                           \
    for (ptrdiff_t start = 0; start < n; start += MLT_REMAINDER_PIECE) {                                   \
      const ptrdiff_t count = n - start < MLT_REMAINDER_PIECE ? n - start : MLT_REMAINDER_PIECE;           \
      const T *pa = a + a_step * start, *pb = b + b_step * start;                                          \
      int rare = 0;                                                                                        \
      for (ptrdiff_t i = 0; i < count; i++) {                                                              \
        near[i] = MLT_FN(name##_short_##suffix)(pa[a_step * i], pb[b_step * i]);                           \
        rare |= !MLT_FN(is_short_##suffix)(pa[a_step * i], pb[b_step * i]);                                \
      }                                                                                                    \
      for (ptrdiff_t i = 0; rare && i < count; i++)                                                        \
        if (!MLT_FN(is_short_##suffix)(pa[a_step * i], pb[b_step * i]))                                    \
          near[i] = exact(pa[a_step * i], pb[b_step * i]);                                                 \
      memcpy(y + start, near, (size_t)count * sizeof(T));                                                  \
    }                                                                                                      \
  }                                                                                                        \
  MLT_DEFINE_BLOCK_OF_STEPS(name, suffix, T)
#define MLT_BLOCK_remainder_FLOAT32 ~, MLT_FN(remainder_block_f32), 1
#define MLT_BLOCK_remainder_FLOAT64 ~, MLT_FN(remainder_block_f64), 1
#define MLT_BLOCK_fmod_FLOAT32 ~, MLT_FN(fmod_block_f32), 1
#define MLT_BLOCK_fmod_FLOAT64 ~, MLT_FN(fmod_block_f64), 1

#endif

MLT_SCALAR bool MLT_FN(is_short_f32)(float a, float b) {
  return (__builtin_fabs((double)a / (double)b) < 0x1p29) & (__builtin_fabsf(b) < INFINITY);
}
MLT_SCALAR float MLT_FN(remainder_short_f32)(float a, float b) {
  const double rest = (double)a - __builtin_floor((double)a / (double)b) * (double)b;
  return rest == 0 ? __builtin_copysignf(0, b) : (float)rest;
}
MLT_SCALAR float MLT_FN(fmod_short_f32)(float a, float b) {
  return __builtin_copysignf((float)((double)a - __builtin_trunc((double)a / (double)b) * (double)b), a);
}
/* Without a fused multiply-add nothing of float64 is short. */
MLT_SCALAR bool MLT_FN(is_short_f64)(double a, double b) {
  return MLT_HAS_FMA && (__builtin_fabs(a / b) < 0x1p52) & (__builtin_fabs(b) < INFINITY);
}
MLT_SCALAR double MLT_FN(remainder_short_f64)(double a, double b) {
  double rest = MLT_FMA64(-__builtin_floor(a / b), b, a);
  /* The quotient was rounded up to an integer: the rest is one divisor off. */
  rest += (b < 0 ? rest > 0 : rest < 0) ? b : 0;
  return rest == 0 ? __builtin_copysign(0, b) : rest;
}
MLT_SCALAR double MLT_FN(fmod_short_f64)(double a, double b) {
  double rest = MLT_FMA64(-__builtin_trunc(a / b), b, a);
  rest += (a < 0 ? rest > 0 : rest < 0) ? __builtin_copysign(b, a) : 0;
  return __builtin_copysign(rest, a);
}

MLT_DEFINE_REMAINDER(remainder, f32, float, mlt_remainder_exact_f32)
MLT_DEFINE_REMAINDER(remainder, f64, double, mlt_remainder_exact_f64)
MLT_DEFINE_REMAINDER(fmod, f32, float, __builtin_fmodf)
MLT_DEFINE_REMAINDER(fmod, f64, double, __builtin_fmod)
