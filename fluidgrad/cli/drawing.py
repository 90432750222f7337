"""``fluidgrad plot`` and ``fluidgrad animate``."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from fluidgrad import field_names
from fluidgrad.cli.messages import say
from fluidgrad.cli.options import RunPath, require_run
from fluidgrad.errors import ConfigError


def _names() -> list[str]:
    return list(field_names.NAMES)


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
Forces = Annotated[
    bool,
    typer.Option("--forces", help="Drag and lift over time, and Strouhal numbers, instead of fields."),
]
Surface = Annotated[
    bool,
    typer.Option("--surface", help="Pressure and friction along the walls of bodies, instead of fields."),
]


def plot(
    run: RunPath,
    fields: Panels = None,
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
    forces: Forces = False,
    surface: Surface = False,
    title: Title = None,
    dpi: Annotated[float, typer.Option(help="Pixels per inch.")] = 150,
    output: Annotated[
        Path | None,
        typer.Option("--output", "-o", metavar="FILE", help="PNG, SVG or PDF (default: in RUN/figures)."),
    ] = None,
) -> None:
    """Draw fields of a run, with streamlines, gradients or level lines over them.

    [bold]Examples[/]

    fluidgrad plot outputs/latest
    fluidgrad plot outputs/latest vorticity p --time 2.5 --streamlines
    fluidgrad plot outputs/latest --gradient p --zoom 0 0.5 0.5 1 -o corner.pdf
    fluidgrad plot outputs/latest --forces
    """
    from fluidgrad.output import open_run
    from fluidgrad.plotting import plot as draw

    source = open_run(require_run(run))
    if forces or surface:
        if (forces and surface) or fields or gradient:
            raise ConfigError("a picture shows fields, --forces or --surface: give one of these")
        say(str((_draw_forces if forces else _draw_surface)(source, time, index, title, output, dpi)))
        return
    names = list(fields or gradient or ["vorticity"])
    path = output or _default_path(source, "_".join([*names, *_moments(time, index)]), ".png")
    draw(
        source,
        names,
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
    fps: Annotated[
        float | None, typer.Option(help="Frames per second (default: 25, fewer for a short run).")
    ] = None,
    size: Annotated[
        tuple[int, int] | None, typer.Option(metavar="WIDTH HEIGHT", help="In pixels (default: 1280 720).")
    ] = None,
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
    output: Annotated[
        Path | None,
        typer.Option("--output", "-o", metavar="FILE", help="MP4 or GIF (default: in RUN/figures)."),
    ] = None,
) -> None:
    """Make an animation of a run, one frame per snapshot.

    [bold]Examples[/]

    fluidgrad animate outputs/latest
    fluidgrad animate outputs/latest speed --fps 30 --zoom 0 2 0 1 -o wake.gif
    """
    from fluidgrad.output import open_run
    from fluidgrad.plotting import animate as film
    from fluidgrad.plotting.video import default_suffix
    from fluidgrad.progress import counter

    source = open_run(require_run(run))
    path = output or _default_path(source, field or gradient or "vorticity", default_suffix())
    with counter("frames") as progress:
        film(
            source,
            path,
            field,
            fps=fps,
            size=size,
            zoom=zoom,
            limits=limits,
            cmap=cmap,
            streamlines=streamlines_by or streamlines,
            gradient=gradient,
            velocity=velocity,
            contours=_contours(contours),
            title=title,
            progress=progress,
        )
    say(str(path))


def _draw_forces(run, time, index, title: str | None, output: Path | None, dpi: float) -> Path:
    """The picture of the forces on bodies; returns where it is."""
    from fluidgrad.config import load
    from fluidgrad.plotting import plot_forces

    if time or index:
        raise ConfigError("--forces shows all times: leave out --time and --index")
    bodies = load(run.config_text).bodies
    references = {body.name: (body.reference.speed, body.reference.length) for body in bodies}
    path = output or _default_path(run, "forces", ".png")
    plot_forces(run, references=references, title=title, path=path, dpi=dpi)
    return path


def _draw_surface(run, time, index, title: str | None, output: Path | None, dpi: float) -> Path:
    """The picture of the walls of bodies at one time; returns where it is."""
    from fluidgrad.analysis import surface
    from fluidgrad.assembly import bodies_of
    from fluidgrad.config import load
    from fluidgrad.plotting import plot_surface

    if len([*(time or []), *(index or [])]) > 1:
        raise ConfigError("--surface shows one time: give one of --time and --index, once")
    config = load(run.config_text)
    if not config.fluid.newtonian:
        raise ConfigError("--surface needs a fluid of constant viscosity")
    flow = run.flow(index[0]) if index else run.flow(time=time[0]) if time else run.flow()
    table = surface(flow, config.nu, bodies_of(config))
    path = output or _default_path(run, "_".join(["surface", *_moments(time, index)]), ".png")
    words = f"{run.name if title is None else title}, t = {flow.time:.4g} s"
    plot_surface(table, title=words, path=path, dpi=dpi)
    return path


def _moments(times: list[float] | None, indices: list[int] | None) -> list[str]:
    return [f"t{time:g}" for time in times or []] + [f"n{index}" for index in indices or []]


def _default_path(run, name: str, suffix: str) -> Path:
    """A file in the run's own folder of figures."""
    from fluidgrad.output.atomic import storage_errors

    folder = run.path / "figures"
    with storage_errors(folder, "make"):
        folder.mkdir(exist_ok=True)
    return folder / f"{name[:150]}{suffix}"


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
