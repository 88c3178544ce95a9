"""«Distribuciones» and «Mi distribución»: the kilos that go out in a day."""
