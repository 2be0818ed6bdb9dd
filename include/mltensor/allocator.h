/* Caching allocator for tensor memory, 64-byte aligned; large blocks begin on a page.
 *
 * A fresh block costs more in page faults than the arithmetic that fills it, so
 * freed blocks are kept and handed out again.  Small blocks (up to 16 KiB, in
 * steps of 64 bytes) live in free lists of each thread and need no lock.  Large
 * ones are kept in lists of size classes (eight per power of two) behind one
 * mutex, within a bound on their total; blocks of 2 MiB and more ask for huge
 * pages.  When the system is about to run out of memory, or refuses some, the
 * cache is emptied first.
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
#include <unistd.h>
#if defined(__linux__)
#include <sys/mman.h>
#endif

#define MLT_ALIGNMENT 64
#define MLT_SMALL_LIMIT 16384
#define MLT_SMALL_CLASSES (MLT_SMALL_LIMIT / MLT_ALIGNMENT + 1)
#define MLT_SMALL_KEEP 64            /* blocks kept per small class and thread, */
#define MLT_SMALL_KEEP_BYTES 262144  /* or as many as these bytes hold */
#define MLT_LARGE_CLASSES 512
#define MLT_PAGE 4096
#define MLT_HUGE_PAGE (2 << 20)
#define MLT_PRESSURE_FROM (16 << 20) /* requests from here on look at the memory that is left, */
#define MLT_PRESSURE_REST 16         /* of which this part is to stay free */

typedef struct mlt_block {
  struct mlt_block *next;
} mlt_block;

typedef struct {
  mlt_block *head[MLT_SMALL_CLASSES];
  int32_t count[MLT_SMALL_CLASSES];
  int registered;
} mlt_small_cache;

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

static _Thread_local mlt_small_cache mlt_small;
static mlt_large_cache mlt_large = {.lock = PTHREAD_MUTEX_INITIALIZER, .limit_bytes = 1ull << 30};
static pthread_key_t mlt_small_key;
static pthread_once_t mlt_small_once = PTHREAD_ONCE_INIT;

static void mlt_small_release(void *cache_pointer) {
  mlt_small_cache *cache = (mlt_small_cache *)cache_pointer;
  for (int k = 0; k < MLT_SMALL_CLASSES; k++) {
    while (cache->head[k]) {
      mlt_block *block = cache->head[k];
      cache->head[k] = block->next;
      free(block);
    }
    cache->count[k] = 0;
  }
  /* What is freed still later, by another destructor, asks to be released in its turn. */
  cache->registered = 0;
}

static void mlt_small_make_key(void) { pthread_key_create(&mlt_small_key, mlt_small_release); }

/* Gives a thread's lists back to the system when the thread ends. */
static void mlt_small_register(void) {
  pthread_once(&mlt_small_once, mlt_small_make_key);
  pthread_setspecific(mlt_small_key, &mlt_small);
  mlt_small.registered = 1;
}

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
  /* Where a result lies a little behind an operand in its page, processors take its stores for what the next loads are
   * after; blocks one after the other from the C library would do so. */
  size_t alignment = bytes >= MLT_HUGE_PAGE ? MLT_HUGE_PAGE : bytes > MLT_SMALL_LIMIT ? MLT_PAGE : MLT_ALIGNMENT;
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
    int k = (int)((bytes + MLT_ALIGNMENT - 1) / MLT_ALIGNMENT);
    if (k == 0) k = 1;
    mlt_block *block = mlt_small.head[k];
    if (block) {
      mlt_small.head[k] = block->next;
      mlt_small.count[k]--;
      return block;
    }
    return mlt_system_allocate((uint64_t)k * MLT_ALIGNMENT);
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
  mlt_block *block = (mlt_block *)memory;
  if (!block) return;
  if (bytes <= MLT_SMALL_LIMIT) {
    int k = (int)((bytes + MLT_ALIGNMENT - 1) / MLT_ALIGNMENT);
    if (k == 0) k = 1;
    const int32_t kept = mlt_small.count[k];
    if (kept >= MLT_SMALL_KEEP || kept * k >= MLT_SMALL_KEEP_BYTES / MLT_ALIGNMENT) {
      free(block);
      return;
    }
    if (!mlt_small.registered) mlt_small_register();
    block->next = mlt_small.head[k];
    mlt_small.head[k] = block;
    mlt_small.count[k]++;
    return;
  }
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

/* Nobody may hold the lock while the process is copied by fork. */
static void mlt_allocator_before_fork(void) { pthread_mutex_lock(&mlt_large.lock); }
static void mlt_allocator_after_fork(void) { pthread_mutex_unlock(&mlt_large.lock); }
static void mlt_allocator_configure(uint64_t limit) {
  mlt_large.limit_bytes = limit;
  pthread_atfork(mlt_allocator_before_fork, mlt_allocator_after_fork, mlt_allocator_after_fork);
}

#endif
