"""What every room stands on: faults, the audit trail, locks, caps, tasks, the firm."""
