"""an index of the open cases that nobody has, so that their count does not read all cases of an office."""

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None


def upgrade():
    op.create_index(
        "ix_cases_unassigned",
        "cases",
        ["office_id", "slack_at"],
        postgresql_where=sa.text("officer_id IS NULL AND state <> 'closed'"),
    )


def downgrade():
    op.drop_index("ix_cases_unassigned", table_name="cases")
