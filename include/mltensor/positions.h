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

/* Blocks of contiguous memory, each of `n` neighbours as often as its count says; `to` moves on, so that units must be
 * taken in their order. */
typedef struct {
  const char *from;
  char *to, *end;
  const int64_t *counts;
  int64_t n, block;
} mlt_repeats_each;

/* Most counts are small: four copies are written whatever the count, and the next ones over those too many. A branch
 * for each copy would often be mispredicted. */
#define MLT_REPEAT_EACH(type)                                                \
  {                                                                          \
    const type *from = (const type *)r->from;                                \
    type *to = (type *)r->to;                                                \
    for (int64_t i = begin, k = begin % r->n; i < end; i++) {                \
      const type value = from[i];                                            \
      const int64_t count = r->counts[k];                                    \
      if (++k == r->n) k = 0;                                                \
      if (count <= 4 && r->end - (char *)to >= 4 * (int64_t)sizeof(type)) {  \
        to[0] = to[1] = to[2] = to[3] = value;                               \
        to += count;                                                         \
      } else {                                                               \
        for (int64_t c = 0; c < count; c++) *to++ = value;                   \
      }                                                                      \
    }                                                                        \
    r->to = (char *)to;                                                      \
  }

static void mlt_repeat_each_task(void *context, int64_t begin, int64_t end) {
  mlt_repeats_each *r = (mlt_repeats_each *)context;
  switch (r->block) {
    case 1: MLT_REPEAT_EACH(uint8_t) break;
    case 2: MLT_REPEAT_EACH(uint16_t) break;
    case 4: MLT_REPEAT_EACH(uint32_t) break;
    case 8: MLT_REPEAT_EACH(uint64_t) break;
    default:
      for (int64_t i = begin; i < end; i++) {
        mlt_copy_rows(r->to, r->block, r->from + i * r->block, 0, r->counts[i % r->n], r->block);
        r->to += r->counts[i % r->n] * r->block;
      }
  }
}

/* Sum of counts; -1 where one is negative, -2 where the sum is too large. */
static int64_t mlt_repeat_total(const int64_t *counts, int64_t n) {
  int64_t total = 0, signs = 0;
  int over = 0;
  for (int64_t i = 0; i < n; i++) {
    signs |= counts[i];
    over |= __builtin_add_overflow(total, counts[i], &total);
  }
  return signs < 0 ? -1 : over ? -2 : total;
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
