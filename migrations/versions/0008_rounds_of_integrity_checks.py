"""rounds of integrity checks: what the system found when it looked through its own data."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = '0008'
down_revision = '0007'
branch_labels = None
depends_on = None


def upgrade():
    op.create_table('integrity_rounds',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('histories', sa.Boolean(), nullable=False),
    sa.Column('found', postgresql.JSONB(astext_type=sa.Text()), nullable=False),
    sa.Column('events_to', sa.Integer(), nullable=False),
    sa.Column('cases_to', sa.Integer(), nullable=False),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_integrity_rounds'))
    )
    op.create_index('ix_integrity_rounds_at', 'integrity_rounds', ['at'], unique=False)
    op.create_index('ix_integrity_rounds_histories', 'integrity_rounds', ['id'], unique=False, postgresql_where=sa.text('histories'))


def downgrade():
    op.drop_index('ix_integrity_rounds_histories', table_name='integrity_rounds', postgresql_where=sa.text('histories'))
    op.drop_index('ix_integrity_rounds_at', table_name='integrity_rounds')
    op.drop_table('integrity_rounds')
