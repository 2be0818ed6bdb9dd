"""Matrix multiplication, and the linear layer with bias and activation in one pass."""

from cpython.object cimport PyObject
from libc.stdint cimport int64_t

from mltensor._core.dtypes cimport (
    BFLOAT16, FLOAT16, FLOAT32, FLOAT64, INT8, INT16, UINT8, UINT16, code_of, mlt_itemsize, objects, promotion)
from mltensor._core.elementwise cimport cast, contiguous, copy_into
from mltensor._core.storage cimport HOSTS, check_interrupt, kernel_capsule, mlt_runtime, runtime, shortcut_capsule
from mltensor._core.tensor cimport Tensor, empty, new_view, requires_grad, shape_tuple

from mltensor.errors import AllocationError, DTypeError, ShapeError

cdef extern from "mltensor/thread.h" nogil:
    mlt_runtime* mlt_runtime_pointer

cdef extern from "mltensor/gemm.h" nogil:
    int mlt_gemm_run(const mlt_gemm* problem)
    double mlt_gemm_work(const mlt_gemm* problem)
    bint mlt_gemm_is_long(const mlt_gemm* problem, double work)
    bint mlt_gemm_wants_copies(const mlt_gemm* problem)
    void scipy_openblas_set_num_threads64_(int threads)
    enum:
        MLT_ACTIVATION_NONE
        MLT_ACTIVATION_RELU
        MLT_ACTIVATION_SIGMOID
        MLT_ACTIVATION_TANH
        MLT_ACTIVATION_GELU
        MLT_ACTIVATION_SILU

cdef extern from "Python.h":
    PyObject* Py_None

mlt_runtime_pointer = runtime()
# OpenBLAS computes on the thread that calls it; its own pool would fight with ours.
scipy_openblas_set_num_threads64_(1)


cdef int run_gemm(const mlt_gemm* problem) noexcept nogil:
    return mlt_gemm_run(problem)


cdef bint is_long(const mlt_gemm* problem) noexcept nogil:
    return mlt_gemm_is_long(problem, mlt_gemm_work(problem))


cdef int execute(mlt_gemm* g) except -1:
    """Run a problem, without the GIL when it is long."""
    cdef int status
    if mlt_gemm_is_long(g, mlt_gemm_work(g)):
        with nogil:
            status = mlt_gemm_run(g)
    else:
        status = mlt_gemm_run(g)
    if status == 1:
        check_interrupt(1)
    elif status == 2:
        raise AllocationError("matmul: no memory for the partial sums of a long depth")
    return 0


cdef enum:
    SYMMETRIC_ROWS = 128      # rows from which a symmetric product is computed in halves,
    SYMMETRIC_DEPTH = 64      # and sums from which half the work is worth a copy


cdef inline bint is_symmetric(const mlt_gemm* g) noexcept nogil:
    """Whether a matrix is multiplied by its own transpose, and half of the products are worth sparing."""
    return (g.a == g.b and g.a_row == g.b_col and g.a_col == g.b_row and g.m == g.n and g.batch_ndim == 0
            and g.m >= SYMMETRIC_ROWS and g.k >= SYMMETRIC_DEPTH)


cdef int execute_symmetric(mlt_gemm* g, Tensor result) except -1:
    """The quarter above the diagonal is the transpose of that below; those on the diagonal are symmetric again."""
    cdef int64_t z = mlt_itemsize[g.dtype], half = (g.n // 2 + 31) // 32 * 32
    cdef int64_t[2] shape
    cdef int64_t[2] strides
    cdef int64_t[2] across
    cdef mlt_gemm part = g[0]
    if g.n < SYMMETRIC_ROWS:
        return execute(g)
    part.m = part.n = half
    execute_symmetric(&part, result)
    part.a += half * g.a_row
    part.c += half * g.c_row
    part.m = g.m - half
    execute(&part)
    shape[0], shape[1] = half, part.m
    strides[0], strides[1] = g.c_row, z
    across[0], across[1] = z, g.c_row
    copy_into(new_view(result, g.c + half * z, 2, shape, strides, g.dtype),
              new_view(result, part.c, 2, shape, across, g.dtype))
    part.b += half * g.b_col
    part.c += half * z
    part.n = part.m
    return execute_symmetric(&part, result)


# The dtype that a product is computed in.
cdef int[16] computing
for code in range(16):
    computing[code] = code
computing[FLOAT16] = FLOAT32
computing[INT8] = INT16
computing[UINT8] = UINT16


# --- matmul -------------------------------------------------------------------------------

cdef int describe(mlt_gemm* g, Tensor a, Tensor b) noexcept nogil:
    """Fill in the last two dimensions; a vector is a row on the left, a column on the right."""
    cdef int64_t z = mlt_itemsize[a.view.dtype]
    cdef int last
    g.a = a.view.data
    g.b = b.view.data
    if a.view.ndim == 1:
        g.m = 1
        g.k = a.view.shape[0]
        g.a_col = a.view.strides[0]
        g.a_row = g.k * z
    else:
        last = a.view.ndim - 1
        g.m = a.view.shape[last - 1]
        g.k = a.view.shape[last]
        g.a_row = a.view.strides[last - 1]
        g.a_col = a.view.strides[last]
    if b.view.ndim == 1:
        g.n = 1
        g.b_row = b.view.strides[0]
        g.b_col = g.k * z
    else:
        last = b.view.ndim - 1
        g.n = b.view.shape[last]
        g.b_row = b.view.strides[last - 1]
        g.b_col = b.view.strides[last]
    return 0


cdef int64_t depth_of_right(Tensor b) noexcept nogil:
    return b.view.shape[b.view.ndim - 2 if b.view.ndim > 1 else 0]


cdef int check_matmul(Tensor a, Tensor b) except -1:
    if a.view.ndim == 0 or b.view.ndim == 0:
        raise ShapeError(
            f"matmul: shapes {shape_tuple(a)} and {shape_tuple(b)}: an operand has no dimension; "
            "multiply by a number with *")
    if a.view.shape[a.view.ndim - 1] != depth_of_right(b):
        raise ShapeError(
            f"matmul: shapes {shape_tuple(a)} and {shape_tuple(b)} do not fit: the last dimension of the first, "
            f"{a.view.shape[a.view.ndim - 1]}, is summed with "
            f"{'the only' if b.view.ndim == 1 else 'the last but one'} dimension of the second, "
            f"{depth_of_right(b)}; transpose one with .mT, or reshape")
    return 0


cdef int describe_batch(mlt_gemm* g, Tensor a, Tensor b, int64_t* shape, int64_t* a_strides,
                        int64_t* b_strides, int64_t* result) except -1:
    """Broadcast the leading dimensions; merges those that both operands walk with one stride.

    Returns how many leading dimensions the result has; their lengths are in `result`.
    """
    cdef int a_ndim = a.view.ndim - 2 if a.view.ndim > 2 else 0
    cdef int b_ndim = b.view.ndim - 2 if b.view.ndim > 2 else 0
    cdef int ndim = max(a_ndim, b_ndim), d, kept = 0
    cdef int64_t a_length, b_length, length, a_step, b_step
    g.batch = 1
    g.batch_ndim = 0
    for d in range(ndim):
        a_length = b_length = 1
        a_step = b_step = 0
        if d >= ndim - a_ndim:
            a_length = a.view.shape[d - ndim + a_ndim]
            a_step = a.view.strides[d - ndim + a_ndim] if a_length != 1 else 0
        if d >= ndim - b_ndim:
            b_length = b.view.shape[d - ndim + b_ndim]
            b_step = b.view.strides[d - ndim + b_ndim] if b_length != 1 else 0
        if a_length != b_length and a_length != 1 and b_length != 1:
            raise ShapeError(
                f"matmul: the stacks of matrices of shapes {shape_tuple(a)} and {shape_tuple(b)} do not broadcast: "
                f"leading dimension {d - ndim - 2} is {a_length} and {b_length}; make them equal or one of them 1")
        length = b_length if a_length == 1 else a_length
        result[d] = length
        g.batch *= length
        if length == 1:
            continue
        if kept and a_strides[kept - 1] == a_step * length and b_strides[kept - 1] == b_step * length:
            shape[kept - 1] *= length
            a_strides[kept - 1] = a_step
            b_strides[kept - 1] = b_step
            continue
        shape[kept] = length
        a_strides[kept] = a_step
        b_strides[kept] = b_step
        kept += 1
    # A stack on the left of one matrix is one tall matrix.
    if kept == 1 and b_strides[0] == 0 and a.view.ndim > 1 and a_strides[0] == g.m * g.a_row:
        g.m *= shape[0]
        g.batch = 1
        kept = 0
    elif kept == 1 and b_strides[0] == 0 and g.m == 1:
        g.m = shape[0]
        g.a_row = a_strides[0]
        g.batch = 1
        kept = 0
    g.batch_ndim = kept
    g.batch_shape = shape
    g.a_batch = a_strides
    g.b_batch = b_strides
    return ndim


cdef Tensor product(Tensor a, Tensor b, int dtype):
    cdef mlt_gemm g
    cdef int64_t shape[64]
    cdef int64_t a_strides[64]
    cdef int64_t b_strides[64]
    cdef int64_t result_shape[64]
    cdef int64_t rows
    cdef int ndim = 0, computed = computing[dtype]
    cdef Tensor result
    check_matmul(a, b)
    if a.view.dtype != computed:
        a = cast(a, computed)
    if b.view.dtype != computed:
        b = cast(b, computed)
    describe(&g, a, b)
    g.dtype = computed
    g.activation = 0
    g.initial = NULL
    g.initial_row = 0
    g.batch = 1
    g.batch_ndim = 0
    rows = g.m
    if a.view.ndim > 2 or b.view.ndim > 2:
        ndim = describe_batch(&g, a, b, shape, a_strides, b_strides, result_shape)
    if computed >= FLOAT32 and mlt_gemm_wants_copies(&g):
        if not (a.view.contiguous and b.view.contiguous):
            return product(contiguous(a), contiguous(b), dtype)
    if a.view.ndim > 1:
        result_shape[ndim] = rows
        ndim += 1
    if b.view.ndim > 1:
        result_shape[ndim] = g.n
        ndim += 1
    result = empty(ndim, result_shape, computed, a.storage.device)
    g.c = result.view.data
    g.c_row = g.n * mlt_itemsize[computed]
    g.c_batch = g.m * g.c_row
    if is_symmetric(&g):
        execute_symmetric(&g, result)
    else:
        execute(&g)
    return cast(result, dtype) if computed != dtype else result


cdef int checked_promotion(str name, Tensor a, Tensor b) except -1:
    cdef int dtype = promotion[a.view.dtype][b.view.dtype]
    if dtype < 0 or dtype == BFLOAT16:
        raise DTypeError(f"{name}: no kernel for dtypes {objects[a.view.dtype]} and {objects[b.view.dtype]}")
    return dtype


cdef object matmul(PyObject** args):
    """``x1, x2, out=None, dtype=None``; `out` is written by dispatch."""
    cdef Tensor a = <Tensor> args[0]
    cdef Tensor b = <Tensor> args[1]
    cdef int dtype = a.view.dtype, wanted
    if dtype != b.view.dtype or dtype == BFLOAT16:
        dtype = checked_promotion("matmul", a, b)
    if args[3] != Py_None:
        wanted = code_of(<object> args[3])
        if promotion[dtype][wanted] != wanted:
            raise DTypeError(
                f"matmul: dtype={objects[wanted]} would lose values of {objects[dtype]}; "
                "cast the operands with .astype")
        dtype = wanted
    return product(a, b, dtype)


cdef object matmul_shortcut(PyObject** args, Py_ssize_t count):
    """Two plain tensors of one dtype, off the tape."""
    cdef Tensor a, b
    if count != 2 or type(<object> args[0]) is not Tensor or type(<object> args[1]) is not Tensor:
        return None
    a, b = <Tensor> args[0], <Tensor> args[1]
    if (a.view.dtype != b.view.dtype or a.view.dtype == BFLOAT16 or a.storage.device != b.storage.device
            or a.storage.device >= HOSTS or requires_grad(b)):
        return None
    return product(a, b, a.view.dtype)


# --- linear -------------------------------------------------------------------------------

cdef dict activations = {
    None: MLT_ACTIVATION_NONE, "relu": MLT_ACTIVATION_RELU, "sigmoid": MLT_ACTIVATION_SIGMOID,
    "tanh": MLT_ACTIVATION_TANH, "gelu": MLT_ACTIVATION_GELU, "silu": MLT_ACTIVATION_SILU}


cdef int activation_code(object activation, int dtype) except -1:
    code = activations.get(activation)
    if code is None:
        raise ValueError(
            f"linear: activation {activation!r} is none of "
            f"{', '.join(repr(name) for name in activations)}")
    if code != MLT_ACTIVATION_NONE and dtype not in (FLOAT16, FLOAT32, FLOAT64):
        raise DTypeError(f"linear: activation {activation!r} is for real floating dtypes, not {objects[dtype]}")
    return code


cdef int check_linear(Tensor x, Tensor weight, Tensor bias) except -1:
    if weight.view.ndim != 2:
        raise ShapeError(
            f"linear: the weight must have shape (out_features, in_features), not {shape_tuple(weight)}")
    if x.view.ndim == 0 or x.view.shape[x.view.ndim - 1] != weight.view.shape[1]:
        found = x.view.shape[x.view.ndim - 1] if x.view.ndim else "none"
        raise ShapeError(
            f"linear: an input of shape {shape_tuple(x)} does not fit a weight of shape {shape_tuple(weight)} "
            f"(out_features, in_features): the input's last dimension is {found}, in_features is "
            f"{weight.view.shape[1]}; reshape the input, or make the layer with in_features={found}")
    if bias is not None and (bias.view.ndim != 1 or bias.view.shape[0] != weight.view.shape[0]):
        raise ShapeError(
            f"linear: a bias of shape {shape_tuple(bias)} does not fit a weight of shape {shape_tuple(weight)}; "
            f"it must have shape ({weight.view.shape[0]},)")
    return 0


cdef bint walk_rows(Tensor x, int64_t* row) noexcept nogil:
    """The stride from row to row, when one stride walks all dimensions but the last one."""
    cdef int64_t run = 0
    cdef bint found = False
    cdef int d
    row[0] = x.view.shape[x.view.ndim - 1] * mlt_itemsize[x.view.dtype]
    for d in range(x.view.ndim - 2, -1, -1):
        if x.view.shape[d] == 1:
            continue
        if not found:
            row[0] = run = x.view.strides[d]
            found = True
        elif x.view.strides[d] != run:
            return False
        run *= x.view.shape[d]
    return True


cdef object affine(PyObject** args):
    """``x, weight, bias=None``"""
    return linear(<Tensor> args[0], <Tensor> args[1], None if args[2] == Py_None else <Tensor> args[2], None)


cdef object activated_affine(PyObject** args):
    """``x, weight, bias=None, activation``"""
    return linear(<Tensor> args[0], <Tensor> args[1], None if args[2] == Py_None else <Tensor> args[2],
                  <object> args[3])


cdef Tensor linear(Tensor x, Tensor weight, Tensor bias, object activation):
    cdef Tensor result
    cdef mlt_gemm g
    cdef int64_t shape[64]
    cdef int64_t row = 0
    cdef int d, last, dtype = x.view.dtype, computed
    check_linear(x, weight, bias)
    if dtype != weight.view.dtype or dtype == BFLOAT16:
        dtype = checked_promotion("linear", x, weight)
    if bias is not None and dtype != bias.view.dtype:
        dtype = promotion[dtype][bias.view.dtype]
    g.activation = 0 if activation is None else activation_code(activation, dtype)
    computed = computing[dtype]
    if x.view.dtype != computed:
        x = cast(x, computed)
    if weight.view.dtype != computed:
        weight = cast(weight, computed)
    if not walk_rows(x, &row):
        x = contiguous(x)
        walk_rows(x, &row)
    last = x.view.ndim - 1
    g.dtype = computed
    g.batch = 1
    g.batch_ndim = 0
    g.a = x.view.data
    g.k = x.view.shape[last]
    g.a_col = x.view.strides[last]
    g.a_row = row
    g.m = 1
    for d in range(last):
        g.m *= x.view.shape[d]
        shape[d] = x.view.shape[d]
    g.b = weight.view.data
    g.n = weight.view.shape[0]
    g.b_row = weight.view.strides[1]
    g.b_col = weight.view.strides[0]
    if computed >= FLOAT32 and mlt_gemm_wants_copies(&g):
        if not x.view.contiguous:
            x = contiguous(x)
            g.a = x.view.data
            g.a_col = mlt_itemsize[computed]
            g.a_row = g.k * g.a_col
        if not weight.view.contiguous:
            weight = contiguous(weight)
            g.b = weight.view.data
            g.b_row = mlt_itemsize[computed]
            g.b_col = g.k * g.b_row
    shape[last] = g.n
    result = empty(last + 1, shape, computed, x.storage.device)
    g.c = result.view.data
    g.c_row = g.n * mlt_itemsize[computed]
    g.c_batch = 0
    g.initial = NULL
    g.initial_row = 0
    if bias is not None and g.n == 1:
        # One column is computed as a row, whose initial values must lie side by side.
        copy_into(result, bias)
        g.initial = g.c
        g.initial_row = g.c_row
    elif bias is not None:
        bias = contiguous(bias) if bias.view.dtype == computed else cast(bias, computed)
        g.initial = bias.view.data
    execute(&g)
    return cast(result, dtype) if computed != dtype else result


SHORTCUTS = {"matmul": shortcut_capsule(matmul_shortcut)}

KERNELS = {
    "matmul": kernel_capsule(matmul),
    "affine": kernel_capsule(affine),
    "activated_affine": kernel_capsule(activated_affine),
}
