"""The made-up library that `--demo` and the tests use."""
