"""`python -m operate.hosted`: the same command line, in a process patched for Nameko before anything is imported."""

if __name__ == "__main__":
    import os
    import warnings

    os.environ["PSYCOPG_WAIT_FUNC"] = "wait_selector"  # or psycopg would stop all green threads while one waits
    warnings.filterwarnings("ignore", message=r"\s*Eventlet is deprecated")  # docs/adr/0003

    import eventlet

    eventlet.monkey_patch()

    from operate.__main__ import main

    main()
