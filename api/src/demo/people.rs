//! The people of the demo world: those who sign in, and the families in the background who fill the places.

use chrono::{DateTime, Months, NaiveDate, TimeDelta, Utc};
use shared::access::Role;
use shared::accounts::Me;
use shared::families::{Allergy, Child, Contact, Family, NewChild, ProofKind, ResidenceProof, Severity, Sex};
use shared::ids::{AccountId, ChildId, FamilyId};
use shared::locale::Locale;
use shared::text::{Email, Kana, PersonName, Phone};
use shared::time::days_before;

use super::cities::{City, code};
use super::classes::SPARE;
use super::facilities::facility_id;
use super::places::{SAKAIMINATO_EVERY_DAY, YONAGO_EVERY_DAY};
use super::{Kind, Moment, id, pick, read, record};
use crate::db::{AnyConnection, DbError};
use crate::outbox::Act;
use crate::{accounts, families};

/// A family with its children, as far as bookings have to know it.
pub struct Household {
    number: usize,
    pub id: FamilyId,
    pub city: City,
    pub children: Vec<(ChildId, NaiveDate)>,
}

/// The guardian of Yonago who signs in comes first, the one of Sakaiminato second, the one without children third; the families
/// in the background follow.
pub const YONAGO_GUARDIAN: usize = 0;
/// The guardian of Sakaiminato who signs in.
pub const SAKAIMINATO_GUARDIAN: usize = 1;
/// The first family in the background.
pub const BACKGROUND: usize = 3;

const GUARDIANS: [(City, &str, &str, &str, Locale); 3] = [
    (City::Yonago, "hanako@example.jp", "弓浜 花子", "ユミハマ ハナコ", Locale::Ja),
    (City::Sakaiminato, "nagisa@example.jp", "美保 渚", "ミホ ナギサ", Locale::Ja),
    (City::Yonago, "ana@example.jp", "Ana Santos", "アナ サントス", Locale::En),
];

const STAFF: [(usize, &str, &str); 2] =
    [(YONAGO_EVERY_DAY, "staff.yonago@example.jp", "米原 さくら"), (SAKAIMINATO_EVERY_DAY, "staff.sakaiminato@example.jp", "江島 かえで")];

const OFFICERS: [(City, &str, &str); 2] =
    [(City::Yonago, "office.yonago@example.jp", "加茂 直樹"), (City::Sakaiminato, "office.sakaiminato@example.jp", "上道 恵")];

/// One more officer of each city: what takes two is proposed by one and confirmed by another.
const SECOND_OFFICERS: [(City, &str, &str); 2] =
    [(City::Yonago, "office2.yonago@example.jp", "淀江 美月"), (City::Sakaiminato, "office2.sakaiminato@example.jp", "渡 拓海")];

/// Of the nurseries that give their free places to temporary care.
const NURSERY_STAFF: [(usize, &str, &str); 2] =
    [(SPARE[0], "staff.matsubara@example.jp", "夜見 あかり"), (SPARE[1], "staff.komorebi@example.jp", "余子 まこと")];

const OPERATOR: (&str, &str) = ("bpo@example.jp", "日野 のぞみ");

/// Mail addresses and who it is, for the screen.
pub fn sign_ins() -> [(&'static str, &'static str); 12] {
    [
        (GUARDIANS[0].1, "保護者（米子市）1歳と4歳 / guardian, Yonago, two children"),
        (GUARDIANS[1].1, "保護者（境港市）8か月 / guardian, Sakaiminato, one baby"),
        (GUARDIANS[2].1, "保護者（米子市）お子さん未登録 / guardian, Yonago, no child yet, English"),
        (STAFF[0].1, "施設職員（米子駅前こどもの部屋 ぽけっと）/ staff, Yonago"),
        (STAFF[1].1, "施設職員（境港駅前こどもの部屋 うみねこ）/ staff, Sakaiminato"),
        (NURSERY_STAFF[0].1, "施設職員（弓ヶ浜まつばら保育園、クラスの空きで一時預かり）/ staff, Yonago, places from classes"),
        (NURSERY_STAFF[1].1, "施設職員（余子こもれび保育園、クラスの空きで一時預かり）/ staff, Sakaiminato, places from classes"),
        (OFFICERS[0].1, "市職員（米子市）/ officer, Yonago"),
        (OFFICERS[1].1, "市職員（境港市）/ officer, Sakaiminato"),
        (SECOND_OFFICERS[0].1, "市職員（米子市、決裁をするもう1人）/ second officer, Yonago"),
        (SECOND_OFFICERS[1].1, "市職員（境港市、決裁をするもう1人）/ second officer, Sakaiminato"),
        (OPERATOR.0, "BPOセンター / operator"),
    ]
}

/// Where staff of facilities with places of their own sign in, by which address.
pub fn staffed() -> [(usize, &'static str); 2] {
    STAFF.map(|(place, email, _)| (place, email))
}

/// By which addresses guardians sign in.
pub fn guardians() -> Vec<&'static str> {
    GUARDIANS.iter().map(|(_, email, ..)| *email).collect()
}

const SURNAMES: [(&str, &str); 18] = [
    ("松原", "マツバラ"),
    ("浜田", "ハマダ"),
    ("中海", "ナカウミ"),
    ("日野", "ヒノ"),
    ("白砂", "シラスナ"),
    ("汐見", "シオミ"),
    ("足立", "アダチ"),
    ("門脇", "カドワキ"),
    ("渡部", "ワタナベ"),
    ("山根", "ヤマネ"),
    ("磯部", "イソベ"),
    ("岩崎", "イワサキ"),
    ("角", "スミ"),
    ("遠藤", "エンドウ"),
    ("安達", "アダチ"),
    ("長谷川", "ハセガワ"),
    ("灘", "ナダ"),
    ("永見", "ナガミ"),
];

const GUARDIAN_NAMES: [(&str, &str); 9] = [
    ("由美", "ユミ"),
    ("健一", "ケンイチ"),
    ("麻衣", "マイ"),
    ("彩", "アヤ"),
    ("拓也", "タクヤ"),
    ("千夏", "チナツ"),
    ("美咲", "ミサキ"),
    ("亮", "リョウ"),
    ("香織", "カオリ"),
];

const CHILD_NAMES: [(&str, &str, Sex); 24] = [
    ("はると", "ハルト", Sex::Male),
    ("ゆい", "ユイ", Sex::Female),
    ("みなと", "ミナト", Sex::Male),
    ("めい", "メイ", Sex::Female),
    ("あおと", "アオト", Sex::Male),
    ("つむぎ", "ツムギ", Sex::Female),
    ("りく", "リク", Sex::Male),
    ("いちか", "イチカ", Sex::Female),
    ("そうた", "ソウタ", Sex::Male),
    ("ひまり", "ヒマリ", Sex::Female),
    ("かなた", "カナタ", Sex::Male),
    ("さな", "サナ", Sex::Female),
    ("ゆうま", "ユウマ", Sex::Male),
    ("こはる", "コハル", Sex::Female),
    ("れん", "レン", Sex::Male),
    ("ほのか", "ホノカ", Sex::Female),
    ("いつき", "イツキ", Sex::Male),
    ("すみれ", "スミレ", Sex::Female),
    ("だいち", "ダイチ", Sex::Male),
    ("りん", "リン", Sex::Female),
    ("なぎ", "ナギ", Sex::Other),
    ("うた", "ウタ", Sex::Female),
    ("しん", "シン", Sex::Male),
    ("ふうか", "フウカ", Sex::Female),
];

/// Completed months of life of brothers and sisters in the background.
const AGES: [(u32, u32); 6] = [(7, 32), (10, 38), (14, 44), (18, 50), (22, 55), (27, 59)];
/// So many families in the background.
const FAMILIES: usize = 42;

/// Somebody born so many months, and some days more, before today.
fn born(today: NaiveDate, months: u32, days: u32) -> NaiveDate {
    days_before(today.checked_sub_months(Months::new(months)).unwrap_or(today), days)
}

fn contact(surname: &str, relation: &str, given: &str, number: usize) -> Result<Contact, DbError> {
    Ok(Contact { name: read(PersonName::parse(&format!("{surname} {given}")))?, relation: relation.to_owned(), phone: phone(number)? })
}

/// A telephone number that nobody has: the exchange 0000 is not given out.
fn phone(number: usize) -> Result<Phone, DbError> {
    read(Phone::parse(&format!("090-0000-{:04}", number % 10_000)))
}

/// Writes everybody.
pub fn insert(conn: &mut AnyConnection, hash: &str, moment: Moment) -> Result<Vec<Household>, DbError> {
    let mut households = Vec::with_capacity(BACKGROUND + FAMILIES);
    for (n, (city, _, name, kana, _)) in GUARDIANS.iter().enumerate() {
        let household = Household { number: n + 1, id: FamilyId::new(id(Kind::Family, n + 1)), city: *city, children: Vec::new() };
        insert_family(conn, &household, (name, kana), n, moment.now - TimeDelta::days(120))?;
        if n == 0 {
            prove_at_counter(conn, &household, moment.now - TimeDelta::days(100))?;
        }
        households.push(household);
    }
    for (family, child) in own_children(moment.today)? {
        if let Some(household) = households.get_mut(family) {
            insert_child(conn, household, child, moment.now - TimeDelta::days(119))?;
        }
    }
    for n in 0..FAMILIES {
        let registered = moment.now - TimeDelta::days(90) + TimeDelta::hours(i64::try_from(n).unwrap_or(0) * 11);
        households.push(background(conn, n, moment, registered)?);
    }
    for (n, household) in households.iter().enumerate() {
        if let Some(class) = household_class(n) {
            families::store::insert_class(conn, &household.id, class, (days_before(moment.today, 60), None))?;
        }
    }
    insert_accounts(conn, hash, moment)?;
    Ok(households)
}

/// What some households are, so that reliefs can be seen: also that of the guardian of Sakaiminato.
const fn household_class(n: usize) -> Option<&'static str> {
    match n % 12 {
        SAKAIMINATO_GUARDIAN => Some("little_income"),
        5 => Some("tax_exempt"),
        8 => Some("needs_support"),
        11 => Some("public_assistance"),
        _ => None,
    }
}

fn insert_family(
    conn: &mut AnyConnection,
    household: &Household,
    (name, kana): (&str, &str),
    n: usize,
    at: DateTime<Utc>,
) -> Result<(), DbError> {
    let (name, kana) = (read(PersonName::parse(name))?, read(Kana::parse(kana))?);
    families::store::insert_family(conn, &household.id, &code(household.city)?, &name, &kana, &phone(1000 + n)?, at)?;
    record(conn, "family.registered", household.city, household.id.as_str(), at)
}

/// The first family has shown at the counter where it lives; all others only say so.
fn prove_at_counter(conn: &mut AnyConnection, household: &Household, at: DateTime<Utc>) -> Result<(), DbError> {
    let Some(family) = families::store::find_family(conn, &household.id)? else { return Ok(()) };
    let proven = Family { residence_proof: Some(ResidenceProof { by: ProofKind::Counter, at }), ..family };
    families::write(conn, &proven, &Act::of_command("demo", at)).map_err(|error| DbError::Other(error.to_string()))?;
    record(conn, "residence.proven", household.city, household.id.as_str(), at)
}

fn insert_child(conn: &mut AnyConnection, household: &mut Household, known: NewChild, at: DateTime<Utc>) -> Result<(), DbError> {
    let n = household.number * 10 + household.children.len() + 1;
    let child = Child { id: ChildId::new(id(Kind::Child, n)), known, version: 1 };
    families::store::insert_child(conn, &household.id, &child, at)?;
    record(conn, "child.registered", household.city, child.id.as_str(), at)?;
    household.children.push((child.id, child.known.born));
    Ok(())
}

/// The children of those who sign in.
fn own_children(today: NaiveDate) -> Result<Vec<(usize, NewChild)>, DbError> {
    let yumihama = "弓浜";
    let miho = "美保";
    let child = |name: &str, kana: &str, born| -> Result<NewChild, DbError> {
        Ok(NewChild {
            name: read(PersonName::parse(name))?,
            kana: read(Kana::parse(kana))?,
            born,
            sex: None,
            allergies: Vec::new(),
            care_notes: String::new(),
            emergency_contacts: Vec::new(),
            pick_up_people: Vec::new(),
        })
    };
    Ok(vec![
        (
            0,
            NewChild {
                care_notes: "お気に入りのタオルがあると、よく眠れます。".to_owned(),
                emergency_contacts: vec![contact(yumihama, "父", "太郎", 3001)?],
                pick_up_people: vec![contact(yumihama, "父", "太郎", 3001)?, contact(yumihama, "祖母", "和子", 3002)?],
                ..child("弓浜 ひなた", "ユミハマ ヒナタ", born(today, 16, 9))?
            },
        ),
        (
            0,
            NewChild {
                allergies: vec![
                    Allergy { name: "卵".to_owned(), severity: Severity::Severe },
                    Allergy { name: "キウイ".to_owned(), severity: Severity::Mild },
                ],
                care_notes: "卵を食べるとじんましんが出ます。薬は連絡袋に入れています。".to_owned(),
                emergency_contacts: vec![contact(yumihama, "父", "太郎", 3001)?],
                pick_up_people: vec![contact(yumihama, "父", "太郎", 3001)?, contact(yumihama, "祖母", "和子", 3002)?],
                ..child("弓浜 そら", "ユミハマ ソラ", born(today, 52, 12))?
            },
        ),
        (
            1,
            NewChild {
                care_notes: "ミルクは1回に160ミリリットル、3時間おきです。".to_owned(),
                emergency_contacts: vec![contact(miho, "父", "航", 3003)?],
                pick_up_people: vec![contact(miho, "父", "航", 3003)?],
                ..child("美保 あおい", "ミホ アオイ", born(today, 8, 5))?
            },
        ),
    ])
}

/// A family in the background, with two children.
fn background(conn: &mut AnyConnection, n: usize, moment: Moment, registered: DateTime<Utc>) -> Result<Household, DbError> {
    let city = if n % 5 < 3 { City::Yonago } else { City::Sakaiminato };
    let (surname, given) = (pick(&SURNAMES, n), pick(&GUARDIAN_NAMES, n * 2 + n / 18));
    let mut household =
        Household { number: BACKGROUND + n + 1, id: FamilyId::new(id(Kind::Family, BACKGROUND + n + 1)), city, children: Vec::new() };
    let names = (format!("{} {}", surname.0, given.0), format!("{} {}", surname.1, given.1));
    insert_family(conn, &household, (&names.0, &names.1), BACKGROUND + n, registered)?;
    let (younger, older) = pick(&AGES, n);
    for (k, months) in [younger, older].into_iter().enumerate() {
        let m = n * 2 + k;
        let (name, kana, sex) = CHILD_NAMES.get((n * 5 + k * 7) % CHILD_NAMES.len()).copied().unwrap_or(("なぎ", "ナギ", Sex::Other));
        let days = u32::try_from(n * 3 % 25).unwrap_or(0);
        let known = NewChild {
            name: read(PersonName::parse(&format!("{} {name}", surname.0)))?,
            kana: read(Kana::parse(&format!("{} {kana}", surname.1)))?,
            born: born(moment.today, months, days),
            sex: Some(sex),
            allergies: allergies(m),
            care_notes: care_notes(m).to_owned(),
            emergency_contacts: vec![contact(surname.0, "祖父", "勇", 4000 + n)?],
            pick_up_people: if n % 4 == 3 { Vec::new() } else { vec![contact(surname.0, "祖母", "節子", 5000 + n)?] },
        };
        insert_child(conn, &mut household, known, registered + TimeDelta::minutes(4))?;
    }
    Ok(household)
}

fn allergies(m: usize) -> Vec<Allergy> {
    let allergy = |name: &str, severity| Allergy { name: name.to_owned(), severity };
    match m % 9 {
        2 => vec![allergy("卵", Severity::Mild)],
        4 => vec![allergy("牛乳", Severity::Severe), allergy("小麦", Severity::Mild)],
        7 => vec![allergy("落花生", Severity::Severe)],
        _ => Vec::new(),
    }
}

const fn care_notes(m: usize) -> &'static str {
    match m % 9 {
        1 => "人見知りがあります。はじめは抱っこで落ち着きます。",
        4 => "乳製品は少しでも症状が出ます。エピペンを持参しています。",
        5 => "午睡は30分ほどで目が覚めます。",
        7 => "落花生は触れるだけでも赤くなります。",
        8 => "走るのが好きです。道路では手をつないでください。",
        _ => "",
    }
}

/// The account of a guardian who signs in.
pub fn guardian(n: usize) -> AccountId {
    AccountId::new(id(Kind::Account, n + 1))
}

/// The account of the staff of one city's facility or the other's.
pub fn staff(n: usize) -> AccountId {
    AccountId::new(id(Kind::Account, GUARDIANS.len() + n + 1))
}

/// The account of the officer of one city or the other.
pub fn officer(n: usize) -> AccountId {
    AccountId::new(id(Kind::Account, GUARDIANS.len() + STAFF.len() + n + 1))
}

/// The account of the second officer of one city or the other.
pub fn second_officer(n: usize) -> AccountId {
    let before = GUARDIANS.len() + STAFF.len() + OFFICERS.len() + 1 + NURSERY_STAFF.len();
    AccountId::new(id(Kind::Account, before + n + 1))
}

fn insert_accounts(conn: &mut AnyConnection, hash: &str, moment: Moment) -> Result<(), DbError> {
    let mut people: Vec<(&str, &str, Role, Locale)> = Vec::new();
    for (n, (_, email, name, _, locale)) in GUARDIANS.iter().enumerate() {
        people.push((email, name, Role::Guardian { family_id: FamilyId::new(id(Kind::Family, n + 1)) }, *locale));
    }
    for (facility, email, name) in STAFF {
        people.push((email, name, Role::Staff { facility_id: facility_id(facility) }, Locale::Ja));
    }
    for (city, email, name) in OFFICERS {
        people.push((email, name, Role::Officer { municipality: code(city)? }, Locale::Ja));
    }
    people.push((OPERATOR.0, OPERATOR.1, Role::Operator, Locale::Ja));
    for (facility, email, name) in NURSERY_STAFF {
        people.push((email, name, Role::Staff { facility_id: facility_id(facility) }, Locale::Ja));
    }
    for (city, email, name) in SECOND_OFFICERS {
        people.push((email, name, Role::Officer { municipality: code(city)? }, Locale::Ja));
    }
    for (n, (email, name, role, locale)) in people.into_iter().enumerate() {
        let me = Me {
            id: AccountId::new(id(Kind::Account, n + 1)),
            email: read(Email::parse(email))?,
            name: name.to_owned(),
            role,
            organisation: None,
            locale,
            password: true,
            is_shared: false,
        };
        accounts::store::insert_account(conn, &me, hash, moment.now - TimeDelta::days(120))?;
    }
    Ok(())
}
