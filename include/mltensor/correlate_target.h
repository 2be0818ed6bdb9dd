/* The loops of correlate.h over floats, once per instruction set (see target.h); no include guard. */

#define MLT_CORRELATE_FLOATS(D, T, VECTOR, LANES, LOAD, FMA)                                               \
  /* One result, whose products are added lane by lane. */                                                     \
  static T MLT_FN(correlate_one_##D)(const T *a, const T *v, int64_t m) {                                      \
    T total = 0;                                                                                               \
    for (int64_t k = 0; k < m;) {                                                                              \
      const int64_t stop = m - k < 16 * MLT_CORRELATE_RUN ? m : k + 16 * MLT_CORRELATE_RUN;                    \
      VECTOR sums[4] = {{0}};                                                                                  \
      T lane[LANES];                                                                                           \
      for (; k + 4 * LANES <= stop; k += 4 * LANES)                                                            \
        for (int j = 0; j < 4; j++) sums[j] = FMA(LOAD(a + k + j * LANES), LOAD(v + k + j * LANES), sums[j]);  \
      for (; k + LANES <= stop; k += LANES) sums[0] = FMA(LOAD(a + k), LOAD(v + k), sums[0]);                  \
      const VECTOR sum = (sums[0] + sums[1]) + (sums[2] + sums[3]);                                            \
      memcpy(lane, &sum, sizeof lane);                                                                         \
      for (; k < stop; k++) lane[0] += a[k] * v[k];                                                            \
      for (int width = LANES / 2; width; width /= 2)                                                           \
        for (int j = 0; j < width; j++) lane[j] += lane[j + width];                                            \
      total += lane[0];                                                                                        \
    }                                                                                                          \
    return total;                                                                                              \
  }                                                                                                            \
  static void MLT_FN(correlate_tile_##D)(const T *a, const T *v, int64_t m, T *y) {                            \
    enum { COUNT = 8 };                                                                                        \
    VECTOR totals[COUNT] = {{0}};                                                                              \
    for (int64_t k = 0; k < m;) {                                                                              \
      const int64_t stop = m - k < MLT_CORRELATE_RUN ? m : k + MLT_CORRELATE_RUN;                              \
      VECTOR sums[COUNT] = {{0}};                                                                              \
      for (; k < stop; k++) {                                                                                  \
        const VECTOR factor = v[k] - (VECTOR){0};                                                              \
        for (int j = 0; j < COUNT; j++) sums[j] = FMA(LOAD(a + k + j * LANES), factor, sums[j]);               \
      }                                                                                                        \
      for (int j = 0; j < COUNT; j++) totals[j] += sums[j];                                                    \
    }                                                                                                          \
    memcpy(y, totals, sizeof totals);                                                                          \
  }                                                                                                            \
  static void MLT_FN(mlt_correlate_##D)(void *context, int64_t begin, int64_t end) {                           \
    const mlt_correlation *c = context;                                                                        \
    const T *a = (const T *)c->a, *v = (const T *)c->v;                                                        \
    T *y = (T *)c->y;                                                                                          \
    enum { TILE = 8 * LANES };                                                                                 \
    const int64_t whole = c->count / TILE * TILE;                                                              \
    if (c->count < TILE) {                                                                                     \
      for (int64_t i = begin; i < end; i++) y[i] = MLT_FN(correlate_one_##D)(a + i, v, c->m);                  \
      return;                                                                                                  \
    }                                                                                                          \
    for (int64_t i = begin; i < end && i < whole; i += TILE) MLT_FN(correlate_tile_##D)(a + i, v, c->m, y + i); \
    if (end == c->count && whole < end) { /* into a place aside: its first results may be someone else's */    \
      T rest[TILE];                                                                                            \
      MLT_FN(correlate_tile_##D)(a + end - TILE, v, c->m, rest);                                               \
      memcpy(y + whole, rest + TILE - (end - whole), (end - whole) * sizeof(T));                               \
    }                                                                                                          \
  }

MLT_CORRELATE_FLOATS(FLOAT32, float, MLT_FN(f), MLT_F_LANES, MLT_LOAD_F, MLT_FMA_F)
MLT_CORRELATE_FLOATS(FLOAT64, double, MLT_FN(d), MLT_D_LANES, MLT_LOAD_D, MLT_FMA_D)
#undef MLT_CORRELATE_FLOATS
