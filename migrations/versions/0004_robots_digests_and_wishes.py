"""Robots, digests, and how people want to be told."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = '0004'
down_revision = '0003'
branch_labels = None
depends_on = None

OWNERS = ('users', 'shops', 'merchants', 'offices')
BARE = "template IN ('case-link', 'case-news')"


def upgrade():
    op.create_table('robots',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('channel', sa.String(), nullable=False),
    sa.Column('token', sa.String(), nullable=True),
    sa.Column('secret', sa.String(), nullable=True),
    sa.Column('made_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('removed_at', sa.DateTime(timezone=True), nullable=True),
    sa.CheckConstraint("channel IN ('wecombot', 'dingtalk', 'feishu')", name=op.f('ck_robots_channel_known')),
    sa.CheckConstraint("(removed_at IS NULL) = (token IS NOT NULL)", name=op.f('ck_robots_removed_without_its_token')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_robots'))
    )
    for owner in OWNERS:
        op.add_column(owner, sa.Column('notices', postgresql.JSONB(), server_default='{}', nullable=False))
    op.add_column('messages', sa.Column('channel', sa.String(), server_default='mail', nullable=False))
    op.add_column('messages', sa.Column('for_digest', sa.Boolean(), server_default=sa.text('false'), nullable=False))
    op.add_column('messages', sa.Column('digest_id', sa.Integer(), nullable=True))
    op.create_foreign_key(op.f('fk_messages_digest_id'), 'messages', 'messages', ['digest_id'], ['id'])
    op.drop_constraint(op.f('ck_messages_state_known'), 'messages')
    op.create_check_constraint(op.f('ck_messages_state_known'), 'messages', "state IN ('due', 'gathered', 'sent', 'given_up', 'cancelled')")
    op.create_check_constraint(op.f('ck_messages_channel_known'), 'messages', "channel IN ('mail', 'wecombot', 'dingtalk', 'feishu')")
    op.create_check_constraint(op.f('ck_messages_gathered_into_a_digest'), 'messages', "state <> 'gathered' OR digest_id IS NOT NULL")
    op.create_index('ix_messages_digest_id', 'messages', ['digest_id'], unique=False, postgresql_where=sa.text('digest_id IS NOT NULL'))
    op.create_index('ix_messages_bare', 'messages', [sa.text('lower(address)'), 'created_at'], unique=False, postgresql_where=sa.text(BARE))


def downgrade():
    # Without digests what waits for one goes by itself, and without robots there are only mails.
    op.drop_index('ix_messages_bare', table_name='messages')
    op.drop_index('ix_messages_digest_id', table_name='messages')
    op.drop_constraint(op.f('ck_messages_gathered_into_a_digest'), 'messages')
    op.drop_constraint(op.f('ck_messages_channel_known'), 'messages')
    op.drop_constraint(op.f('fk_messages_digest_id'), 'messages')
    op.execute("UPDATE messages SET state = 'due' WHERE state = 'gathered'")
    op.execute("UPDATE messages SET state = 'cancelled' WHERE state IN ('due', 'given_up') AND (channel <> 'mail' OR template = 'digest')")
    op.drop_constraint(op.f('ck_messages_state_known'), 'messages')
    op.create_check_constraint(op.f('ck_messages_state_known'), 'messages', "state IN ('due', 'sent', 'given_up', 'cancelled')")
    op.drop_column('messages', 'digest_id')
    op.drop_column('messages', 'for_digest')
    op.drop_column('messages', 'channel')
    for owner in reversed(OWNERS):
        op.drop_column(owner, 'notices')
    op.drop_table('robots')
