"""«Esta caja»: what has not been sent, signing out, and taking the till off this computer."""
