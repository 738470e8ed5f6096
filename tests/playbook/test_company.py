import subprocess
import sys
from datetime import date

import pytest

from alignment_lib.playbook import read_company
from alignment_lib.playbook.checks import TERMS
from alignment_lib.questions.definitions import REQUIRED

# The sample company.


def test_the_sample_is_read_without_a_word_of_complaint(riverside):
    assert riverside.name == "riverside"
    assert riverside.warnings == ()
    assert riverside.exports.name == "riverside"
    assert [book.in_force_from for book in riverside.playbooks] == [date(2024, 5, 1), date(2026, 9, 1)]


def test_the_version_in_force_is_the_latest_one_begun(riverside):
    def version_on(day):
        return riverside.playbook_on(day).in_force_from

    assert version_on(date(2026, 8, 31)) == date(2024, 5, 1)
    assert version_on(date(2026, 9, 1)) == date(2026, 9, 1)
    assert version_on(date(2020, 1, 1)) == date(2024, 5, 1)  # the first one also covers the days before it


def test_the_sample_changed_one_definition_in_september(riverside):
    first, second = riverside.playbooks
    [changed] = [term for term in second.terms if first.terms[term] != second.terms[term]]
    assert changed == "quality_lead"
    assert "trial request" in second.terms[changed].rule.words()
    assert "trial request" not in first.terms[changed].rule.words()


def test_the_playbook_answers_who_owns_what(riverside):
    book = riverside.playbook_on(date(2026, 10, 1))
    assert (book.team_of("Referral"), book.team_of("Paid search"), book.team_of("TikTok")) == (
        "sales",
        "marketing",
        None,
    )
    assert book.team_of("Facebook Ads") == "marketing"  # by its earlier name
    assert (book.strategy_of("Free week"), book.strategy_of("other")) == ("Trial", None)
    assert (book.arrivals["web form"].waits, book.arrivals["walk-in"].waits) == (True, False)
    assert (book.reply.within_minutes, book.reply.routed_within_minutes) == (120, 60)
    assert all(term.is_agreed for term in book.terms.values())
    assert book.score.labels[0] == "0-15"


def test_locations_open_on_a_weekday_a_sunday_and_holidays(riverside):
    book = riverside.playbook_on(date(2026, 10, 1))
    holidays = book.holidays_of("Harbour")
    assert [place for place in book.locations if not book.hours_of(place)[6]] == ["Old Mill", "Station"]
    assert holidays.closed_on(date(2026, 12, 25)) and not holidays.closed_on(date(2026, 10, 5))
    assert holidays.closed_on(date(2026, 11, 27))  # a day of one's own


def test_reading_a_playbook_loads_neither_pandas_nor_holidays():
    code = "import sys, alignment_lib.playbook.model, alignment_lib.playbook.company as c; "
    code += "print({'pandas', 'holidays', 'rapidfuzz'} & set(sys.modules))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "set()"


# A folder made for the test.


def test_a_small_folder_needs_two_files_and_little_in_them(folder):
    company = folder.read()
    book = company.playbook_on(date(2026, 3, 1))
    assert company.settings.place.many == "locations"
    assert book.goals.shared_weight == 0.5
    assert book.hours_of("North") == book.company_hours
    assert book.stages == ()
    assert list(company.plan.columns)[:3] == ["month", "location", "team"]
    assert len(company.plan) == len(company.fx) == len(company.promises) == 0


def test_what_is_signed_by_one_side_or_nobody_is_no_error(folder):
    folder.playbook(
        add="""\
definitions:
  quality_lead: {says: Asked for a visit., agreed: {marketing: 2026-01-01, sales: 2026-01-01}}
  reached: {says: A conversation., agreed: {marketing: 2026-01-01}}
  house_rule: {says: Doors stay open.}
"""
    )
    book = folder.read().playbooks[0]
    assert [term for term, entry in book.terms.items() if entry.is_agreed] == ["quality_lead"]


def test_mistakes_of_all_files_come_at_once(folder):
    folder.write("report.yml", folder.REPORT.replace("Europe/Berlin", "Europe/Berlim"))
    folder.playbook("0.4", "0.5", add="colour: red\n")
    folder.write("plan.csv", "month,team,leads\n2026-13,marketing,10\n")
    folder.write("promises.yml", "- {id: a}\n")
    said = folder.problems()
    for name in (
        "report.yml, line 2: time_zone",
        "playbook/2026-01-01.yml, line 3",
        "plan.csv, row 2",
        "promises.yml",
    ):
        assert any(problem.startswith(name) for problem in said), name


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        (
            "sales: 0.4",
            "sales: 0.5",
            "goals.lead_split: marketing 0.6 + sales 0.5 = 1.10; allowed: shares that",
        ),
        (
            "marketing: 0.6",
            "marketing: 60%",
            'found "60%"; allowed: a share from 0 to 1, like 0.65 (not 65, not 65%)',
        ),
        ("2 hours", "1 day", "A day is not a number of business hours"),
        ("2 hours", "2", 'Write "2 hours" or "2 minutes".'),
        ("waits: true", "waits: yes", 'found "yes"; allowed: true or false'),
        ("waits: true", "waits: false", "reply: covers no arrival"),
        ("company_hours:", "company_hour:", 'Did you mean "company_hours"?'),
        ("company_hours:", "company_hour:", "company_hours: is missing"),
        ("North: {}", "all: {}", "locations.all: is a reserved name"),
        ("North: {}", "North: {time_zone: Mars}", "a time zone like"),
        ("North: {}", "North: {holidays: {country: Norge}}", "a country code"),
        ("North: {}", "North: {holidays: {country: XX}}", "a country code"),
        ("team: sales", "team: sails", 'Did you mean "sales"?'),
    ],
)
def test_one_wrong_word_in_the_playbook(folder, old, new, said):
    folder.playbook(old, new)
    assert any(said in problem for problem in folder.problems()), folder.problems()


@pytest.mark.parametrize(
    ("add", "said"),
    [
        ("renamed_sources: [{was: Ads, is: Paid serch, from: 2026-01-01}]\n", 'Did you mean "Paid search"?'),
        (
            "renamed_sources: [{was: Referral, is: Paid search, from: 2026-01-01}]\n",
            '"Referral" still is a source',
        ),
        (
            "renamed_sources:\n" + 2 * "  - {was: A, is: Referral, from: 2026-01-01}\n",
            'renamed_sources[2].was: "A" is renamed twice',
        ),
        ("renamed_sources: [{was: A, is: Referral, from: 2026-02-30}]\n", "which is not in the calendar"),
        ("campaigns: {Spring: {}}\n", "campaigns.Spring.strategy: is missing"),
        ("stages: [{name: a, owner: sales, reached_when: won_on}]\n", 'Did you mean "won_at"?'),
        (
            "stages: [{name: a, owner: sales, reached_when: won_at}]\n",
            "the first stage is reached when won_at",
        ),
        (
            "stages:\n" + 2 * "  - {name: a, owner: sales, reached_when: created_at}\n",
            "created_at stands twice",
        ),
        ("holidays: {country: NO, state: NY}\n", 'holidays: state is "NY"'),
        ("holidays: {state: NY}\n", "has a state but no country"),
        ("score: {means: points, bands: [0, 10, 20]}\n", "the edges of six bands"),
        ("score: {means: points, bands: [0, 10, 20, 20, 30, 40, 50]}\n", "seven ascending numbers"),
        ("score: {means: points, bands: [0, 10, 20, x, 30, 40, 50]}\n", 'bands hold "x"'),
        ("score: {means: percent, bands: [0, 1, 2, 3, 4, 5, 6]}\n", "0 to 100 when means is percent"),
        ("score: {means: grade, bands: [A, B, A]}\n", "2 to 6 different grades"),
        ("score: {means: grade, bands: [A, B], says: {C: 0.5}}\n", "says names C"),
        ("revenue: {counts: money}\n", "payments within 90 days"),
        ("agreed_on: 2026-01-02\nreview_on: 2026-01-01\n", "is not after agreed_on"),
        ("definitions: {quality_lead: {says: x, rule: {field: sorce, is: a}}}\n", 'Did you mean "source"?'),
        (
            "definitions: {quality_lead: {says: x, rule: {field: score, at_least: 50, at_most: 40}}}\n",
            "definitions.quality_lead.rule: is at least 50 and at most 40",
        ),
        ("definitions: {quality_leads: {says: x}}\n", 'definitions.quality_leads: is not a known term'),
        ("definitions: {handover: {says: x}}\n", 'Did you mean "hand_over"?'),
        ("definitions: {onreceipt: {says: x}}\n", 'Did you mean "on_receipt"?'),
        ("definitions: {Quality lead: {says: x}}\n", 'Did you mean "quality_lead"?'),
        ("definitions: {client_profile: {says: x}}\n", "definitions.client_profile: stands among the definitions"),
        ("practices: [{when: a, who: everybody, do: b}]\n", "allowed: marketing, sales, both"),
    ],
)
def test_one_wrong_part_of_the_playbook(folder, add, said):
    folder.playbook(add=add)
    assert any(said in problem for problem in folder.problems()), folder.problems()


def rule_of(*tests):
    return f"definitions: {{quality_lead: {{says: x, rule: {{all: [{', '.join(tests)}]}}}}}}\n"


@pytest.mark.parametrize(
    ("test", "place", "said"),
    [
        ("{field: source, is: Paid serch}", ".is", '"Paid serch" is no source of the playbook; allowed: Paid search'),
        ("{field: location, is_one_of: [South, Nroth]}", ".is_one_of[2]", 'Did you mean "North"?'),
        ("{field: arrival, is: web from}", ".is", 'Did you mean "web form"?'),
        ("{field: campaign, is: New Yer}", ".is", 'Did you mean "New Year"?'),
        ("{field: team, is: marketting}", ".is", 'Did you mean "marketing"?'),
    ],
)
def test_a_word_of_a_rule_that_no_list_of_the_playbook_holds(folder, test, place, said):
    folder.playbook(add="campaigns: {New Year: {strategy: Trial}}\n" + rule_of("{field: score, at_least: 5}", test))
    (problem,) = folder.problems()
    assert problem.startswith(f"playbook/2026-01-01.yml, line 12: definitions.quality_lead.rule.all[2]{place}: ")
    assert said in problem


@pytest.mark.parametrize(("bands", "word", "said"), [
    ("[Hot, Warm, Cold]", "Wram", '"Wram" is no grade of the playbook; allowed: Hot, Warm, Cold. Did you mean "Warm"?'),
    ("[Hot, Warm, Cold]", "Warm", ""),
    ("[1, 2, 3]", "4", '"4" is no grade of the playbook; allowed: 1, 2, 3'),
    ("[1, 2, 3]", "3", ""),
])  # fmt: skip
def test_a_grade_of_a_rule_is_one_of_the_scores_bands(folder, bands, word, said):
    score = f"score: {{means: grade, bands: {bands}}}\n"
    folder.playbook(add=score + rule_of("{field: score, known: true}", f'{{field: grade, is: "{word}"}}'))
    assert said in "".join(folder.problems()) if said else folder.read()


def test_a_word_is_looked_for_at_every_depth_and_in_the_client_profile(folder):
    deep = "{any: [{not: {at_least_of: {n: 1, rules: [{field: source, is: Adds}]}}}]}"
    folder.playbook(add=f"client_profile: {{says: x, rule: {deep}}}\n")
    (problem,) = folder.problems()
    assert "client_profile.rule.any[1].not.at_least_of.rules[1].is: " in problem


def test_what_the_playbook_does_not_list_is_not_held_against_a_rule(folder):
    folder.playbook("locations: {North: {}, South: {}}\n", add=rule_of(
        "{field: location, is: East}", "{field: campaign, is: New Year}", "{field: grade, is: A}",
        "{field: source, is_one_of: [Ads, Referral, (missing)]}", "{field: team, is: unassigned}",
    ) + "renamed_sources: [{was: Ads, is: Paid search, from: 2026-01-01}]\n")  # fmt: skip
    assert "quality_lead" in folder.read().playbooks[0].terms


def test_a_company_may_add_terms_of_its_own(folder):
    own = ("house_rule", "reached_by_phone", "qualified_lead", "qualified_pipeline", "unreached")
    folder.playbook(add="definitions:\n" + "".join(f"  {name}: {{says: x}}\n" for name in own))
    assert set(folder.read().playbooks[0].terms) == set(own)


def test_the_known_terms_are_those_that_the_page_asks_for():
    assert set(TERMS) == set(REQUIRED)


def test_company_hours_have_an_open_day(folder):
    folder.playbook('{mon-fri: "08:00-18:00", sat: closed, sun: closed}', "{daily: closed}")
    (problem,) = folder.problems()
    assert "line 7: company_hours: is closed on every day" in problem


def test_parts_are_held_against_each_other_even_when_another_part_is_wrong(folder):
    folder.playbook(
        "sales: 0.4", "sales: 0.5", add="renamed_sources: [{was: Ads, is: Adds, from: 2026-01-01}]\n"
    )
    said = "\n".join(folder.problems())
    assert "= 1.10" in said
    assert '"Adds" is not a source' in said


def test_no_stays_norway(folder):
    folder.playbook(add="holidays: {country: NO}\n")
    assert folder.read().playbooks[0].holidays.closed_on(date(2026, 5, 17))


@pytest.mark.parametrize("name", ["2026-1-1.yml", "january.yml", "2026-02-30.yml", "2026-02-01.yaml"])
def test_a_version_is_named_by_its_date(folder, name):
    folder.write(f"playbook/{name}", folder.PLAYBOOK)
    (problem,) = folder.problems()
    assert problem.startswith(f"playbook/{name}: the file's name is not a date")
    assert problem.endswith("like 2026-01-01.yml")


def test_a_folder_without_playbook_or_report_says_both(folder):
    (folder.path / "report.yml").unlink()
    (folder.path / "playbook/2026-01-01.yml").unlink()
    said = "\n".join(folder.problems())
    assert "report.yml: is missing" in said
    assert "playbook: has no version" in said


def test_a_company_that_is_not_there_is_named_with_those_that_are(folder):
    folder.path = folder.path.parent / "gym"
    assert 'Did you mean "gyms"?' in folder.problems()[0]


@pytest.mark.parametrize(
    ("exports", "said"),
    [
        ("data", "lies inside params"),
        ("https://host/x", "a path relative to"),
        ("", "exports: found nothing"),
    ],
)
def test_exports_are_a_folder_outside_params(folder, exports, said):
    folder.write("report.yml", folder.REPORT.replace("../exports", exports))
    assert said in folder.problems()[0]


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("currency: euro", "three capitals"),
        ("fiscal_year_starts: 13", "1 to 12"),
        ("fiscal_year_starts: 1.5", "a whole number"),
        ("audience: public", "allowed: internal, shared"),
        ("people: {key_env: sk-CANARY}", "is not the name of an environment variable"),
        ("reading: {refuse_above: 5%}", "For 5% write 0.05."),
        ("settle_days: {month: -1}", "0 to 92"),
        ("rebased: [{measure: shared_revenue, on: 2026-01-01}]", "rebased[1].because: is missing"),
        (
            "rebased: [{measure: shared_revenu, on: 2026-01-01, because: new}]",
            'found "shared_revenu"; allowed: shared_revenue, clients_won, marketing_leads, sales_leads, '
            'answered_in_time, cost_per_client. Did you mean "shared_revenue"?',
        ),
        ("database_password: CANARY", "looks like a secret"),
        ("place: club", 'found "club"; allowed: keys with values'),
    ],
)
def test_one_wrong_setting(folder, line, said):
    key = line.split(":")[0]
    kept = [other for other in folder.REPORT.splitlines() if not other.startswith(f"{key}:")]
    folder.write("report.yml", "\n".join([*kept, line]))
    (problem,) = folder.problems()
    assert said in problem
    assert "CANARY" not in problem


def test_the_fingerprint_follows_every_byte_of_every_file(folder):
    first = folder.read().fingerprint
    assert folder.read().fingerprint == first
    folder.write("fx.csv", "month,currency,rate\n2026-01,USD,0.9\n")
    second = folder.read().fingerprint
    folder.write("fx.csv", "month,currency,rate\n2026-01,USD,0.8\n")
    assert len({first, second, folder.read().fingerprint}) == 3


def test_files_that_are_not_read_are_said(folder):
    folder.write("action.csv", "month\n")
    assert folder.read().warnings == ('action.csv is not read. Did you mean "actions.csv"?',)


def test_folders_and_files_in_folders_that_are_not_read_are_said(folder):
    for name in ("source", "playbooks", "sources"):
        (folder.path / name).mkdir()
    for name in ("sources/x.yaml", "sources/x.yml", "playbook/notes.txt", ".hidden", "README.md"):
        folder.write(name, "")
    assert folder.read().warnings == (
        'playbooks/ is not read. Did you mean "playbook/"?',
        'source/ is not read. Did you mean "sources/"?',
        "playbook/notes.txt is not read.",
        'sources/x.yaml is not read. Did you mean "sources/x.yml"?',
    )


def test_a_company_is_read_from_text_or_path(folder):
    assert read_company(str(folder.path)).name == "gyms"


def test_a_revenue_owner_may_not_be_named_yet(folder):
    folder.playbook("revenue_owner: Head of revenue\n", "")
    assert folder.read().playbooks[0].revenue_owner is None


def test_the_form_of_a_file_is_said_first_then_its_values_then_what_is_missing(folder):
    folder.write("report.yml", "company: Two Gyms\ntime_zone: Nowhere\nexprts: ../exports\ncurrency: &x EUR\n")
    problems = folder.problems()
    said = ("alias", "time zone like", "not a known key", "exports: is missing")
    assert len(problems) == len(said)
    assert all(words in problem for words, problem in zip(said, problems, strict=True))
