/* The loops of gather.h; re-included per target. */

/* --- one line of elements ---------------------------------------------------------------- */

/* Lines, elements at indices, and whole rows of contiguous elements at indices, of which the places a few steps ahead
 * are fetched early. */
#define MLT_ADD_LINE(D, ...)                                                                     \
  static void MLT_FN(mlt_add_line_##D)(char *to, int64_t st, const char *from, int64_t sf,       \
                                       int64_t n) {                                              \
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
                                          const int64_t *index, int64_t n) {                     \
    typedef MLT_T_##D type;                                                                      \
    typedef MLT_C_##D wide;                                                                      \
    const int64_t sf = g->dense_step, length = g->length, step = g->step;                        \
    for (int64_t i = 0; i < n; i++) {                                                            \
      int64_t k = index[i];                                                                      \
      type *t = (type *)(to + (k + (k < 0 ? length : 0)) * step);                                \
      const type *f = (const type *)(from + i * sf);                                             \
      wide v = (wide)(MLT_LOAD(D, t) + MLT_LOAD(D, f));                                          \
      MLT_STORE(D, t, v);                                                                        \
    }                                                                                            \
  }                                                                                              \
  static void MLT_FN(mlt_add_rows_##D)(const mlt_gather *g, char *to, const char *from,          \
                                       const int64_t *index, int64_t n) {                        \
    const int64_t sf = g->dense_step, width = g->inner_shape[0];                                 \
    for (int64_t i = 0; i < n; i++) {                                                            \
      if (i + MLT_AHEAD < n) MLT_FN(mlt_fetch)(MLT_FN(mlt_place)(g, to, index[i + MLT_AHEAD]), width * g->itemsize); \
      MLT_FN(mlt_add_line_##D)(MLT_FN(mlt_place)(g, to, index[i]), sizeof(MLT_T_##D),            \
                               from + i * sf, sizeof(MLT_T_##D), width);                         \
    }                                                                                            \
  }

/* Rows between the one that is moved and the one that is fetched; bytes of it that are. */
#ifndef MLT_AHEAD
#define MLT_AHEAD 6
#define MLT_FETCHED 512
#endif

static inline char *MLT_FN(mlt_place)(const mlt_gather *g, char *data, int64_t k) {
  return data + (k + (k < 0 ? g->length : 0)) * g->step;
}

static inline void MLT_FN(mlt_fetch)(const char *row, int64_t bytes) {
  for (int64_t i = 0; i < bytes && i < MLT_FETCHED; i += 64) __builtin_prefetch(row + i);
}

MLT_FOR_ANY(ALL, MLT_ADD_LINE, )
#undef MLT_ADD_LINE

typedef void (*MLT_FN(mlt_add_line))(char *, int64_t, const char *, int64_t, int64_t);
typedef void (*MLT_FN(mlt_add_indexed))(const mlt_gather *, char *, const char *, const int64_t *, int64_t);
#define MLT_ADD_ENTRY(D, table) [MLT_##D] = MLT_FN(mlt_add_##table##_##D),
static const MLT_FN(mlt_add_line) MLT_FN(mlt_add_lines)[MLT_DTYPE_COUNT] = {MLT_FOR_ANY(ALL, MLT_ADD_ENTRY, line)};
static const MLT_FN(mlt_add_indexed) MLT_FN(mlt_add_indexeds)[MLT_DTYPE_COUNT] = {
    MLT_FOR_ANY(ALL, MLT_ADD_ENTRY, indexed)};
static const MLT_FN(mlt_add_indexed) MLT_FN(mlt_add_rows)[MLT_DTYPE_COUNT] = {MLT_FOR_ANY(ALL, MLT_ADD_ENTRY, rows)};
#undef MLT_ADD_ENTRY

/* Copies n elements of any size between strided lines. */
static void MLT_FN(mlt_move_line)(char *to, int64_t st, const char *from, int64_t sf, int64_t n, int itemsize) {
  if (st == itemsize && sf == itemsize) {
    memcpy(to, from, (size_t)(n * itemsize));
    return;
  }
#define MLT_MOVE_STRIDED(type) \
  for (int64_t i = 0; i < n; i++) *(type *)(to + i * st) = *(const type *)(from + i * sf);
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
                                                                          char *dense, const int64_t *index,
                                                                          int64_t n) {
  const int64_t bytes = g->inner_shape[0] * g->itemsize, sv = g->dense_step;
  const int streamed = mode == MLT_GET && g->streamed && bytes >= 64;
  for (int64_t i = 0; i < n; i++) {
    char *row = MLT_FN(mlt_place)(g, data, index[i]);
    if (i + MLT_AHEAD < n) MLT_FN(mlt_fetch)(MLT_FN(mlt_place)(g, data, index[i + MLT_AHEAD]), bytes);
    if (streamed)
      mlt_stream(dense + i * sv, row, bytes);
    else if (mode == MLT_GET)
      memcpy(dense + i * sv, row, (size_t)bytes);
    else
      memcpy(row, dense + i * sv, (size_t)bytes);
  }
  mlt_stream_end(streamed);
}

/* Most lines are contiguous and most indices count from the front: these take the fewest instructions. */
#define MLT_GET_INDEXED(type)                                                                             \
  if (sv == (int64_t)sizeof(type) && step == (int64_t)sizeof(type))                                       \
    for (int64_t block = 0; block < n; block += 512) {                                                    \
      const int64_t stop = block + 512 < n ? block + 512 : n, *k = index;                                 \
      const type *from = (const type *)data;                                                              \
      type *to = (type *)dense;                                                                           \
      int64_t signs = 0;                                                                                  \
      for (int64_t i = block; i < stop; i++) signs |= k[i];                                               \
      if (signs >= 0)                                                                                     \
        for (int64_t i = block; i < stop; i++) to[i] = from[k[i]];                                        \
      else                                                                                                \
        for (int64_t i = block; i < stop; i++) to[i] = from[k[i] + (k[i] < 0 ? length : 0)];              \
    }                                                                                                     \
  else                                                                                                    \
    for (int64_t i = 0; i < n; i++)                                                                       \
      *(type *)(dense + i * sv) = *(const type *)(data + (index[i] + (index[i] < 0 ? length : 0)) * step);

static void MLT_FN(mlt_get_elements)(char *dense, int64_t sv, const char *data, int64_t step, int64_t length,
                                     const int64_t *index, int64_t n, int itemsize) {
  MLT_MOVE_SIZES(MLT_GET_INDEXED)
}
#undef MLT_GET_INDEXED

/* Indices [begin, end) at one place of the outer dimensions. */
static inline __attribute__((always_inline)) void MLT_FN(mlt_gather_segment)(const mlt_gather *g, int mode, char *data,
                                                                             char *dense, int64_t begin, int64_t end) {
  const int64_t *index = g->index + begin;
  int64_t n = end - begin, length = g->length, step = g->step, sv = g->dense_step;
  dense += begin * sv;
  if (g->inner_ndim == 0) {
    if (mode == MLT_ADD) {
      MLT_FN(mlt_add_indexeds)[g->dtype](g, data, dense, index, n);
      return;
    }
    int itemsize = g->itemsize;
    if (mode == MLT_GET) {
      MLT_FN(mlt_get_elements)(dense, sv, data, step, length, index, n, itemsize);
    } else {
#define MLT_PUT_INDEXED(type)                                                         \
  for (int64_t i = 0; i < n; i++)                                                     \
    *(type *)(data + (index[i] + (index[i] < 0 ? length : 0)) * step) =               \
        *(const type *)(dense + i * sv);
      MLT_MOVE_SIZES(MLT_PUT_INDEXED)
#undef MLT_PUT_INDEXED
    }
    return;
  }
  if (g->inner_ndim == 1 && g->inner_data[0] == g->itemsize && g->inner_dense[0] == g->itemsize) {
    if (mode == MLT_ADD)
      MLT_FN(mlt_add_rows)[g->dtype](g, data, dense, index, n);
    else
      MLT_FN(mlt_gather_rows)(g, mode, data, dense, index, n);
    return;
  }
  for (int64_t i = 0; i < n; i++)
    MLT_FN(mlt_gather_block)(g, mode, MLT_FN(mlt_place)(g, data, index[i]), dense + i * sv);
}

/* Units are (outer, index) pairs in order. */
#define MLT_GATHER_TASK(name, mode)                                                  \
  static void MLT_FN(name)(void *context, int64_t begin, int64_t end) {              \
    const mlt_gather *g = (const mlt_gather *)context;                               \
    while (begin < end) {                                                            \
      int64_t at = begin % g->count;                                                 \
      int64_t stop = at + (end - begin) < g->count ? at + (end - begin) : g->count;  \
      char *data, *dense;                                                            \
      mlt_gather_outer(g, begin / g->count, &data, &dense);                          \
      MLT_FN(mlt_gather_segment)(g, mode, data, dense, at, stop);                    \
      begin += stop - at;                                                            \
    }                                                                                \
  }
MLT_GATHER_TASK(mlt_gather_get, MLT_GET)
MLT_GATHER_TASK(mlt_gather_put, MLT_PUT)
MLT_GATHER_TASK(mlt_gather_add, MLT_ADD)
#undef MLT_GATHER_TASK

/* --- shared by places ---------------------------------------------------------------------- */

/* Of n indices the ones with places in [low, high): which they are, and how many. */
static int64_t MLT_FN(mlt_choose)(int64_t *chosen, const int64_t *index, int64_t n, int64_t length, int64_t low,
                                  int64_t high) {
  int64_t kept = 0, i = 0;
#if defined(MLT_TARGET_AVX512)
  const __m512i none = _mm512_setzero_si512(), all = _mm512_set1_epi64(length), first = _mm512_set1_epi64(low);
  const __m512i count = _mm512_set1_epi64(high - low);
  __m512i at = _mm512_setr_epi64(0, 1, 2, 3, 4, 5, 6, 7);
  for (; i + 8 <= n; i += 8) {
    __m512i k = _mm512_loadu_si512(index + i);
    k = _mm512_mask_add_epi64(k, _mm512_cmplt_epi64_mask(k, none), k, all);
    const __mmask8 mine = _mm512_cmplt_epu64_mask(_mm512_sub_epi64(k, first), count);
    _mm512_storeu_si512(chosen + kept, _mm512_maskz_compress_epi64(mine, at));
    kept += __builtin_popcount(mine);
    at = _mm512_add_epi64(at, _mm512_set1_epi64(8));
  }
#endif
  for (; i < n; i++) {
    const int64_t k = index[i] + (index[i] < 0 ? length : 0);
    chosen[kept] = i;
    kept += k >= low && k < high;
  }
  return kept;
}

/* Units are ranges of places: each goes through all indices and minds its own, so that no two threads meet and every
 * place gets what it gets in the order of the indices. */
#define MLT_RANGE_TASK(name, mode)                                                                       \
  static void MLT_FN(name)(void *context, int64_t begin, int64_t end) {                                  \
    mlt_gather *g = (mlt_gather *)context, elements = *g;                                                \
    int64_t chosen[512 + 8], index[512], last = mlt_now_ns();                                            \
    mlt_bytes16 near[512];                                                                               \
    const int64_t low = g->length * begin / g->ranges, high = g->length * end / g->ranges;               \
    const int64_t bytes = g->inner_count * g->itemsize;                                                  \
    elements.index = index;                                                                              \
    elements.dense_step = g->itemsize;                                                                   \
    for (int64_t block = 0; block < g->count; block += 512) {                                            \
      if (block % 65536 == 65024 && mlt_poll_inside(&g->stop, &last)) return;                            \
      const int64_t n = g->count - block < 512 ? g->count - block : 512;                                 \
      const int64_t kept = MLT_FN(mlt_choose)(chosen, g->index + block, n, g->length, low, high);        \
      const char *dense = g->dense + block * g->dense_step;                                              \
      for (int64_t i = 0; i < kept; i++) index[i] = g->index[block + chosen[i]];                         \
      if (g->inner_ndim == 0) {                                                                          \
        const int itemsize = g->itemsize;                                                                \
        MLT_MOVE_SIZES(MLT_RANGE_NEAR)                                                                   \
        MLT_FN(mlt_gather_segment)(&elements, mode, g->data, (char *)near, 0, kept);                     \
        continue;                                                                                        \
      }                                                                                                  \
      for (int64_t i = 0; i < kept; i++) {                                                               \
        if (i + MLT_AHEAD < kept) {                                                                      \
          MLT_FN(mlt_fetch)(MLT_FN(mlt_place)(g, g->data, index[i + MLT_AHEAD]), bytes);                 \
          MLT_FN(mlt_fetch)(dense + chosen[i + MLT_AHEAD] * g->dense_step, bytes);                       \
        }                                                                                                \
        MLT_FN(mlt_gather_block)(g, mode, MLT_FN(mlt_place)(g, g->data, index[i]),                       \
                                 (char *)dense + chosen[i] * g->dense_step);                             \
      }                                                                                                  \
    }                                                                                                    \
  }
#define MLT_RANGE_NEAR(type) \
  for (int64_t i = 0; i < kept; i++) ((type *)near)[i] = *(const type *)(dense + chosen[i] * g->dense_step);
MLT_RANGE_TASK(mlt_range_put, MLT_PUT)
MLT_RANGE_TASK(mlt_range_add, MLT_ADD)
#undef MLT_RANGE_NEAR
#undef MLT_RANGE_TASK

/* --- indices ------------------------------------------------------------------------------- */

/* Finds the first of some indices outside [-length, length). */
static void MLT_FN(mlt_index_task)(void *context, int64_t begin, int64_t end) {
  mlt_index_search *s = (mlt_index_search *)context;
  for (int64_t block = begin; block < end; block += 1024) {
    int64_t stop = block + 1024 < end ? block + 1024 : end, low = 0, high = -1;
    for (int64_t i = block; i < stop; i++) {
      low = s->index[i] < low ? s->index[i] : low;
      high = s->index[i] > high ? s->index[i] : high;
    }
    if (low >= -s->length && high < s->length) continue;
    for (int64_t i = block; i < stop; i++) {
      if (s->index[i] >= -s->length && s->index[i] < s->length) continue;
      long long found = atomic_load(&s->bad);
      while ((found < 0 || i < found) && !atomic_compare_exchange_weak(&s->bad, &found, i)) {}
      return;
    }
  }
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

static void MLT_FN(mlt_index_offsets)(int64_t *restrict offsets, const int64_t *restrict index, int64_t n,
                                      int64_t length, int64_t step, int first) {
  if (first)
    for (int64_t i = 0; i < n; i++) offsets[i] = (index[i] + (index[i] < 0 ? length : 0)) * step;
  else
    for (int64_t i = 0; i < n; i++) offsets[i] += (index[i] + (index[i] < 0 ? length : 0)) * step;
}
