import pytest

from emails.links import LinkLeftOver, defuse, placeholder, put_in


def test_each_placeholder_becomes_its_own_link() -> None:
    text = f'<a href="{placeholder("page")}">page</a> {placeholder("page_two")}#reply'

    filled = put_in(text, {"page": "https://m.example/u/abc", "page_two": "https://m.example/u/def"})

    assert filled == '<a href="https://m.example/u/abc">page</a> https://m.example/u/def#reply'


def test_a_placeholder_left_over_is_an_error() -> None:
    with pytest.raises(LinkLeftOver):
        put_in(placeholder("unsubscribe"), {"page": "https://m.example/u/abc"})


@pytest.mark.parametrize("text", ["http://link.invalid/page", "https://LINK.invalid/page", "https://link.invalid/"])
def test_what_only_looks_like_a_placeholder_is_an_error(text: str) -> None:
    with pytest.raises(LinkLeftOver):
        put_in(text, {"page": "https://m.example/u/abc"})


@pytest.mark.parametrize("url", ['https://e.example/"onclick=', "javascript:alert(1)", "https://e.example/a b", "//e"])
def test_a_url_that_could_break_out_is_refused(url: str) -> None:
    with pytest.raises(ValueError, match="plain http"):
        put_in(placeholder("page"), {"page": url})


def test_words_cannot_smuggle_a_placeholder() -> None:
    assert "link.invalid" not in defuse("https://link.invalid/page and LINK.INVALID").lower()


@pytest.mark.parametrize("name", ["", "Page", "a/b", "a-b"])
def test_a_placeholder_has_a_plain_name(name: str) -> None:
    with pytest.raises(ValueError, match="name"):
        placeholder(name)
