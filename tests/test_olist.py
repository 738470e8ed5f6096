"""The real case: known answers of the published Olist funnel. Skipped where the data is not beside the repository."""

from __future__ import annotations

from pathlib import Path

import duckdb
import pytest

from alignment_lib import questions
from alignment_lib.engine import DuckDB
from alignment_lib.errors import NoDataError
from alignment_lib.month import month_of
from alignment_lib.period import Month
from alignment_lib.playbook import read_company
from alignment_lib.questions.so_far import won_at_one_age
from alignment_lib.rendering import to_json
from alignment_lib.report.page import absent
from alignment_lib.sources import load_exports, summary

PARAMS = Path(__file__).resolve().parents[1] / "params" / "olist"
COMPANY = read_company(PARAMS)

pytestmark = pytest.mark.skipif(
    not COMPANY.exports.is_dir(), reason="the Olist data is not beside the repository"
)


@pytest.fixture(scope="module")
def exports(tmp_path_factory):
    return load_exports(COMPANY, tmp_path_factory.mktemp("olist"))


@pytest.fixture(scope="module")
def sql(exports):
    con = duckdb.connect()
    for name, path in exports.tables.items():
        con.execute(f"CREATE VIEW {name} AS FROM read_parquet('{path}')")
    con.execute(
        "CREATE VIEW funnel AS FROM leads LEFT JOIN (SELECT lead_id, closed_on FROM deals) USING (lead_id)"
    )
    return lambda query: con.execute(query).fetchall()


def test_every_row_is_used(exports):
    assert {(file.table, file.rows_in, file.rows_used) for file in exports.files} == {
        ("leads", 8000, 8000), ("deals", 842, 842), ("payments", 5044, 5044),
    }  # fmt: skip
    # Several pieces of one product in one order are order lines alike: each is counted, and it is said in passing.
    assert [finding.rule for finding in exports.findings if finding.severity == "warn"] == []
    assert [finding.count for finding in exports.findings if finding.rule == "duplicate-row"] == [1111]


def test_leads_and_wins_by_month(exports):
    months = summary(exports).months.set_index("month")
    assert months["leads"][:12].tolist() == [4, 239, 386, 312, 416, 445, 200, 1141, 1028, 1174, 1352, 1303]
    assert months["won"]["2017-12":].tolist() == [3, 73, 113, 147, 207, 122, 57, 37, 33, 23, 21, 6]
    assert months.index[0] == "2017-06" and months.index[-1] == "2018-11"


def test_won_by_source_with_unknown_and_missing_told_apart(sql):
    found = {source: (won, leads) for source, won, leads in sql(
        "SELECT coalesce(source, '(missing)'), count(closed_on), count(*) FROM funnel GROUP BY 1"
    )}  # fmt: skip
    assert found["Paid search"] == (195, 1586)
    assert found["Organic search"] == (271, 2296)
    assert found["Social"] == (75, 1350)
    assert found["Unknown"] == (179, 1099)
    assert found["(missing)"] == (14, 60)
    shares = {source: round(100 * won / leads, 1) for source, (won, leads) in found.items()}
    assert (shares["Direct"], shares["E-mail"], shares["Referral"]) == (11.2, 3.0, 8.5)


def test_days_from_first_contact_to_won(sql):
    [(median, mean, least)] = sql(
        "SELECT median(days), avg(days), min(days) FROM (SELECT closed_on - created_on AS days FROM funnel "
        "WHERE closed_on IS NOT NULL)"
    )
    assert (median, round(mean, 1), least) == (14, 48.4, -2)


def test_revenue_is_the_order_lines_of_the_sellers_won(sql, exports):
    assert sql("SELECT round(sum(amount), 2), count(DISTINCT deal_id) FROM payments") == [(676851.48, 380)]
    assert sql("SELECT count(*) FROM payments SEMI JOIN deals USING (deal_id)") == [(5044,)]
    assert COMPANY.playbooks[0].revenue.counts.startswith("payments")
    assert "not what Olist earned" in COMPANY.playbooks[0].definitions["shared_revenue"].says


def test_a_cohort_is_read_at_its_age(sql):
    [(by_the_end, by_december)] = sql(
        "SELECT count(*) FILTER (WHERE closed_on <= DATE '2018-03-31') / count(*), "
        "count(*) FILTER (WHERE closed_on < DATE '2018-12-01') / count(*) FROM funnel "
        "WHERE created_on BETWEEN DATE '2018-03-01' AND DATE '2018-03-31'"
    )
    assert (round(100 * by_the_end, 1), round(100 * by_december, 1)) == (7.0, 14.2)


def test_what_is_known_only_of_won_leads_is_mapped_to_no_lead(exports):
    assert exports.columns["leads"] == {"lead_id", "created_at", "team", "source", "source_detail"}
    assert not {"spend", "activities", "touches", "members"} & set(exports.tables)


def test_what_nobody_signed_is_not_agreed():
    playbook = COMPANY.playbooks[0]
    assert playbook.reply is None
    assert COMPANY.plan.empty
    assert not any(term.is_agreed for term in playbook.terms.values())


# The page


@pytest.fixture(scope="module")
def opened(exports):
    months = {}

    def open_month(name):
        if name not in months:
            month = month_of(COMPANY, Month.parse(name), DuckDB(), exports)
            months[name] = month, {answer.name: answer for answer in questions.answers(month)}
        return months[name]

    return open_month


def test_march_says_what_came_and_no_share_of_nothing(opened):
    _, said = opened("2018-03")
    assert said["in_one_minute"].headline == (
        "March 2018 brought 1,174 leads, 147 sign-ups and R$47.0k of sellers’ orders; "
        "February brought 1,028, 113 and R$6.1k."
    )
    assert [figure.value for figure in said["in_one_minute"].key_figures] == ["R$47.0k", "1,174", "147", "8%"]
    assert said["scorecard"].finding.startswith("Sellers’ orders came to R$47.0k. With")
    assert "no goal" in said["in_one_minute"].key_figures[0].note and not said["gap_bridge"].shown
    assert "plan" not in [column.key for column in said["scorecard"].tables_shown[0].columns]


def test_months_are_seen_at_one_age_and_sources_to_one_day(opened):
    month, said = opened("2018-03")
    table = won_at_one_age(month).set_index("month")
    assert table["at_cut"].to_dict() == {"2018-01": 71, "2018-02": 70, "2018-03": 91}
    assert said["sources_and_campaigns"].finding.startswith("10% of the 3,343 leads of January–March 2018 signed up")
    sources = said["sources_and_campaigns"].tables["sources"]
    assert sources.loc[["Unknown", "Not recorded"], "hollow"].all() and not sources.loc["Paid search", "hollow"]
    assert (sources["won"] < sources["leads"]).all()  # who is not won is open: no share of the decided


def test_what_is_missing_is_said_once_for_each_cause(opened):
    month, said = opened("2018-03")
    listed = absent([to_json(answer, month.words) for answer in said.values()])
    causes = [one["what"].split(":")[0] for one in listed]
    assert sorted(causes) == ["Actions", "Client profile and loyalty.", "Feedback", "Fields of a lead",
                              "Lead-score check.", "Lost deals", "Marketing touches", "Plan", "Promises", "Reasons",
                              "Sales activities", "Sellers who leave", "Spend"]  # fmt: skip
    assert "Spend: cost per seller, cost per lead, profit per lead." in [one["what"] for one in listed]


def test_what_nobody_signed_reads_as_proposed(opened):
    listed = opened("2018-03")[1]["definitions"].tables["definitions"].set_index("key")["status"]
    assert listed["goals"] == listed["shared_revenue"] == "proposed"
    assert not listed.str.startswith("agreed").any()


def test_a_first_month_is_sober_too(opened):
    _, said = opened("2017-07")
    assert said["in_one_minute"].headline == "July 2017 brought 239 leads; no sign-up is recorded yet."
    assert said["relay"].state == "missing" and not said["sources_and_campaigns"].figures


def test_a_month_after_the_last_lead_is_no_page(exports):
    with pytest.raises(NoDataError, match="hold no leads of October 2018"):
        month_of(COMPANY, Month.parse("2018-10"), DuckDB(), exports)
