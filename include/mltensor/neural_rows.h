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
#define MLT_PRODUCT(i) ((double)x[i] * (double)w[i])
MLT_ROW_SUM(sum, (const MLT_REAL *restrict x, int64_t n), MLT_REAL, MLT_ELEMENT)
MLT_ROW_SUM(dot, (const MLT_REAL *restrict x, const MLT_REAL *restrict w, int64_t n), double, MLT_PRODUCT)
#undef MLT_ELEMENT
#undef MLT_PRODUCT

/* y[i] = VALUE for every i below n, which VALUE gives as a vector and at the end as a number: AT(p) is the element or
 * the vector at p + i, ALL(x) a number for all of them. */
#define MLT_ROW_VALUES(y, n, VALUE)                                                             \
  {                                                                                             \
    int64_t i = 0;                                                                              \
    for (; i + MLT_VECTOR_LANES <= n; i += MLT_VECTOR_LANES)                                    \
      *(MLT_VECTOR_AT *)(y + i) = VALUE(MLT_ROW_VECTOR, MLT_VECTOR_ALL, MLT_VECTOR_FUSED);      \
    for (; i < n; i++) y[i] = VALUE(MLT_ROW_NUMBER, MLT_ROW_SAME, MLT_FUSED);                   \
  }
#define MLT_ROW_VECTOR(p) (*(const MLT_VECTOR_AT *)(p + i))
#define MLT_ROW_NUMBER(p) (p[i])
#define MLT_ROW_SAME(x) (x)

/* Rows that fit into one block. */
static inline int64_t MLT_ROWS(batch)(int64_t n) {
  return n <= 64 ? MLT_ROWS(BLOCK) / n : 1;
}

/* y = exp(x - max(x)) in units of MLT_DECAY_UNIT, short rows side by side; the sums in `sums`. */
static inline void MLT_ROWS(exponentials)(const MLT_REAL *restrict x, MLT_REAL *restrict y,
                                          int64_t rows, int64_t n, MLT_REAL *restrict shifts,
                                          double *restrict sums) {
  if (rows == 1) {
    shifts[0] = MLT_ROWS(row_max)(x, n);
    sums[0] = MLT_ROWS(row_exp_sum)(x, y, shifts[0], n);
    return;
  }
  for (int64_t r = 0; r < rows; r++) {
    const MLT_REAL shift = shifts[r] = n < 32 ? MLT_ROWS(few_max)(x + r * n, n) : MLT_ROWS(row_max)(x + r * n, n);
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
    shifts[0] = MLT_ROWS(row_max)(x, n);
    sums[0] = MLT_ROWS(row_exp_sum)(x, NULL, shifts[0], n);
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
#define MLT_LOGARITHM(AT, ALL, FUSED) ((AT(x) - ALL(shift)) - ALL(rest))
        MLT_ROW_VALUES(y, n, MLT_LOGARITHM)
#undef MLT_LOGARITHM
      }
      continue;
    }
    MLT_ROWS(exponentials)(x, y, rows, n, shifts, sums);
    for (int64_t r = 0; r < rows; r++, y += n) {
      const MLT_REAL scale = (MLT_REAL)(1.0 / sums[r]);
#define MLT_SCALED(AT, ALL, FUSED) (AT(y) * ALL(scale))
      MLT_ROW_VALUES(y, n, MLT_SCALED)
#undef MLT_SCALED
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

/* ---- their gradients: y (g - sum(g y)), and g - exp(y) sum(g) ------------------------------ */

static void MLT_ROWS(softmax_backward)(void *context, int64_t begin, int64_t end) {
  const mlt_softmax *s = context;
  const int64_t n = s->n;
  for (int64_t row = begin; row < end; row++) {
    const MLT_REAL *restrict y = (const MLT_REAL *)s->source + row * n;
    const MLT_REAL *restrict g = (const MLT_REAL *)s->gradient + row * n;
    MLT_REAL *restrict result = (MLT_REAL *)s->result + row * n;
    double sum, dot;
    MLT_ROWS(row_sum_and_dot)(g, y, n, (MLT_REAL)0, (MLT_REAL)1, (MLT_REAL)0, &sum, &dot);
    if (s->logarithm) {
      MLT_ROWS(row_less_exp)(g, y, result, (MLT_REAL)(sum * MLT_DECAY_UNIT), n);
      continue;
    }
    const MLT_REAL total = (MLT_REAL)dot;
#define MLT_BACKWARD(AT, ALL, FUSED) (AT(y) * (AT(g) - ALL(total)))
    MLT_ROW_VALUES(result, n, MLT_BACKWARD)
#undef MLT_BACKWARD
  }
}

static void MLT_ROWS(softmax_columns_backward)(void *context, int64_t begin, int64_t end) {
  const mlt_softmax *s = context;
  enum { TILE = MLT_SOFTMAX_TILE };
  const int64_t n = s->n, m = s->m, tiles = (m + TILE - 1) / TILE;
  MLT_REAL total[TILE];
  double sums[TILE];
  for (int64_t k = begin; k < end; k++) {
    const int64_t first = k % tiles * TILE, width = m - first < TILE ? m - first : TILE;
    const int64_t start = k / tiles * n * m + first;
    const MLT_REAL *restrict y = (const MLT_REAL *)s->source + start;
    const MLT_REAL *restrict g = (const MLT_REAL *)s->gradient + start;
    MLT_REAL *restrict result = (MLT_REAL *)s->result + start;
    for (int64_t j = 0; j < width; j++) sums[j] = 0.0;
    for (int64_t i = 0; i < n * m; i += m)
      for (int64_t j = 0; j < width; j++) sums[j] += s->logarithm ? (double)g[i + j] : (double)g[i + j] * y[i + j];
    for (int64_t j = 0; j < width; j++) total[j] = (MLT_REAL)(s->logarithm ? sums[j] * MLT_DECAY_UNIT : sums[j]);
    for (int64_t i = 0; i < n * m; i += m) {
      if (s->logarithm)
        for (int64_t j = 0; j < width; j++) result[i + j] = MLT_FUSED(MLT_DECAY(y[i + j]), -total[j], g[i + j]);
      else
        for (int64_t j = 0; j < width; j++) result[i + j] = y[i + j] * (g[i + j] - total[j]);
    }
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

/* (x - mean) * scale is FUSED(x - m, f, low): the mean in two parts, of which the lower is scaled first. */
#define MLT_ROW_STATISTICS(x, n, epsilon)                                                       \
  const mlt_moments moments = MLT_ROWS(row_moments)(x, n);                                      \
  const double scale = 1.0 / sqrt(moments.squares / (double)n + epsilon);                       \
  const MLT_REAL m = (MLT_REAL)moments.mean, f = (MLT_REAL)scale;                               \
  const MLT_REAL low = (MLT_REAL)((moments.mean - (double)m) * -scale);
#define MLT_NORMAL(AT, ALL, FUSED) FUSED(AT(x) - ALL(m), ALL(f), ALL(low))
#define MLT_WEIGHTED(AT, ALL, FUSED) (MLT_NORMAL(AT, ALL, FUSED) * AT(w))
#define MLT_BIASED(AT, ALL, FUSED) (MLT_NORMAL(AT, ALL, FUSED) + AT(b))
#define MLT_AFFINE(AT, ALL, FUSED) FUSED(MLT_NORMAL(AT, ALL, FUSED), AT(w), AT(b))

static void MLT_ROWS(layer_norm)(void *context, int64_t begin, int64_t end) {
  const mlt_layer_norm *s = context;
  const int64_t n = s->n;
  const MLT_REAL *restrict w = s->weight, *restrict b = s->bias;
  if (w) w += begin * s->weight_step;
  for (int64_t row = begin; row < end; row++) {
    const MLT_REAL *restrict x = (const MLT_REAL *)s->source + row * n;
    MLT_REAL *restrict y = (MLT_REAL *)s->result + row * n;
    MLT_ROW_STATISTICS(x, n, s->epsilon)
    if (w && b) MLT_ROW_VALUES(y, n, MLT_AFFINE)
    else if (w) MLT_ROW_VALUES(y, n, MLT_WEIGHTED)
    else if (b) MLT_ROW_VALUES(y, n, MLT_BIASED)
    else MLT_ROW_VALUES(y, n, MLT_NORMAL)
    if (w) w += s->weight_step;
  }
}

/* With z = (x - mean) f and h = g * weight: f (h - mean(h) - z mean(h z)); z is of the order of 1, whatever the range
 * of x. */
static void MLT_ROWS(layer_norm_backward)(void *context, int64_t begin, int64_t end) {
  const mlt_layer_norm *s = context;
  const int64_t n = s->n;
  const MLT_REAL *restrict w = s->weight;
  for (int64_t row = begin; row < end; row++) {
    const MLT_REAL *restrict x = (const MLT_REAL *)s->source + row * n;
    const MLT_REAL *restrict g = (const MLT_REAL *)s->gradient + row * n;
    MLT_REAL *y = (MLT_REAL *)s->result + row * n;
    MLT_ROW_STATISTICS(x, n, s->epsilon)
    const MLT_REAL *h = g;
    if (w) {
#define MLT_GRADIENT(AT, ALL, FUSED) (AT(g) * AT(w))
      MLT_ROW_VALUES(y, n, MLT_GRADIENT)
#undef MLT_GRADIENT
      h = y;
    }
    double first, second;
    MLT_ROWS(row_sum_and_dot)(h, x, n, m, f, low, &first, &second);
    const MLT_REAL p = (MLT_REAL)(first / (double)n), q = (MLT_REAL)(second / (double)n);
#define MLT_BACKWARD(AT, ALL, FUSED) (ALL(f) * ((AT(h) - ALL(p)) - MLT_NORMAL(AT, ALL, FUSED) * ALL(q)))
    MLT_ROW_VALUES(y, n, MLT_BACKWARD)
#undef MLT_BACKWARD
  }
}
#undef MLT_ROW_STATISTICS
#undef MLT_NORMAL
#undef MLT_WEIGHTED
#undef MLT_BIASED
#undef MLT_AFFINE
#undef MLT_ROW_VALUES
#undef MLT_ROW_VECTOR
#undef MLT_ROW_NUMBER
#undef MLT_ROW_SAME

static const mlt_neural_tasks MLT_ROWS(neural) = {
    MLT_ROWS(softmax), MLT_ROWS(softmax_columns), MLT_ROWS(softmax_backward),
    MLT_ROWS(softmax_columns_backward), MLT_ROWS(cross_entropy),
    MLT_ROWS(cross_entropy_backward), MLT_ROWS(layer_norm), MLT_ROWS(layer_norm_backward)};
