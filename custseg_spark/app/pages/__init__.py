"""The pages as they are drawn; the only place that knows Streamlit."""
