/* The loops of histogram.h; re-included per target. */

/* Numbers of any dtype as those that are compared. */
#define MLT_BINS_LOAD(D, type, ...)                                                          \
  case MLT_##D: {                                                                            \
    const MLT_T_##D *from = (const MLT_T_##D *)b->values + begin;                            \
    for (int64_t i = 0; i < n; i++) to[i] = (type)MLT_LOAD(D, from + i);                     \
    break;                                                                                   \
  }
static const float *MLT_FN(mlt_bins_floats)(const mlt_bins *b, int64_t begin, int64_t n, float *to) {
  if (b->dtype == MLT_FLOAT32) return (const float *)b->values + begin;
  switch (b->dtype) { MLT_FOR_ORDERED(ALL, MLT_BINS_LOAD, float) }
  return to;
}
static const double *MLT_FN(mlt_bins_doubles)(const mlt_bins *b, int64_t begin, int64_t n, double *to) {
  if (b->dtype == MLT_FLOAT64) return (const double *)b->values + begin;
  switch (b->dtype) { MLT_FOR_ORDERED(ALL, MLT_BINS_LOAD, double) }
  return to;
}
#undef MLT_BINS_LOAD

/* The bins of n <= MLT_BINS_BLOCK numbers; `bins` for one outside of all.
 *
 * Of even bins: a number whose product is near an edge may be one bin off, and then the edges are asked; what is outside
 * is first taken to the nearest bin. All of it is written so that the compiler makes vectors. Else: the bins are halved. */
#define MLT_BINS_FIND(type, scale_of, magnitude)                                                   \
  static void MLT_FN(mlt_bins_leave_##type)(const type *restrict x, int64_t n, type first, type last, \
                                            int32_t bins, int32_t *restrict at) {                  \
    for (int64_t i = 0; i < n; i++) at[i] = (x[i] >= first) & (x[i] <= last) ? at[i] : bins;       \
  }                                                                                                \
  static void MLT_FN(mlt_bins_even_##type)(const mlt_bins *b, const type *restrict x, int64_t n,   \
                                           int32_t *restrict at) {                                 \
    const type *edges = (const type *)b->edges;                                                    \
    const int32_t bins = (int32_t)b->bins, top = bins - 1;                                         \
    const type first = edges[0], last = edges[bins], scale = b->scale_of, half = (type)0.5;        \
    const type far = half - (type)b->margin, middle = (type)bins * half, reach = middle - half;    \
    int32_t near = 0, outside = 0;                                                                 \
    for (int64_t i = 0; i < n; i++) {                                                              \
      const type raised = x[i] >= first ? x[i] : first;                                            \
      const type v = raised > last ? last : raised;                                                \
      const type f = (v - first) * scale;                                                          \
      const int32_t k = (int32_t)f;                                                                \
      near |= (magnitude(f - (type)k - half) >= far) & (magnitude(f - middle) <= reach);           \
      outside |= x[i] != v;                                                                        \
      at[i] = k < top ? k : top;                                                                   \
    }                                                                                              \
    if (near) {                                                                                    \
      for (int64_t i = 0; i < n; i++) at[i] -= x[i] < edges[at[i]];                                \
      for (int64_t i = 0; i < n; i++) at[i] += (x[i] >= edges[at[i] + 1]) & (at[i] < top);         \
    }                                                                                              \
    if (outside) MLT_FN(mlt_bins_leave_##type)(x, n, first, last, bins, at);                       \
  }                                                                                                \
  static void MLT_FN(mlt_bins_search_##type)(const mlt_bins *b, const type *restrict x, int64_t n, \
                                             int32_t *restrict at) {                               \
    const type *edges = (const type *)b->edges;                                                    \
    const int32_t bins = (int32_t)b->bins, top = bins - 1;                                         \
    for (int64_t i = 0; i < n; i++) at[i] = 0;                                                     \
    for (int32_t step = (int32_t)mlt_bins_step(bins); step; step /= 2)                             \
      for (int64_t i = 0; i < n; i++) {                                                            \
        const int32_t next = at[i] + step;                                                         \
        at[i] += x[i] >= edges[next] ? step : 0;                                                   \
      }                                                                                            \
    for (int64_t i = 0; i < n; i++) at[i] = at[i] < top ? at[i] : top;                             \
    MLT_FN(mlt_bins_leave_##type)(x, n, edges[0], edges[bins], bins, at);                          \
  }
MLT_BINS_FIND(float, scale32, __builtin_fabsf)
MLT_BINS_FIND(double, scale64, __builtin_fabs)
#undef MLT_BINS_FIND

static void MLT_FN(mlt_bins_task)(void *context, int64_t begin, int64_t end) {
  const mlt_bins *b = (const mlt_bins *)context;
  double numbers[MLT_BINS_BLOCK];
  int32_t at[MLT_BINS_BLOCK + 3];
  int64_t *counts = b->counts ? mlt_bins_table(b) : NULL;
  const int64_t more = b->bins + 1;
  for (; begin < end; begin += MLT_BINS_BLOCK) {
    const int64_t n = end - begin < MLT_BINS_BLOCK ? end - begin : MLT_BINS_BLOCK;
    if (b->wide) {
      const double *x = MLT_FN(mlt_bins_doubles)(b, begin, n, numbers);
      if (b->margin < 0)
        MLT_FN(mlt_bins_search_double)(b, x, n, at);
      else
        MLT_FN(mlt_bins_even_double)(b, x, n, at);
    } else {
      const float *x = MLT_FN(mlt_bins_floats)(b, begin, n, (float *)numbers);
      if (b->margin < 0)
        MLT_FN(mlt_bins_search_float)(b, x, n, at);
      else
        MLT_FN(mlt_bins_even_float)(b, x, n, at);
    }
    if (!counts) {
      for (int64_t i = 0; i < n; i++) b->places[begin + i] = at[i];
    } else if (b->ways == 4) {
      at[n] = at[n + 1] = at[n + 2] = (int32_t)b->bins;
      for (int64_t i = 0; i < n; i += 4) {
        counts[at[i]]++;
        counts[more + at[i + 1]]++;
        counts[2 * more + at[i + 2]]++;
        counts[3 * more + at[i + 3]]++;
      }
    } else if (b->ways == 2) {
      at[n] = (int32_t)b->bins;
      for (int64_t i = 0; i < n; i += 2) {
        counts[at[i]]++;
        counts[more + at[i + 1]]++;
      }
    } else {
      for (int64_t i = 0; i < n; i++) counts[at[i]]++;
    }
  }
}
