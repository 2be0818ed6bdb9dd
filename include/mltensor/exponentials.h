/* The largest element of a row and its sums of exponentials, once per instruction set (see target.h); no include guard.
 * Exponentials are in units of MLT_DECAY_UNIT, see decay.h; a NaN that the maximum passes over comes back in them.
 */

#define MLT_ROW_MAX(S, T, VECTOR, LANES, LOAD, BEST)                                                               \
  MLT_LANE_FN T MLT_FN(few_max_##S)(const T *restrict x, int64_t n) {                                              \
    T best = x[0];                                                                                                 \
    for (int64_t i = 1; i < n; i++) best = x[i] > best ? x[i] : best;                                              \
    return best;                                                                                                   \
  }                                                                                                                \
  static inline T MLT_FN(row_max_##S)(const T *restrict x, int64_t n) {                                            \
    if (n < 4 * LANES) return MLT_FN(few_max_##S)(x, n);                                                           \
    VECTOR best[4];                                                                                                \
    for (int k = 0; k < 4; k++) best[k] = LOAD(x + k * LANES);                                                     \
    for (int64_t i = 4 * LANES; i < n; i += 4 * LANES) {                                                           \
      if (i > n - 4 * LANES) i = n - 4 * LANES; /* the last ones once more */                                      \
      for (int k = 0; k < 4; k++) best[k] = BEST(LOAD(x + i + k * LANES), best[k]);                                \
    }                                                                                                              \
    best[0] = BEST(BEST(best[0], best[1]), BEST(best[2], best[3]));                                                \
    T found = best[0][0];                                                                                          \
    for (int j = 1; j < LANES; j++) found = best[0][j] > found ? best[0][j] : found;                               \
    return found;                                                                                                  \
  }
MLT_ROW_MAX(f32, float, MLT_FN(f), MLT_F_LANES, MLT_LOAD_F, MLT_FN(f_max))
MLT_ROW_MAX(f64, double, MLT_FN(d), MLT_D_LANES, MLT_LOAD_D, MLT_FN(d_max))
#undef MLT_ROW_MAX

/* The sum of exp(x - number) of a row, and with y each of them. */
static inline double MLT_FN(row_exp_sum_f32)(const float *restrict x, float *restrict y, float number, int64_t n) {
  enum { LANES = MLT_LONG_LANES };
  const MLT_FN(long_f) shift = MLT_FN(long_all)(number);
  MLT_FN(wide) sums = MLT_FN(wide_zero)(), more = sums;
  double rest = 0.0;
  int64_t i = 0;
  for (; i + 4 * LANES <= n; i += 4 * LANES) {
    MLT_FN(long_f) e[4];
    for (int k = 0; k < 4; k++) {
      e[k] = MLT_FN(decay_long)(MLT_LOAD_LONG(x + i + k * LANES) - shift);
      if (y) *(MLT_FN(long_at) *)(y + i + k * LANES) = e[k];
    }
    sums = MLT_FN(widened_long_add)(sums, (e[0] + e[1]) + (e[2] + e[3]));
  }
  for (; i + LANES <= n; i += LANES) {
    const MLT_FN(long_f) e = MLT_FN(decay_long)(MLT_LOAD_LONG(x + i) - shift);
    if (y) *(MLT_FN(long_at) *)(y + i) = e;
    more = MLT_FN(widened_long_add)(more, e);
  }
  if (i < n) {
    float last[LANES];
    MLT_FN(long_f) e;
    for (int j = 0; j < LANES; j++) last[j] = -(float)INFINITY;
    memcpy(last, x + i, (n - i) * sizeof(float));
    memcpy(&e, last, sizeof e);
    e = MLT_FN(decay_long)(e - shift);
    memcpy(last, &e, sizeof e);
    if (y) memcpy(y + i, last, (n - i) * sizeof(float));
    for (int64_t j = 0; j < n - i; j++) rest += (double)last[j];
  }
  return MLT_FN(wide_total)(MLT_FN(wide_add)(sums, more)) + rest;
}

/* In two loops: one that branches for y is not vectorised. */
#define MLT_ROW_EXP_SUM_F64(KEEP)                                                                                  \
  for (; i + 4 * LANES <= n; i += 4 * LANES)                                                                       \
    for (int j = 0; j < LANES; j++) {                                                                              \
      const double a = KEEP(i + j, MLT_FN(decay_f64)(x[i + j] - shift));                                           \
      const double b = KEEP(i + LANES + j, MLT_FN(decay_f64)(x[i + LANES + j] - shift));                           \
      const double c = KEEP(i + 2 * LANES + j, MLT_FN(decay_f64)(x[i + 2 * LANES + j] - shift));                   \
      const double d = KEEP(i + 3 * LANES + j, MLT_FN(decay_f64)(x[i + 3 * LANES + j] - shift));                   \
      lane[j] += (a + b) + (c + d);                                                                                \
    }                                                                                                              \
  for (; i + LANES <= n; i += LANES)                                                                               \
    for (int j = 0; j < LANES; j++) lane[j] += KEEP(i + j, MLT_FN(decay_f64)(x[i + j] - shift));
#define MLT_ROW_KEPT(i, value) (y[i] = (value))
#define MLT_ROW_GONE(i, value) (value)

static inline double MLT_FN(row_exp_sum_f64)(const double *restrict x, double *restrict y, double shift, int64_t n) {
  enum { LANES = 16 };
  double lane[LANES] __attribute__((aligned(64))) = {0};
  int64_t i = 0;
  if (y) {
    MLT_ROW_EXP_SUM_F64(MLT_ROW_KEPT)
  } else {
    MLT_ROW_EXP_SUM_F64(MLT_ROW_GONE)
  }
  if (i < n) {
    double last[LANES];
    for (int j = 0; j < LANES; j++) last[j] = -INFINITY;
    memcpy(last, x + i, (n - i) * sizeof(double));
    for (int j = 0; j < LANES; j++) last[j] = MLT_FN(decay_f64)(last[j] - shift);
    if (y) memcpy(y + i, last, (n - i) * sizeof(double));
    for (int64_t j = 0; j < n - i; j++) lane[j] += last[j];
  }
  for (int width = LANES / 2; width >= 1; width /= 2)
    for (int j = 0; j < width; j++) lane[j] += lane[j + width];
  return lane[0];
}
#undef MLT_ROW_EXP_SUM_F64
#undef MLT_ROW_KEPT
#undef MLT_ROW_GONE

/* result = g - total exp(y) / MLT_DECAY_UNIT. */
static inline void MLT_FN(row_less_exp_f32)(const float *restrict g, const float *restrict y, float *restrict result,
                                            float total, int64_t n) {
  enum { LANES = MLT_LONG_LANES };
  const MLT_FN(long_f) factor = MLT_FN(long_all)(-total);
  int64_t i = 0;
  for (; i + LANES <= n; i += LANES)
    *(MLT_FN(long_at) *)(result + i) =
        MLT_LONG_FMA(MLT_FN(decay_long)(MLT_LOAD_LONG(y + i)), factor, MLT_LOAD_LONG(g + i));
  for (; i < n; i++) result[i] = MLT_FMA32(MLT_FN(decay_f32)(y[i]), -total, g[i]);
}
static inline void MLT_FN(row_less_exp_f64)(const double *restrict g, const double *restrict y,
                                            double *restrict result, double total, int64_t n) {
  for (int64_t i = 0; i < n; i++) result[i] = MLT_FMA64(MLT_FN(decay_f64)(y[i]), -total, g[i]);
}
