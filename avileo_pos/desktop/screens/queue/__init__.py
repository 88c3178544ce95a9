"""«Por enviar»: what central has not answered yet."""
