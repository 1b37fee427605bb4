"""From `Page` to report.html. Text from data and recipe is escaped by the template engine."""

from __future__ import annotations

import base64
import functools
import math
from importlib import resources

from jinja2 import Environment, FunctionLoader, StrictUndefined, pass_context
from jinja2.runtime import Context
from markupsafe import Markup

from custseg_spark import wording
from custseg_spark.quantities import ALL, Line, Quantity
from custseg_spark.report import heat, palette, profile_table, sweep_scores, tables
from custseg_spark.report.origins import mark_line, mark_number, mark_quantity
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
TOLD = FIGURES | {
    "movement.png": "How many customers went from each segment of the live run to each of this one",
    "comparison.png": "The same customers on the same plane, grouped by each algorithm",
    "dendrogram.png": "How customers join into ever larger groups, and where the tree is cut",
    "k_distance.png": "The distance that each customer needs to have enough others near",
}
"""The same, with the figures of the further parts."""


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
        times=profile_table.write_times,
        readable=_read_name,
        capital=wording.capitalize,
        cell=tables.format_cell,
        sort_key=tables.sort_key,
        reason=_mark_reason,
        told=_mark_line,
        stated=_mark_text,
    )
    environment.globals.update(
        palette=palette,
        add_unit=wording.add_unit,
        says_unit=wording.says_unit,
        write_unit=wording.write_unit,
        figure=_mark_figure,
        mark_cell=_mark_cell,
    )
    return environment


@pass_context
def _read_name(context: Context, name: str) -> str:
    """A name as people read it: the label that the summary has for it, else its words."""
    summary = context.get("summary")
    return summary.say(name) if isinstance(summary, Summary) else wording.humanize(name)


@pass_context
def _mark_line(context: Context, line: Line) -> Markup:
    """A line with its numbers marked by where they come from."""
    return mark_line(line, context["page"].origins)


@pass_context
def _mark_figure(
    context: Context, text: str, value: float | None, measure: str, of: str = "", rows: object = ALL
) -> Markup | str:
    """A number of the page, marked; a dash for what is not known stays one."""
    if value is None or not math.isfinite(value):
        return text
    return mark_quantity(Quantity(text, value, measure, of, str(rows)), context["page"].origins)


def _mark_cell(value: tables.Value, column: tables.Column, table: tables.PageTable, row: str) -> Markup | str:
    """A cell of a table, marked where it is a number: what the column is, of what the row is."""
    text = tables.format_cell(value, column.kind)
    if value is None or isinstance(value, str) or not math.isfinite(value):
        return text
    title = f"{column.title}: {column.note}" if column.note else column.title
    return mark_number(text, value, f"{title}; {row}", f"{table.source}|{column.title}|{row}")


def _mark_reason(reason: str) -> Markup:
    """Why a row is in quarantine; the condition of a rule as code."""
    told, colon, asked = wording.write_reason(reason).partition(" broken: ")
    return Markup("{} broken: <code>{}</code>").format(told, asked) if colon else Markup.escape(told)


def _mark_text(text: str, origin: str, title: str) -> Markup:
    """A sentence whose numbers all come from one place."""
    return Markup('<span data-of="{}" title="{}">{}</span>').format(origin, title, text)


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
            widths={name: read_width(page.figures[name]) for name in shown},
            night={name: _encode_png(page.dark_figures[name]) for name in shown if name in page.dark_figures},
            absent=[name for name in page.figures if name in FIGURES and name not in shown],
            alt=TOLD,
            lay_out_heat=heat.lay_out_heat,
            build_sweep_table=sweep_scores.build_sweep_table,
            lay_out_curves=sweep_scores.lay_out_curves,
            style=Markup(read_template(PACKAGE, "style.css") + read_template(PACKAGE, "print.css")),
            script=Markup(read_template(PACKAGE, "page.js")),
        )
    )


def read_width(png: bytes) -> int:
    """How many pixels wide a PNG is: what its first chunk says; 1300 of what has none."""
    return int.from_bytes(png[16:20], "big") or 1300


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
