"""Documents, chunks and their embeddings in Postgres with pgvector."""
