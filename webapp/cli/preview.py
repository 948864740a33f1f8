"""`milepost preview`: every mail in every language, to look at."""

from pathlib import Path

import click

from emails import inert
from emails.languages import LANGUAGES
from emails.registry import SAMPLES
from webapp.services.mail import writing


@click.command()
@click.argument("folder", type=click.Path(file_okay=False, path_type=Path))
def preview(folder: Path) -> None:
    """Write every mail in every language, from samples, into a folder, with a page to look through them."""
    folder.mkdir(parents=True, exist_ok=True)
    rows = []
    for tag in LANGUAGES:
        for name, sample in SAMPLES.items():
            mail = writing.preview(sample(tag))
            file = folder / f"{name}.{tag}.html"
            file.write_text(inert.html(mail.html), encoding="utf-8")
            file.with_suffix(".txt").write_text(f"{mail.subject}\n\n{inert.text(mail.text)}", encoding="utf-8")
            rows.append(f'<li><a href="{file.name}">{name} · {tag}</a></li>')
    (folder / "index.html").write_text(f"<!doctype html><meta charset=utf-8><ul>{''.join(rows)}</ul>", "utf-8")
    click.echo(f"{len(rows)} mails in {folder / 'index.html'}")
