"""The `milepost` command. Each of its commands is a module that is loaded when it is called."""

import os
import sys

import click

from webapp.cli.lazy import LazyGroup


@click.command(
    cls=LazyGroup,
    context_settings={"help_option_names": ["-h", "--help"]},
    commands_in={
        "demo": "webapp.cli.serve:demo",
        "run": "webapp.cli.serve:run",
        "doctor": "webapp.cli.doctor:doctor",
        "db": "webapp.cli.db:db",
        "user": "webapp.cli.user:user",
        "import": "webapp.cli.import_file:import_file",
        "outbox": "webapp.cli.outbox:outbox",
        "bounce": "webapp.cli.bounce:bounce",
        "backup": "webapp.cli.backup:backup",
        "preview": "webapp.cli.preview:preview",
    },
)
def milepost() -> None:
    """Keeps a service business's clients informed by the way it works."""


def main() -> int:
    """Run the command; faults that are not ours are plain sentences and exit code 1. What it writes, databases and
    backups among them, nobody else on the machine can read."""
    os.umask(0o077)
    try:
        result = milepost(standalone_mode=False)
    except click.ClickException as fault:
        fault.show()
        return fault.exit_code
    except click.Abort:
        return 130
    except Exception as fault:
        words = LazyGroup.load("webapp.cli.faults:said")(fault)
        if words is None:
            raise
        sys.stderr.write(words)
        return 1
    return result if isinstance(result, int) else 0
