"""What is shown: exit codes, error messages, tables for people, JSON for programs."""
