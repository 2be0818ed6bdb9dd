/* Runs a one-dimensional loop over operands of any shape and strides.
 *
 * The dimensions are put into the order in which the output lies in memory and
 * merged where the operands allow it; what remains is walked in chunks of the
 * flattened index space, so that chunks can go to different threads.
 */
#ifndef MLTENSOR_ITERATE_H
#define MLTENSOR_ITERATE_H

#include "mltensor/mltensor.h"
#include "mltensor/thread.h"

#define MLT_MAX_OPERANDS 5
#define MLT_CHUNK 16384 /* elements a thread takes at once */

typedef struct {
  mlt_loop loop;
  int operands;
  int ndim;
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
                                  char *const *data) {
  int order[MLT_MAX_DIMS];
  int n = 0;
  it->loop = loop;
  it->operands = operands;
  it->size = 1;
  for (int k = 0; k < operands; k++) it->data[k] = data[k];
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
    int64_t run = inner - index[last];
    if (run > left) run = left;
    it->loop(pointers, it->strides[last], run);
    left -= run;
    if (left == 0) break;
    for (int k = 0; k < it->operands; k++) pointers[k] -= index[last] * it->strides[last][k];
    index[last] = 0;
    for (int d = last - 1; d >= 0; d--) {
      for (int k = 0; k < it->operands; k++) pointers[k] += it->strides[d][k];
      if (++index[d] < it->shape[d]) break;
      for (int k = 0; k < it->operands; k++) pointers[k] -= it->shape[d] * it->strides[d][k];
      index[d] = 0;
    }
  }
}

#endif
