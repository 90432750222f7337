"""``fluidgrad report``: one page that stands alone, is well formed, and shows nothing as code that is text."""

from __future__ import annotations

import base64
import io
import os
import re
import shutil
from html.parser import HTMLParser

import pytest
from cli_tools import CAVITY, fluidgrad
from PIL import Image

from fluidgrad.output import open_run
from fluidgrad.plotting import default_suffix
from fluidgrad.report import page, write_report
from fluidgrad.report.contents import SECTIONS

HOSTILE = '<script>alert("1")</script> & <img src=x onerror=y> $x$'
VOID = {"meta", "link", "img", "br", "input", "source"}


class Page(HTMLParser):
    """A page as its elements (name, attributes, in the order they open) and its text; fails on wrong nesting."""

    def __init__(self, text: str):
        super().__init__(convert_charrefs=True)
        self.elements: list[tuple[str, dict]] = []
        self.text = ""
        self._open: list[str] = []
        self.feed(text)
        self.close()
        assert not self._open, f"never closed: {self._open}"

    def handle_starttag(self, tag, attrs):
        assert len(dict(attrs)) == len(attrs), f"an attribute twice in {tag}"
        self.elements.append((tag, dict(attrs)))
        if tag not in VOID:
            self._open.append(tag)

    def handle_endtag(self, tag):
        assert self._open.pop() == tag

    def handle_data(self, data):
        self.text += data

    def all(self, tag: str) -> list[dict]:
        return [attributes for name, attributes in self.elements if name == tag]


def payload(address: str) -> tuple[str, bytes]:
    """Type and content of a data address."""
    kind, data = re.fullmatch(r"data:([\w/]+);base64,([A-Za-z0-9+/=]+)", address).groups()
    return kind, base64.b64decode(data, validate=True)


@pytest.fixture(scope="module")
def run(tmp_path_factory):
    folder = tmp_path_factory.mktemp("report")
    title = HOSTILE.replace("\\", "\\\\").replace('"', '\\"')
    (folder / "hostile.toml").write_text(CAVITY.replace("A small cavity", title))
    result = fluidgrad("run", folder / "hostile.toml", "-o", folder / "run")
    assert result.exit_code == 0, result.stderr
    return folder / "run"


@pytest.fixture(scope="module")
def text(run):
    result = fluidgrad("report", run)
    assert result.exit_code == 0, result.stderr
    assert result.stdout.strip() == str(run / "report.html")
    return (run / "report.html").read_text(encoding="utf-8")


def test_the_page_is_well_formed(text):
    whole = Page(text)
    assert text.startswith("<!doctype html>") and whole.all("html") == [{"lang": "en"}]
    anchors = [one["id"] for one in whole.all("h2")]
    assert {one["href"] for one in whole.all("a")} == {f"#{name}" for name in (*anchors, "content")}
    assert set(anchors) <= set(SECTIONS) and {"glance", "film", "vortices", "series", "provenance"} <= set(
        anchors
    )
    identities = [attributes["id"] for _, attributes in whole.elements if "id" in attributes]
    assert len(set(identities)) == len(identities)


def test_nothing_is_fetched_and_nothing_runs(text):
    whole = Page(text)
    for tag, attributes in whole.elements:
        assert tag not in ("script", "iframe", "object", "embed", "form", "base")
        assert not any(name.startswith("on") or name == "style" for name in attributes)
        for name in ("src", "href", "srcset", "poster", "action", "data"):
            assert name not in attributes or attributes[name].startswith(("data:", "#"))
    assert not re.search(r"url\(|@import", "".join(re.findall(r"<style>(.*?)</style>", text, re.S)))
    policy = next(one["content"] for one in whole.all("meta") if one.get("http-equiv"))
    assert policy.startswith("default-src 'none'") and "script" not in policy


def test_pictures_can_be_decoded_and_are_described(text):
    pictures = Page(text).all("img")
    assert len(pictures) >= 5
    for one in pictures:
        kind, data = payload(one["src"])
        with Image.open(io.BytesIO(data)) as image:
            image.load()
            assert image.get_format_mimetype() == kind
            assert image.size == (int(one["width"]), int(one["height"]))
        assert len(one["alt"]) > 20 and one["alt"].endswith(".")
    assert len({one["alt"] for one in pictures}) == len(pictures)


@pytest.mark.skipif(default_suffix() != ".mp4", reason="nothing here makes MP4")
def test_the_film_has_a_frame_for_each_snapshot(text):
    import av

    (film,) = Page(text).all("video")
    assert "controls" in film and "autoplay" not in film and film["aria-label"]
    kind, data = payload(film["src"])
    assert kind == "video/mp4"
    with av.open(io.BytesIO(data)) as container:
        assert sum(1 for _ in container.decode(video=0)) == 3


def test_the_title_is_text(text):
    whole = Page(text)
    assert HOSTILE in whole.text and "<script" not in text and "<img src=x" not in text
    assert "&lt;script&gt;" in text


def test_all_of_the_run_is_there(run, text):
    whole, opened = Page(text).text, open_run(run)
    assert opened.config_text in whole
    for name, value in opened.attributes.items():
        assert name == "title" or str(value) in whole
    for name, (_, words) in opened.series_units.items():
        assert name in ("t", "step") or (name in whole and words in whole)
    assert f"{opened.series['kinetic_energy'][-1]:.5g}" in whole


def test_without_a_film_and_with_another_title(run, tmp_path):
    path = write_report(run, tmp_path / "a.html", title="Mine", animation=False)
    whole = Page(path.read_text(encoding="utf-8"))
    assert (
        not whole.all("video")
        and "Mine" in whole.text
        and "film" not in [one["id"] for one in whole.all("h2")]
    )


def test_a_directory_whose_name_is_no_text(run, tmp_path):
    odd = tmp_path / os.fsdecode(b"h\xff")
    shutil.copytree(run, odd)
    assert "h?" in write_report(odd, animation=False).read_text(encoding="utf-8")


def test_other_names_are_refused(run):
    result = fluidgrad("report", run, "-o", run / "a.pdf")
    assert result.exit_code == 2 and "must end in .html" in result.stderr


def test_pieces_escape_what_goes_in():
    bad = "<b>\"'&"
    pieces = [
        page.facts([(bad, bad)], bad),
        page.table([bad], [[bad]], bad),
        page.picture(b"x", ".png", (1, 1), bad, bad),
        page.film(b"x", ".mp4", (1, 1), bad, bad),
        page.folded(bad, bad),
        page.note(bad),
        page.page(bad, [bad], [page.Section(bad, "a", "<p>x</p>")], bad),
    ]
    for piece in pieces:
        assert "<b>" not in piece and bad in (
            Page(piece).text + str(Page(piece).elements).replace("\\'", "'")
        )
