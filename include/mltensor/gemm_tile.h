/* Matrix multiplication in registers: a tile of C.  Re-included per type and target by
 * gemm_block.h, which has the names.
 *
 * A tile holds `rows` x `vectors` accumulators.  Elements of A are broadcast, so A may have any
 * strides; B is read by vectors along its rows.
 *
 * Accumulation runs over the depth in order, one fused multiply-add after the other, whatever the
 * size of the tile: a result does not depend on how rows, columns and depth were cut.
 */

/* How a row of a tile ends: with a whole vector, a part of one, or no more than half of one. */
enum { MLT_TILE(_whole) = 0, MLT_TILE(_partial) = 1, MLT_TILE(_half) = 2 };

/* Halves, where the vectors are wide and half of one takes half the time. */
#if defined(MLT_TARGET_AVX512) && defined(MLT_GEMM_HALF_FMA)
#define MLT_GEMM_HALVES 1
typedef MLT_GEMM_T MLT_TILE(_half_vector) __attribute__((vector_size(MLT_VECTOR_BYTES / 2)));
#else
#define MLT_GEMM_HALVES 0
#endif

MLT_TILE_FN int MLT_TILE(_end)(int64_t last) {
  if (last == MLT_LANES) return MLT_TILE(_whole);
  return MLT_GEMM_HALVES && 2 * last <= MLT_LANES ? MLT_TILE(_half) : MLT_TILE(_partial);
}

MLT_TILE_FN void MLT_TILE(_tile)(const int rows, const int vectors, const int end, const mlt_gemm_tile *t) {
  typedef MLT_TILE(_vector) vector;
  const int partial = end == MLT_TILE(_partial), whole = vectors - (end == MLT_TILE(_half));
  const int64_t z = sizeof(MLT_GEMM_T);
  vector sum[MLT_GEMM_ROWS][4];
#if MLT_GEMM_HALVES
  typedef MLT_TILE(_half_vector) half_vector;
  half_vector half[MLT_GEMM_ROWS];
#endif
#pragma GCC unroll 14
  for (int i = 0; i < rows; i++) {
#pragma GCC unroll 4
    for (int v = 0; v < whole; v++) {
      const char *p = t->initial + i * t->initial_row + v * MLT_VECTOR_BYTES;
      if (!t->initial)
        sum[i][v] = (vector){0};
      else if (partial && v == vectors - 1)
        MLT_FN(gemm_load_part)(&sum[i][v], p, t->last, z);
      else
        sum[i][v] = *(const MLT_TILE(_memory) *)p;
    }
#if MLT_GEMM_HALVES
    if (whole < vectors) {
      half[i] = (half_vector){0};
      if (t->initial)
        MLT_FN(gemm_load_half)(&half[i], t->initial + i * t->initial_row + whole * MLT_VECTOR_BYTES, t->last, z);
    }
#endif
  }
  /* One pointer for three rows: the processor adds the stride or twice the stride by itself. */
  const int64_t a_row = t->a_row, a_col = t->a_col, b_row = t->b_row;
  const char *a[MLT_GEMM_ROWS / 3 + 1], *b = t->b;
#pragma GCC unroll 5
  for (int i = 0; i < rows; i += 3) a[i / 3] = t->a + i * a_row;
  for (int64_t k = t->depth; k > 0; k--) {
    vector right[4];
#pragma GCC unroll 4
    for (int v = 0; v < whole; v++) {
      const char *p = b + v * MLT_VECTOR_BYTES;
      if (partial && v == vectors - 1)
        MLT_FN(gemm_load_part)(&right[v], p, t->last, z);
      else
        right[v] = *(const MLT_TILE(_memory) *)p;
    }
#if MLT_GEMM_HALVES
    half_vector right_half = {0};
    if (whole < vectors) MLT_FN(gemm_load_half)(&right_half, b + whole * MLT_VECTOR_BYTES, t->last, z);
#endif
#pragma GCC unroll 14
    for (int i = 0; i < rows; i++) {
      vector left = *(const MLT_GEMM_T *)(a[i / 3] + i % 3 * a_row) - (vector){0};
#if MLT_GEMM_HALVES
      half_vector left_half = *(const MLT_GEMM_T *)(a[i / 3] + i % 3 * a_row) - (half_vector){0};
#endif
#pragma GCC unroll 4
      for (int v = 0; v < whole; v++) sum[i][v] = MLT_GEMM_FMA(left, right[v], sum[i][v]);
#if MLT_GEMM_HALVES
      if (whole < vectors)
        half[i] = MLT_GEMM_HALF_FMA(whole ? (half_vector)MLT_GEMM_LOW(left) : left_half, right_half, half[i]);
#endif
    }
#pragma GCC unroll 5
    for (int i = 0; i < rows; i += 3) a[i / 3] += a_col;
    b += b_row;
  }
#pragma GCC unroll 14
  for (int i = 0; i < rows; i++) {
#pragma GCC unroll 4
    for (int v = 0; v < whole; v++) {
      char *p = t->c + i * t->c_row + v * MLT_VECTOR_BYTES;
      if (partial && v == vectors - 1)
        MLT_FN(gemm_store_part)(p, &sum[i][v], t->last, z);
      else
        *(MLT_TILE(_memory) *)p = sum[i][v];
    }
#if MLT_GEMM_HALVES
    if (whole < vectors)
      MLT_FN(gemm_store_half)(t->c + i * t->c_row + whole * MLT_VECTOR_BYTES, &half[i], t->last, z);
#endif
  }
}

#define MLT_TILE_INSTANCE_END(rows, vectors, end)                                           \
  static void MLT_TILE(_tile_##rows##_##vectors##_##end)(const mlt_gemm_tile *t) {          \
    MLT_TILE(_tile)(rows, vectors, end, t);                                                 \
  }
#if MLT_GEMM_HALVES
#define MLT_TILE_INSTANCE(rows, vectors)                                                    \
  MLT_TILE_INSTANCE_END(rows, vectors, 0)                                                   \
  MLT_TILE_INSTANCE_END(rows, vectors, 1)                                                   \
  MLT_TILE_INSTANCE_END(rows, vectors, 2)
#define MLT_TILE_ENTRY(rows, vectors)                                                       \
  {MLT_TILE(_tile_##rows##_##vectors##_0), MLT_TILE(_tile_##rows##_##vectors##_1),          \
   MLT_TILE(_tile_##rows##_##vectors##_2)}
#else
#define MLT_TILE_INSTANCE(rows, vectors)                                                    \
  MLT_TILE_INSTANCE_END(rows, vectors, 0)                                                   \
  MLT_TILE_INSTANCE_END(rows, vectors, 1)
#define MLT_TILE_ENTRY(rows, vectors) \
  {MLT_TILE(_tile_##rows##_##vectors##_0), MLT_TILE(_tile_##rows##_##vectors##_1)}
#endif
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

/* By the rows less one, the vectors less one, and how they end. */
static void (*const MLT_TILE(_tiles)[MLT_GEMM_ROWS][4][2 + MLT_GEMM_HALVES])(const mlt_gemm_tile *) = {
    MLT_TILE_WIDE_ENTRY(1),  MLT_TILE_WIDE_ENTRY(2),  MLT_TILE_PAIR_ENTRY(3),
    MLT_TILE_PAIR_ENTRY(4),  MLT_TILE_PAIR_ENTRY(5),  MLT_TILE_PAIR_ENTRY(6),
#if MLT_GEMM_ROWS > 6
    MLT_TILE_PAIR_ENTRY(7),  MLT_TILE_PAIR_ENTRY(8),  MLT_TILE_PAIR_ENTRY(9),
    MLT_TILE_PAIR_ENTRY(10), MLT_TILE_PAIR_ENTRY(11), MLT_TILE_PAIR_ENTRY(12),
    MLT_TILE_PAIR_ENTRY(13), MLT_TILE_PAIR_ENTRY(14),
#endif
};

#undef MLT_TILE_INSTANCE
#undef MLT_TILE_INSTANCE_END
#undef MLT_TILE_ENTRY
#undef MLT_TILE_PAIR
#undef MLT_TILE_PAIR_ENTRY
#undef MLT_TILE_WIDE
#undef MLT_TILE_WIDE_ENTRY
