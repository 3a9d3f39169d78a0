"""The contracts of published events as documents, written from the code: catalogue, JSON Schemas, AsyncAPI."""
