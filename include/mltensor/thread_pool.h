/* The pool of threads behind mlt_parallel; one per process, in the storage module.
 *
 * A caller publishes its work, starts on it at once and at the end closes it: who has not come by
 * then is not waited for.  A thread that sleeps, or that another program keeps from its core, thus
 * costs nothing but its help, and short work need not know whether anybody is awake.
 *
 * `state` holds all that threads agree on, in one word that changes atomically: the number of the
 * work (32 bits), how many may take part (15), whether it is open (1), how many helpers are in it
 * (16).  A helper joins by counting itself in while the work is open; the fields of the work change
 * only after it was closed and the last helper has left.
 *
 * Each participant begins with a share of the chunks that is its own, the same for the same work, so
 * that a core finds in its cache what it had there before; then it helps with the others' shares.
 *
 * Idle helpers watch for the next work for a while before they sleep, because waking one takes 20 to
 * 60 microseconds.  How long is learnt: a helper that was taken from its core while it watched stands
 * in somebody's way and halves the time; one that was needed in time doubles it.
 *
 * A helper that another program keeps from its core in the midst of a chunk has to be waited for, and
 * one that is woken too late has cost the call.  After either, callers work alone for a while.
 */
#ifndef MLTENSOR_THREAD_POOL_H
#define MLTENSOR_THREAD_POOL_H

#include <pthread.h>
#include <signal.h>
#include <string.h>

#include "mltensor/thread.h"

#define MLT_POOL_MOST 256 /* threads in one region */

#define MLT_POOL_HELPERS UINT64_C(0xffff)
#define MLT_POOL_OPEN UINT64_C(0x10000)
#define MLT_POOL_LIMIT(state) ((int)((state) >> 17 & 0x7fff))
#define MLT_POOL_NUMBER(state) ((uint32_t)((state) >> 32))

#define MLT_WATCH_LONGEST_NS 250000 /* how long an idle helper watches */
#define MLT_WATCH_SHORTEST_NS 2000
#define MLT_TAKEN_AWAY_NS 60000 /* a step of the watch that took this long was interrupted */
#define MLT_JOIN_NS 50000       /* how long a caller watches for the last helpers */
#define MLT_LATE_NS 20000       /* a join that took this long, and a quarter of the work, or a call nobody heard */
#define MLT_ALONE_NS 100000     /* makes the next work stay alone for this long, doubled each time */
#define MLT_ALONE_FACTOR 6      /* and at least for so many times what the wait took */
#define MLT_ALONE_LONGEST_NS 50000000

#if defined(__x86_64__) || defined(__i386__)
#define mlt_pause() __builtin_ia32_pause()
#elif defined(__aarch64__)
#define mlt_pause() __asm__ volatile("isb" ::: "memory")
#else
#define mlt_pause() ((void)0)
#endif

/* Chunks [next, end) of one participant; on a cache line of its own. */
typedef struct {
  _Alignas(64) atomic_llong next;
  int64_t end;
} mlt_share;

typedef struct {
  _Alignas(64) atomic_ullong state;
  _Alignas(64) mlt_task task;
  void *context;
  int64_t count, chunk;
  int shares;
  atomic_int stop;
  atomic_int joined;            /* helpers that came */
  _Alignas(64) atomic_int busy; /* somebody's work is in the pool */
  atomic_int sleepers;          /* helpers asleep */
  atomic_int waiting;           /* the caller sleeps until the last helper leaves */
  int helpers;                  /* started so far */
  int64_t alone_until, alone;   /* written by the caller that holds the pool */
  int cores;                    /* that the process may use */
  pthread_mutex_t lock;
  pthread_cond_t wake, done;
  mlt_share share[MLT_POOL_MOST];
} mlt_pool_type;

static mlt_pool_type mlt_pool = {
    .cores = 1, .lock = PTHREAD_MUTEX_INITIALIZER, .wake = PTHREAD_COND_INITIALIZER, .done = PTHREAD_COND_INITIALIZER};

/* Participant this thread is, and whether it is inside a region: regions do not nest. */
static _Thread_local int mlt_participant;
static _Thread_local int mlt_inside;

/* Takes chunks, first of its own share, until none is left. */
static void mlt_pool_work(int me) {
  int64_t last = me == 0 ? mlt_now_ns() : 0;
  for (int turn = 0; turn < mlt_pool.shares; turn++) {
    mlt_share *share = &mlt_pool.share[(me + turn) % mlt_pool.shares];
    for (;;) {
      if (atomic_load_explicit(&share->next, memory_order_relaxed) >= share->end) break;
      if (atomic_load_explicit(&mlt_pool.stop, memory_order_relaxed)) return;
      const int64_t k = atomic_fetch_add_explicit(&share->next, 1, memory_order_relaxed);
      if (k >= share->end) break;
      const int64_t begin = k * mlt_pool.chunk, left = mlt_pool.count - begin;
      mlt_pool.task(mlt_pool.context, begin, left < mlt_pool.chunk ? mlt_pool.count : begin + mlt_pool.chunk);
      if (me == 0 && mlt_poll(&last)) atomic_store(&mlt_pool.stop, 1);
    }
  }
}

/* Waits for work other than number `seen`. */
static uint64_t mlt_pool_await(uint32_t seen, int64_t *watch) {
  uint64_t state = atomic_load(&mlt_pool.state);
  if (MLT_POOL_NUMBER(state) != seen) return state;
  const int64_t start = mlt_now_ns();
  int64_t now = start, before = start;
  /* More helpers than cores: whoever watches takes a core from one who works. */
  const int64_t longest = mlt_pool.helpers >= mlt_pool.cores ? 0 : *watch;
  while (now - start < longest) {
    for (int i = 0; i < 16; i++) mlt_pause();
    state = atomic_load_explicit(&mlt_pool.state, memory_order_acquire);
    before = now;
    now = mlt_now_ns();
    if (now - before > MLT_TAKEN_AWAY_NS) *watch = *watch / 2 > MLT_WATCH_SHORTEST_NS ? *watch / 2 : MLT_WATCH_SHORTEST_NS;
    if (MLT_POOL_NUMBER(state) != seen) {
      *watch = *watch * 2 < MLT_WATCH_LONGEST_NS ? *watch * 2 : MLT_WATCH_LONGEST_NS;
      return state;
    }
  }
  pthread_mutex_lock(&mlt_pool.lock);
  atomic_fetch_add(&mlt_pool.sleepers, 1);
  while (MLT_POOL_NUMBER(state = atomic_load(&mlt_pool.state)) == seen) pthread_cond_wait(&mlt_pool.wake, &mlt_pool.lock);
  atomic_fetch_sub(&mlt_pool.sleepers, 1);
  pthread_mutex_unlock(&mlt_pool.lock);
  return state;
}

static void *mlt_pool_helper(void *argument) {
  const int me = (int)(intptr_t)argument;
  uint32_t seen = 0;
  int64_t watch = MLT_WATCH_LONGEST_NS;
  mlt_participant = me;
  mlt_inside = 1;
  for (;;) {
    unsigned long long state = mlt_pool_await(seen, &watch);
    seen = MLT_POOL_NUMBER(state);
    if (me >= MLT_POOL_LIMIT(state)) continue;
    while ((state & MLT_POOL_OPEN) && MLT_POOL_NUMBER(state) == seen) {
      if (!atomic_compare_exchange_weak(&mlt_pool.state, &state, state + 1)) continue;
      atomic_fetch_add_explicit(&mlt_pool.joined, 1, memory_order_relaxed);
      mlt_pool_work(me);
      const uint64_t left = atomic_fetch_sub(&mlt_pool.state, 1) - 1;
      if (!(left & (MLT_POOL_HELPERS | MLT_POOL_OPEN)) && atomic_load(&mlt_pool.waiting)) {
        pthread_mutex_lock(&mlt_pool.lock);
        pthread_cond_signal(&mlt_pool.done);
        pthread_mutex_unlock(&mlt_pool.lock);
      }
      break;
    }
  }
  return NULL;
}

/* Starts helpers until there are `wanted`; fewer where the system refuses. Signals stay with the program's threads. */
static void mlt_pool_grow(int wanted) {
  sigset_t all, before;
  sigfillset(&all);
  pthread_sigmask(SIG_SETMASK, &all, &before);
  while (mlt_pool.helpers < wanted) {
    pthread_t thread;
    if (pthread_create(&thread, NULL, mlt_pool_helper, (void *)(intptr_t)(mlt_pool.helpers + 1)) != 0) break;
    pthread_detach(thread);
    mlt_pool.helpers++;
  }
  pthread_sigmask(SIG_SETMASK, &before, NULL);
}

/* Closes the work and waits for the helpers that are in it. */
static void mlt_pool_close(void) {
  uint64_t state = atomic_fetch_and(&mlt_pool.state, ~(unsigned long long)MLT_POOL_OPEN);
  if (!(state & MLT_POOL_HELPERS)) return;
  const int64_t start = mlt_now_ns();
  do {
    for (int i = 0; i < 16; i++) {
      if (!(atomic_load(&mlt_pool.state) & MLT_POOL_HELPERS)) return;
      mlt_pause();
    }
  } while (mlt_now_ns() - start < MLT_JOIN_NS);
  pthread_mutex_lock(&mlt_pool.lock);
  atomic_store(&mlt_pool.waiting, 1);
  while (atomic_load(&mlt_pool.state) & MLT_POOL_HELPERS) pthread_cond_wait(&mlt_pool.done, &mlt_pool.lock);
  atomic_store(&mlt_pool.waiting, 0);
  pthread_mutex_unlock(&mlt_pool.lock);
}

/* After work in which the caller's part took `own` and that was over at `end`: is it worth asking for help? */
static void mlt_pool_judge(int64_t own, int64_t start, int64_t end, int called) {
  const int64_t late = end - start - own;
  const int unheard = called && !atomic_load_explicit(&mlt_pool.joined, memory_order_relaxed);
  if (unheard || (late > MLT_LATE_NS && late > own / 4)) {
    mlt_pool.alone = mlt_pool.alone ? mlt_pool.alone * 2 : MLT_ALONE_NS;
    if (!unheard && mlt_pool.alone < late * MLT_ALONE_FACTOR) mlt_pool.alone = late * MLT_ALONE_FACTOR;
    if (mlt_pool.alone > MLT_ALONE_LONGEST_NS) mlt_pool.alone = MLT_ALONE_LONGEST_NS;
    mlt_pool.alone_until = end + mlt_pool.alone;
  } else if (mlt_pool.alone) {
    mlt_pool.alone = mlt_pool.alone > MLT_ALONE_NS ? mlt_pool.alone / 2 : 0;
  }
}

/* What mlt_parallel calls, in every module. */
static int mlt_pool_run(int64_t count, int64_t chunk, mlt_task task, void *context) {
  const int64_t chunks = (count + chunk - 1) / chunk;
  int threads = mlt_runtime_pointer->threads;
  if (threads > MLT_POOL_MOST) threads = MLT_POOL_MOST;
  if (threads > chunks) threads = (int)chunks;
  /* One region at a time: another thread of the program that comes meanwhile works alone. */
  if (threads < 2 || mlt_inside || atomic_exchange(&mlt_pool.busy, 1)) return mlt_serial(count, chunk, task, context);
  const int64_t start = mlt_now_ns();
  if (start < mlt_pool.alone_until) {
    atomic_store(&mlt_pool.busy, 0);
    return mlt_serial(count, chunk, task, context);
  }
  if (mlt_pool.helpers < threads - 1) mlt_pool_grow(threads - 1);
  mlt_pool.task = task;
  mlt_pool.context = context;
  mlt_pool.count = count;
  mlt_pool.chunk = chunk;
  mlt_pool.shares = threads;
  atomic_store_explicit(&mlt_pool.stop, 0, memory_order_relaxed);
  atomic_store_explicit(&mlt_pool.joined, 0, memory_order_relaxed);
  for (int i = 0; i < threads; i++) {
    atomic_store_explicit(&mlt_pool.share[i].next, chunks * i / threads, memory_order_relaxed);
    mlt_pool.share[i].end = chunks * (i + 1) / threads;
  }
  const uint64_t number = MLT_POOL_NUMBER(atomic_load(&mlt_pool.state)) + 1;
  atomic_store(&mlt_pool.state, number << 32 | (uint64_t)threads << 17 | MLT_POOL_OPEN);
  const int called = atomic_load(&mlt_pool.sleepers) > 0;
  if (called) {
    pthread_mutex_lock(&mlt_pool.lock);
    pthread_cond_broadcast(&mlt_pool.wake);
    pthread_mutex_unlock(&mlt_pool.lock);
  }
  mlt_inside = 1;
  mlt_pool_work(0);
  mlt_inside = 0;
  const int64_t own = mlt_now_ns();
  mlt_pool_close();
  mlt_pool_judge(own - start, start, mlt_now_ns(), called);
  const int stopped = atomic_load(&mlt_pool.stop);
  atomic_store(&mlt_pool.busy, 0);
  return stopped;
}

static int mlt_pool_is_helper(void) { return mlt_participant != 0; }

/* A child of fork has none of the helpers. */
static void mlt_pool_forget(void) {
  atomic_store(&mlt_pool.state, 0);
  atomic_store(&mlt_pool.busy, 0);
  atomic_store(&mlt_pool.sleepers, 0);
  atomic_store(&mlt_pool.waiting, 0);
  mlt_pool.helpers = 0;
  mlt_pool.alone_until = 0;
  mlt_inside = 0;
  pthread_mutex_init(&mlt_pool.lock, NULL);
  pthread_cond_init(&mlt_pool.wake, NULL);
  pthread_cond_init(&mlt_pool.done, NULL);
}

static void mlt_pool_configure(mlt_runtime *runtime, int cores) {
  mlt_pool.cores = cores;
  runtime->run = mlt_pool_run;
  runtime->is_helper = mlt_pool_is_helper;
  pthread_atfork(NULL, NULL, mlt_pool_forget);
}

#endif
