//! The facility of a practice and its children: all of them made up, with names that nobody has and numbers that reach nobody.

use chrono::{DateTime, NaiveDate, TimeDelta, Utc};

use crate::attendance::{Attended, BoardContact, BoardEntry, Person, Relation};
use crate::bookings::{BookedChild, Booking, BookingState};
use crate::families::{Allergy, Severity};
use crate::locale::Localised;
use crate::municipalities::MunicipalityCode;
use crate::programmes::{
    AgeBasis, AgeEnd, Ages, Cancellation, ExemptReason, FeeItem, FeeLine, LatePickUp, Programme, ProgrammeKey, StaffRatio, Staffing, Terms,
    Unit,
};
use crate::slots::{Occupancy, Slot, SlotBand, SlotFacility, SlotState};
use crate::text::{PersonName, Phone};
use crate::time::{day_start, next_day};

/// No municipality has this code.
const NOWHERE: &str = "000001";
const HOURLY_YEN: i64 = 300;

/// A time of a day.
pub fn time(day: NaiveDate, hour: i64, minute: i64) -> DateTime<Utc> {
    day_start(day) + TimeDelta::minutes(hour * 60 + minute)
}

fn names() -> Localised {
    Localised::new("一時預かり（練習）", "[一時|いちじ][預|あず]かり（[練習|れんしゅう]）", "Temporary care (practice)")
}

/// Rules like those of many cities: by the hour, ten minutes of grace, late cancellations cost half except for these reasons.
pub fn programme(day: NaiveDate) -> Option<Programme> {
    let ages = Ages { from_months: 6, until: AgeEnd::SchoolEntry, basis: AgeBasis::OnDay };
    let ratio = |from_age, under_age, children| StaffRatio { from_age, under_age, children };
    let exempt = |key: &str, name: Localised, by_family| ExemptReason { key: key.to_owned(), name, by_family };
    let terms = Terms {
        late_pick_up: LatePickUp::Fee { grace_minutes: 10, per_minutes: 30, yen: HOURLY_YEN },
        staffing: Some(Staffing { minimum: 2, ratios: vec![ratio(0, Some(3), 6), ratio(3, None, 20)] }),
        cancellation: Cancellation {
            late_fee_percent: 50,
            late_counts: true,
            exempt: vec![
                exempt("child_ill", Localised::new("お子さんの病気", "[子|こ]どもの[病気|びょうき]", "The child is ill"), true),
                exempt("facility", Localised::new("施設の都合", "[施設|しせつ]の つごう", "The facility's own reason"), false),
            ],
            ..Cancellation::default()
        },
        ..Terms::new(ages, Unit::Flexible { minimum_minutes: 60, maximum_minutes: None, step_minutes: 30 })
    };
    Some(Programme {
        id: "practice".into(),
        key: ProgrammeKey::new("temporary_care"),
        municipality: MunicipalityCode::parse(NOWHERE).ok()?,
        valid_from: day,
        valid_until: None,
        name: names(),
        summary: names(),
        terms,
    })
}

/// The day's places, from 7:30 to 18:00, with three carers.
pub fn slot(day: NaiveDate) -> Option<Slot> {
    let band = |from_age, under_age, capacity| SlotBand { from_age, under_age, capacity, occupancy: Occupancy::default() };
    Some(Slot {
        id: "practice".into(),
        offering_id: "practice".into(),
        facility: SlotFacility {
            id: "practice".into(),
            name: "練習用の施設（架空）".to_owned(),
            kana: "レンシュウヨウノシセツ".to_owned(),
            name_en: None,
            municipality: MunicipalityCode::parse(NOWHERE).ok()?,
            position: None,
            fictional: true,
            closes_at: None,
        },
        programme: ProgrammeKey::new("temporary_care"),
        starts_at: time(day, 7, 30),
        ends_at: time(day, 18, 0),
        state: SlotState::Open,
        bands: vec![band(0, 3, 8), band(3, 6, 6)],
        blocks: Vec::new(),
        room: None,
        carers: Some(Occupancy::default().plus(0, 630, 3)),
        hourly_yen: Some(HOURLY_YEN),
        confirmation: None,
        interview: false,
        spare: false,
        closures: Vec::new(),
        version: 1,
    })
}

/// A child with its stay; hours and minutes of the day.
struct Made<'a> {
    key: &'a str,
    name: &'a str,
    kana: &'a str,
    /// Years and months.
    age: (u32, u32),
    /// Start and end.
    stay: [(i64, i64); 2],
    state: BookingState,
    allergies: &'a [(&'a str, Severity)],
    care_notes: &'a str,
    notes: &'a str,
    is_away: bool,
}

const PLAIN: Made<'static> = Made {
    key: "",
    name: "",
    kana: "",
    age: (2, 0),
    stay: [(9, 0), (12, 0)],
    state: BookingState::Confirmed,
    allergies: &[],
    care_notes: "",
    notes: "",
    is_away: false,
};

/// Who comes next, who is late, who is there, whom nobody has fetched, who has gone, and who asks.
fn made(day: NaiveDate) -> Vec<(NaiveDate, Made<'static>)> {
    let came = |hour, minute| BookingState::CheckedIn { at: time(day, hour, minute) };
    let asked = |hour| BookingState::Requested { decide_by: time(day, hour, 0) };
    let left = BookingState::CheckedOut { checked_in_at: time(day, 8, 1), at: time(day, 9, 58) };
    let today = [
        Made { key: "sora", name: "そら", kana: "ソラ", age: (1, 8), stay: [(10, 30), (16, 0)], ..PLAIN },
        Made {
            key: "hinata",
            name: "ひなた",
            kana: "ヒナタ",
            age: (2, 3),
            stay: [(10, 30), (15, 0)],
            allergies: &[("落花生（ピーナッツ）", Severity::Severe), ("キウイ", Severity::Mild)],
            care_notes: "おやつは持参したものだけを食べます。緊急時の薬は、かばんの内ポケットにあります。",
            ..PLAIN
        },
        Made { key: "aoi", name: "あおい", kana: "アオイ", age: (3, 1), stay: [(9, 30), (12, 30)], ..PLAIN },
        Made { key: "yui", name: "ゆい", kana: "ユイ", age: (0, 11), stay: [(13, 0), (17, 0)], ..PLAIN },
        Made {
            key: "tsumugi",
            name: "つむぎ",
            kana: "ツムギ",
            age: (4, 6),
            stay: [(8, 30), (16, 30)],
            state: came(8, 34),
            allergies: &[("そば", Severity::Mild)],
            is_away: true,
            ..PLAIN
        },
        Made { key: "riku", name: "りく", kana: "リク", age: (1, 2), stay: [(8, 0), (10, 0)], state: came(8, 2), ..PLAIN },
        Made {
            key: "mei",
            name: "めい",
            kana: "メイ",
            age: (2, 7),
            stay: [(7, 30), (9, 0)],
            state: came(7, 31),
            notes: "9時に祖母が迎えに来ます。",
            ..PLAIN
        },
        Made { key: "koharu", name: "こはる", kana: "コハル", age: (5, 0), stay: [(8, 0), (10, 0)], state: left, ..PLAIN },
        Made { key: "fuyu", name: "ふゆ", kana: "フユ", age: (3, 4), stay: [(14, 0), (17, 0)], state: asked(12), ..PLAIN },
    ];
    let tomorrow = [
        Made { key: "haru", name: "はる", kana: "ハル", age: (1, 5), state: asked(17), ..PLAIN },
        Made { key: "natsu", name: "なつ", kana: "ナツ", age: (4, 2), state: asked(17), ..PLAIN },
    ];
    let next = next_day(day);
    today.into_iter().map(|child| (day, child)).chain(tomorrow.into_iter().map(|child| (next, child))).collect()
}

/// An exchange that begins with a zero does not exist.
fn contact(name: &str, relation: Relation, phone: &str) -> Option<BoardContact> {
    Some(BoardContact { name: PersonName::parse(name).ok()?, relation, phone: Phone::parse(phone).ok()? })
}

/// Every child with its booking. None: a name, a number or the code of the municipality is none.
pub fn children(day: NaiveDate, programme: &Programme, slot: &Slot) -> Option<Vec<BoardEntry>> {
    made(day).into_iter().map(|(date, child)| entry(date, child, programme, slot)).collect()
}

fn entry(day: NaiveDate, child: Made<'_>, programme: &Programme, slot: &Slot) -> Option<BoardEntry> {
    let (age_years, age_months) = child.age;
    let guardian = contact("練習 まこと", Relation::Guardian, "0859-00-0001")?;
    let grandmother = contact("練習 ふみ", Relation::Other { words: "祖母".to_owned() }, "0859-00-0002")?;
    let allergies = child.allergies.iter().map(|(name, severity)| Allergy { name: (*name).to_owned(), severity: *severity }).collect();
    let (care_notes, is_away) = (child.care_notes.to_owned(), child.is_away);
    let people = vec![guardian, grandmother];
    Some(BoardEntry {
        booking: booking(day, child, programme, slot),
        age_years,
        age_months,
        allergies,
        care_notes,
        emergency_contacts: people.clone(),
        pick_up_people: people,
        is_away,
        is_interview: false,
        interview: None,
        is_withheld: false,
        changed: None,
    })
}

fn booking(day: NaiveDate, child: Made<'_>, programme: &Programme, slot: &Slot) -> Booking {
    let Made { key, stay: [from, until], .. } = child;
    let (starts_at, ends_at) = (time(day, from.0, from.1), time(day, until.0, until.1));
    let minutes = (ends_at - starts_at).num_minutes();
    let fee_yen = minutes * HOURLY_YEN / 60;
    let attended = match child.state {
        BookingState::CheckedIn { .. } => Attended { brought_by: Some(Person::Guardian), ..Attended::default() },
        BookingState::CheckedOut { .. } => {
            Attended { brought_by: Some(Person::Guardian), fetched_by: Some(Person::Guardian), settled: None }
        }
        _ => Attended::default(),
    };
    // Those of another day ask together.
    let (slot_id, party_id) = if starts_at < slot.ends_at { (slot.id.clone(), key) } else { ("tomorrow".into(), "tomorrow") };
    Booking {
        id: key.into(),
        party_id: party_id.into(),
        series_id: None,
        slot_id,
        child: BookedChild { id: key.into(), name: format!("練習 {}", child.name), kana: format!("レンシュウ {}", child.kana) },
        facility: slot.facility.clone(),
        programme: programme.key.clone(),
        programme_name: programme.name.clone(),
        block: None,
        starts_at,
        ends_at,
        state: child.state,
        fee_yen,
        fee_lines: vec![FeeLine { item: FeeItem::Hours { minutes, hourly_yen: HOURLY_YEN }, yen: fee_yen }],
        counted: Vec::new(),
        is_away: child.is_away,
        free_until: time(day, -9, 0),
        cancellation: programme.terms.cancellation.clone(),
        reason: None,
        answers: Vec::new(),
        extras: Vec::new(),
        notes: child.notes.to_owned(),
        bring: Vec::new(),
        attended,
        entered: None,
        closure: None,
        created_at: time(day, -72, 0),
        version: 1,
    }
}
