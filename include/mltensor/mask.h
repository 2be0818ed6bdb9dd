/* Boolean masks: counting, the places that are true, picking them.
 *
 * Masks are contiguous bytes of 0 and 1. Work runs in fixed chunks; the count of
 * each chunk says where its results begin.
 */
#ifndef MLTENSOR_MASK_H
#define MLTENSOR_MASK_H

#include "mltensor/bytes.h"
#include "mltensor/mltensor.h"
#include "mltensor/target.h"
#include "mltensor/thread.h"

#define MLT_MASK_CHUNK 65536
#define MLT_MASK_BUFFER 512

typedef struct {
  const uint8_t *mask;
  int64_t n;
  int64_t *starts;  /* per chunk: how many are true; then the sum of those before */
  int64_t *places;  /* flat positions of the true ones */
  int64_t total;    /* true ones */
  const char *from; /* elements to pick from, and where to put them; or those to put where the mask is true */
  char *to;
  int32_t itemsize;
} mlt_mask;

static inline int64_t mlt_mask_stop(const mlt_mask *m, int64_t chunk) {
  int64_t stop = (chunk + 1) * MLT_MASK_CHUNK;
  return stop < m->n ? stop : m->n;
}

static void mlt_mask_count(void *context, int64_t begin, int64_t end) {
  mlt_mask *m = (mlt_mask *)context;
  for (int64_t chunk = begin; chunk < end; chunk++) {
    int64_t i = chunk * MLT_MASK_CHUNK, stop = mlt_mask_stop(m, chunk);
    int64_t total = 0;
    while (i < stop) {
      /* At most 255 in a byte lane: short sums stay in narrow integers. */
      int64_t until = i + 128 < stop ? i + 128 : stop;
      uint8_t part = 0;
      for (; i < until; i++) part = (uint8_t)(part + m->mask[i]);
      total += part;
    }
    m->starts[chunk] = total;
  }
}

/* Turns counts into starts; returns the total. */
static int64_t mlt_mask_starts(mlt_mask *m, int64_t chunks) {
  int64_t total = 0;
  for (int64_t i = 0; i < chunks; i++) {
    int64_t count = m->starts[i];
    m->starts[i] = total;
    total += count;
  }
  return total;
}

typedef struct {
  uint64_t low, high;
} mlt_mask16;

#define MLT_TARGET_BASE
#include "mltensor/target_begin.h"
#include "mltensor/mask_target.h"
#include "mltensor/target_end.h"
#if MLT_HAVE_X86_TARGETS
#include <immintrin.h>
#define MLT_TARGET_AVX512
#include "mltensor/target_begin.h"
#include "mltensor/mask_target.h"
#include "mltensor/target_end.h"
#define MLT_MASK_TASK(name) (mlt_runtime_pointer->isa == MLT_ISA_AVX512 ? name##_avx512 : name##_base)
#else
#define MLT_MASK_TASK(name) name##_base
#endif
static mlt_task mlt_mask_places(void) { return MLT_MASK_TASK(mlt_mask_places); }
static mlt_task mlt_mask_pick(void) { return MLT_MASK_TASK(mlt_mask_pick); }
static mlt_task mlt_mask_put(void) { return MLT_MASK_TASK(mlt_mask_put); }

/* Coordinate along one dimension of flat positions in ascending order: (place / inner) % length. */
typedef struct {
  const int64_t *places;
  int64_t *out;
  int64_t inner, length, step; /* step: elements from one result to the next */
} mlt_unravel;

/* Neighbours mostly lie in one line of the dimension, or at one place of it: then nothing is divided. */
static void mlt_unravel_task(void *context, int64_t begin, int64_t end) {
  mlt_unravel *u = (mlt_unravel *)context;
  const int64_t length = u->length, inner = u->inner, step = u->step, *places = u->places;
  int64_t *out = u->out, from = 0, found = 0;
  uint64_t span = 0; /* places in [from, from + span) have what was found, or in a line: their distance from `from` */
  if (inner == 1) {
    for (int64_t i = begin; i < end; i++) {
      if ((uint64_t)(places[i] - from) >= span) {
        from = places[i] / length * length;
        span = (uint64_t)length;
      }
      out[i * step] = places[i] - from;
    }
    return;
  }
  for (int64_t i = begin; i < end; i++) {
    if ((uint64_t)(places[i] - from) >= span) {
      const int64_t quotient = places[i] / inner;
      from = quotient * inner;
      span = (uint64_t)inner;
      found = quotient % length;
    }
    out[i * step] = found;
  }
}

#endif
