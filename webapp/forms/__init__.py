"""Forms: what people may type, with a clear message beside the field."""
