from libc.stdint cimport int64_t, uint64_t
from cpython.ref cimport PyObject

cdef extern from "mltensor/thread.h" nogil:
    ctypedef struct mlt_runtime:
        int threads
        int isa
        int64_t stream_from
        int (*poll)() noexcept nogil

# How a kernel looks to dispatch: the arguments in the order of the record's signature, inputs
# converted to tensors, defaults filled in; the result a new tensor or a tuple of them.
ctypedef object (*Kernel)(PyObject** arguments)

cdef object kernel_capsule(Kernel function)

# A way past the parsing of arguments for the commonest calls of an operation: positional arguments
# only, the first one a plain tensor off the tape (an operation on a sequence of tensors looks itself whether they are).
# None: this call is another kind, take the long way.
ctypedef object (*Shortcut)(PyObject** arguments, Py_ssize_t count)

cdef object shortcut_capsule(Shortcut function)

# The process-wide settings. Every kernel module calls
# `mlt_runtime_pointer = runtime()` at import (declared `extern mlt_runtime *mlt_runtime_pointer`).
cdef mlt_runtime* runtime() noexcept nogil

cdef class Device:
    cdef readonly str type
    cdef readonly int index
    cdef int code

cdef class Storage:
    cdef char* data
    cdef uint64_t nbytes
    cdef uint64_t version          # counts in-place writes; the tape compares it
    cdef object owner              # what keeps foreign memory alive, or None for our own
    cdef int device
    cdef bint writeable
    cdef bint kept                 # the tape keeps a value that lies here: writes note their line
    cdef object overwritten        # (code object, instruction) of the last in-place write, or None

# Counts an in-place write, and notes its line where the tape keeps what was there.
cdef int written(Storage storage) except -1
# Code object that Python is running (None outside of any), and the instruction it is at.
cdef object running_code(int* instruction)

cdef Device device_object(int code)
cdef int device_code(object device) except -1
cdef int default_device_code() noexcept nogil
cdef Storage new_storage(uint64_t nbytes, int device)
cdef Storage foreign_storage(char* data, uint64_t nbytes, object owner, bint writeable)

# Device codes below this are memory of the host.
cdef enum:
    HOSTS = 2

# Raises what a signal handler raised, when a kernel reports that it was interrupted.
cdef int check_interrupt(int interrupted) except -1
