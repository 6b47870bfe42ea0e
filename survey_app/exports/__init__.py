"""Finished results in, bytes out; no database, no Flask."""
