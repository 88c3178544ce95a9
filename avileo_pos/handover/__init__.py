"""Operations carried in a sealed file: what the till that writes it and whoever takes it in both have to know."""
