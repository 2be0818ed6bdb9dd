/* What the matrix kernels need of an instruction set beyond GCC's vectors: a fused multiply-add,
 * and loads and stores of a part of a vector.  Re-included per target.
 *
 * A part is `count` leading elements of `width` bytes; the others read as zero and are not written.
 */
#ifndef MLTENSOR_GEMM_VECTOR_H
#define MLTENSOR_GEMM_VECTOR_H
#include <stdint.h>
#include <string.h>
#if MLT_HAVE_X86_TARGETS
#include <immintrin.h>
#elif defined(__aarch64__)
#include <arm_neon.h>
#endif
#endif

#undef MLT_VECTOR_BYTES
#undef MLT_VECTOR_FMA32
#undef MLT_VECTOR_FMA64

#if defined(MLT_TARGET_AVX512)

#define MLT_VECTOR_BYTES 64
#define MLT_VECTOR_FMA32(a, b, c) _mm512_fmadd_ps(a, b, c)
#define MLT_VECTOR_FMA64(a, b, c) _mm512_fmadd_pd(a, b, c)

static inline __attribute__((always_inline)) void MLT_FN(gemm_load_part)(
    void *vector, const char *p, int64_t count, int width) {
  __m512i value;
  if (width == 8)
    value = _mm512_maskz_loadu_epi64((__mmask8)((1u << count) - 1), p);
  else if (width == 4)
    value = _mm512_maskz_loadu_epi32((__mmask16)((1u << count) - 1), p);
  else
    value = _mm512_maskz_loadu_epi8((1ull << (count * width)) - 1, p);
  memcpy(vector, &value, 64);
}
static inline __attribute__((always_inline)) void MLT_FN(gemm_store_part)(
    char *p, const void *vector, int64_t count, int width) {
  __m512i value;
  memcpy(&value, vector, 64);
  if (width == 8)
    _mm512_mask_storeu_epi64(p, (__mmask8)((1u << count) - 1), value);
  else if (width == 4)
    _mm512_mask_storeu_epi32(p, (__mmask16)((1u << count) - 1), value);
  else
    _mm512_mask_storeu_epi8(p, (1ull << (count * width)) - 1, value);
}

/* Half a vector, which processors that split vectors in two compute in half the time; `count` is at most
 * its length. */
#define MLT_VECTOR_HALF_FMA32(a, b, c) _mm256_fmadd_ps(a, b, c)
#define MLT_VECTOR_HALF_FMA64(a, b, c) _mm256_fmadd_pd(a, b, c)
#define MLT_VECTOR_LOW32(a) _mm512_castps512_ps256(a)
#define MLT_VECTOR_LOW64(a) _mm512_castpd512_pd256(a)

static inline __attribute__((always_inline)) void MLT_FN(gemm_load_half)(void *half, const char *p, int64_t count,
                                                                        int width) {
  const __mmask8 mask = (__mmask8)((1u << count) - 1);
  const __m256i value = width == 8 ? _mm256_maskz_loadu_epi64(mask, p) : _mm256_maskz_loadu_epi32(mask, p);
  memcpy(half, &value, 32);
}
static inline __attribute__((always_inline)) void MLT_FN(gemm_store_half)(char *p, const void *half, int64_t count,
                                                                         int width) {
  const __mmask8 mask = (__mmask8)((1u << count) - 1);
  __m256i value;
  memcpy(&value, half, 32);
  if (width == 8)
    _mm256_mask_storeu_epi64(p, mask, value);
  else
    _mm256_mask_storeu_epi32(p, mask, value);
}

#else

#if defined(MLT_TARGET_AVX2)
#define MLT_VECTOR_BYTES 32
#define MLT_VECTOR_FMA32(a, b, c) _mm256_fmadd_ps(a, b, c)
#define MLT_VECTOR_FMA64(a, b, c) _mm256_fmadd_pd(a, b, c)
#else
#define MLT_VECTOR_BYTES 16
#if defined(__aarch64__)
#define MLT_VECTOR_FMA32(a, b, c) vfmaq_f32(c, a, b)
#define MLT_VECTOR_FMA64(a, b, c) vfmaq_f64(c, a, b)
#else
#define MLT_VECTOR_FMA32(a, b, c) ((a) * (b) + (c))
#define MLT_VECTOR_FMA64(a, b, c) ((a) * (b) + (c))
#endif
#endif

#if defined(MLT_TARGET_AVX2)
static inline __attribute__((always_inline)) __m256i MLT_FN(gemm_mask)(int64_t count, int width) {
  __m256i lanes = _mm256_setr_epi32(0, 1, 2, 3, 4, 5, 6, 7);
  return _mm256_cmpgt_epi32(_mm256_set1_epi32((int)count * (width / 4)), lanes);
}
#endif

static inline __attribute__((always_inline)) void MLT_FN(gemm_load_part)(
    void *vector, const char *p, int64_t count, int width) {
#if defined(MLT_TARGET_AVX2)
  if (width >= 4) {
    __m256i value = _mm256_maskload_epi32((const int *)p, MLT_FN(gemm_mask)(count, width));
    memcpy(vector, &value, 32);
    return;
  }
#endif
  memset(vector, 0, MLT_VECTOR_BYTES);
  for (int64_t i = 0; i < count; i++)
    memcpy((char *)vector + i * width, p + i * width, (size_t)width);
}
static inline __attribute__((always_inline)) void MLT_FN(gemm_store_part)(
    char *p, const void *vector, int64_t count, int width) {
#if defined(MLT_TARGET_AVX2)
  if (width >= 4) {
    __m256i value;
    memcpy(&value, vector, 32);
    _mm256_maskstore_epi32((int *)p, MLT_FN(gemm_mask)(count, width), value);
    return;
  }
#endif
  for (int64_t i = 0; i < count; i++)
    memcpy(p + i * width, (const char *)vector + i * width, (size_t)width);
}

#endif
