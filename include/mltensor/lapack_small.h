/* Small real matrices, many at once: element by element of as many matrices as a vector has lanes. Re-included per
 * target and dtype by lapack.h.
 *
 * Every lane computes the same operations in the same order whatever its neighbours hold, so that a matrix has the
 * same factors alone and anywhere in a stack, on every machine. No element is ever divided by what another lane needs.
 */
#define MLT_SMALL_FN(name) MLT_CONCAT(MLT_CONCAT(name##_, MLT_PREFIX), MLT_SUFFIX)
#define MLT_SMALL_LANES ((int)(64 / sizeof(MLT_T)))

typedef MLT_T MLT_SMALL_FN(mlt_lane) __attribute__((vector_size(64)));
typedef MLT_SIGNED MLT_SMALL_FN(mlt_mask) __attribute__((vector_size(64)));
#define MLT_LANE MLT_SMALL_FN(mlt_lane)
#define MLT_MASK MLT_SMALL_FN(mlt_mask)
#define MLT_SELECT(mask, yes, no) ((MLT_LANE)(((mask) & (MLT_MASK)(yes)) | (~(mask) & (MLT_MASK)(no))))

#define MLT_SIZE(x) ((MLT_LANE)((MLT_MASK)(x) & ~((MLT_SIGNED)1 << (8 * sizeof(MLT_T) - 1))))

static inline void MLT_SMALL_FN(mlt_root)(MLT_LANE *x) {
  MLT_T *each = (MLT_T *)x;
  for (int l = 0; l < MLT_SMALL_LANES; l++) each[l] = (MLT_T)__builtin_sqrt(each[l]);
}

/* Matrices [first, first + count) of an operand, one per lane; the identity in lanes without one. */
static void MLT_SMALL_FN(mlt_small_load)(const mlt_lapack *p, MLT_LANE *to, int64_t first, int count, int which,
                                         int64_t rows, int64_t columns, int64_t row, int64_t column) {
  for (int64_t r = 0; r < rows; r++)
    for (int64_t c = 0; c < columns; c++) to[r * columns + c] = (MLT_LANE){0} + (MLT_T)(r == c);
  for (int l = 0; l < count; l++) {
    const char *at[2];
    mlt_lapack_place(p, first + l, &at[0], &at[1]);
    for (int64_t r = 0; r < rows; r++)
      for (int64_t c = 0; c < columns; c++)
        ((MLT_T *)(to + r * columns + c))[l] = *(const MLT_T *)(at[which] + r * row + c * column);
  }
}

static void MLT_SMALL_FN(mlt_small_store)(const mlt_lapack *p, int which, const MLT_LANE *from, int64_t first,
                                          int count, int64_t elements) {
  for (int l = 0; l < count; l++) {
    MLT_T *to = (MLT_T *)(p->out[which] + (first + l) * p->out_step[which]);
    for (int64_t i = 0; i < elements; i++) to[i] = ((const MLT_T *)(from + i))[l];
  }
}

/* Rows of [A | B] to those of [U | the rest of the way to B's solution], by the largest pivots; where rows were
 * exchanged an odd number of times, and where a pivot was zero. */
static void MLT_SMALL_FN(mlt_small_eliminate)(MLT_LANE *a, MLT_LANE *b, int n, int k, MLT_MASK *odd,
                                              MLT_MASK *singular) {
  *odd = *singular = (MLT_MASK){0};
  for (int j = 0; j < n; j++) {
    MLT_LANE best = MLT_SIZE(a[j * n + j]);
    MLT_MASK at = (MLT_MASK){0} + j;
    for (int i = j + 1; i < n; i++) {
      const MLT_LANE size = MLT_SIZE(a[i * n + j]);
      const MLT_MASK more = (size > best) | (size != size);
      best = MLT_SELECT(more, size, best);
      at = (more & i) | (~more & at);
    }
    for (int i = j + 1; i < n; i++) {
      const MLT_MASK here = at == i;
      *odd ^= here;
      for (int c = j; c < n; c++) {
        const MLT_LANE x = a[j * n + c], y = a[i * n + c];
        a[j * n + c] = MLT_SELECT(here, y, x);
        a[i * n + c] = MLT_SELECT(here, x, y);
      }
      for (int c = 0; c < k; c++) {
        const MLT_LANE x = b[j * k + c], y = b[i * k + c];
        b[j * k + c] = MLT_SELECT(here, y, x);
        b[i * k + c] = MLT_SELECT(here, x, y);
      }
    }
    const MLT_LANE pivot = a[j * n + j];
    *singular |= pivot == 0;
    for (int i = j + 1; i < n; i++) {
      const MLT_LANE factor = a[i * n + j] / pivot;
      for (int c = j + 1; c < n; c++) a[i * n + c] -= factor * a[j * n + c];
      for (int c = 0; c < k; c++) b[i * k + c] -= factor * b[j * k + c];
    }
  }
}

static void MLT_SMALL_FN(mlt_small_substitute)(const MLT_LANE *a, MLT_LANE *b, int n, int k) {
  for (int j = n - 1; j >= 0; j--) {
    for (int c = 0; c < k; c++) b[j * k + c] /= a[j * n + j];
    for (int i = 0; i < j; i++)
      for (int c = 0; c < k; c++) b[i * k + c] -= a[i * n + j] * b[j * k + c];
  }
}

static void MLT_SMALL_FN(mlt_small_solve)(mlt_lapack *p, int64_t first, int count) {
  const int n = (int)p->n, k = p->routine == MLT_LAPACK_INVERSE ? n : (int)p->k;
  MLT_LANE a[MLT_SMALL_MOST * MLT_SMALL_MOST], b[MLT_SMALL_MOST * MLT_SMALL_MOST];
  MLT_MASK odd, singular;
  MLT_SMALL_FN(mlt_small_load)(p, a, first, count, 0, n, n, p->a_row, p->a_col);
  if (p->routine == MLT_LAPACK_INVERSE)
    MLT_SMALL_FN(mlt_small_load)(p, b, first, 0, 0, n, n, 0, 0);
  else
    MLT_SMALL_FN(mlt_small_load)(p, b, first, count, 1, n, k, p->b_row, p->b_col);
  MLT_SMALL_FN(mlt_small_eliminate)(a, b, n, k, &odd, &singular);
  MLT_SMALL_FN(mlt_small_substitute)(a, b, n, k);
  if (p->option & MLT_OPTION_OR_NAN)
    for (int i = 0; i < n * k; i++) b[i] = MLT_SELECT(singular, (MLT_LANE){0} + (MLT_T)NAN, b[i]);
  MLT_SMALL_FN(mlt_small_store)(p, 0, b, first, count, (int64_t)n * k);
  if (p->option & MLT_OPTION_OR_NAN) return;
  for (int l = 0; l < count; l++)
    if (singular[l]) mlt_lapack_fail(p, first + l, 1);
}

static void MLT_SMALL_FN(mlt_small_determinant)(mlt_lapack *p, int64_t first, int count) {
  const int n = (int)p->n;
  MLT_LANE a[MLT_SMALL_MOST * MLT_SMALL_MOST];
  MLT_MASK odd, singular;
  MLT_SMALL_FN(mlt_small_load)(p, a, first, count, 0, n, n, p->a_row, p->a_col);
  MLT_SMALL_FN(mlt_small_eliminate)(a, NULL, n, 0, &odd, &singular);
  for (int l = 0; l < count; l++) {
    MLT_T diagonal[MLT_SMALL_MOST];
    for (int i = 0; i < n; i++) diagonal[i] = singular[l] ? 0 : a[i * (n + 1)][l];
    MLT_OWN(product)(p, diagonal, 1, n, odd[l] != 0, singular[l] != 0, first + l);
  }
}

static void MLT_SMALL_FN(mlt_small_cholesky)(mlt_lapack *p, int64_t first, int count) {
  const int n = (int)p->n, upper = p->option & MLT_OPTION_UPPER;
  MLT_LANE a[MLT_SMALL_MOST * MLT_SMALL_MOST];
  MLT_MASK failed = {0};
  /* The upper factor is the lower one turned over, of the triangle turned over. */
  MLT_SMALL_FN(mlt_small_load)(p, a, first, count, 0, n, n, upper ? p->a_col : p->a_row, upper ? p->a_row : p->a_col);
  for (int j = 0; j < n; j++) {
    failed |= ~(a[j * n + j] > 0);
    MLT_SMALL_FN(mlt_root)(a + j * n + j);
    const MLT_LANE root = a[j * n + j];
    for (int i = j + 1; i < n; i++) a[i * n + j] /= root;
    for (int i = j + 1; i < n; i++)
      for (int c = j + 1; c <= i; c++) a[i * n + c] -= a[i * n + j] * a[c * n + j];
  }
  for (int i = 0; i < n; i++)
    for (int c = i + 1; c < n; c++) {
      a[i * n + c] = upper ? a[c * n + i] : (MLT_LANE){0};
      if (upper) a[c * n + i] = (MLT_LANE){0};
    }
  MLT_SMALL_FN(mlt_small_store)(p, 0, a, first, count, (int64_t)n * n);
  for (int l = 0; l < count; l++)
    if (failed[l]) mlt_lapack_fail(p, first + l, 1);
}

/* Rows below i of column `c` of `to` (and row i) minus tau v (v' times it), v being 1 and the column i of `a`. */
static inline void MLT_SMALL_FN(mlt_small_reflect)(const MLT_LANE *a, int64_t n, MLT_LANE *to, int64_t columns,
                                                   int64_t m, int64_t i, int64_t c, const MLT_LANE *tau) {
  MLT_LANE along = to[i * columns + c];
  for (int64_t r = i + 1; r < m; r++) along += a[r * n + i] * to[r * columns + c];
  along *= *tau;
  to[i * columns + c] -= along;
  for (int64_t r = i + 1; r < m; r++) to[r * columns + c] -= a[r * n + i] * along;
}

/* By reflections, with the signs that LAPACK gives them. Matrices whose squares leave the range of numbers go to
 * LAPACK, which scales them. */
static void MLT_SMALL_FN(mlt_small_qr)(mlt_lapack *p, int64_t first, int count) {
  const int64_t m = p->m, n = p->n, rank = m < n ? m : n, kept = p->option & MLT_OPTION_FULL ? m : rank;
  const MLT_T least = sizeof(MLT_T) == 4 ? (MLT_T)0x1p-100 : (MLT_T)0x1p-960, most = 1 / least;
  MLT_LANE a[MLT_SMALL_MOST * MLT_SMALL_MOST], q[MLT_SMALL_MOST * MLT_SMALL_MOST], tau[MLT_SMALL_MOST];
  MLT_MASK hard = {0};
  MLT_SMALL_FN(mlt_small_load)(p, a, first, count, 0, m, n, p->a_row, p->a_col);
  for (int64_t i = 0; i < rank; i++) {
    const MLT_LANE head = a[i * n + i];
    MLT_LANE below = {0};
    MLT_MASK some = {0};
    for (int64_t r = i + 1; r < m; r++) {
      below += a[r * n + i] * a[r * n + i];
      some |= a[r * n + i] != 0;
    }
    MLT_LANE norm = head * head + below;
    /* Nothing below the diagonal: nothing to reflect. */
    hard |= some & ~((below >= least) & (norm <= most));
    hard |= ~some & ~(MLT_SIZE(head) <= most);
    MLT_SMALL_FN(mlt_root)(&norm);
    norm = MLT_SELECT((MLT_MASK)head < 0, norm, -norm);
    norm = MLT_SELECT(some, norm, head);
    tau[i] = MLT_SELECT(some, (norm - head) / norm, (MLT_LANE){0});
    const MLT_LANE scale = MLT_SELECT(some, head - norm, (MLT_LANE){0} + 1);
    for (int64_t r = i + 1; r < m; r++) a[r * n + i] /= scale;
    a[i * n + i] = norm;
    for (int64_t c = i + 1; c < n; c++) MLT_SMALL_FN(mlt_small_reflect)(a, n, a, n, m, i, c, tau + i);
  }
  if (p->option & MLT_OPTION_VECTORS) {
    MLT_SMALL_FN(mlt_small_load)(p, q, first, 0, 0, m, kept, 0, 0);
    for (int64_t i = rank - 1; i >= 0; i--)
      for (int64_t c = i; c < kept; c++) MLT_SMALL_FN(mlt_small_reflect)(a, n, q, kept, m, i, c, tau + i);
    MLT_SMALL_FN(mlt_small_store)(p, 0, q, first, count, m * kept);
  }
  for (int64_t r = 1; r < kept; r++)
    for (int64_t c = 0; c < r && c < n; c++) a[r * n + c] = (MLT_LANE){0};
  MLT_SMALL_FN(mlt_small_store)(p, 1, a, first, count, kept * n);
  for (int l = 0; l < count; l++)
    if (hard[l]) mlt_lapack_alone(p, first + l);
}

/* Matrices [begin, end). */
static void MLT_SMALL_FN(mlt_small_run)(mlt_lapack *p, int64_t begin, int64_t end) {
  for (int64_t first = begin; first < end; first += MLT_SMALL_LANES) {
    const int count = end - first < MLT_SMALL_LANES ? (int)(end - first) : MLT_SMALL_LANES;
    if (p->routine == MLT_LAPACK_DETERMINANT)
      MLT_SMALL_FN(mlt_small_determinant)(p, first, count);
    else if (p->routine == MLT_LAPACK_CHOLESKY)
      MLT_SMALL_FN(mlt_small_cholesky)(p, first, count);
    else if (p->routine == MLT_LAPACK_QR)
      MLT_SMALL_FN(mlt_small_qr)(p, first, count);
    else
      MLT_SMALL_FN(mlt_small_solve)(p, first, count);
  }
}

#undef MLT_SIZE
#undef MLT_SELECT
#undef MLT_MASK
#undef MLT_LANE
#undef MLT_SMALL_LANES
#undef MLT_SMALL_FN
