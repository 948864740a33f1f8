"""What the pages share: how somebody came in, languages, ready sentences; and the firm."""
