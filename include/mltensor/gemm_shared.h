/* Large products: which rows and panels a thread takes next.
 *
 * The depth and the columns are cut such that the packed panels of B find room in the memory that all
 * threads share.  Of each such piece, threads take some tiles of rows at a time: first large groups, which
 * use a panel often while it is near; at the end small ones, so that no thread waits long for the last.
 */
#ifndef MLTENSOR_GEMM_SHARED_H
#define MLTENSOR_GEMM_SHARED_H

#include <string.h>

#include "mltensor/gemm_memory.h"
#include "mltensor/thread.h"

/* Multiply-adds from which the other threads are woken at once. */
#define MLT_GEMM_LONG 8000000.0
/* Tiles of which the rows are packed together, at most. */
#define MLT_GEMM_GROUP 6
/* Groups for each thread. */
#define MLT_GEMM_GROUPS 4

static inline int64_t mlt_gemm_least(int64_t a, int64_t b) { return a < b ? a : b; }
static inline int64_t mlt_gemm_most(int64_t a, int64_t b) { return a > b ? a : b; }
static inline int64_t mlt_gemm_ceil(int64_t a, int64_t b) { return (a + b - 1) / b; }

/* The operands of one matrix of a stack, given those of the first. */
static inline void mlt_gemm_go_to(const mlt_gemm *g, int64_t matrix, const char **a, const char **b) {
  for (int d = g->batch_ndim - 1; d >= 0; d--) {
    const int64_t at = matrix % g->batch_shape[d];
    matrix /= g->batch_shape[d];
    *a += at * g->a_batch[d];
    *b += at * g->b_batch[d];
  }
}

/* One piece of the columns and the depth, and how its rows are shared out: `groups` of `group` tiles each
 * by all panels in `cuts`, then single tiles by panels in `last_cuts`. */
typedef struct {
  mlt_gemm_panels panels;
  const mlt_gemm *g;
  const mlt_gemm_target *target;
  int64_t group, groups, cuts, last_cuts;
  int threads, last;           /* `last`: the depth ends here */
} mlt_gemm_piece;

/* Some tiles by some panels as a block of its own. */
static mlt_gemm_block mlt_gemm_part_block(const mlt_gemm_piece *p, int64_t tile, int64_t tile_end, int64_t panel,
                                          int64_t panel_end) {
  const mlt_gemm_panels *q = &p->panels;
  const int64_t z = mlt_itemsize[p->g->dtype], wide = 2 * p->target->vector_bytes / z;
  const int64_t row = mlt_gemm_tile_row(q->block.m, q->tiles, tile), column = panel * wide;
  mlt_gemm_block block = q->block;
  block.m = mlt_gemm_tile_row(q->block.m, q->tiles, tile_end) - row;
  block.n = mlt_gemm_least(panel_end * wide, q->block.n) - column;
  block.a += row * block.a_row;
  block.b += column * block.b_col;
  block.c += row * block.c_row + column * z;
  if (block.initial) block.initial += row * block.initial_row + column * z;
  return block;
}

static void mlt_gemm_piece_task(void *context, int64_t begin, int64_t end) {
  const mlt_gemm_piece *p = (const mlt_gemm_piece *)context;
  const mlt_gemm_panels *q = &p->panels;
  char *scratch = mlt_gemm_take_scratch();
  for (int64_t item = begin; item < end; item++) {
    const int64_t single = item - p->groups * p->cuts;
    const int64_t cuts = single < 0 ? p->cuts : p->last_cuts, size = single < 0 ? p->group : 1;
    const int64_t of_kind = single < 0 ? item : single, cut = of_kind % cuts;
    const int64_t tile = (single < 0 ? 0 : p->groups * p->group) + of_kind / cuts * size;
    const int64_t tile_end = mlt_gemm_least(tile + size, q->tiles);
    const int64_t units = mlt_gemm_ceil(q->panels, q->unit);
    const int64_t from = units * cut / cuts * q->unit;
    const int64_t to = mlt_gemm_least(units * (cut + 1) / cuts * q->unit, q->panels);
    /* Threads that begin together begin at different panels, so that each packs some of them. */
    const int64_t middle = cuts > 1 ? from : from + (to - from) / q->unit * (item % p->threads) / p->threads * q->unit;
    mlt_gemm_block block = mlt_gemm_part_block(p, tile, tile_end, from, to);
    if (scratch) {
      const mlt_gemm_part parts[2] = {{tile, tile_end, middle, to}, {tile, tile_end, from, middle}};
      for (int i = 0; i < 2; i++)
        if (parts[i].panel < parts[i].panel_end) p->target->panels[p->g->dtype](q, &parts[i], scratch);
    } else { /* without memory the operands are read where they lie */
      p->target->kernels[p->g->dtype](&block);
    }
    if (p->g->activation && p->last)
      p->target->activations[p->g->activation][p->g->dtype == MLT_FLOAT64](block.c, block.c_row, block.m, block.n);
  }
  mlt_gemm_give_scratch(scratch);
}

/* Decides how the rows of a piece are shared out; returns the number of items. */
static int64_t mlt_gemm_share_out(mlt_gemm_piece *p, int64_t depth, int64_t row_bytes) {
  const int64_t tiles = p->panels.tiles, units = mlt_gemm_ceil(p->panels.panels, p->panels.unit);
  const int64_t wanted = MLT_GEMM_GROUPS * p->threads;
  const int64_t fitting = MLT_GEMM_LEFT / (row_bytes * depth + MLT_GEMM_SPILL);
  const int64_t most = mlt_gemm_most(1, mlt_gemm_least(MLT_GEMM_GROUP, fitting));
  p->cuts = p->last_cuts = 1;
  if (p->threads == 1) {
    p->group = most;
    p->groups = mlt_gemm_ceil(tiles, most);
    return p->groups;
  }
  if (tiles < 2 * wanted) { /* few rows: the columns are cut too */
    p->group = mlt_gemm_least(tiles, most);
    p->groups = mlt_gemm_ceil(tiles, p->group);
    p->cuts = mlt_gemm_least(units, mlt_gemm_ceil(2 * wanted, p->groups));
    return p->groups * p->cuts;
  }
  p->group = mlt_gemm_least(most, tiles / wanted);
  p->groups = tiles * 3 / 4 / p->group;
  p->last_cuts = mlt_gemm_least(units, 2);
  return p->groups * p->cuts + (tiles - p->groups * p->group) * p->last_cuts;
}

/* Computes C.  Returns 0, 1 when interrupted, 2 when there is no memory. */
static int mlt_gemm_run_panels(const mlt_gemm *g, const mlt_gemm_target *target, double work) {
  static atomic_llong serial;
  const int complex = g->dtype >= MLT_COMPLEX64, real = g->dtype >= MLT_FLOAT32;
  const int64_t scale = complex ? 2 : 1, z = mlt_itemsize[g->dtype] / scale;
  const int64_t rows = real ? target->float_rows : target->integer_rows, wide = 2 * target->vector_bytes / z;
  const int64_t deep = mlt_gemm_even_cut(scale * g->k, MLT_GEMM_DEPTH), panel = deep * 2 * target->vector_bytes;
  const int64_t unit = mlt_gemm_most(1, mlt_gemm_least(4, MLT_GEMM_NEAR_RIGHT / panel));
  const int64_t most = mlt_gemm_least((MLT_GEMM_SHARED - MLT_GEMM_SPILL) / panel / unit, MLT_GEMM_UNITS) * unit * wide;
  const int64_t across = mlt_gemm_ceil(mlt_gemm_ceil(scale * g->n, mlt_gemm_ceil(scale * g->n, most)), unit * wide) *
                         unit * wide;
  char *shared = mlt_gemm_take_shared();
  atomic_uchar state[MLT_GEMM_UNITS];
  int64_t last = mlt_now_ns();
  int status = shared ? 0 : 2;
  for (int64_t matrix = 0; matrix < g->batch && !status; matrix++) {
    const char *a = g->a, *b = g->b;
    char *c = g->c + (g->batch > 1 ? matrix * g->c_batch : 0);
    if (g->batch > 1) mlt_gemm_go_to(g, matrix, &a, &b);
    for (int64_t j = 0; j < scale * g->n && !status; j += across)
      for (int64_t k = 0; k < scale * g->k && !status; k += deep) {
        const int64_t n = mlt_gemm_least(scale * g->n - j, across), depth = mlt_gemm_least(scale * g->k - k, deep);
        mlt_gemm_piece p = {
            .g = g, .target = target, .threads = mlt_runtime_pointer->threads, .last = k + depth == scale * g->k,
            .panels = {.tiles = mlt_gemm_ceil(g->m, rows), .panels = mlt_gemm_ceil(n, wide), .unit = unit,
                       .right = shared, .state = state, .serial = 1 + atomic_fetch_add(&serial, 1)}};
        mlt_gemm_block *block = &p.panels.block;
        *block = (mlt_gemm_block){.m = g->m, .n = n / scale, .k = depth / scale, .a_row = g->a_row, .a_col = g->a_col,
                                  .b_row = g->b_row, .b_col = g->b_col, .c_row = g->c_row};
        block->a = a + k / scale * g->a_col;
        block->b = b + k / scale * g->b_row + j / scale * g->b_col;
        block->c = c + j * z;
        block->initial = k ? block->c : g->initial ? g->initial + j * z : NULL;
        block->initial_row = k ? g->c_row : g->initial_row;
        memset(state, 0, sizeof state);
        const int64_t items = mlt_gemm_share_out(&p, depth, rows * z);
        status = (work < MLT_GEMM_LONG ? mlt_parallel : mlt_parallel_long)(items, 1, mlt_gemm_piece_task, &p) ||
                 mlt_poll(&last);
      }
  }
  mlt_gemm_give_shared(shared);
  return status;
}

#endif
