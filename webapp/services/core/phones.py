"""Telephone numbers as people read them."""

import phonenumbers


def shown(number: str) -> str:
    """A stored number in its usual groups with its country, "+212 661-203040"; as it is where it is no number."""
    try:
        parsed = phonenumbers.parse(number)
    except phonenumbers.NumberParseException:
        return number
    return phonenumbers.format_number(parsed, phonenumbers.PhoneNumberFormat.INTERNATIONAL)
