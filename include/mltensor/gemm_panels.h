/* Products both of whose operands are packed.  Re-included per type and target by gemm_block.h, which has
 * the names.
 *
 * A few tiles' rows of A are packed into the second cache; panels of B are packed once for all rows and
 * all threads, by whoever first needs them.  A tile of A then walks along a few panels: the tiles of C
 * that follow one another lie side by side in memory, so the vectors that one writes are not mistaken
 * for those that the next one reads, as they are where rows lie a power of two apart.
 */

/* Packs the rows of some tiles, each into a panel as high as itself; of columns that are contiguous a few at a
 * time, which are then read from end to end. */
MLT_TILE_FN void MLT_TILE(_pack_left)(const int complex, const mlt_gemm_panels *p, int64_t tile, int64_t tile_end,
                                      char *to) {
  const mlt_gemm_block *g = &p->block;
  const int64_t z = sizeof(MLT_GEMM_T), depth = complex ? 2 * g->k : g->k, step = complex ? z : g->a_col;
  const int64_t some = g->a_row == z ? 16 : depth, first = mlt_gemm_tile_row(g->m, p->tiles, tile);
  for (int64_t k = 0; k < depth; k += some)
    for (int64_t t = tile; t < tile_end; t++) {
      const int64_t row = mlt_gemm_tile_row(g->m, p->tiles, t);
      const int64_t high = mlt_gemm_tile_row(g->m, p->tiles, t + 1) - row;
      MLT_GEMM_PACK(g->a + row * g->a_row + k * step, step, g->a_row, depth - k < some ? depth - k : some, high,
                    to + (t - tile) * MLT_GEMM_SPILL + ((row - first) * depth + k * high) * z, high * z);
    }
}

/* Packs some panels of B; of rows that are contiguous a few at a time, which are then read from end to end. */
MLT_TILE_FN void MLT_TILE(_pack_panels)(const int complex, const mlt_gemm_panels *p, int64_t panel, int64_t panel_end,
                                        char *to) {
  const mlt_gemm_block *g = &p->block;
  const int64_t z = sizeof(MLT_GEMM_T), wide = 2 * MLT_LANES;
  const int64_t n = complex ? 2 * g->n : g->n, depth = complex ? 2 * g->k : g->k;
  const int64_t some = g->b_col <= 2 * z ? 16 : depth;
  for (int64_t k = 0; k < depth; k += some)
    for (int64_t q = panel; q < panel_end; q++) {
      const int64_t j = q * wide, columns = n - j < wide ? n - j : wide;
      const int64_t width = (columns + MLT_LANES - 1) / MLT_LANES * MLT_VECTOR_BYTES;
      MLT_TILE(_pack_right)(complex, g,
                            g->b + (complex ? k / 2 : k) * g->b_row + (complex ? j / 2 : j) * g->b_col,
                            depth - k < some ? depth - k : some, columns,
                            to + (q - panel) * depth * 2 * MLT_VECTOR_BYTES + k * width);
    }
}

/* States of a unit of panels. */
#define MLT_PANELS_EMPTY 0
#define MLT_PANELS_BUSY 1
#define MLT_PANELS_READY 2

/* True when a unit of panels is packed; packs it when nobody does. */
MLT_TILE_FN int MLT_TILE(_ready)(const int complex, const mlt_gemm_panels *p, int64_t unit) {
  unsigned char state = atomic_load_explicit(&p->state[unit], memory_order_acquire);
  if (state == MLT_PANELS_READY) return 1;
  if (state == MLT_PANELS_BUSY ||
      !atomic_compare_exchange_strong_explicit(&p->state[unit], &state, MLT_PANELS_BUSY, memory_order_acquire,
                                               memory_order_acquire))
    return state == MLT_PANELS_READY;
  const int64_t depth = complex ? 2 * p->block.k : p->block.k, panel = unit * p->unit;
  MLT_TILE(_pack_panels)(complex, p, panel, panel + p->unit < p->panels ? panel + p->unit : p->panels,
                         p->right + panel * depth * 2 * MLT_VECTOR_BYTES);
  atomic_store_explicit(&p->state[unit], MLT_PANELS_READY, memory_order_release);
  return 1;
}

/* Some tiles, whose rows of A are packed in `left`, by panels that lie at `right`. */
MLT_TILE_FN void MLT_TILE(_walk)(const int complex, const mlt_gemm_panels *p, const mlt_gemm_part *part,
                                 const char *left, const char *right) {
  const mlt_gemm_block *g = &p->block;
  const int64_t z = sizeof(MLT_GEMM_T), wide = 2 * MLT_LANES;
  const int64_t n = complex ? 2 * g->n : g->n, depth = complex ? 2 * g->k : g->k;
  const int64_t stride = depth * 2 * MLT_VECTOR_BYTES;
  mlt_gemm_tile t = {.depth = depth, .c_row = g->c_row, .a_row = z, .initial_row = g->initial_row, .a = left};
  for (int64_t tile = part->tile; tile < part->tile_end; tile++) {
    const int64_t i = mlt_gemm_tile_row(g->m, p->tiles, tile);
    const int64_t high = mlt_gemm_tile_row(g->m, p->tiles, tile + 1) - i;
    t.a_col = high * z;
    t.b = right;
    for (int64_t q = part->panel; q < part->panel_end; q++) {
      const int64_t j = q * wide, columns = n - j < wide ? n - j : wide;
      const int64_t vectors = (columns + MLT_LANES - 1) / MLT_LANES;
      t.last = columns - (vectors - 1) * MLT_LANES;
      t.b_row = vectors * MLT_VECTOR_BYTES;
      t.c = g->c + i * g->c_row + j * z;
      t.initial = g->initial ? g->initial + i * g->initial_row + j * z : NULL;
      for (int64_t row = 0; row < high; row++) /* the next tile starts here */
        for (int64_t at = 0; at < 2 * MLT_VECTOR_BYTES; at += 64)
          __builtin_prefetch(t.c + row * g->c_row + 2 * MLT_VECTOR_BYTES + at, 1, 2);
      MLT_TILE(_tiles)[high - 1][vectors - 1][MLT_TILE(_end)(t.last)](&t);
      t.b += stride;
    }
    t.a += depth * high * z + MLT_GEMM_SPILL;
  }
}

MLT_TILE_FN void MLT_TILE(_by_panels)(const int complex, const mlt_gemm_panels *p, const mlt_gemm_part *part,
                                      char *scratch) {
  const int64_t depth = complex ? 2 * p->block.k : p->block.k, stride = depth * 2 * MLT_VECTOR_BYTES;
  mlt_gemm_left *held = (mlt_gemm_left *)scratch;
  char *left = scratch + MLT_GEMM_LEFT_BEGIN, *spare = scratch + MLT_GEMM_RIGHT_BEGIN;
  if (!p->serial || held->serial != p->serial || held->tile != part->tile || held->tile_end != part->tile_end) {
    MLT_TILE(_pack_left)(complex, p, part->tile, part->tile_end, left);
    *held = (mlt_gemm_left){p->serial, part->tile, part->tile_end};
  }
  mlt_gemm_part some = *part;
  for (int64_t q = part->panel; q < part->panel_end; q = some.panel_end) {
    const int64_t unit = q / p->unit, end = (unit + 1) * p->unit;
    const char *right = p->right + q * stride;
    some.panel = q;
    some.panel_end = end < part->panel_end ? end : part->panel_end;
    if (!MLT_TILE(_ready)(complex, p, unit)) {
      /* another thread is at it, or was before it had to rest: rather than wait a copy of our own */
      some.panel_end = q + 1;
      MLT_TILE(_pack_panels)(complex, p, q, q + 1, spare);
      right = spare;
    }
    MLT_TILE(_walk)(complex, p, &some, left, right);
  }
}

/* A whole block by one thread. */
MLT_TILE_FN void MLT_TILE(_packed)(const int complex, const mlt_gemm_block *g) {
  const int64_t z = sizeof(MLT_GEMM_T), wide = 2 * MLT_LANES;
  const int64_t scale = complex ? 2 : 1, k_all = scale * g->k;
  const int64_t deep = mlt_gemm_even_cut(k_all, MLT_GEMM_DEPTH_ALONE), stride = deep * 2 * MLT_VECTOR_BYTES;
  const int64_t most = MLT_GEMM_RIGHT / stride < MLT_GEMM_UNITS ? MLT_GEMM_RIGHT / stride : MLT_GEMM_UNITS;
  const int64_t group = MLT_GEMM_LEFT / (MLT_GEMM_ROWS * deep * z + MLT_GEMM_SPILL);
  atomic_uchar state[MLT_GEMM_UNITS];
  mlt_gemm_panels p = {.block = *g, .tiles = (g->m + MLT_GEMM_ROWS - 1) / MLT_GEMM_ROWS, .unit = 1, .state = state,
                       .right = g->scratch + MLT_GEMM_RIGHT_BEGIN};
  for (int64_t k = 0; k < k_all; k += deep)
    for (int64_t j = 0; j < scale * g->n; j += most * wide) {
      p.block.k = (k_all - k < deep ? k_all - k : deep) / scale;
      p.block.n = (scale * g->n - j < most * wide ? scale * g->n - j : most * wide) / scale;
      p.block.a = g->a + k / scale * g->a_col;
      p.block.b = g->b + k / scale * g->b_row + j / scale * g->b_col;
      p.block.c = g->c + j * z;
      p.block.initial = k ? p.block.c : g->initial ? g->initial + j * z : NULL;
      p.block.initial_row = k ? g->c_row : g->initial_row;
      p.panels = (scale * p.block.n + wide - 1) / wide;
      memset(state, MLT_PANELS_EMPTY, (size_t)p.panels);
      for (int64_t tile = 0; tile < p.tiles; tile += group) {
        const mlt_gemm_part part = {tile, tile + group < p.tiles ? tile + group : p.tiles, 0, p.panels};
        MLT_TILE(_by_panels)(complex, &p, &part, g->scratch);
      }
    }
}

static void MLT_TILE(_panels)(const mlt_gemm_panels *p, const mlt_gemm_part *part, char *scratch) {
  MLT_TILE(_by_panels)(0, p, part, scratch);
}

#if MLT_GEMM_SWIZZLE
static void MLT_TILE(_complex_panels)(const mlt_gemm_panels *p, const mlt_gemm_part *part, char *scratch) {
  MLT_TILE(_by_panels)(1, p, part, scratch);
}
#endif
