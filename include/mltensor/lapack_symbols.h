/* The LAPACK and BLAS routines of the scipy-openblas64 library that the kernels call: Fortran's calling
 * convention with 64-bit integers, the lengths of character arguments last. */
#ifndef MLTENSOR_LAPACK_SYMBOLS_H
#define MLTENSOR_LAPACK_SYMBOLS_H

#include <complex.h>
#include <stddef.h>
#include <stdint.h>

typedef const int64_t *mlt_size;
typedef const char *mlt_flag;

#define MLT_LAPACK_BOTH(p, T)                                                                       \
  void scipy_##p##potrf_64_(mlt_flag uplo, mlt_size n, T *a, mlt_size lda, int64_t *info, size_t);  \
  void scipy_##p##getrf_64_(mlt_size m, mlt_size n, T *a, mlt_size lda, int64_t *pivots,            \
                            int64_t *info);                                                         \
  void scipy_##p##gesv_64_(mlt_size n, mlt_size k, T *a, mlt_size lda, int64_t *pivots, T *b,       \
                           mlt_size ldb, int64_t *info);                                            \
  void scipy_##p##trsm_64_(mlt_flag side, mlt_flag uplo, mlt_flag trans, mlt_flag diag, mlt_size m, \
                           mlt_size n, const T *alpha, const T *a, mlt_size lda, T *b,              \
                           mlt_size ldb, size_t, size_t, size_t, size_t);                           \
  void scipy_##p##gemm_64_(mlt_flag ta, mlt_flag tb, mlt_size m, mlt_size n, mlt_size k,            \
                           const T *alpha, const T *a, mlt_size lda, const T *b, mlt_size ldb,      \
                           const T *beta, T *c, mlt_size ldc, size_t, size_t);                      \
  void scipy_##p##geqrf_64_(mlt_size m, mlt_size n, T *a, mlt_size lda, T *tau, T *work,            \
                            mlt_size lwork, int64_t *info);

#define MLT_LAPACK_REAL(p, T)                                                                        \
  MLT_LAPACK_BOTH(p, T)                                                                              \
  void scipy_##p##orgqr_64_(mlt_size m, mlt_size n, mlt_size k, T *a, mlt_size lda, const T *tau,    \
                            T *work, mlt_size lwork, int64_t *info);                                 \
  void scipy_##p##syevd_64_(mlt_flag job, mlt_flag uplo, mlt_size n, T *a, mlt_size lda, T *w,       \
                            T *work, mlt_size lwork, int64_t *iwork, mlt_size liwork, int64_t *info, \
                            size_t, size_t);                                                         \
  void scipy_##p##gesdd_64_(mlt_flag job, mlt_size m, mlt_size n, T *a, mlt_size lda, T *s, T *u,    \
                            mlt_size ldu, T *vt, mlt_size ldvt, T *work, mlt_size lwork,             \
                            int64_t *iwork, int64_t *info, size_t);                                  \
  void scipy_##p##geev_64_(mlt_flag left, mlt_flag right, mlt_size n, T *a, mlt_size lda, T *wr,     \
                           T *wi, T *vl, mlt_size ldvl, T *vr, mlt_size ldvr, T *work,               \
                           mlt_size lwork, int64_t *info, size_t, size_t);                           \
  void scipy_##p##gelsd_64_(mlt_size m, mlt_size n, mlt_size k, T *a, mlt_size lda, T *b,            \
                            mlt_size ldb, T *s, const T *rcond, int64_t *rank, T *work,              \
                            mlt_size lwork, int64_t *iwork, int64_t *info);

#define MLT_LAPACK_COMPLEX(p, T, R)                                                                  \
  MLT_LAPACK_BOTH(p, T)                                                                              \
  void scipy_##p##ungqr_64_(mlt_size m, mlt_size n, mlt_size k, T *a, mlt_size lda, const T *tau,    \
                            T *work, mlt_size lwork, int64_t *info);                                 \
  void scipy_##p##heevd_64_(mlt_flag job, mlt_flag uplo, mlt_size n, T *a, mlt_size lda, R *w,       \
                            T *work, mlt_size lwork, R *rwork, mlt_size lrwork, int64_t *iwork,      \
                            mlt_size liwork, int64_t *info, size_t, size_t);                         \
  void scipy_##p##gesdd_64_(mlt_flag job, mlt_size m, mlt_size n, T *a, mlt_size lda, R *s, T *u,    \
                            mlt_size ldu, T *vt, mlt_size ldvt, T *work, mlt_size lwork, R *rwork,   \
                            int64_t *iwork, int64_t *info, size_t);                                  \
  void scipy_##p##geev_64_(mlt_flag left, mlt_flag right, mlt_size n, T *a, mlt_size lda, T *w,      \
                           T *vl, mlt_size ldvl, T *vr, mlt_size ldvr, T *work, mlt_size lwork,      \
                           R *rwork, int64_t *info, size_t, size_t);                                 \
  void scipy_##p##gelsd_64_(mlt_size m, mlt_size n, mlt_size k, T *a, mlt_size lda, T *b,            \
                            mlt_size ldb, R *s, const R *rcond, int64_t *rank, T *work,              \
                            mlt_size lwork, R *rwork, int64_t *iwork, int64_t *info);

MLT_LAPACK_REAL(s, float)
MLT_LAPACK_REAL(d, double)
MLT_LAPACK_COMPLEX(c, float _Complex, float)
MLT_LAPACK_COMPLEX(z, double _Complex, double)
void scipy_openblas_set_num_threads64_(int threads);

#endif
