"""The pieces of an HTML page, and the page around them. Whatever text goes in comes out escaped.

The page makes no requests: pictures and films are in it as data, there are no scripts, and its own content security
policy forbids everything else.
"""

from __future__ import annotations

import base64
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from html import escape

TYPES = {".png": "image/png", ".webp": "image/webp", ".gif": "image/gif", ".mp4": "video/mp4"}
"""Suffix of a file -> what browsers call it."""

POLICY = "default-src 'none'; img-src data:; media-src data:; style-src 'unsafe-inline'"

STYLE = """
:root { color-scheme: light dark; --ink: #1c1f24; --soft: #5a626e; --paper: #ffffff; --card: #f5f6f8;
  --line: #d9dde3; --link: #0a58a8; }
@media (prefers-color-scheme: dark) { :root { --ink: #e6e8ec; --soft: #a4acb8; --paper: #14171c; --card: #1e232a;
  --line: #363d47; --link: #7db8f5; } }
* { box-sizing: border-box; }
body { margin: 0; background: var(--paper); color: var(--ink);
  font: 16px/1.55 system-ui, -apple-system, "Segoe UI", "DejaVu Sans", sans-serif; }
header, main, footer { max-width: 62rem; margin: 0 auto; padding: 0 1.2rem; }
header { padding-top: 2rem; }
h1 { font-size: 1.9rem; line-height: 1.2; margin: 0 0 .3rem; overflow-wrap: anywhere; }
h2 { font-size: 1.3rem; margin: 2.6rem 0 .8rem; padding-top: .6rem; border-top: 1px solid var(--line); }
p { margin: .4rem 0; }
a { color: var(--link); }
a:focus-visible, summary:focus-visible, video:focus-visible, .wide:focus-visible { outline: 3px solid var(--link);
  outline-offset: 2px; }
nav ul { display: flex; flex-wrap: wrap; gap: .2rem 1.1rem; padding: 0; margin: .8rem 0 0; list-style: none; }
.skip { position: absolute; left: -99rem; }
.skip:focus { left: 1rem; top: .5rem; }
.lead, figcaption, footer, .note { color: var(--soft); }
figure { margin: 0 0 1.6rem; }
figure img, figure video { display: block; max-width: 100%; height: auto; border-radius: 6px;
  border: 1px solid var(--line); background: #fff; }
figcaption { font-size: .92rem; margin-top: .4rem; }
.wide { overflow-x: auto; margin-bottom: 1rem; }
table { border-collapse: collapse; font-size: .92rem; font-variant-numeric: tabular-nums; }
th, td { text-align: left; padding: .28rem .9rem .28rem 0; vertical-align: top;
  border-bottom: 1px solid var(--line); }
th { font-weight: 600; white-space: nowrap; }
td { overflow-wrap: anywhere; }
td:first-child, td.short { white-space: nowrap; overflow-wrap: normal; }
td.number, th.number { text-align: right; white-space: nowrap; overflow-wrap: normal; }
pre { background: var(--card); border: 1px solid var(--line); border-radius: 6px; padding: .9rem; overflow-x: auto;
  font: .86rem/1.45 ui-monospace, "DejaVu Sans Mono", monospace; margin: .6rem 0; }
summary { cursor: pointer; font-weight: 600; }
footer { padding: 2.5rem 1.2rem; font-size: .9rem; }
@media print { :root { --ink: #000; --soft: #333; --paper: #fff; --card: #fff; --line: #bbb; --link: #000; }
  body { font-size: 10.5pt; } nav, video, .screen { display: none; }
  figure, tr { break-inside: avoid; } h2 { break-after: avoid; } pre { white-space: pre-wrap; } }
"""


SHORT = 16
"""Letters of a cell up to which it is not broken."""


@dataclass(frozen=True)
class Section:
    """A part of the page: its title, a word for links to it, and its HTML."""

    title: str
    anchor: str
    body: str


def page(title: str, lead: Sequence[str], sections: Iterable[Section], footer: str) -> str:
    """The whole page."""
    sections = [section for section in sections if section.body]
    links = "".join(f'<li><a href="#{one.anchor}">{escape(one.title)}</a></li>' for one in sections)
    body = "\n".join(
        f'<section aria-labelledby="{one.anchor}"><h2 id="{one.anchor}">{escape(one.title)}</h2>\n{one.body}</section>'
        for one in sections
    )
    lines = "".join(f'<p class="lead">{escape(text)}</p>' for text in lead if text)
    return f"""<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="{escape(POLICY)}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>{escape(title)}</title>
<link rel="icon" href="data:,">
<style>{STYLE}</style>
</head>
<body>
<a class="skip" href="#content">Skip to the content</a>
<header><h1>{escape(title)}</h1>{lines}
<nav aria-label="Contents"><ul>{links}</ul></nav></header>
<main id="content">
{body}
</main>
<footer>{escape(footer)}</footer>
</body>
</html>
"""


def data_uri(data: bytes, suffix: str) -> str:
    """A file as an address that holds it."""
    return f"data:{TYPES[suffix]};base64,{base64.b64encode(data).decode('ascii')}"


def picture(data: bytes, suffix: str, size: tuple[int, int], alt: str, caption: str = "") -> str:
    """A figure with a picture of ``size`` pixels; ``alt`` says what it shows to those who do not see it."""
    return (
        f'<figure><img src="{data_uri(data, suffix)}" alt="{escape(alt)}" '
        f'width="{size[0]}" height="{size[1]}">{_caption(caption)}</figure>\n'
    )


def film(data: bytes, suffix: str, size: tuple[int, int], alt: str, caption: str = "") -> str:
    """A figure with a film: a video to be started by hand, or a picture that moves where only that could be made."""
    if suffix != ".mp4":
        return picture(data, suffix, size, alt, caption)
    words = escape(alt)
    return (
        f'<figure class="screen"><video controls loop muted playsinline preload="metadata" width="{size[0]}" '
        f'height="{size[1]}" aria-label="{words}" src="{data_uri(data, suffix)}">{words} (This browser does not '
        f"show MP4 films.)</video>{_caption(caption)}</figure>\n"
    )


def _caption(text: str) -> str:
    return f"<figcaption>{escape(text)}</figcaption>" if text else ""


def facts(rows: Iterable[tuple[str, str]], caption: str) -> str:
    """A table of names and texts."""
    body = "".join(
        f'<tr><th scope="row">{escape(str(name))}</th><td>{escape(str(text))}</td></tr>'
        for name, text in rows
        if str(text)
    )
    return f'<div class="wide"><table aria-label="{escape(caption)}"><tbody>{body}</tbody></table></div>\n'


def table(head: Sequence[str], rows: Iterable[Sequence[str]], caption: str, words: int = 1) -> str:
    """A table of numbers; the first ``words`` columns are texts."""

    def cell(kind: str, k: int, text: str) -> str:
        scope = ' scope="col"' if kind == "th" else ""
        look = ' class="number"' if k >= words else ' class="short"' if len(str(text)) < SHORT else ""
        return f"<{kind}{scope}{look}>{escape(str(text))}</{kind}>"

    top = "".join(cell("th", k, text) for k, text in enumerate(head))
    body = "".join(
        "<tr>" + "".join(cell("td", k, text) for k, text in enumerate(row)) + "</tr>" for row in rows
    )
    # A region that scrolls must be within reach of the keyboard.
    return (
        f'<div class="wide" role="region" tabindex="0" aria-label="{escape(caption)}"><table>'
        f"<thead><tr>{top}</tr></thead><tbody>{body}</tbody></table></div>\n"
    )


def folded(summary: str, text: str) -> str:
    """Preformatted text that opens on a click."""
    return f"<details open><summary>{escape(summary)}</summary><pre>{escape(text)}</pre></details>\n"


def note(text: str) -> str:
    """A remark."""
    return f'<p class="note">{escape(text)}</p>\n'
