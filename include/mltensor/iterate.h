/* Runs a one-dimensional loop over operands of any shape and strides.
 *
 * The dimensions are put into the order in which the output lies in memory and
 * merged where the operands allow it; what remains is walked in chunks of the
 * flattened index space, so that chunks can go to different threads.  Where an
 * input lies across the output (`a + a.T`), tiles of it are turned over first.
 * Inputs of another dtype, and operands with gaps between their elements, go in
 * pieces through the first-level cache.  A result that the cache would not keep
 * is written past it by loops that have such a form, and by copies.
 */
#ifndef MLTENSOR_ITERATE_H
#define MLTENSOR_ITERATE_H

#include "mltensor/bytes.h"
#include "mltensor/mltensor.h"
#include "mltensor/stream.h"
#include "mltensor/thread.h"

#define MLT_MAX_OPERANDS 5
#define MLT_CHUNK 16384   /* most elements a thread takes at once, */
#define MLT_CHUNK_BYTES 65536 /* but for elements so small that more of them have so many bytes */
#define MLT_SCRATCH 8192  /* bytes of an operand that are brought into the first-level cache at once */
#define MLT_GATHERED (MLT_SCRATCH / 16)
#define MLT_GATHER_FROM 16 /* elements of a row from which operands with gaps are gathered */

/* A tile of memory turned over; see transpose_loops.h. */
typedef void (*mlt_transpose)(const char *source, int64_t step, char *to, int64_t row, int64_t rows,
                              int64_t columns);

/* A loop, and when and how to run it. */
typedef struct {
  mlt_loop loop;
  mlt_loop streamed;    /* writes past the cache, see loops_streamed.h; or NULL */
  int64_t serial_below; /* elements below which it stays on the calling thread */
} mlt_costed_loop;

typedef struct {
  mlt_loop loop;
  mlt_loop streaming;     /* the loop that writes past the cache, or NULL */
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
  it->streaming = it->scatter = NULL;
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

/* Decides whether the result goes past the cache: more bytes move than it holds, and the output's lines
 * are not in it as an input's. */
static void mlt_iteration_stream(mlt_iteration *it) {
  const int out = it->operands - 1;
  int64_t moved = 0, written = 0;
  it->streamed = 1;
  for (int k = 0; k <= out; k++) {
    int64_t bytes = it->itemsize[k];
    for (int d = 0; d < it->ndim; d++)
      if (it->strides[d][k]) bytes *= it->shape[d];
    /* Memory that is read twice moves once. */
    int again = 0;
    for (int j = 0; j < k; j++) {
      const int64_t apart = it->data[k] - it->data[j];
      again |= apart > -bytes && apart < bytes;
    }
    moved += again ? 0 : bytes;
    written = bytes;
    if (k < out && it->data[k] == it->data[out]) it->streamed = 0;
  }
  if (!mlt_is_streamed(moved, written)) it->streamed = 0;
}

/* Loops over n elements in pieces that go through the first-level cache: operands with gaps (bits of
 * `indirect`), because a loop is vectorised over contiguous elements alone, and those that are converted. */
static void mlt_iteration_pieces(const mlt_iteration *it, int indirect, char *const *pointers, const int64_t *strides,
                                 int64_t n) {
  _Alignas(64) char scratch[MLT_MAX_OPERANDS][MLT_SCRATCH];
  const int out = it->operands - 1;
  char *at[MLT_MAX_OPERANDS], *args[MLT_MAX_OPERANDS];
  int64_t steps[MLT_MAX_OPERANDS];
  for (int k = 0; k <= out; k++) {
    at[k] = pointers[k];
    steps[k] = !(indirect >> k & 1) ? strides[k] : k < out ? it->fetched_size[k] : it->itemsize[out];
  }
  /* Gathering waits for memory as the loop does; converting does not, and loses by writing past the cache. */
  const int past = it->streamed && it->streaming && !it->converted && strides[out] == it->itemsize[out] &&
                   ((intptr_t)at[out] & 63) == 0;
  for (int64_t piece = MLT_GATHERED; n > 0; n -= piece) {
    if (piece > n) piece = n;
    for (int k = 0; k <= out; k++) args[k] = indirect >> k & 1 ? scratch[k] : at[k];
    for (int k = 0; k < out; k++)
      if (indirect >> k & 1)
        it->fetch[k]((char *const[2]){at[k], scratch[k]}, (int64_t const[2]){strides[k], steps[k]}, piece);
    (past && piece * steps[out] % MLT_STREAMED_BLOCK == 0 ? it->streaming : it->loop)(args, steps, piece);
    if (indirect >> out & 1)
      it->scatter((char *const[2]){scratch[out], at[out]}, (int64_t const[2]){steps[out], strides[out]}, piece);
    for (int k = 0; k <= out; k++) at[k] += piece * strides[k];
  }
}

/* Copies n elements past the cache, in blocks where they have gaps.  With ordinary stores the processor first reads
 * the lines it is about to overwrite.  (Loops that compute longer than they wait for memory lose by it.) */
static void mlt_iteration_past(const mlt_iteration *it, char *const *pointers, int64_t n) {
  _Alignas(64) char block[MLT_STREAMED_BLOCK];
  const int64_t *strides = it->strides[it->ndim - 1];
  const int64_t itemsize = it->itemsize[1], most = MLT_STREAMED_BLOCK / itemsize;
  char *from = pointers[0], *to = pointers[1];
  int64_t count = (64 - ((intptr_t)to & 63)) % 64 / itemsize; /* up to the next line */
  for (; n > 0; n -= count, count = 0) {
    if (count == 0) count = strides[0] == itemsize ? n : most;
    if (count > n) count = n;
    if (strides[0] == itemsize) {
      mlt_stream(to, from, count * itemsize);
    } else {
      it->loop((char *const[2]){from, block}, (int64_t const[2]){strides[0], itemsize}, count);
      mlt_stream(to, block, count * itemsize);
    }
    from += count * strides[0];
    to += count * itemsize;
  }
}

/* Elements before the first line of the output from which whole blocks can be written past the cache; -1
 * where the loop has no such form, or elements lie across lines. */
static inline int64_t mlt_iteration_unaligned(const mlt_iteration *it, char *const *pointers) {
  const int out = it->operands - 1;
  const int64_t *strides = it->strides[it->ndim - 1];
  const int64_t unaligned = (64 - ((intptr_t)pointers[out] & 63)) % 64;
  if (!it->streaming || unaligned % it->itemsize[out]) return -1;
  for (int k = 0; k <= out; k++)
    if (strides[k] != it->itemsize[k] && (k == out || strides[k])) return -1;
  return unaligned / it->itemsize[out];
}

/* Loops over n elements: up to the first whole line, blocks of lines past the cache, and what is left. */
static void mlt_iteration_lines(const mlt_iteration *it, char *const *pointers, int64_t unaligned, int64_t n) {
  const int out = it->operands - 1;
  const int64_t *strides = it->strides[it->ndim - 1];
  const int64_t whole = (n - unaligned) & ~(MLT_STREAMED_BLOCK / it->itemsize[out] - 1);
  const int64_t counts[3] = {unaligned, whole, n - unaligned - whole};
  char *at[MLT_MAX_OPERANDS];
  for (int k = 0; k <= out; k++) at[k] = pointers[k];
  for (int part = 0; part < 3; part++) {
    if (counts[part]) (part == 1 ? it->streaming : it->loop)(at, strides, counts[part]);
    for (int k = 0; k <= out; k++) at[k] += counts[part] * strides[k];
  }
}

/* `rows` rows of n elements, one after the other along the last dimension but one. */
static inline void mlt_iteration_rows(const mlt_iteration *it, char *const *pointers, int64_t rows, int64_t n) {
  const int last = it->ndim - 1, out = it->operands - 1;
  const int64_t *strides = it->strides[last], *steps = it->strides[rows > 1 ? last - 1 : last];
  const int64_t itemsize = it->itemsize[out];
  const int indirect = it->converted | (n >= MLT_GATHER_FROM ? it->scattered : 0);
  const int streamed = it->streamed && !indirect && n * itemsize >= MLT_SCRATCH;
  const int copied = it->loop == it->scatter;
  if (copied && rows > 1 && !streamed && strides[0] == itemsize && strides[1] == itemsize) {
    mlt_copy_rows(pointers[1], steps[1], pointers[0], steps[0], rows, n * itemsize);
    return;
  }
  char *at[MLT_MAX_OPERANDS];
  for (int k = 0; k <= out; k++) at[k] = pointers[k];
  for (int64_t r = 0; r < rows; r++) {
    const int64_t unaligned = streamed ? mlt_iteration_unaligned(it, at) : -1;
    if (unaligned >= 0)
      mlt_iteration_lines(it, at, unaligned, n);
    else if (streamed && copied)
      mlt_iteration_past(it, at, n);
    else if (indirect)
      mlt_iteration_pieces(it, indirect, at, strides, n);
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
      mlt_iteration_pieces(it, it->converted, pointers, along, columns);
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

/* Bytes of the largest element. */
static inline int64_t mlt_iteration_widest(const mlt_iteration *it) {
  int64_t widest = 1;
  for (int k = 0; k < it->operands; k++)
    if (it->itemsize[k] > widest) widest = it->itemsize[k];
  return widest;
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
  int64_t chunk = it->size / 4 < serial_below ? it->size / 4 : serial_below, most = MLT_CHUNK;
  while (most * mlt_iteration_widest(it) < MLT_CHUNK_BYTES) most *= 2;
  if (mlt_runtime_pointer->threads == 1) most *= 4; /* nobody else waits for a share */
  chunk = (chunk < 1024 ? 1024 : chunk > most ? most : chunk) & ~(int64_t)1023;
  return mlt_parallel(it->size, chunk, mlt_iteration_task, it);
}

#endif
