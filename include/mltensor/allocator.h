/* Caching allocator for tensor memory, 64-byte aligned.
 *
 * A fresh block costs more in page faults than the arithmetic that fills it, so
 * freed blocks are kept and handed out again.  Small blocks (up to 16 KiB) live
 * in free lists of each thread and need no lock (slab.h).  Large ones, which
 * begin on a page, are kept in lists of size classes (eight per power of two)
 * behind one mutex, within a bound on their total; blocks of 2 MiB and more ask
 * for huge pages.  When the system is about to run out of memory, or refuses
 * some, the cache is emptied first.
 *
 * Included by the storage module alone.
 */
#ifndef MLTENSOR_ALLOCATOR_H
#define MLTENSOR_ALLOCATOR_H

#include <fcntl.h>
#include <pthread.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "mltensor/slab.h"

#define MLT_LARGE_CLASSES 512
#define MLT_HUGE_PAGE (2 << 20)
#define MLT_PRESSURE_FROM (16 << 20) /* requests from here on look at the memory that is left, */
#define MLT_PRESSURE_REST 16         /* of which this part is to stay free */

typedef struct {
  pthread_mutex_t lock;
  mlt_block *head[MLT_LARGE_CLASSES];
  uint64_t cached_bytes; /* in the large lists */
  uint64_t limit_bytes;
  uint64_t used_bytes;   /* large blocks handed out, and the most of them so far */
  uint64_t peak_bytes;
  uint64_t reused;       /* requests answered from the lists, and by the system */
  uint64_t fresh;
  uint64_t trims;
} mlt_large_cache;

static mlt_large_cache mlt_large = {.lock = PTHREAD_MUTEX_INITIALIZER, .limit_bytes = 1ull << 30};

/* Size class of a large request, and the bytes a block of that class has. */
static inline int mlt_large_class(uint64_t bytes, uint64_t *rounded) {
  int log = 63 - __builtin_clzll(bytes - 1); /* 2**log <= bytes - 1 */
  uint64_t step = 1ull << (log - 3);
  uint64_t steps = (bytes + step - 1) / step; /* 9 to 16 steps of 2**(log-3) */
  *rounded = steps * step;
  return log * 8 + (int)(steps - 9);
}

static void mlt_trim(void) {
  mlt_block *all = NULL;
  pthread_mutex_lock(&mlt_large.lock);
  for (int k = 0; k < MLT_LARGE_CLASSES; k++) {
    while (mlt_large.head[k]) {
      mlt_block *block = mlt_large.head[k];
      mlt_large.head[k] = block->next;
      block->next = all;
      all = block;
    }
  }
  mlt_large.cached_bytes = 0;
  mlt_large.trims++;
  pthread_mutex_unlock(&mlt_large.lock);
  mlt_slab_trim();
  while (all) {
    mlt_block *block = all;
    all = block->next;
    free(block);
  }
}

/* Whether `bytes` more would leave the system short of memory; where it does not say, no. */
static int mlt_memory_is_short(uint64_t bytes) {
  char text[512];
  const int file = open("/proc/meminfo", O_RDONLY | O_CLOEXEC);
  if (file < 0) return 0;
  const ssize_t length = read(file, text, sizeof text - 1);
  close(file);
  text[length > 0 ? length : 0] = 0;
  const char *total = strstr(text, "MemTotal:"), *left = strstr(text, "MemAvailable:");
  if (!total || !left) return 0;
  const uint64_t all = strtoull(total + 9, NULL, 10) << 10, available = strtoull(left + 13, NULL, 10) << 10;
  return available < bytes + all / MLT_PRESSURE_REST;
}

static void *mlt_system_allocate(uint64_t bytes) {
  if (bytes >= MLT_PRESSURE_FROM && mlt_large.cached_bytes > 0 && mlt_memory_is_short(bytes)) mlt_trim();
  size_t alignment = bytes >= MLT_HUGE_PAGE ? MLT_HUGE_PAGE : MLT_PAGE;
  void *memory = NULL;
  if (posix_memalign(&memory, alignment, bytes) != 0) {
    mlt_trim();
    if (posix_memalign(&memory, alignment, bytes) != 0) return NULL;
  }
#if defined(__linux__) && defined(MADV_HUGEPAGE)
  if (bytes >= MLT_HUGE_PAGE) madvise(memory, bytes & ~(uint64_t)(MLT_HUGE_PAGE - 1), MADV_HUGEPAGE);
#endif
  return memory;
}

/* Memory for `bytes` bytes (0 is allowed), or NULL. */
static inline void *mlt_allocate(uint64_t bytes) {
  if (bytes <= MLT_SMALL_LIMIT) {
    void *small = mlt_small_allocate(bytes);
    if (small) return small;
    mlt_trim();
    return mlt_small_allocate(bytes);
  }
  if (bytes > (1ull << 62)) return NULL;
  uint64_t rounded;
  int k = mlt_large_class(bytes, &rounded);
  pthread_mutex_lock(&mlt_large.lock);
  mlt_block *block = mlt_large.head[k];
  if (block) {
    mlt_large.head[k] = block->next;
    mlt_large.cached_bytes -= rounded;
    mlt_large.reused++;
  } else {
    mlt_large.fresh++;
  }
  mlt_large.used_bytes += rounded;
  if (mlt_large.used_bytes > mlt_large.peak_bytes) mlt_large.peak_bytes = mlt_large.used_bytes;
  pthread_mutex_unlock(&mlt_large.lock);
  if (block || (block = mlt_system_allocate(rounded))) return block;
  pthread_mutex_lock(&mlt_large.lock);
  mlt_large.used_bytes -= rounded;
  pthread_mutex_unlock(&mlt_large.lock);
  return NULL;
}

/* Takes a block of mlt_allocate(bytes) back. */
static inline void mlt_free(void *memory, uint64_t bytes) {
  if (!memory) return;
  if (bytes <= MLT_SMALL_LIMIT) {
    mlt_small_free(memory, bytes);
    return;
  }
  mlt_block *block = (mlt_block *)memory;
  uint64_t rounded;
  int k = mlt_large_class(bytes, &rounded);
  pthread_mutex_lock(&mlt_large.lock);
  mlt_large.used_bytes -= rounded;
  int keep = mlt_large.cached_bytes + rounded <= mlt_large.limit_bytes;
  if (keep) {
    block->next = mlt_large.head[k];
    mlt_large.head[k] = block;
    mlt_large.cached_bytes += rounded;
  }
  pthread_mutex_unlock(&mlt_large.lock);
  if (!keep) free(block);
}

/* Nobody may hold a lock while the process is copied by fork. */
static void mlt_allocator_before_fork(void) {
  pthread_mutex_lock(&mlt_large.lock);
  pthread_mutex_lock(&mlt_slab_lock);
}
static void mlt_allocator_after_fork(void) {
  pthread_mutex_unlock(&mlt_slab_lock);
  pthread_mutex_unlock(&mlt_large.lock);
}
static void mlt_allocator_configure(uint64_t limit) {
  mlt_large.limit_bytes = limit;
  pthread_atfork(mlt_allocator_before_fork, mlt_allocator_after_fork, mlt_allocator_after_fork);
}

#endif
