"""what came to a desk and left it on a day is found without reading all entries."""

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None


def upgrade():
    op.create_index("ix_custody_came_to_desk", "custody", ["taker_id", "at"], postgresql_where=sa.text("taker = 'desk'"))
    op.create_index("ix_custody_left_desk", "custody", ["giver_id", "at"], postgresql_where=sa.text("giver = 'desk'"))


def downgrade():
    op.drop_index("ix_custody_left_desk", table_name="custody")
    op.drop_index("ix_custody_came_to_desk", table_name="custody")
