"""People who sign in with an OpenID Connect provider, where the operator wants to know them."""
