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

static void mlt_interpolation_task(void *context, int64_t begin, int64_t end) {
  const mlt_interpolation *c = context;
  const int64_t last = c->points - 1;
  const int parts = c->parts;
  for (int64_t i = begin; i < end; i++) {
    const double x = c->x[i];
    int64_t at = 0;
    /* the last point that is not behind x */
    for (int64_t left = c->points; left > 1;) {
      const int64_t half = left / 2;
      at += c->xp[at + half] <= x ? half : 0;
      left -= half;
    }
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
