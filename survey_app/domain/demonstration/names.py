"""Made-up Vietnamese names for made-up enumerators."""

import numpy

_FAMILY = [
    "Nguyễn",
    "Trần",
    "Lê",
    "Phạm",
    "Hoàng",
    "Vũ",
    "Đặng",
    "Bùi",
    "Đỗ",
    "Hồ",
    "Ngô",
    "Dương",
    "Lý",
    "Đinh",
    "Trịnh",
]
_MIDDLE = ["Thị", "Văn", "Thu", "Ngọc", "Minh", "Đức", "Hồng", "Quang", "Thanh", "Kim", "Xuân", "Hữu"]
_GIVEN = [
    "An",
    "Ánh",
    "Bình",
    "Châu",
    "Cường",
    "Dung",
    "Duy",
    "Đạt",
    "Đông",
    "Giang",
    "Hà",
    "Hạnh",
    "Hiền",
    "Hòa",
    "Huệ",
    "Hùng",
    "Hương",
    "Khánh",
    "Lan",
    "Liên",
    "Linh",
    "Loan",
    "Long",
    "Mai",
    "Nam",
    "Nga",
    "Nhung",
    "Oanh",
    "Phúc",
    "Phượng",
    "Quân",
    "Quỳnh",
    "Sơn",
    "Tâm",
    "Thảo",
    "Thắng",
    "Thủy",
    "Trang",
    "Tuấn",
    "Yến",
]


def enumerator_names(count: int, generator: numpy.random.Generator) -> list[str]:
    """Return so many different full names, drawn from the generator."""
    names: dict[str, None] = {}
    while len(names) < count:
        names[" ".join(str(generator.choice(part)) for part in (_FAMILY, _MIDDLE, _GIVEN))] = None
    return list(names)
