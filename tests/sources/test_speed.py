"""Reading stays fast: a generous bound, as other programs share the machine; `make bench` prints the figure."""

from __future__ import annotations

import runpy
from pathlib import Path

import pytest

BENCH = Path(__file__).parents[1] / "benchmarks" / "bench_reading.py"


@pytest.mark.slow
def test_a_million_rows_load_in_at_most_three_times_what_a_bare_reader_takes():
    assert runpy.run_path(str(BENCH))["main"](repeats=3) < 3.0
