"""The `milepost` command."""

import sys

import click
from sqlalchemy.exc import SQLAlchemyError

from emails.languages import language
from webapp.cli import bounce, data, doctor, serve
from webapp.config import SettingsFault
from webapp.services.core.errors import Refused


@click.group(context_settings={"help_option_names": ["-h", "--help"]})
def milepost() -> None:
    """Keeps a service business's clients informed by the way it works."""


for command in (
    serve.demo,
    serve.run,
    doctor.doctor,
    data.db,
    data.user,
    data.import_file,
    data.outbox,
    bounce.bounce,
    data.backup,
    data.preview,
):
    milepost.add_command(command)


def main() -> int:
    """Run the command; faults of settings are plain sentences and exit code 1."""
    try:
        result = milepost(standalone_mode=False)
    except SettingsFault as fault:
        sys.stderr.write("Milepost cannot start:\n" + "".join(f"  {line}\n" for line in fault.faults))
        return 1
    except Refused as refusal:
        sys.stderr.write(f"{language('en').text(refusal.key, **refusal.values)}\n")
        return 1
    except SQLAlchemyError as fault:
        sys.stderr.write(f"The database does not answer: {getattr(fault, 'orig', None) or fault}\n")
        return 1
    except click.ClickException as fault:
        fault.show()
        return fault.exit_code
    except click.Abort:
        return 130
    return result if isinstance(result, int) else 0
