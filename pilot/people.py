"""The people of the simulated city: whom the development issuer is asked for, and in which role they act."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from random import Random

SURNAMES = "王李张刘陈杨黄赵周吴徐孙胡朱高林何郭马罗梁宋郑谢韩唐冯于董萧程曹袁邓许傅沈曾彭吕熊涂万邹"
GIVEN = "伟芳娜敏静丽强磊军洋勇艳杰娟涛明超秀兰霞平刚桂英华玉建国文斌志鹏晓东海燕新民春生红梅立新"
SPECIALITIES = ("冶金", "有色金属", "粉尘防爆", "有限空间", "电气", "机械")


@dataclass(frozen=True, slots=True, kw_only=True)
class Person:
    """A principal: who somebody is, and what they may do where."""

    sub: str
    name: str
    roles: tuple[str, ...]
    districts: tuple[str, ...]
    organ: str = ""
    officer_id: str = ""
    certificate_no: str = ""
    enterprise_id: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Organ:
    """An enforcing organ, and the jurisdiction it is the organ of; the city's works in every district."""

    organ_id: str
    name: str
    district: str
    district_name: str
    works_in: tuple[str, ...]

    def person(self, role: str, name: str, *more: str) -> Person:
        """Somebody of this organ in a role (and `more` roles)."""
        sub = f"{role}-{self.organ_id}"
        return Person(sub=sub, name=name, roles=(role, *more), districts=self.works_in, organ=self.organ_id)


@dataclass(frozen=True, slots=True, kw_only=True)
class Officer:
    """An enforcement officer with the certificate that is shown on entering."""

    officer_id: str
    name: str
    organ: Organ
    certificate_no: str
    certificate_valid_to: date
    specialities: tuple[str, ...]

    @property
    def person(self) -> Person:
        """The officer as a principal."""
        return Person(
            sub=self.officer_id, name=self.name, roles=("officer",), districts=self.organ.works_in,
            organ=self.organ.organ_id, officer_id=self.officer_id, certificate_no=self.certificate_no,
        )  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class Expert:
    """A person who goes along and advises."""

    expert_id: str
    name: str
    district: str
    specialities: tuple[str, ...]


def name_of(random: Random) -> str:
    """A name, made up."""
    return random.choice(SURNAMES) + "".join(random.sample(GIVEN, random.choice((1, 2, 2))))


def officers_of(organ: Organ, number: int, count: int, random: Random) -> list[Officer]:
    """The officers of an organ, the `number`-th of the city's organs, which their certificates show."""
    return [
        Officer(
            officer_id=f"{organ.organ_id}-{n:02d}", name=name_of(random), organ=organ,
            certificate_no=f"3601{number:03d}{n:04d}",
            certificate_valid_to=date(2023, 1, 1) + timedelta(days=random.randrange(1000)),
            specialities=tuple(random.sample(SPECIALITIES, 2)),
        )
        for n in range(1, count + 1)
    ]  # fmt: skip


def experts_of(district: str, count: int, random: Random) -> list[Expert]:
    """The experts whom the city can ask."""
    return [
        Expert(
            expert_id=f"expert-{n:02d}", name=name_of(random), district=district,
            specialities=tuple(random.sample(SPECIALITIES, 2)),
        )
        for n in range(1, count + 1)
    ]  # fmt: skip


def chosen(random: Random, among: Sequence[Expert], count: int) -> tuple[str, ...]:
    """The ids of some experts."""
    return tuple(sorted(expert.expert_id for expert in random.sample(among, count)))
