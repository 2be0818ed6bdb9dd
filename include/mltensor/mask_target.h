/* Places and elements where a mask is true; re-included per target by mask.h. */

/* Every element is written to the buffer, and the next one over it unless it was wanted: no branch
 * to mispredict. The buffer keeps the surplus writes inside. With AVX-512 a vector of elements is pressed together in
 * a register: into memory directly that takes many times as long on some processors. */
#if defined(MLT_TARGET_AVX512)
#define MLT_MASK_VECTOR4(FOUR)                                                            \
  for (; i + 16 <= until; i += 16) {                                                             \
    const __m128i truth = _mm_loadu_si128((const __m128i *)(m->mask + i));                       \
    const __mmask16 here = _mm_test_epi8_mask(truth, truth);                                     \
    _mm512_storeu_si512(buffer + k, _mm512_maskz_compress_epi32(here, FOUR));                    \
    k += __builtin_popcount(here);                                                               \
  }
#define MLT_MASK_VECTOR8(EIGHT)                                                                  \
  for (; i + 8 <= until; i += 8) {                                                               \
    const __m128i truth = _mm_loadl_epi64((const __m128i *)(m->mask + i));                       \
    const __mmask8 here = (__mmask8)_mm_test_epi8_mask(truth, truth);                            \
    _mm512_storeu_si512(buffer + k, _mm512_maskz_compress_epi64(here, EIGHT));                   \
    k += __builtin_popcount(here);                                                               \
  }
#define MLT_MASK_FOUR MLT_MASK_VECTOR4(_mm512_loadu_si512(m->from + 4 * i))
#define MLT_MASK_EIGHT MLT_MASK_VECTOR8(_mm512_loadu_si512(m->from + 8 * i))
#define MLT_MASK_COUNT                                                                           \
  MLT_MASK_VECTOR8(_mm512_add_epi64(_mm512_set1_epi64(i), _mm512_setr_epi64(0, 1, 2, 3, 4, 5, 6, 7)))
#else
#define MLT_MASK_FOUR
#define MLT_MASK_EIGHT
#define MLT_MASK_COUNT
#endif
#define MLT_MASK_LOOP(type, VALUE, OUT, VECTORS)                             \
  {                                                                          \
    type buffer[MLT_MASK_BUFFER + 16];                                       \
    type *out = (type *)(OUT) + m->starts[chunk];                            \
    while (i < stop) {                                                       \
      int64_t until = i + MLT_MASK_BUFFER < stop ? i + MLT_MASK_BUFFER : stop; \
      int64_t k = 0;                                                         \
      VECTORS                                                                \
      for (; i < until; i++) {                                               \
        buffer[k] = (VALUE);                                                 \
        k += m->mask[i];                                                     \
      }                                                                      \
      mlt_copy_bytes(out, buffer, k * (int64_t)sizeof(type));                \
      out += k;                                                              \
    }                                                                        \
  }

static void MLT_FN(mlt_mask_places)(void *context, int64_t begin, int64_t end) {
  mlt_mask *m = (mlt_mask *)context;
  for (int64_t chunk = begin; chunk < end; chunk++) {
    int64_t i = chunk * MLT_MASK_CHUNK, stop = mlt_mask_stop(m, chunk);
    MLT_MASK_LOOP(int64_t, i, m->places, MLT_MASK_COUNT)
  }
}

static void MLT_FN(mlt_mask_pick)(void *context, int64_t begin, int64_t end) {
  mlt_mask *m = (mlt_mask *)context;
  for (int64_t chunk = begin; chunk < end; chunk++) {
    int64_t i = chunk * MLT_MASK_CHUNK, stop = mlt_mask_stop(m, chunk);
#define MLT_PICK(type, VECTORS) MLT_MASK_LOOP(type, ((const type *)m->from)[i], m->to, VECTORS)
    switch (m->itemsize) {
      case 1: MLT_PICK(uint8_t, ) break;
      case 2: MLT_PICK(uint16_t, ) break;
      case 4: MLT_PICK(uint32_t, MLT_MASK_FOUR) break;
      case 8: MLT_PICK(uint64_t, MLT_MASK_EIGHT) break;
      default: MLT_PICK(mlt_mask16, ) break;
    }
#undef MLT_PICK
  }
}

/* Elements in order to where a mask is true. The one after the last is read once too often where nothing masks reading:
 * it is the last again. */
#if defined(MLT_TARGET_AVX512)
#define MLT_PUT_VECTOR4                                                                          \
  for (; i + 16 <= stop; i += 16) {                                                              \
    const __m128i truth = _mm_loadu_si128((const __m128i *)(m->mask + i));                       \
    const __mmask16 here = _mm_test_epi8_mask(truth, truth);                                     \
    const int count = __builtin_popcount(here);                                                  \
    const __m512i v = _mm512_maskz_loadu_epi32((__mmask16)((1u << count) - 1), from + k);        \
    _mm512_mask_storeu_epi32(to + i, here, _mm512_maskz_expand_epi32(here, v));                  \
    k += count;                                                                                  \
  }
#define MLT_PUT_VECTOR8                                                                          \
  for (; i + 8 <= stop; i += 8) {                                                                \
    const __m128i truth = _mm_loadl_epi64((const __m128i *)(m->mask + i));                       \
    const __mmask8 here = (__mmask8)_mm_test_epi8_mask(truth, truth);                            \
    const int count = __builtin_popcount(here);                                                  \
    const __m512i v = _mm512_maskz_loadu_epi64((__mmask8)((1u << count) - 1), from + k);         \
    _mm512_mask_storeu_epi64(to + i, here, _mm512_maskz_expand_epi64(here, v));                  \
    k += count;                                                                                  \
  }
#else
#define MLT_PUT_VECTOR4
#define MLT_PUT_VECTOR8
#endif
#define MLT_PUT(type, VECTORS)                             \
  {                                                        \
    const type *from = (const type *)m->from;              \
    type *to = (type *)m->to;                              \
    VECTORS                                                \
    for (; i < stop; i++) {                                \
      const type v = from[k < last ? k : last];            \
      to[i] = m->mask[i] ? v : to[i];                      \
      k += m->mask[i];                                     \
    }                                                      \
  }

static void MLT_FN(mlt_mask_put)(void *context, int64_t begin, int64_t end) {
  mlt_mask *m = (mlt_mask *)context;
  const int64_t last = m->total - 1;
  if (last < 0) return;
  for (int64_t chunk = begin; chunk < end; chunk++) {
    int64_t i = chunk * MLT_MASK_CHUNK, stop = mlt_mask_stop(m, chunk), k = m->starts[chunk];
    switch (m->itemsize) {
      case 1: MLT_PUT(uint8_t, ) break;
      case 2: MLT_PUT(uint16_t, ) break;
      case 4: MLT_PUT(uint32_t, MLT_PUT_VECTOR4) break;
      case 8: MLT_PUT(uint64_t, MLT_PUT_VECTOR8) break;
      default: MLT_PUT(mlt_mask16, ) break;
    }
  }
}

#undef MLT_PUT
#undef MLT_PUT_VECTOR4
#undef MLT_PUT_VECTOR8
#undef MLT_MASK_LOOP
#undef MLT_MASK_COUNT
#undef MLT_MASK_EIGHT
#undef MLT_MASK_FOUR
#undef MLT_MASK_VECTOR8
#undef MLT_MASK_VECTOR4
