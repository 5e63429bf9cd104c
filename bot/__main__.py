"""`python -m bot` is `sast-source`."""

from bot.cli import main

if __name__ == "__main__":
    main()
