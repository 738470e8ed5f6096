"""The models' base: unknown keys are refused, values are read as meant, and every mistake is explained."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator
from datetime import date
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
    """Return 'Did you mean "x"?' for the closest of the options, or nothing."""
    from rapidfuzz import fuzz, process, utils

    best = process.extractOne(
        str(name), list(options), scorer=fuzz.WRatio, processor=utils.default_process, score_cutoff=cutoff
    )
    return f'Did you mean "{best[0]}"?' if best else ""


# Values: each reader returns what a text means, or raises what is wrong with it.


def number_in(text: str) -> float | None:
    """Return the number that a text writes with a decimal point, or None."""
    return float(text) if re.fullmatch(r"[+-]?[0-9]{1,15}(\.[0-9]{1,12})?", text.strip(), re.ASCII) else None


def read_text(value: Any) -> str:
    """Return a text that is not empty, trimmed, or raise what is wrong with it."""
    if not isinstance(value, str) or not value.strip():
        raise wrong(f"found {shown(value)}", "a text")
    return value.strip()


def read_number(value: Any) -> float:
    """Return a number with a decimal point, or raise what is wrong with it."""
    if isinstance(value, int | float) and not isinstance(value, bool):
        return float(value)
    number = number_in(value) if isinstance(value, str) else None
    if number is None:
        raise wrong(
            f"found {shown(value)}", "a number like 0.65 or 1200", "No % sign, no thousands separator."
        )
    return number


def read_share(value: Any) -> float:
    """Return a share from 0 to 1; percents are explained, not guessed, or raise what is wrong with it."""
    bare = value.strip().removesuffix("%").strip() if isinstance(value, str) else value
    number = number_in(bare) if isinstance(bare, str) else read_number(bare)
    if number is None:
        raise wrong(f"found {shown(value)}", "a share from 0 to 1, like 0.65")
    if bare != (value.strip() if isinstance(value, str) else value) or not 0 <= number <= 1:
        fix = f"For {number:g}% write {number / 100:g}." if 0 <= number <= 100 else ""
        raise wrong(f"found {shown(value)}", "a share from 0 to 1, like 0.65 (not 65, not 65%)", fix)
    return number


def read_whole(value: Any) -> int:
    """Return a whole number, or raise what is wrong with it."""
    number = read_number(value)
    if number != int(number):
        raise wrong(f"found {shown(value)}", "a whole number")
    return int(number)


def read_day(value: Any) -> date:
    """Return the date that "2026-03-31" writes, or raise what is wrong with it."""
    if isinstance(value, date):
        return value
    if isinstance(value, str) and re.fullmatch(r"[0-9]{4}-[0-9]{2}-[0-9]{2}", value, re.ASCII):
        try:
            return date.fromisoformat(value)
        except ValueError:
            raise wrong(
                f"found {shown(value)}, which is not in the calendar", "a date like 2026-03-31"
            ) from None
    raise wrong(f"found {shown(value)}", "a date like 2026-03-31")


def read_month(value: Any) -> str:
    """Return a month like "2026-10", as text, or raise what is wrong with it."""
    if isinstance(value, str) and re.fullmatch(r"20[0-9]{2}-(0[1-9]|1[0-2])", value, re.ASCII):
        return value
    raise wrong(f"found {shown(value)}", "a month like 2026-10", "A month has no day.")


def read_flag(value: Any) -> bool:
    """Return whether the value is true, or raise what is wrong with it."""
    if value in ("true", "false", True, False):
        return value in ("true", True)
    raise wrong(f"found {shown(value)}", "true or false")


Text = Annotated[str, BeforeValidator(read_text)]
Number = Annotated[float, BeforeValidator(read_number)]
Share = Annotated[float, BeforeValidator(read_share)]
Whole = Annotated[int, BeforeValidator(read_whole)]
Day = Annotated[date, BeforeValidator(read_day)]
MonthText = Annotated[str, BeforeValidator(read_month)]
Flag = Annotated[bool, BeforeValidator(read_flag)]


# From pydantic's errors to ours.


def check(model: type[Model], file: YamlFile) -> Model | None:
    """Return the file's data as a model, or None with every mistake added to `file.problems`."""
    if not file.readable:
        return None
    data = {} if file.data is None else file.data
    if not isinstance(data, dict):
        file.report(
            (), f"holds {shown(data)} at the top", "keys", f"Start with one of: {', '.join(_keys(model))}."
        )
        return None
    keys: dict[int, type[Strict]] = {}
    try:
        return model.model_validate(data, context=keys)
    except ValidationError as error:
        report(error, file, data, keys, model)
        return None


def check_list(model: type[Model], file: YamlFile) -> list[Model]:
    """Return the file's list as models; every mistake is added to `file.problems`."""
    if not file.readable or file.data is None:
        return []
    if not isinstance(file.data, list):
        file.report((), f"holds {shown(file.data)} at the top", "a list", "Start each entry with a dash (-).")
        return []
    keys: dict[int, type[Strict]] = {}
    try:
        entries: TypeAdapter[list[Model]] = TypeAdapter(list[model])  # type: ignore[valid-type]
        return list(entries.validate_python(file.data, context=keys))
    except ValidationError as error:
        report(error, file, file.data, keys, model)
        return []


def sections(model: type[Model], file: YamlFile) -> Model:
    """Return the parts of a wrong file that are right; those that are wrong are None."""
    data = file.data if isinstance(file.data, dict) else {}
    found: dict[str, Any] = {}
    for name, info in model.model_fields.items():
        key = info.alias or name
        if key not in data:
            found[name] = None if info.is_required() else info.get_default(call_default_factory=True)
            continue
        try:
            part: TypeAdapter[Any] = TypeAdapter(Annotated[info.annotation, info])  # type: ignore[arg-type]
            found[name] = part.validate_python(data[key])
        except ValidationError:
            found[name] = None
    return cast(Model, model.model_construct(**found))


def report(
    error: ValidationError, file: YamlFile, data: Any, keys: dict[int, type[Strict]], root: type[Strict]
) -> None:
    """Add every error of a validation to the file's problems, in plain words."""
    for item in error.errors(include_url=False):
        path: Where = item["loc"]
        kind, context = item["type"], item.get("ctx", {})
        if kind == "wrong":
            file.report(path, context["found"], context["allowed"], context["fix"])
        elif kind == "missing":
            file.report(path, MISSING)
        elif kind == "extra_forbidden":
            parent = data
            for part in path[:-1]:
                parent = parent[part]
            file.report(path, "is not a known key", *_known(str(path[-1]), keys.get(id(parent), root), root))
        elif kind == "too_short" and item["input"]:
            continue  # its entries are wrong, and reported one by one
        elif kind == "literal_error":
            options = re.findall(r"'([^']*)'", context["expected"])
            given = str(item["input"])
            file.report(path, f"found {shown(item['input'])}", ", ".join(options), nearest(given, options))
        else:
            file.report(path, f"found {shown(item['input'])}", _EXPECTED.get(kind, item["msg"].lower()))


_EXPECTED = {
    "model_type": "keys with values", "dict_type": "keys with values",
    "list_type": "a list", "tuple_type": "a list", "too_short": "at least one entry",
}  # fmt: skip


def _known(key: str, here: type[Strict], root: type[Strict]) -> tuple[str, str]:
    options = _keys(here)
    guess = nearest(key, options, 75) or nearest(key, (dotted for dotted, _ in _every_key(root)), 60)
    return ", ".join(options), guess


def _keys(model: type[Strict]) -> list[str]:
    return [info.alias or name for name, info in model.model_fields.items()]


def _every_key(
    model: type[Strict], before: str = "", inside: tuple[type, ...] = ()
) -> Iterator[tuple[str, type]]:
    for name, info in model.model_fields.items():
        dotted = before + (info.alias or name)
        yield dotted, model
        for part in _models_in(info.annotation):
            if part not in inside:
                yield from _every_key(part, f"{dotted}.", (*inside, part))


def _models_in(annotation: Any) -> Iterator[type[Strict]]:
    if isinstance(annotation, type) and issubclass(annotation, Strict):
        yield annotation
    for part in get_args(annotation):
        yield from _models_in(part)
