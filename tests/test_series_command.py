"""``fluidgrad series``: panels, spectra, budgets, tables; what is drawn is what was stored."""

from __future__ import annotations

import csv
from types import SimpleNamespace

import numpy as np
import pytest
from cli_tools import CAVITY, fluidgrad

from fluidgrad.analysis.budgets import Budget
from fluidgrad.errors import ConfigError
from fluidgrad.grid import Grid
from fluidgrad.plotting.budget import budget_of, plot_budget
from fluidgrad.plotting.columns import choose_columns, oscillating, panels
from fluidgrad.plotting.curves import robust_limits
from fluidgrad.plotting.series import between, plot_series

T = np.linspace(0.0, 40.0, 801)


def run(**columns):
    """A run with a time series: column -> values, unit; all in one namespace."""
    about = {"t": (T, "s"), "step": (np.arange(T.size), "1"), **columns}
    return SimpleNamespace(
        name="made",
        times=T,
        flow=None,
        series={name: np.asarray(values) for name, (values, _) in about.items()},
        series_units={name: (unit, f"the {name}") for name, (_, unit) in about.items()},
        grid=Grid.uniform(4, 3, x=(0, 2), y=(0, 1)),
    )


def wake(**more):
    shedding = np.sin(2 * np.pi * 0.17 * T)
    return run(
        cylinder_drag=(1.4 + 0.01 * shedding**2, "1"),
        cylinder_lift=(0.3 * shedding, "1"),
        cylinder_force_x=(0.7 + 0 * T, "m3 s-2"),
        cylinder_friction_x=(0.2 + 0 * T, "m3 s-2"),
        kinetic_energy=(0.5 + 0.01 * T, "m2 s-2"),
        dt=(0.05 + 0 * T, "s"),
        **more,
    )


def test_columns_of_one_meaning_and_unit_share_a_panel():
    made = run(
        a_u=(T, "m s-1"), a_v=(T, "m s-1"), a_p=(T, "m2 s-2"), b_u=(T, "m s-1"), b_v=(T, "m s-1"), b_p=(T, "m2 s-2"),
        kinetic_energy=(T, "m2 s-2"), flow_left=(T, "m2 s-1"), flow_right=(T, "m2 s-1"), cfl=(T, "1"), dt=(T, "s"),
    )  # fmt: skip
    names = [name for name in made.series if name not in ("t", "step")]
    together = [set(panel.curves) for panel in panels(made, names)]
    assert {"a_u", "a_v", "b_u", "b_v"} in together and {"a_p", "b_p"} in together
    assert {"flow_left", "flow_right"} in together
    assert [{"kinetic_energy"}, {"cfl"}, {"dt"}] == [one for one in together if len(one) == 1]


def test_the_most_telling_columns():
    chosen = choose_columns(wake())
    assert (
        chosen[:2] == ["cylinder_drag", "cylinder_lift"] and "kinetic_energy" in chosen and "dt" not in chosen
    )
    assert oscillating(wake()) == ["cylinder_lift"]
    assert choose_columns(run(dt=(0.1 + 0 * T, "s"))) == ["dt"], "if nothing telling moves, what there is"


def test_patterns_and_unknown_columns():
    assert choose_columns(wake(), ["cylinder_l*", "dt"]) == ["cylinder_lift", "dt"]
    with pytest.raises(ConfigError, match="did you mean 'kinetic_energy'"):
        choose_columns(wake(), ["kinetic_enrgy"])
    with pytest.raises(ConfigError, match=r"columns are .*cylinder_lift"):
        choose_columns(wake(), ["step"])
    with pytest.raises(ConfigError, match="no time series"):
        choose_columns(SimpleNamespace(name="empty", series={"t": np.zeros(1)}, series_units={}))


def test_curves_are_the_columns():
    figure = plot_series(
        wake(), ["cylinder_lift", "cylinder_force_x", "cylinder_friction_x"], start=10, end=20
    )
    first, second = figure.axes
    t, q = first.lines[0].get_data()
    assert t[0] == pytest.approx(10) and t[-1] == pytest.approx(20)
    assert np.array_equal(q, 0.3 * np.sin(2 * np.pi * 0.17 * t)) and first.get_xlim() == (t[0], t[-1])
    assert len(second.lines) == 2 and second.get_ylabel() == "[m³ s⁻²]" and second.get_xlabel() == "t [s]"
    assert [text.get_text() for text in second.get_legend().get_texts()] == [
        "cylinder_force_x",
        "cylinder_friction_x",
    ]


def test_small_numbers_give_their_power_of_ten_to_the_unit():
    ax = plot_series(run(dissipation=(1e-3 * (1 + T), "m2 s-3")), ["dissipation"]).axes[0]
    assert ax.get_ylabel() == "[m² s⁻³]"
    ax = plot_series(run(dissipation=(1e-5 * (1 + T), "m2 s-3")), ["dissipation"]).axes[0]
    assert ax.get_ylabel() == "[10⁻⁶ m² s⁻³]"
    assert ax.yaxis.get_major_formatter()(2e-4, 0) == "200"


def test_a_start_up_many_times_larger_is_cut_off():
    q = np.append([50.0, 20.0], 1 + 0.1 * np.sin(T))
    low, high = robust_limits([q])
    assert 0.8 < low < 0.9 and 1.1 < high < 1.2
    rising = np.linspace(0, 1, 100)
    assert (
        robust_limits([rising]) == pytest.approx((-0.08, 1.08))
        and robust_limits([np.array([np.nan])]) is None
    )


def test_times_without_rows():
    assert between(wake(), None, None, late=True).sum() == 401
    with pytest.raises(ConfigError, match="give other times"):
        plot_series(wake(), start=50)


def test_a_spectrum_marks_the_frequency():
    figure = plot_series(wake(), spectrum=True)
    (ax,) = figure.axes
    (mark,) = ax.texts
    assert float(mark.get_text().removesuffix(" Hz")) == pytest.approx(0.17, abs=0.005)
    assert ax.get_xscale() == ax.get_yscale() == "log" and ax.get_xlabel() == "frequency [Hz]"


def test_a_series_that_does_not_change_has_no_peak():
    figure = plot_series(wake(), ["cylinder_force_x"], spectrum=True)
    assert figure.axes[0].texts[0].get_text() == "it does not change"


def budget(**terms) -> Budget:
    return Budget("kinetic_energy", T, {name: np.asarray(q, float) for name, q in terms.items()}, 2.0)


def test_a_budget_stacks_gains_and_losses():
    gain, loss = 2 + np.sin(T), -(1 + 0 * T)
    figure = plot_budget(budget(storage=gain + loss, forcing=gain, dissipation=loss), title="a run")
    upper, lower = figure.axes
    tops = [np.ptp(area.get_paths()[0].vertices[:, 1]) for area in upper.collections]
    assert max(tops) == pytest.approx(gain.max(), rel=1e-3)
    assert np.array_equal(upper.lines[0].get_ydata(), gain + loss)
    assert np.abs(lower.lines[0].get_ydata()).max() < 1e-12, "it closes"
    assert upper.get_ylabel() == "kinetic energy per time [m² s⁻³]"


def test_a_recorded_budget_is_read_from_the_series():
    columns = {
        "storage": 1 + 0 * T,
        "forcing": 3 + 0 * T,
        "dissipation": -1.5 + 0 * T,
        "residual": -0.5 + 0 * T,
    }
    made = run(**{f"budget_energy_{name}": (q, "m2 s-3") for name, q in columns.items()})
    found = budget_of(made, "energy")
    assert list(found.terms) == ["storage", "dissipation", "forcing"]
    assert found.residual == pytest.approx(-0.5) and found.area == 2.0
    with pytest.raises(ConfigError, match="energy or enstrophy"):
        budget_of(made, "heat")


@pytest.fixture(scope="module")
def cavity(tmp_path_factory):
    folder = tmp_path_factory.mktemp("series")
    (folder / "cavity.toml").write_text(CAVITY)
    result = fluidgrad("run", folder / "cavity.toml", "-o", folder / "cavity")
    assert result.exit_code == 0
    return folder / "cavity"


@pytest.mark.parametrize(
    ("options", "name"),
    [
        ([], "series.png"),
        (["kinetic_energy", "dt", "--to", "0.1"], "series.png"),
        (["--budget", "enstrophy"], "budget.png"),
    ],
)
def test_figures_go_to_the_run(cavity, options, name):
    result = fluidgrad("series", cavity, *options, "--dpi", 40)
    assert result.exit_code == 0, result.stderr
    assert (
        result.stdout.strip().endswith(f"figures/{name}")
        and (cavity / "figures" / name).stat().st_size > 1000
    )


def test_csv_holds_every_digit(cavity, tmp_path):
    from fluidgrad.output import open_run

    assert fluidgrad("series", cavity, "kin*", "--csv", tmp_path / "a.csv").exit_code == 0
    rows = list(csv.reader((tmp_path / "a.csv").read_text().splitlines()))
    assert rows[0] == ["t [s]", "step", "kinetic_energy [m2 s-2]"]
    stored = open_run(cavity).series
    assert [float(row[2]) for row in rows[1:]] == stored["kinetic_energy"].tolist()
    assert [int(row[1]) for row in rows[1:]] == stored["step"].tolist()


@pytest.mark.parametrize(
    ("options", "words"),
    [
        (["--spectrum", "--forces"], "one picture at a time"),
        (["dt", "--forces"], "has columns of its own"),
        (["--segments", "3"], "--spectrum"),
        (["--forces"], "no forces on bodies"),
        (["--budget", "heat"], "energy or enstrophy"),
        (["nothing"], "no column 'nothing'"),
        (["--from", "7"], "give other times"),
    ],
)
def test_mistakes_are_one_sentence(cavity, options, words):
    result = fluidgrad("series", cavity, *options)
    assert result.exit_code == 2 and words in result.stderr.replace("\n", " ")
