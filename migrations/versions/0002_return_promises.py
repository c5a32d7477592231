"""return promises, their versions and breaches, and the networks of shops behind them."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = '0002'
down_revision = '0001'
branch_labels = None
depends_on = None


FIXED = """
CREATE FUNCTION published_pledges_are_fixed() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  RAISE EXCEPTION 'what was published about a pledge is never changed';
END $$;
CREATE TRIGGER pledge_versions_fixed BEFORE UPDATE OR DELETE ON pledge_versions
  FOR EACH ROW WHEN (OLD.published_at IS NOT NULL) EXECUTE FUNCTION published_pledges_are_fixed();
CREATE TRIGGER pledge_events_append_only BEFORE UPDATE OR DELETE ON pledge_events
  FOR EACH ROW EXECUTE FUNCTION published_pledges_are_fixed();
"""


def upgrade():
    op.create_table('pledges',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('code', sa.String(), nullable=False),
    sa.Column('merchant_id', sa.Integer(), nullable=False),
    sa.Column('brand_zh', sa.String(), nullable=False),
    sa.Column('brand_en', sa.String(), nullable=False),
    sa.Column('source', sa.String(), nullable=False),
    sa.Column('withdrawn_on', sa.Date(), nullable=True),
    sa.Column('withdrawn_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('withdrawal_reason', sa.String(), nullable=False),
    sa.Column('created_at', sa.DateTime(timezone=True), server_default=sa.text('now()'), nullable=False),
    sa.Column('version', sa.Integer(), nullable=False),
    sa.CheckConstraint("source IN ('merchant', 'list')", name=op.f('ck_pledges_source_known')),
    sa.CheckConstraint('(withdrawn_on IS NULL) = (withdrawn_at IS NULL)', name=op.f('ck_pledges_withdrawn_with_its_day')),
    sa.ForeignKeyConstraint(['merchant_id'], ['merchants.id'], name=op.f('fk_pledges_merchant_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_pledges')),
    sa.UniqueConstraint('code', name=op.f('uq_pledges_code'))
    )
    op.create_index(op.f('ix_pledges_merchant_id'), 'pledges', ['merchant_id'], unique=False)
    op.create_table('pledge_versions',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('pledge_id', sa.Integer(), nullable=False),
    sa.Column('number', sa.Integer(), nullable=False),
    sa.Column('published_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('published_by', sa.String(), nullable=True),
    sa.Column('applies_from', sa.Date(), nullable=True),
    sa.Column('days', sa.Integer(), nullable=False),
    sa.Column('starts', sa.String(), nullable=False),
    sa.Column('condition', sa.String(), nullable=False),
    sa.Column('proof', sa.String(), nullable=False),
    sa.Column('covered', postgresql.JSONB(astext_type=sa.Text()), nullable=False),
    sa.Column('excluded', postgresql.JSONB(astext_type=sa.Text()), nullable=False),
    sa.Column('also_takes', postgresql.JSONB(astext_type=sa.Text()), nullable=False),
    sa.Column('goods_zh', sa.String(), nullable=False),
    sa.Column('goods_en', sa.String(), nullable=False),
    sa.Column('exclusions_zh', sa.String(), nullable=False),
    sa.Column('exclusions_en', sa.String(), nullable=False),
    sa.Column('ways', postgresql.JSONB(astext_type=sa.Text()), nullable=False),
    sa.Column('desks', postgresql.JSONB(astext_type=sa.Text()), nullable=False),
    sa.Column('reach', sa.String(), nullable=True),
    sa.Column('freight', sa.String(), nullable=False),
    sa.Column('refund_days', sa.Integer(), nullable=True),
    sa.Column('means', postgresql.JSONB(astext_type=sa.Text()), nullable=False),
    sa.Column('auto_approve_up_to', sa.Integer(), nullable=True),
    sa.Column('keep_item_up_to', sa.Integer(), nullable=True),
    sa.Column('shop_ids', postgresql.JSONB(astext_type=sa.Text()), nullable=False),
    sa.Column('worse_in', postgresql.JSONB(astext_type=sa.Text()), nullable=False),
    sa.Column('search', postgresql.TSVECTOR(), nullable=True),
    sa.CheckConstraint("condition IN ('intact', 'resale')", name=op.f('ck_pledge_versions_condition_known')),
    sa.CheckConstraint("freight IN ('buyer', 'merchant')", name=op.f('ck_pledge_versions_freight_known')),
    sa.CheckConstraint("proof IN ('invoice', 'any', 'none')", name=op.f('ck_pledge_versions_proof_known')),
    sa.CheckConstraint("reach IN ('city', 'region', 'everywhere')", name=op.f('ck_pledge_versions_reach_known')),
    sa.CheckConstraint("starts IN ('purchase', 'receipt')", name=op.f('ck_pledge_versions_start_known')),
    sa.CheckConstraint('(published_at IS NULL) = (applies_from IS NULL) AND (published_at IS NULL) = (published_by IS NULL)', name=op.f('ck_pledge_versions_published_whole')),
    sa.CheckConstraint('auto_approve_up_to >= 0 AND keep_item_up_to >= 0', name=op.f('ck_pledge_versions_limits_not_negative')),
    sa.CheckConstraint('days BETWEEN 1 AND 365', name=op.f('ck_pledge_versions_days_possible')),
    sa.CheckConstraint('jsonb_array_length(ways) > 0', name=op.f('ck_pledge_versions_some_way')),
    sa.CheckConstraint('refund_days BETWEEN 1 AND 60', name=op.f('ck_pledge_versions_refund_days_possible')),
    sa.ForeignKeyConstraint(['pledge_id'], ['pledges.id'], name=op.f('fk_pledge_versions_pledge_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_pledge_versions')),
    sa.UniqueConstraint('pledge_id', 'number', name=op.f('uq_pledge_versions_pledge_id_number'))
    )
    op.create_index('ix_pledge_versions_search', 'pledge_versions', ['search'], unique=False, postgresql_using='gin')
    op.create_index('uq_pledge_versions_one_draft', 'pledge_versions', ['pledge_id'], unique=True, postgresql_where=sa.text('published_at IS NULL'))
    op.create_table('pledge_breaches',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('pledge_id', sa.Integer(), nullable=False),
    sa.Column('shop_id', sa.Integer(), nullable=True),
    sa.Column('case_number', sa.String(), nullable=False),
    sa.Column('happened_on', sa.Date(), nullable=False),
    sa.Column('reason', sa.String(), nullable=False),
    sa.Column('note', sa.String(), nullable=False),
    sa.Column('recorded_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('recorded_by', sa.String(), nullable=False),
    sa.Column('comment', sa.String(), nullable=False),
    sa.Column('commented_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('commented_by', sa.String(), nullable=True),
    sa.Column('cleared_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('cleared_by', sa.String(), nullable=True),
    sa.Column('cleared_because', sa.String(), nullable=False),
    sa.CheckConstraint("(cleared_at IS NULL) = (cleared_by IS NULL) AND (cleared_at IS NULL OR cleared_because <> '')", name=op.f('ck_pledge_breaches_cleared_with_a_reason')),
    sa.CheckConstraint("reason IN ('return_refused', 'extra_conditions', 'too_short', 'refund_late', 'notice_differs')", name=op.f('ck_pledge_breaches_reason_known')),
    sa.ForeignKeyConstraint(['pledge_id'], ['pledges.id'], name=op.f('fk_pledge_breaches_pledge_id')),
    sa.ForeignKeyConstraint(['shop_id'], ['shops.id'], name=op.f('fk_pledge_breaches_shop_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_pledge_breaches'))
    )
    op.create_index(op.f('ix_pledge_breaches_pledge_id'), 'pledge_breaches', ['pledge_id'], unique=False)
    op.create_table('return_networks',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('code', sa.String(), nullable=False),
    sa.Column('kind', sa.String(), nullable=False),
    sa.Column('name_zh', sa.String(), nullable=False),
    sa.Column('name_en', sa.String(), nullable=False),
    sa.Column('owner_id', sa.Integer(), nullable=True),
    sa.Column('created_at', sa.DateTime(timezone=True), server_default=sa.text('now()'), nullable=False),
    sa.CheckConstraint("kind IN ('chain', 'brand', 'mall')", name=op.f('ck_return_networks_kind_known')),
    sa.ForeignKeyConstraint(['owner_id'], ['merchants.id'], name=op.f('fk_return_networks_owner_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_return_networks')),
    sa.UniqueConstraint('code', name=op.f('uq_return_networks_code'))
    )
    op.create_table('network_members',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('network_id', sa.Integer(), nullable=False),
    sa.Column('shop_id', sa.Integer(), nullable=False),
    sa.Column('asked_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('joins_on', sa.Date(), nullable=True),
    sa.Column('leaves_on', sa.Date(), nullable=True),
    sa.Column('refused_at', sa.DateTime(timezone=True), nullable=True),
    sa.CheckConstraint('leaves_on IS NULL OR leaves_on >= joins_on', name=op.f('ck_network_members_leaves_after_it_joined')),
    sa.CheckConstraint('refused_at IS NULL OR joins_on IS NULL', name=op.f('ck_network_members_refused_or_admitted')),
    sa.ForeignKeyConstraint(['network_id'], ['return_networks.id'], name=op.f('fk_network_members_network_id')),
    sa.ForeignKeyConstraint(['shop_id'], ['shops.id'], name=op.f('fk_network_members_shop_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_network_members'))
    )
    op.create_index(op.f('ix_network_members_shop_id'), 'network_members', ['shop_id'], unique=False)
    op.create_index('uq_network_members_at_a_time', 'network_members', ['network_id', 'shop_id'], unique=True, postgresql_where=sa.text('leaves_on IS NULL AND refused_at IS NULL'))
    op.create_table('pledge_events',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('pledge_id', sa.Integer(), nullable=True),
    sa.Column('network_id', sa.Integer(), nullable=True),
    sa.Column('at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('by', sa.String(), nullable=False),
    sa.Column('action', sa.String(), nullable=False),
    sa.Column('details', postgresql.JSONB(astext_type=sa.Text()), nullable=False),
    sa.CheckConstraint('num_nonnulls(pledge_id, network_id) = 1', name=op.f('ck_pledge_events_of_one_thing')),
    sa.ForeignKeyConstraint(['network_id'], ['return_networks.id'], name=op.f('fk_pledge_events_network_id')),
    sa.ForeignKeyConstraint(['pledge_id'], ['pledges.id'], name=op.f('fk_pledge_events_pledge_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_pledge_events'))
    )
    op.create_index(op.f('ix_pledge_events_network_id'), 'pledge_events', ['network_id'], unique=False)
    op.create_index(op.f('ix_pledge_events_pledge_id'), 'pledge_events', ['pledge_id'], unique=False)
    op.execute(FIXED)


def downgrade():
    op.drop_index(op.f('ix_pledge_events_network_id'), table_name='pledge_events')
    op.drop_index(op.f('ix_pledge_events_pledge_id'), table_name='pledge_events')
    op.drop_table('pledge_events')
    op.drop_index(op.f('ix_network_members_shop_id'), table_name='network_members')
    op.drop_index('uq_network_members_at_a_time', table_name='network_members', postgresql_where=sa.text('leaves_on IS NULL AND refused_at IS NULL'))
    op.drop_table('network_members')
    op.drop_table('return_networks')
    op.drop_index(op.f('ix_pledge_breaches_pledge_id'), table_name='pledge_breaches')
    op.drop_table('pledge_breaches')
    op.drop_index('ix_pledge_versions_search', table_name='pledge_versions', postgresql_using='gin')
    op.drop_index('uq_pledge_versions_one_draft', table_name='pledge_versions', postgresql_where=sa.text('published_at IS NULL'))
    op.drop_table('pledge_versions')
    op.drop_index(op.f('ix_pledges_merchant_id'), table_name='pledges')
    op.drop_table('pledges')
    op.execute("DROP FUNCTION published_pledges_are_fixed")
