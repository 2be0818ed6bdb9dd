/* Extremes of floats, places of what is at least 32 bits wide, once per instruction set (see target.h); no include
 * guard.  NaN wins, and stays.
 *
 * The quick loops let NaN fall through a comparison and notice it aside: `zero`, zero times the sum of what was seen,
 * stays zero but for NaN, infinities and sums beyond the range.  Then the careful loops go over the same elements, to
 * which an extreme is indifferent.
 */

#define MLT_REDUCE_QUICK_EXTREME(name, D, T, VECTOR, LANES, LOAD, FMA, SIGN, BEST)                                 \
  static void MLT_FN(name##_##D##_row)(const char *source, int64_t n, char *result, const char *aux) {             \
    const T *restrict p = (const T *)source;                                                                       \
    if (n >= 4 * LANES) {                                                                                          \
      VECTOR best[4], zero = {0};                                                                                  \
      const VECTOR nothing = {0};                                                                                  \
      for (int k = 0; k < 4; k++) best[k] = LOAD(p + k * LANES);                                                   \
      zero = ((best[0] + best[1]) + (best[2] + best[3])) * nothing;                                                \
      for (int64_t i = 4 * LANES; i < n; i += 4 * LANES) {                                                         \
        if (i > n - 4 * LANES) i = n - 4 * LANES; /* the last ones once more */                                    \
        VECTOR x[4];                                                                                               \
        for (int k = 0; k < 4; k++) {                                                                              \
          x[k] = LOAD(p + i + k * LANES);                                                                          \
          best[k] = BEST(x[k], best[k]);                                                                           \
        }                                                                                                          \
        zero = FMA((x[0] + x[1]) + (x[2] + x[3]), nothing, zero);                                                  \
      }                                                                                                            \
      best[0] = BEST(best[0], best[1]);                                                                            \
      best[2] = BEST(best[2], best[3]);                                                                            \
      best[0] = BEST(best[0], best[2]);                                                                            \
      T lane[LANES], rest[LANES];                                                                                  \
      memcpy(lane, best, sizeof lane);                                                                             \
      memcpy(rest, &zero, sizeof rest);                                                                            \
      for (int width = LANES / 2; width; width /= 2)                                                               \
        for (int j = 0; j < width; j++) {                                                                          \
          lane[j] = lane[j + width] SIGN lane[j] ? lane[j + width] : lane[j];                                      \
          rest[j] += rest[j + width];                                                                              \
        }                                                                                                          \
      if (rest[0] == (T)0) {                                                                                       \
        *(T *)result = lane[0];                                                                                    \
        return;                                                                                                    \
      }                                                                                                            \
    }                                                                                                              \
    if (n < LANES) { /* nothing to be quick about */                                                               \
      T best = p[0];                                                                                               \
      for (int64_t i = 1; i < n; i++) best = (p[i] SIGN best) | (p[i] != p[i]) ? p[i] : best;                      \
      *(T *)result = best;                                                                                         \
      return;                                                                                                      \
    }                                                                                                              \
    if (n < 4 * LANES) {                                                                                           \
      VECTOR best = LOAD(p), zero = best * (VECTOR){0};                                                            \
      for (int64_t i = LANES; i < n; i += LANES) {                                                                 \
        if (i > n - LANES) i = n - LANES;                                                                          \
        const VECTOR x = LOAD(p + i);                                                                              \
        best = BEST(x, best);                                                                                      \
        zero = FMA(x, (VECTOR){0}, zero);                                                                          \
      }                                                                                                            \
      T found = best[0], rest = zero[0];                                                                           \
      for (int j = 1; j < LANES; j++) {                                                                            \
        found = best[j] SIGN found ? best[j] : found;                                                              \
        rest += zero[j];                                                                                           \
      }                                                                                                            \
      if (rest == (T)0) {                                                                                          \
        *(T *)result = found;                                                                                      \
        return;                                                                                                    \
      }                                                                                                            \
    }                                                                                                              \
    MLT_FN(name##_careful_##D##_row)(source, n, result, aux);                                                      \
  }                                                                                                                \
  static void MLT_FN(name##_##D##_column)(const char *source, int64_t m, int64_t rows, int64_t row_stride,         \
                                          char *result, const char *aux) {                                         \
    T *acc = (T *)result;                                                                                          \
    const int64_t whole = m / LANES * LANES;                                                                       \
    VECTOR zero = {0};                                                                                             \
    const VECTOR nothing = {0};                                                                                    \
    T other = 0;                                                                                                   \
    for (int64_t r = 0; r < rows; r++) {                                                                           \
      const T *p = (const T *)(source + r * row_stride);                                                           \
      int64_t j = 0;                                                                                               \
      for (; j + 4 * LANES <= whole; j += 4 * LANES) {                                                             \
        VECTOR x[4];                                                                                               \
        for (int k = 0; k < 4; k++) {                                                                              \
          x[k] = LOAD(p + j + k * LANES);                                                                          \
          const VECTOR y = BEST(x[k], LOAD(acc + j + k * LANES));                                                  \
          memcpy(acc + j + k * LANES, &y, sizeof y);                                                               \
        }                                                                                                          \
        zero = FMA((x[0] + x[1]) + (x[2] + x[3]), nothing, zero);                                                  \
      }                                                                                                            \
      for (; j < whole; j += LANES) {                                                                              \
        const VECTOR x = LOAD(p + j), y = BEST(x, LOAD(acc + j));                                                  \
        zero = FMA(x, nothing, zero);                                                                              \
        memcpy(acc + j, &y, sizeof y);                                                                             \
      }                                                                                                            \
      for (j = whole; j < m; j++) {                                                                                \
        acc[j] = p[j] SIGN acc[j] ? p[j] : acc[j];                                                                 \
        other += p[j] * (T)0;                                                                                      \
      }                                                                                                            \
    }                                                                                                              \
    T rest[LANES];                                                                                                 \
    memcpy(rest, &zero, sizeof rest);                                                                              \
    for (int j = 0; j < LANES; j++) other += rest[j];                                                              \
    if (other == (T)0) return;                                                                                     \
    MLT_FN(name##_careful_##D##_column)(source, m, rows, row_stride, result, aux);                                 \
  }                                                                                                                \
  static const mlt_reduction MLT_FN(name##_##D) = {                                                                \
      MLT_FN(name##_##D##_row), MLT_FN(name##_##D##_column), MLT_FN(name##_careful_##D##_combine),                 \
      MLT_FN(name##_careful_##D##_identity), sizeof(T), sizeof(T), 1, 0, 1, NULL,                             \
      MLT_FN(name##_##D##_wide)};

#define MLT_REDUCE_EXTREMES_REAL(D, T, VECTOR, LANES, LOAD, FMA, MAX, MIN)                                         \
  MLT_REDUCE_ROW(max_careful_##D##_row, T, T, T, 1, 1, (T)-INFINITY, ((x > a) | (x != x)) ? x : a,                    \
                 ((b > a) | (b != b)) ? b : a)                                                                     \
  MLT_REDUCE_ROW(min_careful_##D##_row, T, T, T, 1, 1, (T)INFINITY, ((x < a) | (x != x)) ? x : a,                     \
                 ((b < a) | (b != b)) ? b : a)                                                                     \
  MLT_REDUCE_COLUMN(max_careful_##D##_column, T, T, T, ((x > a) | (x != x)) ? x : a)                               \
  MLT_REDUCE_COLUMN(min_careful_##D##_column, T, T, T, ((x < a) | (x != x)) ? x : a)                               \
  MLT_REDUCE_WIDE(max_##D##_wide, T, T, T, ((x > a) | (x != x)) ? x : a)                                           \
  MLT_REDUCE_WIDE(min_##D##_wide, T, T, T, ((x < a) | (x != x)) ? x : a)                                           \
  MLT_REDUCE_COMBINE(max_careful_##D, T, (T)-INFINITY, ((b > a) | (b != b)) ? b : a)                               \
  MLT_REDUCE_COMBINE(min_careful_##D, T, (T)INFINITY, ((b < a) | (b != b)) ? b : a)                                \
  MLT_REDUCE_QUICK_EXTREME(max, D, T, VECTOR, LANES, LOAD, FMA, >, MAX)                                            \
  MLT_REDUCE_QUICK_EXTREME(min, D, T, VECTOR, LANES, LOAD, FMA, <, MIN)

MLT_REDUCE_EXTREMES_REAL(FLOAT32, float, MLT_FN(f), MLT_F_LANES, MLT_LOAD_F, MLT_FMA_F, MLT_FN(f_max),
                         MLT_FN(f_min))
MLT_REDUCE_EXTREMES_REAL(FLOAT64, double, MLT_FN(d), MLT_D_LANES, MLT_LOAD_D, MLT_FMA_D, MLT_FN(d_max),
                         MLT_FN(d_min))

/* The first place of a value that stands in the row; of NaN the first that is one. */
#define MLT_REDUCE_PLACE_WIDE(D, T, v, LANES)                                                                      \
  static int64_t MLT_FN(place_##D)(const char *source, int64_t n, const char *value) {                             \
    const T *restrict p = (const T *)source;                                                                       \
    const T wanted = *(const T *)value;                                                                            \
    int64_t i = 0;                                                                                                 \
    if (wanted != wanted) {                                                                                        \
      while (i < n && p[i] == p[i]) i++;                                                                           \
      return i;                                                                                                    \
    }                                                                                                              \
    for (; i + 8 * LANES <= n; i += 8 * LANES)                                                                     \
      if (MLT_FN(v##_equals)(p + i, wanted)) break;                                                                \
    for (; i + 4 * LANES <= n; i += 4 * LANES) {                                                                   \
      uint32_t bits = 0;                                                                                           \
      for (int k = 0; k < 4; k++) bits |= (uint32_t)MLT_FN(v##_equal)(p + i + k * LANES, wanted) << (k * LANES);   \
      if (bits) return i + __builtin_ctz(bits);                                                                    \
    }                                                                                                              \
    uint64_t bits = (uint64_t)1 << (n - i); /* fewer than 32 are left: without a branch */                         \
    int64_t at = 0;                                                                                                \
    for (; i + at + LANES <= n; at += LANES) bits |= (uint64_t)MLT_FN(v##_equal)(p + i + at, wanted) << at;        \
    for (; i + at < n; at++) bits |= (uint64_t)(p[i + at] == wanted) << at;                                        \
    return i + __builtin_ctzll(bits);                                                                              \
  }
MLT_REDUCE_PLACE_WIDE(FLOAT32, float, f, MLT_F_LANES)
MLT_REDUCE_PLACE_WIDE(FLOAT64, double, d, MLT_D_LANES)
MLT_REDUCE_PLACE_WIDE(INT32, int32_t, i, MLT_F_LANES)
MLT_REDUCE_PLACE_WIDE(INT64, int64_t, q, MLT_D_LANES)
#undef MLT_REDUCE_QUICK_EXTREME
#undef MLT_REDUCE_EXTREMES_REAL
#undef MLT_REDUCE_PLACE_WIDE
