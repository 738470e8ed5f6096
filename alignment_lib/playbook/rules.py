"""Rules: structured conditions on a lead that become SQL safely, and plain words.

A rule answers yes, no or unknown. Unknown is never "no": a lead without a score is neither above 50 nor
below it. SQL's own three-valued logic carries this (NULL = unknown) through AND, OR and NOT; "at least n of"
is spelled out.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Annotated, Any

from pydantic import BeforeValidator, Field, field_validator, model_validator

from .strict import Flag, Number, Strict, Text, Whole, nearest, number_in, shown, unlike, wrong
from .strict_yaml import Where

# Lead columns known at hand-over. What is known only later (status, disposition) would let the result decide.
TEXT_FIELDS = ("source", "source_detail", "campaign", "arrival", "team", "location", "grade")
NUMBER_FIELDS = ("score",)
_PROFILE = re.compile(r"profile_[a-z0-9_]{1,60}", re.ASCII)


def _field(value: Any) -> str:
    if isinstance(value, str) and (value in TEXT_FIELDS + NUMBER_FIELDS or _PROFILE.fullmatch(value)):
        return value
    allowed = ", ".join((*TEXT_FIELDS, *NUMBER_FIELDS, "profile_<name>"))
    raise unlike(value, allowed, nearest(value, TEXT_FIELDS + NUMBER_FIELDS))


class AtLeastOf(Strict):
    """`n` of the `rules` must hold."""

    n: Whole
    rules: Annotated[tuple[Rule, ...], Field(min_length=1)]

    @model_validator(mode="after")
    def _n_is_possible(self) -> AtLeastOf:
        if not 1 <= self.n <= len(self.rules):
            raise wrong(f"n is {self.n}", f"1 to {len(self.rules)}, the number of its rules")
        return self


class Rule(Strict):
    """One condition: all, any, not or at_least_of other rules, or tests of one field.

    The tests of a field (is, is_one_of, at_least, at_most, known) must all hold when several are given.

    Examples
    --------
    >>> tests = [{"field": "score", "at_least": 50}, {"field": "grade", "is": "A"}]
    >>> rule = Rule.model_validate({"any": tests})
    >>> rule.sql()
    "(leads.score >= 50 OR leads.grade = 'A')"
    >>> rule.words()
    'score is 50 or more, or grade is A'
    >>> sorted(rule.fields())
    ['grade', 'score']
    """

    all: Annotated[tuple[Rule, ...] | None, Field(min_length=1)] = None
    any: Annotated[tuple[Rule, ...] | None, Field(min_length=1)] = None
    not_: Annotated[Rule | None, Field(alias="not")] = None
    at_least_of: AtLeastOf | None = None
    field: Annotated[str, BeforeValidator(_field)] | None = None
    is_: Annotated[Text | None, Field(alias="is")] = None
    is_one_of: Annotated[tuple[Text, ...] | None, Field(min_length=1)] = None
    at_least: Number | None = None
    at_most: Number | None = None
    known: Flag | None = None

    @field_validator("*", mode="before")
    @classmethod
    def _not_empty(cls, value: Any) -> Any:
        if value is None:
            raise wrong("found nothing", "a value", "Fill it in, or leave the key out.")
        return value

    @model_validator(mode="after")
    def _one_form(self) -> Rule:
        forms = [name for name in ("all", "any", "not", "at_least_of", "field") if self._given(name)]
        tests = [name for name in ("is", "is_one_of", "at_least", "at_most", "known") if self._given(name)]
        if len(forms) != 1:
            given = ", ".join(forms) or "none"
            raise wrong(f"has {given}", "exactly one of all, any, not, at_least_of, field")
        if forms == ["field"] and not tests:
            raise wrong("names a field but no test", "is, is_one_of, at_least, at_most, known")
        if forms != ["field"] and tests:
            raise wrong(f"has {', '.join(tests)} without a field", f"field beside {', '.join(tests)}")
        if self.field in TEXT_FIELDS and (self.at_least is not None or self.at_most is not None):
            raise wrong(f"compares {self.field}, a text, with a number", "is, is_one_of, known")
        if self.at_least is not None and self.at_most is not None and self.at_least > self.at_most:
            raise wrong(f"is at least {self.at_least:g} and at most {self.at_most:g}", "at_least up to at_most")
        if self.field in NUMBER_FIELDS:
            for text in [*(self.is_one_of or ()), *([self.is_] if self.is_ is not None else [])]:
                if number_in(text) is None:
                    raise wrong(f"compares {self.field}, a number, with {shown(text)}", "numbers")
        return self

    def sql(self, alias: str = "leads") -> str:
        """Return a SQL boolean over the columns of `alias`: true, false, or NULL for unknown.

        Fields come from the allow-list and texts are quoted, so that nothing a file says can become SQL.
        Numbers kept in a profile field are compared as numbers; what is not a number there is unknown.
        """
        if not re.fullmatch(r"[A-Za-z_][A-Za-z0-9_]*", alias, re.ASCII):
            raise ValueError(f"{alias!r} is not a table alias")
        if self.not_ is not None:
            return f"(NOT {self.not_.sql(alias)})"
        if self.at_least_of is not None:
            return _at_least_of(self.at_least_of.n, [rule.sql(alias) for rule in self.at_least_of.rules])
        if self.field is not None:
            return _joined("AND", [sql for sql, _ in self._tests(f"{alias}.{self.field}")])
        return _joined("AND" if self.all else "OR", [rule.sql(alias) for rule in self.all or self.any or ()])

    def words(self) -> str:
        """Return the rule as plain words, as a person would check it."""
        if self.not_ is not None:
            return f"not ({self.not_.words()})"
        if self.at_least_of is not None:
            parts = "; ".join(rule.words() for rule in self.at_least_of.rules)
            return f"at least {self.at_least_of.n} of these: {parts}"
        if self.field is not None:
            name = self.field.removeprefix("profile_").replace("_", " ")
            return f"{name} is {' and '.join(words for _, words in self._tests(name))}"
        first, *others = self.all or self.any or ()
        if not others:
            return first.words()
        each = (rule.words() if rule.field else f"({rule.words()})" for rule in (first, *others))
        return f", {'and' if self.all else 'or'} ".join(each)

    def fields(self) -> set[str]:
        """Return the lead columns that the rule needs."""
        return {rule.field for _, rule in self.leaves() if rule.field}

    def leaves(self, path: Where = ()) -> Iterator[tuple[Where, Rule]]:
        """Yield each rule that tests a field, this one or one inside it, with its path of keys."""
        if self.field is not None:
            yield path, self
        if self.not_ is not None:
            yield from self.not_.leaves((*path, "not"))
        of = self.at_least_of.rules if self.at_least_of else None
        for keys, rules in ((("all",), self.all), (("any",), self.any), (("at_least_of", "rules"), of)):
            for n, rule in enumerate(rules or ()):
                yield from rule.leaves((*path, *keys, n))

    def renamed(self, sources: Mapping[str, str]) -> Rule:
        """Return the rule with each source by the name that it has now."""
        change: dict[str, Any] = {
            name: tuple(rule.renamed(sources) for rule in rules)
            for name, rules in (("all", self.all), ("any", self.any))
            if rules
        }
        if self.not_ is not None:
            change["not_"] = self.not_.renamed(sources)
        if self.at_least_of is not None:
            rules = tuple(rule.renamed(sources) for rule in self.at_least_of.rules)
            change["at_least_of"] = self.at_least_of.model_copy(update={"rules": rules})
        if self.field == "source" and self.is_ is not None:
            change["is_"] = sources.get(self.is_, self.is_)
        if self.field == "source" and self.is_one_of is not None:
            change["is_one_of"] = tuple(sources.get(word, word) for word in self.is_one_of)
        return self.model_copy(update=change)

    def _given(self, name: str) -> bool:
        return getattr(self, name + "_" if name in ("is", "not") else name) is not None

    def _tests(self, column: str) -> Iterator[tuple[str, str]]:
        """Yield each test of the field as SQL and as words."""
        is_number = self.field in NUMBER_FIELDS
        quoted, said = (_number, str) if is_number else (_text, "“{}”".format)
        # TRY_CAST reads "NaN" as a number that is above every other; it is no answer.
        number = column if is_number else f"NULLIF(TRY_CAST({column} AS DOUBLE), CAST('NaN' AS DOUBLE))"
        if self.is_ is not None:
            yield f"{column} = {quoted(self.is_)}", said(self.is_)
        if self.is_one_of is not None:
            *first, last = map(said, self.is_one_of)
            words = f"{', '.join(first)} or {last}" if first else last
            yield f"{column} IN ({', '.join(map(quoted, self.is_one_of))})", words
        if self.at_least is not None:
            yield f"{number} >= {self.at_least:.15g}", f"{self.at_least:,.15g} or more"
        if self.at_most is not None:
            yield f"{number} <= {self.at_most:.15g}", f"{self.at_most:,.15g} or less"
        if self.known is not None:
            yield f"{column} IS {'NOT ' if self.known else ''}NULL", "known" if self.known else "not known"


def _joined(word: str, parts: list[str]) -> str:
    return parts[0] if len(parts) == 1 else f"({f' {word} '.join(parts)})"


def _at_least_of(n: int, parts: list[str]) -> str:
    """Yes as soon as n hold; no as soon as n can no longer hold; else unknown."""
    hold = " + ".join(f"CASE WHEN {part} THEN 1 ELSE 0 END" for part in parts)
    may_hold = " + ".join(f"CASE WHEN NOT {part} THEN 0 ELSE 1 END" for part in parts)
    return f"(CASE WHEN {hold} >= {n} THEN TRUE WHEN {may_hold} < {n} THEN FALSE END)"


def _text(text: str) -> str:
    return "'" + text.replace("'", "''") + "'"


def _number(text: str) -> str:
    return f"{float(text):.15g}"
