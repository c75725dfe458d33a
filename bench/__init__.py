"""Measurements: `python -m bench queues`, `python -m bench scans`. Not part of the running system."""
