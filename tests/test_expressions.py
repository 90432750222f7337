"""The formula language: values against Python's own arithmetic, refusals with their columns."""

from __future__ import annotations

import ast
import builtins
import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from fluidgrad.expressions import FUNCTIONS, MAX_DEPTH, MAX_LENGTH, Formula, FormulaError

CONSTANTS = {"U": 1.5, "a_1": -2.0}
POINT = {"x": 0.3, "y": -0.7, "t": 1.9}


def value(text: str) -> float:
    return Formula(text, constants=CONSTANTS)(**POINT)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("1", 1.0),
        (".5", 0.5),
        ("5.", 5.0),
        ("1e-3", 1e-3),
        ("2.5E+2", 250.0),
        ("pi", math.pi),
        ("e", math.e),
        ("U*a_1", -3.0),
        ("-2^2", -4.0),
        ("(-2)^2", 4.0),
        ("2^3^2", 512.0),
        ("2**3**2", 512.0),
        ("2^-1", 0.5),
        ("2^-2^2", 2.0**-4),
        ("2*-3", -6.0),
        ("--3", 3.0),
        ("+3", 3.0),
        ("8/4/2", 1.0),
        ("8-4-2", 2.0),
        ("1+2*3", 7.0),
        ("(1+2)*3", 9.0),
        ("10-2^2*2", 2.0),
        ("1 < 2", 1.0),
        ("2 < 1", 0.0),
        ("1 < 2 < 3", 1.0),
        ("1 < 2 > 3", 0.0),
        ("3 >= 3 == 3 <= 3", 1.0),
        ("1 != 1", 0.0),
        ("1 < 2 and 2 < 1 or 1", 1.0),
        ("not 1 < 2", 0.0),
        ("not 0 and 1", 1.0),
        ("1 + (not 0)", 2.0),
        ("(1 < 2) + (2 < 3)", 2.0),
        ("-(1 < 2)", -1.0),
        ("0 or 0", 0.0),
        ("2 and 3", 1.0),
        ("where(1 < 2, 3, 4)", 3.0),
        ("where(0, 3, 4)", 4.0),
        ("min(3, 1, 2)", 1.0),
        ("max(3, 1, 2)", 3.0),
        ("mod(-1, 3)", 2.0),
        ("mod(7.5, 2)", 1.5),
        ("sign(-3)", -1.0),
        ("floor(-1.5)", -2.0),
        ("ceil(-1.5)", -1.0),
        ("heaviside(-1) + heaviside(0) + 3*heaviside(2)", 3.5),
        ("step(0.1)", 1.0),
        ("hypot(3, 4)", 5.0),
        ("atan2(1, -1)", 0.75 * math.pi),
        ("log10(1000)", 3.0),
        ("erf(0.5)", math.erf(0.5)),
        ("j0(0)", 1.0),
        ("j1(0)", 0.0),
        (" 1\n + 2 \t", 3.0),
    ],
)
def test_value(text, expected):
    assert value(text) == pytest.approx(expected, rel=1e-15, abs=1e-15)


@pytest.mark.parametrize(
    ("name", "reference"),
    [
        ("abs", abs),
        ("sqrt", math.sqrt),
        ("exp", math.exp),
        ("log", math.log),
        ("sin", math.sin),
        ("cos", math.cos),
        ("tan", math.tan),
        ("asin", math.asin),
        ("acos", math.acos),
        ("atan", math.atan),
        ("sinh", math.sinh),
        ("cosh", math.cosh),
        ("tanh", math.tanh),
    ],
)
def test_function_is_that_of_its_name(name, reference):
    assert Formula(f"{name}(x)")(x=0.37) == pytest.approx(reference(0.37), rel=1e-14)


_trees = st.recursive(
    st.sampled_from(["x", "y", "t", "2", "0.5", "3e0", "U", "pi"]),
    lambda inner: st.one_of(
        st.tuples(inner, st.sampled_from(["+", "-", "*", "/", "<", "<=", ">", "=="]), inner).map(
            lambda parts: f"({parts[0]} {parts[1]} {parts[2]})"
        ),
        st.tuples(inner, st.sampled_from(["+", "-", "*"]), inner).map("".join),
        inner.map(lambda text: f"-({text})"),
        inner.map(lambda text: f"sin({text})"),
        inner.map(lambda text: f"abs({text})**2"),
    ),
    max_leaves=12,
)


def _reference(node: ast.AST) -> float:  # noqa: PLR0911
    """A slow evaluator over Python's own syntax tree."""
    match node:
        case ast.Expression(body=body):
            return _reference(body)
        case ast.Constant(value=number):
            return float(number)
        case ast.Name(id=name):
            return {**POINT, **CONSTANTS, "pi": math.pi}[name]
        case ast.UnaryOp(operand=operand):
            return -_reference(operand)
        case ast.Call(func=ast.Name(id=name), args=[argument]):
            return {"sin": math.sin, "abs": abs}[name](_reference(argument))
        case ast.Compare(left=left, ops=[operator], comparators=[right]):
            a, b = _reference(left), _reference(right)
            return float({"Lt": a < b, "LtE": a <= b, "Gt": a > b, "Eq": a == b}[type(operator).__name__])
        case ast.BinOp(left=left, op=operator, right=right):
            a, b = _reference(left), _reference(right)
            name = type(operator).__name__
            return {"Add": lambda: a + b, "Sub": lambda: a - b, "Mult": lambda: a * b, "Div": lambda: a / b,
                    "Pow": lambda: a**b}[name]()  # fmt: skip
    raise AssertionError(node)


@given(_trees)
def test_random_formulas_agree_with_python(text):
    try:
        expected = _reference(ast.parse(text, mode="eval"))
    except (ZeroDivisionError, OverflowError):
        return
    if math.isfinite(expected) and abs(expected) < 1e100:
        try:
            found = value(text)
        except FormulaError as error:
            assert "not finite" in error.message
        else:
            assert found == pytest.approx(expected, rel=1e-9, abs=1e-9)


def test_arrays_broadcast():
    x, y = np.linspace(0, 1, 5)[None, :], np.linspace(0, 2, 3)[:, None]
    assert Formula("x^2 + y")(x=x, y=y, t=0.0).shape == (3, 5)
    np.testing.assert_array_equal(Formula("where(x < y, 1, 0)")(x=x, y=y), (x < y).astype(float))
    assert Formula("x < 0.5")(x=x).dtype == np.float64
    assert isinstance(Formula("2*3")(x=x), float)
    np.testing.assert_array_equal(Formula("x")(x=np.arange(3)), np.arange(3.0))


def test_result_is_never_the_input():
    x = np.ones(3)
    Formula("x")(x=x)[:] = 7.0
    Formula("+x")(x=x)[:] = 7.0
    assert (x == 1.0).all()


@pytest.mark.parametrize("power", range(9))
def test_whole_powers(power):
    x = np.linspace(-2.0, 2.0, 41)
    np.testing.assert_allclose(Formula(f"x^{power}")(x=x), x**power, rtol=1e-14)


def test_outside_the_domain_of_a_function_is_silent():
    with np.errstate(all="raise"):
        result = Formula("log(x) + 1/x")(x=np.array([-1.0, 0.0, 1.0]))
        assert np.isnan(result[0]) and not np.isfinite(result[1]) and result[2] == 1.0
        assert Formula("1/x")(x=0.0) == math.inf
        assert math.isnan(Formula("x^0.5")(x=-1.0))


def test_uses_names_the_variables_that_matter():
    formula = Formula("U*sin(x) + 0*3", constants=CONSTANTS)
    assert formula.uses("x") and not formula.uses("t") and not formula.uses("U")


def test_variables_must_be_known_and_given():
    with pytest.raises(TypeError, match="needs a value for x"):
        Formula("x")(y=1.0)
    with pytest.raises(TypeError, match="'k' is not a variable"):
        Formula("x")(x=1.0, k=2.0)
    assert Formula("k^2", variables=("k",))(k=3.0) == 9.0
    assert Formula(2.5)() == 2.5


REFUSED = [
    ("", 1, "empty"),
    ("   ", 1, "empty"),
    ("1+*x", 3, "unexpected '*'"),
    ("1 +", 4, "ends too early"),
    ("(x", 3, "'(' at column 1"),
    ("sin(x", 6, "'(' at column 4"),
    ("x)", 2, "unexpected ')'"),
    ("2x", 2, "an operator such as *"),
    ("x y", 3, "an operator such as *"),
    ("x.real", 2, "no attributes"),
    ("x.__class__", 2, "no attributes"),
    ("x[0]", 2, "no subscripts"),
    ("'x'", 1, "no text"),
    ('"x"', 1, "no text"),
    ("x = 1", 3, "write == to compare"),
    ("x % 2", 3, "mod(a, b)"),
    ("x & 1", 3, "write and"),
    ("lambda: 1", 7, "unexpected ':'"),
    ("lambda", 1, "unknown name"),
    ("1 if x else 2", 3, "unexpected 'if'"),
    ("[1, 2]", 1, "no subscripts"),
    ("{1}", 1, "unexpected '{'"),
    ("x := 1", 3, "unexpected ':'"),
    ("xx", 1, "did you mean 'x'?"),
    ("__import__('os')", 12, "no text"),
    ("__import__(1)", 1, "is no function"),
    ("eval(x)", 1, "is no function"),
    ("sinn(x)", 1, "did you mean 'sin'?"),
    ("cso(x)", 1, "did you mean 'cos'?"),
    ("1 + sin", 5, "write sin(...)"),
    ("x(1)", 1, "is no function"),
    ("sin()", 1, "takes 1 argument, found 0"),
    ("sin(x, y)", 1, "takes 1 argument, found 2"),
    ("where(x, 1)", 1, "takes 3 arguments, found 2"),
    ("min(x)", 1, "takes 2 or more arguments, found 1"),
    ("sin(x,)", 7, "unexpected ')'"),
    ("sin(x=1)", 6, "write == to compare"),
    ("9^9^9", 2, "not finite"),
    ("9**9**9**9", 5, "not finite"),
    ("1/0", 2, "not finite"),
    ("1e999", 1, "not finite"),
    ("x + sqrt(-1)", 5, "not finite"),
    ("log(0)*x", 1, "not finite"),
    ("1_000", 2, "an operator such as *"),
    ("1j", 2, "an operator such as *"),
    ("0x10", 2, "an operator such as *"),
    ("1..2", 3, "an operator such as *"),
    ("1 + not x", 5, "put it in parentheses"),
    ("and", 1, "unexpected 'and'"),
    ("x\x00", 2, "unexpected"),
    ("é + 1", 1, "unexpected"),
    ("x²", 2, "unexpected"),
    ("１", 1, "unexpected"),
    ("x;y", 2, "unexpected ';'"),
    ("x\\y", 2, "unexpected"),
]


@pytest.mark.parametrize(("text", "column", "words"), REFUSED)
def test_refusal_gives_the_column_and_the_reason(text, column, words):
    with pytest.raises(FormulaError) as caught:
        Formula(text, where="initial.u")
    error = caught.value
    assert words in str(error)
    assert f"at column {error.column}" in str(error)
    assert error.column == column
    assert error.message and isinstance(error, ValueError)


def test_nothing_reaches_python():
    for name in dir(builtins):
        if name not in FUNCTIONS:
            with pytest.raises(FormulaError):
                Formula(f"{name}(x)")


@pytest.mark.parametrize("opening", ["(", "-", "sin(", "not ", "2^", "1<(", "x*-("])
def test_nesting_is_bounded(opening):
    with pytest.raises(FormulaError, match=r"deep|early"):
        Formula(opening * (MAX_DEPTH + 1) + "x")
    shallow = opening * (MAX_DEPTH // 3 - 2) + "x" + ")" * opening.count("(") * (MAX_DEPTH // 3 - 2)
    Formula(shallow)(x=0.5)


def test_length_is_bounded_but_long_sums_are_fine():
    terms = "x" + "+x" * ((MAX_LENGTH - 1) // 2)
    assert Formula(terms)(x=1.0) == (len(terms) + 1) // 2
    with pytest.raises(FormulaError, match="longer than 2000") as caught:
        Formula("x" + " " * MAX_LENGTH)
    assert caught.value.column == MAX_LENGTH + 1
    assert len(str(caught.value)) < 300


@given(st.text(max_size=80))
def test_any_text_is_a_formula_or_a_formula_error(text):
    _try(text)


_pieces = ["x", "y", "t", "pi", "1", "2.5", "9", "(", ")", ",", "+", "-", "*", "/", "^", "**", "<", "==",
           "and", "or", "not", "sin(", "min(", "where(", " ", ".", "[", "'", "e", "1e308"]  # fmt: skip


@given(st.lists(st.sampled_from(_pieces), max_size=120).map("".join))
def test_any_row_of_tokens_is_a_formula_or_a_formula_error(text):
    _try(text)


def _try(text: str) -> None:
    try:
        formula = Formula(text)
    except FormulaError as error:
        assert 1 <= error.column <= len(text) + 1
        return
    result = formula(x=np.array([-1.0, 0.0, 2.0]), y=0.5, t=0.0)
    assert np.shape(result) in ((), (3,))
