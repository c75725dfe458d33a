"""National code lists as choices (domain.md §5.2 to §5.5). Codes are the standards' own."""

import re

from django.db import models


class Gender(models.TextChoices):  # GB/T 2261.1
    MALE = "1", "男"
    FEMALE = "2", "女"


class Education(models.TextChoices):  # GB/T 4658—2006, the rows that people choose from
    DOCTOR = "11", "博士研究生"
    MASTER = "14", "硕士研究生"
    BACHELOR = "21", "大学本科"
    COLLEGE = "31", "大学专科"
    SECONDARY = "41", "中专"
    HIGH_SCHOOL = "61", "高中"
    BASIC = "71", "初中及以下"
    OTHER = "90", "其他"


class Degree(models.TextChoices):  # GB/T 6864
    DOCTOR = "2", "博士"
    MASTER = "3", "硕士"
    BACHELOR = "4", "学士"
    NONE = "0", "无"


class PoliticalStatus(models.TextChoices):  # GB/T 4762—1984
    PARTY = "01", "中共党员"
    PROBATIONARY = "02", "中共预备党员"
    LEAGUE = "03", "共青团员"
    RCCK = "04", "民革党员"
    CDL = "05", "民盟盟员"
    CNDCA = "06", "民建会员"
    CAPD = "07", "民进会员"
    CPWDP = "08", "农工党党员"
    ZHIGONG = "09", "致公党党员"
    JIUSAN = "10", "九三学社社员"
    TAIMENG = "11", "台盟盟员"
    INDEPENDENT = "12", "无党派人士"
    MASSES = "13", "群众"


class TitleLevel(models.TextChoices):  # GB/T 8561 and the reforms of 2019–2021
    SENIOR = "1", "正高级"
    ASSOCIATE = "2", "副高级"
    MIDDLE = "3", "中级"
    JUNIOR = "4", "初级"
    NONE = "0", "无"


class IdentityKind(models.TextChoices):
    IDENTITY_CARD = "id", "居民身份证"
    PASSPORT = "passport", "护照"


# GB/T 3304—1991, in the order of its codes 01 to 56
_ETHNIC = re.findall(
    r"\w+",
    "汉 蒙古 回 藏 维吾尔 苗 彝 壮 布依 朝鲜 满 侗 瑶 白 土家 哈尼 哈萨克 傣 黎 傈僳 佤 畲 高山 拉祜 水 东乡 纳西 景颇 "
    "柯尔克孜 土 达斡尔 仫佬 羌 布朗 撒拉 毛南 仡佬 锡伯 阿昌 普米 塔吉克 怒 乌孜别克 俄罗斯 鄂温克 德昂 保安 裕固 京 "
    "塔塔尔 独龙 鄂伦春 赫哲 门巴 珞巴 基诺",
)
ETHNICITIES = [(f"{n:02d}", f"{name}族") for n, name in enumerate(_ETHNIC, 1)] + [
    ("97", "其他"),
    ("98", "外国血统中国籍人士"),
]
