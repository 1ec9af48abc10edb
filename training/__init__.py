"""Tools and texts for training and measuring: nothing here is imported by kg."""
