"""Better Auth's own tables, in the shape that its snake_case schema has, so that both backends can share them.

Ids and tokens are 32 characters of a-z, A-Z and 0-9. Instants are cut to milliseconds by whoever writes them.
"""

from sqlalchemy import Column, ForeignKeyConstraint, Index, PrimaryKeyConstraint, Table, UniqueConstraint, text

from avileo_pos.tables.base import SERVER, Flag, Instant, Words, metadata

_NOW = text("timezone('utc', now())")

user = Table(
    "user",
    metadata,
    Column("id", Words(), nullable=False),
    Column("name", Words(), nullable=False),
    Column("email", Words(), nullable=False),
    Column("email_verified", Flag(), nullable=False, server_default=text("false")),
    Column("image", Words()),
    Column("created_at", Instant(), nullable=False, server_default=_NOW),
    Column("updated_at", Instant(), nullable=False, server_default=_NOW),
    PrimaryKeyConstraint("id"),
    UniqueConstraint("email"),
    Index("user_email_idx", "email"),
    info={"in": SERVER},
)
"""A person who may sign in; the email is stored in lower case."""

session = Table(
    "session",
    metadata,
    Column("id", Words(), nullable=False),
    Column("expires_at", Instant(), nullable=False),
    Column("token", Words(), nullable=False),
    Column("created_at", Instant(), nullable=False, server_default=_NOW),
    Column("updated_at", Instant(), nullable=False, server_default=_NOW),
    Column("ip_address", Words()),
    Column("user_agent", Words()),
    Column("user_id", Words(), nullable=False),
    PrimaryKeyConstraint("id"),
    UniqueConstraint("token"),
    ForeignKeyConstraint(["user_id"], [user.c.id], ondelete="CASCADE"),
    Index("session_userId_idx", "user_id"),
    info={"in": SERVER},
)
"""Who is signed in, and until when; the row is the authority, whatever a cookie says."""

account = Table(
    "account",
    metadata,
    Column("id", Words(), nullable=False),
    Column("account_id", Words(), nullable=False),
    Column("provider_id", Words(), nullable=False),
    Column("user_id", Words(), nullable=False),
    Column("access_token", Words()),
    Column("refresh_token", Words()),
    Column("id_token", Words()),
    Column("access_token_expires_at", Instant()),
    Column("refresh_token_expires_at", Instant()),
    Column("scope", Words()),
    Column("password", Words()),
    Column("created_at", Instant(), nullable=False, server_default=_NOW),
    Column("updated_at", Instant(), nullable=False, server_default=_NOW),
    PrimaryKeyConstraint("id"),
    ForeignKeyConstraint(["user_id"], [user.c.id], ondelete="CASCADE"),
    Index("account_userId_idx", "user_id"),
    info={"in": SERVER},
)
"""A way to sign in: provider `credential` has the password's hash, `account_id` is then the user's id."""

verification = Table(
    "verification",
    metadata,
    Column("id", Words(), nullable=False),
    Column("identifier", Words(), nullable=False),
    Column("value", Words(), nullable=False),
    Column("expires_at", Instant(), nullable=False),
    Column("created_at", Instant(), nullable=False, server_default=_NOW),
    Column("updated_at", Instant(), nullable=False, server_default=_NOW),
    PrimaryKeyConstraint("id"),
    Index("verification_identifier_idx", "identifier"),
    info={"in": SERVER},
)
"""Better Auth's pending proofs, such as a link to a new password."""
