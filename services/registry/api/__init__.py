"""The registry's HTTP side, and the workbooks that come and go through it."""
