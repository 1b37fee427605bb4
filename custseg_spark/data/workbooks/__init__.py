"""Workbooks, on the driver: excel reads .xlsx, .xls and .ods, choose_sheet finds the sheet with the table.

What reads .xls and .ods is compiled and runs in a process of its own (foreign_sheets).
"""
