//! Offering a programme at a facility: where its blocks lie in the day, the facility's own price, how bookings are confirmed.

use serde::{Deserialize, Serialize};
use validator::Validate;

use super::{BlockTimes, Offering};
use crate::problem::{Datum, Reason};
use crate::programmes::{Confirmation, Programme, ProgrammeKey, Unit};

/// Offers a programme of the facility's city.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, Validate)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct NewOffering {
    /// The programme.
    pub programme: ProgrammeKey,
    /// Where its blocks lie, for programmes booked in blocks.
    #[serde(default)]
    #[validate(length(max = 20, code = "slots.blocks_too_many"))]
    pub blocks: Vec<BlockTimes>,
    /// The facility's own price of an hour in integer yen, 0 to 5,000.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[validate(range(min = 0, max = 5000, code = "slots.hourly_range"))]
    pub hourly_yen: Option<i64>,
    /// Whether a booking holds at once, where the facility does it its own way.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub confirmation: Option<Confirmation>,
    /// Whether a child needs a first interview before.
    #[serde(default)]
    pub interview: bool,
    /// Whether its places are what is free in the facility's regular classes (余裕活用型). One programme at a facility has them, so that no
    /// place is given twice.
    #[serde(default)]
    pub spare: bool,
}

/// Why a programme cannot be offered.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum OfferRejection {
    /// The city has no such programme.
    ProgrammeUnknown,
    /// The facility offers it already.
    Already,
    /// The programme has no such block, or it stands twice.
    BlockUnknown {
        /// Its key.
        key: String,
    },
    /// A programme booked in blocks is offered without any.
    NoBlocks,
    /// A block ends before it starts.
    BlockTimes,
    /// The facility has too little or too much time to decide.
    DecideHours,
    /// Another programme has the free places of the classes.
    SpareAlready,
}

impl OfferRejection {
    /// The stable code.
    pub const fn code(&self) -> &'static str {
        match self {
            Self::ProgrammeUnknown => "slots.programme_unknown",
            Self::Already => "slots.offered_already",
            Self::BlockUnknown { .. } => "slots.block_unknown",
            Self::NoBlocks => "slots.no_blocks",
            Self::BlockTimes => "slots.block_times",
            Self::DecideHours => "slots.decide_hours",
            Self::SpareAlready => "slots.spare_already",
        }
    }

    /// The reason with its sentence.
    pub fn reason(&self) -> Reason {
        let reason = Reason::new(self.code());
        match self {
            Self::BlockUnknown { key } => reason.with("key", Datum::Text(key.clone())),
            _ => reason,
        }
    }
}

/// Whether a facility may offer a programme so; `programme` is the version of its city that holds or comes next, `offered` what the
/// facility offers already.
pub fn offer(programme: Option<&Programme>, offered: &[Offering], command: &NewOffering) -> Result<(), OfferRejection> {
    let programme = programme.ok_or(OfferRejection::ProgrammeUnknown)?;
    if offered.iter().any(|offering| offering.programme == command.programme) {
        return Err(OfferRejection::Already);
    }
    if command.spare && offered.iter().any(|offering| offering.spare) {
        return Err(OfferRejection::SpareAlready);
    }
    let known: Vec<&str> = match &programme.terms.unit {
        Unit::Blocks { blocks } => blocks.iter().map(|block| block.key.as_str()).collect(),
        Unit::Flexible { .. } => Vec::new(),
    };
    if !known.is_empty() && command.blocks.is_empty() {
        return Err(OfferRejection::NoBlocks);
    }
    for (n, block) in command.blocks.iter().enumerate() {
        if !known.contains(&block.key.as_str()) || command.blocks.iter().take(n).any(|before| before.key == block.key) {
            return Err(OfferRejection::BlockUnknown { key: block.key.clone() });
        }
        if (block.nights, block.ends) <= (0, block.starts) || block.nights > 7 {
            return Err(OfferRejection::BlockTimes);
        }
    }
    match command.confirmation {
        Some(Confirmation::ByFacility { hours, .. }) if !(1..=720).contains(&hours) => Err(OfferRejection::DecideHours),
        _ => Ok(()),
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;
    use crate::locale::Localised;
    use crate::programmes::IfSilent;
    use crate::world::{day, open_nursery, temporary_care, time, yonago};

    fn programme(terms: crate::programmes::Terms) -> Programme {
        let name = Localised::new("事業", "[事業|じぎょう]", "Programme");
        Programme {
            id: "version".into(),
            key: ProgrammeKey::new("care"),
            municipality: yonago(),
            valid_from: day("2026-04-01"),
            valid_until: None,
            name: name.clone(),
            summary: name,
            terms,
        }
    }

    fn asked(blocks: &[(&str, &str, &str, u32)]) -> NewOffering {
        let block = |(key, starts, ends, nights): &(&str, &str, &str, u32)| BlockTimes {
            key: (*key).to_owned(),
            starts: time(starts),
            ends: time(ends),
            nights: *nights,
        };
        NewOffering {
            programme: ProgrammeKey::new("care"),
            blocks: blocks.iter().map(block).collect(),
            hourly_yen: None,
            confirmation: None,
            interview: false,
            spare: false,
        }
    }

    #[test]
    fn a_facility_offers_what_its_city_has_in_its_own_hours() {
        let (blocks, hours) = (programme(temporary_care()), programme(open_nursery()));
        assert_eq!(offer(Some(&blocks), &[], &asked(&[("day", "9:00", "17:00", 0), ("morning", "9:00", "12:00", 0)])), Ok(()));
        assert_eq!(offer(Some(&hours), &[], &asked(&[])), Ok(()));
        assert_eq!(offer(None, &[], &asked(&[])), Err(OfferRejection::ProgrammeUnknown));
        let another = |key: &str, spare| Offering {
            id: "offering".into(),
            facility_id: "facility".into(),
            programme: ProgrammeKey::new(key),
            blocks: Vec::new(),
            hourly_yen: None,
            confirmation: None,
            interview: false,
            spare,
        };
        assert_eq!(offer(Some(&hours), &[another("care", false)], &asked(&[])), Err(OfferRejection::Already));
        // The free places of the classes are given away once.
        let spare = NewOffering { spare: true, ..asked(&[]) };
        assert_eq!(offer(Some(&hours), &[another("other", true)], &spare), Err(OfferRejection::SpareAlready));
        assert_eq!(offer(Some(&hours), &[another("other", true)], &asked(&[])), Ok(()));
        assert_eq!(offer(Some(&hours), &[another("other", false)], &spare), Ok(()));
        assert_eq!(offer(Some(&blocks), &[], &asked(&[])), Err(OfferRejection::NoBlocks));
        let unknown = |key: &str| Err(OfferRejection::BlockUnknown { key: key.to_owned() });
        assert_eq!(offer(Some(&blocks), &[], &asked(&[("night", "16:00", "10:00", 1)])), unknown("night"));
        assert_eq!(offer(Some(&hours), &[], &asked(&[("day", "9:00", "17:00", 0)])), unknown("day"));
        assert_eq!(offer(Some(&blocks), &[], &asked(&[("day", "9:00", "17:00", 0), ("day", "9:00", "12:00", 0)])), unknown("day"));
        assert_eq!(offer(Some(&blocks), &[], &asked(&[("day", "17:00", "9:00", 0)])), Err(OfferRejection::BlockTimes));
        assert_eq!(offer(Some(&blocks), &[], &asked(&[("day", "17:00", "9:00", 1)])), Ok(()));
        let deciding =
            |hours| NewOffering { confirmation: Some(Confirmation::ByFacility { hours, if_silent: IfSilent::Decline }), ..asked(&[]) };
        assert_eq!([0, 1, 720, 721].map(|h| offer(Some(&hours), &[], &deciding(h)).is_ok()), [false, true, true, false]);
    }
}
