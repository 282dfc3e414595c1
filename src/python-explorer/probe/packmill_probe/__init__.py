"""What looks at Python distributions from inside: a static pass over their sources, then the live objects."""
