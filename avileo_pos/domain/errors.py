"""The trouble that a person at the till can understand and put right."""


class BusinessRuleBroken(Exception):  # noqa: N818 - the name says what happened
    """A rule of the shop forbids this; `code` chooses the Spanish sentence and `details` fill it.

    What the log tells of it is the code: the details name people and amounts.
    """

    def __init__(self, code: str, **details: object) -> None:
        super().__init__(code)
        self.code = code
        self.details: dict[str, object] = details


class PermissionDenied(BusinessRuleBroken):
    """The person may not do this; `details["permission"]` is what an admin's PIN could grant."""

    def __init__(self, permission: str) -> None:
        super().__init__("permission_denied", permission=permission)
