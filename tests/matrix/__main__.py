"""`python -m tests.matrix --write` makes expected.csv anew out of the tables. Look at what changed, then commit."""

import os
import sys

import django

if __name__ == "__main__":
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "tests.settings")
    django.setup()
    from tests.matrix import table

    if sys.argv[1:] == ["--write"]:
        table.EXPECTED.write_text(table.text(), encoding="utf-8")
        sys.stdout.write(f"{table.EXPECTED}: {len(table.REQUESTS)} rows\n")
    elif table.EXPECTED.read_text(encoding="utf-8") != table.text():
        sys.exit("expected.csv is not what the tables say: python -m tests.matrix --write")
