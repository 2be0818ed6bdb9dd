/* Bytes moved from one place to another by vectors. */
#ifndef MLTENSOR_BYTES_H
#define MLTENSOR_BYTES_H

#include <stdint.h>
#include <string.h>

#include "mltensor/target.h"
#include "mltensor/thread.h"

#if MLT_HAVE_X86_TARGETS
#include <immintrin.h>
#elif defined(__SSE2__)
#include <emmintrin.h>
#endif

/* Elements of any dtype as bytes: M of the type that has as many as `itemsize`. */
typedef struct {
  uint64_t low, high;
} mlt_bytes16;

#define MLT_MOVE_SIZES(M)                                              \
  switch (itemsize) {                                                  \
    case 1: M(uint8_t) break;                                          \
    case 2: M(uint16_t) break;                                         \
    case 4: M(uint32_t) break;                                         \
    case 8: M(uint64_t) break;                                         \
    default: M(mlt_bytes16) break;                                     \
  }

/* Bytes from which we copy ourselves. The C library then takes the processor's instruction for strings, which on some
 * processors takes thirty times as long where the destination lies a little behind the source in its page. */
#define MLT_OWN_COPY_FROM 1024

/* Four vectors at a time to a beginning of one; bytes that are left at the end. */
#define MLT_COPY_VECTORS(name, vector, load, store)                                                  \
  static int64_t name(char *to, const char *from, int64_t n) {                                       \
    const int64_t width = sizeof(vector), first = -(intptr_t)to & (width - 1);                       \
    memcpy(to, from, (size_t)width);                                                                 \
    int64_t i = first;                                                                               \
    for (; i + 4 * width <= n; i += 4 * width) {                                                     \
      const vector a = load((const vector *)(from + i)), b = load((const vector *)(from + i + width)); \
      const vector c = load((const vector *)(from + i + 2 * width));                                 \
      const vector d = load((const vector *)(from + i + 3 * width));                                 \
      store((vector *)(to + i), a);                                                                  \
      store((vector *)(to + i + width), b);                                                          \
      store((vector *)(to + i + 2 * width), c);                                                      \
      store((vector *)(to + i + 3 * width), d);                                                      \
    }                                                                                                \
    return n - i;                                                                                    \
  }
#if defined(__SSE2__)
MLT_COPY_VECTORS(mlt_copy_sse2, __m128i, _mm_loadu_si128, _mm_store_si128)
#endif
#if MLT_HAVE_X86_TARGETS
__attribute__((target("avx2"))) MLT_COPY_VECTORS(mlt_copy_avx2, __m256i, _mm256_loadu_si256, _mm256_store_si256)
#endif

/* Bytes between places that do not overlap. */
static inline void mlt_copy_bytes(void *to, const void *from, int64_t n) {
  int64_t left = n;
#if defined(__SSE2__)
  if (n >= MLT_OWN_COPY_FROM) {
#if MLT_HAVE_X86_TARGETS
    if (mlt_runtime_pointer->isa >= MLT_ISA_AVX2)
      left = mlt_copy_avx2((char *)to, (const char *)from, n);
    else
#endif
      left = mlt_copy_sse2((char *)to, (const char *)from, n);
  }
#endif
  memcpy((char *)to + n - left, (const char *)from + n - left, (size_t)left);
}

/* A few bytes, in fewer instructions than calling the C library takes. */
static inline __attribute__((always_inline)) void mlt_copy_short(char *to, const char *from, int64_t n) {
#define MLT_COPY_BOTH_ENDS(type)                                    \
  {                                                                 \
    type first, last;                                               \
    memcpy(&first, from, sizeof(type));                             \
    memcpy(&last, from + n - sizeof(type), sizeof(type));           \
    memcpy(to, &first, sizeof(type));                               \
    memcpy(to + n - sizeof(type), &last, sizeof(type));             \
  }
  if (n > 256) {
    mlt_copy_bytes(to, from, n);
  } else if (n > 16) {
    int64_t i = 0;
    for (; i + 32 <= n; i += 32) memcpy(to + i, from + i, 32);
    if (i + 16 <= n) memcpy(to + i, from + i, 16);
    memcpy(to + n - 16, from + n - 16, 16);
  } else if (n >= 8) {
    MLT_COPY_BOTH_ENDS(uint64_t)
  } else if (n >= 4) {
    MLT_COPY_BOTH_ENDS(uint32_t)
  } else {
    for (int64_t i = 0; i < n; i++) to[i] = from[i];
  }
#undef MLT_COPY_BOTH_ENDS
}

/* Rows of n bytes. */
#define MLT_COPY_ROWS(name)                                                                              \
  static void name(char *to, int64_t to_step, const char *from, int64_t from_step, int64_t rows, int64_t n) { \
    for (int64_t r = 0; r < rows; r++) mlt_copy_short(to + r * to_step, from + r * from_step, n);        \
  }
MLT_COPY_ROWS(mlt_copy_rows_base)
#if MLT_HAVE_X86_TARGETS
__attribute__((target("avx2"))) MLT_COPY_ROWS(mlt_copy_rows_avx2)
#endif

static inline void mlt_copy_rows(char *to, int64_t to_step, const char *from, int64_t from_step, int64_t rows,
                                 int64_t n) {
#if MLT_HAVE_X86_TARGETS
  if (mlt_runtime_pointer->isa >= MLT_ISA_AVX2)
    mlt_copy_rows_avx2(to, to_step, from, from_step, rows, n);
  else
#endif
    mlt_copy_rows_base(to, to_step, from, from_step, rows, n);
}

#endif
