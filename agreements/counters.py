"""The effects that are counted: targets of an agreement now, service logs and yearly reports later."""

COUNTERS: tuple[tuple[str, str, str], ...] = (
    ("new_varieties", "引进推广新品种新产品", "个"),
    ("new_techniques", "推广新技术", "项"),
    ("problems_solved", "解决技术难题", "个"),
    ("courses", "举办培训班", "场次"),
    ("people_trained", "培训人员", "人次"),
    ("demo_bases", "建立科技示范基地", "个"),
    ("demo_households", "培育科技示范户", "户"),
    ("income_gain", "带动增收", "万元"),
)


def in_words(targets: dict[str, int]) -> str:
    """「推广新技术 2 项；举办培训班 4 场次」; what is zero is left out."""
    return "；".join(f"{label} {targets[key]} {unit}" for key, label, unit in COUNTERS if targets.get(key)) or "无"
