"""Numbers: how well promises to clients are kept, with the rows behind each figure, on a page and as CSV."""

import csv
import io
from collections.abc import Sequence
from datetime import date, datetime, timedelta
from typing import Any

from flask import Blueprint, Response, redirect, render_template, request, url_for
from sqlalchemy import select

from webapp.access import needs, the_user
from webapp.language import firm, lang, t, today
from webapp.models import Engagement, Playbook, Role
from webapp.numbers import row_number
from webapp.services.figures import count
from webapp.services.figures.scope import Period, Scope, Span
from webapp.services.work import engagements
from webapp.staff.figures import tables as figure_tables
from webapp.staff.figures.tables import KEYS, Cell, Mark, Table
from webapp.timezones import local
from webapp.transactions import db, moment

bp = Blueprint("staff_figures", __name__)

BYTE_ORDER_MARK = "\ufeff"
"""Without it spreadsheets take UTF-8 for something else."""
FORMULA = tuple("=+-@\t\r\n") + tuple("\uff1d\uff0b\uff0d\uff20")


@bp.get("/numbers")
@needs(Role.VIEWER)
def show() -> Any:
    """The firm's numbers; colleagues who own work come to their own."""
    if the_user().role.sees_own_first:
        return redirect(url_for("staff_figures.mine", period=_period().value), 303)
    return _page(_of_everybody())


@bp.get("/numbers.csv")
@needs(Role.VIEWER)
def show_csv() -> Response:
    return _csv(_of_everybody())


@bp.get("/numbers/mine")
@needs(Role.STAFF)
def mine() -> str:
    return _page(Scope(owner_id=the_user().id))


@bp.get("/numbers/mine.csv")
@needs(Role.STAFF)
def mine_csv() -> Response:
    return _csv(Scope(owner_id=the_user().id))


@bp.get("/engagements/<int:engagement_id>/numbers")
@needs(Role.VIEWER)
def work(engagement_id: int) -> str:
    engagement = engagements.get(db(), engagement_id)
    return _page(Scope(engagement_id=engagement.id), engagement)


@bp.get("/engagements/<int:engagement_id>/numbers.csv")
@needs(Role.VIEWER)
def work_csv(engagement_id: int) -> Response:
    engagement = engagements.get(db(), engagement_id)
    return _csv(Scope(engagement_id=engagement.id))


def _of_everybody() -> Scope:
    return Scope(playbook_id=request.args.get("playbook", type=row_number))


def _period() -> Period:
    wished = request.args.get("period", "")
    return Period(wished) if wished in set(Period) else Period.QUARTER


def _found(scope: Scope) -> count.Figures:
    return count.of(db(), scope, _period(), reader=the_user(), firm=firm(), now=moment())


def _page(scope: Scope, engagement: Engagement | None = None) -> str:
    found, period, user = _found(scope), _period(), the_user()
    is_firm = scope == Scope()
    given: dict[str, Any] = {"engagement_id": engagement.id} if engagement else {}
    if scope.playbook_id is not None:
        given["playbook"] = scope.playbook_id
    endpoint = str(request.endpoint)
    return render_template(
        "staff/figures/numbers.html",
        found=found,
        tables={table.key: table for table in figure_tables.tables(found, period, today())},
        periods=[
            (known.value, t(text), url_for(endpoint, period=known.value, **given), None)
            for known, text in (
                (Period.MONTH, "numbers.period_month"),
                (Period.QUARTER, "numbers.period_quarter"),
                (Period.YEAR, "numbers.period_year"),
                (Period.ALL, "numbers.period_all"),
            )
        ],
        period=period.value,
        engagement=engagement,
        is_own=scope.owner_id is not None,
        playbooks=db().scalars(select(Playbook).order_by(Playbook.id)).all() if _sees_playbooks(scope) else [],
        playbook_id=scope.playbook_id,
        may_own=user.role.acts,
        compared=count.compare(db(), found) if is_firm and period is Period.ALL else None,
        csv_url=lambda **more: url_for(f"{endpoint}_csv", period=period.value, **given, **more),
        percent=figure_tables.percent,
        of_all=figure_tables.of_all,
        hours=figure_tables.hours,
        shown=_shown,
        marks={"good": "ok", "fair": "warn", "bad": "bad", "open": "quiet"},
    )


def _sees_playbooks(scope: Scope) -> bool:
    is_everybody = scope.owner_id is None and scope.engagement_id is None
    return is_everybody and the_user().role.leads


def _shown(cell: Cell) -> str:
    """A cell as the page says it."""
    if isinstance(cell, Mark):
        return cell.text
    if isinstance(cell, datetime):
        at = local(cell, firm().zone)
        return t("numbers.at", day=lang().short_day(at), time=lang().time(at))
    if isinstance(cell, date):
        return lang().short_day(cell)
    if isinstance(cell, timedelta):
        return figure_tables.hours(cell)
    return "–" if cell is None else str(cell)


def _csv(scope: Scope) -> Response:
    """The rows of one figure, or of all of them under one another, for a spreadsheet."""
    tables = figure_tables.tables(_found(scope), _period(), today())
    wished = request.args.get("figure", "")
    chosen = [table for table in tables if table.key == wished] if wished in KEYS else tables
    out = io.StringIO()
    writer = csv.writer(out, quoting=csv.QUOTE_ALL)
    headers = list(dict.fromkeys(header for table in chosen for header in table.headers))
    writer.writerow([t("numbers.figure"), t("work.reference"), t("work.client"), t("work.title"), *headers])
    for table in chosen:
        writer.writerows(_lines(table, headers))
    span = Span.of(_period(), now=moment(), zone=firm().zone)
    since = span.since.isoformat() if span.since else "all"
    name = f"numbers-{wished if wished in KEYS else 'all'}-{since}-{span.today.isoformat()}.csv"
    response = Response(BYTE_ORDER_MARK + out.getvalue(), mimetype="text/csv")
    response.headers.set("Content-Disposition", "attachment", filename=name)
    return response


def _lines(table: Table, headers: Sequence[str]) -> list[list[str]]:
    lines = []
    for engagement, cells in table.rows:
        known = dict(zip(table.headers, cells, strict=True))
        about = [table.title, engagement.reference, engagement.client.name, engagement.title]
        lines.append([_inert(text) for text in (*about, *(_plain(known.get(header)) for header in headers))])
    return lines


def _plain(cell: Cell) -> str:
    """A cell as a machine reads it: days and moments by ISO 8601 where the firm is, times as hours:minutes."""
    if isinstance(cell, Mark):
        return cell.text
    if isinstance(cell, datetime):
        return local(cell, firm().zone).isoformat(timespec="minutes")
    if isinstance(cell, date):
        return cell.isoformat()
    if isinstance(cell, timedelta):
        minutes = round(cell.total_seconds() / 60)
        return f"{minutes // 60}:{minutes % 60:02d}"
    return "" if cell is None else str(cell)


def _inert(text: str) -> str:
    """A text that no spreadsheet takes for a formula."""
    return f"'{text}" if text.lstrip(" ").startswith(FORMULA) else text
