"""The program's version, stored with every score run."""

VERSION = "0.4.0"
