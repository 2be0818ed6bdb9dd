/* Inner loops of the reductions, once per instruction set (see target.h); no include guard.
 *
 * `row` folds n adjacent elements into one accumulator.  It runs a fixed number of lanes side by
 * side and folds them as a tree, so that the order of additions depends on n alone and the loop
 * vectorises without reassociation by the compiler.  `column` folds rows of m adjacent elements
 * into m accumulators, row after row: memory is then read in its order, which is worth more than the traffic of
 * accumulators that are not much wider than the elements.
 *
 * float32 is summed in double, four elements at a time that were added as they are: the rounding of two
 * additions does not grow with the length, and widening every element would take twice as long.
 * A complex number is a pair of reals to sums (width 2); `aux` is a value per result that a step
 * needs: the mean of squared deviations, the maximum of exponentials.
 */

/* Bytes of accumulators in a row: 4 registers of AVX-512, 8 of AVX2. */
#define MLT_LANES(A) (256 / (int)sizeof(A))
/* Additions one after the other in a lane before it is set aside.  Few where the sum has no more
 * digits than the elements, so that rounding errors stay those of pairwise summation. */
#define MLT_RUN(T, A) (sizeof(T) == sizeof(A) && (A)0.5 != (A)0 ? 16 : 1 << 20)

#define MLT_REDUCE_ROW(name, T, A, X, W, AGAIN, IDENTITY, STEP, COMBINE)                       \
  static void MLT_FN(name)(const char *source, int64_t n, char *result, const char *auxiliary) {\
    enum { LANES = MLT_LANES(A), RUN = MLT_RUN(T, A) };                                        \
    const T *restrict p = (const T *)source;                                                   \
    const X *aux = (const X *)auxiliary;                                                       \
    A *out = (A *)result;                                                                      \
    n *= W;                                                                                    \
    if (n < LANES) {                                                                           \
      for (int w = 0; w < W; w++) {                                                            \
        A a = IDENTITY;                                                                        \
        const X shift = aux ? aux[w] : (X)0;                                                   \
        (void)shift;                                                                           \
        for (int64_t i = w; i < n; i += W) {                                                   \
          const T x = p[i];                                                                    \
          a = STEP;                                                                            \
        }                                                                                      \
        out[w] = a;                                                                            \
      }                                                                                        \
      return;                                                                                  \
    }                                                                                          \
    A lane[LANES] __attribute__((aligned(64)));                                                \
    X shifts[W];                                                                               \
    for (int w = 0; w < W; w++) shifts[w] = aux ? aux[w] : (X)0;                               \
    for (int j = 0; j < LANES; j++) lane[j] = IDENTITY;                                        \
    int64_t i = 0;                                                                             \
    while (i + LANES <= n) {                                                                   \
      A part[LANES] __attribute__((aligned(64)));                                              \
      const int64_t stop = n - i < RUN * LANES ? n : i + RUN * LANES;                          \
      for (int j = 0; j < LANES; j++) part[j] = IDENTITY;                                      \
      for (; i + LANES <= stop; i += LANES)                                                    \
        for (int j = 0; j < LANES; j++) {                                                      \
          const X shift = shifts[j % W];                                                       \
          (void)shift;                                                                         \
          const T x = p[i + j];                                                                \
          const A a = part[j];                                                                 \
          part[j] = STEP;                                                                      \
        }                                                                                      \
      for (int j = 0; j < LANES; j++) {                                                        \
        const A a = lane[j], b = part[j];                                                      \
        lane[j] = COMBINE;                                                                     \
      }                                                                                        \
    }                                                                                          \
    if (AGAIN && i < n) { /* the last ones once more, to which the result is indifferent */    \
      i = n - LANES;                                                                           \
      for (int j = 0; j < LANES; j++) {                                                        \
        const X shift = (X)0;                                                                  \
        (void)shift;                                                                           \
        const T x = p[i + j];                                                                  \
        const A a = lane[j];                                                                   \
        lane[j] = STEP;                                                                        \
      }                                                                                        \
      i = n;                                                                                   \
    }                                                                                          \
    for (int64_t j = 0; j < n - i; j++) {                                                      \
      const X shift = shifts[j % W];                                                           \
      (void)shift;                                                                             \
      const T x = p[i + j];                                                                    \
      const A a = lane[j];                                                                     \
      lane[j] = STEP;                                                                          \
    }                                                                                          \
    for (int width = LANES / 2; width >= W; width /= 2)                                        \
      for (int j = 0; j < width; j++) {                                                        \
        const A a = lane[j], b = lane[j + width];                                              \
        lane[j] = COMBINE;                                                                     \
      }                                                                                        \
    for (int w = 0; w < W; w++) out[w] = lane[w];                                              \
  }

#define MLT_REDUCE_COLUMN(name, T, A, X, STEP) MLT_REDUCE_COLUMN_OF(name, T, A, X, sizeof(A) > 2 * sizeof(T), STEP)
/* Four rows side by side. */
#define MLT_REDUCE_WIDE(name, T, A, X, STEP) MLT_REDUCE_COLUMN_OF(name, T, A, X, 1, STEP)
#define MLT_REDUCE_COLUMN_OF(name, T, A, X, FOUR, STEP)                                        \
  static void MLT_FN(name)(const char *source, int64_t m, int64_t rows, int64_t row_stride,    \
                           char *result, const char *auxiliary) {                              \
    A *restrict acc = (A *)result;                                                             \
    const X *restrict aux = (const X *)auxiliary;                                              \
    (void)aux;                                                                                 \
    for (; (FOUR) && rows >= 4; rows -= 4, source += 4 * row_stride) {                         \
      const T *restrict p0 = (const T *)source;                                                \
      const T *restrict p1 = (const T *)(source + row_stride);                                 \
      const T *restrict p2 = (const T *)(source + 2 * row_stride);                             \
      const T *restrict p3 = (const T *)(source + 3 * row_stride);                             \
      for (int64_t j = 0; j < m; j++) {                                                        \
        A a = acc[j];                                                                          \
        { const T x = p0[j]; a = STEP; }                                                       \
        { const T x = p1[j]; a = STEP; }                                                       \
        { const T x = p2[j]; a = STEP; }                                                       \
        { const T x = p3[j]; a = STEP; }                                                       \
        acc[j] = a;                                                                            \
      }                                                                                        \
    }                                                                                          \
    for (; rows > 0; rows--, source += row_stride) {                                           \
      const T *restrict p = (const T *)source;                                                 \
      for (int64_t j = 0; j < m; j++) {                                                        \
        const T x = p[j];                                                                      \
        const A a = acc[j];                                                                    \
        acc[j] = STEP;                                                                         \
      }                                                                                        \
    }                                                                                          \
  }

#define MLT_REDUCE_COMBINE(name, A, IDENTITY, COMBINE)                                      \
  static void MLT_FN(name##_combine)(char *result, const char *other, int64_t m) {          \
    A *restrict acc = (A *)result;                                                          \
    const A *restrict more = (const A *)other;                                              \
    for (int64_t j = 0; j < m; j++) {                                                       \
      const A a = acc[j], b = more[j];                                                      \
      acc[j] = COMBINE;                                                                     \
    }                                                                                       \
  }                                                                                         \
  static void MLT_FN(name##_identity)(char *result, int64_t m) {                            \
    A *acc = (A *)result;                                                                   \
    for (int64_t j = 0; j < m; j++) acc[j] = IDENTITY;                                      \
  }

/* A reduction whose steps need nothing beside the element. */
#define MLT_REDUCTION(name, T, A, IDENTITY, STEP, COMBINE) \
  MLT_REDUCTION_OF(name, T, A, 0, IDENTITY, STEP, COMBINE)
#define MLT_REDUCTION_OF(name, T, A, AGAIN, IDENTITY, STEP, COMBINE)                \
  MLT_REDUCE_ROW(name##_row, T, A, A, 1, AGAIN, IDENTITY, STEP, COMBINE)            \
  MLT_REDUCE_COLUMN(name##_column, T, A, A, STEP)                                   \
  MLT_REDUCE_WIDE(name##_wide, T, A, A, STEP)                                       \
  MLT_REDUCE_COMBINE(name, A, IDENTITY, COMBINE)                                    \
  static const mlt_reduction MLT_FN(name) = {                                       \
      MLT_FN(name##_row), MLT_FN(name##_column), MLT_FN(name##_combine),            \
      MLT_FN(name##_identity), sizeof(T), sizeof(A), 1, 0, 1, NULL, MLT_FN(name##_wide)};

/* ---- sums and products ------------------------------------------------------------------ */

#define MLT_REDUCE_SUM(D, T, A) \
  MLT_REDUCTION(sum_##D, T, A, (A)0, a + (A)x, a + b) \
  MLT_REDUCTION(prod_##D, T, A, (A)1, a * (A)x, a * b)

/* Sums of float32 in double, see moments.h. */
static void MLT_FN(sum_FLOAT32_row)(const char *source, int64_t n, char *result, const char *aux) {
  *(double *)result = MLT_FN(row_sum_f32)((const float *)source, n);
  (void)aux;
}

/* Sixteen rows at a time keep the accumulators out of the way. */
static void MLT_FN(sum_FLOAT32_column)(const char *source, int64_t m, int64_t rows, int64_t row_stride,
                                       char *result, const char *aux) {
  double *restrict acc = (double *)result;
  const int64_t whole = m / MLT_F_LANES * MLT_F_LANES;
  (void)aux;
  while (rows > 0) {
    const int64_t taken = rows < 16 ? rows : 16;
    for (int64_t j = 0; j < whole; j += MLT_F_LANES) {
      const char *p = source + j * (int64_t)sizeof(float);
      MLT_FN(wide) a = MLT_FN(wide_load)(acc + j);
      int64_t k = 0;
      for (; k + 4 <= taken; k += 4, p += 4 * row_stride)
        a = MLT_FN(widened_add)(a, (MLT_LOAD_F(p) + MLT_LOAD_F(p + row_stride)) +
                                       (MLT_LOAD_F(p + 2 * row_stride) + MLT_LOAD_F(p + 3 * row_stride)));
      for (; k < taken; k++, p += row_stride) a = MLT_FN(widened_add)(a, MLT_LOAD_F(p));
      MLT_FN(wide_store)(acc + j, a);
    }
    for (int64_t j = whole; j < m; j++)
      for (int64_t k = 0; k < taken; k++) acc[j] += (double)((const float *)(source + k * row_stride))[j];
    rows -= taken;
    source += taken * row_stride;
  }
}

/* The same for what is too far away to be read in another order than its own. */
static void MLT_FN(sum_FLOAT32_far)(const char *source, int64_t m, int64_t rows, int64_t row_stride, char *result,
                                    const char *aux) {
  double *restrict acc = (double *)result;
  float four[MLT_REDUCE_SHORT / sizeof(double)] __attribute__((aligned(64)));
  (void)aux;
  for (; rows >= 4; rows -= 4, source += 4 * row_stride) {
    const float *restrict last = (const float *)(source + 3 * row_stride);
    memcpy(four, source, m * sizeof(float));
    for (int k = 1; k < 3; k++) {
      const float *restrict p = (const float *)(source + k * row_stride);
      for (int64_t j = 0; j < m; j++) four[j] += p[j];
    }
    for (int64_t j = 0; j < m; j++) acc[j] += (double)(four[j] + last[j]);
  }
  for (; rows > 0; rows--, source += row_stride) {
    const float *restrict p = (const float *)source;
    for (int64_t j = 0; j < m; j++) acc[j] += (double)p[j];
  }
}

static void MLT_FN(sum_FLOAT32_wide)(const char *source, int64_t m, int64_t rows, int64_t row_stride, char *result,
                                     const char *aux) {
  double *restrict acc = (double *)result;
  (void)aux;
  for (; rows >= 4; rows -= 4, source += 4 * row_stride) {
    const float *restrict p0 = (const float *)source;
    const float *restrict p1 = (const float *)(source + row_stride);
    const float *restrict p2 = (const float *)(source + 2 * row_stride);
    const float *restrict p3 = (const float *)(source + 3 * row_stride);
    for (int64_t j = 0; j < m; j++) acc[j] += (double)((p0[j] + p1[j]) + (p2[j] + p3[j]));
  }
  MLT_FN(sum_FLOAT32_far)(source, m, rows, row_stride, result, aux);
}

MLT_REDUCE_COMBINE(sum_FLOAT32, double, 0.0, a + b)
static const mlt_reduction MLT_FN(sum_FLOAT32) = {
    MLT_FN(sum_FLOAT32_row), MLT_FN(sum_FLOAT32_column), MLT_FN(sum_FLOAT32_combine),
    MLT_FN(sum_FLOAT32_identity), sizeof(float), sizeof(double), 1, 0, 1, MLT_FN(sum_FLOAT32_far),
    MLT_FN(sum_FLOAT32_wide)};
MLT_REDUCTION(sum_FLOAT64, double, double, 0.0, a + x, a + b)

static void MLT_FN(prod_FLOAT32_row)(const char *source, int64_t n, char *result, const char *aux) {
  enum { LANES = MLT_F_LANES };
  const float *restrict p = (const float *)source;
  double product = 1.0;
  int64_t i = 0;
  (void)aux;
  if (n >= LANES) {
    MLT_FN(wide) a[4];
    for (int k = 0; k < 4; k++) a[k] = MLT_FN(wide_all)(1.0);
    for (; i + 4 * LANES <= n; i += 4 * LANES)
      for (int k = 0; k < 4; k++) a[k] = MLT_FN(widened_multiply)(a[k], MLT_LOAD_F(p + i + k * LANES));
    for (; i + LANES <= n; i += LANES) a[0] = MLT_FN(widened_multiply)(a[0], MLT_LOAD_F(p + i));
    product = MLT_FN(wide_product)(MLT_FN(wide_multiply)(MLT_FN(wide_multiply)(a[0], a[1]),
                                                         MLT_FN(wide_multiply)(a[2], a[3])));
  }
  for (; i < n; i++) product *= (double)p[i];
  *(double *)result = product;
}
static void MLT_FN(prod_FLOAT32_column)(const char *source, int64_t m, int64_t rows, int64_t row_stride,
                                        char *result, const char *aux) {
  double *restrict acc = (double *)result;
  const int64_t whole = m / MLT_F_LANES * MLT_F_LANES;
  (void)aux;
  while (rows > 0) {
    const int64_t taken = rows < 16 ? rows : 16;
    for (int64_t j = 0; j < whole; j += MLT_F_LANES) {
      const char *p = source + j * (int64_t)sizeof(float);
      MLT_FN(wide) a = MLT_FN(wide_load)(acc + j);
      for (int64_t k = 0; k < taken; k++, p += row_stride) a = MLT_FN(widened_multiply)(a, MLT_LOAD_F(p));
      MLT_FN(wide_store)(acc + j, a);
    }
    for (int64_t j = whole; j < m; j++)
      for (int64_t k = 0; k < taken; k++) acc[j] *= (double)((const float *)(source + k * row_stride))[j];
    rows -= taken;
    source += taken * row_stride;
  }
}
MLT_REDUCE_COLUMN(prod_FLOAT32_far, float, double, double, a * (double)x)
MLT_REDUCE_WIDE(prod_FLOAT32_wide, float, double, double, a * (double)x)
MLT_REDUCE_COMBINE(prod_FLOAT32, double, 1.0, a * b)
static const mlt_reduction MLT_FN(prod_FLOAT32) = {
    MLT_FN(prod_FLOAT32_row), MLT_FN(prod_FLOAT32_column), MLT_FN(prod_FLOAT32_combine),
    MLT_FN(prod_FLOAT32_identity), sizeof(float), sizeof(double), 1, 0, 1, MLT_FN(prod_FLOAT32_far),
    MLT_FN(prod_FLOAT32_wide)};
MLT_REDUCTION(prod_FLOAT64, double, double, 1.0, a * x, a * b)

#define MLT_REDUCE_SUM_PAIR(D, T)                                                      \
  MLT_REDUCE_ROW(sum_pair_##D##_row, T, double, double, 2, 0, 0.0, a + (double)x, a + b) \
  static const mlt_reduction MLT_FN(sum_pair_##D) = {                                  \
      MLT_FN(sum_pair_##D##_row), MLT_FN(sum_##D##_column), MLT_FN(sum_##D##_combine), \
      MLT_FN(sum_##D##_identity), 2 * sizeof(T), 2 * sizeof(double), 2, 0, 1};

/* Squares of the deviations from `shift`; a product of a float's deviations is exact in double. */
#define MLT_REDUCE_SQUARES(D, T)                                                               \
  static inline __attribute__((always_inline)) double MLT_FN(squared_##D)(double a, double d) { \
    return MLT_FMA64(d, d, a);                                                                 \
  }                                                                                            \
  MLT_REDUCE_ROW(squares_##D##_row, T, double, double, 1, 0, 0.0,                                 \
                 MLT_FN(squared_##D)(a, (double)x - shift), a + b)                             \
  MLT_REDUCE_ROW(squares_pair_##D##_row, T, double, double, 2, 0, 0.0,                            \
                 MLT_FN(squared_##D)(a, (double)x - shift), a + b)                             \
  MLT_REDUCE_COLUMN(squares_##D##_column, T, double, double,                                   \
                    MLT_FN(squared_##D)(a, (double)x - aux[j]))                                \
  MLT_REDUCE_COMBINE(squares_##D, double, 0.0, a + b)                                          \
  static const mlt_reduction MLT_FN(squares_##D) = {                                           \
      MLT_FN(squares_##D##_row), MLT_FN(squares_##D##_column), MLT_FN(squares_##D##_combine),  \
      MLT_FN(squares_##D##_identity), sizeof(T), sizeof(double), 1, sizeof(double), 1};        \
  static const mlt_reduction MLT_FN(squares_pair_##D) = {                                      \
      MLT_FN(squares_pair_##D##_row), MLT_FN(squares_##D##_column),                            \
      MLT_FN(squares_##D##_combine), MLT_FN(squares_##D##_identity), 2 * sizeof(T),            \
      2 * sizeof(double), 2, 2 * sizeof(double), 1};

/* Sums of squares as they are; the root of one is a length. */
#define MLT_REDUCE_LENGTHS(D, S, T)                                                            \
  static void MLT_FN(lengths_##D##_row)(const char *source, int64_t n, char *result,           \
                                        const char *aux) {                                     \
    *(double *)result = MLT_FN(row_squares_##S)((const T *)source, n);                         \
    (void)aux;                                                                                 \
  }                                                                                            \
  MLT_REDUCE_COLUMN(lengths_##D##_column, T, double, double, MLT_FN(squared_##D)(a, (double)x)) \
  static const mlt_reduction MLT_FN(lengths_##D) = {                                           \
      MLT_FN(lengths_##D##_row), MLT_FN(lengths_##D##_column), MLT_FN(squares_##D##_combine),  \
      MLT_FN(squares_##D##_identity), sizeof(T), sizeof(double), 1, 0, 1};

/* Sums of exp(x - shift), the second half of logsumexp; the shift is the largest x. */
#define MLT_REDUCE_EXPONENTIALS(D, S, T, EXP, UNIT)                                              \
  static void MLT_FN(exponentials_##D##_row)(const char *source, int64_t n, char *result,        \
                                             const char *aux) {                                  \
    *(double *)result = MLT_FN(row_exp_sum_##S)((const T *)source, NULL, *(const T *)aux, n) * UNIT; \
  }                                                                                              \
  MLT_REDUCE_COLUMN(exponentials_##D##_column, T, double, T, a + (double)EXP(x - aux[j]) * UNIT) \
  MLT_REDUCE_COMBINE(exponentials_##D, double, 0.0, a + b)                                       \
  static const mlt_reduction MLT_FN(exponentials_##D) = {                                        \
      MLT_FN(exponentials_##D##_row), MLT_FN(exponentials_##D##_column),                         \
      MLT_FN(exponentials_##D##_combine), MLT_FN(exponentials_##D##_identity), sizeof(T),        \
      sizeof(double), 1, sizeof(T), 1};

/* ---- extremes of integers; those of floats are in reduce_extremes.h ---- */

#define MLT_REDUCE_EXTREMES(D, T, LOW, HIGH)                    \
  MLT_REDUCTION_OF(max_##D, T, T, 1, LOW, x > a ? x : a, b > a ? b : a) \
  MLT_REDUCTION_OF(min_##D, T, T, 1, HIGH, x < a ? x : a, b < a ? b : a)

/* ---- whether any or all elements are not zero, in numbers as wide as they are ----------------- */

#define MLT_REDUCE_FOUND_ROW(name, T, N, TEST, RESULT)                                         \
  static void MLT_FN(name)(const char *source, int64_t n, char *result, const char *aux) {     \
    enum { LANES = MLT_LANES(N) };                                                             \
    const T *restrict p = (const T *)source;                                                   \
    int64_t i = 0;                                                                             \
    N found = 0;                                                                               \
    (void)aux;                                                                                 \
    if (n >= LANES) {                                                                          \
      N lane[LANES] __attribute__((aligned(64))) = {0};                                        \
      for (;;) {                                                                               \
        for (; i + LANES <= n; i += LANES)                                                     \
          for (int j = 0; j < LANES; j++) lane[j] |= (N)(p[i + j] TEST (T)0);                  \
        if (i == n) break;                                                                     \
        i = n - LANES; /* the last ones once more */                                           \
      }                                                                                        \
      for (int width = LANES / 2; width * (int)sizeof(N) >= 64; width /= 2)                    \
        for (int j = 0; j < width; j++) lane[j] |= lane[j + width];                            \
      uint64_t words[8], any = 0;                                                              \
      memcpy(words, lane, sizeof words);                                                       \
      for (int j = 0; j < 8; j++) any |= words[j];                                             \
      found = any != 0;                                                                        \
    }                                                                                          \
    for (; i < n; i++) found |= (N)(p[i] TEST (T)0);                                           \
    *(N *)result = RESULT;                                                                     \
  }

#define MLT_REDUCE_TRUTH_OF(name, T, N, IDENTITY, STEP, COMBINE, TEST, RESULT)     \
  MLT_REDUCE_FOUND_ROW(name##_row, T, N, TEST, RESULT)                             \
  MLT_REDUCE_COLUMN(name##_column, T, N, N, STEP)                                  \
  MLT_REDUCE_COMBINE(name, N, IDENTITY, COMBINE)                                   \
  static const mlt_reduction MLT_FN(name) = {                                      \
      MLT_FN(name##_row), MLT_FN(name##_column), MLT_FN(name##_combine),           \
      MLT_FN(name##_identity), sizeof(T), sizeof(N), 1, 0, 1};

#define MLT_REDUCE_TRUTH(D, T, N)                                                              \
  MLT_REDUCE_TRUTH_OF(any_##D, T, N, (N)0, a | (N)(x != (T)0), a | b, !=, found)               \
  MLT_REDUCE_TRUTH_OF(all_##D, T, N, (N)1, a & (N)(x != (T)0), a & b, ==, found == 0)

/* ---- counts of what is not zero --------------------------------------------
 * Inside a block a lane is as narrow as the element: the engine's blocks leave it below 255. */

#define MLT_REDUCE_COUNT(D, T, N)                                                              \
  static void MLT_FN(count_##D##_row)(const char *source, int64_t n, char *result,             \
                                      const char *auxiliary) {                                 \
    enum { LANES = MLT_LANES(N) };                                                             \
    const T *restrict p = (const T *)source;                                                   \
    int64_t total = 0, i = 0;                                                                  \
    (void)auxiliary;                                                                           \
    if (n >= LANES) {                                                                          \
      N lane[LANES] __attribute__((aligned(64))) = {0};                                        \
      for (; i + LANES <= n; i += LANES)                                                       \
        for (int j = 0; j < LANES; j++) lane[j] += (N)(p[i + j] != 0);                         \
      for (int j = 0; j < LANES; j++) total += (int64_t)lane[j];                               \
    }                                                                                          \
    for (; i < n; i++) total += p[i] != 0;                                                     \
    *(int64_t *)result = total;                                                                \
  }                                                                                            \
  MLT_REDUCE_COLUMN(count_##D##_column, T, int64_t, int64_t, a + (x != 0))                     \
  static const mlt_reduction MLT_FN(count_##D) = {                                             \
      MLT_FN(count_##D##_row), MLT_FN(count_##D##_column), MLT_FN(sum_INT64_combine),          \
      MLT_FN(sum_INT64_identity), sizeof(T), sizeof(int64_t), 1, 0, 1};

/* ---- positions: a block's extreme by the loop above, then the first place where it stands ---- */

#define MLT_REDUCE_PLACE(D, T)                                                            \
  static int64_t MLT_FN(place_##D)(const char *source, int64_t n, const char *value) {    \
    const T *restrict p = (const T *)source;                                              \
    const T v = *(const T *)value;                                                        \
    int64_t i = 0;                                                                        \
    for (; i + 64 <= n; i += 64) {                                                        \
      T hits = 0; /* as wide as the elements */                                           \
      for (int j = 0; j < 64; j++) hits |= (T)(p[i + j] == v);                            \
      if (hits) break;                                                                    \
    }                                                                                     \
    for (; i + 8 <= n; i += 8) {                                                          \
      T hits = 0;                                                                         \
      for (int j = 0; j < 8; j++) hits |= (T)(p[i + j] == v);                             \
      if (hits) break;                                                                    \
    }                                                                                     \
    while (i < n && !(p[i] == v)) i++;                                                    \
    return i;                                                                             \
  }

/* Rows of m elements against the best of each column; `place` is as wide as an element, so that
 * one vector holds as many of either, and counts from the first row of the block (at most 64). */
#define MLT_REDUCE_PLACES(name, D, T, I, BETTER)                                                \
  static void MLT_FN(name##_##D##_places)(const char *source, int64_t m, int64_t rows,          \
                                          int64_t row_stride, char *values, char *places) {     \
    T *restrict best = (T *)values;                                                             \
    I *restrict place = (I *)places;                                                            \
    for (int64_t j = 0; j < m; j++) {                                                           \
      best[j] = ((const T *)source)[j];                                                         \
      place[j] = 0;                                                                             \
    }                                                                                           \
    for (int64_t r = 1; r < rows; r++) {                                                        \
      const T *restrict p = (const T *)(source + r * row_stride);                               \
      for (int64_t j = 0; j < m; j++) {                                                         \
        const T x = p[j], a = best[j];                                                          \
        const int better = BETTER;                                                              \
        best[j] = better ? x : a;                                                               \
        place[j] = better ? (I)r : place[j];                                                    \
      }                                                                                         \
    }                                                                                           \
  }                                                                                             \
  static void MLT_FN(name##_##D##_merge)(int64_t m, const char *values, const char *places,     \
                                         int64_t first, int fresh, char *best_values,           \
                                         int64_t *best_places) {                                \
    const T *restrict value = (const T *)values;                                                \
    const I *restrict place = (const I *)places;                                                \
    T *restrict best = (T *)best_values;                                                        \
    for (int64_t j = 0; j < m; j++) {                                                           \
      const T x = value[j], a = best[j];                                                        \
      if (fresh || (BETTER)) {                                                                  \
        best[j] = x;                                                                            \
        best_places[j] = first + place[j];                                                      \
      }                                                                                         \
    }                                                                                           \
  }                                                                                             \
  static const mlt_arg_reduction MLT_FN(arg##name##_##D) = {                                    \
      MLT_FN(name##_##D##_row), MLT_FN(place_##D), MLT_FN(name##_##D##_places),                 \
      MLT_FN(name##_##D##_merge), sizeof(T)};

#define MLT_REDUCE_ARG(D, T, I)                   \
  MLT_REDUCE_PLACE(D, T)                          \
  MLT_REDUCE_PLACES(max, D, T, I, x > a)          \
  MLT_REDUCE_PLACES(min, D, T, I, x < a)
/* The places of these are in reduce_extremes.h. */
#define MLT_REDUCE_ARG_WIDE(D, T, I)                                        \
  MLT_REDUCE_PLACES(max, D, T, I, x > a)                                    \
  MLT_REDUCE_PLACES(min, D, T, I, x < a)
#define MLT_REDUCE_ARG_REAL(D, T, I)                                        \
  MLT_REDUCE_PLACES(max, D, T, I, (x > a) | ((x != x) & (a == a)))          \
  MLT_REDUCE_PLACES(min, D, T, I, (x < a) | ((x != x) & (a == a)))

#include "mltensor/reduce_extremes.h"

/* ---- the dtypes: the main ones for every target, the others for the baseline ----------------- */

MLT_REDUCE_SUM_PAIR(FLOAT32, float)
MLT_REDUCE_SUM_PAIR(FLOAT64, double)
MLT_REDUCE_SQUARES(FLOAT32, float)
MLT_REDUCE_SQUARES(FLOAT64, double)
MLT_REDUCE_LENGTHS(FLOAT32, f32, float)
MLT_REDUCE_LENGTHS(FLOAT64, f64, double)
MLT_REDUCE_EXPONENTIALS(FLOAT32, f32, float, MLT_FN(decay_f32), MLT_DECAY_UNIT_f32)
MLT_REDUCE_EXPONENTIALS(FLOAT64, f64, double, MLT_FN(decay_f64), MLT_DECAY_UNIT_f64)
MLT_REDUCE_ARG_REAL(FLOAT32, float, int32_t)
MLT_REDUCE_ARG_REAL(FLOAT64, double, int64_t)
MLT_REDUCE_SUM(INT32, int32_t, int64_t)
MLT_REDUCE_SUM(INT64, int64_t, int64_t)
MLT_REDUCE_SUM(UINT8, uint8_t, int64_t)
MLT_REDUCE_EXTREMES(INT32, int32_t, INT32_MIN, INT32_MAX)
MLT_REDUCE_EXTREMES(INT64, int64_t, INT64_MIN, INT64_MAX)
MLT_REDUCE_EXTREMES(UINT8, uint8_t, 0, UINT8_MAX)
MLT_REDUCE_ARG_WIDE(INT32, int32_t, int32_t)
MLT_REDUCE_ARG_WIDE(INT64, int64_t, int64_t)
MLT_REDUCE_ARG(UINT8, uint8_t, int8_t)
MLT_REDUCE_COUNT(UINT8, uint8_t, uint8_t)
MLT_REDUCE_TRUTH(UINT8, uint8_t, uint8_t)
MLT_REDUCE_COUNT(UINT32, uint32_t, uint32_t)
MLT_REDUCE_TRUTH(UINT32, uint32_t, uint32_t)
MLT_REDUCE_COUNT(UINT64, uint64_t, uint64_t)
MLT_REDUCE_TRUTH(UINT64, uint64_t, uint64_t)
MLT_REDUCE_COUNT(FLOAT32, float, uint32_t)
MLT_REDUCE_TRUTH(FLOAT32, float, uint32_t)
MLT_REDUCE_COUNT(FLOAT64, double, uint64_t)
MLT_REDUCE_TRUTH(FLOAT64, double, uint64_t)
#if MLT_REDUCE_ALL_DTYPES
MLT_REDUCE_SUM(INT8, int8_t, int64_t)
MLT_REDUCE_SUM(INT16, int16_t, int64_t)
MLT_REDUCE_SUM(UINT16, uint16_t, int64_t)
MLT_REDUCE_SUM(UINT32, uint32_t, int64_t)
MLT_REDUCTION(prod_COMPLEX64, float complex, double complex, 1.0, a * (double complex)x, a * b)
MLT_REDUCTION(prod_COMPLEX128, double complex, double complex, 1.0, a * x, a * b)
MLT_REDUCE_EXTREMES(INT8, int8_t, INT8_MIN, INT8_MAX)
MLT_REDUCE_EXTREMES(INT16, int16_t, INT16_MIN, INT16_MAX)
MLT_REDUCE_EXTREMES(UINT16, uint16_t, 0, UINT16_MAX)
MLT_REDUCE_EXTREMES(UINT32, uint32_t, 0, UINT32_MAX)
MLT_REDUCE_EXTREMES(UINT64, uint64_t, 0, UINT64_MAX)
MLT_REDUCE_ARG(INT8, int8_t, int8_t)
MLT_REDUCE_ARG(INT16, int16_t, int16_t)
MLT_REDUCE_ARG(UINT16, uint16_t, int16_t)
MLT_REDUCE_ARG(UINT32, uint32_t, int32_t)
MLT_REDUCE_ARG(UINT64, uint64_t, int64_t)
MLT_REDUCE_COUNT(UINT16, uint16_t, uint16_t)
MLT_REDUCE_TRUTH(UINT16, uint16_t, uint16_t)
MLT_REDUCE_COUNT(COMPLEX64, float complex, uint64_t)
MLT_REDUCE_TRUTH(COMPLEX64, float complex, uint64_t)
MLT_REDUCE_COUNT(COMPLEX128, double complex, uint64_t)
MLT_REDUCE_TRUTH(COMPLEX128, double complex, uint64_t)
#endif
