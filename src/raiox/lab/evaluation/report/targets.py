"""What leads every report: what the network cannot do, and which bars its figures miss.

The sentences are ours and stand beside each figure that could be taken for more than it
is; a bar is never lowered because a network missed it.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Final

from raiox.lab.evaluation.report.reported_metrics import ReportedMetric, Text
from raiox.vocabulary import Language

LIMITS: Final[Mapping[str, tuple[Text, ...]]] = {
    "lungs": (
        {
            "pt": "Aprendeu com máscaras desenhadas sobretudo em crianças (Kermany) e em imagens de "
            "publicações (Cohen): em adultos de outro hospital o contorno pode errar mais.",
            "en": "It learned from masks drawn mostly on children (Kermany) and on images of "
            "publications (Cohen): on adults of another hospital its outline may err more.",
        },
        {
            "pt": "Um pulmão totalmente opaco, ausente ou operado pode ser desenhado onde não se vê.",
            "en": "A lung that is wholly opaque, absent or operated on may be drawn where none is seen.",
        },
        {
            "pt": "Não mede volume nem gravidade.",
            "en": "It measures neither volume nor severity.",
        },
    ),
    "classifier": (
        {
            "pt": "Não diz se uma pessoa tem COVID-19: pontua o quanto uma imagem se parece com as "
            "rotuladas assim nestes conjuntos de dados. Quem diz é um exame de laboratório.",
            "en": "It does not tell whether a person has COVID-19: it scores how much an image "
            "resembles images labelled so in these data sets. A laboratory test tells.",
        },
        {
            "pt": "Em dados públicos, fonte e rótulo andam juntos (as opacidades de crianças, a "
            "COVID-19 de uma coleção): os números do conjunto são melhores do que qualquer hospital "
            'verá. Leia as linhas "dentro de uma mesma fonte" e espere uma AUC de 0,75 a 0,83 num '
            "hospital cujas imagens não treinaram nada.",
            "en": "Source and label go together in public data (children's opacities, one "
            "collection's COVID-19): the overall figures are better than any hospital will see. "
            'Read the lines "inside" one source, and expect an AUC of 0.75-0.83 at a hospital whose '
            "images trained nothing.",
        },
        {
            "pt": "Rótulos de COVID-19 são de aparência ou do paciente; muitas radiografias de "
            "pacientes parecem limpas.",
            "en": "Labels of COVID-19 are of appearance or of the patient; many films of patients "
            "look clear.",
        },
        {
            "pt": "Conhece três achados. Qualquer outra coisa no tórax é forçada entre eles ou "
            "termina incerta.",
            "en": "It knows three findings. Anything else in the chest is forced among them or ends "
            "uncertain.",
        },
        {
            "pt": "Crianças fora de 1 a 5 anos, e radiografias de perfil, giradas ou em negativo, "
            "estão fora dos seus dados.",
            "en": "Children outside 1-5 years, and lateral, rotated or inverted films, are outside "
            "its data.",
        },
    ),
    "frontal_filter": (
        {
            "pt": "A nota de qualidade avalia a imagem (nitidez, ruído, exposição, compressão), aprendida "
            "com radiografias pioradas de propósito; não avalia o posicionamento nem a inspiração.",
            "en": "Its quality score rates the picture (sharpness, noise, exposure, compression), "
            "learned from films made worse on purpose; it does not rate how the patient stood or "
            "breathed.",
        },
        {
            "pt": "Radiografias de perfil são poucas nos seus dados: espere que algumas passem por "
            "frontais.",
            "en": "Lateral chest films are few in its data: expect some to pass as frontal.",
        },
        {
            "pt": "As outras imagens vêm de poucas fontes de um estilo cada; um tipo de imagem que "
            "não está em nenhuma pode passar.",
            "en": "Other images come from few sources of one style each; a kind of image that is in "
            "none of them may pass.",
        },
        {
            "pt": "Treinado com imagens de cerca de 256 px; o que só imagens maiores mostram, não vê.",
            "en": "Trained on images of about 256 px; what only larger images show, it cannot see.",
        },
    ),
}

NUMBERS: Final[Mapping[Language, str]] = {"pt": ",", "en": "."}
"""The decimal mark."""


@dataclass(frozen=True, slots=True)
class Target:
    """What a figure was asked to reach before anybody measured it."""

    key: str
    threshold: float
    at_least: bool
    """Whether larger is better."""
    wish: Text
    """What should be so, without the number."""

    def is_unmet(self, value: float) -> bool:
        """Whether a measured value falls short of it; one that is not defined does."""
        return not (value >= self.threshold if self.at_least else value <= self.threshold)


@dataclass(frozen=True, slots=True)
class UnmetTarget:
    """A bar that was not reached, in sentences."""

    key: str
    threshold: float
    value: float
    told: Text


TARGETS: Final = (
    Target("ece.after", 0.03, at_least=False, wish={
        "pt": "o erro de calibração com a temperatura deveria ser no máximo",
        "en": "the calibration error with temperature should be at most"}),
    Target("coverage.gap", 0.01, at_least=False, wish={
        "pt": "a cobertura dos conjuntos deveria diferir da prometida em no máximo",
        "en": "the coverage of the sets should differ from what was promised by at most"}),
    Target("lungs_out.box.above_baseline", 0.05, at_least=False, wish={
        "pt": "sem os pulmões, a AUC deveria passar da de saber só a fonte em no máximo",
        "en": "without the lungs, the AUC should exceed that of knowing the source by at most"}),
    Target("change.marker.covid19.within", 0.95, at_least=True, wish={
        "pt": "um marcador colado deveria mudar o escore de COVID-19 em menos de 0,05 numa parte "
        "das imagens de ao menos",
        "en": "a pasted marker should change the COVID-19 score by less than 0.05 in a share of "
        "images of at least"}),
    Target("pointing.boxes", 0.60, at_least=True, wish={
        "pt": "o ponto mais alto do mapa deveria cair na caixa do radiologista numa parte das "
        "imagens de ao menos",
        "en": "the top of the map should lie in the radiologist's box in a share of images of at "
        "least"}),
)  # fmt: skip


def unmet_targets(metrics: Iterable[ReportedMetric]) -> list[UnmetTarget]:
    """Every target whose metric was measured and does not reach it."""
    values = {metric.key: metric.estimate.value for metric in metrics}
    return [
        UnmetTarget(
            target.key, target.threshold, values[target.key], _sentence(target, values[target.key])
        )
        for target in TARGETS
        if target.key in values and target.is_unmet(values[target.key])
    ]


def _sentence(target: Target, value: float) -> Text:
    measured: Text = {"pt": "mediu-se", "en": "measured"}
    return {
        language: f"{target.wish[language]} {number(target.threshold, language, 2)}; "
        f"{measured[language]}: {number(value, language, 3)}."
        for language in NUMBERS
    }


def number(value: float, language: Language, decimals: int = 4) -> str:
    """A number as the language writes it; a dash where it is not defined."""
    if value != value:  # noqa: PLR0124 - NaN
        return "–"
    return f"{value:.{decimals}f}".replace(".", NUMBERS[language])
