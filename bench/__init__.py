"""Measurements: `python -m bench queues`, `python -m bench pdf`. Not part of the running system."""
