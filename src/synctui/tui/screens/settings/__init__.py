"""The settings: libraries, engines, looks, keys, and the first start without any of them."""
