/* Reading, writing and adding along one axis, with an index for every element.
 *
 * For each position p of the index tensor the element of `data` at p, but with
 * index[p] along the axis, meets the element of `dense` at p. The caller gives
 * `data` a stride of zero along the axis, and its true one as `step`.
 *
 * Lines are one run of the last dimension. For writing and adding the caller
 * puts the axis second to last (or last): lines in order then touch every place
 * in the order of the axis, and groups of `group` lines never share a place.
 */
#ifndef MLTENSOR_ALONG_H
#define MLTENSOR_ALONG_H

#include "mltensor/gather.h"

typedef struct {
  char *data, *dense;
  const char *index;
  int64_t length, step; /* of the axis in `data` */
  int64_t lines;        /* number of lines */
  int64_t group;        /* lines that may touch the same places */
  int32_t ndim;         /* at least 1 */
  int32_t itemsize, dtype;
  int64_t shape[MLT_MAX_DIMS], data_strides[MLT_MAX_DIMS], dense_strides[MLT_MAX_DIMS],
      index_strides[MLT_MAX_DIMS];
  atomic_int stop;
} mlt_along;

/* Elements of a line between two looks at Ctrl-C. */
#define MLT_ALONG_BLOCK 65536

#define MLT_ALONG_AT(i) (*(const int64_t *)(index + (i) * si))
#define MLT_ALONG_PLACE(i) \
  (data + (i) * sd + (MLT_ALONG_AT(i) + (MLT_ALONG_AT(i) < 0 ? length : 0)) * step)

#define MLT_ALONG_ADD(D, ...)                                                                \
  static void mlt_along_add_##D(char *data, int64_t sd, int64_t length, int64_t step,        \
                                const char *index, int64_t si, const char *dense, int64_t sv, \
                                int64_t n) {                                                 \
    for (int64_t i = 0; i < n; i++) {                                                        \
      MLT_T_##D *to = (MLT_T_##D *)MLT_ALONG_PLACE(i);                                       \
      const MLT_T_##D *from = (const MLT_T_##D *)(dense + i * sv);                           \
      MLT_C_##D sum = (MLT_C_##D)(MLT_LOAD(D, to) + MLT_LOAD(D, from));                      \
      MLT_STORE(D, to, sum);                                                                 \
    }                                                                                        \
  }
MLT_FOR_ANY(ALL, MLT_ALONG_ADD, )

typedef void (*mlt_along_adder)(char *, int64_t, int64_t, int64_t, const char *, int64_t,
                                const char *, int64_t, int64_t);
#define MLT_ALONG_ENTRY(D, ...) [MLT_##D] = mlt_along_add_##D,
static const mlt_along_adder mlt_along_adders[MLT_DTYPE_COUNT] = {
    MLT_FOR_ANY(ALL, MLT_ALONG_ENTRY, )};

static inline __attribute__((always_inline)) void mlt_along_lines(mlt_along *a, int mode,
                                                                  int64_t begin, int64_t end) {
  int last = a->ndim - 1, itemsize = a->itemsize;
  int64_t all = a->shape[last], sd = a->data_strides[last], sv = a->dense_strides[last];
  int64_t si = a->index_strides[last], length = a->length, step = a->step;
  int64_t last_poll = all > MLT_ALONG_BLOCK ? mlt_now_ns() : 0;
  for (int64_t line = begin; line < end; line++) {
    char *data = a->data, *dense = a->dense;
    const char *index = a->index;
    int64_t rest = line;
    for (int d = last - 1; d >= 0; d--) {
      int64_t at = rest % a->shape[d];
      rest /= a->shape[d];
      data += at * a->data_strides[d];
      dense += at * a->dense_strides[d];
      index += at * a->index_strides[d];
    }
    for (int64_t done = 0; done < all; done += MLT_ALONG_BLOCK) {
      int64_t n = all - done < MLT_ALONG_BLOCK ? all - done : MLT_ALONG_BLOCK;
      if (done) {
        if (mlt_poll_inside(&a->stop, &last_poll)) return;
        data += MLT_ALONG_BLOCK * sd;
        dense += MLT_ALONG_BLOCK * sv;
        index += MLT_ALONG_BLOCK * si;
      }
      if (mode == MLT_ADD) {
        mlt_along_adders[a->dtype](data, sd, length, step, index, si, dense, sv, n);
      } else if (mode == MLT_GET) {
#define MLT_ALONG_GET(type) \
  for (int64_t i = 0; i < n; i++) *(type *)(dense + i * sv) = *(const type *)MLT_ALONG_PLACE(i);
        MLT_MOVE_SIZES(MLT_ALONG_GET)
      } else {
#define MLT_ALONG_PUT(type) \
  for (int64_t i = 0; i < n; i++) *(type *)MLT_ALONG_PLACE(i) = *(const type *)(dense + i * sv);
        MLT_MOVE_SIZES(MLT_ALONG_PUT)
      }
    }
  }
}

static void mlt_along_get(void *context, int64_t begin, int64_t end) {
  mlt_along_lines((mlt_along *)context, MLT_GET, begin, end);
}

static void mlt_along_put(void *context, int64_t begin, int64_t end) {
  mlt_along_lines((mlt_along *)context, MLT_PUT, begin, end);
}

static void mlt_along_add(void *context, int64_t begin, int64_t end) {
  mlt_along_lines((mlt_along *)context, MLT_ADD, begin, end);
}

static int mlt_along_run(mlt_along *a, int mode) {
  int64_t n = a->shape[a->ndim - 1];
  if (n == 0 || a->lines == 0) return 0;
  int64_t chunk = 16384 / n > 1 ? 16384 / n : 1;
  atomic_init(&a->stop, 0);
  mlt_task task = mode == MLT_GET ? mlt_along_get : mode == MLT_PUT ? mlt_along_put : mlt_along_add;
  if (mode != MLT_GET) {
    if (a->lines == a->group) return mlt_serial(a->lines, chunk, task, a) || atomic_load(&a->stop);
    chunk = (chunk / a->group > 1 ? chunk / a->group : 1) * a->group;
  }
  return mlt_parallel(a->lines, chunk, task, a) || atomic_load(&a->stop);
}

static void mlt_along_here(mlt_along *a, int mode) {
  if (a->shape[a->ndim - 1] == 0 || a->lines == 0) return;
  atomic_init(&a->stop, 0);
  mlt_along_lines(a, mode, 0, a->lines);
}

#endif
