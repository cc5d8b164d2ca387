import numpy as np

from models.windows import batch, gather, windows

HEAD, END, PAD = (0, 9), 2, 1


def test_no_piece_is_lost_however_long_the_text() -> None:
    texts = [[[5] * 30, [6] * 700, [7] * 10], [[8] * 3]]
    made = windows(texts, HEAD, END, limit=64)
    assert all(len(one.ids) <= 64 for one in made)
    pieces = [piece for one in made for piece in one.ids if piece in (5, 6, 7, 8)]
    assert [pieces.count(piece) for piece in (5, 6, 7, 8)] == [30, 700, 10, 3]


def test_sentence_vectors_are_means_over_pieces_even_across_windows() -> None:
    texts = [[[5] * 30, [6] * 100], [[7] * 4]]
    made = windows(texts, HEAD, END, limit=48)
    one = batch(made, PAD)
    hidden = one.ids[..., None].astype(np.float32)
    sheaf = gather([one], [one.pool @ hidden], [2, 1])
    assert np.allclose(sheaf.vectors[..., 0], [[5, 6], [7, 0]])
    assert sheaf.counts.tolist() == [[30, 100], [4, 0]]


def test_padding_has_no_weight() -> None:
    one = batch(windows([[[5] * 30], [[6]]], HEAD, END), PAD)
    assert one.mask.sum(axis=1).tolist() == [33, 4]
    assert np.allclose(one.pool.sum(axis=2), [[1], [1]])
