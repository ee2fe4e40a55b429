"""Foreign programs and our own workers, as process groups that never outlive us."""
