/* The walk of a reduction over strided memory.
 *
 * Dimensions of length 1 go, neighbours that lie in one line merge, and the reduced ones are
 * visited in the order of their strides.  Then one of two ways:
 *
 *   rows     the closest elements are reduced into one result: `row` over blocks of 2048, or of
 *            32 to 64 KB where they are narrow and read in place;
 *   columns  the closest elements belong to different results: `column` over tiles of up to 1024
 *            results and blocks of reduced rows.
 *
 * Blocks combine in a tree of degree 4, so that rounding errors grow with the logarithm of the
 * length.  Elements that are not adjacent, or narrower than the loops, pass through a buffer.
 *
 * Large work is split in units that depend on the shape alone: by results when there are many, by
 * segments of the reduced range, combined in order, when there are few.
 */
#ifndef MLTENSOR_REDUCE_ENGINE_H
#define MLTENSOR_REDUCE_ENGINE_H

#include <stdatomic.h>
#include <stdlib.h>

#include "mltensor/reduce.h"
#include "mltensor/reduce_ends.h"
#include "mltensor/thread.h"

#define MLT_REDUCE_DEGREE 4
#define MLT_REDUCE_LEVELS 8
#define MLT_REDUCE_MAX_ACC 24
#define MLT_REDUCE_SEGMENTS 64
#define MLT_REDUCE_FEW_ROWS 16 /* whose accumulators are read and written more than they are */
#define MLT_REDUCE_FEW 8 /* adjacent elements of one result that are taken as columns with those of the others */

enum { MLT_EARLY_NEVER = 0, MLT_EARLY_ANY, MLT_EARLY_ALL };

typedef struct {
  /* what the caller sets */
  const mlt_reduction *loops;
  mlt_unpack unpack;
  int converts; /* unpack changes the dtype: nothing is read in place */
  int early;    /* truth of one result that may stop as soon as the answer is known */
  mlt_finish finish;
  const char *aux; /* an auxiliary value per result, or NULL */
  char *out;       /* C-contiguous */
  int64_t out_item;

  /* the geometry, from mlt_reduce_plan_geometry */
  const char *data;
  int64_t item; /* bytes of an element in memory */
  int64_t size;
  int kept;
  int64_t kept_shape[MLT_MAX_DIMS], kept_stride[MLT_MAX_DIMS], kept_step[MLT_MAX_DIMS];
  int64_t outer; /* positions over the kept dimensions above */
  int64_t columns, column_stride, column_step, tiles, tile_width;
  int far, wide; /* memory is beyond the caches, and its rows are not short and adjacent */
  int reduced;
  int64_t reduced_shape[MLT_MAX_DIMS], reduced_stride[MLT_MAX_DIMS];
  int64_t inner, inner_stride, block, blocks_per_row, blocks;
  int together; /* rows of neighbouring results lie closer than the blocks of one */

  /* the split */
  int64_t segments, blocks_per_segment, units;
  char *partials;
  atomic_int found;
} mlt_reduce_plan;

/* Drops dimensions of length 1 and merges neighbours that lie in one line. */
static int mlt_merge_dims(int n, int64_t *shape, int64_t *stride, int64_t *step) {
  int used = 0;
  for (int i = 0; i < n; i++) {
    if (shape[i] == 1) continue;
    if (used && stride[used - 1] == stride[i] * shape[i]) {
      shape[used - 1] *= shape[i];
      stride[used - 1] = stride[i];
      if (step) step[used - 1] = step[i];
      continue;
    }
    shape[used] = shape[i];
    stride[used] = stride[i];
    if (step) step[used] = step[i];
    used++;
  }
  return used;
}

/* Lays out the walk over `view` for the reduced axes of `mask`; the size must not be zero. */
static void mlt_reduce_plan_geometry(mlt_reduce_plan *p, const mlt_view *view, uint64_t mask) {
  p->data = view->data;
  p->item = mlt_itemsize[view->dtype];
  p->size = view->size;
  p->kept = p->reduced = 0;
  int64_t step = 1;
  for (int i = view->ndim - 1; i >= 0; i--) {
    if (mask >> i & 1) continue;
    p->kept_step[i] = step;
    step *= view->shape[i];
  }
  for (int i = 0; i < view->ndim; i++) {
    if (mask >> i & 1) {
      /* Insertion by the size of the stride, the largest first. */
      int j = p->reduced++;
      for (; j > 0 && llabs(p->reduced_stride[j - 1]) < llabs(view->strides[i]); j--) {
        p->reduced_shape[j] = p->reduced_shape[j - 1];
        p->reduced_stride[j] = p->reduced_stride[j - 1];
      }
      p->reduced_shape[j] = view->shape[i];
      p->reduced_stride[j] = view->strides[i];
    } else {
      p->kept_shape[p->kept] = view->shape[i];
      p->kept_stride[p->kept] = view->strides[i];
      p->kept_step[p->kept++] = p->kept_step[i];
    }
  }
  p->reduced = mlt_merge_dims(p->reduced, p->reduced_shape, p->reduced_stride, NULL);
  p->kept = mlt_merge_dims(p->kept, p->kept_shape, p->kept_stride, p->kept_step);
  p->inner = 1;
  p->inner_stride = p->item;
  if (p->reduced) {
    p->inner = p->reduced_shape[--p->reduced];
    p->inner_stride = p->reduced_stride[p->reduced];
  }

  /* Columns when a kept dimension is closer in memory than every reduced one. */
  int closest = -1;
  for (int i = 0; i < p->kept; i++)
    if (closest < 0 || llabs(p->kept_stride[i]) <= llabs(p->kept_stride[closest])) closest = i;
  p->columns = 1;
  p->column_stride = p->item;
  p->column_step = 1;
  const int few = closest >= 0 && p->inner <= MLT_REDUCE_FEW && p->kept_shape[closest] >= 8 * MLT_REDUCE_FEW;
  /* The places of extremes in few columns are found faster one after the other. */
  const int narrow = closest >= 0 && !p->loops && p->kept_shape[closest] < MLT_REDUCE_FEW;
  if (closest >= 0 && (p->inner == 1 || few ||
                       (!narrow && llabs(p->kept_stride[closest]) < llabs(p->inner_stride)))) {
    p->columns = p->kept_shape[closest];
    p->column_stride = p->kept_stride[closest];
    p->column_step = p->kept_step[closest];
    for (int i = closest; i + 1 < p->kept; i++) {
      p->kept_shape[i] = p->kept_shape[i + 1];
      p->kept_stride[i] = p->kept_stride[i + 1];
      p->kept_step[i] = p->kept_step[i + 1];
    }
    p->kept--;
  }
  p->outer = 1;
  for (int i = 0; i < p->kept; i++) p->outer *= p->kept_shape[i];
  p->far = p->size * p->item > MLT_REDUCE_FAR;
  p->tile_width = MLT_REDUCE_TILE;
  p->wide = 0;
  const int few_rows = p->loops && p->reduced == 0 && p->inner <= (p->loops->far ? MLT_REDUCE_FEW_ROWS : 3);
  if (p->far && !p->converts && p->column_stride == p->item && p->loops && p->loops->wide && !few_rows) {
    p->tile_width *= MLT_REDUCE_MAX_ACC / p->loops->acc_size; /* long stretches of every row */
    p->wide = p->columns * p->loops->acc_size > MLT_REDUCE_SHORT || p->inner_stride != p->columns * p->item;
  }
  if (p->columns < p->tile_width) p->tile_width = p->columns;
  p->tiles = (p->columns + p->tile_width - 1) / p->tile_width;
  p->block = MLT_REDUCE_BLOCK;
  /* Not more than 128 elements to each of the lanes of a count, which are as narrow as they. */
  if (!p->converts && p->inner_stride == p->item) p->block = (p->item >= 4 ? 32 : 16) * MLT_REDUCE_BLOCK / p->item;
  if (p->columns > 1) {
    const int64_t least = p->item < 8 ? 256 : 64;
    p->block = 16384 / p->columns;
    p->block = p->block < least ? least : p->block > 1024 ? 1024 : p->block;
    /* Of rows that are put together, see mlt_reduce_widened: each block is taken apart at its end. */
    if (p->columns <= 64 && !p->converts && p->inner_stride == p->columns * p->item) p->block = 65536 / p->columns;
  }
  p->together = p->columns == 1 && p->reduced && p->kept &&
                llabs(p->kept_stride[p->kept - 1]) < llabs(p->reduced_stride[p->reduced - 1]);
  p->blocks_per_row = (p->inner + p->block - 1) / p->block;
  p->blocks = p->blocks_per_row;
  for (int i = 0; i < p->reduced; i++) p->blocks *= p->reduced_shape[i];
}

/* Address and result index of an outer position. */
static inline const char *mlt_reduce_outer(const mlt_reduce_plan *p, int64_t k, int64_t *index) {
  const char *source = p->data;
  *index = 0;
  for (int i = p->kept - 1; i >= 0; i--) {
    int64_t next = k / p->kept_shape[i], at = k - next * p->kept_shape[i];
    source += at * p->kept_stride[i];
    *index += at * p->kept_step[i];
    k = next;
  }
  return source;
}

/* Address and length of a block of the reduced range. */
static inline const char *mlt_reduce_block_at(const mlt_reduce_plan *p, const char *source,
                                              int64_t b, int64_t *count) {
  int64_t k = 0;
  if (p->reduced) {
    k = b / p->blocks_per_row;
    b -= k * p->blocks_per_row;
  }
  int64_t first = b * p->block;
  *count = p->inner - first < p->block ? p->inner - first : p->block;
  source += first * p->inner_stride;
  for (int i = p->reduced - 1; i >= 0; i--) {
    int64_t next = k / p->reduced_shape[i];
    source += (k - next * p->reduced_shape[i]) * p->reduced_stride[i];
    k = next;
  }
  return source;
}

/* The blocks of the reduced range one after the other, without a division for each. */
typedef struct {
  const char *source;
  int64_t block, at[MLT_MAX_DIMS];
} mlt_reduce_walk;

static inline const char *mlt_reduce_walk_begin(const mlt_reduce_plan *p, mlt_reduce_walk *walk, const char *source,
                                                int64_t b, int64_t *count) {
  int64_t k = p->reduced ? b / p->blocks_per_row : 0;
  walk->block = b - k * p->blocks_per_row;
  walk->source = mlt_reduce_block_at(p, source, b, count);
  for (int i = p->reduced - 1; i >= 0; i--) {
    walk->at[i] = k % p->reduced_shape[i];
    k /= p->reduced_shape[i];
  }
  return walk->source;
}

static inline const char *mlt_reduce_walk_next(const mlt_reduce_plan *p, mlt_reduce_walk *walk, int64_t *count) {
  if (++walk->block < p->blocks_per_row) {
    walk->source += p->block * p->inner_stride;
  } else {
    walk->source -= (p->blocks_per_row - 1) * p->block * p->inner_stride;
    walk->block = 0;
    for (int i = p->reduced - 1; i >= 0; i--) {
      walk->source += p->reduced_stride[i];
      if (++walk->at[i] < p->reduced_shape[i]) break;
      walk->source -= walk->at[i] * p->reduced_stride[i];
      walk->at[i] = 0;
    }
  }
  const int64_t rest = p->inner - walk->block * p->block;
  *count = rest < p->block ? rest : p->block;
  return walk->source;
}

/* Few adjacent columns in adjacent rows: several rows make one wide row, folded at the end. */
static int64_t mlt_reduce_widened(const mlt_reduce_plan *p, const char *source, int64_t m,
                                  int64_t rows, char *acc) {
  const mlt_reduction *loops = p->loops;
  char wide[256 * MLT_REDUCE_MAX_ACC] __attribute__((aligned(64)));
  int64_t fold = 256 / m, groups = rows / fold;
  if (groups == 0 || loops->aux_size) return 0;
  int64_t lanes = m * fold * loops->width;
  loops->identity(wide, lanes);
  (p->far && loops->far ? loops->far : loops->column)(source, lanes, groups, fold * p->inner_stride, wide, NULL);
  const int64_t piece = m * (loops->acc_size / loops->fields);
  char part[256 * MLT_REDUCE_MAX_ACC] __attribute__((aligned(64)));
  for (int64_t k = 0; k < fold; k++) {
    for (int i = 0; i < loops->fields; i++) memcpy(part + i * piece, wide + (i * fold + k) * piece, piece);
    loops->combine(acc, part, m * loops->width);
  }
  return groups * fold;
}

/* Folds one block into m accumulators that hold the identity (rows: any value).  Of rows, m are those of as many
 * results side by side. */
static void mlt_reduce_block(const mlt_reduce_plan *p, const char *source, int64_t m, int64_t count,
                             char *acc, const char *aux) {
  const mlt_reduction *loops = p->loops;
  char buffer[MLT_REDUCE_BLOCK * 16] __attribute__((aligned(64)));
  if (p->columns == 1 && m > 1) {
    const int64_t size = loops->acc_size, field = size / loops->fields;
    for (int64_t j = 0; j < m; j++)
      mlt_reduce_block(p, source + j * p->kept_stride[p->kept - 1], 1, count, acc + j * size, NULL);
    if (loops->fields == 1) return;
    memcpy(buffer, acc, m * size);
    for (int64_t j = 0; j < m; j++)
      for (int i = 0; i < loops->fields; i++)
        memcpy(acc + (i * m + j) * field, buffer + j * size + i * field, field);
    return;
  }
  if (p->columns == 1) {
    if (p->converts || p->inner_stride != p->item) {
      p->unpack(buffer, source, p->inner_stride, count);
      source = buffer;
    }
    loops->row(source, count, acc, aux);
    return;
  }
  if (p->converts || p->column_stride != p->item) {
    const int64_t row = m * loops->item, most = (int64_t)sizeof buffer / row;
    for (int64_t r = 0; r < count;) {
      const int64_t rows = count - r < most ? count - r : most;
      for (int64_t k = 0; k < rows; k++)
        p->unpack(buffer + k * row, source + (r + k) * p->inner_stride, p->column_stride, m);
      loops->column(buffer, m * loops->width, rows, row, acc, aux);
      r += rows;
    }
    return;
  }
  if (m <= 64 && p->inner_stride == m * p->item) {
    int64_t done = mlt_reduce_widened(p, source, m, count, acc);
    source += done * p->inner_stride;
    count -= done;
  }
  const int far = p->far && loops->far && count > MLT_REDUCE_FEW_ROWS;
  (p->wide ? loops->wide : far ? loops->far : loops->column)(source, m * loops->width, count, p->inner_stride, acc, aux);
}

static inline void mlt_reduce_copy(char *to, const char *from, int64_t bytes) {
  if (bytes == 8) memcpy(to, from, 8);
  else memcpy(to, from, bytes);
}

/* Folds blocks [begin, end) into m accumulators through the tree. */
static void mlt_reduce_blocks(mlt_reduce_plan *p, const char *source, int64_t m, int64_t begin,
                              int64_t end, char *acc, const char *aux) {
  const mlt_reduction *loops = p->loops;
  const int64_t bytes = m * loops->acc_size, lanes = m * loops->width;
  int64_t count;
  if (end - begin == 1) {
    source = mlt_reduce_block_at(p, source, begin, &count);
    if (p->columns > 1) loops->identity(acc, lanes);
    mlt_reduce_block(p, source, m, count, acc, aux);
    return;
  }
  char levels[MLT_REDUCE_LEVELS][MLT_REDUCE_TILE * MLT_REDUCE_MAX_ACC] __attribute__((aligned(64)));
  int filled[MLT_REDUCE_LEVELS] = {0};
  const int short_rows = p->columns == 1 && p->inner < 256 && !p->early && !p->together ? 7 : 0;
  mlt_reduce_walk walk;
  const char *start = mlt_reduce_walk_begin(p, &walk, source, begin, &count);
  for (int64_t b = begin; b < end; b++) {
    if (b > begin) start = mlt_reduce_walk_next(p, &walk, &count);
    if (p->early && atomic_load_explicit(&p->found, memory_order_relaxed)) break;
    if (p->columns > 1) loops->identity(acc, lanes);
    mlt_reduce_block(p, start, m, count, acc, aux);
    /* Short rows go together, so that the tree is worth its keep. */
    for (int more = short_rows; more > 0 && b + 1 < end; more--) {
      char next[MLT_REDUCE_MAX_ACC];
      start = mlt_reduce_walk_next(p, &walk, &count);
      b++;
      mlt_reduce_block(p, start, 1, count, next, aux);
      loops->combine(acc, next, lanes);
    }
    if (p->early) {
      if (mlt_reduce_truth(acc, loops->acc_size) == (p->early == MLT_EARLY_ANY))
        atomic_store_explicit(&p->found, 1, memory_order_relaxed);
    }
    /* A full level is folded into the one above. */
    for (int level = 0;; level++) {
      if (filled[level] == 0) mlt_reduce_copy(levels[level], acc, bytes);
      else loops->combine(levels[level], acc, lanes);
      if (++filled[level] < MLT_REDUCE_DEGREE || level == MLT_REDUCE_LEVELS - 1) break;
      filled[level] = 0;
      mlt_reduce_copy(acc, levels[level], bytes);
    }
  }
  int first = 1;
  for (int level = 0; level < MLT_REDUCE_LEVELS; level++) {
    if (!filled[level]) continue;
    if (first) mlt_reduce_copy(acc, levels[level], bytes);
    else loops->combine(acc, levels[level], lanes);
    first = 0;
  }
  if (first) loops->identity(acc, lanes);
}

/* The auxiliary values of a tile, adjacent. */
static const char *mlt_reduce_aux(const mlt_reduce_plan *p, int64_t index, int64_t m,
                                  char *buffer) {
  int size = p->loops->aux_size;
  if (!size || !p->aux) return NULL;
  if (p->column_step == 1 || m == 1) return p->aux + index * size;
  for (int64_t j = 0; j < m; j++)
    memcpy(buffer + j * size, p->aux + (index + j * p->column_step) * size, size);
  return buffer;
}

/* What is finished of m accumulators: themselves, of several fields the last one. */
static inline const char *mlt_reduce_last_field(const mlt_reduction *loops, const char *acc, int64_t m) {
  return acc + m * (loops->acc_size - loops->acc_size / loops->fields);
}

#define MLT_REDUCE_BATCH 256

/* One result per outer position, no columns: the accumulators of a batch are finished together.  Where rows of
 * neighbouring results lie closer than the blocks of one, they are also taken together, in the order of memory. */
static void mlt_reduce_rows_task(void *context, int64_t begin, int64_t end) {
  mlt_reduce_plan *p = context;
  const mlt_reduction *loops = p->loops;
  char batch[MLT_REDUCE_BATCH * MLT_REDUCE_MAX_ACC] __attribute__((aligned(64)));
  const int last = p->kept - 1, field = loops->acc_size / loops->fields;
  const int direct = p->blocks == 1 && !p->converts && p->inner_stride == p->item;
  const int together = p->together && !loops->aux_size;
  int64_t at[MLT_MAX_DIMS], index, k = begin;
  const char *source = mlt_reduce_outer(p, begin, &index);
  for (int i = last; i >= 0; i--) {
    at[i] = k % p->kept_shape[i];
    k /= p->kept_shape[i];
  }
  while (begin < end) {
    const int64_t m = end - begin < MLT_REDUCE_BATCH ? end - begin : MLT_REDUCE_BATCH;
    for (int64_t j = 0, taken = 1; j < m; j += taken) {
      const char *aux = loops->aux_size && p->aux ? p->aux + (begin + j) * loops->aux_size : NULL;
      char *acc = batch + j * field;
      char own[MLT_REDUCE_BATCH * MLT_REDUCE_MAX_ACC] __attribute__((aligned(64)));
      if (together) taken = m - j < p->kept_shape[last] - at[last] ? m - j : p->kept_shape[last] - at[last];
      if (loops->fields > 1) acc = own;
      if (direct) loops->row(source, p->inner, acc, aux);
      else mlt_reduce_blocks(p, source, taken, 0, p->blocks, acc, aux);
      if (loops->fields > 1)
        memcpy(batch + j * field, mlt_reduce_last_field(loops, own, taken), taken * field);
      for (int i = last, step = (int)taken; i >= 0; i--, step = 1) {
        source += step * p->kept_stride[i];
        at[i] += step;
        if (at[i] < p->kept_shape[i]) break;
        source -= at[i] * p->kept_stride[i];
        at[i] = 0;
      }
    }
    mlt_finish_results(&p->finish, batch, field,
                       loops->aux_size ? p->aux + begin * loops->aux_size : NULL,
                       p->out + begin * p->out_item, p->out_item, m);
    begin += m;
  }
}

/* Units are (outer position, tile, segment), the segment fastest. */
static void mlt_reduce_tiles_task(void *context, int64_t begin, int64_t end) {
  mlt_reduce_plan *p = context;
  const int size = p->loops->acc_size;
  char acc[MLT_REDUCE_TILE * MLT_REDUCE_MAX_ACC] __attribute__((aligned(64)));
  char aux_buffer[MLT_REDUCE_TILE * MLT_REDUCE_MAX_ACC] __attribute__((aligned(64)));
  for (int64_t unit = begin; unit < end; unit++) {
    int64_t segment = unit % p->segments, tile = unit / p->segments, index;
    const char *source = mlt_reduce_outer(p, tile / p->tiles, &index);
    int64_t first = tile % p->tiles * p->tile_width;
    int64_t m = p->columns - first < p->tile_width ? p->columns - first : p->tile_width;
    source += first * p->column_stride;
    index += first * p->column_step;
    const char *aux = mlt_reduce_aux(p, index, m, aux_buffer);
    int64_t b = segment * p->blocks_per_segment, e = b + p->blocks_per_segment;
    if (e > p->blocks) e = p->blocks;
    if (p->segments > 1) {
      mlt_reduce_blocks(p, source, m, b, e, acc, aux);
      memcpy(p->partials + unit * p->tile_width * size, acc, m * size);
      continue;
    }
    mlt_reduce_blocks(p, source, m, b, e, acc, aux);
    mlt_finish_results(&p->finish, mlt_reduce_last_field(p->loops, acc, m), size / p->loops->fields, aux,
                       p->out + index * p->out_item,
                       p->column_step * p->out_item, m);
  }
}

/* Combines the segments of every tile in pairs, in their order. */
static void mlt_reduce_join_segments(mlt_reduce_plan *p) {
  const int size = p->loops->acc_size;
  char aux_buffer[MLT_REDUCE_TILE * MLT_REDUCE_MAX_ACC] __attribute__((aligned(64)));
  for (int64_t tile = 0; tile < p->outer * p->tiles; tile++) {
    char *acc = p->partials + tile * p->segments * p->tile_width * size;
    int64_t index, first = tile % p->tiles * p->tile_width;
    int64_t m = p->columns - first < p->tile_width ? p->columns - first : p->tile_width;
    mlt_reduce_outer(p, tile / p->tiles, &index);
    index += first * p->column_step;
    const int64_t step = p->tile_width * size;
    for (int64_t width = 1; width < p->segments; width *= 2)
      for (int64_t s = 0; s + width < p->segments; s += 2 * width)
        p->loops->combine(acc + s * step, acc + (s + width) * step, m * p->loops->width);
    mlt_finish_results(&p->finish, mlt_reduce_last_field(p->loops, acc, m), size / p->loops->fields,
                       mlt_reduce_aux(p, index, m, aux_buffer),
                       p->out + index * p->out_item, p->column_step * p->out_item, m);
  }
}

/* Runs a plan.  Returns 1 when interrupted, -1 when memory for the partial results is missing. */
static int mlt_reduce_run(mlt_reduce_plan *p) {
  const int64_t grain = MLT_PARALLEL_THRESHOLD;
  int64_t tiles = p->outer * p->tiles;
  p->segments = 1;
  p->partials = NULL;
  atomic_init(&p->found, 0);
  if (p->size > grain && tiles < 16 && p->blocks > 1) {
    int64_t wanted = p->size / tiles / grain;
    p->segments = wanted < 1 ? 1 : wanted > MLT_REDUCE_SEGMENTS ? MLT_REDUCE_SEGMENTS : wanted;
  }
  p->blocks_per_segment = (p->blocks + p->segments - 1) / p->segments;
  p->segments = (p->blocks + p->blocks_per_segment - 1) / p->blocks_per_segment;
  if (p->early && (tiles > 1 || p->columns > 1)) p->early = MLT_EARLY_NEVER;
  p->units = tiles * p->segments;
  int64_t chunk = grain / (p->size / p->units + 1) + 1;
  mlt_task task = mlt_reduce_tiles_task;
  if (p->columns == 1 && p->segments == 1) task = mlt_reduce_rows_task;
  if (p->size <= grain) {
    task(p, 0, p->units);
    return 0;
  }
  if (p->segments == 1) return mlt_parallel(p->units, chunk, task, p);
  p->partials = malloc(p->units * p->tile_width * p->loops->acc_size);
  if (!p->partials) return -1;
  int status = mlt_parallel(p->units, chunk, task, p);
  if (!status) mlt_reduce_join_segments(p);
  free(p->partials);
  return status;
}

#endif
