"""The addresses of the pages, each of them thin."""
