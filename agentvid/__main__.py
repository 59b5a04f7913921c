"""`python -m agentvid` is `agentvid`."""

from agentvid.cli import main

if __name__ == "__main__":
    main()
