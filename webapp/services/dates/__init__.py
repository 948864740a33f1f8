"""Agreed dates: the ledger, the steps, what clients must hear of them, and what speaks against one."""
