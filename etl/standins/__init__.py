"""Small loopback servers that answer like the annotation platforms annomirror reads."""
