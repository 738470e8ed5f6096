"""Rules are held against a small evaluator written from the definition: True, False, or None for unknown."""

import math

import duckdb
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import ValidationError

from alignment_lib.playbook import Rule

FIELDS = ["source", "grade", "score", "profile_size"]
WORDS = ["A", "B", "it's", '"; DROP TABLE leads; --', "3", "3.5", "NaN", "ten", "%", "é\\n", "-- x"]
NUMBERS = [-1.0, 0.0, 3.0, 3.5, 50.0]


def rule(data):
    return Rule.model_validate(data)


# An evaluator in the plainest words.


def says(data, lead):
    if "all" in data:
        return conjunction([says(part, lead) for part in data["all"]])
    if "any" in data:
        return negation(conjunction([negation(says(part, lead)) for part in data["any"]]))
    if "not" in data:
        return negation(says(data["not"], lead))
    if "at_least_of" in data:
        answers = [says(part, lead) for part in data["at_least_of"]["rules"]]
        n = data["at_least_of"]["n"]
        if answers.count(True) >= n:
            return True
        return False if answers.count(True) + answers.count(None) < n else None
    value = lead[data["field"]]
    return conjunction([test(kind, data[kind], value, data["field"]) for kind in data if kind != "field"])


def conjunction(answers):
    if False in answers:
        return False
    return None if None in answers else True


def negation(answer):
    return None if answer is None else not answer


def test(kind, wanted, value, field):
    if kind == "known":
        return (value is not None) == wanted
    if value is None:
        return None
    if kind == "is":
        return value == (float(wanted) if field == "score" else wanted)
    if kind == "is_one_of":
        return value in ([float(text) for text in wanted] if field == "score" else wanted)
    try:
        number = float(value)
    except ValueError:
        return None
    if math.isnan(number):
        return None
    return number >= wanted if kind == "at_least" else number <= wanted


test.__test__ = False  # a part of the evaluator


@st.composite
def leaves(draw):
    field = draw(st.sampled_from(FIELDS))
    texts = st.sampled_from(["3", "3.5", "50"] if field == "score" else WORDS)
    tests = {
        "is": texts,
        "is_one_of": st.lists(texts, min_size=1, max_size=3),
        "known": st.booleans(),
    }
    if field in ("score", "profile_size"):
        tests |= {"at_least": st.sampled_from(NUMBERS), "at_most": st.sampled_from(NUMBERS)}
    kinds = draw(st.lists(st.sampled_from(sorted(tests)), min_size=1, max_size=2, unique=True))
    made = {kind: draw(tests[kind]) for kind in kinds}
    if {"at_least", "at_most"} <= made.keys():  # the other way round is a mistake, and refused
        made["at_least"], made["at_most"] = sorted((made["at_least"], made["at_most"]))
    return {"field": field} | made


def trees(inner):
    several = st.lists(inner, min_size=1, max_size=3)
    counted = several.flatmap(
        lambda rules: st.integers(1, len(rules)).map(lambda n: {"at_least_of": {"n": n, "rules": rules}})
    )
    return st.one_of(
        several.map(lambda rules: {"all": rules}),
        several.map(lambda rules: {"any": rules}),
        inner.map(lambda one: {"not": one}),
        counted,
    )


RULES = st.recursive(leaves(), trees, max_leaves=8)
LEADS = st.fixed_dictionaries(
    {
        "source": st.none() | st.sampled_from(WORDS),
        "grade": st.none() | st.sampled_from(WORDS),
        "score": st.none() | st.sampled_from(NUMBERS),
        "profile_size": st.none() | st.sampled_from(WORDS),
    }
)


@pytest.fixture(scope="module")
def database():
    with duckdb.connect() as connection:
        yield connection


def asked(database, data, leads, carried=str):
    """Return what DuckDB answers for each lead."""
    database.execute(
        "CREATE OR REPLACE TABLE people (n INT, source TEXT, grade TEXT, score DOUBLE, profile_size TEXT)"
    )
    rows = [(n, *(lead[field] for field in FIELDS)) for n, lead in enumerate(leads)]
    database.executemany("INSERT INTO people VALUES (?, ?, ?, ?, ?)", rows)
    sql = carried(f"SELECT {rule(data).sql('p')} FROM people AS p ORDER BY n")
    found = database.execute(sql).fetchall()
    return [answer for (answer,) in found]


@settings(max_examples=150, deadline=None)
@given(data=RULES, leads=st.lists(LEADS, min_size=1, max_size=4))
def test_sql_answers_yes_no_or_unknown_as_the_definition_does(database, data, leads):
    assert asked(database, data, leads) == [says(data, lead) for lead in leads]


@settings(max_examples=100, deadline=None)
@given(data=RULES)
def test_every_rule_has_words_and_names_its_fields(data):
    made = rule(data)
    assert made.words().strip()
    assert made.fields() == {name for name in FIELDS if f"'field': '{name}'" in str(data)}


def test_a_lead_without_a_score_is_neither_above_nor_below(database):
    nobody = {"source": None, "grade": None, "score": None, "profile_size": None}
    for data in ({"field": "score", "at_least": 50}, {"not": {"field": "score", "at_least": 50}}):
        assert asked(database, data, [nobody]) == [None]


@pytest.mark.parametrize(
    ("known", "unknown", "answer"), [(2, 0, True), (1, 2, None), (1, 1, None), (1, 0, False), (0, 1, False)]
)
def test_two_of_three_is_decided_as_soon_as_it_can_be(database, known, unknown, answer):
    values = ["A"] * known + [None] * unknown + ["B"] * (3 - known - unknown)
    lead = dict(zip(["source", "grade", "profile_size"], values, strict=True)) | {"score": None}
    data = {
        "at_least_of": {
            "n": 2,
            "rules": [{"field": name, "is": "A"} for name in ("source", "grade", "profile_size")],
        }
    }
    assert asked(database, data, [lead]) == [answer]


@pytest.mark.parametrize(
    ("data", "words"),
    [
        ({"field": "profile_visits_a_week", "at_least": 2}, "visits a week is 2 or more"),
        ({"field": "score", "at_least": 15, "at_most": 49.5}, "score is 15 or more and 49.5 or less"),
        ({"field": "profile_revenue", "at_least": 50000}, "revenue is 50,000 or more"),
        ({"field": "grade", "is_one_of": ["A", "B", "C"]}, "grade is “A”, “B” or “C”"),
        ({"field": "source_detail", "known": "false"}, "source detail is not known"),
        ({"not": {"field": "grade", "is": "D"}}, "not (grade is “D”)"),
        ({"all": [{"field": "grade", "is": "A"}]}, "grade is “A”"),
        (
            {
                "all": [
                    {"field": "grade", "is": "A"},
                    {"any": [{"field": "score", "at_least": 5}, {"field": "team", "is": "sales"}]},
                ]
            },
            "grade is “A”, and (score is 5 or more, or team is “sales”)",
        ),
        (
            {
                "at_least_of": {
                    "n": 1,
                    "rules": [{"field": "grade", "is": "A"}, {"field": "score", "at_most": 5}],
                }
            },
            "at least 1 of these: grade is “A”; score is 5 or less",
        ),
    ],
)  # fmt: skip
def test_a_rule_reads_as_a_person_would_check_it(data, words):
    assert rule(data).words() == words


@pytest.mark.parametrize(
    ("data", "said"),
    [
        ({"field": "status", "is": "won"}, "source, source_detail"),
        ({"field": "profile_x; DROP", "is": "a"}, "profile_<name>"),
        ({"field": "profile_", "is": "a"}, "profile_<name>"),
        ({"field": "scor", "at_least": 1}, 'Did you mean "score"?'),
        ({"field": "grade", "at_least": 1}, "a text, with a number"),
        ({"field": "score", "is": "high"}, "a number, with"),
        ({"field": "score"}, "names a field but no test"),
        ({"at_least": 5}, "has none"),
        ({"all": [{"field": "grade", "is": "A"}], "is": "A"}, "without a field"),
        ({"all": [{"field": "grade", "is": "A"}], "field": "grade"}, "exactly one of"),
        ({"all": []}, "at least 1"),
        ({"at_least_of": {"n": 3, "rules": [{"field": "grade", "is": "A"}]}}, "1 to 1"),
        ({"at_least_of": {"n": 0, "rules": [{"field": "grade", "is": "A"}]}}, "1 to 1"),
        ({"field": "grade", "is": None}, "Fill it in"),
        ({"field": "grade", "known": "yes"}, "true or false"),
        ({"field": "grade", "equals": "A"}, "equals"),
    ],
)
def test_what_is_no_rule_is_refused(data, said):
    with pytest.raises(ValidationError) as caught:
        rule(data)
    texts = [f"{error['msg']} {error.get('ctx')} {error['loc']}" for error in caught.value.errors()]
    assert any(said in text for text in texts)


def test_an_alias_is_a_plain_name():
    with pytest.raises(ValueError, match="alias"):
        rule({"field": "grade", "is": "A"}).sql("leads; DROP")


@settings(max_examples=40, deadline=None)
@given(data=RULES, leads=st.lists(LEADS, min_size=1, max_size=3))
def test_the_sql_means_the_same_in_spark(database, data, leads):
    sqlglot = pytest.importorskip("sqlglot")

    def by_way_of_spark(sql):
        spark = sqlglot.transpile(sql, read="duckdb", write="spark")[0]
        return sqlglot.transpile(spark, read="spark", write="duckdb")[0]

    assert asked(database, data, leads, by_way_of_spark) == asked(database, data, leads)
