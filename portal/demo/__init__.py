"""Demonstration data: invented people with plausible work, taken through the real services. Never in production."""
