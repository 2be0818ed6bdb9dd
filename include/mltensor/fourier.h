/* Fourier transforms along one axis, by loops with the signature of NumPy's generalised ufuncs.
 *
 * A loop transforms many lines at once: args are the lines, the factor and the results; dimensions their
 * number and the lengths of a line before and after; steps the bytes from line to line, then from
 * element to element. It makes its plan anew for every call, and takes several lines side by side into
 * vector registers, so a chunk is a run of lines and not a single one.
 */
#ifndef MLTENSOR_FOURIER_H
#define MLTENSOR_FOURIER_H

#include <stdatomic.h>
#include <stdint.h>
#ifdef _OPENMP
#include <omp.h>
#endif

#include "mltensor/mltensor.h"
#include "mltensor/thread.h"

typedef void (*mlt_line_loop)(char **args, const intptr_t *dimensions, const intptr_t *steps, void *data);

/* What surrounds a loop on a thread of the pool: a loop that finds no memory reports it to the interpreter and
 * returns, which only a thread that the interpreter knows can ask about afterwards. */
typedef struct {
  void *state[2];
} mlt_visit;
typedef void (*mlt_enter)(mlt_visit *visit);
typedef int (*mlt_leave)(mlt_visit *visit); /* whether something was reported */

typedef struct {
  mlt_line_loop loop;
  void *data;
  const char *source;
  char *result;
  void *factor;              /* one number of the real dtype: what the results are multiplied with */
  int itemsize;              /* of the real dtype */
  int64_t n_in, n_out;       /* elements of a line before and after */
  int64_t points;            /* length of the transform */
  intptr_t step_in, step_out;
  int ndim;                  /* the other dimensions: lines are counted in C order over them */
  int64_t shape[MLT_MAX_DIMS];
  int64_t source_strides[MLT_MAX_DIMS], result_strides[MLT_MAX_DIMS];
  mlt_enter enter;
  mlt_leave leave;
  atomic_int failed;
} mlt_fourier;

/* Points up to which the calling thread transforms alone: a point costs some ten times a cheap element. */
#define MLT_FOURIER_SERIAL (MLT_PARALLEL_THRESHOLD / 8)
/* Points of a chunk, and the length above which a line is a chunk of its own: Ctrl-C waits for it. */
#define MLT_FOURIER_CHUNK 65536
#define MLT_FOURIER_LONG_LINE (1 << 20)

/* Adds a dimension that is not transformed; dimensions that can be walked as one become one. */
static void mlt_fourier_add_dimension(mlt_fourier *f, int64_t length, int64_t in, int64_t out) {
  if (length == 1) return;
  int last = f->ndim - 1;
  if (last >= 0 && f->source_strides[last] == in * length && f->result_strides[last] == out * length) {
    f->shape[last] *= length;
    f->source_strides[last] = in;
    f->result_strides[last] = out;
    return;
  }
  f->shape[f->ndim] = length;
  f->source_strides[f->ndim] = in;
  f->result_strides[f->ndim++] = out;
}

/* Transforms the lines [begin, end). */
static void mlt_fourier_lines(const mlt_fourier *f, int64_t begin, int64_t end) {
  const int inner = f->ndim - 1;
  const int64_t row = f->ndim ? f->shape[inner] : 1;
  while (begin < end) {
    const int64_t first = begin % row;
    const int64_t count = row - first < end - begin ? row - first : end - begin;
    const char *in = f->source;
    char *out = f->result;
    int64_t rest = begin / row;
    for (int d = inner - 1; d >= 0; d--) {
      in += rest % f->shape[d] * f->source_strides[d];
      out += rest % f->shape[d] * f->result_strides[d];
      rest /= f->shape[d];
    }
    intptr_t between_in = 0, between_out = 0;
    if (f->ndim) {
      between_in = f->source_strides[inner];
      between_out = f->result_strides[inner];
    }
    char *args[3] = {(char *)in + first * between_in, f->factor, out + first * between_out};
    const intptr_t dimensions[3] = {count, f->n_in, f->n_out};
    const intptr_t steps[5] = {between_in, 0, between_out, f->step_in, f->step_out};
    f->loop(args, dimensions, steps, f->data);
    begin += count;
  }
}

/* The same on any thread; the calling one is known to the interpreter and its caller asks. */
static void mlt_fourier_task(void *context, int64_t begin, int64_t end) {
  mlt_fourier *f = context;
#ifdef _OPENMP
  if (omp_get_thread_num()) {
    mlt_visit visit;
    f->enter(&visit);
    mlt_fourier_lines(f, begin, end);
    if (f->leave(&visit)) atomic_store(&f->failed, 1);
    return;
  }
#endif
  mlt_fourier_lines(f, begin, end);
}

/* Lines of a chunk, from the shape alone: many short ones, a few side by side of longer ones. */
static int64_t mlt_fourier_chunk(const mlt_fourier *f) {
  const int64_t side_by_side = 16 / f->itemsize;
  if (f->points > MLT_FOURIER_LONG_LINE) return 1;
  int64_t lines = MLT_FOURIER_CHUNK / f->points;
  return lines < side_by_side ? side_by_side : lines - lines % side_by_side;
}

/* Transforms all lines, without the interpreter when they are many.  Returns 1 when interrupted, -1 when a thread
 * of the pool found no memory to work in. */
static int mlt_fourier_run(mlt_fourier *f, int64_t lines) {
  if (lines * f->points <= MLT_FOURIER_SERIAL) {
    mlt_fourier_lines(f, 0, lines);
    return 0;
  }
  atomic_init(&f->failed, 0);
  int interrupted = mlt_parallel_long(lines, mlt_fourier_chunk(f), mlt_fourier_task, f);
  return interrupted ? 1 : -atomic_load(&f->failed);
}

#endif
