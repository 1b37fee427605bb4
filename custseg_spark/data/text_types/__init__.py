"""What a column of text holds: one answer for `init`, the page, and every command that reads a table.

In the plain forms (plain_types) without a word, `infer_column_type`; numbers and dates as people write them
(number_texts, date_texts) are found by `infer_type`, proposed and declared.
"""

from custseg_spark.data.text_types.infer import (
    MISSING,
    NEARLY_ALL,
    NO_HABITS,
    Habits,
    infer_column_type,
    infer_type,
)
from custseg_spark.data.text_types.plain_types import BLANKS, ISO, MOSTLY, TextType, TypeName
