"""What people ask the registry to do: reference data, published law, the register loaded from workbooks."""
