"""The web application: `create_app(settings)` and nothing else."""
