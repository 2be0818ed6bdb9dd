from cpython.object cimport PyObject
from libc.stdint cimport int8_t, uint32_t, uint64_t

from mltensor._core.tensor cimport Tensor

# What one operation's gradient rules need, worked out once from the names of their parameters.
cdef class Rules:
    cdef readonly str name
    cdef readonly tuple functions      # one per tensor input, or None
    cdef int inputs
    cdef int input_argument[16]        # position of each input among the arguments
    cdef int slots
    cdef int8_t slot_kind[16]
    cdef int8_t slot_argument[16]
    cdef uint32_t slot_users[16]       # bit i: the rule of input i reads this slot
    cdef int rule_length[16]
    cdef int8_t rule_slot[16][8]       # slot of each parameter, -1 for g
    cdef bint broadcasts               # elementwise: the engine undoes broadcasting
    cdef bint keeps_result             # a rule reads y
    cdef bint variadic                 # the one input is a sequence of tensors

cdef class Node:
    cdef readonly Rules rules
    cdef readonly tuple edges          # node of each input, or None
    cdef tuple saved                   # one entry per slot, or None
    cdef tuple adjust                  # per input None or (shape or None, dtype code); None: nothing to undo
    cdef uint64_t versions[16]
    cdef object gradient               # what has arrived in the running backward
    cdef uint64_t visit
    cdef int cursor
    cdef bint needed
    cdef bint released
    cdef bint retains
    cdef readonly object retained
    cdef public list hooks
    cdef object code                   # code object and instruction that recorded the node
    cdef int instruction

# A tensor that the user asked a gradient for.
cdef class Leaf(Node):
    cdef public object grad
    cdef readonly tuple shape
    cdef int dtype

# One of several results of a node.
cdef class Output(Node):
    cdef int index
    cdef int count

# A node whose backward is a Python callable taking the gradients and giving a tuple.
cdef class PythonNode(Node):
    cdef object function
    cdef readonly str title
    cdef tuple saved_tensors
    cdef tuple saved_versions
    cdef int outputs

cdef bint grad_enabled() noexcept nogil
cdef bint set_grad(bint enabled) noexcept nogil
cdef object current_node(Tensor t)
cdef int record(Rules rules, object result, PyObject** arguments) except -1
cdef object unpack(Node node, int slot, bint create_graph)
cdef object source_line(object code, int instruction)
cdef object capture_line()
