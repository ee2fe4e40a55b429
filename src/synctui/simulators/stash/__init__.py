"""A simulated Stash: its catalogue, its GraphQL, and the traps that were measured on a real one."""
