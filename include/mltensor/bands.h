/* Triangles of matrices, one-hot rows. */
#ifndef MLTENSOR_BANDS_H
#define MLTENSOR_BANDS_H

#include <string.h>

#include "mltensor/bytes.h"
#include "mltensor/mltensor.h"

typedef struct {
  const char *source;
  char *to;
  int64_t rows, columns, diagonal;
  int32_t itemsize;
  int32_t upper; /* keep what is on and above the diagonal, else on and below */
} mlt_bands;

/* Rows [begin, end) of a stack of contiguous matrices. */
static void mlt_bands_task(void *context, int64_t begin, int64_t end) {
  const mlt_bands *b = (const mlt_bands *)context;
  int64_t bytes = b->columns * b->itemsize;
  for (int64_t row = begin; row < end; row++) {
    /* First column above the diagonal (lower) or on it (upper). */
    int64_t cut = row % b->rows + b->diagonal + (b->upper ? 0 : 1);
    cut = (cut < 0 ? 0 : cut > b->columns ? b->columns : cut) * b->itemsize;
    const char *from = b->source + row * bytes;
    char *to = b->to + row * bytes;
    if (b->upper) {
      memset(to, 0, (size_t)cut);
      mlt_copy_bytes(to + cut, from + cut, bytes - cut);
    } else {
      mlt_copy_bytes(to, from, cut);
      memset(to + cut, 0, (size_t)(bytes - cut));
    }
  }
}

typedef struct {
  const int64_t *index;
  int64_t *to; /* zeros */
  int64_t classes;
} mlt_one_hot;

static void mlt_one_hot_task(void *context, int64_t begin, int64_t end) {
  const mlt_one_hot *h = (const mlt_one_hot *)context;
  for (int64_t i = begin; i < end; i++) h->to[i * h->classes + h->index[i]] = 1;
}

#endif
