"""Bulletins and assessments as people pass them on: a page to read, a PDF, a workbook; all of the same paper."""
