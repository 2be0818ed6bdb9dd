/* Variances in one pass over memory, once per instruction set (see target.h); no include guard.
 *
 * A block that fits the nearest cache is read twice: for its mean, and for the squares of the deviations from
 * that mean rounded to the dtype; the rest of the mean is taken off at the end, so that nothing cancels.
 * Blocks are merged by the formula of Chan, Golub and LeVeque.  Deviations of float32 are
 * squared as they are and added by fours, see reduce_loops.h; where a square leaves the range of float32
 * the block is taken again in double.
 */

#ifndef MLT_MOMENTS_TYPE
#define MLT_MOMENTS_TYPE
typedef struct {
  double count, mean, squares;
} mlt_moments;

static inline mlt_moments mlt_moments_merged(mlt_moments a, mlt_moments b) {
  if (a.count == 0.0) return b;
  if (b.count == 0.0) return a;
  const double count = a.count + b.count, apart = b.mean - a.mean;
  a.mean += apart * (b.count / count);
  a.squares += b.squares + apart * apart * (a.count * b.count / count);
  a.count = count;
  return a;
}

/* Moments from the mean and the sum of the squared deviations from a number near it. */
static inline mlt_moments mlt_moments_of(double count, double mean, double shift, double squares) {
  const double off = mean - shift, rest = squares - count * (off * off);
  const mlt_moments found = {count, mean, rest > 0.0 || rest != rest ? rest : 0.0};
  return found;
}
#endif

/* A subtraction fused with 1 leaves the adders to what must be added.
 * RANGE: whether a sum of squares was taken without overflow or underflow. */
#define MLT_REDUCE_MOMENTS(D, T, FMA, RANGE)                                                                   \
  static inline mlt_moments MLT_FN(moments_careful_##D)(const char *source, int64_t n, int64_t stride,         \
                                                        double mean) {                                         \
    double squares = 0.0;                                                                                      \
    for (int64_t i = 0; i < n; i++) {                                                                          \
      const double d = (double)*(const T *)(source + i * stride) - mean;                                       \
      squares += d * d;                                                                                        \
    }                                                                                                          \
    return mlt_moments_of((double)n, mean, mean, squares);                                                     \
  }                                                                                                            \
  static void MLT_FN(moments_##D##_row)(const char *source, int64_t n, char *result, const char *aux) {        \
    enum { LANES = 16 };                                                                                       \
    const T *restrict p = (const T *)source;                                                                   \
    mlt_moments *out = (mlt_moments *)result;                                                                  \
    double mean;                                                                                               \
    MLT_FN(sum_##D##_row)(source, n, (char *)&mean, aux);                                                      \
    mean /= (double)n;                                                                                         \
    const T shift = (T)mean;                                                                                   \
    if (n < 4 * LANES) {                                                                                       \
      *out = MLT_FN(moments_careful_##D)(source, n, sizeof(T), mean);                                          \
      return;                                                                                                  \
    }                                                                                                          \
    double squares[LANES] __attribute__((aligned(64)));                                                        \
    for (int j = 0; j < LANES; j++) squares[j] = 0.0;                                                          \
    int64_t i = 0;                                                                                             \
    for (; i + 4 * LANES <= n; i += 4 * LANES)                                                                 \
      for (int j = 0; j < LANES; j++) {                                                                        \
        const T a = FMA(p[i + j], (T)1, -shift), b = FMA(p[i + LANES + j], (T)1, -shift);                      \
        const T c = FMA(p[i + 2 * LANES + j], (T)1, -shift), d = FMA(p[i + 3 * LANES + j], (T)1, -shift);      \
        squares[j] += (double)(FMA(a, a, b * b) + FMA(c, c, d * d));                                           \
      }                                                                                                        \
    for (; i + 8 <= n; i += 8)                                                                                 \
      for (int j = 0; j < 8; j++) {                                                                            \
        const double d = (double)p[i + j] - (double)shift;                                                     \
        squares[j] += d * d;                                                                                   \
      }                                                                                                        \
    double rest = 0.0;                                                                                         \
    for (; i < n; i++) rest += ((double)p[i] - (double)shift) * ((double)p[i] - (double)shift);                \
    for (int width = LANES / 2; width >= 1; width /= 2)                                                        \
      for (int j = 0; j < width; j++) squares[j] += squares[j + width];                                        \
    rest += squares[0];                                                                                        \
    *out = RANGE(rest) ? mlt_moments_of((double)n, mean, (double)shift, rest)                                  \
                       : MLT_FN(moments_careful_##D)(source, n, sizeof(T), mean);                              \
  }                                                                                                            \
  static void MLT_FN(moments_##D##_column)(const char *source, int64_t m, int64_t rows,                        \
                                           int64_t row_stride, char *result, const char *aux) {                \
    mlt_moments *acc = (mlt_moments *)result;                                                                  \
    double mean[MLT_REDUCE_TILE] __attribute__((aligned(64)));                                                 \
    double squares[MLT_REDUCE_TILE] __attribute__((aligned(64)));                                              \
    T shift[MLT_REDUCE_TILE] __attribute__((aligned(64)));                                                     \
    if (rows == 0) return;                                                                                     \
    for (int64_t j = 0; j < m; j++) mean[j] = 0.0;                                                             \
    MLT_FN(sum_##D##_column)(source, m, rows, row_stride, (char *)mean, aux);                                  \
    for (int64_t j = 0; j < m; j++) {                                                                          \
      mean[j] /= (double)rows;                                                                                 \
      shift[j] = (T)mean[j];                                                                                   \
      squares[j] = 0.0;                                                                                        \
    }                                                                                                          \
    int64_t r = 0;                                                                                             \
    for (; r + 4 <= rows; r += 4) {                                                                            \
      const T *restrict p0 = (const T *)(source + r * row_stride);                                             \
      const T *restrict p1 = (const T *)(source + (r + 1) * row_stride);                                       \
      const T *restrict p2 = (const T *)(source + (r + 2) * row_stride);                                       \
      const T *restrict p3 = (const T *)(source + (r + 3) * row_stride);                                       \
      for (int64_t j = 0; j < m; j++) {                                                                        \
        const T s = shift[j], a = p0[j] - s, b = p1[j] - s, c = p2[j] - s, d = p3[j] - s;                      \
        squares[j] += (double)(FMA(a, a, b * b) + FMA(c, c, d * d));                                           \
      }                                                                                                        \
    }                                                                                                          \
    for (; r < rows; r++) {                                                                                    \
      const T *restrict p = (const T *)(source + r * row_stride);                                              \
      for (int64_t j = 0; j < m; j++) {                                                                        \
        const double d = (double)p[j] - (double)shift[j];                                                      \
        squares[j] += d * d;                                                                                   \
      }                                                                                                        \
    }                                                                                                          \
    for (int64_t j = 0; j < m; j++)                                                                            \
      acc[j] = mlt_moments_merged(                                                                             \
          acc[j], RANGE(squares[j])                                                                            \
                      ? mlt_moments_of((double)rows, mean[j], (double)shift[j], squares[j])                    \
                      : MLT_FN(moments_careful_##D)(source + j * (int64_t)sizeof(T), rows, row_stride, mean[j]));\
  }                                                                                                            \
  static void MLT_FN(moments_##D##_combine)(char *result, const char *other, int64_t m) {                      \
    mlt_moments *acc = (mlt_moments *)result;                                                                  \
    const mlt_moments *more = (const mlt_moments *)other;                                                      \
    for (int64_t j = 0; j < m; j++) acc[j] = mlt_moments_merged(acc[j], more[j]);                              \
  }                                                                                                            \
  static void MLT_FN(moments_##D##_identity)(char *result, int64_t m) {                                        \
    memset(result, 0, m * sizeof(mlt_moments));                                                                \
  }                                                                                                            \
  static const mlt_reduction MLT_FN(moments_##D) = {                                                           \
      MLT_FN(moments_##D##_row), MLT_FN(moments_##D##_column), MLT_FN(moments_##D##_combine),                  \
      MLT_FN(moments_##D##_identity), sizeof(T), sizeof(mlt_moments), 1, 0};

#define MLT_MOMENTS_ANY_RANGE(squares) 1
#define MLT_MOMENTS_RANGE(squares) ((squares) > 1e-30 && (squares) < 1e37)
MLT_REDUCE_MOMENTS(FLOAT32, float, MLT_FMA32, MLT_MOMENTS_RANGE)
MLT_REDUCE_MOMENTS(FLOAT64, double, MLT_FMA64, MLT_MOMENTS_ANY_RANGE)
#undef MLT_MOMENTS_RANGE
#undef MLT_MOMENTS_ANY_RANGE
#undef MLT_REDUCE_MOMENTS
