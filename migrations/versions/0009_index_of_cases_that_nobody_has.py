"""an index of the open cases that nobody has, so that their count does not read all cases of an office."""

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None

OPEN = "'received', 'triage', 'liaison', 'awaiting_tourist', 'with_merchant', 'offered', 'mediation', 'proposed', 'settled', 'referral_ready', 'referred', 'requested', 'approved', 'refused', 'handed_over', 'goods_received', 'rejected', 'refund_due', 'refunded'"


def upgrade():
    op.create_index(
        "ix_cases_unassigned",
        "cases",
        ["office_id", "slack_at"],
        postgresql_where=sa.text(f"officer_id IS NULL AND state IN ({OPEN})"),
    )


def downgrade():
    op.drop_index("ix_cases_unassigned", table_name="cases")
