"""Fits how near is near for a knowledge set, on questions that it answers and such that it does not."""
