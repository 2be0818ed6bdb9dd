/* Memory that products pack into, kept from one to the next. */
#ifndef MLTENSOR_GEMM_MEMORY_H
#define MLTENSOR_GEMM_MEMORY_H

#include <stdatomic.h>
#include <stdlib.h>
#if defined(__linux__)
#include <sys/mman.h>
#endif

#include "mltensor/gemm_types.h"

/* Buffers that nobody uses at the moment, for the next product on any thread. */
#define MLT_GEMM_SLOTS 8
static _Atomic(char *) mlt_gemm_own[MLT_GEMM_SLOTS];
static _Atomic(char *) mlt_gemm_shared[MLT_GEMM_SLOTS / 2];

/* Memory from one of `count` slots or, in huge pages, from the system; NULL when there is none. */
static char *mlt_gemm_take(_Atomic(char *) *slots, int count, size_t bytes) {
  for (int i = 0; i < count; i++) {
    char *found = atomic_exchange(&slots[i], NULL);
    if (found) return found;
  }
  char *fresh = (char *)aligned_alloc(MLT_GEMM_SCRATCH, bytes);
  if (!fresh) return NULL;
#ifdef MADV_HUGEPAGE
  madvise(fresh, bytes, MADV_HUGEPAGE);
#endif
  ((mlt_gemm_left *)fresh)->serial = 0;
  return fresh;
}

static void mlt_gemm_give(_Atomic(char *) *slots, int count, char *memory) {
  for (int i = 0; memory && i < count; i++) {
    char *none = NULL;
    if (atomic_compare_exchange_strong(&slots[i], &none, memory)) return;
  }
  free(memory);
}

/* MLT_GEMM_SCRATCH bytes for one thread. */
static char *mlt_gemm_take_scratch(void) { return mlt_gemm_take(mlt_gemm_own, MLT_GEMM_SLOTS, MLT_GEMM_SCRATCH); }
static void mlt_gemm_give_scratch(char *scratch) { mlt_gemm_give(mlt_gemm_own, MLT_GEMM_SLOTS, scratch); }

/* MLT_GEMM_SHARED bytes for all threads of a product. */
static char *mlt_gemm_take_shared(void) {
  return mlt_gemm_take(mlt_gemm_shared, MLT_GEMM_SLOTS / 2, MLT_GEMM_SHARED);
}
static void mlt_gemm_give_shared(char *shared) { mlt_gemm_give(mlt_gemm_shared, MLT_GEMM_SLOTS / 2, shared); }

#endif
