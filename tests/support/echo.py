"""The smallest application whose bodies are read as ours are, for a real gunicorn."""

from flask import Flask, request

from webapp import transactions

app = Flask(__name__)
transactions.init_app(app)


@app.route("/", methods=["GET", "POST"])
def echo() -> str:
    return f"{len(request.form)} fields"
