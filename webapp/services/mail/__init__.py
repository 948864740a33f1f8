"""What we owe people by mail, how it may be sent, what its end changes, and links."""
