"""WeChat: messages of a Wechaty gateway in, replies through it out, over gRPC."""
