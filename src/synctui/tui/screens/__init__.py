"""The places of the application, one module or folder each."""
