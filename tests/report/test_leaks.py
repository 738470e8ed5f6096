"""The last gate: every kind of leak is found, and an ordinary page is not refused."""

from __future__ import annotations

import getpass

import pytest

from alignment_lib.report import leaks


def found(text: str, **more) -> list[str]:
    return [problem.found for problem in leaks.scan(f"<!doctype html><p>{text}</p>", **more)]


@pytest.mark.parametrize(
    "text",
    [
        "Ask ann.lee@example.com", "Call +1 212 555 0142", "(212) 555-0142", "see /home/ann/exports/a.csv",
        "C:\\Users\\ann", "file:/a", "owner-1a2b3c4d", "nan%", "$inf", "None", "cost: None.", "NaT",
        "&lt;Axes: &gt;",
        "Traceback (most recent call last)", "KeyError: 3", "0.123456789", "In [3]:", "<!-- x -->",
        '<a href="javascript:x">x</a>', "<script>x</script>", '<p onclick="x">x</p>', '<img alt="ann@example.com">',
        '<a href="https://example.com">x</a>', '<p style="x">x</p>', "<style>@import 'x'</style>", "<iframe>", "<base>",
        "<style>p{background:url(//cdn/x)}</style>", '<meta http-equiv="refresh" content="0">',
        '<svg><rect fill="url(https://example.com)"/></svg>', '<svg onload="x"></svg>', "<svg><foreignObject/></svg>",
        '<svg><desc>ann@example.com</desc></svg>', '<i aria-label="call +44 20 7946 0000">x</i>',
    ],
)  # fmt: skip
def test_a_leak_is_found(text):
    assert found(text)


@pytest.mark.parametrize(
    "text",
    [
        "345 of 411 leads (84%), 2026-10-31", "12,345,678 leads", "$152,315–$164,300", "None recorded", "No finance",
        "inputs 5f2a9c01 params 00911234", "Enquiries after 16:00 at Harbour: 22 of 84", "Nancy", "the infinitive",
        "5 to 11 October", "contacts.csv", "a/b test", "24/7", '<data value="0.839416058">84%</data>', "www and http",
        "https://www.example.com/lp", "//cdn", "javascript:alert(1)", "@import",
        "&lt;script&gt;alert(1)&lt;/script&gt;",
        '<i aria-label="x&#39; onmouseover=&#39;alert(1)">x</i>', "<style>p{fill:url(#a)}</style>",
    ],
)  # fmt: skip
def test_an_ordinary_text_is_not(text):
    assert found(text) == []


def test_a_label_from_the_data_may_be_called_none_but_no_sentence_may():
    assert found("None", labels={"None"}) == []
    assert found("None", labels={"Nothing"}) == ["an empty value: None"]
    assert found("ann@example.com", labels={"ann@example.com"})


def test_a_name_from_the_data_is_shown_in_a_sentence_too_but_only_that_name():
    names = {"nan", "/home/page", "/home/a-very-long-landing-page"}
    assert found("Nan brought 3 leads, /home/page 2.", labels=names) == []
    assert found("/home/a-very-long-l…", labels=names) == []
    assert found("nan brought $nan", labels=names)
    assert found("/home/page/exports", labels=names)


def test_a_folder_of_this_machine_is_a_leak_whatever_the_data_call_it(monkeypatch, tmp_path):
    monkeypatch.chdir(tmp_path)
    assert found(f"{tmp_path}/a.csv", labels={f"{tmp_path}/a.csv"})


def test_the_account_is_a_leak_unless_it_is_an_ordinary_word(monkeypatch):
    monkeypatch.setattr(getpass, "getuser", lambda: "hgruber")
    assert found("made by hgruber")
    monkeypatch.setattr(getpass, "getuser", lambda: "root")
    assert found("the root cause") == []


def test_a_leak_is_reported_without_being_repeated():
    assert "ann.lee@example.com" not in str(found("Ask ann.lee@example.com today"))
