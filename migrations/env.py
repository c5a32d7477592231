"""How Alembic reaches the application's database and knows its tables."""

from alembic import context
from flask import current_app

import disputes.models  # noqa: F401
from disputes.db import Base

engine = current_app.extensions["migrate"].db.engine


def run() -> None:
    with engine.connect() as connection:
        context.configure(
            connection=connection, target_metadata=Base.metadata, compare_type=True, compare_server_default=False
        )
        with context.begin_transaction():
            context.run_migrations()


run()
