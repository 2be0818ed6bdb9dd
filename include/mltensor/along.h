/* Reading, writing and adding along one axis, with an index for every element.
 *
 * For each position p of the index tensor the element of `data` at p, but with
 * index[p] along the axis, meets the element of `dense` at p. The caller gives
 * `data` a stride of zero along the axis, and its true one as `step`.
 *
 * Lines are one run of the last dimension. The caller puts the axis second to
 * last (or last): lines in order then touch every place in the order of the
 * axis, and groups of `group` lines never share a place.
 */
#ifndef MLTENSOR_ALONG_H
#define MLTENSOR_ALONG_H

#include "mltensor/gather.h"

typedef struct {
  char *data, *dense;
  const char *index;
  int64_t length, step; /* of the axis in `data` */
  int64_t lines;        /* number of lines */
  int64_t group;        /* neighbouring lines that may touch the same places */
  int32_t ndim;         /* at least 1 */
  int32_t itemsize, dtype;
  int64_t shape[MLT_MAX_DIMS], data_strides[MLT_MAX_DIMS], dense_strides[MLT_MAX_DIMS],
      index_strides[MLT_MAX_DIMS];
  atomic_int stop;
} mlt_along;

/* Elements of a line between two looks at Ctrl-C. */
#define MLT_ALONG_BLOCK 65536
/* Elements of a line that are taken together with those below them. */
#define MLT_ALONG_COLUMNS 128

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

/* Columns [first, first + all) of lines [begin, end). */
static inline __attribute__((always_inline)) void mlt_along_lines(mlt_along *a, int mode, int64_t begin, int64_t end,
                                                                  int64_t first, int64_t all) {
  int last = a->ndim - 1, itemsize = a->itemsize;
  int64_t sd = a->data_strides[last], sv = a->dense_strides[last];
  int64_t si = a->index_strides[last], length = a->length, step = a->step;
  const int several = all * (end - begin) > MLT_ALONG_BLOCK;
  int64_t last_poll = several ? mlt_now_ns() : 0, since = 0;
  for (int64_t line = begin; line < end; line++) {
    char *data = a->data + first * sd, *dense = a->dense + first * sv;
    const char *index = a->index + first * si;
    int64_t rest = line;
    since += all;
    if (several && since >= MLT_ALONG_BLOCK) {
      if (mlt_poll_inside(&a->stop, &last_poll)) return;
      since = 0;
    }
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
      if (sd == 0 && si == sizeof(int64_t)) {
        const int64_t *at = (const int64_t *)index;
        if (mode == MLT_GET)
          MLT_GATHER_FN(mlt_get_line)(data, step, length, at, dense, sv, n, itemsize, a->dtype);
        else if (mode == MLT_PUT)
          MLT_GATHER_FN(mlt_put_line)(data, step, length, at, dense, sv, n, itemsize, a->dtype);
        else
          MLT_GATHER_FN(mlt_add_line)(data, step, length, at, dense, sv, n, itemsize, a->dtype);
      } else if (mode == MLT_ADD) {
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

#define MLT_ALONG_TASKS(name, mode)                                                               \
  static void mlt_along_##name(void *context, int64_t begin, int64_t end) {                      \
    mlt_along *a = (mlt_along *)context;                                                         \
    mlt_along_lines(a, mode, begin, end, 0, a->shape[a->ndim - 1]);                              \
  }                                                                                              \
  /* Units are groups by blocks of columns: all lines of a group read and write few places of the \
   * second cache, and no two units share one. */                                                \
  static void mlt_along_##name##_columns(void *context, int64_t begin, int64_t end) {            \
    mlt_along *a = (mlt_along *)context;                                                         \
    const int64_t n = a->shape[a->ndim - 1], blocks = (n + MLT_ALONG_COLUMNS - 1) / MLT_ALONG_COLUMNS; \
    for (int64_t unit = begin; unit < end; unit++) {                                             \
      const int64_t group = unit / blocks * a->group, first = unit % blocks * MLT_ALONG_COLUMNS; \
      const int64_t count = n - first < MLT_ALONG_COLUMNS ? n - first : MLT_ALONG_COLUMNS;       \
      mlt_along_lines(a, mode, group, group + a->group, first, count);                           \
    }                                                                                            \
  }
MLT_ALONG_TASKS(get, MLT_GET)
MLT_ALONG_TASKS(put, MLT_PUT)
MLT_ALONG_TASKS(add, MLT_ADD)

static int mlt_along_run(mlt_along *a, int mode) {
  const int64_t n = a->shape[a->ndim - 1];
  if (n == 0 || a->lines == 0) return 0;
  const mlt_task lines = mode == MLT_GET ? mlt_along_get : mode == MLT_PUT ? mlt_along_put : mlt_along_add;
  const mlt_task columns = mode == MLT_GET   ? mlt_along_get_columns
                           : mode == MLT_PUT ? mlt_along_put_columns
                                             : mlt_along_add_columns;
  const int64_t units = a->lines / a->group * ((n + MLT_ALONG_COLUMNS - 1) / MLT_ALONG_COLUMNS);
  atomic_init(&a->stop, 0);
  if (a->group > 1 && (mode != MLT_GET || units >= 8)) {
    const int64_t chunk = 16384 / (a->group * MLT_ALONG_COLUMNS);
    return mlt_parallel(units, chunk > 1 ? chunk : 1, columns, a) || atomic_load(&a->stop);
  }
  const int64_t chunk = 16384 / n > 1 ? 16384 / n : 1;
  if (mode != MLT_GET && a->lines == 1) return mlt_serial(1, 1, lines, a) || atomic_load(&a->stop);
  return mlt_parallel(a->lines, chunk, lines, a) || atomic_load(&a->stop);
}

static void mlt_along_here(mlt_along *a, int mode) {
  if (a->shape[a->ndim - 1] == 0 || a->lines == 0) return;
  atomic_init(&a->stop, 0);
  mlt_along_lines(a, mode, 0, a->lines, 0, a->shape[a->ndim - 1]);
}

#endif
