/* Vectors for loops that are written out, once per instruction set (see target.h); no include guard.
 *
 * MLT_F(name) and MLT_D(name) are functions of vectors of floats and of doubles.  Loads take 32 bytes at most: rows of
 * a matrix often begin in the middle of a cache line, which a load of 64 bytes would cross every time.
 *
 *   f, d            a vector of MLT_F_LANES floats, of MLT_D_LANES doubles
 *   f_at, d_at      the same, anywhere in memory: *(const f_at *)p
 *   wide            as many doubles as a vector of floats has, to collect sums in
 *   widened_add     wide += floats
 *   wide_total      the sum of all lanes, added as a tree
 */
#ifndef MLTENSOR_LANES_H
#define MLTENSOR_LANES_H
#include <stdint.h>
#include <string.h>
#if MLT_HAVE_X86_TARGETS
#include <immintrin.h>
#endif
#define MLT_LANE_FN static inline __attribute__((always_inline))
#endif

#undef MLT_VECTOR_WIDTH
#if defined(MLT_TARGET_AVX512) || defined(MLT_TARGET_AVX2)
#define MLT_VECTOR_WIDTH 32
#else
#define MLT_VECTOR_WIDTH 16
#endif
#undef MLT_F_LANES
#undef MLT_D_LANES
#define MLT_F_LANES (MLT_VECTOR_WIDTH / 4)
#define MLT_D_LANES (MLT_VECTOR_WIDTH / 8)

typedef float MLT_FN(f) __attribute__((vector_size(MLT_VECTOR_WIDTH)));
typedef float MLT_FN(f_at) __attribute__((vector_size(MLT_VECTOR_WIDTH), aligned(4), may_alias));
typedef float MLT_FN(f_half) __attribute__((vector_size(MLT_VECTOR_WIDTH / 2)));
typedef float MLT_FN(f_half_at) __attribute__((vector_size(MLT_VECTOR_WIDTH / 2), aligned(4), may_alias));
typedef uint32_t MLT_FN(f_bits) __attribute__((vector_size(MLT_VECTOR_WIDTH)));
typedef double MLT_FN(d) __attribute__((vector_size(MLT_VECTOR_WIDTH)));
typedef double MLT_FN(d_at) __attribute__((vector_size(MLT_VECTOR_WIDTH), aligned(8), may_alias));

#undef MLT_LOAD_F
#undef MLT_LOAD_D
#define MLT_LOAD_F(p) (*(const MLT_FN(f_at) *)(p))
#define MLT_LOAD_D(p) (*(const MLT_FN(d_at) *)(p))

MLT_LANE_FN MLT_FN(d) MLT_FN(d_all)(double x) {
#if MLT_VECTOR_WIDTH == 32
  const MLT_FN(d) all = {x, x, x, x};
#else
  const MLT_FN(d) all = {x, x};
#endif
  return all;
}
MLT_LANE_FN MLT_FN(f) MLT_FN(f_all)(float x) {
#if MLT_VECTOR_WIDTH == 32
  const MLT_FN(f) all = {x, x, x, x, x, x, x, x};
#else
  const MLT_FN(f) all = {x, x, x, x};
#endif
  return all;
}

/* Half of a vector of floats as doubles, and back. */
MLT_LANE_FN MLT_FN(d) MLT_FN(widened)(const float *p) {
#if MLT_HAVE_X86_TARGETS && MLT_VECTOR_WIDTH == 32
  return (MLT_FN(d))_mm256_cvtps_pd(_mm_loadu_ps(p));
#elif MLT_HAVE_X86_TARGETS
  return (MLT_FN(d))_mm_cvtps_pd((__m128)_mm_load_sd((const double *)p));
#else
  const MLT_FN(d) found = {p[0], p[1]};
  return found;
#endif
}
MLT_LANE_FN void MLT_FN(store_narrowed)(float *p, MLT_FN(d) x) {
#if MLT_HAVE_X86_TARGETS && MLT_VECTOR_WIDTH == 32
  _mm_storeu_ps(p, _mm256_cvtpd_ps((__m256d)x));
#elif MLT_HAVE_X86_TARGETS
  _mm_storel_pi((__m64 *)p, _mm_cvtpd_ps((__m128d)x));
#else
  p[0] = (float)x[0];
  p[1] = (float)x[1];
#endif
}

#if defined(MLT_TARGET_AVX512)
typedef __m512d MLT_FN(wide);
MLT_LANE_FN MLT_FN(wide) MLT_FN(wide_zero)(void) { return _mm512_setzero_pd(); }
MLT_LANE_FN MLT_FN(wide) MLT_FN(wide_load)(const double *p) { return _mm512_loadu_pd(p); }
MLT_LANE_FN void MLT_FN(wide_store)(double *p, MLT_FN(wide) x) { _mm512_storeu_pd(p, x); }
MLT_LANE_FN MLT_FN(wide) MLT_FN(wide_add)(MLT_FN(wide) a, MLT_FN(wide) b) { return _mm512_add_pd(a, b); }
MLT_LANE_FN MLT_FN(wide) MLT_FN(widened_add)(MLT_FN(wide) a, MLT_FN(f) x) {
  return _mm512_add_pd(a, _mm512_cvtps_pd((__m256)x));
}
MLT_LANE_FN MLT_FN(wide) MLT_FN(wide_all)(double x) { return _mm512_set1_pd(x); }
MLT_LANE_FN MLT_FN(wide) MLT_FN(wide_multiply)(MLT_FN(wide) a, MLT_FN(wide) b) { return _mm512_mul_pd(a, b); }
MLT_LANE_FN MLT_FN(wide) MLT_FN(widened_multiply)(MLT_FN(wide) a, MLT_FN(f) x) {
  return _mm512_mul_pd(a, _mm512_cvtps_pd((__m256)x));
}
MLT_LANE_FN double MLT_FN(wide_product)(MLT_FN(wide) a) {
  const __m256d half = _mm256_mul_pd(_mm512_castpd512_pd256(a), _mm512_extractf64x4_pd(a, 1));
  return (half[0] * half[2]) * (half[1] * half[3]);
}
MLT_LANE_FN MLT_FN(d) MLT_FN(wide_folded)(MLT_FN(wide) a) {
  return (MLT_FN(d))_mm256_add_pd(_mm512_castpd512_pd256(a), _mm512_extractf64x4_pd(a, 1));
}
#else
typedef struct {
  MLT_FN(d) low, high;
} MLT_FN(wide);
MLT_LANE_FN MLT_FN(wide) MLT_FN(wide_zero)(void) {
  const MLT_FN(wide) zero = {{0}, {0}};
  return zero;
}
MLT_LANE_FN MLT_FN(wide) MLT_FN(wide_load)(const double *p) {
  const MLT_FN(wide) found = {MLT_LOAD_D(p), MLT_LOAD_D(p + MLT_D_LANES)};
  return found;
}
MLT_LANE_FN void MLT_FN(wide_store)(double *p, MLT_FN(wide) x) {
  *(MLT_FN(d_at) *)p = x.low;
  *(MLT_FN(d_at) *)(p + MLT_D_LANES) = x.high;
}
MLT_LANE_FN MLT_FN(wide) MLT_FN(wide_add)(MLT_FN(wide) a, MLT_FN(wide) b) {
  a.low += b.low;
  a.high += b.high;
  return a;
}
MLT_LANE_FN MLT_FN(wide) MLT_FN(widened_add)(MLT_FN(wide) a, MLT_FN(f) x) {
#if MLT_HAVE_X86_TARGETS && MLT_VECTOR_WIDTH == 32
  a.low += (MLT_FN(d))_mm256_cvtps_pd(_mm256_castps256_ps128((__m256)x));
  a.high += (MLT_FN(d))_mm256_cvtps_pd(_mm256_extractf128_ps((__m256)x, 1));
#elif MLT_HAVE_X86_TARGETS
  a.low += (MLT_FN(d))_mm_cvtps_pd((__m128)x);
  a.high += (MLT_FN(d))_mm_cvtps_pd(_mm_movehl_ps((__m128)x, (__m128)x));
#else
  const MLT_FN(d) low = {x[0], x[1]}, high = {x[2], x[3]};
  a.low += low;
  a.high += high;
#endif
  return a;
}
MLT_LANE_FN MLT_FN(wide) MLT_FN(wide_all)(double x) {
  const MLT_FN(wide) all = {MLT_FN(d_all)(x), MLT_FN(d_all)(x)};
  return all;
}
MLT_LANE_FN MLT_FN(wide) MLT_FN(wide_multiply)(MLT_FN(wide) a, MLT_FN(wide) b) {
  a.low *= b.low;
  a.high *= b.high;
  return a;
}
MLT_LANE_FN MLT_FN(wide) MLT_FN(widened_multiply)(MLT_FN(wide) a, MLT_FN(f) x) {
  return MLT_FN(wide_multiply)(a, MLT_FN(widened_add)(MLT_FN(wide_all)(-0.0), x));
}
MLT_LANE_FN double MLT_FN(wide_product)(MLT_FN(wide) a) {
  const MLT_FN(d) half = a.low * a.high;
#if MLT_VECTOR_WIDTH == 32
  return (half[0] * half[2]) * (half[1] * half[3]);
#else
  return half[0] * half[1];
#endif
}
MLT_LANE_FN MLT_FN(d) MLT_FN(wide_folded)(MLT_FN(wide) a) { return a.low + a.high; }
#endif

MLT_LANE_FN double MLT_FN(d_total)(MLT_FN(d) a) {
#if MLT_VECTOR_WIDTH == 32
  return (a[0] + a[2]) + (a[1] + a[3]);
#else
  return a[0] + a[1];
#endif
}
MLT_LANE_FN double MLT_FN(wide_total)(MLT_FN(wide) a) { return MLT_FN(d_total)(MLT_FN(wide_folded)(a)); }

/* a * b + c, rounded once where the instruction set can; a - b, there by the multipliers, as the adders have enough to
 * do. */
#undef MLT_FMA_F
#undef MLT_FMA_D
#undef MLT_LESS_F
#undef MLT_LESS_D
#if MLT_HAVE_X86_TARGETS && MLT_VECTOR_WIDTH == 32
#define MLT_FMA_F(a, b, c) ((MLT_FN(f))_mm256_fmadd_ps((__m256)(a), (__m256)(b), (__m256)(c)))
#define MLT_FMA_D(a, b, c) ((MLT_FN(d))_mm256_fmadd_pd((__m256d)(a), (__m256d)(b), (__m256d)(c)))
#define MLT_LESS_F(a, b) ((MLT_FN(f))_mm256_fmsub_ps((__m256)(a), _mm256_set1_ps(1.0f), (__m256)(b)))
#define MLT_LESS_D(a, b) ((MLT_FN(d))_mm256_fmsub_pd((__m256d)(a), _mm256_set1_pd(1.0), (__m256d)(b)))
#else
#define MLT_LESS_F(a, b) ((a) - (b))
#define MLT_LESS_D(a, b) ((a) - (b))
#define MLT_FMA_F(a, b, c) ((a) * (b) + (c))
#define MLT_FMA_D(a, b, c) ((a) * (b) + (c))
#endif

/* A bit for every lane that is equal; and whether one of eight adjacent vectors holds an equal element. */
#if MLT_HAVE_X86_TARGETS && MLT_VECTOR_WIDTH == 32
#define MLT_LANES_F(a, b) _mm256_movemask_ps(_mm256_cmp_ps((__m256)(a), (__m256)(b), _CMP_EQ_OQ))
#define MLT_LANES_D(a, b) _mm256_movemask_pd(_mm256_cmp_pd((__m256d)(a), (__m256d)(b), _CMP_EQ_OQ))
#define MLT_LANES_I(a, b) _mm256_movemask_ps((__m256)_mm256_cmpeq_epi32((__m256i)(a), (__m256i)(b)))
#define MLT_LANES_Q(a, b) _mm256_movemask_pd((__m256d)_mm256_cmpeq_epi64((__m256i)(a), (__m256i)(b)))
#define MLT_LANES_ANY(x) !_mm256_testz_si256((__m256i)(x), (__m256i)(x))
#elif MLT_HAVE_X86_TARGETS
#define MLT_LANES_F(a, b) _mm_movemask_ps(_mm_cmpeq_ps((__m128)(a), (__m128)(b)))
#define MLT_LANES_D(a, b) _mm_movemask_pd(_mm_cmpeq_pd((__m128d)(a), (__m128d)(b)))
#define MLT_LANES_I(a, b) _mm_movemask_ps((__m128)_mm_cmpeq_epi32((__m128i)(a), (__m128i)(b)))
#define MLT_LANES_Q(a, b) (((a)[0] == (b)[0]) | ((a)[1] == (b)[1]) << 1)
#define MLT_LANES_ANY(x) (_mm_movemask_epi8((__m128i)(x)) != 0)
#else
#define MLT_LANES_F(a, b) \
  (((a)[0] == (b)[0]) | ((a)[1] == (b)[1]) << 1 | ((a)[2] == (b)[2]) << 2 | ((a)[3] == (b)[3]) << 3)
#define MLT_LANES_D(a, b) (((a)[0] == (b)[0]) | ((a)[1] == (b)[1]) << 1)
#define MLT_LANES_I MLT_LANES_F
#define MLT_LANES_Q MLT_LANES_D
#define MLT_LANES_ANY(x) ((x)[0] | (x)[1])
#endif
typedef int32_t MLT_FN(i) __attribute__((vector_size(MLT_VECTOR_WIDTH)));
typedef int64_t MLT_FN(q) __attribute__((vector_size(MLT_VECTOR_WIDTH)));
typedef int32_t MLT_FN(i_at) __attribute__((vector_size(MLT_VECTOR_WIDTH), aligned(4), may_alias));
typedef int64_t MLT_FN(q_at) __attribute__((vector_size(MLT_VECTOR_WIDTH), aligned(8), may_alias));
#define MLT_LANES_EQUAL(v, T, LANES, BITS)                                                                         \
  MLT_LANE_FN int MLT_FN(v##_equal)(const T *p, T a) {                                                             \
    const MLT_FN(v) x = *(const MLT_FN(v##_at) *)p, all = (MLT_FN(v)){0} + a;                                      \
    return BITS(x, all);                                                                                           \
  }                                                                                                                \
  MLT_LANE_FN int MLT_FN(v##_equals)(const T *p, T a) {                                                            \
    const MLT_FN(v) all = (MLT_FN(v)){0} + a;                                                                      \
    MLT_FN(q) found = {0};                                                                                         \
    for (int k = 0; k < 8; k++) found |= (MLT_FN(q))(*(const MLT_FN(v##_at) *)(p + k * LANES) == all);             \
    return MLT_LANES_ANY(found);                                                                                   \
  }
MLT_LANES_EQUAL(f, float, MLT_F_LANES, MLT_LANES_F)
MLT_LANES_EQUAL(d, double, MLT_D_LANES, MLT_LANES_D)
MLT_LANES_EQUAL(i, int32_t, MLT_F_LANES, MLT_LANES_I)
MLT_LANES_EQUAL(q, int64_t, MLT_D_LANES, MLT_LANES_Q)
#undef MLT_LANES_EQUAL
#undef MLT_LANES_F
#undef MLT_LANES_D
#undef MLT_LANES_I
#undef MLT_LANES_Q
#undef MLT_LANES_ANY

/* a where it is larger (smaller) than b, else b; so NaN in a falls through. */
#if MLT_HAVE_X86_TARGETS && MLT_VECTOR_WIDTH == 32
MLT_LANE_FN MLT_FN(f) MLT_FN(f_max)(MLT_FN(f) a, MLT_FN(f) b) {
  return (MLT_FN(f))_mm256_max_ps((__m256)a, (__m256)b);
}
MLT_LANE_FN MLT_FN(f) MLT_FN(f_min)(MLT_FN(f) a, MLT_FN(f) b) {
  return (MLT_FN(f))_mm256_min_ps((__m256)a, (__m256)b);
}
MLT_LANE_FN MLT_FN(d) MLT_FN(d_max)(MLT_FN(d) a, MLT_FN(d) b) {
  return (MLT_FN(d))_mm256_max_pd((__m256d)a, (__m256d)b);
}
MLT_LANE_FN MLT_FN(d) MLT_FN(d_min)(MLT_FN(d) a, MLT_FN(d) b) {
  return (MLT_FN(d))_mm256_min_pd((__m256d)a, (__m256d)b);
}
#elif MLT_HAVE_X86_TARGETS
MLT_LANE_FN MLT_FN(f) MLT_FN(f_max)(MLT_FN(f) a, MLT_FN(f) b) { return (MLT_FN(f))_mm_max_ps((__m128)a, (__m128)b); }
MLT_LANE_FN MLT_FN(f) MLT_FN(f_min)(MLT_FN(f) a, MLT_FN(f) b) { return (MLT_FN(f))_mm_min_ps((__m128)a, (__m128)b); }
MLT_LANE_FN MLT_FN(d) MLT_FN(d_max)(MLT_FN(d) a, MLT_FN(d) b) { return (MLT_FN(d))_mm_max_pd((__m128d)a, (__m128d)b); }
MLT_LANE_FN MLT_FN(d) MLT_FN(d_min)(MLT_FN(d) a, MLT_FN(d) b) { return (MLT_FN(d))_mm_min_pd((__m128d)a, (__m128d)b); }
#else
#define MLT_CHOSEN(name, V, LANES, SIGN)                                  \
  MLT_LANE_FN V name(V a, V b) {                                          \
    for (int j = 0; j < LANES; j++) b[j] = a[j] SIGN b[j] ? a[j] : b[j];  \
    return b;                                                             \
  }
MLT_CHOSEN(MLT_FN(f_max), MLT_FN(f), MLT_F_LANES, >)
MLT_CHOSEN(MLT_FN(f_min), MLT_FN(f), MLT_F_LANES, <)
MLT_CHOSEN(MLT_FN(d_max), MLT_FN(d), MLT_D_LANES, >)
MLT_CHOSEN(MLT_FN(d_min), MLT_FN(d), MLT_D_LANES, <)
#undef MLT_CHOSEN
#endif

/* Parts of a scan over the lanes of doubles: from every even lane to the next, from the second to the upper half (for
 * two lanes there is none), from the last to all; the others get the identity. */
#if MLT_HAVE_X86_TARGETS && MLT_VECTOR_WIDTH == 32
MLT_LANE_FN MLT_FN(d) MLT_FN(d_to_next)(MLT_FN(d) x, MLT_FN(d) identity) {
  return (MLT_FN(d))_mm256_unpacklo_pd((__m256d)identity, (__m256d)x);
}
MLT_LANE_FN MLT_FN(d) MLT_FN(d_to_upper)(MLT_FN(d) x, MLT_FN(d) identity) {
  return (MLT_FN(d))_mm256_blend_pd((__m256d)identity, _mm256_permute4x64_pd((__m256d)x, 0x55), 0xc);
}
MLT_LANE_FN MLT_FN(d) MLT_FN(d_last)(MLT_FN(d) x) { return (MLT_FN(d))_mm256_permute4x64_pd((__m256d)x, 0xff); }
#else
MLT_LANE_FN MLT_FN(d) MLT_FN(d_to_next)(MLT_FN(d) x, MLT_FN(d) identity) {
  const MLT_FN(d) found = {identity[0], x[0]};
  return found;
}
MLT_LANE_FN MLT_FN(d) MLT_FN(d_last)(MLT_FN(d) x) {
  const MLT_FN(d) found = {x[1], x[1]};
  return found;
}
#endif
MLT_LANE_FN MLT_FN(d) MLT_FN(d_magnitude)(MLT_FN(d) x) {
#if MLT_HAVE_X86_TARGETS && MLT_VECTOR_WIDTH == 32
  return (MLT_FN(d))_mm256_andnot_pd(_mm256_set1_pd(-0.0), (__m256d)x);
#elif MLT_HAVE_X86_TARGETS
  return (MLT_FN(d))_mm_andnot_pd(_mm_set1_pd(-0.0), (__m128d)x);
#else
  const MLT_FN(d) found = {__builtin_fabs(x[0]), __builtin_fabs(x[1])};
  return found;
#endif
}

/* The longest vectors of floats, for work that waits for arithmetic and not for memory: fewer of them are in flight. */
#undef MLT_LONG_LANES
#undef MLT_LONG_FMA
#undef MLT_LOAD_LONG
#if defined(MLT_TARGET_AVX512)
#define MLT_LONG_LANES 16
typedef float MLT_FN(long_f) __attribute__((vector_size(64)));
typedef float MLT_FN(long_at) __attribute__((vector_size(64), aligned(4), may_alias));
typedef uint32_t MLT_FN(long_bits) __attribute__((vector_size(64)));
#define MLT_LONG_FMA(a, b, c) ((MLT_FN(long_f))_mm512_fmadd_ps((__m512)(a), (__m512)(b), (__m512)(c)))
MLT_LANE_FN MLT_FN(long_f) MLT_FN(long_all)(float x) { return (MLT_FN(long_f))_mm512_set1_ps(x); }
MLT_LANE_FN MLT_FN(long_f) MLT_FN(long_max)(MLT_FN(long_f) a, MLT_FN(long_f) b) {
  return (MLT_FN(long_f))_mm512_max_ps((__m512)a, (__m512)b);
}
MLT_LANE_FN MLT_FN(wide) MLT_FN(widened_long_add)(MLT_FN(wide) a, MLT_FN(long_f) x) {
  const __m256 high = _mm512_extractf32x8_ps((__m512)x, 1), low = _mm512_castps512_ps256((__m512)x);
  return _mm512_add_pd(a, _mm512_add_pd(_mm512_cvtps_pd(low), _mm512_cvtps_pd(high)));
}
#else
#define MLT_LONG_LANES MLT_F_LANES
typedef MLT_FN(f) MLT_FN(long_f);
typedef MLT_FN(f_at) MLT_FN(long_at);
typedef MLT_FN(f_bits) MLT_FN(long_bits);
#define MLT_LONG_FMA MLT_FMA_F
MLT_LANE_FN MLT_FN(long_f) MLT_FN(long_all)(float x) { return MLT_FN(f_all)(x); }
MLT_LANE_FN MLT_FN(long_f) MLT_FN(long_max)(MLT_FN(long_f) a, MLT_FN(long_f) b) { return MLT_FN(f_max)(a, b); }
MLT_LANE_FN MLT_FN(wide) MLT_FN(widened_long_add)(MLT_FN(wide) a, MLT_FN(long_f) x) {
  return MLT_FN(widened_add)(a, x);
}
#endif
#define MLT_LOAD_LONG(p) (*(const MLT_FN(long_at) *)(p))
