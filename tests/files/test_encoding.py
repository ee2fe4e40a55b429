from __future__ import annotations

import pytest

from synctui.errors import OperationFailed
from synctui.files.encoding import decode

SENTENCES = {
    "cp1252": "Où est passée la clé, garçon ? À côté de l'hôtel, là-bas. Mañana, señor. Schöne Grüße, Fräulein Müller!",
    "cp1250": "Příliš žluťoučký kůň úpěl ďábelské ódy. Gdzie są moje książki? Źle się czuję, więc idę spać. Łódź",
    "cp1251": "Привет, как дела? Я не знаю, что делать с этим. Подожди меня здесь, пожалуйста.",
    "cp1253": "Καλημέρα, τι κάνεις; Δεν ξέρω πού είναι το σπίτι μου, αλλά θα το βρω σήμερα.",
    "cp1254": "Şimdi ne yapacağız? Çok güzel bir gün değil mi, kardeşim? Işığı aç, İstanbul'a gidiyoruz.",
    "cp1255": "שלום, מה שלומך היום? אני לא יודע איפה הבית שלי, אבל אני אמצא אותו.",
    "cp1256": "مرحبا، كيف حالك اليوم؟ أنا لا أعرف أين هو البيت ولكن سوف أجده إن شاء الله",
    "koi8-r": "Привет, как дела? Я не знаю, что делать с этим. Подожди меня здесь, пожалуйста.",
    "gb18030": "你好，你今天怎么样？我不知道他在哪里，我们去找他吧。这个世界没有什么是不可能的。",
    "big5": "你好，你今天怎麼樣？我不知道他在哪裡，我們去找他吧。這個世界沒有什麼是不可能的。",
    "cp932": "こんにちは、今日はどうですか。私は彼がどこにいるか知りません。探しに行きましょう。",
    "euc_jp": "こんにちは、今日はどうですか。私は彼がどこにいるか知りません。探しに行きましょう。",
    "cp949": "안녕하세요, 오늘은 어떠세요? 나는 그가 어디에 있는지 모릅니다. 찾으러 갑시다.",
    "iso2022_jp": "こんにちは、今日はどうですか。",
}


@pytest.mark.parametrize("name", SENTENCES)
def test_legacy_encodings_are_told_by_their_letters(name: str) -> None:
    text = f"1\n00:00:01,000 --> 00:00:02,000\n{SENTENCES[name]}\n\n2\n00:00:03,000 --> 00:00:04,000\nOK.\n"
    decoded = decode(text.encode(name))
    assert decoded.encoding == name
    assert decoded.text == text
    assert decoded.lossless or name == "iso2022_jp"


@pytest.mark.parametrize("name", ["utf-8", "utf-16-le", "utf-16-be", "utf-32-le", "utf-32-be"])
def test_b34_unicode_with_a_bom(name: str) -> None:
    decoded = decode("\ufeffWEBVTT ä 漢".encode(name))
    assert (decoded.encoding, decoded.text, decoded.bom) == (name, "WEBVTT ä 漢", "\ufeff".encode(name))
    assert decoded.exact


@pytest.mark.parametrize("name", ["utf-16-le", "utf-16-be"])
@pytest.mark.parametrize(
    "text", ["1\n00:00:01,000 --> 00:00:02,000\nПривет\n", "1\r\n00:00:01,000 --> 00:00:02,000\r\n" + "漢字" * 200]
)
def test_b34_utf16_without_a_bom(name: str, text: str) -> None:
    decoded = decode(text.encode(name))
    assert (decoded.encoding, decoded.text, decoded.bom) == (name, text, b"")


def test_ascii_and_utf8_are_utf8() -> None:
    assert decode(b"plain").encoding == "utf-8"
    assert decode("Übung".encode()).exact


def test_b36_stray_bytes_in_utf8_are_kept() -> None:
    data = "Où étiez-vous, Hélène ? Ça va très bien.".encode() + b"\xff\xe9"
    decoded = decode(data)
    assert decoded.encoding == "utf-8"
    assert decoded.lossless
    assert not decoded.exact
    assert decoded.text.encode("utf-8", "surrogateescape") == data


@pytest.mark.parametrize(
    "data",
    [
        b"1\n00:00:01,000 --> 00:00:02,000\nA\x00B\n",
        b"\0" * 1000,
        b"PK\x03\x04rest of an archive",
        b"\x89PNG\r\n\x1a\n",
        b"\x1a\x45\xdf\xa3video",
        bytes(range(256)) * 4,
        bytes(range(1, 9)) * 100,
        b"\xff\xfe\x00\xd8\x00\x00",
        b"\xff\xfe\x00\x00\xff\xff\xff\xff",
    ],
    ids=["nul", "nuls", "zip", "png", "mkv", "all bytes", "controls", "utf-16 nul", "utf-32 damaged"],
)
def test_b32_b33_what_is_no_text(data: bytes) -> None:
    with pytest.raises(OperationFailed) as caught:
        decode(data)
    assert caught.value.code == "unsupported_content"


def test_odd_byte_at_the_end_of_utf16() -> None:
    decoded = decode(b"\xff\xfe" + "ab".encode("utf-16-le") + b"x")
    assert (decoded.text, decoded.tail) == ("ab", b"x")


def test_a_guess_is_made_in_bounded_time() -> None:
    decode(b"\xe9\xe8 word " * 500_000)
