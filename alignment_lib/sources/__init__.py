"""An export becomes canonical tables: table definitions, mapping files, strict readers, findings."""

from .findings import Exports, FileRead, Finding
from .load import load_exports
from .params import read_params
from .summary import Summary, summary

__all__ = ["Exports", "FileRead", "Finding", "Summary", "load_exports", "read_params", "summary"]
