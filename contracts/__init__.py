"""What crosses a boundary: event schemas, examples, interfaces and vocabulary."""
