"""One exception tree. Every message says what was found and where; every remedy says what to do."""


class CustsegError(Exception):
    """Anything a user can mend: one line of what and where, one line of what to do.

    `exit_code` is what the command ends with; the table is in the README. `code`: a short name of the kind of
    problem, for programs that answer to it; empty where none does. Nobody parses the texts.
    """

    exit_code = 1

    def __init__(self, what: str, remedy: str = "", *, code: str = "") -> None:
        super().__init__(what)
        self.what = what
        self.remedy = remedy
        self.code = code


class RecipeError(CustsegError):
    """The command or the recipe is wrong."""

    exit_code = 2


class DataError(CustsegError):
    """The data breaks the contract."""

    exit_code = 3


class RunError(CustsegError):
    """A run or a model can't be used, or the output can't be written."""

    exit_code = 4


class DriftError(CustsegError):
    """The customers drifted from the live run, and the command was asked to fail on it."""

    exit_code = 5
