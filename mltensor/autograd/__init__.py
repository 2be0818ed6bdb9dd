"""Gradients: switching the tape on and off, walking back, derivatives as functions, own operations, checking them."""

from .backward import backward, grad
from .function import Function
from .gradcheck import gradcheck, gradgradcheck
from .modes import enable_grad, inference_mode, is_grad_enabled, no_grad, set_grad_enabled
from .transforms import jvp, vjp

__all__ = ["Function", "backward", "enable_grad", "grad", "gradcheck", "gradgradcheck", "inference_mode",
           "is_grad_enabled", "jvp", "no_grad", "set_grad_enabled", "vjp"]
