"""What a person sees and does, one folder a subject."""
