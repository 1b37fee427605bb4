"""From `Page` to report.html. Text from data and recipe is escaped by the template engine."""

from __future__ import annotations

import base64
import functools
from importlib import resources

from jinja2 import Environment, FunctionLoader, StrictUndefined, pass_context
from jinja2.runtime import Context
from markupsafe import Markup

from custseg_spark import wording
from custseg_spark.report import palette, sweep_scores, tables
from custseg_spark.report.page import Page
from custseg_spark.report.view import Summary

PACKAGE = "custseg_spark.report"
MOST_BYTES = 2_900_000
FIGURES = {
    "pca_2d.png": "Customers on the plane that shows most of their variation",
    "pair.png": "Two columns against each other, by segment",
    "boxes.png": "How the columns that cut are spread within each segment",
    "pca_3d.png": "The same customers in three dimensions",
}
"""The figures that stand on the page by themselves, the most wanted first, with what a reader who sees
none of it is told."""


@functools.cache
def open_templates(package: str) -> Environment:
    """The templates of a package, in its folder templates/; they escape what is put into them."""
    environment = Environment(
        loader=FunctionLoader(functools.partial(read_template, package)),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters.update(
        percent=wording.format_percent,
        number=wording.format_number,
        decimal=wording.format_decimal,
        signed=wording.format_signed,
        readable=_read_name,
        capital=wording.capitalize,
        cell=tables.format_cell,
        sort_key=tables.sort_key,
    )
    environment.globals.update(palette=palette)
    return environment


@pass_context
def _read_name(context: Context, name: str) -> str:
    """A name as people read it: the label that the summary has for it, else its words."""
    summary = context.get("summary")
    return summary.say(name) if isinstance(summary, Summary) else wording.humanize(name)


def read_template(package: str, name: str) -> str:
    """A file of the package's templates; read so that it works from a zip too."""
    return resources.files(package).joinpath("templates", name).read_text(encoding="utf-8")


def render_page(page: Page) -> str:
    """The page as one HTML document, under 3 MB; figures that would not fit are named, not shown."""
    shown = _choose_fitting(page)
    return (
        open_templates(PACKAGE)
        .get_template("report.html")
        .render(
            page=page,
            summary=page.summary,
            pictures={name: _encode_png(page.figures[name]) for name in shown},
            night={name: _encode_png(page.dark_figures[name]) for name in shown if name in page.dark_figures},
            absent=[name for name in page.figures if name in FIGURES and name not in shown],
            alt=FIGURES,
            build_sweep_table=sweep_scores.build_sweep_table,
            lay_out_curves=sweep_scores.lay_out_curves,
            style=Markup(read_template(PACKAGE, "style.css")),
            script=Markup(read_template(PACKAGE, "page.js")),
        )
    )


def _encode_png(png: bytes) -> str:
    return "data:image/png;base64," + base64.b64encode(png).decode("ascii")


def _choose_fitting(page: Page) -> list[str]:
    """The figures that fit on the page together, the most wanted first."""
    room = MOST_BYTES - 700_000  # what is not a figure takes far less
    wanted = [*FIGURES, *(name for section in page.sections for name in section.figures)]
    shown = []
    for name in dict.fromkeys(name for name in wanted if name in page.figures):
        size = (len(page.figures[name]) + len(page.dark_figures.get(name, b""))) * 4 // 3 + 200
        if size <= room:
            shown.append(name)
            room -= size
    return shown
