"""The script that Streamlit runs for every visit: the three pages."""

from __future__ import annotations

import streamlit as st

from custseg_spark.app.pages import explore, parts, predict, segment

st.set_page_config(page_title="Customer segments", page_icon=":material/groups:", layout="wide")
parts.style()
st.navigation(
    [
        st.Page(segment.page, title="Segment", icon=":material/groups:", url_path="segment", default=True),
        st.Page(predict.page, title="Predict", icon=":material/person_search:", url_path="predict"),
        st.Page(explore.page, title="Explore", icon=":material/travel_explore:", url_path="explore"),
    ],
    position="top",
).run()
