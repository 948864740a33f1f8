"""Every mail as it looks before anybody gets it."""
