"""Dateline: news articles in, a knowledge graph out in which every fact can be traced to the sentence that says it."""

__version__ = "0.1.0"
