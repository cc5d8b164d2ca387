"""DECIDES: from a reading to duties, offices and handling. No HTTP, no database, no torch."""
