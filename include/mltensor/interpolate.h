/* The piecewise linear function through points, real or complex, at many places. */
#ifndef MLTENSOR_INTERPOLATE_H
#define MLTENSOR_INTERPOLATE_H

#include <stdint.h>

#include "mltensor/mltensor.h"
#include "mltensor/thread.h"

typedef struct {
  const double *x, *xp, *fp; /* contiguous; fp has `parts` numbers for each point */
  double *y;
  int64_t n, points;
  int parts;
  double left[2], right[2];
} mlt_interpolation;

/* The last points that are not behind each of some x, searched side by side: one search waits for memory at every
 * step. */
static inline __attribute__((always_inline)) void mlt_search_points(const double *xp, int64_t points, const double *x,
                                                                    int64_t *at, const int count) {
  for (int j = 0; j < count; j++) at[j] = 0;
  for (int64_t left = points; left > 1;) {
    const int64_t half = left / 2;
    for (int j = 0; j < count; j++) at[j] += xp[at[j] + half] <= x[j] ? half : 0;
    left -= half;
  }
}

/* One place, whose last point not behind it is known.  A slope may be infinite: then the far end, or either, may still
 * give a number. */
static inline void mlt_interpolate_at(const mlt_interpolation *c, double x, int64_t at, double *y) {
  const int64_t last = c->points - 1;
  const int parts = c->parts;
  for (int part = 0; part < parts; part++) {
    const double *f = c->fp + at * parts + part;
    if (x < c->xp[0]) {
      y[part] = c->left[part];
    } else if (x >= c->xp[last]) {
      y[part] = x > c->xp[last] ? c->right[part] : c->fp[last * parts + part];
    } else if (last == 0 || c->xp[at] == x) {
      y[part] = f[0];
    } else if (x != x) {
      y[part] = x;
    } else {
      const double x0 = c->xp[at], x1 = c->xp[at + 1], f0 = f[0], f1 = f[parts], slope = (f1 - f0) / (x1 - x0);
      double value = slope * (x - x0) + f0;
      if (value != value) value = slope * (x - x1) + f1;
      y[part] = value != value && f0 == f1 ? f0 : value;
    }
  }
}

static void mlt_interpolation_task(void *context, int64_t begin, int64_t end) {
  const mlt_interpolation *c = context;
  enum { TOGETHER = 8 };
  int64_t at[TOGETHER], i = begin;
  for (; i + TOGETHER <= end; i += TOGETHER) {
    mlt_search_points(c->xp, c->points, c->x + i, at, TOGETHER);
    for (int j = 0; j < TOGETHER; j++) mlt_interpolate_at(c, c->x[i + j], at[j], c->y + (i + j) * c->parts);
  }
  for (; i < end; i++) {
    mlt_search_points(c->xp, c->points, c->x + i, at, 1);
    mlt_interpolate_at(c, c->x[i], at[0], c->y + i * c->parts);
  }
}

/* Returns 1 when interrupted. */
static int mlt_interpolation_run(mlt_interpolation *c) {
  const int64_t grain = MLT_PARALLEL_THRESHOLD / 8;
  if (c->n > grain) return mlt_parallel(c->n, grain, mlt_interpolation_task, c);
  mlt_interpolation_task(c, 0, c->n);
  return 0;
}

#endif
