/* Contiguous memory side by side in a larger one. */
#ifndef MLTENSOR_JOINT_H
#define MLTENSOR_JOINT_H

#include <stdint.h>
#include <string.h>

#include "mltensor/stream.h"

/* Plain bytes. */
typedef struct {
  const char *from;
  char *to;
} mlt_bytes;

static void mlt_bytes_task(void *context, int64_t begin, int64_t end) {
  const mlt_bytes *b = (const mlt_bytes *)context;
  mlt_copy_bytes(b->to + begin, b->from + begin, end - begin);
}

/* Pieces laid side by side in the rows of a result. */
typedef struct {
  char *to;
  int64_t count, row;       /* pieces, of which none is empty; bytes of a row of the result */
  const int64_t *from;      /* addresses of the pieces, */
  const int64_t *steps;     /* bytes from one of their rows to the next, */
  const int64_t *starts;    /* where in a row each one begins, and the end of the row */
  int32_t streamed;
} mlt_joint;

/* Rows in which the pieces are single elements: a block of them piece by piece. */
#define MLT_JOINT_BLOCK 256
#define MLT_JOINT_ELEMENTS(type)                                                       \
  for (int64_t r = 0; r < rows; r += MLT_JOINT_BLOCK) {                                \
    const int64_t n = rows - r < MLT_JOINT_BLOCK ? rows - r : MLT_JOINT_BLOCK;         \
    type *to = (type *)(p->to + (row + r) * p->row);                                   \
    if (count == 2 && p->steps[0] == sizeof(type) && p->steps[1] == sizeof(type)) {    \
      const type *a = (const type *)p->from[0] + row + r, *b = (const type *)p->from[1] + row + r; \
      _Pragma("GCC ivdep") for (int64_t i = 0; i < n; i++) {                           \
        to[2 * i] = a[i];                                                              \
        to[2 * i + 1] = b[i];                                                          \
      }                                                                                \
      continue;                                                                        \
    }                                                                                  \
    for (int64_t k = 0; k < count; k++) {                                              \
      const char *from = (const char *)p->from[k] + (row + r) * p->steps[k];           \
      for (int64_t i = 0; i < n; i++) to[i * count + k] = *(const type *)(from + i * p->steps[k]); \
    }                                                                                  \
  }

static void mlt_joint_elements(const mlt_joint *p, int64_t row, int64_t rows) {
  const int64_t count = p->count;
  switch (p->row / count) {
    case 1: MLT_JOINT_ELEMENTS(uint8_t) break;
    case 2: MLT_JOINT_ELEMENTS(uint16_t) break;
    case 4: MLT_JOINT_ELEMENTS(uint32_t) break;
    default: MLT_JOINT_ELEMENTS(uint64_t) break;
  }
}

/* Whether all pieces are single elements of the sizes above. */
static int mlt_joint_of_elements(const mlt_joint *p) {
  const int64_t bytes = p->row / p->count;
  for (int64_t k = 0; k < p->count; k++)
    if (p->starts[k + 1] - p->starts[k] != bytes || p->steps[k] % bytes) return 0;
  return bytes == 1 || bytes == 2 || bytes == 4 || bytes == 8;
}

/* Whole rows that are short: a block of them piece by piece, which stays in the first cache. */
#define MLT_JOINT_SHORT 4096
static void mlt_joint_rows(const mlt_joint *p, int64_t row, int64_t rows) {
  const int64_t most = 1 + 8192 / p->row;
  for (int64_t r = 0; r < rows; r += most) {
    const int64_t n = rows - r < most ? rows - r : most;
    for (int64_t k = 0; k < p->count; k++) {
      const char *from = (const char *)p->from[k] + (row + r) * p->steps[k];
      char *to = p->to + (row + r) * p->row + p->starts[k];
      mlt_copy_rows(to, p->row, from, p->steps[k], n, p->starts[k + 1] - p->starts[k]);
    }
  }
}

/* Bytes [begin, end) of the result. */
static void mlt_joint_task(void *context, int64_t begin, int64_t end) {
  const mlt_joint *p = (const mlt_joint *)context;
  int64_t row = begin / p->row, off = begin % p->row, low = 0, high = p->count;
  if (off == 0 && p->row <= (p->streamed ? 512 : MLT_JOINT_SHORT) && (end - begin) % p->row == 0) {
    const int64_t rows = (end - begin) / p->row;
    if (mlt_joint_of_elements(p))
      mlt_joint_elements(p, row, rows);
    else
      mlt_joint_rows(p, row, rows);
    return;
  }
  while (high - low > 1) {
    const int64_t middle = (low + high) / 2;
    if (p->starts[middle] <= off)
      low = middle;
    else
      high = middle;
  }
  for (int64_t at = begin, k = low; at < end;) {
    const int64_t start = p->starts[k], stop = p->starts[k + 1];
    const int64_t bytes = stop - off < end - at ? stop - off : end - at;
    const char *from = (const char *)p->from[k] + row * p->steps[k] + (off - start);
    char *to = p->to + at;
    if (p->streamed && bytes >= 256)
      mlt_stream(to, from, bytes);
    else
      mlt_copy_short(to, from, bytes);
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
