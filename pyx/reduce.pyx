"""Reductions: sums, products, means, variances, extremes and their positions, truth, counts, logsumexp.

The loops and the walk over memory are in `reduce.h` and `reduce_engine.h`. Here is what belongs to
the operations: dtypes, axes, empty ranges, `where=` and `initial=`.
"""

from cpython.object cimport PyObject
from libc.math cimport isfinite, sqrt
from libc.stdint cimport int64_t, uint64_t

from mltensor._core.dtypes cimport (
    BFLOAT16, BOOL, COMPLEX128, FLOAT16, FLOAT32, FLOAT64, INT64, UINT8, UINT64, code_of, is_complex, is_inexact,
    mlt_itemsize, objects, real_of)
from mltensor._core.elementwise cimport broadcast_view, cast, contiguous, copy_into, copy_where, fill, same_device
from mltensor._core.interop cimport COPY_IF_NEEDED, as_tensor
from mltensor._core.storage cimport check_interrupt, kernel_capsule, mlt_runtime, runtime
from mltensor._core.shapes cimport reduced_axes
from mltensor._core.tensor cimport MLT_MAX_DIMS, Tensor, empty, mlt_view, new_view, shape_tuple

from mltensor.errors import AllocationError, DTypeError, ShapeError

cdef extern from "Python.h":
    PyObject* Py_True
    PyObject* Py_False
    PyObject* Py_None

cdef extern from "mltensor/thread.h" nogil:
    mlt_runtime* mlt_runtime_pointer
    enum:
        MLT_PARALLEL_THRESHOLD

cdef extern from "mltensor/reduce.h" nogil:
    enum:
        MLT_REDUCE_SUM_OP
        MLT_REDUCE_PROD_OP
        MLT_REDUCE_MAX_OP
        MLT_REDUCE_MIN_OP
        MLT_REDUCE_SQUARES_OP
        MLT_REDUCE_EXPONENTIALS_OP
        MLT_REDUCE_COUNT_OP
        MLT_REDUCE_ANY_OP
        MLT_REDUCE_ALL_OP
        MLT_REDUCE_MOMENTS_OP
        MLT_REDUCE_LENGTHS_OP
    ctypedef void (*mlt_reduce_row)(const char* source, int64_t n, char* result, const char* aux) noexcept nogil
    ctypedef struct mlt_reduction:
        mlt_reduce_row row
    ctypedef struct mlt_arg_reduction:
        pass
    const mlt_reduction* mlt_find_reduction(int op, int dtype, int isa)
    const mlt_arg_reduction* mlt_find_arg_reduction(int min, int dtype, int isa)

cdef extern from "mltensor/reduce_engine.h" nogil:
    enum:
        MLT_FINISH_VALUE
        MLT_FINISH_REAL
        MLT_FINISH_COMPLEX
        MLT_FINISH_PAIR
        MLT_FINISH_HALF
        MLT_FINISH_TRUTH
        MLT_FINISH_LOG
        MLT_EARLY_NEVER
        MLT_EARLY_ANY
        MLT_EARLY_ALL
    ctypedef void (*mlt_unpack)(char* to, const char* source, int64_t stride, int64_t n) noexcept nogil
    mlt_unpack mlt_find_unpack(int dtype, int loops)
    ctypedef struct mlt_finish:
        int kind
        int dtype
        int root
        double divisor
    ctypedef struct mlt_reduce_plan:
        const mlt_reduction* loops
        mlt_unpack unpack
        int converts
        int early
        mlt_finish finish
        const char* aux
        char* out
        int64_t out_item
    void mlt_reduce_plan_geometry(mlt_reduce_plan* plan, const mlt_view* view, uint64_t mask)
    int mlt_reduce_run(mlt_reduce_plan* plan)

cdef extern from "mltensor/reduce_arg.h" nogil:
    ctypedef struct mlt_arg_plan:
        mlt_reduce_plan plan
        const mlt_arg_reduction* loops
    int mlt_arg_run(mlt_arg_plan* plan)

mlt_runtime_pointer = runtime()

cdef tuple names = ("sum", "prod", "max", "min", "var", "logsumexp", "count_nonzero", "any", "all", "var",
                    "euclidean_norm", "nansum", "nanprod", "nanmax", "nanmin", "nanvar", "nanmean")


# --- shapes and axes ------------------------------------------------------------------------

cdef Tensor reduced_like(Tensor x, uint64_t mask, bint keepdims, int dtype):
    cdef int64_t shape[MLT_MAX_DIMS]
    cdef int i, n = 0
    for i in range(x.view.ndim):
        if not mask >> i & 1:
            shape[n] = x.view.shape[i]
        elif keepdims:
            shape[n] = 1
        else:
            continue
        n += 1
    return empty(n, shape, dtype, x.storage.device)


cdef int64_t reduced_count(Tensor x, uint64_t mask) noexcept:
    """Number of elements that go into one result."""
    cdef int64_t count = 1
    cdef int i
    for i in range(x.view.ndim):
        if mask >> i & 1:
            count *= x.view.shape[i]
    return count


cdef object no_elements(str name, Tensor x, object axis):
    over = "all axes" if axis is None else f"axis {axis}"
    raise ShapeError(
        f"{name} over {over} of a tensor of shape {shape_tuple(x)}: there are no elements and the operation "
        "has no identity" + ("; give initial=" if name in ("max", "min") else ""))


cdef object no_dtype(str name, int dtype):
    raise DTypeError(f"{name} is not defined for dtype {objects[dtype]}")


# --- one run --------------------------------------------------------------------------------

cdef int run(int op, Tensor x, int form, uint64_t mask, Tensor result, mlt_finish finish, int early,
             Tensor aux) except -1:
    """Reduce into a C-contiguous result; `form` is the dtype of the loops."""
    cdef mlt_reduce_plan plan
    cdef int status
    plan.loops = mlt_find_reduction(op, form, runtime().isa)
    if plan.loops == NULL or x.view.dtype == BFLOAT16:
        no_dtype(names[op], x.view.dtype)
    plan.unpack = mlt_find_unpack(x.view.dtype, form)
    plan.converts = form != x.view.dtype
    plan.early = early
    plan.finish = finish
    plan.aux = aux.view.data if aux is not None else NULL
    plan.out = result.view.data
    plan.out_item = mlt_itemsize[result.view.dtype]
    mlt_reduce_plan_geometry(&plan, &x.view, mask)
    if x.view.size <= MLT_PARALLEL_THRESHOLD:
        status = mlt_reduce_run(&plan)
    else:
        with nogil:
            status = mlt_reduce_run(&plan)
    if status < 0:
        raise AllocationError(f"no memory for the partial results of {names[op]}")
    return check_interrupt(status)


cdef inline mlt_finish ending(int kind, int dtype, double divisor=1.0, int root=0) noexcept:
    cdef mlt_finish finish
    finish.kind = kind
    finish.dtype = dtype
    finish.divisor = divisor
    finish.root = root
    return finish


cdef Tensor summed(int op, Tensor x, uint64_t mask, bint keepdims, int dtype, double divisor):
    """Sum or product in `dtype`, divided; integers are brought to floating accumulators if dtype is one."""
    cdef int form = x.view.dtype, kind = MLT_FINISH_VALUE, out = dtype
    cdef Tensor result
    if is_complex(dtype) != is_complex(form) or (is_inexact(form) and not is_inexact(dtype)):
        x = cast(x, dtype)
        form = dtype
    if is_complex(form):
        kind = MLT_FINISH_COMPLEX
    elif is_inexact(form):
        kind = MLT_FINISH_REAL
        form = FLOAT32 if form == FLOAT16 else form
    elif is_inexact(dtype):
        kind = MLT_FINISH_REAL
        form = FLOAT64
    else:
        # Integers add in 64 bits, which the cast below cuts as their own arithmetic would.
        if dtype == BOOL:
            x = cast(x, BOOL)
            form = BOOL
        out = UINT64 if dtype >= UINT8 else INT64
    result = reduced_like(x, mask, keepdims, out)
    if x.view.size == 0:
        fill(result, float("nan") if divisor == 0 else 1 if op == MLT_REDUCE_PROD_OP else 0)
    else:
        run(op, x, form, mask, result, ending(kind, out, divisor), MLT_EARLY_NEVER, None)
    return cast(result, dtype) if out != dtype else result


cdef Tensor in_double(int op, Tensor x, uint64_t mask, bint keepdims, Tensor aux):
    cdef Tensor result = reduced_like(x, mask, keepdims, FLOAT64)
    if x.view.size == 0:
        fill(result, op == MLT_REDUCE_NANPROD_OP)
    else:
        run(op, x, FLOAT32 if x.view.dtype == FLOAT16 else x.view.dtype, mask, result,
            ending(MLT_FINISH_REAL, FLOAT64), MLT_EARLY_NEVER, aux)
    return result


cdef Tensor counted_by(int op, Tensor x, uint64_t mask, bint keepdims):
    return count(op, x, mask, keepdims, MLT_FINISH_VALUE, MLT_EARLY_NEVER)


cdef inline int sum_dtype(int dtype) noexcept:
    """NumPy's dtype of a sum: integers become 64 bits wide."""
    return dtype if is_inexact(dtype) else UINT64 if dtype >= UINT8 else INT64


cdef Tensor sum_axes(Tensor x, uint64_t mask, bint keepdims):
    return summed(MLT_REDUCE_SUM_OP, x, mask, keepdims, sum_dtype(x.view.dtype), 1.0)


cdef Tensor extreme(int op, Tensor x, uint64_t mask, bint keepdims):
    cdef int form = FLOAT32 if x.view.dtype == FLOAT16 else x.view.dtype
    cdef Tensor result = reduced_like(x, mask, keepdims, x.view.dtype)
    if x.view.size:
        run(op, x, form, mask, result, ending(
            MLT_FINISH_HALF if x.view.dtype == FLOAT16 else MLT_FINISH_VALUE, form), MLT_EARLY_NEVER, None)
    return result


# --- where= and initial= ----------------------------------------------------------------------

cdef inline bint everywhere(PyObject* where) noexcept:
    return where == Py_True


cdef Tensor mask_of(Tensor x, object where):
    if isinstance(where, Tensor):
        same_device("where=", x, <Tensor> where)
    return as_tensor(where, BOOL, x.storage.device, COPY_IF_NEEDED)


cdef Tensor masked(Tensor x, object where, object other):
    """x where the mask holds, `other` (a scalar or a tensor that broadcasts) elsewhere."""
    cdef Tensor mask = mask_of(x, where)
    cdef Tensor result = empty(x.view.ndim, x.view.shape, x.view.dtype, x.storage.device)
    broadcast_view(mask, x.view.ndim, x.view.shape)
    if isinstance(other, Tensor):
        copy_into(result, other)
    else:
        fill(result, other)
    copy_where(result, x, mask)
    return result


cdef Tensor counts(Tensor x, object where, uint64_t mask, bint keepdims):
    """How many elements of the mask go into each result."""
    cdef Tensor chosen = mask_of(x, where)
    return sum_axes(broadcast_view(chosen, x.view.ndim, x.view.shape), mask, keepdims)


cdef Tensor with_initial(int op, Tensor result, object initial):
    """Combine every result with a start value."""
    cdef int64_t shape[MLT_MAX_DIMS]
    cdef int64_t strides[MLT_MAX_DIMS]
    cdef Tensor both, half
    cdef int i, n = result.view.ndim
    if n + 1 > MLT_MAX_DIMS:
        raise ShapeError(f"initial= needs a dimension of its own: at most {MLT_MAX_DIMS - 1}, not {n}")
    shape[0] = 2
    for i in range(n):
        shape[i + 1] = result.view.shape[i]
        strides[i] = result.view.strides[i]
    both = empty(n + 1, shape, result.view.dtype, result.storage.device)
    half = new_view(both, both.view.data, n, shape + 1, strides, result.view.dtype)
    copy_into(half, result)
    half = new_view(both, both.view.data + result.view.size * mlt_itemsize[result.view.dtype], n, shape + 1,
                    strides, result.view.dtype)
    if isinstance(initial, (bool, int, float, complex)):
        fill(half, initial)
    else:
        copy_into(half, as_tensor(initial, -1, result.storage.device, COPY_IF_NEEDED))
    if op == MLT_REDUCE_SUM_OP or op == MLT_REDUCE_PROD_OP:
        return summed(op, both, 1, False, result.view.dtype, 1.0)
    return extreme(op, both, 1, False)


# --- few elements, all of them: one loop and nothing around it ---------------------------------

cdef inline bint few(Tensor x, PyObject* axis, PyObject* keepdims) noexcept:
    return (axis == Py_None and keepdims == Py_False and x.view.contiguous
            and 0 < x.view.size <= MLT_REDUCE_BLOCK)


cdef inline Tensor real_scalar(Tensor x, double value):
    """A number in the dtype of x, float32 or float64."""
    cdef Tensor result = empty(0, NULL, x.view.dtype, x.storage.device)
    if x.view.dtype == FLOAT32:
        (<float*> result.view.data)[0] = <float> value
    else:
        (<double*> result.view.data)[0] = value
    return result


cdef inline mlt_reduce_row row_of(int op, Tensor x) noexcept:
    """The loop of a row, or NULL where elements are converted first."""
    cdef const mlt_reduction* loops = mlt_find_reduction(op, x.view.dtype, runtime().isa)
    return NULL if loops == NULL else loops.row


cdef row_function row_loop(str name, int dtype, int* accumulated) noexcept:
    cdef const mlt_reduction* loops
    cdef int op
    accumulated[0] = dtype
    if name == "add" or name == "multiply":
        if dtype not in (INT64, UINT64, FLOAT32, FLOAT64):
            return NULL
        op = MLT_REDUCE_SUM_OP if name == "add" else MLT_REDUCE_PROD_OP
        if dtype == FLOAT32:
            accumulated[0] = FLOAT64
    elif name == "maximum" or name == "minimum":
        op = MLT_REDUCE_MAX_OP if name == "maximum" else MLT_REDUCE_MIN_OP
    else:
        return NULL
    loops = mlt_find_reduction(op, dtype, runtime().isa)
    return NULL if loops == NULL else loops.row


# --- sum and prod -----------------------------------------------------------------------------

cdef inline object sum_or_prod(int op, PyObject** a):
    cdef Tensor x = <Tensor> a[0], result
    cdef double value
    cdef int dtype
    cdef bint plain = a[2] == Py_None and a[5] == Py_None and everywhere(a[6])
    if plain and few(x, a[1], a[4]) and (x.view.dtype == FLOAT64 or x.view.dtype == FLOAT32):
        row_of(op, x)(x.view.data, x.view.size, <char*> &value, NULL)
        return real_scalar(x, value)
    cdef uint64_t mask = reduced_axes(<object> a[1], x.view.ndim)
    dtype = sum_dtype(x.view.dtype) if a[2] == Py_None else code_of(<object> a[2])
    if not everywhere(a[6]):
        x = masked(x, <object> a[6], 1 if op == MLT_REDUCE_PROD_OP else 0)
    result = summed(op, x, mask, bool(<object> a[4]), dtype, 1.0)
    return result if a[5] == Py_None else with_initial(op, result, <object> a[5])


cdef object sum_kernel(PyObject** a):
    return sum_or_prod(MLT_REDUCE_SUM_OP, a)


cdef object prod_kernel(PyObject** a):
    return sum_or_prod(MLT_REDUCE_PROD_OP, a)


# --- mean, var, std ---------------------------------------------------------------------------

cdef int divide_counts(Tensor sums, Tensor counted, double correction, bint root) except -1:
    """sums / (counts - correction) in place; sums are float64 or complex128."""
    cdef double* value = <double*> sums.view.data
    cdef int64_t* count = <int64_t*> counted.view.data
    cdef double divisor
    cdef int64_t i, parts = 2 if sums.view.dtype == COMPLEX128 else 1
    for i in range(sums.view.size * parts):
        divisor = count[i // parts] - correction
        value[i] /= divisor if divisor > 0 else 0.0
        if root:
            value[i] = sqrt(value[i])
    return 0


cdef inline int mean_dtype(Tensor x, PyObject* dtype) except -1:
    if dtype != Py_None:
        return code_of(<object> dtype)
    return x.view.dtype if is_inexact(x.view.dtype) else FLOAT64


cdef object mean_kernel(PyObject** a):
    cdef Tensor x = <Tensor> a[0], result
    cdef double value
    if (a[2] == Py_None and (x.view.dtype == FLOAT64 or x.view.dtype == FLOAT32) and everywhere(a[5])
            and few(x, a[1], a[4])):
        row_of(MLT_REDUCE_SUM_OP, x)(x.view.data, x.view.size, <char*> &value, NULL)
        return real_scalar(x, value / x.view.size)
    cdef uint64_t mask = reduced_axes(<object> a[1], x.view.ndim)
    cdef int dtype = mean_dtype(x, a[2])
    cdef bint keepdims = bool(<object> a[4])
    cdef Tensor counted
    if everywhere(a[5]):
        if not is_inexact(dtype):
            return cast(summed(MLT_REDUCE_SUM_OP, cast(x, dtype), mask, keepdims, FLOAT64,
                               reduced_count(x, mask)), dtype)
        return summed(MLT_REDUCE_SUM_OP, x, mask, keepdims, dtype, reduced_count(x, mask))
    counted = counts(x, <object> a[5], mask, keepdims)
    result = summed(MLT_REDUCE_SUM_OP, masked(x, <object> a[5], 0), mask, keepdims,
                    COMPLEX128 if is_complex(x.view.dtype) or is_complex(dtype) else FLOAT64, 1.0)
    divide_counts(result, counted, 0.0, False)
    return cast(result, dtype)


cdef object spread(PyObject** a, str name, bint root):
    cdef Tensor x = <Tensor> a[0], means = None, result, counted = None
    cdef uint64_t mask = reduced_axes(<object> a[1], x.view.ndim)
    cdef int dtype = mean_dtype(x, a[2]), form
    cdef bint keepdims = bool(<object> a[5]), whole = everywhere(a[7])
    cdef double correction, divisor
    cdef int64_t count
    if a[6] == Py_None:
        correction = <object> a[4]
    elif <object> a[4] != 0:
        raise TypeError(f"{name}: ddof={<object> a[4]} and correction={<object> a[6]} are one and the same; give one")
    else:
        correction = <object> a[6]
    if a[2] != Py_None and is_complex(dtype) != is_complex(x.view.dtype):
        x = cast(x, dtype)
    if is_complex(x.view.dtype):
        form = x.view.dtype
    else:
        form = FLOAT32 if x.view.dtype == FLOAT16 or x.view.dtype == FLOAT32 else FLOAT64
    count = reduced_count(x, mask)
    divisor = count - correction
    divisor = divisor if divisor > 0 else 0.0
    cdef int out = real_of[dtype] if is_inexact(dtype) else FLOAT64
    if whole and not is_complex(form) and a[8] == Py_None:
        result = reduced_like(x, mask, keepdims, out)
        if x.view.size == 0:
            fill(result, float("nan"))
        else:
            run(MLT_REDUCE_MOMENTS_OP, x, form, mask, result, ending(MLT_FINISH_REAL, out, divisor, root),
                MLT_EARLY_NEVER, None)
        return result if is_inexact(dtype) else cast(result, dtype)
    # The means are kept in double, one per result; the second pass then takes the deviations.
    cdef int wide = COMPLEX128 if is_complex(form) else FLOAT64
    if a[8] != Py_None:
        means = cast(<Tensor> a[8], wide)
        result = reduced_like(x, mask, True, wide)
        means = contiguous(broadcast_view(means, result.view.ndim, result.view.shape))
    elif whole:
        means = summed(MLT_REDUCE_SUM_OP, x, mask, True, wide, count)
    else:
        counted = counts(x, <object> a[7], mask, True)
        means = summed(MLT_REDUCE_SUM_OP, masked(x, <object> a[7], 0), mask, True, wide, 1.0)
        divide_counts(means, counted, 0.0, False)
    if not whole:
        x = masked(cast(x, wide), <object> a[7], means)
        form = wide
        counted = counts(x, <object> a[7], mask, keepdims)
    result = reduced_like(x, mask, keepdims, out if whole else FLOAT64)
    if x.view.size == 0:
        fill(result, float("nan"))
    else:
        run(MLT_REDUCE_SQUARES_OP, x, form, mask, result, ending(
            MLT_FINISH_PAIR if is_complex(form) else MLT_FINISH_REAL, result.view.dtype,
            divisor if whole else 1.0, root and whole), MLT_EARLY_NEVER, means)
    if not whole:
        divide_counts(result, counted, correction, root)
        result = cast(result, out)
    return result if is_inexact(dtype) else cast(result, dtype)


cdef object var_kernel(PyObject** a):
    return spread(a, "var", False)


cdef object std_kernel(PyObject** a):
    return spread(a, "std", True)


# --- max and min ------------------------------------------------------------------------------

cdef object max_or_min(int op, PyObject** a):
    cdef Tensor x = <Tensor> a[0], result
    cdef mlt_reduce_row row
    if a[4] == Py_None and everywhere(a[5]) and few(x, a[1], a[3]):
        row = row_of(op, x)
        if row != NULL:
            result = empty(0, NULL, x.view.dtype, x.storage.device)
            row(x.view.data, x.view.size, result.view.data, NULL)
            return result
    cdef uint64_t mask = reduced_axes(<object> a[1], x.view.ndim)
    cdef bint keepdims = bool(<object> a[3])
    if is_complex(x.view.dtype):
        no_dtype(names[op], x.view.dtype)
    if not everywhere(a[5]):
        if a[4] == Py_None:
            raise ValueError(f"{names[op]} has no identity, so where= needs initial= too")
        x = masked(x, <object> a[5], <object> a[4])
    if reduced_count(x, mask) == 0:
        result = reduced_like(x, mask, keepdims, x.view.dtype)
        if a[4] != Py_None:
            fill(result, <object> a[4])
        else:
            no_elements(names[op], x, <object> a[1])
        return result
    result = extreme(op, x, mask, keepdims)
    return result if a[4] == Py_None else with_initial(op, result, <object> a[4])


cdef object max_kernel(PyObject** a):
    return max_or_min(MLT_REDUCE_MAX_OP, a)


cdef object min_kernel(PyObject** a):
    return max_or_min(MLT_REDUCE_MIN_OP, a)


cdef object arg_extreme(int smallest, PyObject** a):
    cdef Tensor x = <Tensor> a[0], result, flat
    cdef bint keepdims = bool(<object> a[3])
    cdef str name = "argmin" if smallest else "argmax"
    cdef mlt_arg_plan arg
    cdef uint64_t mask
    cdef int64_t step
    cdef int status, form = FLOAT32 if x.view.dtype == FLOAT16 else x.view.dtype
    arg.loops = mlt_find_arg_reduction(smallest, form, runtime().isa)
    if arg.loops == NULL:
        no_dtype(name, x.view.dtype)
    if isinstance(<object> a[1], (tuple, list)):
        raise TypeError(f"{name} takes one axis or None, not {<object> a[1]!r}")
    mask = reduced_axes(<object> a[1], x.view.ndim)
    result = reduced_like(x, mask, keepdims, INT64)
    if reduced_count(x, mask) == 0:
        no_elements(name, x, <object> a[1])
    if result.view.size == 0:
        return result
    if a[1] == Py_None or x.view.ndim == 0:
        flat = contiguous(x)
        step = mlt_itemsize[x.view.dtype]
        x = new_view(flat, flat.view.data, 1, &flat.view.size, &step, flat.view.dtype)
        mask = 1
    arg.plan.loops = NULL
    arg.plan.unpack = mlt_find_unpack(x.view.dtype, form)
    arg.plan.converts = form != x.view.dtype
    arg.plan.out = result.view.data
    mlt_reduce_plan_geometry(&arg.plan, &x.view, mask)
    if x.view.size <= MLT_PARALLEL_THRESHOLD:
        status = mlt_arg_run(&arg)
    else:
        with nogil:
            status = mlt_arg_run(&arg)
    check_interrupt(status)
    return result


cdef object argmax_kernel(PyObject** a):
    return arg_extreme(0, a)


cdef object argmin_kernel(PyObject** a):
    return arg_extreme(1, a)


# --- truth and counts ---------------------------------------------------------------------------

cdef Tensor count(int op, Tensor x, uint64_t mask, bint keepdims, int kind, int early):
    cdef Tensor result = reduced_like(x, mask, keepdims, INT64 if kind == MLT_FINISH_VALUE else BOOL)
    if x.view.size == 0:
        fill(result, op == MLT_REDUCE_ALL_OP)
    else:
        run(op, x, FLOAT32 if x.view.dtype == FLOAT16 else x.view.dtype, mask, result, ending(kind, BOOL), early, None)
    return result


cdef inline Tensor few_truths(int op, Tensor x):
    """Truth of all elements, None where they are converted first."""
    cdef mlt_reduce_row row = row_of(op, x)
    cdef Tensor result
    cdef int64_t truth = 0
    if row == NULL:
        return None
    row(x.view.data, x.view.size, <char*> &truth, NULL)
    result = empty(0, NULL, BOOL, x.storage.device)
    (<char*> result.view.data)[0] = truth != 0
    return result


cdef object any_kernel(PyObject** a):
    cdef Tensor x = <Tensor> a[0], result
    if everywhere(a[4]) and few(x, a[1], a[3]):
        result = few_truths(MLT_REDUCE_ANY_OP, x)
        if result is not None:
            return result
    if not everywhere(a[4]):
        x = masked(x, <object> a[4], 0)
    return count(MLT_REDUCE_ANY_OP, x, reduced_axes(<object> a[1], x.view.ndim), bool(<object> a[3]), MLT_FINISH_TRUTH,
                 MLT_EARLY_ANY)


cdef object all_kernel(PyObject** a):
    cdef Tensor x = <Tensor> a[0], result
    if everywhere(a[4]) and few(x, a[1], a[3]):
        result = few_truths(MLT_REDUCE_ALL_OP, x)
        if result is not None:
            return result
    if not everywhere(a[4]):
        x = masked(x, <object> a[4], 1)
    return count(MLT_REDUCE_ALL_OP, x, reduced_axes(<object> a[1], x.view.ndim), bool(<object> a[3]), MLT_FINISH_TRUTH,
                 MLT_EARLY_ALL)


cdef object count_nonzero_kernel(PyObject** a):
    cdef Tensor x = <Tensor> a[0], result
    cdef mlt_reduce_row row
    if few(x, a[1], a[2]):
        row = row_of(MLT_REDUCE_COUNT_OP, x)
        if row != NULL:
            result = empty(0, NULL, INT64, x.storage.device)
            row(x.view.data, x.view.size, result.view.data, NULL)
            return result
    return count(MLT_REDUCE_COUNT_OP, x, reduced_axes(<object> a[1], x.view.ndim), bool(<object> a[2]),
                 MLT_FINISH_VALUE, MLT_EARLY_NEVER)


# --- logsumexp ----------------------------------------------------------------------------------

cdef object logsumexp_kernel(PyObject** a):
    """max + log(sum(exp(x - max))); a maximum that is not finite shifts nothing."""
    cdef Tensor x = <Tensor> a[0], shifts, result
    cdef uint64_t mask = reduced_axes(<object> a[1], x.view.ndim)
    cdef bint keepdims = bool(<object> a[2])
    cdef int dtype = x.view.dtype, form
    cdef int64_t i
    if is_complex(dtype):
        no_dtype("logsumexp", dtype)
    if not is_inexact(dtype):
        x = cast(x, FLOAT64)
        dtype = FLOAT64
    result = reduced_like(x, mask, keepdims, dtype)
    if reduced_count(x, mask) == 0 or x.view.size == 0:
        fill(result, -float("inf"))
        return result
    form = FLOAT32 if dtype == FLOAT16 else dtype
    shifts = cast(extreme(MLT_REDUCE_MAX_OP, x, mask, True), form)
    for i in range(shifts.view.size):
        if form == FLOAT32:
            if not isfinite((<float*> shifts.view.data)[i]):
                (<float*> shifts.view.data)[i] = 0.0
        elif not isfinite((<double*> shifts.view.data)[i]):
            (<double*> shifts.view.data)[i] = 0.0
    run(MLT_REDUCE_EXPONENTIALS_OP, x, form, mask, result, ending(MLT_FINISH_LOG, dtype), MLT_EARLY_NEVER,
        shifts)
    return result


# --- lengths of vectors -------------------------------------------------------------------------

cdef object euclidean_norm_kernel(PyObject** a):
    """The root of the sum of squares of real numbers."""
    cdef Tensor x = <Tensor> a[0], result
    cdef int dtype = x.view.dtype
    cdef uint64_t mask = reduced_axes(<object> a[1], x.view.ndim)
    if is_complex(dtype):
        no_dtype("euclidean_norm", dtype)
    if not is_inexact(dtype):
        x = cast(x, FLOAT64)
        dtype = FLOAT64
    result = reduced_like(x, mask, bool(<object> a[2]), dtype)
    if x.view.size == 0:
        fill(result, 0)
    else:
        run(MLT_REDUCE_LENGTHS_OP, x, FLOAT32 if dtype == FLOAT16 else dtype, mask, result,
            ending(MLT_FINISH_REAL, dtype, 1.0, True), MLT_EARLY_NEVER, None)
    return result


KERNELS = {
    "sum": kernel_capsule(sum_kernel),
    "prod": kernel_capsule(prod_kernel),
    "mean": kernel_capsule(mean_kernel),
    "var": kernel_capsule(var_kernel),
    "std": kernel_capsule(std_kernel),
    "max": kernel_capsule(max_kernel),
    "min": kernel_capsule(min_kernel),
    "argmax": kernel_capsule(argmax_kernel),
    "argmin": kernel_capsule(argmin_kernel),
    "any": kernel_capsule(any_kernel),
    "all": kernel_capsule(all_kernel),
    "count_nonzero": kernel_capsule(count_nonzero_kernel),
    "logsumexp": kernel_capsule(logsumexp_kernel),
    "euclidean_norm": kernel_capsule(euclidean_norm_kernel),
}
