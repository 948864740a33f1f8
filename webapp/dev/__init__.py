"""The demo inbox: where mails go when no mail server is set, and the pages that show them."""
