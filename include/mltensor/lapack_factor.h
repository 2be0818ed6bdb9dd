/* Moving matrices between strides and LAPACK's column-major order, and what follows from an LU, Cholesky
 * or QR factorisation. Included by lapack.h once per dtype: no include guard. */

/* A strided matrix to column-major order with leading dimension ld. */
static void MLT_OWN(gather)(MLT_T *to, int64_t ld, const char *from, int64_t rows, int64_t columns,
                            int64_t row, int64_t column) {
  if (row == (int64_t)sizeof(MLT_T)) {
    for (int64_t j = 0; j < columns; j++)
      memcpy(to + j * ld, from + j * column, (size_t)rows * sizeof(MLT_T));
    return;
  }
  for (int64_t j0 = 0; j0 < columns; j0 += 16)
    for (int64_t i = 0; i < rows; i++) {
      const char *at = from + i * row;
      for (int64_t j = j0; j < mlt_least(columns, j0 + 16); j++)
        to[j * ld + i] = *(const MLT_T *)(at + j * column);
    }
}

/* A column-major matrix to row-major order without gaps. */
static void MLT_OWN(scatter)(char *to, const MLT_T *from, int64_t ld, int64_t rows,
                             int64_t columns) {
  for (int64_t j0 = 0; j0 < columns; j0 += 16)
    for (int64_t i = 0; i < rows; i++) {
      MLT_T *at = (MLT_T *)to + i * columns;
      for (int64_t j = j0; j < mlt_least(columns, j0 + 16); j++) at[j] = from[j * ld + i];
    }
}

static void MLT_OWN(identity)(char *to, int64_t n) {
  memset(to, 0, (size_t)(n * n) * sizeof(MLT_T));
  for (int64_t i = 0; i < n; i++) ((MLT_T *)to)[i * (n + 1)] = 1;
}

static inline MLT_T MLT_OWN(conjugate)(MLT_T x) {
#if MLT_IS_COMPLEX
  return conj(x);
#else
  return x;
#endif
}

static inline int MLT_OWN(finite)(MLT_T x) {
#if MLT_IS_COMPLEX
  return isfinite(creal(x)) && isfinite(cimag(x));
#else
  return isfinite(x);
#endif
}

static int MLT_OWN(all_finite)(const MLT_T *x, int64_t count) {
  for (int64_t i = 0; i < count; i++)
    if (!MLT_OWN(finite)(x[i])) return 0;
  return 1;
}

/* out[0]: L (or its conjugate transpose). The matrix is put into the result row by row, which LAPACK
 * reads as the transpose: its other triangle, and for complex numbers the conjugate matrix, whose factor
 * read back row by row is the factor of the matrix itself. */
static int64_t MLT_OWN(cholesky)(mlt_lapack *p, mlt_pieces *memory, const char *from,
                                 const char *other, int64_t at) {
  int64_t n = p->n, ld = mlt_most(n, 1), info = 0;
  int upper = p->option & MLT_OPTION_UPPER;
  if (!memory->base) return 0;
  MLT_T *a = (MLT_T *)(p->out[0] + at * p->out_step[0]);
  MLT_OWN(gather)(a, n, from, n, n, p->a_col, p->a_row);
  MLT_CALL(potrf)(upper ? "L" : "U", &n, a, &ld, &info, 1);
  for (int64_t i = 0; i < n; i++) {
    if (upper)
      memset(a + i * n, 0, (size_t)i * sizeof(MLT_T));
    else
      memset(a + i * n + i + 1, 0, (size_t)(n - i - 1) * sizeof(MLT_T));
  }
  return info;
}

static inline MLT_R MLT_OWN(largest)(MLT_T x) {
#if MLT_IS_COMPLEX
  return mlt_largest_part(x);
#else
  return fabs(x);
#endif
}

/* Takes a power of two out of a number, which one it gives; nothing out of zero, infinity and NaN. */
static inline int MLT_OWN(normalise)(MLT_T *x) {
  int shift = 0;
  const MLT_R largest = MLT_OWN(largest)(*x);
  if (!(largest > 0 && isfinite(largest))) return 0;
  frexp(largest, &shift);
#if MLT_IS_COMPLEX
  *x = ldexp(creal(*x), -shift) + I * (MLT_T)ldexp(cimag(*x), -shift);
#else
  *x = ldexp(*x, -shift);
#endif
  return shift;
}

/* From the diagonal of U, `step` apart: out[0]: sign, out[1]: logarithm of the modulus, out[2]: determinant; any may
 * be NULL. */
static void MLT_OWN(product)(const mlt_lapack *p, const MLT_T *diagonal, int64_t step, int64_t n, int odd,
                             int singular, int64_t at) {
  /* The product in two parts, so that it neither overflows nor vanishes on the way: where a factor or the product so
   * far leaves this range, a power of two goes into the exponent. */
  const MLT_R most = sizeof(MLT_R) == 4 ? (MLT_R)0x1p60 : (MLT_R)0x1p500, least = 1 / most;
  MLT_T sign = odd ? -1 : 1, mantissa = sign;
  MLT_R logarithm = 0;
  int64_t exponent = 0;
  for (int64_t i = 0; i < n; i++) {
    MLT_T x = diagonal[i * step];
#if MLT_IS_COMPLEX
    MLT_R size = cabs(x);
    sign *= size == 0 ? 0 : x / size;
#else
    MLT_R size = fabs(x);
    sign = x == 0 ? 0 : x < 0 ? -sign : sign;
#endif
    if (p->out[1]) logarithm += log(size);
    if (!(size >= least && size <= most)) exponent += MLT_OWN(normalise)(&mantissa);
    mantissa *= x;
    const MLT_R largest = MLT_OWN(largest)(mantissa);
    if (!(largest >= least && largest <= most)) exponent += MLT_OWN(normalise)(&mantissa);
  }
  /* From between one half and one it takes one rounding to the result, also where that is tiny. */
  exponent += MLT_OWN(normalise)(&mantissa);
  if (singular) {
    sign = 0;
    logarithm = -INFINITY;
    mantissa = 0;
  }
  int power = (int)mlt_most(mlt_least(exponent, 1 << 20), -(1 << 20));
  if (p->out[0]) *(MLT_T *)(p->out[0] + at * p->out_step[0]) = sign;
  if (p->out[1]) *(MLT_R *)(p->out[1] + at * p->out_step[1]) = logarithm;
  if (p->out[2]) {
#if MLT_IS_COMPLEX
    MLT_R *parts = (MLT_R *)(p->out[2] + at * p->out_step[2]);
    parts[0] = ldexp(creal(mantissa), power);
    parts[1] = ldexp(cimag(mantissa), power);
#else
    *(MLT_T *)(p->out[2] + at * p->out_step[2]) = ldexp(mantissa, power);
#endif
  }
}

static int64_t MLT_OWN(determinant)(mlt_lapack *p, mlt_pieces *memory, const char *from,
                                    const char *other, int64_t at) {
  int64_t n = p->n, ld = mlt_most(n, 1), info = 0;
  MLT_T *a = MLT_TAKE(MLT_T, n * n);
  int64_t *pivots = MLT_TAKE(int64_t, n);
  if (!memory->base) return 0;
  MLT_OWN(gather)(a, n, from, n, n, p->a_row, p->a_col);
  MLT_CALL(getrf)(&n, &n, a, &ld, pivots, &info);
  int odd = 0;
  for (int64_t i = 0; i < n; i++) odd ^= pivots[i] != i + 1;
  MLT_OWN(product)(p, a, n + 1, n, odd, info > 0, at);
  return 0;
}

/* out[0]: the inverse, as the solution for the columns of the identity: as NumPy rounds it, zeros and their
 * signs included. */
static int64_t MLT_OWN(inverse)(mlt_lapack *p, mlt_pieces *memory, const char *from,
                                const char *other, int64_t at) {
  int64_t n = p->n, ld = mlt_most(n, 1), info = 0;
  MLT_T *a = MLT_TAKE(MLT_T, n * n), *b = MLT_TAKE(MLT_T, n * n);
  int64_t *pivots = MLT_TAKE(int64_t, n);
  if (!memory->base) return 0;
  MLT_OWN(gather)(a, n, from, n, n, p->a_row, p->a_col);
  MLT_OWN(identity)((char *)b, n);
  MLT_CALL(gesv)(&n, &n, a, &ld, pivots, b, &ld, &info);
  if (info > 0 && p->option & MLT_OPTION_OR_NAN) {
    for (int64_t i = 0; i < n * n; i++) b[i] = NAN;
    info = 0;
  }
  MLT_OWN(scatter)(p->out[0] + at * p->out_step[0], b, n, n, n);
  return info;
}

/* out[0]: the solution of A X = B. */
static int64_t MLT_OWN(solve)(mlt_lapack *p, mlt_pieces *memory, const char *from,
                              const char *other, int64_t at) {
  int64_t n = p->n, k = p->k, ld = mlt_most(n, 1), info = 0;
  MLT_T *a = MLT_TAKE(MLT_T, n * n), *b = MLT_TAKE(MLT_T, n * k);
  int64_t *pivots = MLT_TAKE(int64_t, n);
  if (!memory->base) return 0;
  MLT_OWN(gather)(a, n, from, n, n, p->a_row, p->a_col);
  MLT_OWN(gather)(b, n, other, n, k, p->b_row, p->b_col);
  MLT_CALL(gesv)(&n, &k, a, &ld, pivots, b, &ld, &info);
  MLT_OWN(scatter)(p->out[0] + at * p->out_step[0], b, n, n, k);
  return info;
}

/* out[0]: the solution of T X = B, where of A one triangle is read. A zero on the diagonal gives
 * infinities. */
static int64_t MLT_OWN(triangular)(mlt_lapack *p, mlt_pieces *memory, const char *from,
                                   const char *other, int64_t at) {
  int64_t n = p->n, k = p->k, ld = mlt_most(n, 1);
  const MLT_T one = 1;
  MLT_T *a = MLT_TAKE(MLT_T, n * n), *b = MLT_TAKE(MLT_T, n * k);
  if (!memory->base) return 0;
  MLT_OWN(gather)(a, n, from, n, n, p->a_row, p->a_col);
  MLT_OWN(gather)(b, n, other, n, k, p->b_row, p->b_col);
  MLT_CALL(trsm)("L", p->option & MLT_OPTION_UPPER ? "U" : "L", "N",
                 p->option & MLT_OPTION_UNIT ? "U" : "N", &n, &k, &one, a, &ld, b, &ld, 1, 1, 1, 1);
  MLT_OWN(scatter)(p->out[0] + at * p->out_step[0], b, n, n, k);
  return 0;
}

/* out[0]: Q, out[1]: R. Raw: out[0]: the reflectors below R, column by column, out[1]: their factors. */
static int64_t MLT_OWN(qr)(mlt_lapack *p, mlt_pieces *memory, const char *from, const char *other,
                           int64_t at) {
  int64_t m = p->m, n = p->n, rank = mlt_least(m, n), ld = mlt_most(m, 1), info = 0;
  int full = p->option & MLT_OPTION_FULL, vectors = p->option & MLT_OPTION_VECTORS;
  int64_t columns = full ? m : rank, kept = full ? m : rank;
  /* Q grows where the matrix was. */
  MLT_T *a = MLT_TAKE(MLT_T, m * mlt_most(n, vectors ? columns : 0));
  MLT_T *tau = MLT_TAKE(MLT_T, rank);
  if (!memory->base) {
    int64_t query = -1;
    MLT_T wanted = 1;
    MLT_CALL(geqrf)(&m, &n, NULL, &ld, NULL, &wanted, &query, &info);
    p->lwork = mlt_most((int64_t)(MLT_R)wanted, mlt_most(n, 1));
    if (vectors) {
      wanted = 1;
#if MLT_IS_COMPLEX
      MLT_CALL(ungqr)(&m, &columns, &rank, NULL, &ld, NULL, &wanted, &query, &info);
#else
      MLT_CALL(orgqr)(&m, &columns, &rank, NULL, &ld, NULL, &wanted, &query, &info);
#endif
      p->lwork = mlt_most(p->lwork, mlt_most((int64_t)(MLT_R)wanted, columns));
    }
  }
  MLT_T *work = MLT_TAKE(MLT_T, p->lwork);
  if (!memory->base) return 0;
  MLT_OWN(gather)(a, m, from, m, n, p->a_row, p->a_col);
  MLT_CALL(geqrf)(&m, &n, a, &ld, tau, work, &p->lwork, &info);
  if (info) return info;
  if (p->option & MLT_OPTION_RAW) {
    memcpy(p->out[0] + at * p->out_step[0], a, (size_t)(m * n) * sizeof(MLT_T));
    memcpy(p->out[1] + at * p->out_step[1], tau, (size_t)rank * sizeof(MLT_T));
    return 0;
  }
  MLT_T *r = (MLT_T *)(p->out[1] + at * p->out_step[1]);
  for (int64_t i = 0; i < kept; i++)
    for (int64_t j = 0; j < n; j++) r[i * n + j] = j < i ? 0 : a[j * m + i];
  if (!vectors) return 0;
#if MLT_IS_COMPLEX
  MLT_CALL(ungqr)(&m, &columns, &rank, a, &ld, tau, work, &p->lwork, &info);
#else
  MLT_CALL(orgqr)(&m, &columns, &rank, a, &ld, tau, work, &p->lwork, &info);
#endif
  MLT_OWN(scatter)(p->out[0] + at * p->out_step[0], a, m, m, columns);
  return info;
}
