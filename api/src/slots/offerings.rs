//! Offering programmes at a facility.

use actix_web::http::StatusCode;
use actix_web::{HttpResponse, post, web};
use shared::ids::{FacilityId, OfferingId};
use shared::municipalities::MunicipalityCode;
use shared::problem::Problem;
use shared::programmes::current;
use shared::slots::{NewOffering, Offering, offer};
use shared::time::tokyo_day;

use super::store;
use crate::db::AnyConnection;
use crate::error::{ApiError, ForBody, ForStaff};
use crate::idempotency::{Answer, Key, once};
use crate::request::Body;
use crate::session::Staff;
use crate::{App, facilities, new_id, programmes};

/// Offers a programme of the city at the signed-in staff's facility; slots are published next
#[utoipa::path(
    tag = "slots",
    request_body = NewOffering,
    params(Key),
    responses(
        (status = 201, description = "Offered", body = Offering),
        (status = 409, description = "`slots.programme_unknown`, `slots.offered_already`, `slots.block_unknown`, `slots.no_blocks`, `slots.block_times`, `slots.decide_hours`, `slots.spare_already`", body = Problem, content_type = "application/problem+json"),
        ForStaff,
        ForBody,
    )
)]
#[post("/staff/offerings")]
pub async fn offer_programme(app: web::Data<App>, staff: Staff, key: Key, body: Body<NewOffering>) -> Result<HttpResponse, ApiError> {
    once(&app, &staff.account_id, key, body.0, move |conn, command, act| {
        let city = city(conn, &staff.facility_id)?;
        let versions = programmes::store::list_all_versions(conn, &city, &command.programme)?;
        // One at a time, for one of them at most has the free places of the classes.
        super::classes::store::lock(conn, &staff.facility_id)?;
        offer(current(&versions, tokyo_day(act.now)), &store::list_offerings(conn, &staff.facility_id)?, command)?;
        let offering = Offering {
            id: OfferingId::new(new_id()),
            facility_id: staff.facility_id.clone(),
            programme: command.programme.clone(),
            blocks: command.blocks.clone(),
            hourly_yen: command.hourly_yen,
            confirmation: command.confirmation,
            interview: command.interview,
            spare: command.spare,
        };
        store::insert_offering(conn, &offering, &city)?;
        act.record(conn, "offering.published", (&city, Some(&staff.facility_id)), offering.id.as_str())?;
        Ok(Answer::new(StatusCode::CREATED, &offering)?)
    })
    .await
}

fn city(conn: &mut AnyConnection, facility: &FacilityId) -> Result<MunicipalityCode, ApiError> {
    facilities::store::find_municipality(conn, facility)?.ok_or(ApiError::NotFound)
}
