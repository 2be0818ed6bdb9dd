/* Contiguous memory side by side in a larger one. */
#ifndef MLTENSOR_JOINT_H
#define MLTENSOR_JOINT_H

#include <stdint.h>
#include <string.h>

#include "mltensor/bytes.h"

/* Plain bytes. */
typedef struct {
  const char *from;
  char *to;
} mlt_bytes;

static void mlt_bytes_task(void *context, int64_t begin, int64_t end) {
  const mlt_bytes *b = (const mlt_bytes *)context;
  mlt_copy_bytes(b->to + begin, b->from + begin, end - begin);
}

/* Contiguous pieces laid side by side in the rows of a result. */
typedef struct {
  char *to;
  int64_t count, row;       /* pieces, of which none is empty; bytes of a row of the result */
  const int64_t *from;      /* addresses of the pieces, */
  const int64_t *starts;    /* where in a row each one begins, and the end of the row */
  int32_t streamed;
} mlt_joint;

/* Bytes [begin, end) of the result. */
static void mlt_joint_task(void *context, int64_t begin, int64_t end) {
  const mlt_joint *p = (const mlt_joint *)context;
  int64_t row = begin / p->row, off = begin % p->row, low = 0, high = p->count;
  while (high - low > 1) {
    const int64_t middle = (low + high) / 2;
    if (p->starts[middle] <= off)
      low = middle;
    else
      high = middle;
  }
  for (int64_t at = begin, k = low; at < end;) {
    const int64_t start = p->starts[k], stop = p->starts[k + 1], block = stop - start;
    const int64_t bytes = stop - off < end - at ? stop - off : end - at;
    const char *from = (const char *)p->from[k] + row * block + (off - start);
    char *to = p->to + at;
    if (bytes == 4)
      memcpy(to, from, 4);
    else if (bytes == 8)
      memcpy(to, from, 8);
    else if (p->streamed)
      mlt_stream(to, from, bytes);
    else
      mlt_copy_bytes(to, from, bytes);
    at += bytes;
    off += bytes;
    if (off < stop) continue;
    if (++k == p->count) {
      k = off = 0;
      row++;
    }
  }
  mlt_stream_end(p->streamed);
}

#endif
