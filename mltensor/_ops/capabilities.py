"""What every function of the namespace can do: dtypes, derivatives, devices; and why not where it cannot.

Derived from the records as far as they say it. What they do not say stands here beside them: why an input has no
gradient, and the functions that are written in Python and have no record.
"""

from typing import NamedTuple

from .aliases import ALIASES, LINALG_ALIASES
from .record import CATEGORIES, TABLE

KINDS = {
    "b": ("bool",), "iu": ("int8", "int16", "int32", "int64", "uint8", "uint16", "uint32", "uint64"),
    "f": ("float16", "float32", "float64"), "c": ("complex64", "complex128"),
}
# What is converted first; see CATEGORIES.
CONVERTED = {"FLOATING": "b iu", "REAL_FLOATING": "b iu", "LAPACK": "b iu", "NUMERIC": "b", "REAL": "b", "INTEGER": "b"}
REFUSED = {"LAPACK": ("float16",)}

# What holds for some arguments alone.
REMARKS = {
    "linalg.norm": "float16 not for orders that need singular values",
    "linalg.matrix_norm": "float16 not for orders that need singular values",
    "linalg.matrix_power": "float16 not for negative powers",
    "interp": "fp also of complex numbers",
    "interp_values": "fp also of complex numbers",
    "linear": "real floats alone with an activation",
}

# Why an input has no gradient, where its kind and the dtype of the result do not say it.
REASONS = {
    ("where", "condition"): "a choice between the others",
    ("linalg.pseudo_inverse", "rtol"): "a threshold: singular values above it count, others do not",
    ("bincount", "x"): "integers alone",
    ("softmax_cross_entropy_coefficients", "logits"): "a step of the gradient of softmax_cross_entropy, which has one",
    ("softmax_cross_entropy_coefficients", "target"): "a step of the gradient of softmax_cross_entropy, which has one",
    ("softmax_cross_entropy_coefficients", "weight"): "a step of the gradient of softmax_cross_entropy, which has one",
    ("interp_values", "x"): "values alone; interp is composed of operations where a gradient is wanted",
    ("interp_values", "xp"): "values alone; interp is composed of operations where a gradient is wanted",
    ("interp_values", "fp"): "values alone; interp is composed of operations where a gradient is wanted",
    ("linalg.qr_triangle", "a"): "values alone; linalg.qr uses qr_factors where a gradient is wanted",
    ("linalg.singular_values", "a"): "values alone; linalg.svdvals uses svd_factors where a gradient is wanted",
    ("linalg.eigh_values", "a"): "values alone; linalg.eigvalsh uses eigh_factors where a gradient is wanted",
    ("linalg.eig_values", "a"): "values alone; linalg.eigvals uses eig_factors where a gradient is wanted",
}
# Compositions whose result moves in jumps: the gradient is zero. Rules, as that of `rint`, say it for themselves.
PIECEWISE_CONSTANT = {"round"}
# Arguments that may be numbers or tensors, and are differentiated as tensors.
FURTHER_INPUTS = {"clip": ("min", "max")}


class PythonFunction(NamedTuple):
    """A function of the namespace that is no operation of the table.

    Attributes
    ----------
    dtypes : str
        A category of `CATEGORIES`, or words.
    inputs : tuple of str
        The arguments that have gradients.
    reason : str
        Why it has none, where `inputs` is empty.
    device : str
        How it comes to run on a device.
    """

    dtypes: str
    inputs: tuple
    reason: str
    device: str


COMPOSED = "composed of operations"
HOST = "host"
ON_REQUEST = "fills memory of `device=`"
NO_DTYPE = "-"


def add_functions_on_demand(add):
    """The functions whose rooms are loaded when they are first asked for."""
    add("append", "ANY", ("arr", "values"), "", COMPOSED)
    add("insert", "ANY", ("arr", "values"), "", COMPOSED)
    add("delete", "ANY", ("arr",), "", COMPOSED)
    add("resize rollaxis sort_complex", "ANY", ("a",), "", COMPOSED)
    add("trim_zeros", "ANY", ("filt",), "", COMPOSED)
    add("atleast_1d atleast_2d atleast_3d", "ANY", ("arys",), "", COMPOSED)
    add("block", "ANY", ("arrays",), "", COMPOSED)
    add("row_stack", "ANY", ("tup",), "", COMPOSED)
    add("fliplr flipud rot90", "ANY", ("m",), "", COMPOSED)
    add("select", "ANY", ("choicelist", "default"), "", COMPOSED)
    add("choose", "ANY", ("choices",), "", COMPOSED)
    add("piecewise", "ANY", ("x", "what the functions use"), "", COMPOSED)
    add("apply_along_axis", "ANY", ("arr", "what the function uses"), "", COMPOSED)
    add("apply_over_axes", "ANY", ("a", "what the function uses"), "", COMPOSED)
    add("frompyfunc", "ANY", ("what the function is called with",), "", COMPOSED)
    add("put", "ANY", ("a", "v"), "", COMPOSED)
    add("place", "ANY", ("arr", "vals"), "", COMPOSED)
    add("putmask", "ANY", ("a", "values"), "", COMPOSED)
    add("copyto", "ANY", ("dst", "src"), "", COMPOSED)
    add("fill_diagonal", "ANY", ("a", "val"), "", COMPOSED)
    add("intersect1d union1d setdiff1d setxor1d", "ANY", ("ar1", "ar2"), "", COMPOSED)
    add("matvec vecmat", "ANY", ("x1", "x2"), "", COMPOSED)
    add("polyadd polymul", "ANY", ("a1", "a2"), "", COMPOSED)
    add("polysub", "NOT_BOOL", ("a1", "a2"), "", COMPOSED)
    add("polydiv", "ANY", ("u", "v"), "", COMPOSED)
    add("polyval", "ANY", ("p", "x"), "", COMPOSED)
    add("polyder", "ANY", ("p",), "", COMPOSED)
    add("polyint", "ANY", ("p", "k"), "", COMPOSED)
    add("poly", "ANY", ("seq_of_zeros",), "", COMPOSED)
    add("roots", "LAPACK", ("p",), "", COMPOSED)
    add("polyfit", "LAPACK", ("x", "y", "w"), "", COMPOSED)
    add("asarray_chkfinite require", "ANY", ("a",), "", COMPOSED)
    add("kaiser", "REAL_FLOATING", ("beta",), "", COMPOSED)
    add("bartlett blackman hamming hanning", NO_DTYPE, (), "makes new numbers", COMPOSED)
    add("array_equiv", "ANY", (), "bool result", COMPOSED)
    add("lexsort", "ANY", (), "integer result", COMPOSED)
    add("packbits", "BITWISE", (), "integers alone", COMPOSED)
    add("unpackbits", "uint8", (), "integers alone", COMPOSED)
    add("ix_", "ANY", (), "positions or a mask", COMPOSED)
    add("ravel_multi_index unravel_index", "BITWISE", (), "positions", COMPOSED)
    add("diag_indices mask_indices tril_indices triu_indices", NO_DTYPE, (), "makes positions", COMPOSED)
    add("diag_indices_from tril_indices_from triu_indices_from isfortran iterable", "ANY", (),
        "about shapes, not values", COMPOSED)
    add("einsum_path", "ANY", (), "about shapes, not values", HOST)
    add("common_type", "NOT_BOOL", (), "about dtypes, not values", HOST)
    add("min_scalar_type", "ANY", (), "about dtypes, not values", HOST)
    add("mintypecode typename", NO_DTYPE, (), "about dtypes, not values", HOST)
    add("array2string", "ANY", (), "text", HOST)
    add("format_float_positional format_float_scientific", "ORDERED", (), "text", HOST)
    add("base_repr binary_repr", "integers", (), "text", HOST)
    add("save savetxt savez savez_compressed", "ANY", (), "writes a file", HOST)
    add("fromfile fromstring genfromtxt load loadtxt", "what the file holds", (), "reads numbers that have no tape",
        HOST)
    add("getbufsize geterr geterrcall setbufsize seterr seterrcall show_config show_runtime", NO_DTYPE, (),
        "about the library, not values", HOST)


def python_functions():
    """The functions written in Python by name."""
    functions = {}

    def add(names, dtypes, inputs, reason, device):
        for name in names.split():
            functions[name] = PythonFunction(dtypes, inputs, reason, device)

    made = "makes new numbers"
    add("arange", "ANY", (), "makes new numbers; its bounds are read as numbers", ON_REQUEST)
    add("empty empty_like eye identity indices ones ones_like tri zeros zeros_like", "ANY", (), made, ON_REQUEST)
    add("fft.fftfreq fft.rfftfreq", "STRICT_REAL_FLOATING", (), made, ON_REQUEST)
    add("frombuffer fromiter from_numpy", "ANY", (), "reads memory and numbers that have no tape", HOST)
    add("array asarray asanyarray", "ANY", ("object",), "", ON_REQUEST)
    add("ascontiguousarray asfortranarray", "ANY", ("a",), "", COMPOSED)
    add("from_dlpack", "ANY", ("x",), "", "shares the memory of the device")
    add("full full_like", "ANY", ("fill_value",), "", ON_REQUEST)
    add("fromfunction", "ANY", ("what the function uses",), "", COMPOSED)
    add("linspace", "NUMERIC", ("start", "stop"), "", COMPOSED)
    add("geomspace", "REAL", ("start", "stop"), "", COMPOSED)
    add("logspace", "NUMERIC", ("start", "stop", "base"), "", COMPOSED)
    add("broadcast_arrays meshgrid", "ANY", ("arrays",), "", COMPOSED)
    add("diag diagflat", "ANY", ("v",), "", COMPOSED)
    add("vander", "ANY", ("x",), "", COMPOSED)
    add("histogram", "ANY", ("weights",), "", COMPOSED)
    add("histogram2d histogramdd", "ORDERED", ("weights",), "", COMPOSED)
    add("histogram_bin_edges", "real numbers", (), "the number of bins, and edges that move in jumps with it", COMPOSED)
    add("digitize", "ORDERED", (), "integer result", COMPOSED)
    add("put_along_axis", "ANY", ("arr", "values"), "", "kernel of the device")
    add("linalg.cross", "NOT_BOOL", ("x1", "x2"), "", COMPOSED)
    add("linalg.outer", "ANY", ("x1", "x2"), "", COMPOSED)
    add("linalg.diagonal linalg.trace", "ANY", ("x",), "", COMPOSED)
    add("grad", "STRICT_FLOATING", ("outputs", "inputs"), "", COMPOSED)
    add("isclose allclose array_equal", "ANY", (), "bool result", COMPOSED)
    add("modf frexp", "REAL_FLOATING", ("x",), "", COMPOSED)
    add("divmod", "REAL", ("x1", "x2"), "", COMPOSED)
    add("ldexp", "REAL_FLOATING", ("x1",), "", COMPOSED)
    add("real_if_close", "ANY", ("a",), "", COMPOSED)
    add("gradient", "ANY", ("f", "varargs"), "", COMPOSED)
    add("iscomplexobj isrealobj", "ANY", (), "about dtypes, not values", HOST)
    add("isscalar", "ANY", (), "about types, not values", HOST)
    add("shares_memory may_share_memory", "ANY", (), "bool result", HOST)
    add("ndim shape size", "ANY", (), "about shapes, not values", HOST)
    add("broadcast_shapes", NO_DTYPE, (), "about shapes, not values", HOST)
    add("array_repr array_str", "ANY", (), "text", HOST)
    about_dtypes = "about dtypes, not values"
    add("can_cast isdtype issubdtype promote_types result_type get_default_dtype set_default_dtype", NO_DTYPE, (),
        about_dtypes, HOST)
    add("devices empty_cache get_num_threads get_printoptions is_grad_enabled isa memory_stats printoptions "
        "set_memory_limit set_num_threads set_printoptions", NO_DTYPE, (), "about the library, not values", HOST)
    add_functions_on_demand(add)
    return functions


PYTHON_FUNCTIONS = python_functions()


class Derivative(NamedTuple):
    """How one input is differentiated.

    Attributes
    ----------
    name : str
    state : {'yes', 'zero', 'none'}
    reason : str
        Why the gradient is zero or there is none.
    """

    name: str
    state: str
    reason: str


class Row(NamedTuple):
    """One function of the namespace.

    Attributes
    ----------
    name : str
    same_as : str or None
        Another name of the same function.
    dtypes : str
    inputs : tuple of Derivative
    device : str
    """

    name: str
    same_as: object
    dtypes: str
    inputs: tuple
    device: str

    @property
    def differentiable(self):
        """Whether some input has a gradient; it then has a second one, and forward mode by two walks back."""
        return any(one.state != "none" for one in self.inputs)


def dtypes_taken(accepts):
    """Names of the dtypes that a category takes: those computed in, and those that are converted first."""
    refused = REFUSED.get(accepts, ())
    computed = [name for kind in CATEGORIES[accepts].split() for name in KINDS[kind] if name not in refused]
    return tuple(computed), tuple(name for kind in CONVERTED.get(accepts, "").split() for name in KINDS[kind])


SHORT = {"uint8, uint16, uint32, uint64": "uint8-uint64", "int8, int16, int32, int64": "int8-int64",
         "float16, float32, float64": "float16-float64", "float32, float64": "float32-float64"}


def dtypes_in_words(accepts):
    """The dtypes of a category in short; those in brackets are converted first."""
    if accepts not in CATEGORIES:
        return accepts
    computed, converted = (", ".join(names) for names in dtypes_taken(accepts))
    for long, short in SHORT.items():
        computed, converted = computed.replace(long, short), converted.replace(long, short)
    return f"{computed} ({converted})" if converted else computed


def is_zero(rule):
    """Whether a gradient rule gives zeros whatever it gets."""
    return rule.__code__.co_names == ("F", "zeros_like")


def derivative(record, kinds, name, rule):
    """How one input of a record is differentiated."""
    if record.returns == "BOOL":
        return Derivative(name, "none", "bool result")
    if (record.name, name) in REASONS:
        return Derivative(name, "none", REASONS[record.name, name])
    if kinds.get(name) == "selector":
        return Derivative(name, "none", "positions or a mask")
    if rule is not None:
        return Derivative(name, "zero", "constant between jumps") if is_zero(rule) else Derivative(name, "yes", "")
    if record.returns in ("INDEX", "UINT8", "INT32"):
        return Derivative(name, "none", "integer result")
    if not set("fc") & set(CATEGORIES[record.accepts]):
        return Derivative(name, "none", "integers alone")
    if record.name in PIECEWISE_CONSTANT:
        return Derivative(name, "zero", "constant between jumps")
    # A kernel without a rule and without a reason above is a hole, which the tests find.
    return Derivative(name, "none", "") if record.via is None else Derivative(name, "yes", "")


def derivatives(record):
    """How the inputs of a record are differentiated."""
    kinds = {name: kind for name, kind, _ in record.arguments}
    names = record.inputs
    rules = record.vjp or (None,) * len(names)
    spoken = {"a": "x1", "b": "x2", "c": "x3"} if record.expr is not None else {}
    if len(names) == 1 and record.expr is not None:
        spoken = {"a": "x"}
    found = [derivative(record, kinds, name, rule) for name, rule in zip(names, rules, strict=True)]
    found += [Derivative(name, "yes", "") for name in FURTHER_INPUTS.get(record.name, ())]
    return tuple(one._replace(name=spoken.get(one.name, one.name)) for one in found)


def device_path(record):
    """How another device than the host comes to compute an operation."""
    if record.via is not None:
        return COMPOSED
    if record.gpu == "ElementwiseKernel":
        return "kernel made from the expression"
    return f"kernel of the device, `{record.gpu}`"


def rows():
    """The table: a row for every public function and every operation of the table, by name."""
    found = {name: Row(name, None, "; ".join(filter(None, [dtypes_in_words(record.accepts), REMARKS.get(name)])),
                       derivatives(record), device_path(record))
             for name, record in TABLE.items()}
    for name, function in PYTHON_FUNCTIONS.items():
        inputs = tuple(Derivative(one, "yes", "") for one in function.inputs) or (
            Derivative("", "none", function.reason),)
        found[name] = Row(name, None, dtypes_in_words(function.dtypes), inputs, function.device)
    others = ALIASES | {f"linalg.{name}": name for name in LINALG_ALIASES}
    for alias, name in others.items():
        if name in TABLE:
            found[alias] = found[name]._replace(name=alias, same_as=name)
    return [found[name] for name in sorted(found, key=lambda name: (name.count("."), name))]


def counts(table):
    """How many rows there are of each sort, for a summary.

    Returns
    -------
    dict of str to int
    """
    return {
        "functions": len(table),
        "differentiable": sum(row.differentiable for row in table),
        "with a reason": sum(not row.differentiable for row in table),
    }
