//! Who may go where: roles and the three audiences of the app.

use serde::{Deserialize, Serialize};

use crate::ids::{FacilityId, FamilyId};
use crate::municipalities::MunicipalityCode;

/// What a signed-in person is, and of what.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub enum Role {
    /// 保護者
    Guardian {
        /// The family.
        family_id: FamilyId,
    },
    /// 施設職員
    Staff {
        /// The facility.
        facility_id: FacilityId,
    },
    /// 市職員
    Officer {
        /// The city.
        municipality: MunicipalityCode,
    },
    /// BPOセンターの担当者
    Operator,
}

/// A part of the app that only some people may enter.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Area {
    /// A family's own pages.
    Family,
    /// `/staff`
    Staff,
    /// What a city's officers decide.
    Office,
    /// What staff and officers take down for families on the phone.
    Desk,
    /// Booking for a family: what staff take down for their facility, and officers and the BPO centre for a family that they act for.
    Entry,
    /// Families whom somebody should call, visit or act for: officers, and the BPO centre. Never a facility.
    Outreach,
}

/// Whether a person of this role may enter that area.
pub const fn may(role: &Role, area: Area) -> bool {
    matches!(
        (role, area),
        (Role::Guardian { .. }, Area::Family)
            | (Role::Staff { .. }, Area::Staff | Area::Desk | Area::Entry)
            | (Role::Officer { .. }, Area::Office | Area::Desk | Area::Entry | Area::Outreach)
            | (Role::Operator, Area::Entry | Area::Outreach)
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_area_has_its_own_people() {
        let guardian = Role::Guardian { family_id: "f".into() };
        let staff = Role::Staff { facility_id: "n".into() };
        assert!(may(&guardian, Area::Family) && !may(&guardian, Area::Staff));
        assert!(may(&staff, Area::Staff) && !may(&staff, Area::Family));
        let officer = Role::Officer { municipality: crate::world::yonago() };
        assert!(may(&officer, Area::Office) && !may(&officer, Area::Family) && !may(&officer, Area::Staff));
        assert!(!may(&guardian, Area::Office) && !may(&staff, Area::Office));
        assert!(may(&staff, Area::Desk) && may(&officer, Area::Desk) && !may(&guardian, Area::Desk));
        assert!(may(&officer, Area::Outreach) && may(&Role::Operator, Area::Outreach));
        assert!([&staff, &officer, &Role::Operator].iter().all(|role| may(role, Area::Entry)) && !may(&guardian, Area::Entry));
        assert!(!may(&guardian, Area::Outreach) && !may(&staff, Area::Outreach));
        assert!([Area::Family, Area::Staff, Area::Office, Area::Desk].iter().all(|area| !may(&Role::Operator, *area)));
    }
}
