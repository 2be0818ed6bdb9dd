"""All methods and properties of tensors written in Python, by name, for the class to be given."""

from mltensor import _array_methods, _dtype_methods, _inplace_methods, _value_methods

METHODS = (_array_methods.METHODS | _value_methods.METHODS | _dtype_methods.PROPERTIES | _inplace_methods.METHODS)
