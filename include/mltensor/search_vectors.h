/* Binary search of a few vectors of keys at a time; included by sort_target.h for AVX-512.
 *
 * The first steps are among keys at even distances, which two registers hold; the others ask memory for a key per lane,
 * and more vectors than one wait for it together. `right`: keys that are equal come before, too. */

#define MLT_SEARCHED 4 /* vectors */
#define MLT_SEARCH_EACH _Pragma("GCC unroll 4") for (int v = 0; v < MLT_SEARCHED; v++)

#define MLT_SEARCH_LANES(bits, lanes, mask, gathered, written)                                                      \
  static inline __attribute__((always_inline)) void mlt_search_lanes##bits(                                        \
      const uint##bits##_t *keys, int64_t n, const uint##bits##_t *wanted, int64_t *out, int64_t count, int right) { \
    const int64_t apart = n / (2 * lanes) + 1;                                                                     \
    uint##bits##_t some[2 * lanes], rest[MLT_SEARCHED * lanes] = {0};                                              \
    for (int64_t k = 0; k < 2 * lanes; k++)                                                                        \
      some[k] = (k + 1) * apart <= n ? keys[(k + 1) * apart - 1] : (uint##bits##_t)-1;                             \
    const __m512i low = _mm512_loadu_si512(some), high = _mm512_loadu_si512(some + lanes);                         \
    const __m512i all = _mm512_set1_epi##bits((int##bits##_t)n), one = _mm512_set1_epi##bits(1);                   \
    int64_t most = 1, found[MLT_SEARCHED * lanes];                                                                 \
    while (2 * most <= apart) most *= 2;                                                                           \
    for (int64_t i = 0; i < count; i += MLT_SEARCHED * lanes) {                                                    \
      const int64_t together = count - i < MLT_SEARCHED * lanes ? count - i : MLT_SEARCHED * lanes;                \
      const uint##bits##_t *from = wanted + i;                                                                     \
      if (together < MLT_SEARCHED * lanes) from = memcpy(rest, from, (size_t)together * sizeof *rest);             \
      __m512i w[MLT_SEARCHED], at[MLT_SEARCHED];                                                                   \
      MLT_SEARCH_EACH {                                                                                            \
        w[v] = _mm512_loadu_si512(from + v * lanes);                                                               \
        at[v] = _mm512_setzero_si512();                                                                            \
      }                                                                                                            \
      for (int step = lanes; step; step /= 2)                                                                      \
        MLT_SEARCH_EACH {                                                                                          \
          const __m512i next = _mm512_add_epi##bits(at[v], _mm512_set1_epi##bits(step));                           \
          const __m512i key = _mm512_permutex2var_epi##bits(low, _mm512_sub_epi##bits(next, one), high);           \
          const mask before = right ? _mm512_cmple_epu##bits##_mask(key, w[v])                                     \
                                    : _mm512_cmplt_epu##bits##_mask(key, w[v]);                                    \
          at[v] = _mm512_mask_mov_epi##bits(at[v], before, next);                                                  \
        }                                                                                                          \
      MLT_SEARCH_EACH at[v] = _mm512_min_epu##bits(                                                                \
          _mm512_mullo_epi##bits(at[v], _mm512_set1_epi##bits((int##bits##_t)apart)), all);                        \
      for (int64_t step = apart > 1 ? most : 0; step; step /= 2)                                                   \
        MLT_SEARCH_EACH {                                                                                          \
          const __m512i next = _mm512_add_epi##bits(at[v], _mm512_set1_epi##bits((int##bits##_t)step));            \
          const mask inside = _mm512_cmple_epu##bits##_mask(next, all);                                            \
          const __m512i place = _mm512_sub_epi##bits(next, one);                                                   \
          const __m512i key = gathered;                                                                            \
          const mask before = right ? _mm512_mask_cmple_epu##bits##_mask(inside, key, w[v])                        \
                                    : _mm512_mask_cmplt_epu##bits##_mask(inside, key, w[v]);                       \
          at[v] = _mm512_mask_mov_epi##bits(at[v], before, next);                                                  \
        }                                                                                                          \
      int64_t *to = together < MLT_SEARCHED * lanes ? found : out + i;                                             \
      MLT_SEARCH_EACH written                                                                                      \
      if (to == found) memcpy(out + i, found, (size_t)together * sizeof *found);                                   \
    }                                                                                                              \
  }                                                                                                                \
  static void mlt_search_keys##bits##_avx512(const uint##bits##_t *keys, int64_t n, const uint##bits##_t *wanted,  \
                                             int64_t *out, int64_t count, int right) {                             \
    if (right)                                                                                                     \
      mlt_search_lanes##bits(keys, n, wanted, out, count, 1);                                                      \
    else                                                                                                           \
      mlt_search_lanes##bits(keys, n, wanted, out, count, 0);                                                      \
  }
#define MLT_SEARCH_WIDENED                                                                                \
  {                                                                                                       \
    _mm512_storeu_si512(to + v * 16, _mm512_cvtepu32_epi64(_mm512_castsi512_si256(at[v])));               \
    _mm512_storeu_si512(to + v * 16 + 8, _mm512_cvtepu32_epi64(_mm512_extracti64x4_epi64(at[v], 1)));     \
  }
MLT_SEARCH_LANES(32, 16, __mmask16, _mm512_mask_i32gather_epi32(w[v], inside, place, keys, 4), MLT_SEARCH_WIDENED)
MLT_SEARCH_LANES(64, 8, __mmask8, _mm512_mask_i64gather_epi64(w[v], inside, place, keys, 8),
                 _mm512_storeu_si512(to + v * 8, at[v]);)
#undef MLT_SEARCH_WIDENED
#undef MLT_SEARCH_LANES
#undef MLT_SEARCH_EACH
#undef MLT_SEARCHED
