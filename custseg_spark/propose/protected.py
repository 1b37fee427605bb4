"""What must not decide how a person is treated: told by the words of a column's name, or by its values."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable

from custseg_spark.wording import fold_text, split_words


def _collect(words: str) -> frozenset[str]:
    return frozenset(words.split())


PROTECTED = _collect(
    """
    age ages agegroup ageband agerange agebracket birth birthdate birthday birthyear born dob senior
    generation alter altersgruppe altersklasse geburtsdatum geburtsjahr geburtstag edad nacimiento naissance
    eta nascita idade etaria etario nascimento leeftijd leeftijdsgroep leeftijdscategorie leeftijdsklasse
    geboortedatum geboortejaar usia umur lahir
    gender sex geschlecht anrede sexo genero sexe civilite sesso geslacht aanhef kelamin salutation
    transgender pronouns orientation sexual sexuality lgbt lgbtq
    marital married marriage spouse wedlock familienstand zivilstand verheiratet matrimonial matrimoniale
    casado soltero marie sposato coniugale coniuge conjugal getrouwd gehuwd huwelijkse burgerlijke
    perkawinan pernikahan menikah civil civile
    religion religious religione religiao religieux faith creed konfession glaube geloof godsdienst
    kerkgenootschap agama croyance
    ethnic ethnicity race racial caste tribe ethnie etnia etnico etnica ethnizitat etniciteit rasse raza raca
    razza ras suku hautfarbe
    nationality citizenship citizen immigrant migrant foreigner birthplace nacionalidad nacionalidade
    nationalite nazionalita nationalitat nationaliteit staatsangehorigkeit staatsburgerschaft ciudadania
    cidadania cittadinanza citoyennete burgerschap kewarganegaraan kebangsaan
    disability disabled handicap behinderung behindert discapacidad deficiencia disabilita invalidite
    invaliditeit handicape disabilitas
    health diagnosis illness pregnant pregnancy gesundheit schwanger salud embarazada sante enceinte salute
    incinta saude gravida gezondheid zwanger kesehatan hamil
    political politics politisch politica politique politiek
    """
)
"""Words of a name, in the languages that people keep tables in, without their accents."""
_OF_SEX = _collect(
    """
    m f male female man woman men women boy girl mannlich weiblich mann frau herr divers diverse masculino
    femenino feminino hombre mujer homem mulher masculin feminin homme femme maschio femmina uomo donna
    vrouw laki perempuan pria wanita mr mrs ms miss mme mlle sr sra srta nonbinary non binary other unknown
    andere autre otro altro outro prefer not to say
    """
)
_TELLS_SEX = _OF_SEX - _collect(
    "m f other unknown andere autre otro altro outro prefer not to say non divers diverse"
)
_OF_MARRIAGE = _collect(
    """
    married unmarried divorced widowed widow widower separated verheiratet ledig geschieden verwitwet casado
    casada soltero soltera divorciado divorciada viudo viuda solteiro solteira viuvo viuva marie mariee
    celibataire divorce divorcee veuf veuve sposato sposata celibe nubile divorziato divorziata vedovo vedova
    gehuwd getrouwd ongehuwd gescheiden weduwe weduwnaar menikah lajang cerai
    """
)
_OF_FAITH = _collect(
    """
    christian christianity catholic protestant orthodox muslim islam hindu hinduism jewish judaism buddhist
    buddhism sikh atheist katholisch evangelisch muslimisch judisch catolico protestante musulmano judio
    catholique musulman juif cattolico kristen katolik
    """
)
_OF_ORIGIN = _collect("caucasian hispanic latino latina asian african")
_BAND = re.compile(
    r"(?:[<>]?\s*(\d{1,2})\s*(?:-|–|to|bis|a)\s*(\d{1,2})|(?:under|over|[<>]=?)?\s*(\d{1,2})\s*\+?)"
)
_YEARS_OF_LIFE = frozenset([18, 65])


def is_protected(words: Collection[str], levels: Iterable[str] = ()) -> bool:
    """Whether a column of these words and, of a category, these levels says what must not decide.

    >>> is_protected(["marital", "status"]), is_protected(["col", "7"], ["Male", "Female"])
    (True, True)
    >>> is_protected(["size"], ["S", "M", "L"]), is_protected(["visits"], ["0-5", "6-10", "11-20"])
    (False, False)
    """
    if not PROTECTED.isdisjoint(words) or {"native", "country"} <= {*words}:
        return True
    texts = list(levels)
    said = [{*split_words(text)} for text in texts]
    every = set().union(*said)
    if len(texts) < 2 or not all(said):
        return _are_ages(texts)
    if every <= _OF_SEX and (every & _TELLS_SEX or every == {"m", "f"}):
        return True
    of_one = (_OF_MARRIAGE, _OF_FAITH, _OF_ORIGIN)
    return any(sum(not kind.isdisjoint(one) for one in said) > 1 for kind in of_one) or _are_ages(texts)


def _are_ages(levels: Collection[str]) -> bool:
    """Whether they are bands of years of life: numbers of two digits, of age or retired."""
    bands = [_BAND.fullmatch(fold_text(level)) for level in levels]
    if len(bands) < 3 or not all(bands):
        return False
    bounds = {int(bound) for band in bands if band for bound in band.groups() if bound}
    return len(bounds) > 3 and max(bounds) < 100 and bool(bounds & _YEARS_OF_LIFE) and _spans(levels)


def _spans(levels: Collection[str]) -> bool:
    return sum(not level.strip().isdigit() for level in levels) > 1
