/* Matrix multiplication by OpenBLAS (the scipy-openblas64 library), on the calling thread. */
#ifndef MLTENSOR_GEMM_BLAS_H
#define MLTENSOR_GEMM_BLAS_H

#include <string.h>

#include "mltensor/gemm_types.h"

enum { MLT_BLAS_ROW_MAJOR = 101, MLT_BLAS_PLAIN = 111, MLT_BLAS_TRANSPOSED = 112 };

void scipy_openblas_set_num_threads64_(int threads);
void scipy_cblas_sgemm64_(int order, int ta, int tb, int64_t m, int64_t n, int64_t k, float alpha,
                          const float *a, int64_t lda, const float *b, int64_t ldb, float beta,
                          float *c, int64_t ldc);
void scipy_cblas_dgemm64_(int order, int ta, int tb, int64_t m, int64_t n, int64_t k, double alpha,
                          const double *a, int64_t lda, const double *b, int64_t ldb, double beta,
                          double *c, int64_t ldc);
void scipy_cblas_cgemm64_(int order, int ta, int tb, int64_t m, int64_t n, int64_t k,
                          const void *alpha, const void *a, int64_t lda, const void *b,
                          int64_t ldb, const void *beta, void *c, int64_t ldc);
void scipy_cblas_zgemm64_(int order, int ta, int tb, int64_t m, int64_t n, int64_t k,
                          const void *alpha, const void *a, int64_t lda, const void *b,
                          int64_t ldb, const void *beta, void *c, int64_t ldc);
void scipy_cblas_sgemv64_(int order, int trans, int64_t m, int64_t n, float alpha, const float *a,
                          int64_t lda, const float *x, int64_t incx, float beta, float *y,
                          int64_t incy);
void scipy_cblas_dgemv64_(int order, int trans, int64_t m, int64_t n, double alpha, const double *a,
                          int64_t lda, const double *x, int64_t incx, double beta, double *y,
                          int64_t incy);

/* How BLAS would read a matrix of these strides: its transposition flag and leading dimension, or
 * 0 when neither the rows nor the columns are contiguous. */
static int mlt_blas_layout(int64_t rows, int64_t columns, int64_t row, int64_t column, int64_t z,
                           int64_t *leading) {
  if (columns == 1) column = z;
  if (rows == 1 && column == z) row = columns * z;
  if (column == z && row >= columns * z && row % z == 0) {
    *leading = row / z;
    return MLT_BLAS_PLAIN;
  }
  if (rows == 1) row = z;
  if (columns == 1 && row == z) column = rows * z;
  if (row == z && column >= rows * z && column % z == 0) {
    *leading = column / z;
    return MLT_BLAS_TRANSPOSED;
  }
  return 0;
}

/* True when BLAS has the dtype and can read both operands where they are. */
static inline int mlt_blas_takes(const mlt_gemm *g) {
  int64_t leading, z = mlt_itemsize[g->dtype];
  return g->dtype >= MLT_FLOAT32 && mlt_blas_layout(g->m, g->k, g->a_row, g->a_col, z, &leading) &&
         mlt_blas_layout(g->k, g->n, g->b_row, g->b_col, z, &leading);
}

/* A block; `initial`, where there is one other than C itself, is copied to C first. */
static void mlt_blas_block(const mlt_gemm_block *g, int dtype) {
  const int64_t z = mlt_itemsize[dtype];
  int64_t lda = 1, ldb = 1, ldc = g->c_row / z;
  int ta = mlt_blas_layout(g->m, g->k, g->a_row, g->a_col, z, &lda);
  int tb = mlt_blas_layout(g->k, g->n, g->b_row, g->b_col, z, &ldb);
  if (ldc < g->n) ldc = g->n;
  if (g->initial && g->initial != g->c)
    for (int64_t i = 0; i < g->m; i++)
      memcpy(g->c + i * g->c_row, g->initial + i * g->initial_row, (size_t)(g->n * z));
  double beta = g->initial ? 1.0 : 0.0;
  const float one32[2] = {1.0f, 0.0f}, beta32[2] = {(float)beta, 0.0f};
  const double one64[2] = {1.0, 0.0}, beta64[2] = {beta, 0.0};
#define MLT_SIZES MLT_BLAS_ROW_MAJOR, ta, tb, g->m, g->n, g->k
  switch (dtype) {
    case MLT_FLOAT32:
      scipy_cblas_sgemm64_(MLT_SIZES, 1.0f, (const float *)g->a, lda, (const float *)g->b, ldb,
                           (float)beta, (float *)g->c, ldc);
      break;
    case MLT_FLOAT64:
      scipy_cblas_dgemm64_(MLT_SIZES, 1.0, (const double *)g->a, lda, (const double *)g->b, ldb,
                           beta, (double *)g->c, ldc);
      break;
    case MLT_COMPLEX64:
      scipy_cblas_cgemm64_(MLT_SIZES, one32, g->a, lda, g->b, ldb, beta32, g->c, ldc);
      break;
    case MLT_COMPLEX128:
      scipy_cblas_zgemm64_(MLT_SIZES, one64, g->a, lda, g->b, ldb, beta64, g->c, ldc);
      break;
    default:
      break;
  }
#undef MLT_SIZES
}

#endif
