"""The models' base: unknown keys are refused, values are read as meant, and every mistake is explained."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterable, Iterator
from datetime import date
from functools import partial
from typing import Annotated, Any, TypeVar, cast, get_args

from pydantic import BaseModel, BeforeValidator, ConfigDict, TypeAdapter, ValidationError, model_validator
from pydantic_core import PydanticCustomError

from .strict_yaml import MISSING, Where, YamlFile


class Strict(BaseModel):
    """A part of a params file: no unknown keys, not changed after reading."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    @model_validator(mode="before")
    @classmethod
    def _remember_the_keys(cls, data: Any, info: Any) -> Any:
        if isinstance(info.context, dict) and isinstance(data, dict):
            info.context[id(data)] = cls
        return data


Model = TypeVar("Model", bound=Strict)


def wrong(found: str, allowed: str = "", fix: str = "") -> PydanticCustomError:
    """Return the error for a value: what was found, what is allowed, what to do."""
    return PydanticCustomError("wrong", "{found}", {"found": found, "allowed": allowed, "fix": fix})


def unlike(value: Any, allowed: str, fix: str = "") -> PydanticCustomError:
    """Return the error for a value that is not what is allowed here."""
    return wrong(f"found {shown(value)}", allowed, fix)


def shown(value: Any) -> str:
    """Return a value as a message may show it: short, and never one that could be a credential."""
    if value is None:
        return "nothing"
    if isinstance(value, dict | list | tuple):
        return "a list" if not isinstance(value, dict) else "a group of keys"
    text = str(value)
    if re.search(r"://[^/\s]*@|(?=[\w+/=-]*[A-Za-z])(?=[\w+/=-]*[0-9])[\w+/=-]{24,}|^sk-", text):
        return "a value that is not shown here"
    return json.dumps(text if len(text) <= 40 else text[:37] + "...", ensure_ascii=False)


def nearest(name: str, options: Iterable[str], cutoff: float = 60) -> str:
    """Return 'Did you mean "x"?' for the closest of the options, or nothing.

    Likeness runs from 0 to 100. What is nearly the same as a whole comes first ("deal" is deals, not deal_leads). A
    part of a name is enough ("Berlin") only where it is nearly the same; a few letters scattered over a long name are
    no guess.
    """
    from rapidfuzz import fuzz, process, utils

    find = partial(process.extractOne, str(name), list(options), processor=utils.default_process)
    best = find(scorer=fuzz.ratio, score_cutoff=max(cutoff, 75)) or find(scorer=fuzz.WRatio, score_cutoff=cutoff)
    alike = partial(fuzz.ratio, str(name), processor=utils.default_process)
    return f'Did you mean "{best[0]}"?' if best and (best[1] >= 85 or alike(best[0]) >= cutoff) else ""


# Values: each reader returns what a text means, or raises what is wrong with it.


def number_in(text: str) -> float | None:
    """Return the number that a text writes with a decimal point, or None."""
    return float(text) if re.fullmatch(r"[+-]?[0-9]{1,15}(\.[0-9]{1,12})?", text.strip(), re.ASCII) else None


def matching(pattern: str, allowed: str, fix: str = "") -> Callable[[Any], str]:
    """Return a reader of texts of this pattern."""

    def check(value: Any) -> str:
        if isinstance(value, str) and re.fullmatch(pattern, value, re.ASCII):
            return value
        raise unlike(value, allowed, fix)

    return check


def _text(value: Any) -> str:
    if not isinstance(value, str) or not value.strip():
        raise unlike(value, "a text")
    return value.strip()


def read_number(value: Any) -> float:
    """Return a number with a decimal point."""
    if isinstance(value, int | float) and not isinstance(value, bool):
        return float(value)
    number = number_in(value) if isinstance(value, str) else None
    if number is None:
        raise unlike(value, "a number like 0.65 or 1200", "No % sign, no thousands separator.")
    return number


def read_share(value: Any) -> float:
    """Return a share from 0 to 1; percents are explained, not guessed."""
    text = value.strip() if isinstance(value, str) else value
    bare = text.removesuffix("%").strip() if isinstance(text, str) else text
    number = number_in(bare) if isinstance(bare, str) else read_number(bare)
    if number is None:
        raise unlike(value, "a share from 0 to 1, like 0.65")
    if bare != text or not 0 <= number <= 1:
        fix = f"For {number:g}% write {number / 100:g}." if 0 <= number <= 100 else ""
        raise unlike(value, "a share from 0 to 1, like 0.65 (not 65, not 65%)", fix)
    return number


def _whole(value: Any) -> int:
    number = read_number(value)
    if number != int(number):
        raise unlike(value, "a whole number")
    return int(number)


def read_day(value: Any) -> date:
    """Return the date that "2026-03-31" writes."""
    if isinstance(value, date):
        return value
    written = isinstance(value, str) and re.fullmatch(r"[0-9]{4}-[0-9]{2}-[0-9]{2}", value, re.ASCII)
    try:
        return date.fromisoformat(value if written else "")
    except ValueError:
        found = f"found {shown(value)}{', which is not in the calendar' if written else ''}"
        raise wrong(found, "a date like 2026-03-31") from None


def read_flag(value: Any) -> bool:
    """Return whether the value is true; a spreadsheet writes TRUE."""
    text = str(value).lower()
    if text in ("true", "false"):
        return text == "true"
    raise unlike(value, "true or false")


def read_month(value: Any) -> str:
    """Return a month's text, "2026-10"; what a spreadsheet makes of it ("Oct-26") is explained."""
    dated = isinstance(value, str) and re.fullmatch(r"[^\W\d]{3,9}[ ./-]+([0-9]{2}){1,2}", value)
    fix = "A spreadsheet turned it into a date: format the column as text." if dated else "A month has no day."
    return matching(r"20[0-9]{2}-(0[1-9]|1[0-2])", "a month like 2026-10", fix)(value)


Text = Annotated[str, BeforeValidator(_text)]
Number = Annotated[float, BeforeValidator(read_number)]
Share = Annotated[float, BeforeValidator(read_share)]
Whole = Annotated[int, BeforeValidator(_whole)]
Day = Annotated[date, BeforeValidator(read_day)]
MonthText = Annotated[str, BeforeValidator(read_month)]
Flag = Annotated[bool, BeforeValidator(read_flag)]


# From pydantic's errors to ours.


def check(model: type[Model], file: YamlFile) -> Model | None:
    """Return the file's data as a model, or None with every mistake added to `file.problems`."""
    data = {} if file.data is None else file.data
    if file.readable and not isinstance(data, dict):
        fix = f"Start with one of: {', '.join(_keys(model))}."
        file.report((), f"holds {shown(data)} at the top", "keys", fix)
    elif file.readable:
        return cast(Model | None, _validated(model, data, file, model))
    return None


def check_list(model: type[Model], file: YamlFile) -> list[Model]:
    """Return the file's list as models; every mistake is added to `file.problems`."""
    data = [] if file.data is None else file.data
    if file.readable and not isinstance(data, list):
        file.report((), f"holds {shown(data)} at the top", "a list", "Start each entry with a dash (-).")
    elif file.readable:
        return _validated(list[model], data, file, model) or []  # type: ignore[valid-type]
    return []


def _validated(kind: Any, data: Any, file: YamlFile, model: type[Strict]) -> Any:
    keys: dict[int, type[Strict]] = {}
    try:
        return TypeAdapter(kind).validate_python(data, context=keys)
    except ValidationError as error:
        _report(error, file, data, keys, model)
        return None


def sections(model: type[Model], file: YamlFile) -> Model:
    """Return the parts of a wrong file that are right; those that are wrong are None."""
    data = file.data if isinstance(file.data, dict) else {}
    found: dict[str, Any] = {}
    for name, info in model.model_fields.items():
        key = info.alias or name
        try:
            if key in data:
                part: TypeAdapter[Any] = TypeAdapter(Annotated[info.annotation, info])  # type: ignore[arg-type]
                found[name] = part.validate_python(data[key])
            else:
                found[name] = None if info.is_required() else info.get_default(call_default_factory=True)
        except ValidationError:
            found[name] = None
    return cast(Model, model.model_construct(**found))


def _report(
    error: ValidationError, file: YamlFile, data: Any, keys: dict[int, type[Strict]], root: type[Strict]
) -> None:
    for item in error.errors(include_url=False):
        path: Where = item["loc"]
        kind, context, found = item["type"], item.get("ctx", {}), f"found {shown(item['input'])}"
        if kind == "wrong":
            file.report(path, context["found"], context["allowed"], context["fix"])
        elif kind == "missing":
            file.report(path, MISSING)
        elif kind == "extra_forbidden":
            parent = data
            for part in path[:-1]:
                parent = parent[part]
            options, key = _keys(keys.get(id(parent), root)), str(path[-1])
            guess = nearest(key, options, 75) or nearest(key, _every_key(root))
            file.report(path, "is not a known key", ", ".join(options), guess)
        elif kind == "too_short" and item["input"]:
            continue  # its entries are wrong, and reported one by one
        elif kind == "literal_error":
            options = re.findall(r"'([^']*)'", context["expected"])
            file.report(path, found, ", ".join(options), nearest(item["input"], options))
        else:
            file.report(path, found, _EXPECTED.get(kind, item["msg"].lower()))


_EXPECTED = {
    "model_type": "keys with values", "dict_type": "keys with values",
    "list_type": "a list", "tuple_type": "a list", "too_short": "at least one entry",
}  # fmt: skip


def _keys(model: type[Strict]) -> list[str]:
    return [info.alias or name for name, info in model.model_fields.items()]


def _every_key(model: type[Strict], before: str = "", inside: tuple[type, ...] = ()) -> Iterator[str]:
    for name, info in model.model_fields.items():
        dotted = before + (info.alias or name)
        yield dotted
        for part in _models_in(info.annotation):
            if part not in inside:
                yield from _every_key(part, f"{dotted}.", (*inside, part))


def _models_in(annotation: Any) -> Iterator[type[Strict]]:
    if isinstance(annotation, type) and issubclass(annotation, Strict):
        yield annotation
    for part in get_args(annotation):
        yield from _models_in(part)
