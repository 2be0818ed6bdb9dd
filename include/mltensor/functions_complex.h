/* Scalar functions on complex numbers: the C library where C99's Annex G agrees with the Array API
 * standard, own code elsewhere.
 *
 * complex64 is computed in complex128 by the own code and rounded once.  Complex loops are compiled
 * for the baseline alone, and so is this file.  Included by functions.h, after functions_real.h and
 * the vmath headers.
 */
#ifndef MLTENSOR_FUNCTIONS_COMPLEX_H
#define MLTENSOR_FUNCTIONS_COMPLEX_H

#include <complex.h>
#include <math.h>
#include <stdbool.h>

#ifndef CMPLX
#define CMPLX(x, y) __builtin_complex((double)(x), (double)(y))
#endif

/* --- from the C library -------------------------------------------------------------------- */

#define MLT_FROM_LIBRARY(name)                                                             \
  static inline float complex mlt_##name##_c64(float complex z) { return c##name##f(z); } \
  static inline double complex mlt_##name##_c128(double complex z) { return c##name(z); }
MLT_FROM_LIBRARY(exp)
MLT_FROM_LIBRARY(log)
MLT_FROM_LIBRARY(sqrt)
MLT_FROM_LIBRARY(sin)
MLT_FROM_LIBRARY(cos)
MLT_FROM_LIBRARY(asin)
MLT_FROM_LIBRARY(acos)
MLT_FROM_LIBRARY(atan)
MLT_FROM_LIBRARY(sinh)
MLT_FROM_LIBRARY(cosh)
MLT_FROM_LIBRARY(asinh)
MLT_FROM_LIBRARY(acosh)
MLT_FROM_LIBRARY(atanh)
#undef MLT_FROM_LIBRARY

/* --- parts and arithmetic ------------------------------------------------------------------ */

#define MLT_DEFINE_PARTS(suffix, real_suffix, T, f)                                              \
  MLT_SCALAR T mlt_real_##suffix(T complex z) { return __real__ z; }                             \
  MLT_SCALAR T mlt_imag_##suffix(T complex z) { return __imag__ z; }                             \
  MLT_SCALAR T complex mlt_conj_##suffix(T complex z) {                                          \
    return __builtin_complex(__real__ z, -__imag__ z);                                           \
  }                                                                                              \
  MLT_SCALAR T mlt_absolute_##suffix(T complex z) {                                              \
    return MLT_FN(hypot_##real_suffix)(__real__ z, __imag__ z);                                  \
  }                                                                                              \
  MLT_SCALAR T mlt_angle_##suffix(T complex z) {                                                 \
    return MLT_FN(atan2_##real_suffix)(__imag__ z, __real__ z);                                  \
  }                                                                                              \
  MLT_SCALAR T complex mlt_round_##suffix(T complex z) {                                         \
    return __builtin_complex(__builtin_rint##f(__real__ z), __builtin_rint##f(__imag__ z));      \
  }                                                                                              \
  MLT_SCALAR bool mlt_isinf_##suffix(T complex z) {                                              \
    return __builtin_fabs##f(__real__ z) == INFINITY || __builtin_fabs##f(__imag__ z) == INFINITY; \
  }                                                                                              \
  /* Smith, Communications of the ACM 5 (1962): no overflow in the squares.  Division by zero    \
   * divides each part, as NumPy does. */                                                        \
  static inline T complex mlt_divide_##suffix(T complex a, T complex b) {                        \
    const T ar = __real__ a, ai = __imag__ a, br = __real__ b, bi = __imag__ b;                  \
    if (__builtin_fabs##f(br) >= __builtin_fabs##f(bi)) {                                        \
      if (br == 0 && bi == 0)                                                                    \
        return __builtin_complex(ar / __builtin_fabs##f(br), ai / __builtin_fabs##f(br));        \
      const T ratio = bi / br, scale = br + bi * ratio;                                          \
      return __builtin_complex((ar + ai * ratio) / scale, (ai - ar * ratio) / scale);            \
    }                                                                                            \
    const T ratio = br / bi, scale = br * ratio + bi;                                            \
    return __builtin_complex((ar * ratio + ai) / scale, (ai * ratio - ar) / scale);              \
  }                                                                                              \
  static inline T complex mlt_reciprocal_##suffix(T complex z) {                                 \
    const T x = __real__ z, y = __imag__ z;                                                      \
    if (__builtin_fabs##f(x) >= __builtin_fabs##f(y)) {                                          \
      const T ratio = y / x, scale = x + y * ratio;                                              \
      return __builtin_complex(1 / scale, -ratio / scale);                                       \
    }                                                                                            \
    const T ratio = x / y, scale = x * ratio + y;                                                \
    return __builtin_complex(ratio / scale, -1 / scale);                                         \
  }                                                                                              \
  /* z / |z|.  An infinite part outweighs a finite one; NaN and two infinities have none. */        \
  static inline T complex mlt_sign_##suffix(T complex z) {                                       \
    T x = __real__ z, y = __imag__ z, size = MLT_FN(hypot_##real_suffix)(x, y);                  \
    if (x != x || y != y) return __builtin_complex((T)NAN, (T)NAN);                              \
    if (size == 0) return 0;                                                                     \
    if (size == INFINITY && !mlt_isinf_##suffix(z)) {                                            \
      x *= (T)0.25, y *= (T)0.25, size = MLT_FN(hypot_##real_suffix)(x, y);                      \
    } else if (size == INFINITY) {                                                               \
      const T infinite_x = x - x != 0, infinite_y = y - y != 0;                                  \
      if (infinite_x == infinite_y) return __builtin_complex((T)NAN, (T)NAN);                    \
      return __builtin_complex(x < 0 ? 0 - infinite_x : infinite_x,                              \
                               y < 0 ? 0 - infinite_y : infinite_y);                             \
    }                                                                                            \
    return __builtin_complex(x / size, y / size);                                                \
  }                                                                                              \
  /* Small integer powers by multiplication, which keeps them exact; 0 to a power whose real     \
   * part is not positive has no value. */                                                       \
  static T complex mlt_power_##suffix(T complex a, T complex b) {                                \
    const T br = __real__ b, bi = __imag__ b;                                                    \
    if (br == 0 && bi == 0) return 1;                                                            \
    if (br == 1 && bi == 0) return a;                                                            \
    if (a == 0) return br > 0 ? (T complex)0 : __builtin_complex((T)NAN, (T)NAN);                \
    if (bi == 0 && br > -100 && br < 100 && br == __builtin_trunc##f(br)) {                      \
      T complex result = 1, factor = a;                                                          \
      for (int n = (int)__builtin_fabs##f(br);;) {                                               \
        if (n & 1) result *= factor;                                                             \
        if (!(n >>= 1)) break;                                                                   \
        factor *= factor;                                                                        \
      }                                                                                          \
      return br < 0 ? mlt_reciprocal_##suffix(result) : result;                                  \
    }                                                                                            \
    return cpow##f(a, b);                                                                        \
  }
MLT_DEFINE_PARTS(c64, f32, float, f)
MLT_DEFINE_PARTS(c128, f64, double, )
#undef MLT_DEFINE_PARTS

/* --- own transcendental functions ---------------------------------------------------------- */

static inline double complex mlt_scaled_c128(double complex z, double factor) {
  return CMPLX(__real__ z * factor, __imag__ z * factor);
}
static inline double complex mlt_exp2_c128(double complex z) {
  return cexp(mlt_scaled_c128(z, 0.6931471805599453));
}
static inline double complex mlt_log2_c128(double complex z) {
  return mlt_scaled_c128(clog(z), 1.4426950408889634);
}
static inline double complex mlt_log10_c128(double complex z) {
  return mlt_scaled_c128(clog(z), 0.4342944819032518);
}

/* expm1(x) cos(y) - 2 sin(y/2)^2 + i exp(x) sin(y) is free of cancellation near 0.  The special
 * cases, and what is so large that the one does not count, are those of exp. */
static double complex mlt_expm1_c128(double complex z) {
  const double x = __real__ z, y = __imag__ z;
  if (!(x < 300.0 && x > -INFINITY && y - y == 0)) {
    const double complex e = cexp(z);
    return CMPLX(__real__ e - 1.0, __imag__ e);
  }
  const double half = sin(0.5 * y);
  /* The last zero turns the -0 of expm1(-0) into the +0 of the standard. */
  return CMPLX((expm1(x) * cos(y) - 2.0 * half * half) + 0.0, exp(x) * sin(y));
}

/* log|1 + z| from |1 + z|^2 - 1 = x (2 + x) + y^2 near 0, from the logarithm of 1 + z elsewhere. */
static double complex mlt_log1p_c128(double complex z) {
  const double x = __real__ z, y = __imag__ z;
  if (fabs(x) < 0.5 && fabs(y) < 0.5)
    return CMPLX(0.5 * log1p(fma(y, y, x * (2.0 + x))), atan2(y, 1.0 + x));
  return clog(CMPLX(1.0 + x, y));
}

/* W. Kahan, "Branch cuts for complex elementary functions" (1987); from |x| = 22 on the real part
 * is one.  At an infinity the imaginary part is a zero with the sign of y. */
static double complex mlt_tanh_c128(double complex z) {
  const double x = __real__ z, y = __imag__ z;
  if (x != x) return CMPLX(x, y == 0 ? y : NAN);
  if (fabs(x) == INFINITY) return CMPLX(copysign(1.0, x), copysign(0.0, y));
  if (y - y != 0) return CMPLX(x == 0 ? x : NAN, NAN);
  if (fabs(x) >= 22.0) {
    const double small = exp(-fabs(x));
    return CMPLX(copysign(1.0, x), 4.0 * sin(y) * cos(y) * small * small);
  }
  const double t = tan(y), beta = 1.0 + t * t, s = sinh(x), rho = sqrt(1.0 + s * s);
  const double denominator = 1.0 + beta * s * s;
  return CMPLX(beta * rho * s / denominator, t / denominator);
}
static inline double complex mlt_tan_c128(double complex z) {
  const double complex w = mlt_tanh_c128(CMPLX(-__imag__ z, __real__ z));
  return CMPLX(__imag__ w, -__real__ w);
}

#define MLT_THROUGH_DOUBLE(name)                                     \
  static inline float complex mlt_##name##_c64(float complex z) {    \
    return (float complex)mlt_##name##_c128((double complex)z);      \
  }
MLT_THROUGH_DOUBLE(exp2)
MLT_THROUGH_DOUBLE(log2)
MLT_THROUGH_DOUBLE(log10)
MLT_THROUGH_DOUBLE(expm1)
MLT_THROUGH_DOUBLE(log1p)
MLT_THROUGH_DOUBLE(tanh)
MLT_THROUGH_DOUBLE(tan)
#undef MLT_THROUGH_DOUBLE

#endif
