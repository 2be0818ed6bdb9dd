/* The one thread pool: work in fixed chunks, claimed from a shared counter.
 *
 * Chunk boundaries depend on the amount of work alone, never on the number of
 * threads, so a kernel that combines per-chunk results in chunk order gives the
 * same bits with 1, 2 or 16 threads.  A late thread costs one chunk at most.
 *
 * Idle threads wait actively for a moment, then sleep, and waking them takes longer than many kernels
 * run.  After a pause the calling thread therefore begins alone, and the others are woken for what
 * is left when that took as long as waking them would have.  Where they come late although they were
 * awake, other programs have their processors: short work is then done alone for a while.
 *
 * The calling thread polls for Ctrl-C between chunks; a chunk should therefore
 * stay well below 50 ms of work.
 */
#ifndef MLTENSOR_THREAD_H
#define MLTENSOR_THREAD_H

#include <stdatomic.h>
#include <stdint.h>
#include <time.h>
#ifdef _OPENMP
#include <omp.h>
#endif
#if defined(__linux__)
#include <sched.h>
#include <unistd.h>
#endif

/* Process-wide settings, owned by the storage module. */
typedef struct {
  int threads;        /* threads a parallel region may use, at least 1 */
  int isa;            /* index of the instruction set in use, see target.h */
  int64_t stream_from; /* bytes moved from which results are written past the cache, see stream.h */
  int (*poll)(void);  /* asks for pending signals; nonzero: stop */
  atomic_llong busy;   /* when the last work that several threads could share ended, */
  atomic_llong shared; /* and the last that they shared */
  atomic_llong worth;  /* nanoseconds of work that was shared in time since a thread was late */
  atomic_llong alone;  /* until when short work is not shared, */
  atomic_llong alone_for; /* and for how long that was */
} mlt_runtime;

/* Each extension module keeps a pointer to the one runtime; set at import. */
static mlt_runtime *mlt_runtime_pointer;

/* Elements (of cheap work) below which a kernel stays on the calling thread: a fork and join of threads
 * that are awake costs 2 microseconds, and far more where other programs run. */
#define MLT_PARALLEL_THRESHOLD 131072
/* How long idle threads stay awake, and what waking them takes. */
#define MLT_AWAKE_NS 30000LL
#define MLT_WAKING_NS 30000LL
/* A thread that comes so late, when it was awake or asleep, is waited for by all: other programs have its processor.
 * Where what was shared in time since the last one was worth it, that is no matter. Else short work is done alone, at
 * first for as long as the thread was late, and twice as long every time after that. */
#define MLT_LATE_NS 20000LL
#define MLT_LATE_ASLEEP_NS 500000LL
#define MLT_WORTH 4 /* times as long as it was waited for */
#define MLT_ALONE_FIRST_NS 500000LL
#define MLT_ALONE_LATES 16 /* at most so many times as long as it was late, */
#define MLT_ALONE_MOST_NS 256000000LL
#define MLT_ALONE_WORK_NS 500000LL
#define MLT_POLL_INTERVAL_NS 20000000LL
#define MLT_SPREAD_NS 1000000LL /* a thread changes its processor no more often */

typedef void (*mlt_task)(void *context, int64_t begin, int64_t end);

static inline int64_t mlt_now_ns(void) {
  struct timespec t;
  clock_gettime(CLOCK_MONOTONIC, &t);
  return (int64_t)t.tv_sec * 1000000000LL + t.tv_nsec;
}

/* Asks for signals when the last time is long enough ago. */
static inline int mlt_poll(int64_t *last) {
  int64_t now = mlt_now_ns();
  if (now - *last < MLT_POLL_INTERVAL_NS) return 0;
  *last = now;
  return mlt_runtime_pointer->poll();
}

/* For a task whose one unit of work can be long: asks for signals on the calling thread; the other
 * threads read in `stop`, which all of them share, what it found. Nonzero: stop. */
static inline int mlt_poll_inside(atomic_int *stop, int64_t *last) {
  if (atomic_load_explicit(stop, memory_order_relaxed)) return 1;
#ifdef _OPENMP
  if (omp_get_thread_num() != 0) return 0;
#endif
  if (!mlt_poll(last)) return 0;
  atomic_store(stop, 1);
  return 1;
}

static int mlt_serial(int64_t count, int64_t chunk, mlt_task task, void *context) {
  if (count <= chunk) {
    if (count > 0) task(context, 0, count);
    return 0;
  }
  int64_t last = mlt_now_ns();
  for (int64_t begin = 0; begin < count; begin += chunk) {
    int64_t end = count - begin < chunk ? count : begin + chunk;
    task(context, begin, end);
    if (mlt_poll(&last)) return 1;
  }
  return 0;
}

static inline int64_t mlt_time_of(atomic_llong *moment) {
  return atomic_load_explicit(moment, memory_order_relaxed);
}

/* Chunks that the calling thread does alone before it asks for the others; sets `stop` when interrupted. */
static inline int64_t mlt_begin_alone(int64_t count, int64_t chunk, int64_t chunks, mlt_task task, void *context,
                                      int *stop) {
  const int64_t start = mlt_now_ns();
  const int64_t most = start < mlt_time_of(&mlt_runtime_pointer->alone)                ? MLT_ALONE_WORK_NS
                       : start - mlt_time_of(&mlt_runtime_pointer->busy) < MLT_AWAKE_NS ? 0
                                                                                        : MLT_WAKING_NS;
  int64_t last = start, k = 0;
  while (k < chunks && most > 0 && (k == chunks - 1 || mlt_now_ns() - start < most)) {
    task(context, k * chunk, count - k * chunk < chunk ? count : (k + 1) * chunk);
    k++;
    if ((*stop = mlt_poll(&last))) break;
  }
  return k;
}

#ifdef _OPENMP
#define MLT_PROCESSOR_WORDS 16

/* Takes note of the processor that a thread of the team runs on. One that sleeps often is woken where the one that wakes
 * it runs, and would stay there: where another of us is there already, it keeps to the processors of the main thread
 * that none of us is on. */
static void mlt_spread(atomic_ullong *taken) {
#if defined(__linux__)
  static _Thread_local int64_t last;
  const int here = sched_getcpu();
  if (here < 0 || here >= 64 * MLT_PROCESSOR_WORDS) return;
  const unsigned long long bit = 1ull << (here & 63);
  if (!(atomic_fetch_or(taken + here / 64, bit) & bit)) return;
  const int64_t now = mlt_now_ns();
  if (now - last < MLT_SPREAD_NS) return;
  last = now;
  cpu_set_t left;
  if (sched_getaffinity(getpid(), sizeof left, &left)) return;
  for (int k = 0; k < 64 * MLT_PROCESSOR_WORDS && k < CPU_SETSIZE; k++)
    if (atomic_load(taken + k / 64) >> (k & 63) & 1) CPU_CLR(k, &left);
  if (CPU_COUNT(&left) == 0 || sched_setaffinity(0, sizeof left, &left)) return;
  const int there = sched_getcpu();
  if (there >= 0 && there < 64 * MLT_PROCESSOR_WORDS) atomic_fetch_or(taken + there / 64, 1ull << (there & 63));
#else
  (void)taken;
#endif
}

/* A thread has come so many nanoseconds late. */
static void mlt_was_late(int64_t now, int64_t late) {
  mlt_runtime *runtime = mlt_runtime_pointer;
  int64_t alone = 0;
  if (mlt_time_of(&runtime->worth) < MLT_WORTH * late) {
    const int64_t most = MLT_ALONE_LATES * late;
    alone = 2 * mlt_time_of(&runtime->alone_for);
    if (alone > most) alone = most;
    if (alone > MLT_ALONE_MOST_NS) alone = MLT_ALONE_MOST_NS;
    if (alone < late) alone = late;
    if (alone < MLT_ALONE_FIRST_NS) alone = MLT_ALONE_FIRST_NS;
    atomic_store_explicit(&runtime->alone, now + alone, memory_order_relaxed);
  }
  atomic_store_explicit(&runtime->alone_for, alone, memory_order_relaxed);
  atomic_store_explicit(&runtime->worth, 0, memory_order_relaxed);
}

/* Chunks from `done` on, by all threads, also where there are fewer chunks: a thread that a smaller team leaves out
 * ends, and a new one takes longer than many kernels run. Nonzero when interrupted. */
static int mlt_share(int64_t count, int64_t chunk, int64_t done, int64_t chunks, mlt_task task, void *context) {
  mlt_runtime *runtime = mlt_runtime_pointer;
  const int64_t start = mlt_now_ns();
  const int awake = start - mlt_time_of(&runtime->shared) < MLT_AWAKE_NS;
  int64_t finished = 0, own = 0;
  atomic_llong next;
  atomic_int stop;
  atomic_ullong taken[MLT_PROCESSOR_WORDS];
  atomic_init(&next, done);
  atomic_init(&stop, 0);
  for (int k = 0; k < MLT_PROCESSOR_WORDS; k++) atomic_init(taken + k, 0);
  mlt_spread(taken);
#pragma omp parallel num_threads(runtime->threads)
  {
    const int caller = omp_get_thread_num() == 0;
    if (!caller) mlt_spread(taken);
    int64_t last = start;
    for (;;) {
      int64_t k = atomic_fetch_add_explicit(&next, 1, memory_order_relaxed);
      if (k >= chunks || atomic_load_explicit(&stop, memory_order_relaxed)) break;
      int64_t begin = k * chunk;
      task(context, begin, count - begin < chunk ? count : begin + chunk);
      if (!caller) continue;
      own++;
      if (mlt_poll(&last)) atomic_store(&stop, 1);
    }
    if (caller) finished = mlt_now_ns();
  }
  const int64_t end = mlt_now_ns();
  /* The others may be in the middle of a chunk when the caller has done its last. */
  const int64_t late = end - finished - 2 * (finished - start) / (own + 1);
  if (late > (awake ? MLT_LATE_NS : MLT_LATE_ASLEEP_NS)) mlt_was_late(end, late);
  else atomic_fetch_add_explicit(&runtime->worth, finished - start, memory_order_relaxed);
  atomic_store_explicit(&runtime->shared, end, memory_order_relaxed);
  return atomic_load(&stop);
}
#endif

/* Runs task(context, begin, end) over [0, count) in chunks of `chunk` units on
 * all threads.  Returns 1 when interrupted (the Python error is then set). Call
 * it without the GIL when the work is long, so that the poll can take it. */
static int mlt_parallel(int64_t count, int64_t chunk, mlt_task task, void *context) {
#ifdef _OPENMP
  const int64_t chunks = chunk > 0 ? (count + chunk - 1) / chunk : 0;
  if (mlt_runtime_pointer->threads > 1 && chunks > 1 && !omp_in_parallel()) {
    int interrupted = 0;
    const int64_t done = mlt_begin_alone(count, chunk, chunks, task, context, &interrupted);
    if (done < chunks && !interrupted) interrupted = mlt_share(count, chunk, done, chunks, task, context);
    atomic_store_explicit(&mlt_runtime_pointer->busy, mlt_now_ns(), memory_order_relaxed);
    return interrupted;
  }
#endif
  return mlt_serial(count, chunk, task, context);
}

/* The same for chunks that take longer than waking the other threads. */
static inline int mlt_parallel_long(int64_t count, int64_t chunk, mlt_task task, void *context) {
  atomic_store_explicit(&mlt_runtime_pointer->busy, mlt_now_ns(), memory_order_relaxed);
  atomic_store_explicit(&mlt_runtime_pointer->alone, 0, memory_order_relaxed);
  return mlt_parallel(count, chunk, task, context);
}

#endif
