/* The public C interface: dtype codes, the view of strided memory, limits.
 *
 * Kernels see nothing else of a tensor: a pointer, a shape, strides in bytes
 * and a dtype code.
 */
#ifndef MLTENSOR_H
#define MLTENSOR_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define MLT_API_VERSION 1

/* Most dimensions a tensor may have; NumPy 2 has the same bound. */
#define MLT_MAX_DIMS 64
/* Shapes and strides up to this many dimensions live inside the tensor. */
#define MLT_INLINE_DIMS 8

/* The order is the order of promotion inside a kind; the numbers are part of
 * the interface.  BFLOAT16 is reserved. */
typedef enum {
  MLT_BOOL = 0,
  MLT_INT8 = 1,
  MLT_INT16 = 2,
  MLT_INT32 = 3,
  MLT_INT64 = 4,
  MLT_UINT8 = 5,
  MLT_UINT16 = 6,
  MLT_UINT32 = 7,
  MLT_UINT64 = 8,
  MLT_FLOAT16 = 9,
  MLT_BFLOAT16 = 10,
  MLT_FLOAT32 = 11,
  MLT_FLOAT64 = 12,
  MLT_COMPLEX64 = 13,
  MLT_COMPLEX128 = 14,
  MLT_DTYPE_COUNT = 15
} mlt_dtype;

static const int8_t mlt_itemsize[MLT_DTYPE_COUNT] = {1, 1, 2, 4, 8, 1, 2, 4, 8, 2, 2, 4, 8, 8, 16};

/* Strided memory.  `data` points at element (0, 0, ...); strides are bytes and
 * may be negative or zero. */
typedef struct {
  char *data;
  int64_t *shape;
  int64_t *strides;
  int64_t size;       /* number of elements */
  int32_t ndim;
  int16_t dtype;
  int8_t contiguous;  /* C order without gaps */
  int8_t writeable;
} mlt_view;

static inline bool mlt_same_shape(const mlt_view *a, const mlt_view *b) {
  if (a->ndim != b->ndim) return false;
  for (int32_t i = 0; i < a->ndim; i++)
    if (a->shape[i] != b->shape[i]) return false;
  return true;
}

/* Works out `size` and `contiguous` from shape and strides; nonzero when the bytes of all elements
 * are too many for an integer. */
static inline int mlt_settle_view(mlt_view *v) {
  const int64_t itemsize = mlt_itemsize[v->dtype];
  int64_t size = 1, bytes = itemsize;
  int contiguous = 1, wide = 0;
  for (int i = v->ndim - 1; i >= 0; i--) {
    if (v->shape[i] != 1 && v->strides[i] != bytes) contiguous = 0;
    wide |= __builtin_mul_overflow(size, v->shape[i], &size);
    wide |= __builtin_mul_overflow(size, itemsize, &bytes);
  }
  if (wide) {
    for (int i = 0; i < v->ndim; i++)
      if (v->shape[i] == 0) wide = size = 0;
  }
  v->size = size;
  v->contiguous = (int8_t)(contiguous || size == 0);
  return wide;
}

/* One-dimensional loop over n elements: args[0..k-1] are the operands (inputs
 * first, then outputs), strides in bytes. */
typedef void (*mlt_loop)(char *const *args, const int64_t *strides, int64_t n);

#endif
