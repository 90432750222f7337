"""The framework of the validation with a made-up case, the cases' set-ups and tables, and the command."""

from __future__ import annotations

import itertools
import math
import signal
from dataclasses import replace

import h5py
import numpy as np
import pytest
from cli_tools import fluidgrad
from setups import periodic

from fluidgrad.config import load
from fluidgrad.errors import ConfigError, StorageError
from fluidgrad.output.container import open_sealed
from fluidgrad.validation import cases, figures, gallery, reference, report, running, storage
from fluidgrad.validation.case import Case, Measured, Published, Quantity, Setup, exact
from fluidgrad.validation.outcome import Outcome, compare, observed_orders

SOURCE = "A. Nobody, J. Imaginary Results 1 (2001) 1"
CONFIDENCES = {"exact", "high", "medium", "found once", "low"}


def settings(n: int) -> dict:
    return {
        "domain": {"cells": [n, n]},
        "fluid": {"viscosity": 0.01},
        "boundaries": periodic(),
        "initial": {"case": "taylor green"},
        "time": {"end": 0.02, "step": 0.01},
    }


def measure(sim, march) -> Measured:
    """An error that falls with the square of the resolution, and a number next to a published one."""
    steps = []
    march(0.02, steps.append)
    n = sim.grid.nx
    x = np.linspace(0, 1, n)
    return Measured({"error": 1.0 / n**2, "number": 2.0 + 4.0 / n**2, "steps": len(steps)}, {"u": (x, x**2)})


QUANTITIES = (
    Quantity("error", "an error", exact(), 0.005, at=16, least_order=1.9),
    Quantity("number", "a number", Published(2.0, SOURCE, "high"), 0.01, at=16),
    Quantity("steps", "steps", exact(2.0, source="two of 0.01 s"), 0.0, at=16, order=0.0),
)


def draw(figure, outcome) -> None:
    left, right = figure.subplots(1, 2)
    figures.computed(left, outcome, "a flow", "u", upright=True)
    figures.published(left, [0.5], [0.25], "published")
    figures.convergence(right, outcome, [("a flow", outcome.final[0].key, "an error")])


FAKE = Case(
    name="made_up",
    title="A made-up case",
    resolution="cells per side",
    setups=(Setup("a flow", settings, measure, QUANTITIES, quick=(8, 16), full=(8, 16, 32)),),
    draw=draw,
)


def with_quantities(*quantities: Quantity) -> Case:
    return replace(FAKE, setups=(replace(FAKE.setups[0], quantities=quantities),))


@pytest.fixture
def outcome() -> Outcome:
    return running.run_case(FAKE, quick=True)


# The framework ---------------------------------------------------------------------------------------


def test_a_case_is_run_at_its_resolutions_and_compared():
    told = []
    outcome = running.run_case(FAKE, tell=lambda name, share: told.append((name, share)))
    assert [row.resolution for row in outcome.rows] == [8, 16, 32] * 3
    assert [row.resolution for row in outcome.final] == [32] * 3
    assert outcome.agrees
    assert outcome.seconds > 0
    error, number, steps = outcome.final
    assert error.order == pytest.approx(2.0)
    assert number.difference == pytest.approx(2.0 / 32**2)
    assert number.relative and not error.relative
    assert number.allowed == pytest.approx(0.01 / 4)
    assert steps.allowed == 0.0 and math.isnan(steps.order)
    assert told[1] == ("made_up, a flow, 8", 1.0)
    assert outcome.errors("a flow", "error") == ([8, 16, 32], [1 / 64, 1 / 256, 1 / 1024])


def test_resolutions_can_be_chosen():
    outcome = running.run_case(FAKE, resolutions=[12, 10])
    assert outcome.resolutions("a flow") == [10, 12]
    assert "must be a multiple of 2" in running.run_case(FAKE, resolutions=[9]).failure


@pytest.mark.parametrize(
    ("quantity", "agrees"),
    [
        (replace(QUANTITIES[0], tolerance=0.0039), False),
        (replace(QUANTITIES[0], tolerance=0.0039, floor=0.004), True),
        (replace(QUANTITIES[0], least_order=2.1), False),
        (replace(QUANTITIES[1], published=Published(-2.0, SOURCE, "high")), False),
        (replace(QUANTITIES[1], published=Published(2.03, SOURCE, "high")), True),
    ],
)
def test_verdicts(quantity, agrees):
    outcome = running.run_case(with_quantities(quantity), quick=True)
    assert outcome.agrees is agrees
    assert outcome.final[0].agrees is agrees


def test_what_is_not_a_number_does_not_agree():
    (row,) = compare("a", FAKE.setups[0], [(8, Measured({"error": math.nan, "number": 2, "steps": 2}))])[:1]
    assert not row.agrees


def test_observed_orders():
    assert observed_orders([10, 20, 60], [4.0, 1.0, -1 / 27]) == pytest.approx([2.0, 3.0])
    assert math.isnan(observed_orders([1, 2], [0.0, 1.0])[0])


def test_a_case_that_cannot_be_finished_says_why(tmp_path):
    broken = replace(FAKE.setups[0], name="broken", settings=lambda n: settings(n) | {"time": {"end": -1.0}})
    case = replace(FAKE, setups=(FAKE.setups[0], broken))
    with gallery.Gallery(tmp_path) as place:
        outcome = place.add(case, quick=True)
    assert "time.end" in outcome.failure
    assert not outcome.agrees
    assert outcome.setups() == ["a flow"]
    assert "made_up: could not be finished" in report.summary(outcome)
    assert not (tmp_path / "made_up.png").exists()


def test_a_stop_keeps_what_is_finished(tmp_path, monkeypatch):
    monkeypatch.setattr(gallery, "CASES", {"made_up": FAKE})

    def stop(sim, march):
        raise KeyboardInterrupt

    stopped = replace(FAKE, name="stopped", setups=(replace(FAKE.setups[0], measure=stop),))
    with pytest.raises(KeyboardInterrupt), gallery.Gallery(tmp_path) as place:
        place.add(FAKE, quick=True)
        place.add(stopped, quick=True)
    assert {path.name for path in tmp_path.iterdir()} == {
        "made_up.h5", "made_up.png", "table.h5", "table.md", "table.txt",
    }  # fmt: skip


# Files and reports -----------------------------------------------------------------------------------


def test_outcomes_are_read_back_as_they_were_written(outcome, tmp_path):
    path = tmp_path / "made_up.h5"
    storage.write_outcome(path, outcome)
    read = storage.read_outcome(path)
    assert repr(read.rows) == repr(outcome.rows)
    assert read.curves.keys() == outcome.curves.keys()
    assert np.array_equal(read.curve("a flow", "u", 8), outcome.curve("a flow", "u", 8))
    assert (read.case, read.title, read.seconds) == (outcome.case, outcome.title, outcome.seconds)


def test_a_damaged_file_is_noticed(outcome, tmp_path):
    path = tmp_path / "made_up.h5"
    storage.write_outcome(path, outcome)
    data = bytearray(path.read_bytes())
    data[len(data) // 2] ^= 1
    path.write_bytes(data)
    with pytest.raises(StorageError, match="damaged"):
        storage.read_outcome(path)


def test_the_table_in_hdf5_is_open_to_anyone(outcome, tmp_path):
    path = tmp_path / "table.h5"
    storage.write_table(path, [outcome, outcome])
    with h5py.File(path) as file:
        assert file["table/computed"].shape == (12,)
        assert set(file["table/source"].asstr()[()]) == {SOURCE, "exact solution", "two of 0.01 s"}
        assert file["table/agrees"][()].all()
    with open_sealed(path) as file:
        assert file["table/resolution"][()].tolist()[:2] == [8, 16]


def test_the_report_as_text(outcome):
    lines = report.text([outcome]).splitlines()
    assert lines[0].split() == list(report.HEAD)
    assert len({line.index(word) for line, word in zip(lines[2:5], ("agrees",) * 3, strict=True)}) == 1
    assert lines[3].split()[-8:] == ["2.01562", "2", "+0.78", "%", "1", "%", "2.00", "agrees"]
    assert lines[-1].startswith("3 of 3 quantities of 1 case agree")
    assert report.summary(outcome) == "made_up: all 3 quantities agree"


def test_the_report_in_markdown(outcome):
    rows = [line for line in report.markdown([outcome]).splitlines() if line.startswith("|")]
    assert len(rows) == 5
    assert {row.count("|") for row in rows} == {11}
    assert rows[2].startswith("| made_up | a flow | 16 |")
    assert rows[3].startswith("|  |  | 16 |")
    assert f"- made_up: {SOURCE} (confidence: high)" in report.markdown([outcome])


def test_the_brief_report_shows_what_is_closest_to_its_tolerance(outcome):
    rows = [line for line in report.brief([outcome]).splitlines() if line.startswith("|")]
    assert len(rows) == 3
    assert rows[2].startswith("| made_up | a flow | 16 | 3 | an error | 3.91e-03 |")
    poor = running.run_case(
        with_quantities(QUANTITIES[0], replace(QUANTITIES[2], at=16, published=exact(3.0)))
    )
    assert "| 2 | steps | 2 | 3 |" in report.brief([poor])


def test_what_differs_stands_out():
    outcome = running.run_case(with_quantities(replace(QUANTITIES[1], tolerance=1e-5)), quick=True)
    assert "DIFFERS" in report.text([outcome])
    assert report.summary(outcome) == "made_up: differs in a number (a flow)"


def test_the_table_is_put_between_the_comments(outcome, tmp_path):
    page = tmp_path / "page.md"
    page.write_text(f"before\n{report.BEGIN}\nold\n{report.END}\nafter\n", encoding="utf-8")
    for _ in range(2):
        report.insert(page, [outcome])
        text = page.read_text(encoding="utf-8")
        assert text.startswith(f"before\n{report.BEGIN}\n")
        assert text.endswith(f"{report.END}\nafter\n")
        assert text.count("| case | flow | resolution | compared |") == 1
        assert "old" not in text


@pytest.mark.parametrize(
    "text", ["", report.BEGIN, report.END + report.BEGIN, 2 * (report.BEGIN + report.END)]
)
def test_a_page_without_a_place_for_the_table_is_left_alone(outcome, tmp_path, text):
    page = tmp_path / "page.md"
    page.write_text(text, encoding="utf-8")
    with pytest.raises(ConfigError, match="once each"):
        report.insert(page, [outcome])
    assert page.read_text(encoding="utf-8") == text


def test_the_figure_shows_published_points_over_every_curve(outcome):
    from fluidgrad.plotting.style import Picture

    picture = Picture()
    draw(picture, outcome)
    left, right = picture.axes
    *lines, points = left.lines
    assert len(lines) == 2
    assert all(points.get_zorder() > line.get_zorder() for line in lines)
    assert len(right.lines) == 2


# The tables ------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", reference.names())
def test_every_table_has_a_source_and_a_confidence(name):
    table = reference.table(name)
    assert table.notes["title"]
    assert table.rows
    for row in table.rows:
        assert None not in row and None not in row.values(), "a row is longer or shorter than the head"
        assert len(table.source(row)) > 10
        assert table.confidence(row) in CONFIDENCES


def test_selection_from_a_table():
    table = reference.table("cavity_extrema")
    found = table.published("value", Re=1000, quantity="psi_min")
    assert found == Published(-0.1189366, "Botella & Peyret 1998", "high")
    with pytest.raises(LookupError, match="0 rows"):
        table.published("value", Re=7, quantity="psi_min")
    with pytest.raises(LookupError, match="rows"):
        table.published("value", Re=1000)


def test_tables_agree_where_they_overlap():
    """Marchi et al. and Botella & Peyret give the same numbers at shared points, and Ghia et al. are near."""
    s, u = reference.table("marchi2009").columns("s", "u", Re=1000)
    y, also = reference.table("botella_peyret1998_vertical").columns("y", "u")
    shared = np.isin(y, s)
    assert shared.sum() >= 2
    assert np.abs(also[shared] - np.interp(y[shared], s, u)).max() < 1e-6
    y_ghia, u_ghia = reference.table("ghia1982_u").columns("y", "u", Re=1000)
    both = np.isin(y_ghia, y)
    assert np.abs(np.interp(y_ghia[both], y[::-1], also[::-1]) - u_ghia[both]).max() < 0.012


# The cases -------------------------------------------------------------------------------------------

SETUPS = [(case, setup) for case in cases.CASES.values() for setup in case.setups]


@pytest.mark.parametrize(("case", "setup"), SETUPS, ids=[f"{c.name}-{s.name}" for c, s in SETUPS])
def test_every_setup_is_a_valid_configuration_with_references(case, setup):
    for n in setup.quick:
        load(setup.settings(n))
    for resolutions in (setup.quick, setup.full):
        assert not any(n % setup.multiple for n in resolutions)
        assert resolutions and all(a < b for a, b in itertools.pairwise(resolutions))
    assert setup.quantities
    for quantity in setup.quantities:
        assert quantity.published.source
        assert quantity.published.confidence in CONFIDENCES
        assert quantity.tolerance > 0
        assert quantity.least_order is None or len(setup.full) > 1


def test_names_are_those_of_the_modules():
    for name, case in cases.CASES.items():
        assert getattr(cases, name).CASE is case
        names = [setup.name for setup in case.setups]
        assert len(set(names)) == len(names) and all("/" not in name for name in names)


@pytest.mark.parametrize("name", ["taylor_green", "kolmogorov_instability"])
def test_quick_cases_run_and_are_drawn(name, tmp_path):
    with gallery.Gallery(tmp_path) as place:
        outcome = place.add(cases.CASES[name], quick=True)
    assert outcome.agrees, report.text([outcome])
    assert (tmp_path / f"{name}.png").stat().st_size > 10_000


# The command -----------------------------------------------------------------------------------------


@pytest.fixture
def fake_cases(monkeypatch):
    poor = replace(with_quantities(replace(QUANTITIES[1], tolerance=1e-9)), name="poor")
    monkeypatch.setattr(cases, "CASES", known := {"made_up": FAKE, "poor": poor})
    monkeypatch.setattr(gallery, "CASES", known)


def test_validate(fake_cases, tmp_path):
    done = fluidgrad("validate", "made_up", "--quick", "--output", tmp_path)
    assert done.exit_code == 0
    assert "made_up: all 3 quantities agree" in done.stdout
    assert (tmp_path / "table.txt").read_text(encoding="utf-8") in done.stdout + "\n"
    done = fluidgrad("validate", "poor", "--resolution", "8", "--output", tmp_path)
    assert done.exit_code == 1
    assert "poor: differs in a number (a flow)" in done.stdout
    assert "| poor | a flow | 8 |" in (tmp_path / "table.md").read_text(encoding="utf-8")
    with open_sealed(tmp_path / "table.h5") as file:
        assert file["table/case"].asstr()[()].tolist().count("made_up") == 6


def test_validate_report(fake_cases, tmp_path):
    fluidgrad("validate", "made_up", "--quick", "-o", tmp_path / "results")
    page, picture = tmp_path / "page.md", tmp_path / "results" / "made_up.png"
    page.write_text(f"{report.BEGIN}\n{report.END}\n", encoding="utf-8")
    picture.unlink()
    done = fluidgrad("validate", "--report", page, "-o", tmp_path / "results")
    assert done.exit_code == 0
    assert "| made_up |" in page.read_text(encoding="utf-8")
    assert picture.exists()


def test_validate_stopped_by_a_signal(monkeypatch, tmp_path):
    def measure_and_stop(sim, march):
        march(0.02, lambda sim: signal.raise_signal(signal.SIGINT))

    stopped = replace(FAKE, name="stopped", setups=(replace(FAKE.setups[0], measure=measure_and_stop),))
    known = {"made_up": FAKE, "stopped": stopped}
    monkeypatch.setattr(cases, "CASES", known)
    monkeypatch.setattr(gallery, "CASES", known)
    ended = fluidgrad("validate", "--quick", "-o", tmp_path)
    assert ended.exit_code == 130
    assert "the cases that were finished are in" in ended.stderr
    assert "made_up" in (tmp_path / "table.md").read_text(encoding="utf-8")
    assert not (tmp_path / "stopped.h5").exists()


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("made_upp",), "did you mean made_up?"),
        (("--resolution", "64,many"), "give numbers from 4 to 32768"),
        (("--resolution", "2"), "give numbers from 4 to 32768"),
        (("--report", "nowhere.md"), "there is no validated case"),
    ],
)
def test_validate_says_what_is_wrong(fake_cases, tmp_path, arguments, message):
    failed = fluidgrad("validate", *arguments, "-o", tmp_path)
    assert failed.exit_code == 2
    assert message in failed.stderr.replace("\n", " ")


def test_validate_lists_the_cases():
    listed = fluidgrad("validate", "--list").stdout
    assert all(name in listed for name in cases.CASES)
