"""The jobs: what runs, waits and was done; one job; one operation."""
