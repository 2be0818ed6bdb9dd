/* Matrix multiplication in registers: a tile of C.  Re-included per type and target by
 * gemm_block.h, which has the names.
 *
 * A tile holds `rows` x `vectors` accumulators.  Elements of A are broadcast, so A may have any
 * strides; B is read by vectors along its rows.
 *
 * Accumulation runs over the depth in order, one fused multiply-add after the other, whatever the
 * size of the tile: a result does not depend on how rows, columns and depth were cut.
 */

MLT_TILE_FN void MLT_TILE(_tile)(const int rows, const int vectors, const int partial,
                                 const mlt_gemm_tile *t) {
  typedef MLT_TILE(_vector) vector;
  vector sum[MLT_GEMM_ROWS][4];
#pragma GCC unroll 14
  for (int i = 0; i < rows; i++) {
#pragma GCC unroll 4
    for (int v = 0; v < vectors; v++) {
      const char *p = t->initial + i * t->initial_row + v * MLT_VECTOR_BYTES;
      if (!t->initial)
        sum[i][v] = (vector){0};
      else if (partial && v == vectors - 1)
        MLT_FN(gemm_load_part)(&sum[i][v], p, t->last, sizeof(MLT_GEMM_T));
      else
        sum[i][v] = *(const MLT_TILE(_memory) *)p;
    }
  }
  /* One pointer for three rows: the processor adds the stride or twice the stride by itself. */
  const int64_t a_row = t->a_row, a_col = t->a_col, b_row = t->b_row;
  const char *a[MLT_GEMM_ROWS / 3 + 1], *b = t->b;
#pragma GCC unroll 5
  for (int i = 0; i < rows; i += 3) a[i / 3] = t->a + i * a_row;
  for (int64_t k = t->depth; k > 0; k--) {
    vector right[4];
#pragma GCC unroll 4
    for (int v = 0; v < vectors; v++) {
      const char *p = b + v * MLT_VECTOR_BYTES;
      if (partial && v == vectors - 1)
        MLT_FN(gemm_load_part)(&right[v], p, t->last, sizeof(MLT_GEMM_T));
      else
        right[v] = *(const MLT_TILE(_memory) *)p;
    }
#pragma GCC unroll 14
    for (int i = 0; i < rows; i++) {
      vector left = *(const MLT_GEMM_T *)(a[i / 3] + i % 3 * a_row) - (vector){0};
#pragma GCC unroll 4
      for (int v = 0; v < vectors; v++) sum[i][v] = MLT_GEMM_FMA(left, right[v], sum[i][v]);
    }
#pragma GCC unroll 5
    for (int i = 0; i < rows; i += 3) a[i / 3] += a_col;
    b += b_row;
  }
#pragma GCC unroll 14
  for (int i = 0; i < rows; i++) {
#pragma GCC unroll 4
    for (int v = 0; v < vectors; v++) {
      char *p = t->c + i * t->c_row + v * MLT_VECTOR_BYTES;
      if (partial && v == vectors - 1)
        MLT_FN(gemm_store_part)(p, &sum[i][v], t->last, sizeof(MLT_GEMM_T));
      else
        *(MLT_TILE(_memory) *)p = sum[i][v];
    }
  }
}

#define MLT_TILE_INSTANCE(rows, vectors)                                                    \
  static void MLT_TILE(_tile_##rows##_##vectors##_0)(const mlt_gemm_tile *t) {              \
    MLT_TILE(_tile)(rows, vectors, 0, t);                                                   \
  }                                                                                         \
  static void MLT_TILE(_tile_##rows##_##vectors##_1)(const mlt_gemm_tile *t) {              \
    MLT_TILE(_tile)(rows, vectors, 1, t);                                                   \
  }
#define MLT_TILE_ENTRY(rows, vectors) \
  {MLT_TILE(_tile_##rows##_##vectors##_0), MLT_TILE(_tile_##rows##_##vectors##_1)}
#define MLT_TILE_PAIR(rows) MLT_TILE_INSTANCE(rows, 1) MLT_TILE_INSTANCE(rows, 2)
#define MLT_TILE_PAIR_ENTRY(rows) {MLT_TILE_ENTRY(rows, 1), MLT_TILE_ENTRY(rows, 2)}
#define MLT_TILE_WIDE(rows) MLT_TILE_INSTANCE(rows, 3) MLT_TILE_INSTANCE(rows, 4)
#define MLT_TILE_WIDE_ENTRY(rows)                                                           \
  {MLT_TILE_ENTRY(rows, 1), MLT_TILE_ENTRY(rows, 2), MLT_TILE_ENTRY(rows, 3),               \
   MLT_TILE_ENTRY(rows, 4)}

MLT_TILE_PAIR(1)
MLT_TILE_PAIR(2)
MLT_TILE_PAIR(3)
MLT_TILE_PAIR(4)
MLT_TILE_PAIR(5)
MLT_TILE_PAIR(6)
#if MLT_GEMM_ROWS > 6
MLT_TILE_PAIR(7)
MLT_TILE_PAIR(8)
MLT_TILE_PAIR(9)
MLT_TILE_PAIR(10)
MLT_TILE_PAIR(11)
MLT_TILE_PAIR(12)
MLT_TILE_PAIR(13)
MLT_TILE_PAIR(14)
#endif
MLT_TILE_WIDE(1)
MLT_TILE_WIDE(2)

/* By the rows less one, the vectors less one, and whether the last vector is a part. */
static void (*const MLT_TILE(_tiles)[MLT_GEMM_ROWS][4][2])(const mlt_gemm_tile *) = {
    MLT_TILE_WIDE_ENTRY(1),  MLT_TILE_WIDE_ENTRY(2),  MLT_TILE_PAIR_ENTRY(3),
    MLT_TILE_PAIR_ENTRY(4),  MLT_TILE_PAIR_ENTRY(5),  MLT_TILE_PAIR_ENTRY(6),
#if MLT_GEMM_ROWS > 6
    MLT_TILE_PAIR_ENTRY(7),  MLT_TILE_PAIR_ENTRY(8),  MLT_TILE_PAIR_ENTRY(9),
    MLT_TILE_PAIR_ENTRY(10), MLT_TILE_PAIR_ENTRY(11), MLT_TILE_PAIR_ENTRY(12),
    MLT_TILE_PAIR_ENTRY(13), MLT_TILE_PAIR_ENTRY(14),
#endif
};

#undef MLT_TILE_INSTANCE
#undef MLT_TILE_ENTRY
#undef MLT_TILE_PAIR
#undef MLT_TILE_PAIR_ENTRY
#undef MLT_TILE_WIDE
#undef MLT_TILE_WIDE_ENTRY
