//! Writes listings as records of the national list (子育て施設一覧, 53 columns), so that reading them gives the same listings.

use chrono::NaiveTime;

use super::columns::Column;
use super::{FacilityKind, Listing};
use crate::locale::{Locale, iso_clock};

/// The fields of a listing in the order of [`Column::ALL`]. `publisher` is the name of the municipality that publishes it (地方公共団体名).
/// A text that could not be read for sure stands in its column as it was published.
pub fn record(listing: &Listing, publisher: &str) -> Vec<String> {
    Column::ALL.iter().map(|column| field(listing, publisher, *column)).collect()
}

fn field(listing: &Listing, publisher: &str, column: Column) -> String {
    match listing.unread.get(column.official()) {
        Some(text) => text.clone(),
        None => known(listing, publisher, column).unwrap_or_default(),
    }
}

fn known(listing: &Listing, publisher: &str, column: Column) -> Option<String> {
    let (address, contact, operator) = (&listing.address, &listing.contact, &listing.operator);
    match column {
        Column::Municipality => Some(listing.municipality.to_string()),
        Column::SourceId => Some(listing.source_id.clone()),
        Column::MunicipalityName => Some(publisher.to_owned()),
        Column::Name => Some(listing.name.clone()),
        Column::Kana => listing.kana.clone(),
        Column::NameEn => listing.name_en.clone(),
        Column::Kind => listing.kind_text.clone().or_else(|| named(listing.kind)),
        Column::AddressMunicipality => address.municipality.as_ref().map(ToString::to_string),
        Column::TownId => address.town_id.clone(),
        Column::Address => address.text.clone(),
        Column::Prefecture => address.prefecture.clone(),
        Column::City => address.city.clone(),
        Column::Town => address.town.clone(),
        Column::Block => address.block.clone(),
        Column::Building => address.building.clone(),
        Column::PostalCode => address.postal_code.clone(),
        Column::Latitude => listing.position.map(|at| at.latitude.to_string()),
        Column::Longitude => listing.position.map(|at| at.longitude.to_string()),
        Column::ElevationKind => listing.elevation.as_ref().and_then(|elevation| elevation.kind.clone()),
        Column::ElevationValue => listing.elevation.as_ref().map(|elevation| elevation.value.to_string()),
        Column::Access => listing.access.clone(),
        Column::Parking => listing.parking.clone(),
        Column::Phone => contact.phone.clone(),
        Column::Extension => contact.extension.clone(),
        Column::Fax => contact.fax.clone(),
        Column::Mail => contact.mail.clone(),
        Column::FormUrl => contact.form_url.clone(),
        Column::ContactNotes => contact.notes.clone(),
        Column::CorporateNumber => operator.corporate_number.clone(),
        Column::Operator => operator.name.clone(),
        Column::ApprovedOn => operator.approved_on.map(|day| day.to_string()),
        Column::Capacity => listing.capacity.map(|children| children.to_string()),
        Column::Url => listing.url.clone(),
        Column::Image => listing.image.clone(),
        Column::ImageLicence => listing.image_licence.clone(),
        Column::Notes => listing.notes.clone(),
        Column::Ages
        | Column::Weekdays
        | Column::OpensAt
        | Column::ClosesAt
        | Column::OpeningNotes
        | Column::TemporaryCare
        | Column::CareFeeKind
        | Column::CareFee
        | Column::CareFeeNotes
        | Column::CareOpensAt
        | Column::CareClosesAt
        | Column::SickCare
        | Column::NursingRoom
        | Column::ChangingCorner
        | Column::Eating
        | Column::StrollerRental
        | Column::StrollersAllowed => of_use(listing, column),
    }
}

/// What one finds there, and when.
fn of_use(listing: &Listing, column: Column) -> Option<String> {
    let (opening, care, amenities) = (&listing.opening, &listing.care, &listing.amenities);
    match column {
        Column::Ages => listing.ages.text.clone(),
        Column::Weekdays => opening.weekdays_text.clone(),
        Column::OpensAt => opening.opens_at.map(from),
        Column::ClosesAt => opening.closes_at.map(until),
        Column::OpeningNotes => opening.notes.clone(),
        Column::TemporaryCare => care.temporary.map(yes_no),
        Column::CareFeeKind => care.fee_kind.clone(),
        Column::CareFee => care.fee.clone(),
        Column::CareFeeNotes => care.fee_notes.clone(),
        Column::CareOpensAt => care.opens_at.map(from),
        Column::CareClosesAt => care.closes_at.map(until),
        Column::SickCare => listing.sick_care.map(yes_no),
        Column::NursingRoom => amenities.nursing_room.map(yes_no),
        Column::ChangingCorner => amenities.changing_corner.map(yes_no),
        Column::Eating => amenities.eating.map(yes_no),
        Column::StrollerRental => amenities.stroller_rental.map(yes_no),
        Column::StrollersAllowed => amenities.strollers_allowed.map(yes_no),
        _ => None,
    }
}

fn yes_no(yes: bool) -> String {
    if yes { "有" } else { "無" }.to_owned()
}

fn from(time: NaiveTime) -> String {
    iso_clock(time)
}

/// The midnight at the end of the day is 24:00.
fn until(time: NaiveTime) -> String {
    if time == NaiveTime::MIN { "24:00".to_owned() } else { from(time) }
}

/// The name of a kind, where reading it gives the same kind.
fn named(kind: FacilityKind) -> Option<String> {
    let name = kind.say(Locale::Ja);
    (FacilityKind::read(&name) == Some(kind)).then_some(name)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::facilities::reading::{Reader, Record};

    fn headers() -> Vec<&'static str> {
        Column::ALL.iter().map(|column| column.official()).collect()
    }

    fn read(fields: &[String]) -> Listing {
        let fields: Vec<&str> = fields.iter().map(String::as_str).collect();
        match Reader::new(1, headers()).unwrap().0.read(2, &fields) {
            Record::Good(listing, _) => *listing,
            other => panic!("{other:?}"),
        }
    }

    /// What may stand in a column: a text that is read, one that is not, or nothing.
    fn text(column: Column) -> BoxedStrategy<String> {
        let good: &'static [&'static str] = match column {
            Column::Municipality => return Just("312029".to_owned()).boxed(),
            Column::SourceId => return Just("1".to_owned()).boxed(),
            Column::Name => return "[あ-ん]{1,6}園".boxed(),
            Column::AddressMunicipality => &["312045", "３１２０４５", "312046"],
            Column::Kind => &["認可保育所", "児童館", "図書館", "その他"],
            Column::Latitude => &["35.4", "３５．５", "35.123456789012", "北緯35度"],
            Column::Longitude => &["133.3", "133.30", "東経"],
            Column::ElevationValue => &["3", "2.50", "三"],
            Column::Phone | Column::Fax => &["(048)252-4384", "0482524384", "内線12"],
            Column::Mail => &["A@example.jp", "a@example.jp", "なし"],
            Column::PostalCode => &["683-8686", "〒683－8686", "683"],
            Column::CorporateNumber => &["7000012050002", "７０００ 0120-50002", "8000012050002", "1"],
            Column::ApprovedOn => &["1952/1/25", "昭和27年1月25日", "むかし"],
            Column::Capacity => &["60", "６０人", "1,200", "約60"],
            Column::Ages => &["０歳～５歳", "要相談"],
            Column::Weekdays => &["月～土", "毎日（祝日を除く）", "年中無休", "ときどき"],
            Column::OpensAt | Column::ClosesAt | Column::CareOpensAt | Column::CareClosesAt => {
                &["7:00", "24:00", "0:00", "午後6時半", "朝"]
            }
            Column::TemporaryCare | Column::SickCare | Column::NursingRoom | Column::ChangingCorner => &["有", "×", "1", "△"],
            Column::Eating | Column::StrollerRental | Column::StrollersAllowed => &["可", "無", "一部"],
            Column::Url | Column::Image | Column::FormUrl => &["https://example.jp/a?b=c", "example.jp"],
            _ => return prop_oneof![Just(String::new()), "[あ-んa-z =+@\"',\n]{0,12}"].boxed(),
        };
        prop_oneof![2 => prop::sample::select(good).prop_map(str::to_owned), 1 => Just(String::new())].boxed()
    }

    proptest! {
        /// Whatever a city published: what we write of it reads as the same listing, and is written the same again.
        #[test]
        fn what_is_written_reads_as_the_same_listing(fields in Column::ALL.iter().map(|column| text(*column)).collect::<Vec<_>>()) {
            let published = read(&fields);
            let written = record(&published, "米子市");
            prop_assert_eq!(written.len(), 53);
            let again = read(&written);
            prop_assert_eq!(&again, &published);
            prop_assert_eq!(record(&again, "米子市"), written);
        }
    }

    #[test]
    fn times_are_written_as_lists_have_them() {
        assert_eq!((from(NaiveTime::MIN), until(NaiveTime::MIN)), ("00:00".to_owned(), "24:00".to_owned()));
        assert_eq!(named(FacilityKind::LicensedNursery).as_deref().and_then(FacilityKind::read), Some(FacilityKind::LicensedNursery));
        assert_eq!(named(FacilityKind::Other), None);
    }
}
