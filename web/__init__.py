"""Pages by role, the JSON API, and the middleware that guards them."""
