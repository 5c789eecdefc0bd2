//! Who a resident is, as the provider of a sign-in has verified it, and the city that a verified address proves.

use chrono::{DateTime, NaiveDate, TimeDelta, Utc};
use serde::{Deserialize, Serialize};
use validator::Validate;

use crate::accounts::Me;
use crate::families::{Family, ProofKind, ResidenceProof};
use crate::locale::Locale;
use crate::municipalities::{Municipality, MunicipalityCode};
use crate::problem::Reason;
use crate::text::{Email, Kana, PersonName, Phone};

/// From leaving for the provider to coming back so much time may pass.
pub const ATTEMPT: TimeDelta = TimeDelta::minutes(15);
/// Who was verified and has no account yet may take so long to register.
pub const REGISTERING: TimeDelta = TimeDelta::minutes(30);
/// What was verified may be taken over for so long; later it is verified anew.
pub const FRESH: TimeDelta = TimeDelta::hours(24);

/// What the provider verified of a person. Anything may be missing.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct VerifiedPerson {
    /// Name.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name: Option<PersonName>,
    /// Address, in one line.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub address: Option<String>,
    /// Birth date.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub born: Option<NaiveDate>,
}

/// A verified person and the city that the address proves; none: no municipality that takes part is named, or more than one fits.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Verified {
    /// Who it is.
    pub person: VerifiedPerson,
    /// Where the address is.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub municipality: Option<MunicipalityCode>,
}

/// Leaving for the provider.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Departure {
    /// Where the person wants to be afterwards: a page of the app.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub next: Option<String>,
}

/// Where to go to sign in.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct ProviderPage {
    /// The provider's address.
    pub url: String,
}

/// What the provider sent along with the person coming back.
#[derive(Clone, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Return {
    /// The code.
    pub code: String,
    /// The state.
    pub state: String,
    /// Which provider it says it is (RFC 9207), where it says so.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub iss: Option<String>,
}

impl std::fmt::Debug for Return {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Return(…)")
    }
}

/// What a sign-in at the provider came to.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub enum Arrival {
    /// Signed in, to the account that belongs to this person.
    SignedIn {
        /// Who it is.
        me: Me,
        /// Whether what was verified differs from what the family says, so that it is asked.
        differs: bool,
        /// Where the person wanted to be.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        next: Option<String>,
    },
    /// The account that was signed in has this way in from now on.
    Linked {
        /// Whether what was verified differs from what the family says.
        differs: bool,
        /// Where the person wanted to be.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        next: Option<String>,
    },
    /// Nobody's yet: what is missing is asked, then the account is made.
    New {
        /// Where the person wanted to be.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        next: Option<String>,
    },
}

/// What a verified person adds for an account: without a password.
#[derive(Debug, Clone, Serialize, Deserialize, Validate)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct NewResident {
    /// Mail address.
    pub email: Email,
    /// Name, as it was verified or as the person writes it.
    pub name: PersonName,
    /// Its reading.
    pub kana: Kana,
    /// A telephone number for the day of stay.
    pub phone: Phone,
    /// The city of residence; proven where it is the one of the verified address.
    pub municipality: MunicipalityCode,
    /// The language of choice.
    #[serde(default)]
    pub locale: Locale,
}

/// What is known of the person behind an account.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Identity {
    /// What the provider verified; none: the account was never signed in to that way.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub verified: Option<Verified>,
    /// When.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub verified_at: Option<DateTime<Utc>>,
}

/// What of a verified person goes over what the family says.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct TakeOver {
    /// The guardian's name.
    #[serde(default)]
    pub name: bool,
    /// The city of residence, which is proven with it.
    #[serde(default)]
    pub municipality: bool,
}

impl Verified {
    /// Whether it says another name than the family's, spaces apart.
    pub fn other_name(&self, family: &Family) -> bool {
        let letters = |name: &PersonName| name.as_str().split_whitespace().collect::<String>();
        self.person.name.as_ref().is_some_and(|name| letters(name) != letters(&family.guardian_name))
    }

    /// Whether it says another city than the family's.
    pub fn other_city(&self, family: &Family) -> bool {
        self.municipality.as_ref().is_some_and(|code| *code != family.municipality)
    }

    /// Whether there is something to ask the family about.
    pub fn differs(&self, family: &Family) -> bool {
        self.other_name(family) || self.other_city(family)
    }

    /// The proof of residence once this is verified: the family's city is proven where the address is there; a proof by an address that
    /// is in another city now is none any more. Other proofs stay as they are.
    pub fn prove(&self, family: &Family, now: DateTime<Utc>) -> Option<ResidenceProof> {
        match (&self.municipality, family.residence_proof) {
            (Some(code), None) if *code == family.municipality => Some(ResidenceProof { by: ProofKind::SignIn, at: now }),
            (Some(code), Some(ResidenceProof { by: ProofKind::SignIn, .. })) if *code != family.municipality => None,
            (_, known) => known,
        }
    }
}

/// The family after what was verified at some time went over what it said.
pub fn take_over(
    mut family: Family,
    (verified, verified_at): (&Verified, DateTime<Utc>),
    wanted: TakeOver,
    now: DateTime<Utc>,
) -> Result<Family, Rejection> {
    if now - verified_at > FRESH {
        return Err(Rejection::VerifyAgain);
    }
    if let (true, Some(name)) = (wanted.name, &verified.person.name) {
        family.guardian_name = name.clone();
    }
    if let (true, Some(code)) = (wanted.municipality, &verified.municipality) {
        if family.municipality != *code {
            family.residence_proof = None;
        }
        family.municipality = code.clone();
        family.residence_confirmed_at = now;
    }
    family.residence_proof = verified.prove(&family, now);
    Ok(family)
}

/// Why a sign-in at the provider comes to nothing.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Rejection {
    /// This installation has no provider.
    NotOffered,
    /// The attempt is over, or belongs to another browser.
    AttemptOver,
    /// The provider does not answer, or not in time.
    ProviderDown,
    /// What the provider sent proves nothing.
    NotVerified,
    /// The person has another account here.
    OtherAccount,
    /// The account belongs to another person.
    OtherPerson,
    /// It was verified too long ago.
    VerifyAgain,
    /// Nothing else would open the account.
    LastWay,
}

impl Rejection {
    /// Every case, for the tests of the sentences.
    pub const ALL: [Self; 8] = [
        Self::NotOffered,
        Self::AttemptOver,
        Self::ProviderDown,
        Self::NotVerified,
        Self::OtherAccount,
        Self::OtherPerson,
        Self::VerifyAgain,
        Self::LastWay,
    ];

    /// The stable code.
    pub const fn code(self) -> &'static str {
        match self {
            Self::NotOffered => "identity.not_offered",
            Self::AttemptOver => "identity.attempt_over",
            Self::ProviderDown => "identity.provider_down",
            Self::NotVerified => "identity.not_verified",
            Self::OtherAccount => "identity.other_account",
            Self::OtherPerson => "identity.other_person",
            Self::VerifyAgain => "identity.verify_again",
            Self::LastWay => "identity.last_way",
        }
    }

    /// The reason with its sentence.
    pub const fn reason(self) -> Reason {
        Reason::new(self.code())
    }
}

/// The prefectures by the first two digits of their municipalities' codes (総務省 全国地方公共団体コード), from 01.
const PREFECTURES: [&str; 47] = [
    "北海道",
    "青森県",
    "岩手県",
    "宮城県",
    "秋田県",
    "山形県",
    "福島県",
    "茨城県",
    "栃木県",
    "群馬県",
    "埼玉県",
    "千葉県",
    "東京都",
    "神奈川県",
    "新潟県",
    "富山県",
    "石川県",
    "福井県",
    "山梨県",
    "長野県",
    "岐阜県",
    "静岡県",
    "愛知県",
    "三重県",
    "滋賀県",
    "京都府",
    "大阪府",
    "兵庫県",
    "奈良県",
    "和歌山県",
    "鳥取県",
    "島根県",
    "岡山県",
    "広島県",
    "山口県",
    "徳島県",
    "香川県",
    "愛媛県",
    "高知県",
    "福岡県",
    "佐賀県",
    "長崎県",
    "熊本県",
    "大分県",
    "宮崎県",
    "鹿児島県",
    "沖縄県",
];

fn prefecture(code: &MunicipalityCode) -> Option<&'static str> {
    let number: usize = code.as_str().get(..2)?.parse().ok()?;
    PREFECTURES.get(number.checked_sub(1)?).copied()
}

/// The municipality that an address names: prefecture, perhaps a district (郡), and the name. Without the prefecture it proves nothing,
/// because several places have the same name; nor does it where more than one of the known ones fits.
pub fn municipality_of<'a>(address: &str, known: impl IntoIterator<Item = &'a Municipality>) -> Option<MunicipalityCode> {
    let address: String = address.chars().filter(|c| !c.is_whitespace()).collect();
    let mut fitting = known.into_iter().filter(|city| {
        let Some(rest) = prefecture(&city.code).and_then(|name| address.strip_prefix(name)) else { return false };
        let name = city.name.get(Locale::Ja);
        let beyond_district = rest.split_once('郡').is_some_and(|(_, beyond)| beyond.starts_with(name));
        !name.is_empty() && (rest.starts_with(name) || beyond_district)
    });
    let first = fitting.next()?;
    fitting.next().is_none().then(|| first.code.clone())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::locale::Localised;
    use crate::municipalities::Position;
    use crate::world::tokyo;

    fn city(code: &str, name: &str) -> Municipality {
        Municipality {
            code: MunicipalityCode::parse(code).unwrap(),
            name: Localised::new(name, name, name),
            kana: String::new(),
            position: Position { latitude: 35.0, longitude: 133.0 },
        }
    }

    #[test]
    fn an_address_proves_the_city_that_it_names() {
        let known = [city("312029", "米子市"), city("312045", "境港市"), city("313840", "日吉津村"), city("313866", "大山町")];
        let found = |address: &str| municipality_of(address, &known).map(|code| code.to_string());
        assert_eq!(found("鳥取県米子市加茂町一丁目1番地"), Some("312029".to_owned()));
        assert_eq!(found("鳥取県 境港市　上道町3000"), Some("312045".to_owned()));
        assert_eq!(found("鳥取県西伯郡日吉津村日吉津872-15"), Some("313840".to_owned()));
        assert_eq!(found("鳥取県西伯郡大山町御来屋328"), Some("313866".to_owned()));
    }

    fn family(city: &str, proof: Option<ProofKind>) -> Family {
        let at = tokyo("2026-12-01 9:00");
        Family {
            id: "f".into(),
            municipality: MunicipalityCode::parse(city).unwrap(),
            residence_confirmed_at: at,
            residence_proof: proof.map(|by| ResidenceProof { by, at }),
            guardian_name: PersonName::parse("弓浜 花子").unwrap(),
            guardian_kana: Kana::parse("ユミハマ ハナコ").unwrap(),
            phone: Phone::parse("0859000000").unwrap(),
            household: Vec::new(),
            version: 1,
        }
    }

    fn verified(name: &str, city: Option<&str>) -> Verified {
        let person = VerifiedPerson { name: PersonName::parse(name).ok(), ..VerifiedPerson::default() };
        Verified { person, municipality: city.map(|code| MunicipalityCode::parse(code).unwrap()) }
    }

    #[test]
    fn an_address_in_the_familys_city_proves_it_and_one_elsewhere_takes_such_a_proof_back() {
        let now = tokyo("2026-12-03 9:00");
        let after = |lives: &str, known, says| verified("弓浜花子", says).prove(&family(lives, known), now);
        let (yonago, sakai) = ("312029", Some("312045"));
        assert_eq!(after(yonago, None, Some(yonago)), Some(ResidenceProof { by: ProofKind::SignIn, at: now }));
        assert_eq!((after(yonago, None, sakai), after(yonago, None, None)), (None, None));
        assert_eq!(after(yonago, Some(ProofKind::SignIn), sakai), None);
        for kept in [ProofKind::Counter, ProofKind::Letter, ProofKind::Document, ProofKind::Register] {
            let proof = family(yonago, Some(kept)).residence_proof;
            assert_eq!((after(yonago, Some(kept), sakai), after(yonago, Some(kept), Some(yonago))), (proof, proof), "{kept:?}");
        }
    }

    #[test]
    fn only_what_the_family_agrees_to_is_taken_over_and_only_while_it_is_fresh() {
        let (then, now) = (tokyo("2026-12-03 9:00"), tokyo("2026-12-04 9:00"));
        let said = verified("弓ヶ浜 花子", Some("312045"));
        let known = family("312029", Some(ProofKind::Counter));
        assert!(said.other_name(&known) && said.other_city(&known) && said.differs(&known));
        assert!(!verified("弓浜　花 子", Some("312029")).differs(&known) && !Verified::default().differs(&known));
        let take = |name, municipality| take_over(known.clone(), (&said, then), TakeOver { name, municipality }, now).unwrap();
        assert_eq!(take(false, false), known);
        assert_eq!(take(true, false), Family { guardian_name: said.person.name.clone().unwrap(), ..known.clone() });
        let moved = take(false, true);
        assert_eq!((moved.municipality.as_str(), moved.guardian_name.as_str(), moved.residence_confirmed_at), ("312045", "弓浜 花子", now));
        assert_eq!(moved.residence_proof, Some(ResidenceProof { by: ProofKind::SignIn, at: now }));
        let late = take_over(known, (&said, then), TakeOver { name: true, municipality: true }, tokyo("2026-12-04 9:01"));
        assert_eq!(late, Err(Rejection::VerifyAgain));
    }

    #[test]
    fn an_address_elsewhere_or_without_its_prefecture_proves_nothing() {
        let known = [city("312029", "米子市"), city("312045", "境港市")];
        let addresses = [
            "",
            "米子市加茂町",
            "島根県米子市加茂町",
            "鳥取県鳥取市尚徳町116",
            "島根県松江市末次町86 米子市から転入",
            "鳥取県",
            "東京都鳥取県米子市",
        ];
        for address in addresses {
            assert_eq!(municipality_of(address, &known), None, "{address}");
        }
        let twice = [city("312029", "米子市"), city("312045", "米子市")];
        assert_eq!(municipality_of("鳥取県米子市加茂町", &twice), None, "which of the two it is, nobody knows");
    }
}
