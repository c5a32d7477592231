"""Returns: purchases and their items, who holds them, refunds, tax refunds, and the desks that take goods in."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = '0006'
down_revision = '0005'
branch_labels = None
depends_on = None

OPEN_BEFORE = "state IN ('received', 'triage', 'liaison', 'awaiting_tourist', 'with_merchant', 'offered', 'mediation', 'proposed', 'settled', 'referral_ready', 'referred')"
OPEN = "state <> 'closed'"
STATES_BEFORE = "'received', 'triage', 'liaison', 'awaiting_tourist', 'with_merchant', 'offered', 'mediation', 'proposed', 'settled', 'referral_ready', 'referred', 'closed'"
STATES = "'received', 'triage', 'liaison', 'awaiting_tourist', 'with_merchant', 'offered', 'mediation', 'proposed', 'settled', 'referral_ready', 'referred', 'requested', 'approved', 'refused', 'handed_over', 'goods_received', 'rejected', 'refund_due', 'refunded', 'closed'"
OUTCOMES_BEFORE = "'resolved', 'waived', 'performed_unconfirmed', 'dormant', 'withdrawn', 'no_agreement', 'referred_ended', 'out_of_scope', 'duplicate', 'emergency_handed_over'"
OUTCOMES = "'resolved', 'waived', 'performed_unconfirmed', 'dormant', 'withdrawn', 'no_agreement', 'referred_ended', 'out_of_scope', 'duplicate', 'emergency_handed_over', 'became_dispute'"
INDEXES = (
    ('ix_cases_queue', ['office_id', 'slack_at'], '{}'),
    ('ix_cases_officer', ['officer_id', 'slack_at'], '{}'),
    ('ix_cases_open', ['slack_at'], '{}'),
    ('ix_cases_emergencies', ['slack_at'], 'emergency AND {}'),
    ('ix_cases_waiting', ['waiting_on', 'slack_at'], '{}'),
    ('ix_cases_leaving', ['departure_at'], 'remote_since IS NULL AND {}'),
)


def known(states, outcomes, opened):
    """Let the table of cases know these states and outcomes."""
    op.drop_constraint(op.f('ck_cases_state_known'), 'cases')
    op.create_check_constraint(op.f('ck_cases_state_known'), 'cases', f"state IN ({states})")
    op.drop_constraint(op.f('ck_cases_outcome_known'), 'cases')
    op.create_check_constraint(op.f('ck_cases_outcome_known'), 'cases', f"outcome IS NULL OR outcome IN ({outcomes})")
    for name, columns, where in INDEXES:
        op.drop_index(name, table_name='cases')
        op.create_index(name, 'cases', columns, unique=False, postgresql_where=sa.text(where.format(opened)))


def upgrade():
    known(STATES, OUTCOMES, OPEN)
    op.drop_constraint(op.f('ck_users_role_known'), 'users')
    op.create_check_constraint(op.f('ck_users_role_known'), 'users', "role IN ('officer', 'supervisor', 'merchant', 'desk')")
    op.create_table('desks',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('code', sa.String(), nullable=False),
    sa.Column('kind', sa.String(), nullable=False),
    sa.Column('name_zh', sa.String(), nullable=False),
    sa.Column('name_en', sa.String(), nullable=False),
    sa.Column('address_zh', sa.String(), nullable=False),
    sa.Column('address_en', sa.String(), nullable=False),
    sa.Column('division_code', sa.String(), nullable=False),
    sa.Column('port_code', sa.String(), nullable=True),
    sa.Column('office_id', sa.Integer(), nullable=False),
    sa.Column('opens', sa.Time(), nullable=False),
    sa.Column('closes', sa.Time(), nullable=False),
    sa.Column('pays_cash', sa.Boolean(), nullable=False),
    sa.Column('active', sa.Boolean(), nullable=False),
    sa.Column('version', sa.Integer(), nullable=False),
    sa.CheckConstraint("kind IN ('mall', 'airport', 'station', 'office')", name=op.f('ck_desks_kind_known')),
    sa.ForeignKeyConstraint(['division_code'], ['divisions.code'], name=op.f('fk_desks_division_code')),
    sa.ForeignKeyConstraint(['office_id'], ['offices.id'], name=op.f('fk_desks_office_id')),
    sa.ForeignKeyConstraint(['port_code'], ['ports.code'], name=op.f('fk_desks_port_code')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_desks')),
    sa.UniqueConstraint('code', name=op.f('uq_desks_code'))
    )
    op.create_table('desk_merchants',
    sa.Column('desk_id', sa.Integer(), nullable=False),
    sa.Column('merchant_id', sa.Integer(), nullable=False),
    sa.ForeignKeyConstraint(['desk_id'], ['desks.id'], name=op.f('fk_desk_merchants_desk_id')),
    sa.ForeignKeyConstraint(['merchant_id'], ['merchants.id'], name=op.f('fk_desk_merchants_merchant_id')),
    sa.PrimaryKeyConstraint('desk_id', 'merchant_id', name=op.f('pk_desk_merchants'))
    )
    op.create_index(op.f('ix_desk_merchants_merchant_id'), 'desk_merchants', ['merchant_id'], unique=False)
    op.add_column('users', sa.Column('desk_id', sa.Integer(), nullable=True))
    op.create_foreign_key(op.f('fk_users_desk_id'), 'users', 'desks', ['desk_id'], ['id'])
    op.create_check_constraint(op.f('ck_users_desk_people_have_a_desk'), 'users', "(role = 'desk') = (desk_id IS NOT NULL)")
    op.create_table('returns',
    sa.Column('case_id', sa.Integer(), nullable=False),
    sa.Column('declared_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('wish', sa.String(), nullable=False),
    sa.Column('way', sa.String(), nullable=False),
    sa.Column('to_shop_id', sa.Integer(), nullable=True),
    sa.Column('to_desk_id', sa.Integer(), nullable=True),
    sa.Column('pledge_version_id', sa.Integer(), nullable=True),
    sa.Column('facts', postgresql.JSONB(astext_type=sa.Text()), nullable=False),
    sa.Column('ground', sa.String(), nullable=False),
    sa.Column('strength', sa.String(), nullable=False),
    sa.Column('person_decides', sa.Boolean(), nullable=False),
    sa.Column('decision', sa.String(), nullable=True),
    sa.Column('decided_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('decided_by', sa.String(), nullable=True),
    sa.Column('refusal', sa.String(), nullable=True),
    sa.Column('remedy', postgresql.JSONB(astext_type=sa.Text()), nullable=True),
    sa.Column('means', sa.String(), nullable=False),
    sa.Column('received_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('carrier', sa.String(), nullable=True),
    sa.Column('tracking_number', sa.String(), nullable=True),
    sa.Column('dispute_id', sa.Integer(), nullable=True),
    sa.CheckConstraint("(decision = 'refused') = (refusal IS NOT NULL) OR decision IS NULL", name=op.f('ck_returns_refused_with_a_ground')),
    sa.CheckConstraint("decision IN ('approved', 'refused')", name=op.f('ck_returns_decision_known')),
    sa.CheckConstraint('(decision IS NULL) = (decided_at IS NULL)', name=op.f('ck_returns_decided_at_a_moment')),
    sa.ForeignKeyConstraint(['case_id'], ['cases.id'], name=op.f('fk_returns_case_id')),
    sa.ForeignKeyConstraint(['dispute_id'], ['cases.id'], name=op.f('fk_returns_dispute_id')),
    sa.ForeignKeyConstraint(['pledge_version_id'], ['pledge_versions.id'], name=op.f('fk_returns_pledge_version_id')),
    sa.ForeignKeyConstraint(['to_desk_id'], ['desks.id'], name=op.f('fk_returns_to_desk_id')),
    sa.ForeignKeyConstraint(['to_shop_id'], ['shops.id'], name=op.f('fk_returns_to_shop_id')),
    sa.PrimaryKeyConstraint('case_id', name=op.f('pk_returns'))
    )
    op.create_index('ix_returns_decided', 'returns', ['decided_at'], unique=False)
    op.create_table('refunds',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('case_id', sa.Integer(), nullable=False),
    sa.Column('event_id', sa.Integer(), nullable=False),
    sa.Column('amount', sa.Integer(), nullable=False),
    sa.Column('currency', sa.String(), nullable=False),
    sa.Column('fee', sa.Integer(), nullable=False),
    sa.Column('means', sa.String(), nullable=False),
    sa.Column('reference', sa.String(), nullable=True),
    sa.Column('by_role', sa.String(), nullable=False),
    sa.Column('reported_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('confirmed_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('denied_at', sa.DateTime(timezone=True), nullable=True),
    sa.CheckConstraint('amount >= 0 AND fee >= 0 AND fee <= amount', name=op.f('ck_refunds_amounts_possible')),
    sa.CheckConstraint('confirmed_at IS NULL OR denied_at IS NULL', name=op.f('ck_refunds_confirmed_or_denied')),
    sa.ForeignKeyConstraint(['case_id'], ['returns.case_id'], name=op.f('fk_refunds_case_id')),
    sa.ForeignKeyConstraint(['event_id'], ['case_events.id'], name=op.f('fk_refunds_event_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_refunds')),
    sa.UniqueConstraint('event_id', name=op.f('uq_refunds_event_id'))
    )
    op.create_index(op.f('ix_refunds_case_id'), 'refunds', ['case_id'], unique=False)
    op.create_index('uq_refunds_standing', 'refunds', ['case_id'], unique=True, postgresql_where=sa.text('denied_at IS NULL'))
    op.create_table('return_items',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('case_id', sa.Integer(), nullable=False),
    sa.Column('position', sa.Integer(), nullable=False),
    sa.Column('goods', sa.String(), nullable=False),
    sa.Column('name', sa.String(), nullable=True),
    sa.Column('bought', sa.Integer(), nullable=False),
    sa.Column('quantity', sa.Integer(), nullable=False),
    sa.Column('unit_price', sa.Integer(), nullable=False),
    sa.Column('facts', postgresql.JSONB(astext_type=sa.Text()), nullable=False),
    sa.Column('verdict', postgresql.JSONB(astext_type=sa.Text()), nullable=False),
    sa.Column('holder', sa.String(), nullable=False),
    sa.Column('holder_id', sa.Integer(), nullable=True),
    sa.Column('arrived_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('accepted_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('rejected_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('reasons', postgresql.JSONB(astext_type=sa.Text()), nullable=False),
    sa.Column('grade', sa.String(), nullable=True),
    sa.CheckConstraint("(holder IN ('shop', 'desk')) = (holder_id IS NOT NULL)", name=op.f('ck_return_items_held_by_one_place')),
    sa.CheckConstraint("holder IN ('tourist', 'shop', 'desk', 'carrier')", name=op.f('ck_return_items_holder_known')),
    sa.CheckConstraint('accepted_at IS NULL OR rejected_at IS NULL', name=op.f('ck_return_items_accepted_or_rejected')),
    sa.CheckConstraint('quantity BETWEEN 1 AND bought', name=op.f('ck_return_items_no_more_than_was_bought')),
    sa.CheckConstraint('rejected_at IS NULL OR jsonb_array_length(reasons) > 0', name=op.f('ck_return_items_rejected_with_reasons')),
    sa.CheckConstraint('unit_price >= 0', name=op.f('ck_return_items_price_not_negative')),
    sa.ForeignKeyConstraint(['case_id'], ['returns.case_id'], name=op.f('fk_return_items_case_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_return_items')),
    sa.UniqueConstraint('case_id', 'position', name=op.f('uq_return_items_case_id_position'))
    )
    op.create_index(op.f('ix_return_items_case_id'), 'return_items', ['case_id'], unique=False)
    op.create_index('ix_return_items_held', 'return_items', ['holder', 'holder_id'], unique=False, postgresql_where=sa.text("holder IN ('shop', 'desk', 'carrier')"))
    op.create_table('tax_refunds',
    sa.Column('case_id', sa.Integer(), nullable=False),
    sa.Column('state', sa.String(), nullable=False),
    sa.Column('form_number', sa.String(), nullable=True),
    sa.Column('invoice_number', sa.String(), nullable=True),
    sa.Column('invoice_amount', sa.Integer(), nullable=True),
    sa.Column('vat', sa.String(), nullable=True),
    sa.Column('refunded', sa.Integer(), nullable=True),
    sa.Column('upon_purchase', sa.Boolean(), nullable=False),
    sa.Column('leave_by', sa.Date(), nullable=True),
    sa.Column('voided_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('repaid_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('recorded_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('recorded_by', sa.String(), nullable=False),
    sa.CheckConstraint("repaid_at IS NULL OR state = 'T2'", name=op.f('ck_tax_refunds_only_t2_is_repaid')),
    sa.CheckConstraint("state IN ('T0', 'T1', 'T2', 'T3')", name=op.f('ck_tax_refunds_state_known')),
    sa.CheckConstraint("voided_at IS NULL OR state = 'T1'", name=op.f('ck_tax_refunds_only_t1_is_voided')),
    sa.ForeignKeyConstraint(['case_id'], ['returns.case_id'], name=op.f('fk_tax_refunds_case_id')),
    sa.PrimaryKeyConstraint('case_id', name=op.f('pk_tax_refunds'))
    )
    op.create_table('custody',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('item_id', sa.Integer(), nullable=False),
    sa.Column('seq', sa.Integer(), nullable=False),
    sa.Column('event_id', sa.Integer(), nullable=False),
    sa.Column('giver', sa.String(), nullable=False),
    sa.Column('giver_id', sa.Integer(), nullable=True),
    sa.Column('taker', sa.String(), nullable=False),
    sa.Column('taker_id', sa.Integer(), nullable=True),
    sa.Column('at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('happened_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('seal', sa.String(), nullable=True),
    sa.Column('grade', sa.String(), nullable=True),
    sa.Column('photographs', postgresql.JSONB(astext_type=sa.Text()), nullable=False),
    sa.Column('quantity', sa.Integer(), nullable=False),
    sa.Column('entry', sa.String(), nullable=True),
    sa.CheckConstraint("giver IN ('tourist', 'shop', 'desk', 'carrier')", name=op.f('ck_custody_giver_known')),
    sa.CheckConstraint("taker IN ('tourist', 'shop', 'desk', 'carrier')", name=op.f('ck_custody_taker_known')),
    sa.CheckConstraint('giver <> taker OR giver_id IS DISTINCT FROM taker_id', name=op.f('ck_custody_from_one_to_another')),
    sa.ForeignKeyConstraint(['event_id'], ['case_events.id'], name=op.f('fk_custody_event_id')),
    sa.ForeignKeyConstraint(['item_id'], ['return_items.id'], name=op.f('fk_custody_item_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_custody')),
    sa.UniqueConstraint('entry', 'item_id', name=op.f('uq_custody_entry_item_id')),
    sa.UniqueConstraint('item_id', 'seq', name=op.f('uq_custody_item_id_seq'))
    )
    op.create_index(op.f('ix_custody_event_id'), 'custody', ['event_id'], unique=False)
    op.create_table('tax_entries',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('case_id', sa.Integer(), nullable=False),
    sa.Column('event_id', sa.Integer(), nullable=False),
    sa.Column('position', sa.Integer(), nullable=False),
    sa.Column('payer', sa.String(), nullable=False),
    sa.Column('payee', sa.String(), nullable=False),
    sa.Column('amount', sa.Integer(), nullable=False),
    sa.Column('through', sa.String(), nullable=False),
    sa.Column('reason', sa.String(), nullable=False),
    sa.Column('rule_id', sa.String(), nullable=False),
    sa.CheckConstraint('amount > 0', name=op.f('ck_tax_entries_some_amount')),
    sa.CheckConstraint('payer <> payee', name=op.f('ck_tax_entries_from_one_to_another')),
    sa.ForeignKeyConstraint(['case_id'], ['tax_refunds.case_id'], name=op.f('fk_tax_entries_case_id')),
    sa.ForeignKeyConstraint(['event_id'], ['case_events.id'], name=op.f('fk_tax_entries_event_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_tax_entries')),
    sa.UniqueConstraint('event_id', 'position', name=op.f('uq_tax_entries_event_id_position'))
    )
    op.create_index(op.f('ix_tax_entries_case_id'), 'tax_entries', ['case_id'], unique=False)
    op.execute("CREATE TRIGGER custody_append_only BEFORE UPDATE OR DELETE ON custody FOR EACH ROW EXECUTE FUNCTION history_is_append_only()")


def downgrade():
    op.drop_index(op.f('ix_tax_entries_case_id'), table_name='tax_entries')
    op.drop_table('tax_entries')
    op.drop_index(op.f('ix_custody_event_id'), table_name='custody')
    op.drop_table('custody')
    op.drop_table('tax_refunds')
    op.drop_index('ix_return_items_held', table_name='return_items', postgresql_where=sa.text("holder IN ('shop', 'desk', 'carrier')"))
    op.drop_index(op.f('ix_return_items_case_id'), table_name='return_items')
    op.drop_table('return_items')
    op.drop_index('uq_refunds_standing', table_name='refunds', postgresql_where=sa.text('denied_at IS NULL'))
    op.drop_index(op.f('ix_refunds_case_id'), table_name='refunds')
    op.drop_table('refunds')
    op.drop_index('ix_returns_decided', table_name='returns')
    op.drop_table('returns')
    op.drop_constraint(op.f('ck_users_desk_people_have_a_desk'), 'users')
    op.drop_constraint(op.f('fk_users_desk_id'), 'users')
    op.drop_column('users', 'desk_id')
    op.drop_index(op.f('ix_desk_merchants_merchant_id'), table_name='desk_merchants')
    op.drop_table('desk_merchants')
    op.drop_table('desks')
    # Without the tables of returns their cases wait for an officer, and nobody stands at a desk.
    op.execute(f"UPDATE cases SET state = 'triage' WHERE state NOT IN ({STATES_BEFORE})")
    op.execute("UPDATE cases SET outcome = 'duplicate' WHERE outcome = 'became_dispute'")
    op.execute("UPDATE users SET role = 'officer', active = false WHERE role = 'desk'")
    op.drop_constraint(op.f('ck_users_role_known'), 'users')
    op.create_check_constraint(op.f('ck_users_role_known'), 'users', "role IN ('officer', 'supervisor', 'merchant')")
    known(STATES_BEFORE, OUTCOMES_BEFORE, OPEN_BEFORE)
