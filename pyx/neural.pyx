"""Fused operations of neural networks: softmax, its logarithm, cross entropy, layer normalisation.

They compute on contiguous rows; an axis that is not the last one is brought there first, but for
softmax, which has loops for columns.
"""

from cpython.object cimport PyObject
from libc.stdint cimport int64_t

from mltensor._core.dtypes cimport FLOAT16, FLOAT32, FLOAT64, INT64, is_integer, objects
from mltensor._core.elementwise cimport cast, contiguous
from mltensor._core.storage cimport check_interrupt, kernel_capsule, mlt_runtime, runtime
from mltensor._core.shapes cimport normalize_axis
from mltensor._core.tensor cimport MLT_MAX_DIMS, Tensor, empty, empty_like, same_shape, shape_tuple
from mltensor._core.view cimport permute

from mltensor.errors import DTypeError, IndexingError, ShapeError

cdef extern from "Python.h":
    PyObject* Py_None

cdef extern from "mltensor/thread.h" nogil:
    mlt_runtime* mlt_runtime_pointer
    enum:
        MLT_PARALLEL_THRESHOLD

cdef extern from "mltensor/neural.h" nogil:
    ctypedef struct mlt_softmax:
        const void* source
        const void* gradient
        void* result
        int64_t outer
        int64_t n
        int64_t m
        int logarithm
    ctypedef struct mlt_cross_entropy:
        const void* logits
        const int64_t* target
        const void* probabilities
        const void* weight
        int64_t rows
        int64_t classes
        int64_t ignore_index
        double smoothing
        double* losses
        const void* gradient
        int64_t gradient_step
        double scale
        void* result
    ctypedef struct mlt_layer_norm:
        const void* source
        const void* gradient
        const void* weight
        const void* bias
        void* result
        int64_t rows
        int64_t n
        int64_t weight_step
        double epsilon
    int mlt_softmax_run(mlt_softmax* s, int dtype)
    int64_t mlt_cross_entropy_check(const mlt_cross_entropy* s)
    double mlt_cross_entropy_divisor(const mlt_cross_entropy* s, int dtype)
    int mlt_cross_entropy_run(mlt_cross_entropy* s, int dtype, int backward)
    int mlt_layer_norm_run(mlt_layer_norm* s, int dtype)

mlt_runtime_pointer = runtime()


cdef Tensor computable(str name, Tensor x):
    """x in float32 or float64, C-contiguous; float16 is computed in float32."""
    if x.view.dtype == FLOAT32 or x.view.dtype == FLOAT64:
        return x if x.view.contiguous else contiguous(x)
    if x.view.dtype == FLOAT16:
        return cast(x, FLOAT32)
    raise DTypeError(f"{name} takes float16, float32 or float64, not {objects[x.view.dtype]}; convert with .astype()")


cdef inline Tensor finished(Tensor result, int dtype):
    return result if result.view.dtype == dtype else cast(result, dtype)


# --- softmax ----------------------------------------------------------------------------------

cdef Tensor exponentials(str name, Tensor given, Tensor g, object axis_value, bint logarithm):
    """Along an axis; with `g`, what of a gradient arrives at the input, where `given` is the result."""
    cdef Tensor x = computable(name, given)
    cdef Tensor result = empty_like(x, x.view.dtype)
    cdef mlt_softmax s
    cdef int i, axis, status
    s.outer = s.n = s.m = 1
    if x.view.ndim or (axis_value != -1 and axis_value != 0):
        axis = normalize_axis(axis_value, x.view.ndim)
        for i in range(axis):
            s.outer *= x.view.shape[i]
        s.n = x.view.shape[axis]
        for i in range(axis + 1, x.view.ndim):
            s.m *= x.view.shape[i]
    s.source = x.view.data
    s.result = result.view.data
    s.logarithm = logarithm
    s.gradient = NULL
    if g is not None:
        if not same_shape(g, x):
            raise ShapeError(
                f"{name}: a gradient of shape {shape_tuple(g)} does not fit a result of shape {shape_tuple(x)}")
        g = contiguous(cast(g, x.view.dtype))
        s.gradient = g.view.data
    if x.view.size <= MLT_PARALLEL_THRESHOLD:
        status = mlt_softmax_run(&s, x.view.dtype)
    else:
        with nogil:
            status = mlt_softmax_run(&s, x.view.dtype)
    check_interrupt(status)
    return finished(result, given.view.dtype)


cdef object softmax_kernel(PyObject** a):
    return exponentials("softmax", <Tensor> a[0], None, <object> a[1], False)


cdef object log_softmax_kernel(PyObject** a):
    return exponentials("log_softmax", <Tensor> a[0], None, <object> a[1], True)


cdef object softmax_backward_kernel(PyObject** a):
    """Arguments upstream, value, axis."""
    return exponentials("softmax_backward", <Tensor> a[1], <Tensor> a[0], <object> a[2], False)


cdef object log_softmax_backward_kernel(PyObject** a):
    return exponentials("log_softmax_backward", <Tensor> a[1], <Tensor> a[0], <object> a[2], True)


# --- cross entropy ------------------------------------------------------------------------------

cdef Tensor classes_last(Tensor x, int axis):
    """The tensor with one axis moved to the end, contiguous."""
    cdef int axes[64]
    cdef int i, n = 0
    if axis == x.view.ndim - 1:
        return contiguous(x)
    for i in range(x.view.ndim):
        if i != axis:
            axes[n] = i
            n += 1
    axes[n] = axis
    return contiguous(permute(x, axes))


cdef Tensor classes_back(Tensor x, int axis):
    """The inverse of `classes_last`, as a view."""
    cdef int axes[64]
    cdef int i, n = x.view.ndim
    if axis == n - 1:
        return x
    for i in range(n):
        axes[i] = i if i < axis else n - 1 if i == axis else i - 1
    return permute(x, axes)


cdef object bad_target(Tensor logits, Tensor target, int axis):
    cdef tuple shape = shape_tuple(logits)
    raise ShapeError(
        f"softmax_cross_entropy: logits of shape {shape} with classes on axis {axis} take classes of shape "
        f"{shape[:axis] + shape[axis + 1:]} (integers) or probabilities of shape {shape} (floats), not a target of "
        f"shape {shape_tuple(target)} and dtype {target.dtype}")


cdef tuple prepare(mlt_cross_entropy* s, int* where, PyObject** a):
    """Fill in the arguments logits, target, weight, reduction, ignore_index, label_smoothing, axis.

    Returns the tensors that the pointers belong to.
    """
    cdef Tensor logits = <Tensor> a[0], target = <Tensor> a[1], weight = None
    cdef int axis, i, k
    cdef int64_t bad
    if logits.view.ndim == 0:
        raise ShapeError("softmax_cross_entropy: the logits need a dimension of classes, not shape ()")
    axis = where[0] = normalize_axis(<object> a[6], logits.view.ndim)
    s.classes = logits.view.shape[axis]
    s.rows = logits.view.size // s.classes if s.classes else 0
    s.smoothing = <object> a[5]
    s.target = NULL
    s.probabilities = s.weight = NULL
    if not 0.0 <= s.smoothing <= 1.0:
        raise ValueError(f"label_smoothing must be between 0 and 1, not {<object> a[5]}")
    if s.classes == 0:
        raise ShapeError(f"softmax_cross_entropy: logits of shape {shape_tuple(logits)} have no classes on axis {axis}")
    cdef Tensor rows = computable("softmax_cross_entropy", logits)
    if axis != logits.view.ndim - 1:
        rows = classes_last(rows, axis)
    s.logits = rows.view.data
    if is_integer(target.view.dtype):
        if target.view.ndim != logits.view.ndim - 1:
            bad_target(logits, target, axis)
        for i in range(target.view.ndim):
            k = i if i < axis else i + 1
            if target.view.shape[i] != logits.view.shape[k]:
                bad_target(logits, target, axis)
        target = contiguous(cast(target, INT64))
        s.ignore_index = <object> a[4]
        s.target = <int64_t*> target.view.data
        bad = mlt_cross_entropy_check(s)
        if bad >= 0:
            raise IndexingError(
                f"softmax_cross_entropy: class {s.target[bad]} is out of range for {s.classes} classes "
                f"(0 to {s.classes - 1}; ignore_index is {s.ignore_index})")
    else:
        if target.view.dtype < FLOAT16 or not same_shape(logits, target):
            bad_target(logits, target, axis)
        target = classes_last(cast(target, rows.view.dtype), axis)
        s.probabilities = target.view.data
    if a[2] != Py_None:
        weight = <Tensor> a[2]
        if weight.view.ndim != 1 or weight.view.shape[0] != s.classes:
            raise ShapeError(
                f"softmax_cross_entropy: one weight for each of {s.classes} classes is needed, not a weight of shape "
                f"{shape_tuple(weight)}")
        weight = contiguous(cast(weight, rows.view.dtype))
        s.weight = weight.view.data
    return rows, target, weight


cdef int unpack(PyObject** forward, PyObject** a) except -1:
    """The arguments of the forward from logits, target, weight and the tuple of the others."""
    cdef tuple options = <object> a[3]
    cdef int i
    if len(options) != 4:
        raise TypeError("options are (reduction, ignore_index, label_smoothing, axis)")
    for i in range(3):
        forward[i] = a[i]
    for i in range(4):
        forward[3 + i] = <PyObject*> options[i]
    return 0


cdef int reduction_code(object reduction) except -1:
    """0 none, 1 mean, 2 sum."""
    if reduction == "mean":
        return 1
    if reduction == "sum":
        return 2
    if reduction == "none":
        return 0
    raise ValueError(f"reduction must be 'mean', 'sum' or 'none', not {reduction!r}")


cdef int execute(mlt_cross_entropy* s, int dtype, bint backward) except -1:
    cdef int status
    if s.rows * s.classes <= MLT_PARALLEL_THRESHOLD:
        status = mlt_cross_entropy_run(s, dtype, backward)
    else:
        with nogil:
            status = mlt_cross_entropy_run(s, dtype, backward)
    return check_interrupt(status)


cdef object cross_entropy_kernel(PyObject** a):
    cdef mlt_cross_entropy s
    cdef double stack[256]
    cdef double total = 0.0
    cdef int64_t row
    cdef int axis, i, n = 0, reduction = reduction_code(<object> a[3])
    cdef int64_t shape[MLT_MAX_DIMS]
    cdef tuple held = prepare(&s, &axis, a)
    cdef Tensor rows = <Tensor> held[0], given = <Tensor> a[0], losses = None, result
    if reduction == 0 or s.rows > 256:
        for i in range(given.view.ndim):
            if i != axis:
                shape[n] = given.view.shape[i]
                n += 1
        losses = empty(n, shape, FLOAT64, given.storage.device)
        s.losses = <double*> losses.view.data
    else:
        s.losses = stack
    execute(&s, rows.view.dtype, False)
    if reduction == 0:
        return cast(losses, given.view.dtype)
    for row in range(s.rows):
        total += s.losses[row]
    if reduction == 1:
        total /= mlt_cross_entropy_divisor(&s, rows.view.dtype)
    result = empty(0, NULL, rows.view.dtype, given.storage.device)
    if rows.view.dtype == FLOAT32:
        (<float*> result.view.data)[0] = <float> total
    else:
        (<double*> result.view.data)[0] = total
    return finished(result, given.view.dtype)


cdef object cross_entropy_backward_kernel(PyObject** a):
    """Arguments upstream, logits, target, weight, options: gradient of the loss with respect to the logits."""
    cdef mlt_cross_entropy s
    cdef PyObject* forward[7]
    unpack(forward, a + 1)
    cdef int axis, reduction = reduction_code(<object> forward[3])
    cdef tuple held = prepare(&s, &axis, forward)
    cdef Tensor g = <Tensor> a[0], rows = <Tensor> held[0], given = <Tensor> a[1]
    cdef Tensor result = empty_like(rows, rows.view.dtype)
    if g.view.size != (s.rows if reduction == 0 else 1):
        raise ShapeError(
            f"softmax_cross_entropy: the gradient of the loss has shape {shape_tuple(g)}, which does not fit logits "
            f"of shape {shape_tuple(given)} with reduction={<object> forward[3]!r}")
    g = contiguous(cast(g, rows.view.dtype))
    s.gradient = g.view.data
    s.gradient_step = 1 if reduction == 0 else 0
    s.scale = 1.0 / mlt_cross_entropy_divisor(&s, rows.view.dtype) if reduction == 1 else 1.0
    s.result = result.view.data
    execute(&s, rows.view.dtype, True)
    return finished(contiguous(classes_back(result, axis)), given.view.dtype)


cdef object cross_entropy_coefficients_kernel(PyObject** a):
    """Arguments logits, target, weight, options: the k of loss = sum(k * (logsumexp(x) - x)).

    With the mean over the rows, the k are divided by what it divides by.
    """
    cdef mlt_cross_entropy s
    cdef PyObject* forward[7]
    unpack(forward, a)
    cdef int axis, reduction = reduction_code(<object> forward[3])
    cdef tuple held = prepare(&s, &axis, forward)
    cdef Tensor rows = <Tensor> held[0], given = <Tensor> a[0]
    cdef Tensor result = empty_like(rows, FLOAT64)
    cdef Tensor wide_weight = None if held[2] is None else cast(<Tensor> held[2], FLOAT64)
    cdef Tensor wide_target = None if s.target != NULL else cast(<Tensor> held[1], FLOAT64)
    cdef double* out = <double*> result.view.data
    cdef double* w = NULL if wide_weight is None else <double*> wide_weight.view.data
    cdef double* q = NULL if wide_target is None else <double*> wide_target.view.data
    cdef double scale = 1.0 / mlt_cross_entropy_divisor(&s, rows.view.dtype) if reduction == 1 else 1.0
    cdef double share
    cdef int64_t row, k
    for row in range(s.rows):
        for k in range(s.classes):
            if s.target != NULL:
                share = 1.0 if s.target[row] == k else 0.0
            else:
                share = q[row * s.classes + k]
            share = share * (1.0 - s.smoothing) + s.smoothing / s.classes
            if s.target != NULL and s.target[row] == s.ignore_index:
                share = 0.0
            out[row * s.classes + k] = share * scale * (1.0 if w == NULL else w[k])
    return cast(contiguous(classes_back(result, axis)), given.view.dtype)


# --- layer normalisation --------------------------------------------------------------------------

cdef Tensor parameter(Tensor x, object value, int count, str title):
    """A weight or bias over the last `count` dimensions of x, contiguous in x's dtype."""
    cdef Tensor t
    cdef int i, first = x.view.ndim - count
    if value is None:
        return None
    t = <Tensor> value
    for i in range(count):
        if t.view.ndim != count or t.view.shape[i] != x.view.shape[first + i]:
            raise ShapeError(
                f"layer_norm over the last {count} dimensions of an input of shape {shape_tuple(x)} takes a {title} of "
                f"shape {shape_tuple(x)[first:]}, not {shape_tuple(t)}")
    return contiguous(cast(t, x.view.dtype))


cdef Tensor elementwise_of(Tensor x, Tensor t, str title):
    """A tensor of the shape of x, contiguous in its dtype."""
    if not same_shape(t, x):
        raise ShapeError(
            f"layer_norm: a {title} of shape {shape_tuple(t)} does not fit an input of shape {shape_tuple(x)}")
    return contiguous(cast(t, x.view.dtype))


cdef Tensor prepare_rows(mlt_layer_norm* s, Tensor x, int count, double epsilon):
    """Rows over the last `count` dimensions of x, without weight, bias and gradient; returns the result to fill."""
    cdef Tensor result
    cdef int i
    if count < 1 or count > x.view.ndim:
        raise ShapeError(
            f"layer_norm over the last {count} dimensions needs as many in the input, not shape {shape_tuple(x)}")
    result = empty_like(x, x.view.dtype)
    s.n = 1
    for i in range(x.view.ndim - count, x.view.ndim):
        s.n *= x.view.shape[i]
    s.rows = x.view.size // s.n if s.n else 0
    s.source = x.view.data
    s.result = result.view.data
    s.gradient = s.weight = s.bias = NULL
    s.weight_step = 0
    s.epsilon = epsilon
    return result


cdef Tensor normalize(mlt_layer_norm* s, Tensor result, int dtype):
    """Run what was prepared; the result in a dtype."""
    cdef int status
    if result.view.size <= MLT_PARALLEL_THRESHOLD:
        status = mlt_layer_norm_run(s, result.view.dtype)
    else:
        with nogil:
            status = mlt_layer_norm_run(s, result.view.dtype)
    check_interrupt(status)
    return finished(result, dtype)


cdef object layer_norm_kernel(PyObject** a):
    """Arguments x, weight, bias, normalized_ndim, eps."""
    cdef mlt_layer_norm s
    cdef Tensor given = <Tensor> a[0], x = computable("layer_norm", given), weight, bias
    cdef Tensor result = prepare_rows(&s, x, <object> a[3], <object> a[4])
    weight = parameter(x, <object> a[1], <object> a[3], "weight")
    bias = parameter(x, <object> a[2], <object> a[3], "bias")
    s.weight = weight.view.data if weight is not None else NULL
    s.bias = bias.view.data if bias is not None else NULL
    return normalize(&s, result, given.view.dtype)


cdef object layer_norm_backward_kernel(PyObject** a):
    """Arguments g, x, weight, normalized_ndim, eps: gradient with respect to x."""
    cdef mlt_layer_norm s
    cdef Tensor given = <Tensor> a[1], x = computable("layer_norm", given), weight, g
    cdef Tensor result = prepare_rows(&s, x, <object> a[3], <object> a[4])
    weight = parameter(x, <object> a[2], <object> a[3], "weight")
    g = elementwise_of(x, <Tensor> a[0], "gradient")
    s.weight = weight.view.data if weight is not None else NULL
    s.gradient = g.view.data
    return normalize(&s, result, given.view.dtype)


cdef object layer_norm_product_kernel(PyObject** a):
    """Arguments x, factor, normalized_ndim, eps: the normalised x times a tensor of its shape."""
    cdef mlt_layer_norm s
    cdef Tensor given = <Tensor> a[0], x = computable("layer_norm", given), factor
    cdef Tensor result = prepare_rows(&s, x, <object> a[2], <object> a[3])
    factor = elementwise_of(x, <Tensor> a[1], "factor")
    s.weight = factor.view.data
    s.weight_step = s.n
    return normalize(&s, result, given.view.dtype)


KERNELS = {
    "softmax": kernel_capsule(softmax_kernel),
    "log_softmax": kernel_capsule(log_softmax_kernel),
    "softmax_backward": kernel_capsule(softmax_backward_kernel),
    "log_softmax_backward": kernel_capsule(log_softmax_backward_kernel),
    "softmax_cross_entropy": kernel_capsule(cross_entropy_kernel),
    "softmax_cross_entropy_backward": kernel_capsule(cross_entropy_backward_kernel),
    "softmax_cross_entropy_coefficients": kernel_capsule(cross_entropy_coefficients_kernel),
    "layer_norm": kernel_capsule(layer_norm_kernel),
    "layer_norm_backward": kernel_capsule(layer_norm_backward_kernel),
    "layer_norm_product": kernel_capsule(layer_norm_product_kernel),
}
