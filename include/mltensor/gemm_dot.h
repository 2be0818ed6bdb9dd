/* Products with few rows, which are bound by memory: dot products along the depth, and a sweep over
 * the rows of B.  Re-included per type and target by gemm_block.h, which has the names.
 */

/* The sums of LANES vectors as one vector, by the steps of a transposition. */
MLT_TILE_FN MLT_TILE(_vector) MLT_TILE(_sums)(MLT_TILE(_vector) *sum) {
#pragma GCC unroll 4
  for (int h = MLT_LANES / 2; h > 0; h /= 2)
#pragma GCC unroll 8
    for (int i = 0; i < h; i++)
      sum[i] = __builtin_shuffle(sum[i], sum[i + h], MLT_TILE(_low)(h)) +
               __builtin_shuffle(sum[i], sum[i + h], MLT_TILE(_high)(h));
  return sum[0];
}

/* One row of A with up to LANES columns of B, all contiguous along the depth: a column each lane of the
 * result. */
static MLT_TILE(_vector) MLT_TILE(_dots)(const char *a, const char *b, int64_t b_col,
                                         int64_t columns, int64_t depth) {
  typedef MLT_TILE(_vector) vector;
  vector sum[MLT_LANES];
  const char *column[MLT_LANES];
#pragma GCC unroll 16
  for (int j = 0; j < MLT_LANES; j++) {
    sum[j] = (vector){0};
    column[j] = b + (j < columns ? j : columns - 1) * b_col;
  }
  int64_t at = 0, whole = depth / MLT_LANES * MLT_VECTOR_BYTES;
  for (; at < whole; at += MLT_VECTOR_BYTES) {
    vector left = *(const MLT_TILE(_memory) *)(a + at);
#pragma GCC unroll 16
    for (int j = 0; j < MLT_LANES; j++)
      sum[j] = MLT_GEMM_FMA(left, *(const MLT_TILE(_memory) *)(column[j] + at), sum[j]);
  }
  int64_t rest = depth % MLT_LANES;
  if (rest) {
    vector left, right;
    MLT_FN(gemm_load_part)(&left, a + at, rest, sizeof(MLT_GEMM_T));
#pragma GCC unroll 16
    for (int j = 0; j < MLT_LANES; j++) {
      MLT_FN(gemm_load_part)(&right, column[j] + at, rest, sizeof(MLT_GEMM_T));
      sum[j] = MLT_GEMM_FMA(left, right, sum[j]);
    }
  }
  return MLT_TILE(_sums)(sum);
}

/* The same for a few rows and a great depth: one column after the other is read from end to end, which memory
 * likes better than eight at a time. */
MLT_TILE_FN void MLT_TILE(_long_dots)(const int rows, const char *a, int64_t a_row, const char *b, int64_t b_col,
                                      int64_t columns, int64_t depth, MLT_TILE(_vector) *found) {
  typedef MLT_TILE(_vector) vector;
  const int64_t whole = depth / (4 * MLT_LANES) * 4 * MLT_VECTOR_BYTES;
  vector total[3][MLT_LANES] = {{{0}}};
  for (int64_t j = 0; j < columns; j++, b += b_col) {
    vector sum[3][4] = {{{0}}};
    for (int64_t at = 0; at < whole; at += 4 * MLT_VECTOR_BYTES) {
#pragma GCC unroll 4
      for (int u = 0; u < 4; u++) {
        const vector right = *(const MLT_TILE(_memory) *)(b + at + u * MLT_VECTOR_BYTES);
#pragma GCC unroll 3
        for (int r = 0; r < rows; r++)
          sum[r][u] = MLT_GEMM_FMA(*(const MLT_TILE(_memory) *)(a + r * a_row + at + u * MLT_VECTOR_BYTES), right,
                                   sum[r][u]);
      }
    }
    for (int64_t k = whole / (int64_t)sizeof(MLT_GEMM_T); k < depth; k += MLT_LANES) {
      const int64_t count = depth - k < MLT_LANES ? depth - k : MLT_LANES, at = k * (int64_t)sizeof(MLT_GEMM_T);
      vector left, right;
      MLT_FN(gemm_load_part)(&right, b + at, count, sizeof(MLT_GEMM_T));
#pragma GCC unroll 3
      for (int r = 0; r < rows; r++) {
        MLT_FN(gemm_load_part)(&left, a + r * a_row + at, count, sizeof(MLT_GEMM_T));
        sum[r][0] = MLT_GEMM_FMA(left, right, sum[r][0]);
      }
    }
#pragma GCC unroll 3
    for (int r = 0; r < rows; r++) total[r][j] = (sum[r][0] + sum[r][1]) + (sum[r][2] + sum[r][3]);
  }
#pragma GCC unroll 3
  for (int r = 0; r < rows; r++) found[r] = MLT_TILE(_sums)(total[r]);
}

/* A row with a column. */
static MLT_GEMM_T MLT_TILE(_dot)(const char *a, const char *b, int64_t depth) {
  typedef MLT_TILE(_vector) vector;
  vector sum[4] = {{0}, {0}, {0}, {0}};
  int64_t k = 0;
  for (; k + 4 * MLT_LANES <= depth; k += 4 * MLT_LANES) {
#pragma GCC unroll 4
    for (int u = 0; u < 4; u++)
      sum[u] = MLT_GEMM_FMA(*(const MLT_TILE(_memory) *)(a + u * MLT_VECTOR_BYTES),
                            *(const MLT_TILE(_memory) *)(b + u * MLT_VECTOR_BYTES), sum[u]);
    a += 4 * MLT_VECTOR_BYTES;
    b += 4 * MLT_VECTOR_BYTES;
  }
  for (; k < depth; k += MLT_LANES) {
    int64_t count = depth - k < MLT_LANES ? depth - k : MLT_LANES;
    vector left, right;
    MLT_FN(gemm_load_part)(&left, a, count, sizeof(MLT_GEMM_T));
    MLT_FN(gemm_load_part)(&right, b, count, sizeof(MLT_GEMM_T));
    sum[0] = MLT_GEMM_FMA(left, right, sum[0]);
    a += MLT_VECTOR_BYTES;
    b += MLT_VECTOR_BYTES;
  }
  sum[0] = (sum[0] + sum[1]) + (sum[2] + sum[3]);
#pragma GCC unroll 4
  for (int h = MLT_LANES / 2; h > 0; h /= 2)
    sum[0] = sum[0] + __builtin_shuffle(sum[0], sum[0], MLT_TILE(_high)(h));
  return sum[0][0];
}

static void MLT_TILE(_dot_rows)(const mlt_gemm_block *g) {
  const int64_t z = sizeof(MLT_GEMM_T);
  const int far = g->k * z >= MLT_GEMM_LONG_DOT && g->k * z <= MLT_GEMM_LONGEST_DOT;
  for (int64_t j = 0; j < g->n; j += MLT_LANES) {
    const int64_t columns = g->n - j < MLT_LANES ? g->n - j : MLT_LANES;
    const char *b = g->b + j * g->b_col;
    for (int64_t i = 0, rows; i < g->m; i += rows) {
      MLT_TILE(_vector) found[3];
      const char *a = g->a + i * g->a_row;
      rows = far && g->m - i >= 3 ? 3 : far && g->m - i == 2 ? 2 : 1;
      if (rows == 3)
        MLT_TILE(_long_dots)(3, a, g->a_row, b, g->b_col, columns, g->k, found);
      else if (rows == 2)
        MLT_TILE(_long_dots)(2, a, g->a_row, b, g->b_col, columns, g->k, found);
      else if (far)
        MLT_TILE(_long_dots)(1, a, g->a_row, b, g->b_col, columns, g->k, found);
      else if (columns == 1)
        found[0] = MLT_TILE(_dot)(a, b, g->k) - (MLT_TILE(_vector)){0};
      else
        found[0] = MLT_TILE(_dots)(a, b, g->b_col, columns, g->k);
      for (int64_t r = 0; r < rows; r++) {
        const char *initial = g->initial ? g->initial + (i + r) * g->initial_row + j * z : NULL;
        char *c = g->c + (i + r) * g->c_row + j * z;
        if (columns == MLT_LANES) {
          if (initial) found[r] = found[r] + *(const MLT_TILE(_memory) *)initial;
          *(MLT_TILE(_memory) *)c = found[r];
          continue;
        }
        if (initial) {
          MLT_TILE(_vector) start;
          MLT_FN(gemm_load_part)(&start, initial, columns, z);
          found[r] = found[r] + start;
        }
        MLT_FN(gemm_store_part)(c, &found[r], columns, z);
      }
    }
  }
}

/* One row of A with a B of long rows: eight rows of B at a time are read from end to end, which
 * memory likes better than narrow strips down the whole depth.  From memory that is `far`, beyond the
 * caches, the next eight are asked for meanwhile. */
MLT_TILE_FN void MLT_TILE(_sweep_rows)(const int far, const mlt_gemm_block *g) {
  typedef MLT_TILE(_vector) vector;
  const int64_t z = sizeof(MLT_GEMM_T), vectors = g->n / MLT_LANES, b_row = g->b_row;
  MLT_GEMM_T *c = (MLT_GEMM_T *)g->c;
  if (g->initial != g->c) {
    if (g->initial)
      memcpy(c, g->initial, (size_t)(g->n * z));
    else
      memset(c, 0, (size_t)(g->n * z));
  }
  for (int64_t k = 0; k < g->k; k += 8) {
    const int64_t rows = g->k - k < 8 ? g->k - k : 8;
    const char *b = g->b + k * b_row;
    MLT_GEMM_T x[8];
    for (int64_t r = 0; r < rows; r++) x[r] = *(const MLT_GEMM_T *)(g->a + (k + r) * g->a_col);
    int64_t j = 0;
    if (rows == 8) {
      for (; j < vectors; j++) {
        MLT_TILE(_memory) *to = (MLT_TILE(_memory) *)c + j;
        if (far)
#pragma GCC unroll 8
          for (int r = 8; r < 16; r++)
            __builtin_prefetch(b + r * b_row + j * MLT_VECTOR_BYTES, 0, 2);
        vector sum = *to;
#pragma GCC unroll 8
        for (int r = 0; r < 8; r++)
          sum = MLT_GEMM_FMA(x[r] - (vector){0},
                             *((const MLT_TILE(_memory) *)(b + r * b_row) + j), sum);
        *to = sum;
      }
    }
    for (j *= MLT_LANES; j < g->n; j++)
      for (int64_t r = 0; r < rows; r++)
        c[j] = MLT_GEMM_SCALAR_FMA(x[r], ((const MLT_GEMM_T *)(b + r * b_row))[j], c[j]);
  }
}

static void MLT_TILE(_sweep)(const mlt_gemm_block *g) {
  if (g->k * g->b_row >= MLT_GEMM_FAR)
    MLT_TILE(_sweep_rows)(1, g);
  else
    MLT_TILE(_sweep_rows)(0, g);
}
