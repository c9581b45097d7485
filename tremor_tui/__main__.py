"""`python -m tremor_tui` is the command `tremor-tui`."""

from tremor_tui.cli.start import main

if __name__ == "__main__":
    main()
