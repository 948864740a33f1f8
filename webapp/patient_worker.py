"""gunicorn's worker with threads, which lets nobody hold a thread by half a request."""

from typing import Any

from gunicorn.workers.gthread import ThreadWorker  # type: ignore[import-untyped]

from webapp.deadlines import deadline

HEAD_SECONDS = 10.0


class PatientWorker(ThreadWorker):  # type: ignore[misc]
    """The head of a request must have come within ten seconds; for a body see `deadlines`."""

    def handle(self, conn: Any) -> Any:
        conn.deadline = deadline(conn.sock, HEAD_SECONDS)
        try:
            return super().handle(conn)
        finally:
            conn.deadline.cancel()

    def handle_request(self, req: Any, conn: Any) -> Any:
        conn.deadline.cancel()
        return super().handle_request(req, conn)
