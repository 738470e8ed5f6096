"""The house style: what a drawing may hold, what it looks like to a reader, and the marks of tables."""

import math
import re
import subprocess
import sys
import warnings
from xml.etree import ElementTree

import numpy as np
import pandas as pd
import pytest

from alignment_lib import charts
from alignment_lib.answer import Figure, Table
from alignment_lib.charts import DARK, LIGHT, contrast
from alignment_lib.period import Month
from alignment_lib.stats.usual_range import usual_range
from alignment_lib.stats.waiting import kaplan_meier

NASTY = [
    "_hidden",
    "<script>alert(1)</script>",
    "a &lt; b & c",
    "$x^2$",
    "2020-01-01",
    "-2147483648/-1",
    "a\x00\x0bb\ud800",
    "名",
]
MONTHS = Month(2026, 10).back(9)
VALUES = [1.0, 1.1, 0.9, None, 1.05, 0.95, 1.0, 1.1, 0.9]


def team_lines(width):
    figure, (ax,) = charts.canvas(width, 2.5)
    actual = pd.DataFrame({"marketing": [5, 6, None, 8], "sales": [3, 2, 3, 4]})
    charts.team_lines(ax, actual, actual + 1, names={"marketing": "Marketing", "sales": "Sales"})
    return figure


def usual(width):
    figure, (ax,) = charts.canvas(width, 2.4)
    charts.usual_range_chart(
        ax, MONTHS, VALUES, usual_range(VALUES[:-1], minimum=7), "{:.0%}".format, goal=1.0
    )
    return figure


def pace(width):
    figure, axes = charts.canvas(width, 2.2, 2, stack=True, top=24)
    plan = np.arange(1, 32) / 31
    for ax, team in zip(axes, ("marketing", "sales"), strict=True):
        charts.pace_panel(
            ax, range(1, 32), plan[:20] * 0.8, plan, team, "−9", plan * 0.9, plan * 1.1, names=True
        )
        ax.fill_between(
            [20, 31], [0.5, 0.8], [0.5, 1], facecolor="none", lw=0, hatch="////", edgecolor=LIGHT["mkt"]
        )
    return figure


def waiting(width):
    figure, (ax,) = charts.canvas(width, 2.6, left=34, right=14)
    curve = kaplan_meier([10, 60, 100, 300, 3000], [3, 4, 5, 3, 0], [0, 0, 0, 0, 5])
    charts.waiting_curve(
        ax, {"marketing": curve}, {"marketing": curve}, 120, names={"marketing": "Marketing"}
    )
    return figure


def stages(width):
    figure, (ax,) = charts.canvas(width, 2.6, left=2, right=2)
    charts.stage_bars(ax, ["Handed over", "Answered"], [345, 310], [411, None], part=[None, 186])
    return figure


def dots(width, names=("Referral", "Events", "Mail")):
    figure, axes = charts.canvas(width, 2.6, 2, left=70, top=22)
    teams = ["sales", *["marketing"] * (len(names) - 1)]
    values = [46, 384, None, *[10.0] * (len(names) - 3)]
    cost = charts.Dots("Cost", values, "${:,.0f}".format, [v and 0.8 * v for v in values],
                       [v and 1.3 * v for v in values], cut=160)  # fmt: skip
    profit = charts.Dots("Profit", [9, -4, 2, *[1] * (len(names) - 3)], "${:,.0f}".format, stems=True)
    charts.dot_panels(axes, names, teams, [cost, profit], [False, True, False, *[False] * (len(names) - 3)])
    return figure


def bridge(width, start=118_500.0):
    steps = [charts.Step("Leads of October", "marketing", -8_100, -12_900, -3_500),
             charts.Step("Value per join", "both", 2_000, -400, 4_500),
             charts.Step("Without a lead", "", 600.0)]  # fmt: skip
    return charts.bridge_chart(width, ("Goal", "Actual"), start, steps, "${:,.0f}".format)


def ranges(width):
    figure, (ax,) = charts.canvas(width, 2.0, left=110)
    shares = [0.30, 0.16, 0.05]
    charts.range_dots(ax, ["Chose another", "Price", "Moved"], shares, [0.1, 0.1, math.nan], [0.25, 0.2, math.nan],
                      ["93", "49", "15"])  # fmt: skip
    return figure


def panels(width):
    usual = usual_range(VALUES[:-1], minimum=7)
    made = [charts.Panel("All clubs", VALUES, usual), charts.Panel("Newtown", [None] * 7 + [0.8, 1.2])]
    return charts.month_panels(width, MONTHS, made * 3, "{:.0%}".format, goal=1.0)


PARTS = {
    "bridge": bridge,
    "ranges": ranges,
    "panels": panels,
    "lines": team_lines,
    "usual": usual,
    "pace": pace,
    "waiting": waiting,
    "stages": stages,
    "dots": dots,
}


def test_months_that_are_quarters_apart_name_their_years():
    panel = charts.Panel("All regions", [0.8] * 13)

    def named(step):
        months = [Month.parse("2026-10") - step * n for n in range(12, -1, -1)]
        (ax,) = charts.month_panels(7.0, months, [panel], "{:.0%}".format).axes
        return [tick.get_text() for tick in ax.get_xticklabels()]

    assert named(3) == ["Oct 23", "Oct 26"] and named(1) == ["Oct", "Oct"]


def answer_figure(name, draw, title="Title", alt="Chart: finding."):
    return Figure(name, title, "", draw, alt, "", Table("t", "T", (), pd.DataFrame()))


def drawings(name):
    """Draw a part in every width that the page has."""
    widths = charts.WIDE, *charts.BESIDE, charts.NARROW
    return [charts.draw(answer_figure(name, PARTS[name]), width) for width in widths]


@pytest.fixture(scope="module")
def drawn():
    return {name: drawings(name) for name in PARTS}


def texts(svg):
    return [node.text for node in ElementTree.fromstring(svg).iter("{http://www.w3.org/2000/svg}text")]


@pytest.mark.parametrize("name", PARTS)
def test_a_drawing_is_inert_small_and_in_css_colours(drawn, name):
    for svg in drawn[name]:
        assert charts.is_safe_svg(svg)
        assert len(svg) < 14_000
        assert not re.search(r"#[0-9a-f]{6}\b", svg), "a colour outside the palette"
        assert not re.search(r"\d\.\d\d", svg), "more than one decimal"
        for left_behind in ("<!--", "metadata", "<style", "matplotlib", "http://www.w3.org/1999/xlink"):
            assert left_behind not in svg


@pytest.mark.parametrize("name", PARTS)
def test_ids_are_unique_on_the_page_and_carry_the_figures_key(drawn, name):
    *wide, narrow = drawn[name]
    for svg in wide:
        ids = re.findall(r' id="([^"]+)"', svg + narrow)
        assert len(ids) == len(set(ids))
        assert all(one.startswith((f"{name}-w-", f"{name}-n-")) for one in ids)
    for svg in drawn[name]:
        inside = set(re.findall(r' id="([^"]+)"', svg))
        assert set(re.findall(r'href="#([^"]+)"', svg) + re.findall(r"url\(#([^)]+)\)", svg)) <= inside


@pytest.mark.parametrize("name", PARTS)
def test_the_same_figure_gives_the_same_bytes(drawn, name):
    assert drawings(name) == drawn[name]


def test_a_drawing_reads_as_an_image_with_title_and_description(drawn):
    svg = charts.draw(answer_figure("usual", usual, title="A < B", alt="Line: 93% & more."), charts.WIDE)
    root = ElementTree.fromstring(svg)
    assert (root.get("role"), root.get("viewBox"), root.get("width")) == ("img", "0 0 576 172.8", "852")
    assert root.get("aria-labelledby") == "usual-w-t usual-w-d"
    assert [node.text for node in root[:2]] == ["A < B", "Line: 93% & more."]


@pytest.mark.parametrize("width", [charts.WIDE, charts.NARROW])
def test_text_is_at_least_13_px_where_the_page_shows_it(width):
    shown = 884 if width == charts.WIDE else 358  # px of the page's column, and of a phone of 390 px
    for name, draw in PARTS.items():
        sizes = re.findall(r'font-size="([\d.]+)px"', charts.draw(answer_figure(name, draw), width))
        assert sizes
        assert min(map(float, sizes)) * shown / (width * 72) >= 13


def test_labels_are_text_whatever_they_hold():
    with warnings.catch_warnings():
        warnings.simplefilter("error")  # a glyph that the font here lacks is no finding of the page
        svg = charts.draw(answer_figure("nasty", lambda width: dots(width, NASTY)), charts.WIDE)
    assert charts.is_safe_svg(svg)
    assert "<script" not in svg
    assert texts(svg)[: len(NASTY)] == [*NASTY[:6], "ab", "名"]


def test_stages_are_bars_from_zero_with_their_plan_as_a_tick():
    ax = stages(charts.WIDE).axes[0]
    assert [(bar.get_x(), bar.get_width()) for bar in ax.patches] == [(0, 345), (0, 186), (186, 124)]
    assert [line.get_xdata()[0] for line in ax.lines] == [411]
    assert [text.get_text() for text in ax.texts] == ["Handed over", "345 of 411", "Answered", "310"]


def test_a_far_off_value_is_an_arrow_with_its_number():
    ax = dots(charts.WIDE).axes[0]
    assert "$384" in [text.get_text() for text in ax.texts]
    assert "–" in [text.get_text() for text in ax.texts]  # the row without a value
    assert 384 not in [x for line in ax.lines for x in line.get_xdata()]


def test_a_value_outside_its_usual_range_is_a_diamond_and_without_a_range_there_is_no_bar():
    figure, (ax,) = charts.canvas(charts.WIDE, 2.0, left=110)
    low, high = [0.1, 0.1, math.nan], [0.25, 0.2, math.nan]
    charts.range_dots(ax, ["a", "b", "c"], [0.3, 0.16, 0.05], low, high, ["3", "2", "1"])
    assert [line.get_marker() for line in ax.lines] == ["D", "o", "o"]
    assert [(bar.get_x(), bar.get_x() + bar.get_width()) for bar in ax.patches] == [(0.1, 0.25), (0.1, 0.2)]


@pytest.mark.parametrize(("value", "room"), [(0.0, 6), (0.002, 6), (0.1, 0)])
def test_a_mark_at_the_axis_has_room_beside_its_row_s_name(value, room):
    _, (ax, other) = charts.canvas(charts.WIDE, 2.0, 2, left=110)
    charts.range_dots(ax, ["a", "b"], [0.3, value], [0.1] * 2, [0.4] * 2, ["3", "0"])
    charts.dot_panels([other], ["a", "b"], ["sales"] * 2, [charts.Dots("Share", [0.3, value], "{:.0%}".format)])
    for one in (ax, other):
        low, high = one.get_xlim()
        points = one.get_position().width * charts.WIDE * 72
        assert -low / (high - low) * points == pytest.approx(room, abs=0.3)


def test_panels_share_one_scale_and_stand_two_beside_each_other_on_a_phone():
    for width, beside in ((charts.WIDE, 3), (charts.NARROW, 2)):
        axes = panels(width).axes
        assert len({ax.get_ylim() for ax in axes}) == 1
        assert len({round(ax.get_position().x0, 6) for ax in axes}) == beside


def test_a_missing_month_leaves_a_gap():
    ax = usual(charts.WIDE).axes[0]
    series = next(line for line in ax.lines if len(line.get_xdata()) == len(VALUES))
    assert np.isnan(series.get_ydata()[3])


def test_a_missing_month_of_a_team_leaves_a_gap():
    _, (ax,) = charts.canvas(charts.WIDE, 2.5)
    charts.team_lines(ax, pd.DataFrame({"marketing": [1.0, np.nan, 3.0], "sales": [2.0, 2.0, 2.0]}))
    assert [list(line.get_xdata()) for line in ax.lines] == [[0], [2], [0, 1, 2]]


def test_labels_of_lines_stand_clear_of_the_lines():
    figure, (ax,) = charts.canvas(charts.WIDE, 2.5)
    ax.set(xlim=(0, 10), ylim=(0, 10))
    # The other line runs just above the whole of it: the name goes below.
    charts.label_line(ax, "name", [([0, 10], [5, 5])], [([0, 10], [5.5, 5.5])])
    height = figure.get_figheight() * 72 * ax.get_position().height
    assert ax.texts[0].xy[1] < 0.5 * height
    charts.label_line(ax, "name", [([0, 10], [5, 5])], [([0, 10], [4.5, 4.5])])
    assert ax.texts[1].xy[1] > 0.5 * height


def test_a_line_that_ends_under_a_label_still_counts():
    figure, (ax,) = charts.canvas(charts.NARROW, 2.5)
    ax.set(xlim=(0, 10), ylim=(0, 10))
    falls = ([0, 5, 9.8], [9, 9, 5.2])  # it ends where the name is wanted
    charts.label_line(ax, "name", [([0, 10], [5, 5])], [falls], sides=("above",), prefer=1.0)
    middle = ax.texts[0].xy[0] / (figure.get_figwidth() * 72 * ax.get_position().width) * 10
    assert middle < 8.2


def test_the_analysts_own_settings_stay():
    import matplotlib

    before = dict(matplotlib.rcParams)
    charts.draw(answer_figure("lines", team_lines), charts.WIDE)
    assert dict(matplotlib.rcParams) == before


def test_nothing_heavy_is_imported_before_something_is_drawn():
    heavy = {"matplotlib", "seaborn", "scipy", "pandas"}
    code = f"import sys, alignment_lib.charts; print({heavy} & set(sys.modules))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "set()"


@pytest.mark.parametrize("key", ["", "1x", "a b", 'a"b', "a>b"])
def test_a_key_that_could_leave_its_attribute_is_refused(key):
    with pytest.raises(ValueError, match="key"):
        charts.finish(usual(charts.WIDE), key, "", "")


def svg(inside, attributes=""):
    return f'<svg xmlns="http://www.w3.org/2000/svg" {attributes}>{inside}</svg>'


@pytest.mark.parametrize(
    "bad",
    [
        svg("<script>alert(1)</script>"),
        svg("<rect/>", 'onload="alert(1)"'),
        svg('<a href="https://example.com"><text>x</text></a>'),
        svg('<use href="https://example.com/x.svg#a"/>'),
        svg('<use href="javascript:alert(1)"/>'),
        svg('<image href="data:image/png;base64,AAAA"/>'),
        svg('<rect fill="url(https://example.com/x)"/>'),
        svg('<rect fill="URL(//example.com/x)"/>'),
        svg('<rect fill="u\\72l(x)"/>'),
        svg('<rect style="fill:red"/>'),
        svg("<style>*{fill:red}</style>"),
        svg("<foreignObject><p/></foreignObject>"),
        svg('<animate attributeName="href"/>'),
        svg("<!-- a name --><rect/>"),
        svg('<rect xlink:href="#a" xmlns:xlink="http://www.w3.org/1999/xlink"/>'),
        '<!DOCTYPE svg [<!ENTITY a "b">]>' + svg("<text>&a;</text>"),
        svg("<rect>"),
        "<p>no svg</p>",
        "<svg><rect/></svg>",
        "",
    ],
)
def test_what_is_not_on_the_list_is_refused(bad):
    assert not charts.is_safe_svg(bad)


def test_a_plain_drawing_is_let_through():
    assert charts.is_safe_svg(
        svg('<g id="a-1"><path d="M0 0L1 1" fill="var(--mkt)"/></g><use href="#a-1"/><text>&lt;a&gt;</text>')
    )


MARKS = {
    "bullet": charts.bullet(345, 411, "marketing"),
    "sparkline": charts.sparkline(VALUES, 0.8, 1.2),
    "meter": charts.meter(0.97),
    "circle": charts.team_mark("marketing"),
    "square": charts.team_mark("sales"),
}


@pytest.mark.parametrize("name", MARKS)
def test_marks_are_inert_silent_and_in_css_colours(name):
    mark = MARKS[name]
    assert charts.is_safe_svg(mark)
    assert 'aria-hidden="true"' in mark
    assert "<title" not in mark
    assert "#" not in mark.replace("http://www.w3.org/2000/svg", "")


def numbers(mark, attribute):
    return [float(value) for value in re.findall(rf'{attribute}="([\d.]+)"', mark)]


def test_a_bullet_is_drawn_to_scale():
    ground, _, bar, _ = [float(w) for w in re.findall(r'<rect[^>]* width="([\d.]+)"', charts.bullet(80, 100))]
    assert bar / ground == pytest.approx(80 / 90, abs=0.01)


def test_a_bullet_far_over_plan_stays_inside():
    assert max(numbers(charts.bullet(900, 100), "width")) <= 120


@pytest.mark.parametrize(
    "actual, plan", [(None, 100), (5, None), (5, 0), (float("nan"), 9), (5, float("inf"))]
)
def test_no_bullet_without_both_numbers(actual, plan):
    assert charts.bullet(actual, plan) == ""


def test_a_sparkline_breaks_where_a_month_is_missing():
    assert charts.sparkline([1, 2, None, 3, 4]).count("<polyline") == 2
    assert charts.sparkline([None, None]) == ""
    assert "<circle" not in charts.sparkline([1, 2, None])
    assert "<rect" not in charts.sparkline([1, 2, 3])


def test_marks_never_print_nan():
    for mark in (
        charts.sparkline([1.0] * 5),
        charts.sparkline([float("nan"), 1]),
        charts.meter(7),
        charts.meter(-1),
    ):
        assert "nan" not in mark
        assert mark
    assert charts.meter(None) == ""


@pytest.mark.parametrize("colours", [LIGHT, DARK], ids=["light", "dark"])
def test_colours_keep_their_contrast(colours):
    for text in ("ink", "mut", "mkt", "sales", "both", "good", "bad", "link"):
        assert contrast(colours[text], colours["paper"]) >= 4.5, text
    assert contrast(colours["ink"], colours["note"]) >= 4.5
    assert contrast(colours["mut"], colours["band"]) >= 4.5
    # Marks on the grounds they are drawn on: bars and dots on the bands of bullets and ranges.
    for mark in ("mkt", "sales", "both", "good", "bad", "ink"):
        assert contrast(colours[mark], colours["band"]) >= 3, mark
        assert contrast(colours[mark], colours["band2"]) >= 3, mark
    assert contrast(colours["noteb"], colours["note"]) >= 3


def test_contrast_is_that_of_wcag():
    assert contrast("#000000", "#ffffff") == pytest.approx(21)
    assert contrast("#777777", "#ffffff") == pytest.approx(4.48, abs=0.01)


def test_every_theme_has_every_colour_and_every_light_colour_is_unique():
    assert set(LIGHT) == set(DARK) == set(charts.PRINT)
    assert len(set(LIGHT.values())) == len(LIGHT)
    assert charts.css({"ink": "#000000"}) == "--ink:#000000;"


@pytest.mark.parametrize("width", [charts.WIDE, charts.NARROW])
def test_a_bridge_starts_each_step_where_the_last_one_ended_and_says_sign_and_owner(width):
    ax = bridge(width).axes[0]
    bars = {round(bar.get_y() + bar.get_height() / 2): bar for bar in ax.patches if hasattr(bar, "get_width")}
    ends = [bars[row].get_x() + bars[row].get_width() for row in range(5)]
    assert ends == pytest.approx([118_500, 110_400, 112_400, 113_000, 113_000])
    assert [bars[row].get_x() for row in (1, 2, 3)] == pytest.approx([118_500, 110_400, 112_400])
    said = [text.get_text() for text in ax.texts]
    for text in ("$118,500", "▼ −$8,100", "▲ +$2,000", "▲ +$600", "$113,000", "marketing", "both"):
        assert text in said


def test_a_bridge_cuts_its_ends_only_where_zero_is_far():
    assert bridge(charts.WIDE).axes[0].get_xlim()[0] > 50_000
    ax = bridge(charts.WIDE, start=9_000.0).axes[0]
    assert ax.get_xlim()[0] == -3_900 and ax.patches[0].get_x() == 0  # where its lowest range ends; bars begin at zero


def test_no_range_of_a_bridge_is_cut_at_its_left_edge():
    ax = bridge(charts.WIDE, start=30_000.0).axes[0]
    assert ax.get_xlim()[0] < 30_000 - 12_900
