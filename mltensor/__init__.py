"""mltensor."""
