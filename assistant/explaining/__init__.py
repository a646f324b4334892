"""Why an answer is as it is, and what it would be otherwise: `why`, `replay` and `feedback`."""
