"""Who is signed in: Better Auth's formats, sessions, passwords and the throttle."""
