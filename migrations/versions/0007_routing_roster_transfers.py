"""routing tables and the rules that led a case, the roster of the staff, and transfers between offices."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = '0007'
down_revision = '0006'
branch_labels = None
depends_on = None


def upgrade():
    op.create_table('routing_tables',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('version', sa.Integer(), nullable=False),
    sa.Column('in_force_from', sa.DateTime(timezone=True), nullable=True),
    sa.Column('loaded_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('by', sa.String(), nullable=False),
    sa.Column('source', sa.String(), nullable=False),
    sa.Column('note', sa.String(), nullable=False),
    sa.Column('bodies', postgresql.JSONB(astext_type=sa.Text()), nullable=False),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_routing_tables')),
    sa.UniqueConstraint('version', name=op.f('uq_routing_tables_version'))
    )
    op.create_table('routing_rules',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('table_id', sa.Integer(), nullable=False),
    sa.Column('position', sa.Integer(), nullable=False),
    sa.Column('part', sa.String(), nullable=False),
    sa.Column('rule_id', sa.String(), nullable=False),
    sa.Column('rule_version', sa.Integer(), nullable=False),
    sa.Column('conditions', postgresql.JSONB(astext_type=sa.Text()), nullable=False),
    sa.Column('gives', sa.String(), nullable=False),
    sa.Column('level', sa.String(), nullable=True),
    sa.Column('line', sa.String(), nullable=False),
    sa.Column('also', postgresql.JSONB(astext_type=sa.Text()), nullable=False),
    sa.Column('instrument', sa.String(), nullable=False),
    sa.Column('standing', sa.String(), nullable=False),
    sa.Column('reason_en', sa.String(), nullable=False),
    sa.Column('reason_zh', sa.String(), nullable=False),
    sa.Column('source', sa.String(), nullable=False),
    sa.CheckConstraint("part IN ('office', 'authority', 'priority')", name=op.f('ck_routing_rules_part_known')),
    sa.CheckConstraint("level IN ('county', 'city', 'nation')", name=op.f('ck_routing_rules_level_known')),
    sa.CheckConstraint("standing IN ('verified', 'secondary', 'unverified')", name=op.f('ck_routing_rules_standing_known')),
    sa.ForeignKeyConstraint(['table_id'], ['routing_tables.id'], name=op.f('fk_routing_rules_table_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_routing_rules')),
    sa.UniqueConstraint('table_id', 'position', name=op.f('uq_routing_rules_table_id_position')),
    sa.UniqueConstraint('table_id', 'rule_id', name=op.f('uq_routing_rules_table_id_rule_id'))
    )
    op.add_column('cases', sa.Column('routing', postgresql.JSONB(astext_type=sa.Text()), nullable=True))
    op.drop_column('offices', 'division_codes')
    op.create_table('shifts',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('user_id', sa.Integer(), nullable=False),
    sa.Column('weekday', sa.Integer(), nullable=False),
    sa.Column('starts', sa.Time(), nullable=False),
    sa.Column('ends', sa.Time(), nullable=False),
    sa.Column('duty', sa.Boolean(), nullable=False),
    sa.CheckConstraint('weekday BETWEEN 0 AND 6', name=op.f('ck_shifts_weekday_known')),
    sa.ForeignKeyConstraint(['user_id'], ['users.id'], name=op.f('fk_shifts_user_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_shifts')),
    sa.UniqueConstraint('user_id', 'weekday', 'starts', name=op.f('uq_shifts_user_id_weekday_starts'))
    )
    op.create_index(op.f('ix_shifts_user_id'), 'shifts', ['user_id'], unique=False)
    op.create_table('absences',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('user_id', sa.Integer(), nullable=False),
    sa.Column('starts_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('ends_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('reason', sa.String(), nullable=False),
    sa.Column('made_by_id', sa.Integer(), nullable=True),
    sa.Column('made_at', sa.DateTime(timezone=True), nullable=False),
    sa.CheckConstraint('ends_at > starts_at', name=op.f('ck_absences_ends_after_it_starts')),
    sa.ForeignKeyConstraint(['made_by_id'], ['users.id'], name=op.f('fk_absences_made_by_id')),
    sa.ForeignKeyConstraint(['user_id'], ['users.id'], name=op.f('fk_absences_user_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_absences'))
    )
    op.create_index('ix_absences_times', 'absences', ['ends_at', 'starts_at'], unique=False)
    op.create_index(op.f('ix_absences_user_id'), 'absences', ['user_id'], unique=False)
    op.create_table('transfers',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('case_id', sa.Integer(), nullable=False),
    sa.Column('deadline_id', sa.Integer(), nullable=False),
    sa.Column('from_office_id', sa.Integer(), nullable=False),
    sa.Column('to_office_id', sa.Integer(), nullable=False),
    sa.Column('proposed_by_id', sa.Integer(), nullable=True),
    sa.Column('proposed_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('reason_id', sa.Integer(), nullable=False),
    sa.Column('answer', sa.String(), nullable=True),
    sa.Column('answered_by_id', sa.Integer(), nullable=True),
    sa.Column('answered_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('answer_text_id', sa.Integer(), nullable=True),
    sa.CheckConstraint('from_office_id <> to_office_id', name=op.f('ck_transfers_to_another_office')),
    sa.CheckConstraint("answer IN ('accepted', 'returned', 'withdrawn')", name=op.f('ck_transfers_answer_known')),
    sa.CheckConstraint('(answer IS NULL) = (answered_at IS NULL)', name=op.f('ck_transfers_answered_at_a_moment')),
    sa.ForeignKeyConstraint(['answer_text_id'], ['case_texts.id'], name=op.f('fk_transfers_answer_text_id')),
    sa.ForeignKeyConstraint(['answered_by_id'], ['users.id'], name=op.f('fk_transfers_answered_by_id')),
    sa.ForeignKeyConstraint(['case_id'], ['cases.id'], name=op.f('fk_transfers_case_id')),
    sa.ForeignKeyConstraint(['deadline_id'], ['deadlines.id'], name=op.f('fk_transfers_deadline_id')),
    sa.ForeignKeyConstraint(['from_office_id'], ['offices.id'], name=op.f('fk_transfers_from_office_id')),
    sa.ForeignKeyConstraint(['proposed_by_id'], ['users.id'], name=op.f('fk_transfers_proposed_by_id')),
    sa.ForeignKeyConstraint(['reason_id'], ['case_texts.id'], name=op.f('fk_transfers_reason_id')),
    sa.ForeignKeyConstraint(['to_office_id'], ['offices.id'], name=op.f('fk_transfers_to_office_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_transfers')),
    sa.UniqueConstraint('deadline_id', name=op.f('uq_transfers_deadline_id'))
    )
    op.create_index(op.f('ix_transfers_case_id'), 'transfers', ['case_id'], unique=False)
    op.create_index(op.f('ix_transfers_to_office_id'), 'transfers', ['to_office_id'], unique=False)


def downgrade():
    op.drop_table('transfers')
    op.drop_table('absences')
    op.drop_table('shifts')
    op.add_column('offices', sa.Column('division_codes', postgresql.JSONB(astext_type=sa.Text()), server_default='[]', nullable=False))
    op.alter_column('offices', 'division_codes', server_default=None)
    # What the seeds of that version would set; without it the desks at the business districts would take no case of their own.
    op.execute("UPDATE offices SET division_codes = '[\"500103\"]' WHERE code = 'CQ-JFB'")
    op.execute("UPDATE offices SET division_codes = '[\"510104\"]' WHERE code = 'SC-CXL'")
    op.drop_column('cases', 'routing')
    op.drop_table('routing_rules')
    op.drop_table('routing_tables')
