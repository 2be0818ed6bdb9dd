/* The argument structs of matrix multiplication. */
#ifndef MLTENSOR_GEMM_TYPES_H
#define MLTENSOR_GEMM_TYPES_H

#include <stdatomic.h>

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

/* A product both of whose operands are packed: a panel of the depth, and columns of which all panels
 * of B find room.  Whoever first needs panels of B packs them, for all threads. */
typedef struct {
  mlt_gemm_block block;
  int64_t tiles, panels;       /* rows are cut into tiles, columns into panels as wide as a tile */
  int64_t unit;                /* panels that are packed in one go */
  char *right;                 /* the packed panels of B, */
  atomic_uchar *state;         /* and what became of each unit of them, see gemm_panels.h */
  int64_t serial;              /* a number that no other product has, or 0 for the work of one thread */
} mlt_gemm_panels;

/* Some of its tiles by some of its panels. */
typedef struct {
  int64_t tile, tile_end, panel, panel_end;
} mlt_gemm_part;

/* What lies at the start of the memory that a thread packs into: whose rows of A follow. */
typedef struct {
  int64_t serial, tile, tile_end;
} mlt_gemm_left;

typedef struct {
  void (*kernels[MLT_DTYPE_COUNT])(const mlt_gemm_block *);
  void (*panels[MLT_DTYPE_COUNT])(const mlt_gemm_panels *, const mlt_gemm_part *, char *scratch);
  void (*activations[MLT_ACTIVATION_COUNT][2])(char *c, int64_t c_row, int64_t m, int64_t n);
  void (*transpose[2])(const char *source, int64_t step, char *to, int64_t row, int64_t rows, int64_t columns);
  int16_t float_rows, integer_rows;  /* of the tallest tiles */
  int16_t vector_bytes;
} mlt_gemm_target;

/* Bytes of a panel of B that is packed for a few tiles: it fills the first cache. */
#define MLT_GEMM_PANEL (32 * 1024)
/* Depth of a block of which both operands are packed: C, whose rows lie far apart, is visited seldom. */
#define MLT_GEMM_DEPTH 1024
/* The same where one thread has the memory below to itself. */
#define MLT_GEMM_DEPTH_ALONE 512
/* Memory that a thread packs into: a huge page.  Rows of A lie in the second cache while they are used, a
 * few panels of B too; all of B in the third. */
#define MLT_GEMM_SCRATCH (2 * 1024 * 1024)
#define MLT_GEMM_LEFT (464 * 1024)
#define MLT_GEMM_NEAR_RIGHT (256 * 1024)
/* Bytes by which a vector at the end of a block may spill over. */
#define MLT_GEMM_SPILL 64
/* Room for a panel of which another thread's copy is not ready, and for all of one thread. */
#define MLT_GEMM_LEFT_BEGIN 64
#define MLT_GEMM_RIGHT_BEGIN (MLT_GEMM_LEFT_BEGIN + MLT_GEMM_LEFT + MLT_GEMM_SPILL)
#define MLT_GEMM_RIGHT (MLT_GEMM_SCRATCH - MLT_GEMM_RIGHT_BEGIN - MLT_GEMM_SPILL)
/* Memory for the panels of B that all threads share, and most units of them. */
#define MLT_GEMM_SHARED (8 * 1024 * 1024)
#define MLT_GEMM_UNITS 1024
/* Rows from which packing a transposed operand pays. */
#define MLT_GEMM_PACK_ROWS 8
/* Bytes between rows up to which they are read where they lie. */
#define MLT_GEMM_NEAR 1024

/* Bytes of a column between which dot products take one column after the other; a longer one leaves no room for the
 * row in the first cache. */
#define MLT_GEMM_LONG_DOT 3072
#define MLT_GEMM_LONGEST_DOT 14336

/* Bytes of an operand that lies beyond the caches. */
#define MLT_GEMM_FAR (24 << 20)

/* Length of the pieces that a length is cut into: even, and equal but for the last. */
static inline int64_t mlt_gemm_even_cut(int64_t length, int64_t most) {
  const int64_t pieces = (length + most - 1) / most;
  return ((length + pieces - 1) / pieces + 1) / 2 * 2;
}

/* First row of a tile: rows are cut into tiles that differ by one row at most. */
static inline int64_t mlt_gemm_tile_row(int64_t rows, int64_t tiles, int64_t tile) {
  const int64_t extra = rows % tiles;
  return rows / tiles * tile + (tile < extra ? tile : extra);
}

#endif
