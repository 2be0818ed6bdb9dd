/* Sums of a row of floats, squares and moments of a row of floats or doubles, once per instruction set (see target.h);
 * no include guard.
 *
 * float32 is summed in double, four elements at a time that were added as they are: the rounding of two additions does
 * not grow with the length, and widening every element would take twice as long.
 *
 * The moments of a row take one pass: the sums of the deviations from a number within the row, and of their squares.
 * Eight of either are added before they are widened.  What the squares have too much, the square of the mean
 * deviation, is taken off at the end.  Where that is most of them (the number lies far outside the others), or where a
 * square leaves the range of float32, the row is taken again in two passes in double.
 */

#ifndef MLT_MOMENTS_TYPE
#define MLT_MOMENTS_TYPE
typedef struct {
  double count, mean, squares;
} mlt_moments;

/* Additions of doubles one after the other before they are set aside, so that rounding errors stay those of pairs. */
#define MLT_MOMENTS_RUN 16
/* Elements at the beginning from which the number is taken that deviations are counted from. */
#define MLT_MOMENTS_NEAR 128

/* Whether a sum of squares of floats was taken without overflow or underflow. */
static inline int mlt_squares_in_range_f32(double squares) { return squares > 1e-30 && squares < 1e37; }
static inline int mlt_squares_in_range_f64(double squares) { return squares > 1e-280 && squares < 1e300; }

/* Whether the squares of deviations from a number `off` away from their mean keep nearly all of their digits. */
static inline int mlt_squares_keep(double rest, double taken_off) { return taken_off <= 8.0 * rest; }
#endif

static inline double MLT_FN(row_sum_f32)(const float *restrict p, int64_t n) {
  enum { LANES = MLT_F_LANES };
  MLT_FN(wide) a = MLT_FN(wide_zero)(), b = a, c = a, d = a;
  int64_t i = 0;
#define MLT_FOUR(i)                                         \
  ((MLT_LOAD_F(p + (i)) + MLT_LOAD_F(p + (i) + LANES)) +    \
   (MLT_LOAD_F(p + (i) + 2 * LANES) + MLT_LOAD_F(p + (i) + 3 * LANES)))
  for (; i + 16 * LANES <= n; i += 16 * LANES) {
    a = MLT_FN(widened_add)(a, MLT_FOUR(i));
    b = MLT_FN(widened_add)(b, MLT_FOUR(i + 4 * LANES));
    c = MLT_FN(widened_add)(c, MLT_FOUR(i + 8 * LANES));
    d = MLT_FN(widened_add)(d, MLT_FOUR(i + 12 * LANES));
  }
  for (; i + 4 * LANES <= n; i += 4 * LANES) a = MLT_FN(widened_add)(a, MLT_FOUR(i));
#undef MLT_FOUR
  for (; i + LANES <= n; i += LANES) b = MLT_FN(widened_add)(b, MLT_LOAD_F(p + i));
  double rest = 0.0;
  for (; i < n; i++) rest += (double)p[i];
  return MLT_FN(wide_total)(MLT_FN(wide_add)(MLT_FN(wide_add)(a, b), MLT_FN(wide_add)(c, d))) + rest;
}

/* The sum of squares of a row. */
static inline double MLT_FN(row_squares_f32)(const float *restrict p, int64_t n) {
  enum { LANES = MLT_F_LANES };
  MLT_FN(wide) sums[2] = {MLT_FN(wide_zero)(), MLT_FN(wide_zero)()};
  double rest = 0.0;
  int64_t i = 0;
  for (; i + 8 * LANES <= n; i += 8 * LANES)
    for (int k = 0; k < 2; k++) {
      const float *q = p + i + 4 * k * LANES;
      const MLT_FN(f) a = MLT_LOAD_F(q), b = MLT_LOAD_F(q + LANES);
      const MLT_FN(f) c = MLT_LOAD_F(q + 2 * LANES), d = MLT_LOAD_F(q + 3 * LANES);
      sums[k] = MLT_FN(widened_add)(sums[k], MLT_FMA_F(a, a, b * b) + MLT_FMA_F(c, c, d * d));
    }
  for (int64_t j = i; j < n; j++) rest += (double)p[j] * (double)p[j];
  if (i == 0) return rest;
  const double found = MLT_FN(wide_total)(MLT_FN(wide_add)(sums[0], sums[1]));
  if (mlt_squares_in_range_f32(found)) return found + rest;
  double lane[16] = {0}, all = rest;
  for (int64_t j = 0; j < i; j += 16)
    for (int k = 0; k < 16; k++) lane[k] += (double)p[j + k] * (double)p[j + k];
  for (int k = 0; k < 16; k++) all += lane[k];
  return all;
}

static inline double MLT_FN(row_squares_f64)(const double *restrict p, int64_t n) {
  enum { LANES = MLT_D_LANES };
  MLT_FN(d) sums[8] = {{0}};
  double rest = 0.0;
  int64_t i = 0;
  while (i + 8 * LANES <= n) {
    MLT_FN(d) part[8] = {{0}};
    const int64_t stop = n - i < 8 * LANES * MLT_MOMENTS_RUN ? n : i + 8 * LANES * MLT_MOMENTS_RUN;
    for (; i + 8 * LANES <= stop; i += 8 * LANES)
      for (int k = 0; k < 8; k++) {
        const MLT_FN(d) x = MLT_LOAD_D(p + i + k * LANES);
        part[k] = MLT_FMA_D(x, x, part[k]);
      }
    for (int k = 0; k < 8; k++) sums[k] += part[k];
  }
  for (; i < n; i++) rest += p[i] * p[i];
  for (int width = 4; width; width /= 2)
    for (int k = 0; k < width; k++) sums[k] += sums[k + width];
  return MLT_FN(d_total)(sums[0]) + rest;
}

/* In two passes in double, of elements `step` bytes apart. */
#define MLT_MOMENTS_IN_TWO_PASSES(S, T)                                                                            \
  static mlt_moments MLT_FN(careful_moments_##S)(const char *p, int64_t n, int64_t step) {                         \
    enum { LANES = 16 };                                                                                           \
    double sums[LANES] = {0}, squares[LANES] = {0}, sum = 0.0, square = 0.0, off = 0.0;                            \
    int64_t i = 0;                                                                                                 \
    for (; i + LANES <= n; i += LANES)                                                                             \
      for (int j = 0; j < LANES; j++) sums[j] += (double)*(const T *)(p + (i + j) * step);                         \
    for (; i < n; i++) sum += (double)*(const T *)(p + i * step);                                                  \
    for (int j = 0; j < LANES; j++) sum += sums[j];                                                                \
    const double mean = sum / (double)n;                                                                           \
    for (int j = 0; j < LANES; j++) sums[j] = 0.0;                                                                 \
    for (i = 0; i + LANES <= n; i += LANES)                                                                        \
      for (int j = 0; j < LANES; j++) {                                                                            \
        const double d = (double)*(const T *)(p + (i + j) * step) - mean;                                          \
        sums[j] += d;                                                                                              \
        squares[j] += d * d;                                                                                       \
      }                                                                                                            \
    for (; i < n; i++) {                                                                                           \
      const double d = (double)*(const T *)(p + i * step) - mean;                                                  \
      off += d;                                                                                                    \
      square += d * d;                                                                                             \
    }                                                                                                              \
    for (int j = 0; j < LANES; j++) {                                                                              \
      off += sums[j];                                                                                              \
      square += squares[j];                                                                                        \
    }                                                                                                              \
    off /= (double)n; /* what rounding has left the mean short of */                                               \
    const double rest = square - off * off * (double)n;                                                            \
    const mlt_moments found = {(double)n, mean + off, rest >= 0.0 || rest != rest ? rest : 0.0};                   \
    return found;                                                                                                  \
  }
MLT_MOMENTS_IN_TWO_PASSES(f32, float)
MLT_MOMENTS_IN_TWO_PASSES(f64, double)
#undef MLT_MOMENTS_IN_TWO_PASSES

/* The moments from sums of deviations from `shift`; returns 0 where they must be taken again. */
#define MLT_MOMENTS_OF_DEVIATIONS(S)                                                                               \
  MLT_LANE_FN int MLT_FN(moments_of_deviations_##S)(mlt_moments *found, double n, double shift, double sum,        \
                                                    double squares) {                                              \
    const double off = sum / n, taken_off = sum * off, rest = squares - taken_off;                                 \
    found->count = n;                                                                                              \
    found->mean = shift + off;                                                                                     \
    found->squares = rest;                                                                                         \
    return mlt_squares_in_range_##S(squares) && mlt_squares_keep(rest, taken_off);                                 \
  }
MLT_MOMENTS_OF_DEVIATIONS(f32)
MLT_MOMENTS_OF_DEVIATIONS(f64)
#undef MLT_MOMENTS_OF_DEVIATIONS

/* The same for a few adjacent elements. */
#define MLT_MOMENTS_OF_FEW(S, T)                                                                                   \
  MLT_LANE_FN mlt_moments MLT_FN(few_moments_##S)(const T *p, int64_t n) {                                         \
    double sum = 0.0, squares = 0.0;                                                                               \
    for (int64_t i = 0; i < n; i++) sum += (double)p[i];                                                           \
    const double mean = sum / (double)n;                                                                           \
    for (int64_t i = 0; i < n; i++) squares += ((double)p[i] - mean) * ((double)p[i] - mean);                      \
    const mlt_moments found = {(double)n, mean, squares};                                                          \
    return found;                                                                                                  \
  }
MLT_MOMENTS_OF_FEW(f32, float)
MLT_MOMENTS_OF_FEW(f64, double)
#undef MLT_MOMENTS_OF_FEW

static inline mlt_moments MLT_FN(row_moments_f32)(const float *restrict p, int64_t n) {
  enum { LANES = MLT_F_LANES };
  if (n < 4 * LANES) return MLT_FN(few_moments_f32)(p, n);
  /* The mean of elements that lie apart, but not so far that they would be waited for: near that of all, also where
   * they are sorted. */
  const int64_t near_by = n < MLT_MOMENTS_NEAR ? n : MLT_MOMENTS_NEAR;
  float near[8];
  for (int k = 0; k < 8; k++) near[k] = (float)0.125 * p[(2 * k + 1) * near_by / 16];
  const float number = ((near[0] + near[1]) + (near[2] + near[3])) + ((near[4] + near[5]) + (near[6] + near[7]));
  const MLT_FN(f) shift = MLT_FN(f_all)(number);
  MLT_FN(wide) sums = MLT_FN(wide_zero)(), more_sums = sums, squares = sums, more_squares = sums;
  int64_t i = 0;
#define MLT_FOUR(sum, square, i)                                                                            \
  MLT_FN(f) sum, square;                                                                                    \
  {                                                                                                         \
    const MLT_FN(f) a = MLT_LESS_F(MLT_LOAD_F(p + (i)), shift);                                             \
    const MLT_FN(f) b = MLT_LESS_F(MLT_LOAD_F(p + (i) + LANES), shift);                                     \
    const MLT_FN(f) c = MLT_LESS_F(MLT_LOAD_F(p + (i) + 2 * LANES), shift);                                 \
    const MLT_FN(f) d = MLT_LESS_F(MLT_LOAD_F(p + (i) + 3 * LANES), shift);                                 \
    sum = (a + b) + (c + d);                                                                                \
    square = MLT_FMA_F(a, a, b * b) + MLT_FMA_F(c, c, d * d);                                               \
  }
  for (; i + 8 * LANES <= n; i += 8 * LANES) {
    MLT_FOUR(sum, square, i)
    MLT_FOUR(more_sum, more_square, i + 4 * LANES)
    sums = MLT_FN(widened_add)(sums, sum + more_sum);
    squares = MLT_FN(widened_add)(squares, square + more_square);
  }
  for (; i + 4 * LANES <= n; i += 4 * LANES) {
    MLT_FOUR(sum, square, i)
    more_sums = MLT_FN(widened_add)(more_sums, sum);
    more_squares = MLT_FN(widened_add)(more_squares, square);
  }
#undef MLT_FOUR
  for (; i + LANES <= n; i += LANES) {
    const MLT_FN(f) d = MLT_LOAD_F(p + i) - shift;
    more_sums = MLT_FN(widened_add)(more_sums, d);
    more_squares = MLT_FN(widened_add)(more_squares, d * d);
  }
  double sum = 0.0, square = 0.0;
  for (; i < n; i++) {
    const double d = (double)p[i] - (double)number;
    sum += d;
    square += d * d;
  }
  sum += MLT_FN(wide_total)(MLT_FN(wide_add)(sums, more_sums));
  square += MLT_FN(wide_total)(MLT_FN(wide_add)(squares, more_squares));
  mlt_moments found;
  if (MLT_FN(moments_of_deviations_f32)(&found, (double)n, (double)number, sum, square)) return found;
  return MLT_FN(careful_moments_f32)((const char *)p, n, sizeof(float));
}

static inline mlt_moments MLT_FN(row_moments_f64)(const double *restrict p, int64_t n) {
  enum { LANES = MLT_D_LANES };
  if (n < 4 * LANES) return MLT_FN(few_moments_f64)(p, n);
  const int64_t near_by = n < MLT_MOMENTS_NEAR ? n : MLT_MOMENTS_NEAR;
  double near[8];
  for (int k = 0; k < 8; k++) near[k] = (double)0.125 * p[(2 * k + 1) * near_by / 16];
  const double number = ((near[0] + near[1]) + (near[2] + near[3])) + ((near[4] + near[5]) + (near[6] + near[7]));
  const MLT_FN(d) shift = MLT_FN(d_all)(number);
  MLT_FN(d) sums[4] = {{0}}, squares[4] = {{0}};
  int64_t i = 0;
  while (i + 4 * LANES <= n) {
    MLT_FN(d) part[4] = {{0}}, square_part[4] = {{0}};
    const int64_t stop = n - i < 4 * LANES * MLT_MOMENTS_RUN ? n : i + 4 * LANES * MLT_MOMENTS_RUN;
    for (; i + 4 * LANES <= stop; i += 4 * LANES)
      for (int j = 0; j < 4; j++) {
        const MLT_FN(d) d = MLT_LOAD_D(p + i + j * LANES) - shift;
        part[j] += d;
        square_part[j] = MLT_FMA_D(d, d, square_part[j]);
      }
    for (int j = 0; j < 4; j++) {
      sums[j] += part[j];
      squares[j] += square_part[j];
    }
  }
  double sum = 0.0, square = 0.0;
  for (; i < n; i++) {
    const double d = p[i] - number;
    sum += d;
    square += d * d;
  }
  sum += MLT_FN(d_total)((sums[0] + sums[1]) + (sums[2] + sums[3]));
  square += MLT_FN(d_total)((squares[0] + squares[1]) + (squares[2] + squares[3]));
  mlt_moments found;
  if (MLT_FN(moments_of_deviations_f64)(&found, (double)n, number, sum, square)) return found;
  return MLT_FN(careful_moments_f64)((const char *)p, n, sizeof(double));
}

/* The sums of h and of h z with z = (x - m) f + low. */
static inline void MLT_FN(row_sum_and_dot_f32)(const float *restrict h, const float *restrict x, int64_t n, float m,
                                               float f, float low, double *sum, double *dot) {
  enum { LANES = MLT_F_LANES };
  const MLT_FN(f) ms = MLT_FN(f_all)(m), fs = MLT_FN(f_all)(f), lows = MLT_FN(f_all)(low);
  MLT_FN(wide) sums = MLT_FN(wide_zero)(), dots = sums, more_sums = sums, more_dots = sums;
  int64_t i = 0;
#define MLT_Z(i) MLT_FMA_F(MLT_LOAD_F(x + (i)) - ms, fs, lows)
  for (; i + 4 * LANES <= n; i += 4 * LANES) {
    const MLT_FN(f) a = MLT_LOAD_F(h + i), b = MLT_LOAD_F(h + i + LANES);
    const MLT_FN(f) c = MLT_LOAD_F(h + i + 2 * LANES), d = MLT_LOAD_F(h + i + 3 * LANES);
    sums = MLT_FN(widened_add)(sums, (a + b) + (c + d));
    dots = MLT_FN(widened_add)(dots, MLT_FMA_F(a, MLT_Z(i), b * MLT_Z(i + LANES)) +
                                         MLT_FMA_F(c, MLT_Z(i + 2 * LANES), d * MLT_Z(i + 3 * LANES)));
  }
  for (; i + LANES <= n; i += LANES) {
    const MLT_FN(f) a = MLT_LOAD_F(h + i);
    more_sums = MLT_FN(widened_add)(more_sums, a);
    more_dots = MLT_FN(widened_add)(more_dots, a * MLT_Z(i));
  }
#undef MLT_Z
  double rest = 0.0, product = 0.0;
  for (; i < n; i++) {
    rest += (double)h[i];
    product += (double)h[i] * (double)MLT_FMA32(x[i] - m, f, low);
  }
  *sum = MLT_FN(wide_total)(MLT_FN(wide_add)(sums, more_sums)) + rest;
  *dot = MLT_FN(wide_total)(MLT_FN(wide_add)(dots, more_dots)) + product;
}

static inline void MLT_FN(row_sum_and_dot_f64)(const double *restrict h, const double *restrict x, int64_t n, double m,
                                               double f, double low, double *sum, double *dot) {
  enum { LANES = 16 };
  double sums[LANES] __attribute__((aligned(64))) = {0}, dots[LANES] __attribute__((aligned(64))) = {0};
  int64_t i = 0;
  for (; i + LANES <= n; i += LANES)
    for (int j = 0; j < LANES; j++) {
      sums[j] += h[i + j];
      dots[j] = MLT_FMA64(h[i + j], MLT_FMA64(x[i + j] - m, f, low), dots[j]);
    }
  for (int j = 0; i < n; i++, j++) {
    sums[j] += h[i];
    dots[j] = MLT_FMA64(h[i], MLT_FMA64(x[i] - m, f, low), dots[j]);
  }
  for (int width = LANES / 2; width; width /= 2)
    for (int j = 0; j < width; j++) {
      sums[j] += sums[j + width];
      dots[j] += dots[j + width];
    }
  *sum = sums[0];
  *dot = dots[0];
}
