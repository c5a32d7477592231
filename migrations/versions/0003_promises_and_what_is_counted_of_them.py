"""promises: what became of each deadline, its earlier plans, and what is counted once in a while."""

import sqlalchemy as sa
from alembic import op

revision = '0003'
down_revision = '0002'
branch_labels = None
depends_on = None


PROMISES = """
CREATE VIEW promises AS
SELECT d.started_by_id || '/' || d.clock || '/' || d.version AS key, d.id AS deadline_id, d.version AS plan, d.case_id,
       d.clock, d.owes AS owner, COALESCE(d.office_id, c.office_id) AS office_id,
       CASE WHEN d.owes IN ('officer', 'supervisor') THEN COALESCE(d.officer_id, c.officer_id) END AS officer_id,
       CASE WHEN d.owes = 'merchant' THEN COALESCE(d.merchant_id, c.merchant_id) END AS merchant_id,
       d.due_at, d.fate, d.ended_at,
       CASE WHEN d.fate = 'renegotiated' THEN d.ended_by_id || '/' || d.clock || '/1' END AS successor, NULL AS cause
  FROM deadlines d JOIN cases c ON c.id = d.case_id
UNION ALL
SELECT d.started_by_id || '/' || d.clock || '/' || p.plan, d.id, p.plan, d.case_id,
       d.clock, d.owes, COALESCE(d.office_id, c.office_id),
       CASE WHEN d.owes IN ('officer', 'supervisor') THEN COALESCE(d.officer_id, c.officer_id) END,
       CASE WHEN d.owes = 'merchant' THEN COALESCE(d.merchant_id, c.merchant_id) END,
       p.due_at, 'renegotiated', p.replaced_at,
       d.started_by_id || '/' || d.clock || '/' || (p.plan + 1), p.cause
  FROM deadline_plans p JOIN deadlines d ON d.id = p.deadline_id JOIN cases c ON c.id = d.case_id
"""

# What ended before promises had a fate gets the one that rules/promises.py would have given it.
FATES = """
UPDATE deadlines d SET
  office_id = c.office_id,
  officer_id = CASE WHEN d.owes IN ('officer', 'supervisor') THEN c.officer_id END,
  merchant_id = CASE WHEN d.owes = 'merchant' THEN c.merchant_id END,
  fate = CASE
    WHEN d.ending = 'cancelled' THEN 'released'
    WHEN d.ending = 'lapsed' OR d.ended_at >= d.due_at THEN 'broken'
    WHEN EXISTS (SELECT 1 FROM deadlines n WHERE n.started_by_id = d.ended_by_id AND n.clock = d.clock) THEN 'renegotiated'
    WHEN d.clock = 'performance' AND e.action IN ('report_performance', 'confirm') THEN 'kept'
    WHEN d.owes = 'tourist' AND split_part(e.by, ':', 1) IN ('tourist', 'partner') THEN 'kept'
    WHEN d.owes = 'merchant' AND split_part(e.by, ':', 1) IN ('merchant', 'counter') THEN 'kept'
    WHEN d.owes IN ('officer', 'supervisor') AND split_part(e.by, ':', 1) IN ('officer', 'supervisor') THEN 'kept'
    ELSE 'released'
  END
FROM cases c, case_events e
WHERE c.id = d.case_id AND e.id = COALESCE(d.ended_by_id, d.started_by_id) AND d.ended_at IS NOT NULL
"""

# Letters that were written before: each names the deadline whose moment it carries, or that there was no row yet.
LETTERS = """
UPDATE messages m SET slots = m.slots || jsonb_build_object('promise', COALESCE(
  (SELECT d.started_by_id || '/' || d.clock || '/' || d.version FROM deadlines d
    WHERE d.case_id = m.case_id AND d.clock = m.slots ->> 'clock'
      AND d.due_at = (m.slots ->> 'due_at')::timestamptz ORDER BY d.id DESC LIMIT 1),
  'before promises were kept'))
WHERE m.slots ->> 'due_at' IS NOT NULL
"""


def upgrade():
    op.add_column('deadlines', sa.Column('fate', sa.String(), nullable=True))
    for name, table in (('office_id', 'offices'), ('officer_id', 'users'), ('merchant_id', 'merchants')):
        op.add_column('deadlines', sa.Column(name, sa.Integer(), nullable=True))
        op.create_foreign_key(op.f(f'fk_deadlines_{name}'), 'deadlines', table, [name], ['id'])
    op.execute(FATES)
    op.create_check_constraint(op.f('ck_deadlines_fate_known'), 'deadlines', "fate IN ('kept', 'broken', 'renegotiated', 'released')")
    op.create_check_constraint(op.f('ck_deadlines_a_running_promise_has_no_fate'), 'deadlines', "fate IS NULL OR ended_at IS NOT NULL")
    op.create_index('ix_deadlines_ended', 'deadlines', ['ended_at'], unique=False, postgresql_where=sa.text("fate IS NOT NULL"))
    op.create_table('deadline_plans',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('deadline_id', sa.Integer(), nullable=False),
    sa.Column('plan', sa.Integer(), nullable=False),
    sa.Column('due_on', sa.Date(), nullable=False),
    sa.Column('due_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('replaced_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('cause', sa.String(), nullable=False),
    sa.CheckConstraint("cause IN ('departure', 'calendar', 'rule', 'pause', 'agreement')", name=op.f('ck_deadline_plans_cause_known')),
    sa.ForeignKeyConstraint(['deadline_id'], ['deadlines.id'], name=op.f('fk_deadline_plans_deadline_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_deadline_plans')),
    sa.UniqueConstraint('deadline_id', 'plan', name=op.f('uq_deadline_plans_deadline_id_plan'))
    )
    op.execute(PROMISES)
    op.execute(LETTERS)
    op.create_check_constraint(op.f('ck_messages_no_time_without_a_promise'), 'messages', "slots ->> 'due_at' IS NULL OR slots ->> 'promise' IS NOT NULL")
    op.create_table('tallies',
    sa.Column('name', sa.String(), nullable=False),
    sa.Column('counted_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('counted_to', sa.Date(), nullable=True),
    sa.PrimaryKeyConstraint('name', name=op.f('pk_tallies'))
    )
    op.create_table('promise_counts',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('day', sa.Date(), nullable=False),
    sa.Column('clock', sa.String(), nullable=False),
    sa.Column('owes', sa.String(), nullable=False),
    sa.Column('office_id', sa.Integer(), nullable=True),
    sa.Column('officer_id', sa.Integer(), nullable=True),
    sa.Column('merchant_id', sa.Integer(), nullable=True),
    sa.Column('kept', sa.Integer(), nullable=False),
    sa.Column('broken', sa.Integer(), nullable=False),
    sa.Column('renegotiated', sa.Integer(), nullable=False),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_promise_counts'))
    )
    op.create_index('ix_promise_counts_day', 'promise_counts', ['day'], unique=False)
    op.create_index('ix_promise_counts_office', 'promise_counts', ['office_id', 'day'], unique=False)
    op.create_index('ix_promise_counts_merchant', 'promise_counts', ['merchant_id', 'day'], unique=False)
    op.create_table('odds_counts',
    sa.Column('category', sa.String(), nullable=False),
    sa.Column('trade', sa.String(), nullable=False),
    sa.Column('region', sa.String(), nullable=False),
    sa.Column('band', sa.Integer(), autoincrement=False, nullable=False),
    sa.Column('cases', sa.Integer(), nullable=False),
    sa.Column('ended', sa.Integer(), nullable=False),
    sa.CheckConstraint('ended BETWEEN 0 AND cases', name=op.f('ck_odds_counts_no_more_ended_than_there_are')),
    sa.PrimaryKeyConstraint('category', 'trade', 'region', 'band', name=op.f('pk_odds_counts'))
    )


def downgrade():
    op.drop_table('odds_counts')
    op.drop_table('promise_counts')
    op.drop_table('tallies')
    op.drop_constraint(op.f('ck_messages_no_time_without_a_promise'), 'messages', type_='check')
    op.execute("UPDATE messages SET slots = slots - 'promise' WHERE slots ? 'promise'")
    op.execute('DROP VIEW promises')
    op.drop_table('deadline_plans')
    op.drop_index('ix_deadlines_ended', table_name='deadlines')
    op.drop_constraint(op.f('ck_deadlines_a_running_promise_has_no_fate'), 'deadlines', type_='check')
    op.drop_constraint(op.f('ck_deadlines_fate_known'), 'deadlines', type_='check')
    for name in ('merchant_id', 'officer_id', 'office_id'):
        op.drop_column('deadlines', name)
    op.drop_column('deadlines', 'fate')
