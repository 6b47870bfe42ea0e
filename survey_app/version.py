"""The program's version, stored with every score run."""

VERSION = "0.5.0"
