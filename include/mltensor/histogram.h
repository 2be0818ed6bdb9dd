/* How many numbers lie in each bin, and in which bin each number lies.
 *
 * Bin k holds what is at least edge k and less than edge k + 1; the last one holds its upper edge too. Whatever
 * arithmetic finds a bin, its edges decide: where they are so even that a product gives the bin but for one place next
 * to an edge, numbers near an edge are compared with it; else the bin is searched for.
 *
 * Every thread counts in tables of its own. Their sums are integers, the same in any order.
 */
#ifndef MLTENSOR_HISTOGRAM_H
#define MLTENSOR_HISTOGRAM_H

#include <stdlib.h>
#include <string.h>

#include "mltensor/gather.h"
#include "mltensor/half.h"
#include "mltensor/loops.h"
#include "mltensor/mltensor.h"
#include "mltensor/target.h"
#include "mltensor/thread.h"

/* Numbers that are taken together; units of work; bins up to which a thread counts in four tables and in two, so that
 * equal numbers that follow each other do not wait for one counter. */
#define MLT_BINS_BLOCK 512
#define MLT_BINS_CHUNK 65536
#define MLT_BINS_FOUR 512
#define MLT_BINS_TWO 2048

typedef struct {
  const char *values; /* contiguous */
  int32_t dtype;
  int32_t wide;       /* edges and comparisons in double, else in float */
  const void *edges;  /* bins + 1 of them in order, then NaN: mlt_bins_room */
  int64_t bins;
  double margin;      /* of a product beside an edge; negative: the bin is searched for */
  float scale32;
  double scale64;
  int64_t *counts;    /* slots x ways x (bins + 1) zeros; or NULL, and */
  int64_t *places;    /* the bin of every number, `bins` for one that is in none */
  int32_t ways, slots;
} mlt_bins;

/* Steps of a search among the bins: the largest power of two that is at most their number. */
static inline int64_t mlt_bins_step(int64_t bins) {
  int64_t step = 1;
  while (2 * step <= bins) step *= 2;
  return step;
}

/* Edges that a search may look at. */
static int64_t mlt_bins_room(int64_t bins) { return 2 * mlt_bins_step(bins) + bins + 2; }

/* Whether edges are even, and how far a product is off at most: it grows with the number, so that what it gives for two
 * neighbouring edges bounds what it gives for the numbers between them. The bits of magnitudes are in their order, NaN
 * last. */
#define MLT_BINS_PREPARE(type, bits, scale)                                                        \
  {                                                                                                \
    type *e = (type *)edges;                                                                       \
    const type first = e[0], last = e[bins], each = (type)bins / (last - first);                   \
    for (int64_t i = bins + 1; i < room; i++) e[i] = (type)__builtin_nan("");                      \
    bits most = 0;                                                                                 \
    for (int32_t i = 0; i <= bins; i++) {                                                          \
      const type at = (e[i] - first) * each - (type)i;                                             \
      bits here;                                                                                   \
      memcpy(&here, &at, sizeof here);                                                             \
      here &= (bits)~((bits)1 << (8 * sizeof here - 1));                                           \
      most = here > most ? here : most;                                                            \
    }                                                                                              \
    type off;                                                                                      \
    memcpy(&off, &most, sizeof off);                                                               \
    b->scale = each;                                                                               \
    b->margin = off < (type)0.25 && each > 0 ? 1.01 * off + 1e-6 : -1;                             \
  }
static void mlt_bins_prepare(mlt_bins *b, void *edges) {
  const int32_t bins = (int32_t)b->bins;
  const int64_t room = mlt_bins_room(bins);
  b->edges = edges;
  if (b->wide)
    MLT_BINS_PREPARE(double, int64_t, scale64)
  else
    MLT_BINS_PREPARE(float, int32_t, scale32)
}
#undef MLT_BINS_PREPARE

/* Which of so many tables is the running thread's. */
static inline int64_t mlt_counting_slot(int32_t slots) {
#ifdef _OPENMP
  return omp_get_thread_num() % slots;
#else
  return 0;
#endif
}

static inline int64_t *mlt_bins_table(const mlt_bins *b) {
  return b->counts + mlt_counting_slot(b->slots) * b->ways * (b->bins + 1);
}

#define MLT_TARGET_BASE
#include "mltensor/target_begin.h"
#include "mltensor/histogram_target.h"
#include "mltensor/target_end.h"
#if MLT_HAVE_X86_TARGETS
#define MLT_TARGET_AVX2
#include "mltensor/target_begin.h"
#include "mltensor/histogram_target.h"
#include "mltensor/target_end.h"
#define MLT_TARGET_AVX512
#include "mltensor/target_begin.h"
#include "mltensor/histogram_target.h"
#include "mltensor/target_end.h"
static mlt_task mlt_bins_task(void) {
  return mlt_runtime_pointer->isa == MLT_ISA_AVX512 ? mlt_bins_task_avx512
         : mlt_runtime_pointer->isa == MLT_ISA_AVX2 ? mlt_bins_task_avx2 : mlt_bins_task_base;
}
#else
static mlt_task mlt_bins_task(void) { return mlt_bins_task_base; }
#endif

/* Tables that each thread counts in. */
static int32_t mlt_bins_ways(int64_t bins) { return bins <= MLT_BINS_FOUR ? 4 : bins <= MLT_BINS_TWO ? 2 : 1; }

/* The sums of all tables. */
static void mlt_bins_sum(const mlt_bins *b, int64_t *sums) {
  for (int64_t k = 0; k < b->bins; k++) sums[k] = b->counts[k];
  for (int64_t table = 1; table < b->slots * b->ways; table++)
    for (int64_t k = 0; k < b->bins; k++) sums[k] += b->counts[table * (b->bins + 1) + k];
}

/* Integers, none negative: how often each occurs, in `ways` tables by turns; and the least and the most of them. */
typedef struct {
  const int64_t *values;
  int64_t length; /* of a table */
  int64_t *counts; /* slots x ways x length zeros */
  int64_t *least, *most; /* of every slot; 0 and -1 are among them */
  int32_t ways, slots;
} mlt_integer_counts;

static void mlt_integer_bounds_task(void *context, int64_t begin, int64_t end) {
  const mlt_integer_counts *c = (const mlt_integer_counts *)context;
  const int64_t slot = mlt_counting_slot(c->slots);
  int64_t least, most;
  mlt_index_bounds(c->values + begin, end - begin, &least, &most);
  if (least < c->least[slot]) c->least[slot] = least;
  if (most > c->most[slot]) c->most[slot] = most;
}

static void mlt_integer_counts_task(void *context, int64_t begin, int64_t end) {
  const mlt_integer_counts *c = (const mlt_integer_counts *)context;
  int64_t *counts = c->counts + mlt_counting_slot(c->slots) * c->ways * c->length;
  int64_t *more = counts + (c->ways - 1) * c->length, i = begin;
  for (; i + 2 <= end; i += 2) {
    counts[c->values[i]]++;
    more[c->values[i + 1]]++;
  }
  if (i < end) counts[c->values[i]]++;
}

static void mlt_integer_counts_sum(const mlt_integer_counts *c, int64_t *sums) {
  for (int64_t table = 0; table < c->slots * c->ways; table++)
    for (int64_t k = 0; k < c->length; k++) sums[k] += c->counts[table * c->length + k];
}

/* Bytes are few different numbers: they are counted as they are, and then every number for all of its bytes. */
typedef struct {
  const uint8_t *values;
  int64_t *counts; /* slots x 4 x 256 zeros */
  int32_t slots;
} mlt_byte_counts;

static void mlt_byte_counts_task(void *context, int64_t begin, int64_t end) {
  const mlt_byte_counts *b = (const mlt_byte_counts *)context;
  int64_t *counts = b->counts + mlt_counting_slot(b->slots) * 1024, i = begin;
  for (; i + 8 <= end; i += 8) {
    uint64_t some;
    memcpy(&some, b->values + i, 8);
    counts[some & 255]++;
    counts[256 + (some >> 8 & 255)]++;
    counts[512 + (some >> 16 & 255)]++;
    counts[768 + (some >> 24 & 255)]++;
    counts[some >> 32 & 255]++;
    counts[256 + (some >> 40 & 255)]++;
    counts[512 + (some >> 48 & 255)]++;
    counts[768 + (some >> 56)]++;
  }
  for (; i < end; i++) counts[b->values[i]]++;
}

#endif
