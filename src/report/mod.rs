//! Views of a transcript for reading and for scripts: text, JSON, a ticket for the provider.
