"""Delimited text: what the head of a file says of all of it, on the driver and without a job (text_head).

Its bytes unpacked and decoded (text_bytes, encodings), split into records (text_records), and lines that no
separator splits made into such that one does (text_rewriting).

All rows of a file, where no engine reads them: made into UTF-8 (text_pieces), split as Spark splits them
(record_form), in blocks of which pyarrow reads what any reader would (record_blocks), as Arrow tables
(text_tables).
"""
