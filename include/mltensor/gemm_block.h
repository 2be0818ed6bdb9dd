/* Matrix multiplication of one block, for one element type; re-included per type and target.
 *
 * The including file defines MLT_GEMM_NAME, MLT_GEMM_T (the element), MLT_GEMM_FMA(a, b, c) over
 * vectors, MLT_GEMM_ROWS (of the tallest tile) and MLT_GEMM_SWIZZLE (1: vectors of this type can be
 * transposed in registers, and the complex type made of it is wanted too).
 *
 * B is packed into panels, as wide as a tile, when its rows are not contiguous or lie far apart; large
 * blocks pack both operands, see gemm_panels.h.  When there are too few rows to pay
 * for packing, and both operands are contiguous along the depth (x @ W.T with a small batch), dot
 * products along the depth are taken instead.
 */
#define MLT_TILE(name) MLT_FN(MLT_CONCAT(MLT_CONCAT(gemm_, MLT_GEMM_NAME), name))
#define MLT_LANES ((int)(MLT_VECTOR_BYTES / sizeof(MLT_GEMM_T)))
#define MLT_TILE_FN static inline __attribute__((always_inline))

typedef MLT_GEMM_T MLT_TILE(_vector) __attribute__((vector_size(MLT_VECTOR_BYTES)));
typedef MLT_GEMM_T MLT_TILE(_memory)
    __attribute__((vector_size(MLT_VECTOR_BYTES), aligned(sizeof(MLT_GEMM_T)), may_alias));

#include "mltensor/gemm_tile.h"

#include "mltensor/gemm_pack.h"

#if MLT_GEMM_SWIZZLE
#include "mltensor/gemm_dot.h"
#endif

/* Packs one panel of B, `columns` wide. */
MLT_TILE_FN void MLT_TILE(_pack_right)(const int complex, const mlt_gemm_block *g, const char *b,
                                       int64_t depth, int64_t columns, char *to) {
  const int64_t width = (columns + MLT_LANES - 1) / MLT_LANES * MLT_VECTOR_BYTES;
#if MLT_GEMM_SWIZZLE
  if (complex) {
    MLT_TILE(_pack_complex_right)(b, g->b_row, g->b_col, depth / 2, columns / 2, to, width);
    return;
  }
#endif
  MLT_GEMM_PACK(b, g->b_row, g->b_col, depth, columns, to, width);
}

#include "mltensor/gemm_panels.h"

/* All rows by one panel of B; A is read where it lies. */
MLT_TILE_FN void MLT_TILE(_strip)(const mlt_gemm_block *g, mlt_gemm_tile *t, int64_t tiles, int64_t vectors, int64_t j,
                                  int64_t k) {
  const int64_t z = sizeof(MLT_GEMM_T);
  for (int64_t tile = 0, i = 0; tile < tiles; tile++) {
    const int64_t high = g->m / tiles + (tile < g->m % tiles);
    t->c = g->c + i * g->c_row + j * z;
    t->initial = t->c;
    t->initial_row = g->c_row;
    if (k == 0) {
      t->initial = g->initial ? g->initial + i * g->initial_row + j * z : NULL;
      t->initial_row = g->initial_row;
    }
    if (t->initial) /* the tile below starts from what it holds */
      for (int64_t below = high; below < 2 * high; below++)
        for (int64_t at = 0; at < vectors * MLT_VECTOR_BYTES; at += 64)
          __builtin_prefetch(t->initial + below * t->initial_row + at, 1, 3);
    MLT_TILE(_tiles)[high - 1][vectors - 1][MLT_TILE(_end)(t->last)](t);
    t->a += high * g->a_row;
    i += high;
  }
}

/* A read where it lies, and B too if that is kind to the cache; else a panel of it is packed, and
 * used while it is in the first cache. */
MLT_TILE_FN void MLT_TILE(_in_place)(const int complex, const mlt_gemm_block *g) {
  const int64_t z = sizeof(MLT_GEMM_T);
  const int64_t n = complex ? 2 * g->n : g->n, k_all = complex ? 2 * g->k : g->k;
  const int64_t most = g->m <= 2 ? 2 : MLT_GEMM_ROWS, wide = (g->m <= 2 ? 4 : 2) * MLT_LANES;
  const int64_t deep = MLT_GEMM_PANEL / (wide * z);
  const int64_t tiles = (g->m + most - 1) / most;
  const int pack = complex || g->b_col != z ||
                   (g->b_row > MLT_GEMM_NEAR && g->m >= MLT_GEMM_PACK_ROWS);
  char panel[MLT_GEMM_PANEL] __attribute__((aligned(64)));
  for (int64_t j = 0; j < n; j += wide) {
    const int64_t columns = n - j < wide ? n - j : wide;
    const int64_t vectors = (columns + MLT_LANES - 1) / MLT_LANES;
    mlt_gemm_tile t = {.c_row = g->c_row, .last = columns - (vectors - 1) * MLT_LANES};
    for (int64_t k = 0; k < k_all; k += deep) {
      const int64_t at = complex ? k / 2 : k;
      t.depth = k_all - k < deep ? k_all - k : deep;
      t.a = g->a + at * g->a_col;
      t.a_row = g->a_row;
      t.a_col = complex ? z : g->a_col;
      t.b = g->b + at * g->b_row + (complex ? j / 2 : j) * g->b_col;
      t.b_row = g->b_row;
      if (pack) {
        MLT_TILE(_pack_right)(complex, g, t.b, t.depth, columns, panel);
        t.b = panel;
        t.b_row = vectors * MLT_VECTOR_BYTES;
      }
      MLT_TILE(_strip)(g, &t, tiles, vectors, j, k);
    }
  }
}

#if !MLT_GEMM_SWIZZLE
/* Rows of adjacent elements with the one column, whose elements are adjacent too. */
static void MLT_TILE(_column)(const mlt_gemm_block *g) {
  const MLT_GEMM_T *restrict b = (const MLT_GEMM_T *)g->b;
  for (int64_t i = 0; i < g->m; i++) {
    const MLT_GEMM_T *restrict a = (const MLT_GEMM_T *)(g->a + i * g->a_row);
    MLT_GEMM_T sum = g->initial ? *(const MLT_GEMM_T *)(g->initial + i * g->initial_row) : 0;
    for (int64_t k = 0; k < g->k; k++) sum = (MLT_GEMM_T)MLT_GEMM_FMA(a[k], b[k], sum);
    *(MLT_GEMM_T *)(g->c + i * g->c_row) = sum;
  }
}
#endif

static void MLT_TILE(_block)(const mlt_gemm_block *g) {
#if !MLT_GEMM_SWIZZLE
  if (g->n == 1 && g->a_col == (int64_t)sizeof(MLT_GEMM_T) && g->b_row == (int64_t)sizeof(MLT_GEMM_T)) {
    MLT_TILE(_column)(g);
    return;
  }
#else
  if (g->dots) {
    /* Sixteen columns whole pages apart do not fit the ways of a cache. */
    if (g->k * (int64_t)sizeof(MLT_GEMM_T) > MLT_GEMM_LONGEST_DOT && (MLT_LANES <= 8 || g->b_col % 4096 != 0))
      MLT_TILE(_dot_rows)(g);
    else
      MLT_GEMM_DOT_ROWS(g);
    return;
  }
  if (g->m == 1 && g->b_col == (int64_t)sizeof(MLT_GEMM_T) && g->b_row > MLT_GEMM_NEAR &&
      g->k >= 8) {
    MLT_TILE(_sweep)(g);
    return;
  }
#endif
  if (g->scratch)
    MLT_TILE(_packed)(0, g);
  else
    MLT_TILE(_in_place)(0, g);
}

#if MLT_GEMM_SWIZZLE
static void MLT_TILE(_complex_block)(const mlt_gemm_block *g) {
  if (g->scratch)
    MLT_TILE(_packed)(1, g);
  else
    MLT_TILE(_in_place)(1, g);
}
#endif

#undef MLT_TILE
#undef MLT_LANES
#undef MLT_TILE_FN
#undef MLT_GEMM_NAME
#undef MLT_GEMM_T
#undef MLT_GEMM_INDEX
#undef MLT_GEMM_FMA
#undef MLT_GEMM_SCALAR_FMA
#undef MLT_GEMM_HALF_FMA
#undef MLT_GEMM_LOW
#undef MLT_GEMM_HALVES
#undef MLT_GEMM_DOT_ROWS
#undef MLT_GEMM_PACK
#undef MLT_GEMM_SWIZZLE
#undef MLT_GEMM_WIDTH
