"""Faults injected for real: processes killed, servers that refuse, a queue and a database that go away."""
