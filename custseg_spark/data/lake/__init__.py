"""Tables of a lake: read as their log says (lake_tables), a day of customers put in (publish_day, swap)."""
