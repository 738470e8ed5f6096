import json
import os
import time
from pathlib import Path

import pytest

from alignment_lib.playbook.strict import MonthText, Share, Strict, check, nearest
from alignment_lib.playbook.strict_yaml import looks_secret, read_yaml

CORPUS = Path(__file__).resolve().parents[3] / "shared" / "faults" / "params"


class Split(Strict):
    marketing: Share
    sales: Share


class Tiny(Strict):
    month: MonthText = "2026-10"
    split: Split | None = None
    target_marketing: Share = 0.5
    name: str = ""


def problems_in(tmp_path, text, model=Tiny):
    path = tmp_path / "tiny.yml"
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    file = read_yaml(path, "tiny.yml")
    check(model, file)
    return [str(problem) for problem in file.problems]


def data_in(tmp_path, text):
    path = tmp_path / "tiny.yml"
    path.write_text(text, encoding="utf-8")
    file = read_yaml(path, "tiny.yml")
    assert file.problems == []
    return file.data


def test_scalars_stay_text_and_only_bare_nothing_is_nothing(tmp_path):
    text = 'a: NO\nb: 2026-10-01\nc: 01\nd: 1.10\ne: yes\nf:\ng: ""\nh: 12:30\ni: ~\nj: "null"\n'
    assert data_in(tmp_path, text) == {
        "a": "NO", "b": "2026-10-01", "c": "01", "d": "1.10", "e": "yes", "f": None, "g": "", "h": "12:30",
        "i": None, "j": "null",
    }  # fmt: skip


def test_a_byte_order_mark_is_no_part_of_the_first_key(tmp_path):
    assert data_in(tmp_path, "\ufeffa: x\n") == {"a": "x"}


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("name: x\nname: y\n", "tiny.yml, line 1: name: stands twice, in lines 1 and 2"),
        ("name: &a x\n", "has the anchor (&) of an alias"),
        ("name: x\nsplit: *a\n", "tiny.yml, line 2: split: uses an alias"),
        ("month: !!python/object/apply:os.system [touch pwned]\n", "tiny.yml, line 1: month: has a tag"),
        ("name: !!str 5\n", "has a tag"),
        ("a:\n\tb: 1\n", "tiny.yml, line 2: is indented with a tab"),
        ("name: x\n---\nname: y\n", "starts a second document"),
        ("name: [x\n", "is not YAML"),
        ("name: %x\n", "is not YAML"),
        ("[a, b]: x\n", "is not a text"),
        ("- a\n- b\n", "holds a list at the top"),
        ("name: \x07\n", "characters that YAML does not allow"),
        (b"name: caf\xe9\n", "tiny.yml, line 1: is not UTF-8 text"),
        ("name: " + "[" * 30 + "]" * 30 + "\n", "is nested deeper than 20 levels"),
        ("name: " + "x" * 70_000 + "\n", "up to 65,536 bytes"),
        ("<<: {name: x}\n", "<<: is not a known key"),
    ],
)
def test_what_yaml_allows_and_we_do_not(tmp_path, text, said):
    assert any(said in problem for problem in problems_in(tmp_path, text))
    assert not (tmp_path / "pwned").exists()


def test_a_folder_or_a_pipe_is_no_file(tmp_path):
    os.mkfifo(tmp_path / "pipe.yml")
    for name in ("pipe.yml", "absent.yml", "."):
        assert "regular file" in str(read_yaml(tmp_path / name, name).problems[0])


def test_aliases_are_never_expanded(tmp_path):
    names = "abcdefghijklmnop"
    lines = ["a: &a [lol, lol, lol, lol, lol, lol, lol, lol, lol]"]
    lines += [f"{y}: &{y} [{', '.join([f'*{x}'] * 9)}]" for x, y in zip(names, names[1:], strict=False)]
    started = time.perf_counter()
    assert any("alias" in problem for problem in problems_in(tmp_path, "\n".join(lines)))
    assert time.perf_counter() - started < 1


@pytest.mark.parametrize(
    "key", ["crm_api_key", "DB_PASSWORD", "apiKey", "hubspot-token", "client_secret", "api key 2"]
)
def test_a_secret_is_refused_and_never_repeated(tmp_path, key):
    said = "\n".join(problems_in(tmp_path, f"{key}: sk-CANARY\nsplit: {{{key}: {{deep: sk-CANARY}}}}\n"))
    assert said.count("looks like a secret") == 2
    assert "CANARY" not in said


@pytest.mark.parametrize(
    "key", ["key_env", "TOKEN_ENV", "person_key", "account_key", "Secret Santa", "monkey", "lead_id"]
)
def test_ordinary_names_are_no_secrets(key):
    assert not looks_secret(key)


@pytest.mark.parametrize(
    "value", ["postgres://me:CANARY@host/db", "sk-CANARY", "Zm9vYmFyCANARY123456789abcdefghijkl"]
)
def test_a_value_that_could_be_a_credential_is_not_shown(tmp_path, value):
    said = "\n".join(problems_in(tmp_path, f"month: {value}\ntarget_marketing: {value}\n"))
    assert said.count("a value that is not shown here") == 2
    assert "CANARY" not in said


def test_a_key_cannot_write_to_the_terminal(tmp_path):
    said = "\n".join(problems_in(tmp_path, '"\\e[31mred": 1\n"' + "x" * 100 + '": 1\n'))
    assert "is not a known key" in said
    assert "\x1b" not in said
    assert "x" * 61 not in said


def test_broken_yaml_does_not_quote_the_line(tmp_path):
    assert "CANARY" not in "\n".join(problems_in(tmp_path, "name: x\n  CANARY: : [\n%CANARY\n"))


def test_all_mistakes_of_a_file_come_at_once_with_line_and_path(tmp_path):
    said = problems_in(tmp_path, "month: 2026-10-01\nspilt: {}\nsplit: {marketing: 65, sales: abc}\n")
    share = "share from 0 to 1, like 0.65"
    assert said == [
        'tiny.yml, line 1: month: found "2026-10-01"; allowed: a month like 2026-10. A month has no day.',
        "tiny.yml, line 2: spilt: is not a known key; allowed: month, split, target_marketing, name. "
        'Did you mean "split"?',
        f'tiny.yml, line 3: split.marketing: found "65"; allowed: a {share} (not 65, not 65%). '
        "For 65% write 0.65.",
        f'tiny.yml, line 3: split.sales: found "abc"; allowed: a {share}',
    ]


@pytest.mark.parametrize(
    "text", ["65%", "0.65%", "65", "1.01", "-0.1", "0,65", "1e-1", "nan", "inf", "", "true"]
)
def test_a_share_is_explained_not_guessed(tmp_path, text):
    assert "share from 0 to 1" in problems_in(tmp_path, f'target_marketing: "{text}"\n')[0]


def test_an_empty_file_has_every_default(tmp_path):
    assert problems_in(tmp_path, "") == problems_in(tmp_path, "# nothing yet\n") == []


SAID = {
    "billion_laughs.yml": "the anchor (&) of an alias",
    "py_object.yml": "line 1: month: has a tag",
    "dup_key.yml": "target_marketing: stands twice",
    "date.yml": "allowed: a month like 2026-10",
    "split_not_100.yml": "= 1.10; allowed: shares that add up to 1",
    "split_percent.yml": "For 65% write 0.65",
    "unknown_key.yml": "spilt: is not a known key",
    "secret.yml": "crm_api_key: looks like a secret",
    "tab.yml": "line 2: is indented with a tab",
    "empty.yml": "time_zone: is missing",
}


@pytest.mark.skipif(not CORPUS.exists(), reason="the corpus of faulty params is not here")
def test_the_corpus_is_whole():
    assert set(json.loads((CORPUS / "INDEX.json").read_text())) == set(SAID)


@pytest.mark.skipif(not CORPUS.exists(), reason="the corpus of faulty params is not here")
@pytest.mark.parametrize("name", ["report.yml", "playbook/2026-01-01.yml"])
@pytest.mark.parametrize("fault", SAID)
def test_every_file_of_the_corpus_is_refused(folder, fault, name):
    folder.write(name, (CORPUS / fault).read_bytes())
    said = "\n".join(folder.problems())
    assert "CANARY" not in said
    assert name in said


@pytest.mark.skipif(not CORPUS.exists(), reason="the corpus of faulty params is not here")
@pytest.mark.parametrize("fault", sorted(set(SAID) - {"empty.yml"}))
def test_the_corpus_is_explained(tmp_path, fault):
    from alignment_lib.playbook.parts import LeadSplit

    class Month(Strict):
        month: MonthText = "2026-10"
        split: LeadSplit | None = None
        target_marketing: Share = 0.5

    assert SAID[fault] in "\n".join(problems_in(tmp_path, (CORPUS / fault).read_bytes(), Month))


@pytest.mark.parametrize("name, guess", [
    ("65", ""), ("xyz", ""), ("Mars", ""), ("Berlin", "Europe/Berlin"), ("Amerca/New_York", "America/New_York"),
])  # fmt: skip
def test_a_hopeless_name_gets_no_guess(name, guess):
    zones = ["America/New_York", "Etc/GMT+6", "Europe/Berlin", "Indian/Christmas", "NZ"]
    assert nearest(name, zones) == (f'Did you mean "{guess}"?' if guess else "")


@pytest.mark.parametrize("name, options, guess", [
    ("lead", ["deal_leads", "leads", "deals"], "leads"), ("deal", ["deal_leads", "leads", "deals"], "deals"),
    ("qualified leads", ["leads", "quality leads", "pipeline", "revenue"], "quality leads"),
])  # fmt: skip
def test_a_name_that_is_nearly_the_same_comes_before_one_of_which_it_is_a_part(name, options, guess):
    assert nearest(name, options) == f'Did you mean "{guess}"?'
