"""Memory and where it lives: storage, devices, and the settings of the one thread pool."""

cimport cython
from cpython.pycapsule cimport PyCapsule_New
from cpython.exc cimport PyErr_CheckSignals
from cpython.object cimport PyObject
from libc.stdint cimport uint64_t

import operator
import os

from mltensor.errors import AllocationError, DeviceError

cdef extern from "mltensor/target.h" nogil:
    int mlt_detect_isa()
    enum:
        ISA_BASE "MLT_ISA_BASE"
        ISA_AVX2 "MLT_ISA_AVX2"
        ISA_AVX512 "MLT_ISA_AVX512"

cdef extern from "Python.h":
    void Py_DECREF_pointer "Py_DECREF"(PyObject* o)

cdef extern from "mltensor/thread.h" nogil:
    mlt_runtime* mlt_runtime_pointer

cdef extern from "mltensor/allocator.h" nogil:
    void* mlt_allocate(uint64_t bytes)
    void mlt_free(void* memory, uint64_t bytes)
    void mlt_trim()
    ctypedef struct mlt_large_cache:
        uint64_t cached_bytes
        uint64_t limit_bytes
        uint64_t used_bytes
        uint64_t peak_bytes
        uint64_t reused
        uint64_t fresh
        uint64_t trims
    mlt_large_cache mlt_large
    void mlt_allocator_configure(uint64_t limit)

# More are never started, whoever asks.
MOST_THREADS = 1024
ISA_NAMES = ("base", "avx2", "avx512")

cdef mlt_runtime settings
# Threads the user asked for, and processors there are for them.
cdef int requested = 1
cdef int processors = 1


cdef int poll_signals() noexcept nogil:
    with gil:
        try:
            PyErr_CheckSignals()
        except BaseException as error:
            pending.append(error)
            return 1
    return 0


cdef list pending = []


cdef object kernel_capsule(Kernel function):
    return PyCapsule_New(<void*> function, "mltensor.kernel", NULL)


cdef object shortcut_capsule(Shortcut function):
    return PyCapsule_New(<void*> function, "mltensor.shortcut", NULL)


cdef mlt_runtime* runtime() noexcept nogil:
    return &settings


cdef int check_interrupt(int interrupted) except -1:
    if interrupted and pending:
        raise pending.pop()
    return 0


def within_quota(count):
    """So many processors, or fewer where the cgroup's quota says so."""
    try:
        with open("/sys/fs/cgroup/cpu.max") as file:
            quota, period = file.read().split()
        if quota != "max":
            count = min(count, max(1, -(-int(quota) // int(period))))
    except (OSError, ValueError):
        pass
    return count


def available_threads():
    """Threads this process may use: its CPU affinity, within its cgroup's quota."""
    return within_quota(len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1)


def usable_processors():
    """Processors of the machine, within the cgroup's quota; MLTENSOR_PROCESSORS overrules it.

    Not the affinity: an OpenMP library that was loaded earlier may have bound this thread to one of them.
    """
    wanted = os.environ.get("MLTENSOR_PROCESSORS", "")
    if not wanted:
        return within_quota(os.cpu_count() or 1)
    if not (wanted.isascii() and wanted.isdigit() and 0 < int(wanted) <= MOST_THREADS):
        raise ImportError(f"MLTENSOR_PROCESSORS={wanted!r}: it must be a number from 1 to {MOST_THREADS}")
    return int(wanted)


def available_memory():
    """Bytes this process may use: the machine's memory, within its cgroup's limit; 8 GiB where nobody says."""
    try:
        memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
    except (ValueError, OSError):
        memory = 8 << 30
    try:
        with open("/sys/fs/cgroup/memory.max") as file:
            limit = file.read().strip()
        if limit != "max":
            memory = min(memory, int(limit))
    except (OSError, ValueError):
        pass
    return memory


def last_level_cache():
    """Bytes of the cache that the first processor shares with others; 32 MiB where nobody says.

    Not what `sysconf` says: that is the sum over all processors of a package.
    """
    try:
        with open("/sys/devices/system/cpu/cpu0/cache/index3/size") as file:
            return int(file.read().strip().removesuffix("K")) << 10
    except (OSError, ValueError):
        return 32 << 20


def get_num_threads():
    """Number of threads that kernels may use."""
    return requested


def set_num_threads(count):
    """Set how many threads kernels may use. Results do not depend on it.

    More threads than processors would wait for each other, so no more than there are processors run.

    Parameters
    ----------
    count : int
        At least 1.
    """
    count = operator.index(count)
    if count < 1:
        raise ValueError(f"the number of threads must be at least 1, not {count}")
    use_threads(min(count, MOST_THREADS))


cdef void use_threads(int count) noexcept:
    global requested
    requested = count
    settings.threads = min(count, processors)


def isa():
    """Name of the instruction set the kernels run on: base, avx2 or avx512."""
    return ISA_NAMES[settings.isa]


def memory_stats():
    """What the caching allocator does, in blocks of more than 16 KiB.

    Returns
    -------
    dict of str to int
        ``used_bytes`` in the hands of tensors and ``peak_bytes``, the most there have been; ``cached_bytes`` kept
        for reuse and their bound ``limit_bytes``; how many requests were ``reused`` from the cache and how many were
        ``fresh`` from the system; how often the cache was emptied, ``trims``.

    Notes
    -----
    Freed memory is kept because touching fresh memory costs more than the arithmetic that fills it. The bound is an
    eighth of the memory that the process may use; `set_memory_limit` sets another, `empty_cache` gives back what is
    kept.
    The cache is also emptied when the system refuses memory, or when a large request would leave little.
    Smaller blocks are kept by each thread, at most 256 KiB of a size, and cut from slabs of 1 MiB, of which 16 are
    kept where none of their blocks is in use.

    >>> import mltensor as np
    >>> np.empty_cache()
    >>> np.memory_stats()["cached_bytes"]
    0
    """
    return {"used_bytes": mlt_large.used_bytes, "peak_bytes": mlt_large.peak_bytes,
            "cached_bytes": mlt_large.cached_bytes, "limit_bytes": mlt_large.limit_bytes, "reused": mlt_large.reused,
            "fresh": mlt_large.fresh, "trims": mlt_large.trims}


def set_memory_limit(nbytes):
    """Set how many bytes of freed memory the allocator may keep for reuse.

    Parameters
    ----------
    nbytes : int
        0 keeps none.
    """
    if nbytes < 0:
        raise ValueError(f"the limit must not be negative, got {nbytes}")
    mlt_large.limit_bytes = nbytes
    if mlt_large.cached_bytes > mlt_large.limit_bytes:
        mlt_trim()


def empty_cache():
    """Give the memory that is kept for reuse back to the system."""
    mlt_drop_storages()
    mlt_trim()


cdef void configure() except *:
    global mlt_runtime_pointer, processors
    settings.poll = poll_signals
    settings.stream_from = min(max(last_level_cache() // 2, 8 << 20), 32 << 20)
    mlt_runtime_pointer = &settings
    best = mlt_detect_isa()
    wanted = os.environ.get("MLTENSOR_ISA")
    if wanted is None:
        settings.isa = best
    elif wanted not in ISA_NAMES:
        raise ImportError(f"MLTENSOR_ISA={wanted!r}: it must be one of {', '.join(ISA_NAMES)}")
    elif ISA_NAMES.index(wanted) > best:
        raise ImportError(f"MLTENSOR_ISA={wanted}: this machine has no more than {ISA_NAMES[best]}")
    else:
        settings.isa = ISA_NAMES.index(wanted)
    threads = os.environ.get("OMP_NUM_THREADS", "").split(",")[0].strip()
    count = int(threads) if threads.isascii() and threads.isdigit() else 0
    processors = usable_processors()
    use_threads(min(count, MOST_THREADS) if count else available_threads())
    mlt_allocator_configure(max(64 << 20, available_memory() // 8))
    # A child of fork has none of the pool's threads: it would wait for them for ever.
    if hasattr(os, "register_at_fork"):
        os.register_at_fork(after_in_child=lambda: set_num_threads(1))


configure()


@cython.final
cdef class Device:
    """Where a tensor's memory lives, for example ``cpu`` or ``cpu:1``.

    ``cpu:1`` is the same memory under another name: programs for several devices can be tested on
    a machine that has one.
    """

    def __init__(self, spec="cpu", index=None):
        name, _, number = str(spec).partition(":")
        if number and index is not None:
            raise DeviceError(f"device {spec!r} names its index already; do not give index={index} too")
        if number and not number.isdigit():
            raise DeviceError(f"{spec!r} is not a device: the part after ':' must be a number")
        self.type = name
        self.index = int(number) if number else int(index or 0)
        self.code = -1

    def __str__(self):
        return self.type if self.index == 0 else f"{self.type}:{self.index}"

    def __repr__(self):
        return f"device(type={self.type!r}, index={self.index})"

    def __eq__(self, other):
        if isinstance(other, str):
            other = Device(other)
        if not isinstance(other, Device):
            return NotImplemented
        return self.type == (<Device> other).type and self.index == (<Device> other).index

    def __hash__(self):
        return hash((self.type, self.index))

    def __reduce__(self):
        return Device, (str(self),)


cdef list device_table = []


def register_device(str spec):
    """Make a device known; its kernels are registered with dispatch under its type."""
    cdef Device device = Device(spec)
    device.code = len(device_table)
    device_table.append(device)
    return device


register_device("cpu")
register_device("cpu:1")


def devices():
    """All devices tensors can live on."""
    return tuple(device_table)


def as_device(device):
    """The device that a name, a Device or None (the default) stands for."""
    return device_object(device_code(device))


cdef Device device_object(int code):
    return <Device> device_table[code]


cdef int default_device_code() noexcept nogil:
    return 0


cdef int device_code(object device) except -1:
    """Code of a device given as a Device, a name or None for the default."""
    if device is None:
        return default_device_code()
    if isinstance(device, str):
        device = Device(device)
    if isinstance(device, Device):
        if (<Device> device).code >= 0:
            return (<Device> device).code
        for known in device_table:
            if known == device:
                return (<Device> known).code
    raise DeviceError(
        f"there is no device {str(device)!r}; the devices are {', '.join(map(str, device_table))}")


# Storages of small tensors come and go by the million: they are kept with their block, by size, and used again. The
# lock of the interpreter guards the lists.
cdef extern from *:
    """
    #define MLT_STORAGES_KEPT 64
    static PyObject *mlt_kept_storages[MLT_SMALL_CLASSES][MLT_STORAGES_KEPT];
    static int mlt_kept_storage_count[MLT_SMALL_CLASSES];
    static destructor mlt_slow_storage_dealloc;
    static void mlt_recycle_storage(PyObject *o);
    static inline PyObject *mlt_revive_storage(uint64_t nbytes) {
      if (nbytes > MLT_SMALL_LIMIT) return NULL;
      const int k = mlt_small_class(nbytes);
      if (mlt_kept_storage_count[k] == 0) return NULL;
      PyObject *o = mlt_kept_storages[k][--mlt_kept_storage_count[k]];
    #if defined(Py_REF_DEBUG) || defined(Py_TRACE_REFS)
      PyObject_Init(o, Py_TYPE(o));
    #else
      Py_SET_REFCNT(o, 1); /* it has kept its type */
    #endif
      return o;
    }
    static inline int mlt_keep_storage(PyObject *o, uint64_t nbytes) {
    #ifdef Py_GIL_DISABLED
      return 0;
    #else
      if (nbytes > MLT_SMALL_LIMIT) return 0;
      const int k = mlt_small_class(nbytes);
      if (mlt_kept_storage_count[k] == mlt_small_keep[k]) return 0;
      mlt_kept_storages[k][mlt_kept_storage_count[k]++] = o;
      return 1;
    #endif
    }
    /* Gives the kept ones up, with their blocks. */
    static void mlt_drop_storages(void) {
      for (int k = 0; k < MLT_SMALL_CLASSES; k++)
        while (mlt_kept_storage_count[k] > 0)
          mlt_slow_storage_dealloc(mlt_kept_storages[k][--mlt_kept_storage_count[k]]);
    }
    static void mlt_install_storage_recycling(PyTypeObject *type) {
      mlt_slow_storage_dealloc = type->tp_dealloc;
      type->tp_dealloc = mlt_recycle_storage;
    }
    """
    ctypedef struct PyTypeObject:
        pass
    PyObject* mlt_revive_storage(uint64_t nbytes)
    bint mlt_keep_storage(PyObject* o, uint64_t nbytes)
    void mlt_slow_storage_dealloc(PyObject* o)
    void mlt_drop_storages()
    void mlt_install_storage_recycling(PyTypeObject* type)


# The collector must not clear `owner` before __dealloc__ asks whose memory it is.
@cython.no_gc_clear
@cython.final
@cython.no_gc
@cython.freelist(512)
cdef class Storage:
    """A block of memory that tensors are views of."""

    def __dealloc__(self):
        if self.owner is None and self.data != NULL:
            mlt_free(self.data, self.nbytes)


cdef void mlt_recycle_storage "mlt_recycle_storage"(PyObject* o) noexcept:
    """tp_dealloc of the class. No reference to `o` may be taken here."""
    if ((<Storage> o).owner is None and (<Storage> o).overwritten is None and (<Storage> o).data != NULL
            and mlt_keep_storage(o, (<Storage> o).nbytes)):
        return
    mlt_slow_storage_dealloc(o)


mlt_install_storage_recycling(<PyTypeObject*> Storage)


cdef Storage new_storage(uint64_t nbytes, int device):
    """Uninitialised memory from the caching allocator."""
    cdef Storage storage
    cdef PyObject* o = mlt_revive_storage(nbytes)
    if o != NULL:
        storage = <Storage> o
        Py_DECREF_pointer(o)
        storage.version = 0
        storage.kept = False
    else:
        storage = Storage.__new__(Storage)
        storage.data = <char*> mlt_allocate(nbytes)
    storage.nbytes = nbytes
    storage.device = device
    storage.writeable = True
    if storage.data == NULL:
        raise AllocationError(f"cannot allocate {nbytes} bytes ({nbytes / 2**30:.1f} GiB) for a tensor")
    return storage


cdef Storage foreign_storage(char* data, uint64_t nbytes, object owner, bint writeable):
    """Memory that somebody else owns; `owner` is kept alive as long as the storage."""
    cdef Storage storage = Storage.__new__(Storage)
    storage.data = data
    storage.nbytes = nbytes
    storage.owner = owner
    storage.writeable = writeable
    return storage


# --- writes ----------------------------------------------------------------------------------

cdef extern from *:
    """
    static PyObject *mlt_frame_code(int *instruction) {
      PyFrameObject *frame = PyEval_GetFrame();
      if (!frame) return NULL;
      *instruction = PyFrame_GetLasti(frame);
      return (PyObject *)PyFrame_GetCode(frame);
    }
    """
    PyObject* mlt_frame_code(int* instruction)

cdef object running_code(int* instruction):
    cdef PyObject* code = mlt_frame_code(instruction)
    if code == NULL:
        return None
    result = <object> code
    Py_DECREF_pointer(code)
    return result


cdef int written(Storage storage) except -1:
    cdef int instruction = 0
    storage.version += 1
    if storage.kept:
        code = running_code(&instruction)
        storage.overwritten = (code, instruction)
    return 0
