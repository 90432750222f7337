"""The scanner that finds the line and column of every setting of a TOML text."""

from __future__ import annotations

import tomllib

from hypothesis import given
from hypothesis import strategies as st

from fluidgrad.config.positions import Lines, locate, offset_in_string


def test_positions_of_all_kinds_of_keys():
    text = "\n".join(
        [
            'a = "x" # not [a.table]',
            '"quoted key".b = 3',
            "[ t . 'u' ]",
            "  list = [1, # ]",
            "     [2, '''",
            "]'''], {k = 1, l.m = 2}]",
            "[[array]]",
            "x = 1",
            "[[array]]",
            "[array.sub]",
            "d = 1979-05-27 07:32:00 # a date",
        ]
    )
    tomllib.loads(text)
    lines = Lines(text)
    places = {path: (lines.at(place.key), lines.at(place.value)) for path, place in locate(text).items()}
    assert places["a",] == ((1, 1), (1, 5))
    assert places["quoted key", "b"] == ((2, 14), (2, 18))
    assert places["t", "u"][0] == (3, 7)
    assert places["t", "u", "list"] == ((4, 3), (4, 10))
    assert places["t", "u", "list", 0][1] == (4, 11)
    assert places["t", "u", "list", 1][1] == (5, 6)
    assert places["t", "u", "list", 1, 1][1] == (5, 10)
    assert places["t", "u", "list", 2, "l", "m"] == ((6, 18), (6, 22))
    assert places["array", 0, "x"][0] == (8, 1)
    assert places["array", 1][0] == (9, 1)
    assert places["array", 1, "sub", "d"] == ((11, 1), (11, 5))


_keys = st.sampled_from(["a", "b-c", "1", '"q u"', "'l.t'", "d.e", 'f."g"'])
_values = st.recursive(
    st.sampled_from(
        ["1", "-2.5e3", '"s # ]"', "'}'", '"""m\n"x" ]"""', "'''\nl'''", "true", "1979-05-27", "inf"]
    ),
    lambda inner: st.one_of(
        st.lists(inner, max_size=3).map(lambda items: "[" + ",\n # c ]\n".join(items) + "]"),
        st.dictionaries(st.sampled_from("pqr"), inner, max_size=3).map(
            lambda table: "{" + ", ".join(f"{key} = {value}" for key, value in table.items()) + "}"
        ),
    ),
    max_leaves=6,
)


@given(st.lists(st.tuples(st.sampled_from(["", "[t]\n", "[[n]]\n", "[n.s]\n"]), _keys, _values), max_size=5))
def test_scanner_finds_what_tomllib_reads(parts):
    text = "".join(f"{header}{key} = {value} # end\n" for header, key, value in parts)
    try:
        data = tomllib.loads(text)
    except tomllib.TOMLDecodeError:
        return
    places = locate(text)

    def walk(value, path):
        if path:
            assert path in places
            place = places[path]
            if isinstance(value, str):
                assert tomllib.loads(f"v = {place.raw}")["v"] == value
                assert text.startswith(place.raw, place.value)
        items = (
            value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
        )
        for key, item in items:
            walk(item, (*path, key))

    walk(data, ())


def test_offset_in_string():
    assert offset_in_string('"1+*x"', 3) == 3
    assert offset_in_string("'''\n1+*x'''", 3) == 6
    assert offset_in_string('"""1+*x"""', 3) == 5
    assert offset_in_string(r'"\t1+*x"', 3) == 0
