"""What to use instead of names that NumPy has, or had, and this library has not."""

DATES = "tensors hold numbers only: use numpy.{name} and bring its results over with .astype('int64')"
TEXT = "tensors hold numbers only: keep text in lists or in numpy arrays"
WIDTH = "the widest dtypes are float64 and complex128"
BUILTIN = "it was Python's {name}: use {name}, or {dtype} for the dtype"
RENAMED = "NumPy 2 removed it: use {instead}"

BY_REASON = {
    "matrices are tensors of two dimensions here, with @ for products: use array(...) or block":
        "matrix asmatrix bmat mat",
    "masked arrays are not there: use a mask of bools beside the tensor, where=, or NaN and isnan; numpy.ma takes "
    "t.numpy()": "ma",
    "structures are not there: use a dictionary of tensors, or numpy.{name} and its columns as tensors":
        "rec recarray record void format_parser fromregex",
    DATES: "datetime64 timedelta64 datetime_as_string datetime_data busday_count busday_offset busdaycalendar "
           "is_busday isnat",
    TEXT: "char strings str_ bytes_ chararray",
    WIDTH: "longdouble float128 clongdouble complex256",
    "tensors hold no Python objects: use a list": "object_ object0",
    "use numpy.memmap(...) and asarray of it, which shares its memory, or load(file, mmap_mode='r')": "memmap",
    "polyfit, polyval, roots and poly1d are here; numpy.polynomial takes t.numpy()": "polynomial",
    "NumPy's headers say nothing about tensors, which compiled code takes by the buffer protocol, DLPack or "
    "__array_interface__; for NumPy's own there is numpy.get_include()": "get_include",
    "it is for extensions of NumPy itself": "f2py ctypeslib core test info nested_iters",
}
OLD = {
    "float_": "float64", "complex_": "complex128", "unicode_": "str", "string_": "bytes", "Inf": "inf",
    "Infinity": "inf", "infty": "inf", "PINF": "inf", "NINF": "-inf", "NaN": "nan", "NAN": "nan",
    "PZERO": "0.0", "NZERO": "-0.0",
    "bool8": "bool", "int0": "int64", "uint0": "uint64", "product": "prod", "cumproduct": "cumprod", "alltrue": "all",
    "sometrue": "any", "round_": "round", "in1d": "isin", "trapz": "trapezoid", "msort": "sort(a, axis=0)",
    "asfarray": "asarray(a, dtype=float)", "asscalar": "a.item()", "find_common_type": "result_type",
    "issubsctype": "issubdtype", "issubclass_": "issubclass", "obj2sctype": "dtype(obj).type",
    "maximum_sctype": "float64", "sctype2char": "dtype(obj).char", "cast": "asarray(a, dtype=...)",
    "safe_eval": "ast.literal_eval", "recfromcsv": "genfromtxt(delimiter=',')", "recfromtxt": "genfromtxt",
    "nbytes": "dtype(...).itemsize", "compat": "the name itself", "deprecate": "warnings.warn",
    "AxisError": "exceptions.AxisError", "ComplexWarning": "exceptions.ComplexWarning",
    "RankWarning": "exceptions.RankWarning", "VisibleDeprecationWarning": "exceptions.VisibleDeprecationWarning",
}
BUILTINS = {"int": "int64", "float": "float64", "complex": "complex128", "object": "no tensor", "str": "no tensor"}


def reason_for(name):
    """Why the namespace has no such name and what to use, as the end of a message; '' where nothing is known."""
    if name in OLD:
        return "; " + RENAMED.format(instead=OLD[name])
    if name in BUILTINS:
        return "; " + BUILTIN.format(name=name, dtype=BUILTINS[name])
    for reason, names in BY_REASON.items():
        if name in names.split():
            return "; " + reason.format(name=name)
    return ""
