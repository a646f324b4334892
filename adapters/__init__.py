"""Chat platforms behind one contract: payloads in, IncomingMessage out; Reply in, a visible message out."""
