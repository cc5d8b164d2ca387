"""How Alembic reaches the database: over the connection that `serve.store` holds."""

from alembic import context

context.configure(connection=context.config.attributes["connection"], render_as_batch=True)
context.run_migrations()
