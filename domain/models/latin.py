"""Latin letters that do not decompose, as plain letters: what NFKD and case folding leave of ICU's Latin-ASCII transform.

Source: CLDR, common/transforms/Latin-ASCII.xml, for small letters; `ss` for `ß` comes of case folding. The schwa is read
as `e`. Apostrophes and hyphens have one form each, as people type them.
"""

from __future__ import annotations

_LETTERS = {
    "a": "ⱥᴀᶏ",
    "b": "ƀɓƃʙᴃᵬᶀ",
    "c": "ƈȼɕᴄꞓ",
    "d": "ðđɖɗƌȡᴅᴆᵭᶁᶑꝱꝺ",
    "e": "əɛɇᴇᶒᶓⱸ",
    "f": "ƒᵮᶂꜰꝼ",
    "g": "ɠǥɡɢʛᶃꞡ",
    "h": "ħɦɧʜⱨ",
    "i": "ıɩɨɪᵻᶖ",
    "j": "ȷɉɟʝᴊ",
    "k": "ƙᴋᶄⱪꝁꝃꝅꞣ",
    "l": "łƚȴɫɬɭʟᴌᶅⱡꝇꝉꝲ",
    "m": "ɱᴍᵯᶆꝳ",
    "n": "ŋɲƞȵɳɴᵰᶇꝴꞑꞥ",
    "o": "øᴏⱺꝋꝍ",
    "p": "ƥᴘᵱᵽᶈꝑꝓꝕ",
    "q": "ĸʠꝗꝙ",
    "r": "ɍɼɽɾʀᵲᵳᶉꝵꝶꞧ",
    "s": "ȿʂᵴᶊẜẝꜱꞩ",
    "t": "ŧƫƭʈȶⱦᴛᵵꝷꞇ",
    "u": "ʉᴜᵾᶙ",
    "v": "ʋᴠᶌỽⱱⱴꝟ",
    "w": "ᴡⱳ",
    "x": "ᶍ",
    "y": "ƴɏʏỿ",
    "z": "ƶȥɀʐʑᴢᵶᶎⱬ",
    "aa": "ꜳ",
    "ae": "æᴁ",
    "ao": "ꜵ",
    "au": "ꜷ",
    "av": "ꜹꜻ",
    "ay": "ꜽ",
    "db": "ȸ",
    "dz": "ʣʥ",
    "hv": "ƕ",
    "ll": "ỻ",
    "ls": "ʪ",
    "lz": "ʫ",
    "oe": "œɶ",
    "oi": "ƣ",
    "oo": "ꝏ",
    "qp": "ȹ",
    "th": "þᵺꝥꝧ",
    "ts": "ʦ",
    "ue": "ᵫ",
    "vy": "ꝡ",
}
_SIGNS = {"'": "\u2018\u2019\u201b\u02b9\u02bb\u02bc\u02bd\u02c8", "-": "\u2010\u2012\u2013\u2014\u2015\u2212"}

ASCII = {ord(c): plain for table in (_LETTERS, _SIGNS) for plain, characters in table.items() for c in characters}
"""For `str.translate`, of text that is decomposed and case-folded."""
