/* Matrix multiplication in registers, for one element type; re-included per type and target.
 *
 * The including file defines MLT_GEMM_NAME, MLT_GEMM_T (the element), MLT_GEMM_FMA(a, b, c) over
 * vectors, and MLT_GEMM_TALL (1: the eight-row tile pays, there are 32 registers).
 *
 * A tile holds `rows` x `vectors` accumulators.  Elements of A are broadcast, so A may have any
 * strides; B is read by vectors along its rows, and is packed into a panel first when its rows are
 * not contiguous.  When there are too few rows to pay for packing, and both operands are contiguous
 * along the depth (x @ W.T with a small batch), dot products along the depth are taken instead.
 *
 * Accumulation runs over the depth in order, so a result does not depend on how the rows and
 * columns were split over threads.
 */
#define MLT_TILE(name) MLT_FN(MLT_CONCAT(MLT_CONCAT(gemm_, MLT_GEMM_NAME), name))
#define MLT_LANES ((int)(MLT_VECTOR_BYTES / sizeof(MLT_GEMM_T)))
#define MLT_TILE_FN static inline __attribute__((always_inline))

typedef MLT_GEMM_T MLT_TILE(_vector) __attribute__((vector_size(MLT_VECTOR_BYTES)));
typedef MLT_GEMM_T MLT_TILE(_memory)
    __attribute__((vector_size(MLT_VECTOR_BYTES), aligned(sizeof(MLT_GEMM_T)), may_alias));

/* --- tiles ------------------------------------------------------------------------------- */

MLT_TILE_FN void MLT_TILE(_tile)(const int rows, const int vectors, const int partial,
                                 const mlt_gemm_tile *t) {
  typedef MLT_TILE(_vector) vector;
  vector sum[8][4];
#pragma GCC unroll 8
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
  const char *a = t->a, *b = t->b;
  const int64_t a_row = t->a_row, a_col = t->a_col, b_row = t->b_row;
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
#pragma GCC unroll 8
    for (int i = 0; i < rows; i++) {
      vector left = *(const MLT_GEMM_T *)(a + i * a_row) - (vector){0};
#pragma GCC unroll 4
      for (int v = 0; v < vectors; v++) sum[i][v] = MLT_GEMM_FMA(left, right[v], sum[i][v]);
    }
    a += a_col;
    b += b_row;
  }
#pragma GCC unroll 8
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

MLT_TILE_INSTANCE(1, 1)
MLT_TILE_INSTANCE(1, 2)
MLT_TILE_INSTANCE(1, 3)
MLT_TILE_INSTANCE(1, 4)
MLT_TILE_INSTANCE(2, 1)
MLT_TILE_INSTANCE(2, 2)
MLT_TILE_INSTANCE(2, 3)
MLT_TILE_INSTANCE(2, 4)
MLT_TILE_INSTANCE(4, 1)
MLT_TILE_INSTANCE(4, 2)
MLT_TILE_INSTANCE(4, 3)
#if MLT_GEMM_TALL
MLT_TILE_INSTANCE(8, 1)
MLT_TILE_INSTANCE(8, 2)
MLT_TILE_INSTANCE(8, 3)
#endif

/* By the logarithm of the rows, the vectors less one, and whether the last vector is a part. */
static void (*const MLT_TILE(_tiles)[4][4][2])(const mlt_gemm_tile *) = {
    {MLT_TILE_ENTRY(1, 1), MLT_TILE_ENTRY(1, 2), MLT_TILE_ENTRY(1, 3), MLT_TILE_ENTRY(1, 4)},
    {MLT_TILE_ENTRY(2, 1), MLT_TILE_ENTRY(2, 2), MLT_TILE_ENTRY(2, 3), MLT_TILE_ENTRY(2, 4)},
    {MLT_TILE_ENTRY(4, 1), MLT_TILE_ENTRY(4, 2), MLT_TILE_ENTRY(4, 3), {NULL, NULL}},
#if MLT_GEMM_TALL
    {MLT_TILE_ENTRY(8, 1), MLT_TILE_ENTRY(8, 2), MLT_TILE_ENTRY(8, 3), {NULL, NULL}},
#endif
};

/* --- transposing in registers ------------------------------------------------------------- */

#if MLT_GEMM_SWIZZLE
/* The lanes that step h of a transposition takes from two rows: lane c of the first result is c of
 * the first row, or c - h of the second where c has the bit h. */
#define MLT_LOW_(c, h) ((c) & (h) ? MLT_LANES + (c) - (h) : (c))
#define MLT_HIGH_(c, h) ((c) & (h) ? MLT_LANES + (c) : (c) + (h))
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
#undef MLT_LOW_
#undef MLT_HIGH_
#undef MLT_2_
#undef MLT_4_
#undef MLT_8_
#undef MLT_16_
#undef MLT_ALL_

/* `columns` columns of B, contiguous along the depth, become rows of the panel, `depth` of them;
 * both at most LANES, and just that when said to be whole. */
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

/* Copies `columns` columns of B, `depth` deep, into a panel with rows of `width` bytes. */
static void MLT_TILE(_pack)(const char *b, int64_t b_row, int64_t b_col, int64_t depth,
                            int64_t columns, char *panel, int64_t width) {
  const int64_t z = sizeof(MLT_GEMM_T);
  if (b_col == z) {
    for (int64_t k = 0; k < depth; k++) {
      int64_t j = 0;
      for (; j + MLT_LANES <= columns; j += MLT_LANES)
        *(MLT_TILE(_memory) *)(panel + k * width + j * z) =
            *(const MLT_TILE(_memory) *)(b + k * b_row + j * z);
      if (j < columns) memcpy(panel + k * width + j * z, b + k * b_row + j * z, (columns - j) * z);
    }
    return;
  }
#if MLT_GEMM_SWIZZLE
  if (b_row == z) {
    for (int64_t j = 0; j < columns; j += MLT_LANES) {
      int64_t count = columns - j < MLT_LANES ? columns - j : MLT_LANES, k = 0;
      const char *from = b + j * b_col;
      char *to = panel + j * z;
      for (; k + MLT_LANES <= depth; k += MLT_LANES) {
        if (count == MLT_LANES)
          MLT_TILE(_transpose)(1, 1, from + k * z, b_col, to + k * width, width, 0, 0);
        else
          MLT_TILE(_transpose)(0, 1, from + k * z, b_col, to + k * width, width, count, 0);
      }
      if (k < depth)
        MLT_TILE(_transpose)(0, 0, from + k * z, b_col, to + k * width, width, count, depth - k);
    }
    return;
  }
#endif
  for (int64_t j = 0; j < columns; j++)
    for (int64_t k = 0; k < depth; k++)
      *(MLT_GEMM_T *)(panel + k * width + j * z) =
          *(const MLT_GEMM_T *)(b + k * b_row + j * b_col);
}

/* --- dot products along the depth -------------------------------------------------------- */

#if MLT_GEMM_SWIZZLE
/* One row of A with up to LANES columns of B, all contiguous along the depth: a column each lane
 * of the result, which the steps of a transposition sum up. */
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
#pragma GCC unroll 4
  for (int h = MLT_LANES / 2; h > 0; h /= 2)
#pragma GCC unroll 8
    for (int i = 0; i < h; i++)
      sum[i] = __builtin_shuffle(sum[i], sum[i + h], MLT_TILE(_low)(h)) +
               __builtin_shuffle(sum[i], sum[i + h], MLT_TILE(_high)(h));
  return sum[0];
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
  for (int64_t j = 0; j < g->n; j += MLT_LANES) {
    int64_t columns = g->n - j < MLT_LANES ? g->n - j : MLT_LANES;
    const char *b = g->b + j * g->b_col;
    for (int64_t i = 0; i < g->m; i++) {
      const char *a = g->a + i * g->a_row;
      const char *initial = g->initial ? g->initial + i * g->initial_row + j * z : NULL;
      char *c = g->c + i * g->c_row + j * z;
      if (columns == 1) {
        MLT_GEMM_T found = MLT_TILE(_dot)(a, b, g->k);
        *(MLT_GEMM_T *)c = initial ? found + *(const MLT_GEMM_T *)initial : found;
        continue;
      }
      MLT_TILE(_vector) found = MLT_TILE(_dots)(a, b, g->b_col, columns, g->k), start;
      if (columns == MLT_LANES) {
        if (initial) found = found + *(const MLT_TILE(_memory) *)initial;
        *(MLT_TILE(_memory) *)c = found;
        continue;
      }
      if (initial) {
        MLT_FN(gemm_load_part)(&start, initial, columns, sizeof(MLT_GEMM_T));
        found = found + start;
      }
      MLT_FN(gemm_store_part)(c, &found, columns, sizeof(MLT_GEMM_T));
    }
  }
}
#endif

#if MLT_GEMM_SWIZZLE
/* One row of A with a B of long rows: eight rows of B at a time are read from end to end, which
 * memory likes better than narrow strips down the whole depth. */
static void MLT_TILE(_sweep)(const mlt_gemm_block *g) {
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
#endif

/* --- a block ----------------------------------------------------------------------------- */

static void MLT_TILE(_block)(const mlt_gemm_block *g) {
  const int64_t z = sizeof(MLT_GEMM_T);
#if MLT_GEMM_SWIZZLE
  if (g->a_col == z && g->b_row == z && g->b_col != z && g->m < MLT_GEMM_PACK_ROWS &&
      g->k >= MLT_LANES / 2) {
    MLT_GEMM_DOT_ROWS(g);
    return;
  }
  if (g->m == 1 && g->b_col == z && g->b_row > MLT_GEMM_NEAR && g->k >= 8) {
    MLT_TILE(_sweep)(g);
    return;
  }
#endif
  const int most = MLT_GEMM_TALL ? 8 : 4;
  const int wide = g->m < 4 ? 4 : (MLT_GEMM_TALL ? MLT_GEMM_VECTORS : 3);
  const int64_t panel_columns = wide * MLT_LANES;
  /* A packed panel is also kinder to the cache than rows that lie far apart. */
  const int pack = g->b_col != z || (g->b_row > MLT_GEMM_NEAR && g->m >= MLT_GEMM_PACK_ROWS);
  char panel[MLT_GEMM_DEPTH * 4 * MLT_VECTOR_BYTES] __attribute__((aligned(64)));
  for (int64_t j = 0; j < g->n; j += panel_columns) {
    int64_t columns = g->n - j < panel_columns ? g->n - j : panel_columns;
    int vectors = (int)((columns + MLT_LANES - 1) / MLT_LANES);
    int64_t last = columns - (vectors - 1) * (int64_t)MLT_LANES;
    for (int64_t k = 0; k < g->k; k += MLT_GEMM_DEPTH) {
      mlt_gemm_tile t;
      t.depth = g->k - k < MLT_GEMM_DEPTH ? g->k - k : MLT_GEMM_DEPTH;
      t.a_row = g->a_row;
      t.a_col = g->a_col;
      t.b = g->b + k * g->b_row + j * g->b_col;
      t.b_row = g->b_row;
      t.c_row = g->c_row;
      t.last = last;
      if (pack) {
        int64_t width = vectors * (int64_t)MLT_VECTOR_BYTES;
        MLT_GEMM_PACK(t.b, g->b_row, g->b_col, t.depth, columns, panel, width);
        t.b = panel;
        t.b_row = width;
      }
      for (int64_t i = 0; i < g->m;) {
        int64_t left = g->m - i;
        int rows = left >= most ? most : left >= 4 ? 4 : left >= 2 ? 2 : 1;
        if (wide == 4 && rows > 2) rows = 2;
        t.a = g->a + i * g->a_row + k * g->a_col;
        t.c = g->c + i * g->c_row + j * z;
        t.initial = t.c;
        t.initial_row = g->c_row;
        if (k == 0) {
          t.initial = g->initial ? g->initial + i * g->initial_row + j * z : NULL;
          t.initial_row = g->initial_row;
        }
        int which = rows == 8 ? 3 : rows == 4 ? 2 : rows - 1;
        MLT_TILE(_tiles)[which][vectors - 1][last != MLT_LANES](&t);
        i += rows;
      }
    }
  }
}

#undef MLT_TILE
#undef MLT_LANES
#undef MLT_TILE_FN
#undef MLT_TILE_INSTANCE
#undef MLT_TILE_ENTRY
#undef MLT_GEMM_NAME
#undef MLT_GEMM_T
#undef MLT_GEMM_INDEX
#undef MLT_GEMM_FMA
#undef MLT_GEMM_SCALAR_FMA
#undef MLT_GEMM_DOT_ROWS
#undef MLT_GEMM_PACK
#undef MLT_GEMM_SWIZZLE
#undef MLT_GEMM_WIDTH
