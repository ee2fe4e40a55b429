"""The screens: they read the store, send requests, and hold no logic of their own."""
