"""Every route says who may open it, and every exemption from the CSRF token is named here."""

from flask import Flask

from tests.webapp.conftest import app, shared_app  # noqa: F401 - fixtures of the pages' tests
from webapp.access import rule_of
from webapp.extensions import csrf

ROUTES = """
public  api_health.healthz api_health.metrics api_health.readyz api_health.robots
public  client_fresh_link.ask client_fresh_link.send
public  dev_inbox.as_json dev_inbox.body dev_inbox.index
public  staff_settings.brand static
public  staff_sign_in.accept staff_sign_in.ask staff_sign_in.check_code staff_sign_in.code staff_sign_in.invitation
public  staff_sign_in.link staff_sign_in.press staff_sign_in.send
token   client_dates_file.download client_page.reply client_page.show
token   client_preferences.language client_preferences.mails
token   client_preferences.unsubscribe client_preferences.unsubscribe_now
token   mail_dates.move mail_dates.preview mail_dates.submit
token   mail_checkpoints.draft mail_checkpoints.edit mail_checkpoints.index
token   mail_checkpoints.preview mail_checkpoints.submit
token   mail_date_questions.say mail_replies.answer_beside_form
viewer  staff_clients.index staff_clients.show staff_engagements.index staff_engagements.show
viewer  staff_figures.show staff_figures.show_csv staff_figures.work staff_figures.work_csv
viewer  staff_dates.index
viewer  staff_replies.show staff_outbox.body staff_outbox.index staff_outbox.show
viewer  staff_people.choose_language staff_people.end_browser staff_people.me
viewer  staff_settings.edit staff_sign_in.leave staff_today.show
staff   staff_absences.mine staff_absences.remove_mine
staff   staff_bulk.show staff_bulk.take_back
staff   staff_checkpoints.draft staff_checkpoints.edit staff_checkpoints.index
staff   staff_checkpoints.preview staff_checkpoints.submit
staff   staff_date_questions.say
staff   staff_clients.add_contact staff_clients.contact staff_clients.country
staff   staff_dates.add staff_dates.agree staff_dates.came staff_dates.done staff_dates.drop staff_dates.move
staff   staff_dates.place staff_dates.preview staff_dates.stage staff_dates.submit staff_dates.take_up staff_dates.undo
staff   staff_delays.index staff_delays.move
staff   staff_engagements.add_person staff_engagements.close staff_engagements.go_live staff_engagements.owner
staff   staff_engagements.rest staff_engagements.resume staff_engagements.rhythm
staff   staff_figures.mine staff_figures.mine_csv
staff   staff_replies.answer staff_replies.answer_beside_form staff_links.hand_over staff_links.revoke
staff   staff_telling.show staff_telling.by_phone
staff   staff_new_engagement.create staff_new_engagement.new
staff   staff_outbox.again staff_outbox.arrived
staff   staff_gallery.body staff_gallery.index staff_gallery.send staff_gallery.sentences
staff   staff_today.acknowledge staff_today.task_done
staff   staff_updates.correct staff_updates.edit
manager staff_calendar.add_day staff_calendar.add_season staff_calendar.close_tomorrow staff_calendar.country
manager staff_calendar.index staff_calendar.load_file staff_calendar.remove_day staff_calendar.remove_files
manager staff_calendar.remove_season staff_calendar.say_holiday staff_calendar.swap staff_calendar.week
manager staff_notices.body staff_notices.send staff_notices.show
manager staff_engagements.all_live staff_engagements.no_news staff_today.resume_sending
admin   staff_absences.remove_theirs staff_absences.theirs
admin   staff_imports.create staff_imports.new
admin   staff_people.edit staff_people.index staff_people.invite staff_people.invite_again
admin   staff_playbooks.edit staff_playbooks.index staff_playbooks.new
admin   staff_settings.save staff_zone.change staff_zone.show
"""
"""Who may open what, in one place: a new route is written here too, by somebody who thought about it."""

WITHOUT_CSRF_TOKEN = {
    "client_fresh_link", "client_page", "client_preferences", "mail_checkpoints", "mail_dates", "mail_date_questions",
    "mail_replies",
    "webapp.staff.people.sign_in.accept", "webapp.staff.people.sign_in.press",
}  # fmt: skip
"""Pages opened from a mail: the token in the address is the proof. A fresh link is asked for without any cookie."""


def test_every_route_has_the_rule_written_here(app: Flask) -> None:  # noqa: F811 - the fixture
    written = {
        endpoint: words[0] for line in ROUTES.strip().splitlines() for words in [line.split()] for endpoint in words[1:]
    }

    real = {rule.endpoint: str(rule_of(app, rule.endpoint)) for rule in app.url_map.iter_rules()}

    assert real == written


def test_only_pages_opened_from_a_mail_go_without_the_csrf_token() -> None:
    exempt = {name if isinstance(name, str) else name.name for name in (*csrf._exempt_views, *csrf._exempt_blueprints)}

    assert exempt == WITHOUT_CSRF_TOKEN


def test_no_view_answers_to_more_than_looking_and_acting(app: Flask) -> None:  # noqa: F811 - the fixture
    methods = {method for rule in app.url_map.iter_rules() for method in rule.methods or ()}

    assert methods == {"GET", "HEAD", "OPTIONS", "POST"}
