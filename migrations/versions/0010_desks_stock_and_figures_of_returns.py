"""who changed a desk, what was found at a place, and the public numbers of returns."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None

JSON = postgresql.JSONB(astext_type=sa.Text())
MOMENT = sa.DateTime(timezone=True)


def upgrade():
    op.create_table(
        "desk_events",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("desk_id", sa.Integer(), nullable=False),
        sa.Column("at", MOMENT, nullable=False),
        sa.Column("by_user_id", sa.Integer(), nullable=True),
        sa.Column("action", sa.String(), nullable=False),
        sa.Column("details", JSON, nullable=False),
        sa.ForeignKeyConstraint(["desk_id"], ["desks.id"], name=op.f("fk_desk_events_desk_id")),
        sa.ForeignKeyConstraint(["by_user_id"], ["users.id"], name=op.f("fk_desk_events_by_user_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_desk_events")),
    )
    op.create_index(op.f("ix_desk_events_desk_id"), "desk_events", ["desk_id"])
    op.create_table(
        "stock_takes",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("holder", sa.String(), nullable=False),
        sa.Column("holder_id", sa.Integer(), nullable=False),
        sa.Column("at", MOMENT, nullable=False),
        sa.Column("by_user_id", sa.Integer(), nullable=False),
        sa.Column("expected", JSON, nullable=False),
        sa.Column("missing", JSON, nullable=False),
        sa.Column("unexpected", JSON, nullable=False),
        sa.Column("words", sa.String(), nullable=False),
        sa.Column("seen_at", MOMENT, nullable=True),
        sa.Column("seen_by_id", sa.Integer(), nullable=True),
        sa.CheckConstraint("holder IN ('shop', 'desk')", name=op.f("ck_stock_takes_at_a_place")),
        sa.CheckConstraint("(seen_at IS NULL) = (seen_by_id IS NULL)", name=op.f("ck_stock_takes_seen_by_somebody")),
        sa.ForeignKeyConstraint(["by_user_id"], ["users.id"], name=op.f("fk_stock_takes_by_user_id")),
        sa.ForeignKeyConstraint(["seen_by_id"], ["users.id"], name=op.f("fk_stock_takes_seen_by_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_stock_takes")),
    )
    op.create_index("ix_stock_takes_place", "stock_takes", ["holder", "holder_id", "at"])
    op.create_table(
        "return_figures",
        sa.Column("until", sa.Date(), nullable=False),
        sa.Column("division_code", sa.String(), nullable=False),
        sa.Column("trade", sa.String(), nullable=False),
        sa.Column("asked", sa.Integer(), nullable=False),
        sa.Column("accepted", sa.Integer(), nullable=False),
        sa.Column("paid", sa.Integer(), nullable=False),
        sa.Column("days", sa.Integer(), nullable=True),
        sa.CheckConstraint(
            "accepted <= asked AND paid <= asked", name=op.f("ck_return_figures_no_more_than_were_asked")
        ),
        sa.PrimaryKeyConstraint("until", "division_code", "trade", name=op.f("pk_return_figures")),
    )


def downgrade():
    op.drop_table("return_figures")
    op.drop_index("ix_stock_takes_place", table_name="stock_takes")
    op.drop_table("stock_takes")
    op.drop_index(op.f("ix_desk_events_desk_id"), table_name="desk_events")
    op.drop_table("desk_events")
