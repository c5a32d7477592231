"""what an authority did with a case, the hours of each service standard, and deadlines that have to be counted again."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = '0005'
down_revision = '0004'
branch_labels = None
depends_on = None


def upgrade():
    op.create_table('authority_facts',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('case_id', sa.Integer(), nullable=False),
    sa.Column('referral_id', sa.Integer(), nullable=False),
    sa.Column('event_id', sa.Integer(), nullable=False),
    sa.Column('kind', sa.String(), nullable=False),
    sa.Column('on', sa.Date(), nullable=False),
    sa.Column('until', sa.Date(), nullable=True),
    sa.Column('length', sa.Integer(), nullable=True),
    sa.Column('unit', sa.String(), nullable=True),
    sa.Column('ground', sa.String(), nullable=True),
    sa.Column('text_id', sa.Integer(), nullable=True),
    sa.Column('removed_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('removed_by_id', sa.Integer(), nullable=True),
    sa.CheckConstraint("kind IN ('collected', 'sent_to_odr', 'odr_over', 'received', 'competence_disputed', 'competence_settled', 'fund_received', 'fund_decided', 'forwarded', 'operator_notified', 'operator_replied', 'accepted', 'refused', 'test_began', 'test_ended', 'breach_found', 'breach_extended', 'breach_decided', 'report_received', 'report_extended', 'report_decided', 'ended', 'end_notice', 'asked')", name=op.f('ck_authority_facts_kind_known')),
    sa.CheckConstraint("ground IN ('A', 'B', 'C', 'D', 'E', 'F', 'G', '1', '2', '3', '4', '5', '6', '7', '8')", name=op.f('ck_authority_facts_ground_known')),
    sa.CheckConstraint("unit IN ('WD', 'CD', 'MONTH')", name=op.f('ck_authority_facts_unit_known')),
    sa.CheckConstraint('until >= "on"', name=op.f('ck_authority_facts_until_in_order')),
    sa.CheckConstraint('(length IS NULL) = (unit IS NULL)', name=op.f('ck_authority_facts_a_length_has_a_unit')),
    sa.CheckConstraint('(removed_at IS NULL) = (removed_by_id IS NULL)', name=op.f('ck_authority_facts_taken_back_by_a_step')),
    sa.ForeignKeyConstraint(['case_id'], ['cases.id'], name=op.f('fk_authority_facts_case_id')),
    sa.ForeignKeyConstraint(['referral_id'], ['referrals.id'], name=op.f('fk_authority_facts_referral_id')),
    sa.ForeignKeyConstraint(['event_id'], ['case_events.id'], name=op.f('fk_authority_facts_event_id')),
    sa.ForeignKeyConstraint(['text_id'], ['case_texts.id'], name=op.f('fk_authority_facts_text_id')),
    sa.ForeignKeyConstraint(['removed_by_id'], ['case_events.id'], name=op.f('fk_authority_facts_removed_by_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_authority_facts'))
    )
    op.create_index(op.f('ix_authority_facts_case_id'), 'authority_facts', ['case_id'], unique=False)
    op.add_column('deadlines', sa.Column('fact_id', sa.Integer(), nullable=True))
    op.add_column('deadlines', sa.Column('paused_since', sa.Date(), nullable=True))
    op.create_foreign_key(op.f('fk_deadlines_fact_id'), 'deadlines', 'authority_facts', ['fact_id'], ['id'])
    op.create_index(op.f('ix_deadlines_fact_id'), 'deadlines', ['fact_id'], unique=False)
    op.create_table('recounts',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('reason', sa.String(), nullable=False),
    sa.Column('by', sa.String(), nullable=False),
    sa.Column('made_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('calendar_version', sa.String(), nullable=True),
    sa.Column('days', postgresql.JSONB(astext_type=sa.Text()), nullable=False),
    sa.Column('first_day', sa.Date(), nullable=True),
    sa.Column('last_day', sa.Date(), nullable=True),
    sa.Column('counted', sa.Integer(), nullable=False),
    sa.Column('moved', sa.Integer(), nullable=False),
    sa.Column('finished_at', sa.DateTime(timezone=True), nullable=True),
    sa.CheckConstraint("reason IN ('calendar', 'standard')", name=op.f('ck_recounts_reason_known')),
    sa.CheckConstraint("(reason = 'calendar') = (calendar_version IS NOT NULL)", name=op.f('ck_recounts_a_calendar_has_its_version')),
    sa.CheckConstraint('(first_day IS NULL) = (last_day IS NULL)', name=op.f('ck_recounts_days_in_order')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_recounts'))
    )
    op.create_index('ix_recounts_open', 'recounts', ['id'], unique=False, postgresql_where=sa.text('finished_at IS NULL'))
    # Until now the hours stood in the program: every version that is stored ran in these.
    op.add_column('service_standards', sa.Column('opens', sa.Time(), nullable=True))
    op.add_column('service_standards', sa.Column('closes', sa.Time(), nullable=True))
    op.execute("UPDATE service_standards SET opens = '08:30', closes = '22:00' WHERE hours = 'duty'")
    op.execute("UPDATE service_standards SET opens = '10:00', closes = '22:00' WHERE hours = 'opening'")
    op.create_check_constraint(op.f('ck_service_standards_hours_open_and_close'), 'service_standards', '(opens IS NULL) = (closes IS NULL)')
    op.create_check_constraint(op.f('ck_service_standards_hours_of_its_own'), 'service_standards', "(hours = 'elapsed') = (opens IS NULL)")


def downgrade():
    op.drop_constraint(op.f('ck_service_standards_hours_of_its_own'), 'service_standards', type_='check')
    op.drop_constraint(op.f('ck_service_standards_hours_open_and_close'), 'service_standards', type_='check')
    op.drop_column('service_standards', 'closes')
    op.drop_column('service_standards', 'opens')
    op.drop_index('ix_recounts_open', table_name='recounts', postgresql_where=sa.text('finished_at IS NULL'))
    op.drop_table('recounts')
    op.drop_index(op.f('ix_deadlines_fact_id'), table_name='deadlines')
    op.drop_constraint(op.f('fk_deadlines_fact_id'), 'deadlines', type_='foreignkey')
    op.drop_column('deadlines', 'paused_since')
    op.drop_column('deadlines', 'fact_id')
    op.drop_index(op.f('ix_authority_facts_case_id'), table_name='authority_facts')
    op.drop_table('authority_facts')
