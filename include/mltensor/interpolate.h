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

/* On the line between two points, from whichever end gives a number: a slope may be infinite. */
static inline double mlt_between(double x, double x0, double x1, double f0, double f1) {
  const double slope = (f1 - f0) / (x1 - x0);
  double y = slope * (x - x0) + f0;
  if (y != y) {
    y = slope * (x - x1) + f1;
    if (y != y && f0 == f1) y = f0;
  }
  return y;
}

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

static void mlt_interpolation_task(void *context, int64_t begin, int64_t end) {
  const mlt_interpolation *c = context;
  const int64_t last = c->points - 1;
  const int parts = c->parts;
  enum { TOGETHER = 8 };
  int64_t found[TOGETHER];
  for (int64_t i = begin; i < end; i++) {
    const double x = c->x[i];
    const int64_t offset = (i - begin) % TOGETHER;
    if (offset == 0 && end - i >= TOGETHER) mlt_search_points(c->xp, c->points, c->x + i, found, TOGETHER);
    else if (end - (i - offset) < TOGETHER) mlt_search_points(c->xp, c->points, c->x + i, found + offset, 1);
    const int64_t at = found[offset];
    for (int part = 0; part < parts; part++) {
      const double *f = c->fp + at * parts + part;
      double y;
      if (x < c->xp[0]) y = c->left[part];
      else if (x > c->xp[last]) y = c->right[part];
      else if (x != x && last) y = x;
      else if (at == last || c->xp[at] == x) y = f[0];
      else y = mlt_between(x, c->xp[at], c->xp[at + 1], f[0], f[parts]);
      c->y[i * parts + part] = y;
    }
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
