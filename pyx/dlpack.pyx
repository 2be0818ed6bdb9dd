"""DLPack both ways: strided memory handed to and taken from other libraries, zero-copy.

A capsule owns its memory until a consumer takes it over, which it shows by renaming the capsule; so
the memory is given back exactly once, by whoever owns it last.
"""

from cpython.mem cimport PyMem_RawFree, PyMem_RawMalloc
from cpython.pycapsule cimport (
    PyCapsule_GetPointer, PyCapsule_IsValid, PyCapsule_New, PyCapsule_SetName)
from cpython.ref cimport Py_DECREF, Py_INCREF
from libc.stdint cimport int32_t, int64_t, uint8_t, uint16_t, uint32_t, uint64_t

from mltensor._core.dtypes cimport (
    BFLOAT16, BOOL, COMPLEX64, DTYPE_COUNT, FLOAT16, UINT8, mlt_itemsize)
from mltensor._core.elementwise cimport copy_into
from mltensor._core.storage cimport Device, Storage, device_code, device_object, foreign_storage
from mltensor._core.tensor cimport (
    MLT_MAX_DIMS, Tensor, empty, from_storage, requires_grad)

from mltensor._core.foreign import set_dlpack_reader
from mltensor.errors import DeviceError, DTypeError, ShapeError

cdef extern from "mltensor/dlpack.h" nogil:
    enum:
        MLT_DLPACK_MAJOR
        MLT_DLPACK_MINOR
        MLT_DL_CPU
        MLT_DL_CUDA_HOST
        MLT_DL_ROCM_HOST
        MLT_DL_INT
        MLT_DL_UINT
        MLT_DL_FLOAT
        MLT_DL_BFLOAT
        MLT_DL_COMPLEX
        MLT_DL_BOOL
    uint64_t MLT_DLPACK_READ_ONLY
    uint64_t MLT_DLPACK_IS_COPIED
    ctypedef struct mlt_dl_version:
        uint32_t major
        uint32_t minor
    ctypedef struct mlt_dl_device:
        int32_t device_type
        int32_t device_id
    ctypedef struct mlt_dl_dtype:
        uint8_t code
        uint8_t bits
        uint16_t lanes
    ctypedef struct mlt_dl_tensor:
        void* data
        mlt_dl_device device
        int32_t ndim
        mlt_dl_dtype dtype
        int64_t* shape
        int64_t* strides
        uint64_t byte_offset
    ctypedef struct mlt_dl_managed:
        mlt_dl_tensor tensor
        void* manager
        void (*deleter)(mlt_dl_managed*) noexcept
    ctypedef struct mlt_dl_managed_versioned:
        mlt_dl_version version
        void* manager
        void (*deleter)(mlt_dl_managed_versioned*) noexcept
        uint64_t flags
        mlt_dl_tensor tensor

cdef const char* PLAIN = b"dltensor"
cdef const char* PLAIN_USED = b"used_dltensor"
cdef const char* VERSIONED = b"dltensor_versioned"
cdef const char* VERSIONED_USED = b"used_dltensor_versioned"


# --- dtypes ---------------------------------------------------------------------------------

cdef mlt_dl_dtype describe_dtype(int dtype) noexcept:
    cdef mlt_dl_dtype described
    described.lanes = 1
    described.bits = mlt_itemsize[dtype] * 8
    if dtype == BOOL:
        described.code = MLT_DL_BOOL
    elif dtype < UINT8:
        described.code = MLT_DL_INT
    elif dtype < FLOAT16:
        described.code = MLT_DL_UINT
    elif dtype == BFLOAT16:
        described.code = MLT_DL_BFLOAT
    elif dtype < COMPLEX64:
        described.code = MLT_DL_FLOAT
    else:
        described.code = MLT_DL_COMPLEX
    return described


cdef int read_dtype(mlt_dl_dtype given) except -1:
    cdef mlt_dl_dtype known
    cdef int dtype
    for dtype in range(DTYPE_COUNT):
        known = describe_dtype(dtype)
        if known.code == given.code and known.bits == given.bits and given.lanes == 1 and dtype != BFLOAT16:
            return dtype
    raise DTypeError(
        f"a DLPack dtype of type code {given.code}, {given.bits} bits and {given.lanes} lanes is not supported; "
        "convert the array before handing it over")


# --- giving ---------------------------------------------------------------------------------

cdef void release_plain(mlt_dl_managed* managed) noexcept with gil:
    Py_DECREF(<object> managed.manager)
    PyMem_RawFree(managed)


cdef void release_versioned(mlt_dl_managed_versioned* managed) noexcept with gil:
    Py_DECREF(<object> managed.manager)
    PyMem_RawFree(managed)


cdef void drop_plain(object capsule) noexcept:
    """Destructor of a capsule: nobody took the memory over unless the name says so."""
    cdef mlt_dl_managed* managed
    if PyCapsule_IsValid(capsule, PLAIN):
        managed = <mlt_dl_managed*> PyCapsule_GetPointer(capsule, PLAIN)
        if managed.deleter != NULL:
            managed.deleter(managed)


cdef void drop_versioned(object capsule) noexcept:
    cdef mlt_dl_managed_versioned* managed
    if PyCapsule_IsValid(capsule, VERSIONED):
        managed = <mlt_dl_managed_versioned*> PyCapsule_GetPointer(capsule, VERSIONED)
        if managed.deleter != NULL:
            managed.deleter(managed)


cdef int describe(Tensor t, mlt_dl_tensor* out, int64_t* dims) noexcept:
    cdef Device device = device_object(t.storage.device)
    cdef int i
    out.data = t.view.data
    out.device.device_type = MLT_DL_CPU
    out.device.device_id = device.index
    out.ndim = t.view.ndim
    out.dtype = describe_dtype(t.view.dtype)
    out.shape = dims
    out.strides = dims + t.view.ndim
    out.byte_offset = 0
    for i in range(t.view.ndim):
        dims[i] = t.view.shape[i]
        dims[t.view.ndim + i] = t.view.strides[i] // mlt_itemsize[t.view.dtype]
    return 0


cdef object plain_capsule(Tensor t):
    cdef mlt_dl_managed* managed = <mlt_dl_managed*> PyMem_RawMalloc(
        sizeof(mlt_dl_managed) + 2 * t.view.ndim * sizeof(int64_t))
    if managed == NULL:
        raise MemoryError()
    describe(t, &managed.tensor, <int64_t*> (managed + 1))
    managed.manager = <void*> t.storage     # not the tensor: its memory can be replaced
    managed.deleter = release_plain
    Py_INCREF(t.storage)
    try:
        return PyCapsule_New(managed, PLAIN, drop_plain)
    except BaseException:
        release_plain(managed)
        raise


cdef object versioned_capsule(Tensor t, bint copied, bint read_only):
    cdef mlt_dl_managed_versioned* managed = <mlt_dl_managed_versioned*> PyMem_RawMalloc(
        sizeof(mlt_dl_managed_versioned) + 2 * t.view.ndim * sizeof(int64_t))
    if managed == NULL:
        raise MemoryError()
    describe(t, &managed.tensor, <int64_t*> (managed + 1))
    managed.version.major = MLT_DLPACK_MAJOR
    managed.version.minor = MLT_DLPACK_MINOR
    managed.flags = (MLT_DLPACK_READ_ONLY if read_only else 0) | (MLT_DLPACK_IS_COPIED if copied else 0)
    managed.manager = <void*> t.storage     # not the tensor: its memory can be replaced
    managed.deleter = release_versioned
    Py_INCREF(t.storage)
    try:
        return PyCapsule_New(managed, VERSIONED, drop_versioned)
    except BaseException:
        release_versioned(managed)
        raise


cdef object require_cpu(Tensor t):
    if device_object(t.storage.device).type != "cpu":
        raise BufferError(
            f"a tensor on {device_object(t.storage.device)} is handed over by its device's own module; "
            "use .to('cpu') first")
    return None


def dlpack_device(Tensor t):
    """Type and number of the device, as DLPack counts them: ``(1, 0)`` is the CPU."""
    require_cpu(t)
    return (MLT_DL_CPU, device_object(t.storage.device).index)


def to_dlpack(Tensor t, *, stream=None, max_version=None, dl_device=None, copy=None):
    """A DLPack capsule over the tensor's memory.

    The consumer gets values and no gradient. The memory of a tensor that requires a gradient is handed over as
    read-only, as the tape cannot see what others write; to a consumer that understands no version that can
    say so, as a copy, or as it is where `copy` is False.

    Parameters
    ----------
    stream : None
        For devices with streams; the CPU has none.
    max_version : tuple of int, optional
        Newest DLPack version the consumer understands. Below (1, 0) the capsule is unversioned.
    dl_device : tuple of int, optional
        Device to export to; the CPU alone.
    copy : bool, optional
        True hands over a copy, False refuses to.

    Returns
    -------
    capsule

    Raises
    ------
    BufferError
        If the memory cannot be described to the consumer as it wishes.
    """
    cdef Tensor source = t
    cdef bint copied = bool(copy)
    cdef bint versioned = max_version is not None and max_version[0] >= 1
    cdef bint recorded = requires_grad(t)
    cdef int i
    require_cpu(t)
    if recorded and not versioned and copy is None:
        copied = True
    if stream is not None and stream != -1:
        raise BufferError(f"stream must be None for a tensor on the CPU, not {stream!r}")
    if dl_device is not None and not (isinstance(dl_device, tuple) and len(<tuple> dl_device) == 2):
        raise TypeError(f"dl_device must be a tuple of a device type and an index, not {dl_device!r:.60}")
    if dl_device is not None and tuple(dl_device) != (MLT_DL_CPU, device_object(t.storage.device).index):
        if dl_device[0] != MLT_DL_CPU:
            raise BufferError(f"a tensor on the CPU cannot be exported to the DLPack device {tuple(dl_device)}")
        if copy is False:
            raise BufferError("copy=False, but exporting to another device needs a copy")
        copied = True
    for i in range(t.view.ndim):
        if t.view.strides[i] % mlt_itemsize[t.view.dtype]:
            if copy is False:
                raise BufferError("copy=False, but the strides are not whole elements, as DLPack wants them")
            copied = True
    if copied:
        t = empty(source.view.ndim, source.view.shape, source.view.dtype,
                  source.storage.device if dl_device is None else device_code(f"cpu:{dl_device[1]}"))
        copy_into(t, source)
    if versioned:
        return versioned_capsule(t, copied, not t.view.writeable or (recorded and not copied))
    if not t.view.writeable:
        raise BufferError("unversioned DLPack cannot say that memory is read-only; the consumer must ask for "
                          "max_version=(1, 0) or later, or hand over a .copy()")
    return plain_capsule(t)


# --- taking ---------------------------------------------------------------------------------

cdef class Taken:
    """Owns memory taken over from a capsule; gives it back once."""
    cdef mlt_dl_managed* plain
    cdef mlt_dl_managed_versioned* versioned

    def __dealloc__(self):
        if self.plain != NULL and self.plain.deleter != NULL:
            self.plain.deleter(self.plain)
        if self.versioned != NULL and self.versioned.deleter != NULL:
            self.versioned.deleter(self.versioned)


cdef Tensor tensor_over(mlt_dl_tensor* given, Taken owner, bint readonly):
    cdef int64_t shape[MLT_MAX_DIMS]
    cdef int64_t strides[MLT_MAX_DIMS]
    cdef int64_t low = 0, high = 0, step
    cdef bint nothing = False
    cdef char* data = <char*> given.data + given.byte_offset
    cdef int dtype, i
    if given.device.device_type not in (MLT_DL_CPU, MLT_DL_CUDA_HOST, MLT_DL_ROCM_HOST):
        raise DeviceError(
            f"the array lives on the DLPack device type {given.device.device_type}; copy it to the CPU first")
    if given.ndim < 0 or given.ndim > MLT_MAX_DIMS:
        raise ShapeError(f"a tensor has at most {MLT_MAX_DIMS} dimensions, not {given.ndim}")
    dtype = read_dtype(given.dtype)
    step = mlt_itemsize[dtype]
    for i in range(given.ndim - 1, -1, -1):
        shape[i] = given.shape[i]
        if shape[i] < 0:
            raise ShapeError(f"the array has a negative length {shape[i]} in dimension {i}")
        strides[i] = given.strides[i] * mlt_itemsize[dtype] if given.strides != NULL else step
        step *= shape[i]
        nothing = nothing or shape[i] == 0
        if strides[i] < 0:
            low += strides[i] * (shape[i] - 1)
        else:
            high += strides[i] * (shape[i] - 1)
    if nothing:
        low, high = 0, -mlt_itemsize[dtype]
    elif given.data == NULL:
        raise ValueError("the DLPack array has elements but no memory")
    cdef Storage storage = foreign_storage(data + low, high - low + mlt_itemsize[dtype], owner, not readonly)
    if given.device.device_type == MLT_DL_CPU and given.device.device_id > 0:
        try:
            storage.device = device_code(f"cpu:{given.device.device_id}")
        except DeviceError:
            pass  # another library's numbering; it is the CPU's memory all the same
    return from_storage(storage, data, given.ndim, shape, strides, dtype)


def from_capsule(capsule):
    """A tensor over the memory of a DLPack capsule, which is used up."""
    cdef Taken owner = Taken.__new__(Taken)
    if PyCapsule_IsValid(capsule, VERSIONED):
        owner.versioned = <mlt_dl_managed_versioned*> PyCapsule_GetPointer(capsule, VERSIONED)
        PyCapsule_SetName(capsule, VERSIONED_USED)
        if owner.versioned.version.major > MLT_DLPACK_MAJOR:
            raise BufferError(
                f"the capsule is of DLPack version {owner.versioned.version.major}, ours is {MLT_DLPACK_MAJOR}")
        return tensor_over(&owner.versioned.tensor, owner, owner.versioned.flags & MLT_DLPACK_READ_ONLY)
    if PyCapsule_IsValid(capsule, PLAIN):
        owner.plain = <mlt_dl_managed*> PyCapsule_GetPointer(capsule, PLAIN)
        PyCapsule_SetName(capsule, PLAIN_USED)
        return tensor_over(&owner.plain.tensor, owner, False)
    if PyCapsule_IsValid(capsule, PLAIN_USED) or PyCapsule_IsValid(capsule, VERSIONED_USED):
        raise BufferError("this DLPack capsule has been consumed already; ask for a new one")
    raise TypeError(f"{type(capsule).__name__} is no DLPack capsule")


def from_dlpack(x, device=None, copy=None):
    """The public function of this name, for all but tensors of the tape."""
    cdef Tensor t, result
    cdef int target
    if not hasattr(x, "__dlpack__"):
        if PyCapsule_IsValid(x, PLAIN) or PyCapsule_IsValid(x, VERSIONED):
            return from_capsule(x)
        raise TypeError(f"from_dlpack needs an object with __dlpack__, not {type(x).__name__}")
    asked = {"max_version": (MLT_DLPACK_MAJOR, MLT_DLPACK_MINOR), "copy": copy}
    if device is not None and x.__dlpack_device__()[0] != MLT_DL_CPU:
        asked["dl_device"] = (MLT_DL_CPU, 0)
    try:
        capsule = x.__dlpack__(**asked)
    except TypeError:
        # Producers older than DLPack 1.0 know none of these.
        capsule = x.__dlpack__()
        asked = {}
    t = from_capsule(capsule)
    target = t.storage.device if device is None else device_code(device)
    if target == t.storage.device and not (copy and not asked):
        return t
    if copy is False:
        raise ValueError(f"copy=False, but moving from {device_object(t.storage.device)} to {device} needs a copy")
    result = empty(t.view.ndim, t.view.shape, t.view.dtype, target)
    copy_into(result, t)
    return result


set_dlpack_reader(from_dlpack)
