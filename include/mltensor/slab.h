/* Small blocks, up to 16 KiB: cut from slabs, kept in free lists of each thread.
 *
 * A slab is 1 MiB that holds blocks of one size behind a header; a block's slab is found from its address.  Blocks come
 * in powers of two, each at a multiple of its size, and from 4 KiB on in steps of half a page: two arrays then never lie
 * a little apart within their pages.  They must not, for a processor that compares the lower bits of addresses takes a
 * store to a result that lies 64 bytes behind an operand for what the next load is after, and waits: copies of 4 KB took
 * up to twelve times as long, one pair of pages in sixteen.
 *
 * A thread takes and gives back many blocks under one lock.  A slab none of whose blocks is in use serves any other
 * size; a few such are kept.
 *
 * Included by the allocator alone.
 */
#ifndef MLTENSOR_SLAB_H
#define MLTENSOR_SLAB_H

#include <pthread.h>
#include <stdint.h>
#include <sys/mman.h>

#define MLT_PAGE 4096
#define MLT_SMALL_LIMIT 16384
#define MLT_SLAB_BYTES (1 << 20)
#define MLT_SLABS_KEPT 16 /* slabs without a block in use */

#define MLT_SMALL_CLASSES 14
static const uint16_t mlt_small_bytes[MLT_SMALL_CLASSES] = {64,   128,  192,  256,   512,   1024,  2048,
                                                            4096, 6144, 8192, 10240, 12288, 14336, 16384};
/* How many a thread keeps: 64, but no more than 256 KiB.  It takes an eighth of these at a time and gives half back. */
static const int32_t mlt_small_keep[MLT_SMALL_CLASSES] = {64, 64, 64, 64, 64, 64, 64, 64, 42, 32, 25, 21, 18, 16};

typedef struct mlt_block {
  struct mlt_block *next;
} mlt_block;

typedef struct mlt_slab {
  struct mlt_slab *next, *previous; /* among the slabs of its size that have room */
  mlt_block *returned;
  uint32_t size_class;
  uint32_t used;  /* blocks that threads hold */
  uint32_t taken; /* blocks ever cut */
  uint32_t count; /* blocks it has room for */
} mlt_slab;

typedef struct {
  mlt_block *head[MLT_SMALL_CLASSES];
  int32_t count[MLT_SMALL_CLASSES];
  int registered;
} mlt_small_cache;

static _Thread_local mlt_small_cache mlt_small;
static pthread_key_t mlt_small_key;
static pthread_once_t mlt_small_once = PTHREAD_ONCE_INIT;

static pthread_mutex_t mlt_slab_lock = PTHREAD_MUTEX_INITIALIZER;
static mlt_slab *mlt_slabs[MLT_SMALL_CLASSES]; /* with room, by size */
static mlt_slab *mlt_slabs_empty;
static int mlt_slabs_empty_count;

/* Size class of a small request: the first that holds it. */
static inline int mlt_small_class(uint64_t bytes) {
  if (bytes <= 256) return bytes == 0 ? 0 : (int)((bytes - 1) >> 6);
  if (bytes <= MLT_PAGE) return 59 - __builtin_clzll(bytes - 1); /* 512: 4 ... 4096: 7 */
  return 5 + (int)((bytes + 2047) >> 11);
}

/* Where the first block begins: behind the header, at a multiple of its size or of a page. */
static inline uint32_t mlt_slab_first(int size_class) {
  const uint32_t size = mlt_small_bytes[size_class];
  return size < 128 ? 128 : size < MLT_PAGE ? size : MLT_PAGE;
}

/* Memory of the system that begins at a multiple of a slab's bytes, or NULL. */
static mlt_slab *mlt_slab_map(void) {
  const uint64_t bytes = 2ull * MLT_SLAB_BYTES;
  char *all = (char *)mmap(NULL, bytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  if (all == (char *)MAP_FAILED) return NULL;
  char *slab = (char *)(((uintptr_t)all + MLT_SLAB_BYTES - 1) & ~(uintptr_t)(MLT_SLAB_BYTES - 1));
  if (slab > all) munmap(all, (size_t)(slab - all));
  if (slab + MLT_SLAB_BYTES < all + bytes) munmap(slab + MLT_SLAB_BYTES, (size_t)(all + bytes - slab - MLT_SLAB_BYTES));
  return (mlt_slab *)slab;
}

static inline void mlt_slab_link(mlt_slab *slab) {
  mlt_slab **first = &mlt_slabs[slab->size_class];
  slab->previous = NULL;
  slab->next = *first;
  if (*first) (*first)->previous = slab;
  *first = slab;
}

static inline void mlt_slab_unlink(mlt_slab *slab) {
  if (slab->previous) slab->previous->next = slab->next;
  else mlt_slabs[slab->size_class] = slab->next;
  if (slab->next) slab->next->previous = slab->previous;
}

/* A slab with room for blocks of this size, first in its list; NULL where the system has no memory.  Under the lock. */
static mlt_slab *mlt_slab_with_room(int size_class) {
  mlt_slab *slab = mlt_slabs[size_class];
  if (slab) return slab;
  if ((slab = mlt_slabs_empty) != NULL) {
    mlt_slabs_empty = slab->next;
    mlt_slabs_empty_count--;
  } else if (!(slab = mlt_slab_map())) {
    return NULL;
  }
  slab->returned = NULL;
  slab->size_class = (uint32_t)size_class;
  slab->used = slab->taken = 0;
  slab->count = (MLT_SLAB_BYTES - mlt_slab_first(size_class)) / mlt_small_bytes[size_class];
  mlt_slab_link(slab);
  return slab;
}

/* Up to `wanted` blocks of a size, chained; NULL where there is no memory. */
static mlt_block *mlt_slab_take(int size_class, int32_t wanted, int32_t *got) {
  mlt_block *chain = NULL;
  int32_t n = 0;
  pthread_mutex_lock(&mlt_slab_lock);
  while (n < wanted) {
    mlt_slab *slab = mlt_slab_with_room(size_class);
    if (!slab) break;
    mlt_block *block = slab->returned;
    if (block) {
      slab->returned = block->next;
    } else {
      block = (mlt_block *)((char *)slab + mlt_slab_first(size_class) +
                            (uint64_t)slab->taken++ * mlt_small_bytes[size_class]);
    }
    block->next = chain;
    chain = block;
    n++;
    if (++slab->used == slab->count) mlt_slab_unlink(slab);
  }
  pthread_mutex_unlock(&mlt_slab_lock);
  *got = n;
  return chain;
}

/* Gives the first n blocks of a chain back to their slabs; returns the rest. */
static mlt_block *mlt_slab_return(mlt_block *chain, int32_t n) {
  mlt_slab *unneeded = NULL;
  pthread_mutex_lock(&mlt_slab_lock);
  for (; n > 0; n--) {
    mlt_block *block = chain;
    chain = block->next;
    mlt_slab *slab = (mlt_slab *)((uintptr_t)block & ~(uintptr_t)(MLT_SLAB_BYTES - 1));
    block->next = slab->returned;
    slab->returned = block;
    if (slab->used-- == slab->count) mlt_slab_link(slab);
    if (slab->used > 0) continue;
    mlt_slab_unlink(slab);
    if (mlt_slabs_empty_count < MLT_SLABS_KEPT) {
      slab->next = mlt_slabs_empty;
      mlt_slabs_empty = slab;
      mlt_slabs_empty_count++;
    } else {
      slab->next = unneeded;
      unneeded = slab;
    }
  }
  pthread_mutex_unlock(&mlt_slab_lock);
  while (unneeded) {
    mlt_slab *slab = unneeded;
    unneeded = slab->next;
    munmap(slab, MLT_SLAB_BYTES);
  }
  return chain;
}

/* Gives slabs without a block in use back to the system. */
static void mlt_slab_trim(void) {
  pthread_mutex_lock(&mlt_slab_lock);
  mlt_slab *slab = mlt_slabs_empty;
  mlt_slabs_empty = NULL;
  mlt_slabs_empty_count = 0;
  pthread_mutex_unlock(&mlt_slab_lock);
  while (slab) {
    mlt_slab *next = slab->next;
    munmap(slab, MLT_SLAB_BYTES);
    slab = next;
  }
}

static void mlt_small_release(void *cache_pointer) {
  mlt_small_cache *cache = (mlt_small_cache *)cache_pointer;
  for (int k = 0; k < MLT_SMALL_CLASSES; k++) {
    if (cache->count[k] > 0) mlt_slab_return(cache->head[k], cache->count[k]);
    cache->head[k] = NULL;
    cache->count[k] = 0;
  }
  /* What is freed still later, by another destructor, asks to be released in its turn. */
  cache->registered = 0;
}

static void mlt_small_make_key(void) { pthread_key_create(&mlt_small_key, mlt_small_release); }

/* Gives a thread's lists back when the thread ends. */
static void mlt_small_register(void) {
  pthread_once(&mlt_small_once, mlt_small_make_key);
  pthread_setspecific(mlt_small_key, &mlt_small);
  mlt_small.registered = 1;
}

/* Fills an empty list of the thread and takes a block of it, or NULL. */
static void *mlt_small_refill(int k) {
  int32_t got;
  mlt_block *chain = mlt_slab_take(k, (mlt_small_keep[k] + 7) / 8, &got);
  if (!chain) return NULL;
  if (!mlt_small.registered) mlt_small_register();
  mlt_small.head[k] = chain->next;
  mlt_small.count[k] = got - 1;
  return chain;
}

/* A block of at least `bytes`, at most MLT_SMALL_LIMIT; NULL where the system has no memory. */
static inline void *mlt_small_allocate(uint64_t bytes) {
  const int k = mlt_small_class(bytes);
  mlt_block *block = mlt_small.head[k];
  if (!block) return mlt_small_refill(k);
  mlt_small.head[k] = block->next;
  mlt_small.count[k]--;
  return block;
}

static inline void mlt_small_free(void *memory, uint64_t bytes) {
  const int k = mlt_small_class(bytes);
  mlt_block *block = (mlt_block *)memory;
  if (mlt_small.count[k] >= mlt_small_keep[k]) {
    const int32_t half = mlt_small.count[k] / 2;
    mlt_small.head[k] = mlt_slab_return(mlt_small.head[k], half);
    mlt_small.count[k] -= half;
  }
  if (!mlt_small.registered) mlt_small_register();
  block->next = mlt_small.head[k];
  mlt_small.head[k] = block;
  mlt_small.count[k]++;
}

#endif
