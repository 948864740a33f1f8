"""The schema's history; `milepost db upgrade` brings a database to its head."""
