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
static _Atomic(char *) mlt_gemm_slots[MLT_GEMM_SLOTS];
static _Atomic(char *) mlt_gemm_shared_slot;

/* Memory in huge pages, of which those cost nothing that are never written; NULL when there is none. */
static char *mlt_gemm_fresh(size_t bytes) {
  char *fresh = (char *)aligned_alloc(MLT_GEMM_SCRATCH, bytes);
#ifdef MADV_HUGEPAGE
  if (fresh) madvise(fresh, bytes, MADV_HUGEPAGE);
#endif
  return fresh;
}

/* MLT_GEMM_SCRATCH bytes for one thread, or NULL when there are none. */
static char *mlt_gemm_take_scratch(void) {
  for (int i = 0; i < MLT_GEMM_SLOTS; i++) {
    char *found = atomic_exchange(&mlt_gemm_slots[i], NULL);
    if (found) return found;
  }
  char *fresh = mlt_gemm_fresh(MLT_GEMM_SCRATCH);
  if (fresh) ((mlt_gemm_left *)fresh)->serial = 0;
  return fresh;
}

static void mlt_gemm_give_scratch(char *scratch) {
  for (int i = 0; scratch && i < MLT_GEMM_SLOTS; i++) {
    char *none = NULL;
    if (atomic_compare_exchange_strong(&mlt_gemm_slots[i], &none, scratch)) return;
  }
  free(scratch);
}

/* MLT_GEMM_SHARED bytes for all threads of a product, or NULL. */
static char *mlt_gemm_take_shared(void) {
  char *found = atomic_exchange(&mlt_gemm_shared_slot, NULL);
  return found ? found : mlt_gemm_fresh(MLT_GEMM_SHARED);
}

static void mlt_gemm_give_shared(char *shared) {
  char *none = NULL;
  if (!atomic_compare_exchange_strong(&mlt_gemm_shared_slot, &none, shared)) free(shared);
}

#endif
