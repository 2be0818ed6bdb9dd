from cpython.object cimport PyObject

from mltensor._core.operation cimport Op

# Sorts arguments into the order of the signature, fills defaults in; `keep` holds what was made for it.
cdef int parse(Op op, PyObject** arguments, Py_ssize_t count, PyObject* names, PyObject** values, list keep) except -1
# Array-likes and scalars among the inputs to tensors on one device; returns the device.
cdef int convert_inputs(Op op, PyObject** values, list keep, list classes) except -1
