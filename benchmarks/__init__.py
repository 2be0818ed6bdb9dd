"""The same work in mltensor, NumPy and PyTorch, side by side: ``python -m benchmarks``."""
