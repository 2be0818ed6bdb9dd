/* Positions of the largest and smallest elements along one axis.
 *
 * A row is taken in blocks: the block's extreme at full speed, and only where it beats the best so
 * far a search for its place.  For random data that is a logarithmic number of searches.  Columns
 * carry the best value and its place side by side.  The first of equals wins; NaN beats all.
 */
#ifndef MLTENSOR_REDUCE_ARG_H
#define MLTENSOR_REDUCE_ARG_H

#include "mltensor/reduce_engine.h"

#define MLT_ARG_ROWS 64   /* rows of columns at a time; their number fits an int8 */
#define MLT_ARG_SEGMENT 8  /* fewest blocks of a row that are a unit of work */

typedef struct {
  mlt_reduce_plan plan; /* geometry with one reduced dimension; out holds int64 */
  const mlt_arg_reduction *loops;
  char *values;    /* per segment of the only row */
  int64_t *places;
} mlt_arg_plan;

/* Best value and place in blocks [begin, end) of a row. */
static void mlt_arg_blocks(const mlt_arg_plan *a, const char *source, int64_t begin, int64_t end,
                           char *best, int64_t *place) {
  static const char none[8] = {0};
  const mlt_reduce_plan *p = &a->plan;
  char buffer[MLT_REDUCE_BLOCK * 8] __attribute__((aligned(64)));
  char value[8];
  for (int64_t b = begin; b < end; b++) {
    int64_t count, first = b * p->block;
    const char *start = mlt_reduce_block_at(p, source, b, &count);
    if (p->converts || p->inner_stride != p->item) {
      p->unpack(buffer, start, p->inner_stride, count);
      start = buffer;
    }
    a->loops->row(start, count, value, NULL);
    int fresh = b == begin;
    int64_t found = -1;
    a->loops->merge(1, value, none, first, fresh, best, &found);
    if (found >= 0) *place = first + a->loops->place(start, count, best);
  }
}

static void mlt_arg_rows_task(void *context, int64_t begin, int64_t end) {
  mlt_arg_plan *a = context;
  const mlt_reduce_plan *p = &a->plan;
  char best[8];
  const int direct = p->blocks == 1 && !p->converts && p->inner_stride == p->item;
  for (int64_t k = begin; k < end; k++) {
    int64_t index;
    const char *source = mlt_reduce_outer(p, k, &index);
    if (direct) {
      a->loops->row(source, p->inner, best, NULL);
      ((int64_t *)p->out)[index] = a->loops->place(source, p->inner, best);
      continue;
    }
    mlt_arg_blocks(a, source, 0, a->plan.blocks, best, (int64_t *)a->plan.out + index);
  }
}

static void mlt_arg_segments_task(void *context, int64_t begin, int64_t end) {
  mlt_arg_plan *a = context;
  const mlt_reduce_plan *p = &a->plan;
  for (int64_t s = begin; s < end; s++) {
    int64_t b = s * p->blocks_per_segment, e = b + p->blocks_per_segment;
    mlt_arg_blocks(a, p->data, b, e < p->blocks ? e : p->blocks, a->values + 8 * s, a->places + s);
  }
}

static void mlt_arg_tiles_task(void *context, int64_t begin, int64_t end) {
  mlt_arg_plan *a = context;
  const mlt_reduce_plan *p = &a->plan;
  char buffer[MLT_REDUCE_TILE * 8] __attribute__((aligned(64)));
  char values[MLT_REDUCE_TILE * 8] __attribute__((aligned(64)));
  char best[MLT_REDUCE_TILE * 8] __attribute__((aligned(64)));
  char places[MLT_REDUCE_TILE * 8] __attribute__((aligned(64)));
  int64_t best_places[MLT_REDUCE_TILE];
  for (int64_t unit = begin; unit < end; unit++) {
    int64_t index, first = unit % p->tiles * p->tile_width;
    const char *source = mlt_reduce_outer(p, unit / p->tiles, &index);
    int64_t m = p->columns - first < p->tile_width ? p->columns - first : p->tile_width;
    source += first * p->column_stride;
    const int in_place = !p->converts && p->column_stride == p->item;
    const int64_t most = in_place ? MLT_ARG_ROWS : 1;
    for (int64_t r = 0; r < p->inner; r += most) {
      int64_t rows = p->inner - r < most ? p->inner - r : most;
      const char *start = source + r * p->inner_stride;
      if (!in_place) {
        p->unpack(buffer, start, p->column_stride, m);
        start = buffer;
      }
      a->loops->places(start, m, rows, p->inner_stride, values, places);
      a->loops->merge(m, values, places, r, r == 0, best, best_places);
    }
    int64_t *out = (int64_t *)p->out + index + first * p->column_step;
    for (int64_t j = 0; j < m; j++) out[j * p->column_step] = best_places[j];
  }
}

/* Runs a plan.  Returns 1 when interrupted. */
static int mlt_arg_run(mlt_arg_plan *a) {
  mlt_reduce_plan *p = &a->plan;
  const int64_t grain = MLT_PARALLEL_THRESHOLD;
  static const char none[8] = {0};
  if (p->columns > 1) {
    int64_t units = p->outer * p->tiles;
    if (p->size <= grain) {
      mlt_arg_tiles_task(a, 0, units);
      return 0;
    }
    return mlt_parallel(units, grain / (p->size / units + 1) + 1, mlt_arg_tiles_task, a);
  }
  if (p->outer > 1 || p->blocks < 2 * MLT_ARG_SEGMENT) {
    if (p->size <= grain) {
      mlt_arg_rows_task(a, 0, p->outer);
      return 0;
    }
    return mlt_parallel(p->outer, grain / (p->size / p->outer + 1) + 1, mlt_arg_rows_task, a);
  }
  char values[MLT_REDUCE_SEGMENTS * 8], best[8];
  int64_t places[MLT_REDUCE_SEGMENTS], *out = (int64_t *)p->out;
  a->values = values;
  a->places = places;
  p->blocks_per_segment = (p->blocks + MLT_REDUCE_SEGMENTS - 1) / MLT_REDUCE_SEGMENTS;
  if (p->blocks_per_segment < MLT_ARG_SEGMENT) p->blocks_per_segment = MLT_ARG_SEGMENT;
  int64_t segments = (p->blocks + p->blocks_per_segment - 1) / p->blocks_per_segment;
  int status = mlt_parallel(segments, 1, mlt_arg_segments_task, a);
  for (int64_t s = 0; s < segments && !status; s++)
    a->loops->merge(1, values + 8 * s, none, places[s], s == 0, best, out);
  return status;
}

#endif
