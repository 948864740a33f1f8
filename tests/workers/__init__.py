"""Tests of the queue's jobs, the clock and the ways mails leave."""
