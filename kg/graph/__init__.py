"""Records -> triples, store, answers, page and exports: the wing that knows RDF and no spaCy."""
