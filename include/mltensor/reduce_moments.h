/* Variances in one pass over memory, once per instruction set (see target.h); no include guard.
 *
 * Rows are those of moments.h, columns do the same; blocks are merged by the formula of Chan, Golub and LeVeque.  The
 * moments of several columns lie field by field, which vectors want: all counts (which are equal), all means, all
 * sums of squares.
 */

static void MLT_FN(moments_combine)(char *result, const char *other, int64_t m) {
  double *restrict count = (double *)result, *restrict mean = count + m, *restrict squares = mean + m;
  const double *restrict more = (const double *)other;
  const double before = count[0], added = more[0], all = before + added;
  if (added == 0.0) return;
  if (before == 0.0) {
    memcpy(result, other, m * sizeof(mlt_moments));
    return;
  }
  const double share = added / all, weight = before * share;
  for (int64_t j = 0; j < m; j++) {
    const double apart = more[m + j] - mean[j];
    count[j] = all;
    mean[j] += apart * share;
    squares[j] += more[2 * m + j] + apart * apart * weight;
  }
}
static void MLT_FN(moments_identity)(char *result, int64_t m) { memset(result, 0, m * sizeof(mlt_moments)); }

/* LANES deviations in a vector, WIDE their sums; ADD adds to them, LOAD and STORE move them. */
#define MLT_REDUCE_MOMENTS(D, S, T, VECTOR, LANES, LOAD_VECTOR, FMA, LESS, WIDE, ADD, LOAD, STORE)                 \
  static void MLT_FN(moments_##D##_row)(const char *source, int64_t n, char *result, const char *aux) {            \
    *(mlt_moments *)result = MLT_FN(row_moments_##S)((const T *)source, n);                                        \
    (void)aux;                                                                                                     \
  }                                                                                                                \
  static void MLT_FN(careful_moments_column_##S)(const char *source, int64_t m, int64_t rows, int64_t row_stride,  \
                                                 double *restrict mean, double *restrict squares) {                \
    for (int64_t j = 0; j < m; j++) mean[j] = squares[j] = 0.0;                                                    \
    for (int64_t r = 0; r < rows; r++) {                                                                           \
      const T *restrict p = (const T *)(source + r * row_stride);                                                  \
      for (int64_t j = 0; j < m; j++) mean[j] += (double)p[j];                                                     \
    }                                                                                                              \
    for (int64_t j = 0; j < m; j++) mean[j] /= (double)rows;                                                       \
    double off[MLT_REDUCE_TILE];                                                                                   \
    for (int64_t j = 0; j < m; j++) off[j] = 0.0;                                                                  \
    for (int64_t r = 0; r < rows; r++) {                                                                           \
      const T *restrict p = (const T *)(source + r * row_stride);                                                  \
      for (int64_t j = 0; j < m; j++) {                                                                            \
        const double d = (double)p[j] - mean[j];                                                                   \
        off[j] += d;                                                                                               \
        squares[j] += d * d;                                                                                       \
      }                                                                                                            \
    }                                                                                                              \
    for (int64_t j = 0; j < m; j++) {                                                                              \
      const double part = off[j] / (double)rows, rest = squares[j] - part * off[j];                                \
      mean[j] += part;                                                                                             \
      squares[j] = rest >= 0.0 || rest != rest ? rest : 0.0;                                                       \
    }                                                                                                              \
  }                                                                                                                \
  static void MLT_FN(moments_##D##_column)(const char *source, int64_t m, int64_t rows, int64_t row_stride,        \
                                           char *result, const char *aux) {                                        \
    mlt_moments found[MLT_REDUCE_TILE];                                                                            \
    double *fields = *(double *)result == 0.0 ? (double *)result : (double *)found;                                \
    double *restrict sums = fields + m, *restrict squares = sums + m;                                              \
    T shift[MLT_REDUCE_TILE] __attribute__((aligned(64)));                                                         \
    (void)aux;                                                                                                     \
    if (rows == 0) return;                                                                                         \
    for (int64_t j = 0; j < m; j++) {                                                                              \
      shift[j] = (T)0;                                                                                             \
      sums[j] = squares[j] = 0.0;                                                                                  \
    }                                                                                                              \
    for (int k = 0; k < 8; k++) {                                                                                  \
      const T *restrict p = (const T *)(source + (2 * k + 1) * (rows < 16 ? rows : 16) / 16 * row_stride);         \
      for (int64_t j = 0; j < m; j++) shift[j] += (T)0.125 * p[j];                                                 \
    }                                                                                                              \
    int64_t r = 0;                                                                                                 \
    const int64_t whole = m / LANES * LANES;                                                                       \
    for (; r + 8 <= rows; r += 8) {                                                                                \
      const T *p[8];                                                                                               \
      for (int k = 0; k < 8; k++) p[k] = (const T *)(source + (r + k) * row_stride);                               \
      for (int64_t j = 0; j < whole; j += LANES) {                                                                 \
        const VECTOR s = LOAD_VECTOR(shift + j);                                                                   \
        WIDE sum = LOAD(sums + j), square = LOAD(squares + j);                                                     \
        VECTOR all[2], squared[2];                                                                                 \
        for (int k = 0; k < 2; k++) {                                                                              \
          const VECTOR a = LESS(LOAD_VECTOR(p[4 * k] + j), s), b = LESS(LOAD_VECTOR(p[4 * k + 1] + j), s);         \
          const VECTOR c = LESS(LOAD_VECTOR(p[4 * k + 2] + j), s), d = LESS(LOAD_VECTOR(p[4 * k + 3] + j), s);     \
          all[k] = (a + b) + (c + d);                                                                              \
          squared[k] = FMA(a, a, b * b) + FMA(c, c, d * d);                                                        \
        }                                                                                                          \
        sum = ADD(sum, all[0] + all[1]);                                                                           \
        square = ADD(square, squared[0] + squared[1]);                                                             \
        STORE(sums + j, sum);                                                                                      \
        STORE(squares + j, square);                                                                                \
      }                                                                                                            \
      for (int64_t j = whole; j < m; j++)                                                                          \
        for (int k = 0; k < 8; k++) {                                                                              \
          const double d = (double)p[k][j] - (double)shift[j];                                                     \
          sums[j] += d;                                                                                            \
          squares[j] += d * d;                                                                                     \
        }                                                                                                          \
    }                                                                                                              \
    for (; r < rows; r++) {                                                                                        \
      const T *restrict p = (const T *)(source + r * row_stride);                                                  \
      for (int64_t j = 0; j < m; j++) {                                                                            \
        const double d = (double)p[j] - (double)shift[j];                                                          \
        sums[j] += d;                                                                                              \
        squares[j] += d * d;                                                                                       \
      }                                                                                                            \
    }                                                                                                              \
    /* In place: the sums become means, the squares those of the deviations from them. */                          \
    int64_t again = 0;                                                                                             \
    const double each = 1.0 / (double)rows;                                                                        \
    for (int64_t j = 0; j < m; j++) {                                                                              \
      const double off = sums[j] * each, taken_off = sums[j] * off, rest = squares[j] - taken_off;                 \
      const int fine = mlt_squares_in_range_##S(squares[j]) & mlt_squares_keep(rest, taken_off);                   \
      again += !fine;                                                                                              \
      fields[j] = (double)rows;                                                                                    \
      sums[j] = (double)shift[j] + off;                                                                            \
      squares[j] = fine ? rest : -1.0;                                                                             \
    }                                                                                                              \
    if (rows == 1) /* nothing, or NaN */                                                                           \
      for (int64_t j = 0; j < m; j++) squares[j] = (double)shift[j] - (double)shift[j], again = 0;                 \
    if (8 * again > m) {                                                                                           \
      MLT_FN(careful_moments_column_##S)(source, m, rows, row_stride, sums, squares);                              \
      again = 0;                                                                                                   \
    }                                                                                                              \
    for (int64_t j = 0; j < m && again; j++) {                                                                     \
      if (squares[j] != -1.0) continue;                                                                            \
      const mlt_moments one = MLT_FN(careful_moments_##S)(source + j * (int64_t)sizeof(T), rows, row_stride);      \
      sums[j] = one.mean;                                                                                          \
      squares[j] = one.squares;                                                                                    \
    }                                                                                                              \
    if (fields == (double *)result) return;                                                                        \
    MLT_FN(moments_combine)(result, (const char *)found, m);                                                       \
  }                                                                                                                \
  static const mlt_reduction MLT_FN(moments_##D) = {MLT_FN(moments_##D##_row), MLT_FN(moments_##D##_column),       \
                                                    MLT_FN(moments_combine), MLT_FN(moments_identity),             \
                                                    sizeof(T), sizeof(mlt_moments), 1, 0, 3};

#define MLT_MOMENTS_ADD_D(a, x) ((a) + (x))
#define MLT_MOMENTS_STORE_D(p, x) (*(MLT_FN(d_at) *)(p) = (x))
MLT_REDUCE_MOMENTS(FLOAT32, f32, float, MLT_FN(f), MLT_F_LANES, MLT_LOAD_F, MLT_FMA_F, MLT_LESS_F, MLT_FN(wide),
                   MLT_FN(widened_add), MLT_FN(wide_load), MLT_FN(wide_store))
MLT_REDUCE_MOMENTS(FLOAT64, f64, double, MLT_FN(d), MLT_D_LANES, MLT_LOAD_D, MLT_FMA_D, MLT_LESS_D, MLT_FN(d),
                   MLT_MOMENTS_ADD_D, MLT_LOAD_D, MLT_MOMENTS_STORE_D)
#undef MLT_MOMENTS_ADD_D
#undef MLT_MOMENTS_STORE_D
#undef MLT_REDUCE_MOMENTS
