"""Physical backups of the server that holds the services' databases, and its restore to a moment (docs/backup.md)."""
