"""By which paper a natural person is known, as a request says it."""

from __future__ import annotations

from typing import Annotated, Self

from pydantic import Field, model_validator

from chassis.http import Body
from chassis.invalid import not_as_meant
from services.penalty.domain.events import IdKind
from services.penalty.domain.identity import FAULTS, fault_of, normalised


class Papered(Body):
    """A natural person with the paper that it showed."""

    id_kind: IdKind = "resident-id"
    """Which paper: `resident-id` 居民身份证, `residence-permit` 港澳台居民居住证 (both with a citizen's number of GB 11643),
    `permanent-residence` 外国人永久居留身份证, `passport` 护照, `travel-permit` 港澳台居民来往内地（大陆）通行证, `other`."""
    id_number: Annotated[str, Field(min_length=1, max_length=40)]
    """Its number 身份证件号码; sealed for the person. Of a citizen's number, day of birth and check character are checked."""

    @model_validator(mode="after")
    def _number_of_its_kind(self) -> Self:
        self.id_number = normalised(self.id_number)
        if (fault := fault_of(self.id_kind, self.id_number)) is not None:
            zh, en = FAULTS[fault]
            raise not_as_meant(f"{zh}；其他证件须填写 id_kind", f"{en}; of another paper, say its id_kind")
        return self
