/* sinc and the modified Bessel functions of the first kind, with what their derivatives need.
 *
 * sinc(x) is sin(pi x) / (pi x); the sine is taken of the distance to the nearest integer, which is exact, so that
 * there is no large argument and the loop has no branch.  I0 is its power series in (x/2)^2 up to 8, and beyond
 * exp(x) / sqrt(x) times a polynomial in 1/x (Chebyshev interpolation on [0, 1/8], error 2^-56).
 */
#ifndef MLTENSOR_FUNCTIONS_BESSEL_H
#define MLTENSOR_FUNCTIONS_BESSEL_H

#include <complex.h>
#include <math.h>


/* 1 / k!^2 from k = 22 down to 0. */
static const double mlt_i0_small[] = {
    7.915289708078261074e-43, 3.83100021870987836e-40, 1.689471096451056357e-37, 6.757884385804225427e-35,
    2.439596263275325379e-32, 7.904291893012054228e-30, 2.284340357080483672e-27, 5.8479113141260382e-25,
    1.315780045678358595e-22, 2.578928889529582846e-20, 4.35838982330499501e-18, 6.276081345559192815e-16,
    7.594058428126623306e-14, 7.594058428126623306e-12, 6.151187326782564878e-10, 3.936759889140841522e-8,
    1.929012345679012346e-6, 0.00006944444444444444444, 0.001736111111111111111, 0.02777777777777777778, 0.25, 1.0,
    1.0};
/* exp(3 - x) sqrt(x) I0(x) in 1/x; the exponential of x - 3 is within the range as long as I0(x) is. */
static const double mlt_i0_large[] = {
    -2428979156241049672.0, 4058246759828951926.0, -3110815766598349975.0, 1455467095644020828.0,
    -466063464429565160.3, 108502697475252869.6, -19038647225240963.84, 2575931996385944.775, -272716217041308.5472,
    22799742153134.61273, -1512565774340.800897, 79729250035.66214335, -3332042851.300296579, 109784801.7567973812,
    -2824323.310901551134, 55992.36364786995586, -822.1876139279841258, 13.75342464046152714, 1.748934652183189827,
    0.8990364678494054934, 0.5868862959383712337, 0.5634119482263713948, 1.001621237901706244, 8.012969903223664047};
static const float mlt_i0_large_f32[] = {
    181.3531546829489624, -42.57676860467048497, 7.488755385323518382, 0.5470545083811214958, 0.5983668883538064716,
    0.5632305267036008842, 1.001622322909057894, 8.012969902163138573};

/* I_n(x) by its power series, whose terms have one sign; the number of them is about |x|. */
static double mlt_bessel_i_f64(double x, double order) {
  const double n = __builtin_fabs(__builtin_rint(order)), size = __builtin_fabs(x);
  const long double u = 0.25L * x * x;
  long double term = 1; /* hundreds of factors, each with its rounding */
  if (x != x || order != order) return x + order;
  if (n > 1e6) return NAN;
  for (double k = 1; k <= n && term > 0; k++) term *= 0.5 * size / k;
  if (size > 1500) term = INFINITY;
  long double sum = term;
  for (double k = 1; term > 1e-18 * sum && sum < INFINITY; k++) {
    term *= u / (k * (k + n));
    sum += term;
  }
  return (double)(x < 0 && fmod(n, 2) == 1 ? -sum : sum);
}
static float mlt_bessel_i_f32(float x, float order) { return (float)mlt_bessel_i_f64(x, order); }

/* The order of a derivative; -1 for what is none. */
static int mlt_order(double order) { return order > -0.5 && order < 100.5 ? (int)rint(order) : -1; }

/* The derivative of sinc of an order k: its power series near zero, elsewhere from
 * x f_k + k f_(k-1) = pi^(k-1) sin(pi x + k pi/2), the k-th derivative of x sinc(x) = sin(pi x) / pi. */
#define MLT_DEFINE_SINC_DERIVATIVE(suffix, T, ABS, SIN, COS, REST)                                       \
  static T mlt_sinc_derivative_##suffix(T x, T order) {                                                  \
    const double pi = 3.141592653589793;                                                                 \
    const int k = mlt_order(order);                                                                      \
    const T z = pi * x;                                                                                  \
    if (z - z != 0 || k < 0) return z - z + (k < 0 ? NAN : 0);                                           \
    double scale = 1;                                                                                    \
    if (ABS(z) < (k > 1.5 ? k : 1.5)) {                                                                  \
      int j = (k + 1) / 2, m = 2 * j - k;                                                                \
      T term = (j % 2 ? -1 : 1) * (m ? z : 1), sum = term / (2 * j + 1);                                 \
      for (int step = 0; step < 60; step++) {                                                            \
        term *= -z * z / ((m + 1) * (m + 2));                                                            \
        m += 2;                                                                                          \
        j++;                                                                                             \
        sum += term / (2 * j + 1);                                                                       \
      }                                                                                                  \
      for (int i = 0; i < k; i++) scale *= pi;                                                           \
      return sum * scale;                                                                                \
    }                                                                                                    \
    const T near = pi * REST(x), s = SIN(near), c = COS(near), turns[4] = {s, c, -s, -c};                \
    T value = s / z;                                                                                     \
    for (int i = 1; i <= k; i++) {                                                                       \
      value = (scale * turns[i % 4] - i * value) / x;                                                    \
      scale *= pi;                                                                                       \
    }                                                                                                    \
    return value;                                                                                        \
  }
/* The difference to the nearest even number. */
#define MLT_REST_REAL(x) ((x) - 2 * __builtin_rint(0.5 * (x)))
#define MLT_REST_COMPLEX(z) CMPLX(MLT_REST_REAL(creal(z)), cimag(z))
MLT_DEFINE_SINC_DERIVATIVE(f64, double, __builtin_fabs, __builtin_sin, __builtin_cos, MLT_REST_REAL)
MLT_DEFINE_SINC_DERIVATIVE(c128, double complex, cabs, csin, ccos, MLT_REST_COMPLEX)
static float mlt_sinc_derivative_f32(float x, float k) { return (float)mlt_sinc_derivative_f64(x, k); }
static float complex mlt_sinc_derivative_c64(float complex z, float complex k) {
  return (float complex)mlt_sinc_derivative_c128(z, k);
}
static double complex mlt_sinc_c128(double complex z) { return mlt_sinc_derivative_c128(z, 0); }
static float complex mlt_sinc_c64(float complex z) { return (float complex)mlt_sinc_derivative_c128(z, 0); }

#endif

/* --- per target -------------------------------------------------------------------------------- */

MLT_SCALAR double MLT_FN(sinc_f64)(double a) {
  const double near = a - __builtin_rint(a), odd = a - 2 * __builtin_rint(0.5 * a);
  const double sign = __builtin_fabs(odd) > 0.5 ? -1 : 1, u = near * near;
  /* sin(pi x) / x in x^2 up to 1/4, error 2^-60 */
  double p = MLT_FMA64(7.6978267682241906454e-7, u, -0.000021903497074626017191);
  p = MLT_FMA64(MLT_FMA64(p, u, 0.00046629981618983938014), u, -0.0073704305059169434047);
  p = MLT_FMA64(MLT_FMA64(p, u, 0.08214588657310289502), u, -0.59926452931894468132);
  p = MLT_FMA64(MLT_FMA64(p, u, 2.5501640398773004745), u, -5.1677127800499696077);
  /* pi in two parts, so that the ratio of pi to itself is one */
  const double ratio = a == near ? 1 : near / a;
  const double bend = MLT_FMA64(p * u, 0.3183098861837907, 1.0) * ratio * sign;
  return a == 0 ? 1 : bend;
}
MLT_SCALAR float MLT_FN(sinc_f32)(float a) {
  const float near = a - __builtin_rintf(a), odd = a - 2 * __builtin_rintf(0.5f * a);
  const float sign = __builtin_fabsf(odd) > 0.5f ? -1 : 1, u = near * near;
  /* the same, error 2^-34 */
  float p = MLT_FMA32(-0.0070283038552030959896f, u, 0.082050350201472475149f);
  p = MLT_FMA32(MLT_FMA32(p, u, -0.59925218653158298044f), u, 2.5501633179384269082f);
  p = MLT_FMA32(p, u, -5.1677127645930000195f);
  const float ratio = a == near ? 1 : near / a;
  const float bend = MLT_FMA32(p * u, 0.31830988618379067f, 1.0f) * ratio * sign;
  return a == 0 ? 1 : bend;
}

MLT_SCALAR double MLT_FN(i0_f64)(double a) {
  const double x = __builtin_fabs(a), near = x < 8 ? x : 8, far = x < 8 ? 8 : x;
  const double u = 0.25 * near * near, t = 1 / far;
  double small = mlt_i0_small[0], large = mlt_i0_large[0];
  _Pragma("GCC unroll 32") for (int k = 1; k < 23; k++) small = MLT_FMA64(small, u, mlt_i0_small[k]);
  _Pragma("GCC unroll 32") for (int k = 1; k < 24; k++) large = MLT_FMA64(large, t, mlt_i0_large[k]);
  /* exp(x) is beyond the range before I0 is */
  large *= MLT_FN(exp_f64)(far - 3) / __builtin_sqrt(far);
  const double value = x < 8 ? small : large;
  return a != a ? a : x == INFINITY ? x : value;
}
MLT_SCALAR float MLT_FN(i0_f32)(float a) {
  const float x = __builtin_fabsf(a), near = x < 8 ? x : 8, far = x < 8 ? 8 : x;
  const float u = 0.25f * near * near, t = 1 / far;
  float small = (float)mlt_i0_small[6], large = mlt_i0_large_f32[0];
  _Pragma("GCC unroll 32") for (int k = 7; k < 23; k++) small = MLT_FMA32(small, u, (float)mlt_i0_small[k]);
  _Pragma("GCC unroll 32") for (int k = 1; k < 8; k++) large = MLT_FMA32(large, t, mlt_i0_large_f32[k]);
  large *= MLT_FN(exp_f32)(far - 3) / __builtin_sqrtf(far);
  const float value = x < 8 ? small : large;
  return a != a ? a : x == INFINITY ? x : value;
}

/* max + log2(1 + 2^-|a - b|) */
MLT_SCALAR double MLT_FN(logaddexp2_f64)(double a, double b) {
  const double larger = a > b ? a : b, distance = __builtin_fabs(a - b);
  const double rest = MLT_FN(log1p_f64)(MLT_FN(exp2_f64)(-distance)) * 1.4426950408889634;
  return a == b ? a + 1 : larger + rest;
}
MLT_SCALAR float MLT_FN(logaddexp2_f32)(float a, float b) { return (float)MLT_FN(logaddexp2_f64)(a, b); }
