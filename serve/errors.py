"""What a person at the terminal can mend: said in one line, with exit code 2."""


class CommandError(ValueError):
    """A command cannot be carried out as it was given. The message says what was found and what to do."""
