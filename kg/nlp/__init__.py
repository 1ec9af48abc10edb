"""Texts -> records: the wing that knows spaCy and no RDF."""
