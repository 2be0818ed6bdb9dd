/* Singular values, eigenvalues, and what follows from them. Included by lapack.h once per dtype, after
 * lapack_factor.h: no include guard. */

/* A matrix of which the lower triangle stands for the whole, to column-major order. */
static void MLT_OWN(gather_hermitian)(MLT_T *to, const char *from, int64_t n, int64_t row,
                                      int64_t column) {
  for (int64_t i = 0; i < n; i++)
    for (int64_t j = 0; j <= i; j++) {
      MLT_T x = *(const MLT_T *)(from + i * row + j * column);
      to[i * n + j] = MLT_OWN(conjugate)(x);
      to[j * n + i] = x;
    }
}

/* The singular value decomposition of a column-major matrix, which is overwritten; columns of U and rows of
 * Vh as `job` says. `memory` may count only. */
static int64_t MLT_OWN(gesdd)(mlt_lapack *p, mlt_pieces *memory, const char *job, MLT_T *a, MLT_R *s,
                              MLT_T *u, MLT_T *vh, int64_t ldvh) {
  int64_t m = p->m, n = p->n, least = mlt_least(m, n), most = mlt_most(m, n), info = 0;
  int64_t *iwork = MLT_TAKE(int64_t, 8 * least);
#if MLT_IS_COMPLEX
  MLT_R *rwork = MLT_TAKE(MLT_R, *job == 'N' ? 7 * least
                                            : least * mlt_most(5 * least + 7, 2 * most + 2 * least + 1));
#endif
  if (!memory->base) {
    int64_t query = -1;
    MLT_T wanted = 1;
#if MLT_IS_COMPLEX
    MLT_CALL(gesdd)(job, &m, &n, NULL, &m, NULL, NULL, &m, NULL, &ldvh, &wanted, &query, NULL, NULL, &info, 1);
#else
    MLT_CALL(gesdd)(job, &m, &n, NULL, &m, NULL, NULL, &m, NULL, &ldvh, &wanted, &query, NULL, &info, 1);
#endif
    /* A float holds the length to seven digits; a little more is enough in every case. */
    p->lwork = (int64_t)((double)(MLT_R)wanted * 1.0001) + most + 1;
  }
  MLT_T *work = MLT_TAKE(MLT_T, p->lwork);
  if (!memory->base) return 0;
#if MLT_IS_COMPLEX
  MLT_CALL(gesdd)(job, &m, &n, a, &m, s, u, &m, vh, &ldvh, work, &p->lwork, rwork, iwork, &info, 1);
#else
  MLT_CALL(gesdd)(job, &m, &n, a, &m, s, u, &m, vh, &ldvh, work, &p->lwork, iwork, &info, 1);
#endif
  return info;
}

/* out[0]: U, out[1]: S, out[2]: Vh. */
static int64_t MLT_OWN(svd)(mlt_lapack *p, mlt_pieces *memory, const char *from, const char *other,
                            int64_t at) {
  int64_t m = p->m, n = p->n, least = mlt_least(m, n);
  int full = p->option & MLT_OPTION_FULL, vectors = p->option & MLT_OPTION_VECTORS;
  int64_t columns = full ? m : least, rows = full ? n : least;
  if (least == 0) {
    if (memory->base && full && vectors) {
      MLT_OWN(identity)(p->out[0] + at * p->out_step[0], m);
      MLT_OWN(identity)(p->out[2] + at * p->out_step[2], n);
    }
    return 0;
  }
  MLT_T *a = MLT_TAKE(MLT_T, m * n);
  MLT_T *u = MLT_TAKE(MLT_T, vectors ? m * columns : 0), *vh = MLT_TAKE(MLT_T, vectors ? rows * n : 0);
  MLT_R *s = memory->base ? (MLT_R *)(p->out[1] + at * p->out_step[1]) : NULL;
  if (memory->base) MLT_OWN(gather)(a, m, from, m, n, p->a_row, p->a_col);
  int64_t info = MLT_OWN(gesdd)(p, memory, !vectors ? "N" : full ? "A" : "S", a, s, u, vh, rows);
  if (memory->base && vectors) {
    MLT_OWN(scatter)(p->out[0] + at * p->out_step[0], u, m, m, columns);
    MLT_OWN(scatter)(p->out[2] + at * p->out_step[2], vh, rows, rows, n);
  }
  return info;
}

/* out[0]: eigenvalues, out[1]: eigenvectors, of a Hermitian matrix. Where the triangle that is read is not
 * finite all of them are NaN: what LAPACK then gives depends on the machine. */
static int64_t MLT_OWN(eigh)(mlt_lapack *p, mlt_pieces *memory, const char *from, const char *other,
                             int64_t at) {
  int64_t n = p->n, ld = mlt_most(n, 1), info = 0;
  const char *job = p->option & MLT_OPTION_VECTORS ? "V" : "N";
  const char *triangle = p->option & MLT_OPTION_UPPER ? "U" : "L";
  MLT_T *a = MLT_TAKE(MLT_T, n * n);
  if (!memory->base) {
    int64_t query = -1, iwanted = 1;
    MLT_T wanted = 1;
#if MLT_IS_COMPLEX
    MLT_R rwanted = 1;
    MLT_CALL(heevd)(job, triangle, &n, NULL, &ld, NULL, &wanted, &query, &rwanted, &query, &iwanted, &query, &info,
                    1, 1);
    p->lrwork = (int64_t)((double)rwanted * 1.0001) + ld;
#else
    MLT_CALL(syevd)(job, triangle, &n, NULL, &ld, NULL, &wanted, &query, &iwanted, &query, &info, 1, 1);
#endif
    p->lwork = (int64_t)((double)(MLT_R)wanted * 1.0001) + ld;
    p->liwork = iwanted;
  }
  MLT_T *work = MLT_TAKE(MLT_T, p->lwork);
  int64_t *iwork = MLT_TAKE(int64_t, p->liwork);
#if MLT_IS_COMPLEX
  MLT_R *rwork = MLT_TAKE(MLT_R, p->lrwork);
#endif
  if (!memory->base) return 0;
  MLT_R *w = (MLT_R *)(p->out[0] + at * p->out_step[0]);
  MLT_OWN(gather)(a, n, from, n, n, p->a_row, p->a_col);
  int finite = 1;
  for (int64_t j = 0; j < n && finite; j++)
    finite = *triangle == 'L' ? MLT_OWN(all_finite)(a + j * n + j, n - j) : MLT_OWN(all_finite)(a + j * n, j + 1);
  if (finite) {
#if MLT_IS_COMPLEX
    MLT_CALL(heevd)(job, triangle, &n, a, &ld, w, work, &p->lwork, rwork, &p->lrwork, iwork, &p->liwork, &info, 1, 1);
#else
    MLT_CALL(syevd)(job, triangle, &n, a, &ld, w, work, &p->lwork, iwork, &p->liwork, &info, 1, 1);
#endif
  } else {
    for (int64_t i = 0; i < n; i++) w[i] = NAN;
    for (int64_t i = 0; i < n * n; i++) a[i] = NAN;
  }
  if (*job == 'V') MLT_OWN(scatter)(p->out[1] + at * p->out_step[1], a, n, n, n);
  return info;
}

/* out[0]: eigenvalues, out[1]: right eigenvectors, complex always. */
static int64_t MLT_OWN(eig)(mlt_lapack *p, mlt_pieces *memory, const char *from, const char *other,
                            int64_t at) {
  typedef MLT_R _Complex number;
  int64_t n = p->n, ld = mlt_most(n, 1), info = 0;
  int vectors = p->option & MLT_OPTION_VECTORS;
  const char *job = vectors ? "V" : "N";
  MLT_T *a = MLT_TAKE(MLT_T, n * n), *v = MLT_TAKE(MLT_T, vectors ? n * n : 0);
#if MLT_IS_COMPLEX
  MLT_R *rwork = MLT_TAKE(MLT_R, 2 * n);
#else
  MLT_R *real = MLT_TAKE(MLT_R, n), *imaginary = MLT_TAKE(MLT_R, n);
#endif
  if (!memory->base) {
    int64_t query = -1;
    MLT_T wanted = 1;
#if MLT_IS_COMPLEX
    MLT_R unused; /* which the question writes to */
    MLT_CALL(geev)("N", job, &n, NULL, &ld, NULL, NULL, &ld, NULL, &ld, &wanted, &query, &unused, &info, 1, 1);
#else
    MLT_CALL(geev)("N", job, &n, NULL, &ld, NULL, NULL, NULL, &ld, NULL, &ld, &wanted, &query, &info, 1, 1);
#endif
    p->lwork = (int64_t)((double)(MLT_R)wanted * 1.0001) + 4 * ld;
  }
  MLT_T *work = MLT_TAKE(MLT_T, p->lwork);
  if (!memory->base) return 0;
  number *w = (number *)(p->out[0] + at * p->out_step[0]);
  MLT_OWN(gather)(a, n, from, n, n, p->a_row, p->a_col);
  if (!MLT_OWN(all_finite)(a, n * n)) return MLT_LAPACK_NOT_FINITE;
#if MLT_IS_COMPLEX
  MLT_CALL(geev)("N", job, &n, a, &ld, w, NULL, &ld, v, &ld, work, &p->lwork, rwork, &info, 1, 1);
  if (vectors) MLT_OWN(scatter)(p->out[1] + at * p->out_step[1], v, n, n, n);
#else
  MLT_CALL(geev)("N", job, &n, a, &ld, real, imaginary, NULL, &ld, v, &ld, work, &p->lwork, &info, 1, 1);
  for (int64_t i = 0; i < n; i++) {
    ((MLT_R *)w)[2 * i] = real[i];
    ((MLT_R *)w)[2 * i + 1] = imaginary[i];
  }
  if (!vectors) return info;
  /* A conjugate pair has one vector: real parts in its first column, imaginary parts in its second. */
  MLT_R *out = (MLT_R *)(p->out[1] + at * p->out_step[1]);
  for (int64_t j = 0; j < n; j++) {
    int pair = imaginary[j] != 0 && j + 1 < n;
    for (int64_t i = 0; i < n; i++) {
      MLT_R *here = out + 2 * (i * n + j);
      here[0] = v[j * n + i];
      here[1] = pair ? v[(j + 1) * n + i] : 0;
      if (pair) {
        here[2] = here[0];
        here[3] = -here[1];
      }
    }
    j += pair;
  }
#endif
  return info;
}

/* out[0]: X that makes |A X - B| least, out[1]: sums of squares of what is left, out[2]: rank, out[3]: singular
 * values. */
static int64_t MLT_OWN(lstsq)(mlt_lapack *p, mlt_pieces *memory, const char *from, const char *other,
                              int64_t at) {
  int64_t m = p->m, n = p->n, k = p->k, least = mlt_least(m, n), most = mlt_most(m, n), info = 0;
  int64_t lda = mlt_most(m, 1), ldb = mlt_most(most, 1), rank = 0;
  int64_t sides = mlt_most(k, 1); /* LAPACK wants at least one */
  const MLT_R tolerance = (MLT_R)p->tolerance;
  MLT_T *a = MLT_TAKE(MLT_T, m * n), *b = MLT_TAKE(MLT_T, most * sides);
  if (!memory->base) {
    int64_t query = -1, iwanted = 1;
    MLT_T wanted = 1;
#if MLT_IS_COMPLEX
    MLT_R rwanted = 1;
    MLT_CALL(gelsd)(&m, &n, &sides, NULL, &lda, NULL, &ldb, NULL, &tolerance, &rank, &wanted, &query, &rwanted, &iwanted,
                    &info);
    p->lrwork = (int64_t)((double)rwanted * 1.0001) + 1;
#else
    MLT_CALL(gelsd)(&m, &n, &sides, NULL, &lda, NULL, &ldb, NULL, &tolerance, &rank, &wanted, &query, &iwanted, &info);
#endif
    p->lwork = (int64_t)((double)(MLT_R)wanted * 1.0001) + 1;
    p->liwork = iwanted;
  }
  MLT_T *work = MLT_TAKE(MLT_T, p->lwork);
  int64_t *iwork = MLT_TAKE(int64_t, p->liwork);
#if MLT_IS_COMPLEX
  MLT_R *rwork = MLT_TAKE(MLT_R, p->lrwork);
#endif
  if (!memory->base) return 0;
  memset(b, 0, (size_t)(most * sides) * sizeof(MLT_T));
  MLT_OWN(gather)(a, m, from, m, n, p->a_row, p->a_col);
  MLT_OWN(gather)(b, most, other, m, k, p->b_row, p->b_col);
  if (!MLT_OWN(all_finite)(a, m * n) || !MLT_OWN(all_finite)(b, most * k)) return MLT_LAPACK_NOT_FINITE;
  MLT_R *s = (MLT_R *)(p->out[3] + at * p->out_step[3]);
  if (least > 0) {
#if MLT_IS_COMPLEX
    MLT_CALL(gelsd)(&m, &n, &sides, a, &lda, b, &ldb, s, &tolerance, &rank, work, &p->lwork, rwork, iwork, &info);
#else
    MLT_CALL(gelsd)(&m, &n, &sides, a, &lda, b, &ldb, s, &tolerance, &rank, work, &p->lwork, iwork, &info);
#endif
  }
  *(int64_t *)(p->out[2] + at * p->out_step[2]) = rank;
  MLT_OWN(scatter)(p->out[0] + at * p->out_step[0], b, most, n, k);
  MLT_R *left = (MLT_R *)(p->out[1] + at * p->out_step[1]);
  for (int64_t j = 0; j < k; j++) {
    MLT_R sum = 0;
    for (int64_t i = n; i < m; i++) {
      MLT_T x = b[j * most + i];
#if MLT_IS_COMPLEX
      sum += creal(x) * creal(x) + cimag(x) * cimag(x);
#else
      sum += x * x;
#endif
    }
    left[j] = sum;
  }
  return info;
}

/* out[0]: the pseudo-inverse; b holds the tolerance relative to the greatest singular value. */
static int64_t MLT_OWN(pinv)(mlt_lapack *p, mlt_pieces *memory, const char *from, const char *other,
                             int64_t at) {
  int64_t m = p->m, n = p->n, least = mlt_least(m, n);
  const MLT_T one = 1, zero = 0;
  if (least == 0) return 0;
  MLT_T *a = MLT_TAKE(MLT_T, m * n), *u = MLT_TAKE(MLT_T, m * least), *vh = MLT_TAKE(MLT_T, least * n);
  MLT_R *s = MLT_TAKE(MLT_R, least);
  if (memory->base) {
    if (p->option & MLT_OPTION_HERMITIAN)
      MLT_OWN(gather_hermitian)(a, from, n, p->a_row, p->a_col);
    else
      MLT_OWN(gather)(a, m, from, m, n, p->a_row, p->a_col);
  }
  int64_t info = MLT_OWN(gesdd)(p, memory, "S", a, s, u, vh, least);
  if (!memory->base) return 0;
  double cutoff = *(const double *)other * s[0];
  for (int64_t i = 0; i < least; i++) {
    MLT_R factor = s[i] > cutoff ? 1 / s[i] : 0;
    for (int64_t j = 0; j < n; j++) vh[j * least + i] *= factor;
  }
  MLT_CALL(gemm)("C", "C", &n, &m, &least, &one, vh, &least, u, &m, &zero, a, &n, 1, 1);
  MLT_OWN(scatter)(p->out[0] + at * p->out_step[0], a, n, n, m);
  return info;
}
