"""words are found among the newest cases first, visitors by their address, and messages of robots and digests among very many mails."""

import sqlalchemy as sa
from alembic import op

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None


def upgrade():
    op.drop_index("ix_cases_search", table_name="cases", postgresql_using="gin")
    op.create_index(
        "ix_cases_search",
        "cases",
        [sa.text("(search || array_to_tsvector(ARRAY['~'::text || ((id / 4096))::text, '^'::text || ((id / 16384))::text]))")],
        postgresql_using="gin",
    )
    op.create_index("ix_contacts_email", "contacts", [sa.text("lower(email)")])
    op.create_index(
        "ix_messages_due_robots",
        "messages",
        ["next_try_at"],
        postgresql_where=sa.text("state = 'due' AND channel <> 'mail'"),
    )
    op.create_index(
        "ix_messages_due_digests", "messages", ["next_try_at"], postgresql_where=sa.text("state = 'due' AND for_digest")
    )


def downgrade():
    op.drop_index("ix_messages_due_digests", table_name="messages")
    op.drop_index("ix_messages_due_robots", table_name="messages")
    op.drop_index("ix_contacts_email", table_name="contacts")
    op.drop_index("ix_cases_search", table_name="cases", postgresql_using="gin")
    op.create_index("ix_cases_search", "cases", ["search"], postgresql_using="gin")
