"""Tests of how e-mails are written."""
