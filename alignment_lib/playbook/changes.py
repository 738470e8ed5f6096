"""What changed in the definitions between two versions of the playbook."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from .parts import Definition


@dataclass(frozen=True)
class DefinitionChange:
    """One term that changed: its old and new definition (None: not there), and in which part."""

    term: str
    kind: Literal["added", "removed", "changed"]
    old: Definition | None
    new: Definition | None
    changed_says: bool = False
    changed_rule: bool = False


def definition_changes(old: dict[str, Definition], new: dict[str, Definition]) -> list[DefinitionChange]:
    """Return every term whose words or rule differ, in the order of the new version, removed ones last.

    A new signature alone is no change: what is computed and printed stays.
    """
    changes = []
    for term in [*new, *(term for term in old if term not in new)]:
        before, after = old.get(term), new.get(term)
        if before is None or after is None:
            changes.append(DefinitionChange(term, "removed" if after is None else "added", before, after))
        elif (before.says, before.rule) != (after.says, after.rule):
            says, rule = before.says != after.says, before.rule != after.rule
            changes.append(DefinitionChange(term, "changed", before, after, says, rule))
    return changes
