"""The page where people do it: upload a table, get segments, place a customer, look into a run.

`pages` draws, with Streamlit; the other modules hold what the pages know, without it.
"""
