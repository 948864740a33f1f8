"""One module a kind of mail: its context, headline, preheader, samples and rule of sending."""
