"""The one class of the library: strided memory with a dtype, a device and a place on the tape.

The class holds data and answers the interpreter; what an operator does is plugged into `slots` by
the layers above.
"""

from cpython.mem cimport PyMem_Free, PyMem_Malloc
from cpython.object cimport Py_EQ, Py_GT, Py_LE, Py_LT, Py_NE, PyObject
from libc.stdint cimport int64_t
from libc.string cimport memcpy

from mltensor._core.dtypes cimport FLOAT64, kind_of, mlt_itemsize, objects
from mltensor._core.shapes cimport checked_size
from mltensor._core.storage cimport Storage, device_object, new_storage

from mltensor.errors import ReadOnlyError, ShapeError

cdef extern from "Python.h":
    ctypedef struct PyTypeObject:
        pass
    void PyType_Modified(PyTypeObject* type)

# tp_dict is reachable by a function since 3.12 and by the field before.
cdef extern from *:
    """
    static PyObject *mlt_type_dict(PyTypeObject *type) {
    #if PY_VERSION_HEX >= 0x030C0000
      return PyType_GetDict(type);
    #else
      Py_XINCREF(type->tp_dict);
      return type->tp_dict;
    #endif
    }
    /* An instance of a subclass, past a `__new__` that the subclass defines for its users. */
    static PyObject *mlt_new_instance(PyTypeObject *tensor, PyTypeObject *type, PyObject *nothing) {
      return tensor->tp_new(type, nothing, NULL);
    }
    """
    object mlt_type_dict(PyTypeObject* type)
    object mlt_new_instance(PyTypeObject* tensor, PyTypeObject* type, tuple nothing)


cdef class Tensor:
    """Array of numbers of one dtype on one device, with a place on the tape of gradients.

    Make one with :func:`mltensor.array`, :func:`mltensor.zeros` and their kin.
    """

    # NumPy's own operators hand over to ours.
    __array_priority__ = 1000

    def __cinit__(self, *args, **kwargs):
        # Whatever a subclass does, the tensor is a valid one from the start: an empty one.
        self.view.shape = self.inline_dims
        self.view.strides = self.inline_dims + MLT_INLINE_DIMS
        self.view.ndim = 1
        self.view.shape[0] = 0
        self.view.strides[0] = 8
        self.view.dtype = FLOAT64
        self.view.contiguous = True
        self.view.writeable = True
        self.storage = no_memory
        self.view.data = self.storage.data

    def __init__(self, shape=None, dtype=None, buffer=None, offset=0, strides=None, order=None):
        if type(self) is Tensor and shape is not None:
            set_data(self, constructor(shape, dtype, buffer, offset, strides, order))

    # --- geometry -----------------------------------------------------------------------

    @property
    def shape(self):
        """Lengths of the dimensions."""
        return shape_tuple(self)

    @property
    def strides(self):
        """Bytes from one element to the next along each dimension."""
        return tuple([self.view.strides[i] for i in range(self.view.ndim)])

    @property
    def ndim(self):
        """Number of dimensions."""
        return self.view.ndim

    @property
    def size(self):
        """Number of elements."""
        return self.view.size

    @property
    def itemsize(self):
        """Bytes of one element."""
        return mlt_itemsize[self.view.dtype]

    @property
    def nbytes(self):
        """Bytes of all elements."""
        return self.view.size * mlt_itemsize[self.view.dtype]

    @property
    def dtype(self):
        """The numpy.dtype of the elements."""
        return <object> objects[self.view.dtype]

    @property
    def device(self):
        """Where the memory lives."""
        return device_object(self.storage.device)

    @property
    def contiguous_(self):
        """True when the elements lie in C order without gaps."""
        return bool(self.view.contiguous)

    @property
    def writeable(self):
        """True when the elements may be assigned to."""
        return bool(self.view.writeable)

    @property
    def version(self):
        """How often the memory has been written in place."""
        return self.storage.version

    def __len__(self):
        if self.view.ndim == 0:
            raise TypeError("len() of a 0-d tensor; it holds one value, use .size or .item()")
        return self.view.shape[0]

    def __hash__(self):
        return <Py_hash_t> (<size_t> <void*> self >> 4)

    # --- one value ----------------------------------------------------------------------

    def __bool__(self):
        if self.view.size != 1:
            raise ShapeError(
                f"the truth value of a tensor of shape {shape_tuple(self)} is ambiguous; "
                "use .any() or .all()")
        return bool(slots.item(self))

    def __int__(self):
        return int(slots.item(one_value(self, "int")))

    def __float__(self):
        return float(slots.item(one_value(self, "float")))

    def __complex__(self):
        return complex(slots.item(one_value(self, "complex")))

    def __index__(self):
        if kind_of[self.view.dtype] not in b"iu" or self.view.ndim != 0:
            raise TypeError(
                f"only 0-d integer tensors can be used as an index, not shape {shape_tuple(self)} "
                f"dtype {self.dtype}")
        return slots.item(self)

    def __round__(self, ndigits=None):
        return round(slots.item(one_value(self, "round")), ndigits)

    def __repr__(self):
        return text_of(self)

    def __str__(self):
        return plain_text_of(self)

    # --- operators ----------------------------------------------------------------------

    def __add__(self, other):
        return slots.binary(ADD, self, other)

    def __radd__(self, other):
        return slots.binary(ADD, other, self)

    def __iadd__(self, other):
        return slots.inplace(ADD, self, other)

    def __sub__(self, other):
        return slots.binary(SUBTRACT, self, other)

    def __rsub__(self, other):
        return slots.binary(SUBTRACT, other, self)

    def __isub__(self, other):
        return slots.inplace(SUBTRACT, self, other)

    def __mul__(self, other):
        return slots.binary(MULTIPLY, self, other)

    def __rmul__(self, other):
        return slots.binary(MULTIPLY, other, self)

    def __imul__(self, other):
        return slots.inplace(MULTIPLY, self, other)

    def __truediv__(self, other):
        return slots.binary(DIVIDE, self, other)

    def __rtruediv__(self, other):
        return slots.binary(DIVIDE, other, self)

    def __itruediv__(self, other):
        return slots.inplace(DIVIDE, self, other)

    def __floordiv__(self, other):
        return slots.binary(FLOOR_DIVIDE, self, other)

    def __rfloordiv__(self, other):
        return slots.binary(FLOOR_DIVIDE, other, self)

    def __ifloordiv__(self, other):
        return slots.inplace(FLOOR_DIVIDE, self, other)

    def __mod__(self, other):
        return slots.binary(REMAINDER, self, other)

    def __rmod__(self, other):
        return slots.binary(REMAINDER, other, self)

    def __imod__(self, other):
        return slots.inplace(REMAINDER, self, other)

    def __divmod__(self, other):
        return slots.binary(FLOOR_DIVIDE, self, other), slots.binary(REMAINDER, self, other)

    def __rdivmod__(self, other):
        return slots.binary(FLOOR_DIVIDE, other, self), slots.binary(REMAINDER, other, self)

    def __matmul__(self, other):
        return slots.binary(MATMUL, self, other)

    def __rmatmul__(self, other):
        return slots.binary(MATMUL, other, self)

    def __imatmul__(self, other):
        return slots.inplace(MATMUL, self, other)

    def __and__(self, other):
        return slots.binary(AND, self, other)

    def __rand__(self, other):
        return slots.binary(AND, other, self)

    def __iand__(self, other):
        return slots.inplace(AND, self, other)

    def __or__(self, other):
        return slots.binary(OR, self, other)

    def __ror__(self, other):
        return slots.binary(OR, other, self)

    def __ior__(self, other):
        return slots.inplace(OR, self, other)

    def __xor__(self, other):
        return slots.binary(XOR, self, other)

    def __rxor__(self, other):
        return slots.binary(XOR, other, self)

    def __ixor__(self, other):
        return slots.inplace(XOR, self, other)

    def __lshift__(self, other):
        return slots.binary(LEFT_SHIFT, self, other)

    def __rlshift__(self, other):
        return slots.binary(LEFT_SHIFT, other, self)

    def __ilshift__(self, other):
        return slots.inplace(LEFT_SHIFT, self, other)

    def __rshift__(self, other):
        return slots.binary(RIGHT_SHIFT, self, other)

    def __rrshift__(self, other):
        return slots.binary(RIGHT_SHIFT, other, self)

    def __irshift__(self, other):
        return slots.inplace(RIGHT_SHIFT, self, other)

    def __pow__(self, other, modulus):
        return no_modulus(modulus) or slots.power(self, other)

    def __rpow__(self, other, modulus):
        return no_modulus(modulus) or slots.power(other, self)

    def __ipow__(self, other):
        return slots.inplace(POWER, self, other)

    def __neg__(self):
        return slots.unary(NEGATIVE, self)

    def __pos__(self):
        return slots.unary(POSITIVE, self)

    def __abs__(self):
        return slots.unary(ABSOLUTE, self)

    def __invert__(self):
        return slots.unary(INVERT, self)

    def __richcmp__(self, other, int operation):
        if operation == Py_LT:
            return slots.compare(LESS, self, other)
        if operation == Py_LE:
            return slots.compare(LESS_EQUAL, self, other)
        if operation == Py_EQ:
            return slots.compare(EQUAL, self, other)
        if operation == Py_NE:
            return slots.compare(NOT_EQUAL, self, other)
        if operation == Py_GT:
            return slots.compare(GREATER, self, other)
        return slots.compare(GREATER_EQUAL, self, other)

    # --- items --------------------------------------------------------------------------

    def __getitem__(self, key):
        return slots.get_item(self, key)

    def __setitem__(self, key, value):
        slots.set_item(self, key, value)

    def __iter__(self):
        if self.view.ndim == 0:
            raise TypeError("a 0-d tensor cannot be iterated over; it holds one value, use .item()")
        return iter([slots.get_item(self, i) for i in range(self.view.shape[0])])

    def __contains__(self, value):
        equal = self == value
        return bool(equal.any() if isinstance(equal, Tensor) else equal)

    # --- memory for others --------------------------------------------------------------

    def __getbuffer__(self, Py_buffer* buffer, int flags):
        slots.export_buffer(self, buffer, flags)

    def __releasebuffer__(self, Py_buffer* buffer):
        PyMem_Free(buffer.internal)


cdef extern from "mltensor/mltensor.h" nogil:
    int mlt_settle_view(mlt_view* v)

cdef Storage no_memory = new_storage(0, 0)
constructor = None
text_of = object.__repr__
plain_text_of = object.__repr__


def plug_text(representation, plain):
    """Give the class the functions behind repr() and str()."""
    global text_of, plain_text_of
    text_of, plain_text_of = representation, plain


def plug_constructor(function):
    """Give the class what it does when it is called as NumPy's ndarray is."""
    global constructor
    constructor = function


cdef object no_modulus(object modulus):
    if modulus is not None:
        raise TypeError("pow() with a modulus is not defined for tensors")
    return None


cdef Tensor one_value(Tensor t, str name):
    if t.view.size != 1:
        raise TypeError(
            f"only tensors of one element can be converted by {name}(), not shape {shape_tuple(t)}")
    return t


# --- making tensors -----------------------------------------------------------------------

# Tensors come and go by the million, so their memory is kept and used again. A kept tensor has
# None in every object field; making it live again sets a reference count, no field.
cdef extern from *:
    """
    #define MLT_KEPT_TENSORS 512
    static PyObject *mlt_kept_tensors[MLT_KEPT_TENSORS];
    static int mlt_kept_count = 0;
    static destructor mlt_slow_dealloc;
    static void mlt_recycle_tensor(PyObject *o);
    static inline PyObject *mlt_revive(PyTypeObject *type) {
      if (mlt_kept_count == 0) return NULL;
      PyObject *o = mlt_kept_tensors[--mlt_kept_count];
    #if defined(Py_REF_DEBUG) || defined(Py_TRACE_REFS)
      PyObject_Init(o, type);
    #else
      Py_SET_REFCNT(o, 1); /* it has kept its type */
    #endif
      PyObject_GC_Track(o);
      return o;
    }
    static inline int mlt_keep(PyObject *o) {
    #ifdef Py_GIL_DISABLED
      return 0;
    #else
      if (mlt_kept_count == MLT_KEPT_TENSORS) return 0;
      mlt_kept_tensors[mlt_kept_count++] = o;
      return 1;
    #endif
    }
    static inline int mlt_has_weak_references(PyObject *o) {
      return *(PyObject **)((char *)o + Py_TYPE(o)->tp_weaklistoffset) != NULL;
    }
    static void mlt_install_recycling(PyTypeObject *type) {
      mlt_slow_dealloc = type->tp_dealloc;
      type->tp_dealloc = mlt_recycle_tensor;
    }
    """
    PyObject* mlt_revive(PyTypeObject* type)
    bint mlt_keep(PyObject* o)
    bint mlt_has_weak_references(PyObject* o)
    void mlt_install_recycling(PyTypeObject* type)
    void mlt_slow_dealloc(PyObject* o)

cdef extern from "Python.h":
    void PyObject_GC_UnTrack(PyObject* o)
    void PyObject_ClearWeakRefs(PyObject* o)
    PyObject* Py_TYPE_of "(PyObject*) Py_TYPE"(PyObject* o)
    void Py_DECREF_pointer "Py_DECREF"(PyObject* o)


cdef void mlt_recycle_tensor "mlt_recycle_tensor"(PyObject* o) noexcept:
    """tp_dealloc of the class and its subclasses. No reference to `o` may be taken here."""
    if (<Tensor> o).view.shape != (<Tensor> o).inline_dims:
        PyMem_Free((<Tensor> o).view.shape)
        (<Tensor> o).view.shape = (<Tensor> o).inline_dims
    if Py_TYPE_of(o) != <PyObject*> Tensor:
        mlt_slow_dealloc(o)
        return
    PyObject_GC_UnTrack(o)
    if mlt_has_weak_references(o):
        PyObject_ClearWeakRefs(o)
    (<Tensor> o).storage = None
    (<Tensor> o).node = None
    (<Tensor> o).base = None
    if not mlt_keep(o):
        mlt_slow_dealloc(o)


cdef inline Tensor fresh():
    """A tensor without memory and dimensions."""
    cdef PyObject* o = mlt_revive(<PyTypeObject*> Tensor)
    cdef Tensor t
    if o != NULL:
        t = <Tensor> o
        Py_DECREF_pointer(o)
    else:
        t = Tensor.__new__(Tensor)
    t.view.shape = t.inline_dims
    t.view.strides = t.inline_dims + MLT_INLINE_DIMS
    return t


cdef int reserve_dims(Tensor t, int ndim) except -1:
    """Room for the shape and strides of `ndim` dimensions."""
    if ndim > MLT_INLINE_DIMS:
        if ndim > MLT_MAX_DIMS:
            raise ShapeError(f"a tensor has at most {MLT_MAX_DIMS} dimensions, not {ndim}")
        t.view.shape = <int64_t*> PyMem_Malloc(2 * ndim * sizeof(int64_t))
        if t.view.shape == NULL:
            t.view.shape = t.inline_dims
            raise MemoryError()
        t.view.strides = t.view.shape + ndim
    t.view.ndim = ndim
    return 0


cdef inline int lay_out(Tensor t, int ndim, const int64_t* shape, int64_t size, int dtype) except -1:
    """Dimensions of C-contiguous memory."""
    cdef int64_t step = mlt_itemsize[dtype]
    cdef int i
    reserve_dims(t, ndim)
    for i in range(ndim - 1, -1, -1):
        t.view.shape[i] = shape[i]
        t.view.strides[i] = step
        step *= shape[i] if shape[i] > 0 else 1
    t.view.size = size
    t.view.dtype = dtype
    t.view.contiguous = True
    t.view.writeable = True
    return 0


cdef Tensor empty(int ndim, const int64_t* shape, int dtype, int device):
    cdef int64_t size
    cdef Tensor t = fresh()
    if ndim == 1 and 0 <= shape[0] < (1 << 40):
        size = shape[0]
    else:
        size = checked_size(ndim, shape, dtype) if ndim else 1
    lay_out(t, ndim, shape, size, dtype)
    t.storage = new_storage(size * mlt_itemsize[dtype], device)
    t.view.data = t.storage.data
    return t


cdef Tensor empty_like(Tensor other, int dtype):
    cdef Tensor t = fresh()
    if other.view.size >> 56:
        checked_size(other.view.ndim, other.view.shape, dtype)
    lay_out(t, other.view.ndim, other.view.shape, other.view.size, dtype)
    t.storage = new_storage(t.view.size * mlt_itemsize[dtype], other.storage.device)
    t.view.data = t.storage.data
    return t


cdef Tensor reshaped(Tensor source, int ndim, const int64_t* shape):
    cdef Tensor t = fresh()
    lay_out(t, ndim, shape, source.view.size, source.view.dtype)
    t.view.writeable = source.view.writeable
    t.view.data = source.view.data
    t.storage = source.storage
    t.base = source if source.base is None else source.base
    return t


cdef Tensor from_storage(Storage storage, char* data, int ndim, const int64_t* shape,
                         const int64_t* strides, int dtype):
    cdef Tensor t = fresh()
    cdef int i
    reserve_dims(t, ndim)
    for i in range(ndim):
        t.view.shape[i] = shape[i]
        t.view.strides[i] = strides[i]
    t.view.dtype = dtype
    t.view.data = data
    t.view.writeable = storage.writeable
    t.storage = storage
    if mlt_settle_view(&t.view):
        checked_size(ndim, shape, dtype)
    return t


cdef Tensor new_view(Tensor source, char* data, int ndim, const int64_t* shape,
                     const int64_t* strides, int dtype):
    cdef Tensor t = fresh()
    cdef int i
    reserve_dims(t, ndim)
    for i in range(ndim):
        t.view.shape[i] = shape[i]
        t.view.strides[i] = strides[i]
    t.view.dtype = dtype
    t.view.data = data
    t.storage = source.storage
    if mlt_settle_view(&t.view):
        checked_size(ndim, shape, dtype)
    t.view.writeable = source.view.writeable
    t.base = source if source.base is None else source.base
    return t


cdef Tensor detached(Tensor source):
    cdef Tensor t = from_storage(source.storage, source.view.data, source.view.ndim,
                                 source.view.shape, source.view.strides, source.view.dtype)
    t.view.writeable = source.view.writeable
    return t


cdef Tensor like_class(Tensor result, object cls):
    """The same tensor as an instance of a subclass."""
    cdef Tensor t
    if cls is Tensor or type(result) is cls:
        return result
    t = mlt_new_instance(<PyTypeObject*> Tensor, <PyTypeObject*> cls, ())
    t.view.shape = t.inline_dims
    t.view.strides = t.inline_dims + MLT_INLINE_DIMS
    reserve_dims(t, result.view.ndim)
    memcpy(t.view.shape, result.view.shape, result.view.ndim * sizeof(int64_t))
    memcpy(t.view.strides, result.view.strides, result.view.ndim * sizeof(int64_t))
    t.view.dtype = result.view.dtype
    t.view.data = result.view.data
    t.view.size = result.view.size
    t.view.contiguous = result.view.contiguous
    t.view.writeable = result.view.writeable
    t.storage = result.storage
    t.node = result.node
    t.base = result.base
    t.node_version = result.node_version
    return t


# --- asking about tensors -----------------------------------------------------------------

cdef object shape_tuple(Tensor t):
    cdef int n = t.view.ndim
    if n == 1:
        return (t.view.shape[0],)
    if n == 2:
        return (t.view.shape[0], t.view.shape[1])
    return tuple([t.view.shape[i] for i in range(n)])


cdef int byte_range(Tensor t, char** low, char** high) noexcept nogil:
    cdef int i
    low[0] = high[0] = t.view.data
    if t.view.size == 0:
        return 0
    for i in range(t.view.ndim):
        if t.view.strides[i] < 0:
            low[0] += t.view.strides[i] * (t.view.shape[i] - 1)
        else:
            high[0] += t.view.strides[i] * (t.view.shape[i] - 1)
    high[0] += mlt_itemsize[t.view.dtype]
    return 0


cdef bint shares_memory(Tensor a, Tensor b) noexcept nogil:
    cdef char* a_low
    cdef char* a_high
    cdef char* b_low
    cdef char* b_high
    byte_range(a, &a_low, &a_high)
    byte_range(b, &b_low, &b_high)
    return a_low < b_high and b_low < a_high


cdef bint requires_grad(Tensor t) noexcept:
    return t.node is not None or (t.base is not None and (<Tensor> t.base).node is not None)


cdef int require_writeable(Tensor t) except -1:
    if not t.view.writeable:
        raise ReadOnlyError(
            f"this tensor of shape {shape_tuple(t)} is read-only (a broadcast view, or memory that its "
            "owner protects); write to a .copy()")
    return 0


# --- the class as others build on it --------------------------------------------------------

def attach(cls, str name, value):
    """Give the class an attribute: a method from the table of operations, a property."""
    cdef dict attributes = mlt_type_dict(<PyTypeObject*> cls)
    attributes[name] = value
    PyType_Modified(<PyTypeObject*> cls)


def byte_offset(Tensor base, Tensor view):
    """Bytes from the first element of `base` to that of a view of it."""
    return view.view.data - base.view.data


def set_data(Tensor t, Tensor source):
    """Give a tensor the memory, shape and dtype of another one. It leaves the tape."""
    cdef int ndim = source.view.ndim
    cdef mlt_view old = t.view
    if source is t:
        source = detached(t)
    reserve_dims_again(t, ndim)
    memcpy(t.view.shape, source.view.shape, ndim * sizeof(int64_t))
    memcpy(t.view.strides, source.view.strides, ndim * sizeof(int64_t))
    if old.shape != t.inline_dims and old.shape != t.view.shape:
        PyMem_Free(old.shape)
    t.view.dtype = source.view.dtype
    t.view.data = source.view.data
    t.view.size = source.view.size
    t.view.contiguous = source.view.contiguous
    t.view.writeable = source.view.writeable
    t.storage = source.storage
    t.node = None
    t.base = None


cdef int reserve_dims_again(Tensor t, int ndim) except -1:
    """`reserve_dims` for a tensor that has dimensions already; the old room is the caller's to free."""
    t.view.shape = t.inline_dims
    t.view.strides = t.inline_dims + MLT_INLINE_DIMS
    return reserve_dims(t, ndim)


def as_class(Tensor t, cls):
    """The same tensor, sharing memory and place on the tape, as an instance of a subclass."""
    cdef Tensor result
    if type(t) is cls:
        return t
    result = detached(t)
    result.node = t.node
    result.base = t.base
    result.node_version = t.node_version
    return like_class(result, cls)


mlt_install_recycling(<PyTypeObject*> Tensor)
