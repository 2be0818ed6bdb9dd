/* The argument structs of matrix multiplication. */
#ifndef MLTENSOR_GEMM_TYPES_H
#define MLTENSOR_GEMM_TYPES_H

#include "mltensor/mltensor.h"

typedef enum {
  MLT_ACTIVATION_NONE = 0,
  MLT_ACTIVATION_RELU = 1,
  MLT_ACTIVATION_SIGMOID = 2,
  MLT_ACTIVATION_TANH = 3,
  MLT_ACTIVATION_GELU = 4,
  MLT_ACTIVATION_SILU = 5,
  MLT_ACTIVATION_COUNT = 6
} mlt_activation;

/* C = activation(initial + A @ B) for a stack of matrices.
 *
 * A is (m, k), B (k, n), C (m, n); all strides are bytes, those of A and B may be anything.  The
 * rows of C are contiguous.  `initial` is NULL for zero; with `initial_row` 0 it is a bias. */
typedef struct {
  const char *a, *b, *initial;
  char *c;
  int64_t m, n, k;
  int64_t a_row, a_col, b_row, b_col, c_row, initial_row;
  int64_t batch;               /* number of matrices; 1 without a stack */
  int32_t batch_ndim;
  int16_t dtype;
  int16_t activation;          /* float32 and float64 only */
  const int64_t *batch_shape, *a_batch, *b_batch;
  int64_t c_batch;             /* bytes from one result to the next */
} mlt_gemm;

/* One block of the work, for the kernels in registers. */
typedef struct {
  const char *a, *b, *initial;
  char *c;
  int64_t m, n, k;
  int64_t a_row, a_col, b_row, b_col, c_row, initial_row;
  int dots;                    /* take dot products along the depth */
  char *scratch;               /* MLT_GEMM_SCRATCH bytes to pack into, or NULL */
} mlt_gemm_block;

/* One tile of a block; `last` is the number of columns in the last vector. */
typedef struct {
  const char *a, *b, *initial;
  char *c;
  int64_t depth;
  int64_t a_row, a_col, b_row, c_row, initial_row;
  int64_t last;
} mlt_gemm_tile;

typedef struct {
  void (*kernels[MLT_DTYPE_COUNT])(const mlt_gemm_block *);
  void (*activations[MLT_ACTIVATION_COUNT][2])(char *c, int64_t c_row, int64_t m, int64_t n);
  void (*transpose[2])(const char *source, int64_t step, char *to, int64_t row, int64_t rows, int64_t columns);
} mlt_gemm_target;

/* Bytes of a panel of B that is packed for a few tiles: it fills the first cache. */
#define MLT_GEMM_PANEL (32 * 1024)
/* Depth of a block of which both operands are packed, in bytes of a row of A. */
#define MLT_GEMM_DEPTH_BYTES 3072
/* Memory to pack into: a huge page.  A block of A lies in the second cache while it is used, one of
 * B in the third. */
#define MLT_GEMM_SCRATCH (2 * 1024 * 1024)
#define MLT_GEMM_SCRATCH_LEFT (256 * 1024)
/* Bytes by which a vector at the end of a block may spill over. */
#define MLT_GEMM_SPILL 64
#define MLT_GEMM_SCRATCH_RIGHT (MLT_GEMM_SCRATCH - MLT_GEMM_SCRATCH_LEFT - 2 * MLT_GEMM_SPILL)
/* Rows from which packing a transposed operand pays. */
#define MLT_GEMM_PACK_ROWS 8
/* Bytes between rows up to which they are read where they lie. */
#define MLT_GEMM_NEAR 1024

/* Bytes of an operand that lies beyond the caches. */
#define MLT_GEMM_FAR (16 << 20)

/* Length of the pieces that a length is cut into: even, and equal but for the last. */
static inline int64_t mlt_gemm_even_cut(int64_t length, int64_t most) {
  const int64_t pieces = (length + most - 1) / most;
  return ((length + pieces - 1) / pieces + 1) / 2 * 2;
}

#endif
