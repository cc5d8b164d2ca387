"""How Alembic reaches the database: over the connection that `serve.store` holds."""

from alembic import context

from serve.schema import Base

context.configure(
    connection=context.config.attributes["connection"], target_metadata=Base.metadata, render_as_batch=True
)
context.run_migrations()
