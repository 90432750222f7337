"""``fluidgrad plot`` and ``fluidgrad animate``."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Annotated

import typer

from fluidgrad.cli.messages import say
from fluidgrad.cli.options import RunPath, figure_path, require_run
from fluidgrad.errors import ConfigError


def _names() -> list[str]:
    from fluidgrad.fields import FIELDS

    return list(FIELDS)


Zoom = Annotated[
    tuple[float, float, float, float] | None,
    typer.Option(metavar="X0 X1 Y0 Y1", help="Part of the domain to show, in m."),
]
Limits = Annotated[
    tuple[float, float] | None, typer.Option(metavar="LOW HIGH", help="Ends of the colour bar.")
]
Streamlines = Annotated[bool, typer.Option("--streamlines", "-s", help="Draw streamlines over the field.")]
StreamlinesBy = Annotated[
    str | None,
    typer.Option(
        metavar="FIELD",
        help="Draw streamlines coloured by a field, for example speed.",
        autocompletion=_names,
    ),
]
ColourMap = Annotated[str | None, typer.Option(metavar="NAME", help="A colour map of matplotlib.")]

Velocity = Annotated[bool, typer.Option("--velocity", help="Arrows of the velocity.")]
Contours = Annotated[
    str | None,
    typer.Option(
        metavar="KIND",
        help="Level lines: over (the image), lines, filled, a number of bands, or levels 0,1,2.",
    ),
]


def _presets() -> list[str]:
    from fluidgrad.plotting import PRESETS

    return list(PRESETS)


def _layers() -> list[str]:
    from fluidgrad.plotting import LAYERS

    return list(LAYERS)


PresetName = Annotated[
    str | None,
    typer.Option(
        metavar="NAME",
        help="A finished picture: vorticity, pressure-gradient, schlieren, dye, lic, ftle, vortices, topology, "
        "overview.",
        autocompletion=_presets,
    ),
]
LayerTexts = Annotated[
    list[str] | None,
    typer.Option(
        "--layer",
        metavar="KIND[:OF][,SETTING=VALUE]",
        help="A layer, such as lic:velocity, vortices or contours:p,levels=8; can be given several times.",
        autocompletion=_layers,
    ),
]
Style = Annotated[str, typer.Option(metavar="STYLE", help="screen, paper or dark.")]
Title = Annotated[str | None, typer.Option(help="First words of the header.")]


Panels = Annotated[
    list[str] | None,
    typer.Argument(metavar="FIELD", help="One panel each (default: vorticity).", autocompletion=_names),
]
Times = Annotated[
    list[float] | None,
    typer.Option(
        "--time", "-t", metavar="T", help="Time in s, nearest snapshot; can be given several times."
    ),
]
Indices = Annotated[
    list[int] | None,
    typer.Option("--index", "-i", metavar="N", help="Number of the snapshot; -1 is the last."),
]
Gradients = Annotated[
    list[str] | None,
    typer.Option(metavar="FIELD", help="Arrows of the gradient of a field, over it.", autocompletion=_names),
]
Surface = Annotated[
    bool,
    typer.Option("--surface", help="Pressure and friction along the walls of bodies, instead of fields."),
]


def plot(
    run: RunPath,
    fields: Panels = None,
    preset: PresetName = None,
    layer: LayerTexts = None,
    time: Times = None,
    index: Indices = None,
    zoom: Zoom = None,
    streamlines: Streamlines = False,
    streamlines_by: StreamlinesBy = None,
    gradient: Gradients = None,
    velocity: Velocity = False,
    contours: Contours = None,
    limits: Limits = None,
    cmap: ColourMap = None,
    columns: Annotated[int | None, typer.Option(min=1, help="Panels in a row.")] = None,
    surface: Surface = False,
    title: Title = None,
    style: Style = "screen",
    width: Annotated[
        str | None,
        typer.Option(metavar="WIDTH", help="Of the figure: column (3.5 in), page (7 in) or inches."),
    ] = None,
    dpi: Annotated[float | None, typer.Option(help="Pixels per inch (default: 150, on paper 300).")] = None,
    output: Annotated[
        Path | None,
        typer.Option(
            "--output", "-o", metavar="FILE", help="PNG, SVG, PDF or WebP (default: in RUN/figures)."
        ),
    ] = None,
) -> None:
    """Draw fields of a run, or a finished picture by name, with layers such as streamlines and gradients over them.

    [bold]Examples[/]

    fluidgrad plot outputs/latest
    fluidgrad plot outputs/latest vorticity p --time 2.5 --streamlines
    fluidgrad plot outputs/latest --gradient p --zoom 0 0.5 0.5 1 -o corner.pdf
    fluidgrad plot outputs/latest --preset topology --style dark
    fluidgrad plot outputs/latest --layer lic:velocity,tint=p --layer vortices
    """
    from fluidgrad.output import open_run
    from fluidgrad.plotting import plot as draw

    source = open_run(require_run(run))
    if surface:
        if fields or gradient or preset or layer:
            raise ConfigError("a picture shows fields or --surface: give one of these")
        say(str(_draw_surface(source, time, index, title, output, dpi)))
        return
    name = _picture_name(fields or gradient, preset, layer)
    path = output or figure_path(source, "_".join([name, *_moments(time, index)]), ".png")
    draw(
        source,
        (fields or None) if preset or layer else list(fields or gradient or ["vorticity"]),
        preset=preset,
        layers=layer or None,
        time=time or None,
        index=index or None,
        zoom=zoom,
        streamlines=streamlines_by or streamlines,
        gradient=gradient or None,
        velocity=velocity,
        contours=_contours(contours),
        limits=limits,
        cmap=cmap,
        columns=columns,
        title=title,
        style=style,
        width=_width(width),
        path=path,
        dpi=dpi,
    )
    say(str(path))


def animate(
    run: RunPath,
    field: Annotated[
        str | None,
        typer.Argument(metavar="FIELD", help="What to show (default: vorticity).", autocompletion=_names),
    ] = None,
    preset: PresetName = None,
    layer: LayerTexts = None,
    fps: Annotated[
        float | None, typer.Option(help="Frames per second (default: 25, fewer for a short run).")
    ] = None,
    size: Annotated[
        tuple[int, int] | None,
        typer.Option(metavar="WIDTH HEIGHT", help="In pixels (default: 1280 720, for GIF and WebP 800 450)."),
    ] = None,
    start: Annotated[
        float | None, typer.Option(metavar="T", help="Time of the first frame, s (default: that of the run).")
    ] = None,
    end: Annotated[float | None, typer.Option(metavar="T", help="Time of the last frame, s.")] = None,
    every: Annotated[int, typer.Option(min=1, metavar="N", help="Show every so many snapshots.")] = 1,
    zoom: Zoom = None,
    limits: Limits = None,
    cmap: ColourMap = None,
    streamlines: Streamlines = False,
    streamlines_by: StreamlinesBy = None,
    gradient: Annotated[
        str | None,
        typer.Option(metavar="FIELD", help="Arrows of the gradient of a field.", autocompletion=_names),
    ] = None,
    velocity: Velocity = False,
    contours: Contours = None,
    title: Title = None,
    style: Style = "screen",
    output: Annotated[
        Path | None,
        typer.Option("--output", "-o", metavar="FILE", help="MP4, GIF or WebP (default: in RUN/figures)."),
    ] = None,
) -> None:
    """Make an animation of a run, one frame per snapshot.

    [bold]Examples[/]

    fluidgrad animate outputs/latest
    fluidgrad animate outputs/latest speed --fps 30 --zoom 0 2 0 1 -o wake.gif
    fluidgrad animate outputs/latest --preset dye --start 5 --every 2 -o dye.webp
    """
    from fluidgrad.output import open_run
    from fluidgrad.plotting import animate as film
    from fluidgrad.plotting.video import default_suffix
    from fluidgrad.progress import counter

    source = open_run(require_run(run))
    path = output or figure_path(source, _picture_name(field or gradient, preset, layer), default_suffix())
    with counter("frames") as progress:
        film(
            source,
            path,
            field,
            preset=preset,
            layers=layer or None,
            fps=fps,
            size=size,
            start=start,
            end=end,
            every=every,
            zoom=zoom,
            limits=limits,
            cmap=cmap,
            streamlines=streamlines_by or streamlines,
            gradient=gradient,
            velocity=velocity,
            contours=_contours(contours),
            title=title,
            style=style,
            progress=progress,
        )
    say(str(path))


def _draw_surface(run, time, index, title: str | None, output: Path | None, dpi: float | None) -> Path:
    """The picture of the walls of bodies at one time; returns where it is."""
    from fluidgrad.analysis import surface
    from fluidgrad.assembly import bodies_of
    from fluidgrad.plotting import plot_surface

    if len([*(time or []), *(index or [])]) > 1:
        raise ConfigError("--surface shows one time: give one of --time and --index, once")
    config = run.config
    if config is None:
        raise ConfigError(f"{run.path} has no configuration that tells of the bodies")
    if not config.fluid.newtonian:
        raise ConfigError("--surface needs a fluid of constant viscosity")
    flow = run.flow(index[0]) if index else run.flow(time=time[0]) if time else run.flow()
    table = surface(flow, config.nu, bodies_of(config))
    path = output or figure_path(run, "_".join(["surface", *_moments(time, index)]), ".png")
    words = f"{run.name if title is None else title}, t = {flow.time:.4g} s"
    plot_surface(table, title=words, path=path, dpi=dpi or 150)
    return path


def _picture_name(fields: str | list[str] | None, preset: str | None, layers: list[str] | None) -> str:
    """A name for the file of a picture."""
    names = [fields] if isinstance(fields, str) else list(fields or ())
    parts = [*([preset] if preset else []), *names, *(layer.split(",")[0] for layer in layers or ())]
    return re.sub(r"[^A-Za-z0-9_.-]+", "-", "_".join(parts or ["vorticity"]))


def _width(text: str | None) -> str | float | None:
    """What ``--width`` says: a word, or inches."""
    try:
        return None if text is None else float(text)
    except ValueError:
        return text


def _moments(times: list[float] | None, indices: list[int] | None) -> list[str]:
    return [f"t{time:g}" for time in times or []] + [f"n{index}" for index in indices or []]


def _contours(text: str | None) -> bool | int | str | list[float]:
    """What ``--contours`` says in the words of :func:`fluidgrad.plotting.plot`.

    Raises
    ------
    ConfigError : it says nothing that is understood.
    """
    if text is None or text == "over":
        return text is not None
    if text in ("lines", "filled"):
        return text
    try:
        return [float(part) for part in text.split(",")] if "," in text else int(text)
    except ValueError:
        raise ConfigError(
            f"--contours {text}: give over, lines, filled, a number of bands such as 12, or levels such as -1,0,1"
        ) from None


COMMANDS = (plot, animate)
