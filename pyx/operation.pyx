"""Operations as objects: what a record says, ready for calling; what their inputs and results are.

An Op is callable as a function and binds as a method without a bound-method object.
"""

from cpython.complex cimport PyComplex_CheckExact
from cpython.float cimport PyFloat_CheckExact
from cpython.long cimport PyLong_CheckExact
from cpython.object cimport PyObject
from cpython.pycapsule cimport PyCapsule_CheckExact, PyCapsule_GetPointer

from mltensor._core.dtypes cimport (
    BFLOAT16, BOOL, COMPLEX128, FLOAT64, INT8, INT64, code_of, complex_of, default_float_code, float_of, is_complex,
    is_inexact, kind_of, promotion)
from mltensor._core.elementwise cimport find_loops
from mltensor._core.interop cimport COPY_IF_NEEDED, as_tensor
from mltensor._core.storage cimport Kernel, Shortcut
from mltensor._core.tape cimport Rules
from mltensor._core.tensor cimport Tensor, like_class

import importlib
import sys

cdef extern from "Python.h":
    ctypedef struct PyTypeObject:
        pass
    PyObject* PyVectorcall_Call(PyObject* callable, PyObject* args, PyObject* kwargs) except NULL
    PyObject* PyMethod_New(object function, object self) except NULL
    bint PyBool_Check(object o)
    void Py_DECREF_pointer "Py_DECREF"(PyObject* o)

cdef extern from *:
    """
    /* Lets instances of an extension type be called by the vectorcall protocol and be bound as methods
     * without a bound-method object. Done once, before any instance exists. */
    static void mlt_make_callable(PyTypeObject *type, Py_ssize_t offset) {
      type->tp_vectorcall_offset = offset;
      type->tp_call = PyVectorcall_Call;
      type->tp_flags |= Py_TPFLAGS_HAVE_VECTORCALL | Py_TPFLAGS_METHOD_DESCRIPTOR;
      PyType_Modified(type);
    }
    """
    void mlt_make_callable(PyTypeObject* type, Py_ssize_t offset)


# --- classes of results ------------------------------------------------------------------------

cdef dict result_classes = {Tensor: Tensor}


cdef object result_class(object cls):
    """Class that results of operations on `cls` have: its `_result_class`, else Tensor itself."""
    found = result_classes.get(cls)
    if found is None:
        found = getattr(cls, "_result_class", None)
        if found is None:
            found = Tensor
        result_classes[cls] = found
    return found


cdef object winner(object first, object cls):
    """The class of the result when one more input is of class `cls`: a subclass wins."""
    if cls is Tensor:
        return first
    cls = result_class(cls)
    return first if cls is Tensor else cls


cdef object with_class(object result, object cls):
    if cls is Tensor:
        return result
    if isinstance(result, Tensor):
        return like_class(<Tensor> result, cls)
    if type(result) is tuple or type(result) is list:
        return type(result)([with_class(one, cls) for one in result])
    return result


# --- inputs ------------------------------------------------------------------------------------

cdef bint is_weak(object value):
    """A Python scalar, whose dtype gives way to a tensor's."""
    return (PyFloat_CheckExact(value) or PyLong_CheckExact(value) or PyBool_Check(value)
            or PyComplex_CheckExact(value))


cdef int weak_dtype(object value, int dtype) except -1:
    """dtype of a tensor's dtype and a Python scalar together (NEP 50)."""
    if PyBool_Check(value):
        return dtype
    if PyLong_CheckExact(value):
        return INT64 if dtype == BOOL else dtype
    if PyFloat_CheckExact(value):
        return dtype if is_inexact(dtype) else default_float_code()
    if is_complex(dtype):
        return dtype
    return complex_of[dtype] if is_inexact(dtype) else COMPLEX128


# Classes of results that have a default float of their own -> its code; see `set_class_float`.
cdef dict class_floats = {}


def set_class_float(cls, dtype):
    """Let integers become a floating dtype of a class's own where tensors of it meet floating numbers.

    Parameters
    ----------
    cls : type
        A class of results.
    dtype : dtype
        What integers become beside Python floats and in functions such as sqrt. Beside floating tensors
        they take on the dtype of these: PyTorch's rule. Other classes follow NumPy.
    """
    class_floats[cls] = code_of(dtype)


cdef int class_dtype(object cls, list codes, list scalars, int common) except -1:
    """dtype of tensors and Python scalars together, by the rule of the class; `common` is NumPy's answer."""
    cdef int code, floating = -1, whole = -1
    cdef int own
    found = class_floats.get(cls)
    if found is None:
        return common
    own = found
    for code in codes:
        if is_inexact(code):
            floating = code if floating < 0 else promotion[floating][code]
        else:
            whole = code if whole < 0 else promotion[whole][code]
    common = floating if floating >= 0 else whole
    for scalar in scalars:
        if is_inexact(common) or not (PyFloat_CheckExact(scalar) or PyComplex_CheckExact(scalar)):
            common = weak_dtype(scalar, common)
        else:
            common = own if PyFloat_CheckExact(scalar) else complex_of[own]
    return common


cdef int class_float(object cls, int dtype) except -1:
    """What integers become in a floating function: `dtype`, unless the class has a float of its own."""
    found = class_floats.get(cls)
    return dtype if found is None else <int> found


cdef Tensor adopt(object value, int dtype, int device):
    """An array-like as a tensor."""
    return as_tensor(value, dtype, device, COPY_IF_NEEDED)


# --- the operation ------------------------------------------------------------------------------

cdef class Op:
    # The docstring of an instance is its operation's; see __doc__ below.

    def __init__(self, record):
        cdef int k, d
        self.vectorcall = call_hook
        self.record = record
        self.name = record.name
        arguments = record.arguments
        self.count = len(arguments)
        if self.count > 16:
            raise ValueError(f"operation {self.name!r} has {self.count} arguments; 16 are the most")
        self.names = tuple([sys.intern(name) for name, _, _ in arguments])
        self.defaults = tuple([default for _, _, default in arguments])
        self.ints_position = self.out_position = self.dtype_position = -1
        positions = []
        kinds = {"value": VALUE, "tensor": TENSOR, "tensors": TENSORS, "selector": SELECTOR, "ints": INTS}
        for k, (name, kind, _) in enumerate(arguments):
            self.kinds[k] = kinds[kind]
            if kind == "ints":
                self.ints_position = k
            if kind in ("tensor", "tensors", "selector"):
                positions.append(k)
            if name == "out":
                self.out_position = k
            if name == "dtype":
                self.dtype_position = k
        self.inputs = len(positions)
        self.promotes = record.returns == "PROMOTED"
        self.positional = record.positional
        if record.expr is not None:
            self.loops = find_loops(record.name)
            self.arity = self.loops.arity
            self.returns = self.loops.returns
            self.floats = record.accepts in ("FLOATING", "REAL_FLOATING") and not record.in_double
            for d in range(15):
                self.loop_dtype[d] = self.dtype_for(d, record.accepts)
                # Integer powers look at their exponents first.
                self.fast[d] = self.loop_dtype[d] == d and not (self.name == "power" and kind_of[d] == c"i")
        self.via = record.via
        self.alone = (self.arity == 0 and self.via is None and self.kinds[0] == TENSOR and ... not in self.defaults[1:]
                      and INTS not in [self.kinds[k] for k in range(self.count)])
        if record.vjp:
            inputs = record.inputs
            self.rules = Rules(record.name, record.vjp, inputs, inputs if record.expr else list(self.names), positions,
                               record.expr is not None, TENSORS in [self.kinds[k] for k in positions])

    def dtype_for(self, int dtype, str accepts):
        """Code of the dtype in which an input of a dtype is computed, or -1."""
        if dtype == BFLOAT16:
            return -1
        if self.loops.by_dtype[dtype].loop != NULL:
            return dtype
        if accepts in ("FLOATING", "REAL_FLOATING") and not is_inexact(dtype):
            return float_of[dtype] if self.floats else FLOAT64
        if dtype == BOOL and accepts in ("NUMERIC", "REAL", "INTEGER"):
            return INT8
        return -1

    def bind(self, int device, kernel):
        """Use a kernel (a capsule of a C function) for tensors on a device."""
        if not PyCapsule_CheckExact(kernel):
            raise TypeError(f"the kernel of {self.name!r} must be a capsule, not {type(kernel).__name__}")
        self.kernels[device] = <Kernel> PyCapsule_GetPointer(kernel, "mltensor.kernel")

    def take_shortcut(self, shortcut):
        """Use a function (a capsule) that answers the commonest calls before arguments are parsed."""
        self.shortcut = <Shortcut> PyCapsule_GetPointer(shortcut, "mltensor.shortcut")

    def __call__(self, *args, **kwargs):
        answer = PyVectorcall_Call(<PyObject*> self, <PyObject*> args, <PyObject*> kwargs)
        result = <object> answer
        Py_DECREF_pointer(answer)
        return result

    def __get__(self, instance, owner):
        if instance is None:
            return self
        answer = PyMethod_New(self, instance)
        result = <object> answer
        Py_DECREF_pointer(answer)
        return result

    @property
    def __name__(self):
        return self.name.rpartition(".")[2]

    @property
    def __qualname__(self):
        return self.name.rpartition(".")[2]

    @property
    def __module__(self):
        return ("mltensor." + self.name).rpartition(".")[0]

    @property
    def __doc__(self):
        return self.record.documentation

    @property
    def __signature__(self):
        # `inspect` takes ten milliseconds to import, and few ask for a signature.
        return importlib.import_module("mltensor._ops.signatures").python_signature(self.record.signature)

    def __reduce__(self):
        return find_operation, (self.name,)

    def __repr__(self):
        return f"<operation {self.name}{self.__signature__}>"


cdef class ElementwiseOp(Op):
    """An operation that works element by element, NumPy's `ufunc`.

    Beside being called it has `outer`, `reduce`, `accumulate`, `reduceat` and `at`, and the attributes `nin`, `nout`,
    `nargs`, `identity`, `types`, `ntypes` and `signature`.
    """

    def __getattr__(self, name):
        # The room attaches them to the class when one is first asked for: a script that calls operations pays for none.
        if name in METHODS:
            importlib.import_module("mltensor._on_demand.ufuncs")
            return object.__getattribute__(self, name)
        raise AttributeError(f"the operation {self.name!r} has no attribute {name!r}")

    def __dir__(self):
        return sorted({*object.__dir__(self), *METHODS})


METHODS = frozenset(("accumulate", "at", "identity", "nargs", "nin", "nout", "ntypes", "outer", "reduce", "reduceat",
                     "signature", "types"))


# What calling an Op does, plugged in by the dispatch module above.
cdef vectorcall_function call_hook = NULL


cdef int plug_call(vectorcall_function function) except -1:
    global call_hook
    call_hook = function
    return 0


cdef void install_vectorcall() except *:
    cdef Op probe = Op.__new__(Op)
    cdef Py_ssize_t offset = <char*> &probe.vectorcall - <char*> <void*> probe
    mlt_make_callable(<PyTypeObject*> Op, offset)
    mlt_make_callable(<PyTypeObject*> ElementwiseOp, offset)


install_vectorcall()


OPERATIONS = {}


def find_operation(name):
    """The operation of a name."""
    return OPERATIONS[name]
