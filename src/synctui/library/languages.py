"""Languages as file names write them, and the one form we keep: `en`, `pt-BR`, `zh-Hant`.

The table holds ISO 639-1 with its 639-2/T (which is 639-3), 639-2/B codes and English names, a few 639-3 languages that
subtitles are made in, and codes that subtitle sites made up. ISO 3166-1 regions and ISO 15924 scripts follow BCP 47.
"""

from __future__ import annotations

import re
from functools import lru_cache

# 639-1 639-2/T[/639-2/B] Name[|Name]
_TABLE = """
aa aar Afar;ab abk Abkhazian;ae ave Avestan;af afr Afrikaans;ak aka Akan;am amh Amharic;an arg Aragonese;ar ara Arabic;
as asm Assamese;av ava Avaric;ay aym Aymara;az aze Azerbaijani;ba bak Bashkir;be bel Belarusian;bg bul Bulgarian;
bi bis Bislama;bm bam Bambara;bn ben Bengali|Bangla;bo bod/tib Tibetan;br bre Breton;bs bos Bosnian;
ca cat Catalan|Valencian;ce che Chechen;ch cha Chamorro;co cos Corsican;cr cre Cree;cs ces/cze Czech;
cu chu Church Slavic;cv chv Chuvash;cy cym/wel Welsh;da dan Danish;de deu/ger German;dv div Divehi;dz dzo Dzongkha;
ee ewe Ewe;el ell/gre Greek;en eng English;eo epo Esperanto;es spa Spanish|Castilian;et est Estonian;eu eus/baq Basque;
fa fas/per Persian|Farsi;ff ful Fulah;fi fin Finnish;fj fij Fijian;fo fao Faroese;fr fra/fre French;
fy fry Western Frisian|Frisian;ga gle Irish;gd gla Scottish Gaelic|Gaelic;gl glg Galician;gn grn Guarani;gu guj Gujarati;
gv glv Manx;ha hau Hausa;he heb Hebrew;hi hin Hindi;ho hmo Hiri Motu;hr hrv Croatian;ht hat Haitian|Haitian Creole;
hu hun Hungarian;hy hye/arm Armenian;hz her Herero;ia ina Interlingua;id ind Indonesian;ie ile Interlingue;ig ibo Igbo;
ii iii Sichuan Yi;ik ipk Inupiaq;io ido Ido;is isl/ice Icelandic;it ita Italian;iu iku Inuktitut;ja jpn Japanese;
jv jav Javanese;ka kat/geo Georgian;kg kon Kongo;ki kik Kikuyu;kj kua Kuanyama;kk kaz Kazakh;kl kal Kalaallisut|Greenlandic;
km khm Khmer;kn kan Kannada;ko kor Korean;kr kau Kanuri;ks kas Kashmiri;ku kur Kurdish;kv kom Komi;kw cor Cornish;
ky kir Kyrgyz|Kirghiz;la lat Latin;lb ltz Luxembourgish;lg lug Ganda;li lim Limburgish;ln lin Lingala;lo lao Lao;
lt lit Lithuanian;lu lub Luba-Katanga;lv lav Latvian;mg mlg Malagasy;mh mah Marshallese;mi mri/mao Maori;
mk mkd/mac Macedonian;ml mal Malayalam;mn mon Mongolian;mr mar Marathi;ms msa/may Malay;mt mlt Maltese;my mya/bur Burmese;
na nau Nauru;nb nob Norwegian Bokmal|Bokmal;nd nde North Ndebele;ne nep Nepali;ng ndo Ndonga;nl nld/dut Dutch|Flemish;
nn nno Norwegian Nynorsk|Nynorsk;no nor Norwegian;nr nbl South Ndebele;nv nav Navajo;ny nya Chichewa|Nyanja;oc oci Occitan;
oj oji Ojibwa;om orm Oromo;or ori Oriya|Odia;os oss Ossetian;pa pan Punjabi|Panjabi;pi pli Pali;pl pol Polish;
ps pus Pashto|Pushto;pt por Portuguese;qu que Quechua;rm roh Romansh;rn run Rundi;ro ron/rum Romanian|Moldavian;
ru rus Russian;rw kin Kinyarwanda;sa san Sanskrit;sc srd Sardinian;sd snd Sindhi;se sme Northern Sami;sg sag Sango;
si sin Sinhala|Sinhalese;sk slk/slo Slovak;sl slv Slovenian|Slovene;sm smo Samoan;sn sna Shona;so som Somali;
sq sqi/alb Albanian;sr srp Serbian;ss ssw Swati;st sot Southern Sotho;su sun Sundanese;sv swe Swedish;sw swa Swahili;
ta tam Tamil;te tel Telugu;tg tgk Tajik;th tha Thai;ti tir Tigrinya;tk tuk Turkmen;tl tgl Tagalog;tn tsn Tswana;
to ton Tonga|Tongan;tr tur Turkish;ts tso Tsonga;tt tat Tatar;tw twi Twi;ty tah Tahitian;ug uig Uighur|Uyghur;
uk ukr Ukrainian;ur urd Urdu;uz uzb Uzbek;ve ven Venda;vi vie Vietnamese;vo vol Volapuk;wa wln Walloon;wo wol Wolof;
xh xho Xhosa;yi yid Yiddish;yo yor Yoruba;za zha Zhuang;zh zho/chi Chinese;zu zul Zulu
"""

# Languages without a two-letter code, and the macrolanguage members that name Chinese.
_THREE = {
    "fil": "filipino", "yue": "cantonese", "cmn": "mandarin", "ast": "asturian", "gsw": "swiss german", "haw": "hawaiian",
    "hsb": "upper sorbian", "dsb": "lower sorbian", "sco": "scots", "ckb": "sorani", "kmr": "kurmanji", "ceb": "cebuano",
    "mni": "manipuri", "mai": "maithili", "bho": "bhojpuri", "kok": "konkani", "scn": "sicilian", "tlh": "klingon",
}  # fmt: skip
_EXTRA = {
    "pb": "pt-BR", "pob": "pt-BR", "pom": "pt-MZ", "chs": "zh-Hans", "zhs": "zh-Hans", "cht": "zh-Hant", "zht": "zh-Hant",
    "jp": "ja", "cn": "zh", "cz": "cs", "dk": "da", "gr": "el", "ua": "uk", "scc": "sr", "scr": "hr", "mol": "ro",
    "brazilian": "pt-BR", "brazilian portuguese": "pt-BR", "portuguese brazilian": "pt-BR",
    "simplified chinese": "zh-Hans", "chinese simplified": "zh-Hans", "traditional chinese": "zh-Hant",
    "chinese traditional": "zh-Hant", "latin american spanish": "es-419", "spanish latin american": "es-419",
    "european portuguese": "pt-PT", "canadian french": "fr-CA",
}  # fmt: skip
_REGIONS = frozenset(
    re.findall(
        "..",
        "adaeafagaialamaoaqarasatauawaxazbabbbdbebfbgbhbibjblbmbnbobqbrbsbtbvbwbybzcacccdcfcgchcickclcmcncocrcucvcwcxcy"
        "czdedjdkdmdodzeceeegeheresetfifjfkfmfofrgagbgdgegfggghgiglgmgngpgqgrgsgtgugwgyhkhmhnhrhthuidieiliminioiqirisit"
        "jejmjojpkekgkhkikmknkpkrkwkykzlalblclilklrlsltlulvlymamcmdmemfmgmhmkmlmmmnmompmqmrmsmtmumvmwmxmymznancnenfngni"
        "nlnonpnrnunzompapepfpgphpkplpmpnprpsptpwpyqarerorsrurwsasbscsdsesgshsisjskslsmsnsosrssstsvsxsysztctdtftgthtjtk"
        "tltmtntotrtttvtwtzuaugumusuyuzvavcvevgvivnvuwfwsyeytzazmzw",
    )
)
_SCRIPTS = frozenset(("latn", "cyrl", "hans", "hant", "arab", "deva", "hira", "kana", "jpan", "kore", "hebr", "grek"))
_TAG = re.compile(r"([a-z]{2,3})[-_](?:([a-z]{4})(?:[-_]([a-z]{2}|\d{3}))?|([a-z]{2}|\d{3}))", re.IGNORECASE)


def _table() -> dict[str, str]:
    known: dict[str, str] = {}
    for line in _TABLE.replace("\n", "").split(";"):
        two, codes, names = line.split(" ", 2)
        for key in (two, *codes.split("/"), *names.casefold().split("|")):
            known[key] = two
    for code, name in _THREE.items():
        known[code] = known[name] = code
    # In a file's name these three mean the written language, however it is spoken.
    known["cmn"] = known["mandarin"] = "zh"
    return known | _EXTRA


_KNOWN = _table()


@lru_cache(maxsize=4096)
def language(text: str) -> str | None:
    """Return the canonical tag of a code, BCP 47 tag or English name, in any case; None when it names no language."""
    folded = text.casefold()
    known = _KNOWN.get(folded) or _KNOWN.get(folded.replace("_", " ").replace("-", " "))
    if known:
        return known
    parsed = _TAG.fullmatch(text)
    if parsed is None or (base := _KNOWN.get(parsed[1].casefold())) is None:
        return None
    script, region = parsed[2], parsed[3] or parsed[4]
    if (script and script.casefold() not in _SCRIPTS) or (region and not _is_region(region)):
        return None
    base = base.split("-")[0]
    return "-".join(filter(None, (base, script and script.title(), region and region.upper())))


def _is_region(text: str) -> bool:
    return text.isdigit() or text.casefold() in _REGIONS


def wanted(tag: str | None, wishes: tuple[str, ...]) -> bool:
    """Return whether a subtitle in `tag` is among the wished languages: `pt` takes `pt-BR`, `pt-BR` takes only itself.

    No wishes take everything; a subtitle of unknown language is taken only then, or by the wish `und`.
    """
    if not wishes:
        return True
    if tag is None:
        return "und" in wishes
    return any(tag == wish or tag.startswith(wish + "-") for wish in (language(wish) or wish for wish in wishes))
