/* Copying an operand into a panel, in the order in which the tiles read it.  Re-included per type
 * and target by gemm_block.h, which has the names.
 */

#if MLT_GEMM_SWIZZLE
/* The lanes that step h of a transposition takes from two rows: lane c of the first result is c of
 * the first row, or c - h of the second where c has the bit h. */
#define MLT_LOW_(c, h) ((c) & (h) ? MLT_LANES + (c) - (h) : (c))
#define MLT_HIGH_(c, h) ((c) & (h) ? MLT_LANES + (c) : (c) + (h))
#define MLT_TURN_(c, h) ((c) & 1 ? MLT_LANES + (c) - 1 : (c) + 1)
#define MLT_2_(f, c, h) f(c, h), f((c) + 1, h)
#define MLT_4_(f, c, h) MLT_2_(f, c, h), MLT_2_(f, (c) + 2, h)
#define MLT_8_(f, c, h) MLT_4_(f, c, h), MLT_4_(f, (c) + 4, h)
#define MLT_16_(f, c, h) MLT_8_(f, c, h), MLT_8_(f, (c) + 8, h)
#if MLT_VECTOR_BYTES / MLT_GEMM_WIDTH == 16
#define MLT_ALL_(f, h) MLT_16_(f, 0, h)
#elif MLT_VECTOR_BYTES / MLT_GEMM_WIDTH == 8
#define MLT_ALL_(f, h) MLT_8_(f, 0, h)
#elif MLT_VECTOR_BYTES / MLT_GEMM_WIDTH == 4
#define MLT_ALL_(f, h) MLT_4_(f, 0, h)
#else
#define MLT_ALL_(f, h) MLT_2_(f, 0, h)
#endif
typedef MLT_GEMM_INDEX MLT_TILE(_index) __attribute__((vector_size(MLT_VECTOR_BYTES)));

MLT_TILE_FN MLT_TILE(_index) MLT_TILE(_low)(const int h) {
  return h == 8   ? (MLT_TILE(_index)){MLT_ALL_(MLT_LOW_, 8)}
         : h == 4 ? (MLT_TILE(_index)){MLT_ALL_(MLT_LOW_, 4)}
         : h == 2 ? (MLT_TILE(_index)){MLT_ALL_(MLT_LOW_, 2)}
                  : (MLT_TILE(_index)){MLT_ALL_(MLT_LOW_, 1)};
}
MLT_TILE_FN MLT_TILE(_index) MLT_TILE(_high)(const int h) {
  return h == 8   ? (MLT_TILE(_index)){MLT_ALL_(MLT_HIGH_, 8)}
         : h == 4 ? (MLT_TILE(_index)){MLT_ALL_(MLT_HIGH_, 4)}
         : h == 2 ? (MLT_TILE(_index)){MLT_ALL_(MLT_HIGH_, 2)}
                  : (MLT_TILE(_index)){MLT_ALL_(MLT_HIGH_, 1)};
}
static const MLT_TILE(_index) MLT_TILE(_turn) = {MLT_ALL_(MLT_TURN_, 0)};
#undef MLT_TURN_
#undef MLT_LOW_
#undef MLT_HIGH_
#undef MLT_2_
#undef MLT_4_
#undef MLT_8_
#undef MLT_16_
#undef MLT_ALL_

/* `columns` columns, contiguous along the depth, become rows of the panel, `depth` of them; both at
 * most LANES, and just that when said to be whole. */
MLT_TILE_FN void MLT_TILE(_transpose)(const int whole_columns, const int whole_depth,
                                      const char *p, int64_t step, char *panel, int64_t width,
                                      int64_t columns, int64_t depth) {
  typedef MLT_TILE(_vector) vector;
  vector row[MLT_LANES];
#pragma GCC unroll 16
  for (int i = 0; i < MLT_LANES; i++) {
    if (!whole_columns && i >= columns)
      row[i] = (vector){0};
    else if (whole_depth)
      row[i] = *(const MLT_TILE(_memory) *)(p + i * step);
    else
      MLT_FN(gemm_load_part)(&row[i], p + i * step, depth, sizeof(MLT_GEMM_T));
  }
#pragma GCC unroll 4
  for (int h = MLT_LANES / 2; h > 0; h /= 2) {
#pragma GCC unroll 16
    for (int i = 0; i < MLT_LANES; i++) {
      if (i & h) continue;
      vector first = row[i], second = row[i + h];
      row[i] = __builtin_shuffle(first, second, MLT_TILE(_low)(h));
      row[i + h] = __builtin_shuffle(first, second, MLT_TILE(_high)(h));
    }
  }
#pragma GCC unroll 16
  for (int i = 0; i < MLT_LANES; i++)
    if (whole_depth || i < depth) *(MLT_TILE(_memory) *)(panel + i * width) = row[i];
}
#endif

/* Copies `columns` columns, `depth` deep, into a panel with rows of `width` bytes: columns of B, or
 * rows of A read as columns of its transpose.  The end of a row may spill over into the next one,
 * which is written later, by less than a vector. */
static void MLT_TILE(_pack)(const char *b, int64_t b_row, int64_t b_col, int64_t depth,
                            int64_t columns, char *panel, int64_t width) {
  const int64_t z = sizeof(MLT_GEMM_T);
  if (b_col == z) {
    const int64_t whole = columns / MLT_LANES * MLT_VECTOR_BYTES, rest = columns % MLT_LANES;
    for (int64_t k = 0; k < depth; k++) {
      const char *from = b + k * b_row;
      char *to = panel + k * width;
      for (int64_t at = 0; at < whole; at += MLT_VECTOR_BYTES)
        *(MLT_TILE(_memory) *)(to + at) = *(const MLT_TILE(_memory) *)(from + at);
      if (rest) {
        MLT_TILE(_vector) part;
        MLT_FN(gemm_load_part)(&part, from + whole, rest, sizeof(MLT_GEMM_T));
        *(MLT_TILE(_memory) *)(to + whole) = part;
      }
    }
    return;
  }
#if MLT_GEMM_SWIZZLE
  if (b_row == z) {
    /* Some lines of the cache of a few columns at a time: where columns lie a power of two apart there is no room for
     * a line of each of them. */
    const int64_t last = (columns - 1) / MLT_LANES * MLT_LANES, some = 4 * 64 / z;
    for (int64_t k = 0; k < depth; k += some)
      for (int64_t j = last; j >= 0; j -= MLT_LANES) {
        const int64_t count = columns - j < MLT_LANES ? columns - j : MLT_LANES;
        for (int64_t at = k; at < k + some && at < depth; at += MLT_LANES) {
          const int64_t deep = depth - at < MLT_LANES ? depth - at : MLT_LANES;
          const char *from = b + j * b_col + at * z;
          char *to = panel + at * width + j * z;
          if (deep < MLT_LANES)
            MLT_TILE(_transpose)(0, 0, from, b_col, to, width, count, deep);
          else if (count < MLT_LANES)
            MLT_TILE(_transpose)(0, 1, from, b_col, to, width, count, 0);
          else
            MLT_TILE(_transpose)(1, 1, from, b_col, to, width, 0, 0);
        }
      }
    return;
  }
#endif
  for (int64_t j = 0; j < columns; j++)
    for (int64_t k = 0; k < depth; k++)
      *(MLT_GEMM_T *)(panel + k * width + j * z) =
          *(const MLT_GEMM_T *)(b + k * b_row + j * b_col);
}

#if MLT_GEMM_SWIZZLE
/* A complex product is a real one of twice the depth and columns: (a + ib)(c + id) is the row
 * (a, b) times the matrix ((c, d), (-d, c)).  C, and an A with contiguous rows, lie in memory as that
 * wants them; this writes the panels of B.  Depth and columns count complex numbers. */
MLT_TILE_FN MLT_TILE(_vector) MLT_TILE(_turned)(MLT_TILE(_vector) row) {
  /* (c, d) becomes (-d, c): an even lane takes the next one of -row, an odd one the one before */
  return __builtin_shuffle(-row, row, MLT_TILE(_turn));
}
static void MLT_TILE(_pack_complex_right)(const char *b, int64_t b_row, int64_t b_col,
                                          int64_t depth, int64_t columns, char *panel,
                                          int64_t width) {
  typedef MLT_TILE(_vector) vector;
  for (int64_t k = 0; k < depth; k++) {
    const char *from = b + k * b_row;
    MLT_GEMM_T *even = (MLT_GEMM_T *)(panel + 2 * k * width);
    MLT_GEMM_T *odd = (MLT_GEMM_T *)(panel + (2 * k + 1) * width);
    if (b_col == 2 * (int64_t)sizeof(MLT_GEMM_T)) {
      int64_t j = 0;
      for (; j + MLT_LANES <= 2 * columns; j += MLT_LANES) {
        const vector row = *(const MLT_TILE(_memory) *)(from + j * sizeof(MLT_GEMM_T));
        *(MLT_TILE(_memory) *)(even + j) = row;
        *(MLT_TILE(_memory) *)(odd + j) = MLT_TILE(_turned)(row);
      }
      if (j < 2 * columns) {
        vector row;
        MLT_FN(gemm_load_part)(&row, from + j * sizeof(MLT_GEMM_T), 2 * columns - j,
                               sizeof(MLT_GEMM_T));
        *(MLT_TILE(_memory) *)(even + j) = row;
        *(MLT_TILE(_memory) *)(odd + j) = MLT_TILE(_turned)(row);
      }
      continue;
    }
    for (int64_t j = 0; j < columns; j++) {
      const MLT_GEMM_T *at = (const MLT_GEMM_T *)(from + j * b_col);
      even[2 * j] = at[0];
      even[2 * j + 1] = at[1];
      odd[2 * j] = -at[1];
      odd[2 * j + 1] = at[0];
    }
  }
}
#endif
