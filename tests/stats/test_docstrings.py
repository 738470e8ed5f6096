"""The examples in the docstrings are right."""

import doctest

import pytest

from alignment_lib.stats import (
    bounds,
    calibration,
    competing,
    credit,
    fitted,
    intervals,
    shrinkage,
    split,
    standardise,
    tests,
    usual_range,
    waiting,
)

MODULES = [
    bounds,
    calibration,
    competing,
    credit,
    fitted,
    intervals,
    shrinkage,
    split,
    standardise,
    tests,
    usual_range,
    waiting,
]


@pytest.mark.parametrize("module", MODULES, ids=lambda module: module.__name__)
def test_examples(module):
    result = doctest.testmod(module)
    assert result.attempted > 0
    assert result.failed == 0
