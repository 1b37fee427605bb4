"""What all sections of a recipe have in common."""

from __future__ import annotations

from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field, model_validator

Share = Annotated[float, Field(ge=0, le=1)]


class Section(BaseModel):
    """A mapping of the recipe: frozen, and unknown keys are refused.

    Where it has an expression `sql`, the short form `name: expression` stands for `name: {sql: expression}`.
    """

    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False)

    @model_validator(mode="before")
    @classmethod
    def _read_short_form(cls, value: Any) -> Any:
        return {"sql": value} if isinstance(value, str) and "sql" in cls.model_fields else value
