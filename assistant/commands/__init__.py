"""The commands of `assistant` that have files of their own."""
