"""One city as data: tables of duties and offices, and the rules that differ from city to city."""
