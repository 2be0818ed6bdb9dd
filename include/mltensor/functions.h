/* The scalar functions that the expressions of the table call, for any type of their argument.
 *
 * Included once per target, after target_begin.h.  `a` is bool, an integer, float (float16 too),
 * double or a complex number; the macro picks the function of that type at compile time, so that an
 * expression reads like mathematics and its loop vectorises.  The names shadow the C library's: the
 * headers that mean the library come first, and in front of them the names are given back.
 */
#include <complex.h>
#include <math.h>

#undef exp
#undef exp2
#undef expm1
#undef log
#undef log1p
#undef log2
#undef log10
#undef logaddexp
#undef power
#undef sqrt
#undef cbrt
#undef sin
#undef cos
#undef tan
#undef asin
#undef acos
#undef atan
#undef atan2
#undef hypot
#undef sinh
#undef cosh
#undef tanh
#undef asinh
#undef acosh
#undef atanh
#undef degrees
#undef radians
#undef floor
#undef ceil
#undef trunc
#undef round
#undef absolute
#undef sign
#undef divide
#undef reciprocal
#undef floor_divide
#undef remainder
#undef fmod
#undef copysign
#undef signbit
#undef nextafter
#undef isnan
#undef isinf
#undef isfinite
#undef invert
#undef left_shift
#undef right_shift
#undef real
#undef imag
#undef conj
#undef angle
#undef erf
#undef erfc
#undef sigmoid
#undef softplus
#undef gelu
#undef silu
#undef gelu_slope
#undef silu_slope
#undef gcd
#undef lcm
#undef bitwise_count
#undef ldexp
#undef frexp_mantissa
#undef frexp_exponent
#undef spacing
#undef fractional_part
#undef sinc
#undef sinc_derivative
#undef i0
#undef bessel_i
#undef logaddexp2

#include "mltensor/vmath_exponential.h"
#include "mltensor/vmath_hyperbolic.h"
#include "mltensor/vmath_trigonometric.h"
#include "mltensor/vmath_special.h"

#include "mltensor/functions_integer.h"
#include "mltensor/functions_integer_blocks.h"
#include "mltensor/functions_real.h"
#include "mltensor/functions_complex.h"
#include "mltensor/functions_number.h"
#include "mltensor/functions_bessel.h"
#include "mltensor/vmath_blocks.h"
#if defined(MLT_TARGET_AVX512)
#include "mltensor/compare_blocks.h"
#endif

/* --- one association per type ---------------------------------------------------------------- */
#ifndef MLT_CASES_INTEGER
#define MLT_CASES_INTEGER(name)                                                             \
  int8_t: name##_i8, int16_t: name##_i16, int32_t: name##_i32, int64_t: name##_i64,         \
  uint8_t: name##_u8, uint16_t: name##_u16, uint32_t: name##_u32, uint64_t: name##_u64
#define MLT_CASES_REAL(name) float: name##_f32, double: name##_f64
#define MLT_CASES_COMPLEX(name) float complex: name##_c64, double complex: name##_c128
/* Functions of vmath and the like, which every target has of its own. */
#define MLT_CASES_TARGET(name) float: MLT_FN(name##_f32), double: MLT_FN(name##_f64)

#define MLT_REAL_FUNCTION(name, x) _Generic((x), MLT_CASES_TARGET(name))(x)
#define MLT_REAL_FUNCTION2(name, x, y) _Generic((x), MLT_CASES_TARGET(name))(x, y)
#define MLT_FUNCTION(name, x) \
  _Generic((x), MLT_CASES_TARGET(name), MLT_CASES_COMPLEX(mlt_##name))(x)
/* Rounding leaves integers and bools as they are. */
#define MLT_ROUNDING(name, x) \
  _Generic((x), MLT_CASES_INTEGER(mlt_same), MLT_CASES_REAL(mlt_##name))(x)
#endif

/* --- exponentials and logarithms ------------------------------------------------------------- */
#define exp(x) MLT_FUNCTION(exp, x)
#define exp2(x) MLT_FUNCTION(exp2, x)
#define expm1(x) MLT_FUNCTION(expm1, x)
#define log(x) MLT_FUNCTION(log, x)
#define log1p(x) MLT_FUNCTION(log1p, x)
#define log2(x) MLT_FUNCTION(log2, x)
#define log10(x) MLT_FUNCTION(log10, x)
#define logaddexp(x, y) MLT_REAL_FUNCTION2(logaddexp, x, y)
#define sqrt(x) _Generic((x), MLT_CASES_REAL(mlt_sqrt), MLT_CASES_COMPLEX(mlt_sqrt))(x)
#define cbrt(x) MLT_REAL_FUNCTION(cbrt, x)
#define power(x, y)                                                                  \
  _Generic((x), MLT_CASES_INTEGER(mlt_power), MLT_CASES_TARGET(pow),                 \
           MLT_CASES_COMPLEX(mlt_power))(x, y)

/* --- trigonometric and hyperbolic functions -------------------------------------------------- */
#define sin(x) MLT_FUNCTION(sin, x)
#define cos(x) MLT_FUNCTION(cos, x)
#define tan(x) MLT_FUNCTION(tan, x)
#define asin(x) MLT_FUNCTION(asin, x)
#define acos(x) MLT_FUNCTION(acos, x)
#define atan(x) MLT_FUNCTION(atan, x)
#define atan2(y, x) MLT_REAL_FUNCTION2(atan2, y, x)
#define hypot(x, y) MLT_REAL_FUNCTION2(hypot, x, y)
#define sinh(x) MLT_FUNCTION(sinh, x)
#define cosh(x) MLT_FUNCTION(cosh, x)
#define tanh(x) MLT_FUNCTION(tanh, x)
#define asinh(x) MLT_FUNCTION(asinh, x)
#define acosh(x) MLT_FUNCTION(acosh, x)
#define atanh(x) MLT_FUNCTION(atanh, x)
#define degrees(x) ((x) * (__typeof__(x))57.29577951308232)
#define radians(x) ((x) * (__typeof__(x))0.017453292519943295)

/* --- rounding -------------------------------------------------------------------------------- */
#define floor(x) MLT_ROUNDING(floor, x)
#define ceil(x) MLT_ROUNDING(ceil, x)
#define trunc(x) MLT_ROUNDING(trunc, x)
#define round(x)                                                                     \
  _Generic((x), MLT_CASES_INTEGER(mlt_same), MLT_CASES_REAL(mlt_round),              \
           MLT_CASES_COMPLEX(mlt_round))(x)

/* --- arithmetic ------------------------------------------------------------------------------ */
#define absolute(x)                                                                  \
  _Generic((x), MLT_CASES_INTEGER(mlt_absolute),                \
           MLT_CASES_REAL(mlt_absolute), MLT_CASES_COMPLEX(mlt_absolute))(x)
#define sign(x)                                                                      \
  _Generic((x), MLT_CASES_INTEGER(mlt_sign), MLT_CASES_REAL(mlt_sign),               \
           MLT_CASES_COMPLEX(mlt_sign))(x)
#define divide(x, y) \
  _Generic((x), MLT_CASES_REAL(mlt_divide), MLT_CASES_COMPLEX(mlt_divide))(x, y)
#define reciprocal(x)                                                                \
  _Generic((x), MLT_CASES_INTEGER(mlt_reciprocal), MLT_CASES_REAL(mlt_reciprocal),   \
           MLT_CASES_COMPLEX(mlt_reciprocal))(x)
#define floor_divide(x, y) \
  _Generic((x), MLT_CASES_INTEGER(mlt_floor_divide), MLT_CASES_TARGET(floor_divide))(x, y)
#define remainder(x, y) \
  _Generic((x), MLT_CASES_INTEGER(mlt_remainder), MLT_CASES_TARGET(remainder))(x, y)
#define fmod(x, y) _Generic((x), MLT_CASES_INTEGER(mlt_fmod), MLT_CASES_TARGET(fmod))(x, y)

/* --- floating-point numbers as such ---------------------------------------------------------- */
#define isnan(x) ((x) != (x))
#define isfinite(x) ((x) - (x) == 0)
#define isinf(x)                                                                     \
  _Generic((x), MLT_CASES_INTEGER(mlt_zero), MLT_CASES_REAL(mlt_isinf), \
           MLT_CASES_COMPLEX(mlt_isinf))(x)
#define copysign(x, y) _Generic((x), MLT_CASES_REAL(mlt_copysign))(x, y)
#define signbit(x) (_Generic((x), MLT_CASES_REAL(mlt_copysign))(1, x) < 0)
/* A step of float16 is not one of the float it is computed in; `in_type` is the type in memory. */
#define nextafter(x, y)                                                              \
  _Generic(*(const in_type *)0, mlt_half: mlt_nextafter_f16, MLT_CASES_REAL(mlt_nextafter))(x, y)

/* --- bits ------------------------------------------------------------------------------------ */
/* A bool is computed as a byte, of which one bit counts. */
#define invert(x) _Generic(*(const in_type *)0, bool: (x) ^ 1, default: (x) ^ (__typeof__(x))-1)
#define left_shift(x, y) _Generic((x), MLT_CASES_INTEGER(mlt_left_shift))(x, y)
#define right_shift(x, y) _Generic((x), MLT_CASES_INTEGER(mlt_right_shift))(x, y)

/* --- parts of complex numbers, and of real ones ---------------------------------------------- */
#define real(x)                                                                      \
  _Generic((x), MLT_CASES_INTEGER(mlt_same), MLT_CASES_REAL(mlt_same), \
           MLT_CASES_COMPLEX(mlt_real))(x)
#define imag(x)                                                                      \
  _Generic((x), MLT_CASES_INTEGER(mlt_zero), MLT_CASES_REAL(mlt_zero), \
           MLT_CASES_COMPLEX(mlt_imag))(x)
#define conj(x)                                                                      \
  _Generic((x), MLT_CASES_INTEGER(mlt_same), MLT_CASES_REAL(mlt_same),               \
           MLT_CASES_COMPLEX(mlt_conj))(x)
#define angle(x) _Generic((x), MLT_CASES_REAL(mlt_angle), MLT_CASES_COMPLEX(mlt_angle))(x)

/* --- special functions ----------------------------------------------------------------------- */
#define erf(x) MLT_REAL_FUNCTION(erf, x)
#define erfc(x) MLT_REAL_FUNCTION(erfc, x)
#define sigmoid(x) MLT_REAL_FUNCTION(sigmoid, x)
#define softplus(x) MLT_REAL_FUNCTION(softplus, x)
#define gelu(x) MLT_REAL_FUNCTION(gelu, x)
#define silu(x) MLT_REAL_FUNCTION(silu, x)
#define gelu_slope(x) MLT_REAL_FUNCTION(gelu_slope, x)
#define silu_slope(x) MLT_REAL_FUNCTION(silu_slope, x)

/* --- integers, and the parts of floats --------------------------------------------------------- */
#define gcd(x, y) _Generic((x), MLT_CASES_INTEGER(mlt_gcd))(x, y)
#define lcm(x, y) _Generic((x), MLT_CASES_INTEGER(mlt_lcm))(x, y)
#define bitwise_count(x)                                                              \
  _Generic((x), int8_t: mlt_bitwise_count_i8, int16_t: mlt_bitwise_count_i16,        \
           uint8_t: mlt_bitwise_count_u8, uint16_t: mlt_bitwise_count_u16,           \
           int32_t: MLT_FN(bitwise_count_i32), int64_t: MLT_FN(bitwise_count_i64),   \
           uint32_t: MLT_FN(bitwise_count_u32), uint64_t: MLT_FN(bitwise_count_u64))(x)
#define ldexp(x, y) _Generic((x), MLT_CASES_REAL(mlt_ldexp))(x, y)
#define frexp_mantissa(x) _Generic((x), MLT_CASES_REAL(mlt_frexp_mantissa))(x)
#define frexp_exponent(x) _Generic((x), MLT_CASES_REAL(mlt_frexp_exponent))(x)
#define spacing(x) \
  _Generic(*(const in_type *)0, mlt_half: mlt_spacing_f16, MLT_CASES_REAL(mlt_spacing))(x)
#define fractional_part(x) _Generic((x), MLT_CASES_REAL(mlt_fractional_part))(x)

/* --- sinc, Bessel functions --------------------------------------------------------------------- */
#define sinc(x) MLT_FUNCTION(sinc, x)
#define sinc_derivative(x, k)                                                        \
  _Generic((x), MLT_CASES_REAL(mlt_sinc_derivative), MLT_CASES_COMPLEX(mlt_sinc_derivative))(x, k)
#define i0(x) MLT_REAL_FUNCTION(i0, x)
#define bessel_i(x, n) _Generic((x), MLT_CASES_REAL(mlt_bessel_i))(x, n)
#define logaddexp2(x, y) MLT_REAL_FUNCTION2(logaddexp2, x, y)
