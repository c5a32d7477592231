"""the tables of the first version."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = '0001'
down_revision = None
branch_labels = None
depends_on = None


APPEND_ONLY = """
CREATE FUNCTION history_is_append_only() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  RAISE EXCEPTION 'the history of a case is append-only';
END $$;
CREATE TRIGGER case_events_append_only BEFORE UPDATE OR DELETE ON case_events
  FOR EACH ROW EXECUTE FUNCTION history_is_append_only();
CREATE TRIGGER case_events_not_truncated BEFORE TRUNCATE ON case_events
  FOR EACH STATEMENT EXECUTE FUNCTION history_is_append_only();
"""


def upgrade():
    op.execute("CREATE SEQUENCE case_serial")
    op.create_table('authorities',
    sa.Column('code', sa.String(), nullable=False),
    sa.Column('name_zh', sa.String(), nullable=False),
    sa.Column('name_en', sa.String(), nullable=False),
    sa.Column('line', sa.String(), nullable=False),
    sa.Column('instrument', sa.String(), nullable=False),
    sa.Column('standing', sa.String(), nullable=False),
    sa.Column('consumer_council', sa.Boolean(), nullable=False),
    sa.PrimaryKeyConstraint('code', name=op.f('pk_authorities'))
    )
    op.create_table('calendar_seeds',
    sa.Column('version', sa.String(), nullable=False),
    sa.Column('merged_at', sa.DateTime(timezone=True), nullable=False),
    sa.PrimaryKeyConstraint('version', name=op.f('pk_calendar_seeds'))
    )
    op.create_table('calendars',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('version', sa.String(), nullable=False),
    sa.Column('loaded_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('source', sa.String(), nullable=False),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_calendars')),
    sa.UniqueConstraint('version', name=op.f('uq_calendars_version'))
    )
    op.create_table('daily_digests',
    sa.Column('day', sa.Date(), nullable=False),
    sa.Column('made_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('cases', sa.Integer(), nullable=False),
    sa.Column('digest', sa.String(), nullable=False),
    sa.Column('signature', sa.String(), nullable=False),
    sa.PrimaryKeyConstraint('day', name=op.f('pk_daily_digests'))
    )
    op.create_table('divisions',
    sa.Column('code', sa.String(), nullable=False),
    sa.Column('name_zh', sa.String(), nullable=False),
    sa.Column('name_en', sa.String(), nullable=False),
    sa.Column('level', sa.String(), nullable=False),
    sa.Column('parent_code', sa.String(), nullable=True),
    sa.Column('region', sa.String(), nullable=False),
    sa.CheckConstraint("region IN ('CQ', 'SC')", name=op.f('ck_divisions_region_known')),
    sa.ForeignKeyConstraint(['parent_code'], ['divisions.code'], name=op.f('fk_divisions_parent_code')),
    sa.PrimaryKeyConstraint('code', name=op.f('pk_divisions'))
    )
    op.create_table('law_instruments',
    sa.Column('code', sa.String(), nullable=False),
    sa.Column('name_en', sa.String(), nullable=False),
    sa.Column('name_zh', sa.String(), nullable=False),
    sa.Column('in_force_from', sa.Date(), nullable=True),
    sa.Column('in_force_to', sa.Date(), nullable=True),
    sa.Column('standing', sa.String(), nullable=False),
    sa.Column('note', sa.String(), nullable=False),
    sa.CheckConstraint("standing IN ('verified', 'secondary', 'unverified')", name=op.f('ck_law_instruments_standing_known')),
    sa.PrimaryKeyConstraint('code', name=op.f('pk_law_instruments'))
    )
    op.create_table('merchants',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('name_zh', sa.String(), nullable=False),
    sa.Column('name_en', sa.String(), nullable=False),
    sa.Column('uscc', sa.String(), nullable=True),
    sa.Column('email', sa.String(), nullable=True),
    sa.Column('phone', sa.String(), nullable=True),
    sa.Column('active', sa.Boolean(), nullable=False),
    sa.Column('version', sa.Integer(), nullable=False),
    sa.Column('created_at', sa.DateTime(timezone=True), server_default=sa.text('now()'), nullable=False),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_merchants')),
    sa.UniqueConstraint('uscc', name=op.f('uq_merchants_uscc'))
    )
    op.create_table('messages',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('key', sa.String(), nullable=False),
    sa.Column('case_id', sa.Integer(), nullable=True),
    sa.Column('deadline_id', sa.Integer(), nullable=True),
    sa.Column('template', sa.String(), nullable=False),
    sa.Column('recipient', sa.String(), nullable=False),
    sa.Column('address', sa.String(), nullable=False),
    sa.Column('language', sa.String(), nullable=False),
    sa.Column('slots', postgresql.JSONB(astext_type=sa.Text()), nullable=False),
    sa.Column('state', sa.String(), nullable=False),
    sa.Column('created_at', sa.DateTime(timezone=True), server_default=sa.text('now()'), nullable=False),
    sa.Column('next_try_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('attempts', sa.Integer(), nullable=False),
    sa.Column('attempted_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('answered_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('uncertain', sa.Integer(), nullable=False),
    sa.Column('sent_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('error', sa.String(), nullable=True),
    sa.CheckConstraint("(state = 'sent') = (sent_at IS NOT NULL)", name=op.f('ck_messages_sent_has_a_moment')),
    sa.CheckConstraint("state IN ('due', 'sent', 'given_up', 'cancelled')", name=op.f('ck_messages_state_known')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_messages')),
    sa.UniqueConstraint('key', name=op.f('uq_messages_key'))
    )
    op.create_index(op.f('ix_messages_case_id'), 'messages', ['case_id'], unique=False)
    op.create_index(op.f('ix_messages_deadline_id'), 'messages', ['deadline_id'], unique=False)
    op.create_index('ix_messages_due', 'messages', ['next_try_at'], unique=False, postgresql_where=sa.text("state = 'due'"))
    op.create_index('ix_messages_given_up', 'messages', ['id'], unique=False, postgresql_where=sa.text("state = 'given_up'"))
    op.create_table('moved_clock',
    sa.Column('id', sa.Integer(), autoincrement=False, nullable=False),
    sa.Column('ahead_seconds', sa.Double(), nullable=False),
    sa.Column('stands_at', sa.DateTime(timezone=True), nullable=True),
    sa.CheckConstraint('id = 1', name=op.f('ck_moved_clock_one_row')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_moved_clock'))
    )
    op.create_table('offices',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('code', sa.String(), nullable=False),
    sa.Column('name_zh', sa.String(), nullable=False),
    sa.Column('name_en', sa.String(), nullable=False),
    sa.Column('region', sa.String(), nullable=False),
    sa.Column('division_codes', postgresql.JSONB(astext_type=sa.Text()), nullable=False),
    sa.Column('email', sa.String(), nullable=True),
    sa.Column('phone', sa.String(), nullable=True),
    sa.Column('active', sa.Boolean(), nullable=False),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_offices')),
    sa.UniqueConstraint('code', name=op.f('uq_offices_code'))
    )
    op.create_table('ports',
    sa.Column('code', sa.String(), nullable=False),
    sa.Column('name_zh', sa.String(), nullable=False),
    sa.Column('name_en', sa.String(), nullable=False),
    sa.Column('kind', sa.String(), nullable=False),
    sa.Column('region', sa.String(), nullable=False),
    sa.PrimaryKeyConstraint('code', name=op.f('pk_ports'))
    )
    op.create_table('service_standards',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('rule_id', sa.String(), nullable=False),
    sa.Column('version', sa.Integer(), nullable=False),
    sa.Column('in_force_from', sa.DateTime(timezone=True), nullable=True),
    sa.Column('title_en', sa.String(), nullable=False),
    sa.Column('title_zh', sa.String(), nullable=False),
    sa.Column('owes', sa.String(), nullable=False),
    sa.Column('hours', sa.String(), nullable=False),
    sa.Column('share', sa.Integer(), nullable=True),
    sa.Column('cap', sa.String(), nullable=True),
    sa.Column('asked_on_days', postgresql.JSONB(astext_type=sa.Text()), nullable=False),
    sa.Column('source', sa.String(), nullable=False),
    sa.Column('standing', sa.String(), nullable=False),
    sa.CheckConstraint("hours IN ('duty', 'opening', 'elapsed')", name=op.f('ck_service_standards_hours_known')),
    sa.CheckConstraint("standing IN ('verified', 'secondary', 'unverified')", name=op.f('ck_service_standards_standing_known')),
    sa.CheckConstraint('share BETWEEN 1 AND 100', name=op.f('ck_service_standards_share_in_per_cent')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_service_standards')),
    sa.UniqueConstraint('rule_id', 'version', name=op.f('uq_service_standards_rule_id_version'))
    )
    op.create_table('business_districts',
    sa.Column('code', sa.String(), nullable=False),
    sa.Column('name_zh', sa.String(), nullable=False),
    sa.Column('name_en', sa.String(), nullable=False),
    sa.Column('division_code', sa.String(), nullable=False),
    sa.ForeignKeyConstraint(['division_code'], ['divisions.code'], name=op.f('fk_business_districts_division_code')),
    sa.PrimaryKeyConstraint('code', name=op.f('pk_business_districts'))
    )
    op.create_table('calendar_years',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('calendar_id', sa.Integer(), nullable=False),
    sa.Column('year', sa.Integer(), nullable=False),
    sa.Column('published', sa.Boolean(), nullable=False),
    sa.Column('notice', sa.String(), nullable=True),
    sa.ForeignKeyConstraint(['calendar_id'], ['calendars.id'], name=op.f('fk_calendar_years_calendar_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_calendar_years')),
    sa.UniqueConstraint('calendar_id', 'year', name=op.f('uq_calendar_years_calendar_id_year'))
    )
    op.create_table('law_revision',
    sa.Column('id', sa.Integer(), autoincrement=False, nullable=False),
    sa.Column('stamp', sa.String(), nullable=False),
    sa.Column('calendar_id', sa.Integer(), nullable=False),
    sa.CheckConstraint('id = 1', name=op.f('ck_law_revision_one_row')),
    sa.ForeignKeyConstraint(['calendar_id'], ['calendars.id'], name=op.f('fk_law_revision_calendar_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_law_revision'))
    )
    op.create_table('law_rules',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('rule_id', sa.String(), nullable=False),
    sa.Column('version', sa.Integer(), nullable=False),
    sa.Column('in_force_from', sa.Date(), nullable=True),
    sa.Column('in_force_to', sa.Date(), nullable=True),
    sa.Column('family', sa.String(), nullable=False),
    sa.Column('instrument', sa.String(), nullable=False),
    sa.Column('article', sa.String(), nullable=False),
    sa.Column('title_en', sa.String(), nullable=False),
    sa.Column('title_zh', sa.String(), nullable=False),
    sa.Column('trigger', sa.String(), nullable=False),
    sa.Column('trigger_zh', sa.String(), nullable=False),
    sa.Column('length', sa.Integer(), nullable=False),
    sa.Column('unit', sa.String(), nullable=False),
    sa.Column('earlier_of', sa.String(), nullable=True),
    sa.Column('extension', sa.String(), nullable=True),
    sa.Column('roll', sa.String(), nullable=False),
    sa.Column('pauses', postgresql.JSONB(astext_type=sa.Text()), nullable=False),
    sa.Column('from_next_midnight', sa.Boolean(), nullable=False),
    sa.Column('owes', sa.String(), nullable=False),
    sa.Column('consequence', sa.String(), nullable=False),
    sa.Column('consequence_zh', sa.String(), nullable=False),
    sa.Column('source', sa.String(), nullable=False),
    sa.Column('standing', sa.String(), nullable=False),
    sa.CheckConstraint("family IN ('procedure', 'civil', 'service')", name=op.f('ck_law_rules_family_known')),
    sa.CheckConstraint("roll IN ('block', 'any', 'none')", name=op.f('ck_law_rules_roll_known')),
    sa.CheckConstraint("standing IN ('verified', 'secondary', 'unverified')", name=op.f('ck_law_rules_standing_known')),
    sa.CheckConstraint("unit IN ('WD', 'CD', 'H', 'MIN', 'MONTH', 'YEAR')", name=op.f('ck_law_rules_unit_known')),
    sa.CheckConstraint('in_force_to >= in_force_from', name=op.f('ck_law_rules_in_force_in_order')),
    sa.CheckConstraint('length > 0', name=op.f('ck_law_rules_some_length')),
    sa.ForeignKeyConstraint(['instrument'], ['law_instruments.code'], name=op.f('fk_law_rules_instrument')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_law_rules')),
    sa.UniqueConstraint('rule_id', 'version', name=op.f('uq_law_rules_rule_id_version'))
    )
    op.create_table('service_standard_rows',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('standard_id', sa.Integer(), nullable=False),
    sa.Column('position', sa.Integer(), nullable=False),
    sa.Column('up_to_minutes', sa.Integer(), nullable=True),
    sa.Column('length', sa.Integer(), nullable=False),
    sa.Column('unit', sa.String(), nullable=False),
    sa.CheckConstraint("unit IN ('WD', 'CD', 'H', 'MIN', 'MONTH', 'YEAR')", name=op.f('ck_service_standard_rows_unit_known')),
    sa.CheckConstraint('length > 0', name=op.f('ck_service_standard_rows_some_length')),
    sa.ForeignKeyConstraint(['standard_id'], ['service_standards.id'], name=op.f('fk_service_standard_rows_standard_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_service_standard_rows')),
    sa.UniqueConstraint('standard_id', 'position', name=op.f('uq_service_standard_rows_standard_id_position'))
    )
    op.create_table('users',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('email', sa.String(), nullable=False),
    sa.Column('name', sa.String(), nullable=False),
    sa.Column('role', sa.String(), nullable=False),
    sa.Column('password_hash', sa.String(), nullable=True),
    sa.Column('totp_secret', sa.String(), nullable=True),
    sa.Column('totp_last_step', sa.Integer(), nullable=True),
    sa.Column('office_id', sa.Integer(), nullable=True),
    sa.Column('merchant_id', sa.Integer(), nullable=True),
    sa.Column('locale', sa.String(), nullable=False),
    sa.Column('languages', postgresql.JSONB(astext_type=sa.Text()), nullable=False),
    sa.Column('on_duty', sa.Boolean(), nullable=False),
    sa.Column('active', sa.Boolean(), nullable=False),
    sa.Column('session_version', sa.Integer(), nullable=False),
    sa.Column('signed_out', postgresql.JSONB(astext_type=sa.Text()), nullable=False),
    sa.Column('created_at', sa.DateTime(timezone=True), server_default=sa.text('now()'), nullable=False),
    sa.Column('signed_in_at', sa.DateTime(timezone=True), nullable=True),
    sa.CheckConstraint("(role <> 'merchant') = (office_id IS NOT NULL)", name=op.f('ck_users_staff_have_an_office')),
    sa.CheckConstraint("(role = 'merchant') = (merchant_id IS NOT NULL)", name=op.f('ck_users_merchant_users_have_a_merchant')),
    sa.CheckConstraint("role IN ('officer', 'supervisor', 'merchant')", name=op.f('ck_users_role_known')),
    sa.ForeignKeyConstraint(['merchant_id'], ['merchants.id'], name=op.f('fk_users_merchant_id')),
    sa.ForeignKeyConstraint(['office_id'], ['offices.id'], name=op.f('fk_users_office_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_users'))
    )
    op.create_index('uq_users_email', 'users', [sa.literal_column('lower(email)')], unique=True)
    op.create_table('api_keys',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('prefix', sa.String(), nullable=False),
    sa.Column('secret_hash', sa.String(), nullable=False),
    sa.Column('name', sa.String(), nullable=False),
    sa.Column('scopes', postgresql.JSONB(astext_type=sa.Text()), nullable=False),
    sa.Column('per_minute', sa.Integer(), nullable=False),
    sa.Column('created_by_id', sa.Integer(), nullable=True),
    sa.Column('created_at', sa.DateTime(timezone=True), server_default=sa.text('now()'), nullable=False),
    sa.Column('used_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('revoked_at', sa.DateTime(timezone=True), nullable=True),
    sa.ForeignKeyConstraint(['created_by_id'], ['users.id'], name=op.f('fk_api_keys_created_by_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_api_keys')),
    sa.UniqueConstraint('prefix', name=op.f('uq_api_keys_prefix'))
    )
    op.create_table('calendar_days',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('year_id', sa.Integer(), nullable=False),
    sa.Column('day', sa.Date(), nullable=False),
    sa.Column('kind', sa.String(), nullable=False),
    sa.Column('name_zh', sa.String(), nullable=True),
    sa.Column('name_en', sa.String(), nullable=True),
    sa.CheckConstraint("kind IN ('off', 'makeup', 'festival')", name=op.f('ck_calendar_days_kind_known')),
    sa.ForeignKeyConstraint(['year_id'], ['calendar_years.id'], name=op.f('fk_calendar_days_year_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_calendar_days')),
    sa.UniqueConstraint('year_id', 'day', 'kind', name=op.f('uq_calendar_days_year_id_day_kind'))
    )
    op.create_table('shops',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('code', sa.String(), nullable=False),
    sa.Column('merchant_id', sa.Integer(), nullable=False),
    sa.Column('name_zh', sa.String(), nullable=False),
    sa.Column('name_en', sa.String(), nullable=False),
    sa.Column('address_zh', sa.String(), nullable=False),
    sa.Column('address_en', sa.String(), nullable=False),
    sa.Column('division_code', sa.String(), nullable=False),
    sa.Column('district_code', sa.String(), nullable=True),
    sa.Column('trade', sa.String(), nullable=False),
    sa.Column('opens', sa.Time(), nullable=False),
    sa.Column('closes', sa.Time(), nullable=False),
    sa.Column('email', sa.String(), nullable=True),
    sa.Column('phone', sa.String(), nullable=True),
    sa.Column('active', sa.Boolean(), nullable=False),
    sa.Column('version', sa.Integer(), nullable=False),
    sa.Column('search', postgresql.TSVECTOR(), nullable=True),
    sa.ForeignKeyConstraint(['district_code'], ['business_districts.code'], name=op.f('fk_shops_district_code')),
    sa.ForeignKeyConstraint(['division_code'], ['divisions.code'], name=op.f('fk_shops_division_code')),
    sa.ForeignKeyConstraint(['merchant_id'], ['merchants.id'], name=op.f('fk_shops_merchant_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_shops')),
    sa.UniqueConstraint('code', name=op.f('uq_shops_code'))
    )
    op.create_index(op.f('ix_shops_merchant_id'), 'shops', ['merchant_id'], unique=False)
    op.create_index('ix_shops_search', 'shops', ['search'], unique=False, postgresql_using='gin')
    op.create_table('cases',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('number', sa.String(), nullable=False),
    sa.Column('kind', sa.String(), nullable=False),
    sa.Column('state', sa.String(), nullable=False),
    sa.Column('asked_from', sa.String(), nullable=True),
    sa.Column('outcome', sa.String(), nullable=True),
    sa.Column('version', sa.Integer(), nullable=False),
    sa.Column('last_seq', sa.Integer(), nullable=False),
    sa.Column('head', sa.String(), nullable=False),
    sa.Column('emergency', sa.Boolean(), nullable=False),
    sa.Column('held_reasons', postgresql.JSONB(astext_type=sa.Text()), nullable=False),
    sa.Column('office_id', sa.Integer(), nullable=False),
    sa.Column('officer_id', sa.Integer(), nullable=True),
    sa.Column('merchant_id', sa.Integer(), nullable=True),
    sa.Column('shop_id', sa.Integer(), nullable=True),
    sa.Column('language', sa.String(), nullable=False),
    sa.Column('category', sa.String(), nullable=False),
    sa.Column('filed_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('routed_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('closed_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('departure_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('departure', sa.String(), nullable=False),
    sa.Column('departure_port', sa.String(), nullable=True),
    sa.Column('remote_since', sa.DateTime(timezone=True), nullable=True),
    sa.Column('slack_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('waiting_on', sa.String(), nullable=True),
    sa.Column('link_version', sa.Integer(), nullable=False),
    sa.Column('shop_link_version', sa.Integer(), nullable=False),
    sa.Column('erased_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('search', postgresql.TSVECTOR(), nullable=True),
    sa.CheckConstraint("(departure = 'known') = (departure_at IS NOT NULL)", name=op.f('ck_cases_known_departure_has_a_moment')),
    sa.CheckConstraint("(state = 'awaiting_tourist') = (asked_from IS NOT NULL)", name=op.f('ck_cases_asked_from_somewhere')),
    sa.CheckConstraint("(state = 'closed') = (closed_at IS NOT NULL)", name=op.f('ck_cases_closed_has_a_moment')),
    sa.CheckConstraint("(state = 'closed') = (outcome IS NOT NULL)", name=op.f('ck_cases_closed_has_an_outcome')),
    sa.CheckConstraint("departure IN ('known', 'departed', 'unknown')", name=op.f('ck_cases_departure_known')),
    sa.CheckConstraint("number ~ '^[0-9]{10}$'", name=op.f('ck_cases_number_has_ten_digits')),
    sa.CheckConstraint("outcome IS NULL OR outcome IN ('resolved', 'waived', 'performed_unconfirmed', 'dormant', 'withdrawn', 'no_agreement', 'referred_ended', 'out_of_scope', 'duplicate', 'emergency_handed_over')", name=op.f('ck_cases_outcome_known')),
    sa.CheckConstraint("state IN ('received', 'triage', 'liaison', 'awaiting_tourist', 'with_merchant', 'offered', 'mediation', 'proposed', 'settled', 'referral_ready', 'referred', 'closed')", name=op.f('ck_cases_state_known')),
    sa.CheckConstraint('shop_id IS NULL OR merchant_id IS NOT NULL', name=op.f('ck_cases_a_shop_has_its_merchant')),
    sa.ForeignKeyConstraint(['departure_port'], ['ports.code'], name=op.f('fk_cases_departure_port')),
    sa.ForeignKeyConstraint(['merchant_id'], ['merchants.id'], name=op.f('fk_cases_merchant_id')),
    sa.ForeignKeyConstraint(['office_id'], ['offices.id'], name=op.f('fk_cases_office_id')),
    sa.ForeignKeyConstraint(['officer_id'], ['users.id'], name=op.f('fk_cases_officer_id')),
    sa.ForeignKeyConstraint(['shop_id'], ['shops.id'], name=op.f('fk_cases_shop_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_cases')),
    sa.UniqueConstraint('number', name=op.f('uq_cases_number'))
    )
    op.create_index('ix_cases_emergencies', 'cases', ['slack_at'], unique=False, postgresql_where=sa.text("emergency AND state IN ('received', 'triage', 'liaison', 'awaiting_tourist', 'with_merchant', 'offered', 'mediation', 'proposed', 'settled', 'referral_ready', 'referred')"))
    op.create_index('ix_cases_leaving', 'cases', ['departure_at'], unique=False, postgresql_where=sa.text("remote_since IS NULL AND state IN ('received', 'triage', 'liaison', 'awaiting_tourist', 'with_merchant', 'offered', 'mediation', 'proposed', 'settled', 'referral_ready', 'referred')"))
    op.create_index('ix_cases_merchant', 'cases', ['merchant_id', 'slack_at'], unique=False)
    op.create_index('ix_cases_officer', 'cases', ['officer_id', 'slack_at'], unique=False, postgresql_where=sa.text("state IN ('received', 'triage', 'liaison', 'awaiting_tourist', 'with_merchant', 'offered', 'mediation', 'proposed', 'settled', 'referral_ready', 'referred')"))
    op.create_index('ix_cases_open', 'cases', ['slack_at'], unique=False, postgresql_where=sa.text("state IN ('received', 'triage', 'liaison', 'awaiting_tourist', 'with_merchant', 'offered', 'mediation', 'proposed', 'settled', 'referral_ready', 'referred')"))
    op.create_index('ix_cases_queue', 'cases', ['office_id', 'slack_at'], unique=False, postgresql_where=sa.text("state IN ('received', 'triage', 'liaison', 'awaiting_tourist', 'with_merchant', 'offered', 'mediation', 'proposed', 'settled', 'referral_ready', 'referred')"))
    op.create_index('ix_cases_received', 'cases', ['id'], unique=False, postgresql_where=sa.text("state = 'received'"))
    op.create_index('ix_cases_search', 'cases', ['search'], unique=False, postgresql_using='gin')
    op.create_index('ix_cases_waiting', 'cases', ['waiting_on', 'slack_at'], unique=False, postgresql_where=sa.text("state IN ('received', 'triage', 'liaison', 'awaiting_tourist', 'with_merchant', 'offered', 'mediation', 'proposed', 'settled', 'referral_ready', 'referred')"))
    op.create_table('case_events',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('case_id', sa.Integer(), nullable=False),
    sa.Column('seq', sa.Integer(), nullable=False),
    sa.Column('action', sa.String(), nullable=False),
    sa.Column('from_state', sa.String(), nullable=True),
    sa.Column('to_state', sa.String(), nullable=False),
    sa.Column('by', sa.String(), nullable=False),
    sa.Column('at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('details', postgresql.JSONB(astext_type=sa.Text()), nullable=False),
    sa.Column('previous', sa.String(), nullable=False),
    sa.Column('hash', sa.String(), nullable=False),
    sa.ForeignKeyConstraint(['case_id'], ['cases.id'], name=op.f('fk_case_events_case_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_case_events')),
    sa.UniqueConstraint('case_id', 'seq', name=op.f('uq_case_events_case_id_seq'))
    )
    op.create_table('consents',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('case_id', sa.Integer(), nullable=False),
    sa.Column('purpose', sa.String(), nullable=False),
    sa.Column('text_version', sa.String(), nullable=False),
    sa.Column('given_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('withdrawn_at', sa.DateTime(timezone=True), nullable=True),
    sa.ForeignKeyConstraint(['case_id'], ['cases.id'], name=op.f('fk_consents_case_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_consents'))
    )
    op.create_index(op.f('ix_consents_case_id'), 'consents', ['case_id'], unique=False)
    op.create_index('uq_consents_standing', 'consents', ['case_id', 'purpose'], unique=True, postgresql_where=sa.text('withdrawn_at IS NULL'))
    op.create_table('contacts',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('case_id', sa.Integer(), nullable=False),
    sa.Column('party', sa.String(), nullable=False),
    sa.Column('name', sa.String(), nullable=True),
    sa.Column('email', sa.String(), nullable=True),
    sa.Column('email_confirmed_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('language', sa.String(), nullable=False),
    sa.Column('time_zone', sa.String(), nullable=True),
    sa.Column('country', sa.String(), nullable=True),
    sa.Column('erased_at', sa.DateTime(timezone=True), nullable=True),
    sa.CheckConstraint("party IN ('tourist', 'companion')", name=op.f('ck_contacts_party_known')),
    sa.ForeignKeyConstraint(['case_id'], ['cases.id'], name=op.f('fk_contacts_case_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_contacts')),
    sa.UniqueConstraint('case_id', 'party', name=op.f('uq_contacts_case_id_party'))
    )
    op.create_index(op.f('ix_contacts_case_id'), 'contacts', ['case_id'], unique=False)
    op.create_table('counter_codes',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('case_id', sa.Integer(), nullable=False),
    sa.Column('code_hash', sa.String(), nullable=False),
    sa.Column('made_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('expires_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('tries', sa.Integer(), nullable=False),
    sa.Column('used_at', sa.DateTime(timezone=True), nullable=True),
    sa.ForeignKeyConstraint(['case_id'], ['cases.id'], name=op.f('fk_counter_codes_case_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_counter_codes'))
    )
    op.create_index(op.f('ix_counter_codes_case_id'), 'counter_codes', ['case_id'], unique=False)
    op.create_table('drafts',
    sa.Column('id', sa.String(), nullable=False),
    sa.Column('language', sa.String(), nullable=False),
    sa.Column('answers', postgresql.JSONB(astext_type=sa.Text()), nullable=False),
    sa.Column('made_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('changed_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('case_id', sa.Integer(), nullable=True),
    sa.ForeignKeyConstraint(['case_id'], ['cases.id'], name=op.f('fk_drafts_case_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_drafts'))
    )
    op.create_index('ix_drafts_unfiled', 'drafts', ['changed_at'], unique=False, postgresql_where=sa.text('case_id IS NULL'))
    op.create_table('idempotency_keys',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('key_id', sa.Integer(), nullable=False),
    sa.Column('key', sa.String(), nullable=False),
    sa.Column('content_hash', sa.String(), nullable=False),
    sa.Column('case_id', sa.Integer(), nullable=False),
    sa.Column('made_at', sa.DateTime(timezone=True), nullable=False),
    sa.ForeignKeyConstraint(['case_id'], ['cases.id'], name=op.f('fk_idempotency_keys_case_id')),
    sa.ForeignKeyConstraint(['key_id'], ['api_keys.id'], name=op.f('fk_idempotency_keys_key_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_idempotency_keys'))
    )
    op.create_index('uq_idempotency_keys_key', 'idempotency_keys', ['key_id', 'key'], unique=True)
    op.create_table('authorisations',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('case_id', sa.Integer(), nullable=False),
    sa.Column('event_id', sa.Integer(), nullable=True),
    sa.Column('authority_code', sa.String(), nullable=False),
    sa.Column('warned', sa.Boolean(), nullable=False),
    sa.Column('full_name', sa.String(), nullable=True),
    sa.Column('document_number', sa.String(), nullable=True),
    sa.Column('home_address', sa.String(), nullable=True),
    sa.Column('phone', sa.String(), nullable=True),
    sa.Column('given_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('withdrawn_at', sa.DateTime(timezone=True), nullable=True),
    sa.CheckConstraint('warned', name=op.f('ck_authorisations_only_after_the_warning')),
    sa.ForeignKeyConstraint(['authority_code'], ['authorities.code'], name=op.f('fk_authorisations_authority_code')),
    sa.ForeignKeyConstraint(['case_id'], ['cases.id'], name=op.f('fk_authorisations_case_id')),
    sa.ForeignKeyConstraint(['event_id'], ['case_events.id'], name=op.f('fk_authorisations_event_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_authorisations'))
    )
    op.create_index(op.f('ix_authorisations_case_id'), 'authorisations', ['case_id'], unique=False)
    op.create_index('uq_authorisations_standing', 'authorisations', ['case_id'], unique=True, postgresql_where=sa.text('withdrawn_at IS NULL'))
    op.create_table('case_texts',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('case_id', sa.Integer(), nullable=False),
    sa.Column('event_id', sa.Integer(), nullable=True),
    sa.Column('purpose', sa.String(), nullable=False),
    sa.Column('audience', sa.String(), nullable=False),
    sa.Column('author', sa.String(), nullable=False),
    sa.Column('language', sa.String(), nullable=False),
    sa.Column('body', sa.String(), nullable=True),
    sa.Column('salt', sa.String(), nullable=True),
    sa.Column('erased_at', sa.DateTime(timezone=True), nullable=True),
    sa.CheckConstraint("audience IN ('parties', 'tourist', 'merchant', 'staff')", name=op.f('ck_case_texts_audience_known')),
    sa.CheckConstraint('(body IS NULL) = (erased_at IS NOT NULL)', name=op.f('ck_case_texts_erased_texts_are_empty')),
    sa.CheckConstraint('(salt IS NULL) = (erased_at IS NOT NULL)', name=op.f('ck_case_texts_erased_texts_lose_their_salt')),
    sa.ForeignKeyConstraint(['case_id'], ['cases.id'], name=op.f('fk_case_texts_case_id')),
    sa.ForeignKeyConstraint(['event_id'], ['case_events.id'], name=op.f('fk_case_texts_event_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_case_texts'))
    )
    op.create_index(op.f('ix_case_texts_case_id'), 'case_texts', ['case_id'], unique=False)
    op.create_index(op.f('ix_case_texts_event_id'), 'case_texts', ['event_id'], unique=False)
    op.create_table('deadlines',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('case_id', sa.Integer(), nullable=False),
    sa.Column('clock', sa.String(), nullable=False),
    sa.Column('owes', sa.String(), nullable=False),
    sa.Column('rule_id', sa.String(), nullable=False),
    sa.Column('rule_version', sa.Integer(), nullable=False),
    sa.Column('calendar_version', sa.String(), nullable=False),
    sa.Column('started_by_id', sa.Integer(), nullable=False),
    sa.Column('started_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('due_on', sa.Date(), nullable=False),
    sa.Column('due_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('provisional', sa.Boolean(), nullable=False),
    sa.Column('lines', postgresql.JSONB(astext_type=sa.Text()), nullable=False),
    sa.Column('version', sa.Integer(), nullable=False),
    sa.Column('stage', sa.Integer(), nullable=False),
    sa.Column('remind_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('ended_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('ending', sa.String(), nullable=True),
    sa.Column('ended_by_id', sa.Integer(), nullable=True),
    sa.Column('tries', sa.Integer(), nullable=False),
    sa.Column('next_try_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('fault', sa.String(), nullable=True),
    sa.CheckConstraint("ending IN ('met', 'lapsed', 'cancelled')", name=op.f('ck_deadlines_ending_known')),
    sa.CheckConstraint('(ended_at IS NULL) = (ending IS NULL)', name=op.f('ck_deadlines_ended_somehow')),
    sa.ForeignKeyConstraint(['case_id'], ['cases.id'], name=op.f('fk_deadlines_case_id')),
    sa.ForeignKeyConstraint(['ended_by_id'], ['case_events.id'], name=op.f('fk_deadlines_ended_by_id')),
    sa.ForeignKeyConstraint(['started_by_id'], ['case_events.id'], name=op.f('fk_deadlines_started_by_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_deadlines'))
    )
    op.create_index(op.f('ix_deadlines_case_id'), 'deadlines', ['case_id'], unique=False)
    op.create_index('ix_deadlines_due', 'deadlines', ['due_at'], unique=False, postgresql_where=sa.text('ended_at IS NULL'))
    op.create_index('ix_deadlines_fault', 'deadlines', ['id'], unique=False, postgresql_where=sa.text('fault IS NOT NULL AND ended_at IS NULL'))
    op.create_index('ix_deadlines_remind', 'deadlines', ['remind_at'], unique=False, postgresql_where=sa.text('ended_at IS NULL AND remind_at IS NOT NULL'))
    op.create_index('uq_deadlines_running', 'deadlines', ['case_id', 'clock'], unique=True, postgresql_where=sa.text('ended_at IS NULL'))
    op.create_table('evidence',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('case_id', sa.Integer(), nullable=True),
    sa.Column('draft_id', sa.String(), nullable=True),
    sa.Column('event_id', sa.Integer(), nullable=True),
    sa.Column('by_role', sa.String(), nullable=False),
    sa.Column('by_user_id', sa.Integer(), nullable=True),
    sa.Column('name', sa.String(), nullable=True),
    sa.Column('media_type', sa.String(), nullable=False),
    sa.Column('size', sa.Integer(), nullable=False),
    sa.Column('sha256', sa.String(), nullable=False),
    sa.Column('safe_sha256', sa.String(), nullable=False),
    sa.Column('thumbnail_sha256', sa.String(), nullable=True),
    sa.Column('added_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('erased_at', sa.DateTime(timezone=True), nullable=True),
    sa.CheckConstraint('(case_id IS NULL) <> (draft_id IS NULL)', name=op.f('ck_evidence_of_a_case_or_a_draft')),
    sa.ForeignKeyConstraint(['by_user_id'], ['users.id'], name=op.f('fk_evidence_by_user_id')),
    sa.ForeignKeyConstraint(['case_id'], ['cases.id'], name=op.f('fk_evidence_case_id')),
    sa.ForeignKeyConstraint(['draft_id'], ['drafts.id'], name=op.f('fk_evidence_draft_id')),
    sa.ForeignKeyConstraint(['event_id'], ['case_events.id'], name=op.f('fk_evidence_event_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_evidence')),
    sa.UniqueConstraint('case_id', 'sha256', name=op.f('uq_evidence_case_id_sha256')),
    sa.UniqueConstraint('draft_id', 'sha256', name=op.f('uq_evidence_draft_id_sha256'))
    )
    op.create_index(op.f('ix_evidence_case_id'), 'evidence', ['case_id'], unique=False)
    op.create_index(op.f('ix_evidence_draft_id'), 'evidence', ['draft_id'], unique=False)
    op.create_table('referrals',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('case_id', sa.Integer(), nullable=False),
    sa.Column('authority_code', sa.String(), nullable=False),
    sa.Column('event_id', sa.Integer(), nullable=False),
    sa.Column('prepared_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('received_by', sa.String(), nullable=True),
    sa.Column('received_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('receipt_number', sa.String(), nullable=True),
    sa.Column('channel', sa.String(), nullable=True),
    sa.Column('recorded_by_id', sa.Integer(), nullable=True),
    sa.Column('ended_at', sa.DateTime(timezone=True), nullable=True),
    sa.CheckConstraint('(received_at IS NULL) = (received_by IS NULL)', name=op.f('ck_referrals_a_receipt_names_who')),
    sa.ForeignKeyConstraint(['authority_code'], ['authorities.code'], name=op.f('fk_referrals_authority_code')),
    sa.ForeignKeyConstraint(['case_id'], ['cases.id'], name=op.f('fk_referrals_case_id')),
    sa.ForeignKeyConstraint(['event_id'], ['case_events.id'], name=op.f('fk_referrals_event_id')),
    sa.ForeignKeyConstraint(['recorded_by_id'], ['users.id'], name=op.f('fk_referrals_recorded_by_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_referrals'))
    )
    op.create_index(op.f('ix_referrals_case_id'), 'referrals', ['case_id'], unique=False)
    op.create_index('uq_referrals_running', 'referrals', ['case_id'], unique=True, postgresql_where=sa.text('ended_at IS NULL'))
    op.create_table('complaints',
    sa.Column('case_id', sa.Integer(), nullable=False),
    sa.Column('draft_id', sa.String(), nullable=True),
    sa.Column('channel', sa.String(), nullable=False),
    sa.Column('key_id', sa.Integer(), nullable=True),
    sa.Column('trade', sa.String(), nullable=False),
    sa.Column('shop_name', sa.String(), nullable=True),
    sa.Column('shop_address', sa.String(), nullable=True),
    sa.Column('division_code', sa.String(), nullable=True),
    sa.Column('bought_on', sa.Date(), nullable=True),
    sa.Column('how_bought', sa.String(), nullable=False),
    sa.Column('paid_how', sa.String(), nullable=True),
    sa.Column('amount', sa.Integer(), nullable=True),
    sa.Column('currency', sa.String(), nullable=True),
    sa.Column('item', sa.String(), nullable=True),
    sa.Column('invoice_number', sa.String(), nullable=True),
    sa.Column('dangers', postgresql.JSONB(astext_type=sa.Text()), nullable=False),
    sa.Column('narrative_id', sa.Integer(), nullable=True),
    sa.CheckConstraint('(amount IS NULL) = (currency IS NULL)', name=op.f('ck_complaints_amounts_have_a_currency')),
    sa.CheckConstraint('amount >= 0', name=op.f('ck_complaints_amount_not_negative')),
    sa.ForeignKeyConstraint(['case_id'], ['cases.id'], name=op.f('fk_complaints_case_id')),
    sa.ForeignKeyConstraint(['division_code'], ['divisions.code'], name=op.f('fk_complaints_division_code')),
    sa.ForeignKeyConstraint(['key_id'], ['api_keys.id'], name=op.f('fk_complaints_key_id')),
    sa.ForeignKeyConstraint(['narrative_id'], ['case_texts.id'], name=op.f('fk_complaints_narrative_id')),
    sa.PrimaryKeyConstraint('case_id', name=op.f('pk_complaints')),
    sa.UniqueConstraint('draft_id', name=op.f('uq_complaints_draft_id'))
    )
    op.create_table('offers',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('case_id', sa.Integer(), nullable=False),
    sa.Column('event_id', sa.Integer(), nullable=False),
    sa.Column('by_role', sa.String(), nullable=False),
    sa.Column('verified', sa.Boolean(), nullable=False),
    sa.Column('package', postgresql.JSONB(astext_type=sa.Text()), nullable=False),
    sa.Column('text_id', sa.Integer(), nullable=True),
    sa.Column('status', sa.String(), nullable=False),
    sa.Column('tourist_agreed_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('merchant_agreed_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('ended_at', sa.DateTime(timezone=True), nullable=True),
    sa.CheckConstraint("(ended_at IS NULL) = (status IN ('claim', 'open'))", name=op.f('ck_offers_ended_unless_open')),
    sa.CheckConstraint("status IN ('claim', 'open', 'accepted', 'declined', 'superseded', 'lapsed', 'withdrawn')", name=op.f('ck_offers_status_known')),
    sa.ForeignKeyConstraint(['case_id'], ['cases.id'], name=op.f('fk_offers_case_id')),
    sa.ForeignKeyConstraint(['event_id'], ['case_events.id'], name=op.f('fk_offers_event_id')),
    sa.ForeignKeyConstraint(['text_id'], ['case_texts.id'], name=op.f('fk_offers_text_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_offers'))
    )
    op.create_index(op.f('ix_offers_case_id'), 'offers', ['case_id'], unique=False)
    op.create_index('uq_offers_claim', 'offers', ['case_id'], unique=True, postgresql_where=sa.text("status = 'claim'"))
    op.create_index('uq_offers_open', 'offers', ['case_id'], unique=True, postgresql_where=sa.text("status = 'open'"))
    op.create_table('settlements',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('case_id', sa.Integer(), nullable=False),
    sa.Column('offer_id', sa.Integer(), nullable=False),
    sa.Column('event_id', sa.Integer(), nullable=False),
    sa.Column('agreed_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('reported_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('means', sa.String(), nullable=True),
    sa.Column('reference', sa.String(), nullable=True),
    sa.Column('confirmed_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('waived_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('denied_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('ended_at', sa.DateTime(timezone=True), nullable=True),
    sa.CheckConstraint('ended_at IS NOT NULL OR (confirmed_at IS NULL AND waived_at IS NULL AND denied_at IS NULL)', name=op.f('ck_settlements_ended_when_answered')),
    sa.ForeignKeyConstraint(['case_id'], ['cases.id'], name=op.f('fk_settlements_case_id')),
    sa.ForeignKeyConstraint(['event_id'], ['case_events.id'], name=op.f('fk_settlements_event_id')),
    sa.ForeignKeyConstraint(['offer_id'], ['offers.id'], name=op.f('fk_settlements_offer_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_settlements'))
    )
    op.create_index(op.f('ix_settlements_case_id'), 'settlements', ['case_id'], unique=False)
    op.create_index('uq_settlements_running', 'settlements', ['case_id'], unique=True, postgresql_where=sa.text('ended_at IS NULL'))
    op.execute(APPEND_ONLY)


def downgrade():
    op.drop_index('uq_settlements_running', table_name='settlements', postgresql_where=sa.text('ended_at IS NULL'))
    op.drop_index(op.f('ix_settlements_case_id'), table_name='settlements')
    op.drop_table('settlements')
    op.drop_index('uq_offers_open', table_name='offers', postgresql_where=sa.text("status = 'open'"))
    op.drop_index('uq_offers_claim', table_name='offers', postgresql_where=sa.text("status = 'claim'"))
    op.drop_index(op.f('ix_offers_case_id'), table_name='offers')
    op.drop_table('offers')
    op.drop_table('complaints')
    op.drop_index('uq_referrals_running', table_name='referrals', postgresql_where=sa.text('ended_at IS NULL'))
    op.drop_index(op.f('ix_referrals_case_id'), table_name='referrals')
    op.drop_table('referrals')
    op.drop_index(op.f('ix_evidence_draft_id'), table_name='evidence')
    op.drop_index(op.f('ix_evidence_case_id'), table_name='evidence')
    op.drop_table('evidence')
    op.drop_index('uq_deadlines_running', table_name='deadlines', postgresql_where=sa.text('ended_at IS NULL'))
    op.drop_index('ix_deadlines_remind', table_name='deadlines', postgresql_where=sa.text('ended_at IS NULL AND remind_at IS NOT NULL'))
    op.drop_index('ix_deadlines_fault', table_name='deadlines', postgresql_where=sa.text('fault IS NOT NULL AND ended_at IS NULL'))
    op.drop_index('ix_deadlines_due', table_name='deadlines', postgresql_where=sa.text('ended_at IS NULL'))
    op.drop_index(op.f('ix_deadlines_case_id'), table_name='deadlines')
    op.drop_table('deadlines')
    op.drop_index(op.f('ix_case_texts_event_id'), table_name='case_texts')
    op.drop_index(op.f('ix_case_texts_case_id'), table_name='case_texts')
    op.drop_table('case_texts')
    op.drop_index('uq_authorisations_standing', table_name='authorisations', postgresql_where=sa.text('withdrawn_at IS NULL'))
    op.drop_index(op.f('ix_authorisations_case_id'), table_name='authorisations')
    op.drop_table('authorisations')
    op.drop_index('uq_idempotency_keys_key', table_name='idempotency_keys')
    op.drop_table('idempotency_keys')
    op.drop_index('ix_drafts_unfiled', table_name='drafts', postgresql_where=sa.text('case_id IS NULL'))
    op.drop_table('drafts')
    op.drop_index(op.f('ix_counter_codes_case_id'), table_name='counter_codes')
    op.drop_table('counter_codes')
    op.drop_index(op.f('ix_contacts_case_id'), table_name='contacts')
    op.drop_table('contacts')
    op.drop_index('uq_consents_standing', table_name='consents', postgresql_where=sa.text('withdrawn_at IS NULL'))
    op.drop_index(op.f('ix_consents_case_id'), table_name='consents')
    op.drop_table('consents')
    op.drop_table('case_events')
    op.drop_index('ix_cases_waiting', table_name='cases', postgresql_where=sa.text("state IN ('received', 'triage', 'liaison', 'awaiting_tourist', 'with_merchant', 'offered', 'mediation', 'proposed', 'settled', 'referral_ready', 'referred')"))
    op.drop_index('ix_cases_search', table_name='cases', postgresql_using='gin')
    op.drop_index('ix_cases_received', table_name='cases', postgresql_where=sa.text("state = 'received'"))
    op.drop_index('ix_cases_queue', table_name='cases', postgresql_where=sa.text("state IN ('received', 'triage', 'liaison', 'awaiting_tourist', 'with_merchant', 'offered', 'mediation', 'proposed', 'settled', 'referral_ready', 'referred')"))
    op.drop_index('ix_cases_open', table_name='cases', postgresql_where=sa.text("state IN ('received', 'triage', 'liaison', 'awaiting_tourist', 'with_merchant', 'offered', 'mediation', 'proposed', 'settled', 'referral_ready', 'referred')"))
    op.drop_index('ix_cases_officer', table_name='cases', postgresql_where=sa.text("state IN ('received', 'triage', 'liaison', 'awaiting_tourist', 'with_merchant', 'offered', 'mediation', 'proposed', 'settled', 'referral_ready', 'referred')"))
    op.drop_index('ix_cases_merchant', table_name='cases')
    op.drop_index('ix_cases_leaving', table_name='cases', postgresql_where=sa.text("remote_since IS NULL AND state IN ('received', 'triage', 'liaison', 'awaiting_tourist', 'with_merchant', 'offered', 'mediation', 'proposed', 'settled', 'referral_ready', 'referred')"))
    op.drop_index('ix_cases_emergencies', table_name='cases', postgresql_where=sa.text("emergency AND state IN ('received', 'triage', 'liaison', 'awaiting_tourist', 'with_merchant', 'offered', 'mediation', 'proposed', 'settled', 'referral_ready', 'referred')"))
    op.drop_table('cases')
    op.drop_index('ix_shops_search', table_name='shops', postgresql_using='gin')
    op.drop_index(op.f('ix_shops_merchant_id'), table_name='shops')
    op.drop_table('shops')
    op.drop_table('calendar_days')
    op.drop_table('api_keys')
    op.drop_index('uq_users_email', table_name='users')
    op.drop_table('users')
    op.drop_table('service_standard_rows')
    op.drop_table('law_rules')
    op.drop_table('law_revision')
    op.drop_table('calendar_years')
    op.drop_table('business_districts')
    op.drop_table('service_standards')
    op.drop_table('ports')
    op.drop_table('offices')
    op.drop_table('moved_clock')
    op.drop_index('ix_messages_given_up', table_name='messages', postgresql_where=sa.text("state = 'given_up'"))
    op.drop_index('ix_messages_due', table_name='messages', postgresql_where=sa.text("state = 'due'"))
    op.drop_index(op.f('ix_messages_deadline_id'), table_name='messages')
    op.drop_index(op.f('ix_messages_case_id'), table_name='messages')
    op.drop_table('messages')
    op.drop_table('merchants')
    op.drop_table('law_instruments')
    op.drop_table('divisions')
    op.drop_table('daily_digests')
    op.drop_table('calendars')
    op.drop_table('calendar_seeds')
    op.drop_table('authorities')
    op.execute("DROP FUNCTION history_is_append_only")
    op.execute("DROP SEQUENCE case_serial")
