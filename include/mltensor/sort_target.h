/* Sorting lines; re-included per target by sort.h. */
#if defined(MLT_TARGET_AVX512)
#define MLT_SORT_VECTOR 64
#elif defined(MLT_TARGET_AVX2)
#define MLT_SORT_VECTOR 32
#else
#define MLT_SORT_VECTOR 16
#endif
#define MLT_SORT_FN(name) MLT_CONCAT(MLT_CONCAT(name##_, MLT_SORT_NAME), MLT_SUFFIX)

/* --- numbers to keys and back ------------------------------------------------------------------ */

/* NaN keep their key, the largest, in a descending order that ends with them. All of it without branches. */
#define MLT_DIRECTED(key, ALL) ((word)((key) ^ (turn & ~(last & (word)-(word)((key) == (word)(ALL))))))
#define MLT_READ_LOOP(D, ALL, STRIDE)             \
  for (int64_t i = 0; i < n; i++) {               \
    const char *p = from + i * (STRIDE);          \
    const word key = (word)mlt_key_##D(p);        \
    lossy |= (word)mlt_lossy_##D(p);              \
    out[i] = MLT_DIRECTED(key, ALL);              \
  }
#define MLT_WRITE_LOOP(D, ALL, STRIDE)                                                          \
  for (int64_t i = 0; i < n; i++)                                                               \
    mlt_value_##D(to + i * (STRIDE), (__typeof__(mlt_key_##D(to)))MLT_DIRECTED(keys[i], ALL));
#define MLT_SORT_PLAIN_OR_STRIDED(LOOP, D, ALL)                                                   \
  case MLT_##D: {                                                                                 \
    const word turn = direction == MLT_ASCENDING ? 0 : (word)(ALL);                               \
    const word last = direction == MLT_DESCENDING && MLT_##D >= MLT_FLOAT16 ? (word)-1 : 0;       \
    if (stride == (int64_t)sizeof(mlt_key_##D(NULL)))                                             \
      LOOP(D, ALL, (int64_t)sizeof(mlt_key_##D(NULL)))                                            \
    else                                                                                          \
      LOOP(D, ALL, stride)                                                                        \
  } break;
#define MLT_READ_KEYS(D, ALL) MLT_SORT_PLAIN_OR_STRIDED(MLT_READ_LOOP, D, ALL)
#define MLT_WRITE_VALUES(D, ALL) MLT_SORT_PLAIN_OR_STRIDED(MLT_WRITE_LOOP, D, ALL)
/* Called with as few numbers as a vector has: told so, the compiler would take them one after the other. */
#define MLT_SORT_ANY_COUNT __attribute__((noinline, noclone))
#define MLT_SORT_CONVERSIONS(bits, KEYED)                                                           \
  /* Reads n numbers as keys; returns whether some cannot be had back from theirs. */               \
  static MLT_SORT_ANY_COUNT int MLT_FN(mlt_read_keys##bits)(                                        \
      uint##bits##_t *restrict out, const char *restrict from, int64_t stride, int64_t n, int dtype, int direction) { \
    typedef uint##bits##_t word;                                                                    \
    word lossy = 0;                                                                                 \
    switch (dtype) { KEYED(MLT_READ_KEYS) }                                                         \
    return lossy != 0;                                                                              \
  }                                                                                                 \
  static MLT_SORT_ANY_COUNT void MLT_FN(mlt_write_values##bits)(char *restrict to, int64_t stride,  \
                                             const uint##bits##_t *restrict keys, int64_t n,        \
                                             int dtype, int direction) {                            \
    typedef uint##bits##_t word;                                                                    \
    switch (dtype) { KEYED(MLT_WRITE_VALUES) }                                                      \
  }
MLT_SORT_CONVERSIONS(32, MLT_NARROW_KEYED)
MLT_SORT_CONVERSIONS(64, MLT_WIDE_KEYED)

#if defined(MLT_TARGET_AVX512)
#include "mltensor/search_vectors.h"
#else
/* How many of n > 0 sorted keys come before each wanted one, or are equal where `right`: many searches side by side,
 * which halve without a branch. */
#define MLT_SORT_SEARCH(bits, place)                                                                    \
  static void MLT_FN(mlt_search_keys##bits)(const uint##bits##_t *keys, int64_t n,                      \
                                            const uint##bits##_t *wanted, int64_t *out, int64_t count,  \
                                            int right) {                                                \
    for (int64_t begin = 0; begin < count; begin += 16) {                                               \
      const int together = count - begin < 16 ? (int)(count - begin) : 16;                              \
      uint##bits##_t w[16] = {0};                                                                       \
      place low[16] = {0};                                                                              \
      int64_t left = n;                                                                                 \
      memcpy(w, wanted + begin, (size_t)together * sizeof *w);                                          \
      while (left > 1) {                                                                                \
        const place half = (place)(left / 2);                                                           \
        const uint##bits##_t *middle = keys + half - 1;                                                 \
        if (right)                                                                                      \
          for (int q = 0; q < 16; q++) low[q] += half & -(place)(middle[low[q]] <= w[q]);                  \
        else                                                                                            \
          for (int q = 0; q < 16; q++) low[q] += half & -(place)(middle[low[q]] < w[q]);                   \
        left -= half;                                                                                   \
      }                                                                                                 \
      for (int q = 0; q < together; q++)                                                                \
        out[begin + q] = low[q] + (keys[low[q]] < w[q] || (right && keys[low[q]] == w[q]));             \
    }                                                                                                   \
  }
MLT_SORT_SEARCH(32, int32_t)
MLT_SORT_SEARCH(64, int64_t)
#endif

/* Queries [begin, end) of a search among keys. */
static void MLT_FN(mlt_search_task)(void *context, int64_t begin, int64_t end) {
  const mlt_search *s = (const mlt_search *)context;
  const int64_t itemsize = mlt_itemsize[s->dtype];
  uint64_t wanted[256];
  for (int64_t i = begin; i < end; i += 256) {
    const int64_t n = end - i < 256 ? end - i : 256;
    if (itemsize <= 4) {
      MLT_FN(mlt_read_keys32)((uint32_t *)wanted, s->queries + i * itemsize, itemsize, n, s->dtype, MLT_ASCENDING);
      MLT_FN(mlt_search_keys32)((const uint32_t *)s->keys, s->n, (const uint32_t *)wanted, s->out + i, n, s->right);
    } else {
      MLT_FN(mlt_read_keys64)(wanted, s->queries + i * itemsize, itemsize, n, s->dtype, MLT_ASCENDING);
      MLT_FN(mlt_search_keys64)((const uint64_t *)s->keys, s->n, wanted, s->out + i, n, s->right);
    }
  }
}

/* The sorted numbers [begin, end) as keys. */
static void MLT_FN(mlt_search_prepare)(void *context, int64_t begin, int64_t end) {
  const mlt_search *s = (const mlt_search *)context;
  const int64_t itemsize = mlt_itemsize[s->dtype];
  const int narrow = itemsize <= 4;
  for (int64_t i = begin; i < end;) {
    /* Without a sorter all at once. */
    const char *from = s->sorted + (s->sorter ? s->sorter[i] : i) * itemsize;
    const int64_t n = s->sorter ? 1 : end - i;
    if (narrow)
      MLT_FN(mlt_read_keys32)((uint32_t *)s->keys + i, from, itemsize, n, s->dtype, MLT_ASCENDING);
    else
      MLT_FN(mlt_read_keys64)((uint64_t *)s->keys + i, from, itemsize, n, s->dtype, MLT_ASCENDING);
    i += n;
  }
}

static inline const char *MLT_FN(mlt_sort_from)(const mlt_sort_line *line, int64_t at) {
  return line->from + at * line->s->from_stride;
}

/* --- the smaller and the larger of vectors of keys ---------------------------------------------- */

#if defined(MLT_TARGET_AVX512)
#define MLT_LOW32(x, y) (__typeof__(x))_mm512_min_epu32((__m512i)(x), (__m512i)(y))
#define MLT_HIGH32(x, y) (__typeof__(x))_mm512_max_epu32((__m512i)(x), (__m512i)(y))
#define MLT_LOW64(x, y) (__typeof__(x))_mm512_min_epu64((__m512i)(x), (__m512i)(y))
#define MLT_HIGH64(x, y) (__typeof__(x))_mm512_max_epu64((__m512i)(x), (__m512i)(y))
#else
#define MLT_CHOSEN(x, y, less) (__typeof__(x))(((x) & (__typeof__(x))(less)) | ((y) & ~(__typeof__(x))(less)))
#if defined(MLT_TARGET_AVX2)
#define MLT_LOW32(x, y) (__typeof__(x))_mm256_min_epu32((__m256i)(x), (__m256i)(y))
#define MLT_HIGH32(x, y) (__typeof__(x))_mm256_max_epu32((__m256i)(x), (__m256i)(y))
#else
#define MLT_LOW32(x, y) MLT_CHOSEN(x, y, (x) < (y))
#define MLT_HIGH32(x, y) MLT_CHOSEN(y, x, (x) < (y))
#endif
#define MLT_LOW64(x, y) MLT_CHOSEN(x, y, (x) < (y))
#define MLT_HIGH64(x, y) MLT_CHOSEN(y, x, (x) < (y))
#endif

/* --- tiles of a line of the cache by as many, turned over ---------------------------------------- */

#if defined(MLT_TARGET_AVX512)
static inline void MLT_FN(mlt_turn_tile32)(uint32_t *to, int64_t to_step, const uint32_t *from, int64_t from_step) {
  __m512i a[16], b[16];
  for (int k = 0; k < 16; k++) a[k] = _mm512_loadu_si512(from + k * from_step);
  for (int k = 0; k < 16; k += 2) {
    b[k] = _mm512_unpacklo_epi32(a[k], a[k + 1]);
    b[k + 1] = _mm512_unpackhi_epi32(a[k], a[k + 1]);
  }
  for (int k = 0; k < 16; k += 4)
    for (int h = 0; h < 2; h++) {
      a[k + 2 * h] = _mm512_unpacklo_epi64(b[k + h], b[k + h + 2]);
      a[k + 2 * h + 1] = _mm512_unpackhi_epi64(b[k + h], b[k + h + 2]);
    }
  for (int h = 0; h < 4; h++) {
    const __m512i low = _mm512_shuffle_i32x4(a[h], a[4 + h], 0x88), odd = _mm512_shuffle_i32x4(a[h], a[4 + h], 0xdd);
    const __m512i up = _mm512_shuffle_i32x4(a[8 + h], a[12 + h], 0x88);
    const __m512i last = _mm512_shuffle_i32x4(a[8 + h], a[12 + h], 0xdd);
    _mm512_storeu_si512(to + h * to_step, _mm512_shuffle_i32x4(low, up, 0x88));
    _mm512_storeu_si512(to + (4 + h) * to_step, _mm512_shuffle_i32x4(odd, last, 0x88));
    _mm512_storeu_si512(to + (8 + h) * to_step, _mm512_shuffle_i32x4(low, up, 0xdd));
    _mm512_storeu_si512(to + (12 + h) * to_step, _mm512_shuffle_i32x4(odd, last, 0xdd));
  }
}
static inline void MLT_FN(mlt_turn_tile64)(uint64_t *to, int64_t to_step, const uint64_t *from, int64_t from_step) {
  __m512i a[8], b[8];
  for (int k = 0; k < 8; k++) a[k] = _mm512_loadu_si512(from + k * from_step);
  for (int k = 0; k < 8; k += 2) {
    b[k] = _mm512_unpacklo_epi64(a[k], a[k + 1]);
    b[k + 1] = _mm512_unpackhi_epi64(a[k], a[k + 1]);
  }
  for (int h = 0; h < 2; h++) {
    const __m512i low = _mm512_shuffle_i64x2(b[h], b[2 + h], 0x88), odd = _mm512_shuffle_i64x2(b[h], b[2 + h], 0xdd);
    const __m512i up = _mm512_shuffle_i64x2(b[4 + h], b[6 + h], 0x88);
    const __m512i last = _mm512_shuffle_i64x2(b[4 + h], b[6 + h], 0xdd);
    _mm512_storeu_si512(to + h * to_step, _mm512_shuffle_i64x2(low, up, 0x88));
    _mm512_storeu_si512(to + (2 + h) * to_step, _mm512_shuffle_i64x2(odd, last, 0x88));
    _mm512_storeu_si512(to + (4 + h) * to_step, _mm512_shuffle_i64x2(low, up, 0xdd));
    _mm512_storeu_si512(to + (6 + h) * to_step, _mm512_shuffle_i64x2(odd, last, 0xdd));
  }
}
#else
#define MLT_TURN_TILE(bits, side)                                                                                    \
  static void MLT_FN(mlt_turn_tile##bits)(uint##bits##_t *to, int64_t to_step, const uint##bits##_t *from,            \
                                          int64_t from_step) {                                                       \
    for (int i = 0; i < side; i++)                                                                                   \
      for (int k = 0; k < side; k++) to[i * to_step + k] = from[k * from_step + i];                                  \
  }
MLT_TURN_TILE(32, 16)
MLT_TURN_TILE(64, 8)
#undef MLT_TURN_TILE
#endif

/* --- keys alone -------------------------------------------------------------------------------- */

#define MLT_SORT_VALUES(bits)                                                                             \
  static void MLT_SORT_FN(mlt_sort_read)(mlt_sort_line *line, MLT_SORT_TYPE *out, int64_t begin, int64_t n) { \
    const mlt_sort_lines *s = line->s;                                                                    \
    if (MLT_FN(mlt_read_keys##bits)(out, MLT_FN(mlt_sort_from)(line, begin), s->from_stride, n, s->dtype, \
                                    s->direction))                                                        \
      atomic_store_explicit(&line->lossy, 1, memory_order_relaxed);                                       \
  }                                                                                                       \
  static void MLT_SORT_FN(mlt_sort_write)(mlt_sort_line *line, const MLT_SORT_TYPE *v, int64_t at, int64_t n) { \
    const mlt_sort_lines *s = line->s;                                                                    \
    MLT_FN(mlt_write_values##bits)(line->values + at * s->value_stride, s->value_stride, v, n, s->dtype,  \
                                   s->direction);                                                         \
  }

#define MLT_SORT_AGAIN(s, line, scratch) mlt_restore_specials(s, (line)->from, (line)->values)
#define MLT_SORT_NAME key32
#define MLT_SORT_TYPE uint32_t
#define MLT_SORT_WORD uint32_t
#define MLT_SORT_SIGNED int32_t
#define MLT_SORT_KEY(e) (e)
MLT_SORT_VALUES(32)
#include "mltensor/sort_block.h"
#define MLT_SORT_BITS 32
#include "mltensor/sort_network.h"
#include "mltensor/sort_long.h"

#define MLT_SORT_NAME key64
#define MLT_SORT_TYPE uint64_t
#define MLT_SORT_WORD uint64_t
#define MLT_SORT_SIGNED int64_t
#define MLT_SORT_KEY(e) (e)
MLT_SORT_VALUES(64)
#include "mltensor/sort_block.h"
#define MLT_SORT_BITS 64
#include "mltensor/sort_network.h"
#include "mltensor/sort_long.h"

/* --- keys with positions ----------------------------------------------------------------------- */

/* The bits of the key that one word holds: above those of the position, or in a word of its own. */
#define MLT_SORT_POSITIONS(bits, JOIN, POSITION)                                                          \
  static void MLT_SORT_FN(mlt_sort_read)(mlt_sort_line *line, MLT_SORT_TYPE *out, int64_t begin, int64_t n) { \
    const mlt_sort_lines *s = line->s;                                                                    \
    uint##bits##_t keys[256];                                                                             \
    for (int64_t i = 0; i < n; i += 256) {                                                                \
      const int64_t count = n - i < 256 ? n - i : 256;                                                    \
      MLT_FN(mlt_read_keys##bits)(keys, MLT_FN(mlt_sort_from)(line, begin + i), s->from_stride, count,    \
                                  s->dtype, s->direction);                                                \
      for (int64_t k = 0; k < count; k++) out[i + k] = JOIN(keys[k], (uint64_t)(begin + i + k));          \
    }                                                                                                     \
  }                                                                                                       \
  static void MLT_SORT_FN(mlt_sort_write)(mlt_sort_line *line, const MLT_SORT_TYPE *v, int64_t at, int64_t n) { \
    const mlt_sort_lines *s = line->s;                                                                    \
    if (n > s->keep - at) n = s->keep - at;                                                               \
    int64_t *to = line->positions + at * s->position_stride;                                              \
    for (int64_t i = 0; i < n; i++) to[i * s->position_stride] = (int64_t)POSITION(v[i]);                 \
    if (!line->values) return;                                                                            \
    const size_t itemsize = (size_t)mlt_itemsize[s->dtype];                                               \
    for (int64_t i = 0; i < n; i++)                                                                       \
      memcpy(line->values + (at + i) * s->value_stride, MLT_FN(mlt_sort_from)(line, (int64_t)POSITION(v[i])), \
             itemsize);                                                                                   \
  }

#define MLT_SORT_NAME pair32
#define MLT_SORT_TYPE uint64_t
#define MLT_SORT_WORD uint64_t
#define MLT_SORT_SIGNED int64_t
#define MLT_SORT_KEY(e) (e)
#define MLT_SORT_JOIN32(key, at) ((uint64_t)(key) << 32 | (at))
#define MLT_SORT_POSITION32(e) ((uint32_t)(e))
MLT_SORT_POSITIONS(32, MLT_SORT_JOIN32, MLT_SORT_POSITION32)
#include "mltensor/sort_block.h"
#define MLT_SORT_READ MLT_FN(mlt_read_keys32)
#define MLT_SORT_PART uint32_t
#define MLT_SORT_JOIN MLT_SORT_JOIN32
#include "mltensor/sort_few.h"
#undef MLT_SORT_READ
#undef MLT_SORT_PART
#undef MLT_SORT_JOIN
#define MLT_SORT_BITS 64
#include "mltensor/sort_network.h"
#include "mltensor/sort_long.h"

#define MLT_SORT_NAME pair64
#define MLT_SORT_TYPE mlt_sort_pair
#define MLT_SORT_WORD uint64_t
#define MLT_SORT_SIGNED int64_t
#define MLT_SORT_KEY(e) ((e).key)
#define MLT_SORT_JOIN64(word, place) ((mlt_sort_pair){.key = (word), .at = (place)})
#define MLT_SORT_POSITION64(e) ((e).at)
MLT_SORT_POSITIONS(64, MLT_SORT_JOIN64, MLT_SORT_POSITION64)
#include "mltensor/sort_block.h"
#define MLT_SORT_READ MLT_FN(mlt_read_keys64)
#define MLT_SORT_PART uint64_t
#define MLT_SORT_JOIN MLT_SORT_JOIN64
#include "mltensor/sort_few.h"
#undef MLT_SORT_READ
#undef MLT_SORT_PART
#undef MLT_SORT_JOIN
#include "mltensor/sort_long.h"

/* One line. `scratch` has mlt_sort_scratch bytes. Returns 1 when interrupted, -1 without memory. */
static int MLT_FN(mlt_sort_line_run)(mlt_sort_line *line, char *scratch) {
  const mlt_sort_lines *s = line->s;
  if (mlt_few_of_many(s))
    return mlt_narrow_key(s->dtype, s->n) ? MLT_CONCAT(mlt_sort_few_pair32, MLT_SUFFIX)(line, scratch)
                                          : MLT_CONCAT(mlt_sort_few_pair64, MLT_SUFFIX)(line, scratch);
  if (line->positions)
    return mlt_narrow_key(s->dtype, s->n) ? MLT_CONCAT(mlt_sort_one_pair32, MLT_SUFFIX)(line, scratch)
                                          : MLT_CONCAT(mlt_sort_one_pair64, MLT_SUFFIX)(line, scratch);
  return mlt_itemsize[s->dtype] <= 4 ? MLT_CONCAT(mlt_sort_one_key32, MLT_SUFFIX)(line, scratch)
                                     : MLT_CONCAT(mlt_sort_one_key64, MLT_SUFFIX)(line, scratch);
}

/* --- wide keys with positions in one word -------------------------------------------------------- */

/* Of short lines: what a key is above the least one, as far as there is room for it beside the position. Where a line has
 * keys that differ in the bits that are cut alone, and these are not in order, it is sorted again as others are. */
#undef MLT_SORT_AGAIN
#define MLT_SORT_AGAIN(s, line, scratch) MLT_FN(mlt_sort_line_run)(line, scratch)
#define MLT_SORT_NAME packed64
#define MLT_SORT_TYPE uint64_t
#define MLT_SORT_WORD uint64_t
static void MLT_SORT_FN(mlt_sort_read)(mlt_sort_line *line, uint64_t *out, int64_t begin, int64_t n) {
  const mlt_sort_lines *s = line->s;
  MLT_FN(mlt_read_keys64)(out, MLT_FN(mlt_sort_from)(line, begin), s->from_stride, n, s->dtype, s->direction);
  uint64_t least = UINT64_MAX, most = 0;
  for (int64_t i = 0; i < n; i++) {
    least = out[i] < least ? out[i] : least;
    most = out[i] > most ? out[i] : most;
  }
  line->low = 64 - __builtin_clzll(((uint64_t)n - 1) | 1);
  const int used = most > least ? 64 - __builtin_clzll(most - least) : 0;
  line->cut = used + line->low > 64 ? used + line->low - 64 : 0;
  for (int64_t i = 0; i < n; i++) out[i] = (out[i] - least) >> line->cut << line->low | (uint64_t)i;
}
static inline uint64_t MLT_FN(mlt_wide_key)(const mlt_sort_line *line, int64_t at) {
  uint64_t key = 0;
  const mlt_sort_lines *s = line->s;
  MLT_FN(mlt_read_keys64)(&key, MLT_FN(mlt_sort_from)(line, at), 8, 1, s->dtype, s->direction);
  return key;
}
static void MLT_SORT_FN(mlt_sort_write)(mlt_sort_line *line, const uint64_t *v, int64_t at, int64_t n) {
  const mlt_sort_lines *s = line->s;
  const uint64_t mask = ((uint64_t)1 << line->low) - 1;
  for (int64_t i = 1; line->cut && i < n; i++)
    if ((v[i] ^ v[i - 1]) <= mask && MLT_FN(mlt_wide_key)(line, (int64_t)(v[i] & mask)) <
                                         MLT_FN(mlt_wide_key)(line, (int64_t)(v[i - 1] & mask))) {
      atomic_store_explicit(&line->lossy, 1, memory_order_relaxed);
      line->low = 0;
      return;
    }
  if (n > s->keep - at) n = s->keep - at;
  int64_t *to = line->positions + at * s->position_stride;
  for (int64_t i = 0; i < n; i++) to[i * s->position_stride] = (int64_t)(v[i] & mask);
  for (int64_t i = 0; line->values && i < n; i++)
    memcpy(line->values + (at + i) * s->value_stride, MLT_FN(mlt_sort_from)(line, (int64_t)(v[i] & mask)), 8);
}
#define MLT_SORT_BITS 64
#include "mltensor/sort_network.h"
#undef MLT_SORT_NAME
#undef MLT_SORT_TYPE
#undef MLT_SORT_WORD
#undef MLT_SORT_AGAIN

/* Short lines [first, first + count). */
static int MLT_FN(mlt_sort_short_lines)(mlt_sort_lines *s, int64_t first, int count, char *scratch) {
  if (s->positions)
    return mlt_narrow_key(s->dtype, s->n) ? MLT_CONCAT(mlt_network_lines_pair32, MLT_SUFFIX)(s, first, count, scratch)
                                          : MLT_CONCAT(mlt_network_lines_packed64, MLT_SUFFIX)(s, first, count, scratch);
  return mlt_itemsize[s->dtype] <= 4 ? MLT_CONCAT(mlt_network_lines_key32, MLT_SUFFIX)(s, first, count, scratch)
                                     : MLT_CONCAT(mlt_network_lines_key64, MLT_SUFFIX)(s, first, count, scratch);
}

#undef MLT_CHOSEN
#undef MLT_LOW32
#undef MLT_HIGH32
#undef MLT_LOW64
#undef MLT_HIGH64
#undef MLT_SORT_POSITION64
#undef MLT_SORT_JOIN64
#undef MLT_SORT_POSITION32
#undef MLT_SORT_JOIN32
#undef MLT_SORT_POSITIONS
#undef MLT_SORT_VALUES
#undef MLT_SORT_SEARCH
#undef MLT_SORT_CONVERSIONS
#undef MLT_SORT_ANY_COUNT
#undef MLT_WRITE_VALUES
#undef MLT_READ_KEYS
#undef MLT_SORT_PLAIN_OR_STRIDED
#undef MLT_WRITE_LOOP
#undef MLT_READ_LOOP
#undef MLT_DIRECTED
#undef MLT_SORT_FN
#undef MLT_SORT_VECTOR
