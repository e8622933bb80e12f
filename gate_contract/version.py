"""The version of Schoolgate, which all of its distributions share."""

VERSION = "0.1.0"
