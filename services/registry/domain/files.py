"""From the rows of a good site to the file that is opened for it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, cast

from services.registry.domain.amending import Told
from services.registry.domain.enterprise import EnterpriseRegistered, Equipment, FieldValue, Place, enterprise_id_of
from services.registry.domain.forms import Form
from services.registry.domain.stated import Value
from services.registry.domain.workbook import Entry, Key, Site

SOURCE, CONFIDENCE = "self-report", "reported"
"""What a form filled in by the enterprise is worth: reported by itself, confirmed by nobody yet."""

IDENTITY = ("uscc", "site_no", "name", "district", "industry_code", "address", "legal_representative", "safety_head", "staff")
PLACE = ("uscc", "site_no", "place_id", "kind", "name")
EQUIPMENT = ("uscc", "site_no", "equipment_id", "place_id", "kind", "name", "status")


def file_of(form: Form, key: Key, site: Site, import_id: str) -> EnterpriseRegistered:
    """The file of a site whose rows are all good."""
    values = site.sites[0].values
    identity: dict[str, Any] = {name: values[name] for name in IDENTITY}
    identity["site_no"] = str(values["site_no"])
    return EnterpriseRegistered(
        **identity, enterprise_id=enterprise_id_of(*key), sector=form.sector, import_id=import_id,
        fields=_fields(values, IDENTITY), places=_places(site.places), equipment=_equipment(site.equipment),
    )  # fmt: skip


def told_of(site: Site) -> Told:
    """What the rows of a good site tell, record by record: which site they are about is no part of it."""

    def values(entry: Entry, *identity: str) -> dict[str, Value | None]:
        return {name: value for name, value in entry.values.items() if name not in ("uscc", "site_no", "district", *identity)}

    return Told(
        values(site.sites[0]), {str(e.values["place_id"]): values(e, "place_id") for e in site.places},
        {str(e.values["equipment_id"]): values(e, "equipment_id") for e in site.equipment},
    )  # fmt: skip


def _fields(values: Mapping[str, Value], known: Sequence[str]) -> tuple[FieldValue, ...]:
    return tuple(FieldValue(name, value, SOURCE, CONFIDENCE) for name, value in values.items() if name not in known)


def _places(entries: Sequence[Entry]) -> tuple[Place, ...]:
    return tuple(
        Place(str(v["place_id"]), str(v["kind"]), str(v["name"]), _fields(v, PLACE)) for v in (e.values for e in entries)
    )


def _equipment(entries: Sequence[Entry]) -> tuple[Equipment, ...]:
    return tuple(_one_equipment(entry.values) for entry in entries)


def _one_equipment(values: Mapping[str, Value]) -> Equipment:
    place = cast("str | None", values.get("place_id"))
    status = cast(Any, values["status"])
    kind, name = str(values["kind"]), str(values["name"])
    return Equipment(str(values["equipment_id"]), place, kind, name, status, _fields(values, EQUIPMENT))
