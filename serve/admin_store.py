"""`minwon admin`: which store is meant, and in whose name it is changed."""

import argparse
import os

WHO = "admin"


def url_of(given: argparse.Namespace) -> str:
    """The database that is meant."""
    from serve.settings import read_settings

    options = {"MINWON_DATABASE": given.database} if given.database else {}
    return read_settings({**os.environ, **options}).database
