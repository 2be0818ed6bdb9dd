/* Boolean masks: counting, the places that are true, picking them.
 *
 * Masks are contiguous bytes of 0 and 1. Work runs in fixed chunks; the count of
 * each chunk says where its results begin.
 */
#ifndef MLTENSOR_MASK_H
#define MLTENSOR_MASK_H

#include <string.h>

#include "mltensor/mltensor.h"
#include "mltensor/thread.h"

#define MLT_MASK_CHUNK 65536
#define MLT_MASK_BUFFER 512

typedef struct {
  const uint8_t *mask;
  int64_t n;
  int64_t *starts;  /* per chunk: how many are true; then the sum of those before */
  int64_t *places;  /* flat positions of the true ones */
  const char *from; /* elements to pick from, and where to put them */
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

/* Every element is written to the buffer, and the next one over it unless it was wanted: no branch
 * to mispredict. The buffer keeps the surplus write inside. */
#define MLT_MASK_LOOP(type, VALUE, OUT)                                      \
  {                                                                          \
    type buffer[MLT_MASK_BUFFER];                                            \
    type *out = (type *)(OUT) + m->starts[chunk];                            \
    while (i < stop) {                                                       \
      int64_t until = i + MLT_MASK_BUFFER - 1 < stop ? i + MLT_MASK_BUFFER - 1 : stop; \
      int64_t k = 0;                                                         \
      for (; i < until; i++) {                                               \
        buffer[k] = (VALUE);                                                 \
        k += m->mask[i];                                                     \
      }                                                                      \
      memcpy(out, buffer, (size_t)k * sizeof(type));                         \
      out += k;                                                              \
    }                                                                        \
  }

static void mlt_mask_places(void *context, int64_t begin, int64_t end) {
  mlt_mask *m = (mlt_mask *)context;
  for (int64_t chunk = begin; chunk < end; chunk++) {
    int64_t i = chunk * MLT_MASK_CHUNK, stop = mlt_mask_stop(m, chunk);
    MLT_MASK_LOOP(int64_t, i, m->places)
  }
}

typedef struct {
  uint64_t low, high;
} mlt_mask16;

static void mlt_mask_pick(void *context, int64_t begin, int64_t end) {
  mlt_mask *m = (mlt_mask *)context;
  for (int64_t chunk = begin; chunk < end; chunk++) {
    int64_t i = chunk * MLT_MASK_CHUNK, stop = mlt_mask_stop(m, chunk);
#define MLT_PICK(type) MLT_MASK_LOOP(type, ((const type *)m->from)[i], m->to)
    switch (m->itemsize) {
      case 1: MLT_PICK(uint8_t) break;
      case 2: MLT_PICK(uint16_t) break;
      case 4: MLT_PICK(uint32_t) break;
      case 8: MLT_PICK(uint64_t) break;
      default: MLT_PICK(mlt_mask16) break;
    }
  }
}

/* Coordinate along one dimension of flat positions: (place / inner) % length. */
typedef struct {
  const int64_t *places;
  int64_t *out;
  int64_t inner, length, step; /* step: elements from one result to the next */
} mlt_unravel;

/* Division of places, which are below 2**53, by way of the reciprocal: a few cycles where dividing takes twenty. */
static inline int64_t mlt_quotient(int64_t place, int64_t by, double reciprocal) {
  const int64_t q = (int64_t)((double)place * reciprocal), rest = place - q * by;
  return q + (rest >= by) - (rest < 0);
}

static inline int64_t mlt_remainder(int64_t place, int64_t by, double reciprocal) {
  return place - mlt_quotient(place, by, reciprocal) * by;
}

static void mlt_unravel_task(void *context, int64_t begin, int64_t end) {
  mlt_unravel *u = (mlt_unravel *)context;
  const int64_t outer = u->inner * u->length, step = u->step;
  if (u->inner == 1)
    for (int64_t i = begin; i < end; i++) u->out[i * step] = mlt_remainder(u->places[i], outer, 1.0 / (double)outer);
  else
    for (int64_t i = begin; i < end; i++)
      u->out[i * step] = mlt_quotient(mlt_remainder(u->places[i], outer, 1.0 / (double)outer), u->inner,
                                      1.0 / (double)u->inner);
}

#endif
