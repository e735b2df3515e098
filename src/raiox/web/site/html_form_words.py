"""The few words that the web itself says: the page without JavaScript, and names of examples.

Codes have theirs in `locales/`.
"""

from raiox.vocabulary import Language

WORDS: dict[Language, dict[str, str]] = {
    "pt": {
        "title": "Analisar uma radiografia de tórax",
        "choose": "Imagem (PNG, JPEG, WebP, TIFF, BMP ou DICOM):",
        "send": "Analisar",
        "privacy": "Só você vê a imagem, e o servidor a apaga depois do prazo.",
        "waiting": "A análise está na fila; esta página se atualiza sozinha.",
        "finding": "Achado",
        "score": "Escore",
        "heatmap": "Mapa de calor",
    },
    "en": {
        "title": "Analyse a chest radiograph",
        "choose": "Image (PNG, JPEG, WebP, TIFF, BMP or DICOM):",
        "send": "Analyse",
        "privacy": "Only you see the image, and the server deletes it when its time is over.",
        "waiting": "The analysis waits in line; this page renews itself.",
        "finding": "Finding",
        "score": "Score",
        "heatmap": "Heatmap",
    },
}

FINDING_NAMES: dict[Language, dict[str, str]] = {
    "pt": {
        "no_finding": "Sem achados",
        "lung_opacity": "Opacidade pulmonar",
        "covid19": "COVID-19",
    },
    "en": {"no_finding": "No Finding", "lung_opacity": "Lung Opacity", "covid19": "COVID-19"},
}

LABELLED: dict[Language, str] = {"pt": "Rotulada: {}", "en": "Labelled: {}"}
"""What an example of a data set is called."""

PLACEHOLDER: dict[Language, str] = {
    "pt": "Um desenho: veja uma recusa",
    "en": "A drawing: see a refusal",
}

SENTENCES: dict[Language, dict[str, str]] = {
    "pt": {
        "no_finding": "Padrão parecido com o de imagens rotuladas sem achados nestas bases.",
        "lung_opacity": "Padrão parecido com o de imagens com opacidade pulmonar nestas bases.",
        "covid19": "Padrão parecido com o de imagens rotuladas COVID-19 nestas bases.",
        "uncertain": "Os escores não separam os achados com segurança.",
    },
    "en": {
        "no_finding": "Pattern like that of images labelled No Finding in these data sets.",
        "lung_opacity": "Pattern like that of images with lung opacity in these data sets.",
        "covid19": "Pattern like that of images labelled COVID-19 in these data sets.",
        "uncertain": "The scores cannot safely separate the findings.",
    },
}
