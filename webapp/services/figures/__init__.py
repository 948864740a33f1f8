"""How well promises are kept, each figure counted from rows."""
