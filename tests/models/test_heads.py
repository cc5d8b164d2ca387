import numpy as np
import pytest

from models.heads import ROLES, roles_of, sigmoid, softmax


def test_roles_set_the_title_and_courtesies_apart() -> None:
    roles = [ROLES[role] for role in roles_of(5, True, (False, True, False, False, True))]
    assert roles == ["title", "courtesy", "first", "last", "courtesy"]


def test_a_single_sentence_is_the_last_word() -> None:
    assert [ROLES[role] for role in roles_of(1, False, (False,))] == ["last"]


def test_softmax_and_sigmoid_do_not_overflow() -> None:
    assert softmax(np.array([[1e4, -1e4]], np.float32)).tolist() == [[1.0, 0.0]]
    assert sigmoid(np.array([-1e4, 0, 1e4], np.float32)).tolist() == pytest.approx([0.0, 0.5, 1.0])
