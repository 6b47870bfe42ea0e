"""The verbs of the house. The actor comes first; nothing here knows a request or commits."""
