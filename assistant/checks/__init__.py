"""What is checked of a generated text before anybody reads it: pure functions, one noun a file."""
