"""What the HTML graph is made of: its content (read from a store), its template, style and script."""
