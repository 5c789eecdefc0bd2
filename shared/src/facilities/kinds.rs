//! What kind of facility it is, read from the words that municipalities use.

use serde::{Deserialize, Serialize};

use crate::locale::Locale;
use crate::problem::sentence;

/// What kind of facility it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub enum FacilityKind {
    /// Licensed nursery (認可保育所).
    LicensedNursery,
    /// Certified centre for early childhood education and care (認定こども園).
    CertifiedCentre,
    /// Small-scale nursery (小規模保育).
    SmallScale,
    /// Family day care and care at home (家庭的保育、居宅訪問型保育).
    FamilyDayCare,
    /// Nursery at a workplace, company-led ones too (事業所内保育、企業主導型保育).
    Workplace,
    /// Kindergarten (幼稚園).
    Kindergarten,
    /// Nursery without a licence, locally certified ones too (認可外保育施設、認証保育所).
    Unlicensed,
    /// After-school club (放課後児童クラブ).
    AfterSchool,
    /// Children's hall (児童館).
    ChildrensHall,
    /// Childcare support centre (地域子育て支援拠点).
    SupportCentre,
    /// Care for sick children (病児・病後児保育).
    SickChildCare,
    /// Something else, or nothing that we could read.
    Other,
}

/// The words of each kind; the first that occurs decides, so `認可外` stands before `保育所`.
const WORDS: [(&str, FacilityKind); 29] = [
    ("放課後児童", FacilityKind::AfterSchool),
    ("学童", FacilityKind::AfterSchool),
    ("児童館", FacilityKind::ChildrensHall),
    ("児童センター", FacilityKind::ChildrensHall),
    ("病児", FacilityKind::SickChildCare),
    ("病後児", FacilityKind::SickChildCare),
    ("認定こども園", FacilityKind::CertifiedCentre),
    ("認定子ども園", FacilityKind::CertifiedCentre),
    ("こども園", FacilityKind::CertifiedCentre),
    ("企業主導", FacilityKind::Workplace),
    ("事業所内", FacilityKind::Workplace),
    ("小規模", FacilityKind::SmallScale),
    ("家庭的保育", FacilityKind::FamilyDayCare),
    ("保育ママ", FacilityKind::FamilyDayCare),
    ("居宅訪問", FacilityKind::FamilyDayCare),
    ("認可外", FacilityKind::Unlicensed),
    ("無認可", FacilityKind::Unlicensed),
    ("認証保育", FacilityKind::Unlicensed),
    ("届出保育", FacilityKind::Unlicensed),
    ("ベビーホテル", FacilityKind::Unlicensed),
    ("子育て支援", FacilityKind::SupportCentre),
    ("支援センター", FacilityKind::SupportCentre),
    ("支援拠点", FacilityKind::SupportCentre),
    ("つどいの広場", FacilityKind::SupportCentre),
    ("ひろば", FacilityKind::SupportCentre),
    ("幼稚園", FacilityKind::Kindergarten),
    ("保育所", FacilityKind::LicensedNursery),
    ("保育園", FacilityKind::LicensedNursery),
    ("認可保育", FacilityKind::LicensedNursery),
];

impl FacilityKind {
    /// Every kind.
    pub const ALL: [Self; 12] = [
        Self::LicensedNursery,
        Self::CertifiedCentre,
        Self::SmallScale,
        Self::FamilyDayCare,
        Self::Workplace,
        Self::Kindergarten,
        Self::Unlicensed,
        Self::AfterSchool,
        Self::ChildrensHall,
        Self::SupportCentre,
        Self::SickChildCare,
        Self::Other,
    ];

    /// The kind that a published text (種別) names; none when it names none that we know.
    pub fn read(text: &str) -> Option<Self> {
        WORDS.iter().find(|(word, _)| text.contains(word)).map(|(_, kind)| *kind)
    }

    /// The key of its name.
    pub const fn key(self) -> &'static str {
        match self {
            Self::LicensedNursery => "facilities.kind.licensed_nursery",
            Self::CertifiedCentre => "facilities.kind.certified_centre",
            Self::SmallScale => "facilities.kind.small_scale",
            Self::FamilyDayCare => "facilities.kind.family_day_care",
            Self::Workplace => "facilities.kind.workplace",
            Self::Kindergarten => "facilities.kind.kindergarten",
            Self::Unlicensed => "facilities.kind.unlicensed",
            Self::AfterSchool => "facilities.kind.after_school",
            Self::ChildrensHall => "facilities.kind.childrens_hall",
            Self::SupportCentre => "facilities.kind.support_centre",
            Self::SickChildCare => "facilities.kind.sick_child_care",
            Self::Other => "facilities.kind.other",
        }
    }

    /// Its word, as on the wire.
    pub fn word(self) -> &'static str {
        self.key().trim_start_matches("facilities.kind.")
    }

    /// Its name in this language.
    pub fn say(self, locale: Locale) -> String {
        sentence(self.key(), locale)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn kinds_are_read_from_what_cities_write() {
        for (text, kind) in [
            ("認可私立保育所", FacilityKind::LicensedNursery),
            ("認可公立保育所", FacilityKind::LicensedNursery),
            ("放課後児童クラブ", FacilityKind::AfterSchool),
            ("私立幼稚園", FacilityKind::Kindergarten),
            ("認定こども園（幼保連携型）", FacilityKind::CertifiedCentre),
            ("認定こども園（幼稚園型）", FacilityKind::CertifiedCentre),
            ("児童館", FacilityKind::ChildrensHall),
            ("小規模保育事業所（A型）", FacilityKind::SmallScale),
            ("認可外保育施設", FacilityKind::Unlicensed),
            ("認可外保育施設（企業主導型）", FacilityKind::Workplace),
            ("事業所内保育所", FacilityKind::Workplace),
            ("地域子育て支援センター", FacilityKind::SupportCentre),
            ("病児・病後児保育施設", FacilityKind::SickChildCare),
        ] {
            assert_eq!(FacilityKind::read(text), Some(kind), "{text}");
        }
        assert_eq!(FacilityKind::read("図書館"), None);
    }

    #[test]
    fn a_kind_has_one_word_on_the_wire_and_in_its_key() {
        for kind in FacilityKind::ALL {
            assert_eq!(serde_json::to_value(kind).unwrap(), kind.word());
        }
    }

    #[test]
    fn every_kind_has_a_name_in_every_language() {
        for kind in FacilityKind::ALL {
            for locale in Locale::ALL {
                let name = kind.say(locale);
                assert!(!name.is_empty() && name != kind.key(), "{kind:?} {locale:?}");
            }
        }
    }
}
