"""Mails as they were sent, and links handed over."""
