"""A whole step of an optimiser, and the norm of all gradients, each as one call.

The parameters, their gradients and their state are gathered here into plain spans of memory; the
arithmetic is in `optimizer.h`. The state of a parameter is an ordinary dictionary in the
optimiser's `state`, so that Python can look at it, save it and replace it.
"""

cimport cython
from cpython.mem cimport PyMem_Free, PyMem_Malloc
from libc.math cimport pow, sqrt
from libc.stdint cimport int32_t, int64_t
from libc.string cimport memset

from mltensor._core.dtypes cimport (
    COMPLEX128, FLOAT16, FLOAT32, FLOAT64, is_complex, mlt_itemsize)
from mltensor._core.elementwise cimport cast, contiguous, copy_into, scalar_tensor
from mltensor._core.storage cimport check_interrupt, mlt_runtime, runtime
from mltensor._core.tensor cimport (
    Tensor, empty_like, like_class, mark_written, require_writeable, same_shape, shape_tuple)

from mltensor.errors import DTypeError, ShapeError

cdef extern from "mltensor/optimizer.h" nogil:
    mlt_runtime* mlt_runtime_pointer
    ctypedef struct mlt_span:
        void* parameter
        const void* gradient
        void* state[3]
        int64_t begin
        int64_t size
        double rate
        double root_scale
        int32_t first
    ctypedef struct mlt_group
    ctypedef void (*mlt_span_step)(
        const mlt_group* group, const mlt_span* span, int64_t offset, int64_t n) noexcept nogil
    ctypedef struct mlt_group:
        const mlt_span* spans
        int64_t count
        mlt_span_step step
        double sign
        double decay
        double shrink
        double beta1
        double beta2
        double beta1_rest
        double beta2_rest
        double epsilon
        int32_t variant
    ctypedef struct mlt_norm:
        const mlt_group* group
        double* partial
        int is_double
        int largest
    ctypedef enum mlt_rule:
        MLT_SGD
        MLT_ADAM
        MLT_RMSPROP
    enum:
        MLT_MOMENTUM
        MLT_NESTEROV
        MLT_AMSGRAD
        MLT_CENTERED
        MLT_STEP_CHUNK
        MLT_STEP_THRESHOLD
    mlt_span_step mlt_step_function(mlt_rule rule, int is_double)
    int64_t mlt_group_elements(const mlt_group* group)
    int mlt_group_step(mlt_group* group)
    void mlt_norm_chunk(void* context, int64_t begin, int64_t end)
    int mlt_serial(int64_t count, int64_t chunk, void (*task)(void*, int64_t, int64_t) noexcept nogil,
                   void* context)
    int mlt_parallel(int64_t count, int64_t chunk, void (*task)(void*, int64_t, int64_t) noexcept nogil,
                     void* context)

mlt_runtime_pointer = runtime()


@cython.final
@cython.freelist(8)
cdef class Gather:
    """Spans of the parameters that have a gradient: single precision from the front of one
    allocation, double precision from its back, each in the order of the group."""

    cdef mlt_span* spans
    cdef int64_t room
    cdef int64_t counts[2]
    cdef int64_t totals[2]
    cdef list keep           # contiguous copies that spans point into
    cdef list strided        # (parameter, its contiguous copy) to be written back
    cdef list written        # parameters
    cdef list records        # their states, and the steps taken after this one
    cdef list steps
    cdef list fresh          # (state, name, tensor) that become part of the state with this step

    def __dealloc__(self):
        PyMem_Free(self.spans)

    cdef mlt_span* add(self, Tensor parameter, Tensor gradient) except NULL:
        """The next span, with everything but the state and rates filled in."""
        cdef Tensor memory = parameter
        cdef int dtype = parameter.view.dtype
        cdef int double = dtype == FLOAT64 or dtype == COMPLEX128
        cdef int64_t place
        if dtype == FLOAT16:
            # Computed in single precision: half has no room for the square of a small gradient.
            dtype = FLOAT32
            memory = cast(parameter, FLOAT32)
            self.strided.append((parameter, memory))
        elif dtype != FLOAT32 and dtype != FLOAT64 and not is_complex(dtype):
            raise DTypeError(
                f"optimizer step: a parameter of shape {shape_tuple(parameter)} has dtype {parameter.dtype}; "
                "optimizers take float16, float32, float64, complex64 and complex128, "
                "keep the parameters in one of them")
        if not same_shape(parameter, gradient):
            raise ShapeError(
                f"optimizer step: a parameter of shape {shape_tuple(parameter)} has a gradient of shape "
                f"{shape_tuple(gradient)}")
        require_writeable(parameter)
        if gradient.view.dtype != dtype:
            gradient = cast(gradient, dtype)
            self.keep.append(gradient)
        elif not gradient.view.contiguous:
            gradient = contiguous(gradient)
            self.keep.append(gradient)
        if memory is parameter and not parameter.view.contiguous:
            memory = contiguous(parameter)
            self.strided.append((parameter, memory))
        place = self.room - 1 - self.counts[1] if double else self.counts[0]
        cdef mlt_span* span = self.spans + place
        span.parameter = memory.view.data
        span.gradient = gradient.view.data
        span.size = parameter.view.size * (2 if is_complex(dtype) else 1)
        span.begin = self.totals[double]
        span.first = 0
        span.root_scale = 1.0
        self.counts[double] += 1
        self.totals[double] += span.size
        self.written.append(parameter)
        return span

    cdef mlt_span* part(self, int double) noexcept:
        """The spans of one precision, in order."""
        cdef int64_t low, high
        cdef mlt_span swap
        if not double:
            return self.spans
        low = self.room - self.counts[1]
        high = self.room - 1
        while low < high:
            swap = self.spans[low]
            self.spans[low] = self.spans[high]
            self.spans[high] = swap
            low += 1
            high -= 1
        return self.spans + self.room - self.counts[1]


cdef Gather new_gather(Py_ssize_t count):
    cdef Gather gather = Gather.__new__(Gather)
    gather.room = count
    gather.spans = <mlt_span*> PyMem_Malloc((count if count else 1) * sizeof(mlt_span))
    if gather.spans == NULL:
        raise MemoryError()
    gather.keep = []
    gather.strided = []
    gather.written = []
    gather.records = []
    gather.steps = []
    gather.fresh = []
    return gather


cdef dict record_of(dict state, Tensor parameter):
    """The state of one parameter, made when it takes its first step."""
    record = state.get(parameter)
    if record is None:
        record = {}
        state[parameter] = record
    return <dict?> record


cdef void* moment(Gather gather, dict record, str name, Tensor parameter) except NULL:
    """Memory of a state tensor. A missing one begins as zeros."""
    cdef object found = record.get(name)
    cdef Tensor value, own
    cdef int dtype = FLOAT32 if parameter.view.dtype == FLOAT16 else parameter.view.dtype
    if found is not None:
        if not isinstance(found, Tensor):
            raise TypeError(f"optimizer state {name!r} must be a tensor, not {type(found).__name__}")
        value = <Tensor> found
        if not same_shape(value, parameter):
            raise ShapeError(f"optimizer state {name!r} has shape {shape_tuple(value)}, its parameter "
                             f"{shape_tuple(parameter)}; was it saved for another model?")
        if value.view.dtype == dtype and value.view.contiguous and value.view.writeable:
            return value.view.data
    own = empty_like(parameter, dtype)
    if found is None:
        memset(own.view.data, 0, own.view.size * mlt_itemsize[own.view.dtype])
    else:
        # Loaded from a file, or the model was moved to another dtype: take it over once.
        copy_into(own, value)
    gather.fresh.append((record, name, like_class(own, getattr(type(parameter), "_result_class", Tensor))))
    return own.view.data


cdef int64_t next_step(Gather gather, dict record) except -1:
    """Number of the step this parameter takes now; written down when the step is done."""
    cdef int64_t step = 1
    found = record.get("step")
    if found is not None:
        step += <int64_t> int(found)
    gather.records.append(record)
    gather.steps.append(step)
    return step


cdef int take_step(Gather gather, mlt_group* group, mlt_rule rule) except -1:
    """Run the rule over all spans, then note what was written."""
    cdef int double, status
    cdef Py_ssize_t i
    for double in range(2):
        if gather.counts[double] == 0:
            continue
        group.spans = gather.part(double)
        group.count = gather.counts[double]
        group.step = mlt_step_function(rule, double)
        if mlt_group_elements(group) < MLT_STEP_THRESHOLD:
            status = mlt_group_step(group)
        else:
            with nogil:
                status = mlt_group_step(group)
        check_interrupt(status)
    for parameter, memory in gather.strided:
        copy_into(<Tensor> parameter, <Tensor> memory)
    for i in range(len(gather.written)):
        mark_written(<Tensor> gather.written[i])
    for record, name, value in gather.fresh:
        record[name] = value
    for i in range(len(gather.records)):
        (<dict> gather.records[i])["step"] = gather.steps[i]
    return 0


def sgd(list parameters not None, list gradients not None, dict state not None, double lr, double momentum,
        double dampening, double weight_decay, bint nesterov, bint maximize, double scale=1.0):
    """One step of stochastic gradient descent over all `parameters` whose gradient is not None.

    Gradients count `scale` times, as those of the other rules.
    """
    cdef mlt_group group
    cdef mlt_span* span
    cdef Py_ssize_t i
    cdef dict record
    cdef Tensor parameter
    cdef Gather gather = new_gather(len(parameters))
    group.sign = -scale if maximize else scale
    group.decay = weight_decay
    group.beta1 = momentum
    group.beta2 = 1.0 - dampening
    group.variant = 0
    if momentum != 0:
        group.variant = MLT_MOMENTUM | (MLT_NESTEROV if nesterov else 0)
    for i in range(len(parameters)):
        if gradients[i] is None:
            continue
        parameter = <Tensor?> parameters[i]
        span = gather.add(parameter, <Tensor?> gradients[i])
        span.rate = lr
        if momentum != 0:
            record = record_of(state, parameter)
            span.first = record.get("momentum_buffer") is None
            span.state[0] = moment(gather, record, "momentum_buffer", parameter)
    take_step(gather, &group, MLT_SGD)


def adam(list parameters not None, list gradients not None, dict state not None, double lr, double beta1,
         double beta2, double eps, double weight_decay, bint decoupled, bint amsgrad, bint maximize, double scale=1.0):
    """One step of Adam, or with `decoupled` weight decay of AdamW."""
    cdef mlt_group group
    cdef mlt_span* span
    cdef Py_ssize_t i
    cdef int64_t step, known = 0
    cdef double rate = 0, root_scale = 0
    cdef dict record
    cdef Tensor parameter
    cdef Gather gather = new_gather(len(parameters))
    group.sign = -scale if maximize else scale
    group.decay = 0.0 if decoupled else weight_decay
    group.shrink = 1.0 - lr * weight_decay if decoupled else 1.0
    group.beta1 = beta1
    group.beta2 = beta2
    group.beta1_rest = 1.0 - beta1
    group.beta2_rest = 1.0 - beta2
    group.epsilon = eps
    group.variant = MLT_AMSGRAD if amsgrad else 0
    for i in range(len(parameters)):
        if gradients[i] is None:
            continue
        parameter = <Tensor?> parameters[i]
        span = gather.add(parameter, <Tensor?> gradients[i])
        record = record_of(state, parameter)
        span.state[0] = moment(gather, record, "exp_avg", parameter)
        span.state[1] = moment(gather, record, "exp_avg_sq", parameter)
        if amsgrad:
            span.state[2] = moment(gather, record, "max_exp_avg_sq", parameter)
        step = next_step(gather, record)
        if step != known:
            known = step
            rate = lr / (1.0 - pow(beta1, <double> step))
            root_scale = 1.0 / sqrt(1.0 - pow(beta2, <double> step))
        span.rate = rate
        span.root_scale = root_scale
    take_step(gather, &group, MLT_ADAM)


def rmsprop(list parameters not None, list gradients not None, dict state not None, double lr, double alpha,
            double eps, double weight_decay, double momentum, bint centered, bint maximize, double scale=1.0):
    """One step of RMSprop."""
    cdef mlt_group group
    cdef mlt_span* span
    cdef Py_ssize_t i
    cdef dict record
    cdef Tensor parameter
    cdef Gather gather = new_gather(len(parameters))
    group.sign = -scale if maximize else scale
    group.decay = weight_decay
    group.beta1 = momentum
    group.beta2 = alpha
    group.beta2_rest = 1.0 - alpha
    group.epsilon = eps
    group.variant = (MLT_CENTERED if centered else 0) | (MLT_MOMENTUM if momentum != 0 else 0)
    for i in range(len(parameters)):
        if gradients[i] is None:
            continue
        parameter = <Tensor?> parameters[i]
        span = gather.add(parameter, <Tensor?> gradients[i])
        record = record_of(state, parameter)
        span.rate = lr
        span.state[0] = moment(gather, record, "square_avg", parameter)
        if centered:
            span.state[1] = moment(gather, record, "grad_avg", parameter)
        if momentum != 0:
            span.state[2] = moment(gather, record, "momentum_buffer", parameter)
        next_step(gather, record)
    take_step(gather, &group, MLT_RMSPROP)


def norm(list tensors not None, bint largest):
    """Euclidean norm (or with `largest` the greatest magnitude) over the elements of all tensors.

    Returns a 0-d tensor, float32 when all tensors are single precision. Partial sums are taken in
    double precision over fixed chunks and added in order.
    """
    cdef Gather gather = new_gather(len(tensors))
    cdef mlt_group group
    cdef mlt_norm work
    cdef double total = 0, part
    cdef int64_t chunks, elements, k
    cdef int double, status
    for tensor in tensors:
        if largest and is_complex((<Tensor?> tensor).view.dtype):
            raise DTypeError("the largest magnitude of complex gradients is not taken in one pass")
        gather.add(<Tensor?> tensor, <Tensor> tensor)
    for double in range(2):
        if gather.totals[double] == 0:
            continue
        group.spans = gather.part(double)
        group.count = gather.counts[double]
        elements = mlt_group_elements(&group)
        chunks = (elements + MLT_STEP_CHUNK - 1) // MLT_STEP_CHUNK
        work.group = &group
        work.is_double = double
        work.largest = largest
        work.partial = <double*> PyMem_Malloc(chunks * sizeof(double))
        if work.partial == NULL:
            raise MemoryError()
        try:
            if elements < MLT_STEP_THRESHOLD:
                status = mlt_serial(elements, MLT_STEP_CHUNK, mlt_norm_chunk, &work)
            else:
                with nogil:
                    status = mlt_parallel(elements, MLT_STEP_CHUNK, mlt_norm_chunk, &work)
            check_interrupt(status)
            for k in range(chunks):
                part = work.partial[k]
                if not largest:
                    total += part
                elif part != part or part > total:
                    total = part
                    if part != part:
                        break
        finally:
            PyMem_Free(work.partial)
        if largest and total != total:
            break
    cdef Tensor result = scalar_tensor(total if largest else sqrt(total), FLOAT64 if gather.counts[1] else FLOAT32, 0)
    return like_class(result, getattr(type(tensors[0]), "_result_class", Tensor)) if tensors else result
