"""The page with every built sentence in two languages side by side."""

from tests.support.site import Visitor


def test_a_language_is_read_beside_ones_own(alice: Visitor) -> None:
    page = alice.page("/settings/mails/sentences?language=ary")

    cells = [(cell.get("lang"), cell.get("dir")) for cell in page.all("td") if cell.get("lang")]
    assert set(cells) == {("ary", "rtl")}
    assert "new date 28 April (was 21 April)" in page.text
    assert "تاريخ جديد 28 أبريل" in page.text


def test_a_language_nobody_has_is_the_firms(alice: Visitor) -> None:
    page = alice.page("/settings/mails/sentences?language=xx")

    assert {cell.get("lang") for cell in page.all("td") if cell.get("lang")} == {"en"}
