"""ACTS: files in, files out, for people and for other systems."""
