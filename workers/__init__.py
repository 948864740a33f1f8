"""The other entrypoint: the queue's jobs, the clock that plans, and the lines that mails leave by."""
