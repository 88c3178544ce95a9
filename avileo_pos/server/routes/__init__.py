"""The addresses of the API, thin: they read the request, call one function and answer."""
