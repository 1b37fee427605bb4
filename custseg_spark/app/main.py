"""The script that Streamlit runs for every visit: the three pages."""

from __future__ import annotations

import streamlit as st

from custseg_spark.app import engine
from custseg_spark.app.pages import explore, predict, segment, widgets
from custseg_spark.report import palette

# Drawn here: a named icon would be asked of a server on the internet.
DOTS = ((6, 7, 0), (18, 8, 1), (12, 18, 2))
CIRCLE = '<circle cx="{}" cy="{}" r="5" fill="{}"/>'
CIRCLES = "".join(CIRCLE.format(x, y, palette.pick_colour(segment)) for x, y, segment in DOTS)
ICON = f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 24 24">{CIRCLES}</svg>'

st.set_page_config(page_title="Customer segments", page_icon=ICON, layout="wide")
widgets.apply_style()
st.navigation(
    [
        st.Page(
            segment.show_page, title="Segment", icon=":material/groups:", url_path="segment", default=True
        ),
        st.Page(predict.show_page, title="Predict", icon=":material/person_search:", url_path="predict"),
        st.Page(explore.show_page, title="Explore", icon=":material/travel_explore:", url_path="explore"),
    ],
    position="top",
).run()
engine.notice_page()  # Spark has waited for that
