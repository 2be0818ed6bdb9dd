/* Positions along one axis from which an operation reads: repeats and paddings. */
#ifndef MLTENSOR_POSITIONS_H
#define MLTENSOR_POSITIONS_H

#include <stdint.h>

#include "mltensor/bytes.h"

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
          mlt_copy_bytes(r->to + (i * times + k) * r->block, r->from + i * r->block, r->block);
  }
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
