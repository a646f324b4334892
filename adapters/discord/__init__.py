"""Discord: messages of its gateway in, replies through its REST API out, by discord.py."""
