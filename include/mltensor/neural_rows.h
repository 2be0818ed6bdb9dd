/* Rows of exponentials: softmax, its logarithm, cross entropy, layer normalisation.
 *
 * Included once per instruction set and type: MLT_REAL is float or double, MLT_ROWS(name) makes a
 * name of its own, MLT_FUSED its fused multiply-add, MLT_DECAY the exponential of numbers that are
 * not positive, see decay.h.  No include guard.
 *
 * Short rows are taken many at a time, so that the exponentials of a batch of ten classes fill
 * the vectors; sums are kept in double, in lanes with a fixed order.
 */

enum { MLT_ROWS(LANES) = 16, MLT_ROWS(BLOCK) = 1024 };

static inline __attribute__((always_inline)) MLT_REAL MLT_ROWS(larger)(MLT_REAL a, MLT_REAL x) {
  return x > a ? x : a; /* a NaN that is passed over comes back in the exponentials and their sum */
}

static inline MLT_REAL MLT_ROWS(maximum)(const MLT_REAL *restrict x, int64_t n) {
  enum { LANES = 4 * MLT_ROWS(LANES) };
  if (n < LANES) {
    MLT_REAL best = x[0];
    for (int64_t i = 1; i < n; i++) best = MLT_ROWS(larger)(best, x[i]);
    return best;
  }
  MLT_REAL lane[LANES];
  for (int j = 0; j < LANES; j++) lane[j] = x[j];
  for (int64_t i = LANES; i < n; i += LANES) {
    if (i > n - LANES) i = n - LANES; /* the last ones once more */
    for (int j = 0; j < LANES; j++) lane[j] = MLT_ROWS(larger)(lane[j], x[i + j]);
  }
  for (int width = LANES / 2; width; width /= 2)
    for (int j = 0; j < width; j++) lane[j] = MLT_ROWS(larger)(lane[j], lane[j + width]);
  return lane[0];
}

/* Defines a sum of VALUE(i), which has TYPE: four are added as they are, and that in double. */
#define MLT_ROW_SUM(name, PARAMETERS, TYPE, VALUE)                                              \
  static inline double MLT_ROWS(name) PARAMETERS {                                              \
    enum { LANES = MLT_ROWS(LANES) };                                                           \
    double total = 0.0;                                                                         \
    int64_t k = 0;                                                                              \
    if (n >= LANES) {                                                                           \
      double lane[LANES] = {0};                                                                 \
      for (; k + 4 * LANES <= n; k += 4 * LANES)                                                \
        for (int j = 0; j < LANES; j++) {                                                       \
          const TYPE a = VALUE(k + j), b = VALUE(k + LANES + j);                                \
          const TYPE c = VALUE(k + 2 * LANES + j), d = VALUE(k + 3 * LANES + j);                \
          lane[j] += (double)((a + b) + (c + d));                                               \
        }                                                                                       \
      for (; k + LANES <= n; k += LANES)                                                        \
        for (int j = 0; j < LANES; j++) lane[j] += (double)VALUE(k + j);                        \
      for (int width = LANES / 2; width; width /= 2)                                            \
        for (int j = 0; j < width; j++) lane[j] += lane[j + width];                             \
      total = lane[0];                                                                          \
    }                                                                                           \
    for (; k < n; k++) total += (double)VALUE(k);                                               \
    return total;                                                                               \
  }

#define MLT_ELEMENT(i) x[i]
#define MLT_EXPONENTIAL(i) MLT_DECAY(x[i] - shift)
#define MLT_EXPONENTIAL_KEPT(i) (y[i] = MLT_DECAY(x[i] - shift))
#define MLT_PRODUCT(i) ((double)x[i] * (double)w[i])
/* Fused with 1, a subtraction leaves the adders to what must be added. */
#define MLT_SQUARE(i) (MLT_FUSED(x[i], (MLT_REAL)1, -shift) * MLT_FUSED(x[i], (MLT_REAL)1, -shift))
#define MLT_WIDE_SQUARE(i) (((double)x[i] - shift) * ((double)x[i] - shift))
#define MLT_SHIFTED_PRODUCT(i) ((double)h[i] * ((double)x[i] - shift))
MLT_ROW_SUM(sum, (const MLT_REAL *restrict x, int64_t n), MLT_REAL, MLT_ELEMENT)
MLT_ROW_SUM(exp_wide, (const MLT_REAL *restrict x, MLT_REAL shift, int64_t n), MLT_REAL, MLT_EXPONENTIAL)
MLT_ROW_SUM(exp_kept, (const MLT_REAL *restrict x, MLT_REAL *restrict y, MLT_REAL shift, int64_t n), MLT_REAL,
            MLT_EXPONENTIAL_KEPT)
MLT_ROW_SUM(dot, (const MLT_REAL *restrict x, const MLT_REAL *restrict w, int64_t n), double, MLT_PRODUCT)
MLT_ROW_SUM(squares, (const MLT_REAL *restrict x, MLT_REAL shift, int64_t n), MLT_REAL, MLT_SQUARE)
MLT_ROW_SUM(wide_squares, (const MLT_REAL *restrict x, double shift, int64_t n), double, MLT_WIDE_SQUARE)
MLT_ROW_SUM(dot_shifted, (const MLT_REAL *restrict h, const MLT_REAL *restrict x, double shift, int64_t n), double,
            MLT_SHIFTED_PRODUCT)
#undef MLT_ELEMENT
#undef MLT_EXPONENTIAL
#undef MLT_EXPONENTIAL_KEPT
#undef MLT_PRODUCT
#undef MLT_SQUARE
#undef MLT_WIDE_SQUARE
#undef MLT_SHIFTED_PRODUCT

/* The last elements of a row, fewer than LANES, as a vector. */
static inline double MLT_ROWS(exp_last)(const MLT_REAL *restrict x, MLT_REAL *restrict y, MLT_REAL shift, int64_t n) {
  enum { LANES = MLT_ROWS(LANES) };
  MLT_REAL last[LANES];
  double total = 0.0;
  if (n == 0) return 0.0;
  for (int j = 0; j < LANES; j++) last[j] = -(MLT_REAL)INFINITY;
  memcpy(last, x, n * sizeof(MLT_REAL));
  for (int j = 0; j < LANES; j++) last[j] = MLT_DECAY(last[j] - shift);
  for (int64_t j = 0; j < n; j++) total += (double)last[j];
  if (y) memcpy(y, last, n * sizeof(MLT_REAL));
  return total;
}

/* The sum of exp(x - shift) of a row, and with y each of them. */
static inline double MLT_ROWS(exp_sum)(const MLT_REAL *restrict x, MLT_REAL *restrict y, MLT_REAL shift, int64_t n) {
  const int64_t whole = n / MLT_ROWS(LANES) * MLT_ROWS(LANES);
  const double last = MLT_ROWS(exp_last)(x + whole, y ? y + whole : NULL, shift, n - whole);
  return (y ? MLT_ROWS(exp_kept)(x, y, shift, whole) : MLT_ROWS(exp_wide)(x, shift, whole)) + last;
}

/* Rows that fit into one block. */
static inline int64_t MLT_ROWS(batch)(int64_t n) {
  return n <= 64 ? MLT_ROWS(BLOCK) / n : 1;
}

/* y = exp(x - max(x)) in units of MLT_DECAY_UNIT, short rows side by side; the sums in `sums`. */
static inline void MLT_ROWS(exponentials)(const MLT_REAL *restrict x, MLT_REAL *restrict y,
                                          int64_t rows, int64_t n, MLT_REAL *restrict shifts,
                                          double *restrict sums) {
  if (rows == 1) {
    shifts[0] = MLT_ROWS(maximum)(x, n);
    sums[0] = MLT_ROWS(exp_sum)(x, y, shifts[0], n);
    return;
  }
  for (int64_t r = 0; r < rows; r++) {
    const MLT_REAL shift = shifts[r] = MLT_ROWS(maximum)(x + r * n, n);
    for (int64_t i = 0; i < n; i++) y[r * n + i] = x[r * n + i] - shift;
  }
  for (int64_t i = 0; i < rows * n; i++) y[i] = MLT_DECAY(y[i]);
  for (int64_t r = 0; r < rows; r++) sums[r] = MLT_ROWS(sum)(y + r * n, n);
}

/* Maxima of the rows of a batch, and the logarithms of the sums of exp(x - max). */
static inline void MLT_ROWS(logarithms)(const MLT_REAL *restrict x, int64_t rows, int64_t n,
                                        MLT_REAL *restrict shifts, double *restrict sums) {
  MLT_REAL buffer[MLT_ROWS(BLOCK)];
  if (rows > 1) {
    MLT_ROWS(exponentials)(x, buffer, rows, n, shifts, sums);
  } else {
    shifts[0] = MLT_ROWS(maximum)(x, n);
    sums[0] = MLT_ROWS(exp_sum)(x, NULL, shifts[0], n);
  }
  for (int64_t r = 0; r < rows; r++) sums[r] = MLT_LOG_DOUBLE(sums[r] * MLT_DECAY_UNIT);
}

/* ---- softmax and its logarithm ---------------------------------------------------------- */

static void MLT_ROWS(softmax)(void *context, int64_t begin, int64_t end) {
  const mlt_softmax *s = context;
  const int64_t n = s->n, most = MLT_ROWS(batch)(n);
  MLT_REAL shifts[MLT_ROWS(BLOCK)];
  double sums[MLT_ROWS(BLOCK)];
  for (int64_t row = begin; row < end; row += most) {
    const int64_t rows = end - row < most ? end - row : most;
    const MLT_REAL *x = (const MLT_REAL *)s->source + row * n;
    MLT_REAL *y = (MLT_REAL *)s->result + row * n;
    if (s->logarithm) {
      MLT_ROWS(logarithms)(x, rows, n, shifts, sums);
      for (int64_t r = 0; r < rows; r++, x += n, y += n) {
        const MLT_REAL shift = shifts[r], rest = (MLT_REAL)sums[r];
        for (int64_t i = 0; i < n; i++) y[i] = (x[i] - shift) - rest;
      }
      continue;
    }
    MLT_ROWS(exponentials)(x, y, rows, n, shifts, sums);
    for (int64_t r = 0; r < rows; r++) {
      const MLT_REAL scale = (MLT_REAL)(1.0 / sums[r]);
      for (int64_t i = 0; i < n; i++) y[r * n + i] *= scale;
    }
  }
}

/* The same along an axis that is not the last: a unit is a tile of columns. */
static void MLT_ROWS(softmax_columns)(void *context, int64_t begin, int64_t end) {
  const mlt_softmax *s = context;
  enum { TILE = MLT_SOFTMAX_TILE };
  const int64_t n = s->n, m = s->m, tiles = (m + TILE - 1) / TILE;
  MLT_REAL shift[TILE], rest[TILE];
  double sums[TILE];
  for (int64_t k = begin; k < end; k++) {
    const int64_t first = k % tiles * TILE, width = m - first < TILE ? m - first : TILE;
    const MLT_REAL *restrict x = (const MLT_REAL *)s->source + k / tiles * n * m + first;
    MLT_REAL *restrict y = (MLT_REAL *)s->result + k / tiles * n * m + first;
    for (int64_t j = 0; j < width; j++) {
      shift[j] = x[j];
      sums[j] = 0.0;
    }
    for (int64_t i = 1; i < n; i++)
      for (int64_t j = 0; j < width; j++)
        shift[j] = MLT_ROWS(larger)(shift[j], x[i * m + j]);
    for (int64_t i = 0; i < n; i++)
      for (int64_t j = 0; j < width; j++) {
        const MLT_REAL e = MLT_DECAY(x[i * m + j] - shift[j]);
        y[i * m + j] = e;
        sums[j] += (double)e;
      }
    if (s->logarithm) {
      for (int64_t j = 0; j < width; j++) rest[j] = (MLT_REAL)log(sums[j] * MLT_DECAY_UNIT);
      for (int64_t i = 0; i < n; i++)
        for (int64_t j = 0; j < width; j++) y[i * m + j] = (x[i * m + j] - shift[j]) - rest[j];
      continue;
    }
    for (int64_t j = 0; j < width; j++) rest[j] = (MLT_REAL)(1.0 / sums[j]);
    for (int64_t i = 0; i < n; i++)
      for (int64_t j = 0; j < width; j++) y[i * m + j] *= rest[j];
  }
}

/* ---- cross entropy of softmax: loss = sum_c k_c (lse - x_c) with k_c = w_c q_c ------------- */

/* Sum of k_c, and through `dotted` the sum of k_c x_c, of one row. */
static inline double MLT_ROWS(coefficients)(const mlt_cross_entropy *s, int64_t row,
                                            const MLT_REAL *restrict x, double *dotted) {
  const MLT_REAL *w = s->weight;
  const int64_t n = s->classes;
  const double share = s->smoothing / (double)n;
  double total = 0.0, dot = 0.0;
  if (s->probabilities) {
    const MLT_REAL *q = (const MLT_REAL *)s->probabilities + row * n;
    for (int64_t i = 0; i < n; i++) {
      const double k = ((1.0 - s->smoothing) * q[i] + share) * (w ? w[i] : (MLT_REAL)1);
      total += k;
      dot += k * x[i];
    }
    *dotted = dot;
    return total;
  }
  const int64_t t = s->target[row];
  const double k = (1.0 - s->smoothing) * (w ? w[t] : (MLT_REAL)1);
  total = k;
  dot = k * x[t];
  if (s->smoothing != 0.0) {
    total += share * (w ? MLT_ROWS(sum)(w, n) : (double)n);
    dot += share * (w ? MLT_ROWS(dot)(x, w, n) : MLT_ROWS(sum)(x, n));
  }
  *dotted = dot;
  return total;
}

static void MLT_ROWS(cross_entropy)(void *context, int64_t begin, int64_t end) {
  const mlt_cross_entropy *s = context;
  const int64_t n = s->classes, most = MLT_ROWS(batch)(n);
  MLT_REAL shifts[MLT_ROWS(BLOCK)];
  double sums[MLT_ROWS(BLOCK)];
  for (int64_t row = begin; row < end; row += most) {
    const int64_t rows = end - row < most ? end - row : most;
    const MLT_REAL *x = (const MLT_REAL *)s->logits + row * n;
    MLT_ROWS(logarithms)(x, rows, n, shifts, sums);
    for (int64_t r = 0; r < rows; r++) sums[r] += (double)shifts[r];
    for (int64_t r = 0; r < rows; r++) {
      if (mlt_cross_entropy_ignored(s, row + r)) {
        s->losses[row + r] = 0.0;
        continue;
      }
      double dotted, total = MLT_ROWS(coefficients)(s, row + r, x + r * n, &dotted);
      s->losses[row + r] = total * sums[r] - dotted;
    }
  }
}

static void MLT_ROWS(cross_entropy_backward)(void *context, int64_t begin, int64_t end) {
  const mlt_cross_entropy *s = context;
  const int64_t n = s->classes, most = MLT_ROWS(batch)(n);
  const MLT_REAL *w = s->weight;
  const MLT_REAL share = (MLT_REAL)(s->smoothing / (double)n);
  MLT_REAL shifts[MLT_ROWS(BLOCK)];
  double sums[MLT_ROWS(BLOCK)];
  for (int64_t row = begin; row < end; row += most) {
    const int64_t rows = end - row < most ? end - row : most;
    const MLT_REAL *x = (const MLT_REAL *)s->logits + row * n;
    MLT_REAL *y = (MLT_REAL *)s->result + row * n;
    MLT_ROWS(exponentials)(x, y, rows, n, shifts, sums);
    for (int64_t r = 0; r < rows; r++, x += n, y += n) {
      if (mlt_cross_entropy_ignored(s, row + r)) {
        memset(y, 0, n * sizeof(MLT_REAL));
        continue;
      }
      double dotted, total = MLT_ROWS(coefficients)(s, row + r, x, &dotted);
      const MLT_REAL upstream = ((const MLT_REAL *)s->gradient)[s->gradient_step * (row + r)];
      const MLT_REAL g = (MLT_REAL)((double)upstream * s->scale);
      const MLT_REAL scale = (MLT_REAL)(total / sums[r]);
      if (s->probabilities) {
        const MLT_REAL *q = (const MLT_REAL *)s->probabilities + (row + r) * n;
        const MLT_REAL keep = (MLT_REAL)(1.0 - s->smoothing);
        for (int64_t i = 0; i < n; i++)
          y[i] = g * (y[i] * scale - (keep * q[i] + share) * (w ? w[i] : (MLT_REAL)1));
        continue;
      }
      const int64_t t = s->target[row + r];
      const MLT_REAL factor = scale * g, part = share * g;
      for (int64_t i = 0; i < n; i++) y[i] *= factor;
      if (part != 0)
        for (int64_t i = 0; i < n; i++) y[i] -= part * (w ? w[i] : (MLT_REAL)1);
      y[t] -= (MLT_REAL)((1.0 - s->smoothing) * (w ? w[t] : (MLT_REAL)1)) * g;
    }
  }
}

/* ---- layer normalisation: y = (x - mean) / sqrt(var + eps) * weight + bias ------------------ */

static inline double MLT_ROWS(statistics)(const MLT_REAL *x, int64_t n, double epsilon,
                                          double *mean) {
  *mean = MLT_ROWS(sum)(x, n) / (double)n;
  const MLT_REAL shift = (MLT_REAL)*mean;
  const double off = *mean - (double)shift;
  double squares = MLT_ROWS(squares)(x, shift, n) - (double)n * (off * off);
  /* Squares beyond the range of float, and what is left of squares below it. */
  if (!(squares > 1e-30 && squares < 1e37)) squares = MLT_ROWS(wide_squares)(x, *mean, n);
  return 1.0 / sqrt(squares / (double)n + epsilon);
}

static void MLT_ROWS(layer_norm)(void *context, int64_t begin, int64_t end) {
  const mlt_layer_norm *s = context;
  const int64_t n = s->n;
  const MLT_REAL *restrict w = s->weight, *restrict b = s->bias;
  for (int64_t row = begin; row < end; row++) {
    const MLT_REAL *restrict x = (const MLT_REAL *)s->source + row * n;
    MLT_REAL *restrict y = (MLT_REAL *)s->result + row * n;
    double mean, scale = MLT_ROWS(statistics)(x, n, s->epsilon, &mean);
    /* The mean in two parts, of which the lower is scaled first. */
    const MLT_REAL m = (MLT_REAL)mean, f = (MLT_REAL)scale, low = (MLT_REAL)((mean - (double)m) * -scale);
    if (w && b)
      for (int64_t i = 0; i < n; i++) y[i] = MLT_FUSED(MLT_FUSED(x[i] - m, f, low), w[i], b[i]);
    else if (w)
      for (int64_t i = 0; i < n; i++) y[i] = MLT_FUSED(x[i] - m, f, low) * w[i];
    else if (b)
      for (int64_t i = 0; i < n; i++) y[i] = MLT_FUSED(x[i] - m, f, low) + b[i];
    else
      for (int64_t i = 0; i < n; i++) y[i] = MLT_FUSED(x[i] - m, f, low);
  }
}

/* With z = (x - mean) f and h = g * weight: f (h - mean(h) - z mean(h z)). */
static void MLT_ROWS(layer_norm_backward)(void *context, int64_t begin, int64_t end) {
  const mlt_layer_norm *s = context;
  const int64_t n = s->n;
  const MLT_REAL *restrict w = s->weight;
  for (int64_t row = begin; row < end; row++) {
    const MLT_REAL *restrict x = (const MLT_REAL *)s->source + row * n;
    const MLT_REAL *restrict g = (const MLT_REAL *)s->gradient + row * n;
    MLT_REAL *restrict y = (MLT_REAL *)s->result + row * n;
    double mean, scale = MLT_ROWS(statistics)(x, n, s->epsilon, &mean);
    for (int64_t i = 0; i < n; i++) y[i] = w ? g[i] * w[i] : g[i];
    const double first = MLT_ROWS(sum)(y, n) / (double)n;
    const double second = MLT_ROWS(dot_shifted)(y, x, mean, n) / (double)n * scale * scale;
    const MLT_REAL m = (MLT_REAL)mean, f = (MLT_REAL)scale;
    const MLT_REAL p = (MLT_REAL)first, q = (MLT_REAL)second;
    for (int64_t i = 0; i < n; i++) y[i] = f * ((y[i] - p) - (x[i] - m) * q);
  }
}

static const mlt_neural_tasks MLT_ROWS(neural) = {
    MLT_ROWS(softmax), MLT_ROWS(softmax_columns), MLT_ROWS(cross_entropy),
    MLT_ROWS(cross_entropy_backward), MLT_ROWS(layer_norm), MLT_ROWS(layer_norm_backward)};
