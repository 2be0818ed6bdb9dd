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
    cdef unsigned int wanted           # bit i: input i has a rule
    cdef bint broadcasts               # elementwise: the engine undoes broadcasting
    cdef bint keeps_result             # a rule reads y
    cdef bint variadic                 # the one input is a sequence of tensors

# What an operation that was recorded leaves behind. Two inputs and two kept values have room in the node itself; tuples
# hold the rest, so that the commonest operations allocate nothing beside their node.
cdef class Node:
    cdef readonly Rules rules
    cdef int count                     # of edges
    cdef object edge0                  # node of the first input, or None
    cdef object edge1
    cdef tuple more_edges
    cdef object saved0                 # value of the first slot, or None
    cdef object saved1
    cdef tuple more_saved              # (value, version) of each further slot
    cdef uint64_t version0             # storage version that saved0 had
    cdef uint64_t version1
    cdef tuple adjust                  # per input None or (shape or None, dtype code); None: nothing to undo
    cdef object gradient               # what has arrived in the running backward
    cdef uint64_t visit
    cdef int cursor
    cdef bint needed
    cdef bint keeps                    # a tensor is saved
    cdef bint released
    cdef bint retains
    cdef readonly object retained
    cdef public list hooks
    cdef object code                   # code object and instruction that recorded the node
    cdef int instruction

cdef inline object edge_at(Node node, int i):
    """The node of input i, or None."""
    if i == 0:
        return node.edge0
    return node.edge1 if i == 1 else node.more_edges[i - 2]

# A tensor that the user asked a gradient for.
cdef class Leaf(Node):
    cdef public object grad
    cdef readonly tuple shape
    cdef int dtype

# One of several results of a node.
cdef class Output(Node):
    cdef int index
    cdef int outputs

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
cdef int set_edges(Node node, edges) except -1
cdef int forget_saved(Node node) except -1
cdef object unpack(Node node, int slot, bint create_graph)
cdef object source_line(object code, int instruction)
