/* Runs a one-dimensional loop over operands of any shape and strides.
 *
 * The dimensions are put into the order in which the output lies in memory and
 * merged where the operands allow it; what remains is walked in chunks of the
 * flattened index space, so that chunks can go to different threads.  Where an
 * input lies across the output (`a + a.T`), tiles of it are turned over first.
 * Inputs of another dtype, and operands with gaps between their elements, go in
 * pieces through the first-level cache.  A result that the cache would not keep
 * is written past it.
 */
#ifndef MLTENSOR_ITERATE_H
#define MLTENSOR_ITERATE_H

#include <string.h>

#include "mltensor/bytes.h"
#include "mltensor/mltensor.h"
#include "mltensor/target.h"
#include "mltensor/thread.h"

#define MLT_MAX_OPERANDS 5
#define MLT_CHUNK 16384   /* most elements a thread takes at once */
#define MLT_SCRATCH 8192  /* bytes of an operand that are brought into the first-level cache at once */
#define MLT_GATHERED (MLT_SCRATCH / 16)
#define MLT_STREAMED 256   /* bytes of a result on their way past the cache: more, and reading waits for writing */
#define MLT_GATHER_FROM 16 /* elements of a row from which operands with gaps are gathered */

/* A tile of memory turned over; see transpose_loops.h. */
typedef void (*mlt_transpose)(const char *source, int64_t step, char *to, int64_t row, int64_t rows,
                              int64_t columns);

typedef struct {
  mlt_loop loop;
  int operands;
  int ndim;
  int streamed;           /* the output is larger than the cache: write past it */
  int crossed;            /* bits of the inputs that lie across the output */
  int scattered;          /* bits of the operands with gaps between the elements of a row */
  int converted;          /* bits of the inputs that are in another dtype than the loop reads */
  int32_t itemsize[MLT_MAX_OPERANDS];
  int32_t fetched_size[MLT_MAX_OPERANDS]; /* of an element as the loop reads it */
  mlt_loop fetch[MLT_MAX_OPERANDS];       /* copies or converts elements for the loop */
  int64_t tile_rows;
  const mlt_transpose *transpose;
  mlt_loop scatter;       /* copies elements to an output with gaps */
  int64_t size;
  int64_t shape[MLT_MAX_DIMS];
  int64_t strides[MLT_MAX_DIMS][MLT_MAX_OPERANDS];
  char *data[MLT_MAX_OPERANDS];
} mlt_iteration;

static inline int64_t mlt_magnitude(int64_t stride) { return stride < 0 ? -stride : stride; }

/* Fills an iteration from views that have been broadcast to one shape (stride 0 where an operand
 * repeats).  The last operand is the output. */
static void mlt_iteration_prepare(mlt_iteration *it, mlt_loop loop, int operands, int ndim,
                                  const int64_t *shape, const int64_t *const *strides,
                                  char *const *data, const int32_t *itemsize) {
  int order[MLT_MAX_DIMS];
  int n = 0;
  it->loop = loop;
  it->scatter = NULL;
  it->operands = operands;
  it->size = 1;
  it->streamed = it->crossed = it->scattered = it->converted = 0;
  for (int k = 0; k < operands; k++) {
    it->data[k] = data[k];
    it->itemsize[k] = itemsize[k];
  }
  for (int d = 0; d < ndim; d++) {
    it->size *= shape[d];
    if (shape[d] != 1) order[n++] = d;
  }
  /* Insertion sort by the output's strides, then the inputs'; stable, so C order stays C order. */
  for (int i = 1; i < n; i++) {
    int d = order[i], j = i;
    for (; j > 0; j--) {
      int before = order[j - 1], swap = 0;
      for (int k = operands - 1; k >= 0; k--) {
        int64_t outer = mlt_magnitude(strides[k][before]), inner = mlt_magnitude(strides[k][d]);
        if (outer == inner) continue;
        swap = outer < inner;
        break;
      }
      if (!swap) break;
      order[j] = before;
    }
    order[j] = d;
  }
  /* Merge neighbours that every operand walks with one stride. */
  int m = 0;
  for (int i = 0; i < n; i++) {
    int d = order[i];
    if (m > 0) {
      int merge = 1;
      for (int k = 0; k < operands; k++)
        if (it->strides[m - 1][k] != strides[k][d] * shape[d]) merge = 0;
      if (merge) {
        it->shape[m - 1] *= shape[d];
        for (int k = 0; k < operands; k++) it->strides[m - 1][k] = strides[k][d];
        continue;
      }
    }
    it->shape[m] = shape[d];
    for (int k = 0; k < operands; k++) it->strides[m][k] = strides[k][d];
    m++;
  }
  if (m == 0) {
    it->shape[0] = 1;
    for (int k = 0; k < operands; k++) it->strides[0][k] = 0;
    m = 1;
  }
  it->ndim = m;
}

/* Loops over n elements in pieces.  `indirect` are the bits of the operands that go through the
 * first-level cache: those with gaps, because a loop is vectorised over contiguous elements alone, and
 * those that are converted.  With ordinary stores the processor first reads the lines it is about to
 * overwrite; `streamed` avoids that. */
static void mlt_iteration_pieces(const mlt_iteration *it, int indirect, int streamed, char *const *pointers,
                                 const int64_t *strides, int64_t n) {
  _Alignas(64) char scratch[MLT_MAX_OPERANDS][MLT_SCRATCH];
  const int out = it->operands - 1;
  const int64_t itemsize = it->itemsize[out], most = indirect ? MLT_GATHERED : MLT_STREAMED / itemsize;
  const int copied = it->loop == it->scatter && !indirect && strides[0] == itemsize;
  char *at[MLT_MAX_OPERANDS], *args[MLT_MAX_OPERANDS];
  int64_t steps[MLT_MAX_OPERANDS];
  int64_t piece = most;
  for (int k = 0; k <= out; k++) {
    at[k] = pointers[k];
    steps[k] = !(indirect >> k & 1) ? strides[k] : k < out ? it->fetched_size[k] : itemsize;
  }
  if (streamed) piece = (64 - ((intptr_t)at[out] & 63)) % 64 / itemsize; /* up to the next line */
  for (; n > 0; n -= piece, piece = most) {
    if (piece == 0) piece = most;
    if (piece > n) piece = n;
    const int past = streamed && piece * itemsize >= 64;
    for (int k = 0; k <= out; k++) args[k] = indirect >> k & 1 ? scratch[k] : at[k];
    if (past) args[out] = copied ? at[0] : scratch[out];
    for (int k = 0; k < out; k++)
      if (indirect >> k & 1)
        it->fetch[k]((char *const[2]){at[k], scratch[k]}, (int64_t const[2]){strides[k], steps[k]}, piece);
    if (!past || !copied) it->loop(args, steps, piece);
    if (past)
      mlt_stream(at[out], args[out], piece * itemsize);
    else if (indirect >> out & 1)
      it->scatter((char *const[2]){scratch[out], at[out]}, (int64_t const[2]){itemsize, strides[out]}, piece);
    for (int k = 0; k <= out; k++) at[k] += piece * strides[k];
  }
}

/* `rows` rows of n elements, one after the other along the last dimension but one. */
static inline void mlt_iteration_rows(const mlt_iteration *it, char *const *pointers, int64_t rows, int64_t n) {
  const int last = it->ndim - 1, out = it->operands - 1;
  const int64_t *strides = it->strides[last], *steps = it->strides[rows > 1 ? last - 1 : last];
  const int64_t itemsize = it->itemsize[out];
  const int indirect = it->converted | (n >= MLT_GATHER_FROM ? it->scattered : 0);
  const int streamed = it->streamed && !(indirect >> out & 1) && n * itemsize >= MLT_SCRATCH;
  char *at[MLT_MAX_OPERANDS];
  const int plain = it->loop == it->scatter && strides[0] == itemsize && strides[1] == itemsize;
  if (plain && rows > 1 && !indirect && !streamed) {
    mlt_copy_rows(pointers[1], steps[1], pointers[0], steps[0], rows, n * itemsize);
    return;
  }
  for (int k = 0; k <= out; k++) at[k] = pointers[k];
  for (int64_t r = 0; r < rows; r++) {
    if (indirect || streamed)
      mlt_iteration_pieces(it, indirect, streamed, at, strides, n);
    else
      it->loop(at, strides, n);
    for (int k = 0; k <= out; k++) at[k] += steps[k];
  }
}

/* Elements [begin, end) of the flattened index space. */
static void mlt_iteration_task(void *context, int64_t begin, int64_t end) {
  const mlt_iteration *it = (const mlt_iteration *)context;
  const int last = it->ndim - 1;
  const int64_t inner = it->shape[last];
  int64_t index[MLT_MAX_DIMS];
  char *pointers[MLT_MAX_OPERANDS];
  for (int k = 0; k < it->operands; k++) pointers[k] = it->data[k];
  int64_t rest = begin;
  for (int d = last; d >= 0; d--) {
    index[d] = rest % it->shape[d];
    rest /= it->shape[d];
    for (int k = 0; k < it->operands; k++) pointers[k] += index[d] * it->strides[d][k];
  }
  int64_t left = end - begin;
  while (left > 0) {
    int64_t run = inner - index[last], rows = 1;
    if (run > left) run = left;
    if (last > 0 && run == inner) {
      const int64_t below = it->shape[last - 1] - index[last - 1];
      rows = left / inner < below ? left / inner : below;
    }
    mlt_iteration_rows(it, pointers, rows, run);
    left -= rows * run;
    if (left == 0) break;
    for (int k = 0; k < it->operands; k++) pointers[k] -= index[last] * it->strides[last][k];
    index[last] = 0;
    for (int d = last - 1; d >= 0; d--) {
      const int64_t steps = d == last - 1 ? rows : 1;
      for (int k = 0; k < it->operands; k++) pointers[k] += steps * it->strides[d][k];
      if ((index[d] += steps) < it->shape[d]) break;
      for (int k = 0; k < it->operands; k++) pointers[k] -= it->shape[d] * it->strides[d][k];
      index[d] = 0;
    }
  }
  mlt_stream_end(it->streamed);
}

/* --- operands that lie across ------------------------------------------------------------------ */

/* Rows of a tile: those whose elements share a line of a crossed operand's memory. */
#define MLT_TILE_COLUMNS 128
#define MLT_TILE_BYTES 8192

/* The loop reads input k as elements of `size` bytes, which `fetch` makes of those in memory. */
static inline void mlt_iteration_convert(mlt_iteration *it, int k, mlt_loop fetch, int32_t size) {
  it->converted |= 1 << k;
  it->fetch[k] = fetch;
  it->fetched_size[k] = size;
}

/* Looks for operands with gaps between the elements of a row. Copies need no other copy. */
static void mlt_iteration_scatter(mlt_iteration *it, const mlt_loop *copy) {
  const int out = it->operands - 1;
  const int64_t *strides = it->strides[it->ndim - 1];
  it->scatter = copy[it->itemsize[out]];
  if (it->loop == it->scatter) return;
  for (int k = 0; k <= out; k++) {
    if (strides[k] == it->itemsize[k] || (k < out && strides[k] == 0)) continue;
    it->scattered |= 1 << k;
    if (it->converted >> k & 1) continue;
    it->fetch[k] = copy[it->itemsize[k]];
    it->fetched_size[k] = it->itemsize[k];
  }
}

/* Looks for inputs whose elements lie side by side along another dimension than the output's, and puts
 * that dimension next to the last.  `transpose` and `copy` have a function per item size. */
static void mlt_iteration_cross(mlt_iteration *it, const mlt_transpose *transpose, const mlt_loop *copy) {
  const int last = it->ndim - 1, out = it->operands - 1;
  int across = -1;
  it->crossed = 0;
  it->transpose = transpose;
  mlt_iteration_scatter(it, copy);
  if (last < 1 || it->strides[last][out] != it->itemsize[out]) return;
  for (int k = 0; k < out; k++) {
    const int64_t itemsize = it->itemsize[k];
    if (mlt_magnitude(it->strides[last][k]) <= 4 * itemsize) continue;
    for (int d = 0; d < last; d++)
      if (it->strides[d][k] == itemsize && it->shape[d] >= 8 && (across < 0 || across == d)) {
        across = d;
        it->crossed |= 1 << k;
      }
  }
  if (!it->crossed) return;
  /* The order of the outer dimensions is free. */
  const int64_t shape = it->shape[across];
  int64_t strides[MLT_MAX_OPERANDS];
  for (int k = 0; k <= out; k++) strides[k] = it->strides[across][k];
  for (int d = across; d < last - 1; d++) {
    it->shape[d] = it->shape[d + 1];
    for (int k = 0; k <= out; k++) it->strides[d][k] = it->strides[d + 1][k];
  }
  it->shape[last - 1] = shape;
  for (int k = 0; k <= out; k++) it->strides[last - 1][k] = strides[k];
  int64_t smallest = 16;
  for (int k = 0; k < out; k++)
    if (it->crossed >> k & 1 && it->itemsize[k] < smallest) smallest = it->itemsize[k];
  it->tile_rows = smallest >= 4 ? 16 : 64 / smallest;
}

/* Strips of `tile_rows` rows: units of mlt_iteration_strips. */
static inline int64_t mlt_iteration_strip_count(const mlt_iteration *it) {
  const int64_t rows = it->shape[it->ndim - 2];
  return it->size / (rows * it->shape[it->ndim - 1]) * ((rows + it->tile_rows - 1) / it->tile_rows);
}

/* One tile: crossed operands are turned over into scratch memory, then the loop runs along its rows. */
static void mlt_iteration_tile(const mlt_iteration *it, char *const *corner, int64_t rows, int64_t columns) {
  _Alignas(64) char scratch[MLT_MAX_OPERANDS - 1][MLT_TILE_BYTES];
  const int last = it->ndim - 1, out = it->operands - 1;
  char *pointers[MLT_MAX_OPERANDS];
  int64_t steps[MLT_MAX_OPERANDS], along[MLT_MAX_OPERANDS];
  for (int k = 0; k <= out; k++) {
    pointers[k] = corner[k];
    steps[k] = it->strides[last - 1][k];
    along[k] = it->strides[last][k];
    if (it->crossed >> k & 1) {
      const int64_t itemsize = it->itemsize[k];
      steps[k] = columns * itemsize;
      it->transpose[itemsize](corner[k], along[k], scratch[k], steps[k], rows, columns);
      along[k] = itemsize;
      pointers[k] = scratch[k];
    }
  }
  for (int64_t r = 0; r < rows; r++) {
    if (it->converted)
      mlt_iteration_pieces(it, it->converted, 0, pointers, along, columns);
    else
      it->loop(pointers, along, columns);
    for (int k = 0; k <= out; k++) pointers[k] += steps[k];
  }
}

/* Strips [begin, end) of a crossed iteration. */
static void mlt_iteration_strips(void *context, int64_t begin, int64_t end) {
  const mlt_iteration *it = (const mlt_iteration *)context;
  const int last = it->ndim - 1, out = it->operands - 1;
  const int64_t rows = it->shape[last - 1], columns = it->shape[last];
  const int64_t strips = (rows + it->tile_rows - 1) / it->tile_rows;
  for (int64_t unit = begin; unit < end; unit++) {
    char *pointers[MLT_MAX_OPERANDS];
    const int64_t first = unit % strips * it->tile_rows;
    const int64_t count = rows - first < it->tile_rows ? rows - first : it->tile_rows;
    int64_t rest = unit / strips;
    for (int k = 0; k <= out; k++) pointers[k] = it->data[k] + first * it->strides[last - 1][k];
    for (int d = last - 2; d >= 0; d--) {
      const int64_t at = rest % it->shape[d];
      rest /= it->shape[d];
      for (int k = 0; k <= out; k++) pointers[k] += at * it->strides[d][k];
    }
    /* A tile of a crossed operand has at most MLT_TILE_BYTES. */
    int64_t widest = MLT_TILE_COLUMNS;
    for (int k = 0; k < out; k++)
      if (it->crossed >> k & 1 && MLT_TILE_BYTES / (it->tile_rows * it->itemsize[k]) < widest)
        widest = MLT_TILE_BYTES / (it->tile_rows * it->itemsize[k]);
    for (int64_t c = 0; c < columns; c += widest) {
      const int64_t n = columns - c < widest ? columns - c : widest;
      mlt_iteration_tile(it, pointers, count, n);
      for (int k = 0; k <= out; k++) pointers[k] += n * it->strides[last][k];
    }
  }
}

/* Runs an iteration.  Below `serial_below` elements it stays on the calling thread; chunks depend on the
 * work alone. */
static int mlt_iteration_run(mlt_iteration *it, int64_t serial_below) {
  if (it->crossed) {
    const int64_t strips = mlt_iteration_strip_count(it), strip = it->tile_rows * it->shape[it->ndim - 1];
    if (it->size < serial_below) {
      mlt_iteration_strips(it, 0, strips);
      return 0;
    }
    return mlt_parallel(strips, 1 + MLT_CHUNK / (strip + 1), mlt_iteration_strips, it);
  }
  if (it->size < serial_below) {
    mlt_iteration_task(it, 0, it->size);
    return 0;
  }
  int64_t chunk = it->size / 4 < serial_below ? it->size / 4 : serial_below;
  chunk = (chunk < 1024 ? 1024 : chunk > MLT_CHUNK ? MLT_CHUNK : chunk) & ~(int64_t)1023;
  return mlt_parallel(it->size, chunk, mlt_iteration_task, it);
}

#endif
