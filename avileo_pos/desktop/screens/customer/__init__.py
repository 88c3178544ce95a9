"""«Clientes»: who they are, what they owe, and since when."""
