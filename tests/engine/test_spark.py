"""The same SQL files on Spark: journeys and tallies equal DuckDB's to 1e-9. Needs pyspark and Java 17."""

from __future__ import annotations

import shutil
import sys

import pandas as pd
import pytest
from small_exports import draw_exports

from alignment_lib.engine import DuckDB, Spark, _text_of, for_spark
from alignment_lib.errors import ParamsError
from alignment_lib.journeys import STEPS
from alignment_lib.tallies import TALLIES


def small_session():
    """Return a local session that does not compile code for a few hundred rows."""
    from pyspark.sql import SparkSession

    options = {
        "ui.enabled": "false", "driver.host": "127.0.0.1", "sql.shuffle.partitions": "1",
        "sql.adaptive.enabled": "false", "sql.codegen.wholeStage": "false",
        "sql.codegen.factoryMode": "NO_CODEGEN",
    }  # fmt: skip
    builder = SparkSession.builder.master("local[1]")
    for key, value in options.items():
        builder = builder.config(f"spark.{key}", value)
    return builder.getOrCreate()


def test_spark_without_its_package_is_an_error_with_a_remedy(monkeypatch):
    monkeypatch.setitem(sys.modules, "pyspark.sql", None)
    with pytest.raises(ParamsError, match=r"alignment-lib\[spark\]"):
        Spark()


def test_every_file_is_carried_to_spark_without_a_word_that_spark_lacks():
    """What sqlglot cannot carry it leaves as it stands; these must not be left."""
    for name in (*STEPS, *(f"tallies_{name}" for name in TALLIES)):
        text = for_spark(_text_of(name).safe_substitute())
        for word in ("EPOCH(", "VARCHAR", "EXCLUDE", "strftime", "QUALIFY", "::"):
            assert word not in text, name


@pytest.mark.slow
def test_journeys_and_tallies_on_spark_equal_duckdbs(count):
    if shutil.which("java") is None:
        pytest.skip("Spark needs Java 17, which is not installed here")
    pytest.importorskip("pyspark", reason="Spark is an extra: pip install 'alignment-lib[spark]'")
    tables = draw_exports(150, seed=1)
    ours = count(**{name: list(rows) for name, rows in tables.items()}, engine=DuckDB(threads=1))
    spark = Spark(small_session())
    try:
        theirs = count(**tables, engine=spark)
        assert set(theirs.journeys.frame()) == set(ours.journeys.frame())
        for name in TALLIES:
            pd.testing.assert_frame_equal(theirs.tallies[name], ours.tallies[name], rtol=1e-9, obj=name)
            assert len(ours.tallies[name]), f"{name} is empty: it proves nothing"
    finally:
        spark.close()
