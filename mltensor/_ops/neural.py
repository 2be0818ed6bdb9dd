"""Neural networks: softmax, its logarithm, cross entropy of logits, layer and batch normalisation."""

from .record import F, family

op = family("neural")


# --- cross entropy ------------------------------------------------------------------------------
# loss = sum(k (logsumexp(x) - x)) over the classes, with k = weight * target, smoothed and, for the
# mean, divided by the weight of all rows. `options` is (reduction, ignore_index, label_smoothing, axis).


def along_classes(weight, logits, axis):
    """A weight of each class so that it broadcasts with the logits."""
    axis = F.checked_axes(axis, logits.ndim)[0]
    return F.reshape(weight, tuple(-1 if i == axis else 1 for i in range(logits.ndim)))


def probability_scale(logits, weight, options):
    """What a probability of the target is multiplied by to give its k: a number or a tensor."""
    reduction, _, label_smoothing, axis = options
    scale = 1 - label_smoothing
    if reduction == "mean":
        scale = scale / (logits.size // logits.shape[axis])
    return scale if weight is None else along_classes(weight, logits, axis) * scale


def class_sums(terms, axis):
    """Sums over all dimensions but that of the classes."""
    axis = F.checked_axes(axis, terms.ndim)[0]
    return F.sum(terms, tuple(i for i in range(terms.ndim) if i != axis))


def whole_weight(logits, target, weight, options):
    """What the mean divides by, and how often each class counts in it (None: a number of rows)."""
    _, ignore_index, _, axis = options
    if target.dtype.kind == "f":
        return logits.size // logits.shape[axis], None
    counts = class_sums(
        F.softmax_cross_entropy_coefficients(logits, target, None, options=("sum", ignore_index, 0.0, axis)), axis)
    return F.sum(weight * counts), counts


def class_weight_gradient(terms, upstream, logits, target, weight, options):
    """Gradient of the weights in ``sum(weight * terms)``, reduced as the options say."""
    axis = options[3]
    if options[0] == "none":
        return class_sums(F.expand_dims(upstream, axis) * terms, axis)
    total = class_sums(terms, axis)
    if options[0] == "sum":
        return upstream * total
    whole, counts = whole_weight(logits, target, weight, options)
    if counts is not None:
        total = total - counts * (F.sum(weight * total) / whole)
    return upstream * total / whole


def coefficients(logits, target, weight, options):
    """The k, differentiable in a target of probabilities and in the weights."""
    if weight is not None and weight.requires_grad:
        k = coefficients(logits, target, None, ("sum", *options[1:])) * along_classes(weight, logits, options[3])
        return k / whole_weight(logits, target, weight, options)[0] if options[0] == "mean" else k
    if target.dtype.kind in "iu" or not target.requires_grad:
        return F.softmax_cross_entropy_coefficients(logits, target, weight, options=options)
    uniform = F.softmax_cross_entropy_coefficients(logits, F.zeros_like(target), weight, options=options)
    return target * probability_scale(logits, weight, options) + uniform


def per_row(g, options):
    """A gradient of the loss so that it broadcasts with the logits."""
    return F.expand_dims(g, options[3]) if options[0] == "none" else g


def logits_gradient(g, logits, target, weight, reduction, ignore_index, label_smoothing, axis):
    """``g (sum(k) softmax(x) - k)``, in one pass."""
    return F.softmax_cross_entropy_backward(
        g, logits, target, weight, options=(reduction, ignore_index, label_smoothing, axis))


def target_gradient(g, logits, weight, reduction, label_smoothing, axis):
    """``-g w (1 - smoothing) log_softmax(x)`` for probabilities as the target."""
    options = (reduction, 0, label_smoothing, axis)
    return -per_row(g, options) * probability_scale(logits, weight, options) * F.log_softmax(logits, axis)


def loss_weight_gradient(g, logits, target, weight, reduction, ignore_index, label_smoothing, axis):
    options = (reduction, ignore_index, label_smoothing, axis)
    terms = -F.log_softmax(logits, axis) * coefficients(logits, target, None, ("sum", *options[1:]))
    return class_weight_gradient(terms, g, logits, target, weight, options)


def backward_class_weight_gradient(g, upstream, logits, target, weight, options):
    axis = options[3]
    along = F.sum(g * F.softmax(logits, axis), axis, keepdims=True) - g
    terms = along * coefficients(logits, target, None, ("sum", *options[1:]))
    return class_weight_gradient(terms, upstream, logits, target, weight, options)


def backward_upstream_gradient(g, logits, target, weight, options):
    k, axis = coefficients(logits, target, weight, options), options[3]
    terms = g * (F.sum(k, axis, keepdims=True) * F.softmax(logits, axis) - k)
    return F.sum(terms, axis) if options[0] == "none" else F.sum(terms)


def backward_logits_gradient(g, upstream, logits, target, weight, options):
    k, axis = coefficients(logits, target, weight, options), options[3]
    y = F.softmax(logits, axis)
    return per_row(upstream, options) * F.sum(k, axis, keepdims=True) * y * (g - F.sum(g * y, axis, keepdims=True))


def backward_target_gradient(g, upstream, logits, weight, options):
    axis = options[3]
    inner = F.sum(g * F.softmax(logits, axis), axis, keepdims=True)
    return per_row(upstream, options) * (inner - g) * probability_scale(logits, weight, options)


# --- layer normalisation --------------------------------------------------------------------------


def last_axes(normalized_ndim):
    return tuple(range(-normalized_ndim, 0))


def leading_axes(x_shape, normalized_ndim):
    return tuple(range(len(x_shape) - normalized_ndim))


def layer_norm_x_gradient(g, x, weight, normalized_ndim, eps):
    return F.layer_norm_backward(g, x, weight, normalized_ndim=normalized_ndim, eps=eps)


def layer_norm_weight_gradient(g, x, normalized_ndim, eps):
    product = F.layer_norm_product(x, g, normalized_ndim=normalized_ndim, eps=eps)
    return F.sum(product, leading_axes(x.shape, normalized_ndim))


def product_x_gradient(g, x, factor, normalized_ndim, eps):
    return F.layer_norm_backward(g * factor, x, normalized_ndim=normalized_ndim, eps=eps)


def product_factor_gradient(g, x, normalized_ndim, eps):
    return F.layer_norm_product(x, g, normalized_ndim=normalized_ndim, eps=eps)


def backward_x_gradient(g, upstream, x, weight, normalized_ndim, eps):
    """With z the normalised x, r = 1/std, h = upstream * weight, a = mean(g z) and b = mean(h z).

    ``-r**2 (S z + b (g - mean(g)) + a (h - mean(h)) - 2 a b z)``, S = mean(g h) - mean(g) mean(h) - a b.
    """
    axes = last_axes(normalized_ndim)
    centered = x - F.mean(x, axes, keepdims=True)
    precision = 1 / (F.mean(centered * centered, axes, keepdims=True) + eps)
    z = centered * F.sqrt(precision)
    h = upstream if weight is None else upstream * weight
    g_mean, h_mean = F.mean(g, axes, keepdims=True), F.mean(h, axes, keepdims=True)
    a, b = F.mean(g * z, axes, keepdims=True), F.mean(h * z, axes, keepdims=True)
    cross = F.mean(g * h, axes, keepdims=True) - g_mean * h_mean - 3 * a * b
    return -precision * (cross * z + b * (g - g_mean) + a * (h - h_mean))


def backward_upstream_norm_gradient(g, x, weight, normalized_ndim, eps):
    back = F.layer_norm_backward(g, x, normalized_ndim=normalized_ndim, eps=eps)
    return back if weight is None else back * weight


def backward_weight_gradient(g, upstream, x, normalized_ndim, eps):
    back = F.layer_norm_backward(g, x, normalized_ndim=normalized_ndim, eps=eps)
    return F.sum(back * upstream, leading_axes(x.shape, normalized_ndim))


def batch_norm(x, weight=None, bias=None, mean=None, var=None, axis=1, eps=1e-5):
    """Statistics that are not given are those of x over all axes but `axis`."""
    if x.dtype.kind != "f":
        raise F.errors.DTypeError(f"batch_norm takes real floats, not {x.dtype}; convert with .astype('float32')")
    axis = F.checked_axes(axis, x.ndim)[0]
    others = tuple(i for i in range(x.ndim) if i != axis)
    shape = tuple(-1 if i == axis else 1 for i in range(x.ndim))
    centered = x - (F.mean(x, others, keepdims=True) if mean is None else F.reshape(mean, shape))
    spread = F.var(x, others, keepdims=True) if var is None else F.reshape(var, shape)
    scale = 1 / F.sqrt(spread + eps)
    result = centered * (scale if weight is None else scale * F.reshape(weight, shape))
    return result if bias is None else result + F.reshape(bias, shape)


def softmax_backward_value_gradient(g, upstream, value, axis):
    """That of ``value (upstream - sum(upstream value))``."""
    total, met = (F.sum(x * value, axis, keepdims=True) for x in (upstream, g))
    return g * (upstream - total) - upstream * met


# --- records --------------------------------------------------------------------------------------

op("softmax", kernel="softmax", accepts="STRICT_REAL_FLOATING", signature="x: Tensor, /, axis=-1",
   vjp=lambda g, y, axis: F.softmax_backward(g, y, axis=axis), gpu="softmax",
   doc="Exponentials divided by their sum along an axis, computed without overflow.\n\n"
       ">>> np.softmax([0.0, 0.0]).tolist()\n[0.5, 0.5]")
op("log_softmax", kernel="log_softmax", accepts="STRICT_REAL_FLOATING", signature="x: Tensor, /, axis=-1",
   vjp=lambda g, y, axis: F.log_softmax_backward(g, y, axis=axis), gpu="log_softmax",
   doc="Logarithm of `softmax`, without overflow or loss of small values.\n\n"
       ">>> np.log_softmax([0.0, -1000.0]).tolist()\n[0.0, -1000.0]")
op("softmax_backward", kernel="softmax_backward", accepts="STRICT_REAL_FLOATING",
   signature="upstream: Tensor, value: Tensor, /, *, axis=-1",
   vjp=(lambda g, value, axis: F.softmax_backward(g, value, axis=axis), softmax_backward_value_gradient),
   gpu="softmax_backward", doc="Gradient of `softmax` in its input, from its result.")
op("log_softmax_backward", kernel="log_softmax_backward", accepts="STRICT_REAL_FLOATING",
   signature="upstream: Tensor, value: Tensor, /, *, axis=-1",
   vjp=(lambda g, value, axis: g - F.sum(g * F.exp(value), axis, keepdims=True),
        lambda g, upstream, value, axis: -g * F.exp(value) * F.sum(upstream, axis, keepdims=True)),
   gpu="log_softmax_backward", doc="Gradient of `log_softmax` in its input, from its result.")
op("softmax_cross_entropy", kernel="softmax_cross_entropy", accepts="STRICT_REAL_FLOATING",
   signature="logits: Tensor, target: Tensor, weight: Tensor = None, /, *, reduction='mean', ignore_index=-100, "
             "label_smoothing=0.0, axis=-1",
   vjp=(logits_gradient, target_gradient, loss_weight_gradient), gpu="softmax_cross_entropy",
   doc="Cross entropy of ``softmax(logits)`` along `axis` and a target, in one pass.\n\n"
       "The target holds classes (integers, in the logits' shape without `axis`; `ignore_index` does not count) or\n"
       "probabilities (floats, in the logits' shape). `weight` has one number for each class; the mean over classes\n"
       "divides by the weights of the targets. `label_smoothing` mixes in the uniform distribution.\n\n"
       ">>> round(np.softmax_cross_entropy([[0.0, 0.0]], [1]).item(), 4)\n0.6931")
op("softmax_cross_entropy_backward", kernel="softmax_cross_entropy_backward", accepts="STRICT_REAL_FLOATING",
   signature="upstream: Tensor, logits: Tensor, target: Tensor, weight: Tensor = None, /, *, options",
   vjp=(backward_upstream_gradient, backward_logits_gradient, backward_target_gradient,
        backward_class_weight_gradient),
   gpu="softmax_cross_entropy_backward",
   doc="Gradient of `softmax_cross_entropy` in its logits; `options` are its reduction, ignore_index, "
       "label_smoothing and axis.")
op("softmax_cross_entropy_coefficients", kernel="softmax_cross_entropy_coefficients", accepts="STRICT_REAL_FLOATING",
   signature="logits: Tensor, target: Tensor, weight: Tensor = None, /, *, options",
   gpu="softmax_cross_entropy_coefficients",
   doc="The k of ``softmax_cross_entropy(x, ...) = sum(k * (logsumexp(x) - x))``, in the shape of the logits.")
op("layer_norm", kernel="layer_norm", accepts="STRICT_REAL_FLOATING",
   signature="x: Tensor, weight: Tensor = None, bias: Tensor = None, /, *, normalized_ndim=1, eps=1e-5",
   vjp=(layer_norm_x_gradient, layer_norm_weight_gradient,
        lambda g, x_shape, normalized_ndim: F.sum(g, leading_axes(x_shape, normalized_ndim))),
   gpu="layer_norm",
   doc="Mean 0 and variance 1 over the last `normalized_ndim` dimensions, then times `weight` plus `bias`.\n\n"
       ">>> np.layer_norm([1.0, 3.0], eps=0.0).tolist()\n[-1.0, 1.0]")
op("layer_norm_product", kernel="layer_norm_product", accepts="STRICT_REAL_FLOATING",
   signature="x: Tensor, factor: Tensor, /, *, normalized_ndim=1, eps=1e-5",
   vjp=(product_x_gradient, product_factor_gradient), gpu="layer_norm_product",
   doc="`layer_norm` of `x`, times a tensor of its shape: what each row adds to the gradient of the weight.")
op("layer_norm_backward", kernel="layer_norm_backward", accepts="STRICT_REAL_FLOATING",
   signature="upstream: Tensor, x: Tensor, weight: Tensor = None, /, *, normalized_ndim=1, eps=1e-5",
   vjp=(backward_upstream_norm_gradient, backward_x_gradient, backward_weight_gradient), gpu="layer_norm_backward",
   doc="Gradient of `layer_norm` in its input.")
op("batch_norm", via=batch_norm, accepts="STRICT_REAL_FLOATING",
   signature="x: Tensor, weight: Tensor = None, bias: Tensor = None, mean: Tensor = None, var: Tensor = None, /, *, "
             "axis=1, eps=1e-5",
   doc="Mean 0 and variance 1 of each channel along `axis`, then times `weight` plus `bias`; with `mean` and `var` "
       "these statistics, else those of `x`.")
