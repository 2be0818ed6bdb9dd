/* Type-generic scalar functions that the expressions of the table call; re-included per target. */
