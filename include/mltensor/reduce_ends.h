/* The two ends of a reduction: unpacking strided or narrow elements into a buffer, and turning
 * accumulators into the elements of a result. */
#ifndef MLTENSOR_REDUCE_ENDS_H
#define MLTENSOR_REDUCE_ENDS_H

#include <complex.h>
#include <math.h>
#include <stdint.h>
#include <string.h>

#include "mltensor/half.h"
#include "mltensor/mltensor.h"

/* Copies n elements that lie `stride` bytes apart to adjacent places, converting as it goes. */
typedef void (*mlt_unpack)(char *restrict to, const char *restrict from, int64_t stride, int64_t n);

#define MLT_UNPACK(name, FROM, TO, VALUE)                                               \
  static void name(char *restrict to, const char *restrict from, int64_t stride, int64_t n) { \
    TO *restrict out = (TO *)to;                                                        \
    if (stride == sizeof(FROM)) {                                                       \
      const FROM *restrict p = (const FROM *)from;                                      \
      for (int64_t i = 0; i < n; i++) {                                                 \
        const FROM x = p[i];                                                            \
        out[i] = VALUE;                                                                 \
      }                                                                                 \
      return;                                                                           \
    }                                                                                   \
    for (int64_t i = 0; i < n; i++) {                                                   \
      const FROM x = *(const FROM *)(from + i * stride);                                \
      out[i] = VALUE;                                                                   \
    }                                                                                   \
  }

MLT_UNPACK(mlt_unpack_1, uint8_t, uint8_t, x)
MLT_UNPACK(mlt_unpack_2, uint16_t, uint16_t, x)
MLT_UNPACK(mlt_unpack_4, uint32_t, uint32_t, x)
MLT_UNPACK(mlt_unpack_8, uint64_t, uint64_t, x)
MLT_UNPACK(mlt_unpack_16, double complex, double complex, x)
MLT_UNPACK(mlt_unpack_half, mlt_half, float, mlt_half_to_float(x))
MLT_UNPACK(mlt_unpack_double_BOOL, uint8_t, double, (double)x)
MLT_UNPACK(mlt_unpack_double_INT8, int8_t, double, (double)x)
MLT_UNPACK(mlt_unpack_double_INT16, int16_t, double, (double)x)
MLT_UNPACK(mlt_unpack_double_INT32, int32_t, double, (double)x)
MLT_UNPACK(mlt_unpack_double_INT64, int64_t, double, (double)x)
MLT_UNPACK(mlt_unpack_double_UINT16, uint16_t, double, (double)x)
MLT_UNPACK(mlt_unpack_double_UINT32, uint32_t, double, (double)x)
MLT_UNPACK(mlt_unpack_double_UINT64, uint64_t, double, (double)x)

/* Brings elements of `dtype` into the form of `loops`, one of: the dtype itself, float32 for
 * float16, float64 for an integer or bool. */
static mlt_unpack mlt_find_unpack(int dtype, int loops) {
  static const mlt_unpack to_double[] = {
      mlt_unpack_double_BOOL,  mlt_unpack_double_INT8,  mlt_unpack_double_INT16,
      mlt_unpack_double_INT32, mlt_unpack_double_INT64, mlt_unpack_double_BOOL,
      mlt_unpack_double_UINT16, mlt_unpack_double_UINT32, mlt_unpack_double_UINT64};
  if (dtype == MLT_FLOAT16) return mlt_unpack_half;
  if (loops == MLT_FLOAT64 && dtype <= MLT_UINT64) return to_double[dtype];
  switch (mlt_itemsize[dtype]) {
    case 1: return mlt_unpack_1;
    case 2: return mlt_unpack_2;
    case 4: return mlt_unpack_4;
    case 8: return mlt_unpack_8;
    default: return mlt_unpack_16;
  }
}

/* What becomes of an accumulator. */
enum {
  MLT_FINISH_VALUE = 0, /* stored as it is */
  MLT_FINISH_REAL,      /* double: divided, perhaps its root taken, rounded to the dtype */
  MLT_FINISH_COMPLEX,   /* two doubles: divided, rounded to the dtype */
  MLT_FINISH_PAIR,      /* two doubles: added, then as REAL */
  MLT_FINISH_HALF,      /* float to float16 */
  MLT_FINISH_TRUTH,     /* not zero */
  MLT_FINISH_LOG        /* log of a double plus the auxiliary value */
};

typedef struct {
  int kind;
  int dtype; /* of the result */
  int root;  /* take the square root */
  double divisor;
} mlt_finish;

/* Whether an accumulator of truth is not zero. */
static inline int mlt_reduce_truth(const char *acc, int size) {
  int found = 0;
  for (int i = 0; i < size; i++) found |= acc[i];
  return found != 0;
}

static inline void mlt_store_real(char *out, int dtype, double value) {
  if (dtype == MLT_FLOAT64)
    *(double *)out = value;
  else if (dtype == MLT_FLOAT32)
    *(float *)out = (float)value;
  else
    *(mlt_half *)out = mlt_float_to_half((float)value);
}

/* The commonest ending without a branch per result: doubles, divided, perhaps their roots, to adjacent reals. */
#define MLT_FINISH_PLAIN(T, QUOTIENT)                                                 \
  T *restrict y = (T *)out;                                                           \
  if (f->root)                                                                        \
    for (int64_t j = 0; j < m; j++) y[j] = (T)sqrt(QUOTIENT);                         \
  else if (f->divisor == 1.0)                                                         \
    for (int64_t j = 0; j < m; j++) y[j] = (T)sums[j];                                \
  else                                                                                \
    for (int64_t j = 0; j < m; j++) y[j] = (T)(QUOTIENT);

static int mlt_finish_plain(const mlt_finish *f, const double *restrict sums, int acc_size, char *restrict out,
                            int64_t step, int64_t m) {
  if (f->kind == MLT_FINISH_VALUE && step == acc_size) {
    memcpy(out, sums, m * acc_size);
    return 1;
  }
  if (f->kind == MLT_FINISH_TRUTH && step == 1) {
    uint8_t *restrict y = (uint8_t *)out;
    const uint32_t *restrict truth32 = (const uint32_t *)sums;
    const uint64_t *restrict truth64 = (const uint64_t *)sums;
    if (acc_size == 1) memcpy(out, sums, m);
    else if (acc_size == 4)
      for (int64_t j = 0; j < m; j++) y[j] = truth32[j] != 0;
    else if (acc_size == 8)
      for (int64_t j = 0; j < m; j++) y[j] = truth64[j] != 0;
    return acc_size != 2;
  }
  if (f->kind != MLT_FINISH_REAL || step != mlt_itemsize[f->dtype]) return 0;
  if (f->dtype == MLT_FLOAT32) {
    /* Many divisions take as long as the sums; what they are more exact by is rounded away. */
    const double part = 1.0 / f->divisor;
    MLT_FINISH_PLAIN(float, sums[j] * part)
    return 1;
  }
  if (f->dtype != MLT_FLOAT64) return 0;
  MLT_FINISH_PLAIN(double, sums[j] / f->divisor)
  return 1;
}
#undef MLT_FINISH_PLAIN

/* Writes m results `step` bytes apart. `aux` holds the auxiliary values in the dtype of the
 * loops (float for float32 and float16). */
static void mlt_finish_results(const mlt_finish *f, const char *acc, int acc_size, const char *aux,
                               char *out, int64_t step, int64_t m) {
  const double *sums = (const double *)acc;
  if (mlt_finish_plain(f, sums, acc_size, out, step, m)) return;
  for (int64_t j = 0; j < m; j++, out += step) {
    switch (f->kind) {
      case MLT_FINISH_VALUE:
        if (acc_size == 8) *(int64_t *)out = ((const int64_t *)acc)[j];
        else memcpy(out, acc + j * acc_size, acc_size);
        break;
      case MLT_FINISH_REAL:
      case MLT_FINISH_PAIR: {
        double value = f->kind == MLT_FINISH_PAIR ? sums[2 * j] + sums[2 * j + 1] : sums[j];
        if (f->divisor != 1.0) value /= f->divisor;
        if (f->root) value = sqrt(value);
        mlt_store_real(out, f->dtype, value);
        break;
      }
      case MLT_FINISH_COMPLEX: {
        double re = sums[2 * j], im = sums[2 * j + 1];
        if (f->divisor != 1.0) {
          re /= f->divisor;
          im /= f->divisor;
        }
        int part = f->dtype == MLT_COMPLEX64 ? MLT_FLOAT32 : MLT_FLOAT64;
        mlt_store_real(out, part, re);
        mlt_store_real(out + mlt_itemsize[part], part, im);
        break;
      }
      case MLT_FINISH_HALF:
        *(mlt_half *)out = mlt_float_to_half(((const float *)acc)[j]);
        break;
      case MLT_FINISH_TRUTH:
        *(uint8_t *)out = (uint8_t)mlt_reduce_truth(acc + j * acc_size, acc_size);
        break;
      default: {
        double shift = f->dtype == MLT_FLOAT64 ? ((const double *)aux)[j] : ((const float *)aux)[j];
        mlt_store_real(out, f->dtype, log(sums[j]) + shift);
      }
    }
  }
}

#endif
