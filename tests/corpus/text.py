"""Delimited text: encodings, separators, quotes, line breaks, ragged rows, headers."""

from __future__ import annotations

from tests.corpus.case import HEADER, Case, lines_of, refused, rows, text

GOOD = lines_of()
NAMED = "id,spend,visits,name"
SHAPE = "row: too few or too many fields"


def named(value: str, at: int = 3, *, end: str = "\n") -> str:
    """Twenty customers with a name, the one at `at` as given."""
    lines = [f"{line},Ann" for line in rows()]
    lines[at] = lines[at].removesuffix("Ann") + value
    return end.join([NAMED, *lines]) + end


REST = [f"{line},Ann" for line in rows()]
LATER = "\n".join([NAMED, "Järg,1,2,Ann", "Jörg,3,4,Ann", "c12,5,6,José", *REST[13:]])


def options(**given: object) -> dict[str, object]:
    return {"input": {"options": given}}


ENCODINGS: list[Case] = [
    text("utf8-bom", "UTF-8 with a byte-order mark", b"\xef\xbb\xbf" + GOOD.encode()),
    text("utf16-bom", "UTF-16 with a byte-order mark", GOOD.encode("utf-16")),
    text(
        "utf16-no-bom", "UTF-16 without a byte-order mark", GOOD.encode("utf-16-le"), **refused("zero bytes")
    ),
    text(
        "utf16-declared", "the same, declared", GOOD.encode("utf-16-le"), recipe=options(encoding="UTF-16LE")
    ),
    text("utf32-bom", "UTF-32 with a byte-order mark", GOOD.encode("utf-32")),
    text("latin1", "Latin-1, not declared", named("José").encode("latin-1")),
    text("cyrillic", "Cyrillic, not declared", named("Иван Ильич").encode("cp1251"), **refused("not UTF-8")),
    Case(
        "latin1-later",
        "UTF-8 in the first file, Latin-1 in the next: two ids that would become one, a name",
        lambda: {"a.csv": "\n".join([NAMED, *REST[:10]]).encode(), "b.csv": LATER.encode("latin-1")},
        recipe={"describe": {"name": "name"}},
        accepted=17,
        quarantined=3,
        reasons={
            "id: text in another encoding": 2,
            "name: text in another encoding": 1,
            "id: repeated": 2,
        },
    ),
    Case(
        "latin1-later-unused",
        "the same in a column that the recipe does not use",
        lambda: {
            "a.csv": "\n".join([NAMED, *REST[:10]]).encode(),
            "b.csv": "\n".join([NAMED, *REST[10:-1], REST[-1] + "é"]).encode("latin-1"),
        },
    ),
    text(
        "latin1-declared",
        "Latin-1, declared",
        named("José").encode("latin-1"),
        recipe=options(encoding="ISO-8859-1"),
    ),
    text(
        "codepage-declared",
        "a code page that Spark does not read, declared",
        named("José").encode("cp1252"),
        recipe=options(encoding="windows-1252"),
    ),
    text(
        "many-bytes-declared",
        "an encoding of several bytes a sign, declared",
        named("José").encode("utf-7"),
        recipe=options(encoding="GBK"),
        **refused("is not read", 2),
    ),
    text("zero-bytes", "zero bytes inside a field", named("A\x00n"), **refused("zero bytes")),
    text("semicolons", "semicolons in a .csv", GOOD.replace(",", ";")),
    text("tabs", "tabs in a .csv", GOOD.replace(",", "\t")),
    text("pipes", "pipes in a .csv", GOOD.replace(",", "|")),
    text("two-sign-separator", "a separator of two signs", GOOD.replace(",", "||"), recipe=options(sep="||")),
    text(
        "wrong-separator",
        "another separator than declared",
        GOOD.replace(",", ";"),
        recipe=options(sep=","),
        **refused("separator"),
    ),
    text(
        "decimal-comma",
        "decimal commas: 15,5",
        GOOD.replace(",", ";").replace(".", ","),
        **refused("such as '5,5' (id c00)"),
    ),
    text(
        "spaces-around",
        "spaces around numbers",
        lines_of({3: "c03, 35.5 , 3 "}),
    ),
]

ROWS: list[Case] = [
    text("quoted-separator", "a separator inside quotes", named('"Smith, Ann"')),
    text("doubled-quotes", "doubled quotes inside quotes", named('"Ann ""Annie"" Smith"')),
    text("quote-inside", "a lone quote within a field", named('5" pipe')),
    text("single-quotes", "single quotes, which quote nothing", named("O'Hara")),
    text(
        "quote-never-closed",
        "a quote that is never closed: it swallows the fields behind it, not the lines",
        lines_of({3: 'c03,"35.5,3'}),
        accepted=19,
        reasons={SHAPE: 1, "spend: not a number": 1},
        quarantined=1,
        missing={"spend": 1, "visits": 1},
    ),
    text("last-quote-never-closed", "the same in the last field, where it swallows nothing", named('"Ann')),
    text("newline-in-quotes", "a line break inside quotes", named('"Ann\nSmith"')),
    text("crlf-in-quotes", "a Windows line break inside quotes", named('"Ann\r\nSmith"', end="\r\n")),
    text(
        "short-row",
        "a row with too few fields",
        lines_of({3: "c03,35.5"}),
        accepted=19,
        reasons={SHAPE: 1},
        missing={"visits": 1},
    ),
    text(
        "long-row",
        "a row with too many fields",
        lines_of({3: "c03,5,3,9"}),
        accepted=19,
        reasons={SHAPE: 1},
    ),
    text("blank-lines", "blank lines, which are no rows", GOOD.replace("\nc07", "\n\n\nc07")),
    text(
        "footer",
        "a total under the table",
        lines_of(more=("Total,2010.0,57", "Grand total:,2010.0,57")),
        reasons={"id: a total, not a customer": 2},
    ),
    text(
        "footnote",
        "a note under the table, as Excel saves it",
        lines_of(more=("Source: the CRM,,",)),
        reasons={"row: nothing beside the id": 1},
        missing={"spend": 1, "visits": 1},
    ),
    text(
        "short-footer",
        "a note under the table",
        lines_of(more=("20 rows exported",)),
        reasons={SHAPE: 1},
        missing={"spend": 1, "visits": 1},
    ),
    text("windows-ends", "Windows line ends", lines_of(end="\r\n")),
    text("old-mac-ends", "line ends of the old Macintosh", lines_of(end="\r")),
    text("mixed-ends", "mixed line ends", GOOD.replace("\nc07", "\r\nc07").replace("\nc11", "\r\nc11")),
    text("no-last-end", "no line end after the last row", GOOD.rstrip("\n")),
    text(
        "empty-rows",
        "rows of separators alone",
        lines_of({3: ",,", 4: ",,"}),
        accepted=18,
        reasons={"id: missing": 2},
        missing={"spend": 2, "visits": 2},
    ),
]

HEADERS: list[Case] = [
    text("empty-file", "a file of no bytes", b"", **refused("is empty")),
    text("header-only", "a header and no rows", "id,spend,visits\n", **refused("no rows")),
    text("no-header", "no header", "\n".join(rows()) + "\n", **refused("looks like data")),
    text("titles-above", "a title and a day above the header", f"Customers\nExported 31/12/2020\n\n{GOOD}"),
    text("separator-line", "a line that says the separator", "sep=;\n" + GOOD.replace(",", ";")),
    text(
        "skipped-rows",
        "rows above the header that look like one, counted in the recipe",
        f"a,b,c\nx,y,z\n{GOOD}",
        recipe=options(skip_rows=2),
    ),
    text(
        "title-without-header",
        "a title and no header",
        "Customers\n" + "\n".join(rows()) + "\n",
        **refused("seems to begin in line 2"),
    ),
    text(
        "described-columns",
        "a line under the header that describes the columns",
        GOOD.replace(HEADER, f"{HEADER}\nwho,in $,count"),
    ),
    text(
        "no-header-declared",
        "no header, declared",
        "\n".join(rows()) + "\n",
        recipe={
            "input": {"id": "_c0", "options": {"header": False}},
            "segment_by": {"spend": "_c1", "visits": "_c2"},
        },
    ),
    text(
        "duplicate-header",
        "a name that stands twice",
        GOOD.replace("visits", "spend"),
        **refused("more than once"),
    ),
    text(
        "case-twins",
        "names that differ by case only",
        GOOD.replace("visits", "Spend"),
        **refused("more than once"),
    ),
    text("other-case", "the names in capitals", GOOD.replace("id,spend,visits", "ID,SPEND,VISITS")),
    text(
        "header-spaces",
        "spaces around the names",
        GOOD.replace("id,spend,visits", "id, spend, visits"),
        **refused("did you mean ' spend'"),
    ),
    text("nameless-column", "a column without a name", "," + GOOD.replace("\nc", "\n0,c")),
    text("reordered-columns", "columns in another order than yesterday", "\n".join(
        ",".join(reversed(line.split(","))) for line in GOOD.splitlines()
    )),
    Case(
        "reordered-files",
        "files of one table with their columns in another order",
        lambda: {"a.csv": GOOD.encode(), "b.csv": b"visits,id,spend\n3,d01,7.5\n"},
        **refused("in another order"),
    ),
    Case(
        "extra-column-file",
        "a file of the table with one column more",
        lambda: {"a.csv": GOOD.encode(), "b.csv": b"id,spend,visits,name\nd01,7.5,3,Ann\n"},
        **refused("more or fewer columns"),
    ),
    Case(
        "empty-file-beside",
        "an empty file beside the others",
        lambda: {"a.csv": b"", "b.csv": GOOD.encode()},
    ),
    text(
        "header-again",
        "the header once more among the rows",
        lines_of(more=("id,spend,visits",)),
        reasons={"spend: not a number": 1, "visits: not a number": 1},
        quarantined=1,
        missing={"spend": 1, "visits": 1},
    ),
    text("missing-column", "a column that the recipe uses is gone", GOOD.replace("visits", "visit"),
         **refused("did you mean 'visit'")),
]  # fmt: skip
