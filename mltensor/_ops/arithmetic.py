"""Arithmetic."""

from .record import F, family

op = family("arithmetic")

op("add", expr="a + b", vjp=(lambda g: g, lambda g: g), gpu="add", doc="Sum, element by element.")
op("multiply", expr="a * b", vjp=(lambda g, b: g * b, lambda g, a: g * a), gpu="multiply",
   doc="Product, element by element.")
op("negative", accepts="NOT_BOOL", expr="-a", vjp=(lambda g: -g), gpu="negative", doc="The number with its sign changed.")
