"""Damaged configurations: whatever is in a file, a dict or an override, it loads or raises a ConfigError."""

from __future__ import annotations

import tomllib

from hypothesis import given, settings
from hypothesis import strategies as st

from fluidgrad.config import load, template
from fluidgrad.config.examples import EXAMPLES
from fluidgrad.errors import ConfigError

TEMPLATES = [template(case) for case in EXAMPLES]
_fragments = st.one_of(
    st.text(max_size=5),
    st.sampled_from(['"', "'", "[", "]", "{", "}", "=", ".", ",", "\n", "#", "[[", "\\", '"""', "1e400", "nan", "-",
                     "true", "type", "\r", "\x00", "[1]", "{}", "x", "^", "1979-05-27"]),
)  # fmt: skip


@settings(max_examples=150)
@given(st.data())
def test_mutated_configurations_load_or_raise_a_config_error(data):
    text = data.draw(st.sampled_from(TEMPLATES))
    for _ in range(data.draw(st.integers(1, 4))):
        start = data.draw(st.integers(0, len(text)))
        end = data.draw(st.integers(start, min(len(text), start + 20)))
        text = text[:start] + data.draw(_fragments) + text[end:]
    _loads_or_explains(text + "\n")


_scalars = st.one_of(st.none(), st.booleans(), st.integers(), st.floats(), st.text(max_size=6))


@settings(max_examples=150)
@given(st.data())
def test_dicts_with_foreign_values_load_or_raise_a_config_error(data):
    tree = tomllib.loads(template())
    for _ in range(data.draw(st.integers(1, 3))):
        node = tree
        while True:
            key = data.draw(st.sampled_from([*node, "new"]))
            if not isinstance(node.get(key), dict) or data.draw(st.booleans()):
                break
            node = node[key]
            if not node:
                key = "new"
                break
        node[key] = data.draw(
            st.recursive(
                _scalars,
                lambda i: st.lists(i, max_size=3) | st.dictionaries(st.text(max_size=4), i, max_size=2),
            )
        )
    _loads_or_explains(tree)


@given(st.lists(st.text(max_size=30), max_size=3))
def test_any_override_loads_or_raises_a_config_error(overrides):
    _loads_or_explains(template(), overrides)


def _loads_or_explains(source, overrides=()):
    try:
        config = load(source, overrides)
    except ConfigError as error:
        assert str(error)
    else:
        assert load(config.to_toml()) == config
