"""Writes what the bytes of an encoding mean by the Encoding Standard, as Python's codecs and the rules below tell it.

    python3 encodings.py LABEL

Each line is a character: its bytes and its UTF-8, in hexadecimal. A sequence of one or two bytes, the first of them
from 80 on, that has no line is no character (encodings of several bytes have further lines of three and four). A line
with a question mark for its UTF-8 is a sequence that Python's codec does not know and the standard does.
"""

import sys

# The codecs that have another name than the encoding.
CODECS = {
    "ibm866": "cp866", "iso-8859-8-i": "iso8859-8", "macintosh": "mac_roman", "windows-874": "cp874",
    "x-mac-cyrillic": "mac_cyrillic", "shift_jis": "cp932", "euc-kr": "cp949", "gbk": "gb18030", "big5": "big5hkscs",
    "euc-jp": "cp932",
}

# Where the standard differs from the codec: bytes to code points, None for no character.
DIFFERENCES = {
    "koi8-u": {b"\xae": 0x45E, b"\xbe": 0x40E},
    "windows-1255": {b"\xca": 0x5BA},
    # Python has the single-byte extensions of Apple's and IBM's variants.
    "shift_jis": {b"\xa0": None, b"\xfd": None, b"\xfe": None, b"\xff": None},
    # The symbols are those of Microsoft's Big5.
    "big5": {
        b"\xa1\x45": 0x2027, b"\xa1\x4e": 0xFE51, b"\xa1\xc2": 0xAF, b"\xa1\xe3": 0xFF5E, b"\xa1\xf2": 0x2295,
        b"\xa1\xf3": 0x2299, b"\xa2\x41": 0x2215, b"\xa2\x42": 0xFE68, b"\xa2\x44": 0xFFE5, b"\xa2\x46": 0xFFE0,
        b"\xa2\x47": 0xFFE1,
    },
    "euc-jp": {b"\x8f\xa2\xb7": 0xFF5E},
    # The edition of 2022; Python has that of 2000. The ideographic space is for pages of old.
    "gb18030": {
        b"\x80": 0x20AC, b"\xa3\xa0": 0x3000, b"\xa8\xbc": 0x1E3F, b"\x81\x35\xf4\x37": 0xE7C7,
        b"\xa6\xd9": 0xFE10, b"\xa6\xda": 0xFE12, b"\xa6\xdb": 0xFE11, b"\xa6\xdc": 0xFE13, b"\xa6\xdd": 0xFE14,
        b"\xa6\xde": 0xFE15, b"\xa6\xdf": 0xFE16, b"\xa6\xec": 0xFE17, b"\xa6\xed": 0xFE18, b"\xa6\xf3": 0xFE19,
        b"\xfe\x59": 0x9FB4, b"\xfe\x61": 0x9FB5, b"\xfe\x66": 0x9FB6, b"\xfe\x67": 0x9FB7, b"\xfe\x6d": 0x9FB8,
        b"\xfe\x7e": 0x9FB9, b"\xfe\x90": 0x9FBA, b"\xfe\xa0": 0x9FBB,
    },
}
# HKSCS's compatibility points, which Python's older tables lack, and the control pictures of ETEN's Big5.
COMPATIBILITY = """
    8E69=7BB8 8E6F=7C06 8E7E=7CCE 8EAB=7DD2 8EB4=7E1D 8ECD=8005 8ED0=8028 8F57=83C1 8F69=84A8 8F6E=840F 8FCB=89A6
    8FCC=89A9 8FFE=8D77 906D=90FD 907A=92B9 90DC=975C 90F1=97FF 91BF=9F16 9244=8503 92AF=5159 92B0=515B 92B1=515D
    92B2=515E 92C8=936E 92D1=7479 9447=6D67 94CA=799B 95D9=9097 9644=975D 96ED=701E 96FC=5B28 9B76=7201 9B78=77D7
    9B7B=7E87 9BC6=99D6 9BDE=91D4 9BEC=60DE 9BF6=6FB6 9C42=8F36 9C53=4FBB 9C62=71DF 9C68=9104 9C6B=9DF0 9C77=83CF
    9CBC=5C10 9CBD=79E3 9CD0=5A67 9D57=8F0B 9D5A=7B51 9DC4=62D0 9EA9=6062 9EEF=75F9 9EFD=6C4A 9F60=9B2E 9F66=9F17
    9FCB=50ED 9FD8=5F0C A063=880F A077=62CE A0D5=7468 A0DF=7162 A0E4=7250 C6CF=5EF4 C6D3=65E0 C6D5=7676 C6D7=96B6
    C6DE=3003 C6DF=4EDD FA5F=5029 FA66=507D FABD=5305 FAC5=5344 FAD5=537F FB48=5605 FBB8=5A77 FBF3=5E75 FBF9=5ED0
    FC4F=5F58 FC6C=60A4 FCB9=6490 FCE2=6674 FCF1=675E FDB7=6C9C FDB8=6E1D FDBB=6E2F FDF1=716E FE52=732A FE6F=745C
    FEAA=74E9 FEDD=7809
"""
for pair in COMPATIBILITY.split():
    source, target = pair.split("=")
    DIFFERENCES["big5"][bytes.fromhex(source)] = int(target, 16)
for number in range(0x20):
    DIFFERENCES["big5"][bytes([0xA3, 0xC0 + number])] = 0x2400 + number
DIFFERENCES["big5"].update({b"\xa3\xe0": 0x2421, b"\xa3\xe1": 0x20AC})
DIFFERENCES["gbk"] = DIFFERENCES["gb18030"]

MULTIPLE = ["shift_jis", "euc-kr", "gbk", "gb18030", "big5", "euc-jp"]


def has_holes(label):
    """True for the code pages in which a hole between 80 and 9F is the control of that number."""
    return label.startswith("windows-")


def japanese(sequence):
    """The bytes in Shift_JIS of a character of EUC-JP: its number in JIS X 0208 is the same."""
    lead, trail = sequence
    if lead == 0x8E:
        return bytes([trail]) if 0xA1 <= trail <= 0xDF else None
    if not (0xA1 <= lead <= 0xFE and 0xA1 <= trail <= 0xFE):
        return None
    row, cell = divmod((lead - 0xA1) * 94 + trail - 0xA1, 188)
    return bytes([row + (0x81 if row < 0x1F else 0xC1), cell + (0x40 if cell < 0x3F else 0x41)])


def character(label, sequence):
    """The text of a sequence that is one character; None for any other."""
    differences = DIFFERENCES.get(label, {})
    if sequence in differences:
        code_point = differences[sequence]
        return None if code_point is None else chr(code_point)
    codec = CODECS.get(label, label)
    if label == "euc-jp":
        if len(sequence) == 2:
            sequence = japanese(sequence)
        elif len(sequence) == 3:
            codec = "euc_jp"
        else:
            return None
    if sequence is None:
        return None
    try:
        text = sequence.decode(codec)
    except UnicodeDecodeError:
        if len(sequence) == 1 and has_holes(label) and 0x80 <= sequence[0] <= 0x9F:
            return chr(sequence[0])
        return None
    return text


def sequences(label):
    """What is asked for: all of one and two bytes, and what there may be of three and four."""
    singles = [bytes([byte]) for byte in range(0x80, 0x100)]
    yield from singles
    if label not in MULTIPLE:
        return
    alone = {single for single in singles if character(label, single) is not None}
    alone |= {single for single in DIFFERENCES.get(label, {}) if len(single) == 1}
    for lead in singles:
        if lead not in alone:
            for trail in range(0x100):
                yield lead + bytes([trail])
    if label == "euc-jp":
        for second in range(0xA1, 0xFF):
            for third in range(0xA1, 0xFF):
                yield bytes([0x8F, second, third])
    if label in ("gbk", "gb18030"):
        for number in [*range(39420), *range(189000, 189000 + 0x100000, 997), 189000 + 0xFFFFF]:
            yield bytes([number // 12600 + 0x81, number // 1260 % 10 + 0x30, number // 10 % 126 + 0x81, number % 10 + 0x30])


def main(label):
    for sequence in sequences(label):
        text = character(label, sequence)
        if text is not None:
            print(sequence.hex(), text.encode().hex())
        elif label == "big5" and sequence[0] == 0x87 and len(sequence) == 2:
            # The characters that HKSCS got in 2008.
            print(sequence.hex(), "?")


main(sys.argv[1])
