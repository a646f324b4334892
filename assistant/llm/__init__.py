"""Language models over HTTP, behind one port: TGI's native API and OpenAI-compatible completion servers."""
