"""Alembic's environment: our tables, and the connection that `migrate` opened."""

from alembic import context

from visitation import tables

connection = context.config.attributes["connection"]
context.configure(
    connection=connection,
    target_metadata=tables.METADATA,
    render_as_batch=True,
    compare_type=True,
)
with context.begin_transaction():
    context.run_migrations()
