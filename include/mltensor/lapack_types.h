/* One problem for LAPACK: an operation on every matrix of a stack. */
#ifndef MLTENSOR_LAPACK_TYPES_H
#define MLTENSOR_LAPACK_TYPES_H

#include "mltensor/mltensor.h"

enum {
  MLT_LAPACK_CHOLESKY,
  MLT_LAPACK_DETERMINANT,
  MLT_LAPACK_INVERSE,
  MLT_LAPACK_SOLVE,
  MLT_LAPACK_TRIANGULAR,
  MLT_LAPACK_QR,
  MLT_LAPACK_SVD,
  MLT_LAPACK_EIGH,
  MLT_LAPACK_EIG,
  MLT_LAPACK_LSTSQ,
  MLT_LAPACK_PINV,
  MLT_LAPACK_COUNT
};

/* What `option` says, by routine; several may be set. */
enum {
  MLT_OPTION_UPPER = 1,    /* cholesky, eigh, triangular: the upper triangle is read */
  MLT_OPTION_UNIT = 2,     /* triangular: the diagonal counts as ones */
  MLT_OPTION_VECTORS = 4,  /* svd, eigh, eig, qr: factors, not values (or R) alone */
  MLT_OPTION_FULL = 8,     /* svd, qr: square factors */
  MLT_OPTION_RAW = 16,     /* qr: the reflectors as LAPACK has them */
  MLT_OPTION_HERMITIAN = 32, /* pinv: the lower triangle stands for the whole */
  MLT_OPTION_OR_NAN = 64     /* inverse: NaN, not a failure, for singular matrices */
};

/* `failed_why` beside what LAPACK itself reports, which is positive or a small negative number. */
enum { MLT_LAPACK_NO_MEMORY = -1000, MLT_LAPACK_NOT_FINITE = -1001 };

/* Operands are strided in every direction (bytes); results are contiguous, matrix after matrix in
 * row-major order, `out_step` bytes apart. */
typedef struct {
  const char *a, *b;
  char *out[4];
  int64_t out_step[4];
  int64_t m, n;  /* rows and columns of a */
  int64_t k;     /* columns of b */
  int64_t a_row, a_col, b_row, b_col;
  int64_t batch;
  int32_t batch_ndim;
  int16_t dtype, routine;
  int32_t option;
  double tolerance; /* lstsq: singular values below it, relative to the greatest, count as zero */
  int64_t batch_shape[MLT_MAX_DIMS], a_batch[MLT_MAX_DIMS], b_batch[MLT_MAX_DIMS];
  /* Filled in by mlt_lapack_run. */
  int64_t lwork, lrwork, liwork; /* lengths of LAPACK's workspaces */
  int64_t memory;                /* bytes that one thread needs */
  int64_t failed;                /* the first matrix on which the routine failed, or -1 */
  int64_t failed_why;
} mlt_lapack;

#endif
