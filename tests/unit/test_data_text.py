"""What the head of a delimited file says, without Spark."""

import bz2
import gzip
import io

import pytest

from custseg_spark.data.text_files import encodings, text_bytes
from custseg_spark.data.text_files import text_head as text
from custseg_spark.errors import DataError, RecipeError

PLAIN = b"id,name,income\n1,Ann,10\n2,Bob,20\n"


def head(content: bytes, path: str = "customers.csv", **options: object) -> text.Head:
    return text.read_head(io.BytesIO(content), path, options)


def test_names_and_values_are_as_they_stand() -> None:
    found = head(b'"id","full name",income\r\n007,"Ann, B.",\r\n8,"say ""hi""",1.50\r\n')
    assert list(found.rows.columns) == ["id", "full name", "income"]
    assert found.rows.to_numpy().tolist() == [["007", "Ann, B.", None], ["8", 'say "hi"', "1.50"]]
    assert found.named
    assert not found.multiline


@pytest.mark.parametrize(
    "sep,content",
    [
        (",", "id,income\n1,2\n"),
        ("\t", "id\tname, first\tincome\n1\tAnn, B.\t3\n2\tBob, C.\t4\n"),
        (";", "id;income;age\n1;12,5;30\n2;13,5;31\n"),
        ("|", "id|income\n1|2\n"),
        (",", "id\n1\n2\n"),  # one column has no separator
        (";", "id;a,b\n1;2\n3;4\n"),  # a comma in the header splits none of the rows
    ],
)
def test_the_separator_is_found(sep: str, content: str) -> None:
    assert head(content.encode()).sep == sep


def test_a_given_separator_that_leaves_the_header_in_one_piece_is_refused_with_the_one_that_fits() -> None:
    with pytest.raises(
        DataError, match="comma leaves the header in one piece, while tab splits it into 2"
    ) as told:
        head(b"id\tincome\n1\t2\n", sep=",")
    assert r"'\t'" in told.value.remedy


def test_a_given_separator_counts_where_it_splits() -> None:
    assert head(b"id;a,b\n1;2,3\n", sep=";").sep == ";"
    assert head(b"id\ta,b\n1\t2,3\n", sep="\\t").sep == "\t"  # a tab as YAML's single quotes leave it


@pytest.mark.parametrize(
    "encoded,encoding,as_a_whole",
    [
        ("utf-8-sig", "UTF-8", False),
        ("utf-16", "UTF-16", True),
        ("utf-32", "UTF-32", True),
    ],
)
def test_a_byte_order_mark_says_the_encoding(encoded: str, encoding: str, as_a_whole: bool) -> None:
    found = head("id,città\n1,é\n".encode(encoded))
    assert (found.encoding, found.multiline) == (encoding, as_a_whole)
    assert list(found.rows.columns) == ["id", "città"]


@pytest.mark.parametrize("codec,spark", [("cp1252", "ISO-8859-1"), ("mac_roman", "ISO-8859-1")])
def test_text_of_one_byte_a_sign_is_found_by_how_its_words_are_written(codec: str, spark: str) -> None:
    found = head("id,name,spend\n1,José Müller,5\n2,Zoë,6\n3,Évora “x”,7\n".encode(codec))
    assert (found.encoding, encodings.find_codec(str(found.codec))) == (spark, encodings.find_codec(codec))
    assert found.rows["name"].tolist() == ["José Müller", "Zoë", "Évora “x”"]
    assert "is not UTF-8 text" in found.notes[0]


@pytest.mark.parametrize(
    "text,codec",
    [
        ("Москва, привет", "cp1251"),
        ("Αθήνα, γεια", "iso8859-7"),
        ("北京,上海", "gbk"),
        ("日本語", "shift_jis"),
    ],
)
def test_text_that_reads_as_no_western_words_is_refused_until_its_encoding_is_named(
    text: str, codec: str
) -> None:
    content = f"id,name\n1,{text.replace(',', ' ')}\n".encode(codec)
    with pytest.raises(DataError, match=r"not UTF-8 text \(byte 10 is 0x") as told:
        head(content)
    assert "input.options.encoding" in told.value.remedy
    if encodings.find_codec(codec):
        assert head(content, encoding=codec).rows["name"][0] == text.replace(",", " ")


def test_a_declared_encoding_counts() -> None:
    content = "id,name\n1,José\n".encode("latin-1")
    assert head(content, encoding="iso-8859-1").rows["name"][0] == "José"
    found = head("id,preis €\n1,5 €\n".encode("cp1252"), encoding="windows-1252")
    assert list(found.rows.columns) == ["id", "preis €"]
    assert found.rows["preis €"].tolist() == ["5 €"]
    assert not found.notes


def test_signs_that_iso_8859_1_stands_for_are_translated_one_for_one() -> None:
    shown, meant = encodings.list_translations("cp1252")
    assert len(shown) == len(meant) == 27
    assert dict(zip(shown, meant, strict=True))["\x80"] == "€"
    assert encodings.show_as_latin_1("preis €", "cp1252") == "preis \x80"


@pytest.mark.parametrize("name", ["gbk", "utf-7", "rot13", "cp037", "no such encoding"])
def test_an_encoding_of_several_bytes_a_sign_or_none_is_refused(name: str) -> None:
    with pytest.raises(RecipeError, match="is not read; what is"):
        head(PLAIN, encoding=name)


def test_utf_16_without_a_mark_is_refused() -> None:
    with pytest.raises(DataError, match="zero bytes"):
        head("id,a\n1,2\n".encode("utf-16-le"))


def test_packed_files_are_unpacked() -> None:
    for pack, ending in ((gzip.compress, ".gz"), (bz2.compress, ".bz2")):
        assert len(head(pack(PLAIN), f"customers.csv{ending}").rows) == 2


@pytest.mark.parametrize(
    "content,path,what",
    [
        (gzip.compress(PLAIN), "customers.csv", "name does not end in .gz"),
        (PLAIN, "customers.csv.gz", "not packed"),
        (gzip.compress(PLAIN)[:-9], "customers.csv.gz", "cut off"),
        (b"PAR1....", "customers.csv", "a Parquet file"),
        (b"PK\x03\x04....", "customers.csv", "an Excel file"),
        (b"", "customers.csv", "is empty"),
        (b"\n \n", "customers.csv", "is empty"),
        (b"id,income\n", "customers.csv", "a header but no rows"),
        (b"id,Income,income\n1,2,3\n", "customers.csv", "more than once: 'Income', 'income'"),
    ],
)
def test_what_is_no_table_is_refused(content: bytes, path: str, what: str) -> None:
    with pytest.raises(DataError, match=what):
        head(content, path)


def test_line_breaks_within_quotes_are_seen() -> None:
    found = head(b'id,note\r\n1,"two\nlines"\r\n2,one\r\n')
    assert found.multiline
    assert found.rows["note"].tolist() == ["two\nlines", "one"]


def test_a_quote_that_is_never_closed_swallows_no_rows() -> None:
    found = head(b'id,a,b\n1,"open,2\n2,3,4\n3,4,5\n')
    assert not found.multiline
    assert found.rows["id"].tolist() == ["2", "3"]


def test_a_quote_never_closed_in_the_last_field_swallows_no_rows() -> None:
    """All that follows would fit the header as one record whose last field has many lines."""
    found = head(b'id,a,b\n1,2,"open\n2,3,4\n3,4,5\n')
    assert not found.multiline
    assert found.rows["id"].tolist() == ["1", "2", "3"]
    assert head(b'id,a,b\n1,2,"two\nlines"\n2,3,"4\n5"').multiline


def test_rows_of_another_length_are_left_out() -> None:
    assert head(b"id,a\n1,2\n2\n3,4,5\n4,5\n").rows["id"].tolist() == ["1", "4"]


def test_mixed_line_ends_blank_lines_and_comments() -> None:
    assert head(b"id,a\r\n1,2\n\n2,3\r#9,9\n3,4", comment="#").rows["id"].tolist() == ["1", "2", "3"]


def test_nameless_columns_are_named_as_spark_names_them() -> None:
    found = head(b",a,\n1,2,3\n")
    assert list(found.rows.columns) == ["_c0", "a", "_c2"]
    assert not found.named
    assert list(head(b"1,2\n", header=False).rows.columns) == ["_c0", "_c1"]


def test_a_big_file_is_read_no_further_than_its_head() -> None:
    class Counted(io.BytesIO):
        total = 0

        def read(self, size: int | None = -1) -> bytes:
            got = super().read(size)
            self.total += len(got)
            return got

    stream = Counted(b"id,name\n" + b"1234567,J\xc3\xb6rg\n" * 100_000)
    found = text.read_head(stream, "customers.csv", {})
    assert stream.total < 1.1 * text_bytes.HEAD_BYTES
    assert len(found.rows) == text.HEAD_ROWS
    assert set(found.rows["name"]) == {"Jörg"}


@pytest.mark.parametrize("size", range(17, 24))
def test_the_row_that_the_head_cuts_is_left_out(monkeypatch: pytest.MonkeyPatch, size: int) -> None:
    monkeypatch.setattr(text_bytes, "HEAD_BYTES", size)
    content = "id,name\n1,Jörg\n2,Zoë\n3,Eve\n".encode()  # a head of 21 bytes ends within the ë
    assert head(content).rows.to_numpy().tolist() == [["1", "Jörg"]]


@pytest.mark.parametrize("size", range(100, 120))
def test_a_row_that_the_head_cuts_says_nothing_of_line_breaks(
    monkeypatch: pytest.MonkeyPatch, size: int
) -> None:
    monkeypatch.setattr("custseg_spark.data.text_files.text_bytes.HEAD_BYTES", size)
    assert head(b"id,a,b\n" + b'1,"two\nlines",x\n' * 10).multiline


def test_null_values_are_those_the_recipe_names() -> None:
    assert head(b"id,a\n1,NA\n2,\n", nullValue="NA").rows["a"].tolist() == [None, None]


def test_lists_of_any_length_are_no_table_and_a_few_torn_rows_are() -> None:
    basket = "".join(
        ",".join(["milk", "bread", "soap"][: i % 3] + ["tea"] * (i % 5 + 1)) + "\n" for i in range(40)
    )
    with pytest.raises(
        DataError, match=r"its lines hold from 1 to 7 fields, and .* a list on each line"
    ) as told:
        head(basket.encode())
    assert "a row for each customer" in told.value.remedy
    assert len(head(basket.encode(), header=True).rows) < 20
    torn = "id,a,b\n" + "".join(f"{i},2,3\n" for i in range(30)) + "1\n1,2\n1,2,3,4\n1,2,3,4,5\n1,2,3,4,5,6\n"
    assert len(head(torn.encode()).rows) == 30
