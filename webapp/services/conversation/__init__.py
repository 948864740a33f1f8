"""What clients write, and what they choose about their mails."""
