"""Saving and loading: safetensors files, written atomically, read without running anything."""

from .checkpoint import load, read_metadata, save

__all__ = ["load", "read_metadata", "save"]
