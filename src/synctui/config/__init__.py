"""Configuration: typed, documented, from several layers with known origins; paths and secrets."""
