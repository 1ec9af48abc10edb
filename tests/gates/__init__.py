"""The measures of the score sheet, one module each: a gold set under `shared/` -> figures."""
