/* Elements at given places of the sorted order of lines, without sorting them: Floyd and Rivest, Communications of the
 * ACM 18 (1975).
 *
 * A sample says between which two numbers the wanted ones lie, very likely; one pass over the line counts what is below
 * and keeps what lies between, which is little, and of that the wanted ones are selected.  Should they not be there,
 * everything is kept.  NaN compares with nothing and so comes last.
 */
#ifndef MLTENSOR_SELECT_H
#define MLTENSOR_SELECT_H

#include <math.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "mltensor/mltensor.h"
#include "mltensor/thread.h"

#define MLT_SELECT_SAMPLE 4096

typedef struct {
  const char *lines; /* C-contiguous, n elements each */
  char *result;      /* `count` elements for each line */
  int64_t n, count;
  const int64_t *ranks; /* in increasing order */
  int poison;           /* a NaN makes all results of its line NaN */
  atomic_int failed;
} mlt_selection;

/* The element at a place of n of them, which are reordered.  No branch depends on a comparison: smaller ones than a pivot
 * are exchanged to the front, then those that equal it, so that many equal ones do no harm. */
#define MLT_SELECT_DEFINE(D, T, NOTHING)                                                                    \
  static T mlt_nth_##D(T *x, int64_t n, int64_t rank) {                                                     \
    int64_t low = 0, high = n - 1;                                                                          \
    while (high - low > 12) {                                                                               \
      const T a = x[low], b = x[low + (high - low) / 2], c = x[high];                                       \
      const T pivot = a < b ? (b < c ? b : a < c ? c : a) : (a < c ? a : b < c ? c : b);                    \
      int64_t i = low;                                                                                      \
      for (int64_t j = low; j <= high; j++) {                                                               \
        const T value = x[j];                                                                               \
        x[j] = x[i];                                                                                        \
        x[i] = value;                                                                                       \
        i += value < pivot;                                                                                 \
      }                                                                                                     \
      if (rank < i) {                                                                                       \
        high = i - 1;                                                                                       \
        continue;                                                                                           \
      }                                                                                                     \
      low = i;                                                                                              \
      for (int64_t j = i; j <= high; j++) {                                                                 \
        const T value = x[j];                                                                               \
        x[j] = x[low];                                                                                      \
        x[low] = value;                                                                                     \
        low += value == pivot;                                                                              \
      }                                                                                                     \
      if (rank < low) return pivot;                                                                         \
    }                                                                                                       \
    for (int64_t i = low + 1; i <= high; i++) {                                                             \
      const T value = x[i];                                                                                 \
      int64_t j = i;                                                                                        \
      for (; j > low && value < x[j - 1]; j--) x[j] = x[j - 1];                                             \
      x[j] = value;                                                                                         \
    }                                                                                                       \
    return x[rank];                                                                                         \
  }                                                                                                         \
  /* Keeps what lies between two numbers; how many are below, and how many are no NaN. */                   \
  static int64_t mlt_between_##D(const T *x, int64_t n, T low, T high, T *kept, int64_t *below, int64_t *numbers) { \
    int64_t m = 0, less = 0, known = 0;                                                                     \
    for (int64_t i = 0; i < n; i++) {                                                                       \
      const T value = x[i];                                                                                 \
      kept[m] = value;                                                                                      \
      m += (value >= low) & (value <= high);                                                                \
      less += value < low;                                                                                  \
      known += value == value;                                                                              \
    }                                                                                                       \
    *below = less;                                                                                          \
    *numbers = known;                                                                                       \
    return m;                                                                                               \
  }                                                                                                         \
  static void mlt_select_line_##D(const mlt_selection *s, const T *x, T *result, T *kept) {                 \
    const int64_t n = s->n;                                                                                 \
    T sample[MLT_SELECT_SAMPLE];                                                                            \
    const int64_t size = n / 8 < MLT_SELECT_SAMPLE ? n / 8 : MLT_SELECT_SAMPLE;                             \
    /* how far off a place in the sample may be: three deviations */                                        \
    const int64_t reach = (int64_t)(1.5 * sqrt((double)size)) + 2;                                          \
    for (int64_t first = 0; first < s->count;) {                                                            \
      int64_t last = first;                                                                                 \
      while (last + 1 < s->count && s->ranks[last + 1] - s->ranks[first] <= n / 256) last++;                \
      int64_t taken = 0, below, numbers;                                                                    \
      for (int64_t i = 0; i < size; i++) {                                                                  \
        const T value = x[(int64_t)((double)n / (double)size * ((double)i + 0.5))];                         \
        sample[taken] = value;                                                                              \
        taken += value == value;                                                                            \
      }                                                                                                     \
      const int64_t at_low = (int64_t)((double)s->ranks[first] / (double)n * (double)size) - reach;         \
      const int64_t at_high = (int64_t)((double)s->ranks[last] / (double)n * (double)size) + reach;         \
      T low = mlt_least_##D, high = mlt_most_##D;                                                           \
      if (at_low > 0 && at_low < taken) low = mlt_nth_##D(sample, taken, at_low);                           \
      if (at_high < taken) high = mlt_nth_##D(sample, taken, at_high);                                      \
      int64_t m = mlt_between_##D(x, n, low, high, kept, &below, &numbers);                                 \
      const int64_t end = s->ranks[last] < numbers ? s->ranks[last] : numbers - 1;                          \
      if (s->ranks[first] < numbers && (s->ranks[first] < below || end >= below + m))                       \
        m = mlt_between_##D(x, n, mlt_least_##D, mlt_most_##D, kept, &below, &numbers);                     \
      for (int64_t k = first; k <= last; k++)                                                               \
        result[k] = s->ranks[k] >= numbers || (s->poison && numbers < n)                                    \
                        ? NOTHING : mlt_nth_##D(kept, m, s->ranks[k] - below);                              \
      first = last + 1;                                                                                     \
    }                                                                                                       \
  }                                                                                                         \
  static void mlt_select_##D(void *context, int64_t begin, int64_t end) {                                   \
    mlt_selection *s = context;                                                                             \
    T *kept = malloc((size_t)(s->n + 1) * sizeof(T));                                                       \
    if (!kept) {                                                                                            \
      atomic_store(&s->failed, 1);                                                                          \
      return;                                                                                               \
    }                                                                                                       \
    for (int64_t i = begin; i < end; i++)                                                                   \
      mlt_select_line_##D(s, (const T *)s->lines + i * s->n, (T *)s->result + i * s->count, kept);          \
    free(kept);                                                                                             \
  }
#define MLT_SELECT_INTEGER(D, T, LEAST, MOST)                          \
  static const T mlt_least_##D = LEAST, mlt_most_##D = MOST;           \
  MLT_SELECT_DEFINE(D, T, 0)
#define MLT_SELECT_FLOAT(D, T)                                         \
  static const T mlt_least_##D = -INFINITY, mlt_most_##D = INFINITY;   \
  MLT_SELECT_DEFINE(D, T, (T)NAN)
MLT_SELECT_INTEGER(INT8, int8_t, INT8_MIN, INT8_MAX)
MLT_SELECT_INTEGER(INT16, int16_t, INT16_MIN, INT16_MAX)
MLT_SELECT_INTEGER(INT32, int32_t, INT32_MIN, INT32_MAX)
MLT_SELECT_INTEGER(INT64, int64_t, INT64_MIN, INT64_MAX)
MLT_SELECT_INTEGER(UINT8, uint8_t, 0, UINT8_MAX)
MLT_SELECT_INTEGER(UINT16, uint16_t, 0, UINT16_MAX)
MLT_SELECT_INTEGER(UINT32, uint32_t, 0, UINT32_MAX)
MLT_SELECT_INTEGER(UINT64, uint64_t, 0, UINT64_MAX)
MLT_SELECT_FLOAT(FLOAT32, float)
MLT_SELECT_FLOAT(FLOAT64, double)
#undef MLT_SELECT_DEFINE
#undef MLT_SELECT_INTEGER
#undef MLT_SELECT_FLOAT

/* The task for a dtype, or NULL. */
static mlt_task mlt_find_selection(int dtype) {
  switch (dtype) {
    case MLT_INT8: return mlt_select_INT8;
    case MLT_INT16: return mlt_select_INT16;
    case MLT_INT32: return mlt_select_INT32;
    case MLT_INT64: return mlt_select_INT64;
    case MLT_BOOL: case MLT_UINT8: return mlt_select_UINT8;
    case MLT_UINT16: return mlt_select_UINT16;
    case MLT_UINT32: return mlt_select_UINT32;
    case MLT_UINT64: return mlt_select_UINT64;
    case MLT_FLOAT32: return mlt_select_FLOAT32;
    case MLT_FLOAT64: return mlt_select_FLOAT64;
    default: return NULL;
  }
}

/* Returns 1 when interrupted, -1 without memory, -2 where there are no loops for the dtype. */
static int mlt_selection_run(mlt_selection *s, int64_t lines, int dtype) {
  const mlt_task task = mlt_find_selection(dtype);
  if (!task) return -2;
  atomic_init(&s->failed, 0);
  const int64_t chunk = MLT_PARALLEL_THRESHOLD / (s->n + 1) + 1;
  int status = 0;
  if (lines * s->n <= MLT_PARALLEL_THRESHOLD) task(s, 0, lines);
  else status = mlt_parallel(lines, chunk, task, s);
  return atomic_load(&s->failed) ? -1 : status;
}

#endif
