//! What a city says of a facility from a day on, as an officer writes it; the rest of what is published stays as it is.

use chrono::{NaiveDate, NaiveTime, Weekday};
use serde::{Deserialize, Serialize};

use super::Rejection;
use crate::facilities::days::open_week;
use crate::facilities::words::{in_japan, phone, postal_code, web_address};
use crate::facilities::{Address, AgeRange, Ages, FacilityKind, Listing, Opening};
use crate::ids::FacilityId;
use crate::municipalities::Position;
use crate::problem::Reason;
use crate::text::{self, Email, Kana};

/// The longest name of a facility, in characters.
const LONGEST_NAME: usize = 100;
/// The longest line of anything else.
const LONGEST_LINE: usize = 200;
/// The longest remark.
const LONGEST_NOTES: usize = 1000;
/// The most children of a facility.
const MOST_CHILDREN: u32 = 2000;

/// What a city says of a facility. Days of the week and ages are written as in the national list (`月～土`, `0歳～5歳`); what cannot be read
/// is published as it stands.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct FacilityData {
    /// Its name, 1 to 100 characters.
    pub name: String,
    /// Its reading in katakana.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub kana: Option<String>,
    /// Its name in Latin letters.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name_en: Option<String>,
    /// What kind of facility it is.
    pub kind: FacilityKind,
    /// Postal code.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub postal_code: Option<String>,
    /// The address in one line, without the building.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub address: Option<String>,
    /// The building.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub building: Option<String>,
    /// Degrees north, with `longitude`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub latitude: Option<f64>,
    /// Degrees east, with `latitude`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub longitude: Option<f64>,
    /// How to get there.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub access: Option<String>,
    /// Telephone.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub phone: Option<String>,
    /// Mail.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub mail: Option<String>,
    /// Its page.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub url: Option<String>,
    /// How many children it is licensed for, at most 2000.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub capacity: Option<u32>,
    /// Which ages it takes, such as `0歳～5歳`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ages: Option<String>,
    /// On which days of the week it is open, such as `月～土`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub weekdays: Option<String>,
    /// When it opens.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub opens_at: Option<NaiveTime>,
    /// When it closes; `00:00:00` is the midnight at the end of the day.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub closes_at: Option<NaiveTime>,
    /// What else there is to say of when it is open.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub opening_notes: Option<String>,
    /// Remarks.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub notes: Option<String>,
}

/// What holds of a facility from a day on, as it is proposed.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct NewFacilityData {
    /// The facility; none: one that opens on that day.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub facility_id: Option<FacilityId>,
    /// Of one that opens: its ID in the city's list of facilities.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub source_id: Option<String>,
    /// The first day; tomorrow or later.
    pub valid_from: NaiveDate,
    /// What holds.
    #[serde(flatten)]
    pub data: FacilityData,
}

/// That a facility closes for good.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct NewClosing {
    /// The facility.
    pub facility_id: FacilityId,
    /// The last day on which it is open; today or later.
    pub last_day: NaiveDate,
}

/// Refuses days on which a facility is not there: before it opens, or after it has closed for good. Its first and last day, where it has them.
pub fn check_days((first, last): (Option<NaiveDate>, Option<NaiveDate>), from: NaiveDate, to: NaiveDate) -> Result<(), Rejection> {
    if let Some(first) = first.filter(|first| from < *first) {
        return Err(Rejection::FacilityNotOpen { from: first });
    }
    last.filter(|last| *last < to).map_or(Ok(()), |last| Err(Rejection::FacilityClosed { last }))
}

/// A line of text as it is kept; none: there is nothing.
fn line(text: Option<&String>) -> Option<String> {
    text.map(|text| text.trim().to_owned()).filter(|text| !text.is_empty())
}

/// Days of the week as the national list writes them.
fn written(days: &[Weekday]) -> String {
    let sign = |day: &Weekday| match day {
        Weekday::Mon => '月',
        Weekday::Tue => '火',
        Weekday::Wed => '水',
        Weekday::Thu => '木',
        Weekday::Fri => '金',
        Weekday::Sat => '土',
        Weekday::Sun => '日',
    };
    days.iter().map(sign).collect()
}

impl FacilityData {
    /// What is published now.
    pub fn of(listing: &Listing) -> Self {
        let Listing { address, opening, .. } = listing;
        let whole = Address { building: None, ..address.clone() }.line();
        Self {
            name: listing.name.clone(),
            kana: listing.kana.clone(),
            name_en: listing.name_en.clone(),
            kind: listing.kind,
            postal_code: address.postal_code.clone(),
            address: whole,
            building: address.building.clone(),
            latitude: listing.position.map(|at| at.latitude),
            longitude: listing.position.map(|at| at.longitude),
            access: listing.access.clone(),
            phone: listing.contact.phone.clone(),
            mail: listing.contact.mail.clone(),
            url: listing.url.clone(),
            capacity: listing.capacity,
            ages: listing.ages.text.clone(),
            weekdays: opening.weekdays_text.clone().or_else(|| opening.weekdays.as_deref().map(written)),
            opens_at: opening.opens_at,
            closes_at: opening.closes_at,
            opening_notes: opening.notes.clone(),
            notes: listing.notes.clone(),
        }
    }

    /// Where it is on the map.
    pub fn position(&self) -> Option<Position> {
        let (latitude, longitude) = self.latitude.zip(self.longitude)?;
        Some(Position { latitude, longitude })
    }

    /// The ages, where they could be read.
    pub fn age_range(&self) -> Option<AgeRange> {
        self.ages.as_deref().and_then(AgeRange::read)
    }

    /// When it is open, read as an import would read it.
    pub fn opening(&self) -> Opening {
        let week = self.weekdays.as_deref().and_then(open_week);
        Opening {
            weekdays: week.as_ref().map(|week| week.weekdays.clone()),
            on_holidays: week.and_then(|week| week.on_holidays),
            weekdays_text: line(self.weekdays.as_ref()),
            opens_at: self.opens_at,
            closes_at: self.closes_at,
            notes: line(self.opening_notes.as_ref()),
        }
    }

    /// Everything wrong with it, each with the name of its field.
    pub fn check(&self) -> Vec<(&'static str, Reason)> {
        let mut found = Vec::new();
        if self.name.trim().is_empty() {
            found.push(("name", text::Rejection::Missing.reason()));
        } else if LONGEST_NAME < self.name.trim().chars().count() {
            found.push(("name", text::Rejection::TooLong.reason()));
        }
        let lines = [
            ("name_en", &self.name_en, LONGEST_NAME),
            ("address", &self.address, LONGEST_LINE),
            ("building", &self.building, LONGEST_LINE),
            ("access", &self.access, LONGEST_LINE),
            ("ages", &self.ages, LONGEST_LINE),
            ("weekdays", &self.weekdays, LONGEST_LINE),
            ("opening_notes", &self.opening_notes, LONGEST_NOTES),
            ("notes", &self.notes, LONGEST_NOTES),
        ];
        for (field, text, most) in lines {
            if text.as_ref().is_some_and(|text| most < text.trim().chars().count()) {
                found.push((field, text::Rejection::TooLong.reason()));
            }
        }
        let wrong = |text: &Option<String>, reads: fn(&str) -> bool| line(text.as_ref()).is_some_and(|text| !reads(&text));
        if let Some(Err(rejection)) = line(self.kana.as_ref()).map(|kana| Kana::parse(&kana)) {
            found.push(("kana", rejection.reason()));
        }
        if wrong(&self.postal_code, |text| postal_code(text).is_some()) {
            found.push(("postal_code", text::Rejection::PostalCode.reason()));
        }
        if wrong(&self.phone, |text| phone(text).is_some()) {
            found.push(("phone", text::Rejection::Phone.reason()));
        }
        if wrong(&self.mail, |text| Email::parse(text).is_ok()) {
            found.push(("mail", text::Rejection::Email.reason()));
        }
        if wrong(&self.url, |text| text.chars().count() <= LONGEST_LINE && web_address(text).is_some()) {
            found.push(("url", Rejection::UrlInvalid.reason()));
        }
        if self.latitude.is_some() != self.longitude.is_some() || self.position().is_some_and(|at| !in_japan(at)) {
            found.push(("latitude", Rejection::PositionInvalid.reason()));
        }
        if self.capacity.is_some_and(|capacity| capacity == 0 || MOST_CHILDREN < capacity) {
            found.push(("capacity", Rejection::CapacityInvalid.reason()));
        }
        let ends_first = |(opens, closes): (NaiveTime, NaiveTime)| closes != NaiveTime::MIN && closes <= opens;
        if self.opens_at.is_some() != self.closes_at.is_some() || self.opens_at.zip(self.closes_at).is_some_and(ends_first) {
            found.push(("closes_at", Rejection::HoursInvalid.reason()));
        }
        found
    }

    /// What is published once this holds. What the officer left as it was stays as it was published.
    pub fn onto(&self, before: &Listing) -> Listing {
        let held = Self::of(before);
        let mut new = before.clone();
        new.name = self.name.trim().to_owned();
        new.kana = line(self.kana.as_ref()).map(|text| Kana::parse(&text).map_or(text, |kana| kana.as_str().to_owned()));
        new.name_en = line(self.name_en.as_ref());
        if self.kind != held.kind {
            (new.kind, new.kind_text) = (self.kind, None);
        }
        if line(self.address.as_ref()) != held.address {
            // Of a new address nobody has said how it is split.
            new.address =
                Address { text: line(self.address.as_ref()), municipality: before.address.municipality.clone(), ..Address::default() };
        }
        new.address.building = line(self.building.as_ref());
        new.address.postal_code = line(self.postal_code.as_ref()).map(|text| postal_code(&text).unwrap_or(text));
        new.position = self.position();
        new.access = line(self.access.as_ref());
        new.contact.phone = line(self.phone.as_ref()).map(|text| phone(&text).unwrap_or(text));
        new.contact.mail = line(self.mail.as_ref());
        new.url = line(self.url.as_ref());
        new.capacity = self.capacity;
        if line(self.ages.as_ref()) != held.ages {
            new.ages = Ages { range: self.age_range(), text: line(self.ages.as_ref()) };
        }
        let opening = self.opening();
        if opening.weekdays_text != held.weekdays {
            new.opening = Opening { ..opening };
        } else {
            (new.opening.opens_at, new.opening.closes_at, new.opening.notes) = (opening.opens_at, opening.closes_at, opening.notes);
        }
        new.notes = line(self.notes.as_ref());
        let read = [
            ("名称_カナ", new.kana.is_some()),
            ("郵便番号", new.address.postal_code.is_some()),
            ("緯度", new.position.is_some()),
            ("経度", new.position.is_some()),
            ("電話番号", new.contact.phone.is_some()),
            ("収容定員", new.capacity.is_some()),
            ("受入年齢", new.ages.range.is_some()),
            ("利用可能曜日", new.opening.weekdays.is_some()),
            ("開始時間", new.opening.opens_at.is_some()),
            ("終了時間", new.opening.closes_at.is_some()),
        ];
        new.unread.retain(|column, _| !read.iter().any(|(known, is_read)| known == column && *is_read));
        new
    }

    /// Whether who may use it, or how many, differs.
    pub fn admits_as(&self, other: &Self) -> bool {
        self.kind == other.kind && self.capacity == other.capacity && line(self.ages.as_ref()) == line(other.ages.as_ref())
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;
    use crate::world::yonago;

    fn published() -> Listing {
        let mut listing = Listing::named(yonago(), "1", "なぎさ保育園", FacilityKind::LicensedNursery);
        listing.address = Address { city: Some("米子市".to_owned()), town: Some("浜橋".to_owned()), ..Address::default() };
        listing.contact.phone = Some("0859-00-0000".to_owned());
        listing.ages = Ages { range: AgeRange::read("0歳～5歳"), text: Some("0歳～5歳".to_owned()) };
        listing.opening = Opening { weekdays: Some(vec![Weekday::Mon, Weekday::Tue]), on_holidays: Some(false), ..Opening::default() };
        listing.unread.insert("収容定員".to_owned(), "約60".to_owned());
        listing.sick_care = Some(true);
        listing
    }

    #[test]
    fn what_nobody_touched_stays_as_it_was_published() {
        let listing = published();
        assert_eq!(FacilityData::of(&listing).onto(&listing), listing);
    }

    #[test]
    fn what_is_written_is_read_as_an_import_reads_it() {
        let listing = published();
        let mut data = FacilityData::of(&listing);
        data.phone = Some("（0859）11-1111".to_owned());
        data.address = Some("米子市弓ヶ浜町1".to_owned());
        data.weekdays = Some("月～土（祝日を除く）".to_owned());
        data.ages = Some("生後57日から就学前".to_owned());
        data.capacity = Some(60);
        data.kana = Some("なぎさほいくえん".to_owned());
        assert_eq!(data.check(), []);
        let new = data.onto(&listing);
        assert_eq!(new.contact.phone.as_deref(), Some("0859-11-1111"));
        assert_eq!(new.address.line().as_deref(), Some("米子市弓ヶ浜町1"), "of the old address nothing is left");
        assert_eq!(new.opening.weekdays.as_ref().map(Vec::len), Some(6));
        assert_eq!(new.opening.on_holidays, Some(false));
        assert_eq!(new.ages.range, AgeRange::read("生後57日から就学前"));
        assert_eq!(new.kana.as_deref(), Some("ナギサホイクエン"));
        assert!(new.unread.is_empty() && new.sick_care == Some(true), "{new:?}");
    }

    #[test]
    fn each_mistake_is_told_at_its_field() {
        let good = FacilityData::of(&published());
        let wrong = FacilityData {
            name: " ".to_owned(),
            kana: Some("渚".to_owned()),
            postal_code: Some("683".to_owned()),
            latitude: Some(133.3),
            longitude: Some(35.4),
            phone: Some("110".to_owned()),
            mail: Some("nagisa".to_owned()),
            url: Some("javascript:alert(1)".to_owned()),
            capacity: Some(0),
            opens_at: NaiveTime::from_hms_opt(18, 0, 0),
            closes_at: NaiveTime::from_hms_opt(7, 0, 0),
            notes: Some("あ".repeat(1001)),
            ..good.clone()
        };
        let fields: Vec<_> = wrong.check().into_iter().map(|(field, _)| field).collect();
        assert_eq!(fields, ["name", "notes", "kana", "postal_code", "phone", "mail", "url", "latitude", "capacity", "closes_at"]);
        let until_midnight = FacilityData { opens_at: NaiveTime::from_hms_opt(7, 0, 0), closes_at: Some(NaiveTime::MIN), ..good.clone() };
        assert_eq!(until_midnight.check(), []);
        assert_eq!(FacilityData { longitude: Some(133.3), ..good }.check().len(), 1, "half a place is none");
    }
}
