/* Writing a block of lines past the cache; re-included per target that has vectors for it. */
#if defined(MLT_TARGET_AVX512)
static inline __attribute__((always_inline)) void MLT_FN(stream_block)(void *to, const void *block) {
  for (int line = 0; line < MLT_STREAMED_BLOCK / 64; line++)
    _mm512_stream_si512((__m512i *)to + line, _mm512_load_si512((const __m512i *)block + line));
}
#elif defined(MLT_TARGET_AVX2)
static inline __attribute__((always_inline)) void MLT_FN(stream_block)(void *to, const void *block) {
  for (int half = 0; half < MLT_STREAMED_BLOCK / 32; half++)
    _mm256_stream_si256((__m256i *)to + half, _mm256_load_si256((const __m256i *)block + half));
}
#endif
