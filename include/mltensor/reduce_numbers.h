/* Reductions that pass over NaN, once per instruction set (see target.h); no include guard.
 *
 * An element that is NaN is replaced on its way by what changes nothing, so that one pass does.  The extremes begin with
 * NaN, which gives way to every number: where there is none, it is the result.
 */

#define MLT_REDUCE_NUMBERS(D, T)                                                                         \
  MLT_REDUCTION(nansum_##D, T, double, 0.0, a + (double)(x == x ? x : (T)0), a + b)                      \
  MLT_REDUCTION(nanprod_##D, T, double, 1.0, a * (double)(x == x ? x : (T)1), a * b)                     \
  MLT_REDUCTION(numbers_##D, T, int64_t, 0, a + (x == x), a + b)                                         \
  MLT_REDUCE_ROW(nansquares_##D##_row, T, double, double, 1, 0, 0.0,                                     \
                 MLT_FN(squared_##D)(a, x == x ? (double)x - shift : 0.0), a + b)                        \
  MLT_REDUCE_COLUMN(nansquares_##D##_column, T, double, double,                                          \
                    MLT_FN(squared_##D)(a, x == x ? (double)x - aux[j] : 0.0))                           \
  static const mlt_reduction MLT_FN(nansquares_##D) = {                                                  \
      MLT_FN(nansquares_##D##_row), MLT_FN(nansquares_##D##_column), MLT_FN(squares_##D##_combine),      \
      MLT_FN(squares_##D##_identity), sizeof(T), sizeof(double), 1, sizeof(double), 1};

/* The greater of two registers is the second one where the first one is NaN.  A row whose best is the worst there is
 * may have no number at all, and is looked at again with care. */
#define MLT_REDUCE_NUMBER_EXTREME(name, D, T, VECTOR, LANES, LOAD, BEST, SIGN, WORST)                     \
  MLT_REDUCE_ROW(name##_careful_##D##_row, T, T, T, 1, 1, (T)NAN, ((x SIGN a) | (a != a)) ? x : a,        \
                 ((b SIGN a) | (a != a)) ? b : a)                                                         \
  MLT_REDUCE_COLUMN(name##_##D##_column, T, T, T, ((x SIGN a) | (a != a)) ? x : a)                        \
  MLT_REDUCE_WIDE(name##_##D##_wide, T, T, T, ((x SIGN a) | (a != a)) ? x : a)                            \
  MLT_REDUCE_COMBINE(name##_##D, T, (T)NAN, ((b SIGN a) | (a != a)) ? b : a)                              \
  static void MLT_FN(name##_##D##_row)(const char *source, int64_t n, char *result, const char *aux) {    \
    const T *restrict p = (const T *)source;                                                              \
    if (n >= 4 * LANES) {                                                                                 \
      VECTOR best[4];                                                                                     \
      T lane[LANES];                                                                                      \
      for (int k = 0; k < 4; k++) best[k] = (T)WORST - (VECTOR){0};                                       \
      for (int64_t i = 0; i < n; i += 4 * LANES) {                                                        \
        if (i > n - 4 * LANES) i = n - 4 * LANES; /* the last ones once more */                           \
        for (int k = 0; k < 4; k++) best[k] = BEST(LOAD(p + i + k * LANES), best[k]);                     \
      }                                                                                                   \
      best[0] = BEST(BEST(best[0], best[1]), BEST(best[2], best[3]));                                     \
      memcpy(lane, best, sizeof lane);                                                                    \
      for (int width = LANES / 2; width; width /= 2)                                                      \
        for (int j = 0; j < width; j++) lane[j] = lane[j + width] SIGN lane[j] ? lane[j + width] : lane[j]; \
      if (lane[0] SIGN (T)WORST) {                                                                        \
        *(T *)result = lane[0];                                                                           \
        return;                                                                                           \
      }                                                                                                   \
    }                                                                                                     \
    MLT_FN(name##_careful_##D##_row)(source, n, result, aux);                                             \
  }                                                                                                       \
  static const mlt_reduction MLT_FN(name##_##D) = {                                                       \
      MLT_FN(name##_##D##_row), MLT_FN(name##_##D##_column), MLT_FN(name##_##D##_combine),                \
      MLT_FN(name##_##D##_identity), sizeof(T), sizeof(T), 1, 0, 1, NULL, MLT_FN(name##_##D##_wide)};

MLT_REDUCE_NUMBERS(FLOAT32, float)
MLT_REDUCE_NUMBERS(FLOAT64, double)
MLT_REDUCE_NUMBER_EXTREME(nanmax, FLOAT32, float, MLT_FN(f), MLT_F_LANES, MLT_LOAD_F, MLT_FN(f_max), >, -INFINITY)
MLT_REDUCE_NUMBER_EXTREME(nanmin, FLOAT32, float, MLT_FN(f), MLT_F_LANES, MLT_LOAD_F, MLT_FN(f_min), <, INFINITY)
MLT_REDUCE_NUMBER_EXTREME(nanmax, FLOAT64, double, MLT_FN(d), MLT_D_LANES, MLT_LOAD_D, MLT_FN(d_max), >, -INFINITY)
MLT_REDUCE_NUMBER_EXTREME(nanmin, FLOAT64, double, MLT_FN(d), MLT_D_LANES, MLT_LOAD_D, MLT_FN(d_min), <, INFINITY)
#undef MLT_REDUCE_NUMBER_EXTREME
#undef MLT_REDUCE_NUMBERS
