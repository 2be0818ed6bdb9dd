/* Tiles of memory turned over; re-included per target by cast.h and gemm_kernel.h.
 *
 * transpose_Z(source, step, to, row, rows, columns): element (r, c) of the result is at to + r * row +
 * c * Z, that of the source at source + r * Z + c * step.  Each line of the source's memory is read
 * once, whole, so that a step of a power of two, where all lines compete for one place in the cache,
 * does no harm.  Blocks of 4 and 8 bytes are turned over in registers.
 */

#ifndef MLTENSOR_TRANSPOSE_LOOPS_H
#define MLTENSOR_TRANSPOSE_LOOPS_H
/* An element of 16 bytes. */
typedef struct {
  uint64_t low, high;
} mlt_wide;
#endif

#define MLT_TRANSPOSE_REST(type, first_row, first_column)                                   \
  for (int64_t c = first_column; c < columns; c++)                                         \
    for (int64_t r = first_row; r < rows; r++)                                             \
      *(type *)(to + r * row + c * (int64_t)sizeof(type)) =                                \
          *(const type *)(source + r * (int64_t)sizeof(type) + c * step);

#define MLT_TRANSPOSE_LOOP(name, type)                                                      \
  static void MLT_FN(transpose_##name)(const char *source, int64_t step, char *to, int64_t row, \
                                       int64_t rows, int64_t columns) {                     \
    MLT_TRANSPOSE_REST(type, 0, 0)                                                          \
  }

MLT_TRANSPOSE_LOOP(1, uint8_t)
MLT_TRANSPOSE_LOOP(2, uint16_t)
MLT_TRANSPOSE_LOOP(16, mlt_wide)

#define MLT_VECTOR_4 MLT_FN(mlt_vector_4)
#define MLT_VECTOR_8 MLT_FN(mlt_vector_8)
typedef uint32_t MLT_VECTOR_4 __attribute__((vector_size(32), aligned(4), may_alias));
typedef uint64_t MLT_VECTOR_8 __attribute__((vector_size(32), aligned(8), may_alias));

static void MLT_FN(transpose_4)(const char *source, int64_t step, char *to, int64_t row, int64_t rows,
                                int64_t columns) {
  typedef uint32_t pick __attribute__((vector_size(32)));
  const int64_t whole_rows = rows & ~7, whole_columns = columns & ~7;
  for (int64_t c = 0; c < whole_columns; c += 8) {
    for (int64_t r = 0; r < whole_rows; r += 8) {
      MLT_VECTOR_4 x[8], y[8];
      for (int i = 0; i < 8; i++) x[i] = *(const MLT_VECTOR_4 *)(source + r * 4 + (c + i) * step);
      for (int i = 0; i < 8; i += 2) {
        y[i] = __builtin_shuffle(x[i], x[i + 1], (pick){0, 8, 1, 9, 4, 12, 5, 13});
        y[i + 1] = __builtin_shuffle(x[i], x[i + 1], (pick){2, 10, 3, 11, 6, 14, 7, 15});
      }
      for (int i = 0; i < 8; i += 4) {
        x[i] = __builtin_shuffle(y[i], y[i + 2], (pick){0, 1, 8, 9, 4, 5, 12, 13});
        x[i + 1] = __builtin_shuffle(y[i], y[i + 2], (pick){2, 3, 10, 11, 6, 7, 14, 15});
        x[i + 2] = __builtin_shuffle(y[i + 1], y[i + 3], (pick){0, 1, 8, 9, 4, 5, 12, 13});
        x[i + 3] = __builtin_shuffle(y[i + 1], y[i + 3], (pick){2, 3, 10, 11, 6, 7, 14, 15});
      }
      for (int i = 0; i < 4; i++) {
        y[i] = __builtin_shuffle(x[i], x[i + 4], (pick){0, 1, 2, 3, 8, 9, 10, 11});
        y[i + 4] = __builtin_shuffle(x[i], x[i + 4], (pick){4, 5, 6, 7, 12, 13, 14, 15});
      }
      for (int i = 0; i < 8; i++) *(MLT_VECTOR_4 *)(to + (r + i) * row + c * 4) = y[i];
    }
  }
  MLT_TRANSPOSE_REST(uint32_t, 0, whole_columns)
  if (whole_rows < rows) {
    columns = whole_columns;
    MLT_TRANSPOSE_REST(uint32_t, whole_rows, 0)
  }
}

static void MLT_FN(transpose_8)(const char *source, int64_t step, char *to, int64_t row, int64_t rows,
                                int64_t columns) {
  typedef uint64_t pick __attribute__((vector_size(32)));
  const int64_t whole_rows = rows & ~3, whole_columns = columns & ~3;
  for (int64_t c = 0; c < whole_columns; c += 4) {
    for (int64_t r = 0; r < whole_rows; r += 4) {
      MLT_VECTOR_8 x[4], y[4];
      for (int i = 0; i < 4; i++) x[i] = *(const MLT_VECTOR_8 *)(source + r * 8 + (c + i) * step);
      for (int i = 0; i < 4; i += 2) {
        y[i] = __builtin_shuffle(x[i], x[i + 1], (pick){0, 4, 2, 6});
        y[i + 1] = __builtin_shuffle(x[i], x[i + 1], (pick){1, 5, 3, 7});
      }
      for (int i = 0; i < 2; i++) {
        x[i] = __builtin_shuffle(y[i], y[i + 2], (pick){0, 1, 4, 5});
        x[i + 2] = __builtin_shuffle(y[i], y[i + 2], (pick){2, 3, 6, 7});
      }
      for (int i = 0; i < 4; i++) *(MLT_VECTOR_8 *)(to + (r + i) * row + c * 8) = x[i];
    }
  }
  MLT_TRANSPOSE_REST(uint64_t, 0, whole_columns)
  if (whole_rows < rows) {
    columns = whole_columns;
    MLT_TRANSPOSE_REST(uint64_t, whole_rows, 0)
  }
}
