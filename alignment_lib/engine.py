"""The engine that reduces lead rows to tallies: DuckDB or Apache Spark, from the same SQL files.

The files keep to the part of DuckDB's dialect that sqlglot carries to Spark unchanged, and results do not
depend on the number of threads: counts are whole numbers, money is summed as decimals, and every tally is
ordered by its keys.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from datetime import date, datetime
from functools import cache
from importlib.resources import files
from pathlib import Path
from string import Template
from typing import Any, Protocol

import pandas as pd
import pyarrow as pa

from .errors import ParamsError, Problem


class Sql(str):
    """A piece of SQL made by our own code; every other text is rendered as a quoted literal."""


class Engine(Protocol):
    """What journeys and tallies need of an engine."""

    def add(self, name: str, source: Path | pd.DataFrame) -> None:
        """Make a Parquet file or a frame known under a name."""

    def columns(self, name: str) -> list[str]:
        """Return the column names of what is known under a name."""

    def view(self, name: str, sql: str) -> None:
        """Name a query, run wherever it is used."""

    def create(self, name: str, sql: str) -> None:
        """Run a query once and keep its rows under a name."""

    def run(self, sql: str) -> pd.DataFrame:
        """Run a query and return its rows."""

    def close(self) -> None:
        """Give memory and threads back."""


class DuckDB:
    """The default engine, in memory, inside this process.

    Parameters
    ----------
    threads : int, optional
        At most so many threads; the machine's cores when left out. Results are the same.
    memory : str, optional
        At most so much memory ("2GB"); DuckDB's own limit when left out.
    """

    def __init__(self, threads: int | None = None, memory: str | None = None):
        import duckdb

        settings: dict[str, Any] = {"preserve_insertion_order": False, "autoinstall_known_extensions": False}
        if threads:
            settings["threads"] = threads
        if memory:
            settings["memory_limit"] = memory
        self._con = duckdb.connect(":memory:", config=settings)

    def add(self, name: str, source: Path | pd.DataFrame) -> None:
        """See `Engine.add`. Frames are copied, Parquet is read where it lies."""
        if isinstance(source, pd.DataFrame):
            self._con.register("frame_to_add", pa.Table.from_pandas(source, preserve_index=False))
            self._con.execute(f"CREATE OR REPLACE TEMP TABLE {quoted_name(name)} AS FROM frame_to_add")
            self._con.unregister("frame_to_add")
        else:
            path = literal(str(source))
            self._con.execute(f"CREATE OR REPLACE TEMP VIEW {quoted_name(name)} AS FROM read_parquet({path})")

    def columns(self, name: str) -> list[str]:
        """See `Engine.columns`."""
        return self._con.sql(f"FROM {quoted_name(name)} LIMIT 0").columns

    def view(self, name: str, sql: str) -> None:
        """See `Engine.view`."""
        self._con.execute(f"CREATE OR REPLACE TEMP VIEW {quoted_name(name)} AS {sql}")

    def create(self, name: str, sql: str) -> None:
        """See `Engine.create`."""
        self._con.execute(f"CREATE OR REPLACE TEMP TABLE {quoted_name(name)} AS {sql}")

    def run(self, sql: str) -> pd.DataFrame:
        """See `Engine.run`."""
        return self._con.sql(sql).df()

    def close(self) -> None:
        """See `Engine.close`."""
        self._con.close()


class Spark:
    """The same SQL on Apache Spark, transpiled by sqlglot; needs the extra `spark` and Java 17.

    Parameters
    ----------
    session : pyspark.sql.SparkSession, optional
        Your cluster's session; a local one is started when left out. Its time zone is set to UTC.

    Raises
    ------
    ParamsError
        If pyspark is not installed.
    """

    def __init__(self, session: Any = None):
        try:
            from pyspark.sql import SparkSession
        except ImportError:
            fix = "Install the extra: pip install 'alignment-lib[spark]', and Java 17; or leave the line out."
            raise ParamsError(
                "Spark cannot start:", [Problem("report.yml engine", "pyspark is not installed", fix=fix)]
            ) from None

        if session is None:
            builder = SparkSession.builder.master("local[2]").appName("alignment")
            builder = builder.config("spark.ui.enabled", "false").config(
                "spark.ui.showConsoleProgress", "false"
            )
            builder = builder.config("spark.sql.shuffle.partitions", "2")
            builder = builder.config("spark.driver.bindAddress", "127.0.0.1")
            session = builder.config("spark.driver.host", "127.0.0.1").getOrCreate()
        session.conf.set("spark.sql.session.timeZone", "UTC")
        session.conf.set("spark.sql.timestampType", "TIMESTAMP_NTZ")
        self._session = session

    def add(self, name: str, source: Path | pd.DataFrame) -> None:
        """See `Engine.add`."""
        if isinstance(source, pd.DataFrame):
            rows = self._session.createDataFrame(pa.Table.from_pandas(source, preserve_index=False))
        else:
            rows = self._session.read.parquet(str(source))
        rows.createOrReplaceTempView(name)

    def columns(self, name: str) -> list[str]:
        """See `Engine.columns`."""
        return self._session.table(name).columns

    def view(self, name: str, sql: str) -> None:
        """See `Engine.view`."""
        self._session.sql(for_spark(sql)).createOrReplaceTempView(name)

    def create(self, name: str, sql: str) -> None:
        """See `Engine.create`."""
        # Its rows, without the plan that made them: many later statements would each carry that plan again.
        self._session.sql(for_spark(sql)).localCheckpoint().createOrReplaceTempView(name)

    def run(self, sql: str) -> pd.DataFrame:
        """See `Engine.run`."""
        return self._session.sql(for_spark(sql)).toPandas()

    def close(self) -> None:
        """See `Engine.close`."""
        self._session.stop()


def for_spark(sql: str) -> str:
    """Carry one statement from DuckDB's dialect to Spark's."""
    import sqlglot

    return sqlglot.transpile(sql, read="duckdb", write="spark")[0]


@cache
def _text_of(name: str) -> Template:
    return Template((files("alignment_lib") / "sql" / f"{name}.sql").read_text(encoding="utf-8"))


def read_sql(name: str, values: Mapping[str, Any]) -> str:
    """Return `sql/<name>.sql` with each `$value` filled in; a value that the file asks for must be there."""
    return _text_of(name).substitute({key: literal(value) for key, value in values.items()})


def literal(value: Any) -> str:
    """Return a value as SQL that both engines read.

    >>> print(literal("it's"), literal(date(2026, 11, 3)), literal(None), literal(Sql("a > 1")))
    'it''s' DATE '2026-11-03' NULL a > 1
    """
    match value:
        case Sql():
            return str(value)
        case None:
            return "NULL"
        case bool():
            return "TRUE" if value else "FALSE"
        case int():
            return str(value)
        case float() if math.isfinite(value):
            return f"CAST({value!r} AS DOUBLE)"
        case datetime():
            raise TypeError("instants are not rendered into SQL")
        case date():
            return f"DATE '{value.isoformat()}'"
        case str():
            return "'" + value.replace("'", "''") + "'"
    raise TypeError(f"no SQL literal for {type(value).__name__}")


def quoted_name(name: str) -> str:
    """Return a table or column name, quoted."""
    return '"' + name.replace('"', '""') + '"'
