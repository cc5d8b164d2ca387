"""The one Kiwi: sentence splitting where the rules fail, and morphemes for the linear baseline."""

from functools import cache

from kiwipiepy import Kiwi

CONTENT_TAGS = ("N", "V", "XR", "MAG", "SL")
WIDEST = 400


@cache
def kiwi() -> Kiwi:
    """The analyser, made at first use (it takes about two seconds)."""
    return Kiwi()


def split(text: str) -> list[tuple[int, int]]:
    """Sentence spans by Kiwi; one still wider than `WIDEST` characters is cut at spaces, or bluntly."""
    spans = [(sentence.start, sentence.end) for sentence in kiwi().split_into_sents(text)]
    return [piece for span in spans for piece in narrow(text, *span)]


def narrow(text: str, start: int, end: int) -> list[tuple[int, int]]:
    """Spans of at most `WIDEST` characters, cut at the last space inside the limit where there is one."""
    pieces = []
    while end - start > WIDEST:
        space = text.rfind(" ", start + WIDEST // 2, start + WIDEST)
        stop = space if space > 0 else start + WIDEST
        pieces.append((start, stop))
        start = stop + (1 if space > 0 else 0)
    return [*pieces, (start, end)]


def morphemes(text: str) -> list[str]:
    """Content morphemes as `form/tag`: nouns, verbs, adverbs, roots and foreign words."""
    return [f"{token.form}/{token.tag}" for token in kiwi().tokenize(text) if token.tag.startswith(CONTENT_TAGS)]
