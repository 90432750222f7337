"""Vortices followed in time: a merger at the right moment, streets that leave, periodic sides, births and ends."""

from __future__ import annotations

from dataclasses import replace
from itertools import pairwise

import numpy as np
import pytest
from exact_flows import make_flow
from setups import advance, periodic, simulation
from vortex_flows import gaussians, periodic_gaussians

from fluidgrad.analysis import track_vortices
from fluidgrad.fields import compute
from fluidgrad.flow import Flow
from fluidgrad.grid import Grid

CIRCULATION = 2 * np.pi**2
EVERY = 0.025


@pytest.fixture(scope="module")
def merger():
    """Two equal vortices, 1.1 apart, that would turn about each other in 1.2 s; Re = circulation/viscosity = 1000."""
    pair = [{"x": x, "y": 2.0, "circulation": CIRCULATION, "radius": 0.28} for x in (1.45, 2.55)]
    initial = {"case": "gaussian vortices", "vortices": pair}
    sim = simulation((96, 96), periodic(), x=(0, 4), y=(0, 4), nu=0.02, initial=initial, end=1.2)
    return [advance(sim, k * EVERY).flow() for k in range(49)]


def pass_between(flow):
    """Vorticity at the centre of symmetry, the node in the middle, over the largest: 1 when there is one maximum."""
    vorticity = compute(flow, "vorticity")
    return vorticity[48, 48] / vorticity.max()


def last_time_below(flows, level):
    return max(flow.time for flow in flows if pass_between(flow) < level)


@pytest.mark.parametrize("persistence", [0.02, 0.1, 0.3])
def test_vortices_merge_when_the_pass_between_them_is_gone(merger, persistence):
    tracks = track_vortices(merger, criterion="vorticity", persistence=persistence)
    assert [track.origin for track in tracks] == ["first", "first"]
    ended, alive = sorted(tracks, key=lambda track: track.fate == "alive")
    assert (ended.fate, ended.into) == ("merged", alive.identity)
    assert (alive.fate, alive.into, len(alive.times)) == ("alive", None, 49)
    assert ended.end == pytest.approx(last_time_below(merger, 1 - persistence), abs=1.01 * EVERY)


def test_the_cores_merge_before_the_maxima_are_one(merger):
    tracks = track_vortices(merger, smallest=0.05)
    (ended,) = (track for track in tracks if track.fate == "merged")
    assert len(tracks) == 2
    assert last_time_below(merger, 0.8) < ended.end < last_time_below(merger, 0.999)
    heir, k = tracks[ended.into], len(ended.times)
    assert heir.circulation[k] == pytest.approx(heir.circulation[k - 1] + ended.circulation[-1], rel=0.05)
    table = tracks.table()
    assert table["into"].tolist().count(heir.identity) == 1 and set(table["fate"]) == {"alive", "merged"}


def test_backwards_it_is_a_split(merger):
    end = merger[-1].time
    back = [Flow.of(flow.grid, -flow.u, -flow.v, time=end - flow.time) for flow in merger[::-1]]
    tracks = track_vortices(back, criterion="vorticity")
    assert [(track.origin, track.parent, track.fate) for track in tracks] == [
        ("first", None, "alive"),
        ("split", 1, "alive"),
    ]
    assert tracks[2].birth == pytest.approx(end - last_time_below(merger, 0.9), abs=1.01 * EVERY)
    assert tracks.identities(end) == {tracks[n].labels[-1]: n for n in (1, 2)}


def street(time, speed=1.0, spacing=2.0):
    """A street of vortices carried by a stream: new ones come in on the left, and leave on the right at x = 8."""
    grid = Grid.uniform(128, 64, (0, 8), (-2, 2))
    first = int(np.floor((0 - speed * time) / spacing)) - 2
    some = [
        {"x": speed * time + spacing * n, "y": 0.4 * (-1) ** n, "circulation": (-1.0) ** n, "radius": 0.35}
        for n in range(first, first + 10)
    ]
    return replace(make_flow(grid, *gaussians(some, (speed, 0.0))), time=time)


@pytest.mark.parametrize("every", [0.25, 0.6])
def test_a_street_keeps_its_identities_until_it_leaves(every):
    times = np.arange(0, 13.2, every)
    tracks = track_vortices([street(time) for time in times], threshold=0.5)
    assert set(tracks.table()["fate"]) <= {"left", "alive"}
    assert set(tracks.table()["origin"]) == {"first", "born"}
    # Number 0 is at x = t, so that number n leaves at t = 8 - 2n.
    whole = [track for track in tracks if track.fate == "left" and track.origin == "born"]
    assert len(whole) == 2
    for track in whole:
        x = np.array(track.x)
        numbers = (x - track.times) / 2
        inner = (x > 1) & (x < 7)
        assert np.ptp(numbers[inner]) < 0.01
        number = round(float(numbers[inner].mean()))
        assert track.birth == pytest.approx(-2 * number, abs=2 * every)
        assert track.end == pytest.approx(8 - 2 * number, abs=2 * every)
        assert len(set(np.sign(track.circulation))) == 1


def test_through_periodic_sides():
    grid = Grid.uniform(64, 48, (0, 4), (-1, 2), True, True)
    one = {"y": 0.0, "circulation": 1.0, "radius": 0.25}
    flows = [
        periodic_gaussians(grid, [one | {"x": 1 + t, "y": 0.7 * t}], (1.0, 0.7), t)
        for t in np.arange(0, 6, 0.4)
    ]
    (track,) = track_vortices(flows)
    assert track.fate == "alive" and len(track.times) == len(flows)
    np.testing.assert_allclose(track.x, (1 + np.array(track.times)) % 4, atol=0.01)
    np.testing.assert_allclose(track.y, (0.7 * np.array(track.times) + 1) % 3 - 1, atol=0.01)
    np.testing.assert_allclose(track.circulation, track.circulation[0], rtol=0.01)


def test_births_and_fading():
    grid = Grid.uniform(64, 64, (-2, 2), (-2, 2))

    def flow(time):
        strength = np.exp(-(((time - 2) / 0.8) ** 2))
        pair = [
            {"x": -1, "y": 0, "circulation": 1.0, "radius": 0.3},
            {"x": 1, "y": 0, "circulation": strength, "radius": 0.3},
        ]
        return replace(make_flow(grid, *gaussians(pair)), time=time)

    tracks = track_vortices([flow(time) for time in np.arange(0, 4.1, 0.5)], threshold=2.0)
    assert [(track.origin, track.fate) for track in tracks] == [("first", "alive"), ("born", "faded")]
    assert 0.5 <= tracks[2].birth <= 1.5 and 2.5 <= tracks[2].end <= 3.5
    with pytest.raises(ValueError):
        tracks[0]


def test_nothing_to_follow():
    grid = Grid.uniform(8, 8)
    still = make_flow(grid, lambda x, y: 0 * x * y, lambda x, y: 0 * x * y)
    tracks = track_vortices([still, replace(still, time=1.0)])
    assert len(tracks) == 0 and tracks.table()["birth"].size == 0


@pytest.mark.long
def test_the_wake_of_a_cylinder_keeps_its_identities():
    sides = {
        "left": {"type": "inflow", "normal": 1.0},
        "right": {"type": "outflow"},
        "bottom": {"type": "slip"},
        "top": {"type": "slip"},
    }
    circle = {"name": "cylinder", "shape": "circle", "x": 0.0, "y": 0.0, "radius": 0.5}
    gust = {"case": "formula", "u": 1.0, "v": "0.5*exp(-(x - 1.5)^2 - y^2)"}
    sim = simulation(
        (160, 80), sides, x=(-4, 12), y=(-4, 4), nu=0.01, end=60.0, bodies=[circle], initial=gust
    )
    flows = [advance(sim, time).flow() for time in np.arange(30, 60, 0.5)]
    tracks = track_vortices(flows)
    assert {track.fate for track in tracks} == {"left", "alive"}
    shed = [track for track in tracks if track.origin == "born" and track.fate == "left"]
    assert len(shed) == 5
    for before, after in pairwise(shed):
        assert np.sign(before.circulation[0]) == -np.sign(after.circulation[0])
    assert all(track.x[0] < 1.5 and track.x[-1] > 11 and np.all(np.diff(track.x) > 0) for track in shed)
