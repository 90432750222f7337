"""Mistakes in configurations: each is found at its place, said plainly, and never a traceback."""

from __future__ import annotations

import pytest

from fluidgrad.config import InvalidConfigError, flow_checks, load
from fluidgrad.errors import ConfigError

GOOD = """\
name = "case"
[domain]
x = [0.0, 1.0]
y = [0.0, 1.0]
cells = [8, 8]
[domain.spacing_x]
law = "uniform"
[fluid]
viscosity = 0.01
[boundaries]
left = {type = "wall"}
right = {type = "wall"}
bottom = {type = "wall"}
top = {type = "moving wall", velocity = 1.0}
[initial]
case = "rest"
[numerics]
advection = "central"
[time]
end = 1.0
[output]
figure = "u"
"""
PERIODIC = """\
left = {type = "periodic"}
right = {type = "periodic"}
bottom = {type = "periodic"}
top = {type = "periodic"}
"""
SIDES = "".join(line + "\n" for line in GOOD.splitlines()[10:14])
IN_OUT = """\
left = {type = "inflow", normal = 1}
right = {type = "inflow", normal = -2}
bottom = {type = "wall"}
top = {type = "wall"}
"""
BOX = GOOD.replace(SIDES, PERIODIC)

# what to replace in GOOD, by what; line, column and key of the problem; words of its message
MISTAKES = [
    ("cells =", "celss =", 5, 1, "domain.celss", ["unknown", "did you mean 'cells'"]),
    ("[fluid]", "[fluud]", 8, 2, "fluud", ["unknown", "did you mean 'fluid'"]),
    ("[numerics]", "[zzz]", 17, 2, "zzz", ["allowed: ", "'numerics'"]),
    ("end = 1.0", "end = 1.0\nevery = 1", 21, 1, "time.every", ["'output.every'"]),
    ("velocity = 1.0", "velocty = 1.0", 14, 30, "boundaries.top.velocty", ["did you mean 'velocity'"]),
    ("velocity = 1.0", "normal = 1.0", 14, 30, "boundaries.top.normal", ["belongs to type 'inflow'"]),
    ('"uniform"', '"uniform"\nratio = 1.1', 8, 1, "domain.spacing_x.ratio", ["belongs to law 'geometric'"]),
    ("[8, 8]", '"8"', 5, 9, "domain.cells", ["expected a list", "found the text '8'"]),
    ("[8, 8]", "[8, 8.0]", 5, 13, "domain.cells[1]", ["expected a whole number", "found 8"]),
    ("[8, 8]", "[true, 8]", 5, 10, "domain.cells[0]", ["expected a whole number", "found true"]),
    ("[8, 8]", "[8]", 5, 9, "domain.cells", ["too few values, found 1"]),
    ("[8, 8]", "[8, 8, 8]", 5, 9, "domain.cells", ["at most 2 values, found 3"]),
    ("[8, 8]", "[3, 8]", 5, 10, "domain.cells[0]", ["at least 4, found 3"]),
    ("[8, 8]", "[8, 40000]", 5, 13, "domain.cells[1]", ["at most 32768, found 40000"]),
    ("0.01", '"0.01"', 9, 13, "fluid.viscosity", ["expected a number", "found the text '0.01'", "m2 s-1"]),
    ("0.01", "true", 9, 13, "fluid.viscosity", ["expected a number", "found true"]),
    ("0.01", "nan", 9, 13, "fluid.viscosity", ["finite", "found nan"]),
    ("0.01", "-inf", 9, 13, "fluid.viscosity", ["finite", "found -inf"]),
    ("0.01", "-1", 9, 13, "fluid.viscosity", ["at least 0, found -1"]),
    ("0.01", "1" * 400, 9, 13, "fluid.viscosity", ["expected a number", "found a huge number"]),
    ("0.01", "1979-05-27", 9, 13, "fluid.viscosity", ["expected a number", "found a date"]),
    ("0.01", "0.01\nreynolds = 10", 10, 1, "fluid.reynolds", ["viscosity is given as well"]),
    ("viscosity = 0.01", "", 8, 2, "fluid", ["viscosity, or reynolds"]),
    ("viscosity = 0.01", "speed = 1.0", 8, 2, "fluid", ["viscosity, or reynolds"]),
    ("0.01", "0.01\nlength = 2", 10, 1, "fluid.length", ["belongs to reynolds"]),
    ("viscosity = 0.01", "reynolds = 0", 9, 12, "fluid.reynolds", ["greater than 0, found 0"]),
    ("viscosity = 0.01", "reynolds = 1e-320", 9, 12, "fluid.reynolds", ["viscosity of inf"]),
    ("0.01", "0", 11, 16, "boundaries.left.type", ["'slip'"]),
    ('bottom = {type = "wall"}', "", 10, 2, "boundaries.bottom", ["missing", "smallest y"]),
    ('bottom = {type = "wall"}', "bottom = 3", 13, 10, "boundaries.bottom", ["expected a table", "found 3"]),
    ('bottom = {type = "wall"}', "bottom = {}", 13, 1, "boundaries.bottom.type", ["missing", "'outflow'"]),
    ('bottom = {type = "wall"}', 'bottom.type = "wal"', 13, 15, "boundaries.bottom.type", ["mean 'wall'"]),
    ('bottom = {type = "wall"}', "bottom.type = 1", 13, 15, "boundaries.bottom.type", ["one of 'periodic'"]),
    (", velocity = 1.0", "", 14, 1, "boundaries.top.velocity", ["missing", "along the wall"]),
    (
        "velocity = 1.0",
        "velocity = true",
        14,
        41,
        "boundaries.top.velocity",
        ["a number or a formula of x, y, t"],
    ),
    ("velocity = 1.0", "velocity = inf", 14, 41, "boundaries.top.velocity", ["finite"]),
    (
        "velocity = 1.0",
        'velocity = "1+*x"',
        14,
        44,
        "boundaries.top.velocity",
        ["unexpected '*' at column 3"],
    ),
    ("velocity = 1.0", 'velocity = "sinn(x)"', 14, 42, "boundaries.top.velocity", ["did you mean 'sin'"]),
    ("velocity = 1.0", 'velocity = "2*xx"', 14, 44, "boundaries.top.velocity", ["did you mean 'x'"]),
    ("velocity = 1.0", "velocity = 'x.real'", 14, 43, "boundaries.top.velocity", ["no attributes"]),
    ("velocity = 1.0", 'velocity = "9^9^9"', 14, 43, "boundaries.top.velocity", ["not finite"]),
    ("velocity = 1.0", 'velocity = "1/x"', 14, 41, "boundaries.top.velocity", ["not finite at x=0, y=1"]),
    ("velocity = 1.0", 'velocity = "1/(t-1)"', 14, 41, "boundaries.top.velocity", ["not finite at", "t=1"]),
    ("[0.0, 1.0]\ny", "[1.0, 0.0]\ny", 3, 5, "domain.x", ["less than the second, found 1, 0"]),
    ("[0.0, 1.0]\ny", "[1e17, 100000000000000032]\ny", 3, 5, "domain.x", ["too far from the origin"]),
    ('"uniform"', '"tan"', 7, 7, "domain.spacing_x.law", ["did you mean 'tanh'"]),
    ('"uniform"', '"tanh"\nstrength = 11', 8, 12, "domain.spacing_x.strength", ["at most 10, found 11"]),
    ('"uniform"', '"tanh"\nstrength = 9.9', 8, 12, "domain.spacing_x.strength", ["smallest cell", "lower"]),
    ('"uniform"', '"geometric"\nratio = 1', 8, 9, "domain.spacing_x.ratio", ["greater than 1, found 1"]),
    ('"uniform"', '"faces"\nfaces = [0, 1]', 8, 9, "domain.spacing_x.faces", ["8 cells need 9 faces"]),
    ('"uniform"', '"faces"', 6, 9, "domain.spacing_x.faces", ["missing"]),
    (
        '"uniform"',
        '"faces"\nfaces = [0,1,2,3,3,5,6,7,8]',
        8,
        18,
        "domain.spacing_x.faces[4]",
        ["found 3, then 3"],
    ),
    ('"uniform"', '"faces"\nfaces = [0,1,2,3,4,5,6,7,8]', 8, 9, "domain.spacing_x.faces", ["0.0 and 1.0"]),
    ('left = {type = "wall"}', 'left = {type = "periodic"}', 11, 16, "boundaries.left.type", ["make both"]),
    (SIDES, IN_OUT, 11, 35, "boundaries.left.normal", ["more flows out than in", "'outflow'"]),
    (
        SIDES,
        IN_OUT.replace("normal = 1}", "normal = -1}").replace('"inflow", normal = -2', '"outflow"'),
        11,
        35,
        "boundaries.left.normal",
        ["enter through an 'outflow'"],
    ),
    ('"rest"', '"rst"', 16, 8, "initial.case", ["did you mean 'rest'"]),
    ('"rest"', '"taylor green"', 16, 8, "initial.case", ["all sides to be periodic"]),
    ('"rest"', '"formula"\nu = "y"', 15, 2, "initial.v", ["missing"]),
    ('"rest"', '"formula"\nu = "t"\nv = 0', 17, 6, "initial.u", ["unknown name 't'", "known are"]),
    ('"rest"', '"formula"\nu = "1/x"\nv = 0', 17, 5, "initial.u", ["not finite at x=0, y=0.0625"]),
    ('"rest"', '"formula"\nu = """\n1 +\n +* x"""\nv=0', 19, 3, "initial.u", ["unexpected '*'"]),
    ('"rest"', '"streamfunction"\npsi = 3', 17, 7, "initial.psi", ["a formula of x, y in quotes"]),
    (
        '"rest"',
        '"gaussian vortices"\nvortices = [{x=0, y=0, circulation=1, radius=1},\n{x=2, y=0, circulation=1, radius=1}]',
        18,
        4,
        "initial.vortices[1].x",
        ["outside the domain, 0 to 1"],
    ),
    ('"rest"', '"gaussian vortices"\nvortices = []', 17, 12, "initial.vortices", ["at least 1 value"]),
    (
        '"rest"',
        '"gaussian vortices"\nvortices = [{x=0, y=0, circulation=1, radius=0}]',
        17,
        46,
        "initial.vortices[0].radius",
        ["greater than 0"],
    ),
    (
        '"rest"',
        '"lamb-chaplygin dipole"\nx = 0.5\ny = -1\nradius = 0.1\nspeed = 1',
        18,
        5,
        "initial.y",
        ["outside the domain"],
    ),
    ('"central"', '"centrl"', 18, 13, "numerics.advection", ["did you mean 'central'", "'upwind'"]),
    ("end = 1.0", "", 19, 2, "time.end", ["missing", "in s"]),
    ("end = 1.0", "end = 0", 20, 7, "time.end", ["greater than 0, found 0"]),
    ("end = 1.0", "end = 1\nstep = 0.1\ncfl = 0.5", 22, 1, "time.cfl", ["leave out one"]),
    ("end = 1.0", "end = 1\nstep = 0.1\nmax_step = 1", 22, 1, "time.max_step", ["leave out one"]),
    ("end = 1.0", "end = 1\nstep = 2", 21, 8, "time.step", ["longer than the run"]),
    ("end = 1.0", "end = 1\ncfl = 2", 21, 7, "time.cfl", ["at most 1.2, found 2"]),
    ('"u"', '"u"\nevery = 2', 23, 9, "output.every", ["longer than the run"]),
    ('"u"', '"u"\nevery = 1e-6', 23, 9, "output.every", ["1e+06 snapshots", "100000"]),
    ('"u"', '"vortcity"', 22, 10, "output.figure", ["did you mean 'vorticity'"]),
    ('"u"', '"u"\nfields = ["speed", "vortcity"]', 23, 20, "output.fields[1]", ["mean 'vorticity'"]),
    ('"u"', '"u"\nfields = ["u"]', 23, 11, "output.fields[0]", ["always stored"]),
    ('"u"', '"u"\nfields = "speed"', 23, 10, "output.fields", ["expected a list"]),
    ('"u"', '"u"\nprecision = "float16"', 23, 13, "output.precision", ["'float32'"]),
    ('"u"', '"u"\nseries_every = 0', 23, 16, "output.series_every", ["at least 1"]),
    ('"u"', '"u"\n[[probes]]\nx = 0\ny = 2', 25, 5, "probes[0].y", ["outside the domain, 0 to 1"]),
    ('"u"', '"u"\n[[probes]]\nx = 0', 23, 1, "probes[0].y", ["missing"]),
    ('"u"', '"u"\n[[probes]]\nx=0\ny=0\nname="a/b"', 26, 6, "probes[0].name", ["letters, digits"]),
    (
        '"u"',
        '"u"\n[[probes]]\nx=0\ny=0\nname="a"\n[[probes]]\nx=0\ny=0\nname="a"',
        30,
        6,
        "probes[1].name",
        ["already the name of probes[0]"],
    ),
    ('"case"', '"../case"', 1, 8, "name", ["letters, digits"]),
    ('"case"', '"latest"', 1, 8, "name", ["reserved"]),
    ('"case"', f'"{"a" * 101}"', 1, 8, "name", ["101 characters"]),
    ('"case"', "3", 1, 8, "name", ["a text in quotes", "found 3"]),
    ('"u"', '"u"\n[constants]\nsin = 1', 24, 1, "constants.sin", ["already means"]),
    ('"u"', '"u"\n[constants]\nt = 1', 24, 1, "constants.t", ["already means"]),
    ('"u"', '"u"\n[constants]\n"a b" = 1', 24, 1, "constants.a b", ["is no name"]),
    ('"u"', '"u"\n[constants]\na = "1"', 24, 5, "constants.a", ["expected a number"]),
    ('"u"', '"u"\n[forcing]\ndrag = -1', 24, 8, "forcing.drag", ["at least 0"]),
    ('"u"', '"u"\n[forcing]\nforce = ["1", "y+"]', 24, 18, "forcing.force[1]", ["ends too early"]),
    ('"u"', '"u"\n[forcing]\nforce = ["1/x", 0]', 24, 10, "forcing.force[0]", ["not finite at x=0"]),
    ('"u"', '"u"\n[forcing]\nrandom = {}', 24, 1, "forcing.random", ["all sides to be periodic"]),
    ('"u"', '"u"\n[forcing.kolmogorov]', 23, 10, "forcing.kolmogorov", ["needs x to be periodic"]),
    (
        '"u"',
        '"u"\n[forcing]\npressure_gradient = [1, 0]',
        24,
        22,
        "forcing.pressure_gradient[0]",
        ["no effect"],
    ),
]

# the same for the periodic box
MISTAKES_IN_A_BOX = [
    ("uniform", 'tanh"\nfine = "low', 8, 8, "domain.spacing_x.fine", ["seam", "fine = 'both'"]),
    ("uniform", 'geometric"\nratio = 1.4\nfine = "high', 9, 8, "domain.spacing_x.fine", ["a factor 10.5"]),
    ("y = [0.0, 1.0]", "y = [0.0, 2.0]", 16, 8, "initial.case", ["needs a square, found 1 by 2"]),
    ('"walsh eddies"', '"turbulence"\nspectrum="-k"', 17, 10, "initial.spectrum", ["negative at k=1"]),
    ('"walsh eddies"', '"turbulence"\nspectrum="x"', 17, 11, "initial.spectrum", ["unknown name 'x'", "k"]),
    ('"walsh eddies"', '"turbulence"\nspectrum="0*k"', 17, 10, "initial.spectrum", ["zero at every k"]),
    ('"walsh eddies"', '"turbulence"\nspectrum="1/(k-2)"', 17, 10, "initial.spectrum", ["not finite at k=2"]),
    ('"walsh eddies"', '"taylor green"\nwavenumber=5', 17, 12, "initial.wavenumber", ["at least 10 cells"]),
    ('"u"', '"u"\n[forcing]\nrandom = {}', 24, 1, "forcing.random.wavenumber", ["reaches 9", "resolve 3"]),
    (
        '"u"',
        '"u"\n[forcing]\nkolmogorov = {wavenumber = 5}',
        24,
        28,
        "forcing.kolmogorov.wavenumber",
        ["10 cells"],
    ),
]


def problems_of(source, overrides=()):
    with pytest.raises(ConfigError) as caught:
        load(source, overrides)
    assert isinstance(caught.value, InvalidConfigError)
    assert str(caught.value) == "\n".join(map(str, caught.value.problems))
    return caught.value.problems


def check(path, text, line, column, key, words):
    path.write_text(text, encoding="utf-8")
    problems = problems_of(path)
    found = [problem for problem in problems if problem.key == key]
    assert found, "\n".join(map(str, problems))
    assert (found[0].line, found[0].column) == (line, column), str(found[0])
    for word in words:
        assert word in found[0].message
    assert str(found[0]).startswith(f"{path}:{line}:{column}: {key}: ")
    assert len(str(found[0]).removeprefix(str(path))) < 420


def test_the_unmistaken_configurations_load():
    load(GOOD)
    load(BOX.replace('"rest"', '"walsh eddies"'))


@pytest.mark.parametrize(("old", "new", "line", "column", "key", "words"), MISTAKES)
def test_mistake(tmp_path, old, new, line, column, key, words):
    assert GOOD.count(old) >= 1
    check(tmp_path / "case.toml", GOOD.replace(old, new, 1), line, column, key, words)


@pytest.mark.parametrize(("old", "new", "line", "column", "key", "words"), MISTAKES_IN_A_BOX)
def test_mistake_in_a_periodic_box(tmp_path, old, new, line, column, key, words):
    text = BOX.replace('"rest"', '"walsh eddies"')
    assert text.count(old) >= 1
    check(tmp_path / "case.toml", text.replace(old, new, 1), line, column, key, words)


@pytest.mark.parametrize(
    ("text", "line", "column", "words"),
    [
        ("a = \n", 1, 5, "texts need quotes"),
        ("a = 1\nb = wall\n", 2, 5, "texts need quotes"),
        ("a = .5\n", 1, 5, "a digit before the point"),
        ("[domain\nx = 1\n", 1, 8, "not valid TOML"),
        ("a = 1\na = 2\n", 2, 6, "overwrite"),
        ('a = "x\nb = 1\n', 1, 7, "not valid TOML"),
        ("a = [1,\n", 2, 1, "not valid TOML"),
        ("a = " + "[" * 5000 + "\n", 1, 37, "nested more than 32 deep"),
        (".".join("a" * 5000) + " = 1\n", 1, 66, "nested more than 32 deep"),
        ("ok = 1\na = " + "9" * 5000 + "\n", 2, 5, "too many digits"),
    ],
)
def test_text_that_is_no_toml(tmp_path, text, line, column, words):
    path = tmp_path / "case.toml"
    path.write_text(text)
    (problem,) = problems_of(path)
    assert words in problem.message
    assert (problem.source, problem.line, problem.column) == (str(path), line, column)


def test_files_that_cannot_be_read(tmp_path):
    def message(path):
        (problem,) = problems_of(path)
        return str(problem)

    assert message(tmp_path / "none.toml") == f"{tmp_path}/none.toml: no such file"
    assert "a directory" in message(tmp_path)
    assert "not a file name" in message("a\0b")
    (tmp_path / "binary.toml").write_bytes(b"a = 1\nb = '\xff'\n")
    assert "binary.toml:2:6: not UTF-8" in message(tmp_path / "binary.toml")
    (tmp_path / "huge.toml").write_bytes(b"#" * 1_000_001)
    assert "larger than 1000 kB" in message(tmp_path / "huge.toml")
    assert "cannot be read" in message("x" * 5000)
    assert message("") == "no such file"


def test_all_mistakes_of_a_file_at_once(tmp_path):
    text = """\
name = "a/b"
[domain]
x = [1.0, 0.0]
celss = [8, 8]
[fluid]
viscosity = -1
speed = "fast"
[boundaries]
left.type = "periodic"
right.type = "wall"
bottom = {type = "wall", velocity = 1}
top = {type = "moving wall", velocity = "1+*x"}
[constants]
pi = 3
[initial]
case = "rset"
[time]
end = 1
every = 0.1
step = 2
[output]
every = 2
fields = ["vortcity"]
[[probes]]
x = 0.5
"""
    (tmp_path / "case.toml").write_text(text)
    found = {(problem.line, problem.key) for problem in problems_of(tmp_path / "case.toml")}
    assert found == {
        (1, "name"),
        (3, "domain.x"),
        (4, "domain.celss"),
        (6, "fluid.viscosity"),
        (7, "fluid.speed"),
        (9, "boundaries.left.type"),
        (11, "boundaries.bottom.velocity"),
        (12, "boundaries.top.velocity"),
        (14, "constants.pi"),
        (16, "initial.case"),
        (19, "time.every"),
        (20, "time.step"),
        (22, "output.every"),
        (23, "output.fields[0]"),
        (24, "probes[0].y"),
    }


def test_empty_configuration():
    keys = {problem.key for problem in problems_of({})}
    assert keys == {"fluid", "boundaries", "time"}
    assert {problem.key for problem in problems_of("\n")} == keys


def test_dicts_have_no_positions():
    (problem,) = problems_of({**_plain(GOOD), "tme": {}})
    assert str(problem) == "tme: unknown setting; did you mean 'time'?"
    (problem,) = problems_of({1: 2})
    assert "names must be text" in problem.message
    endless: dict = {}
    endless["a"] = endless
    assert "nested" in problems_of(endless)[0].message
    (problem,) = problems_of({**_plain(GOOD), "title": object()})
    assert problem.message.startswith("expected a text in quotes, found something of type object")


def _plain(text: str) -> dict:
    return load(text).model_dump(exclude_none=True) | {"fluid": {"viscosity": 0.01}}


def test_too_little_memory(monkeypatch):
    monkeypatch.setattr(flow_checks, "available_memory", lambda: 2**20)
    (problem,) = problems_of(GOOD.replace("[8, 8]", "[4096, 2048]"))
    assert (problem.line, problem.column, problem.key) == (5, 9, "domain.cells")
    assert "4096 x 2048 cells need 1 GiB of memory, 0.000977 GiB are available" in problem.message
    monkeypatch.setattr(flow_checks, "available_memory", lambda: None)
    load(GOOD.replace("[8, 8]", "[4096, 2048]"))


def test_available_memory_is_plausible():
    available = flow_checks.available_memory()
    assert available is None or 2**20 < available < 2**60


@pytest.mark.parametrize(
    ("override", "key", "words"),
    [
        ("domain.celss=[8,8]", "domain.celss", "did you mean 'cells'"),
        ("domian.cells=[8,8]", "domian", "did you mean 'domain'"),
        ("domain.cells=8", "domain.cells", "expected a list"),
        ("domain.cells=8,8", "domain.cells", "found the text '8,8'"),
        ("domain.cells=[8,1]", "domain.cells[1]", "at least 4, found 1"),
        ("fluid.viscosity=nan", "fluid.viscosity", "finite"),
        ("fluid.viscosity=1\nb=2", "fluid.viscosity", "expected a number"),
        ("fluid.reynolds=100", "fluid.reynolds", "--set fluid={viscosity=1e-3}"),
        ("boundaries.left.type=wal", "boundaries.left.type", "did you mean 'wall'"),
        ("boundaries.left.type=inflow", "boundaries.left.normal", "missing"),
        ("boundaries.top.velocity=1+*x", "boundaries.top.velocity", "unexpected '*' at column 3"),
        ("probes=[{x=1}]", "probes[0].y", "missing"),
        ("time=3", "time", "expected a table"),
        ("name.x=3", "name.x", "'name' is not a table"),
        ("time.end", "", "write it as table.key=value"),
        ("=3", "", "write it as table.key=value"),
        ("a..b=3", "", "write it as table.key=value"),
        ("", "", "write it as table.key=value"),
        ("title=" + "[" * 2000, "title", ""),
    ],
)
def test_overrides_are_named(override, key, words):
    if override.startswith("title"):
        load(GOOD, [override])  # brackets without end are text
        return
    (problem,) = problems_of(GOOD, [override])
    assert problem.key == key and words in problem.message
    assert problem.source == f"--set {override}" and problem.line == 0


def test_override_that_leaves_settings_of_the_old_type():
    (problem,) = problems_of(GOOD, ["boundaries.top.type=wall"])
    assert (problem.line, problem.column, problem.key) == (14, 30, "boundaries.top.velocity")
    assert "--set 'boundaries.top={type=...}'" in problem.message
    load(GOOD, ["boundaries.top={type='wall'}"])


def test_file_problems_come_before_those_of_overrides():
    text = GOOD.replace("cells =", "celss =").replace('"central"', '"x"')
    sources = [problem.source for problem in problems_of(text, ["time.end=-1", "nmae=3"])]
    assert sources == ["config text", "config text", "--set time.end=-1", "--set nmae=3"]
