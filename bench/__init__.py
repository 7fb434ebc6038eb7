"""The benchmarks, one command each: `python -m bench.fanout`, `python -m bench.writes`."""
