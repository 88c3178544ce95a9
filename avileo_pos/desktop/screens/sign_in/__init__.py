"""«Entrar»: the page before the screens."""
