"""Benchmark of several workers behind one port."""
