"""Extension objects, not bound to an application yet."""

from flask_wtf.csrf import CSRFProtect

csrf = CSRFProtect()
