"""`python -m ganlib COMMAND`; `python -m ganlib --help` lists the commands.

This file, `ganlib/__init__.py` and `ganlib/setup/python_version.py` keep to what Python 2.7 can read, so that an old
Python says which one to install instead of stopping at a syntax error. Everything else is in `ganlib/commands.py`.
"""

import sys

from ganlib.setup.python_version import as_report, version_problem

if __name__ == "__main__":
    _problem = version_problem(sys.version_info, sys.argv[1:], sys.platform == "win32")
    if _problem:
        if sys.argv[1:2] == ["doctor"] and "--json" in sys.argv:
            print(as_report("Python " + ".".join(str(number) for number in sys.version_info[:3]), _problem))
        sys.exit(_problem)
    from ganlib.commands import main

    sys.exit(main(sys.argv[1:]))
