"""Made-up enterprises: plausible names and addresses, valid codes, the places and equipment of their sector."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from random import Random
from typing import Any

NEWEST = date(2020, 12, 31)
ALPHABET = "0123456789ABCDEFGHJKLMNPQRTUWXY"
SECOND_SITE = 25  # about one site in so many is a further site of the enterprise before it
STYLES = "恒鑫昌瑞宏泰华金盛祥永顺丰达隆洪赣源兴旺诚信安康"
SURNAMES = "王李张刘陈杨黄吴周徐胡熊万涂邓罗龚魏"
GIVEN = ("建国", "志强", "小平", "国华", "文辉", "丽萍", "海涛", "水根", "金龙", "晓燕", "卫东", "春生", "勇", "敏", "军", "红英")
ROADS = ("工业大道", "昌南大道", "青山南路", "富山三路", "金沙一路", "迎宾大道", "创新路", "梅岭大道", "民营大道", "港口大道")
ECONOMIC = ("limited-company", "limited-company", "limited-company", "private", "joint-stock", "foreign", "individual")

Values = Mapping[str, Any]
"""What is filled in, by the form's field names: codes for choices, dates as dates, decimals as text."""

Draw = Callable[[Random], Any]
"""A value by chance."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SiteRow:
    """One site as the workbook tells of it: its row, its places, its equipment."""

    sector: str
    district: str
    uscc: str
    site_no: int
    values: Values
    places: tuple[Values, ...]
    equipment: tuple[Values, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Machine:
    """Equipment of a sector: its kind and name, the kind of place it stands at, how many out of a hundred sites have it."""

    kind: str
    name: str
    place: str
    percent: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Trade:
    """What the enterprises of a sector are like: how they are called, what they do, how large they are, what stands there."""

    products: tuple[str, ...]
    industries: Mapping[str, str]
    staff: tuple[int, int]
    places: Mapping[str, str]
    machines: tuple[Machine, ...]


def whole(low: int, high: int) -> Draw:
    """A whole number between two, both included."""
    return lambda rng: rng.randint(low, high)


def tenths(low: int, high: int) -> Draw:
    """A decimal number with one digit, between two numbers of tenths."""
    return lambda rng: f"{rng.randint(low, high) // 10}.{rng.randint(0, 9)}"


def one_of(*options: Any) -> Draw:
    """One of these; one that is given twice is twice as likely."""
    return lambda rng: rng.choice(options)


MOSTLY = one_of(True, True, True, True, False)


def machines(*rows: tuple[str, str, str, int]) -> tuple[Machine, ...]:
    """The machines of these kinds, names, places and percentages."""
    return tuple(Machine(kind=kind, name=name, place=place, percent=percent) for kind, name, place, percent in rows)


TRADES = {
    "steel": Trade(
        products=("钢铁", "特钢", "铸钢", "金属铸造", "带钢"),
        industries={"C3120": "炼钢", "C3130": "钢压延加工", "C3391": "黑色金属铸造"},
        staff=(60, 900),
        places={
            "steelmaking-area": "炼钢车间",
            "continuous-casting-area": "连铸车间",
            "rolling-area": "轧钢车间",
            "gas-area": "煤气站",
            "gathering-place": "炉前操作室",
        },
        machines=machines(
            ("electric-arc-furnace", "电弧炉", "steelmaking-area", 80),
            ("refining-furnace", "LF精炼炉", "steelmaking-area", 55),
            ("converter", "转炉", "steelmaking-area", 20),
            ("blast-furnace", "高炉", "steelmaking-area", 10),
            ("ladle", "钢水包", "steelmaking-area", 90),
            ("casting-crane", "铸造起重机", "steelmaking-area", 85),
            ("tundish", "中间包", "continuous-casting-area", 60),
            ("continuous-caster", "连铸机", "continuous-casting-area", 60),
            ("heating-furnace", "步进式加热炉", "rolling-area", 75),
            ("gas-pipeline", "煤气管道", "gas-area", 80),
            ("gas-holder", "煤气柜", "gas-area", 25),
        ),
    ),
    "aluminium": Trade(
        products=("铝业", "铝材", "轻合金", "铝制品"),
        industries={"C3252": "铝压延加工", "C3240": "有色金属合金制造", "C3392": "有色金属铸造"},
        staff=(30, 400),
        places={
            "melting-area": "熔炼车间",
            "deep-well-casting-area": "深井铸造区",
            "pump-house": "循环水泵房",
            "emergency-discharge-pit": "应急排放池",
        },
        machines=machines(
            ("aluminium-furnace", "熔铝炉", "melting-area", 100),
            ("launder", "流槽", "deep-well-casting-area", 95),
            ("deep-well-casting-machine", "深井铸造机", "deep-well-casting-area", 100),
            ("wire-rope-hoist", "钢丝卷扬系统", "deep-well-casting-area", 55),
            ("crystalliser", "结晶器", "deep-well-casting-area", 95),
            ("cooling-water-system", "冷却水系统", "pump-house", 100),
        ),
    ),
    "dust": Trade(
        products=("木业", "家具", "粮油", "饲料", "五金制品", "塑业", "纺织"),
        industries={
            "C2029": "其他人造板制造",
            "C2110": "木质家具制造",
            "C1312": "小麦加工",
            "C1329": "其他饲料加工",
            "C3360": "金属表面处理及热处理加工",
            "C2927": "日用塑料制品制造",
            "C1711": "棉纺纱加工",
        },
        staff=(10, 260),
        places={"dust-workshop": "涉粉车间", "dust-removal-room": "除尘器区", "dust-storage": "粉尘收集间"},
        machines=machines(
            ("dust-removal-system", "除尘系统", "dust-removal-room", 97),
            ("comminution-equipment", "研磨设备", "dust-workshop", 70),
        ),
    ),
}
DUSTS = dict(zip(TRADES["dust"].products, ("wood", "wood", "flour", "feed", "aluminium", "plastic", "cotton"), strict=True))

#: What is told of a place or a piece of equipment, by its kind.
DETAILS: Mapping[str, Mapping[str, Draw]] = {
    "gathering-place": {"distance_to_lifting_span_m": whole(5, 60)},
    "gas-area": {
        "co_alarm_points": whole(2, 20),
        "alarm_control_room": one_of("煤气调度室"),
        "gas_isolation_devices": whole(1, 6),
    },
    "deep-well-casting-area": {
        "headcount_limit": whole(3, 9),
        "pit_depth_m": tenths(60, 95),
        "emergency_power_seconds": whole(5, 30),
    },
    "emergency-discharge-pit": {"emergency_pit_volume_m3": tenths(20, 90)},
    "dust-workshop": {
        "dust_workers": whole(3, 45),
        "frame_structure": MOSTLY,
        "storeys": whole(1, 3),
        "fire_compartments": whole(1, 4),
        "explosion_zone": one_of("21", "22"),
        "cleanings_per_week": whole(3, 7),
    },
    "casting-crane": {"rated_capacity_t": whole(20, 180), "fixed_gantry_hook": MOSTLY},
    "ladle": {"rated_capacity_t": whole(20, 120)},
    "blast-furnace": {"effective_volume_m3": whole(450, 1200)},
    "electric-arc-furnace": {"rated_capacity_t": whole(20, 100), "water_cooling_interlock": MOSTLY},
    "converter": {"rated_capacity_t": whole(40, 120), "water_cooling_interlock": MOSTLY},
    "continuous-caster": {"emergency_discharge": MOSTLY},
    "gas-pipeline": {"has_isolation_device": MOSTLY, "water_seal_kpa": whole(25, 35)},
    "aluminium-furnace": {"furnace_type": one_of("fixed", "tilting"), "rated_capacity_t": whole(5, 35), "outlet_lock": MOSTLY},
    "launder": {"level_sensors": whole(1, 4), "cut_off_interlock": MOSTLY},
    "deep-well-casting-machine": {"casting_drive": one_of("hydraulic", "wire-rope"), "emergency_discharge": MOSTLY},
    "wire-rope-hoist": {"rope_core": one_of("steel", "steel", "fibre")},
    "cooling-water-system": {"emergency_water_minutes": whole(10, 60)},
    "dust-removal-system": {
        "removal_method": one_of("dry", "dry", "wet"),
        "removal_pressure": one_of("negative", "negative", "positive"),
        "explosion_control": one_of("venting", "isolation", "none"),
        "air_lock_discharge": MOSTLY,
        "served_points": whole(1, 30),
        "spark_detection": MOSTLY,
    },
    "comminution-equipment": {"foreign_matter_removal": MOSTLY},
}


def make_sites(rng: Random, counts: Mapping[str, Mapping[str, int]], names: Mapping[str, str]) -> list[SiteRow]:
    """Made-up sites: so many of each sector in each district; `names` are the districts' names by id.

    Codes and enterprise names are unique, but for further sites of the same enterprise; the same random numbers make the same
    sites.
    """
    sites: list[SiteRow] = []
    used: set[str] = set()
    for district, sectors in counts.items():
        for sector, count in sectors.items():
            before = len(sites)
            for _ in range(count):
                further = len(sites) > before and sites[-1].site_no == 1 and rng.randrange(SECOND_SITE) == 0
                sites.append(_site(rng, sector, (district, names[district]), used, sites[-1] if further else None))
    return sites


def uscc(first: str) -> str:
    """The unified social credit code that begins with these 16 characters: with both check characters (GB 11714, GB 32100)."""
    organisation = sum(int(c, 36) * weight for c, weight in zip(first[8:], (3, 7, 9, 10, 5, 8, 4, 2), strict=True))
    first += "0X987654321"[organisation % 11]
    return first + ALPHABET[-sum(ALPHABET.index(c) * pow(3, place, 31) for place, c in enumerate(first)) % 31]


def _site(rng: Random, sector: str, district: tuple[str, str], used: set[str], same: SiteRow | None) -> SiteRow:
    trade = TRADES[sector]
    product = rng.choice(trade.products)
    code = same.uscc if same else _fresh(used, lambda: uscc("91360100MA" + "".join(rng.choices(ALPHABET, k=6))))
    name = f"{same.values['name']}（二厂）" if same else _fresh(used, lambda: _name(rng, product))
    places = _places(rng, trade, product)
    confined = sum(place["kind"] == "confined-space" for place in places)
    told = {"name": name, "district": district[1], "address": _address(rng, district[1]), "confined_space_count": confined}
    return SiteRow(
        sector=sector, district=district[0], uscc=code, site_no=2 if same else 1, places=places, equipment=_equipment(rng, trade),
        values={**told, **_values(rng, sector, trade)},
    )  # fmt: skip


def _fresh(used: set[str], make: Callable[[], str]) -> str:
    while (made := make()) in used:
        continue
    used.add(made)
    return made


def _name(rng: Random, product: str) -> str:
    where, form = rng.choice(("江西", "南昌", "南昌市", "江西省")), rng.choice(("有限公司", "有限公司", "有限责任公司"))
    return f"{where}{''.join(rng.sample(STYLES, 2))}{product}{form}"


def _address(rng: Random, district: str) -> str:
    return f"{district if district.startswith('南昌') else '南昌市' + district}{rng.choice(ROADS)}{rng.randint(1, 1999)}号"


def _person(rng: Random) -> str:
    return rng.choice(SURNAMES) + rng.choice(GIVEN)


def _phone(rng: Random) -> str:
    return f"199000{rng.randrange(100_000):05d}"


def _day(rng: Random, years: int) -> date:
    return NEWEST - timedelta(days=rng.randrange(1, 365 * years))


def _values(rng: Random, sector: str, trade: Trade) -> dict[str, Any]:
    staff = rng.randint(*trade.staff)
    industry = rng.choice(sorted(trade.industries))
    return {
        **_people(rng, staff), "established_on": _day(rng, 25), "economic_type": rng.choice(ECONOMIC),
        "industry_code": industry, "industry_name": trade.industries[industry], "scale": _scale(staff),
        "above_designated_size": staff >= 100, "production_status": "producing",
        "standardisation_grade": rng.choice(("2", "3", "3", "none")), "supervision_class": rng.choice("ABBCCD"),
        "has_liability_insurance": rng.random() < 0.6, "has_molten_metal": sector != "dust",
        "uses_dangerous_chemicals": rng.random() < 0.15, "uses_gas": sector != "dust" or rng.random() < 0.3,
        "has_contractors": rng.random() < 0.35,
    }  # fmt: skip


def _people(rng: Random, staff: int) -> dict[str, Any]:
    owner = _person(rng)
    return {
        "legal_representative": owner, "legal_representative_phone": _phone(rng), "safety_head": _person(rng),
        "safety_head_phone": _phone(rng), "principal_head": owner if rng.random() < 0.7 else _person(rng),
        "principal_head_phone": _phone(rng), "staff": staff, "full_time_safety_staff": max(1, staff // 100),
        "special_work_staff": staff // 10, "has_safety_department": staff > 100,
    }  # fmt: skip


def _scale(staff: int) -> str:
    return "medium" if staff >= 300 else "small" if staff >= 20 else "micro"


def _details(rng: Random, kind: str) -> dict[str, Any]:
    return {name: draw(rng) for name, draw in DETAILS.get(kind, {}).items()}


def _places(rng: Random, trade: Trade, product: str) -> tuple[Values, ...]:
    kinds = [*trade.places.items(), *[("confined-space", "有限空间")] * rng.randint(1, 3)]
    return tuple(
        {"place_id": f"P{number:02d}", "kind": kind, "name": name, **_dust(kind, product), **_details(rng, kind)}
        for number, (kind, name) in enumerate(kinds, start=1)
    )


def _dust(kind: str, product: str) -> dict[str, Any]:
    return {"dust_kind": DUSTS[product]} if kind == "dust-workshop" else {}


def _equipment(rng: Random, trade: Trade) -> tuple[Values, ...]:
    standing = {kind: f"P{number:02d}" for number, kind in enumerate(trade.places, start=1)}
    chosen = [machine for machine in trade.machines if rng.randrange(100) < machine.percent] or trade.machines[:1]
    return tuple(_machine(rng, number, machine, standing[machine.place]) for number, machine in enumerate(chosen, start=1))


def _machine(rng: Random, number: int, machine: Machine, place: str) -> Values:
    tested = _day(rng, 1)
    return {
        "equipment_id": f"E{number:02d}", "place_id": place, "kind": machine.kind, "name": machine.name,
        "model": f"{rng.choice('ABCDHKQ')}{rng.choice('XYZT')}-{rng.randint(10, 800)}", "commissioned_on": _day(rng, 15),
        "status": "idle" if rng.random() < 0.05 else "in-use", "last_test_on": tested,
        "next_test_on": tested + timedelta(days=365),
        **_details(rng, machine.kind),
    }  # fmt: skip
