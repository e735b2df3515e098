"""How Alembic meets the database: on the connection that `raiox.records.migrate` opened."""

from alembic import context

from raiox.records.tables import metadata

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=metadata,
    transactional_ddl=True,
    render_as_batch=True,
)
context.run_migrations()
