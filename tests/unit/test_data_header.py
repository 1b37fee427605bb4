"""Where a table begins: below titles, at its header, or not at all."""

import io

import pytest

from custseg_spark.data import header
from custseg_spark.data.text_files import text_head as text
from custseg_spark.errors import BadTableError

ROWS = "1001,2615.8,19\n1002,404.72,11\n1003,2158.7,9\n1004,1955.42,12\n"
NAMED = f"customer_id,spend,orders\n{ROWS}"


def head(content: str, **options: object) -> text.Head:
    return text.read_head(io.BytesIO(content.encode()), "customers.csv", options)


@pytest.mark.parametrize(
    "above",
    [
        "Customer report\nExported 31/12/2020\n\n",
        "Customer report,,\n,,\n",  # as Excel writes it
        "sep=,\n",
        '"Report, all customers"\n',
        "Report, 2020\n",
        ",Purchases,\n",  # a group's name over its columns
        "\n\nConfidential\n",
        "Customers:,300\n",
    ],
)
def test_the_header_is_found_below_titles(above: str) -> None:
    found = head(above + NAMED)
    assert list(found.rows.columns) == ["customer_id", "spend", "orders"]
    assert found.rows["customer_id"].tolist() == ["1001", "1002", "1003", "1004"]
    assert not found.header
    assert found.left_out[-1].fields == ("customer_id", "spend", "orders")
    assert "the table begins in line" in found.notes[0]


def test_a_separator_line_says_the_separator() -> None:
    found = head("sep=;\nid;spend\n1;2,5\n2;3,5\n")
    assert found.sep == ";"
    assert found.rows.to_numpy().tolist() == [["1", "2,5"], ["2", "3,5"]]


def test_a_title_with_a_comma_above_decimal_commas_does_not_choose_the_separator() -> None:
    found = head("Report, 2020\n\nid;spend\n1;12,5\n2;13,5\n3;1,5\n")
    assert (found.sep, list(found.rows.columns)) == (";", ["id", "spend"])


def test_the_rows_above_are_skipped_where_the_recipe_counts_them() -> None:
    found = head(f"Customer report\nExported 31/12/2020\n\n{NAMED}", skip_rows=3)
    assert list(found.rows.columns) == ["customer_id", "spend", "orders"]
    found = head(f"a,b,c\nx,y,z\n{NAMED}", skip_rows=2)  # of which nobody could tell
    assert list(found.rows.columns) == ["customer_id", "spend", "orders"]
    assert [record.raw for record in found.left_out] == ["a,b,c", "x,y,z", "customer_id,spend,orders"]
    bare = head(f"Report\n{ROWS}", skip_rows=1, header=False)
    assert (list(bare.rows.columns), len(bare.rows)) == (["_c0", "_c1", "_c2"], 4)


def test_without_a_header_below_the_title_the_key_is_named() -> None:
    with pytest.raises(BadTableError, match=r"seems to begin in line 3 \('1001', '2615.8', '19'\)") as told:
        head(f"Report\n\n{ROWS}")
    assert "skip_rows: 2" in told.value.remedy
    assert "header: false" in told.value.remedy


@pytest.mark.parametrize(
    "rows",
    [
        ROWS,
        "1,Feb,Returning,FALSE\n2,Mar,New,TRUE\n3,Feb,Returning,FALSE\n4,Mar,New,FALSE\n",
        "C001,2020-01-31\nC002,2020-03-31\nC003,2020-04-30\n",
        "1001,,19\n1002,404.72,11\n1003,2158.7,9\n",
        "Ann,12/31/2020,5.5\nBob,11/30/2020,6.5\nEve,10/31/2020,7.5\n",
        "bread,milk\nmilk,bread\nbread,bread\nmilk,milk\n",
    ],
)
def test_a_first_row_of_data_is_refused_with_the_key(rows: str) -> None:
    with pytest.raises(BadTableError, match="first row looks like data") as told:
        head(rows)
    assert "input.options.header: false" in told.value.remedy
    assert "_c0" in head(rows, header=False).rows.columns
    assert len(head(rows, header=True).rows) == len(head(rows, header=False).rows) - 1


@pytest.mark.parametrize(
    "content",
    [
        "customer_id,2018,2019,2020\n1,5,6,7\n2,8,9,10\n",  # years beside a real name
        "customer_id,2020-01-01,2020-02-01\n1,5,6\n2,8,9\n",
        "0,1,2,3\n5,6,7,8\n8,9,10,11\n",  # as pandas names what has no names
        ",0,1,2,3\n0,5,6,7,8\n1,8,9,10,11\n",
        "2018,2019,2020\n5,6,7\n8,9,10\n",
        "id,cc1,cc2\n1,a,b\n2,c,d\n",
        "id\n1\n2\n",
        "id,spend\n",
        ",a,b\n1,2,3\n2,3,4\n",
        "name,city\nAnn,Rome\nname,city\nBob,Oslo\n",  # files that were put together
        "id,a\n1,2,3\n2,3,4\n",
    ],
)
def test_a_header_in_the_first_line_is_taken_as_it_is(content: str) -> None:
    records = [line.split(",") for line in content.splitlines()]
    assert header.find_beginning(records, "c.csv", range(1, 9)).at == 0


def test_row_numbers_as_r_writes_them_get_a_column_of_their_own() -> None:
    found = head('"spend","orders"\n' + "".join(f'"{n}",{n}.5,{n}\n' for n in range(1, 8)))
    assert list(found.rows.columns) == ["_c0", "spend", "orders"]
    assert not found.named


def test_a_separator_in_an_id_or_a_name_moves_no_column() -> None:
    """Every row has a field too many, since names are written without quotes: that is no row number."""
    found = head("id,name\n" + "".join(f"{n},Smith, Ann\n" for n in range(1, 8)))
    assert list(found.rows.columns) == ["id", "name"]
    assert found.rows.empty


def test_a_last_separator_is_a_column_of_nothing_or_none() -> None:
    assert list(head("id,a\n1,2,\n2,3,\n").rows.columns) == ["id", "a", "_c2"]
    assert head("id,a,\n1,2\n2,3\n").rows.to_numpy().tolist() == [["1", "2"], ["2", "3"]]
    assert list(head("id,a,\n1,2,\n2,3,\n").rows.columns) == ["id", "a", "_c2"]


def test_a_line_that_describes_the_columns_is_no_row() -> None:
    found = head("id,name,spend,orders\nnumber,text,in $,count\n1,Ann,5.5,2\n2,Bob,6.5,3\n3,Eve,7,1\n")
    assert found.rows["id"].tolist() == ["1", "2", "3"]
    assert found.header
    assert [record.line for record in found.left_out] == [2]
    assert "line 2 describes the columns" in found.notes[0]


def test_a_row_of_words_that_stand_in_others_too_is_a_row() -> None:
    found = head("id,spend,visits\nc1,no data,no data\n" + "c2,5,1\n" * 40 + "c42,no data,no data\n")
    assert len(found.rows) == 42


@pytest.mark.parametrize("first", ["1,Ann,N/A,-", "1,Ann,,", "x,Ann,5,6"])
def test_a_row_of_gaps_is_a_row(first: str) -> None:
    found = head(f"id,name,spend,orders\n{first}\n1,Ann,5.5,2\n2,Bob,6.5,3\n3,Eve,7,1\n")
    assert len(found.rows) == 4


def test_a_header_that_ends_in_blanks_keeps_them() -> None:
    assert list(head("id,churn \n1,True\n2,False\n").rows.columns) == ["id", "churn "]


def test_columns_apart_by_blanks_are_read() -> None:
    found = head(" 00004 0001 19970101  2   29.33\n 00004 0001 19970118  2   29.73\n", header=False)
    assert found.rows.to_numpy().tolist()[0] == ["00004", "0001", "19970101", "2", "29.33"]
    assert found.rewrite is not None
    with pytest.raises(BadTableError, match="first row looks like data"):
        head(" 00004 0001 19970101  2   29.33\n 00004 0001 19970118  2   29.73\n")


def test_lines_in_quotes_as_a_whole_are_read() -> None:
    found = head('"id;""job"";age"\n"1;""a, b"";30"\n"2;""c"";31"\n')
    assert found.rows.to_numpy().tolist() == [["1", "a, b", "30"], ["2", "c", "31"]]


@pytest.mark.parametrize(
    "content", ["name\nAnn Lee Smith\nBob Ray Jones\n", "id\n1\n2\n", 'n\n"a b"\n"c d"\n']
)
def test_one_column_of_text_stays_one(content: str) -> None:
    found = head(content)
    assert found.rewrite is None
    assert found.rows.shape == (2, 1)


def test_groups_over_years_are_no_header_and_years_may_be_names() -> None:
    rows = "".join(f"c{i},{i}.5,{i},2021-03-0{i}\n" for i in range(1, 9))
    for above in (
        "Customer report,,,\n",
        ",Sales,Sales,\n",
        ",Sales,Sales,Dates\n",
        "Report\n,Sales,Sales,\n",
    ):
        found = head(f"{above}id,2020,2021,joined\n{rows}")
        assert list(found.rows.columns) == ["id", "2020", "2021", "joined"]
        assert len(found.rows) == 8
    with pytest.raises(
        BadTableError, match="first line holds 1 field, the others 3; the table seems to begin in"
    ):
        head("Report,,\nc1,2020,1.5\nc2,2021,2.5\nc3,2020,3.5\n")  # 2020 stands among years: a row


def test_units_below_the_names_need_none_of_the_id() -> None:
    found = head("id,spend,age\n,EUR,years\n1,2.5,30\n2,3.5,40\n3,4.5,50\n")
    assert found.rows["spend"].tolist() == ["2.5", "3.5", "4.5"]
    assert "line 2 describes the columns" in found.notes[0]


@pytest.mark.parametrize("sep", ["~", "^", "\x01"])
def test_other_separators_are_found(sep: str) -> None:
    found = head(NAMED.replace(",", sep))
    assert (found.sep, list(found.rows.columns)) == (sep, ["customer_id", "spend", "orders"])


def test_columns_of_fixed_widths_with_blanks_inside_are_told() -> None:
    rows = "".join(f"{i:<6}Name {i:<5}{i:>5}.5\n" for i in range(30))
    with pytest.raises(BadTableError, match="names 3 columns, and no row has as many fields: most have 4"):
        head(f"id    name      spend\n{rows}")
