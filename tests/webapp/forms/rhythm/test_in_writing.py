"""The works for which the one answer is the other way round."""

import pytest
from werkzeug.datastructures import MultiDict

from webapp.forms.rhythm.in_writing import TELL, InWritingForm


@pytest.mark.parametrize("bad", ["abc", "-1", "", "99999999999999999999", "٣", "²"])
def test_a_number_that_is_none_leaves_the_others_standing(bad: str) -> None:
    form = InWritingForm(MultiDict([("in_writing", TELL), ("except", bad), ("except", "7")]))

    assert form.answer().exceptions == {7}
