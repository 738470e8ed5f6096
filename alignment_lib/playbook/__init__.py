"""What the two teams agreed, read strictly: settings, playbook versions, rules, plan, small files."""

from .changes import DefinitionChange
from .company import Company, read_company
from .hours import Hours
from .model import EXPECTED_TERMS, Playbook
from .parts import Definition
from .rules import Rule
from .settings import Settings
from .small_files import Promise, Thanks

__all__ = [
    "EXPECTED_TERMS", "Company", "Definition", "DefinitionChange", "Hours", "Playbook", "Promise", "Rule",
    "Settings", "Thanks", "read_company",
]  # fmt: skip
