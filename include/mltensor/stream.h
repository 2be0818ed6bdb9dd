/* Writing past the cache. */
#ifndef MLTENSOR_STREAM_H
#define MLTENSOR_STREAM_H

#include <stdint.h>

#include "mltensor/bytes.h"
#include "mltensor/target.h"
#include "mltensor/thread.h"

#define MLT_STREAMED_BLOCK 256 /* bytes of a result between reads: more, and reading waits for writing */

#if MLT_HAVE_X86_TARGETS
/* A whole line at once. Bytes that are left. */
__attribute__((target("avx512f"))) static inline int64_t mlt_stream_lines(char *to, const char *from, int64_t bytes) {
  for (; bytes >= 64; bytes -= 64, to += 64, from += 64)
    _mm512_stream_si512((void *)to, _mm512_loadu_si512((const void *)from));
  return bytes;
}
#endif

/* Bytes to `to`, past the cache where that is the beginning of a line. */
static inline void mlt_stream(char *to, const char *from, int64_t bytes) {
  int64_t left = bytes;
#if MLT_HAVE_X86_TARGETS
  if (mlt_runtime_pointer->isa == MLT_ISA_AVX512 && ((intptr_t)to & 63) == 0) left = mlt_stream_lines(to, from, left);
#endif
#if defined(__SSE2__)
  for (; left >= 64 && ((intptr_t)to & 15) == 0; left -= 64) {
    const __m128i *in = (const __m128i *)(from + bytes - left);
    __m128i *out = (__m128i *)(to + bytes - left);
    for (int i = 0; i < 4; i++) _mm_stream_si128(out + i, _mm_loadu_si128(in + i));
  }
#endif
  mlt_copy_bytes(to + bytes - left, from + bytes - left, left);
}

/* Makes what was streamed visible to the other threads. */
static inline void mlt_stream_end(int streamed) {
#if defined(__SSE2__)
  if (streamed) _mm_sfence();
#endif
}

/* Bytes moved from which a result may be written past the cache. One thread is better off where half of the last cache
 * would do; several read and write that cache faster than the memory behind it until it overflows. */
static inline int64_t mlt_stream_from(void) {
  const int64_t from = mlt_runtime_pointer->stream_from;
  return mlt_runtime_pointer->threads > 1 ? from * 5 / 2 : from;
}

/* Whether a result is better written past the cache.  It then takes the time that memory takes to write it: where it is
 * a third of what moves, operands from the cache are read meanwhile; a larger part pays once the cache cannot hold all. */
static inline int mlt_is_streamed(int64_t moved, int64_t written) {
  const int64_t from = mlt_stream_from();
  return moved >= from && (3 * written <= moved || moved >= from + from / 2);
}

#endif
