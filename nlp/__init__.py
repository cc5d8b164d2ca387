"""READS: turns what a citizen sent into clean, masked text and sentences. Knows no department."""
