/* Positions along one axis from which an operation reads: repeats and paddings. */
#ifndef MLTENSOR_POSITIONS_H
#define MLTENSOR_POSITIONS_H

#include <stdint.h>
#include <string.h>

#include "mltensor/iterate.h"

/* Position i, repeats[i] times (or `times` times where repeats is NULL). */
static void mlt_repeat_positions(int64_t *out, const int64_t *repeats, int64_t times, int64_t n) {
  for (int64_t i = 0; i < n; i++) {
    int64_t count = repeats ? repeats[i] : times;
    for (int64_t k = 0; k < count; k++) *out++ = i;
  }
}

/* Every block of contiguous memory several times in a row. */
typedef struct {
  const char *from;
  char *to;
  int64_t block, times;
} mlt_repeats;

#define MLT_REPEAT_BLOCKS(type)                                \
  {                                                            \
    const type *from = (const type *)r->from;                  \
    type *to = (type *)r->to + begin * times;                  \
    for (int64_t i = begin; i < end; i++) {                    \
      type value = from[i];                                    \
      for (int64_t k = 0; k < times; k++) *to++ = value;       \
    }                                                          \
  }

static void mlt_repeat_task(void *context, int64_t begin, int64_t end) {
  const mlt_repeats *r = (const mlt_repeats *)context;
  int64_t times = r->times;
  switch (r->block) {
    case 1: MLT_REPEAT_BLOCKS(uint8_t) break;
    case 2: MLT_REPEAT_BLOCKS(uint16_t) break;
    case 4: MLT_REPEAT_BLOCKS(uint32_t) break;
    case 8: MLT_REPEAT_BLOCKS(uint64_t) break;
    default:
      for (int64_t i = begin; i < end; i++)
        for (int64_t k = 0; k < times; k++)
          memcpy(r->to + (i * times + k) * r->block, r->from + i * r->block, (size_t)r->block);
  }
}

/* Plain bytes; memcpy knows in which direction to walk when both sides lie alike in their pages. */
typedef struct {
  const char *from;
  char *to;
} mlt_bytes;

static void mlt_bytes_task(void *context, int64_t begin, int64_t end) {
  const mlt_bytes *b = (const mlt_bytes *)context;
  memcpy(b->to + begin, b->from + begin, (size_t)(end - begin));
}

/* Contiguous pieces laid side by side in the rows of a result. */
typedef struct {
  char *to;
  int64_t count, row;       /* pieces, of which none is empty; bytes of a row of the result */
  const int64_t *from;      /* addresses of the pieces, */
  const int64_t *starts;    /* where in a row each one begins, and the end of the row */
  int32_t streamed;
} mlt_joint;

/* Bytes [begin, end) of the result. */
static void mlt_joint_task(void *context, int64_t begin, int64_t end) {
  const mlt_joint *p = (const mlt_joint *)context;
  int64_t row = begin / p->row, off = begin % p->row, low = 0, high = p->count;
  while (high - low > 1) {
    const int64_t middle = (low + high) / 2;
    if (p->starts[middle] <= off)
      low = middle;
    else
      high = middle;
  }
  for (int64_t at = begin, k = low; at < end;) {
    const int64_t start = p->starts[k], stop = p->starts[k + 1], block = stop - start;
    const int64_t bytes = stop - off < end - at ? stop - off : end - at;
    const char *from = (const char *)p->from[k] + row * block + (off - start);
    char *to = p->to + at;
    if (bytes == 4)
      memcpy(to, from, 4);
    else if (bytes == 8)
      memcpy(to, from, 8);
    else if (p->streamed)
      mlt_stream(to, from, bytes);
    else
      memcpy(to, from, (size_t)bytes);
    at += bytes;
    off += bytes;
    if (off < stop) continue;
    if (++k == p->count) {
      k = off = 0;
      row++;
    }
  }
  mlt_stream_end(p->streamed);
}

enum { MLT_PAD_EDGE = 0, MLT_PAD_WRAP = 1, MLT_PAD_REFLECT = 2, MLT_PAD_SYMMETRIC = 3 };

/* Where each place of an axis of length n > 0, padded in front and behind, is read from. */
static void mlt_pad_positions(int64_t *out, int64_t before, int64_t n, int64_t after, int mode) {
  for (int64_t i = -before; i < n + after; i++) {
    int64_t at = i;
    if (mode == MLT_PAD_EDGE) {
      at = i < 0 ? 0 : i >= n ? n - 1 : i;
    } else {
      /* Reflection without the edge has a period of 2n - 2, with it one of 2n. */
      int64_t period = mode == MLT_PAD_WRAP ? n : mode == MLT_PAD_SYMMETRIC ? 2 * n : 2 * n - 2;
      at = period ? i % period : 0;
      if (at < 0) at += period;
      if (at >= n) at = mode == MLT_PAD_SYMMETRIC ? 2 * n - 1 - at : 2 * n - 2 - at;
    }
    *out++ = at;
  }
}

#endif
