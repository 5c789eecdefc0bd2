//! What staff see of what families gave, and that they have seen what changed.

use actix_web::{HttpResponse, post, web};
use chrono::{DateTime, Utc};
use shared::consents::{Changed, Given, Place, Rejection, Seen, changes};
use shared::families::{Child, Family};
use shared::ids::{ChildId, FacilityId, FamilyId};
use shared::problem::Problem;

use super::store;
use crate::App;
use crate::db::AnyConnection;
use crate::error::{ApiError, ForBody, ForStaff};
use crate::idempotency::{Answer, Key, once};
use crate::request::Body;
use crate::session::Staff;
use crate::{facilities, families};

/// What a facility may see of some families, and what they changed since it looked.
pub struct Sight {
    place: Place,
    agreed: Vec<FamilyId>,
    seen: Vec<(ChildId, Given, DateTime<Utc>)>,
}

impl Sight {
    /// Looks it up for the families and children of some bookings, in three questions.
    pub fn of<'a>(
        conn: &mut AnyConnection,
        facility: &FacilityId,
        families: impl Iterator<Item = &'a FamilyId>,
        children: impl Iterator<Item = &'a ChildId>,
    ) -> Result<Self, ApiError> {
        let (place, _) = store::find_place(conn, facility)?.ok_or(ApiError::NotFound)?;
        let agreements = store::list_agreements(conn, families)?;
        let agreed = agreements.into_iter().filter(|(_, agreement)| agreement.covers(&place)).map(|(family, _)| family).collect();
        let seen = store::list_seen(conn, facility, children)?;
        Ok(Self { place, agreed, seen })
    }

    /// Whether a family agrees that the facility gets what it must know.
    pub fn agrees(&self, family: &FamilyId) -> bool {
        self.agreed.contains(family)
    }

    /// What a family changed since the facility's staff last looked.
    pub fn changed(&self, family: &Family, child: &Child) -> Option<Changed> {
        let (_, before, since) = self.seen.iter().find(|(id, ..)| *id == child.id)?;
        let changes = changes(before, &Given::of(family, &child.known));
        let seen = Seen { child_version: child.version, family_version: family.version };
        (!changes.is_empty()).then_some(Changed { since: *since, changes, seen })
    }
}

/// Marks what a family changed of a child as seen by the facility's staff
///
/// With the versions that were shown: did the family change something meanwhile, nothing is marked and `consents.changed_again` is answered.
#[utoipa::path(
    tag = "consents",
    request_body = Seen,
    params(
        ("child_id" = String, Path, description = "The child"),
        Key,
    ),
    responses(
        (status = 204, description = "Seen"),
        (status = 404, description = "No child of whom this facility may see something", body = Problem, content_type = "application/problem+json"),
        (status = 409, description = "`consents.changed_again`", body = Problem, content_type = "application/problem+json"),
        ForStaff,
        ForBody,
    )
)]
#[post("/staff/children/{child_id}/seen")]
pub async fn mark_child_seen(
    app: web::Data<App>,
    staff: Staff,
    key: Key,
    id: web::Path<ChildId>,
    body: Body<Seen>,
) -> Result<HttpResponse, ApiError> {
    once(&app, &staff.account_id, key, body.0, move |conn, shown, act| {
        let family_id = families::store::find_family_of(conn, &id)?.ok_or(ApiError::NotFound)?;
        let family = families::store::lock_family(conn, &family_id)?.ok_or(ApiError::NotFound)?;
        let child = families::store::list_any_children(conn, std::iter::once(&*id))?.pop().ok_or(ApiError::NotFound)?;
        let sight = Sight::of(conn, &staff.facility_id, std::iter::once(&family_id), std::iter::once(&*id))?;
        let is_known = sight.seen.iter().any(|(known, ..)| *known == *id);
        let may_see = sight.agrees(&family_id) || store::list_ahead(conn, &family_id, act.now)?.contains(&sight.place.id);
        if !is_known || !may_see {
            return Err(ApiError::NotFound);
        }
        if (shown.child_version, shown.family_version) != (child.version, family.version) {
            return Err(Rejection::ChangedAgain.into());
        }
        let city = facilities::store::find_municipality(conn, &staff.facility_id)?.ok_or(ApiError::NotFound)?;
        store::write_seen(conn, &staff.facility_id, &id, &Given::of(&family, &child.known), act.now)?;
        act.record(conn, "child.seen", (&city, Some(&staff.facility_id)), id.as_str())?;
        Ok(Answer::empty())
    })
    .await
}
