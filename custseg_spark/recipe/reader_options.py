"""Names of reader options, under `input.options`: a misspelt one would be passed on and change nothing."""

from __future__ import annotations

import difflib
from collections.abc import Mapping

from custseg_spark.errors import RecipeError

READER_OPTIONS = (
    "sep", "delimiter", "encoding", "charset", "header", "skip_rows", "quote", "escape", "comment",
    "nullValue", "multiLine", "sheet", "timeZone",
)  # fmt: skip
"""Options that people ask for: a hint finds them wherever they stand."""
_OF_SPARK = (
    "allowBackslashEscapingAnyCharacter", "allowComments", "allowNonNumericNumbers",
    "allowNumericLeadingZeros", "allowSingleQuotes", "allowUnquotedControlChars", "allowUnquotedFieldNames",
    "charToEscapeQuoteEscaping", "columnNameOfCorruptRecord", "columnPruning", "compression", "dateFormat",
    "datetimeRebaseMode", "dropFieldIfAllNull", "emptyValue", "enableDateTimeParsingFallback",
    "enforceSchema", "ignoreCorruptFiles", "ignoreLeadingWhiteSpace", "ignoreMissingFiles",
    "ignoreTrailingWhiteSpace", "inferSchema", "int96RebaseMode", "lineSep", "locale", "maxCharsPerColumn",
    "maxColumns", "mergeSchema", "mode", "modifiedAfter", "modifiedBefore", "nanValue", "negativeInf",
    "pathGlobFilter", "positiveInf", "preferDate", "prefersDecimal", "primitivesAsString",
    "readerCaseSensitive", "recursiveFileLookup", "samplingRatio", "singleVariantColumn",
    "timestampFormat", "timestampNTZFormat", "timestampAsOf", "unescapedQuoteHandling", "versionAsOf",
)  # fmt: skip
"""The others of Spark's readers of CSV, JSON and Parquet, and of Delta's."""
_ELSEWHERE = {
    "separator": "sep", "delim": "sep", "field_separator": "sep", "skiprows": "skip_rows",
    "skip_lines": "skip_rows", "sheet_name": "sheet", "sheetname": "sheet", "worksheet": "sheet",
    "na_values": "nullValue", "null_values": "nullValue", "quotechar": "quote", "escapechar": "escape",
}  # fmt: skip
"""What pandas and others call them."""
_OF_NUMBERS = {"decimal": 'decimal: ","', "thousands": 'group: ","'}
_OWN = ("auto", "csv", "tsv", "json", "parquet", "excel", "feather", "zip")
"""Formats of which every option is known."""
_NEAR = 0.75


def refuse_misspelt(options: Mapping[str, object], kind: str, where: str) -> None:
    """Raises RecipeError for an option that is most likely another one, misspelt; `kind`: the format. What is
    near to none is passed on: a session's readers may know more."""
    known = {name.casefold(): name for name in (*READER_OPTIONS, *_OF_SPARK)}
    for name in options if kind.lower() in _OWN else ():
        wanted = name.casefold()
        if wanted in known:
            continue
        if wanted in _OF_NUMBERS:
            raise RecipeError(
                f"{where}.{name}: how numbers are written is said of each column",
                f"declare it: input: {{types: {{COLUMN: {{number: {{{_OF_NUMBERS[wanted]}}}}}}}}}",
            )
        near = difflib.get_close_matches(wanted, [*known, *_ELSEWHERE], n=1, cutoff=_NEAR)
        if near:
            meant = known.get(near[0]) or _ELSEWHERE[near[0]]
            raise RecipeError(f"{where}.{name}: there is no such option", f"did you mean {meant!r}?")
