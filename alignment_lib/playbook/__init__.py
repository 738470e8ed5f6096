"""What the two teams agreed, read strictly: settings, playbook versions, rules, plan, small files."""

from .company import Company, read_company
from .hours import Hours
from .model import USUAL_STAGES, Playbook, stages_of
from .parts import Definition
from .rules import Rule
from .settings import Settings
from .small_files import Promise, Thanks

__all__ = [
    "USUAL_STAGES", "Company", "Definition", "Hours", "Playbook", "Promise", "Rule", "Settings", "Thanks",
    "read_company", "stages_of",
]  # fmt: skip
