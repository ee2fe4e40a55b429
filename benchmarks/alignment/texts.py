"""What is said, and what stands in subtitles without being said, in the languages of the benchmark."""

from __future__ import annotations

from random import Random

_PARTS: dict[str, tuple[tuple[str, ...], tuple[str, ...], tuple[str, ...]]] = {
    "en": (
        (
            "I told you",
            "Nobody knew",
            "She wrote",
            "We heard",
            "They said",
            "Do you believe",
            "My brother thinks",
            "Remember",
        ),
        (
            "that the boat",
            "that the old clock",
            "that your letter",
            "that the last train",
            "that the doctor",
            "that the dog",
        ),
        (
            "left before dawn.",
            "was never found.",
            "is still in the garden.",
            "would come back.",
            "cost too much.",
            "can wait.",
        ),
    ),
    "fr": (
        ("Je t'ai dit", "Personne ne savait", "Elle a écrit", "On raconte", "Mon frère pense", "Tu crois", "Rappelle-toi"),
        (
            "que le bateau",
            "que la vieille horloge",
            "que ta lettre",
            "que le dernier train",
            "que le médecin",
            "que le chien",
        ),
        ("est parti avant l'aube.", "est encore au jardin.", "reviendra demain.", "coûte trop cher.", "peut attendre."),
    ),
    "es": (
        ("Te lo dije,", "Nadie sabía", "Ella escribió", "Dicen por ahí", "Mi hermano piensa", "Tú crees", "Recuerda"),
        ("que el barco", "que el viejo reloj", "que tu carta", "que el último tren", "que el médico", "que el perro"),
        ("salió antes del alba.", "sigue en el jardín.", "volverá mañana.", "cuesta demasiado.", "puede esperar."),
    ),
    "it": (
        ("Te l'ho detto,", "Nessuno sapeva", "Lei ha scritto", "Si racconta", "Mio fratello pensa", "Tu credi", "Ricordati"),
        (
            "che la barca",
            "che il vecchio orologio",
            "che la tua lettera",
            "che l'ultimo treno",
            "che il medico",
            "che il cane",
        ),
        ("è partita prima dell'alba.", "è ancora in giardino.", "tornerà domani.", "costa troppo.", "può aspettare."),
    ),
    "ru": (
        ("Я тебе говорил,", "Никто не знал,", "Она написала,", "Говорят,", "Мой брат думает,", "Ты веришь,", "Помни,"),
        ("что лодка", "что старые часы", "что твоё письмо", "что последний поезд", "что доктор", "что собака"),
        ("ушли до рассвета.", "всё ещё в саду.", "вернётся завтра.", "стоит слишком дорого.", "может подождать."),
    ),
}
_SHORT = {
    "en": ("Yes.", "No, wait.", "Come here.", "What was that?", "Not now.", "Thank you.", "Over there!", "All right."),
    "fr": ("Oui.", "Non, attends.", "Viens ici.", "C'était quoi ?", "Pas maintenant.", "Merci.", "Là-bas !", "D'accord."),
    "es": ("Sí.", "No, espera.", "Ven aquí.", "¿Qué fue eso?", "Ahora no.", "Gracias.", "¡Por allí!", "De acuerdo."),
    "it": ("Sì.", "No, aspetta.", "Vieni qui.", "Cos'era?", "Non adesso.", "Grazie.", "Laggiù!", "Va bene."),
    "ru": ("Да.", "Нет, подожди.", "Иди сюда.", "Что это было?", "Не сейчас.", "Спасибо.", "Вон там!", "Хорошо."),
}
SOUNDS = (
    "[door slams]",
    "[thunder rumbles]",
    "(footsteps)",
    "[phone rings]",
    "(sighs)",
    "[engine starts]",
    "[glass breaks]",
)
LYRICS = ("♪ far across the water ♪", "♪ the lights are low ♪", "♪ and nobody's home ♪", "♪ la la la ♪", "♪ carry me over ♪")
SIGNS = ("LAST STOP", "THREE YEARS EARLIER", "Hotel Meridian", "NO ENTRY", "Tuesday, 6:40 a.m.", "Chapter Two", "FOR SALE")


def sentence(random: Random, language: str) -> str:
    """Return something to say."""
    if random.random() < 0.3:
        return random.choice(_SHORT[language])
    return " ".join(random.choice(part) for part in _PARTS[language])


def words_for(random: Random, language: str, seconds: float) -> str:
    """Return text of the length that takes about so long to say."""
    wanted = max(2, int(seconds * random.uniform(12, 17)))
    text = sentence(random, language)
    while len(text) < wanted:
        text += " " + sentence(random, language)
    if len(text) > wanted + 6:
        cut = text.rfind(" ", 2, wanted + 6)
        text = text[: cut if cut > 0 else wanted].rstrip(" ,.") + "."
    return text
