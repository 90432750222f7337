"""Formulas of coordinates and time, read by a small parser of our own and evaluated with NumPy.

A formula is data, never code: the text is split into tokens, checked against the grammar below and
turned into a short list of instructions for a stack machine. There is no attribute access, no
subscript, no string, no assignment and no way to reach Python from it. ::

    formula     or, and, not, comparisons (0 < x < 1), + - * /, unary + and -, ^ or ** (right to left)
    operand     1.5e-3   name   function(formula, ...)   (formula)

Truth is a number: a comparison gives 1 or 0, and anything but 0 counts as true. Every value is a
float64, so there are no huge integers; constant parts are computed once, when the formula is read.
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Iterable, Mapping
from difflib import get_close_matches
from functools import partial, reduce
from typing import Any, NamedTuple

import numpy as np

MAX_LENGTH = 2000
"""Longest formula, in characters."""
MAX_DEPTH = 60
"""Deepest nesting of parentheses, signs and powers."""

Value = Any  # np.ndarray | np.float64; the operators of both are what the machine uses


class FormulaError(ValueError):
    """A formula that is refused.

    ``message`` says why, ``hint`` what is allowed (may be empty), ``column`` where (1-based).
    """

    def __init__(self, text: str, message: str, column: int, hint: str = "", where: str = ""):
        self.text, self.message, self.column, self.hint, self.where = text, message, column, hint, where
        super().__init__(self._sentence())

    def _sentence(self) -> str:
        shown = " ".join(self.text.split())
        shown = shown if len(shown) <= 60 else shown[:57] + "..."
        prefix = f"{self.where}: " if self.where else ""
        hint = f"; {self.hint}" if self.hint else ""
        return f'{prefix}formula "{shown}": {self.message} at column {self.column}{hint}'


def _special(name: str, value: Value) -> Value:
    """A special function of SciPy, imported when a formula first needs it."""
    from scipy import special

    return getattr(special, name)(value)


def _number(truth: Value) -> Value:
    return np.asarray(truth, dtype=float)[()]


def _step(value: Value) -> Value:
    return np.heaviside(value, 0.5)


class Function(NamedTuple):
    """What a name stands for in a call: NumPy code and how many arguments it takes."""

    call: Callable[..., Value]
    least: int = 1
    most: int | None = 1


_OF_ONE = (
    *("abs", "sign", "sqrt", "exp", "log", "log10", "floor", "ceil"),
    *("sin", "cos", "tan", "asin", "acos", "atan", "sinh", "cosh", "tanh"),
)
FUNCTIONS: dict[str, Function] = {
    **{name: Function(getattr(np, name)) for name in _OF_ONE},
    **{name: Function(getattr(np, name), 2, 2) for name in ("atan2", "hypot", "mod")},
    **{name: Function(partial(_special, name)) for name in ("erf", "j0", "j1")},
    "min": Function(lambda *values: reduce(np.minimum, values), 2, None),
    "max": Function(lambda *values: reduce(np.maximum, values), 2, None),
    "where": Function(lambda test, yes, no: np.where(test != 0, yes, no)[()], 3, 3),
    "heaviside": Function(_step),
    "step": Function(_step),
}
"""Functions of the language; ``heaviside`` (also ``step``) is 0 below, 1 above and 1/2 at zero."""

NUMBERS = {"pi": math.pi, "e": math.e}
"""Numbers that every formula knows."""

WORDS = ("and", "or", "not")
"""Words that are operators."""


def _power(base: Value, exponent: Value) -> Value:
    """``base ** exponent``; small whole powers by multiplication, which is many times faster."""
    if np.ndim(exponent) or not (2 <= exponent <= 8 and exponent == int(exponent)):
        return np.power(base, exponent)
    square = base * base
    result = square if exponent % 2 == 0 else square * base
    for _ in range(int(exponent) // 2 - 1):
        result = result * square
    return result


def _compare(tests: tuple[Callable[..., Value], ...], *values: Value) -> Value:
    """A chain such as ``a < b <= c``: true where every neighbouring pair passes."""
    pairs = (test(a, b) for test, a, b in zip(tests, values, values[1:], strict=False))
    return _number(reduce(np.logical_and, pairs))


_COMPARISONS: dict[str, Callable[..., Value]] = {
    "<": np.less,
    "<=": np.less_equal,
    ">": np.greater,
    ">=": np.greater_equal,
    "==": np.equal,
    "!=": np.not_equal,
}
# operator: (how strongly it binds, what it does); all but powers group from left to right
_BINARY: dict[str, tuple[int, Callable[..., Value]]] = {
    "or": (1, lambda a, b: _number(np.logical_or(a, b))),
    "and": (2, lambda a, b: _number(np.logical_and(a, b))),
    **{sign: (4, test) for sign, test in _COMPARISONS.items()},
    "+": (5, np.add),
    "-": (5, np.subtract),
    "*": (6, np.multiply),
    "/": (6, np.divide),
    "^": (8, _power),
    "**": (8, _power),
}
# sign: (how strongly its operand must bind, what it does); -2^2 is -4, 2^-1 is 0.5
_UNARY: dict[str, tuple[int, Callable[..., Value]]] = {
    "not": (3, lambda a: _number(np.logical_not(a))),
    "-": (7, np.negative),
    "+": (7, np.positive),
}

_TOKEN = re.compile(
    r"(?P<space>[ \t\r\n]+)"
    r"|(?P<number>(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:[eE][+-]?[0-9]+)?)"
    r"|(?P<name>[A-Za-z_][A-Za-z0-9_]*)"
    r"|(?P<sign>\*\*|<=|>=|==|!=|[-+*/^<>(),])"
)
_OPERAND = "expected a number, a name, a function or '('"
_ALLOWED = "allowed are numbers, names, operators and functions"
_ADVICE = {
    ".": f"a formula has no attributes; {_ALLOWED}",
    "[": f"a formula has no subscripts; {_ALLOWED}",
    '"': f"a formula has no text; {_ALLOWED}",
    "'": f"a formula has no text; {_ALLOWED}",
    "=": "write == to compare",
    "%": "write mod(a, b)",
    "&": "write and",
    "|": "write or",
    "!": "write not, or != to compare",
}


class Token(NamedTuple):
    kind: str  # number, name, sign or end
    text: str
    column: int


class _Constant(NamedTuple):
    value: Value


class _Variable(NamedTuple):
    name: str


class _Call(NamedTuple):
    function: Callable[..., Value]
    arguments: int


class _Parser:
    """Reads one formula by operator precedence and writes instructions in the order of evaluation."""

    def __init__(self, text: str, variables: tuple[str, ...], constants: Mapping[str, float], where: str):
        self.text, self.variables, self.where = text, variables, where
        self.constants = {**NUMBERS, **constants}
        self.program: list[_Constant | _Variable | _Call] = []
        self.depth = 0
        if len(text) > MAX_LENGTH:
            raise self.error(
                f"longer than {MAX_LENGTH} characters", MAX_LENGTH + 1, "split it or simplify it"
            )
        self.tokens = self.tokenise()
        self.next = 0

    def error(self, message: str, column: int, hint: str = "") -> FormulaError:
        return FormulaError(self.text, message, column, hint, self.where)

    def tokenise(self) -> list[Token]:
        tokens, at = [], 0
        while at < len(self.text):
            match = _TOKEN.match(self.text, at)
            if not match:
                sign = self.text[at]
                raise self.error(
                    f"unexpected {sign!r}", at + 1, _ADVICE.get(sign, "allowed signs are + - * / ^ < > ( ) ,")
                )
            if match.lastgroup != "space":
                tokens.append(Token(str(match.lastgroup), match.group(), at + 1))
            at = match.end()
        return [*tokens, Token("end", "", len(self.text) + 1)]

    def take(self) -> Token:
        token = self.tokens[self.next]
        self.next = min(self.next + 1, len(self.tokens) - 1)
        return token

    def peek(self) -> Token:
        return self.tokens[self.next]

    def unexpected(self, token: Token, hint: str) -> FormulaError:
        message = "the formula ends too early" if token.kind == "end" else f"unexpected {token.text!r}"
        return self.error(message, token.column, hint)

    def parse(self) -> list[_Constant | _Variable | _Call]:
        if self.peek().kind == "end":
            raise self.error("empty", 1, "write a number or a formula")
        self.expression(0)
        token = self.peek()
        if token.kind != "end":
            raise self.unexpected(token, "expected an operator such as * or the end")
        return self.program

    def expression(self, binding: int) -> None:
        """An operand and all following operators that bind at least as strongly as ``binding``."""
        self.depth += 1
        if self.depth > MAX_DEPTH:
            raise self.error(f"nested more than {MAX_DEPTH} deep", self.peek().column, "simplify it")
        self.operand(binding)
        while (sign := self.peek()).text in _BINARY and _BINARY[sign.text][0] >= binding:
            strength, function = _BINARY[sign.text]
            if sign.text in _COMPARISONS:
                self.comparison(strength + 1)
                continue
            self.take()
            # the right side of a power may itself be a power or carry a sign
            self.expression(strength if function is _power else strength + 1)
            self.emit(function, 2, sign)
        self.depth -= 1

    def comparison(self, binding: int) -> None:
        tests, first = [], self.peek()
        while self.peek().text in _COMPARISONS:
            tests.append(_COMPARISONS[self.take().text])
            self.expression(binding)
        self.emit(partial(_compare, tuple(tests)), len(tests) + 1, first)

    def operand(self, binding: int) -> None:
        token = self.take()
        if token.text in _UNARY:
            strength, function = _UNARY[token.text]
            if token.text == "not" and binding > strength:
                raise self.error("unexpected 'not'", token.column, "put it in parentheses: (not ...)")
            self.expression(strength)
            self.emit(function, 1, token)
        elif token.kind == "number":
            self.constant(float(token.text), token)
        elif token.kind == "name" and token.text not in WORDS:
            self.name(token)
        elif token.text == "(":
            self.expression(0)
            self.close(token)
        else:
            raise self.unexpected(token, _OPERAND)

    def name(self, token: Token) -> None:
        called = self.peek().text == "("
        if called and token.text in FUNCTIONS:
            self.call(token)
        elif called:
            raise self.error(
                f"{token.text!r} is no function", token.column, self.nearest(token.text, FUNCTIONS)
            )
        elif token.text in self.variables:
            self.program.append(_Variable(token.text))
        elif token.text in self.constants:
            self.constant(self.constants[token.text], token)
        elif token.text in FUNCTIONS:
            raise self.error(f"{token.text!r} is a function", token.column, f"write {token.text}(...)")
        else:
            names = [*self.variables, *self.constants]
            raise self.error(f"unknown name {token.text!r}", token.column, self.nearest(token.text, names))

    def nearest(self, name: str, known: Iterable[str]) -> str:
        close = get_close_matches(name, list(known), 1)
        return (f"did you mean {close[0]!r}? " if close else "") + f"known are {', '.join(sorted(known))}"

    def call(self, token: Token) -> None:
        function = FUNCTIONS[token.text]
        opening, found = self.take(), 0
        if self.peek().text != ")":
            self.expression(0)
            found = 1
            while self.peek().text == ",":
                self.take()
                self.expression(0)
                found += 1
        self.close(opening)
        if found < function.least or (function.most is not None and found > function.most):
            wanted = f"{function.least}{'' if function.most else ' or more'}"
            plural = "" if wanted == "1" else "s"
            raise self.error(f"{token.text} takes {wanted} argument{plural}, found {found}", token.column)
        self.emit(function.call, found, token)

    def close(self, opening: Token) -> None:
        token = self.take()
        if token.text != ")":
            raise self.unexpected(token, f"expected ')' for the '(' at column {opening.column}")

    def emit(self, function: Callable[..., Value], arguments: int, token: Token) -> None:
        """Add an operation, or its result if it works on constants only."""
        operands = self.program[-arguments:]
        if not all(isinstance(operand, _Constant) for operand in operands):
            self.program.append(_Call(function, arguments))
            return
        del self.program[-arguments:]
        with np.errstate(all="ignore"):
            self.constant(function(*(operand.value for operand in operands)), token)

    def constant(self, value: float, token: Token) -> None:
        if not math.isfinite(value):
            raise self.error(f"the value of {token.text!r} is not finite", token.column, "use finite numbers")
        self.program.append(_Constant(np.float64(value)))


class Formula:
    """A formula that has been read and can be evaluated.

    Parameters
    ----------
    text : the formula; a number is accepted too.
    variables : names that are given when it is evaluated.
    constants : further names with fixed values.
    where : put in front of error messages, for example ``initial.u``.

    Raises
    ------
    FormulaError : the text is not a formula of the language; with the column and what is allowed.
    """

    def __init__(
        self,
        text: str | float,
        variables: Iterable[str] = ("x", "y", "t"),
        constants: Mapping[str, float] | None = None,
        where: str = "",
    ):
        self.text = text if isinstance(text, str) else repr(float(text))
        self.variables = tuple(variables)
        self._program = _Parser(self.text, self.variables, constants or {}, where).parse()
        self._used = frozenset(step.name for step in self._program if isinstance(step, _Variable))

    def uses(self, name: str) -> bool:
        """Whether the result depends on the variable ``name``."""
        return name in self._used

    def __call__(self, **variables: Any) -> np.ndarray | float:
        """The value for the given variables (numbers or arrays that broadcast; unused ones may be left out).

        A new float64 array of the broadcast shape of the variables in use, or a float if these are all
        numbers. Outside the domain of a function the value is nan or inf, without a warning.
        """
        if wrong := [name for name in variables if name not in self.variables]:
            raise TypeError(f"{wrong[0]!r} is not a variable of this formula; it has {self.variables}")
        if missing := sorted(self._used - variables.keys()):
            raise TypeError(f"the formula {self.text!r} needs a value for {', '.join(missing)}")
        given = {name: np.asarray(variables[name], dtype=float)[()] for name in self._used}
        with np.errstate(all="ignore"):
            result = self._run(given)
        if np.ndim(result) == 0:
            return float(result)
        return result.copy() if any(result is value for value in given.values()) else result

    def _run(self, given: dict[str, Value]) -> Value:
        stack: list[Value] = []
        for step in self._program:
            if isinstance(step, _Call):
                arguments = stack[-step.arguments :]
                del stack[-step.arguments :]
                stack.append(step.function(*arguments))
            else:
                stack.append(step.value if isinstance(step, _Constant) else given[step.name])
        return stack.pop()

    def __repr__(self) -> str:
        return f"Formula({self.text!r})"
