/* The loops of gather.h; re-included per target. */

/* --- indices ------------------------------------------------------------------------------- */

/* Whether some of n indices count from the end (1), and whether some are outside [-length, length) (2): additions whose
 * signs tell, which vectorise for any instruction set. Where one overflows the index is outside anyway. */
static inline int MLT_FN(mlt_look_over)(const int64_t *index, int64_t n, int64_t length) {
  const uint64_t all = (uint64_t)length, last = all - 1;
  uint64_t signs = 0, over = 0, under = 0;
  for (int64_t i = 0; i < n; i++) {
    const uint64_t k = (uint64_t)index[i];
    signs |= k;
    over |= last - k;
    under |= k + all;
  }
  return (int)(signs >> 63) | ((int64_t)(over | under) < 0 ? 2 : 0);
}

/* Indices that are taken together: looked over, and wrapped around where some count from the end. */
#ifndef MLT_INDEX_BLOCK
#define MLT_INDEX_BLOCK 1024
#endif

/* Places of n <= MLT_INDEX_BLOCK indices: these themselves, or in `wrapped`. NULL where one is outside, unless they are
 * known to be inside or wanted as they are. */
static inline const int64_t *MLT_FN(mlt_places)(const int64_t *index, int64_t n, int64_t length, int known_inside,
                                                int64_t *wrapped) {
  const int found = MLT_FN(mlt_look_over)(index, n, length);
  if (found & 2 && !known_inside) return NULL;
  if (!(found & 1)) return index;
  for (int64_t i = 0; i < n; i++) wrapped[i] = index[i] + (index[i] < 0 ? length : 0);
  return wrapped;
}

/* Indices along a dimension for n places from `at` on, in `spread` where they do not lie in their order. */
static const int64_t *MLT_FN(mlt_indices_for)(const mlt_indices *d, int64_t at, int64_t n, int64_t *spread) {
  const int64_t inner = d->inner;
  int64_t k = at / inner % d->count, off = at % inner, i = 0;
  if (inner == 1 && k + n <= d->count) return d->index + k;
  while (i < n) {
    const int64_t left = inner == 1 ? d->count - k : inner - off, some = left < n - i ? left : n - i;
    if (inner == 1)
      memcpy(spread + i, d->index + k, (size_t)some * sizeof *spread);
    else
      for (int64_t j = 0; j < some; j++) spread[i + j] = d->index[k];
    i += some;
    off = 0;
    k += inner == 1 ? some : 1;
    if (k >= d->count) k = 0;
  }
  return spread;
}

/* Places of n <= MLT_INDEX_BLOCK of a gather's indices from `at` on; see mlt_places. */
static inline const int64_t *MLT_FN(mlt_places_from)(const mlt_gather *g, int64_t at, int64_t n, int64_t *wrapped) {
  if (!g->several) return MLT_FN(mlt_places)(g->index + at, n, g->length, g->known_inside, wrapped);
  int64_t spread[MLT_INDEX_BLOCK];
  for (int k = 0; k < g->several; k++) {
    const mlt_indices *d = g->indices + k;
    const int64_t *index = MLT_FN(mlt_indices_for)(d, at, n, spread), length = d->length, step = d->step;
    if (MLT_FN(mlt_look_over)(index, n, length) & 2 && !g->known_inside) return NULL;
    if (k == 0)
      for (int64_t i = 0; i < n; i++) wrapped[i] = (index[i] + (index[i] < 0 ? length : 0)) * step;
    else
      for (int64_t i = 0; i < n; i++) wrapped[i] += (index[i] + (index[i] < 0 ? length : 0)) * step;
  }
  return wrapped;
}

/* Finds the first of some indices outside [-length, length). */
static void MLT_FN(mlt_index_task)(void *context, int64_t begin, int64_t end) {
  mlt_index_search *s = (mlt_index_search *)context;
  for (int64_t block = begin; block < end; block += 1024) {
    const int64_t stop = block + 1024 < end ? block + 1024 : end;
    if (!(MLT_FN(mlt_look_over)(s->index + block, stop - block, s->length) & 2)) continue;
    for (int64_t i = block; i < stop; i++) {
      if (s->index[i] >= -s->length && s->index[i] < s->length) continue;
      long long found = atomic_load(&s->bad);
      while ((found < 0 || i < found) && !atomic_compare_exchange_weak(&s->bad, &found, i)) {}
      return;
    }
  }
}

/* Whether some of some integers are negative. */
static void MLT_FN(mlt_signs_task)(void *context, int64_t begin, int64_t end) {
  mlt_signs *s = (mlt_signs *)context;
  if (MLT_FN(mlt_look_over)(s->values + begin, end - begin, INT64_MAX) & 1)
    atomic_store_explicit(&s->negative, 1, memory_order_relaxed);
}

/* The smallest and the largest of n indices; 0 and -1 are among them. */
static void MLT_FN(mlt_index_bounds)(const int64_t *index, int64_t n, int64_t *least, int64_t *most) {
  int64_t low = 0, high = -1;
  for (int64_t i = 0; i < n; i++) {
    low = index[i] < low ? index[i] : low;
    high = index[i] > high ? index[i] : high;
  }
  *least = low;
  *most = high;
}

/* --- one line of elements ---------------------------------------------------------------- */

/* Bytes of a table from which and up to which the instruction that reads elements at places is worth its while: the
 * second cache does not hold the one, nor the last cache the other. */
#ifndef MLT_DISTANT
#define MLT_DISTANT (512 << 10)
#define MLT_REMOTE (16 << 20)
#define MLT_IS_DISTANT(length, itemsize) ((length) >= MLT_DISTANT / (itemsize) && (length) <= MLT_REMOTE / (itemsize))
#endif

/* Rows from the one that is moved to the one that is fetched, and bytes of it that are; bytes ahead at which values
 * that are read in their order are fetched, past the second cache, which keeps the places. */
#ifndef MLT_FETCHED
#define MLT_FETCHED 512
#define MLT_VALUES_AHEAD 8192
#define MLT_ROWS_AHEAD(bytes) ((bytes) <= 256 ? 12 : 6)
#endif

static inline void MLT_FN(mlt_fetch)(const char *row, int64_t bytes) {
  for (int64_t i = 0; i < bytes && i < MLT_FETCHED; i += 64) __builtin_prefetch(row + i);
}

static inline void MLT_FN(mlt_fetch_once)(const char *row, int64_t bytes) {
  for (int64_t i = 0; i < bytes && i < MLT_FETCHED; i += 64) __builtin_prefetch(row + i, 0, 0);
}

/* Lines, elements at places, and whole rows of contiguous elements at places. */
#define MLT_ADD_LINE(D, ...)                                                                     \
  static inline void MLT_FN(mlt_add_line_##D)(char *to, int64_t st, const char *from, int64_t sf, \
                                              int64_t n) {                                       \
    typedef MLT_T_##D type;                                                                      \
    typedef MLT_C_##D wide;                                                                      \
    if (st == sizeof(type) && sf == sizeof(type)) {                                              \
      type *t = (type *)to;                                                                      \
      const type *f = (const type *)from;                                                        \
      _Pragma("GCC ivdep") for (int64_t i = 0; i < n; i++) {                                     \
        wide v = (wide)(MLT_LOAD(D, t + i) + MLT_LOAD(D, f + i));                                \
        MLT_STORE(D, t + i, v);                                                                  \
      }                                                                                          \
      return;                                                                                    \
    }                                                                                            \
    for (int64_t i = 0; i < n; i++) {                                                            \
      type *t = (type *)(to + i * st);                                                           \
      const type *f = (const type *)(from + i * sf);                                             \
      wide v = (wide)(MLT_LOAD(D, t) + MLT_LOAD(D, f));                                          \
      MLT_STORE(D, t, v);                                                                        \
    }                                                                                            \
  }                                                                                              \
  static void MLT_FN(mlt_add_indexed_##D)(const mlt_gather *g, char *to, const char *from,       \
                                          const int64_t *place, int64_t n) {                     \
    typedef MLT_T_##D type;                                                                      \
    typedef MLT_C_##D wide;                                                                      \
    const int64_t sf = g->dense_step, step = g->step;                                            \
    if (step == sizeof(type) && sf == sizeof(type)) {                                            \
      type *t = (type *)to;                                                                      \
      const type *f = (const type *)from;                                                        \
      _Pragma("GCC unroll 8") for (int64_t i = 0; i < n; i++) {                                  \
        wide v = (wide)(MLT_LOAD(D, t + place[i]) + MLT_LOAD(D, f + i));                         \
        MLT_STORE(D, t + place[i], v);                                                           \
      }                                                                                          \
      return;                                                                                    \
    }                                                                                            \
    for (int64_t i = 0; i < n; i++) {                                                            \
      type *t = (type *)(to + place[i] * step);                                                  \
      const type *f = (const type *)(from + i * sf);                                             \
      wide v = (wide)(MLT_LOAD(D, t) + MLT_LOAD(D, f));                                          \
      MLT_STORE(D, t, v);                                                                        \
    }                                                                                            \
  }                                                                                              \
  static void MLT_FN(mlt_add_rows_##D)(const mlt_gather *g, char *to, const char *from,          \
                                       const int64_t *place, int64_t n) {                        \
    const int64_t sf = g->dense_step, step = g->step, width = g->inner_shape[0];                 \
    const int64_t bytes = width * g->itemsize, ahead = MLT_ROWS_AHEAD(bytes);                    \
    for (int64_t i = 0; i < n; i++) {                                                            \
      if (i + ahead < n) MLT_FN(mlt_fetch)(to + place[i + ahead] * step, bytes);                 \
      if (sf == bytes) MLT_FN(mlt_fetch_once)(from + i * sf + MLT_VALUES_AHEAD, bytes);          \
      MLT_FN(mlt_add_line_##D)(to + place[i] * step, sizeof(MLT_T_##D), from + i * sf,           \
                               sizeof(MLT_T_##D), width);                                        \
    }                                                                                            \
  }

MLT_FOR_ANY(ALL, MLT_ADD_LINE, )
#undef MLT_ADD_LINE

typedef void (*MLT_FN(mlt_line_adder))(char *, int64_t, const char *, int64_t, int64_t);
typedef void (*MLT_FN(mlt_add_indexed))(const mlt_gather *, char *, const char *, const int64_t *, int64_t);
#define MLT_ADD_ENTRY(D, table) [MLT_##D] = MLT_FN(mlt_add_##table##_##D),
static const MLT_FN(mlt_line_adder) MLT_FN(mlt_add_lines)[MLT_DTYPE_COUNT] = {MLT_FOR_ANY(ALL, MLT_ADD_ENTRY, line)};
static const MLT_FN(mlt_add_indexed) MLT_FN(mlt_add_indexeds)[MLT_DTYPE_COUNT] = {
    MLT_FOR_ANY(ALL, MLT_ADD_ENTRY, indexed)};
static const MLT_FN(mlt_add_indexed) MLT_FN(mlt_add_rows)[MLT_DTYPE_COUNT] = {MLT_FOR_ANY(ALL, MLT_ADD_ENTRY, rows)};
#undef MLT_ADD_ENTRY

/* Copies n elements of any size between strided lines. */
static void MLT_FN(mlt_move_line)(char *to, int64_t st, const char *from, int64_t sf, int64_t n, int itemsize) {
  if (st == itemsize && sf == itemsize) {
    mlt_copy_bytes(to, from, n * itemsize);
    return;
  }
#define MLT_MOVE_STRIDED(type)                                                               \
  if (sf == 0 && st == (int64_t)sizeof(type)) {                                              \
    const type value = *(const type *)from;                                                  \
    for (int64_t i = 0; i < n; i++) ((type *)to)[i] = value;                                 \
  } else {                                                                                   \
    for (int64_t i = 0; i < n; i++) *(type *)(to + i * st) = *(const type *)(from + i * sf); \
  }
  MLT_MOVE_SIZES(MLT_MOVE_STRIDED)
#undef MLT_MOVE_STRIDED
}

/* --- blocks ------------------------------------------------------------------------------ */

static inline __attribute__((always_inline)) void MLT_FN(mlt_gather_line)(const mlt_gather *g, int mode, char *data,
                                                                          char *dense) {
  int last = g->inner_ndim - 1;
  int64_t n = g->inner_shape[last], sd = g->inner_data[last], sv = g->inner_dense[last];
  if (mode == MLT_GET)
    MLT_FN(mlt_move_line)(dense, sv, data, sd, n, g->itemsize);
  else if (mode == MLT_PUT)
    MLT_FN(mlt_move_line)(data, sd, dense, sv, n, g->itemsize);
  else
    MLT_FN(mlt_add_lines)[g->dtype](data, sd, dense, sv, n);
}

/* One block of the inner dimensions. */
static inline __attribute__((always_inline)) void MLT_FN(mlt_gather_block)(const mlt_gather *g, int mode, char *data,
                                                                           char *dense) {
  int leading = g->inner_ndim - 1;
  if (leading == 0) {
    MLT_FN(mlt_gather_line)(g, mode, data, dense);
    return;
  }
  int64_t at[MLT_MAX_DIMS];
  for (int i = 0; i < leading; i++) at[i] = 0;
  for (;;) {
    MLT_FN(mlt_gather_line)(g, mode, data, dense);
    int i = leading - 1;
    for (; i >= 0; i--) {
      data += g->inner_data[i];
      dense += g->inner_dense[i];
      if (++at[i] < g->inner_shape[i]) break;
      data -= g->inner_data[i] * at[i];
      dense -= g->inner_dense[i] * at[i];
      at[i] = 0;
    }
    if (i < 0) return;
  }
}

/* Rows of contiguous bytes: read into `dense`, or written from it. */
static inline __attribute__((always_inline)) void MLT_FN(mlt_gather_rows)(const mlt_gather *g, int mode, char *data,
                                                                          char *dense, const int64_t *place,
                                                                          int64_t n) {
  const int64_t bytes = g->inner_shape[0] * g->itemsize, sv = g->dense_step, step = g->step;
  const int64_t ahead = MLT_ROWS_AHEAD(bytes);
  const int streamed = mode == MLT_GET && g->streamed && bytes >= 64;
  for (int64_t i = 0; i < n; i++) {
    char *row = data + place[i] * step;
    if (i + ahead < n) MLT_FN(mlt_fetch)(data + place[i + ahead] * step, bytes);
    if (streamed)
      mlt_stream(dense + i * sv, row, bytes);
    else if (mode == MLT_GET)
      mlt_copy_bytes(dense + i * sv, row, bytes);
    else
      mlt_copy_bytes(row, dense + i * sv, bytes);
  }
  mlt_stream_end(streamed);
}

#if defined(MLT_TARGET_AVX512)
/* Elements of four or eight bytes to a contiguous line; how many were read. From a table that the nearest caches do not
 * hold by the instruction for it, of which more wait for memory at a time; from one that they hold a vector is put
 * together of single ones. */
#define MLT_GET_VECTORS(name, type, width, gathered)                                                     \
  static int64_t name(type *to, const type *from, const int64_t *place, int64_t n, int distant) {       \
    int64_t i = 0;                                                                                       \
    if (distant) {                                                                                       \
      for (; i + 8 <= n; i += 8) gathered;                                                               \
      return i;                                                                                          \
    }                                                                                                    \
    for (; i + width <= n; i += width) {                                                                 \
      type some[width];                                                                                  \
      for (int k = 0; k < width; k++) some[k] = from[place[i + k]];                                      \
      _mm512_storeu_si512(to + i, _mm512_loadu_si512(some));                                             \
    }                                                                                                    \
    return i;                                                                                            \
  }
MLT_GET_VECTORS(mlt_get_words, uint32_t, 16,
                _mm256_storeu_si256((__m256i *)(to + i),
                                    _mm512_i64gather_epi32(_mm512_loadu_si512(place + i), from, 4)))
MLT_GET_VECTORS(mlt_get_pairs, uint64_t, 8,
                _mm512_storeu_si512(to + i, _mm512_i64gather_epi64(_mm512_loadu_si512(place + i), from, 8)))
#undef MLT_GET_VECTORS
#endif

/* Most lines are contiguous: these take the fewest instructions. */
#define MLT_GET_INDEXED(type)                                                                             \
  if (sv == (int64_t)sizeof(type) && step == (int64_t)sizeof(type)) {                                     \
    const type *from = (const type *)data;                                                                \
    type *to = (type *)dense;                                                                             \
    _Pragma("GCC unroll 8") for (int64_t i = begun; i < n; i++) to[i] = from[place[i]];                   \
  } else {                                                                                                \
    for (int64_t i = 0; i < n; i++) *(type *)(dense + i * sv) = *(const type *)(data + place[i] * step);  \
  }

static void MLT_FN(mlt_get_elements)(char *dense, int64_t sv, const char *data, int64_t step, int64_t length,
                                     const int64_t *place, int64_t n, int itemsize) {
  int64_t begun = 0;
#if defined(MLT_TARGET_AVX512)
  const int distant = MLT_IS_DISTANT(length, itemsize);
  if (sv == itemsize && step == itemsize && itemsize == 4)
    begun = mlt_get_words((uint32_t *)dense, (const uint32_t *)data, place, n, distant);
  else if (sv == itemsize && step == itemsize && itemsize == 8)
    begun = mlt_get_pairs((uint64_t *)dense, (const uint64_t *)data, place, n, distant);
#else
  (void)length;
#endif
  MLT_MOVE_SIZES(MLT_GET_INDEXED)
}
#undef MLT_GET_INDEXED

/* n places at one place of the outer dimensions. */
static inline __attribute__((always_inline)) void MLT_FN(mlt_gather_places)(const mlt_gather *g, int mode, char *data,
                                                                            char *dense, const int64_t *place,
                                                                            int64_t n) {
  const int64_t step = g->step, sv = g->dense_step;
  if (g->inner_ndim == 0) {
    const int itemsize = g->itemsize;
    if (mode == MLT_ADD) {
      MLT_FN(mlt_add_indexeds)[g->dtype](g, data, dense, place, n);
    } else if (mode == MLT_GET) {
      MLT_FN(mlt_get_elements)(dense, sv, data, step, g->length, place, n, itemsize);
    } else {
#define MLT_PUT_INDEXED(type) \
  if (sv == (int64_t)sizeof(type) && step == (int64_t)sizeof(type)) {                                    \
    const type *from = (const type *)dense;                                                               \
    type *to = (type *)data;                                                                              \
    _Pragma("GCC unroll 8") for (int64_t i = 0; i < n; i++) to[place[i]] = from[i];                       \
  } else {                                                                                                \
    for (int64_t i = 0; i < n; i++) *(type *)(data + place[i] * step) = *(const type *)(dense + i * sv);  \
  }
      MLT_MOVE_SIZES(MLT_PUT_INDEXED)
#undef MLT_PUT_INDEXED
    }
  } else if (g->inner_ndim == 1 && g->inner_data[0] == g->itemsize && g->inner_dense[0] == g->itemsize) {
    if (mode == MLT_ADD)
      MLT_FN(mlt_add_rows)[g->dtype](g, data, dense, place, n);
    else
      MLT_FN(mlt_gather_rows)(g, mode, data, dense, place, n);
  } else {
    for (int64_t i = 0; i < n; i++) MLT_FN(mlt_gather_block)(g, mode, data + place[i] * step, dense + i * sv);
  }
}

/* One element for each of n indices, which are known to be inside. */
#define MLT_LINE_AT(name, mode)                                                                              \
  static void MLT_FN(name)(char *data, int64_t step, int64_t length, const int64_t *index, char *dense,      \
                           int64_t sv, int64_t n, int itemsize, int dtype) {                                 \
    int64_t wrapped[MLT_INDEX_BLOCK];                                                                        \
    mlt_gather elements;                                                                                     \
    elements.step = step;                                                                                    \
    elements.length = length;                                                                                \
    elements.dense_step = sv;                                                                                \
    elements.itemsize = itemsize;                                                                            \
    elements.dtype = dtype;                                                                                  \
    elements.inner_ndim = 0;                                                                                 \
    for (int64_t i = 0; i < n; i += MLT_INDEX_BLOCK) {                                                       \
      const int64_t some = n - i < MLT_INDEX_BLOCK ? n - i : MLT_INDEX_BLOCK;                                \
      const int64_t *place = MLT_FN(mlt_places)(index + i, some, length, 1, wrapped);                        \
      MLT_FN(mlt_gather_places)(&elements, mode, data, dense + i * sv, place, some);                         \
    }                                                                                                        \
  }
MLT_LINE_AT(mlt_get_line, MLT_GET)
MLT_LINE_AT(mlt_put_line, MLT_PUT)
MLT_LINE_AT(mlt_add_line, MLT_ADD)
#undef MLT_LINE_AT

#if defined(MLT_TARGET_AVX512)
/* Elements from a distant table while their indices are looked over, so that both wait for memory together; how many
 * were read, or -1 where an index is outside: it then stands for the last one. */
#define MLT_GET_LOOKING(name, type, gathered)                                                         \
  static int64_t name(type *to, const type *from, int64_t length, const int64_t *index, int64_t n) {  \
    const __m512i all = _mm512_set1_epi64(length), last = _mm512_set1_epi64(length - 1);              \
    __mmask8 outside = 0;                                                                             \
    int64_t i = 0;                                                                                    \
    for (; i + 8 <= n; i += 8) {                                                                      \
      const __m512i given = _mm512_loadu_si512(index + i);                                            \
      const __m512i k = _mm512_mask_add_epi64(given, _mm512_movepi64_mask(given), given, all);        \
      outside |= _mm512_cmpgt_epu64_mask(k, last);                                                    \
      const __m512i place = _mm512_min_epu64(k, last);                                                \
      gathered;                                                                                       \
    }                                                                                                 \
    return outside ? -1 : i;                                                                          \
  }
MLT_GET_LOOKING(mlt_get_words_looking, uint32_t,
                _mm256_storeu_si256((__m256i *)(to + i), _mm512_i64gather_epi32(place, from, 4)))
MLT_GET_LOOKING(mlt_get_pairs_looking, uint64_t, _mm512_storeu_si512(to + i, _mm512_i64gather_epi64(place, from, 8)))
#undef MLT_GET_LOOKING
#endif

/* Indices [begin, end) at one place of the outer dimensions; 0 where one of them is outside. */
static inline __attribute__((always_inline)) int MLT_FN(mlt_gather_segment)(mlt_gather *g, int mode, char *data,
                                                                            char *dense, int64_t begin, int64_t end) {
  int64_t wrapped[MLT_INDEX_BLOCK];
#if defined(MLT_TARGET_AVX512)
  const int itemsize = g->itemsize;
  if (mode == MLT_GET && g->inner_ndim == 0 && !g->several && !g->known_inside && g->dense_step == itemsize &&
      g->step == itemsize && (itemsize == 4 || itemsize == 8) && MLT_IS_DISTANT(g->length, itemsize)) {
    const int64_t done =
        itemsize == 4 ? mlt_get_words_looking((uint32_t *)dense + begin, (const uint32_t *)data, g->length,
                                              g->index + begin, end - begin)
                      : mlt_get_pairs_looking((uint64_t *)dense + begin, (const uint64_t *)data, g->length,
                                              g->index + begin, end - begin);
    if (done < 0) {
      atomic_store_explicit(&g->outside, 1, memory_order_relaxed);
      return 0;
    }
    begin += done;
  }
#endif
  for (int64_t i = begin; i < end; i += MLT_INDEX_BLOCK) {
    const int64_t n = end - i < MLT_INDEX_BLOCK ? end - i : MLT_INDEX_BLOCK;
    const int64_t *place = MLT_FN(mlt_places_from)(g, i, n, wrapped);
    if (!place) {
      atomic_store_explicit(&g->outside, 1, memory_order_relaxed);
      return 0;
    }
    MLT_FN(mlt_gather_places)(g, mode, data, dense + i * g->dense_step, place, n);
  }
  return 1;
}

/* Units are (outer, index) pairs in order. Few indices are looked over once for all places of the outer dimensions. */
#define MLT_GATHER_TASK(name, mode)                                                  \
  static void MLT_FN(name)(void *context, int64_t begin, int64_t end) {              \
    mlt_gather *g = (mlt_gather *)context;                                           \
    const int64_t count = g->count;                                                  \
    int64_t wrapped[MLT_INDEX_BLOCK], outer = begin / count, at = begin % count;     \
    const int64_t *place = NULL;                                                     \
    if (count <= MLT_INDEX_BLOCK && end - begin > count)                             \
      place = MLT_FN(mlt_places_from)(g, 0, count, wrapped);                    \
    for (int64_t n; begin < end; begin += n, at = 0, outer++) {                      \
      n = count - at < end - begin ? count - at : end - begin;                       \
      char *data, *dense;                                                            \
      mlt_gather_outer(g, outer, &data, &dense);                                     \
      if (place)                                                                     \
        MLT_FN(mlt_gather_places)(g, mode, data, dense + at * g->dense_step, place + at, n); \
      else if (!MLT_FN(mlt_gather_segment)(g, mode, data, dense, at, at + n))        \
        return;                                                                      \
    }                                                                                \
  }
MLT_GATHER_TASK(mlt_gather_get, MLT_GET)
MLT_GATHER_TASK(mlt_gather_put, MLT_PUT)
MLT_GATHER_TASK(mlt_gather_add, MLT_ADD)
#undef MLT_GATHER_TASK

/* --- shared by places ---------------------------------------------------------------------- */

/* Rows that are chosen at once: the more, the further ahead of them others can be fetched. */
#ifndef MLT_ROWS_CHOSEN
#define MLT_ROWS_CHOSEN 4096
#endif

/* Of n places the positions of those in [low, high), and how many. */
static int64_t MLT_FN(mlt_choose)(int32_t *at, const int64_t *place, int64_t n, int64_t low, int64_t high) {
  int64_t kept = 0, i = 0;
#if defined(MLT_TARGET_AVX512)
  const __m512i first = _mm512_set1_epi64(low), count = _mm512_set1_epi64(high - low);
  __m256i position = _mm256_setr_epi32(0, 1, 2, 3, 4, 5, 6, 7);
  for (; i + 8 <= n; i += 8) {
    const __m512i k = _mm512_loadu_si512(place + i);
    const __mmask8 mine = _mm512_cmplt_epu64_mask(_mm512_sub_epi64(k, first), count);
    _mm256_storeu_si256((__m256i *)(at + kept), _mm256_maskz_compress_epi32(mine, position));
    kept += __builtin_popcount(mine);
    position = _mm256_add_epi32(position, _mm256_set1_epi32(8));
  }
#endif
  for (; i < n; i++) {
    at[kept] = (int32_t)i;
    kept += place[i] >= low && place[i] < high;
  }
  return kept;
}

/* Of n places those in [low, high), the elements of `dense` that belong to them, and how many. */
static int64_t MLT_FN(mlt_choose_elements)(const mlt_gather *g, int64_t *chosen, char *near, const int64_t *place,
                                           const char *dense, int64_t n, int64_t low, int64_t high) {
  int64_t kept = 0, i = 0;
  const int64_t sv = g->dense_step;
  const int itemsize = g->itemsize;
#if defined(MLT_TARGET_AVX512)
  if (sv == 4 && itemsize == 4 && g->length <= INT32_MAX) {
    const __m512i first = _mm512_set1_epi32((int32_t)low), count = _mm512_set1_epi32((int32_t)(high - low));
    for (; i + 16 <= n; i += 16) {
      const __m256i upper = _mm512_cvtepi64_epi32(_mm512_loadu_si512(place + i + 8));
      const __m512i lower = _mm512_castsi256_si512(_mm512_cvtepi64_epi32(_mm512_loadu_si512(place + i)));
      const __m512i k = _mm512_inserti64x4(lower, upper, 1);
      const __mmask16 mine = _mm512_cmplt_epu32_mask(_mm512_sub_epi32(k, first), count);
      const __m512i found = _mm512_maskz_compress_epi32(mine, k);
      _mm512_storeu_si512(chosen + kept, _mm512_cvtepi32_epi64(_mm512_castsi512_si256(found)));
      _mm512_storeu_si512(chosen + kept + 8, _mm512_cvtepi32_epi64(_mm512_extracti64x4_epi64(found, 1)));
      _mm512_storeu_si512(near + 4 * kept, _mm512_maskz_compress_epi32(mine, _mm512_loadu_si512(dense + 4 * i)));
      kept += __builtin_popcount(mine);
    }
  } else if (sv == 8 && itemsize == 8) {
    const __m512i first = _mm512_set1_epi64(low), count = _mm512_set1_epi64(high - low);
    for (; i + 8 <= n; i += 8) {
      const __m512i k = _mm512_loadu_si512(place + i);
      const __mmask8 mine = _mm512_cmplt_epu64_mask(_mm512_sub_epi64(k, first), count);
      _mm512_storeu_si512(chosen + kept, _mm512_maskz_compress_epi64(mine, k));
      _mm512_storeu_si512(near + 8 * kept, _mm512_maskz_compress_epi64(mine, _mm512_loadu_si512(dense + 8 * i)));
      kept += __builtin_popcount(mine);
    }
  }
#endif
#define MLT_RANGE_NEAR(type)                                  \
  for (; i < n; i++) {                                        \
    chosen[kept] = place[i];                                  \
    ((type *)near)[kept] = *(const type *)(dense + i * sv);   \
    kept += place[i] >= low && place[i] < high;               \
  }
  MLT_MOVE_SIZES(MLT_RANGE_NEAR)
#undef MLT_RANGE_NEAR
  return kept;
}

/* Units are ranges of places: each goes through all indices and minds its own, so that no two threads meet and every
 * place gets what it gets in the order of the indices. */
static inline __attribute__((always_inline)) void MLT_FN(mlt_range_elements)(mlt_gather *g, int mode, int64_t low,
                                                                             int64_t high) {
  int64_t wrapped[MLT_INDEX_BLOCK], chosen[MLT_INDEX_BLOCK + 16], last = mlt_now_ns();
  mlt_bytes16 near[MLT_INDEX_BLOCK + 16];
  mlt_gather elements;
  elements.step = g->step;
  elements.length = g->length;
  elements.dense_step = elements.itemsize = g->itemsize;
  elements.dtype = g->dtype;
  elements.inner_ndim = 0;
  for (int64_t block = 0; block < g->count; block += MLT_INDEX_BLOCK) {
    if (block % (1 << 16) == 0 && block && mlt_poll_inside(&g->stop, &last)) return;
    const int64_t n = g->count - block < MLT_INDEX_BLOCK ? g->count - block : MLT_INDEX_BLOCK;
    const int64_t *place = MLT_FN(mlt_places_from)(g, block, n, wrapped);
    if (!place) {
      atomic_store_explicit(&g->outside, 1, memory_order_relaxed);
      return;
    }
    const char *dense = g->dense + block * g->dense_step;
    const int64_t kept = MLT_FN(mlt_choose_elements)(g, chosen, (char *)near, place, dense, n, low, high);
    MLT_FN(mlt_gather_places)(&elements, mode, g->data, (char *)near, chosen, kept);
  }
}

static inline __attribute__((always_inline)) void MLT_FN(mlt_range_rows)(mlt_gather *g, int mode, int64_t low,
                                                                         int64_t high) {
  int64_t wrapped[MLT_INDEX_BLOCK], places[MLT_ROWS_CHOSEN], last = mlt_now_ns();
  int32_t at[MLT_ROWS_CHOSEN + 8];
  const int64_t bytes = g->inner_count * g->itemsize, sv = g->dense_step, step = g->step;
  const int64_t ahead = MLT_ROWS_AHEAD(bytes);
  for (int64_t block = 0; block < g->count; block += MLT_ROWS_CHOSEN) {
    if (block && mlt_poll_inside(&g->stop, &last)) return;
    const int64_t n = g->count - block < MLT_ROWS_CHOSEN ? g->count - block : MLT_ROWS_CHOSEN;
    for (int64_t i = 0; i < n; i += MLT_INDEX_BLOCK) {
      const int64_t some = n - i < MLT_INDEX_BLOCK ? n - i : MLT_INDEX_BLOCK;
      const int64_t *place = MLT_FN(mlt_places_from)(g, block + i, some, wrapped);
      if (!place) {
        atomic_store_explicit(&g->outside, 1, memory_order_relaxed);
        return;
      }
      memcpy(places + i, place, (size_t)some * sizeof(int64_t));
    }
    const int64_t kept = MLT_FN(mlt_choose)(at, places, n, low, high);
    char *dense = g->dense + block * sv;
    for (int64_t i = 0; i < kept; i++) {
      if (i + ahead < kept) MLT_FN(mlt_fetch)(g->data + places[at[i + ahead]] * step, bytes);
      if (i + 2 * ahead < kept) MLT_FN(mlt_fetch_once)(dense + at[i + 2 * ahead] * sv, bytes);
      MLT_FN(mlt_gather_block)(g, mode, g->data + places[at[i]] * step, dense + at[i] * sv);
    }
  }
}

#define MLT_RANGE_TASK(name, mode)                                                                 \
  static void MLT_FN(name)(void *context, int64_t begin, int64_t end) {                            \
    mlt_gather *g = (mlt_gather *)context;                                                         \
    const int64_t low = g->length * begin / g->ranges, high = g->length * end / g->ranges;         \
    if (g->inner_ndim == 0)                                                                        \
      MLT_FN(mlt_range_elements)(g, mode, low, high);                                              \
    else                                                                                           \
      MLT_FN(mlt_range_rows)(g, mode, low, high);                                                  \
  }
MLT_RANGE_TASK(mlt_range_put, MLT_PUT)
MLT_RANGE_TASK(mlt_range_add, MLT_ADD)
#undef MLT_RANGE_TASK
