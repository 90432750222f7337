"""How objects show themselves: the same rows as aligned text and, in notebooks, as a table."""

from __future__ import annotations

from html import escape


class Displayed:
    """Gives a class ``__repr__`` and ``_repr_html_`` from its ``_title()`` and ``_rows()``."""

    def _title(self) -> str:
        """Heading, such as ``Grid 64 x 64``."""
        raise NotImplementedError

    def _rows(self) -> list[tuple[str, str]]:
        """What is shown, as pairs of a name and a text."""
        raise NotImplementedError

    def __repr__(self) -> str:
        return "\n".join([self._title(), *(f"  {name:<10} {text}" for name, text in self._rows())])

    def _repr_html_(self) -> str:
        left = "style='text-align:left'"
        rows = "".join(
            f"<tr><th {left}>{escape(name)}</th><td {left}>{escape(text)}</td></tr>"
            for name, text in self._rows()
        )
        return f"<table><caption>{escape(self._title())}</caption>{rows}</table>"
